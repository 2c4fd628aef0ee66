"""`/{ig-user}/media_publish` and the quota it draws on."""

from __future__ import annotations

import secrets
import string
from dataclasses import asdict
from typing import Any

from sandbox.meta import instagram_rules
from sandbox.meta.ask import Ask
from sandbox.meta.errors import invalid
from sandbox.meta.fields import plain, show
from sandbox.meta.instagram_access import may_publish, need
from sandbox.meta.instagram_containers import DAY_S, missing_container, not_ready, status_of
from sandbox.meta.instagram_records import Account, Container, Medium, Picture

PARAMS = frozenset({"creation_id"})
LIMIT_PARAMS = frozenset({"fields", "since"})
_LETTERS = string.ascii_letters + string.digits + "-_"
_LIMIT = plain("ContentPublishingLimitResponse", "quota_usage", "quota_usage", "config")


def publish(ask: Ask, account: Account) -> dict[str, Any]:
    """Make a finished container public, once."""
    may_publish(ask, account)
    creation_id = ask.text("creation_id")
    if not creation_id:
        raise invalid("The parameter creation_id is required")
    container = ask.state.instagram.containers.get(creation_id)
    if container is None or container.account_id != account.id:
        raise missing_container()
    if container.is_item:
        raise invalid("An item of a carousel is published by its parent.")
    status = status_of(ask, container)
    if status == "PUBLISHED":
        return _again(ask, container)
    if status == "EXPIRED":
        raise missing_container()
    if status != "FINISHED":
        raise not_ready()
    if _used(ask, account, ask.now - DAY_S) >= ask.world.switches.number("meta.ig_quota_total"):
        raise instagram_rules.refused(
            9,
            2207042,
            "Application request limit reached",
            "The account has reached the number of posts it may publish within 24 hours.",
        )
    medium = _medium(ask, account, container)
    container.media_id = medium.id
    ask.state.instagram.save_container(container)
    ask.state.instagram.save_medium(medium)
    return {"id": medium.id}


def publishing_limit(ask: Ask, account: Account) -> dict[str, Any]:
    """Tell how much of the quota is used, within the last day or since a later moment."""
    need(ask, account, "instagram_content_publish")
    since = ask.text("since")
    edge = ask.now - DAY_S
    if since:
        if not since.isdecimal() or not edge <= int(since) <= ask.now:
            raise invalid("Param since must be a Unix time within the last 24 hours.")
        edge = int(since)
    row = {
        "quota_usage": _used(ask, account, edge),
        "config": {"quota_total": ask.world.switches.number("meta.ig_quota_total"), "quota_duration": DAY_S},
    }
    return {"data": [show(ask, _LIMIT, row, ask.fields(_LIMIT))]}


def _used(ask: Ask, account: Account, since: float) -> int:
    """Count what was published by the API, deleted or not: deleting gives nothing back."""
    uses = ask.state.instagram.uses.get(account.id)
    return sum(moment > since for moment in uses.moments) if uses else 0


def _again(ask: Ask, container: Container) -> dict[str, Any]:
    """Answer a second publish of the same container, which makes nothing new whatever the answer is."""
    kind = ask.world.switches.word("meta.ig_second_publish")
    if kind == "same_id":
        return {"id": container.media_id}
    if kind == "9007/2207027":
        raise not_ready()
    raise missing_container()


def _medium(ask: Ask, account: Account, container: Container) -> Medium:
    gallery = ask.state.instagram
    parts = [gallery.containers.get(child_id) for child_id in container.children] or [container]
    pictures = [
        asdict(Picture(ask.state.new_id("179"), part.digest, part.video, str(part.extras.get("alt_text", ""))))
        for part in parts
        if part is not None
    ]
    product = {"REELS": "REELS", "STORIES": "STORY"}.get(container.kind, "FEED")
    shortcode = "".join(secrets.choice(_LETTERS) for _ in range(11))
    medium = Medium(
        ask.state.new_id("179"),
        account.id,
        ask.speaker.app_id,
        ask.now,
        product,  # type: ignore[arg-type]
        shortcode,
        pictures,
        "" if product == "STORY" else container.caption,
        to_feed=bool(container.extras.get("share_to_feed", True)),
        extras=container.extras,
    )
    gallery.note_published(account.id, ask.now)
    return medium
