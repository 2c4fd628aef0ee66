"""`POST /{page}/feed`: a Page says something, now or later."""

from __future__ import annotations

from typing import Any

from sandbox.meta import content, photos
from sandbox.meta.access import as_page, need_write_scope
from sandbox.meta.ask import Ask
from sandbox.meta.errors import invalid
from sandbox.meta.fields import show
from sandbox.meta.post_fields import POST
from sandbox.meta.records import Page, Post

PARAMS = frozenset(
    [
        "message",
        "link",
        "published",
        "scheduled_publish_time",
        "unpublished_content_type",
        "targeting",
        "feed_targeting",
        "place",
        "tags",
        "attached_media",
        "picture",
        "name",
        "description",
        "thumbnail",
        "call_to_action",
        "text_format_preset_id",
        "fields",
    ]
)


def publish(ask: Ask, page: Page) -> dict[str, Any]:
    """Create a post and return its id, or the fields asked for."""
    as_page(ask, page)
    need_write_scope(ask, "pages_manage_posts", page, "CREATE_CONTENT")
    need_write_scope(ask, "pages_read_engagement", page, "CREATE_CONTENT")
    asked = ask.fields(POST) if ask.text("fields") else None
    published = ask.flag("published", default=True)
    text, link = content.message(ask), content.link(ask)
    scheduled_for = content.schedule(ask, published)
    extras = content.extras(ask, bool(link))
    shown = photos.attached(ask, page)
    if not text.strip() and not link and not shown:
        raise invalid("Missing message or attachment")
    if link and shown:
        raise invalid("A post shows either a link or photos.")
    post = content.new_post(ask, page, text, published=published, scheduled_for=scheduled_for, extras=extras)
    post.link, post.media = link, [photo.id for photo in shown]
    if not shown:
        _refuse_duplicate(ask, post)
    answer = {"id": post.id} if asked is None else show(ask, POST, post, asked)
    ask.state.save_post(post)
    photos.use(ask, shown, post.id)
    if not shown:
        ask.state.remember_text(post)
    if published:
        ask.state.announce(post, "add")
    return answer


def _refuse_duplicate(ask: Ask, post: Post) -> None:
    said = ask.state.last_said(post)
    window_s = ask.world.switches.number("meta.duplicate_window_s")
    if said is not None and post.created - said < window_s:
        raise content.duplicate()
