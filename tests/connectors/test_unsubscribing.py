"""Who is given up is told of no more; what others listen to as well goes on; and a platform out of reach holds nothing up."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import pytest
import requests
from django.conf import settings
from django.test import Client

from connectors import http, subscribing, unsubscribing
from connectors.manager import connector_class, get_connector, target_of
from connectors.models import Connection, Destination, Platform, WebhookAddress
from connectors.refreshing import make_ready
from connectors.services import choose_destinations, disconnect, store_destinations, store_grant
from connectors.subscribing import subscribe_due
from connectors.types import ACCESS_TOKEN
from connectors.unsubscribing import LONGEST_FAREWELL, WAITS
from foundation.secret import Secret
from sandbox.adapter import SandboxAdapter
from sandbox.app import Sandbox
from sandbox.faults import fault_from
from sandbox.linkedin import demo as linkedin_demo
from sandbox.linkedin.courier import Letter, Reply
from sandbox.meta import demo
from sandbox.world import World
from tenants.models import AuditEntry
from tests.conftest import GATEWAY, House
from tests.connectors.keyhole import Keyhole
from tests.connectors.test_own_addresses import opened, path_of, tell
from vault.models import EncryptedSecret

pytestmark = pytest.mark.django_db
unsubscribe_due = partial(unsubscribing.unsubscribe_due, make_ready=make_ready)
ILL = {"kind": "http_status", "status": 503, "host": "graph.facebook.com", "path": "*/subscribed_apps", "times": None}


class Wire(SandboxAdapter):
    """The sandbox, with an ear on the wire, and something that may happen just before Meta hears of an end."""

    def __init__(self, app: Sandbox) -> None:
        super().__init__(app)
        self.heard: list[str] = []
        self.before_the_end: Callable[[], object] = lambda: None

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        """Note a request and pass it on."""
        path = str(request.url).partition("?")[0].removeprefix(GATEWAY)
        self.heard.append(f"{request.method} {path}")
        if request.method == "DELETE" and path.endswith("/subscribed_apps"):
            self.before_the_end()
        return super().send(request, *args, **kwargs)

    def ends(self) -> int:
        """How often Meta was asked to be silent."""
        return sum(line.startswith("DELETE") and line.endswith("/subscribed_apps") for line in self.heard)


@pytest.fixture
def wire(sandbox: Sandbox) -> Iterator[Wire]:
    adapter = Wire(sandbox)
    http.mount(GATEWAY, adapter)
    yield adapter
    http.mount(GATEWAY, SandboxAdapter(sandbox))


def subscribed(world: World) -> set[str]:
    return {one.page_id for one in world.meta.state.hooks.pages}


def choose(house: House, connection: Connection, *external_ids: str) -> None:
    places = connection.destinations.filter(external_id__in=external_ids).values_list("pk", flat=True)
    assert len(places) == len(external_ids)
    choose_destinations(principal=house.principal, connection=connection, chosen=list(places))


def test_a_deselected_place_is_unsubscribed_and_no_other(
    house: House, connection: Connection, world: World, now: datetime
) -> None:
    subscribe_due(now=now)
    everything = subscribed(world)
    choose(house, connection, demo.BICYCLES)
    assert unsubscribe_due(now=now) == len(everything) - 1
    assert subscribed(world) == {demo.BICYCLES}
    bakery = connection.destinations.get(external_id=demo.BAKERY)
    assert (bakery.subscribed_at, bakery.unsubscribe_at) == (None, None)
    assert unsubscribe_due(now=now + timedelta(days=30)) == 0, "once is enough"
    choose(house, connection, demo.BICYCLES, demo.BAKERY)
    subscribe_due(now=now)
    assert subscribed(world) == {demo.BICYCLES, demo.BAKERY}


def test_a_place_that_was_never_subscribed_is_not_unsubscribed(
    house: House, connection: Connection, wire: Wire, now: datetime
) -> None:
    choose(house, connection)
    assert unsubscribe_due(now=now) == 0
    assert wire.heard == []


def test_a_page_goes_on_while_its_instagram_account_is_chosen(
    house: House, connection: Connection, world: World, now: datetime
) -> None:
    choose(house, connection, demo.BAKERY, demo.IG_BAKERY)
    subscribe_due(now=now)
    choose(house, connection, demo.IG_BAKERY)
    unsubscribe_due(now=now)
    assert subscribed(world) == {demo.BAKERY}
    choose(house, connection)
    unsubscribe_due(now=now)
    assert subscribed(world) == set()


def test_a_page_goes_on_while_another_tenant_has_chosen_it(
    house: House,
    make_house: Callable[[str], House],
    connect: Callable[[House], Connection],
    world: World,
    now: datetime,
) -> None:
    other = make_house("Other")
    mine, theirs = connect(house), connect(other)
    choose(house, mine, demo.BAKERY)
    choose(other, theirs, demo.BAKERY)
    subscribe_due(now=now)
    choose(house, mine)
    unsubscribe_due(now=now)
    assert subscribed(world) == {demo.BAKERY}
    disconnect(principal=other.principal, connection=theirs, now=now)
    assert subscribed(world) == set()


def test_disconnecting_unsubscribes_while_the_tokens_are_there(
    house: House, connection: Connection, world: World, wire: Wire, now: datetime
) -> None:
    choose(house, connection, demo.BAKERY, demo.IG_BAKERY)
    subscribe_due(now=now)
    disconnect(principal=house.principal, connection=connection, now=now)
    assert subscribed(world) == set()
    last = [line for line in wire.heard if line.startswith("DELETE")]
    assert last[-1].endswith("/permissions"), "the grant is withdrawn after that"
    assert not connection.destinations.exclude(subscribed_at=None, subscribe_at=None, unsubscribe_at=None).exists()


def test_disconnecting_ends_nothing_that_another_tenant_listens_to(
    house: House,
    make_house: Callable[[str], House],
    connect: Callable[[House], Connection],
    world: World,
    now: datetime,
) -> None:
    mine, _ = connect(house), connect(make_house("Other"))
    subscribe_due(now=now)
    before = subscribed(world)
    disconnect(principal=house.principal, connection=mine, now=now)
    assert subscribed(world) == before


def test_a_platform_out_of_reach_keeps_nobody_from_disconnecting(
    house: House, connection: Connection, world: World, wire: Wire, now: datetime
) -> None:
    choose(house, connection, demo.BAKERY)
    subscribe_due(now=now)
    world.faults.add(fault_from(ILL))
    disconnect(principal=house.principal, connection=connection, now=now)
    connection.refresh_from_db()
    assert connection.status == "inactive"
    assert wire.ends() == 2, "it is tried once more"
    assert unsubscribe_due(now=now + timedelta(days=9)) == 0, "there is no token to ask with"


DOWN = {"kind": "http_status", "status": 503, "times": None}


def test_a_grant_that_could_not_be_withdrawn_keeps_its_tokens_until_the_platform_was_told_to_be_silent(
    house: House, connection: Connection, world: World, now: datetime
) -> None:
    choose(house, connection, demo.BAKERY, demo.BICYCLES)
    subscribe_due(now=now)
    world.faults.add(fault_from(DOWN))
    assert disconnect(principal=house.principal, connection=connection, now=now) is False
    assert (secrets_of(connection), subscribed(world)) == (True, {demo.BAKERY, demo.BICYCLES})
    connection.refresh_from_db()
    assert connection.status == "inactive"
    assert not connection.destinations.filter(enabled=True).exists()
    world.faults.clear()
    assert unsubscribe_due(now=now + timedelta(hours=3)) == 2
    assert (secrets_of(connection), subscribed(world)) == (False, set())
    assert AuditEntry.objects.filter(action="connection.tokens_destroyed").count() == 1


def test_a_platform_that_stays_out_of_reach_after_a_disconnection_is_given_up_and_the_tokens_are_destroyed(
    house: House, connection: Connection, world: World, wire: Wire, now: datetime
) -> None:
    choose(house, connection, demo.BAKERY)
    subscribe_due(now=now)
    world.faults.add(fault_from(DOWN))
    disconnect(principal=house.principal, connection=connection, now=now)
    for hours in range(72):
        unsubscribe_due(now=now + timedelta(hours=hours))
    assert wire.ends() == 2 + len(WAITS), "twice at once, then after each of the waits"
    assert secrets_of(connection) is False


@pytest.mark.parametrize("how", ["setting", "platform"])
def test_tokens_do_not_outlive_a_disconnection_by_more_than_three_days_whatever_is_switched_off(
    house: House, connection: Connection, world: World, now: datetime, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(house, connection, demo.BAKERY)
    subscribe_due(now=now)
    world.faults.add(fault_from(DOWN))
    assert disconnect(principal=house.principal, connection=connection, now=now) is False
    if how == "setting":
        monkeypatch.setattr(settings, "WEBHOOK_SUBSCRIBE", False)
    else:
        Platform.objects.filter(slug="meta").update(enabled=False)
    assert timedelta(days=2) < LONGEST_FAREWELL < timedelta(days=3)
    assert unsubscribe_due(now=now + LONGEST_FAREWELL - timedelta(minutes=1)) == 0
    assert secrets_of(connection) is True
    assert unsubscribe_due(now=now + LONGEST_FAREWELL + timedelta(minutes=1)) == 0
    assert secrets_of(connection) is False


def test_who_connects_again_meanwhile_keeps_the_new_tokens(
    house: House, connection: Connection, connect: Callable[[House], Connection], world: World, now: datetime
) -> None:
    choose(house, connection, demo.BAKERY)
    subscribe_due(now=now)
    world.faults.add(fault_from(DOWN))
    disconnect(principal=house.principal, connection=connection, now=now)
    world.faults.clear()
    again = connect(house)
    assert again.pk == connection.pk
    choose(house, again, demo.BICYCLES)
    unsubscribe_due(now=now + timedelta(days=9))
    assert secrets_of(again) is True
    assert demo.BAKERY not in subscribed(world)


def secrets_of(connection: Connection) -> bool:
    """Tell whether the vault still holds anything of an account."""
    return EncryptedSecret.objects.filter(connection_id=connection.pk).exists()


def test_a_place_that_the_grant_no_longer_opens_is_unsubscribed(
    house: House, connection: Connection, world: World, now: datetime
) -> None:
    choose(house, connection, demo.BAKERY, demo.BICYCLES)
    subscribe_due(now=now)
    found = get_connector("meta", connection).fetch_accounts(
        access_token=get_connector("meta", connection).keys.open(ACCESS_TOKEN)
    )
    store_destinations(connection=connection, found=[one for one in found if one.external_id != demo.BAKERY], now=now)
    unsubscribe_due(now=now)
    assert subscribed(world) == {demo.BICYCLES}


def test_a_platform_out_of_reach_is_asked_again_after_growing_waits_and_then_left_alone(
    house: House, connection: Connection, world: World, wire: Wire, now: datetime
) -> None:
    choose(house, connection, demo.BAKERY)
    subscribe_due(now=now)
    world.faults.add(fault_from(ILL))
    choose(house, connection)
    moment = now
    for asked, wait in enumerate(WAITS, start=1):
        assert unsubscribe_due(now=moment) == 1
        assert wire.ends() == asked
        assert unsubscribe_due(now=moment + wait - timedelta(seconds=1)) == 0
        moment += wait
    unsubscribe_due(now=moment)
    assert unsubscribe_due(now=moment + timedelta(days=30)) == 0
    assert moment - now > timedelta(days=2)


def test_a_platform_that_comes_back_is_asked_then(
    house: House, connection: Connection, world: World, now: datetime
) -> None:
    choose(house, connection, demo.BAKERY)
    subscribe_due(now=now)
    world.faults.add(fault_from(ILL))
    choose(house, connection)
    unsubscribe_due(now=now)
    world.faults.clear()
    unsubscribe_due(now=now + WAITS[0])
    assert subscribed(world) == set()


def test_a_platform_that_says_no_is_not_asked_again(
    house: House, connection: Connection, world: World, wire: Wire, now: datetime
) -> None:
    choose(house, connection, demo.BAKERY)
    subscribe_due(now=now)
    fault = {**ILL, "kind": "platform_error", "error": {"code": 200}}
    fault.pop("status")
    world.faults.add(fault_from(fault))
    choose(house, connection)
    unsubscribe_due(now=now)
    assert unsubscribe_due(now=now + timedelta(days=30)) == 0
    assert wire.ends() == 1
    connection.refresh_from_db()
    assert connection.status == "active"


@pytest.mark.parametrize("how", ["chosen again", "setting", "platform"])
def test_nobody_is_asked_in_vain(
    house: House, connection: Connection, wire: Wire, now: datetime, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(house, connection, demo.BAKERY)
    subscribe_due(now=now)
    choose(house, connection)
    if how == "chosen again":
        choose(house, connection, demo.BAKERY)
    elif how == "setting":
        monkeypatch.setattr(settings, "WEBHOOK_SUBSCRIBE", False)
    else:
        connection.platform.enabled = False
        connection.platform.save()
    assert unsubscribe_due(now=now) == 0
    assert wire.ends() == 0


def test_who_comes_to_listen_while_the_end_is_on_its_way_is_subscribed_anew(
    house: House,
    make_house: Callable[[str], House],
    connect: Callable[[House], Connection],
    world: World,
    wire: Wire,
    now: datetime,
) -> None:
    other = make_house("Other")
    mine, theirs = connect(house), connect(other)
    choose(house, mine, demo.BAKERY)
    choose(other, theirs)
    subscribe_due(now=now)
    choose(house, mine)

    def somebody_comes() -> None:
        choose(other, theirs, demo.BAKERY)
        assert subscribe_due(now=now) == 1

    wire.before_the_end = somebody_comes
    unsubscribe_due(now=now)
    assert subscribed(world) == set(), "the end came last"
    assert subscribe_due(now=now) == 1, "at once, and not in a week"
    assert subscribed(world) == {demo.BAKERY}


def test_an_answer_that_comes_after_another_try_was_asked_for_does_not_put_it_off(
    connection: Connection, wire: Wire, now: datetime
) -> None:
    place = connection.destinations.select_related("connection").get(external_id=demo.BAKERY)
    assert subscribing._claim(place, now=now)
    Destination.objects.filter(pk=place.pk).update(subscribe_at=None)
    subscribing._subscribe(place, now=now)
    place.refresh_from_db()
    assert (place.subscribed_at, place.subscribe_at) == (now, None)


# --- other platforms ------------------------------------------------------------------------------------------------------


@pytest.fixture
def linkedin(
    house: House, sandbox: Sandbox, world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> Connection:
    """An account at LinkedIn whose pages are subscribed, each answering the challenge."""
    monkeypatch.setattr(settings, "PUBLIC_URL", "https://127.0.0.1:8000")
    callback = "http://testserver/api/oauth/linkedin/callback"
    world.linkedin.add_redirect_uris("", [callback])
    connector = get_connector("linkedin")
    code = str(world.linkedin.consent(scopes=connector.scopes(), redirect_uri=callback)["code"])
    grant = connector.exchange_code(code=Secret(code), redirect_uri=callback, now=now)
    row = store_grant(tenant=house.tenant, platform="linkedin", grant=grant, actor="system:test", now=now)
    store_destinations(connection=row, found=connector.fetch_accounts(access_token=grant.access_token), now=now)
    stranger = Client()

    def carry(letter: Letter) -> Reply:
        path = letter.url.removeprefix("https://127.0.0.1:8000")
        answer = stranger.generic(letter.method, path, letter.body, "application/json")
        return Reply(answer.status_code, answer.headers.get("Content-Type", ""), answer.content, 0.01)

    world.linkedin.courier.send, world.linkedin.courier.in_background = carry, False
    return row


def test_a_page_of_linkedins_is_unsubscribed_and_one_that_is_silent_already_is_no_error(
    house: House, linkedin: Connection, world: World, now: datetime
) -> None:
    page = f"urn:li:organization:{linkedin_demo.OBSERVATORY}"
    profile = linkedin.destinations.get(kind="linkedin_member").external_id
    choose(house, linkedin, page, profile)
    subscribe_due(now=now)
    assert [one.organization_id for one in world.linkedin.state.subscriptions] == [linkedin_demo.OBSERVATORY]
    choose(house, linkedin)
    unsubscribe_due(now=now)
    assert list(world.linkedin.state.subscriptions) == []
    place = linkedin.destinations.get(external_id=page)
    connector = get_connector("linkedin", linkedin)
    connector.unsubscribe_webhooks(target_of(place))


def test_members_of_one_page_have_a_subscription_each(linkedin: Connection) -> None:
    place = linkedin.destinations.get(external_id=f"urn:li:organization:{linkedin_demo.OBSERVATORY}")
    mine = target_of(place)
    theirs = replace(mine, facts={**mine.facts, "member": "urn:li:person:somebody"})
    of = connector_class("linkedin").subscription_of
    assert of(mine) != of(theirs)


def test_an_own_address_ends_when_its_place_is_deselected(house: House, keyhole: Keyhole, now: datetime) -> None:
    connection = opened(house)
    subscribe_due(now=now)
    path = path_of(keyhole)
    choose(house, connection, "anna-sales")
    assert tell(path).status_code == 200, "until the platform knows"
    assert unsubscribe_due(now=now) == 1
    assert set(keyhole.hooks) == {"anna-sales"}
    assert tell(path, n=2).status_code == 404
    assert WebhookAddress.objects.count() == 1
    choose(house, connection, "anna-sales", "anna-news")
    subscribe_due(now=now)
    assert path_of(keyhole) != path


def test_tokens_that_are_about_to_end_are_renewed_before_a_platform_is_asked_to_be_silent(
    house: House, hourly: Keyhole, now: datetime
) -> None:
    connection = opened(house)
    subscribe_due(now=now)
    choose(house, connection, "anna-sales")
    connection.refresh_from_db()
    assert connection.access_expires_at is not None
    traded = hourly.traded
    assert unsubscribe_due(now=connection.access_expires_at + timedelta(minutes=1)) == 1
    assert hourly.traded == traded + 1
    assert set(hourly.hooks) == {"anna-sales"}


def test_disconnecting_by_key_unsubscribes_every_place(house: House, keyhole: Keyhole, now: datetime) -> None:
    connection = opened(house)
    subscribe_due(now=now)
    disconnect(principal=house.principal, connection=connection, now=now)
    assert keyhole.hooks == {}
