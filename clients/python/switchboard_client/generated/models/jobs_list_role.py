from typing import Literal

JobsListRole = Literal["first_comment", "post"]

JOBS_LIST_ROLE_VALUES: set[JobsListRole] = {
    "first_comment",
    "post",
}


def check_jobs_list_role(value: str) -> JobsListRole:
    if value in JOBS_LIST_ROLE_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {JOBS_LIST_ROLE_VALUES!r}")
