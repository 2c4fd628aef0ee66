"""Webhooks: an address of its own with a secret, signed where Mailchimp signs, kept once, never repeated in words."""

import hashlib
import hmac
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import pytest
import responses
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ContentRejected, InvalidSignature, OutcomeUnknown
from connectors.mailchimp import forms
from connectors.mailchimp.connector import MailchimpConnector
from connectors.types import EventKind, WebhookEvent, WebhookReply, WebhookRequest
from foundation.secret import Secret
from sandbox.fetching import Errand, Fetched
from sandbox.mailchimp import demo
from sandbox.world import World
from tests.connectors.mailchimp.conftest import LETTER, ROOT, holding
from tests.connectors.mailchimp.test_against_sandbox import mail, sent

ADDRESS = Secret("https://hub.example/webhooks/mailchimp/0190/p4th-s3cr3t-of-32-characters-xx/")
SECRET = Secret("local-signing-secret")
#: docs/platforms/mailchimp.md: computed, and the same for every reader of the documentation.
BODY = (
    b"type=unsubscribe&fired_at=2026-11-21+10%3A15%3A00&data%5Baction%5D=unsub&data%5Breason%5D=manual"
    b"&data%5Bid%5D=8a25ff1d98&data%5Blist_id%5D=a6b5da1054&data%5Bemail%5D=ada%40acme-mail.test"
)
VECTOR = "129c707c2a8f125a50cb0d33fa99c8e055c331a4cbb26cc5036796efa07f7967"
THEN = datetime.fromtimestamp(1_718_000_000, UTC)


def request(
    body: bytes = BODY, *, signature: str = "", secret: Secret | None = None, list_id: str = "a6b5da1054"
) -> WebhookRequest:
    headers = {"X-Mailchimp-Signature": signature} if signature else {}
    return WebhookRequest("POST", headers, {}, body, list_id, secret)


def parse(told: WebhookRequest, at: datetime = THEN) -> list[WebhookEvent]:
    with time_machine.travel(at, tick=False):
        return list(holding("").parse_webhook(told))


# --- deliveries ---------------------------------------------------------------------------------------------------------


def test_the_published_vector_is_believed() -> None:
    (event,) = parse(request(signature=f"t=1718000000,v1={VECTOR}", secret=SECRET))
    assert event.external_id == "a6b5da1054"
    assert event.happened_at == datetime(2026, 11, 21, 10, 15, tzinfo=UTC)
    assert event.raw["data"]["email"] == "ada@acme-mail.test"
    assert "ada@acme-mail.test" not in event.key


def test_a_second_signature_serves_while_a_secret_is_changed() -> None:
    assert parse(request(signature=f"t=1718000000,v1={'0' * 64},v1={VECTOR}", secret=SECRET))


@pytest.mark.parametrize(
    "signature",
    [
        "",
        f"v1={VECTOR}",
        "t=1718000000",
        f"t=1718000001,v1={VECTOR}",
        f"t=1718000000,v1={VECTOR[:-1]}0",
        f"t=1718000000,v0={VECTOR}",
        f"t=1718000000,t=1718000000,v1={VECTOR}",
        f"t=١٧١٨٠٠٠٠٠٠,v1={VECTOR}",
        "t=1718000000,v1=",
        "nonsense",
    ],
)
def test_what_is_not_signed_as_it_should_be_is_a_strangers(signature: str) -> None:
    with pytest.raises(InvalidSignature):
        parse(request(signature=signature, secret=SECRET))


@pytest.mark.parametrize(("away", "believed"), [(299, True), (-299, True), (301, False), (-301, False)])
def test_a_signature_lives_for_five_minutes(away: int, believed: bool) -> None:
    told = request(signature=f"t=1718000000,v1={VECTOR}", secret=SECRET)
    if believed:
        assert parse(told, THEN + timedelta(seconds=away))
        return
    with pytest.raises(InvalidSignature):
        parse(told, THEN + timedelta(seconds=away))


def test_a_changed_body_is_a_strangers() -> None:
    with pytest.raises(InvalidSignature):
        parse(request(BODY + b"&a=b", signature=f"t=1718000000,v1={VECTOR}", secret=SECRET))


def test_an_unsigned_webhook_stands_on_its_secret_address_and_on_its_own_audience() -> None:
    assert parse(request())
    with pytest.raises(InvalidSignature):
        parse(request(list_id=""))
    with pytest.raises(InvalidSignature):
        parse(request(list_id="b7c6eb2165"))
    with pytest.raises(InvalidSignature):
        parse(request(b"type=subscribe"))


def form(word: str, **data: Any) -> bytes:
    said = {"type": word, "fired_at": "2026-11-21 10:15:00", "data[list_id]": "a6b5da1054"}
    return urlencode({**said, **{f"data[{name}]": value for name, value in data.items()}}).encode()


@pytest.mark.parametrize(
    ("word", "data", "kind", "post"),
    [
        ("subscribe", {"id": "8a25ff1d98", "email": "a@b.test"}, EventKind.MEMBER_JOINED, ""),
        ("unsubscribe", {"id": "8a25ff1d98", "action": "unsub"}, EventKind.MEMBER_LEFT, ""),
        ("profile", {"id": "8a25ff1d98"}, EventKind.MEMBER_CHANGED, ""),
        (
            "upemail",
            {"new_id": "8a25ff1d98", "new_email": "c@d.test", "old_email": "a@b.test"},
            EventKind.MEMBER_CHANGED,
            "",
        ),
        ("cleaned", {"email": "a@b.test", "reason": "hard"}, EventKind.MEMBER_UNREACHABLE, ""),
        ("campaign", {"id": "3984888d1e", "status": "sent"}, EventKind.POST_CREATED, "3984888d1e"),
        ("campaign", {"id": "3984888d1e", "status": "canceled"}, EventKind.POST_CHANGED, "3984888d1e"),
        ("word_of_tomorrow", {"id": "1"}, EventKind.UNKNOWN, ""),
    ],
)
def test_every_event_is_kept_in_mailchimps_words_and_told_apart_from_the_others(
    word: str, data: dict[str, str], kind: EventKind, post: str
) -> None:
    (event,) = parse(request(form(word, **data)))
    assert (event.kind, event.post_id, event.raw["type"]) == (kind, post, word)
    (again,) = parse(request(form(word, **data)))
    assert again.key == event.key
    (other,) = parse(request(form(word, **{**data, "id": "other"})))
    assert other.key != event.key


def test_an_answer_to_mailchimps_look_says_yes_to_those_who_know_the_address_alone() -> None:
    look = WebhookRequest("GET", {}, {}, b"", "a6b5da1054")
    assert isinstance(holding("").answer_challenge(look), WebhookReply)
    assert holding("").answer_challenge(request()) is None
    with pytest.raises(InvalidSignature):
        holding("").answer_challenge(WebhookRequest("GET", {}, {}, b""))


# --- forms ----------------------------------------------------------------------------------------------------------------


def test_nested_forms_are_read_to_any_depth_that_mailchimp_writes() -> None:
    said = "data[merges][ADDRESS][addr1]=9+rue&data[merges][GROUPINGS][0][name]=Brew&a[]=1&a[]=2&b=&c=1&c[d]=2"
    assert forms.parse(said.encode()) == {
        "data": {"merges": {"ADDRESS": {"addr1": "9 rue"}, "GROUPINGS": {"0": {"name": "Brew"}}}},
        "a": {"0": "1", "1": "2"},
        "b": "",
        "c": "1",
    }


@given(st.binary(max_size=200))
def test_no_body_crashes_the_form(body: bytes) -> None:
    assert isinstance(forms.parse(body), dict)


@given(st.lists(st.tuples(st.text("ab[]", max_size=12), st.text(max_size=5)), max_size=8))
def test_no_brackets_crash_the_form(pairs: list[tuple[str, str]]) -> None:
    assert isinstance(forms.parse("&".join(f"{quote(name)}={quote(value)}" for name, value in pairs).encode()), dict)


def test_a_form_too_deep_or_too_long_is_none() -> None:
    assert forms.parse(("a" + "[b]" * 50 + "=1").encode()) == {}
    assert forms.parse(b"&".join(b"a=1" for _ in range(3000))) == {}


# --- registering ------------------------------------------------------------------------------------------------------------


class Door:
    """The hub's door, as the town finds it."""

    def __init__(self) -> None:
        self.status = 200
        self.looks: list[Errand] = []
        self.came: list[WebhookRequest] = []

    def fetch(self, errand: Errand) -> Fetched:
        """Answer a look, take in a delivery."""
        assert urlsplit(errand.url).netloc == "hub.example"
        if errand.method == "GET":
            self.looks.append(errand)
        else:
            self.came.append(WebhookRequest("POST", dict(errand.headers), {}, errand.body or b"", demo.LETTER))
        return Fetched(self.status)


@pytest.fixture
def door(town: World) -> Door:
    door = Door()
    town.media.fetcher = door
    return door


@pytest.fixture
def happen(town: World) -> Callable[..., Any]:
    def let(what: str, **wish: Any) -> Any:
        return town.mailchimp.webhook(what, {"page": demo.LETTER, **wish})

    return let


@pytest.mark.parametrize("signing", ["always", "never"])
def test_an_audience_is_subscribed_once_and_tells_what_it_signs_with(
    greta: MailchimpConnector, town: World, door: Door, happen: Callable[..., Any], signing: str
) -> None:
    town.switches.set({"mailchimp.webhook_signing": signing})
    secret = greta.subscribe_webhooks(LETTER, address=ADDRESS)
    assert (secret is not None) is (signing == "always")
    assert greta.subscribe_webhooks(LETTER, address=ADDRESS) is None
    (hook,) = town.mailchimp.state.hooks_of(demo.LETTER)
    assert hook.url == ADDRESS.reveal()
    assert hook.sources == {"user": True, "admin": True, "api": False}
    assert all(hook.events[word] for word in ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign"))
    assert len(door.looks) == 1
    happen("subscribe", email="zoe@brevkasse.test")
    (delivery,) = door.came
    told = WebhookRequest("POST", delivery.headers, {}, delivery.body, demo.LETTER, secret)
    (event,) = greta.parse_webhook(told)
    assert event.raw["data"]["email"] == "zoe@brevkasse.test"


def test_bad_stale_and_unsigned_deliveries_are_refused(
    greta: MailchimpConnector, door: Door, happen: Callable[..., Any]
) -> None:
    secret = greta.subscribe_webhooks(LETTER, address=ADDRESS)
    for fault in ("bad_signature", "stale", "unsigned"):
        happen("subscribe", **{fault: True})
    assert len(door.came) == 3
    for delivery in door.came:
        with pytest.raises(InvalidSignature):
            greta.parse_webhook(WebhookRequest("POST", delivery.headers, {}, delivery.body, demo.LETTER, secret))


def test_what_is_told_twice_or_out_of_order_has_the_same_keys(
    greta: MailchimpConnector, door: Door, happen: Callable[..., Any]
) -> None:
    secret = greta.subscribe_webhooks(LETTER, address=ADDRESS)
    happen("subscribe", times=2, copies=2, reverse=True)
    keys = [
        event.key
        for delivery in door.came
        for event in greta.parse_webhook(
            WebhookRequest("POST", delivery.headers, {}, delivery.body, demo.LETTER, secret)
        )
    ]
    assert (len(keys), len(set(keys))) == (4, 2)


def test_a_sent_campaign_is_told_with_the_id_its_job_knows(greta: MailchimpConnector, town: World, door: Door) -> None:
    secret = greta.subscribe_webhooks(LETTER, address=ADDRESS)
    published = sent(greta, mail())
    town.clock.advance(60)
    town.run_errands()
    events = [
        event
        for delivery in door.came
        for event in greta.parse_webhook(
            WebhookRequest("POST", delivery.headers, {}, delivery.body, demo.LETTER, secret)
        )
    ]
    assert [(event.kind, event.post_id) for event in events] == [(EventKind.POST_CREATED, published.external_id)]


def test_a_secret_that_was_lost_with_its_answer_is_had_by_the_next_try(
    greta: MailchimpConnector, town: World, door: Door, trouble: Callable[..., None]
) -> None:
    trouble("lost_after_success", method="POST", path="*/webhooks")
    with pytest.raises(OutcomeUnknown):
        greta.subscribe_webhooks(LETTER, address=ADDRESS)
    secret = greta.subscribe_webhooks(LETTER, address=ADDRESS)
    (hook,) = town.mailchimp.state.hooks_of(demo.LETTER)
    assert secret == Secret(hook.secret)


def test_an_audience_is_silent_again_and_asking_twice_is_no_error(
    greta: MailchimpConnector, town: World, door: Door
) -> None:
    other = Secret(ADDRESS.reveal().replace("p4th", "other"))
    greta.subscribe_webhooks(LETTER, address=ADDRESS)
    greta.subscribe_webhooks(LETTER, address=other)
    for _ in range(2):
        greta.unsubscribe_webhooks(LETTER, address=ADDRESS)
    assert [hook.url for hook in town.mailchimp.state.hooks_of(demo.LETTER)] == [other.reveal()]


def test_an_address_that_does_not_answer_is_told_without_being_repeated(greta: MailchimpConnector, door: Door) -> None:
    door.status = 404
    with pytest.raises(ContentRejected) as refusal:
        greta.subscribe_webhooks(LETTER, address=ADDRESS)
    assert "404" in refusal.value.cause
    assert "p4th-s3cr3t" not in f"{refusal.value!r} {refusal.value.cause} {refusal.value.reply.facts()}"


def test_an_address_in_mailchimps_words_is_cut_out(alone: MailchimpConnector, answers: responses.RequestsMock) -> None:
    answers.get(f"{ROOT}/lists/{demo.LETTER}/webhooks", json={"webhooks": []})
    told = {"title": "Invalid Resource", "detail": f"{ADDRESS.reveal()} is bad"}
    answers.post(f"{ROOT}/lists/{demo.LETTER}/webhooks", status=400, json=told)
    with pytest.raises(ContentRejected) as refusal:
        alone.subscribe_webhooks(LETTER, address=ADDRESS)
    assert "p4th-s3cr3t" not in f"{refusal.value.cause} {refusal.value.reply.facts()}"


def test_a_webhook_that_an_earlier_try_made_is_good(alone: MailchimpConnector, answers: responses.RequestsMock) -> None:
    path = f"{ROOT}/lists/{demo.LETTER}/webhooks"
    answers.get(path, json={"webhooks": []})
    answers.get(path, json={"webhooks": [{"id": "1", "url": f"{ADDRESS.reveal()}?x=1"}]})
    answers.post(path, status=400, json={"title": "Invalid Resource", "detail": "multiple WebHooks for one URL"})
    assert alone.subscribe_webhooks(LETTER, address=ADDRESS) is None


def test_a_signature_of_the_town_is_one_of_the_documentation(
    door: Door, greta: MailchimpConnector, happen: Callable[..., Any]
) -> None:
    secret = greta.subscribe_webhooks(LETTER, address=ADDRESS)
    assert secret is not None
    happen("subscribe")
    header = {name.lower(): value for name, value in door.came[0].headers.items()}["x-mailchimp-signature"]
    moment = header.partition("t=")[2].partition(",")[0]
    said = hmac.new(secret.reveal().encode(), f"{moment}.".encode() + door.came[0].body, hashlib.sha256).hexdigest()
    assert header.endswith(said)
