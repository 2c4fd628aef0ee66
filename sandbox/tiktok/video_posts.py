"""`/v2/post/publish/video/init/` and its sibling for drafts: a video announced in chunks, or fetched."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.tiktok import plans, posting, processing, pulls
from sandbox.tiktok.ask import Ask
from sandbox.tiktok.errors import invalid
from sandbox.tiktok.limits import UPLOAD_LIFE_S
from sandbox.tiktok.plans import Plan
from sandbox.tiktok.presets import UPLOADS
from sandbox.tiktok.records import Mode, Publish

MOST_WORDS = 2200


def direct(ask: Ask) -> dict[str, Any]:
    """Begin a post on the creator's profile."""
    source_info = ask.block("source_info")
    plan = _plan(ask, source_info)
    post_info = ask.block("post_info")
    settings = {
        "title": posting.read_text(post_info, "title", MOST_WORDS),
        "video_cover_timestamp_ms": posting.check_timestamp(post_info),
        **posting.read_flags(post_info, posting.FLAGS),
        "privacy_level": posting.check_privacy(ask, post_info),
    }
    return _begin(ask, "direct", settings, source_info, plan)


def inbox(ask: Ask) -> dict[str, Any]:
    """Begin a draft for the creator's inbox; a title is taken along, other settings are dropped without a word."""
    source_info = ask.block("source_info")
    plan = _plan(ask, source_info)
    post_info = ask.body.get("post_info")
    title = post_info.get("title") if isinstance(post_info, dict) else None
    return _begin(ask, "inbox", {"title": title} if isinstance(title, str) else {}, source_info, plan)


def _plan(ask: Ask, source_info: dict[str, Any]) -> Plan | None:
    source = source_info.get("source")
    if source == "FILE_UPLOAD":
        return plans.read_plan(source_info, ask.world.switches.word("tiktok.chunk_bounds"))
    if source == "PULL_FROM_URL":
        return None
    raise invalid("The source is empty or incorrect")


def _begin(
    ask: Ask, mode: Mode, settings: dict[str, Any], source_info: dict[str, Any], plan: Plan | None
) -> dict[str, Any]:
    if plan is None:
        url = pulls.check_address(ask, source_info.get("video_url"))
        posting.check_caps(ask, mode)
        publish = posting.begin(ask, "video", mode, "url", settings)
        processing.video_pulled(ask, publish, pulls.fetch(ask, url))
        return {"publish_id": publish.id}
    posting.check_caps(ask, mode)
    publish = posting.begin(ask, "video", mode, "file", settings)
    publish.size, publish.chunk_size, publish.chunks = plan.size, plan.chunk_size, plan.chunks
    publish.upload_id = str(7_400_000_000_000_000_000 + secrets.randbelow(10**18))
    publish.upload_token = secrets.token_urlsafe(24)
    publish.expires_at = ask.now + UPLOAD_LIFE_S
    ask.state.save_publish(publish)
    return {"publish_id": publish.id, "upload_url": _upload_url(ask, publish)}


def _upload_url(ask: Ask, publish: Publish) -> str:
    """Return where the bytes go, in the form the caller can reach. Host and path change from upload to upload."""
    host, path = UPLOADS[int(publish.upload_id) % len(UPLOADS)]
    query = {"upload_id": publish.upload_id, "upload_token": publish.upload_token}
    return ask.call.address.url(host, path, query)
