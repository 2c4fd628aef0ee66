"""`/rest/socialActions/{post}/comments`: what members and pages write under posts. Comments are plain text."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Response

from sandbox.linkedin import fields
from sandbox.linkedin.access import POSTING_ROLES, may_read_posts_of, roles_on
from sandbox.linkedin.ask import Ask
from sandbox.linkedin.errors import bad_input, gone, no_permission, not_yours, unpermitted
from sandbox.linkedin.records import Comment, Organization, Post
from sandbox.linkedin.responses import as_json

TEXT_MOST = 1250
RESOURCE = "partnerApiSocialActions"
WRITE_SCOPES = ("w_member_social", "w_organization_social", "w_member_social_feed", "w_organization_social_feed")
_PARTNER_PRODUCTS = ("advertising", "community")
READ_SCOPES = ("r_member_social", "r_organization_social", "r_member_social_feed", "r_organization_social_feed")
_SCHEMA: dict[str, Any] = {
    "actor": None,
    "object": None,
    "message": {"text": None, "attributes": [None]},
    "parentComment": None,
    "content": [None],
}


def create(ask: Ask) -> Response:
    """Write a comment as the member or as a page."""
    if not (_plain_scopes_suffice(ask) or ask.has("w_member_social_feed", "w_organization_social_feed")):
        raise no_permission(RESOURCE, "CREATE", ask.version)
    body = ask.body
    actor = fields.text(body, "actor", needed=True)
    if not _may_comment_as(ask, actor):
        raise unpermitted("/actor")
    fields.refuse_unpermitted(body, _SCHEMA)
    post = post_at(ask)
    named = fields.text(body, "object")
    if named and ask.state.resolve(named) is not post:
        raise bad_input("INVALID_URN_ID", "/object is another post than the path.", "/object")
    text = fields.text(fields.record(body, "message"), "text", "message", most=TEXT_MOST, needed=True)
    if not text.strip():
        raise bad_input("INVALID_VALUE_BLANK_FIELD", "/message/text must not be blank.", "/message/text")
    parent = fields.text(body, "parentComment")
    if parent and parent not in {comment.urn for comment in ask.state.comments_of(post.urn)}:
        raise bad_input("INVALID_URN_ID", "/parentComment does not exist.", "/parentComment")
    comment = add(ask, post, actor, text, parent)
    return as_json(show(comment), 201, {"x-restli-id": comment.id})


def add(ask: Ask, post: Post, actor: str, text: str, parent: str = "") -> Comment:
    """Put a comment under a post."""
    number = ask.state.new_number(ask.now_ms)
    return ask.state.save_comment(Comment(number, post.urn, post.activity, actor, text, ask.now_ms, parent))


def listed(ask: Ask) -> dict[str, Any]:
    """List a post's comments, oldest first. A post without any answers as if there were nothing."""
    post = post_at(ask)
    if not _may_read(ask, post):
        raise no_permission(RESOURCE, "GET_ALL", ask.version)
    comments = ask.state.comments_of(post.urn)
    if not comments:
        raise gone(f"comments of {ask.key}")
    start, count = ask.window()
    return {
        "paging": ask.paging(start, count, more=len(comments) > start + count) | {"total": len(comments)},
        "elements": [show(comment) for comment in comments[start : start + count]],
    }


def read(ask: Ask) -> dict[str, Any]:
    """Read one comment."""
    comment = _comment_at(ask)
    if not _may_read(ask, post_at(ask)):
        raise no_permission(RESOURCE, "GET", ask.version)
    return show(comment)


def delete(ask: Ask) -> Response:
    """Remove a comment, by who wrote it or by the author of the post."""
    comment = _comment_at(ask)
    if not (_may_comment_as(ask, comment.actor) or _may_comment_as(ask, post_at(ask).author)):
        raise not_yours(comment.urn)
    ask.state.remove_comment(comment)
    return Response(status=204)


def show(comment: Comment) -> dict[str, Any]:
    """Tell a comment as the API does."""
    shown: dict[str, Any] = {
        "id": comment.id,
        "commentUrn": comment.urn,
        "$URN": comment.urn,
        "actor": comment.actor,
        "object": f"urn:li:activity:{comment.activity}",
        "message": {"text": comment.text, "attributes": []},
        "created": {"actor": comment.actor, "time": comment.created_ms},
        "lastModified": {"actor": comment.actor, "time": comment.created_ms},
    }
    if comment.parent:
        shown["parentComment"] = comment.parent
    return shown


def post_at(ask: Ask) -> Post:
    """Return the post a social path names, by any of its URNs."""
    post = ask.state.resolve(ask.key)
    if post is None:
        raise gone(ask.key)
    return post


def _comment_at(ask: Ask) -> Comment:
    comment = ask.state.comments.get(ask.subkey)
    if comment is None or comment.post_urn != post_at(ask).urn:
        raise gone(ask.subkey)
    return comment


def _may_comment_as(ask: Ask, actor: str) -> bool:
    plain = _plain_scopes_suffice(ask)
    page = ask.state.author(actor)
    if isinstance(page, Organization):
        allowed = ask.has("w_organization_social_feed") or (plain and ask.has("w_organization_social"))
        return allowed and bool(roles_on(ask.state, ask.member.id, page.id).intersection(POSTING_ROLES))
    allowed = ask.has("w_member_social_feed") or (plain and ask.has("w_member_social"))
    return allowed and actor == ask.member.urn


def _plain_scopes_suffice(ask: Ask) -> bool:
    """Say whether the scopes for posting are enough for comments: in apps with a partner product, as it seems."""
    rule = ask.world.switches.word("linkedin.comments")
    partner = any(product in ask.app.products for product in _PARTNER_PRODUCTS)
    return rule == "anybody" or (rule == "partners" and partner)


def _may_read(ask: Ask, post: Post) -> bool:
    if may_read_posts_of(ask, post.author):
        return True
    page = ask.state.author(post.author)
    if isinstance(page, Organization):
        return ask.has("r_organization_social_feed") and bool(roles_on(ask.state, ask.member.id, page.id))
    return ask.has("r_member_social_feed") and post.author == ask.member.urn
