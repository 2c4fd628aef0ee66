"""Health checks: what they saw is logged, one failing call disconnects nobody, and what healed shows as healed."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.conf import settings
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from connectors import budgets, http
from connectors.meta.connector import MetaConnector
from connectors.models import Connection, Platform
from connectors.services import connection_changed, disconnect, mark_attention, mark_recovered, person_forgotten
from monitoring import health, tasks
from monitoring.health import check_connection, claim_due_connections, next_turn
from monitoring.models import ConnectionHealth, HealthLogEntry
from monitoring.verdicts import SOON
from outbox.models import OutgoingEvent
from sandbox.adapter import SandboxAdapter
from sandbox.app import Sandbox
from sandbox.faults import fault_from
from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_ID
from sandbox.world import World
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.switching import switch
from tests.conftest import GATEWAY, House
from tests.monitoring.spoiling import Spoiler, answer
from vault.services import erase_secrets

Capture = Callable[..., object]
EVERY = timedelta(hours=6)


def state_of(connection: Connection) -> tuple[str, str, str]:
    connection.refresh_from_db()
    return connection.status, connection.health, connection.status_code


@pytest.fixture
def news() -> Iterator[list[UUID]]:
    """The connections that changes were told of."""
    heard: list[UUID] = []

    def hear(connection_id: UUID, **kwargs: object) -> None:
        heard.append(connection_id)

    connection_changed.connect(hear, weak=False)
    yield heard
    connection_changed.disconnect(hear)


def test_a_healthy_check_is_logged_with_its_latency(connection: Connection, now: datetime) -> None:
    entry = check_connection(connection=connection, now=now)
    assert (entry.state, entry.code, entry.cause) == ("healthy", "", "")
    assert (entry.tenant_id, entry.platform, entry.checked_at) == (connection.tenant_id, "meta", now)
    assert entry.latency_ms >= 0
    assert state_of(connection) == ("active", "healthy", "")
    assert connection.health_checked_at == now


def test_a_dead_token_asks_for_attention_in_words_and_is_told_once(
    connection: Connection,
    world: World,
    now: datetime,
    news: list[UUID],
    django_capture_on_commit_callbacks: Capture,
) -> None:
    world.meta.revoke({"user": demo.AMELIE, "subcode": 460})
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        for hours in range(3):
            entry = check_connection(connection=connection, now=now + timedelta(hours=hours))
    assert (entry.state, entry.code) == ("unhealthy", "token_dead")
    assert entry.cause
    assert entry.remedy
    assert state_of(connection) == ("attention", "unhealthy", "token_dead")
    assert (connection.status_cause, connection.status_remedy) == (entry.cause, entry.remedy)
    assert connection.status_since == now, "since when it needs attention, not since when it was last seen"
    assert news == [connection.pk]
    assert HealthLogEntry.objects.count() == 3


def test_what_healed_shows_as_healed_by_itself_and_is_told_once(
    connection: Connection,
    world: World,
    now: datetime,
    news: list[UUID],
    django_capture_on_commit_callbacks: Capture,
) -> None:
    grant = world.meta.state.grant_of(demo.AMELIE, DEFAULT_APP_ID)
    assert grant is not None
    grant.granted.remove("pages_manage_posts")
    world.meta.state.save_grant(grant)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        check_connection(connection=connection, now=now)
    assert state_of(connection) == ("attention", "unhealthy", "scope_missing")
    assert "pages_manage_posts" not in connection.scopes_granted
    grant.granted.append("pages_manage_posts")
    world.meta.state.save_grant(grant)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        for hours in (1, 2):
            check_connection(connection=connection, now=now + timedelta(hours=hours))
    assert state_of(connection) == ("active", "healthy", "")
    assert (connection.status_cause, connection.status_remedy) == ("", "")
    assert connection.status_since == now + timedelta(hours=1)
    assert "pages_manage_posts" in connection.scopes_granted
    assert news == [connection.pk] * 2


@pytest.mark.parametrize(
    "trouble",
    [
        {"kind": "http_status", "status": 503},
        {"kind": "lost_before"},
        {"kind": "lost_after_success"},
        {"kind": "slow", "delay_s": 100},
        {"kind": "malformed_json"},
        {"kind": "platform_error", "error": {"code": 2}},
        {"kind": "platform_error", "error": {"code": 4}},
        {"kind": "platform_error", "error": {"code": 987654}},
    ],
    ids=lambda trouble: "-".join(str(value) for value in trouble.values()),
)
def test_one_failing_call_disconnects_nobody_and_is_asked_again_soon(
    connection: Connection, world: World, now: datetime, trouble: dict[str, object]
) -> None:
    world.faults.add(fault_from({"path": "*/debug_token", **trouble}))
    entry = check_connection(connection=connection, now=now)
    assert (entry.state, entry.code) == ("degraded", "not_asked")
    assert entry.cause.startswith("The platform cannot be asked: ")
    assert state_of(connection) == ("active", "", ""), "a line in the log, and nothing else"
    assert not health_news().exists()
    assert connection.next_health_at is not None
    assert connection.next_health_at >= now + SOON
    later = now + SOON + timedelta(minutes=61)
    budgets._glances.clear()  # half a second by another clock than the one that is moved
    with time_machine.travel(later):  # a platform that asked for patience is left alone until then
        check_connection(connection=connection, now=later)
    assert state_of(connection) == ("active", "healthy", "")
    assert connection.verdict.failures == 0


def test_a_failing_call_neither_heals_what_needs_attention_nor_forgets_why(
    connection: Connection, world: World, now: datetime
) -> None:
    world.meta.revoke({"user": demo.AMELIE, "subcode": 460})
    check_connection(connection=connection, now=now)
    world.faults.add(fault_from({"kind": "http_status", "status": 503}))
    check_connection(connection=connection, now=now + EVERY)
    assert state_of(connection) == ("attention", "unhealthy", "token_dead")


def test_missing_credentials_of_ours_are_not_the_tenants_fault(
    connection: Connection, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "META_APP_SECRET", None)
    entry = check_connection(connection=connection, now=now)
    assert (entry.state, entry.code) == ("degraded", "not_configured")
    assert "META_APP_SECRET" in entry.remedy
    assert state_of(connection) == ("active", "degraded", "")


def test_a_connection_whose_tokens_are_gone_needs_its_tenant(connection: Connection, now: datetime) -> None:
    erase_secrets(tenant_id=connection.tenant_id, connection_id=connection.pk)
    check_connection(connection=connection, now=now)
    assert state_of(connection) == ("attention", "unhealthy", "token_missing")


def test_a_page_nobody_chose_is_not_checked(connection: Connection, world: World, now: datetime) -> None:
    world.meta.revoke({"user": demo.AMELIE, "page": demo.BICYCLES, "subcode": 492})
    assert check_connection(connection=connection, now=now).code == "page_token_dead"
    connection.destinations.filter(external_id=demo.BICYCLES).update(enabled=False)
    assert check_connection(connection=connection, now=now).state == "healthy"


def test_expiries_the_platform_tells_are_kept(connection: Connection, now: datetime) -> None:
    Connection.objects.update(access_expires_at=None, data_access_expires_at=None)
    check_connection(connection=connection, now=now)
    connection.refresh_from_db()
    assert connection.access_expires_at is not None
    assert connection.data_access_expires_at is not None


def test_a_check_that_ends_after_a_disconnect_does_not_bring_it_back(
    connection: Connection, principal: Principal, now: datetime
) -> None:
    stale = Connection.objects.get(pk=connection.pk)
    disconnect(principal=principal, connection=connection, now=now)
    check_connection(connection=stale, now=now)
    assert state_of(connection) == ("inactive", "", "disconnected")
    assert connection.next_health_at is None


def test_attention_and_recovery_are_news_only_when_they_change_something(connection: Connection, now: datetime) -> None:
    told = {"connection_id": connection.pk, "now": now}
    assert not mark_recovered(**told)  # type: ignore[arg-type]
    words = {"code": "c" * 100, "cause": "x" * 900, "remedy": "y" * 900}
    assert mark_attention(**told, **words)  # type: ignore[arg-type]
    assert not mark_attention(**told, **words)  # type: ignore[arg-type]
    assert mark_recovered(**told)  # type: ignore[arg-type]
    assert not mark_recovered(**told)  # type: ignore[arg-type]
    assert not mark_attention(**{**told, "connection_id": uuid4()}, **words)  # type: ignore[arg-type]


# --- which is due -------------------------------------------------------------------------------------------------------


@pytest.fixture
def many(tenant: Tenant, now: datetime) -> list[Connection]:
    """Twenty-five connections, the first due the longest, the last five not yet."""
    return Connection.objects.bulk_create(
        Connection(
            tenant=tenant,
            platform_id="meta",
            external_user_id=str(number),
            display_name=str(number),
            status_since=now,
            connected_at=now,
            next_health_at=now - timedelta(minutes=19 - number) if number < 20 else now + timedelta(seconds=number),
        )
        for number in range(25)
    )


def test_the_longest_due_are_taken_first_ten_at_a_time_and_each_once(many: list[Connection], now: datetime) -> None:
    batches = [claim_due_connections(now=now, limit=10) for _ in range(4)]
    assert settings.HEALTH_CHECKS_AT_ONCE == 10
    assert [len(batch) for batch in batches] == [10, 10, 0, 0]
    assert batches[0] + batches[1] == [connection.pk for connection in many[:20]]


def test_taking_a_connection_moves_its_next_check_on_by_six_hours_at_most(
    many: list[Connection], now: datetime
) -> None:
    taken = claim_due_connections(now=now, limit=10)
    assert settings.HEALTH_CHECK_EVERY == EVERY
    for pk in taken:
        wait = Connection.objects.get(pk=pk).next_health_at - now  # type: ignore[operator]
        assert timedelta() < wait <= EVERY


def test_a_connection_taken_by_another_scheduler_in_between_is_left_alone(
    many: list[Connection], now: datetime, django_assert_max_num_queries: Capture
) -> None:
    moved = many[0].pk
    seen = iter([True])

    def meddle(execute: Callable[..., object], sql: str, *rest: object) -> object:
        """Another scheduler's update lands between our read and ours."""
        if sql.startswith("UPDATE") and next(seen, False):
            Connection.objects.filter(pk=moved).update(next_health_at=now + EVERY)
        return execute(sql, *rest)

    from django.db import connection as database

    with database.execute_wrapper(meddle):
        taken = claim_due_connections(now=now, limit=10)
    assert moved not in taken
    assert len(taken) == 9


def test_accounts_connected_at_one_moment_are_checked_all_over_the_span_and_then_every_six_hours(now: datetime) -> None:
    tenths = Counter(int((next_turn(uuid4(), now=now) - now) / (EVERY / 10)) for _ in range(2_000))
    assert set(tenths) == set(range(10))
    assert max(tenths.values()) < 300, "200 are even"
    one = uuid4()
    first = next_turn(one, now=now)
    assert next_turn(one, now=first + timedelta(seconds=29)) == first + EVERY, "a late tick shifts nothing"


def test_a_disconnected_connection_is_never_due_and_a_new_one_at_once(
    connection: Connection, principal: Principal, now: datetime
) -> None:
    later = timezone.now()
    assert claim_due_connections(now=later, limit=10) == [connection.pk]
    disconnect(principal=principal, connection=connection, now=later)
    assert claim_due_connections(now=later + timedelta(days=30), limit=10) == []


def test_the_sick_are_checked_like_the_well(connection: Connection, world: World, now: datetime) -> None:
    world.meta.revoke({"user": demo.AMELIE, "subcode": 460})
    check_connection(connection=connection, now=now)
    assert claim_due_connections(now=now + EVERY * 2, limit=10) == [connection.pk]


def test_the_task_checks_a_connection_and_ignores_what_is_gone_or_disconnected(
    connection: Connection, principal: Principal
) -> None:
    tasks.check_connection(str(connection.pk))
    assert HealthLogEntry.objects.count() == 1
    disconnect(principal=principal, connection=connection, now=timezone.now())
    tasks.check_connection(str(connection.pk))
    tasks.check_connection(str(uuid4()))
    assert HealthLogEntry.objects.count() == 1


def test_checks_are_handed_on_until_the_next_tick_so_that_so_many_run_side_by_side(
    many: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    Connection.objects.update(status="attention")
    queued: list[tuple[str, ...]] = []
    checked: list[UUID] = []
    monkeypatch.setattr(tasks.check_connection, "delay", lambda *args: queued.append(args))
    monkeypatch.setattr(health, "check_connection", lambda *, connection, now: checked.append(connection.pk))
    tasks.check_due_connections()
    most = len(queued)
    while queued:
        most = max(most, len(queued))
        tasks.check_connection(*queued.pop(0))
    assert most == 10
    assert set(checked) >= {connection.pk for connection in many[:20]}
    assert len(checked) == len(set(checked))
    late = timezone.now() + timedelta(hours=7)
    with time_machine.travel(late):
        tasks.check_connection(str(many[0].pk), (late - timedelta(seconds=1)).isoformat())
    assert queued == [], "its tick is over: the next one goes on"


def test_checks_go_on_while_a_platform_is_off_and_stop_by_their_own_switch(
    connection: Connection, now: datetime
) -> None:
    Platform.objects.filter(slug="meta").update(enabled=False)
    tasks.check_connection(str(connection.pk))
    assert HealthLogEntry.objects.count() == 1
    Connection.objects.update(next_health_at=now)
    switch(name="health_checks", on=False, tenants=[connection.tenant], actor="system:test", now=now)
    assert health.claim_due_connections(now=now) == []
    tasks.check_connection(str(connection.pk))
    assert HealthLogEntry.objects.count() == 1
    switch(name="health_checks", on=True, actor="system:test", now=now)
    assert health.claim_due_connections(now=now) == [connection.pk]


# --- several in a row ---------------------------------------------------------------------------------------------------


def test_a_platform_out_of_reach_for_long_is_told_since_when_never_as_unhealthy_and_heals(
    connection: Connection, world: World, now: datetime
) -> None:
    check_connection(connection=connection, now=now)
    world.faults.add(fault_from({"kind": "http_status", "status": 503, "times": None}))
    at = now + EVERY
    seen = []
    for _ in range(6):
        check_connection(connection=Connection.objects.get(pk=connection.pk), now=at)
        seen.append(state_of(connection)[:2])
        assert connection.next_health_at is not None
        at = connection.next_health_at
    assert seen == [("active", "healthy")] * 2 + [("active", "degraded")] * 4
    verdict = ConnectionHealth.objects.get()
    assert (verdict.code, verdict.failures, verdict.failing_since) == ("not_asked", 6, now + EVERY)
    assert f"Since {now + EVERY:%d %B %Y at %H:%M} UTC" in verdict.cause
    assert at - now - EVERY == SOON * (1 + 2 + 4 + 8 + 16 + 32), "asked less and less often"
    assert told_states() == ["degraded"], "told once"
    world.faults.clear()
    check_connection(connection=connection, now=at)
    assert state_of(connection) == ("active", "healthy", "")


def test_bad_news_are_asked_for_twice_before_they_are_believed(
    connection: Connection, sandbox: Sandbox, now: datetime
) -> None:
    lie = answer(200, b'{"data": {"is_valid": false, "error": {"code": 190, "error_subcode": 460}}}')
    http.mount(GATEWAY, Spoiler(SandboxAdapter(sandbox), 1.0, shapes={"a lie": lie}, most=1))
    assert check_connection(connection=connection, now=now).state == "healthy"
    assert state_of(connection) == ("active", "healthy", "")
    http.mount(GATEWAY, Spoiler(SandboxAdapter(sandbox), 1.0, shapes={"no lie": lie}))
    check_connection(connection=connection, now=now + EVERY)
    assert state_of(connection) == ("attention", "unhealthy", "token_dead")


def test_a_fault_of_ours_says_nothing_of_anybodys_account(
    connection: Connection, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*args: object, **kwargs: object) -> None:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr(MetaConnector, "health_check", crash)
    entry = check_connection(connection=connection, now=now)
    assert (entry.code, state_of(connection)) == ("not_asked", ("active", "", ""))


# --- news ---------------------------------------------------------------------------------------------------------------


def health_news() -> QuerySet[OutgoingEvent]:
    """Return what was announced of changes of health; other rooms announce their own."""
    return OutgoingEvent.objects.filter(type="connection.health_changed")


def told_states() -> list[str]:
    return [event.data["state"] for event in health_news().order_by("id")]


def test_an_account_that_comes_and_goes_fills_nobodys_inbox(
    connection: Connection, world: World, now: datetime
) -> None:
    grant = world.meta.state.grant_of(demo.AMELIE, DEFAULT_APP_ID)
    assert grant is not None

    def have(scope: bool) -> None:
        grant.granted = [one for one in grant.granted if one != "pages_manage_posts"]
        grant.granted += ["pages_manage_posts"] if scope else []
        world.meta.state.save_grant(grant)

    def look(minutes: int) -> None:
        check_connection(connection=Connection.objects.get(pk=connection.pk), now=now + timedelta(minutes=minutes))

    Connection.objects.update(next_health_at=now + EVERY)
    look(0)
    assert told_states() == [], "that it is well from the first is no news"
    for minute in range(1, 59):
        have(scope=minute % 2 == 0)
        look(minute)
    assert told_states() == ["unhealthy"], "bad news at once, and good ones only when they last"
    assert state_of(connection)[:2] == ("active", "healthy"), "what is shown follows at once"
    connection.refresh_from_db()
    assert connection.next_health_at == now + timedelta(minutes=61), "it is looked at when the news may be told"
    look(61)
    look(62)
    assert told_states() == ["unhealthy", "healthy"]
    have(scope=False)
    look(63)
    assert told_states() == ["unhealthy", "healthy", "unhealthy"], "for the worse nobody waits"


def test_what_a_new_grant_brings_is_told_at_once(
    connection: Connection, world: World, now: datetime, connect: Callable[[House], Connection], house: House
) -> None:
    check_connection(connection=connection, now=now)
    world.meta.revoke({"user": demo.AMELIE, "subcode": 460})
    check_connection(connection=connection, now=now)
    again = connect(house)
    assert again.pk == connection.pk
    check_connection(connection=again, now=timezone.now())
    assert told_states() == ["unhealthy", "healthy"]


def test_news_are_written_with_what_they_tell_or_not_at_all(
    connection: Connection, world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.meta.revoke({"user": demo.AMELIE, "subcode": 460})

    def crash(**kwargs: object) -> None:
        raise RuntimeError("the database went away")

    monkeypatch.setattr(health, "mark_attention", crash)
    with pytest.raises(RuntimeError):
        check_connection(connection=connection, now=now)
    assert not health_news().exists()
    assert not HealthLogEntry.objects.exists()
    assert state_of(connection)[0] == "active"


def test_what_is_told_of_a_change_is_all_that_receivers_need(
    connection: Connection, world: World, now: datetime
) -> None:
    world.meta.revoke({"user": demo.AMELIE, "subcode": 458})
    check_connection(connection=connection, now=now)
    (event,) = health_news()
    assert (event.tenant_id, event.type, event.happened_at) == (
        connection.tenant_id, "connection.health_changed", now,
    )  # fmt: skip
    assert set(event.data) == {
        "connection_id", "platform", "state", "previous", "code", "cause", "remedy", "link", "since",
    }  # fmt: skip
    assert (event.data["previous"], event.data["platform"]) == ("unknown", "meta")
    assert event.data["link"].startswith("http://testserver/")
    assert datetime.fromisoformat(event.data["since"]) == now


def test_a_person_who_is_forgotten_is_struck_out_of_what_checks_told(
    connection: Connection, world: World, now: datetime
) -> None:
    world.meta.revoke({"user": demo.AMELIE, "page": demo.BICYCLES, "subcode": 492})
    check_connection(connection=connection, now=now)
    person_forgotten.send(sender=Connection, connection_id=connection.pk, names=("Fahrradwerkstatt",), instead="Nobody")
    for row in (ConnectionHealth.objects.get(), HealthLogEntry.objects.get()):
        assert "Fahrradwerkstatt" not in f"{row.cause} {row.remedy} {row.findings}"
        assert "Nobody" in row.cause


def test_the_api_tells_what_a_check_found(connection: Connection, world: World, now: datetime, api: Client) -> None:
    world.meta.revoke({"user": demo.AMELIE, "subcode": 458})
    check_connection(connection=connection, now=now)
    told = api.get(f"/api/connections/{connection.pk}/").json()
    assert (told["status"], told["status_code"], told["health"]) == ("attention", "token_dead", "unhealthy")
    assert "removed our app" in told["status_cause"]
    assert told["status_remedy"]
