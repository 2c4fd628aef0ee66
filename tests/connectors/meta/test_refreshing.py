"""Refreshing: the living user token is traded, the places' tokens are read anew, and a dead one asks for the person."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from connectors.errors import ReconnectRequired, TransientError
from connectors.meta.connector import MetaConnector
from connectors.types import ACCESS_TOKEN, Capability
from sandbox.meta import demo
from sandbox.world import World
from tests.connectors.meta.conftest import Trouble

Holder = Callable[..., MetaConnector]


def test_a_living_token_becomes_a_new_one_with_new_tokens_for_every_place(
    holder: Holder, world: World, now: datetime
) -> None:
    connector = holder()
    old = connector.keys.open(ACCESS_TOKEN)
    world.clock.advance(30 * 86_400)
    later = now + timedelta(days=30)
    refreshed = connector.refresh_token(now=later)
    assert Capability.REFRESH_TOKEN in connector.capabilities
    assert refreshed.access_token != old
    assert refreshed.access_expires_at is not None
    assert refreshed.access_expires_at > now + timedelta(days=80)
    assert refreshed.refresh_token is None
    assert refreshed.data_access_expires_at is not None
    assert "instagram_basic" in (refreshed.scopes_granted or ())
    assert {demo.BAKERY, demo.CAFE, demo.IG_BAKERY} <= set(refreshed.destination_tokens)
    token = world.meta.state.tokens.get(refreshed.destination_tokens[demo.IG_BAKERY].reveal())
    assert token is not None
    assert token.page_id == demo.BAKERY, "an Instagram account is spoken for with its Page's token"


def test_an_expiry_that_did_not_move_is_not_made_up(holder: Holder, world: World, now: datetime) -> None:
    connector = holder()
    world.switches.set({"meta.expiry_not_extended": True})
    world.clock.advance(30 * 86_400)
    refreshed = connector.refresh_token(now=now + timedelta(days=30))
    assert refreshed.access_expires_at is not None
    assert refreshed.access_expires_at < now + timedelta(days=61)


def test_without_expires_in_the_token_itself_is_asked(holder: Holder, world: World, now: datetime) -> None:
    connector = holder()
    world.switches.set({"meta.no_expires_in": True})
    refreshed = connector.refresh_token(now=now)
    assert refreshed.access_expires_at is not None


@pytest.mark.parametrize(("subcode", "words"), [(458, "removed our app"), (460, "password"), (459, "checkpoint")])
def test_a_dead_token_asks_for_the_person(
    holder: Holder, world: World, now: datetime, subcode: int, words: str
) -> None:
    connector = holder()
    world.meta.revoke({"user": demo.AMELIE, "subcode": subcode})
    with pytest.raises(ReconnectRequired, match=words) as told:
        connector.refresh_token(now=now)
    assert told.value.connection_ended


def test_a_token_that_ran_out_cannot_be_traded(holder: Holder, world: World, now: datetime) -> None:
    connector = holder()
    world.clock.advance(61 * 86_400)
    with pytest.raises(ReconnectRequired, match="expired"):
        connector.refresh_token(now=now + timedelta(days=61))


def test_places_that_cannot_be_read_now_lose_no_new_token(holder: Holder, trouble: Trouble, now: datetime) -> None:
    connector = holder()
    trouble("http_status", path="*/me/accounts", status=503)
    refreshed = connector.refresh_token(now=now)
    assert refreshed.access_token
    assert refreshed.destination_tokens == {}


def test_a_platform_that_is_down_exchanges_nothing(holder: Holder, trouble: Trouble, now: datetime) -> None:
    connector = holder()
    trouble("http_status", path="*/oauth/access_token", status=503)
    with pytest.raises(TransientError):
        connector.refresh_token(now=now)
