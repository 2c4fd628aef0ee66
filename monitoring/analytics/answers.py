"""Answers of thousands of values as plain data, without a serializer for each value; a test holds them against the documented shapes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from monitoring.analytics.rows import AccountMetric
from monitoring.analytics.selectors import Figure, Sums, in_order
from monitoring.analytics.vocabulary import whole

Told = dict[str, Any]


def moment(at: datetime) -> str:
    """Return a moment as every answer of the API says it."""
    said = timezone.localtime(at).isoformat()
    return f"{said[:-6]}Z" if said.endswith("+00:00") else said


def sums(one: Sums) -> Told:
    """Return what posts and places come to."""
    return {
        "posts_published": one.posts,
        "posts_published_before": one.posts_before,
        "posts": {metric: figure(known) for metric, known in one.of_posts.items()},
        "places": {metric: figure(known) for metric, known in one.of_places.items()},
    }


def figure(one: Figure) -> Told:
    """Return a metric over a range."""
    return {
        "value": whole(one.value),
        "previous": _number(one.previous),
        "change": _number(one.change),
        "change_percent": _number(one.change_percent),
        "told": one.told,
        "as_of": moment(one.as_of),
    }


def series(days: QuerySet[AccountMetric]) -> dict[UUID, list[Told]]:
    """Return the values of places day by day, by place and metric."""
    found: dict[UUID, dict[str, Told]] = {}
    said: dict[datetime, str] = {}
    rows = days.values_list("destination_id", "metric", "day", "window", "raw_name", "value", "as_of", "parts")
    for place, metric, day, window, raw_name, value, as_of, parts in rows:
        if as_of not in said:  # most metrics of a day speak of one moment
            said[as_of] = moment(as_of)
        one = found.setdefault(place, {}).setdefault(metric, {"metric": metric, "values": []})
        one |= {"raw_name": raw_name, "window": window}  # the newest day's
        split = {name: whole(float(part)) for name, part in parts.items()}
        one["values"].append({"day": day.isoformat(), "value": whole(value), "as_of": said[as_of], "parts": split})
    return {place: [_ordered(told[metric]) for metric in in_order(told)] for place, told in found.items()}


def _ordered(one: Told) -> Told:
    return {name: one[name] for name in ("metric", "raw_name", "window", "values")}


def _number(value: float | None) -> float | None:
    return None if value is None else whole(value)
