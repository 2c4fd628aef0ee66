"""Webhooks: subscribed after a challenge, signed over the bytes that leave, told again until they are heard."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any
from urllib.parse import parse_qs

import pytest
import requests

from sandbox.fetching import Errand
from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_ID, DEFAULT_APP_SECRET
from sandbox.world import World
from tests.sandbox.hub import APP_TOKEN, SCOPES, Hub, error_of
from tests.sandbox.meta.instagram import MEDIA, Instagram
from tests.sandbox.meta.receiver import Receiver

CALLBACK = "http://127.0.0.1:8000/webhooks/meta"
SUBSCRIPTIONS = f"/{DEFAULT_APP_ID}/subscriptions"
FIELDS = {"page": "feed,mention,messages", "instagram": "comments,mentions,story_insights"}


@pytest.fixture
def receiver(world: World) -> Receiver:
    world.media.fetcher = receiver = Receiver()
    return receiver


def _subscribe(hub: Hub, obj: str = "page", **more: Any) -> requests.Response:
    wish = {"object": obj, "callback_url": CALLBACK, "fields": FIELDS[obj], "verify_token": "open sesame", **more}
    return hub.call("POST", SUBSCRIPTIONS, APP_TOKEN, data=wish)


@pytest.fixture
def listening(hub: Hub, page_token: str, receiver: Receiver) -> Receiver:
    for obj in FIELDS:
        assert _subscribe(hub, obj).json() == {"success": True}
    wish = {"subscribed_fields": "feed,mention,messages"}
    assert hub.call("POST", f"/{demo.BAKERY}/subscribed_apps", page_token, data=wish).json() == {"success": True}
    return receiver


def _header(errand: Errand, name: str) -> str:
    return dict(errand.headers)[name]


def _told(errand: Errand) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(errand.body)
    return said


def test_a_callback_that_fails_the_challenge_is_not_subscribed(hub: Hub, receiver: Receiver) -> None:
    assert error_of(_subscribe(hub, verify_token="wrong"))[:2] == (400, 2200)
    receiver.challenge_suffix = "\n"
    assert error_of(_subscribe(hub))[:2] == (400, 2200)
    assert hub.call("GET", SUBSCRIPTIONS, APP_TOKEN).json() == {"data": []}
    receiver.challenge_suffix = ""
    assert _subscribe(hub).json() == {"success": True}
    (row,) = hub.call("GET", SUBSCRIPTIONS, APP_TOKEN).json()["data"]
    assert (row["object"], row["callback_url"], row["active"]) == ("page", CALLBACK, True)


def test_only_the_app_itself_subscribes_and_only_to_fields_that_exist(
    hub: Hub, page_token: str, receiver: Receiver
) -> None:
    wish = {"object": "page", "callback_url": CALLBACK, "fields": "feed", "verify_token": "open sesame"}
    assert error_of(hub.call("POST", SUBSCRIPTIONS, page_token, data=wish)) == (400, 100, 33)
    assert error_of(_subscribe(hub, fields="feed,gossip")) == (400, 100, 0)
    refused = hub.call("POST", f"/{demo.BAKERY}/subscribed_apps", page_token, data={})
    assert error_of(refused) == (400, 100, 0)


def test_a_page_lists_who_listens_and_lets_go(hub: Hub, page_token: str, listening: Receiver) -> None:
    edge = f"/{demo.BAKERY}/subscribed_apps"
    (row,) = hub.call("GET", edge, page_token).json()["data"]
    assert (row["id"], row["subscribed_fields"]) == (DEFAULT_APP_ID, ["feed", "mention", "messages"])
    assert hub.call("DELETE", edge, page_token).json() == {"success": True}
    assert hub.call("GET", edge, page_token).json() == {"data": []}


def test_listening_needs_its_own_scope(world: World, hub: Hub) -> None:
    token = hub.page_token(hub.long_lived(world.meta.consent(scopes=SCOPES)["code"]), demo.BAKERY)
    wish = {"subscribed_fields": "feed"}
    assert error_of(hub.call("POST", f"/{demo.BAKERY}/subscribed_apps", token, data=wish)) == (403, 200, 0)


def test_the_signature_is_over_the_bytes_with_everything_beyond_ascii_escaped(
    world: World, listening: Receiver
) -> None:
    sent = world.meta.webhook("feed", {"page": demo.BAKERY, "text": "Très bon 🥐"})
    assert [one["status"] for one in sent["deliveries"]] == [200]
    (errand,) = listening.got
    assert errand.body.isascii()
    assert b"Tr\\u00e8s bon \\ud83e\\udd50" in errand.body
    right = hmac.new(DEFAULT_APP_SECRET.encode(), errand.body, hashlib.sha256).hexdigest()
    assert _header(errand, "X-Hub-Signature-256") == f"sha256={right}"
    entry = _told(errand)["entry"][0]
    assert (_told(errand)["object"], entry["id"]) == ("page", demo.BAKERY)
    value = entry["changes"][0]["value"]
    assert (value["item"], value["verb"], value["message"]) == ("comment", "add", "Très bon 🥐")


def test_a_bad_signature_can_be_sent(world: World, listening: Receiver) -> None:
    world.meta.webhook("feed", {"page": demo.BAKERY, "bad_signature": True})
    (errand,) = listening.got
    right = hmac.new(DEFAULT_APP_SECRET.encode(), errand.body, hashlib.sha256).hexdigest()
    assert _header(errand, "X-Hub-Signature-256") not in ("", f"sha256={right}")


def test_only_subscribed_pages_are_told(world: World, listening: Receiver) -> None:
    sent = world.meta.webhook("feed", {"page": demo.BICYCLES})
    assert sent["deliveries"] == []
    assert "No app is subscribed" in sent["why"]
    assert listening.got == []


def test_every_kind_of_event_has_its_shape(world: World, instagram: Instagram, listening: Receiver) -> None:
    media_id = instagram.live(image_url=f"{MEDIA}/square.jpg")
    story_id = instagram.live(image_url=f"{MEDIA}/tall.jpg", media_type="STORIES")
    page, account = {"page": demo.BAKERY}, {"account": demo.IG_BAKERY}
    for what, wish in (
        ("mention", page),
        ("messages", page),
        ("ig_comments", {**account, "media": media_id}),
        ("ig_mentions", account),
        ("story_insights", account),
    ):
        assert world.meta.webhook(what, wish)["deliveries"][0]["done"], what
    mention, message, comment, mentioned, story = (_told(errand)["entry"][0] for errand in listening.got[-5:])
    assert mention["changes"][0]["value"]["sender_name"] == "Zoë Ærlig-Weiß 🥐"
    assert message["messaging"][0]["recipient"] == {"id": demo.BAKERY}
    assert message["messaging"][0]["message"]["mid"]
    value = comment["changes"][0]["value"]
    assert (comment["id"], comment["changes"][0]["field"]) == (demo.IG_BAKERY, "comments")
    assert value["media"] == {"id": media_id, "media_product_type": "FEED"}
    assert instagram.read(value["id"], "text")["text"] == value["text"]
    assert mentioned["changes"][0]["value"]["media_id"]
    assert story["changes"][0]["value"]["media_id"] == story_id


def test_our_own_posts_come_back(world: World, hub: Hub, page_token: str, listening: Receiver) -> None:
    post_id = hub.publish(page_token, demo.BAKERY, "Hello").json()["id"]
    assert listening.got == []
    world.run_errands()
    value = _told(listening.got[0])["entry"][0]["changes"][0]["value"]
    assert (value["post_id"], value["verb"], value["from"]["id"]) == (post_id, "add", demo.BAKERY)


def test_copies_and_batches_and_their_bounds(world: World, listening: Receiver) -> None:
    wish = {"page": demo.BAKERY, "copies": 2, "batch": 3, "reverse": True}
    sent = world.meta.webhook("mention", wish)
    assert len(sent["deliveries"]) == 2
    first, second = listening.got
    assert first.body == second.body
    assert len(_told(first)["entry"]) == 3
    for name, number in (("copies", 21), ("batch", 1001), ("copies", 0), ("batch", "x")):
        with pytest.raises(ValueError, match=name):
            world.meta.webhook("mention", {"page": demo.BAKERY, name: number})


def test_who_does_not_answer_is_told_again_with_growing_gaps_and_given_up_in_the_end(
    world: World, hub: Hub, listening: Receiver
) -> None:
    world.clock.freeze()
    listening.status = 500
    world.meta.webhook("feed", {"page": demo.BAKERY})
    world.run_errands()
    assert len(listening.got) == 1
    world.clock.advance(2)
    world.run_errands()
    assert len(listening.got) == 2
    for _ in range(40):
        world.clock.advance(6 * 3600)
        world.run_errands()
    assert len({errand.body for errand in listening.got}) == 1
    assert len(listening.got) == 10
    active = {row["object"]: row["active"] for row in hub.call("GET", SUBSCRIPTIONS, APP_TOKEN).json()["data"]}
    assert active == {"page": False, "instagram": True}


def test_a_delivery_can_be_sent_once_more(world: World, listening: Receiver) -> None:
    (sent,) = world.meta.webhook("feed", {"page": demo.BAKERY})["deliveries"]
    again = world.meta.webhook("redeliver", {"id": sent["id"]})
    assert again["tries"] == 2
    assert listening.got[0].body == listening.got[1].body
    assert [one["id"] for one in world.meta.webhook("deliveries", {})["deliveries"]] == [sent["id"]]


def _signed(errand: Errand) -> dict[str, Any]:
    """Verify a `signed_request` as a receiver has to, and return what it says."""
    signature, payload = parse_qs(errand.body.decode())["signed_request"][0].split(".")
    assert "=" not in signature + payload
    right = hmac.new(DEFAULT_APP_SECRET.encode(), payload.encode(), hashlib.sha256).digest()
    assert base64.urlsafe_b64decode(signature + "=") == right
    said: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return said


def test_the_two_callbacks_carry_a_signed_request(world: World, receiver: Receiver) -> None:
    with pytest.raises(ValueError, match="callback"):
        world.meta.webhook("deauthorize", {"user": demo.AMELIE})
    world.meta.webhook("callbacks", {"deauthorize_url": f"{CALLBACK}/out", "data_deletion_url": f"{CALLBACK}/forget"})
    receiver.answer = b'{"url": "https://hub.example/status?code=7", "confirmation_code": "7"}'
    assert world.meta.webhook("deauthorize", {"user": demo.AMELIE})["status"] == 200
    told = world.meta.webhook("data_deletion", {"user": demo.AMELIE})
    assert json.loads(told["answer"])["confirmation_code"] == "7"
    assert [errand.url for errand in receiver.got] == [f"{CALLBACK}/out", f"{CALLBACK}/forget"]
    for errand in receiver.got:
        said = _signed(errand)
        assert (said["user_id"], said["algorithm"], said["issued_at"]) == (demo.AMELIE, "HMAC-SHA256", world.now())
    world.meta.webhook("deauthorize", {"user": demo.AMELIE, "bad_signature": True})
    with pytest.raises(AssertionError):
        _signed(receiver.got[-1])


def test_removing_the_app_tells_it(world: World, receiver: Receiver, user_token: str) -> None:
    world.meta.webhook("callbacks", {"deauthorize_url": f"{CALLBACK}/out"})
    world.meta.revoke({"user": demo.AMELIE, "subcode": 458})
    world.run_errands()
    assert _signed(receiver.got[0])["user_id"] == demo.AMELIE


def test_the_control_room_triggers_them(session: requests.Session, listening: Receiver) -> None:
    root = "http://127.0.0.1:8801/_sandbox/meta/webhooks"
    answer = session.post(f"{root}/feed", json={"page": demo.BAKERY}, timeout=5).json()
    assert answer["deliveries"][0]["status"] == 200
    assert session.post(f"{root}/gossip", json={}, timeout=5).status_code == 404
    assert session.post(f"{root}/feed", json={"page": "1"}, timeout=5).status_code == 400
    assert len(listening.got) == 1


def test_a_button_lets_something_happen(session: requests.Session, world: World, listening: Receiver) -> None:
    controls = "http://127.0.0.1:8801/_sandbox/controls"
    assert "Somebody mentions a Page" in session.get(controls).text
    form = {"action": "happen", "what": "meta:mention", "where": demo.BAKERY}
    assert "1 webhook will tell" in session.post(controls, data=form).text
    assert listening.got == []
    world.run_errands()
    assert _told(listening.got[0])["entry"][0]["changes"][0]["field"] == "mention"
    assert "No app is subscribed" in session.post(controls, data={**form, "where": demo.BICYCLES}).text
    assert "of this town" in session.post(controls, data={**form, "where": demo.IG_BAKERY}).text
