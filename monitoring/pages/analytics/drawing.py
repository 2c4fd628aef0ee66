"""The charts of numbers: what went out, how places were seen, one metric of a place, how a post's grew."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from monitoring import charts
from monitoring.analytics.ranges import Range
from monitoring.analytics.rows import AccountMetric, PostSnapshot
from monitoring.analytics.selectors import Drawn
from monitoring.analytics.vocabulary import Definition, Sum, Unit, definition_of
from monitoring.charts import Chart, Kind, Point
from monitoring.pages.analytics.words import day_label, written


def posts_chart(counted: Mapping[str, Mapping[date, int]], days: Range) -> Chart | None:
    """Draw how much went out, day by day, told by platform; None when nothing did."""
    count = dict.fromkeys(days.every_day, 0)
    for of_platform in counted.values():
        for day, number in of_platform.items():
            count[day] += number
    total = sum(count.values())
    if not total:
        return None
    points = [Point(day_label(day), number) for day, number in count.items()]
    return charts.draw(
        Kind.BARS,
        points,
        title="How much went out, day by day?",
        summary=f"{total:,} post{'s' if total != 1 else ''} in {days.days} days, at most {max(count.values()):,} in a day.",
        note=f"Days in {days.zone.key}.",
        unit="Posts",
    )


def views_chart(rows: Sequence[Drawn], days: Range) -> Chart | None:
    """Draw how often the places were seen; a day that not all places have told is drawn lighter."""
    told: dict[date, dict[UUID, float]] = {}
    for row in rows:
        if row.metric == "views" and row.window == AccountMetric.Window.DAY:
            told.setdefault(row.day, {})[row.place] = row.value
    if not told:
        return None
    most = max(len(values) for values in told.values())
    points = [
        Point(day_label(day), sum(told[day].values()), partial=len(told[day]) < most)
        if day in told
        else Point(day_label(day), None)
        for day in days.every_day
    ]
    total = sum(point.value or 0 for point in points)
    partial = sum(point.partial for point in points)
    late = f" {partial} day{'s' if partial != 1 else ''} not told by all of them are lighter." if partial else ""
    return charts.draw(
        Kind.BARS,
        points,
        title="How often were the places seen, day by day?",
        summary=f"{total:,.0f} views at {most} place{'s' if most != 1 else ''} that tell them by day.{late}",
        note=f"Told up to {day_label(max(told))}. A day is the platform's own.",
        unit="Views",
    )


def series_chart(metric: str, found: Mapping[date, AccountMetric], days: Range) -> Chart:
    """Draw one metric of a place, day by day."""
    known: Definition = definition_of(metric)
    points = [
        Point(day_label(day), found[day].value, written(found[day].value, known.unit))
        if day in found
        else Point(day_label(day), None)
        for day in days.every_day
    ]
    values = [row.value for _, row in sorted(found.items())]
    newest = found[max(found)]
    if known.sum is Sum.ADD:
        summary = f"{written(sum(values), known.unit)} in all, at most {written(max(values), known.unit)} in a day."
    elif known.sum is Sum.LAST:
        summary = f"{written(values[-1], known.unit)} at last, {written(values[0], known.unit)} at first."
    else:
        summary = f"{written(sum(values) / len(values), known.unit)} a day on average, at most {written(max(values), known.unit)}."
    share = known.unit is Unit.SHARE
    return charts.draw(
        Kind.BARS if known.sum is Sum.ADD else Kind.LINE,
        points,
        title=known.label,
        summary=summary,
        note=f"{newest.raw_name}, told up to {day_label(newest.day)}.",
        unit=known.label,
        write="{:.1%}" if share else "{:,.10g}",
    )


def history_chart(metric: str, history: Sequence[PostSnapshot], zone: Any) -> Chart:
    """Draw how a metric of a post grew, look by look."""
    known = definition_of(metric)
    points = []
    for one in history:
        value, at = one.values.get(metric), one.taken_at.astimezone(zone)
        words = written(value, known.unit) if value is not None else ""
        points.append(Point(f"{at.day} {at:%b %H:%M}", value, words))
    told = [point.value for point in points if point.value is not None]
    return charts.draw(
        Kind.LINE,
        points,
        title=f"How did {known.label.lower()} grow?",
        summary=f"From {written(told[0], known.unit)} to {written(told[-1], known.unit)} in {len(told)} looks.",
        note=f"Moments in {zone.key}; looks grow rarer as the post grows old.",
        heading="Looked at",
        unit=known.label,
    )
