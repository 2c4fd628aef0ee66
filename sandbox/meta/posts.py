"""Reading, listing, editing and deleting posts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from sandbox.meta import content
from sandbox.meta.access import as_page, may_see_page, need_scope, need_write_scope
from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, invalid, missing_object, no_permission
from sandbox.meta.fields import show
from sandbox.meta.media_records import Photo, Video
from sandbox.meta.pages import LIST_PARAMS
from sandbox.meta.paging import paged
from sandbox.meta.post_fields import POST
from sandbox.meta.records import Page, Post

LISTING_PARAMS = LIST_PARAMS | {"since", "until"}
EDIT_PARAMS = frozenset({"message", "is_published", "scheduled_publish_time"})


def published_posts(ask: Ask, page: Page) -> dict[str, Any]:
    """List what a Page has published, newest first."""
    return _listed(ask, page, lambda post: post.published)


def feed(ask: Ask, page: Page) -> dict[str, Any]:
    """List a Page's feed; a switch says whether unpublished posts stand in it."""
    need_scope(ask, "pages_read_user_content", page.id)
    everything = ask.world.switches.flag("meta.feed_shows_unpublished")
    return _listed(ask, page, lambda post: post.published or everything)


def scheduled_posts(ask: Ask, page: Page) -> dict[str, Any]:
    """List what waits for its time."""
    return _listed(ask, page, lambda post: not post.published and post.scheduled_for is not None)


def read(ask: Ask, post: Post) -> dict[str, Any]:
    """Read one post, with the Page's token or that of a person who has the Page."""
    _enter(ask, post)
    return show(ask, POST, post, ask.fields(POST))


def edit(ask: Ask, post: Post) -> dict[str, Any]:
    """Change a post's text, reschedule it, or publish it early; only for the app that made it."""
    _enter_to_write(ask, post)
    if post.app_id != ask.speaker.app_id:
        raise no_permission("The post was not created by this application.")
    if not any(name in ask.call.params for name in EDIT_PARAMS):
        raise invalid("Nothing to change: give message, is_published or scheduled_publish_time.")
    text = content.message(ask) if "message" in ask.call.params else post.message
    if not text.strip() and not post.link and not post.media:
        raise invalid("Missing message or attachment")
    at = content.schedule(ask, post.published)
    publish_now = ask.flag("is_published", default=False)
    if post.published and "is_published" in ask.call.params and not publish_now:
        raise invalid("A published post cannot be unpublished.")
    ask.state.forget_text(post)
    post.message, post.updated = text, ask.now
    ask.state.remember_text(post)
    if at is not None:
        post.scheduled_for = at
    if publish_now and not post.published:
        ask.state.publish(post, ask.now)
    else:
        ask.state.posts.put(post.id, post)
        if post.published:
            ask.state.announce(post, "edited")
    return {"success": True}


def delete(ask: Ask, post: Post) -> dict[str, Any]:
    """Remove a post for good."""
    _enter_to_write(ask, post)
    ask.state.remove_post(post)
    ask.state.announce(post, "remove")
    return {"success": True}


def page_of(ask: Ask, post: Post) -> Page:
    """Return the Page a post stands on."""
    page = ask.state.pages.get(post.page_id)
    if page is None:
        raise missing_object(ask.call.method, post.id)
    return page


def hidden_from(ask: Ask, post: Post) -> bool:
    """Say whether the token behind a call may not know of a post."""
    return not may_see_page(ask, page_of(ask, post))


def page_of_row(ask: Ask, row: Photo | Video) -> Page:
    """Return the Page that media belongs to."""
    page = ask.state.pages.get(row.page_id)
    if page is None:
        raise missing_object(ask.call.method, row.id)
    return page


def sees_page_of(ask: Ask, row: Photo | Video) -> bool:
    """Say whether the token behind a call may know of media."""
    return may_see_page(ask, page_of_row(ask, row))


def _enter(ask: Ask, post: Post) -> None:
    if hidden_from(ask, post):
        raise missing_object(ask.call.method, post.id)
    need_scope(ask, "pages_read_engagement", post.page_id)


def _enter_to_write(ask: Ask, post: Post) -> None:
    page = page_of(ask, post)
    as_page(ask, page)
    need_write_scope(ask, "pages_manage_posts", page, "CREATE_CONTENT")


def _listed(ask: Ask, page: Page, wanted: Callable[[Post], bool]) -> dict[str, Any]:
    as_page(ask, page)
    need_scope(ask, "pages_read_engagement", page.id)
    since, until = _edge(ask, "since"), _edge(ask, "until")
    seen_until = ask.world.clock.now() - ask.world.switches.number("meta.list_lag_s")

    def rows() -> Iterator[Post]:
        for post in ask.state.posts_of(page.id):
            if not wanted(post) or post.listed_from > seen_until:
                continue
            if (since is None or post.created >= since) and (until is None or post.created <= until):
                yield post

    asked = ask.fields(POST)
    return paged(ask, rows(), rank=lambda post: post.seq, show=lambda post: show(ask, POST, post, asked))


def _edge(ask: Ask, name: str) -> int | None:
    text = ask.text(name)
    if not text:
        return None
    try:
        return content.moment(text, ask.now)
    except GraphError:
        raise invalid(f"Param {name} must be a Unix time or a date.") from None
