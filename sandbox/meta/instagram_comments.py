"""Comments on Instagram: written, answered, hidden, removed."""

from __future__ import annotations

from typing import Any

from sandbox.meta.ask import Ask, graph_time
from sandbox.meta.errors import invalid, no_permission
from sandbox.meta.fields import Edge, Field, NodeType, plain, show
from sandbox.meta.instagram_access import account_of, need
from sandbox.meta.instagram_records import Account, InstagramComment, Medium
from sandbox.meta.paging import newest_first

CREATE_PARAMS = frozenset({"message"})
EDIT_PARAMS = frozenset({"hide"})
_LONGEST = 2_200
_SCOPE = "instagram_manage_comments"


def create(ask: Ask, medium: Medium) -> dict[str, Any]:
    """Write a comment as the account."""
    owner = _enter(ask, medium)
    if not medium.comments_enabled:
        raise no_permission("Comments are turned off for this media.")
    return _write(ask, owner, medium.id, "")


def reply(ask: Ask, comment: InstagramComment) -> dict[str, Any]:
    """Answer a comment; an answer to an answer joins the same thread."""
    return _write(ask, _enter(ask, comment), comment.medium_id, comment.parent_id or comment.id)


def listed(ask: Ask, medium: Medium) -> dict[str, Any]:
    """List the comments under a medium, newest first, without the answers."""
    _enter(ask, medium)
    return _shown(ask, [one for one in ask.state.instagram.comments_of(medium.id) if not one.parent_id])


def replies(ask: Ask, comment: InstagramComment) -> dict[str, Any]:
    """List the answers to a comment."""
    _enter(ask, comment)
    return _shown(ask, _answers(ask, comment))


def read(ask: Ask, comment: InstagramComment) -> dict[str, Any]:
    """Read one comment."""
    _enter(ask, comment)
    return show(ask, COMMENT, comment, ask.fields(COMMENT))


def edit(ask: Ask, comment: InstagramComment) -> dict[str, Any]:
    """Hide a comment or show it again."""
    _enter(ask, comment)
    if "hide" not in ask.call.params:
        raise invalid("The parameter hide is required")
    comment.hidden = ask.flag("hide", default=True)
    ask.state.instagram.comments.put(comment.id, comment)
    return {"success": True}


def delete(ask: Ask, comment: InstagramComment) -> dict[str, Any]:
    """Remove a comment with its answers."""
    _enter(ask, comment)
    ask.state.instagram.remove_comment(comment)
    return {"success": True}


def _enter(ask: Ask, row: Medium | InstagramComment) -> Account:
    owner = account_of(ask, row)
    need(ask, owner, _SCOPE)
    return owner


def _write(ask: Ask, owner: Account, medium_id: str, parent_id: str) -> dict[str, Any]:
    text = ask.text("message")
    if not text.strip():
        raise invalid("The parameter message is required")
    if len(text) > _LONGEST:
        raise invalid(f"Param message must be at most {_LONGEST} characters long.")
    comment = InstagramComment(
        ask.state.new_id("178"), medium_id, owner.id, ask.now, text, owner.username, owner.id, parent_id
    )
    ask.state.instagram.save_comment(comment)
    return {"id": comment.id}


def _answers(ask: Ask, comment: InstagramComment) -> list[InstagramComment]:
    return [one for one in ask.state.instagram.comments_of(comment.medium_id) if one.parent_id == comment.id]


def _shown(ask: Ask, rows: list[InstagramComment]) -> dict[str, Any]:
    asked = ask.fields(COMMENT)
    return newest_first(ask, rows[::-1], lambda comment: show(ask, COMMENT, comment, asked))


def _medium(ask: Ask, comment: InstagramComment, _field: Field) -> dict[str, str]:
    medium = ask.state.instagram.media.get(comment.medium_id)
    return {"id": comment.medium_id, "media_product_type": medium.product if medium else "FEED"}


_READERS = {
    "id": lambda _ask, comment, _field: comment.id,
    "text": lambda _ask, comment, _field: comment.text,
    "timestamp": lambda _ask, comment, _field: graph_time(comment.created),
    "username": lambda _ask, comment, _field: comment.username,
    "from": lambda _ask, comment, _field: {"id": comment.author_id, "username": comment.username},
    "hidden": lambda _ask, comment, _field: comment.hidden,
    "like_count": lambda _ask, _comment, _field: 0,
    "media": _medium,
    "parent_id": lambda _ask, comment, _field: comment.parent_id or None,
    "user": lambda _ask, comment, _field: {"id": comment.account_id},
}
_NESTED = {
    "from": plain("IGCommentFromUser", "id,username", "id", "username"),
    "media": plain("IGMedia", "id,media_product_type", "id", "media_product_type"),
    "user": plain("IGUser", "id", "id"),
}
COMMENT = NodeType(
    "IGComment",
    "timestamp,text,id",
    {**_READERS, "replies": lambda ask, comment, _field: Edge(_answers(ask, comment))},
    {**_NESTED, "replies": NodeType("IGComment", "timestamp,text,id", _READERS, _NESTED)},
)
