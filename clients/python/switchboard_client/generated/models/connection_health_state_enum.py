from typing import Literal

ConnectionHealthStateEnum = Literal["degraded", "healthy", "unhealthy", "unknown"]

CONNECTION_HEALTH_STATE_ENUM_VALUES: set[ConnectionHealthStateEnum] = {
    "degraded",
    "healthy",
    "unhealthy",
    "unknown",
}


def check_connection_health_state_enum(value: str) -> ConnectionHealthStateEnum:
    if value in CONNECTION_HEALTH_STATE_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {CONNECTION_HEALTH_STATE_ENUM_VALUES!r}")
