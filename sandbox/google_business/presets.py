"""The faults people want most when they try a hub against Google Business Profile."""

from __future__ import annotations

from sandbox.google_business.hosts import ACCOUNTS, LOCATIONS, OAUTH, POSTS
from sandbox.platforms import Preset

_PUBLISH = {"host": POSTS, "method": "POST", "path": "*/localPosts"}
_ANY = {"host": POSTS}
_TOKEN = {"host": OAUTH, "method": "POST", "path": "/token"}


def _refused(code: str, **more: object) -> dict[str, object]:
    return {"kind": "platform_error", "error": {"code": code, **more}}


PRESETS = (
    Preset(
        "google-business-publish-lost",
        "Google, next post: answer lost after success",
        {"kind": "lost_after_success", **_PUBLISH},
    ),
    Preset(
        "google-business-publish-503-after",
        "Google, next post: 503 although it was published",
        {"kind": "error_after_success", "error": {"code": "UNAVAILABLE"}, **_PUBLISH},
    ),
    Preset(
        "google-business-publish-502-after",
        "Google, next post: 502 with an HTML page although it was published",
        {"kind": "error_after_success", "status": 502, **_PUBLISH},
    ),
    Preset(
        "google-business-publish-cut",
        "Google, next post: half an answer after success",
        {"kind": "malformed_json", **_PUBLISH},
    ),
    Preset(
        "google-business-publish-refused",
        "Google, next post: connection lost before any work",
        {"kind": "lost_before", **_PUBLISH},
    ),
    Preset(
        "google-business-publish-503", "Google, next post: 503, nothing done", {**_refused("UNAVAILABLE"), **_PUBLISH}
    ),
    Preset("google-business-publish-409", "Google, next post: 409 once", {**_refused("ABORTED"), **_PUBLISH}),
    Preset(
        "google-business-publish-slow",
        "Google, next post: answer 20 s late",
        {"kind": "slow_after", "delay_s": 20, **_PUBLISH},
    ),
    Preset(
        "google-business-photo",
        "Google, next post: its photo cannot be fetched (400/1000)",
        {**_refused("PHOTO"), **_PUBLISH},
    ),
    Preset(
        "google-business-not-here",
        "Google, next post: not authorized for this location (403)",
        {**_refused("NO_POSTS_HERE"), **_PUBLISH},
    ),
    Preset(
        "google-business-429",
        "Google, next post: over the minute's quota (429)",
        {**_refused("RATE_LIMIT_EXCEEDED"), **_PUBLISH},
    ),
    Preset(
        "google-business-not-approved",
        "Google, every API call: the project was never approved (429, quota 0, until cleared)",
        {**_refused("NOT_APPROVED"), "host": "*business*.googleapis.com", "times": None},
    ),
    Preset(
        "google-business-service-disabled",
        "Google, posts alone: the API is not switched on (403, until cleared)",
        {**_refused("SERVICE_DISABLED"), "times": None, **_ANY},
    ),
    Preset(
        "google-business-scope",
        "Google, next call: the permission was left unticked (403)",
        {**_refused("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), **_ANY},
    ),
    Preset(
        "google-business-token-expires",
        "Google, next post: the access token has just expired",
        {"kind": "revoke_token", "error": {"how": "expired"}, **_PUBLISH},
    ),
    Preset(
        "google-business-token-dies",
        "Google, next post: the person has taken everything back",
        {"kind": "revoke_token", **_PUBLISH},
    ),
    Preset(
        "google-business-invalid-grant",
        "Google, next token call: invalid_grant",
        {**_refused("invalid_grant"), **_TOKEN},
    ),
    Preset(
        "google-business-client",
        "Google, next token call: the client is not known (401)",
        {**_refused("invalid_client"), **_TOKEN},
    ),
    Preset("google-business-token-500", "Google, next token call: 500", {**_refused("internal_failure"), **_TOKEN}),
    Preset(
        "google-business-discovery-503",
        "Google, next list of locations: 503",
        {**_refused("UNAVAILABLE"), "host": LOCATIONS, "path": "*/locations"},
    ),
    Preset(
        "google-business-accounts-429",
        "Google, next list of accounts: 429",
        {**_refused("RATE_LIMIT_EXCEEDED"), "host": ACCOUNTS},
    ),
)
