"""Connect links: made, found and ended; whoever holds none learns nothing."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from connectors import connect_link_guests, connect_links
from connectors.knocking import MOST_MISSES
from connectors.models import Connection, ConnectLink, OAuthState, Platform
from foundation.secret import Secret
from sandbox.app import Sandbox
from sandbox.world import World
from tenants.models import Tenant
from tests.conftest import House
from tests.connectors.guests import Guest, begun, make, stock, told
from tests.connectors.keyhole import Keyhole


def test_only_a_digest_of_a_link_s_secret_is_stored_and_the_address_is_told_once(api: Client) -> None:
    body = make(api).json()
    secret = body["url"].rpartition("/")[2]
    with database.cursor() as cursor:
        cursor.execute("SELECT * FROM connect_links")
        links = str(cursor.fetchall())
        cursor.execute("SELECT detail FROM audit_log")
        assert secret not in links + str(cursor.fetchall())
    assert "url" not in told(api, body["id"])
    assert secret not in api.get("/api/connect-links/").content.decode()


def test_the_client_s_colour_comes_as_a_style_sheet_of_ours_and_its_logo_alone_is_let_in(
    api: Client, guest: Guest
) -> None:
    body = make(
        api, brand={"name": "Bright", "color": "#FFEE00", "logo_url": "https://cdn.example.com:8443/l.svg"}
    ).json()
    guest.open(body["url"])
    policy = guest.page["Content-Security-Policy"]
    assert "img-src 'self' data: https://cdn.example.com:8443;" in policy
    assert "style-src 'self';" in policy
    assert f'href="/c/{body["id"]}/brand.css"' in guest.text
    sheet = guest.client.get(f"/c/{body['id']}/brand.css")
    assert sheet["Content-Type"].startswith("text/css")
    assert "--accent: light-dark(#" in sheet.content.decode()
    assert Client().get(f"/c/{body['id']}/brand.css").status_code == 404


def test_the_first_browser_that_goes_on_keeps_the_link_and_a_second_is_told_so(
    api: Client, keyhole: Keyhole, guest: Guest
) -> None:
    body = make(api).json()
    second = Guest()
    second.open(body["url"])
    assert second.page.status_code == 200, "both may look: programs look at mails too"
    guest.open(body["url"])
    guest.choose(body["id"], "keyhole")
    for path in ("", "key/keyhole", "destinations", "to/meta", "brand.css"):
        answer = second.client.get(f"/c/{body['id']}/{path}")
        assert (answer.status_code, "another browser" in answer.content.decode()) == (409, True), path
    assert second.choose(body["id"], "keyhole").status_code == 409
    third = Guest()
    assert third.open(body["url"]).status_code == 409
    assert "another browser" in third.text
    guest.open(body["url"])
    assert guest.page.status_code == 200, "the link leads the first browser back to where it was"


def test_the_secret_leaves_the_address_bar_at_once_and_no_page_lets_it_out(api: Client, guest: Guest) -> None:
    body = make(api).json()
    answer = guest.client.get(urlsplit(body["url"]).path)
    assert (answer.status_code, answer["Location"]) == (302, f"/c/{body['id']}/")
    assert answer["Referrer-Policy"] == "no-referrer"
    held = next(iter(answer.cookies.values()))
    assert (held["httponly"], held["samesite"], held["path"]) == (True, "Lax", "/")
    assert body["url"].rpartition("/")[2] not in held.value
    page = guest.open(body["url"])
    for response in (answer, page, Client().get(f"/c/{'x' * 43}")):
        assert response["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
        assert response["X-Robots-Tag"].startswith("noindex")
        assert response["Cache-Control"] == "no-store, private"
        assert response["Referrer-Policy"] in {"no-referrer", "same-origin"}


def test_ids_and_secrets_that_are_guessed_look_like_those_that_do_not_exist(
    api: Client, make_house: Callable[[str], House], guest: Guest
) -> None:
    body = make(api).json()
    guest.open(body["url"])  # holds a pass for another link
    other = make(api).json()

    def words(path: str, browser: Client) -> tuple[int, str]:
        answer = browser.get(path)
        return answer.status_code, re.sub(r'nonce="[^"]+"', "", answer.content.decode())

    unknown = words(f"/c/{uuid4()}/", Client())
    assert unknown[0] == 404
    assert words(f"/c/{other['id']}/", Client()) == unknown
    assert words(f"/c/{other['id']}/", guest.client) == unknown
    assert words(f"/c/{'A' * 43}", Client()) == unknown
    forged = Client()
    forged.cookies[f"switchboard_link_{other['id'].replace('-', '')[-12:]}"] = "nonce." + "0" * 64
    assert words(f"/c/{other['id']}/", forged) == unknown
    assert Client().post(f"/c/{other['id']}/choose", {"platform": "meta"}).status_code == 404


def test_who_tries_many_addresses_is_slowed_down_and_good_links_still_open(api: Client, guest: Guest) -> None:
    tries = [Client().get(f"/c/{'B' * 40}{number:03}").status_code for number in range(MOST_MISSES + 2)]
    assert tries == [404] * MOST_MISSES + [429, 429]
    assert guest.open(make(api).json()["url"]).status_code == 200


def test_an_expired_link_says_so_everywhere_and_takes_nothing(
    api: Client, sandbox: Sandbox, world: World, guest: Guest
) -> None:
    body = begun(api, guest, expires_in=300)
    way_back = guest.decide(world)
    with time_machine.travel(timezone.now() + timedelta(seconds=301), tick=False):
        assert Guest().open(body["url"]).status_code == 410
        guest.come_back(way_back)
        assert (guest.page.status_code, "expired" in guest.text) == (410, True)
        assert told(api, body["id"])["status"] == "expired"
        assert connect_links.sweep(now=timezone.now()) == 1
    assert stock() == 0
    assert OAuthState.objects.get().used_at is not None
    assert ConnectLink.objects.get().status == "expired"


def test_links_of_a_suspended_tenant_open_no_more(api: Client, tenant: Tenant, guest: Guest) -> None:
    body = make(api).json()
    Tenant.objects.update(suspended_at=timezone.now())
    assert guest.open(body["url"]).status_code == 410


def test_a_link_that_nobody_used_in_time_is_written_down_as_expired(api: Client) -> None:
    body = make(api).json()
    connect_links.sweep(now=timezone.now() + timedelta(hours=2))
    assert told(api, body["id"])["status"] == "expired"
    assert ConnectLink.objects.get().finished_at is not None


def test_the_same_key_answers_the_same_link_and_its_newest_address_alone_opens(api: Client, guest: Guest) -> None:
    first, again = make(api, key="k1", state="a"), make(api, key="k1", state="a")
    assert (first.status_code, again.status_code) == (201, 200)
    assert (again.json()["id"], again["Idempotency-Replayed"]) == (first.json()["id"], "true")
    assert ConnectLink.objects.count() == 1
    assert Guest().open(first.json()["url"]).status_code == 404
    guest.open(again.json()["url"])
    guest.choose(again.json()["id"], "meta")
    assert make(api, key="k1", state="a").json()["url"] is None, "nobody takes a link that was opened"
    other = make(api, key="k1", state="b")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"platforms": ["myspace"]}, 422, "unknown_platform"),
        ({"platforms": ["linkedin"]}, 422, "platform_disabled"),
        ({"connection": str(uuid4())}, 404, "not_found"),
        ({"expires_in": 59}, 422, "bad_expires_in"),
        ({"expires_in": 86_401}, 422, "bad_expires_in"),
        ({"return_url": "https://elsewhere.example.com/"}, 422, "return_origin_unlisted"),
        ({"return_url": "javascript:alert(1)"}, 422, "bad_return_url"),
        ({"brand": {"color": "red"}}, 400, "invalid_request"),
        ({"brand": {"color": "#12345g"}}, 400, "invalid_request"),
        ({"brand": {"logo_url": "http://cdn.example.com/l.png"}}, 422, "invalid"),
        ({"brand": {"logo_url": "https://cdn.example.com/l.png; script-src *"}}, 422, "invalid"),
        ({"brand": {"logo_url": "https://a@cdn.example.com/l.png"}}, 422, "invalid"),
        ({"brand": {"css": "x"}}, 400, "invalid_request"),
        ({"metadata": {"k": "v" * 4001}}, 400, "invalid_request"),
        ({"metadata": {str(number): "" for number in range(51)}}, 422, "invalid"),
        ({"state": "x" * 501}, 400, "invalid_request"),
        ({"color": "#123456"}, 400, "invalid_request"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_refused_and_nothing_is_stored(
    api: Client, listed: str, wish: dict[str, Any], status: int, code: str
) -> None:
    Platform.objects.filter(slug="linkedin").update(enabled=False)
    answer = make(api, **wish)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert not ConnectLink.objects.exists()


def test_a_tenant_has_so_many_links_at_a_time(api: Client, settings: Any) -> None:
    settings.CONNECT_LINKS_LIVE = 2
    assert [make(api).status_code for _ in range(3)] == [201, 201, 429]
    ConnectLink.objects.update(mailed_to="anna@example.com")
    assert make(api).status_code == 201, "what the hub mailed is not the client's"


def test_lists_are_the_tenant_s_own_and_can_be_narrowed(
    api: Client, make_house: Callable[[str], House], tenant: Tenant
) -> None:
    mine = make(api, external_user_id="u1").json()["id"]
    make(api, external_user_id="u2")
    other = make_house("Other")
    wish = connect_links.Wish()
    foreign, _, _ = connect_links.create_link(
        principal=other.principal, wish=wish, idempotency_key=None, now=timezone.now()
    )
    assert len(api.get("/api/connect-links/").json()["results"]) == 2
    assert [row["id"] for row in api.get("/api/connect-links/?external_user_id=u1").json()["results"]] == [mine]
    assert api.get("/api/connect-links/?status=completed").json()["results"] == []
    for method in (api.get, api.delete):
        assert method(f"/api/connect-links/{foreign.pk}/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.status == "pending"


def test_a_reconnect_link_is_good_for_a_week_and_needs_no_client(anna: Connection, guest: Guest) -> None:
    now = timezone.now()
    url = connect_links.reconnect_link(connection=anna, now=now, actor="system:outbox")
    link = connect_links.link_at(Secret(url.rpartition("/")[2]))
    assert link is not None
    assert link.expires_at == now + timedelta(days=7)
    with time_machine.travel(now + timedelta(days=6, hours=23), tick=False):
        guest.open(url)
        assert guest.page.status_code == 200
        assert "The key is gone" not in guest.text, "what happened is the tenant's to know"
        assert [row.slug for row in connect_link_guests.offered(link)] == ["keyhole"]
