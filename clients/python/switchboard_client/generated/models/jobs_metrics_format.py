from typing import Literal

JobsMetricsFormat = Literal["csv", "json"]

JOBS_METRICS_FORMAT_VALUES: set[JobsMetricsFormat] = {
    "csv",
    "json",
}


def check_jobs_metrics_format(value: str) -> JobsMetricsFormat:
    if value in JOBS_METRICS_FORMAT_VALUES:
        return value
    raise TypeError(f"Unexpected value {value!r}. Expected one of {JOBS_METRICS_FORMAT_VALUES!r}")
