"""Numbers with scripted answers: what is told is told, what is not is absent, what may not be asked is refused."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import responses

from connectors.errors import ReconnectRequired, TransientError
from connectors.linkedin.connector import LinkedInConnector
from connectors.types import Metric, Target
from tests.connectors.linkedin.conftest import API, MEMBER, PAGE

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
SINCE, UNTIL = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 8, tzinfo=UTC)
SHARE, UGC = "urn:li:share:7142", "urn:li:ugcPost:7143"
READER = Target(
    MEMBER.kind,
    MEMBER.external_id,
    MEMBER.name,
    {},
    (*MEMBER.scopes, "r_member_postAnalytics", "r_member_profileAnalytics"),
)
STATISTICS = {
    "impressionCount": 1204,
    "uniqueImpressionsCount": 800,
    "clickCount": 31,
    "likeCount": 12,
    "commentCount": 4,
    "shareCount": 2,
    "engagement": 0.0407,
}


def by_name(metrics: Any) -> dict[str, float]:
    return {metric.name: metric.value for metric in metrics}


def statistics(answers: responses.RequestsMock, *elements: dict[str, Any]) -> None:
    answers.get(re.compile(f"{API}/rest/organizationalEntityShareStatistics"), json={"elements": list(elements)})


def test_a_pages_post_is_told_with_the_reactions_by_kind(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    statistics(answers, {"organizationalEntity": PAGE.external_id, "share": SHARE, "totalShareStatistics": STATISTICS})
    summaries = {"LIKE": {"reactionType": "LIKE", "count": 9}, "PRAISE": {"reactionType": "PRAISE", "count": 3}}
    answers.get(re.compile(f"{API}/rest/socialMetadata/"), json={"reactionSummaries": summaries})
    metrics = alone.post_metrics(SHARE, PAGE, now=NOW)
    assert by_name(metrics) == {
        "views": 1204,
        "reach": 800,
        "clicks": 31,
        "reactions": 12,
        "comments": 4,
        "shares": 2,
        "engagement_rate": 0.0407,
    }
    reactions = next(metric for metric in metrics if metric.name == "reactions")
    assert reactions == Metric("reactions", 12, "reactionSummaries", parts={"LIKE": 9, "PRAISE": 3})


@pytest.mark.parametrize(("urn", "parameter"), [(SHARE, "shares=List("), (UGC, "ugcPosts=List(")])
def test_each_kind_of_post_is_asked_for_by_its_own_parameter(
    alone: LinkedInConnector, answers: responses.RequestsMock, urn: str, parameter: str
) -> None:
    statistics(answers)
    alone.post_metrics(urn, PAGE, now=NOW)
    assert parameter in str(answers.calls[0].request.url)


def test_a_post_without_activity_is_left_out_by_linkedin_and_counts_zero(
    alone: LinkedInConnector, answers: responses.RequestsMock
) -> None:
    statistics(answers)
    answers.get(re.compile(f"{API}/rest/socialMetadata/"), status=403, json={"status": 403, "message": "no"})
    assert set(by_name(alone.post_metrics(SHARE, PAGE, now=NOW)).values()) == {0}


def test_a_figure_that_is_not_told_is_absent(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    statistics(answers, {"totalShareStatistics": {"impressionCount": 5, "clickCount": None, "likeCount": "7"}})
    assert by_name(alone.post_metrics(SHARE, PAGE, now=NOW)) == {"views": 5}


@pytest.mark.parametrize("status", [500, 503])
def test_a_failed_call_is_no_zero(alone: LinkedInConnector, answers: responses.RequestsMock, status: int) -> None:
    answers.get(re.compile(f"{API}/rest/"), status=status, json={"status": status})
    with pytest.raises(TransientError):
        alone.post_metrics(SHARE, PAGE, now=NOW)


@pytest.mark.parametrize(
    "told",
    ["IMPRESSION", {"com.linkedin.adsexternalapi.memberanalytics.v1.CreatorPostAnalyticsMetricTypeV1": "IMPRESSION"}],
    ids=["since 202605", "before"],
)
def test_a_members_post_is_told_metric_by_metric_in_either_shape(
    alone: LinkedInConnector, answers: responses.RequestsMock, told: Any
) -> None:
    answers.get(
        re.compile(f"{API}/rest/memberCreatorPostAnalytics.*queryType=IMPRESSION&"),
        json={"elements": [{"count": 1204, "metricType": told, "targetEntity": {"share": SHARE}}], "paging": {}},
    )
    answers.get(re.compile(f"{API}/rest/memberCreatorPostAnalytics"), json={"elements": []})
    assert by_name(alone.post_metrics(SHARE, READER, now=NOW)) == {"views": 1204}
    queries = [urlsplit(str(call.request.url)).query for call in answers.calls]
    assert all(query.startswith("q=entity&entity=(share:urn%3Ali%3Ashare%3A7142)&queryType=") for query in queries)
    assert len(queries) == 5


def test_a_ugc_post_has_its_own_word(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    answers.get(re.compile(f"{API}/rest/memberCreatorPostAnalytics"), json={"elements": []})
    alone.post_metrics(UGC, READER, now=NOW)
    assert "entity=(ugc:urn%3Ali%3AugcPost%3A7143)" in str(answers.calls[0].request.url)


@pytest.mark.parametrize(
    "ask",
    [
        lambda connector: connector.post_metrics(SHARE, MEMBER, now=NOW),
        lambda connector: connector.account_metrics(MEMBER, since=SINCE, until=UNTIL),
    ],
    ids=["post", "account"],
)
def test_a_profile_app_is_told_that_there_are_no_numbers_for_it_and_never_zeros(
    alone: LinkedInConnector, answers: responses.RequestsMock, ask: Callable[[LinkedInConnector], Any]
) -> None:
    with pytest.raises(ReconnectRequired) as refusal:
        ask(alone)
    assert refusal.value.missing_scope == "r_member_postAnalytics"
    assert not refusal.value.connection_ended
    assert len(answers.calls) == 0


def test_a_members_days_and_followers(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    day = {"start": {"day": 3, "month": 11, "year": 2026}, "end": {"day": 4, "month": 11, "year": 2026}}
    answers.get(
        re.compile(f"{API}/rest/memberCreatorPostAnalytics.*queryType=REACTION&"),
        json={"elements": [{"count": 7, "metricType": "REACTION", "dateRange": day}]},
    )
    answers.get(re.compile(f"{API}/rest/memberCreatorPostAnalytics"), json={"elements": []})
    answers.get(re.compile(f"{API}/rest/memberFollowersCount"), json={"elements": [{"memberFollowersCount": 512}]})
    metrics = alone.account_metrics(READER, since=SINCE, until=UNTIL)
    assert by_name(metrics) == {"followers": 512, "reactions": 7}
    reactions = metrics[-1]
    assert (reactions.since, reactions.until) == (
        datetime(2026, 11, 3, tzinfo=UTC),
        datetime(2026, 11, 4, tzinfo=UTC),
    )
    queries = [urlsplit(str(call.request.url)).query for call in answers.calls]
    assert not any("MEMBERS_REACHED" in query for query in queries), "not to be had by day"
    assert "dateRange=(start:(day:1,month:11,year:2026),end:(day:8,month:11,year:2026))" in queries[-1]


def test_a_pages_days_followers_gains_and_views(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    span = {"start": int(SINCE.timestamp() * 1000), "end": int(SINCE.timestamp() * 1000) + 86_400_000}
    answers.get(
        re.compile(f"{API}/rest/networkSizes/urn%3Ali%3Aorganization%3A2414101"), json={"firstDegreeSize": 8214}
    )
    statistics(answers, {"timeRange": span, "totalShareStatistics": {"impressionCount": 40}})
    answers.get(
        re.compile(f"{API}/rest/organizationalEntityFollowerStatistics"),
        json={"elements": [{"timeRange": span, "followerGains": {"organicFollowerGain": 5, "paidFollowerGain": 2}}]},
    )
    answers.get(
        re.compile(f"{API}/rest/organizationPageStatistics"),
        json={
            "elements": [
                {"timeRange": span, "totalPageStatistics": {"views": {"allPageViews": {"pageViews": 90}}}},
                {"timeRange": span, "totalPageStatistics": {"views": {}}},
            ]
        },
    )
    metrics = alone.account_metrics(PAGE, since=SINCE, until=UNTIL)
    assert by_name(metrics) == {"followers": 8214, "views": 40, "followers_gained": 7, "page_views": 90}
    assert {metric.since for metric in metrics[1:]} == {SINCE}
    gained = next(metric for metric in metrics if metric.name == "followers_gained")
    assert gained.parts == {"organic": 5, "paid": 2}
    start, end = (int(moment.timestamp() * 1000) for moment in (SINCE, UNTIL))
    assert f"timeIntervals=(timeRange:(start:{start},end:{end}),timeGranularityType:DAY)" in str(
        answers.calls[1].request.url
    )
