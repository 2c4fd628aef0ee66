"""Connect links: one account, once, soon, in one browser; whoever holds no link learns nothing."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest
import time_machine
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from connectors import connect_links
from connectors.connect_links import MOST_TRIES, connect_link_completed
from connectors.knocking import MOST_MISSES
from connectors.models import Connection, ConnectLink, Destination, OAuthState, Platform
from foundation.secret import Secret
from outbox.models import OutgoingEvent
from sandbox.app import Sandbox
from sandbox.meta import demo
from sandbox.world import World
from tenants.models import AuditEntry, Tenant
from tests.conftest import House
from tests.connectors.keyhole import GOOD, OTHER_ACCOUNT, SAME_ACCOUNT, Keyhole
from vault.models import EncryptedSecret

APP = "https://app.example.com"
BACK = f"{APP}/done?from=hub"


@dataclass
class Guest:
    """A browser of somebody without an account here; it sends no form without its token."""

    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))
    page: Any = None

    def open(self, url: str) -> Any:
        """Follow an address of ours, with its redirects, as far as it stays with us."""
        self.page = self.client.get(urlsplit(url).path, follow=True)
        return self.page

    def send(self, path: str, **said: Any) -> Any:
        """Send a form of the page that is shown."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.text)
        assert token is not None, self.text
        self.page = self.client.post(path, {"csrfmiddlewaretoken": token[1], **said}, follow=True)
        return self.page

    @property
    def text(self) -> str:
        """What the page says."""
        return str(self.page.content.decode())

    def choose(self, link: str, platform: str) -> Any:
        """Press the button of a platform."""
        return self.send(f"/c/{link}/choose", platform=platform)

    def dialog(self) -> str:
        """Return where the page on the way to a platform leads."""
        found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', self.text)
        assert found is not None, self.text
        return found[1].replace("&amp;", "&")

    def decide(self, world: World, **said: Any) -> str:
        """Say yes, or no, in Meta's dialog; return the way back."""
        url = urlsplit(world.meta.consent({"url": self.dialog(), **said})["redirect_url"])
        return f"{url.path}?{url.query}"

    def come_back(self, path: str) -> Any:
        """Follow the way back."""
        self.page = self.client.get(path, follow=True)
        return self.page

    def way_back(self) -> dict[str, str]:
        """Return what the button to the client's app would tell it."""
        found = re.search(r'<a class="button button--primary button--wide" href="([^"]+)"', self.text)
        assert found is not None, self.text
        url = urlsplit(found[1].replace("&amp;", "&"))
        assert f"{url.scheme}://{url.netloc}{url.path}" == f"{APP}/done"
        return {name: values[0] for name, values in parse_qs(url.query).items()}


def make(api: Client, *, key: str = "", **wish: Any) -> Any:
    """Ask for a link as a client app does."""
    headers = {"Idempotency-Key": key} if key else {}
    return api.post("/api/connect-links/", json.dumps(wish), content_type="application/json", headers=headers)


def told(api: Client, link: str) -> dict[str, Any]:
    """Return what the client app is told of a link."""
    return dict(api.get(f"/api/connect-links/{link}/").json())


@pytest.fixture
def guest() -> Guest:
    return Guest()


@pytest.fixture
def listed(api: Client) -> str:
    """The client app's origin, listed."""
    answer = api.post("/api/return-origins/", json.dumps({"origin": APP}), content_type="application/json")
    assert answer.status_code == 201, answer.content
    return APP


def stock() -> int:
    return Connection.objects.count() + Destination.objects.count() + EncryptedSecret.objects.count()


# --- the good way --------------------------------------------------------------------------------------------------


def test_a_guest_connects_an_account_by_signing_in_and_returns_with_the_outcome(
    api: Client, listed: str, guest: Guest, sandbox: Sandbox, world: World, django_capture_on_commit_callbacks: Any
) -> None:
    heard: list[Any] = []

    def listen(link_id: Any, **kwargs: Any) -> None:
        heard.append(link_id)

    connect_link_completed.connect(listen)
    wish: dict[str, Any] = {
        "return_url": BACK,
        "state": "x=1&y",
        "external_user_id": "u7",
        "metadata": {"plan": "gold"},
    }
    made = make(api, platforms=["meta"], **wish)
    assert made.status_code == 201, made.content
    body = made.json()
    assert body["status"] == "pending"
    assert made["Cache-Control"] == "no-store"
    assert re.fullmatch(r"http://testserver/c/[\w-]{43}", body["url"])
    guest.open(body["url"])
    assert "Continue with Meta" in guest.text or "Continue with Facebook" in guest.text
    assert told(api, body["id"])["status"] == "pending", "looking opens nothing"
    guest.choose(body["id"], "meta")
    assert told(api, body["id"])["status"] == "opened"
    guest.come_back(guest.decide(world))
    assert "Where may Acme publish?" in guest.text
    blocked = Destination.objects.exclude(obstacle="").get()
    assert blocked.obstacle.split(".")[0] in guest.text.replace("&#x27;", "'")
    place = Destination.objects.filter(obstacle="", kind="facebook_page").first()
    assert place is not None
    with django_capture_on_commit_callbacks(execute=True):
        guest.send(f"/c/{body['id']}/destinations", destination=str(place.pk))
    connect_link_completed.disconnect(listen)
    assert "Connected" in guest.text
    connection = Connection.objects.get()
    assert guest.way_back() == {
        "from": "hub",
        "status": "completed",
        "connect_link": body["id"],
        "state": "x=1&y",
        "connection": str(connection.pk),
    }
    now = told(api, body["id"])
    assert (now["status"], now["error"]) == ("completed", None)
    assert now["result"]["connection"] == str(connection.pk)
    assert now["result"]["destinations"] == [str(place.pk)]
    assert (now["external_user_id"], now["metadata"], now["state"]) == ("u7", {"plan": "gold"}, "x=1&y")
    event = OutgoingEvent.objects.get(type="connect_link.completed")
    assert event.data["connect_link_id"] == body["id"]
    assert (event.data["connection_id"], event.data["external_user_id"]) == (str(connection.pk), "u7")
    assert [str(one) for one in heard] == [body["id"]]
    assert list(Destination.objects.filter(enabled=True)) == [place]


def test_a_guest_connects_an_account_by_its_key_and_a_wrong_key_is_told_in_words(
    api: Client, guest: Guest, keyhole: Keyhole, tenant: Tenant
) -> None:
    body = make(api, platforms=["keyhole"], brand={"name": "Bright", "color": "#FFEE00"}).json()
    guest.open(body["url"])
    guest.choose(body["id"], "keyhole")
    assert "API key of Keyhole" in guest.text
    guest.send(f"/c/{body['id']}/key/keyhole", api_key="kh-nobody-777")
    assert guest.page.status_code == 422
    assert "does not know this key" in guest.text
    assert "kh-nobody-777" not in guest.text
    guest.send(f"/c/{body['id']}/key/keyhole", api_key=GOOD)
    assert "Where may Bright publish?" in guest.text
    guest.send(f"/c/{body['id']}/destinations")
    assert "Choose at least one" in guest.text
    news = Destination.objects.get(name="News")
    guest.send(f"/c/{body['id']}/destinations", destination=str(news.pk))
    assert "you can close this page" in guest.text
    assert told(api, body["id"])["result"]["destinations"] == [str(news.pk)]
    actions = list(AuditEntry.objects.filter(tenant=tenant).order_by("id").values_list("action", "actor"))
    actor = f"link:{body['id']}"
    assert [action for action, _ in actions if not action.startswith(("member", "api_key"))] == [
        "connect_link.created",
        "connect_link.opened",
        "connection.created",
        "connection.destinations_chosen",
        "connect_link.completed",
    ]
    assert {who for action, who in actions if action in {"connect_link.opened", "connection.created"}} == {actor}


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


# --- one browser ---------------------------------------------------------------------------------------------------


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


def test_forms_without_the_page_s_token_are_refused(api: Client, guest: Guest) -> None:
    body = make(api).json()
    guest.open(body["url"])
    for path in ("choose", "leave", "destinations", "key/keyhole"):
        assert guest.client.post(f"/c/{body['id']}/{path}", {"platform": "meta"}).status_code == 403, path
    assert ConnectLink.objects.get().status == "pending"


# --- the login is the link's -----------------------------------------------------------------------------------------


def begun(api: Client, guest: Guest, platform: str = "meta", **wish: Any) -> dict[str, Any]:
    """Open a link and leave for a platform."""
    body = dict(make(api, **wish).json())
    guest.open(body["url"])
    guest.choose(body["id"], platform)
    return body


def test_the_return_of_one_link_s_login_is_worth_nothing_in_another_browser(
    api: Client, sandbox: Sandbox, world: World, guest: Guest
) -> None:
    mine, victim = Guest(), guest
    begun(api, mine)
    way_back = mine.decide(world)
    theirs = begun(api, victim)
    for browser in (victim.client, Client()):
        answer = browser.get(way_back)
        assert answer.status_code == 400
        assert "state_foreign" in answer.content.decode()
    assert stock() == 0
    assert ConnectLink.objects.get(pk=theirs["id"]).problem_code == ""
    assert mine.come_back(way_back).status_code == 200, "a stranger's try spends nothing"
    assert Connection.objects.count() == 1


def test_a_code_of_one_s_own_cannot_be_put_into_another_s_login(
    api: Client, sandbox: Sandbox, world: World, guest: Guest
) -> None:
    attacker = Guest()
    begun(api, attacker)
    code = parse_qs(urlsplit(attacker.decide(world)).query)["code"][0]
    begun(api, guest)
    answer = Client().get(f"/api/oauth/meta/callback?state=made-up&code={code}")
    assert answer.status_code == 302, "a state of nobody's is a member's matter, who must sign in"
    state = parse_qs(urlsplit(guest.dialog()).query)["state"][0]
    assert attacker.client.get(f"/api/oauth/meta/callback?state={state}&code={code}").status_code == 400
    assert stock() == 0


def test_a_login_s_return_at_another_platform_s_address_is_refused(
    api: Client, sandbox: Sandbox, world: World, guest: Guest
) -> None:
    begun(api, guest)
    query = urlsplit(guest.decide(world)).query
    answer = guest.client.get(f"/api/oauth/linkedin/callback?{query}")
    assert (answer.status_code, "state_foreign" in answer.content.decode()) == (400, True)
    assert stock() == 0


def test_a_member_s_session_opens_no_login_of_a_link_and_a_link_none_of_a_member(
    api: Client, member_client: Client, sandbox: Sandbox, world: World, guest: Guest
) -> None:
    begun(api, guest)
    assert member_client.get(guest.decide(world)).status_code == 400
    dialog = member_client.get("/api/oauth/meta/start")["Location"]
    url = urlsplit(world.meta.consent({"url": dialog})["redirect_url"])
    answer = guest.client.get(f"{url.path}?{url.query}")
    assert (answer.status_code, "sign-in" in answer["Location"]) == (302, True)
    assert stock() == 0


def test_a_return_works_once_and_a_second_account_needs_a_second_link(
    api: Client, sandbox: Sandbox, world: World, guest: Guest
) -> None:
    body = begun(api, guest)
    spare = guest.dialog()
    way_back = guest.decide(world)
    guest.come_back(way_back)
    before = stock()
    assert guest.come_back(way_back).status_code == 200, "loading it again shows where one is"
    assert "Where may Acme publish?" in guest.text
    assert guest.client.get(f"/c/{body['id']}/to/meta").status_code == 409
    assert guest.choose(body["id"], "meta").status_code in {200, 409}
    url = urlsplit(world.meta.consent({"url": spare, "user": demo.AMELIE})["redirect_url"])
    guest.come_back(f"{url.path}?{url.query}")
    assert stock() == before
    assert ConnectLink.objects.get().result is not None


def test_who_refuses_may_try_again_or_return_without_an_account(
    api: Client, listed: str, sandbox: Sandbox, world: World, guest: Guest
) -> None:
    body = begun(api, guest, return_url=BACK, state="s")
    guest.come_back(guest.decide(world, decision="cancel"))
    assert "did not grant access" in guest.text
    assert told(api, body["id"])["error"]["code"] == "consent_refused"
    assert "Continue" in guest.text or "guest-choice" in guest.text
    guest.send(f"/c/{body['id']}/leave")
    assert guest.way_back() == {
        "from": "hub",
        "status": "cancelled",
        "connect_link": body["id"],
        "state": "s",
        "error": "consent_refused",
    }
    assert told(api, body["id"])["status"] == "cancelled"
    assert stock() == 0


def test_what_the_hub_s_operator_must_mend_makes_the_link_fail_with_its_cause(
    api: Client, listed: str, sandbox: Sandbox, world: World, guest: Guest
) -> None:
    body = begun(api, guest, return_url=BACK)
    state = parse_qs(urlsplit(guest.dialog()).query)["state"][0]
    guest.come_back(f"/api/oauth/meta/callback?state={state}&code=never-given")
    assert guest.page.status_code == 200
    code = told(api, body["id"])["error"]["code"]
    assert code.startswith("connect_")
    guest.send(f"/c/{body['id']}/leave")
    assert (guest.way_back()["status"], guest.way_back()["error"]) == ("failed", code)
    assert (told(api, body["id"])["status"], stock()) == ("failed", 0)


def test_a_link_is_good_for_so_many_tries(api: Client, guest: Guest, keyhole: Keyhole) -> None:
    body = begun(api, guest, "keyhole")
    ConnectLink.objects.update(tries=MOST_TRIES)
    guest.send(f"/c/{body['id']}/key/keyhole", api_key=GOOD)
    assert guest.page.status_code == 429
    assert (stock(), keyhole.heard) == (0, [])


# --- over ------------------------------------------------------------------------------------------------------------


def test_a_link_that_is_used_opens_no_more(api: Client, guest: Guest, keyhole: Keyhole) -> None:
    body = begun(api, guest, "keyhole")
    guest.send(f"/c/{body['id']}/key/keyhole", api_key=GOOD)
    news = Destination.objects.get(name="News")
    guest.send(f"/c/{body['id']}/destinations", destination=str(news.pk))
    answer = Guest().open(body["url"])
    assert (answer.status_code, "a link works once" in answer.content.decode()) == (410, True)
    again = guest.client.post(f"/c/{body['id']}/choose", {"csrfmiddlewaretoken": "x"})
    assert again.status_code == 403
    guest.open(body["url"])
    assert "Connected" in guest.text, "who used it sees what came of it"
    assert guest.client.get(f"/c/{body['id']}/key/keyhole").status_code == 410


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


def test_a_link_cancelled_by_its_client_ends_at_once_also_for_who_is_at_the_platform(
    api: Client, sandbox: Sandbox, world: World, guest: Guest
) -> None:
    body = begun(api, guest)
    way_back = guest.decide(world)
    assert api.delete(f"/api/connect-links/{body['id']}/").status_code == 204
    guest.come_back(way_back)
    assert (guest.page.status_code, "cancelled" in guest.text) == (410, True)
    assert stock() == 0
    assert api.delete(f"/api/connect-links/{body['id']}/").status_code == 204


def test_links_of_a_suspended_tenant_open_no_more(api: Client, tenant: Tenant, guest: Guest) -> None:
    body = make(api).json()
    Tenant.objects.update(suspended_at=timezone.now())
    assert guest.open(body["url"]).status_code == 410


def test_old_links_are_forgotten(api: Client) -> None:
    body = make(api).json()
    later = timezone.now() + timedelta(days=32)
    connect_links.sweep(now=timezone.now() + timedelta(hours=2))
    assert told(api, body["id"])["status"] == "expired"
    connect_links.sweep(now=later)
    assert not ConnectLink.objects.exists()


# --- asking for one --------------------------------------------------------------------------------------------------


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


# --- renewing one account --------------------------------------------------------------------------------------------


@pytest.fixture
def anna(api: Client, keyhole: Keyhole) -> Connection:
    """An account by key, with one place chosen, that needs its person."""
    body = json.dumps({"platform": "keyhole", "api_key": GOOD})
    assert api.post("/api/connections/", body, content_type="application/json").status_code == 201
    connection = Connection.objects.get()
    Destination.objects.filter(name="News").update(enabled=True)
    Connection.objects.update(status="attention", status_code="x", status_cause="The key is gone.")
    return connection


def test_a_link_that_renews_an_account_takes_that_account_alone(api: Client, guest: Guest, anna: Connection) -> None:
    body = make(api, connection=str(anna.pk), expires_in=604_800).json()
    guest.open(body["url"])
    assert "Reconnect this account" in guest.text
    guest.choose(body["id"], "keyhole")
    guest.send(f"/c/{body['id']}/key/keyhole", api_key=OTHER_ACCOUNT)
    assert guest.page.status_code == 409
    assert "This is a key of Bert; this account is Anna. Give a key of Anna." in guest.text
    assert (Connection.objects.count(), Connection.objects.get().status) == (1, "attention")
    assert told(api, body["id"])["error"]["code"] == "other_account"
    guest.send(f"/c/{body['id']}/key/keyhole", api_key=SAME_ACCOUNT)
    assert "Reconnected" in guest.text, "places stay as they were, so nobody is asked for them"
    assert Connection.objects.get().status == "active"
    assert list(Destination.objects.filter(enabled=True).values_list("name", flat=True)) == ["News"]
    assert told(api, body["id"])["status"] == "completed"


def test_another_person_s_grant_is_taken_beside_it_only_when_the_client_allows_it(
    api: Client, guest: Guest, anna: Connection
) -> None:
    body = make(api, connection=str(anna.pk), allow_other_account=True).json()
    guest.open(body["url"])
    guest.choose(body["id"], "keyhole")
    guest.send(f"/c/{body['id']}/key/keyhole", api_key=OTHER_ACCOUNT)
    assert "Where may Acme publish?" in guest.text
    assert Connection.objects.count() == 2
    anna.refresh_from_db()
    assert anna.status == "attention"


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
        assert [row.slug for row in connect_links.offered(link)] == ["keyhole"]
