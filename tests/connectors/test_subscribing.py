"""Platforms are asked to tell us what happens at chosen places: once, again in time, and a refusal is told, not fatal."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from connectors import tasks
from connectors.manager import get_connector
from connectors.models import Connection, Destination, WebhookEvent
from connectors.services import choose_destinations, store_destinations, store_grant
from connectors.subscribing import AGAIN_AFTER, LATER, SOON, subscribe_due
from foundation.secret import Secret
from sandbox.app import Sandbox
from sandbox.faults import fault_from
from sandbox.linkedin import demo as linkedin_demo
from sandbox.linkedin.courier import Letter, Reply
from sandbox.meta import demo
from sandbox.world import World
from tests.conftest import House

pytestmark = pytest.mark.django_db


def subscribed(world: World) -> set[str]:
    return {one.page_id for one in world.meta.state.hooks.pages}


def chosen_of(connection: Connection) -> set[str]:
    return set(connection.destinations.filter(enabled=True).values_list("external_id", flat=True))


def test_chosen_places_are_subscribed_and_no_others(connection: Connection, world: World, now: datetime) -> None:
    assert subscribe_due(now=now) == len(chosen_of(connection)) == 3
    assert subscribed(world) == chosen_of(connection)
    assert set(connection.destinations.filter(enabled=True).values_list("subscribed_at", flat=True)) == {now}
    assert subscribe_due(now=now) == 0, "they were asked for already"


def test_what_is_chosen_later_is_subscribed_then(
    connection: Connection, house: House, world: World, now: datetime
) -> None:
    bakery = connection.destinations.get(external_id=demo.BAKERY)
    choose_destinations(principal=house.principal, connection=connection, chosen=[bakery.pk])
    subscribe_due(now=now)
    assert subscribed(world) == {demo.BAKERY}
    other = connection.destinations.get(external_id=demo.BICYCLES)
    choose_destinations(principal=house.principal, connection=connection, chosen=[bakery.pk, other.pk])
    assert subscribe_due(now=now + timedelta(seconds=1)) == 1
    assert subscribed(world) == {demo.BAKERY, demo.BICYCLES}


def test_a_subscription_is_asked_for_again_in_time_and_after_a_new_login(
    connection: Connection, house: House, world: World, now: datetime, connect: Callable[[House], Connection]
) -> None:
    subscribe_due(now=now)
    assert subscribe_due(now=now + AGAIN_AFTER - timedelta(seconds=1)) == 0
    assert subscribe_due(now=now + AGAIN_AFTER) == 3
    connect(house)
    assert subscribe_due(now=now + AGAIN_AFTER) == 3


def test_a_missing_permission_is_told_on_the_page_and_disconnects_nobody(
    member_client: Client, connection: Connection, world: World, now: datetime
) -> None:
    fault = {"kind": "platform_error", "host": "graph.facebook.com", "path": "*/subscribed_apps", "times": None}
    world.faults.add(fault_from({**fault, "error": {"code": 200}}))
    subscribe_due(now=now)
    place = connection.destinations.get(external_id=demo.BAKERY)
    assert "pages_manage_metadata" in place.subscribe_problem
    assert place.subscribe_at == now + LATER
    page = member_client.get(f"/connections/{connection.pk}").content.decode()
    assert "the hub is not told what happens here" in page
    assert "pages_manage_metadata" in page
    assert Connection.objects.get(pk=connection.pk).status == "active"
    world.faults.clear()
    subscribe_due(now=now + LATER)
    assert "not told what happens" not in member_client.get(f"/connections/{connection.pk}").content.decode()


def test_a_platform_that_is_ill_is_asked_again_soon(connection: Connection, world: World, now: datetime) -> None:
    fault = {"kind": "http_status", "status": 503, "host": "graph.facebook.com", "path": "*/subscribed_apps"}
    world.faults.add(fault_from({**fault, "times": None}))
    assert subscribe_due(now=now) == 3
    assert set(connection.destinations.filter(enabled=True).values_list("subscribe_at", flat=True)) == {now + SOON}
    world.faults.clear()
    subscribe_due(now=now + SOON)
    assert subscribed(world) == chosen_of(connection)


@pytest.mark.parametrize("how", ["setting", "attention", "gone", "platform"])
def test_nobody_is_asked_in_vain(
    connection: Connection, world: World, now: datetime, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if how == "setting":
        monkeypatch.setattr(settings, "WEBHOOK_SUBSCRIBE", False)
    elif how == "attention":
        Connection.objects.update(status="attention")
    elif how == "gone":
        Destination.objects.update(gone_at=now)
    else:
        connection.platform.enabled = False
        connection.platform.save()
    assert subscribe_due(now=now) == 0
    assert subscribed(world) == set()


def test_a_fault_of_ours_keeps_no_other_place_waiting(
    connection: Connection, world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    Destination.objects.filter(external_id=demo.BAKERY).update(platform="linkedin", subscribe_at=now)
    monkeypatch.setattr(settings, "LINKEDIN_APP_SECRET", None)
    assert subscribe_due(now=now) == 3
    assert subscribed(world) == chosen_of(connection) - {demo.BAKERY}
    assert "LINKEDIN_APP_ID" in connection.destinations.get(external_id=demo.BAKERY).subscribe_problem


def test_choosing_in_the_api_and_on_the_page_leads_there(
    api: Client, member_client: Client, connection: Connection, world: World
) -> None:
    bakery = connection.destinations.get(external_id=demo.BAKERY)
    body = {"destinations": [str(bakery.pk)]}
    answer = api.put(f"/api/connections/{connection.pk}/destinations/", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    tasks.subscribe_webhooks()
    assert subscribed(world) == {demo.BAKERY}
    at = connection.destinations.get(pk=bakery.pk).subscribed_at
    assert at is not None
    assert timezone.now() - at < timedelta(minutes=1)


def test_linkedins_challenge_of_a_new_subscription_is_answered_and_its_news_are_stored(
    house: House, sandbox: Sandbox, world: World, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "PUBLIC_URL", "https://127.0.0.1:8000")
    callback = "http://testserver/api/oauth/linkedin/callback"
    world.linkedin.add_redirect_uris("", [callback])
    connector = get_connector("linkedin")
    code = str(world.linkedin.consent(scopes=connector.scopes(), redirect_uri=callback)["code"])
    grant = connector.exchange_code(code=Secret(code), redirect_uri=callback, now=now)
    row = store_grant(tenant=house.tenant, platform="linkedin", grant=grant, actor="system:test", now=now)
    store_destinations(connection=row, found=connector.fetch_accounts(access_token=grant.access_token), now=now)
    pages = row.destinations.filter(external_id=f"urn:li:organization:{linkedin_demo.OBSERVATORY}")
    pages.update(enabled=True)
    stranger = Client(enforce_csrf_checks=True)

    def carry(letter: Letter) -> Reply:
        url = urlsplit(letter.url)
        headers = {name: value for name, value in letter.headers.items() if name != "Content-Type"}
        answer = stranger.generic(
            letter.method, f"{url.path}?{url.query}", letter.body, "application/json", headers=headers
        )
        return Reply(answer.status_code, answer.headers.get("Content-Type", ""), answer.content, 0.01)

    world.linkedin.courier.send, world.linkedin.courier.in_background = carry, False
    assert subscribe_due(now=now) == 1
    assert pages.get().subscribe_problem == ""
    assert [one.organization_id for one in world.linkedin.state.subscriptions] == [linkedin_demo.OBSERVATORY]
    levers = world.linkedin.levers()
    levers["POST", "webhooks"]({"organization": linkedin_demo.OBSERVATORY, "action": "SHARE_MENTION"})
    levers["GET", "webhooks"]({})
    event = WebhookEvent.objects.get()
    assert (event.platform_id, event.kind, event.external_id) == ("linkedin", "mention", pages.get().external_id)
