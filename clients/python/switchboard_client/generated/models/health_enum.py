from typing import Literal

HealthEnum = Literal["degraded", "healthy", "unhealthy"]

HEALTH_ENUM_VALUES: set[HealthEnum] = {
    "degraded",
    "healthy",
    "unhealthy",
}


def check_health_enum(value: str) -> HealthEnum:
    if value in HEALTH_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {HEALTH_ENUM_VALUES!r}")
