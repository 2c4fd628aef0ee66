from typing import Literal

SumEnum = Literal["add", "last", "mean"]

SUM_ENUM_VALUES: set[SumEnum] = {
    "add",
    "last",
    "mean",
}


def check_sum_enum(value: str) -> SumEnum:
    if value in SUM_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {SUM_ENUM_VALUES!r}")
