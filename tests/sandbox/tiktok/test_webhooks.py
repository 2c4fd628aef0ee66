"""Events: signed over the bytes that leave, repeated for three days, doubled, late, reversed and misspelled."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from sandbox.tiktok import demo
from sandbox.tiktok.deliveries import sign
from sandbox.world import World
from tests.sandbox.tiktok.conftest import NOON, Connect
from tests.sandbox.tiktok.hub import CONTROL, SELF, Hub, Receiver


def test_the_signature_is_that_of_the_sheet() -> None:
    body = (
        b'{"client_key":"emu_client_key","event":"authorization.removed","create_time":1700000000,'
        b'"user_openid":"emu-open-id-1","content":"{\\"reason\\":1}"}'
    )
    right = "c7199d1c1016ae65fdd534285de5306f3a9c3e96f553468987f15f212f696b81"
    assert sign("emu_client_secret", 1_700_000_000, body) == right


def test_a_public_post_is_told_once_it_is_public(world: World, hub: Hub, receiver: Receiver) -> None:
    publish_id = hub.publish()
    world.clock.advance(3)
    world.run_errands()
    assert receiver.events == []
    world.clock.advance(20)
    world.run_errands()
    (told,) = receiver.bodies
    post_id = next(world.tiktok.timeline()).id
    assert told == {
        "client_key": demo.DEFAULT_APP_KEY,
        "event": "post.publish.publicly_available",
        "create_time": int(NOON) + 23,
        "user_openid": hub.open_id,
        "content": {"publish_id": publish_id, "post_id": post_id, "publish_type": "DIRECT_PUBLISH"},
    }
    (errand,) = receiver.seen
    assert errand.url == "http://127.0.0.1:8000/webhooks/tiktok/"
    assert receiver.times() == [int(NOON) + 23]
    world.run_errands()
    assert len(receiver.seen) == 1


def test_direct_posts_may_be_told_as_complete_too(world: World, hub: Hub, receiver: Receiver) -> None:
    world.switches.set({"tiktok.webhook_direct_complete": True, "tiktok.webhook_post_id": "number"})
    hub.publish()
    world.clock.advance(23)
    world.run_errands()
    assert receiver.events == ["post.publish.complete", "post.publish.publicly_available"]
    assert receiver.bodies[1]["content"]["post_id"] == int(next(world.tiktok.timeline()).id)


def test_a_draft_is_told_when_it_arrives_is_posted_and_is_public(world: World, hub: Hub, receiver: Receiver) -> None:
    publish_id = hub.publish(inbox=True)
    world.clock.advance(3)
    world.run_errands()
    hub.lever("webhooks/post_draft", {"publish_id": publish_id})
    world.clock.advance(20)
    world.run_errands()
    names = ["post.publish.inbox_delivered", "post.publish.complete", "post.publish.publicly_available"]
    assert receiver.events == names
    assert {body["content"]["publish_type"] for body in receiver.bodies} == {"INBOX_SHARE"}


def test_a_failure_is_told_with_its_reason(world: World, hub: Hub, receiver: Receiver) -> None:
    world.switches.set({"tiktok.fate": "spam_risk_text"})
    publish_id = hub.publish()
    world.clock.advance(3)
    world.run_errands()
    (told,) = receiver.bodies
    assert told["event"] == "post.publish.failed"
    assert (told["content"]["publish_id"], told["content"]["reason"]) == (publish_id, "spam_risk_text")


def test_a_post_that_is_taken_away_is_told_with_the_platforms_own_spelling(
    world: World, hub: Hub, receiver: Receiver
) -> None:
    for word in ("typo", "correct"):
        hub.publish()
        world.clock.advance(30)
        world.switches.set({"tiktok.webhook_spelling": word})
        hub.lever("webhooks/take_down", {"user": hub.open_id})
    assert receiver.events == [
        "post.publish.no_longer_publicaly_available",
        "post.publish.no_longer_publicly_available",
    ]
    assert hub.session.post(f"{CONTROL}/tiktok/webhooks/take_down", json={"user": hub.open_id}).status_code == 400


@pytest.mark.parametrize("reason", range(6))
def test_whoever_disconnects_is_told_with_the_reason(hub: Hub, receiver: Receiver, reason: int) -> None:
    hub.lever("webhooks/disconnect", {"user": hub.open_id, "reason": reason})
    assert [body["content"] for body in receiver.bodies] == [{"reason": reason}]
    assert hub.creator_info().status_code == 401


def test_what_is_not_answered_with_200_is_repeated_for_three_days(world: World, hub: Hub, receiver: Receiver) -> None:
    receiver.status = 500
    hub.lever("webhooks/authorization.removed", {"user": hub.open_id, "queue": True})
    moments = []
    for _ in range(4 * 24 * 6):
        before = len(receiver.seen)
        world.run_errands()
        if len(receiver.seen) > before:
            moments.append(world.clock.now() - NOON)
        world.clock.advance(600)
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert gaps == sorted(gaps)
    assert gaps[-1] > 10 * gaps[0]
    assert 48 * 3600 < moments[-1] <= 72 * 3600
    (delivery,) = hub.look_deliveries()
    assert delivery["done"]


def test_a_repetition_is_signed_anew_or_with_its_first_time(world: World, hub: Hub, receiver: Receiver) -> None:
    receiver.status = 503
    for word, later in (("fresh", 3_600), ("same", 0)):
        receiver.seen.clear()
        world.switches.set({"tiktok.webhook_retry_t": word})
        began = world.now()
        hub.lever("webhooks/authorization.removed", {"user": hub.open_id})
        world.clock.advance(3_600)
        receiver.status = 200
        world.run_errands()
        assert receiver.times() == [began, began + later]
        assert receiver.seen[0].body == receiver.seen[1].body
        receiver.status = 503


def test_events_come_twice_late_reversed_and_with_a_wrong_signature(world: World, hub: Hub, receiver: Receiver) -> None:
    who = {"user": hub.open_id}
    hub.lever("webhooks/authorization.removed", {**who, "copies": 3})
    assert len({errand.body for errand in receiver.seen}) == 1
    assert len(receiver.seen) == 3
    receiver.seen.clear()
    hub.lever("webhooks/authorization.removed", {**who, "age_s": 1_000})
    assert receiver.times() == [world.now() - 1_000]
    assert receiver.bodies[0]["create_time"] == world.now() - 1_000
    receiver.seen.clear()
    hub.lever("webhooks/authorization.removed", {**who, "bad_signature": True})
    assert receiver.times() == [None]
    receiver.seen.clear()
    world.switches.set({"tiktok.webhook_order": "reversed", "tiktok.webhook_copies": 2, "tiktok.webhook_skew_s": -90})
    publish_id = hub.publish(inbox=True)
    world.clock.advance(3)
    hub.status(publish_id)
    hub.lever("webhooks/post_draft", {"publish_id": publish_id, "queue": True})
    hub.lever("webhooks/flush", {})
    names = ["post.publish.complete"] * 2 + ["post.publish.inbox_delivered"] * 2
    assert receiver.events == names
    assert receiver.times() == [world.now() - 90] * 4


@pytest.mark.parametrize(
    ("event", "content"),
    [
        ("video.upload.failed", {"share_id": "video.6081467789"}),
        ("video.publish.completed", {"share_id": "video.6081467789"}),
        ("portability.download.ready", {"request_id": "1788300000000000017"}),
    ],
)
def test_events_of_other_times_and_products_can_be_told(
    hub: Hub, receiver: Receiver, event: str, content: dict[str, Any]
) -> None:
    hub.lever(f"webhooks/{event}", {"user": hub.open_id})
    assert [(body["event"], body["content"]) for body in receiver.bodies] == [(event, content)]


def test_any_posting_event_can_be_told_whether_it_happened_or_not(world: World, hub: Hub, receiver: Receiver) -> None:
    publish_id = hub.publish(privacy_level=SELF)
    hub.lever("webhooks/post.publish.failed", {"publish_id": publish_id, "reason": "internal"})
    hub.lever("webhooks/post.publish.publicly_available", {"publish_id": publish_id, "post_id": "7"})
    assert [body["content"].get("reason") for body in receiver.bodies] == ["internal", None]
    for what, wish in (
        ("shoe.polished", {"user": hub.open_id}),
        ("post.publish.failed", {}),
        ("redeliver", {"id": "99"}),
    ):
        assert hub.session.post(f"{CONTROL}/tiktok/webhooks/{what}", json=wish).status_code == 404
    told = hub.session.post(
        f"{CONTROL}/tiktok/webhooks/authorization.removed", json={"user": hub.open_id, "copies": 99}
    )
    assert told.status_code == 400


def test_an_app_without_a_callback_hears_nothing(world: World, hub: Hub, receiver: Receiver) -> None:
    hub.lever("apps", {"webhook_url": ""})
    told = hub.lever("webhooks/disconnect", {"user": hub.open_id})
    assert told["deliveries"] == []
    assert "why" in told
    world.run_errands()
    assert receiver.seen == []


def test_each_app_is_told_under_its_own_key_id_and_secret(connect: Connect, receiver: Receiver) -> None:
    hubs = [connect(user=demo.TEODOR, app_key=key) for key in (demo.DEFAULT_APP_KEY, demo.SANDBOX_APP_KEY)]
    hubs[0].lever("webhooks/disconnect", {"user": "teodor_kuik"})
    assert [body["user_openid"] for body in receiver.bodies] == [hub.open_id for hub in hubs]
    right, wrong = receiver.times(demo.DEFAULT_APP_SECRET)
    assert right is not None
    assert wrong is None
    assert receiver.times(demo.SANDBOX_APP_SECRET)[1] is not None
