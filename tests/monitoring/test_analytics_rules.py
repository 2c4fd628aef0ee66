"""The rules behind the numbers: when to ask, what to keep, which day it was, how it is drawn and written."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.types import Metric
from monitoring import charts
from monitoring.analytics import cadence, placing, ranges, sheets, thinning
from monitoring.analytics.vocabulary import VOCABULARY, table
from monitoring.charts import Kind, Point

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PLAN = cadence.Plan((HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, 24 * HOUR), 30 * DAY, 90 * DAY)

# --- when -----------------------------------------------------------------------------------------------------------------


def looks(plan: cadence.Plan, key: UUID) -> list[timedelta]:
    """Every look at a post, each taken the moment it is due."""
    found, now = [], NOW
    while (due := cadence.next_look_at_post(plan, published_at=NOW, key=key, now=now)) is not None:
        found.append(due - NOW)
        now = due
    return found


def test_a_post_is_asked_for_ever_more_seldom_and_then_no_more() -> None:
    for key in (uuid4() for _ in range(20)):
        found = looks(PLAN, key)
        assert 38 <= len(found) <= 45
        assert [span // HOUR for span in found[:5]] == [1, 3, 6, 12, 24] or found[4] < 27 * HOUR
        gaps = [after - before for before, after in pairwise(found)]
        assert all(gap > timedelta(minutes=30) for gap in gaps)
        assert found[-1] <= 91 * DAY
        assert max(gaps) <= 7.2 * DAY


def test_looks_that_were_missed_are_not_made_up_for() -> None:
    key = uuid4()
    due = cadence.next_look_at_post(PLAN, published_at=NOW - 10 * DAY, key=key, now=NOW)
    assert due is not None
    assert timedelta() < due - NOW <= 1.2 * DAY
    assert cadence.next_look_at_post(PLAN, published_at=NOW - 120 * DAY, key=key, now=NOW) is None
    never = cadence.Plan((), timedelta(), timedelta())
    assert cadence.next_look_at_post(never, published_at=NOW, key=key, now=NOW) is None


def test_a_thousand_posts_of_one_second_are_not_asked_for_in_one_second() -> None:
    due = {cadence.next_look_at_post(PLAN, published_at=NOW, key=uuid4(), now=NOW) for _ in range(1000)}
    assert len({moment.replace(microsecond=0) for moment in due if moment}) > 200


def test_a_platform_that_asks_for_patience_gets_it() -> None:
    assert cadence.wait_after(0, 3 * HOUR) == 3 * HOUR
    assert cadence.wait_after(0, None) < cadence.wait_after(3, None) == cadence.wait_after(3, HOUR)
    assert cadence.wait_after(99, None) == cadence.WAITS[-1]


# --- what is kept ---------------------------------------------------------------------------------------------------------

MOMENTS = st.lists(
    st.integers(0, 20 * 24 * 60).map(lambda minutes: NOW - timedelta(minutes=minutes)), min_size=1, max_size=80
)


@settings(max_examples=60, deadline=None)
@given(MOMENTS)
def test_thinning_never_loses_the_latest_never_invents_and_never_leaves_a_day_out(moments: list[datetime]) -> None:
    kept = thinning.kept(moments, now=NOW)
    assert kept <= set(moments)
    assert max(moments) in kept
    assert {moment.date() for moment in moments} == {moment.date() for moment in kept}
    fresh = [moment for moment in kept if NOW - moment < thinning.FRESH_FOR]
    assert {thinning.hour_of(one) for one in moments if NOW - one < thinning.FRESH_FOR} == set(
        map(thinning.hour_of, fresh)
    )
    old = [moment for moment in kept if NOW - moment >= thinning.FRESH_FOR]
    assert len({moment.date() for moment in old}) == len(old), "one a day"
    assert thinning.kept(kept, now=NOW) == kept, "thinned again, nothing changes"


# --- which day --------------------------------------------------------------------------------------------------------------

BERLIN = ZoneInfo("Europe/Berlin")


def day(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("since", "until", "window", "on"),
    [
        ("2026-11-18T08:00", "2026-11-19T08:00", "day", date(2026, 11, 18)),  # midnight in California
        ("2026-11-18T00:00", "2026-11-19T00:00", "day", date(2026, 11, 18)),
        ("2026-11-17T23:00", "2026-11-18T23:00", "day", date(2026, 11, 18)),  # midnight in Berlin
        ("2026-10-01T00:00", "2026-11-01T00:00", "month", date(2026, 10, 1)),
        ("2026-11-01T00:00", "2026-11-08T00:00", "", None),
    ],
)
def test_a_span_lies_on_the_platforms_own_day(since: str, until: str, window: str, on: date | None) -> None:
    metric = Metric("views", 5, "x", day(since), day(until))
    found = placing.placed([metric], zone=BERLIN, now=NOW)
    assert [(one.window.value, one.day) for one in found] == ([(window, on)] if window else [])


def test_what_stands_at_a_moment_lies_on_the_tenants_day_and_comes_last() -> None:
    late = NOW.replace(hour=23, minute=30)
    spans = [
        Metric("followers", 9, "now"),
        Metric("followers", 8, "day", day("2026-11-21T00:00"), day("2026-11-22T00:00")),
    ]
    found = placing.placed(spans, zone=BERLIN, now=late)
    assert [(one.window.value, one.day) for one in found] == [
        ("day", date(2026, 11, 21)),
        ("moment", date(2026, 11, 23)),
    ]


def test_what_is_counted_for_any_span_is_known_by_the_span_that_was_asked() -> None:
    since, until = NOW - 8 * DAY, NOW
    told = [
        Metric("views", 5, "total", since, until),
        Metric("reach", 5, "by day", NOW - DAY, NOW),
        Metric("searches", 5, "month", day("2026-10-01T00:00"), day("2026-11-01T00:00")),
        Metric("followers", 5, "now"),
        Metric("saves", 5, "piece", since, since + 3 * DAY),
    ]
    assert placing.for_span(told, since=since, until=until) == {"total", "piece"}


def test_a_range_is_whole_days_of_the_tenants_zone_and_so_are_the_days_before() -> None:
    asked = ranges.last_days(7, zone=BERLIN, now=NOW)
    assert (asked.since, asked.until, asked.days) == (date(2026, 11, 16), date(2026, 11, 22), 7)
    assert (asked.begins, asked.ends) == (day("2026-11-15T23:00"), day("2026-11-22T23:00"))
    assert (asked.before.since, asked.before.until) == (date(2026, 11, 9), date(2026, 11, 15))
    spring = ranges.chosen(date(2026, 3, 29), date(2026, 3, 29), zone=BERLIN, now=NOW)
    assert spring.ends - spring.begins == 23 * HOUR
    for since, until in (
        (date(2026, 3, 2), date(2026, 3, 1)),
        (date(2020, 1, 1), date(2026, 1, 1)),
        (date(1, 1, 1), date(1, 1, 1)),
    ):
        with pytest.raises(ValueError, match="day"):
            ranges.chosen(since, until, zone=BERLIN, now=NOW)


# --- words --------------------------------------------------------------------------------------------------------------------


def test_every_metric_means_one_thing_and_no_platforms_word_means_two() -> None:
    for kind in ("posts", "places"):
        words = [
            (slug, raw) for one in VOCABULARY.values() for slug, names in getattr(one, kind).items() for raw in names
        ]
        assert len(words) == len(set(words))
    assert all(one.meaning.endswith(".") and one.label and (one.posts or one.places) for one in VOCABULARY.values())


# --- charts -------------------------------------------------------------------------------------------------------------------


def test_a_day_that_was_not_told_is_a_gap_and_not_a_zero() -> None:
    points = [Point("a", 3), Point("b", None), Point("c", 4), Point("d", 5)]
    line = charts.draw(Kind.LINE, points, title="T", summary="S")
    assert len(line.paths) == 2
    assert line.paths[0].endswith("h0"), "a lone point is a dot"
    bars = charts.draw(Kind.BARS, [*points, Point("e", 0)], title="T", summary="S")
    assert [bar.drawn for bar in bars.bars] == [True, False, True, True, False]
    assert bars.bars[1].words == "b: not told"
    assert bars.bars[4].words == "e: 0"
    assert charts.draw(Kind.LINE, [Point("a", None)], title="T", summary="S").empty


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=40), st.sampled_from(list(Kind)))
def test_whatever_the_values_a_drawing_stays_in_its_frame(values: list[float | None], kind: Kind) -> None:
    chart = charts.draw(kind, [Point(str(n), value) for n, value in enumerate(values)], title="T", summary="S")
    for bar in chart.bars:
        if bar.drawn:
            assert -2 <= bar.y <= 102
            assert -2 <= bar.y + bar.height <= 102
    for path in chart.paths:
        ys = [float(pair.split()[1]) for pair in path.strip("M").removesuffix("h0").split("L")]
        assert all(-0.1 <= y <= 100.1 for y in ys)


# --- CSV ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("nasty", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "\n@x"])
def test_no_cell_of_text_is_a_formula(nasty: str) -> None:
    assert sheets.cell(nasty).startswith("'")


def test_numbers_stay_numbers_and_what_was_not_told_is_empty() -> None:
    lines: list[list[Any]] = [["views", "text"], [-5.0, 'He said "no", =1'], [None, "Grüße\x00"], [1.25, NOW]]
    text = "".join(sheets.written(lines))
    assert list(csv.reader(io.StringIO(text))) == [
        ["views", "text"],
        ["-5", 'He said "no", =1'],
        ["", "Grüße"],
        ["1.25", "2026-11-22T12:00:00+00:00"],
    ]
    assert next(iter(sheets.written(lines, bom=True))) == "\ufeff"


def test_the_documented_vocabulary_is_the_one_in_the_code() -> None:
    page = (Path(__file__).parents[2] / "docs" / "api" / "analytics.md").read_text(encoding="utf-8")
    told = page.partition("<!-- vocabulary -->\n\n")[2].partition("\n<!-- /vocabulary -->")[0]
    assert told == table(), "put monitoring.analytics.vocabulary.table() between the marks"
