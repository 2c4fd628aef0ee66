from typing import Literal

FindingSeverityEnum = Literal["error", "warning"]

FINDING_SEVERITY_ENUM_VALUES: set[FindingSeverityEnum] = {
    "error",
    "warning",
}


def check_finding_severity_enum(value: str) -> FindingSeverityEnum:
    if value in FINDING_SEVERITY_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {FINDING_SEVERITY_ENUM_VALUES!r}")
