"""Comments a Page writes under posts."""

from __future__ import annotations

from typing import Any

from sandbox.meta.access import as_page, need_scope, need_write_scope
from sandbox.meta.ask import Ask
from sandbox.meta.content import message
from sandbox.meta.errors import invalid, missing_object
from sandbox.meta.fields import show
from sandbox.meta.media_records import Photo, Video
from sandbox.meta.paging import paged
from sandbox.meta.post_fields import COMMENT
from sandbox.meta.posts import hidden_from, page_of
from sandbox.meta.records import Comment, Post

CREATE_PARAMS = frozenset({"message", "attachment_url", "fields"})


def create(ask: Ask, post: Post) -> dict[str, Any]:
    """Write a comment as the Page."""
    page = page_of(ask, post)
    as_page(ask, page)
    need_write_scope(ask, "pages_manage_engagement", page, "MODERATE")
    text, attachment_url = message(ask), ask.text("attachment_url")
    if not text.strip() and not attachment_url:
        raise invalid("Missing message or attachment")
    comment_id = f"{post.id.partition('_')[2]}_{ask.state.new_id()}"
    comment = Comment(comment_id, post.id, page.id, ask.now, text, attachment_url)
    asked = ask.fields(COMMENT) if ask.text("fields") else None
    answer = {"id": comment.id} if asked is None else show(ask, COMMENT, comment, asked)
    ask.state.save_comment(comment)
    return answer


def on_media(ask: Ask, row: Photo | Video) -> dict[str, Any]:
    """Comment a photo or a video, or list its comments: they are those of its post."""
    post = ask.state.posts.get(row.post_id)
    if post is None:
        raise missing_object(ask.call.method, row.id)
    return create(ask, post) if ask.call.method == "POST" else listed(ask, post)


def listed(ask: Ask, post: Post) -> dict[str, Any]:
    """List the comments under a post, oldest first."""
    if hidden_from(ask, post):
        raise missing_object(ask.call.method, post.id)
    need_scope(ask, "pages_read_user_content", post.page_id)
    asked = ask.fields(COMMENT)
    return paged(
        ask,
        list(enumerate(ask.state.comments_of(post.id))),
        rank=lambda numbered: -numbered[0],
        show=lambda numbered: show(ask, COMMENT, numbered[1], asked),
    )


def read(ask: Ask, comment: Comment) -> dict[str, Any]:
    """Read one comment."""
    post = ask.state.posts_at(comment.post_id)
    if hidden_from(ask, post):
        raise missing_object(ask.call.method, comment.id)
    need_scope(ask, "pages_read_user_content", post.page_id)
    return show(ask, COMMENT, comment, ask.fields(COMMENT))


def delete(ask: Ask, comment: Comment) -> dict[str, Any]:
    """Remove a comment."""
    page = page_of(ask, ask.state.posts_at(comment.post_id))
    as_page(ask, page)
    need_write_scope(ask, "pages_manage_engagement", page, "MODERATE")
    ask.state.remove_comment(comment)
    return {"success": True}
