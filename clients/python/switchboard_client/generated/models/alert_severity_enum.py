from typing import Literal

AlertSeverityEnum = Literal["bad", "warn"]

ALERT_SEVERITY_ENUM_VALUES: set[AlertSeverityEnum] = {
    "bad",
    "warn",
}


def check_alert_severity_enum(value: str) -> AlertSeverityEnum:
    if value in ALERT_SEVERITY_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ALERT_SEVERITY_ENUM_VALUES!r}")
