"""Comments on our own posts, and taking posts away: the same calls on Facebook and Instagram, a few words differ.

Source: https://developers.facebook.com/docs/graph-api/reference/object/comments and
https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-media/comments, read 2026-11-21.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from connectors.meta.asset import Asset, id_in
from connectors.meta.graph import read_time
from connectors.meta.words import plain
from connectors.types import Journal, NotThere, Published

#: Clocks differ, as with posts.
CLOCK_SLACK: Final = timedelta(minutes=2)


def comment(place: Asset, text: str, journal: Journal, *, parent: str, instagram: bool) -> Published:
    """Comment on a post, announced before it is sent."""
    operation = "comment_media" if instagram else "comment"
    journal.announce("comment")
    answer = place.post(f"{parent}/comments", {"message": text}, operation=operation, last_moment=journal.last_moment)
    return Published(id_in(answer, "id", operation=operation, what="comment"))


def find_comment(
    place: Asset,
    text: str,
    journal: Journal,
    *,
    parent: str,
    instagram: bool,
    now: datetime,
    settled_after: timedelta,
) -> Published | NotThere:
    """Look for our comment below a post: our words, our account, not older than our announcement."""
    since = journal.started_at - CLOCK_SLACK
    found = [
        item
        for item in _listed(place, parent, instagram=instagram)
        if _is_ours(item, place.id, text, since) and not journal.belongs_to_other_job(str(item["id"]))
    ]
    if found:
        oldest = min(found, key=lambda item: str(item.get("created_time") or item.get("timestamp") or ""))
        return Published(str(oldest["id"]))
    return NotThere(final=now - journal.started_at >= settled_after)


def _listed(place: Asset, parent: str, *, instagram: bool) -> list[dict[str, Any]]:
    if instagram:
        query = {"fields": "id,text,timestamp", "limit": "50"}
        return list(place.list(f"{parent}/comments", operation="list_media_comments", query=query))
    query = {"fields": "id,message,created_time,from{id}", "limit": "100"}
    return list(place.list(f"{parent}/comments", operation="list_comments", query=query))


def _is_ours(item: dict[str, Any], own_id: str, text: str, since: datetime) -> bool:
    created = read_time(item.get("created_time") or item.get("timestamp"))
    if not item.get("id") or created is None or created < since:
        return False
    author = item.get("from")
    # Instagram names people by ids of another kind, and Facebook leaves them out where a scope is missing: then the words
    # and the time must do.
    if isinstance(author, dict) and author.get("id") and str(author["id"]) != own_id:
        return False
    return plain(str(item.get("message") or item.get("text") or "")) == plain(text)
