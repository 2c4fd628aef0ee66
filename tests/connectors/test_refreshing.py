"""Promises of a refresh: one exchange per token, whoever asks, and nothing newer is ever overwritten."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from connectors.models import Connection, TokenRefresh
from connectors.refreshing import Outcome, lease, refresh_connection
from connectors.services import disconnect
from connectors.types import ACCESS_TOKEN
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
