from typing import Literal

JobStateEnum = Literal[
    "cancelled",
    "dlq",
    "failed",
    "polling",
    "processing",
    "published",
    "publishing",
    "queued",
    "reconciling",
    "retrying",
    "scheduled",
]

JOB_STATE_ENUM_VALUES: set[JobStateEnum] = {
    "cancelled",
    "dlq",
    "failed",
    "polling",
    "processing",
    "published",
    "publishing",
    "queued",
    "reconciling",
    "retrying",
    "scheduled",
}


def check_job_state_enum(value: str) -> JobStateEnum:
    if value in JOB_STATE_ENUM_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {JOB_STATE_ENUM_VALUES!r}")
