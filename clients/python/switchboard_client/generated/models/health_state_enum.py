from typing import Literal

HealthStateEnum = Literal["degraded", "healthy", "unhealthy"]

HEALTH_STATE_ENUM_VALUES: set[HealthStateEnum] = {
    "degraded",
    "healthy",
    "unhealthy",
}


def check_health_state_enum(value: str) -> HealthStateEnum:
    if value in HEALTH_STATE_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {HEALTH_STATE_ENUM_VALUES!r}")
