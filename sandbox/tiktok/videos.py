"""`/v2/video/list/` and `/v2/video/query/`: a creator's public videos and their numbers."""

from __future__ import annotations

from itertools import islice
from typing import Any

from sandbox.tiktok.ask import Ask, is_count
from sandbox.tiktok.audience import Audience
from sandbox.tiktok.errors import invalid
from sandbox.tiktok.faces import cover_url
from sandbox.tiktok.presets import SITE_HOST
from sandbox.tiktok.records import Post
from sandbox.tiktok.scopes import LIST
from sandbox.tiktok.showing import path_of

MOST = 20
_PAGE = 10
_LONGEST_TEXT = 150
FIELDS: dict[str, str] = dict.fromkeys(
    (
        "id",
        "create_time",
        "cover_image_url",
        "share_url",
        "video_description",
        "title",
        "duration",
        "height",
        "width",
        "embed_html",
        "embed_link",
        "like_count",
        "comment_count",
        "share_count",
        "view_count",
        "is_aigc",
    ),
    LIST,
)


def listed(ask: Ask) -> dict[str, Any]:
    """List public videos before a moment in milliseconds, newest first."""
    names = ask.fields(FIELDS)
    most, cursor = ask.body.get("max_count", _PAGE), ask.body.get("cursor")
    if not is_count(most) or not 1 <= most <= MOST:
        raise invalid(f"The max_count must be from 1 to {MOST}")
    if cursor is not None and not is_count(cursor):
        raise invalid("The cursor is a UTC time in milliseconds")
    before = (
        post
        for post in ask.state.posts_of(ask.creator.id)
        if _is_told(ask, post) and (not cursor or post.created_ms < cursor)
    )
    found = list(islice(before, most + 1))
    page = found[:most]
    last = page[-1].created_ms if page else int(cursor or ask.now * 1000)
    return _told(ask, page, names, last, more=len(found) > most)


def query(ask: Ask) -> dict[str, Any]:
    """Tell given videos of the creator; ids that are not among the public ones are left out without a word."""
    names = ask.fields(FIELDS)
    filters = ask.block("filters")
    ids = filters.get("video_ids")
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST or not all(isinstance(one, str) for one in ids):
        raise invalid(f"The video_ids are 1 to {MOST} ids as text")
    found = (ask.state.posts.get(one) for one in dict.fromkeys(ids))
    mine = [post for post in found if post and post.creator_id == ask.creator.id and _is_told(ask, post)]
    return _told(ask, mine, names, 0, more=False)


def _is_told(ask: Ask, post: Post) -> bool:
    photos = ask.world.switches.flag("tiktok.list_has_photos")
    return post.is_public(ask.now) and (photos or post.kind == "video")


def _told(ask: Ask, posts: list[Post], names: list[str], cursor: int, more: bool) -> dict[str, Any]:
    shown = [_show(ask, post) for post in posts]
    return {"videos": [{name: one[name] for name in names} for one in shown], "cursor": cursor, "has_more": more}


def _show(ask: Ask, post: Post) -> dict[str, Any]:
    link = ask.call.address.url(SITE_HOST, path_of(ask.creator.username, post))
    embed = ask.call.address.url(SITE_HOST, f"/player/v1/{post.id}")
    return {
        "id": post.id,
        "create_time": post.created_ms // 1000,
        "cover_image_url": cover_url(ask, post),
        "share_url": link,
        "video_description": post.text[:_LONGEST_TEXT],
        "title": post.title[:_LONGEST_TEXT],
        "duration": int(post.duration_s),
        "height": post.height,
        "width": post.width,
        "embed_html": f'<blockquote class="tiktok-embed" cite="{link}"></blockquote>',
        "embed_link": embed,
        "is_aigc": bool(post.settings.get("is_aigc")),
        **Audience(ask.world.switches).counts(post, ask.now),
    }
