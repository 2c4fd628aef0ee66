"""What Google tells of a location: figures by day, and by month what people searched for.

Source: https://developers.google.com/my-business/reference/performance/rest, read 2026-11-21. Google tells figures some days late and
revises the newest ones; a day it has not told is absent here, never 0, and ``days_behind`` says how late the newest one is. Of single
posts Google has told nothing since 2023.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from connectors.google_business.google import Google
from connectors.google_business.hosts import Api
from connectors.google_business.moments import read_date
from connectors.google_business.names import location_of
from connectors.types import Metric, Target

#: The four places in which a profile was seen; together they are our ``views``.
_IMPRESSIONS: Final = "BUSINESS_IMPRESSIONS"
PLACES: Final = {
    f"{_IMPRESSIONS}_DESKTOP_MAPS": "desktop_maps",
    f"{_IMPRESSIONS}_DESKTOP_SEARCH": "desktop_search",
    f"{_IMPRESSIONS}_MOBILE_MAPS": "mobile_maps",
    f"{_IMPRESSIONS}_MOBILE_SEARCH": "mobile_search",
}
NAMES: Final = {
    "WEBSITE_CLICKS": "clicks",
    "CALL_CLICKS": "calls",
    "BUSINESS_DIRECTION_REQUESTS": "direction_requests",
    "MESSAGING_CLICKS": "messages",
    "BUSINESS_BOOKINGS": "bookings",
    "BUSINESS_FOOD_MENU_CLICKS": "menu_clicks",
}
#: So many of the newest days Google may still leave out or revise: without a figure they say nothing.
LATE: Final = timedelta(days=3)
LOOK_BACK: Final = timedelta(days=540)
KEYWORDS_AT_ONCE: Final = "100"
MOST_KEYWORD_PAGES: Final = 3
MOST_MONTHS: Final = 3
_DAY: Final = timedelta(days=1)

Days = dict[str, dict[date, float | None]]


def metrics(google: Google, target: Target, *, since: datetime, until: datetime) -> list[Metric]:
    """Return the figures of a span, day by day, and the searches of its months."""
    since = max(since, until - LOOK_BACK)
    days = _days(google, target, since=since, until=until)
    return [
        *_daily(days, until=until),
        *_behind(days, until=until),
        *_searches(google, target, since=since, until=until),
    ]


def _days(google: Google, target: Target, *, since: datetime, until: datetime) -> Days:
    """Read all figures in one call; Google parts them over lists within lists, all of which are walked."""
    asked = [("dailyMetrics", name) for name in (*PLACES, *NAMES)]
    last = (until - timedelta(microseconds=1)).astimezone(UTC).date()
    for end, limit in (("startDate", since.astimezone(UTC).date()), ("endDate", last)):
        asked += [(f"dailyRange.{end}.{part}", str(getattr(limit, part))) for part in ("year", "month", "day")]
    told = google.read(
        Api.PERFORMANCE,
        f"{location_of(target)}:fetchMultiDailyMetricsTimeSeries",
        operation="daily_metrics",
        query=asked,
    )
    found: Days = defaultdict(dict)
    for several in _objects(told.get("multiDailyMetricTimeSeries")):
        for series in _objects(several.get("dailyMetricTimeSeries")):
            name, values = str(series.get("dailyMetric") or ""), series.get("timeSeries")
            for value in _objects(values.get("datedValues") if isinstance(values, Mapping) else None):
                if (day := read_date(value.get("date"))) is not None:
                    found[name][day] = _figure(value.get("value"))
    return found


def _daily(days: Days, *, until: datetime) -> Iterator[Metric]:
    seen = {place: days.get(raw_name, {}) for raw_name, place in PLACES.items()}
    for day in sorted(set[date]().union(*seen.values())):
        parts = {
            place: value
            for place, told in seen.items()
            if day in told and (value := _settled(told[day], day, until)) is not None
        }
        if parts:
            yield Metric("views", sum(parts.values()), _IMPRESSIONS, *_span(day), parts)
    for raw_name, name in NAMES.items():
        for day, told in sorted(days.get(raw_name, {}).items()):
            if (value := _settled(told, day, until)) is not None:
                yield Metric(name, value, raw_name, *_span(day))


def _settled(value: float | None, day: date, until: datetime) -> float | None:
    """Read a day's figure: Google leaves zeros out, but on one of the newest days that may as well mean "not yet"."""
    if value is not None:
        return value
    return None if until.astimezone(UTC).date() - day <= LATE else 0.0


def _behind(days: Days, *, until: datetime) -> Iterator[Metric]:
    """Say how late the newest figure is, so that nobody takes the missing days for quiet ones."""
    told = [day for series in days.values() for day, value in series.items() if _settled(value, day, until) is not None]
    if told:
        newest = max(told)
        behind = max((until.astimezone(UTC).date() - newest).days, 0)
        yield Metric("days_behind", behind, "datedValues.date", *_span(newest))


def _searches(google: Google, target: Target, *, since: datetime, until: datetime) -> Iterator[Metric]:
    """Tell what people searched for, month by month. A word searched for seldom has a bound ("fewer than") and no figure."""
    for month in _months(since, until):
        exact: dict[str, float] = {}
        bounds: dict[str, float] = {}
        for told in _keywords(google, target, month):
            word, value = str(told.get("searchKeyword") or ""), told.get("insightsValue")
            value = value if isinstance(value, Mapping) else {}
            if word and (figure := _figure(value.get("value"))) is not None:
                exact[word] = figure
            elif word and (figure := _figure(value.get("threshold"))) is not None:
                bounds[word] = figure
        span = (_midnight(month), _midnight(_next_month(month)))
        if exact:
            yield Metric("searches", sum(exact.values()), "searchKeywordsCounts.value", *span, exact)
        if bounds:
            yield Metric("rare_searches", len(bounds), "searchKeywordsCounts.threshold", *span, bounds)


def _keywords(google: Google, target: Target, month: date) -> Iterator[dict[str, Any]]:
    asked = [
        (f"monthlyRange.{end}.{part}", str(getattr(month, part)))
        for end in ("startMonth", "endMonth")
        for part in ("year", "month")
    ]
    return google.items(
        Api.PERFORMANCE,
        f"{location_of(target)}/searchkeywords/impressions/monthly",
        "searchKeywordsCounts",
        operation="search_keywords",
        query=[*asked, ("pageSize", KEYWORDS_AT_ONCE)],
        most_pages=MOST_KEYWORD_PAGES,
    )


def _months(since: datetime, until: datetime) -> list[date]:
    """Return the whole months of a span, or the last whole one before its end: a month that still runs has no figures."""
    last = (until.astimezone(UTC).date().replace(day=1) - _DAY).replace(day=1)
    months = [last]
    while len(months) < MOST_MONTHS and (earlier := (months[-1] - _DAY).replace(day=1)) >= since.astimezone(UTC).date():
        months.append(earlier)
    return months[::-1]


def _next_month(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1)


def _span(day: date) -> tuple[datetime, datetime]:
    return _midnight(day), _midnight(day + _DAY)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def _figure(told: Any) -> float | None:
    """Read a figure: 64-bit numbers come as text."""
    if isinstance(told, str) and told.isascii() and told.isdecimal() and len(told) < 20:
        return float(told)
    return float(told) if isinstance(told, int | float) and not isinstance(told, bool) else None


def _objects(told: Any) -> list[Mapping[str, Any]]:
    return [one for one in told if isinstance(one, Mapping)] if isinstance(told, list) else []
