"""What a guest does with a connect link: one account, once, by signing in or by a key, and back with the outcome."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.test import Client

from connectors.connect_link_guests import MOST_TRIES, connect_link_completed
from connectors.models import Connection, ConnectLink, Destination
from outbox.models import OutgoingEvent
from sandbox.app import Sandbox
from sandbox.meta import demo
from sandbox.world import World
from tenants.models import AuditEntry, Tenant
from tests.connectors.guests import BACK, Guest, begun, make, stock, told
from tests.connectors.keyhole import GOOD, OTHER_ACCOUNT, SAME_ACCOUNT, Keyhole


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


def test_forms_without_the_page_s_token_are_refused(api: Client, guest: Guest) -> None:
    body = make(api).json()
    guest.open(body["url"])
    for path in ("choose", "leave", "destinations", "key/keyhole"):
        assert guest.client.post(f"/c/{body['id']}/{path}", {"platform": "meta"}).status_code == 403, path
    assert ConnectLink.objects.get().status == "pending"


def test_the_return_of_one_link_s_login_is_worth_nothing_in_another_browser(
    api: Client, sandbox: Sandbox, world: World, guest: Guest
) -> None:
    mine, onlooker, victim = Guest(), Guest(), guest
    body = make(api).json()
    onlooker.open(body["url"])
    mine.open(body["url"])
    mine.choose(body["id"], "meta")
    way_back = mine.decide(world)
    theirs = begun(api, victim)
    for browser in (victim.client, onlooker.client, Client()):
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
