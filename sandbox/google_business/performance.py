"""The Performance API: numbers day by day, late by some days, zeros left out, one list in several pieces."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sandbox.google_business import moments, paging
from sandbox.google_business.ask import Ask, snake
from sandbox.google_business.errors import bad_request
from sandbox.google_business.records import Location

METRICS = {
    "BUSINESS_IMPRESSIONS_DESKTOP_MAPS": 14,
    "BUSINESS_IMPRESSIONS_DESKTOP_SEARCH": 22,
    "BUSINESS_IMPRESSIONS_MOBILE_MAPS": 61,
    "BUSINESS_IMPRESSIONS_MOBILE_SEARCH": 48,
    "BUSINESS_DIRECTION_REQUESTS": 9,
    "CALL_CLICKS": 4,
    "WEBSITE_CLICKS": 7,
    "MESSAGING_CLICKS": 2,
    "BUSINESS_BOOKINGS": 1,
    "BUSINESS_FOOD_MENU_CLICKS": 3,
    # Deprecated: parsed, and always zero by now.
    "BUSINESS_CONVERSATIONS": 0,
    "BUSINESS_FOOD_ORDERS": 0,
}
_DATES = tuple(f"dailyRange.{end}Date.{part}" for end in ("start", "end") for part in ("year", "month", "day"))
MULTI_PARAMS = frozenset({"dailyMetrics", *_DATES})
SINGLE_PARAMS = frozenset({"dailyMetric", *_DATES})
_MONTHS = tuple(f"monthlyRange.{end}Month.{part}" for end in ("start", "end") for part in ("year", "month", "day"))
KEYWORD_PARAMS = frozenset({"pageSize", "pageToken", *_MONTHS})
_KEYWORDS = ("bakery", "bread near me", "café", "pastéis", "breakfast", "open now", "rye bread", "birthday cake")
_THRESHOLD = 15
_LOOK_BACK = timedelta(days=548)
_SETTLED = timedelta(days=7)


def multi(ask: Ask) -> dict[str, Any]:
    """Tell several metrics; they come in more than one element of the outer list."""
    location, days = ask.location(), list(_days(ask))
    wanted = list(dict.fromkeys(ask.query.get("dailyMetrics", [])))
    if not wanted:
        raise bad_request([("daily_metrics", "At least one metric is required.")])
    series = [
        {"dailyMetric": metric, "timeSeries": _series(ask, location, _metric(metric, "daily_metrics"), days)}
        for metric in wanted
    ]
    pieces = [series[:1], series[1:]] if len(series) > 1 else [series]
    return {"multiDailyMetricTimeSeries": [{"dailyMetricTimeSeries": piece} for piece in pieces]}


def single(ask: Ask) -> dict[str, Any]:
    """Tell one metric."""
    location, days = ask.location(), list(_days(ask))
    return {"timeSeries": _series(ask, location, _metric(ask.text("dailyMetric"), "daily_metric"), days)}


def keywords(ask: Ask) -> dict[str, Any]:
    """Tell what people searched for in a range of months; small numbers hide behind a threshold."""
    location = ask.location()
    first, last = (_day(ask, f"monthlyRange.{end}Month", monthly=True) for end in ("start", "end"))
    if first > last:
        raise bad_request([("monthly_range", "The range ends before it begins.")])
    rows, token = paging.page(ask, _KEYWORDS, default=100, most=100)
    months = (last.year - first.year) * 12 + last.month - first.month + 1

    def show(keyword: str) -> dict[str, Any]:
        count = months * (_noise(location.id, keyword, first.isoformat()) % 60)
        value = {"threshold": str(_THRESHOLD)} if count < _THRESHOLD else {"value": str(count)}
        return {"searchKeyword": keyword, "insightsValue": value}

    return paging.told("searchKeywordsCounts", rows, show, token)


def _series(ask: Ask, location: Location, metric: str, days: list[date]) -> dict[str, Any]:
    values = []
    today = datetime.fromtimestamp(ask.now, UTC).date()
    for day in days:
        point: dict[str, Any] = {"date": moments.parts_of(day)}
        count = _count(location, metric, day, settled=today - day >= _SETTLED)
        if count:
            point["value"] = str(count)
        values.append(point)
    return {"datedValues": values} if values else {}


def _count(location: Location, metric: str, day: date, *, settled: bool) -> int:
    """Return a day's number, always the same; of late days a part is still on its way."""
    noise = _noise(location.id, metric, day.isoformat())
    most = METRICS[metric]
    count = noise % (2 * most + 1) if location.has_voice and most and noise % 7 else 0
    return count if settled else count * 9 // 10


def _days(ask: Ask) -> Iterator[date]:
    """Yield the days of the range that have numbers: none of the latest, none from long ago."""
    first, last = (_day(ask, f"dailyRange.{end}Date") for end in ("start", "end"))
    if first > last:
        raise bad_request([("daily_range", "The range ends before it begins.")])
    today = datetime.fromtimestamp(ask.now, UTC).date()
    first = max(first, today - _LOOK_BACK)
    last = min(last, today - timedelta(days=ask.switches.number("google_business.metrics_delay_days")))
    while first <= last:
        yield first
        first += timedelta(days=1)


def _day(ask: Ask, name: str, *, monthly: bool = False) -> date:
    parts = {
        part: ask.whole(f"{name}.{part}", 1 if monthly and part == "day" else 0) for part in ("year", "month", "day")
    }
    found = moments.day(parts)
    if found is None:
        raise bad_request([(snake(name), f"Invalid date: {parts['year']}-{parts['month']}-{parts['day']}")])
    return found


def _metric(metric: str, where: str) -> str:
    if metric not in METRICS:
        kind = "type.googleapis.com/google.mybusiness.businessprofileperformance.v1.DailyMetric"
        raise bad_request([(where, why := f"Invalid value at '{where}' ({kind}), \"{metric}\"")], why)
    return metric


def _noise(*words: str) -> int:
    return zlib.crc32("/".join(words).encode())
