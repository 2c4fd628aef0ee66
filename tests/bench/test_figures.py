"""Medians, percentiles and verdicts."""

import math

from bench.figures import Row, lines_of, percentile
from bench.meter import Cost


def test_a_figure_is_the_median_of_its_runs() -> None:
    row = Row("row", "a row")
    assert row.tell("rate", [100, 900, 200], "posts/s", at_least=150) == 200
    assert row.measures[0].reached is True
    assert row.measures[0].runs == (100, 900, 200)


def test_a_missed_target_is_said_in_words() -> None:
    row = Row("row", "a row")
    row.tell("delay", 61.0, "ms", at_most=60)
    assert "target ≤ 60 NOT REACHED" in lines_of(row)[1]


def test_a_percentile_is_a_value_that_was_measured() -> None:
    values = [5.0, 1.0, 4.0, 2.0, 3.0]
    assert percentile(values, 0.5) == 3.0
    assert percentile(values, 0.95) == 5.0
    assert math.isnan(percentile([], 0.95))


def test_costs_of_several_runs_add_up_and_peaks_do_not() -> None:
    row = Row("row", "a row")
    row.spend("hub", {"workers": Cost(1.5, 100.0)})
    row.spend("hub", {"workers": Cost(2.0, 80.0)})
    assert row.costs == {"hub: workers": Cost(3.5, 100.0)}
