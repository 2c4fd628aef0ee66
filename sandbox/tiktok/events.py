"""Events: what an app's callback is told, in the platform's own words, typing error included."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sandbox.tiktok.records import Delivery, Post, Publish
from sandbox.tiktok.state import State

if TYPE_CHECKING:
    from sandbox.world import World

UNKNOWN, USER_DISCONNECTED, ACCOUNT_DELETED, AGE_CHANGED, ACCOUNT_BANNED, DEVELOPER_REVOKED = REASONS = range(6)
REMOVED = "authorization.removed"
FAILED, COMPLETE, DELIVERED = "post.publish.failed", "post.publish.complete", "post.publish.inbox_delivered"
PUBLIC = "post.publish.publicly_available"
NO_LONGER_PUBLIC = {
    "typo": "post.publish.no_longer_publicaly_available",
    "correct": "post.publish.no_longer_publicly_available",
}
# From before the posting API; apps still hear of nothing like it and must not stumble.
LEGACY = ("video.upload.failed", "video.publish.completed")
PORTABILITY = ("portability.download.ready",)
_KEPT = 1_000


def authorization_removed(world: World, state: State, app_key: str, creator_id: str, reason: int) -> list[Delivery]:
    """Tell that a grant ended."""
    return tell(world, state, app_key, creator_id, REMOVED, {"reason": reason})


def of_publish(world: World, state: State, publish: Publish, event: str, *, at: float | None = None) -> list[Delivery]:
    """Tell how a publish goes."""
    content: dict[str, Any] = {"publish_id": publish.id, "publish_type": publish_type(publish)}
    if event == FAILED:
        content["reason"] = publish.fail_reason
    return tell(world, state, publish.app_key, publish.creator_id, event, content, at=at)


def of_post(world: World, state: State, post: Post, event: str, *, at: float | None = None) -> list[Delivery]:
    """Tell what became of a post that an app made; others' posts are nobody's business."""
    publish = state.publishes.get(post.publish_id)
    if publish is None:
        return []
    as_number = world.switches.word("tiktok.webhook_post_id") == "number"
    content = {
        "publish_id": publish.id,
        "post_id": int(post.id) if as_number else post.id,
        "publish_type": publish_type(publish),
    }
    return tell(world, state, publish.app_key, publish.creator_id, event, content, at=at)


def publish_type(publish: Publish) -> str:
    """Return how a post was made; only the word for drafts is documented."""
    return "INBOX_SHARE" if publish.mode == "inbox" else "DIRECT_PUBLISH"


def tell(
    world: World,
    state: State,
    app_key: str,
    creator_id: str,
    event: str,
    content: dict[str, Any],
    *,
    at: float | None = None,
    copies: int = 0,
    bad_signature: bool = False,
    age_s: int = 0,
) -> list[Delivery]:
    """Put an event into the outbox, as often as the switch says; an app without a callback hears nothing."""
    app = state.apps.get(app_key)
    if app is None or not app.webhook_url:
        return []
    happened = (world.clock.now() if at is None else at) - age_s
    body = json.dumps(
        {
            "client_key": app_key,
            "event": event,
            "create_time": int(happened),
            "user_openid": state.open_id(creator_id, app_key),
            "content": json.dumps(content, separators=(",", ":")),
        },
        separators=(",", ":"),
    )
    queued = []
    for _ in range(copies or world.switches.number("tiktok.webhook_copies")):
        last = next(reversed(state.deliveries), None)
        number = 1 if last is None else int(last.id) + 1
        now = world.clock.now()
        delivery = Delivery(
            str(number), app_key, event, app.webhook_url, body, now, now, bad_signature=bad_signature, age_s=age_s
        )
        queued.append(state.deliveries.put(delivery.id, delivery))
        state.undelivered[delivery.id] = None
        old = str(number - _KEPT)
        state.deliveries.remove(old)
        state.undelivered.pop(old, None)
    return queued
