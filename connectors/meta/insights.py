"""Asking Meta for numbers: one refused metric fails a whole call, so then each is asked for alone, and absent stays absent.

Source: https://developers.facebook.com/docs/graph-api/reference/insights (2026-09) and the Instagram insights pages, read 2026-11-21.
Metrics die in all versions at once, so the lists of names are data (``insights_page``, ``insights_instagram``).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectors.errors import ConnectorError, RateLimited, ReconnectRequired, TransientError, UnexpectedAnswer
from connectors.meta.asset import Asset
from connectors.meta.graph import read_time
from connectors.types import Metric

Names = Mapping[str, str]
#: https://developers.facebook.com/docs/graph-api/reference/page/insights: the longest span of one query.
LONGEST_SPAN: Final = timedelta(days=90)
_PERIODS: Final = {"day": timedelta(days=1), "week": timedelta(days=7), "days_28": timedelta(days=28)}


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about one object: which metrics, by Meta's names, and what each is called here."""

    path: str
    operation: str
    names: Names
    more: Mapping[str, str]


def ask(place: Asset, question: Question) -> list[dict[str, Any]]:
    """Return the rows Meta gives; metrics it refuses are left out."""
    try:
        return _rows(place, question, list(question.names))
    except (UnexpectedAnswer, TransientError, ReconnectRequired) as error:
        if _is_no_data(error):
            return []
        if not _is_refused_metric(error):
            raise
    rows = []
    for name in question.names:
        try:
            rows += _rows(place, question, [name])
        except (UnexpectedAnswer, TransientError, ReconnectRequired) as error:
            if not _is_no_data(error) and not _is_refused_metric(error):
                raise
    return rows


def metrics_of(rows: Sequence[Mapping[str, Any]], names: Names) -> Iterator[Metric]:
    """Yield what the rows tell, in our words."""
    for row in rows:
        raw = str(row.get("name") or "")
        if raw not in names:
            continue
        total = row.get("total_value")
        if isinstance(total, dict):
            if (metric := _metric(names[raw], raw, total.get("value"), _breakdown(total))) is not None:
                yield metric
            continue
        span = _PERIODS.get(str(row.get("period")))
        for value in row.get("values") or ():
            if isinstance(value, dict):
                until = read_time(value.get("end_time"))
                since = until - span if until and span else None
                metric = _metric(names[raw], raw, value.get("value"), {}, since, until if since else None)
                if metric is not None:
                    yield metric


def spans(
    since: datetime, until: datetime, *, longest: timedelta = LONGEST_SPAN
) -> Iterator[tuple[datetime, datetime]]:
    """Cut a time into pieces that Meta answers in one query."""
    while since < until:
        end = min(until, since + longest)
        yield since, end
        since = end


def span_query(since: datetime, until: datetime) -> dict[str, str]:
    """Return a span as Meta wants it."""
    return {"since": str(int(since.timestamp())), "until": str(int(until.timestamp()))}


def number(value: Any) -> float | None:
    """Return a figure, or None for all that is none."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    return value if known else None


def unique(metrics: Sequence[Metric]) -> list[Metric]:
    """Drop what two queries told alike; the same name from two sources keeps the first."""
    seen: dict[tuple[str, datetime | None, datetime | None], Metric] = {}
    for metric in metrics:
        seen.setdefault((metric.name, metric.since, metric.until), metric)
    return list(seen.values())


def _rows(place: Asset, question: Question, names: Sequence[str]) -> list[dict[str, Any]]:
    query = {**question.more, **({"metric": ",".join(names)} if names else {})}
    answer = place.graph.get(question.path, token=place.token, operation=question.operation, query=query)
    rows = answer.get("data")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _metric(
    name: str,
    raw: str,
    value: Any,
    parts: Mapping[str, float],
    since: datetime | None = None,
    until: datetime | None = None,
) -> Metric | None:
    if isinstance(value, dict):
        parts = {str(key): figure for key, part in value.items() if (figure := number(part)) is not None}
        value = sum(parts.values()) if parts else None
    figure = number(value)
    if figure is None:
        return None
    return Metric(name, figure, raw, _utc(since), _utc(until), parts)


def _breakdown(total: Mapping[str, Any]) -> dict[str, float]:
    parts: dict[str, float] = {}
    for breakdown in total.get("breakdowns") or ():
        for result in (breakdown.get("results") or ()) if isinstance(breakdown, dict) else ():
            figure = number(result.get("value")) if isinstance(result, dict) else None
            if figure is not None:
                parts["/".join(str(value) for value in result.get("dimension_values") or ())] = figure
    return parts


def _utc(moment: datetime | None) -> datetime | None:
    return moment.astimezone(UTC) if moment else None


def _is_refused_metric(error: ConnectorError) -> bool:
    """100 means a metric Meta does not know (any more); for a mix that does not fit it only says 1, "unknown error"."""
    if isinstance(error, RateLimited):
        return False
    return (error.reply.code, error.reply.subcode) in {("100", ""), ("1", ""), ("3001", "1504028")}


def _is_no_data(error: ConnectorError) -> bool:
    """Meta answers 10 where too few people have seen something, as it does for a missing permission.

    Only its words tell the two apart, so they are matched here for want of anything better.
    """
    return error.reply.code == "10" and "not enough viewers" in error.reply.words.lower()
