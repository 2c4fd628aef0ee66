"""Promises of a refresh: one exchange per token, whoever asks, and nothing newer is ever overwritten."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from connectors.meta.connector import MetaConnector
from connectors.models import Connection, TokenRefresh
from connectors.refreshing import PAUSE, Outcome, lease, refresh_connection, refresh_due
from connectors.services import disconnect
from connectors.types import ACCESS_TOKEN
from sandbox.faults import fault_from
from sandbox.world import World
from tenants.principal import Principal
from vault import services as vault


def token_of(connection: Connection) -> str:
    return vault.open_secret(
        tenant_id=connection.tenant_id, connection_id=connection.pk, kind=ACCESS_TOKEN, purpose="test"
    ).reveal()


def exchanges(world: World) -> int:
    return sum("oauth/access_token" in call["path"] for call in world.journal.entries(limit=500))


def refresh(connection: Connection, *, clock: Callable[[], datetime] = timezone.now, **asked: int) -> Outcome:
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
    return now


def sweep(now: datetime) -> int:
    return refresh_due(clock=lambda: now)


def test_a_token_is_refreshed_before_it_ends_and_once_for_each_window(connection: Connection, world: World) -> None:
    assert sweep(ends_in(connection, timedelta(days=8))) == 0
    now = ends_in(connection, timedelta(days=6))
    world.switches.set({"meta.expiry_not_extended": True})
    assert sweep(now) == 1
    Connection.objects.filter(pk=connection.pk).update(access_expires_at=now + timedelta(days=6))
    later = now + PAUSE + timedelta(minutes=1)
    assert sweep(later) == 0, "an expiry that did not move is not chased"
    assert sweep(now + timedelta(days=5, hours=1)) == 1, "but tried again a day before the end"


def test_a_refresh_that_failed_is_tried_again_after_a_pause(connection: Connection, world: World) -> None:
    where = {"host": "graph.facebook.com", "method": "*", "path": "*/oauth/access_token"}
    world.faults.add(fault_from({"kind": "http_status", "status": 503, **where}))
    now = ends_in(connection, timedelta(days=2))
    assert sweep(now) == 0
    assert TokenRefresh.objects.get().outcome == "failed"
    assert sweep(now + timedelta(minutes=5)) == 0
    assert TokenRefresh.objects.count() == 1
    assert sweep(now + PAUSE + timedelta(minutes=1)) == 1


def test_a_grant_that_only_its_person_can_renew_is_left_in_peace_until_it_ends(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MetaConnector, "renews_with", "refresh_token")
    assert sweep(ends_in(connection, timedelta(hours=5))) == 0
    connection.refresh_from_db()
    assert connection.status == Connection.Status.ACTIVE
    assert not TokenRefresh.objects.exists()
