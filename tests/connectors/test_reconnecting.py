"""Connecting again: the connection stays itself, and people and tenants stay apart."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.test import Client
from django.utils import timezone

from connectors.models import Connection
from connectors.services import choose_destinations
from sandbox.app import Sandbox
from sandbox.meta import demo
from sandbox.world import World
from tenants.models import Tenant
from tenants.principal import Principal
from tests.conftest import House
from tests.connectors.logins import Browser
from vault.models import EncryptedSecret


def test_a_reconnect_keeps_the_connection_its_destinations_and_what_was_chosen(
    browser: Browser, principal: Principal, now: datetime
) -> None:
    connection = browser.connect()
    chosen = list(connection.destinations.filter(obstacle="").order_by("external_id")[:2])
    choose_destinations(principal=principal, connection=connection, chosen=[place.pk for place in chosen])
    before = set(connection.destinations.values_list("pk", "external_id"))
    Connection.objects.update(
        status=Connection.Status.ATTENTION, status_code="token_dead", status_cause="dead", status_remedy="reconnect"
    )
    again = browser.connect()
    assert again.pk == connection.pk
    assert (again.status, again.status_code, again.status_cause) == (Connection.Status.ACTIVE, "", "")
    assert set(again.destinations.values_list("pk", "external_id")) == before
    assert set(again.destinations.filter(enabled=True)) == set(chosen)
    versions = dict(EncryptedSecret.objects.values_list("kind", "row_version"))
    assert set(versions.values()) == {2}, "every token is the new one"


def test_a_reconnect_that_leaves_a_page_out_marks_it_gone_and_a_later_one_brings_it_back(
    browser: Browser, principal: Principal
) -> None:
    connection = browser.connect()
    chosen = [place.pk for place in connection.destinations.filter(obstacle="")]
    choose_destinations(principal=principal, connection=connection, chosen=chosen)
    browser.connect(pages=[demo.BAKERY])
    gone = set(connection.destinations.exclude(gone_at=None).values_list("external_id", flat=True))
    assert gone == {demo.BICYCLES, demo.CAFE, demo.CHOIR, demo.IG_CAFE}
    browser.connect(pages=[demo.BAKERY, demo.CAFE])
    cafe = connection.destinations.get(external_id=demo.CAFE)
    assert cafe.gone_at is None
    assert cafe.enabled


def test_another_person_of_the_same_tenant_makes_a_connection_of_its_own(browser: Browser) -> None:
    amelie, jonas = browser.connect(), browser.connect(user=demo.JONAS)
    assert amelie.pk != jonas.pk
    assert jonas.destinations.count() == 41


def test_one_person_may_connect_in_two_tenants_and_the_two_stay_apart(
    browser: Browser, sandbox: Sandbox, world: World, make_house: Callable[[str], House]
) -> None:
    bora = make_house("Bora")
    other = Client()
    other.force_login(bora.owner)
    one, two = browser.connect(), Browser(other, world).connect()
    assert one.pk != two.pk
    assert {one.tenant_id, two.tenant_id} == set(Tenant.objects.values_list("pk", flat=True))
    assert not set(one.destinations.values_list("pk")) & set(two.destinations.values_list("pk"))
    assert set(EncryptedSecret.objects.values_list("connection_id", "tenant_id")) == {
        (one.pk, one.tenant_id),
        (two.pk, two.tenant_id),
    }


def test_a_new_login_has_the_same_persons_other_connections_looked_at_soon(
    make_house: Callable[[str], House], connect: Callable[[House], Connection]
) -> None:
    first = connect(make_house("First"))
    Connection.objects.update(next_health_at=timezone.now() + timedelta(hours=6))
    second = connect(make_house("Second"))
    first.refresh_from_db()
    assert second.external_user_id == first.external_user_id
    assert first.next_health_at is not None
    assert first.next_health_at <= timezone.now()
