"""Reading posts: one, several, or an author's latest."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nlargest
from itertools import islice
from typing import Any

from sandbox.linkedin import restli
from sandbox.linkedin.access import may_read_posts_of
from sandbox.linkedin.ask import Ask
from sandbox.linkedin.errors import bad_input, bad_query, gone, no_permission
from sandbox.linkedin.records import Post

RESOURCE = "partnerApiPostsExternal"


def read(ask: Ask) -> dict[str, Any]:
    """Read one post."""
    check_urn(ask.key)
    post = ask.state.posts.get(ask.key)
    if post is None:
        raise gone(ask.key)
    if not may_read_posts_of(ask, post.author):
        raise no_permission(RESOURCE, "GET", ask.version)
    return show(ask, post)


def batch(ask: Ask) -> dict[str, Any]:
    """Read several posts; each has a status of its own."""
    results: dict[str, Any] = {}
    statuses: dict[str, int] = {}
    errors: dict[str, Any] = {}
    for urn in restli.list_of(ask.query, "ids"):
        check_urn(urn)
        post = ask.state.posts.get(urn)
        if post is not None and may_read_posts_of(ask, post.author):
            results[urn], statuses[urn] = show(ask, post), 200
        else:
            refusal = gone(urn) if post is None else no_permission(RESOURCE, "BATCH_GET", ask.version)
            statuses[urn], errors[urn] = refusal.status, refusal.body()
    return {"results": results, "statuses": statuses, "errors": errors}


def find(ask: Ask) -> dict[str, Any]:
    """Find an author's posts, latest first; how many there are is not told."""
    if ask.need("q") != "author":
        raise bad_query(f"There is no finder {ask.text('q')}.")
    author = ask.need("author")
    start, count = ask.window()
    order = ask.text("sortBy", "LAST_MODIFIED")
    if order not in ("LAST_MODIFIED", "CREATED"):
        raise bad_query(f"Parameter 'sortBy' is invalid: {order}.")
    if not may_read_posts_of(ask, author):
        raise no_permission(RESOURCE, "FINDER-author", ask.version)
    wanted = start + count + 1
    posts = _settled(ask, author)
    found = list(islice(posts, wanted)) if order == "CREATED" else nlargest(wanted, posts, key=_modified)
    return {
        "paging": ask.paging(start, count, more=len(found) == wanted),
        "elements": [show(ask, post) for post in found[start : start + count]],
    }


def show(ask: Ask, post: Post) -> dict[str, Any]:
    """Tell a post as the API does."""
    if ask.text("viewContext", "READER") not in ("READER", "AUTHOR"):
        raise bad_query("Parameter 'viewContext' is READER or AUTHOR.")
    info: dict[str, Any] = {"isEditedByAuthor": post.edited}
    if ask.text("viewContext") == "AUTHOR":
        info["contentStatus"] = "AVAILABLE"
    shown: dict[str, Any] = {
        "id": post.urn,
        "author": post.author,
        "commentary": post.commentary,
        "visibility": post.visibility,
        "distribution": post.distribution,
        "lifecycleState": "PUBLISHED",
        "lifecycleStateInfo": info,
        "createdAt": post.created_ms,
        "publishedAt": post.created_ms,
        "lastModifiedAt": post.modified_ms,
        "isReshareDisabledByAuthor": post.reshare_disabled,
        **post.extras,
    }
    if post.content:
        shown["content"] = post.content
    if post.reshare_of:
        shown["reshareContext"] = {"parent": post.reshare_of}
    return shown


def check_urn(urn: str) -> None:
    """Refuse what is no URN of a post."""
    kind, _, number = urn.rpartition(":")
    if kind not in ("urn:li:share", "urn:li:ugcPost"):
        raise bad_input("INVALID_URN_TYPE", f"{urn} is neither a share nor a ugcPost.")
    if not number.isdecimal():
        raise bad_input("INVALID_URN_ID", f"{urn} has no number.")


def _modified(post: Post) -> tuple[int, int]:
    return post.modified_ms, post.seq


def _settled(ask: Ask, author: str) -> Iterator[Post]:
    """Yield what the finder knows of already."""
    until = ask.now_ms - ask.world.switches.number("linkedin.finder_lag_s") * 1000
    return (post for post in ask.state.posts_of(author) if post.created_ms <= until)
