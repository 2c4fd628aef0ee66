from typing import Literal

ApiKeyStateEnum = Literal["ending", "expired", "live", "revoked"]

API_KEY_STATE_ENUM_VALUES: set[ApiKeyStateEnum] = {
    "ending",
    "expired",
    "live",
    "revoked",
}


def check_api_key_state_enum(value: str) -> ApiKeyStateEnum:
    if value in API_KEY_STATE_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {API_KEY_STATE_ENUM_VALUES!r}")
