from typing import Literal

AttemptOutcomeEnum = Literal[
    "abandoned", "cannot_tell", "failed", "not_there", "postponed", "processing", "published", "unknown"
]

ATTEMPT_OUTCOME_ENUM_VALUES: set[AttemptOutcomeEnum] = {
    "abandoned",
    "cannot_tell",
    "failed",
    "not_there",
    "postponed",
    "processing",
    "published",
    "unknown",
}


def check_attempt_outcome_enum(value: str) -> AttemptOutcomeEnum:
    if value in ATTEMPT_OUTCOME_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {ATTEMPT_OUTCOME_ENUM_VALUES!r}")
