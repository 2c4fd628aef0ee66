"""Writing numbers down: the latest value of each metric replaces the one before, and a post's snapshots make its history.

Sums of the days that were touched are made again in the same transaction (``monitoring.analytics.rolling``).
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from connectors.types import Metric
from foundation.text import storable
from monitoring.analytics import rolling
from monitoring.analytics.placing import Placed
from monitoring.analytics.rows import AccountMetric, MetricWatch, PostMetric, PostSnapshot
from monitoring.analytics.thinning import hour_of
from monitoring.analytics.vocabulary import name_of_place_metric, name_of_post_metric, whole

#: Of a value that is split into very many parts (clicks by link), the largest are kept.
MOST_PARTS: Final = 50
LONGEST_PART: Final = 300
_LATEST: Final = ("value", "raw_name", "parts", "as_of", "taken_at")


def store_post(watch: MetricWatch, metrics: Sequence[Metric], *, now: datetime) -> int:
    """Store what was told of a post; return how many metrics. Values that went down are stored as told.

    A metric that is no longer told keeps its last value, with the moment it was told.
    """
    found: dict[str, Metric] = {}
    for metric in _finite(metrics):
        found.setdefault(name_of_post_metric(watch.platform_id, metric.raw_name, metric.name)[:60], metric)
    if not found or watch.job_id is None or watch.published_at is None:
        return 0
    rows = [
        PostMetric(
            job_id=watch.job_id,
            tenant_id=watch.tenant_id,
            destination_id=watch.destination_id,
            platform_id=watch.platform_id,
            published_at=watch.published_at,
            metric=name,
            value=metric.value,
            raw_name=storable(metric.raw_name)[:120],
            parts=_parts(metric.parts),
            as_of=metric.until or now,
            taken_at=now,
        )
        for name, metric in found.items()
    ]
    PostMetric.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["job", "metric"], update_fields=[*_LATEST]
    )
    # One snapshot an hour: the later one stands for it.
    PostSnapshot.objects.filter(job_id=watch.job_id, taken_at__gte=hour_of(now), taken_at__lte=now).delete()
    told = {name: whole(metric.value) for name, metric in found.items()}
    PostSnapshot.objects.create(job_id=watch.job_id, taken_at=now, values=told)
    rolling.note_post(
        tenant=watch.tenant_id, destination=watch.destination_id, published_at=watch.published_at, now=now
    )
    return len(rows)


def store_place(watch: MetricWatch, figures: Iterable[Placed], *, now: datetime) -> int:
    """Store what was told of a place, day by day; return how many values. A corrected day replaces what stood there."""
    found: dict[tuple[str, Any], AccountMetric] = {}
    for figure in figures:
        metric = figure.metric
        if not math.isfinite(metric.value):
            continue
        name = name_of_place_metric(watch.platform_id, metric.raw_name, metric.name)[:60]
        found[name, figure.day] = AccountMetric(
            destination_id=watch.destination_id,
            tenant_id=watch.tenant_id,
            platform_id=watch.platform_id,
            metric=name,
            day=figure.day,
            window=figure.window.value,
            value=metric.value,
            raw_name=storable(metric.raw_name)[:120],
            parts=_parts(metric.parts),
            as_of=figure.as_of,
            taken_at=now,
        )
    AccountMetric.objects.bulk_create(
        found.values(),
        batch_size=500,
        update_conflicts=True,
        unique_fields=["destination", "metric", "day"],
        update_fields=["window", *_LATEST],
    )
    rolling.note_place(tenant=watch.tenant_id, destination=watch.destination_id, days={day for _, day in found})
    return len(found)


def _finite(metrics: Iterable[Metric]) -> list[Metric]:
    return [metric for metric in metrics if math.isfinite(metric.value)]


def _parts(parts: Mapping[str, float]) -> dict[str, float]:
    told = [(storable(str(name))[:LONGEST_PART], float(value)) for name, value in parts.items() if math.isfinite(value)]
    told.sort(key=lambda part: -part[1])
    return {name: whole(value) for name, value in told[:MOST_PARTS]}
