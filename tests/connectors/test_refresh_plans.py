"""When tokens are seen to: each platform's windows, who is handed out, and that two who look at once take different ones."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import connections
from django.db.models import F
from django.utils import timezone

from connectors import token_plans
from connectors.linkedin.connector import LinkedInConnector
from connectors.meta.connector import MetaConnector
from connectors.models import Connection, Platform, TokenPlan, TokenRefresh
from connectors.refreshing import Outcome, hand_out_due, lease, make_ready, renew_due
from connectors.services import disconnect, mark_attention, store_grant
from connectors.types import Grant
from foundation.secret import Secret
from tenants.models import AuditEntry
from tenants.services import create_tenant
from tenants.switching import switch
from tests.conftest import House
from tests.connectors.keyhole import Keyhole
from tests.connectors.test_refreshing import hour_of, sweep

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)


def due_in(connection: Connection) -> timedelta | None:
    """Return how long after connecting the tokens are due."""
    due_at = TokenPlan.objects.get(pk=connection.pk).due_at
    return None if due_at is None else due_at - connection.connected_at


@pytest.mark.parametrize(
    ("platform", "life", "refresh", "least", "most"),
    [
        # Meta's long-lived token is traded for itself: 7 days before its end, a tenth of them later at most.
        ("meta", 60 * DAY, "", 53 * DAY, 53.7 * DAY),
        ("linkedin", 60 * DAY, "r0", 53 * DAY, 53.7 * DAY),
        ("google_business", HOUR, "r0", 10 * MINUTE, 15 * MINUTE),
        # Three quarters of whatever life TikTok states: it was a day, and is two hours since November 2026.
        ("tiktok", 24 * HOUR, "r0", 18 * HOUR, 18.6 * HOUR),
        ("tiktok", 2 * HOUR, "r0", 90 * MINUTE, 93 * MINUTE),
    ],
)
def test_each_platforms_tokens_are_due_in_its_own_window(
    granted: Callable[..., Connection], platform: str, life: timedelta, refresh: str, least: timedelta, most: timedelta
) -> None:
    due = due_in(granted(platform, life, refresh=refresh))
    assert due is not None
    assert least <= due <= most


@pytest.mark.parametrize(("platform", "life", "refresh"), [("mailchimp", None, ""), ("linkedin", 60 * DAY, "")])
def test_what_never_ends_or_cannot_be_renewed_is_never_due(
    granted: Callable[..., Connection], platform: str, life: timedelta | None, refresh: str
) -> None:
    assert due_in(granted(platform, life, refresh=refresh)) is None


@pytest.mark.parametrize(("connector", "platform"), [(MetaConnector, "meta"), (LinkedInConnector, "linkedin")])
def test_another_window_reaches_connections_that_are_there_already(
    granted: Callable[..., Connection], monkeypatch: pytest.MonkeyPatch, connector: Any, platform: str, now: datetime
) -> None:
    connection = granted(platform, 60 * DAY)
    assert connector.refresh_before == getattr(configured, f"{platform.upper()}_REFRESH_BEFORE") == (DAY, 7 * DAY)
    assert token_plans.mend(now=now) == 0, "what fits is left alone"
    monkeypatch.setattr(connector, "refresh_before", (30 * DAY,))
    assert token_plans.mend(now=now) == 1
    due = due_in(connection)
    assert due is not None
    assert 30 * DAY <= due <= 33 * DAY
    monkeypatch.setattr(connector, "refresh_before", ())
    token_plans.mend(now=now)
    assert due_in(connection) is None, "0 in the setting means never by itself"


def test_tiktoks_share_is_a_setting(granted: Callable[..., Connection], settings: Any, now: datetime) -> None:
    connection = granted("tiktok", 2 * HOUR)
    settings.TIKTOK_REFRESH_AT_PERCENT = 50
    assert token_plans.mend(now=now) == 1
    due = due_in(connection)
    assert due is not None
    assert HOUR <= due <= 66 * MINUTE


def test_an_end_that_a_health_check_found_out_is_planned_for(granted: Callable[..., Connection], now: datetime) -> None:
    connection = granted("linkedin", 60 * DAY)
    Connection.objects.filter(pk=connection.pk).update(access_expires_at=now + 3 * DAY)
    token_plans.mend(now=now)
    assert TokenPlan.objects.filter(due_at__lte=now).count() == 1
    TokenPlan.objects.all().delete()
    token_plans.mend(now=now)
    assert TokenPlan.objects.filter(due_at__lte=now).count() == 1, "a plan that is lost is made anew"


def test_no_platform_has_more_in_workers_hands_than_its_share_and_none_waits_for_another(
    granted: Callable[..., Connection], settings: Any, now: datetime
) -> None:
    settings.TOKEN_REFRESHES_AT_ONCE = 2
    for number in range(5):
        granted("tiktok", 2 * HOUR, person=f"t{number}")
    granted("linkedin", 60 * DAY)
    late = now + 59 * DAY
    handed = hand_out_due(now=late)
    assert len(handed) == 3
    assert hand_out_due(now=late) == [], "TikTok hangs: no more workers for it"
    token_plans.let_go(handed[0].connection_id)
    assert len(hand_out_due(now=late, platform="tiktok")) == 1
    died = late + lease() + HOUR
    assert len(hand_out_due(now=died)) == 3, "what a dead worker held is handed out again"


def test_tokens_are_kept_alive_while_a_platform_is_off_and_renewing_has_its_own_switch(
    granted: Callable[..., Connection], now: datetime
) -> None:
    theirs = granted("tiktok", 2 * HOUR)
    Platform.objects.filter(slug="tiktok").update(enabled=False)
    switch(name="token_refresh", on=False, tenants=[theirs.tenant], actor="system:test", now=now)
    assert hand_out_due(now=now + 2 * HOUR) == []
    switch(name="token_refresh", on=True, actor="system:test", now=now)
    assert [one.connection_id for one in hand_out_due(now=now + 2 * HOUR)] == [theirs.pk]


@pytest.mark.django_db(transaction=True)
def test_two_beats_that_look_at_once_take_different_ones_and_keep_the_bound(settings: Any) -> None:
    settings.TOKEN_REFRESHES_AT_ONCE = 6
    now = timezone.now()
    tenant = create_tenant(name="Crowd")
    for number in range(10):
        grant = Grant(f"p{number}", "P", Secret("a"), now + HOUR, refresh_token=Secret("r"))
        store_grant(tenant=tenant, platform="tiktok", grant=grant, actor="test", now=now)
    together = Barrier(4)

    def look(_: int) -> list[Any]:
        try:
            together.wait(10)
            return [one.connection_id for one in hand_out_due(now=now + HOUR)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        taken = [pk for found in pool.map(look, range(4)) for pk in found]
    assert len(taken) == len(set(taken)) == 6


def test_one_that_was_renewed_meanwhile_is_not_renewed_again(house: House, hourly: Keyhole) -> None:
    connection = hour_of(house)
    moment = connection.connected_at + 20 * MINUTE
    [handed] = hand_out_due(now=moment)
    assert renew_due(handed=handed, clock=lambda: moment) is Outcome.REFRESHED
    assert renew_due(handed=handed, clock=lambda: moment) is None, "the task came twice"
    assert hourly.traded == 1
    assert TokenPlan.objects.get(pk=connection.pk).held_until is None


def test_an_account_that_needs_attention_for_another_reason_keeps_its_tokens_alive_and_its_state(
    house: House, hourly: Keyhole
) -> None:
    connection = hour_of(house)
    start = connection.connected_at
    Connection.objects.update(next_health_at=start + DAY)
    mark_attention(connection_id=connection.pk, code="role_lost", cause="No role.", remedy="Ask.", now=start)
    assert sweep(start + 20 * MINUTE) == 1
    connection.refresh_from_db()
    assert (connection.status, connection.status_cause) == ("attention", "No role.")
    assert connection.next_health_at == start + 20 * MINUTE, "a health check tells whether that is still so"


def test_tokens_that_were_refused_are_left_alone_until_the_person_connects_again(
    house: House, hourly: Keyhole, now: datetime
) -> None:
    connection = hour_of(house)
    hourly.traded = 7  # the refresh token we hold was spent by somebody else
    moment = connection.connected_at + 20 * MINUTE
    sweep(moment)
    connection.refresh_from_db()
    assert connection.status == Connection.Status.ATTENTION
    make_ready(connection, now=moment + HOUR)
    sweep(moment + HOUR)
    assert TokenRefresh.objects.count() == 1
    hourly.traded = 0
    hour_of(house)
    connection.refresh_from_db()
    assert connection.status == Connection.Status.ACTIVE
    assert sweep(connection.connected_at + 20 * MINUTE) == 1


def test_the_end_of_a_connection_ends_its_plan(house: House, hourly: Keyhole) -> None:
    connection = hour_of(house)
    disconnect(principal=house.principal, connection=connection, now=timezone.now())
    plan = TokenPlan.objects.get(pk=connection.pk)
    assert (plan.due_at, plan.tell_at) == (None, None)


# --- reconnecting --------------------------------------------------------------------------------------------------------


def test_a_reconnect_without_a_refresh_token_keeps_the_stored_one_and_its_end(
    granted: Callable[..., Connection], now: datetime
) -> None:
    ends = now + 200 * DAY
    granted("linkedin", 60 * DAY, refresh_expires_at=ends)
    again = granted("linkedin", 60 * DAY, refresh="", at=now + DAY)
    again.refresh_from_db()
    assert again.refresh_expires_at == ends
    assert due_in(again) is not None, "it is still renewed by itself"


@pytest.mark.parametrize("why", ["refused", "ended"])
def test_a_reconnect_without_a_refresh_token_drops_one_that_is_known_to_be_dead(
    granted: Callable[..., Connection], now: datetime, why: str
) -> None:
    first = granted("linkedin", 60 * DAY, refresh_expires_at=now + (200 * DAY if why == "refused" else HOUR))
    if why == "refused":
        token_plans.note_refusal(Connection.objects.get(pk=first.pk), now=now)
    again = granted("linkedin", 60 * DAY, refresh="", at=now + DAY)
    again.refresh_from_db()
    assert again.refresh_expires_at is None
    assert due_in(again) is None, "trading it would end the new grant's good name"


def test_a_reconnect_with_fewer_scopes_keeps_the_places_and_writes_down_what_was_lost(
    connection: Connection, granted: Callable[..., Connection], now: datetime
) -> None:
    chosen = set(connection.destinations.filter(enabled=True).values_list("pk", flat=True))
    again = granted(
        "meta",
        60 * DAY,
        person=connection.external_user_id,
        refresh="",
        scopes=("pages_show_list",),
        tenant=connection.tenant,
    )
    assert again.pk == connection.pk
    assert set(again.destinations.filter(enabled=True).values_list("pk", flat=True)) == chosen
    told = AuditEntry.objects.filter(action="connection.renewed").latest("id")
    assert "pages_manage_posts" in told.detail["scopes_lost"]


def test_a_reconnect_during_a_refresh_wins_and_may_be_refreshed_at_once(
    house: House, hourly: Keyhole, now: datetime
) -> None:
    connection = hour_of(house)
    Connection.objects.update(refresh_lease_token=connection.pk, refresh_lease_until=now + DAY)
    before = Connection.objects.values_list("token_version", flat=True).get()
    hour_of(house)
    connection.refresh_from_db()
    assert connection.refresh_lease_until is None
    assert connection.token_version == before + 1
    assert sweep(connection.connected_at + 20 * MINUTE) == 1
    assert Connection.objects.filter(token_version=F("token_plan__version")).count() == 1
