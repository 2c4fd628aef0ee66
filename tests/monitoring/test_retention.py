"""Forgetting: what was kept long enough goes, with all that hangs on it; what a promise hangs on stays, however old."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from axes.models import AccessAttempt
from django.apps import apps
from django.conf import settings as hub_settings
from django.core.management import CommandError, call_command
from django.db import models
from django.db.models import ForeignKey, ForeignObjectRel
from django.test import Client
from django.utils import timezone

from connectors.models import ConnectLink, Destination, OAuthState, TokenRefresh, WebhookEvent
from connectors.types import Metric
from foundation.ids import new_id
from monitoring import tasks
from monitoring.alerting.rows import Alert
from monitoring.analytics import rolling, storing
from monitoring.analytics.rows import MetricSum, MetricWatch, PostMetric, PostSnapshot
from monitoring.models import AnalyticsSummary, HealthLogEntry, PublishPerformance
from monitoring.reports import folding
from monitoring.reports.rows import ReportMark
from monitoring.retention import pieces, standing
from monitoring.retention.pieces import Hanging
from monitoring.retention.policies import POLICIES, STAYS
from monitoring.retention.pruning import prune
from monitoring.retention.rows import PruneMark
from outbox.models import Mail, OutgoingEvent, WebhookDelivery, WebhookEndpoint
from outbox.stable import first_id_at
from publishing.models import Attempt, DeadLetter, JobAction, JournalEntry, Post, PublishJob, Watch
from tenants.models import AuditEntry, BrowserSession, Tenant
from tests.monitoring.ledger import Ledger
from vault.models import Access

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
YEAR = timedelta(days=365)


@pytest.fixture
def ledger(tenant: Tenant, now: datetime) -> Ledger:
    return Ledger(tenant, now)


@pytest.fixture
def run(now: datetime) -> Callable[..., dict[str, int]]:
    """Forget for as long as it takes, and tell how many rows of each table went."""

    def forget(*tables: str, **said: Any) -> dict[str, int]:
        done = prune(now=said.pop("now", now), tables=tables, every_table=True, pause=False, **said)
        assert all(one.finished for one in done)
        return {one.policy.table: one.removed for one in done if one.removed}

    return forget


def id_at(moment: datetime) -> UUID:
    """An id as one that was made at a moment."""
    return UUID(int=first_id_at(moment).int | (new_id().int & ((1 << 80) - 1)))


def life(ledger: Ledger, ago: timedelta, state: str = "published", **said: Any) -> PublishJob:
    """Write a post that went out so long ago, with everything that can hang on its job."""
    at = ledger.now - ago
    place = ledger.place()
    post = Post.objects.create(
        pk=id_at(at), tenant=ledger.tenant, text="Rolls", created_by="user:o@x.example", request_digest="x"
    )
    if state == "published":
        said = {"published_at": at, "external_id": str(post.pk), "planned_at": at, **said}
    job = PublishJob.objects.create(
        tenant=ledger.tenant, post=post, destination=place, platform_id=place.platform_id, state=state,
        attempt_count=1, **said,
    )  # fmt: skip
    PublishJob.objects.filter(pk=job.pk).update(updated_at=at)
    whose = {"tenant": ledger.tenant, "platform_id": place.platform_id}
    Attempt.objects.create(
        pk=id_at(at), job=job, number=1, purpose="publish", worker="w", opened_at=at, closed_at=at, outcome="failed"
    )
    JournalEntry.objects.create(pk=id_at(at), job=job, attempt_number=1, kind="noted", key="upload", value=1, at=at)
    Watch.objects.create(job=job, **whose)
    JobAction.objects.create(
        tenant=ledger.tenant, job=job, slug="x", actor="user:o", request_digest="x", began_at=at, finished_at=at,
        outcome="done",
    )  # fmt: skip
    DeadLetter.objects.create(
        job=job, fingerprint="x", kind="x", cause="It broke.", who="operator", opened_at=at, closed_at=at,
        resolution="redriven", **whose,
    )  # fmt: skip
    if state == "published":
        MetricWatch.objects.create(
            job=job, kind="post", destination=place, published_at=at, stop="done", stopped_at=at, **whose
        )
        PostMetric.objects.create(
            job=job, destination=place, published_at=at, metric="views", value=7, raw_name="v", as_of=at, taken_at=at,
            **whose,
        )  # fmt: skip
        PostSnapshot.objects.create(job=job, taken_at=at, values={"views": 7}, settled=True)
    return job


OF_A_JOB = (Attempt, JournalEntry, Watch, JobAction, DeadLetter, MetricWatch, PostMetric, PostSnapshot)


def summed_up(now: datetime) -> None:
    """Say that everything was summed up to this moment."""
    for name in ("publish", "health"):
        ReportMark.objects.update_or_create(name=name, defaults={"until": now, "closed": now})


# --- posts -----------------------------------------------------------------------------------------------------------------


def test_posts_are_kept_for_ever_unless_a_setting_says_otherwise(
    ledger: Ledger, run: Callable[..., dict[str, int]], now: datetime
) -> None:
    summed_up(now)
    life(ledger, 5 * YEAR)
    assert run("posts") == {}


def test_a_post_goes_with_all_that_hangs_on_it_and_a_younger_one_stays(
    ledger: Ledger, run: Callable[..., dict[str, int]], settings: Any, now: datetime
) -> None:
    settings.POST_RETENTION = 100 * DAY
    summed_up(now)
    life(ledger, 101 * DAY)
    stays = life(ledger, 99 * DAY)
    assert run("posts") == {"posts": 1}
    assert Post.objects.get().pk == stays.post_id
    for model in OF_A_JOB:
        assert [row.job_id for row in model._default_manager.all()] == [stays.pk], model


def unfinished(job: PublishJob, now: datetime) -> dict[str, Callable[[], Any]]:
    """What keeps a post that is old: each thing by itself."""
    row = PublishJob.objects.filter(pk=job.pk)
    return {
        "it waits": lambda: row.update(state="scheduled", due_at=now + DAY, published_at=None, external_id=""),
        "it needs its author": lambda: row.update(state="failed", published_at=None, external_id=""),
        "it needs an operator": lambda: row.update(state="dlq", published_at=None, external_id=""),
        "its outcome is unknown": lambda: row.update(
            state="reconciling", due_at=now + DAY, announced_at=now - 400 * DAY, published_at=None, external_id=""
        ),
        "a worker holds it": lambda: row.update(
            state="publishing", lease_token=new_id(), lease_until=now + DAY, published_at=None, external_id=""
        ),
        "somebody touched it": lambda: row.update(updated_at=now - DAY),
        "it is looked at again": lambda: Watch.objects.update(due_at=now),
        "its numbers are asked for": lambda: MetricWatch.objects.update(due_at=now, stop="", stopped_at=None),
        "a letter is open": lambda: DeadLetter.objects.update(closed_at=None, resolution=""),
        "somebody is acting on it": lambda: JobAction.objects.update(outcome="", finished_at=None),
    }


@pytest.mark.parametrize("why", sorted(unfinished(PublishJob(), timezone.now())))
def test_an_old_post_that_is_not_over_stays_with_its_journal(
    why: str, ledger: Ledger, run: Callable[..., dict[str, int]], settings: Any, now: datetime
) -> None:
    settings.POST_RETENTION, settings.POST_DETAILS_RETENTION = 100 * DAY, 100 * DAY
    summed_up(now)
    job = life(ledger, 400 * DAY)
    unfinished(job, now)[why]()
    assert run("posts") == {}
    assert Post.objects.count() == 1
    if PublishJob.objects.get().state not in {"published", "cancelled"}:
        assert run("publish_journal", "publish_attempts") == {}, "a retry must know what was done already"


def test_a_post_one_of_whose_jobs_is_not_over_stays_whole(
    ledger: Ledger, run: Callable[..., dict[str, int]], settings: Any, now: datetime
) -> None:
    settings.POST_RETENTION = 100 * DAY
    summed_up(now)
    job = life(ledger, 400 * DAY)
    other = ledger.job("dlq", "linkedin")
    PublishJob.objects.filter(pk=other.pk).update(post=job.post_id, updated_at=now - 400 * DAY)
    assert run("posts") == {}
    assert PublishJob.objects.filter(post=job.post_id).count() == 2


def test_attempts_and_journal_go_before_their_job_which_stays_findable(
    ledger: Ledger, run: Callable[..., dict[str, int]], settings: Any, now: datetime, api: Client
) -> None:
    settings.POST_DETAILS_RETENTION = 50 * DAY
    job, young = life(ledger, 51 * DAY), life(ledger, 49 * DAY)
    assert run("publish_journal", "publish_attempts") == {"publish_journal": 1, "publish_attempts": 1}
    assert [
        *Attempt.objects.values_list("job_id", flat=True),
        *JournalEntry.objects.values_list("job_id", flat=True),
    ] == [young.pk] * 2
    told = api.get(f"/api/jobs/{job.pk}/").json()
    assert (told["state"], told["external_id"]) == ("published", job.external_id)
    story = api.get(f"/api/jobs/{job.pk}/timeline/").json()
    assert "no longer kept" in json.dumps(story)


def test_a_key_is_known_as_long_as_its_post_is_kept(
    house: Any, destination: Destination, run: Callable[..., dict[str, int]], settings: Any, now: datetime, api: Client
) -> None:
    settings.POST_RETENTION = 100 * DAY
    said = {"text": "Rolls", "destinations": [str(destination.pk)]}

    def send() -> Any:
        return api.post("/api/publish", json.dumps(said), "application/json", headers={"Idempotency-Key": "monday"})

    first = send()
    assert first.status_code == 202
    later = now + 99 * DAY
    PublishJob.objects.update(state="published", due_at=None, ready=False, published_at=now, external_id="1")
    summed_up(later + YEAR)
    assert run("posts", now=later) == {}
    again = send()
    assert (again.headers["Idempotency-Replayed"], again.json()["id"]) == ("true", first.json()["id"])
    assert run("posts", now=later + 2 * DAY) == {"posts": 1}


# --- what is summed up outlives what it was summed up of -----------------------------------------------------------------------


def test_totals_stay_right_when_their_rows_are_gone_and_are_made_anew(
    ledger: Ledger, run: Callable[..., dict[str, int]], settings: Any, now: datetime, capsys: Any
) -> None:
    for days in (3, 20, 20, 25):
        life(ledger, days * DAY)
    folding.fold(now=now)
    rolling.build_missing(now=now)
    rolling.count_sent(now=now)

    def totals() -> tuple[Any, ...]:
        hours = sorted(PublishPerformance.objects.values_list("hour", "published", "dead_lettered"))
        sums = sorted(MetricSum.objects.values_list("of", "span", "metric", "day", "told", "total"))
        days = sorted(AnalyticsSummary.objects.values_list("day", "posts"), key=str)
        return hours, sums, days

    before = totals()
    assert sum(one[1] for one in before[0]) == 4
    settings.POST_RETENTION = 10 * DAY
    left = life(ledger, 20 * DAY)
    PublishJob.objects.filter(pk=left.pk).update(updated_at=now)
    PostMetric.objects.filter(job=left).delete()
    assert run("posts") == {"posts": 3}
    assert PublishJob.objects.count() == 2
    assert totals() == before
    # What makes sums anew leaves those whose rows are gone: by hand, by night, for a changed zone, for a late value.
    folding.refold(now=now)
    call_command("rebuild_reports", "--json")
    rolling.build(ledger.tenant, now=now)
    watch = MetricWatch.objects.get(job=left)
    storing.store_post(watch, [Metric("views", 900, "v")], now=now)
    assert totals() == before


def test_nothing_goes_that_is_not_summed_up_yet(
    ledger: Ledger, run: Callable[..., dict[str, int]], settings: Any, now: datetime
) -> None:
    settings.POST_RETENTION = 100 * DAY
    life(ledger, 200 * DAY)
    assert run("posts") == {}
    ReportMark.objects.create(name="publish", until=now - 250 * DAY, closed=now - 250 * DAY)
    assert run("posts") == {}
    summed_up(now)
    assert run("posts") == {"posts": 1}


# --- every other table ---------------------------------------------------------------------------------------------------------


def old_rows(ledger: Ledger, ago: timedelta) -> dict[str, Callable[[], Any]]:
    """For each table, how one row of it comes to be so old."""
    at, tenant = ledger.now - ago, ledger.tenant
    words = {"created_by": "user:o", "expires_at": at}

    def access() -> Any:
        return Access.objects.create(pk=id_at(at), minute=at, kind="x", purpose="x", process="x", outcome="opened")

    def alert() -> Any:
        moments = {"since": at, "seen_at": at, "raised_at": at, "cleared_at": at}
        return Alert.objects.create(rule="x", subject=str(at), severity="bad", value=1, title="x", cause="x", **moments)

    def event() -> Any:
        endpoint, _ = WebhookEndpoint.objects.get_or_create(tenant=tenant, defaults={"url": "x", "listens_since": at})
        event = OutgoingEvent.objects.create(pk=id_at(at), tenant=tenant, type="x", happened_at=at)
        return WebhookDelivery.objects.create(tenant=tenant, endpoint=endpoint, event=event, state="delivered")

    def link() -> Any:
        link = ConnectLink.objects.create(tenant=tenant, digest=str(at), status="completed", finished_at=at, **words)
        return OAuthState.objects.create(
            tenant=tenant, link=link, platform_id="meta", digest=str(at), binding="x", expires_at=at
        )

    def mail() -> Any:
        return Mail.objects.create(pk=id_at(at), address="a@x.example", topic="x", kind="x", about="x", state="sent")

    def session() -> Any:
        return BrowserSession.objects.create(session_key=str(at.timestamp()), session_data="", expire_date=at)

    def tried() -> Any:
        row = AccessAttempt.objects.create(username=str(at), ip_address="192.0.2.1", failures_since_start=1)
        return AccessAttempt.objects.filter(pk=row.pk).update(attempt_time=at)

    def told() -> Any:
        return WebhookEvent.objects.create(
            platform_id="meta", key=str(at), kind="x", received_at=at, state="processed", processed_at=at
        )

    account = ledger.place().connection
    return {
        "audit_log": lambda: AuditEntry.objects.create(pk=id_at(at), actor="x", action="x", subject_kind="x"),
        "alerts": alert,
        "axes_accessattempt": tried,
        "browser_sessions": session,
        "connect_links": link,
        "connection_health_log": lambda: HealthLogEntry.objects.create(
            tenant=tenant, connection=account, platform="meta", checked_at=at, state="healthy", latency_ms=1
        ),
        "mails": mail,
        "oauth_states": lambda: OAuthState.objects.create(
            pk=id_at(at), tenant=tenant, platform_id="meta", digest=f"{at}!", binding="x", expires_at=at
        ),
        "outgoing_events": event,
        "post_metric_history": lambda: PostSnapshot.objects.create(
            job=ledger.job("cancelled"), taken_at=at, settled=True
        ),
        "token_refreshes": lambda: TokenRefresh.objects.create(
            tenant=tenant, connection=account, reason="x", outcome="refreshed", started_at=at, took_ms=1
        ),
        "vault_access_log": access,
        "webhook_events": told,
    }


def test_of_every_table_what_is_older_than_its_setting_goes_and_nothing_else(
    ledger: Ledger, run: Callable[..., dict[str, int]], settings: Any, now: datetime
) -> None:
    settings.AUDIT_RETENTION = 100 * DAY
    summed_up(now)
    tables = old_rows(ledger, DAY)
    for table in tables:
        keep = POLICIES[table].keep()
        assert keep, table
        for ago in (keep - timedelta(hours=1), keep + timedelta(hours=1), keep + 50 * DAY):
            old_rows(ledger, ago)[table]()
    first = run(*tables)
    links = 2 if "oauth_states" in first else 0  # those of links went with their links, or before them
    assert {table: min(count, 2) for table, count in first.items()} == dict.fromkeys(tables, 2), (first, links)
    assert run(*tables) == {}
    for table in tables:
        assert POLICIES[table].rows().exists(), table
    # Whatever these settings say, 0 means for ever.
    for name in ("HEALTH_LOG", "WEBHOOK", "TOKEN_REFRESH", "ALERT", "VAULT_ACCESS", "WEBHOOK_OUT", "CONNECT_LINK"):
        setattr(settings, f"{name}_RETENTION", timedelta())
    kept = ("connection_health_log", "webhook_events", "outgoing_events", "mails", "alerts", "vault_access_log")
    assert run(*kept, now=now + 50 * YEAR) == {}


def test_what_waits_or_is_under_way_stays(ledger: Ledger, run: Callable[..., dict[str, int]], now: datetime) -> None:
    for table in ("webhook_events", "outgoing_events", "connect_links", "alerts"):
        old_rows(ledger, YEAR)[table]()
    WebhookEvent.objects.update(state="received", due_at=now)
    WebhookDelivery.objects.update(state="waiting", due_at=now, lease_token=new_id())
    Alert.objects.update(cleared_at=None)
    ConnectLink.objects.update(status="pending", finished_at=None)
    assert run("webhook_events", "outgoing_events", "connect_links", "alerts") == {}


def hanging_of(policy: Any) -> Iterator[tuple[type[models.Model], set[tuple[Any, str]]]]:
    def below(model: type[models.Model], hanging: tuple[Hanging, ...]) -> Iterator[Any]:
        yield model, {(one.model, one.field) for one in hanging}
        for one in hanging:
            yield from below(one.model, one.hanging)

    yield from below(policy.model, policy.hanging)


@pytest.mark.parametrize("table", sorted(POLICIES))
def test_whatever_refers_to_rows_that_go_goes_with_them(table: str) -> None:
    for model, hanging in hanging_of(POLICIES[table]):
        referring = {
            (field.related_model, field.field.name)
            for field in model._meta.get_fields(include_hidden=True)
            if isinstance(field, ForeignObjectRel) and isinstance(field.field, ForeignKey)
        }
        assert referring == hanging, model


def test_every_table_of_ours_is_forgotten_in_time_or_says_why_not() -> None:
    going = {model._meta.db_table for policy in POLICIES.values() for model, _ in hanging_of(policy)}
    going |= {
        model._meta.db_table for policy in POLICIES.values() for hung in [*hanging_of(policy)] for model, _ in hung[1]
    }
    rooms = {
        config.label for config in apps.get_app_configs() if Path(config.path).parent == Path(hub_settings.BASE_DIR)
    }
    ours = {
        model._meta.db_table for model in apps.get_models() if model._meta.managed and model._meta.app_label in rooms
    }
    assert ours - going == set(STAYS)
    assert not going & set(STAYS)


# --- how it is done --------------------------------------------------------------------------------------------------------------


def test_a_run_is_cut_off_and_the_next_goes_on_past_what_stays(
    ledger: Ledger, settings: Any, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.POST_RETENTION = 100 * DAY
    summed_up(now)
    monkeypatch.setattr(pieces, "MOST", 2)
    monkeypatch.setattr(pieces, "LEAST", 2)
    for days in range(200, 220, 2):
        life(ledger, days * DAY, state="published" if days % 4 else "dlq")
    policy, before = POLICIES["posts"], now - 100 * DAY
    first = pieces.remove(policy, before=before, position="", limit=2)
    assert first.removed == 1
    second = pieces.remove(policy, before=before, position=first.position, limit=2)
    assert second.removed == 1
    PruneMark.objects.create(table="posts", since=now, position=second.position)
    assert prune(now=now, budget=timedelta(), pause=False)[0].removed == 0, "no time, no work"
    (done,) = prune(now=now, tables=["posts"], pause=False)
    assert (done.removed, done.finished) == (3, True)
    mark = PruneMark.objects.get(table="posts")
    assert (mark.removed, mark.position, mark.finished_at) == (3, "", now)
    assert set(PublishJob.objects.values_list("state", flat=True)) == {"dlq"}
    assert prune(now=now + timedelta(minutes=1), tables=["posts"], pause=False) == [], "all is done for a while"


def test_pieces_grow_while_they_are_quick_and_shrink_at_once_when_they_are_not() -> None:
    target = timedelta(milliseconds=50)
    assert pieces.next_limit(100, 0.001, target) == 200
    assert pieces.next_limit(100, 0.025, target) == 100
    assert pieces.next_limit(400, 0.2, target) == 100
    assert pieces.next_limit(100, 10, target) == pieces.LEAST
    assert pieces.next_limit(1900, 0.001, target) == pieces.MOST


def test_beat_forgets_by_itself_unless_the_operator_wants_to(ledger: Ledger, settings: Any, now: datetime) -> None:
    old_rows(ledger, YEAR)["mails"]()
    settings.PRUNE_BUDGET = timedelta()
    tasks.prune()
    assert Mail.objects.exists()
    settings.PRUNE_BUDGET = timedelta(seconds=20)
    tasks.prune()
    assert not Mail.objects.exists()
    assert PruneMark.objects.get(table="mails").removed == 1
    assert PruneMark.objects.exclude(finished_at=None).count() >= len(POLICIES) - 2  # not those nobody summed up


def test_the_doctor_names_a_table_that_has_fallen_behind(now: datetime) -> None:
    assert standing.part(now=now).well
    PruneMark.objects.create(table="mails", since=now - 3 * DAY, finished_at=now - 2 * DAY)
    PruneMark.objects.create(table="alerts", since=now - 3 * DAY, finished_at=now)
    part = standing.part(now=now)
    assert (part.ok, part.well, part.code, part.value) == (True, False, "retention.behind", 1)
    assert "mails" in part.detail
    assert "alerts" not in part.detail


def call(*said: str) -> str:
    out = StringIO()
    call_command("prune", *said, stdout=out)
    return out.getvalue()


def test_the_command_tells_before_it_deletes(ledger: Ledger, now: datetime) -> None:
    for ago in (DAY, 31 * DAY, YEAR):
        old_rows(ledger, ago)["mails"]()
    assert "2" in call("--dry-run", "--table", "mails")
    assert json.loads(call("--dry-run", "--json", "--table", "mails"))["would_delete"][0]["rows"] == 2
    assert Mail.objects.count() == 3
    told = json.loads(call("--json", "--table", "mails", "--older-than", "52w"))
    assert told["deleted"][0]["deleted"] == 1
    assert "1 rows deleted" in call("--table", "mails")
    assert Mail.objects.count() == 1
    assert "kept for ever" in call("--dry-run", "--table", "posts")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (("--table", "tenants"), "nothing is deleted"),
        (("--older-than", "400"), "needs --table"),
        (("--table", "posts", "--older-than", "89"), "90 days at least"),
        (("--table", "mails", "--older-than", "soon"), "no number of days"),
    ],
)
def test_what_the_command_cannot_mean_is_refused(said: tuple[str, ...], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        call(*said)
