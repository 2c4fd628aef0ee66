"""Reactions and comment counts: `/rest/socialMetadata` and its elder `/rest/socialActions`."""

from __future__ import annotations

from typing import Any

from sandbox.linkedin import restli
from sandbox.linkedin.access import may_read_posts_of
from sandbox.linkedin.ask import Ask
from sandbox.linkedin.audience import Audience
from sandbox.linkedin.comments import post_at
from sandbox.linkedin.errors import Refusal, gone, no_permission
from sandbox.linkedin.records import Post


def metadata(ask: Ask) -> dict[str, Any]:
    """Tell one post's reactions and comments."""
    post = post_at(ask)
    if not may_read_posts_of(ask, post.author):
        raise no_permission("socialMetadata", "GET", ask.version)
    return _metadata(ask, post)


def metadata_batch(ask: Ask) -> dict[str, Any]:
    """Tell several posts' reactions and comments."""
    results: dict[str, Any] = {}
    statuses: dict[str, int] = {}
    errors: dict[str, Any] = {}
    for urn in restli.list_of(ask.query, "ids"):
        post = ask.state.resolve(urn)
        refusal: Refusal | None = gone(urn) if post is None else None
        if post is not None and not may_read_posts_of(ask, post.author):
            refusal = no_permission("socialMetadata", "BATCH_GET", ask.version)
        if refusal is None and post is not None:
            results[urn], statuses[urn] = _metadata(ask, post), 200
        elif refusal is not None:
            statuses[urn], errors[urn] = refusal.status, refusal.body()
    return {"results": results, "statuses": statuses, "errors": errors}


def actions(ask: Ask) -> dict[str, Any]:
    """Tell one post's likes and comments in the elder shape."""
    post = post_at(ask)
    if not may_read_posts_of(ask, post.author):
        raise no_permission("socialActions", "GET", ask.version)
    likes = Audience(ask.state, ask.world.switches).counts(post, ask.now_ms)["likes"]
    comments = ask.state.comments_of(post.urn)
    return {
        "target": ask.key,
        "likesSummary": {"totalLikes": likes, "aggregatedTotalLikes": likes, "likedByCurrentUser": False},
        "commentsSummary": {
            "totalFirstLevelComments": sum(not comment.parent for comment in comments),
            "aggregatedTotalComments": len(comments),
        },
    }


def _metadata(ask: Ask, post: Post) -> dict[str, Any]:
    likes = Audience(ask.state, ask.world.switches).counts(post, ask.now_ms)["likes"]
    comments = ask.state.comments_of(post.urn)
    return {
        "entity": f"urn:li:activity:{post.activity}",
        "commentsState": "OPEN",
        "commentSummary": {"count": len(comments), "topLevelCount": sum(not comment.parent for comment in comments)},
        "reactionSummaries": {"LIKE": {"reactionType": "LIKE", "count": likes}} if likes else {},
    }
