"""What TikTok tells by itself: believed by its signature and its moment; late news is a hint, and nothing more."""

import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import InvalidSignature
from connectors.tiktok.webhooks import KINDS, parse
from connectors.types import App, EventKind, WebhookEvent, WebhookRequest
from foundation.secret import Secret

APP = App("emu_client_key", Secret("emu_client_secret"))
SIGNED = datetime.fromtimestamp(1_700_000_000, tz=UTC)
#: The reference vector of docs/platforms/tiktok.md.
BODY = (
    b'{"client_key":"emu_client_key","event":"authorization.removed","create_time":1700000000,'
    b'"user_openid":"emu-open-id-1","content":"{\\"reason\\":1}"}'
)
MAC = "c7199d1c1016ae65fdd534285de5306f3a9c3e96f553468987f15f212f696b81"


def request(
    body: bytes = BODY, header: str = f"t=1700000000,s={MAC}", name: str = "TikTok-Signature"
) -> WebhookRequest:
    return WebhookRequest("POST", {name: header}, {}, body)


def signed(event: str, content: Any, *, at: datetime = SIGNED, **more: Any) -> WebhookRequest:
    told = {
        "client_key": APP.client_id,
        "event": event,
        "create_time": 1_700_000_000,
        "user_openid": "emu-open-id-1",
        "content": content if isinstance(content, str) else json.dumps(content),
        **more,
    }
    body, moment = json.dumps(told).encode(), int(at.timestamp())
    mac = hmac.new(APP.client_secret.reveal().encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return request(body, f"t={moment},s={mac}")


def heard(told: WebhookRequest, *, late: timedelta = timedelta()) -> WebhookEvent:
    (event,) = parse(told, APP, now=SIGNED + late)
    return event


@pytest.mark.parametrize("name", ["TikTok-Signature", "Tiktok-Signature", "tiktok-signature"])
def test_the_reference_vector_ends_a_grant(name: str) -> None:
    event = heard(request(name=name))
    assert event.kind is EventKind.DEAUTHORIZED
    assert (event.external_user_id, event.happened_at) == ("emu-open-id-1", SIGNED)
    assert event.raw["content"] == {"reason": "1"}


@pytest.mark.parametrize(
    "stranger",
    [
        request(header=""),
        request(header=f"s={MAC}"),
        request(header=f"t=1700000001,s={MAC}"),
        request(header=f"t=1700000000,s={MAC[:-1]}0"),
        request(header=f"t=1700000000,s={'0' * 64}"),
        request(header=f"t=-1,s={MAC}"),
        request(body=BODY + b" "),
        request(body=BODY.replace(b"emu-open-id-1", b"emu-open-id-2")),
        request(name="X-Signature"),
        signed("post.publish.failed", {}, client_key="another_app"),
    ],
)
def test_nothing_is_believed_without_the_signature_of_our_app(stranger: WebhookRequest) -> None:
    with pytest.raises(InvalidSignature):
        parse(stranger, APP, now=SIGNED)


@pytest.mark.parametrize(
    ("late", "kind"),
    [
        (timedelta(), EventKind.DEAUTHORIZED),
        (timedelta(seconds=300), EventKind.DEAUTHORIZED),
        (timedelta(seconds=-300), EventKind.DEAUTHORIZED),
        (timedelta(seconds=301), EventKind.UNKNOWN),
        (timedelta(hours=72), EventKind.UNKNOWN),
    ],
)
def test_an_old_delivery_with_a_good_signature_is_a_hint_and_ends_nothing(late: timedelta, kind: EventKind) -> None:
    event = heard(request(), late=late)
    assert (event.kind, event.external_user_id) == (kind, "emu-open-id-1")
    assert event.raw["late"] is (kind is EventKind.UNKNOWN)


@pytest.mark.parametrize("late", [timedelta(hours=72, seconds=1), timedelta(days=400), timedelta(seconds=-301)])
def test_what_is_older_than_any_repeat_or_from_the_future_is_refused(late: timedelta) -> None:
    with pytest.raises(InvalidSignature):
        parse(request(), APP, now=SIGNED + late)


def test_a_repeat_that_is_signed_anew_has_the_same_key_and_other_news_another() -> None:
    content = {"publish_id": "v_pub_file~v2-1.1", "publish_type": "DIRECT_PUBLISH"}
    first = heard(signed("post.publish.failed", content))
    again = heard(signed("post.publish.failed", content, at=SIGNED + timedelta(hours=5)), late=timedelta(hours=5))
    assert first.key == again.key
    other = heard(signed("post.publish.publicly_available", {**content, "post_id": "7300000000000000001"}))
    assert other.key != first.key


@pytest.mark.parametrize("number", ["7300000000000000001", 7300000000000000001])
@pytest.mark.parametrize("event", sorted(name for name in KINDS if name.startswith("post.")))
def test_news_of_posts_are_hints_to_look_and_their_numbers_stay_whole(event: str, number: Any) -> None:
    told = heard(signed(event, {"publish_id": "v_pub_file~v2-1.1", "post_id": number}))
    assert told.kind is EventKind.POST_CHANGED, "TikTok's status is the truth, not its news"
    assert (told.external_id, told.post_id) == ("emu-open-id-1", "7300000000000000001")


def test_before_a_post_has_a_number_its_upload_names_it() -> None:
    assert (
        heard(signed("post.publish.inbox_delivered", {"publish_id": "v_inbox_file~v2.7"})).post_id
        == "v_inbox_file~v2.7"
    )


@pytest.mark.parametrize(
    "event", ["video.upload.failed", "video.publish.completed", "portability.download.ready", "", "new"]
)
def test_words_we_do_not_know_are_kept_and_move_nothing(event: str) -> None:
    assert heard(signed(event, {"share_id": "video.6081467789"})).kind is EventKind.UNKNOWN


@pytest.mark.parametrize("content", ["", "no json", "[1]", "null", '{"publish_id": 7}', "[" * 100_000])
def test_no_content_crashes_the_door(content: str) -> None:
    assert heard(signed("post.publish.failed", content)).external_id == "emu-open-id-1"


@pytest.mark.parametrize("body", [b"", b"[]", b"no json", b"null", b"\xff\xfe"])
def test_a_signed_riddle_holds_no_event(body: bytes) -> None:
    mac = hmac.new(APP.client_secret.reveal().encode(), b"1700000000." + body, hashlib.sha256).hexdigest()
    assert (
        parse(replace(request(), body=body, headers={"TikTok-Signature": f"t=1700000000,s={mac}"}), APP, now=SIGNED)
        == []
    )
