from typing import Literal

EndpointHealthEnum = Literal["disabled", "failing", "healthy", "unknown"]

ENDPOINT_HEALTH_ENUM_VALUES: set[EndpointHealthEnum] = {
    "disabled",
    "failing",
    "healthy",
    "unknown",
}


def check_endpoint_health_enum(value: str) -> EndpointHealthEnum:
    if value in ENDPOINT_HEALTH_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ENDPOINT_HEALTH_ENUM_VALUES!r}")
