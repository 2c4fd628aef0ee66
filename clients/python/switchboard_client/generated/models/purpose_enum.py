from typing import Literal

PurposeEnum = Literal["poll", "publish", "reconcile"]

PURPOSE_ENUM_VALUES: set[PurposeEnum] = {
    "poll",
    "publish",
    "reconcile",
}


def check_purpose_enum(value: str) -> PurposeEnum:
    if value in PURPOSE_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {PURPOSE_ENUM_VALUES!r}")
