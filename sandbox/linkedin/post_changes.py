"""Changing and deleting posts."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from sandbox.linkedin import fields
from sandbox.linkedin.access import may_write_as
from sandbox.linkedin.ask import Ask
from sandbox.linkedin.errors import bad_input, bad_query, gone, invalid, not_yours, unpermitted
from sandbox.linkedin.post_reading import check_urn
from sandbox.linkedin.posts import LABELS, read_commentary
from sandbox.linkedin.records import Post

UPDATABLE = ("commentary", *LABELS, "lifecycleState", "reshareContext", "adContext")


def update(ask: Ask) -> Response:
    """Change a post in part; the header that says so is required."""
    if ask.call.request.headers.get("X-RestLi-Method", "").upper() != "PARTIAL_UPDATE":
        raise bad_query("A POST to an existing post needs the header X-RestLi-Method: PARTIAL_UPDATE.")
    check_urn(ask.key)
    post = ask.state.posts.get(ask.key)
    if post is None:
        raise gone(ask.key)
    if not may_write_as(ask, post.author, dark=True):
        raise not_yours(ask.key)
    changes = _changes(ask)
    fixed = [f"/patch/$set/{name}" for name, value in changes.items() if name not in UPDATABLE or value is None]
    if fixed:
        raise unpermitted(*fixed)
    _apply(ask, post, changes)
    return Response(status=204)


def delete(ask: Ask) -> Response:
    """Take a post away; doing it again is no error."""
    check_urn(ask.key)
    post = ask.state.posts.get(ask.key)
    known = post or ask.state.buried.get(ask.key)
    if known is None:
        raise gone(ask.key)
    if not may_write_as(ask, known.author, dark=True):
        raise not_yours(ask.key)
    if post is not None:
        ask.state.bury(post)
    return Response(status=204)


def _changes(ask: Ask) -> dict[str, Any]:
    body = ask.body
    fields.refuse_unpermitted(dict.fromkeys(body, 0), {"patch": None})
    patch = fields.record(body, "patch")
    fields.refuse_unpermitted(dict.fromkeys(patch, 0), {"$set": None})
    changes = fields.record(patch, "$set", "patch")
    if not changes:
        raise invalid("/patch/$set", "nothing to change.")
    return changes


def _apply(ask: Ask, post: Post, changes: dict[str, Any]) -> None:
    where = "patch/$set"
    if changes.get("lifecycleState", "PUBLISHED") != "PUBLISHED":
        raise invalid(f"/{where}/lifecycleState", "a published post stays published.")
    if "commentary" in changes:
        commentary = fields.text(changes, "commentary", where)
        if not commentary.strip() and not post.content and not post.reshare_of:
            raise bad_input("INVALID_VALUE_BLANK_FIELD", "/commentary must not be blank without content.")
        text = read_commentary(ask, commentary)
        post.commentary, post.text, post.truncated = text.canonical, text.visible, text.truncated
    post.extras |= {name: changes[name] for name in (*LABELS, "adContext") if name in changes}
    post.edited, post.modified_ms = True, ask.now_ms
    ask.state.save_post(post)
