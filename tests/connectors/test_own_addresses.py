"""A place's own webhook address: secret, known before it is used, and good for that place alone."""

import io
import json
import re
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from connectors import own_addresses, webhook_processing
from connectors.connecting_by_key import connect_by_key
from connectors.models import Connection, Destination, WebhookAddress, WebhookEvent
from connectors.services import choose_destinations, disconnect
from connectors.subscribing import AGAIN_AFTER, LATER, subscribe_due
from foundation.secret import Secret
from tests.conftest import House
from tests.connectors.keyhole import GOOD, SAME_ACCOUNT, Keyhole, sign
from tests.vault.test_leaks import written
from vault.models import EncryptedSecret
from vault.services import erase_secret

__all__ = ["written"]

pytestmark = pytest.mark.django_db


def opened(house: House, key: str = GOOD) -> Connection:
    """Connect by a key, and choose every place."""
    connection, _ = connect_by_key(principal=house.principal, platform="keyhole", key=Secret(key), now=timezone.now())
    places = connection.destinations.values_list("pk", flat=True)
    choose_destinations(principal=house.principal, connection=connection, chosen=list(places))
    return connection


def path_of(keyhole: Keyhole, place: str = "anna-news") -> str:
    return urlsplit(keyhole.hooks[place]).path


def tell(path: str, secret: str = "", **said: Any) -> Any:
    """Deliver as Keyhole does."""
    body = json.dumps({"n": 1, **said}).encode()
    headers = {"X-Keyhole-Signature": sign(body, secret)} if secret else {}
    return Client(enforce_csrf_checks=True).generic("POST", path, body, "application/json", headers=headers)


def test_each_chosen_place_has_an_unguessable_address_that_answers_plainly(
    house: House, keyhole: Keyhole, now: datetime, client: Client
) -> None:
    connection = opened(house)
    assert subscribe_due(now=now) == 2
    assert set(keyhole.hooks) == {"anna-news", "anna-sales"}
    for external_id, url in keyhole.hooks.items():
        place = connection.destinations.get(external_id=external_id)
        found = re.fullmatch(rf"{settings.PUBLIC_URL}/webhooks/keyhole/{place.pk}/([\w-]{{43,}})/", url)
        assert found is not None, url
        for answer in (client.get(urlsplit(url).path), client.head(urlsplit(url).path)):
            assert (answer.status_code, answer.headers["Content-Type"]) == (200, "text/plain")
        assert client.get(urlsplit(url).path.rstrip("/")).status_code == 200, "no redirect either"
    assert len({url.rstrip("/").rpartition("/")[2] for url in keyhole.hooks.values()}) == 2


@pytest.mark.django_db(transaction=True)
def test_an_address_answers_before_the_platform_is_told_of_it(house: House, keyhole: Keyhole) -> None:
    seen: list[int] = []

    def knock(url: str) -> int:
        assert not database.in_atomic_block, "whatever is not committed, nobody else sees"
        seen.append(Client().get(urlsplit(url).path).status_code)
        return seen[-1]

    keyhole.knock = knock
    opened(house)
    subscribe_due(now=timezone.now())
    assert seen == [200, 200]
    assert len(keyhole.hooks) == 2


def test_an_address_is_stored_as_a_digest_and_sealed(house: House, keyhole: Keyhole, now: datetime) -> None:
    keyhole.secret = "what-it-signs-with"
    opened(house)
    subscribe_due(now=now)
    secret = path_of(keyhole).rstrip("/").rpartition("/")[2]
    models = (Destination, WebhookAddress, EncryptedSecret, Connection)
    stored = "\n".join(str(list(model._default_manager.values())) for model in models)
    assert secret not in stored
    assert keyhole.secret not in stored


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_wrong_address_is_nothing_whatever_is_wrong_with_it(
    house: House, keyhole: Keyhole, now: datetime, method: str, client: Client
) -> None:
    connection = opened(house)
    subscribe_due(now=now)
    right, other = path_of(keyhole), path_of(keyhole, "anna-sales")
    secret = right.rstrip("/").rpartition("/")[2]
    foreign = connection.destinations.get(external_id="anna-sales").pk
    wrong = [
        right[:-2] + "/",
        right.replace(secret, "x" * 43),
        right.replace(secret, other.rstrip("/").rpartition("/")[2]),
        f"/webhooks/keyhole/{foreign}/{secret}/",
        f"/webhooks/keyhole/00000000-0000-0000-0000-000000000000/{secret}/",
        right.replace("keyhole", "meta"),
        right.replace("keyhole", "nowhere"),
        "/webhooks/keyhole/",
    ]
    answers = {client.generic(method, path, b'{"n": 1}', "application/json").content for path in wrong}
    assert {client.generic(method, path, b'{"n": 1}', "application/json").status_code for path in wrong} == {404}
    assert len(answers) == 1, "none tells more than another"
    assert not WebhookEvent.objects.exists()


def test_what_is_told_there_is_stored_once_as_told_of_that_place(house: House, keyhole: Keyhole, now: datetime) -> None:
    opened(house)
    subscribe_due(now=now)
    assert [tell(path_of(keyhole)).status_code for _ in range(3)] == [200, 200, 200]
    event = WebhookEvent.objects.get()
    assert (event.platform_id, event.kind, event.external_id, event.raw["n"]) == ("keyhole", "message", "anna-news", 1)
    assert webhook_processing.process_due(now=timezone.now()) == 1
    tell(path_of(keyhole), n=2)
    assert WebhookEvent.objects.count() == 2


def test_an_address_speaks_for_its_place_alone(house: House, make_house: Any, keyhole: Keyhole, now: datetime) -> None:
    opened(house)
    theirs = opened(make_house("Other"), "kh-bert-1")
    subscribe_due(now=now)
    tell(path_of(keyhole), list="bert-news", person="bert", kind="deauthorized")
    event = WebhookEvent.objects.get()
    assert (event.external_id, event.external_user_id) == ("anna-news", "")
    webhook_processing.process_due(now=timezone.now())
    theirs.refresh_from_db()
    assert theirs.status == "active"
    tell(path_of(keyhole, "bert-news"))
    assert WebhookEvent.objects.count() == 2, "nobody keeps another's news away by telling it first"


def test_two_tenants_of_one_place_are_told_each_at_their_own_address(
    house: House, make_house: Any, keyhole: Keyhole, now: datetime
) -> None:
    opened(house)
    subscribe_due(now=now)
    first = path_of(keyhole)
    opened(make_house("Other"), SAME_ACCOUNT)
    subscribe_due(now=now + timedelta(seconds=1))
    second = path_of(keyhole)
    assert first != second
    assert (tell(first).status_code, tell(second).status_code) == (200, 200)


def test_what_the_platform_signs_with_is_asked_of_every_delivery(house: House, keyhole: Keyhole, now: datetime) -> None:
    keyhole.secret = "what-it-signs-with"
    opened(house)
    subscribe_due(now=now)
    path = path_of(keyhole)
    assert tell(path).status_code == 403
    assert tell(path, "another").status_code == 403
    assert not WebhookEvent.objects.exists()
    assert tell(path, keyhole.secret).status_code == 200
    keyhole.secret = ""
    subscribe_due(now=now + AGAIN_AFTER)
    assert tell(path, n=2).status_code == 403, "what it told once is kept when it tells nothing more"
    keyhole.secret = "a new one"
    subscribe_due(now=now + 2 * AGAIN_AFTER)
    assert tell(path, "a new one", n=2).status_code == 200


def test_a_secret_that_does_not_open_lets_nothing_unsigned_pass(house: House, keyhole: Keyhole, now: datetime) -> None:
    keyhole.secret = "what-it-signs-with"
    connection = opened(house)
    subscribe_due(now=now)
    place = connection.destinations.get(external_id="anna-news")
    kind = own_addresses.Kinds.of(place.pk).signing_secret
    erase_secret(tenant_id=place.tenant_id, connection_id=connection.pk, kind=kind)
    assert tell(path_of(keyhole)).status_code == 503
    assert tell(path_of(keyhole), keyhole.secret).status_code == 503, "the platform tells it again later"
    assert not WebhookEvent.objects.exists()


def test_asking_again_names_the_same_address_under_the_hubs_present_name(
    house: House, keyhole: Keyhole, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(house)
    subscribe_due(now=now)
    before = path_of(keyhole)
    subscribe_due(now=now + AGAIN_AFTER)
    assert path_of(keyhole) == before
    monkeypatch.setattr(settings, "PUBLIC_URL", "https://hub.example")
    subscribe_due(now=now + 2 * AGAIN_AFTER)
    assert keyhole.hooks["anna-news"] == f"https://hub.example{before}"


def test_an_address_that_does_not_open_any_more_is_made_anew(house: House, keyhole: Keyhole, now: datetime) -> None:
    connection = opened(house)
    subscribe_due(now=now)
    before = path_of(keyhole)
    place = connection.destinations.get(external_id="anna-news")
    kind = own_addresses.Kinds.of(place.pk).path
    erase_secret(tenant_id=place.tenant_id, connection_id=connection.pk, kind=kind)
    subscribe_due(now=now + AGAIN_AFTER)
    assert tell(before).status_code == 404
    assert tell(path_of(keyhole)).status_code == 200


def test_a_platform_that_does_not_take_the_address_is_told_on_the_page(
    house: House, keyhole: Keyhole, now: datetime
) -> None:
    keyhole.knock = lambda url: 301
    connection = opened(house)
    subscribe_due(now=now)
    place = connection.destinations.get(external_id="anna-news")
    assert place.subscribe_problem
    assert place.subscribe_at == now + LATER


def test_addresses_end_with_the_connection(house: House, keyhole: Keyhole, now: datetime) -> None:
    connection = opened(house)
    subscribe_due(now=now)
    path = path_of(keyhole)
    disconnect(principal=house.principal, connection=connection, now=now)
    assert tell(path).status_code == 404
    assert not WebhookAddress.objects.exists()
    assert not EncryptedSecret.objects.exists()


def test_an_address_is_in_no_log(house: House, keyhole: Keyhole, now: datetime, written: io.StringIO) -> None:
    keyhole.secret = "what-it-signs-with"
    opened(house)
    subscribe_due(now=now)
    path = path_of(keyhole)
    secret = path.rstrip("/").rpartition("/")[2]
    tell(path)
    tell(path, keyhole.secret)
    tell(path[:-2] + "/")
    Client().put(path)
    keyhole.knock = lambda url: 500
    subscribe_due(now=now + AGAIN_AFTER)
    told = written.getvalue()
    assert "/webhooks/keyhole/" in told, "requests are written down"
    assert secret[:-1] not in told
