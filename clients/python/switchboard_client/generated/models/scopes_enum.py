from typing import Literal

ScopesEnum = Literal[
    "analytics:read",
    "analytics:write",
    "audiences:read",
    "audiences:write",
    "audit:read",
    "connections:read",
    "connections:write",
    "keys:write",
    "media:read",
    "media:write",
    "posts:read",
    "posts:write",
    "reviews:read",
    "reviews:write",
    "tenant:read",
    "tenant:write",
    "webhooks:read",
    "webhooks:write",
]

SCOPES_ENUM_VALUES: set[ScopesEnum] = {
    "analytics:read",
    "analytics:write",
    "audiences:read",
    "audiences:write",
    "audit:read",
    "connections:read",
    "connections:write",
    "keys:write",
    "media:read",
    "media:write",
    "posts:read",
    "posts:write",
    "reviews:read",
    "reviews:write",
    "tenant:read",
    "tenant:write",
    "webhooks:read",
    "webhooks:write",
}


def check_scopes_enum(value: str) -> ScopesEnum:
    if value in SCOPES_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SCOPES_ENUM_VALUES!r}")
