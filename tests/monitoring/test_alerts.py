"""Alerts: what rules see is raised when it lasts, told once, and cleared when it is over for good."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.core import mail as django_mail
from django.db import close_old_connections, connection
from django.test import Client
from django.utils import timezone

from connectors.models import Connection, Destination, TokenPlan, WebhookEvent
from foundation.ids import new_id
from monitoring import heartbeats, refusals
from monitoring.alerting import looks, selectors, telling, turning, watching
from monitoring.alerting.rows import Alert
from monitoring.alerting.rules import RULES, Sight
from monitoring.pages.scope import Scope
from monitoring.parts import Part
from monitoring.readiness import QUEUES
from outbox import mailing, sorting
from outbox.events import EventType
from outbox.models import Mail, OutgoingEvent, WebhookEndpoint
from outbox.stable import first_id_at
from publishing.models import Attempt, DeadLetter, Post, PublishJob
from publishing.states import State
from tenants.models import AuditEntry, Tenant, User
from tenants.switching import switch
from tests.conftest import House

pytestmark = pytest.mark.django_db

SILENT = Part("beat", False, "silent for 50 s", "Start the scheduler.", code="beat.silent")
STEP = timedelta(seconds=30)


@pytest.fixture(autouse=True)
def _operators(settings: LazySettings) -> None:
    settings.ALERT_EMAILS = ("night@hub.example",)


def sight(rule: str = "beat_late", **told: Any) -> Sight:
    return Sight(**{"rule": rule, "subject": "", "value": 1.0, "cause": "It is so.", "remedy": "Do this.", **told})


def see(sights: list[Sight], now: datetime) -> None:
    turning.turn(sights, now=now)
    telling.tell(now=now)


def states() -> list[tuple[str, bool, bool]]:
    """Rule, raised, over: of every alert, the oldest first."""
    return [(row.rule, row.raised_at is not None, row.cleared_at is not None) for row in Alert.objects.order_by("pk")]


# --- turning -------------------------------------------------------------------------------------------------------


def test_what_is_seen_is_raised_at_once_and_cleared_only_after_it_was_not_seen_for_a_while(now: datetime) -> None:
    calm = RULES["beat_late"].calm
    see([sight()], now)
    see([], now + STEP)
    see([sight()], now + 2 * STEP)
    assert states() == [("beat_late", True, False)]
    see([], now + 3 * STEP)
    see([], now + 3 * STEP + calm - timedelta(seconds=1))
    assert states() == [("beat_late", True, False)]
    see([], now + 3 * STEP + calm)
    assert states() == [("beat_late", True, True)]


def test_a_rule_that_waits_raises_only_what_lasts_and_keeps_no_row_of_what_did_not(now: datetime) -> None:
    held = sight("platform_errors", subject="meta")
    see([held], now)
    assert states() == [("platform_errors", False, False)]
    see([], now + STEP)
    assert states() == []
    for step in range(3):
        see([held], now + (2 + step) * STEP)
    assert states() == [("platform_errors", True, False)]


def test_what_was_seen_before_nobody_looked_for_long_does_not_count_as_lasting(now: datetime) -> None:
    held = sight("platform_errors", subject="meta")
    see([held], now)
    see([held], now + timedelta(hours=1))
    assert states() == [("platform_errors", False, False)]


def test_between_its_two_thresholds_an_alert_neither_comes_nor_goes(now: datetime) -> None:
    see([sight(over=False)], now)
    assert states() == []
    see([sight()], now)
    for minutes in range(1, 60, 10):
        see([sight(over=False)], now + timedelta(minutes=minutes))
    assert states() == [("beat_late", True, False)]


def test_a_look_that_fails_clears_nothing(now: datetime) -> None:
    see([sight("tokens_overdue", subject="meta")], now)
    Alert.objects.update(raised_at=now)
    for minutes in range(1, 30, 5):
        turning.turn([], blind={"tokens_overdue"}, now=now + timedelta(minutes=minutes))
    assert states() == [("tokens_overdue", True, False)]


def test_an_alert_raised_again_is_a_new_one_and_a_silence_goes_on_over_it(now: datetime, house: House) -> None:
    see([sight()], now)
    Alert.objects.update(silenced_until=now + timedelta(hours=4))
    see([], now + STEP)
    see([], now + timedelta(minutes=30))
    see([sight()], now + timedelta(minutes=31))
    assert states() == [("beat_late", True, True), ("beat_late", True, False)]
    assert Alert.objects.order_by("pk").last().told_at is None  # type: ignore[union-attr]


# --- telling -------------------------------------------------------------------------------------------------------


def news_to(address: str = "night@hub.example") -> list[tuple[str, str]]:
    return [
        (one["turn"], one["title"])
        for row in Mail.objects.filter(address=address).order_by("pk")
        for one in row.facts["news"]
    ]


def test_operators_are_told_once_of_the_beginning_and_once_of_the_end(now: datetime) -> None:
    for step in range(20):
        see([sight()], now + step * STEP)
    for step in range(20, 40):
        see([], now + step * STEP)
    title = RULES["beat_late"].title
    assert news_to() == [("raised", title), ("cleared", title)]


def test_what_grows_worse_is_told_again_and_once(now: datetime) -> None:
    for step, silent in enumerate((1, 1, 2, 1, 2)):
        see([sight("worker_silent", step=silent)], now + step * STEP)
    assert [turn for turn, _ in news_to()] == ["raised", "raised"]


def test_many_at_once_come_in_one_mail_and_the_next_waits_and_gathers(now: datetime) -> None:
    see([sight("beat_late"), sight("queue_age"), sight("worker_silent")], now)
    assert mailing.send_due(clock=lambda: now) == 1
    see([sight("beat_late"), sight("queue_age"), sight("worker_silent"), sight("broker_unreachable")], now + STEP)
    assert Mail.objects.count() == 2
    assert mailing.send_due(clock=lambda: now + STEP) == 0
    (first,) = django_mail.outbox
    assert first.to == ["night@hub.example"]
    assert "2 more" in first.subject
    for rule in ("beat_late", "queue_age", "worker_silent"):
        assert RULES[rule].title in first.body
    see([sight("disk_full")], now + 2 * STEP)
    assert Mail.objects.count() == 2
    assert len(Mail.objects.order_by("pk").last().facts["news"]) == 2  # type: ignore[union-attr]


def test_without_a_setting_members_of_staff_are_told(now: datetime, settings: LazySettings) -> None:
    settings.ALERT_EMAILS = ()
    User.objects.create_superuser("ada@hub.example", "correct horse battery")
    User.objects.create_user("eve@hub.example", "correct horse battery")
    see([sight()], now)
    assert list(Mail.objects.values_list("address", flat=True)) == ["ada@hub.example"]


def test_a_tenants_own_alert_is_told_to_its_client_apps_and_members_and_not_to_operators(
    now: datetime, house: House
) -> None:
    rising = sight("dead_letters_rising", subject=str(house.tenant.pk), tenant_id=house.tenant.pk)
    see([rising], now)
    see([], now + STEP)
    see([], now + timedelta(hours=1))
    sorting.sort(now=now)
    kinds = list(OutgoingEvent.objects.order_by("pk").values_list("tenant_id", "type"))
    assert kinds == [(house.tenant.pk, EventType.ALERT_RAISED), (house.tenant.pk, EventType.ALERT_CLEARED)]
    assert list(Mail.objects.order_by("pk").values_list("user_id", "kind")) == [
        (house.owner.pk, EventType.ALERT_RAISED),
        (house.owner.pk, EventType.ALERT_CLEARED),
    ]


def test_what_tenants_hear_of_by_other_news_is_shown_and_not_told_again(now: datetime, house: House) -> None:
    off = sight("webhook_endpoints_off", subject=str(house.tenant.pk), tenant_id=house.tenant.pk)
    see([off], now)
    assert not OutgoingEvent.objects.exists()
    assert [one.rule for one in selectors.firing(Scope(house.tenant, False), now=now)] == ["webhook_endpoints_off"]


def test_a_silenced_alert_is_told_when_its_silence_ends_while_it_lasts(now: datetime) -> None:
    turning.turn([sight()], now=now)
    Alert.objects.update(silenced_until=now + timedelta(hours=1))
    telling.tell(now=now)
    assert news_to() == []
    telling.tell(now=now + timedelta(hours=1))
    assert len(news_to()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_evaluate_and_tell_at_the_same_time_raise_and_tell_once(house: House, settings: LazySettings) -> None:
    now = timezone.now()
    sights = [sight(), sight("dead_letters_rising", subject="t", tenant_id=house.tenant.pk)]
    start, faults = threading.Barrier(4), list[BaseException]()

    def evaluate() -> None:
        try:
            start.wait(timeout=20)
            for step in range(3):
                see(sights, now + step * STEP)
        except BaseException as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=evaluate) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    assert faults == []
    assert sorted(states()) == [("beat_late", True, False), ("dead_letters_rising", True, False)]
    assert len(news_to()) == 1
    assert OutgoingEvent.objects.count() == 1


def test_datadog_hears_of_both_turns_as_of_one_thing(
    now: datetime, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    said: list[tuple[str, str]] = []
    monkeypatch.setattr(
        "monitoring.metrics.event",
        lambda title, text, **told: said.append((told["alert_type"], told["aggregation_key"])),
    )
    with django_capture_on_commit_callbacks(execute=True):
        see([sight()], now)
        see([], now + STEP)
        see([], now + timedelta(hours=1))
    key = str(Alert.objects.get().pk)
    assert said == [("error", key), ("success", key)]


# --- who goes round ------------------------------------------------------------------------------------------------


def test_a_stopped_beat_is_told_by_whoever_lives(now: datetime) -> None:
    heartbeats.beat_worker(QUEUES, now=timezone.now())
    heartbeats.beat(heartbeats.BEAT, now=timezone.now() - timedelta(seconds=50))
    watching.look_after()
    assert Alert.objects.get(cleared_at=None).rule == "beat_late"
    assert len(news_to()) == 1


def test_when_every_worker_is_dead_whoever_lives_sends_the_mail_that_says_so(now: datetime) -> None:
    heartbeats.beat(heartbeats.BEAT, now=timezone.now())
    watching.look_after()
    (sent,) = django_mail.outbox
    assert RULES["worker_silent"].title in sent.subject


def test_while_somebody_goes_round_the_watchman_rests_and_two_do_not_go_at_once(now: datetime) -> None:
    assert watching.go_round(clock=lambda: now)
    assert not watching.is_missed(now=now + timedelta(seconds=45))
    assert watching.is_missed(now=now + timedelta(seconds=46))
    heartbeats.hold(watching.ROUNDS, owner="another", lease=timedelta(seconds=15), now=now + timedelta(minutes=1))
    assert not watching.go_round(clock=lambda: now + timedelta(seconds=61))


# --- looks ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def jobs(tenant: Tenant, destination: Destination) -> Callable[[int], list[PublishJob]]:
    def make(count: int) -> list[PublishJob]:
        made = []
        for _ in range(count):
            post = Post.objects.create(tenant=tenant, text="Rolls", created_by="user:o", request_digest="x")
            made.append(
                PublishJob.objects.create(
                    tenant=tenant, post=post, destination=destination, platform_id="meta", state=State.DLQ
                )
            )
        return made

    return make


def letters(jobs: list[PublishJob], at: datetime) -> None:
    for job in jobs:
        DeadLetter.objects.create(
            id=id_at(at), job=job, tenant_id=job.tenant_id, platform_id="meta", fingerprint="f", kind="transient",
            cause="c", who="operator", opened_at=at,
        )  # fmt: skip


def id_at(at: datetime) -> Any:
    fresh = new_id()
    return type(fresh)(int=first_id_at(at).int | (fresh.int & ((1 << 80) - 1)))


def test_ten_dead_letters_within_ten_minutes_are_rising_and_as_many_as_usual_are_not(
    now: datetime, jobs: Callable[[int], list[PublishJob]], settings: LazySettings
) -> None:
    settings.ALERT_DEAD_LETTERS = 4
    letters(jobs(4), now - timedelta(minutes=1))
    assert rising(now) == {"dead_letters_rising": True, "platform_dead_letters_rising": False}
    settings.ALERT_DEAD_LETTERS = 5
    assert rising(now) == {"dead_letters_rising": False}
    settings.ALERT_DEAD_LETTERS = 2
    assert rising(now) == {"dead_letters_rising": True, "platform_dead_letters_rising": True}
    letters(jobs(200), now - timedelta(hours=5))  # 1.4 in ten minutes are usual
    assert rising(now) == {"dead_letters_rising": False, "platform_dead_letters_rising": False}


def rising(now: datetime) -> dict[str, bool]:
    return {seen.rule: seen.over for seen in looks.dead_letters(now=now)}


def test_a_platform_that_fails_at_most_tries_is_seen_and_the_authors_faults_are_not_its(
    now: datetime, jobs: Callable[[int], list[PublishJob]], settings: LazySettings
) -> None:
    settings.ALERT_PLATFORM_ERRORS_LEAST = 4
    for number, job in enumerate(jobs(4)):
        Attempt.objects.create(
            job=job, number=1, purpose="publish", worker="w", opened_at=now, closed_at=now,
            outcome="failed" if number < 3 else "published", error_kind="transient" if number < 3 else "",
        )  # fmt: skip
    (seen,) = looks.platform_errors(now=now)
    assert (seen.subject, seen.value, seen.over) == ("meta", 75.0, True)
    Attempt.objects.filter(outcome="failed").update(error_kind="content_rejected")
    assert list(looks.platform_errors(now=now)) == []
    settings.ALERT_PLATFORM_ERRORS_LEAST = 5
    Attempt.objects.filter(outcome="failed").update(error_kind="transient")
    assert list(looks.platform_errors(now=now)) == []


def test_tokens_that_were_not_renewed_or_have_ended_are_seen(now: datetime, connection: Connection) -> None:
    TokenPlan.objects.update_or_create(
        connection=connection, defaults={"platform_id": "meta", "version": 1, "due_at": now - timedelta(hours=1)}
    )
    Connection.objects.filter(pk=connection.pk).update(access_expires_at=now - timedelta(minutes=2))
    (overdue,) = looks.tokens_overdue(now=now)
    assert (overdue.subject, overdue.over, overdue.tenant_id) == ("meta", True, None)
    (ended,) = looks.tokens_expired(now=now)
    assert ended.tenant_id == connection.tenant_id
    # A switch that somebody threw is no outage; that tokens have ended is true all the same.
    for theirs in ([connection.tenant], []):
        switch(name="token_refresh", on=False, tenants=theirs, actor="system:test", now=now)
        assert list(looks.tokens_overdue(now=now)) == []
        assert list(looks.tokens_expired(now=now))
    switch(name="token_refresh", on=True, actor="system:test", now=now)
    assert list(looks.tokens_overdue(now=now)) == [overdue]
    Connection.objects.filter(pk=connection.pk).update(status="attention")
    assert list(looks.tokens_overdue(now=now)) == list(looks.tokens_expired(now=now)) == []


def test_deliveries_that_a_platform_did_not_sign_are_counted_for_ten_minutes(
    now: datetime, client: Client, settings: LazySettings, db: None
) -> None:
    settings.ALERT_WEBHOOKS_REFUSED = 2
    for _ in range(2):
        client.post(
            "/webhooks/meta/", b"{}", content_type="application/json", headers={"X-Hub-Signature-256": "sha256=0"}
        )
    (seen,) = looks.webhooks_refused(now=timezone.now())
    assert (seen.subject, seen.value, seen.over) == ("meta", 2, True)
    assert refusals.lately(["meta"], now=timezone.now() + timedelta(minutes=10)) == {"meta": 0}


def test_events_that_wait_and_endpoints_that_fail_are_seen(
    now: datetime, tenant: Tenant, connection: Connection
) -> None:
    WebhookEvent.objects.create(
        platform_id="meta", key="k", kind="unknown", received_at=now, due_at=now - timedelta(minutes=6)
    )
    assert [one.subject for one in looks.webhooks_lagging(now=now) if one.over] == ["meta"]
    since = now - timedelta(hours=2)
    WebhookEndpoint.objects.create(tenant=tenant, url="https://a.example", listens_since=since, failing_since=since)
    WebhookEndpoint.objects.create(
        tenant=tenant, url="https://b.example", listens_since=since, disabled="gone", disabled_at=since
    )
    WebhookEndpoint.objects.create(
        tenant=tenant, url="https://c.example", listens_since=since, disabled="by_hand", disabled_at=since
    )
    told = {one.rule: one.value for one in looks.endpoints(now=now)}
    assert told == {"webhook_endpoints_off": 1, "webhook_endpoints_failing": 1}


def test_an_api_version_that_ends_is_told_at_each_stage(connection: Connection) -> None:
    steps = {}
    for days in (400, 91, 89, 31, 29, 8, 6):
        at = _sunset() - timedelta(days=days, hours=1)
        steps[days] = [one.step for one in looks.sunsets(now=at) if one.subject == "meta"]
    assert steps == {400: [], 91: [], 89: [1], 31: [1], 29: [2], 8: [2], 6: [3]}


def _sunset() -> datetime:
    from connectors.manager import get_connector

    ends = get_connector("meta").api_version().ends_on
    assert ends is not None
    return ends


def test_every_code_that_is_watched_has_a_rule_and_every_rule_a_look() -> None:
    watched = set(looks.PART_RULES.values()) | {rule for rules in looks.RULES_OF.values() for rule in rules}
    assert watched == set(RULES)
    assert set(looks.RULES_OF) == set(looks.LOOKS)


# --- what is shown, and what people do -----------------------------------------------------------------------------


def test_the_overview_is_told_what_is_wrong_this_moment_each_thing_once(now: datetime) -> None:
    see([sight(), sight("vault_key_wrong")], now)
    rows = list(Alert.objects.order_by("pk"))
    missing = Part("migrations", False, "1 missing: a.b", "Run 'manage.py migrate'.", code="migrations.missing")
    told = selectors.merged(rows, [SILENT, missing, Part("database", True, "sqlite")])
    assert [(one.rule, one.id is not None) for one in told] == [
        ("beat_late", True),
        ("vault_key_wrong", True),
        ("migrations.missing", False),
    ]
    assert told[0].cause == "Silent for 50 s."
    assert [one.rule for one in selectors.merged(rows, [])] == ["vault_key_wrong"]


def test_members_see_their_tenants_alerts_and_operators_the_installations_too(
    now: datetime, house: House, make_house: Callable[[str], House], member_client: Client
) -> None:
    other = make_house("Other")
    for whose in (house, other):
        see([*[sight("dead_letters_rising", subject=whose.tenant.name, tenant_id=whose.tenant.pk)]], now)
    Alert.objects.create(
        rule="beat_late",
        severity="bad",
        value=1,
        title="The scheduler is silent",
        cause="c",
        since=now,
        seen_at=now,
        raised_at=now,
    )
    page = member_client.get("/alerts")
    assert page.status_code == 200
    assert [alert["rule"] for alert in page.context["now"]] == ["dead_letters_rising"]
    assert member_client.get("/alerts?tenants=all").status_code == 404
    User.objects.filter(pk=house.owner.pk).update(is_staff=True)
    assert {alert["rule"] for alert in member_client.get("/alerts").context["now"]} == {
        "dead_letters_rising",
        "beat_late",
    }
    assert len(member_client.get("/alerts?tenants=all").context["now"]) == 3


def test_a_member_takes_on_and_silences_the_tenants_alerts_and_no_others(
    now: datetime, house: House, make_house: Callable[[str], House], member_client: Client
) -> None:
    other = make_house("Other")
    see(
        [sight("dead_letters_rising", subject=str(one.tenant.pk), tenant_id=one.tenant.pk) for one in (house, other)],
        now,
    )
    see([sight()], now)
    mine = Alert.objects.get(tenant=house.tenant)
    for _ in range(2):
        assert member_client.post(f"/alerts/{mine.pk}/acknowledge").status_code == 302
    assert member_client.post(f"/alerts/{mine.pk}/silence", {"hours": "4"}).status_code == 302
    assert member_client.post(f"/alerts/{mine.pk}/silence", {"hours": "5"}).status_code == 302
    mine.refresh_from_db()
    assert mine.acknowledged_by == f"user:{house.owner}"
    assert mine.silenced_until is not None
    assert timedelta(hours=3) < mine.silenced_until - timezone.now() <= timedelta(hours=4)
    actions = AuditEntry.objects.filter(action__startswith="alert.").order_by("pk").values_list("action", flat=True)
    assert sorted(actions) == ["alert.acknowledged", "alert.silenced"]
    for row in Alert.objects.exclude(tenant=house.tenant):
        assert member_client.post(f"/alerts/{row.pk}/acknowledge").status_code == 404


def test_the_api_tells_a_tenants_alerts_and_takes_an_acknowledgement(now: datetime, house: House, api: Client) -> None:
    see([sight("dead_letters_rising", subject="t", tenant_id=house.tenant.pk), sight()], now)
    (told,) = api.get("/api/alerts/?state=firing").json()["results"]
    assert (told["rule"], told["state"], told["acknowledged_at"]) == ("dead_letters_rising", "firing", None)
    done = api.post(f"/api/alerts/{told['id']}/acknowledge/").json()
    assert done["acknowledged_by"].startswith("key:")
    hours = {"hours": 5}
    refused = api.post(f"/api/alerts/{told['id']}/silence/", hours, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    Alert.objects.update(cleared_at=now)
    late = api.post(f"/api/alerts/{told['id']}/silence/", {"hours": 4}, content_type="application/json")
    assert (late.status_code, late.json()["code"]) == (409, "alert_is_over")
    assert api.get("/api/alerts/?state=firing").json()["results"] == []
