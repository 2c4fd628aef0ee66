"""Webhooks: what Meta signed is told, once, in words of ours; what it did not sign is turned away."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import InvalidSignature, ReconnectRequired
from connectors.manager import get_connector
from connectors.meta import signed_request
from connectors.meta.webhook_events import events_in
from connectors.types import EventKind, Target, WebhookEvent, WebhookReply, WebhookRequest
from foundation.secret import Secret
from sandbox.fetching import Errand, Fetched
from sandbox.meta import demo
from sandbox.meta.records import DEFAULT_APP_ID, DEFAULT_APP_SECRET
from sandbox.world import World
from tests.connectors.meta.conftest import Trouble
from tests.connectors.meta.stage import Stage, image, post

SECRET = DEFAULT_APP_SECRET
TOKEN = "open sesame"
AT = 1_763_720_000
MOMENT = datetime.fromtimestamp(AT, tz=UTC)


def delivery(body: bytes, *, secret: str = SECRET, header: str = "X-Hub-Signature-256", **more: str) -> WebhookRequest:
    signature = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return WebhookRequest("POST", {"Content-Type": "application/json", header: signature, **more}, {}, body)


def told(value: Any, *, field: str = "feed", obj: str = "page", place: str = demo.BAKERY) -> list[WebhookEvent]:
    change = {"field": field, "value": value}
    body = json.dumps({"object": obj, "entry": [{"id": place, "time": AT, "changes": [change]}]}).encode()
    return list(get_connector("meta").parse_webhook(delivery(body)))


def one(value: Any, **more: str) -> WebhookEvent:
    (event,) = told(value, **more)
    return event


# --- the door ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def _verify(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "META_WEBHOOK_VERIFY_TOKEN", Secret(TOKEN))


def question(**changed: str) -> WebhookRequest:
    query = {"hub.mode": "subscribe", "hub.verify_token": TOKEN, "hub.challenge": "1158201444", **changed}
    return WebhookRequest("GET", {}, {key: value for key, value in query.items() if value != "-"}, b"")


@pytest.mark.usefixtures("_verify")
def test_the_challenge_is_given_back_bare() -> None:
    assert get_connector("meta").answer_challenge(question()) == WebhookReply(b"1158201444", "text/plain")


@pytest.mark.usefixtures("_verify")
@pytest.mark.parametrize(
    "changed",
    [
        {"hub.verify_token": "open sesam"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "-"},
        {"hub.verify_token": "ŏpen"},
        {"hub.mode": "unsubscribe"},
        {"hub.challenge": "-"},
    ],
)
def test_a_strangers_question_is_not_answered(changed: dict[str, str]) -> None:
    with pytest.raises(InvalidSignature):
        get_connector("meta").answer_challenge(question(**changed))


def test_without_a_verify_token_no_challenge_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "META_WEBHOOK_VERIFY_TOKEN", None)
    with pytest.raises(InvalidSignature, match="META_WEBHOOK_VERIFY_TOKEN"):
        get_connector("meta").answer_challenge(question(**{"hub.verify_token": ""}))


def test_a_request_that_asks_nothing_gets_no_answer() -> None:
    connector = get_connector("meta")
    assert connector.answer_challenge(WebhookRequest("GET", {}, {}, b"")) is None
    assert connector.answer_challenge(WebhookRequest("POST", {}, {"hub.mode": "subscribe"}, b"{}")) is None


def test_the_signature_is_over_the_very_bytes_with_escapes_and_all() -> None:
    body = b'{"object":"page","entry":[{"id":"1","time":1,"changes":[{"field":"feed","value":{"message":"\\u00e4\\ud83e\\udd50"}}]}]}'
    connector = get_connector("meta")
    (event,) = connector.parse_webhook(delivery(body))
    assert event.raw["value"]["message"] == "ä🥐"
    again = json.dumps(json.loads(body), ensure_ascii=False).encode()
    signed = delivery(body)
    with pytest.raises(InvalidSignature):
        connector.parse_webhook(WebhookRequest("POST", signed.headers, {}, again))


def test_a_published_vector_verifies() -> None:
    body = b'{"entry":[]}'
    known = hmac.new(b"sandbox-meta-app-secret", body, "sha256").hexdigest()
    assert Secret(SECRET) == settings.META_APP_SECRET
    request = WebhookRequest("POST", {"x-hub-signature-256": f"sha256={known}"}, {}, body)
    assert list(get_connector("meta").parse_webhook(request)) == []


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": "sha256="},
        {"X-Hub-Signature-256": "sha256=" + "0" * 64},
        {"X-Hub-Signature-256": "ſha256=" + "0" * 64},
        {"X-Hub-Signature": "sha1=" + hmac.new(SECRET.encode(), b'{"entry":[]}', "sha1").hexdigest()},
    ],
)
def test_a_delivery_without_the_right_signature_is_turned_away(headers: dict[str, str]) -> None:
    with pytest.raises(InvalidSignature):
        get_connector("meta").parse_webhook(WebhookRequest("POST", headers, {}, b'{"entry":[]}'))


def test_a_delivery_signed_with_another_secret_is_turned_away() -> None:
    with pytest.raises(InvalidSignature):
        get_connector("meta").parse_webhook(delivery(b'{"entry":[]}', secret="another"))


# --- events ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ({"item": "status", "verb": "add"}, EventKind.POST_CREATED),
        ({"item": "photo", "verb": "add"}, EventKind.POST_CREATED),
        ({"item": "video", "verb": "edited"}, EventKind.POST_CHANGED),
        ({"item": "post", "verb": "hide"}, EventKind.POST_CHANGED),
        ({"item": "post", "verb": "remove"}, EventKind.POST_REMOVED),
        ({"item": "share", "verb": "add", "from": {"id": demo.BAKERY}}, EventKind.POST_CREATED),
        ({"item": "share", "verb": "add", "from": {"id": "77"}}, EventKind.SHARE),
        ({"item": "comment", "verb": "add", "comment_id": "9"}, EventKind.COMMENT),
        ({"item": "comment", "verb": "remove", "comment_id": "9"}, EventKind.COMMENT),
        ({"item": "reaction", "verb": "add", "reaction_type": "love"}, EventKind.REACTION),
        ({"item": "like", "verb": "remove"}, EventKind.REACTION),
        ({"item": "poll", "verb": "add"}, EventKind.UNKNOWN),
        ({"item": "post", "verb": "spin"}, EventKind.UNKNOWN),
        ({}, EventKind.UNKNOWN),
        ("a word", EventKind.UNKNOWN),
    ],
)
def test_what_happens_on_a_page_is_told_in_words_of_ours(value: Any, kind: EventKind) -> None:
    said = {"post_id": f"{demo.BAKERY}_5", **value} if isinstance(value, dict) and value else value
    event = one(said)
    assert event.kind is kind
    assert event.external_id == demo.BAKERY
    assert event.post_id == (f"{demo.BAKERY}_5" if isinstance(value, dict) and value else "")
    assert event.happened_at == MOMENT
    assert event.raw["value"] == said, "Meta's own words are kept whole"


@pytest.mark.parametrize(
    ("field", "value", "kind", "post_id"),
    [
        (
            "comments",
            {"id": "18", "text": "Miam 🥐", "media": {"id": "17", "media_product_type": "FEED"}},
            "comment",
            "17",
        ),
        ("live_comments", {"id": "18", "media": {"id": "17"}}, "comment", "17"),
        ("mentions", {"media_id": "17", "comment_id": "18"}, "mention", "17"),
        ("story_insights", {"media_id": "17", "reach": 12, "new_word": 1}, "insights", "17"),
        ("something_new", {"id": "1"}, "unknown", ""),
    ],
)
def test_what_happens_on_instagram_is_told_in_words_of_ours(
    field: str, value: dict[str, Any], kind: str, post_id: str
) -> None:
    event = one(value, field=field, obj="instagram", place=demo.IG_BAKERY)
    assert (event.kind, event.post_id, event.external_id) == (EventKind(kind), post_id, demo.IG_BAKERY)


def test_a_mention_of_a_page_and_a_message_are_told() -> None:
    assert one({"post_id": "5_6", "item": "post", "verb": "add"}, field="mention").kind is EventKind.MENTION
    message = {"sender": {"id": "88"}, "recipient": {"id": demo.BAKERY}, "timestamp": AT * 1000}
    entry = {"id": demo.BAKERY, "time": AT * 1000, "messaging": [{**message, "message": {"mid": "m_1", "text": "Hi"}}]}
    (event,) = events_in({"object": "page", "entry": [entry]})
    assert (event.key, event.kind, event.happened_at) == ("message:m_1", EventKind.MESSAGE, MOMENT)


def test_the_same_event_told_again_has_the_same_key_and_another_has_another() -> None:
    comment = {"item": "comment", "verb": "add", "comment_id": "9", "post_id": "5_6"}
    assert one(comment).key == one({**comment, "message": "told with more words"}).key
    others = [
        {**comment, "verb": "edited"},
        {**comment, "comment_id": "10"},
        {"item": "reaction", "verb": "add", "post_id": "5_6", "from": {"id": "1"}, "reaction_type": "like"},
        {"item": "reaction", "verb": "add", "post_id": "5_6", "from": {"id": "2"}, "reaction_type": "like"},
    ]
    assert len({one(comment).key, *(one(other).key for other in others)}) == 5
    assert all(len(one(other).key) <= 200 for other in others)


def test_a_batch_of_a_thousand_is_told_in_its_order() -> None:
    changes = [
        {"field": "feed", "value": {"item": "comment", "verb": "add", "comment_id": str(number)}}
        for number in range(1000)
    ]
    entries = [{"id": demo.BAKERY, "time": AT, "changes": changes[at : at + 100]} for at in range(0, 1000, 100)]
    events = events_in({"object": "page", "entry": entries})
    assert [event.raw["value"]["comment_id"] for event in events] == [str(number) for number in range(1000)]
    assert len({event.key for event in events}) == 1000


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["entry", "changes", "value", "field", "id", "time", "messaging", "item", "verb", "message"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@given(JSON_VALUES)
def test_no_shape_of_a_delivery_crashes_the_reading(value: Any) -> None:
    for event in events_in({"entry": [{"id": "1", "time": 1, "changes": [value], "messaging": [value]}, value]}):
        assert event.key


# --- deauthorisation and data deletion ---------------------------------------------------------------------------------


def signed(payload: Mapping[str, Any], *, secret: str = SECRET) -> str:
    body = base64.urlsafe_b64encode(json.dumps(payload).encode()).rstrip(b"=").decode()
    signature = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(signature).rstrip(b"=").decode() + "." + body


GOOD = {"algorithm": "HMAC-SHA256", "issued_at": AT, "user_id": "122090000000000001"}


def form(text: str, *, about: str = "", content_type: str = "application/x-www-form-urlencoded") -> WebhookRequest:
    body = urlencode({"signed_request": text}).encode()
    return WebhookRequest("POST", {"content-type": content_type}, {"about": about} if about else {}, body)


@pytest.mark.parametrize(
    ("about", "kind"),
    [("", "deauthorized"), ("deauthorized", "deauthorized"), ("data_deletion", "data_deletion")],
)
@pytest.mark.parametrize(
    "content_type", ["application/x-www-form-urlencoded", "Application/x-www-form-urlencoded; charset=UTF-8"]
)
def test_a_person_who_leaves_is_named_by_the_id_our_grants_carry(about: str, kind: str, content_type: str) -> None:
    request = form(signed(GOOD), about=about, content_type=content_type)
    (event,) = get_connector("meta").parse_webhook(request)
    assert event.kind is EventKind(kind)
    assert event.external_user_id == "122090000000000001"
    assert event.happened_at == MOMENT
    assert list(get_connector("meta").parse_webhook(request)) == [event], "the same each time it is told"
    assert SECRET not in json.dumps(event.raw)


def test_two_departures_of_one_person_are_two_events() -> None:
    one, other = (
        get_connector("meta").parse_webhook(form(signed({**GOOD, "issued_at": at})))[0].key for at in (AT, AT + 60)
    )
    assert one != other


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "abc",
        "abc.def",
        signed(GOOD, secret="another"),
        signed({**GOOD, "algorithm": "none"}),
        signed({**GOOD, "algorithm": "HMAC-SHA1"}),
        signed({key: value for key, value in GOOD.items() if key != "user_id"}),
        signed({**GOOD, "user_id": None}),
        signed({**GOOD, "user_id": True}),
        signed(GOOD) + "A",
        "ü." + signed(GOOD).partition(".")[2],
        signed(GOOD).partition(".")[0] + "." + base64.urlsafe_b64encode(b'{"user_id":"1"}').decode().rstrip("="),
    ],
)
def test_what_meta_did_not_sign_changes_nothing(text: str) -> None:
    with pytest.raises(InvalidSignature):
        get_connector("meta").parse_webhook(form(text))


@pytest.mark.parametrize("body", [b"", b"other=1", b"signed_request=a&signed_request=b", b"\xff\xfe", b"&" * 500])
def test_a_form_without_one_signed_request_is_turned_away(body: bytes) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    with pytest.raises(InvalidSignature):
        get_connector("meta").parse_webhook(WebhookRequest("POST", headers, {}, body))


@given(st.text(max_size=60))
def test_no_text_passes_for_a_signed_request(text: str) -> None:
    with pytest.raises(InvalidSignature):
        signed_request.read(text, app_secret=Secret(SECRET))


# --- against the sandbox -----------------------------------------------------------------------------------------------


class Door:
    """Our webhook door at the end of the sandbox's wire."""

    def __init__(self) -> None:
        self.events: list[WebhookEvent] = []

    def fetch(self, errand: Errand) -> Fetched:
        connector = get_connector("meta")
        query = dict(pair.split("=", 1) for pair in urlsplit(errand.url).query.split("&") if "=" in pair)
        query = {key: value.replace("%20", " ").replace("+", " ") for key, value in query.items()}
        request = WebhookRequest(errand.method, dict(errand.headers), query, errand.body)
        if (reply := connector.answer_challenge(request)) is not None:
            return Fetched(200, reply.body, reply.content_type)
        self.events += connector.parse_webhook(request)
        return Fetched(200)


@pytest.fixture
def door(world: World, monkeypatch: pytest.MonkeyPatch) -> Door:
    monkeypatch.setattr(settings, "META_WEBHOOK_VERIFY_TOKEN", Secret(TOKEN))
    world.media.fetcher = made = Door()
    return made


Subscribe = Callable[[str, str], None]


@pytest.fixture
def subscribed(door: Door, page: Stage) -> Door:
    graph = page.connector._graph
    token = Secret(f"{DEFAULT_APP_ID}|{DEFAULT_APP_SECRET}")
    for obj, fields in (("page", "feed,mention,messages"), ("instagram", "comments,mentions,story_insights")):
        body = {
            "object": obj,
            "callback_url": "http://127.0.0.1:8000/webhooks/meta",
            "fields": fields,
            "verify_token": TOKEN,
        }
        assert graph.post(f"{DEFAULT_APP_ID}/subscriptions", body, token=token, operation="test") == {"success": True}
    return door


def test_the_sandbox_accepts_our_answer_and_tells_of_our_own_post(subscribed: Door, page: Stage, world: World) -> None:
    page.connector.subscribe_webhooks(page.target)
    page.connector.subscribe_webhooks(page.target)
    published = page.follow(post(image(world), text="Pâté & croissants 🥐"))
    world.meta.webhook("flush", {})
    created = [event for event in subscribed.events if event.kind is EventKind.POST_CREATED]
    assert published.external_id in {event.post_id for event in created}
    assert {event.external_id for event in created} == {demo.BAKERY}


def test_an_instagram_account_is_subscribed_through_its_page(subscribed: Door, instagram: Stage) -> None:
    instagram.connector.subscribe_webhooks(instagram.target)
    unlinked = Target("instagram_account", demo.IG_BAKERY, "Boulangerie")
    with pytest.raises(ReconnectRequired, match="which Page"):
        instagram.connector.subscribe_webhooks(unlinked)


def test_a_missing_scope_is_named_when_subscribing(page: Stage, trouble: Trouble) -> None:
    trouble("platform_error", path="*/subscribed_apps", error={"code": 200})
    with pytest.raises(ReconnectRequired) as failure:
        page.connector.subscribe_webhooks(page.target)
    assert failure.value.missing_scope == "pages_manage_metadata"


def test_every_delivery_of_the_sandbox_is_told_and_a_bad_signature_is_not(
    subscribed: Door, instagram: Stage, page: Stage, world: World
) -> None:
    page.connector.subscribe_webhooks(page.target)
    media_id = instagram.follow(post(image(world))).external_id
    page_, account = {"page": demo.BAKERY}, {"account": demo.IG_BAKERY}
    expected = {
        "feed": (page_, EventKind.COMMENT),
        "mention": (page_, EventKind.MENTION),
        "messages": (page_, EventKind.MESSAGE),
        "ig_comments": ({**account, "media": media_id}, EventKind.COMMENT),
        "ig_mentions": (account, EventKind.MENTION),
    }
    for what, (wish, kind) in expected.items():
        subscribed.events.clear()
        world.meta.webhook(what, wish)
        assert [event.kind for event in subscribed.events] == [kind], what
        assert subscribed.events[0].key
    subscribed.events.clear()
    with pytest.raises(InvalidSignature):
        world.meta.webhook("feed", {**page_, "bad_signature": True})
    assert subscribed.events == []
