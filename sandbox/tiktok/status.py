"""`/v2/post/publish/status/fetch/` and `/cancel/`: how a publish stands, and giving up one that is being fetched."""

from __future__ import annotations

from typing import Any

from sandbox.tiktok import processing
from sandbox.tiktok.ask import Ask
from sandbox.tiktok.errors import Refusal
from sandbox.tiktok.records import Publish

_UNDOCUMENTED = "PROCESSING_REVIEW"


def fetch(ask: Ask) -> dict[str, Any]:
    """Tell how a publish stands. One that failed is a good answer."""
    publish = _publish(ask)
    unknown = publish.processing and ask.world.switches.word("tiktok.status_word") == "unknown"
    told: dict[str, Any] = {"status": _UNDOCUMENTED if unknown else publish.status}
    if publish.fail_reason:
        told["fail_reason"] = publish.fail_reason
    ids = [int(post_id) for post_id in publish.post_ids if _is_public(ask, post_id)]
    if ids or ask.world.switches.word("tiktok.no_post_id") == "empty":
        # The platform's own spelling.
        told["publicaly_available_post_id"] = ids
    told["uploaded_bytes" if publish.source == "file" else "downloaded_bytes"] = publish.received
    return told


def cancel(ask: Ask) -> None:
    """Give up a pull that is still in processing."""
    publish = _publish(ask)
    if publish.source != "url" or not publish.processing:
        raise Refusal("publish_not_cancellable")
    processing.fail(ask.world, ask.state, publish, "publish_cancelled", ask.now)


def _publish(ask: Ask) -> Publish:
    publish_id = ask.body.get("publish_id")
    publish = ask.state.publishes.get(publish_id) if isinstance(publish_id, str) else None
    if publish is None:
        raise Refusal("invalid_publish_id")
    if (publish.creator_id, publish.app_key) != (ask.creator.id, ask.app.key):
        raise Refusal("token_not_authorized_for_specified_publish_id")
    return publish


def _is_public(ask: Ask, post_id: str) -> bool:
    post = ask.state.posts.get(post_id)
    return post is not None and post.is_public(ask.now)
