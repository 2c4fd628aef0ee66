from typing import Literal

PostStateEnum = Literal["cancelled", "failed", "partly_published", "published", "publishing", "scheduled"]

POST_STATE_ENUM_VALUES: set[PostStateEnum] = {
    "cancelled",
    "failed",
    "partly_published",
    "published",
    "publishing",
    "scheduled",
}


def check_post_state_enum(value: str) -> PostStateEnum:
    if value in POST_STATE_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {POST_STATE_ENUM_VALUES!r}")
