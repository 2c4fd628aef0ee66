"""Pages of numbers: what they show, why they are empty, what they say of days that were not told, and to whom."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connection, Destination
from monitoring.analytics.rows import MetricWatch
from tenants.models import Membership, User
from tenants.services import add_member
from tests.conftest import House
from tests.monitoring.numbers import DAY, Tell, told_of_place


@pytest.fixture
def viewer_client(house: House) -> Client:
    user = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=house.tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    client = Client()
    client.force_login(user)
    return client


def watched(place: Destination, **fields: Any) -> MetricWatch:
    told = {"taken_at": timezone.now(), "due_at": timezone.now() + DAY, **fields}
    return MetricWatch.objects.create(
        kind="place", destination=place, tenant=place.tenant, platform_id=place.platform_id, **told
    )


def words(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.content.decode()).split())


def test_empty_pages_say_why(member_client: Client, house: House, connect: Callable[[House], Connection]) -> None:
    here = reverse("analytics")
    assert "No destination is chosen yet" in words(member_client.get(here))
    connection = connect(house)
    assert "Nothing was asked for yet" in words(member_client.get(here))
    for place in connection.destinations.filter(enabled=True):
        watched(place)
    assert "Nothing was published in these days" in words(member_client.get(here))


def test_the_overview_shows_numbers_with_their_change_and_their_moment(
    member_client: Client,
    tell: Tell,
    destination: Destination,
) -> None:
    tell(views=1200, reactions=30)
    tell(ago=10 * DAY, views=600)
    today = timezone.now().date()
    for ago in range(1, 6):
        told_of_place(destination, "views", today - ago * DAY, 10 * ago)
    page = member_client.get(reverse("analytics"), {"days": "7"})
    tiles = {one["metric"]: one for one in page.context["tiles"]}
    assert (tiles["posts"]["value"], tiles["views"]["value"], tiles["views"]["note"]) == (
        "1", "1,200", "+100 % to the 7 days before",
    )  # fmt: skip
    assert tiles["views"]["as_of"] is not None
    assert tiles["reactions"]["note"] == "nothing told in the 7 days before"
    assert [one.title for one in page.context["charts"]] == [
        "How much went out, day by day?",
        "How often were the places seen, day by day?",
    ]
    assert [post["cells"][0]["value"] for post in page.context["posts"]] == ["1,200"]
    html = page.content.decode()
    assert "style=" not in html
    assert html.count("plot-drawing--bars") == 2
    assert html.count("As a table") == 2
    assert "not told" in html, "today has no figure"


def test_numbers_that_cannot_come_name_the_way_out(
    member_client: Client,
    viewer_client: Client,
    tell: Tell,
    destination: Destination,
) -> None:
    tell(views=1)
    watched(
        destination, due_at=None, stop="reconnect", stopped_at=timezone.now(), problem="Meta wants read_insights.",
        remedy="Reconnect and grant it.",
    )  # fmt: skip
    page = member_client.get(reverse("analytics"))
    (notice,) = page.context["notices"]
    assert (notice["cause"], notice["places"]) == ("Meta wants read_insights.", destination.name)
    assert notice["url"]
    assert "Reconnect the account" in words(page)
    assert viewer_client.get(reverse("analytics")).context["notices"][0]["url"] == ""


def test_the_table_of_posts_is_sorted_and_keeps_the_range(member_client: Client, tell: Tell) -> None:
    for views in (5, 30, 10):
        tell(views=views, likes=100 - views)
    page = member_client.get(reverse("analytics"), {"days": "28", "sort": "likes"})
    assert [post["cells"][0]["value"] for post in page.context["posts"]] == ["30", "10", "5"]
    heading = next(column for column in page.context["columns"] if column["name"] == "views")
    assert "days=28" in heading["sort"]["url"]
    assert [post["cells"][0]["value"] for post in member_client.get(heading["sort"]["url"]).context["posts"]] == [
        "30",
        "10",
        "5",
    ]


def test_a_place_shows_each_of_its_metrics_as_a_chart(member_client: Client, destination: Destination) -> None:
    today = timezone.now().date()
    for ago in range(1, 4):
        told_of_place(destination, "views", today - ago * DAY, ago)
        told_of_place(destination, "followers", today - ago * DAY, 100 - ago, "moment")
    told_of_place(destination, "days_behind", today - DAY, 1)
    page = member_client.get(reverse("analytics_place", args=[destination.pk]))
    assert [(one.title, one.kind.value) for one in page.context["charts"]] == [("Views", "bars"), ("Followers", "line")]
    assert page.context["behind"] == 1
    assert "1 day late" in words(page)
    views = page.context["charts"][0]
    assert sum(point.value is None for point in views.points) == 28 - 3
    assert "raw_views" in views.note


def test_the_job_page_fetches_the_numbers_and_they_stand_alone_too(
    member_client: Client,
    viewer_client: Client,
    tell: Tell,
) -> None:
    job = tell(views=12)
    address = reverse("job_metrics", args=[job.pk])
    assert f'hx-get="{address}"' in member_client.get(reverse("job", args=[job.pk])).content.decode()
    piece = member_client.get(address, headers={"HX-Request": "true"})
    assert "<html" not in piece.content.decode()
    assert "Views 12" in words(piece)
    assert "HX-Request" in piece["Vary"]
    assert "<html" in member_client.get(address).content.decode()
    assert viewer_client.get(address).context["may_refresh"] is False
    assert viewer_client.post(reverse("refresh_job_metrics", args=[job.pk])).status_code == 403
    again = member_client.post(reverse("refresh_job_metrics", args=[job.pk]), follow=True)
    assert "asked for fresh numbers" in words(again)
    assert (again.context["may_refresh"], again.context["refresh_possible_at"] is None) == (False, False)
    assert "last asked for at" in words(member_client.post(reverse("refresh_job_metrics", args=[job.pk]), follow=True))


def test_refreshing_a_place_says_what_came_of_it(member_client: Client, destination: Destination) -> None:
    refresh = reverse("analytics_refresh")
    assert "asked for fresh numbers" in words(member_client.post(refresh, {"destination": destination.pk}, follow=True))
    assert "last asked for at" in words(member_client.post(refresh, {"destination": destination.pk}, follow=True))
    assert MetricWatch.objects.get(destination=destination, kind="place").asked_at is not None


def test_downloads_begin_with_a_mark_for_excel(member_client: Client, tell: Tell, destination: Destination) -> None:
    tell(text="Grüße", views=3)
    told_of_place(destination, "views", timezone.now().date() - DAY, 4)
    for name, value in (("analytics_posts_csv", ("text", "Grüße")), ("analytics_places_csv", ("value", "4"))):
        body = b"".join(member_client.get(reverse(name)).streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        (line,) = csv.DictReader(io.StringIO(body))
        assert line[value[0]] == value[1]
        assert member_client.get(reverse(name)).getvalue().startswith("\ufeff".encode())


def test_another_tenants_places_and_posts_are_not_there(
    client: Client,
    tell: Tell,
    destination: Destination,
    make_house: Callable[[str], House],
) -> None:
    job = tell(views=7777)
    client.force_login(make_house("Other").owner)
    for name, pk in (("analytics_place", destination.pk), ("job_metrics", job.pk)):
        assert client.get(reverse(name, args=[pk])).status_code == 404
    assert client.post(reverse("analytics_refresh"), {"destination": destination.pk}).status_code == 404
    assert client.post(reverse("refresh_job_metrics", args=[job.pk])).status_code == 404
    assert "7,777" not in words(client.get(reverse("analytics")))


def test_no_query_string_crashes_a_page(member_client: Client, tell: Tell, destination: Destination) -> None:
    tell(views=1)
    places = (reverse("analytics"), reverse("analytics_place", args=[destination.pk]), reverse("analytics_posts_csv"))
    names = ("cursor", "sort", "days", "since", "until", "platform", "destination")
    for address in places:
        for nasty in ("\x00", "٣", "9999-99-99", "WyJhIiwxLDJd"):
            assert member_client.get(address, dict.fromkeys(names, nasty)).status_code == 200, (address, nasty)
    told = member_client.get(places[0], {"since": "2026-03-02", "until": "2026-03-01"})
    assert "The first day is after the last." in words(told)


@pytest.mark.usefixtures("flags_stay_known")
def test_the_number_of_queries_does_not_grow(
    member_client: Client,
    tell: Tell,
    destination: Destination,
    connection: Connection,
) -> None:
    today = timezone.now().date()

    def counted() -> int:
        with CaptureQueriesContext(database) as queries:
            assert member_client.get(reverse("analytics")).status_code == 200
        return len(queries)

    tell(views=1)
    told_of_place(destination, "views", today - DAY, 1)
    watched(destination)
    counted()  # the first call pays for caches
    few = counted()
    for number, place in enumerate(connection.destinations.exclude(pk=destination.pk).filter(enabled=True)):
        tell(ago=timedelta(hours=number + 2), views=number, place=place)
        told_of_place(place, "views", today - 2 * DAY, number)
        watched(place)
    assert counted() == few
    assert few <= 26
