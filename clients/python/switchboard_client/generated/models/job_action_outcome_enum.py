from typing import Literal

JobActionOutcomeEnum = Literal["done"]

JOB_ACTION_OUTCOME_ENUM_VALUES: set[JobActionOutcomeEnum] = {
    "done",
}


def check_job_action_outcome_enum(value: str) -> JobActionOutcomeEnum:
    if value in JOB_ACTION_OUTCOME_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {JOB_ACTION_OUTCOME_ENUM_VALUES!r}")
