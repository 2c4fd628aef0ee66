"""The API of numbers: what is told, what is not, by whom it may be asked, and as a spreadsheet."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.renderers import JSONRenderer

from connectors.models import Connection, Destination
from monitoring.analytics import answers, ranges, selectors
from monitoring.analytics.placing import zone_of
from monitoring.analytics.rows import AccountMetric, MetricWatch
from monitoring.analytics.serializers import SeriesSerializer, SumsSerializer
from monitoring.analytics.totals import Narrowed
from monitoring.analytics.vocabulary import VOCABULARY
from tenants.models import Tenant
from tenants.scopes import POSTS_READ
from tenants.services import create_api_key
from tests.conftest import House
from tests.monitoring.numbers import DAY, Tell, told_of_place


def sheet(answer: Any) -> list[dict[str, str]]:
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))


def test_a_post_tells_its_latest_numbers_and_how_they_came_to_be(api: Client, tell: Tell) -> None:
    job = tell(views=120.0, engagement_rate=0.125)
    told = api.get(f"/api/jobs/{job.pk}/metrics/").json()
    assert [(one["metric"], one["value"], one["raw_name"]) for one in told["latest"]] == [
        ("views", 120, "raw_views"),
        ("engagement_rate", 0.125, "raw_engagement_rate"),
    ]
    assert [one["values"] for one in told["history"]] == [{"views": 120, "engagement_rate": 0.125}]
    assert (told["obstacle"], told["taken_at"], told["refresh_possible_at"]) == (None, None, None)
    rows = sheet(api.get(f"/api/jobs/{job.pk}/metrics/?format=csv"))
    assert (rows[0]["views"], rows[0]["engagement_rate"]) == ("120", "0.125")


def test_what_was_not_told_is_absent_in_json_and_empty_in_a_spreadsheet(api: Client, tell: Tell) -> None:
    tell(views=0.0)
    tell(likes=3.0)
    rows = api.get("/api/analytics/posts").json()["results"]
    assert [{name: one["value"] for name, one in row["metrics"].items()} for row in rows] == [
        {"likes": 3},
        {"views": 0},
    ]
    lines = sheet(api.get("/api/analytics/posts?format=csv"))
    assert [(line["views"], line["likes"]) for line in lines] == [("", "3"), ("0", "")]


def test_posts_are_narrowed_sorted_by_a_metric_and_paged(api: Client, tell: Tell, connection: Connection) -> None:
    other = connection.destinations.filter(kind="facebook_page", obstacle="").order_by("-external_id").first()
    assert other is not None
    for number in (5, 30, 10, 20):
        tell(views=number)
    tell(place=other, views=99)
    tell(ago=60 * DAY, views=1000)
    tell(likes=1)

    def views(query: str) -> list[Any]:
        found, address = [], f"/api/analytics/posts?{query}"
        while address:
            told = api.get(address).json()
            found += [row["metrics"].get("views", {}).get("value") for row in told["results"]]
            address = told["next"]
        return found

    assert views("sort=-views&limit=2") == [99, 30, 20, 10, 5], "those of which views were not told are left out"
    assert views("sort=views&limit=3") == [5, 10, 20, 30, 99]
    assert views(f"sort=-views&destination={other.pk}") == [99]
    assert len(views("limit=2")) == 6
    assert views("platform=linkedin") == []
    since = (timezone.now() - 70 * DAY).date()
    assert views(f"sort=-views&since={since}")[0] == 1000
    back = api.get(api.get("/api/analytics/posts?sort=-views&limit=2").json()["next"]).json()["previous"]
    assert [row["metrics"]["views"]["value"] for row in api.get(back).json()["results"]] == [99, 30]


def test_a_spreadsheet_of_posts_holds_them_all_and_no_formula(api: Client, tell: Tell, tenant: Tenant) -> None:
    tenant.time_zone = "Asia/Kolkata"
    tenant.save()
    for number in range(7):
        tell(text=f"=HYPERLINK({number})", views=number)
    lines = sheet(api.get("/api/analytics/posts?limit=2", headers={"Accept": "text/csv"}))
    assert len(lines) == 7
    assert all(line["text"].startswith("'=HYPERLINK") for line in lines)
    assert all(line["published_at"].endswith("+05:30") for line in lines)


def test_places_are_told_day_by_day_and_a_day_that_was_not_told_is_not_there(
    api: Client, destination: Destination
) -> None:
    today = timezone.now().date()
    for ago, value in ((1, 5), (3, 0)):
        told_of_place(destination, "views", today - ago * DAY, value)
    told_of_place(destination, "followers", today, 70, "moment")
    told_of_place(destination, "views", today - 300 * DAY, 9)
    MetricWatch.objects.create(
        kind="place", destination=destination, tenant=destination.tenant, platform_id="meta", stop="reconnect",
        stopped_at=timezone.now(), problem="Meta wants read_insights.", remedy="Reconnect.",
    )  # fmt: skip
    answer = api.get(f"/api/analytics/accounts?destination={destination.pk}").json()
    assert answer["time_zone"] == "UTC"
    (told,) = answer["results"]
    series = {one["metric"]: one for one in told["metrics"]}
    assert [(one["day"], one["value"]) for one in series["views"]["values"]] == [
        (str(today - 3 * DAY), 0),
        (str(today - DAY), 5),
    ]
    assert (series["followers"]["window"], series["followers"]["raw_name"]) == ("moment", "raw_followers")
    assert told["obstacle"] == {"code": "reconnect", "cause": "Meta wants read_insights.", "remedy": "Reconnect."}
    lines = sheet(api.get("/api/analytics/accounts?format=csv"))
    assert [(line["day"], line["metric"], line["value"]) for line in lines if line["metric"] == "views"] == [
        (str(today - 3 * DAY), "views", "0"),
        (str(today - DAY), "views", "5"),
    ]


def test_a_summary_adds_counts_takes_the_mean_of_people_and_the_last_of_what_stands(
    api: Client, tell: Tell, destination: Destination
) -> None:
    today = timezone.now().date()
    for ago, views, reach, followers in ((1, 10, 8, 103), (2, 20, 12, 100), (8, 6, 5, 90), (9, 9, 7, 80)):
        told_of_place(destination, "views", today - ago * DAY, views)
        told_of_place(destination, "reach", today - ago * DAY, reach)
        told_of_place(destination, "followers", today - ago * DAY, followers)
    tell(views=40, reach=30)
    tell(views=60)
    tell(ago=8 * DAY, views=50)
    query = f"since={today - 6 * DAY}&until={today}"
    told = api.get(f"/api/analytics/summary?{query}").json()
    posts, places = told["total"]["posts"], told["total"]["places"]
    assert (told["total"]["posts_published"], told["total"]["posts_published_before"]) == (2, 1)
    assert {name: posts["views"][name] for name in ("value", "previous", "change", "change_percent", "told")} == {
        "value": 100, "previous": 50, "change": 50, "change_percent": 100.0, "told": 2,
    }  # fmt: skip
    assert posts["reach"]["previous"] is None
    assert (places["views"]["value"], places["reach"]["value"], places["followers"]["value"]) == (30, 10, 103)
    assert (places["followers"]["previous"], places["followers"]["change"]) == (90, 13)
    assert places["views"]["previous"] == 15
    assert [group["platform"] for group in told["groups"]] == ["meta"]
    (group,) = api.get(f"/api/analytics/summary?{query}&by=destination").json()["groups"]
    assert (group["destination"]["id"], group["places"]) == (str(destination.pk), places)
    lines = {
        (one["group"], one["of"], one["metric"]): one
        for one in sheet(api.get(f"/api/analytics/summary?{query}&format=csv"))
    }
    assert lines["total", "posts", "views"]["value"] == "100"
    assert lines["meta", "places", "followers"]["change"] == "13"


def test_a_summary_by_destination_comes_in_pages_whose_total_is_that_of_all(
    api: Client, tell: Tell, destination: Destination, connection: Connection
) -> None:
    others = list(connection.destinations.filter(kind="facebook_page").exclude(pk=destination.pk).order_by("pk")[:2])
    for number, place in enumerate((destination, *others)):
        tell(place=place, views=10.5 + number)
        told_of_place(place, "followers", timezone.now().date(), 100 + number, "moment")
    whole = api.get("/api/analytics/summary?by=destination").json()
    assert (whole["next"], whole["previous"], len(whole["groups"])) == (None, None, 3)
    groups, address = [], "/api/analytics/summary?by=destination&limit=2"
    while address:
        told = api.get(address).json()
        assert told["total"] == whole["total"]
        groups += told["groups"]
        address = told["next"]
    assert groups == whole["groups"]
    assert [group["destination"]["name"] for group in groups] == sorted(one.name for one in (destination, *others))
    back = api.get(told["previous"]).json()
    assert back["groups"] == groups[:2]
    lines = sheet(api.get("/api/analytics/summary?by=destination&format=csv"))
    assert {line["group"] for line in lines} == {"total", *(group["destination"]["id"] for group in groups)}


def test_what_is_told_without_serializers_has_the_documented_shape(
    tell: Tell, destination: Destination, tenant: Tenant
) -> None:
    tell(views=10.5, engagement_rate=0.125)
    tell(ago=30 * DAY, views=3.0)
    for ago, value in ((0, 5.0), (1, 4.5), (40, 8.0)):
        told_of_place(destination, "views", timezone.now().date() - ago * DAY, value)
    AccountMetric.objects.filter(value=4.5).update(parts={"organic": 4.0, "paid": 0.5})
    asked = Narrowed(ranges.last_days(28, zone=zone_of("UTC"), now=timezone.now()))
    total, _ = selectors.summary(tenant, asked, by="platform")
    assert plain(answers.sums(total)) == plain(SumsSerializer(total).data)
    days = selectors.days_of(tenant, [destination.pk], asked.range)
    found = selectors.by_day(days)["views"]
    one = {"metric": "views", "raw_name": "raw_views", "window": "day", "values": [found[day] for day in sorted(found)]}
    assert plain(answers.series(days)[destination.pk]) == plain([SeriesSerializer(one).data])


def plain(told: Any) -> Any:
    return json.loads(JSONRenderer().render(told))


def test_days_that_are_late_are_left_out_of_the_days_before_as_well(api: Client, destination: Destination) -> None:
    today = timezone.now().date()
    for ago in range(3, 14):
        told_of_place(destination, "views", today - ago * DAY, 10)
    told = api.get(f"/api/analytics/summary?since={today - 6 * DAY}&until={today}").json()["total"]["places"]["views"]
    assert (told["value"], told["previous"], told["change"]) == (40, 40, 0), "three days late, and nothing fell"


def test_a_place_that_is_new_does_not_look_like_growth(
    api: Client, destination: Destination, connection: Connection
) -> None:
    other = connection.destinations.exclude(pk=destination.pk).first()
    assert other is not None
    today = timezone.now().date()
    told_of_place(destination, "followers", today, 105, "moment")
    told_of_place(destination, "followers", today - 8 * DAY, 100, "moment")
    told_of_place(other, "followers", today, 5000, "moment")
    told = api.get(f"/api/analytics/summary?since={today - 6 * DAY}").json()["total"]["places"]["followers"]
    assert (told["value"], told["previous"], told["change"], told["change_percent"]) == (5105, 100, 5, 5.0)


def test_the_vocabulary_is_told(api: Client) -> None:
    told = api.get("/api/analytics/metrics").json()
    assert [one["name"] for one in told] == list(VOCABULARY)
    views = told[0]
    assert views["posts"]["tiktok"] == ["view_count"]
    assert (views["unit"], views["sum"]) == ("count", "add")


def test_fresh_numbers_are_asked_for_and_the_answer_says_when_they_can_be_again(api: Client, tell: Tell) -> None:
    job = tell(views=1)
    answer = api.post(f"/api/jobs/{job.pk}/metrics/refresh/")
    assert answer.status_code == 202
    (asked,) = answer.json()["results"]
    assert asked["asked"] is True
    again = api.post(f"/api/jobs/{job.pk}/metrics/refresh/")
    assert (again.status_code, again.json()["code"]) == (429, "throttled")
    assert 0 < int(again["Retry-After"]) <= settings.METRICS_REFRESH_EVERY.total_seconds() + 1
    assert "Ask again at" in again.json()["detail"]
    told = api.get(f"/api/jobs/{job.pk}/metrics/").json()
    assert told["asked_at"] == asked["asked_at"]
    assert told["refresh_possible_at"] == asked["refresh_possible_at"]
    everything = api.post("/api/analytics/refresh", {}, content_type="application/json")
    assert everything.status_code == 202
    by_job = {one["job"]: one["asked"] for one in everything.json()["results"]}
    assert by_job[None] is True
    assert by_job[str(job.pk)] is False, "asked a moment ago"
    assert api.post("/api/analytics/refresh", {}, content_type="application/json").status_code == 429


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("/api/analytics/posts?sorted=views", "sorted"),
        ("/api/analytics/posts?sort=fame", "sort"),
        ("/api/analytics/posts?limit=0", "limit"),
        ("/api/analytics/posts?since=yesterday", "since"),
        ("/api/analytics/accounts?since=2026-03-02&until=2026-03-01", "since"),
        ("/api/analytics/accounts?since=1000-01-01", "since"),
        ("/api/analytics/summary?by=moon", "by"),
        ("/api/analytics/summary?platform=myspace", "platform"),
        ("/api/analytics/posts?destination=x", "destination"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(api: Client, address: str, field: str) -> None:
    answer = api.get(address)
    status, code = (422, "invalid") if "accounts" in address else (400, "invalid_request")
    assert answer.status_code == status
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    as_csv = api.get(address, headers={"Accept": "text/csv"})
    assert (as_csv.status_code, as_csv["Content-Type"]) == (status, "application/problem+json")
    assert as_csv.json()["code"] == code


def test_cursors_of_nobody_lead_to_the_beginning(api: Client, tell: Tell) -> None:
    tell(views=1)
    for nasty in ("x", "W10", "WyJhIiwxZTk5OSwieCJd"):
        assert len(api.get(f"/api/analytics/posts?sort=-views&cursor={nasty}").json()["results"]) == 1


def test_a_key_without_the_scope_is_told_which_one(tenant: Tenant, tell: Tell) -> None:
    job = tell(views=1)
    _, key = create_api_key(tenant=tenant, name="Reader", scopes=[POSTS_READ], actor="system:test")
    client = Client(headers={"Authorization": f"Bearer {key.reveal()}"})
    for path in ("posts", "accounts", "summary", "metrics"):
        answer = client.get(f"/api/analytics/{path}")
        assert answer.status_code == 403
        assert "analytics:read" in answer.json()["detail"]
    assert client.get(f"/api/jobs/{job.pk}/metrics/").status_code == 403
    assert "analytics:write" in client.post(f"/api/jobs/{job.pk}/metrics/refresh/").json()["detail"]
    assert "analytics:write" in client.post("/api/analytics/refresh").json()["detail"]


def test_another_tenants_numbers_are_not_there(
    tell: Tell, destination: Destination, make_house: Callable[[str], House]
) -> None:
    job = tell(views=7777)
    told_of_place(destination, "views", timezone.now().date(), 7777)
    other = make_house("Other")
    _, key = create_api_key(tenant=other.tenant, name="App", scopes=list(other.principal.scopes), actor="system:test")
    client = Client(headers={"Authorization": f"Bearer {key.reveal()}"})
    assert client.get(f"/api/jobs/{job.pk}/metrics/").status_code == 404
    assert client.post(f"/api/jobs/{job.pk}/metrics/refresh/").status_code == 404
    for path in ("posts", "accounts", "summary"):
        for query in ("", f"?destination={destination.pk}", "?format=csv"):
            answer = client.get(f"/api/analytics/{path}{query}")
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
            assert b"7777" not in body
    wanted = {"destination": str(destination.pk)}
    assert client.post("/api/analytics/refresh", wanted, content_type="application/json").status_code == 404
    assert not MetricWatch.objects.exists()


def test_the_number_of_queries_does_not_grow(api: Client, tell: Tell, destination: Destination) -> None:
    def counted() -> list[int]:
        found = []
        for path in ("posts", "posts?sort=-views", "accounts", "summary"):
            with CaptureQueriesContext(database) as queries:
                assert api.get(f"/api/analytics/{path}").status_code == 200
            found.append(len(queries))
        return found

    tell(views=1)
    told_of_place(destination, "views", timezone.now().date() - DAY, 1)
    counted()
    few = counted()
    for number in range(8):
        tell(views=number, likes=number)
        told_of_place(destination, "views", timezone.now().date() - (number + 2) * DAY, number)
    assert counted() == few
    assert max(few) <= 13
