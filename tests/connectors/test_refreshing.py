"""Promises of a refresh: one exchange per token, whoever asks, and nothing newer is ever overwritten."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import F
from django.utils import timezone

from connectors import token_plans
from connectors.connecting_by_key import connect_by_key
from connectors.meta.connector import MetaConnector
from connectors.models import Connection, TokenPlan, TokenRefresh
from connectors.refreshing import Outcome, hand_out_due, lease, refresh_connection, refresh_ending, renew_due
from connectors.services import disconnect
from connectors.types import ACCESS_TOKEN
from foundation.secret import Secret
from sandbox.faults import fault_from
from sandbox.world import World
from tenants.models import Tenant
from tenants.principal import Principal
from tests.conftest import House
from tests.connectors.keyhole import GOOD, HOUR, Keyhole
from vault import services as vault


def token_of(connection: Connection) -> str:
    return vault.open_secret(
        tenant_id=connection.tenant_id, connection_id=connection.pk, kind=ACCESS_TOKEN, purpose="test"
    ).reveal()


def exchanges(world: World) -> int:
    return sum("oauth/access_token" in call["path"] for call in world.journal.entries(limit=500))


def refresh(connection: Connection, *, clock: Callable[[], datetime] = timezone.now, **asked: Any) -> Outcome:
    return refresh_connection(connection_id=connection.pk, reason="test", clock=clock, **asked)


def test_a_refresh_stores_tokens_and_expiries_together_and_leaves_a_row_of_history(
    connection: Connection, world: World
) -> None:
    old, version = token_of(connection), Connection.objects.get(pk=connection.pk).token_version
    assert refresh(connection) is Outcome.REFRESHED
    connection.refresh_from_db()
    assert token_of(connection) != old
    assert connection.token_version == version + 1
    assert connection.refreshed_at is not None
    assert connection.refresh_lease_until is None
    row = TokenRefresh.objects.get(connection=connection)
    assert (row.outcome, row.reason, row.tenant_id) == ("refreshed", "test", connection.tenant_id)


def test_who_worked_with_an_older_token_exchanges_nothing(connection: Connection, world: World) -> None:
    before = exchanges(world)
    version = Connection.objects.get(pk=connection.pk).token_version
    assert refresh(connection, seen_version=version - 1) is Outcome.FRESH_ALREADY
    assert exchanges(world) == before
    assert not TokenRefresh.objects.exists()


def test_two_do_not_exchange_at_once_and_a_lease_left_behind_ends(connection: Connection, world: World) -> None:
    now = timezone.now()
    Connection.objects.filter(pk=connection.pk).update(refresh_lease_until=now + lease())
    before = exchanges(world)
    assert refresh(connection) is Outcome.UNDER_WAY
    assert exchanges(world) == before
    later = now + lease() + timedelta(seconds=1)
    assert refresh(connection, clock=lambda: later) is Outcome.REFRESHED


@pytest.mark.parametrize("dead", [False, True])
def test_an_exchange_that_ends_late_overwrites_nothing_and_condemns_nobody(
    connection: Connection, world: World, dead: bool
) -> None:
    """Meanwhile the person has connected again: what comes now, token or refusal, is about the past."""
    if dead:
        world.meta.revoke({"user": connection.external_user_id, "subcode": 460})
    asked = 0

    def clock() -> datetime:
        nonlocal asked
        asked += 1
        if asked == 2:  # between taking the lease and storing
            Connection.objects.filter(pk=connection.pk).update(token_version=F("token_version") + 1)
        return timezone.now()

    old = token_of(connection)
    assert refresh(connection, clock=clock) is Outcome.FRESH_ALREADY
    connection.refresh_from_db()
    assert token_of(connection) == old
    assert connection.status == Connection.Status.ACTIVE


def test_a_disconnected_account_is_not_refreshed(connection: Connection, principal: Principal, world: World) -> None:
    disconnect(principal=principal, connection=connection, now=timezone.now())
    before = exchanges(world)
    assert refresh(connection) is Outcome.IMPOSSIBLE
    assert exchanges(world) == before


def test_a_refresh_heals_a_connection_that_needed_attention(connection: Connection) -> None:
    Connection.objects.filter(pk=connection.pk).update(status=Connection.Status.ATTENTION, status_cause="dead")
    assert refresh(connection) is Outcome.REFRESHED
    connection.refresh_from_db()
    assert (connection.status, connection.status_cause) == (Connection.Status.ACTIVE, "")


# --- before they end ---------------------------------------------------------------------------------------------------


def ends_in(connection: Connection, span: timedelta) -> datetime:
    now = timezone.now()
    Connection.objects.filter(pk=connection.pk).update(access_expires_at=now + span, refreshed_at=None)
    token_plans.mend(now=now)
    return now


def sweep(now: datetime) -> int:
    """Do what beat and the workers do at a moment; return how many were refreshed."""
    count = 0
    while handed := hand_out_due(now=now):
        count += [renew_due(handed=one, clock=lambda: now) for one in handed].count(Outcome.REFRESHED)
    return count


def test_a_token_is_refreshed_before_it_ends_and_once_for_each_moment(connection: Connection, world: World) -> None:
    assert sweep(ends_in(connection, timedelta(days=8))) == 0
    now = ends_in(connection, timedelta(days=6))
    world.switches.set({"meta.expiry_not_extended": True})
    assert sweep(now) == 1
    Connection.objects.filter(pk=connection.pk).update(access_expires_at=now + timedelta(days=6))
    token_plans.mend(now=now)
    assert sweep(now + timedelta(days=1)) == 0, "an expiry that did not move is not chased"
    assert sweep(now + timedelta(days=5, hours=4)) == 1, "but tried again a day before the end"


def test_a_refresh_that_failed_is_tried_again_after_a_pause(connection: Connection, world: World) -> None:
    where = {"host": "graph.facebook.com", "method": "*", "path": "*/oauth/access_token"}
    world.faults.add(fault_from({"kind": "http_status", "status": 503, **where}))
    now = ends_in(connection, timedelta(days=2))
    assert sweep(now) == 0
    assert TokenRefresh.objects.get().outcome == "failed"
    assert sweep(now + timedelta(minutes=90)) == 0
    assert TokenRefresh.objects.count() == 1
    assert sweep(now + timedelta(hours=2, minutes=1)) == 1


def test_a_grant_that_only_its_person_can_renew_is_left_in_peace_until_it_ends(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MetaConnector, "renews_with", "refresh_token")
    assert sweep(ends_in(connection, timedelta(hours=5))) == 0
    connection.refresh_from_db()
    assert connection.status == Connection.Status.ACTIVE
    assert not TokenRefresh.objects.exists()


def test_a_token_that_is_traded_for_itself_is_not_traded_after_its_end(connection: Connection) -> None:
    assert sweep(ends_in(connection, timedelta(minutes=-1))) == 0
    assert not TokenRefresh.objects.exists()


def test_those_that_end_first_are_refreshed_first_whatever_their_platform(
    connect: Callable[[House], Connection], make_house: Callable[[str], House], hourly: Keyhole, settings: Any
) -> None:
    late, early = connect(make_house("Late")), connect(make_house("Early"))
    now = ends_in(late, timedelta(days=5))
    ends_in(early, timedelta(days=3))
    hour = hour_of(make_house("Hour"))
    settings.TOKEN_REFRESHES_AT_ONCE = 1
    handed = hand_out_due(now=now + timedelta(minutes=20))
    assert [one.connection_id for one in handed] == [hour.pk, early.pk]


def test_many_that_cannot_be_renewed_hold_up_nobody(connection: Connection, tenant: Tenant) -> None:
    now = ends_in(connection, timedelta(days=3))
    for number in range(10):
        Connection.objects.create(
            tenant=tenant,
            platform_id="linkedin",
            external_user_id=str(number),
            display_name=str(number),
            status_since=now,
            connected_at=now,
            access_expires_at=now + timedelta(days=1),
        )
    token_plans.mend(now=now)
    assert TokenPlan.objects.filter(due_at__isnull=False).count() == 1
    assert sweep(now) == 1


# --- tokens of an hour -------------------------------------------------------------------------------------------------


def hour_of(house: House) -> Connection:
    made, _ = connect_by_key(principal=house.principal, platform="keyhole", key=Secret(GOOD), now=timezone.now())
    return made


def test_a_token_of_an_hour_is_renewed_again_and_again(house: House, hourly: Keyhole) -> None:
    connection = hour_of(house)
    start = connection.connected_at
    for minute in range(241):
        sweep(start + timedelta(minutes=minute))
        connection.refresh_from_db()
        assert connection.access_expires_at is not None
        assert connection.access_expires_at > start + timedelta(minutes=minute + 44), "never near its end"
    assert 15 <= hourly.traded <= 24, "every ten to fifteen minutes"
    assert set(TokenRefresh.objects.values_list("outcome", flat=True)) == {"refreshed"}


def test_a_token_of_an_hour_is_tried_every_few_minutes_while_the_platform_is_ill(house: House, hourly: Keyhole) -> None:
    connection = hour_of(house)
    hourly.broken = True
    for minute in range(60):
        sweep(connection.connected_at + timedelta(minutes=minute))
    assert 20 <= TokenRefresh.objects.count() <= 50
    hourly.broken = False
    for minute in range(60, 68):
        sweep(connection.connected_at + timedelta(minutes=minute))
    assert hourly.traded == 1, "also after its end, because another secret is traded"
    connection.refresh_from_db()
    assert connection.status == "active"


def test_an_end_that_was_told_wrong_is_believed_only_when_the_platform_refuses(house: House, hourly: Keyhole) -> None:
    connection = hour_of(house)
    Connection.objects.update(refresh_expires_at=connection.connected_at + timedelta(minutes=5))
    assert sweep(connection.connected_at + timedelta(minutes=30)) == 1
    assert hourly.traded == 1


def test_a_token_that_ends_before_a_job_is_refreshed_once_whoever_asks(house: House, hourly: Keyhole) -> None:
    connection = hour_of(house)
    ends = connection.connected_at + HOUR
    assert refresh_ending(connection_id=connection.pk, clock=lambda: ends - timedelta(minutes=16)) is None
    moment = ends - timedelta(minutes=14)
    assert refresh_ending(connection_id=connection.pk, clock=lambda: moment) is Outcome.REFRESHED
    assert [refresh_ending(connection_id=connection.pk, clock=lambda: moment) for _ in range(5)] == [None] * 5
    assert hourly.traded == 1


def test_jobs_do_not_ask_an_ill_platform_for_a_token_each(house: House, hourly: Keyhole) -> None:
    connection = hour_of(house)
    hourly.broken = True
    moment = connection.connected_at + HOUR
    told = [refresh_ending(connection_id=connection.pk, clock=lambda: moment) for _ in range(5)]
    assert told == [Outcome.FAILED, None, None, None, None]
    assert refresh_ending(connection_id=connection.pk, clock=lambda: moment + timedelta(minutes=2)) is Outcome.FAILED
