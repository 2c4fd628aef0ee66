"""Sums by day and week: whatever is stored, in whichever order, they tell what the values themselves tell."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.models import Connection, Destination
from connectors.types import Metric
from monitoring.analytics import purging, rolled, rolling, selectors, sent, storing, totals
from monitoring.analytics.placing import Placed, Window, zone_of
from monitoring.analytics.ranges import Range
from monitoring.analytics.rows import AccountMetric, MetricCursor, MetricRollUp, MetricSum, MetricWatch, PostMetric
from monitoring.analytics.selectors import Sums
from monitoring.analytics.totals import Cell, Narrowed
from monitoring.models import AnalyticsSummary
from publishing.models import Post, PublishJob
from tenants.models import Tenant
from tenants.services import change_tenant, erase_tenant, suspend_tenant
from tests.conftest import House

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
#: A Monday; ranges of the test lie around it.
MONDAY = date(2026, 8, 3)
ZONES = ("UTC", "America/St_Johns", "Pacific/Auckland")


def watch_of(place: Destination, job: PublishJob | None = None) -> MetricWatch:
    kind = "post" if job else "place"
    at = job.published_at if job else None
    return MetricWatch(
        kind=kind, job=job, destination=place, tenant_id=place.tenant_id, platform_id=place.platform_id, published_at=at
    )


def post_at(place: Destination, at: datetime) -> PublishJob:
    post = Post.objects.create(tenant=place.tenant, text="Rolls", created_by="user:o@acme.example", request_digest="x")
    return PublishJob.objects.create(
        tenant=place.tenant, post=post, destination=place, platform_id=place.platform_id, state="published",
        published_at=at, external_id=str(uuid4()),
    )  # fmt: skip


def tell_post(job: PublishJob, values: dict[str, float], *, now: datetime) -> None:
    told = [Metric(name, value, name) for name, value in values.items()]
    storing.store_post(watch_of(job.destination, job), told, now=now)


def tell_place(place: Destination, name: str, day: date, value: float, *, now: datetime) -> None:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC) + DAY
    storing.store_place(watch_of(place), [Placed(Metric(name, value, name), Window.DAY, day, at)], now=now)


def same(one: list[Cell], other: list[Cell]) -> None:
    found, expected = ({(cell.group, cell.metric): cell for cell in cells} for cells in (one, other))
    assert found.keys() == expected.keys()
    for key, cell in expected.items():
        mine = found[key]
        assert (mine.told, mine.as_of, mine.told_before) == (cell.told, cell.as_of, cell.told_before)
        assert (mine.told_alike, mine.partly) == (cell.told_alike, cell.partly)
        sums = (cell.total, cell.total_before, cell.total_alike)
        assert (mine.total, mine.total_before, mine.total_alike) == pytest.approx(sums, abs=1e-6)


@pytest.fixture
def places(house: House, connect: Callable[[House], Connection]) -> list[Destination]:
    found = list(connect(house).destinations.filter(enabled=True).order_by("pk"))
    first = found[0]
    for number in range(2):
        copy = Destination.objects.get(pk=first.pk)
        copy.pk, copy.external_id, copy.name = uuid4(), f"{first.external_id}{number}", f"Branch {number}"
        copy.save(force_insert=True)
        found.append(copy)
    return found[:3]


_DAYS = st.integers(-40, 25)
_VALUES = st.one_of(st.integers(0, 10_000).map(float), st.integers(0, 999).map(lambda one: one / 1000))
_POSTS = st.tuples(
    st.just("post"), st.integers(0, 2), st.integers(0, 7), st.sampled_from(["views", "reach", "odd"]), _VALUES
)
_PLACE = st.tuples(
    st.just("place"), st.integers(0, 2), _DAYS, st.sampled_from(["views", "reach", "followers"]), _VALUES
)
_RANGES = st.tuples(_DAYS, st.integers(1, 30), st.sampled_from(["platform", "destination"]), st.booleans())


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.one_of(_POSTS, _PLACE), max_size=30),
    st.integers(0, 30),
    st.sampled_from(ZONES),
    st.lists(_RANGES, min_size=1, max_size=4),
)
def test_sums_tell_what_the_values_tell_in_whichever_order_they_came(
    places: list[Destination],
    stored: list[tuple[str, int, int, str, float]],
    built_after: int,
    zone: str,
    ranges: list[tuple[int, int, str, bool]],
) -> None:
    tenant = places[0].tenant
    for model in (MetricCursor, MetricSum, MetricRollUp, PostMetric, AccountMetric, PublishJob):
        model.objects.all().delete()
    Tenant.objects.filter(pk=tenant.pk).update(time_zone=zone)
    tenant.refresh_from_db()
    jobs: dict[tuple[int, int], PublishJob] = {}
    now = datetime(2026, 9, 1, tzinfo=UTC)
    for number, (kind, place, where, name, value) in enumerate(stored):
        if number == built_after:
            rolling.build(tenant, now=now)
        now += timedelta(minutes=1)
        if kind == "place":
            tell_place(places[place], name, MONDAY + where * DAY, value, now=now)
        else:
            # Posts of a few hours around midnights, so that zones matter.
            at = datetime(2026, 8, 1, 20, tzinfo=UTC) + where * timedelta(hours=29)
            job = jobs.get((place, where)) or post_at(places[place], at)
            jobs[place, where] = job
            tell_post(job, {name: value}, now=now)
    rolling.build_missing(now=now)
    if built_after % 2:  # from now on posts stand in sums, too, and are not looked for among jobs
        rolling.build(tenant, now=now)
        rolling.count_sent(now=now)
    for since, length, by, narrow in ranges:
        days = Range(MONDAY + since * DAY, MONDAY + (since + length - 1) * DAY, zone_of(zone))
        asked = Narrowed(days, destination=places[0].pk) if narrow else Narrowed(days)
        assert rolled.stands(tenant, days)
        same(rolled.of_posts(tenant, asked, by=by), totals.of_posts(tenant, asked, by=by))
        same(rolled.of_places(tenant, asked, by=by), totals.of_places(tenant, asked, by=by))
        mine = [job for job in jobs.values() if not narrow or job.destination_id == places[0].pk]
        assert sent.count_by_day(tenant, asked).get("meta", {}) == went_out_by_day(mine, days)
        listed = page_by_page(tenant, asked)
        assert [(place.name, place.pk) for place, _ in listed] == sorted((one.name, one.pk) for one, _ in listed)
        assert {place.pk: one for place, one in listed} == selectors.summary(tenant, asked, by="destination")[1]


def went_out_by_day(jobs: Iterable[PublishJob], days: Range) -> dict[date, int]:
    found = (job.published_at.astimezone(days.zone).date() for job in jobs if job.published_at)
    return Counter(day for day in found if days.since <= day <= days.until)


def page_by_page(tenant: Tenant, asked: Narrowed) -> list[tuple[Destination, Sums]]:
    """Return what places came to, two of them a page."""
    listed, stretch = selectors.places_page(tenant, asked, "", size=2)
    while stretch.older:
        more, stretch = selectors.places_page(tenant, asked, stretch.older, size=2)
        listed += more
    return listed


@pytest.fixture
def told(places: list[Destination]) -> Range:
    """Some posts and days, stored while sums stand; return the range they lie in."""
    tenant, now = places[0].tenant, timezone.now()
    rolling.build(tenant, now=now)
    for number, place in enumerate(places):
        tell_post(post_at(place, now - 3 * DAY), {"views": 10.0 + number, "reach": 5.0}, now=now)
        for ago in range(1, 20):
            tell_place(place, "views", now.date() - ago * DAY, 2.0 + number, now=now)
            tell_place(place, "followers", now.date() - ago * DAY, 100.0 - ago, now=now)
    return Range(now.date() - 15 * DAY, now.date(), ZoneInfo("UTC"))


def test_a_summary_is_the_same_from_sums_and_from_values(places: list[Destination], told: Range) -> None:
    tenant = places[0].tenant
    for by in ("platform", "destination"):
        from_sums = selectors.summary(tenant, Narrowed(told), by=by)
        listed = page_by_page(tenant, Narrowed(told))
        MetricRollUp.objects.filter(tenant=tenant).update(zone="")
        assert selectors.summary(tenant, Narrowed(told), by=by) == from_sums
        assert page_by_page(tenant, Narrowed(told)) == listed
        MetricRollUp.objects.filter(tenant=tenant).update(zone="UTC")
    assert from_sums[0].of_places["followers"].value == 297


def test_some_places_are_summed_up_apart_from_the_others(places: list[Destination], told: Range) -> None:
    two = tuple(place.pk for place in places[:2])
    _, groups = selectors.summary(places[0].tenant, replace(Narrowed(told), among=two), by="destination")
    assert set(groups) == set(two)
    assert selectors.summary(places[0].tenant, replace(Narrowed(told), among=()), by="destination")[1] == {}


def test_a_tenant_that_changes_its_zone_gets_its_days_cut_anew(places: list[Destination], told: Range) -> None:
    tenant, now = places[0].tenant, timezone.now()
    change_tenant(tenant=tenant, actor="user:o@acme.example", time_zone="Pacific/Auckland")
    there = replace(told, zone=ZoneInfo("Pacific/Auckland"))
    assert not rolled.stands(tenant, there), "the values are asked themselves"
    assert rolling.build_missing(now=now) == 1
    assert rolled.stands(tenant, there)
    assert rolling.build_missing(now=now) == 0
    local = (now - 3 * DAY).astimezone(there.zone).date()
    assert set(MetricSum.objects.filter(of="posts", span="day").values_list("day", flat=True)) == {local}


def test_what_is_forgotten_of_places_is_forgotten_in_their_sums(
    places: list[Destination], told: Range, settings: Any
) -> None:
    tenant, now = places[0].tenant, timezone.now()
    settings.METRICS_KEEP = 10 * DAY
    purging.forget(now=now)
    before = now.date() - 10 * DAY
    assert not MetricSum.objects.filter(of="place", last_day__lt=before).exists()
    same(
        rolled.of_places(tenant, Narrowed(told), by="destination"),
        totals.of_places(tenant, Narrowed(told), by="destination"),
    )
    assert MetricSum.objects.filter(of="posts").exists(), "a post's latest numbers stay while it does"


def test_sums_are_made_again_by_command_and_erased_with_their_tenant(
    places: list[Destination], told: Range, capsys: Any
) -> None:
    tenant = places[0].tenant
    before = set(MetricSum.objects.values_list("destination", "of", "span", "day", "metric", "total", "told"))
    MetricSum.objects.filter(span="day").update(total=0)
    call_command("rebuild_analytics", tenant.slug)
    assert "sums" in capsys.readouterr().out
    assert set(MetricSum.objects.values_list("destination", "of", "span", "day", "metric", "total", "told")) >= before
    suspend_tenant(tenant=tenant, actor="system:test", now=timezone.now())
    erase_tenant(tenant=tenant, actor="system:test")
    assert not MetricSum.objects.exists()
    assert not MetricRollUp.objects.exists()


def test_posts_that_went_out_are_counted_a_minute_later_and_publishing_writes_nothing(
    places: list[Destination],
) -> None:
    tenant, now = places[0].tenant, timezone.now()
    rolling.build(tenant, now=now)
    rolling.count_sent(now=now)
    for place in (places[0], places[0], places[1]):
        post_at(place, now + timedelta(seconds=20))
    assert not MetricSum.objects.exists()
    for _ in range(2):
        assert rolling.count_sent(now=now + timedelta(minutes=1)) == 1
        sent = dict(MetricSum.objects.filter(of="sent").values_list("destination", "told"))
        assert sent == {places[0].pk: 2, places[1].pk: 1}


def test_what_sql_says_and_what_pages_say_is_the_same(api: Client, places: list[Destination], told: Range) -> None:
    tenant, now = places[0].tenant, timezone.now()
    tell_post(post_at(places[0], now - 3 * DAY), {"views": 7.0, "likes": 1.0}, now=now)
    rolling.build(tenant, now=now)
    days = {"since": str(told.since), "until": str(told.until)}
    accounts = api.get("/api/analytics/accounts", days).json()["results"]
    for place in accounts:
        for series in place["metrics"]:
            for one in series["values"]:
                row = AnalyticsSummary.objects.get(destination_id=place["destination"]["id"], day=one["day"])
                assert getattr(row, f"place_{series['metric']}") == one["value"]
    rows = AnalyticsSummary.objects.filter(tenant_id=tenant.pk, day__gte=told.since, day__lte=told.until)
    summary = api.get("/api/analytics/summary", {**days, "by": "destination"}).json()
    for group in summary["groups"]:
        mine = [row for row in rows if str(row.destination_id) == group["destination"]["id"]]
        assert sum(row.posts for row in mine) == group["posts_published"]
        for metric, figure in group["posts"].items():
            seen = [value for row in mine if (value := getattr(row, f"post_{metric}")) is not None]
            assert (sum(seen) if metric != "reach" else sum(seen) / len(seen)) == figure["value"]
        assert {row.destination_name for row in mine} == {group["destination"]["name"]}
    quiet = next(row for row in rows if row.day != (now - 3 * DAY).date())
    assert (quiet.posts, quiet.post_views, quiet.place_clicks) == (0, None, None), "absent is null"
