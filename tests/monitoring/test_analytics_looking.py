"""Asking for numbers: enrolled without a write at publishing, asked once, put off, stopped, resumed, stored as told."""

import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from connectors.models import Connection, Destination
from connectors.registry import CONNECTORS
from connectors.types import Capability, Metric, Target
from foundation.errors import Conflict
from monitoring import tasks
from monitoring.analytics import enrolling, looking, purging, refreshing, storing
from monitoring.analytics.refreshing import TooSoon
from monitoring.analytics.rows import AccountMetric, MetricCursor, MetricWatch, PostMetric, PostSnapshot
from monitoring.retention.pruning import prune
from publishing.models import Post, PublishJob, Watch
from tenants.models import AuditEntry
from tests.conftest import House
from tests.village import Village, VillageConnector, village, well  # noqa: F401

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class CountingVillage(VillageConnector):
    """A village that counts who came."""

    capabilities = VillageConnector.capabilities | {Capability.POST_METRICS, Capability.ACCOUNT_METRICS}

    def post_metrics(self, external_id: str, target: Target, *, now: datetime) -> Sequence[Metric]:
        """Ask for a post's."""
        return [Metric(**one) for one in self._call("post_metrics", id=external_id)]

    def account_metrics(self, target: Target, *, since: datetime, until: datetime) -> Sequence[Metric]:
        """Ask for the well's."""
        told = self._call("account_metrics", since=since.isoformat(), until=until.isoformat())
        moments = ("since", "until")
        return [Metric(**_read(one, moments)) for one in told]


def _read(one: dict[str, Any], moments: Sequence[str]) -> dict[str, Any]:
    return {name: datetime.fromisoformat(value) if name in moments else value for name, value in one.items()}


@pytest.fixture
def counting(village: Village, monkeypatch: pytest.MonkeyPatch) -> Village:  # noqa: F811
    monkeypatch.setitem(CONNECTORS, "village", CountingVillage)
    village.says["account_metrics"] = []
    village.says["post_metrics"] = [{"name": "views", "value": 5, "raw_name": "visits"}]
    return village


@pytest.fixture
def job(counting: Village, well: Destination) -> PublishJob:  # noqa: F811
    return published(well, at=NOW - HOUR)


def published(place: Destination, *, at: datetime, number: int = 1) -> PublishJob:
    post = Post.objects.create(tenant=place.tenant, text="Water", created_by="user:o@acme.example", request_digest="x")
    return PublishJob.objects.create(
        tenant=place.tenant, post=post, destination=place, platform_id="village", state="published", published_at=at,
        external_id=f"post-{number}-{at:%s%f}",
    )  # fmt: skip


def watch_of(job: PublishJob) -> MetricWatch:
    return MetricWatch.objects.get(job=job)


def look(now: datetime, *, of: str = "post") -> MetricWatch:
    """Let everything of a kind be due, and look at it at a moment."""
    enrolling.enrol_posts(now=now)
    enrolling.enrol_places(now=now)
    MetricWatch.objects.exclude(kind=of).delete()
    MetricWatch.objects.filter(due_at__isnull=False).update(due_at=now, lease=None)
    looking.look_due(clock=lambda: now)
    return MetricWatch.objects.get(kind=of)


# --- who is enrolled ------------------------------------------------------------------------------------------------------


def test_publishing_writes_nothing_for_numbers_and_a_sweep_enrols_each_post_once(job: PublishJob) -> None:
    assert not MetricWatch.objects.exists()
    assert enrolling.enrol_posts(now=NOW) == 1
    assert enrolling.enrol_posts(now=NOW) == 0
    watch = watch_of(job)
    assert (watch.kind, watch.tenant_id, watch.published_at) == ("post", job.tenant_id, job.published_at)
    assert watch.due_at is not None
    assert NOW - HOUR < watch.due_at < NOW + 3 * HOUR
    late = published(job.destination, at=NOW - timedelta(minutes=5), number=2)
    assert enrolling.enrol_posts(now=NOW + timedelta(minutes=1)) == 1, "recorded late, with a moment of before"
    assert watch_of(late).due_at is not None


def test_more_posts_than_one_round_takes_are_all_enrolled(job: PublishJob, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enrolling, "ROUND", 3)
    for number in range(10):
        published(job.destination, at=NOW - timedelta(minutes=number), number=number + 2)
    enrolling.enrol_posts(now=NOW)
    assert MetricWatch.objects.filter(kind="post").count() == 11
    assert MetricCursor.objects.get().at == NOW


def test_comments_deleted_posts_and_old_ones_are_not_asked_for(job: PublishJob) -> None:
    PublishJob.objects.filter(pk=job.pk).update(removed_at=NOW)
    published(job.destination, at=NOW - 200 * DAY, number=2)
    comment = published(job.destination, at=NOW, number=3)
    PublishJob.objects.filter(pk=comment.pk).update(role="first_comment")
    assert enrolling.enrol_posts(now=NOW) == 0


# --- asking once --------------------------------------------------------------------------------------------------------------


def test_two_workers_never_ask_twice(job: PublishJob, counting: Village) -> None:
    enrolling.enrol_posts(now=NOW)
    due = NOW + 3 * HOUR
    first, second = looking.claim(now=due, limit=5), looking.claim(now=due, limit=5)
    assert (len(first), len(second)) == (1, 0)
    looking.look(first[0], now=due)
    assert looking.look_due(clock=lambda: due) == 0
    assert counting.count("post_metrics") == 1


def test_a_worker_that_died_is_followed_by_another_and_its_late_answer_is_not_written(job: PublishJob) -> None:
    enrolling.enrol_posts(now=NOW)
    due = NOW + 3 * HOUR
    (dead,) = looking.claim(now=due, limit=5)
    assert looking.claim(now=due + looking.LEASE - timedelta(seconds=1), limit=5) == []
    (living,) = looking.claim(now=due + looking.LEASE, limit=5)
    looking.look(dead, now=due + looking.LEASE)
    assert not PostMetric.objects.exists()
    looking.look(living, now=due + looking.LEASE)
    assert PostMetric.objects.get().value == 5


@pytest.mark.django_db(transaction=True)
def test_looks_side_by_side_ask_for_each_post_once(job: PublishJob, counting: Village) -> None:
    for number in range(9):
        published(job.destination, at=NOW - HOUR, number=number + 2)
    enrolling.enrol_posts(now=NOW)

    def slowly(body: dict[str, Any]) -> Any:
        time.sleep(0.02)
        return [{"name": "views", "value": 5, "raw_name": "visits"}]

    counting.says["post_metrics"] = slowly
    due = NOW + 3 * HOUR
    assert looking.look_due(clock=lambda: due, in_flight=4) == 10
    asked = [body["id"] for name, body in counting.asked if name == "post_metrics"]
    assert sorted(asked) == sorted(set(asked))
    assert PostMetric.objects.count() == 10


# --- what is stored -----------------------------------------------------------------------------------------------------------


def test_values_that_go_down_are_kept_as_told_and_what_is_told_no_more_keeps_its_moment(
    job: PublishJob, counting: Village
) -> None:
    counting.says["post_metrics"] = [
        {"name": "views", "value": 9, "raw_name": "visits", "parts": {"by day": 7, "by night": 2}},
        {"name": "likes", "value": 3, "raw_name": "smiles"},
    ]
    look(NOW)
    counting.says["post_metrics"] = [{"name": "views", "value": 4, "raw_name": "visits"}]
    look(NOW + 2 * HOUR)
    told = {row.metric: row for row in PostMetric.objects.filter(job=job)}
    assert (told["views"].value, told["views"].taken_at) == (4, NOW + 2 * HOUR)
    assert (told["likes"].value, told["likes"].taken_at) == (3, NOW)
    history = PostSnapshot.objects.filter(job=job).order_by("taken_at")
    assert [one.values for one in history] == [{"views": 9, "likes": 3}, {"views": 4}]


def test_absent_is_absent(job: PublishJob, counting: Village) -> None:
    counting.says["post_metrics"] = []
    watch = look(NOW)
    assert (watch.problem, watch.stop, watch.taken_at) == ("", "", NOW)
    assert not PostMetric.objects.exists()
    assert not PostSnapshot.objects.exists()


def test_several_looks_in_an_hour_leave_one_snapshot(job: PublishJob) -> None:
    for minutes in (1, 20, 59):
        look(NOW + timedelta(minutes=minutes))
    assert [one.taken_at for one in PostSnapshot.objects.all()] == [NOW + timedelta(minutes=59)]


def test_a_corrected_day_replaces_what_stood_there(counting: Village, well: Destination) -> None:  # noqa: F811
    def told(views: int) -> list[dict[str, Any]]:
        span = {"since": "2026-11-20T00:00:00+00:00", "until": "2026-11-21T00:00:00+00:00"}
        return [
            {"name": "views", "value": views, "raw_name": "visits", **span},
            {"name": "followers", "value": 70, "raw_name": "neighbours"},
        ]

    counting.says["account_metrics"] = told(9)
    look(NOW, of="place")
    counting.says["account_metrics"] = told(7)
    watch = look(NOW + DAY, of="place")
    views = AccountMetric.objects.get(destination=well, metric="views")
    assert (views.day, views.value, views.window, views.taken_at) == (date(2026, 11, 20), 7, "day", NOW + DAY)
    days = AccountMetric.objects.filter(metric="followers").order_by("day").values_list("day", flat=True)
    assert list(days) == [date(2026, 11, 22), date(2026, 11, 23)]
    asked = [body for name, body in counting.asked if name == "account_metrics"]
    backs = [
        NOW.replace(hour=0) + number * DAY - datetime.fromisoformat(body["since"]) for number, body in enumerate(asked)
    ]
    assert backs == [settings.METRICS_FIRST_LOOK_BACK, settings.METRICS_LOOK_BACK], "far back once, then the last days"
    assert watch.due_at is not None
    assert 0.89 * DAY <= watch.due_at - (NOW + DAY) <= DAY


def test_what_a_platform_counts_over_any_span_is_asked_for_day_by_day_of_the_tenants_zone(
    counting: Village,
    well: Destination,  # noqa: F811
) -> None:
    well.tenant.time_zone = "Asia/Kolkata"
    well.tenant.save()
    counting.says["account_metrics"] = lambda body: [
        {"name": "views", "value": 3, "raw_name": "visits", "since": body["since"], "until": body["until"]}
    ]
    look(NOW, of="place")
    rows = AccountMetric.objects.order_by("day")
    assert [row.day for row in rows] == [date(2026, 11, day) for day in range(15, 22)]
    assert {row.value for row in rows} == {3}
    assert rows[0].as_of == datetime(2026, 11, 15, 18, 30, tzinfo=UTC)


# --- what goes wrong ----------------------------------------------------------------------------------------------------------


def test_patience_that_a_platform_asks_for_is_given_and_costs_nothing(job: PublishJob, counting: Village) -> None:
    counting.says["post_metrics"] = (429, {"words": "Too many."})
    watch = look(NOW)
    assert watch.due_at is not None
    assert timedelta(minutes=5) <= watch.due_at - NOW <= timedelta(minutes=6.1)
    assert (watch.failures, watch.problem, watch.stop) == (0, "Too many.", "")


def test_passing_trouble_is_tried_again_with_growing_waits_and_forgotten(job: PublishJob, counting: Village) -> None:
    counting.says["post_metrics"] = (503, {"words": "Away."})
    waits = []
    for _ in range(3):
        watch = look(NOW)
        assert watch.due_at is not None
        waits.append(watch.due_at - NOW)
    assert waits == sorted(set(waits))
    counting.says["post_metrics"] = []
    watch = look(NOW)
    assert (watch.failures, watch.problem) == (0, "")


def test_an_answer_nobody_understands_is_asked_for_a_few_times_and_then_no_more(
    job: PublishJob, counting: Village
) -> None:
    counting.says["post_metrics"] = (418, {"words": "Tea."})
    for _ in range(looking.MOST_UNCLEAR - 1):
        assert look(NOW).stop == ""
    watch = look(NOW)
    assert (watch.stop, watch.due_at) == ("unclear", None)
    assert watch.problem


def test_a_grant_that_ended_stops_the_numbers_with_its_cause_and_reconnecting_resumes_them(
    job: PublishJob, counting: Village
) -> None:
    counting.says["post_metrics"] = (401, {"words": "Revoked."})
    counting.says["refresh"] = (401, {"words": "Revoked."})
    watch = look(NOW)
    assert (watch.stop, watch.due_at, watch.problem) == ("reconnect", None, "Revoked.")
    assert enrolling.resume(now=NOW + HOUR) == 0
    account = Connection.objects.filter(pk=job.destination.connection_id)
    account.update(status="active", connected_at=NOW + HOUR, status_since=NOW + HOUR)
    assert enrolling.resume(now=NOW + HOUR) == 1
    watch = watch_of(job)
    assert (watch.stop, watch.problem, watch.stopped_at) == ("", "", None)
    assert watch.due_at is not None
    assert watch.due_at - NOW <= HOUR + enrolling.SOON


def test_an_account_that_needs_attention_is_not_asked(job: PublishJob, counting: Village) -> None:
    Connection.objects.update(
        status="attention", status_cause="Its password was changed.", status_remedy="Reconnect it."
    )
    watch = look(NOW)
    assert (watch.stop, watch.problem, watch.remedy) == ("reconnect", "Its password was changed.", "Reconnect it.")
    assert counting.count("post_metrics") == 0


def test_a_place_that_is_not_chosen_any_more_is_left_alone_until_it_is(job: PublishJob, counting: Village) -> None:
    enrolling.enrol_posts(now=NOW)
    Destination.objects.update(enabled=False)
    MetricWatch.objects.update(due_at=NOW)
    looking.look_due(clock=lambda: NOW)
    assert watch_of(job).stop == "closed"
    assert enrolling.resume(now=NOW) == 0
    Destination.objects.update(enabled=True)
    assert enrolling.resume(now=NOW) == 1
    assert counting.count("post_metrics") == 0


@pytest.mark.parametrize("how", ["here", "there"])
def test_a_post_that_is_gone_keeps_its_last_numbers_and_is_asked_for_no_more(
    job: PublishJob, counting: Village, how: str
) -> None:
    look(NOW)
    if how == "here":
        PublishJob.objects.filter(pk=job.pk).update(removed_at=NOW)
    else:
        Watch.objects.create(job=job, tenant=job.tenant, platform_id="village", state="removed", reason="Gone.")
    watch = look(NOW + HOUR)
    assert (watch.stop, watch.due_at) == ("gone", None)
    assert counting.count("post_metrics") == 1
    assert PostMetric.objects.get().value == 5


# --- wanted at once -----------------------------------------------------------------------------------------------------------


def test_fresh_numbers_are_asked_for_at_once_and_not_again_for_a_while(job: PublishJob, house: House) -> None:
    asked = refreshing.refresh_job(principal=house.principal, job=job, now=NOW)
    assert (asked.asked, asked.next_at) == (True, NOW + settings.METRICS_REFRESH_EVERY)
    assert watch_of(job).due_at == NOW
    with pytest.raises(TooSoon) as refusal:
        refreshing.refresh_job(principal=house.principal, job=job, now=NOW + timedelta(seconds=1))
    assert refusal.value.asked_at == NOW
    refreshing.refresh_job(principal=house.principal, job=job, now=NOW + settings.METRICS_REFRESH_EVERY)
    assert AuditEntry.objects.filter(action="metrics.refresh_asked").count() == 2


def test_who_asks_while_a_worker_asks_does_not_have_the_platform_asked_twice(job: PublishJob, house: House) -> None:
    enrolling.enrol_posts(now=NOW)
    MetricWatch.objects.update(due_at=NOW)
    assert len(looking.claim(now=NOW, limit=1)) == 1
    refreshing.refresh_job(principal=house.principal, job=job, now=NOW)
    assert looking.claim(now=NOW, limit=1) == []


def test_old_posts_can_be_asked_for_by_hand_and_deleted_ones_cannot(job: PublishJob, house: House) -> None:
    MetricWatch.objects.create(
        kind="post", job=job, destination=job.destination, tenant=job.tenant, platform_id="village",
        published_at=job.published_at, stop="done", stopped_at=NOW,
    )  # fmt: skip
    refreshing.refresh_job(principal=house.principal, job=job, now=NOW)
    assert (watch_of(job).stop, watch_of(job).due_at) == ("", NOW)
    job.removed_at = NOW
    with pytest.raises(Conflict):
        refreshing.refresh_job(principal=house.principal, job=job, now=NOW + DAY)


def test_a_place_is_asked_for_with_its_posts_of_the_week(job: PublishJob, house: House) -> None:
    enrolling.enrol_posts(now=NOW)
    told = refreshing.refresh_places(principal=house.principal, place=None, now=NOW)
    assert {(one.destination_id, one.job_id) for one in told} == {
        (job.destination_id, None),
        (job.destination_id, job.pk),
    }
    assert set(MetricWatch.objects.values_list("due_at", flat=True)) == {NOW}
    with pytest.raises(TooSoon):
        refreshing.refresh_places(principal=house.principal, place=job.destination, now=NOW)


# --- growing old --------------------------------------------------------------------------------------------------------------


def test_history_is_thinned_and_forgotten_and_the_latest_value_stays(job: PublishJob) -> None:
    enrolling.enrol_posts(now=NOW)
    watch = watch_of(job)
    for hours in (1, 2, 5, 30, 31, 60, 61, 62, 90):
        storing.store_post(watch, [Metric("views", hours, "visits")], now=NOW + hours * HOUR)
    later = NOW + 90 * HOUR
    assert purging.thin_all(now=later) > 0
    assert purging.thin_all(now=later) == 0
    left = [row.values["views"] for row in PostSnapshot.objects.order_by("taken_at")]
    # NOW is noon: 1 to 5 are of one day, 30 and 31 of the next; what is younger than two days stays.
    assert left == [5, 31, 60, 61, 62, 90]
    AccountMetric.objects.create(
        destination=job.destination, tenant=job.tenant, platform_id="village", metric="views", day=NOW.date(),
        window="day", value=1, raw_name="x", as_of=NOW, taken_at=NOW,
    )  # fmt: skip
    much_later = NOW + settings.METRICS_KEEP + 10 * DAY
    purging.thin_all(now=much_later)
    purging.forget(now=much_later)
    prune(now=much_later, tables=["post_metric_history"], pause=False)
    assert not PostSnapshot.objects.exists()
    assert not AccountMetric.objects.exists()
    assert PostMetric.objects.get().value == 90


def test_the_tasks_do_what_they_say(job: PublishJob, counting: Village) -> None:
    PublishJob.objects.update(published_at=timezone.now())
    tasks.enrol_metrics()
    assert MetricWatch.objects.count() == 2
    MetricWatch.objects.update(due_at=timezone.now())
    with override_settings(EMBEDDED=True):
        tasks.take_metrics()
    assert PostMetric.objects.count() == 1
    tasks.thin_metrics()
    tasks.forget_metrics()
