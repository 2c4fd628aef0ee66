"""Metrics: int64 as text, zeros and late days absent, lists in pieces, keywords behind a threshold."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.google_business import demo, hosts
from sandbox.google_business.performance import METRICS
from sandbox.world import World
from tests.sandbox.google_business.hub import Hub, violations_of

BASE = f"/v1/locations/{demo.BAKERY}"


def _range(
    first: str = "2026-11-01", last: str = "2026-11-22", root: str = "dailyRange", style: str = "camel"
) -> dict[str, str]:
    params = {}
    for name, day in (("start", first), ("end", last)):
        for part, value in zip(("year", "month", "day"), day.split("-"), strict=False):
            end = f"{name}Date" if style == "camel" else f"{name}_date"
            params[f"{root}.{end}.{part}"] = str(int(value))
    return params


def _multi(hub: Hub, token: str, metrics: list[str], **params: str) -> requests.Response:
    path = f"{BASE}:fetchMultiDailyMetricsTimeSeries"
    return hub.call("GET", hosts.PERFORMANCE, path, token, params={"dailyMetrics": metrics, **(params or _range())})


def _values(series: dict[str, Any]) -> dict[str, str | None]:
    points = series["timeSeries"]["datedValues"]
    return {"{year}-{month:02}-{day:02}".format(**one["date"]): one.get("value") for one in points}


def test_several_metrics_come_in_several_elements(hub: Hub, token: str) -> None:
    wanted = ["WEBSITE_CLICKS", "CALL_CLICKS", "BUSINESS_IMPRESSIONS_MOBILE_MAPS"]
    outer = _multi(hub, token, wanted).json()["multiDailyMetricTimeSeries"]
    assert len(outer) == 2
    series = [one for element in outer for one in element["dailyMetricTimeSeries"]]
    assert [one["dailyMetric"] for one in series] == wanted


def test_the_latest_days_are_missing_and_zeros_have_no_value(world: World, hub: Hub, token: str) -> None:
    (outer,) = _multi(hub, token, ["WEBSITE_CLICKS"]).json()["multiDailyMetricTimeSeries"]
    values = _values(outer["dailyMetricTimeSeries"][0])
    assert (min(values), max(values), len(values)) == ("2026-11-01", "2026-11-19", 19)
    assert None in values.values()
    assert all(value is None or (isinstance(value, str) and int(value) > 0) for value in values.values())
    world.switches.set({"google_business.metrics_delay_days": 0})
    (outer,) = _multi(hub, token, ["WEBSITE_CLICKS"]).json()["multiDailyMetricTimeSeries"]
    assert max(_values(outer["dailyMetricTimeSeries"][0])) == "2026-11-22"


def test_late_days_are_revised_upwards_and_then_stay(world: World, hub: Hub, token: str) -> None:
    def read() -> int:
        params = {"dailyMetric": "BUSINESS_IMPRESSIONS_MOBILE_MAPS", **_range("2026-11-12", "2026-11-19")}
        answer = hub.call("GET", hosts.PERFORMANCE, f"{BASE}:getDailyMetricsTimeSeries", token, params=params)
        return sum(int(value or 0) for value in _values(answer.json()).values())

    early = read()
    world.clock.advance(1800)
    assert read() == early
    world.clock.freeze(world.clock.now() + 10 * 86_400)
    token = hub.redeem(world.google_business.consent()["code"]).json()["access_token"]
    assert read() > early


def test_both_spellings_of_the_range_are_read(hub: Hub, token: str) -> None:
    snake = {**_range(root="daily_range", style="snake")}
    assert _multi(hub, token, ["CALL_CLICKS"], **snake).json() == _multi(hub, token, ["CALL_CLICKS"]).json()


def test_every_metric_is_known_deprecated_ones_too_and_no_other(hub: Hub, token: str) -> None:
    assert _multi(hub, token, list(METRICS)).status_code == 200
    for wrong in (["DAILY_METRIC_UNKNOWN"], ["CLICKS"], []):
        assert violations_of(_multi(hub, token, wrong))[0][0] == "daily_metrics"


@pytest.mark.parametrize(
    "params",
    [_range("2026-11-10", "2026-11-01"), _range("2026-02-30", "2026-03-01"), {"dailyRange.startDate.year": "2026"}],
)
def test_a_range_that_cannot_be_is_refused(hub: Hub, token: str, params: dict[str, str]) -> None:
    assert violations_of(_multi(hub, token, ["CALL_CLICKS"], **params))


def test_nothing_is_kept_from_before_eighteen_months(hub: Hub, token: str) -> None:
    (outer,) = _multi(hub, token, ["CALL_CLICKS"], **_range("2024-01-01", "2024-02-01")).json()[
        "multiDailyMetricTimeSeries"
    ]
    assert outer["dailyMetricTimeSeries"][0]["timeSeries"] == {}


def test_rare_keywords_hide_behind_a_threshold(hub: Hub, token: str) -> None:
    params = {
        f"monthlyRange.{end}Month.{part}": value
        for end in ("start", "end")
        for part, value in (("year", "2026"), ("month", "10"))
    }
    path = f"{BASE}/searchkeywords/impressions/monthly"
    told = hub.call("GET", hosts.PERFORMANCE, path, token, params={**params, "pageSize": 3}).json()
    rest = hub.call(
        "GET", hosts.PERFORMANCE, path, token, params={**params, "pageSize": 10, "pageToken": told["nextPageToken"]}
    ).json()
    found = told["searchKeywordsCounts"] + rest["searchKeywordsCounts"]
    kinds = {name for one in found for name in one["insightsValue"]}
    assert kinds == {"value", "threshold"}
    assert all(len(one["insightsValue"]) == 1 for one in found)
