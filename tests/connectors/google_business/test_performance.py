"""Figures of a location: by day, never made up, with how late they are; searches by month."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import responses

from connectors.google_business.connector import GoogleBusinessConnector
from connectors.types import Capability, Metric
from tests.connectors.google_business.stage import LOCATION, PERFORMANCE, PLACE

DAILY = f"{PERFORMANCE}/{LOCATION}:fetchMultiDailyMetricsTimeSeries"
WORDS = f"{PERFORMANCE}/{LOCATION}/searchkeywords/impressions/monthly"
SINCE, UNTIL = datetime(2026, 11, 8, tzinfo=UTC), datetime(2026, 11, 22, tzinfo=UTC)


def day(number: int) -> datetime:
    return datetime(2026, 11, number, tzinfo=UTC)


def series(name: str, **values: str | None) -> dict[str, Any]:
    dated = [
        {"date": {"year": 2026, "month": 11, "day": int(number[1:])}, **({"value": value} if value is not None else {})}
        for number, value in values.items()
    ]
    return {"dailyMetric": name, "timeSeries": {"datedValues": dated}}


def metrics(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock, *lists: Any, words: Any = None
) -> list[Metric]:
    told = {"multiDailyMetricTimeSeries": [{"dailyMetricTimeSeries": list(one)} for one in lists]}
    answers.get(DAILY, json=told)
    answers.get(WORDS, json=words or {})
    return list(alone.account_metrics(PLACE, since=SINCE, until=UNTIL))


def test_figures_are_asked_for_in_one_call_by_days(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    metrics(alone, answers)
    asked = parse_qs(urlsplit(str(answers.calls[0].request.url)).query)
    assert len(asked["dailyMetrics"]) == 10
    dates = {name: value[0] for name, value in asked.items() if name.startswith("dailyRange")}
    assert dates == {
        "dailyRange.startDate.year": "2026",
        "dailyRange.startDate.month": "11",
        "dailyRange.startDate.day": "8",
        "dailyRange.endDate.year": "2026",
        "dailyRange.endDate.month": "11",
        "dailyRange.endDate.day": "21",
    }


def test_every_list_within_every_list_is_read(alone: GoogleBusinessConnector, answers: responses.RequestsMock) -> None:
    found = metrics(
        alone,
        answers,
        [series("WEBSITE_CLICKS", d9="12"), series("CALL_CLICKS", d9="3")],
        [series("BUSINESS_DIRECTION_REQUESTS", d9="7"), series("A_METRIC_OF_TOMORROW", d9="99")],
    )
    by_name = {metric.name: metric for metric in found}
    assert by_name["clicks"] == Metric("clicks", 12, "WEBSITE_CLICKS", day(9), day(10))
    assert by_name["calls"].value == 3
    assert by_name["direction_requests"].value == 7
    assert 99 not in {metric.value for metric in found}


def test_the_four_places_a_profile_is_seen_in_are_parts_of_one_figure(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    found = metrics(
        alone,
        answers,
        [
            series("BUSINESS_IMPRESSIONS_MOBILE_MAPS", d9="40"),
            series("BUSINESS_IMPRESSIONS_DESKTOP_SEARCH", d9=None, d10="2"),
        ],
    )
    views = [metric for metric in found if metric.name == "views"]
    assert [(metric.value, metric.parts) for metric in views] == [
        (40, {"mobile_maps": 40, "desktop_search": 0}),
        (2, {"desktop_search": 2}),
    ]


def test_a_quiet_day_is_zero_and_a_day_not_told_yet_is_absent(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    found = metrics(alone, answers, [series("WEBSITE_CLICKS", d9=None, d18=None, d19=None, d20="4")])
    clicks = {metric.since: metric.value for metric in found if metric.name == "clicks"}
    assert clicks == {day(9): 0, day(18): 0, day(20): 4}


def test_how_late_the_figures_are_is_told(alone: GoogleBusinessConnector, answers: responses.RequestsMock) -> None:
    found = metrics(alone, answers, [series("WEBSITE_CLICKS", d9="1", d19="4", d21=None)])
    assert [metric for metric in found if metric.name == "days_behind"] == [
        Metric("days_behind", 3, "datedValues.date", day(19), day(20))
    ]


def test_nothing_told_is_nothing(alone: GoogleBusinessConnector, answers: responses.RequestsMock) -> None:
    assert metrics(alone, answers) == []
    odd = {"dailyMetric": 5, "timeSeries": [1]}
    answers.replace(
        responses.GET, DAILY, json={"multiDailyMetricTimeSeries": [{"dailyMetricTimeSeries": [odd, None]}, 3]}
    )
    assert list(alone.account_metrics(PLACE, since=SINCE, until=UNTIL)) == []


def test_what_people_searched_for_is_told_by_the_last_whole_month_and_a_bound_is_no_figure(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    words = {
        "searchKeywordsCounts": [
            {"searchKeyword": "bakery", "insightsValue": {"value": "120"}},
            {"searchKeyword": "bread", "insightsValue": {"value": "30"}},
            {"searchKeyword": "rye", "insightsValue": {"threshold": "15"}},
            {"searchKeyword": "odd"},
        ]
    }
    exact, rare = metrics(alone, answers, words=words)
    october = (datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
    assert exact == Metric("searches", 150, "searchKeywordsCounts.value", *october, {"bakery": 120, "bread": 30})
    assert rare == Metric("rare_searches", 1, "searchKeywordsCounts.threshold", *october, {"rye": 15})
    asked = parse_qs(urlsplit(str(answers.calls[-1].request.url)).query)
    assert asked["monthlyRange.startMonth.month"] == asked["monthlyRange.endMonth.month"] == ["10"]


def test_a_longer_span_has_its_months_and_no_span_goes_back_further_than_google(
    alone: GoogleBusinessConnector, answers: responses.RequestsMock
) -> None:
    answers.get(DAILY, json={})
    answers.get(WORDS, json={})
    alone.account_metrics(PLACE, since=UNTIL - timedelta(days=2_000), until=UNTIL)
    asked = [parse_qs(urlsplit(str(call.request.url)).query) for call in answers.calls]
    assert asked[0]["dailyRange.startDate.year"] == ["2025"]
    assert [one["monthlyRange.startMonth.month"] for one in asked[1:]] == [["8"], ["9"], ["10"]]


def test_of_single_posts_nothing_is_promised() -> None:
    assert Capability.POST_METRICS not in GoogleBusinessConnector.capabilities
    assert Capability.WEBHOOKS not in GoogleBusinessConnector.capabilities
