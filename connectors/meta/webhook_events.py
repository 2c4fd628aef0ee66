"""What a delivery of Meta's tells, one event each, in words that are the same for all platforms.

Source: https://developers.facebook.com/docs/graph-api/webhooks/reference, read 2026-11-21. The keys of Page events are from memory, so
nothing here relies on one being there, and words we do not know stay ``UNKNOWN`` with all they came with. Meta delivers
again and out of order: equal events get equal keys.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from connectors.meta.graph import read_time
from connectors.types import EventKind, WebhookEvent

Told = Mapping[str, Any]
_POST_ITEMS: Final = frozenset({"post", "status", "photo", "video", "link", "album", "share", "story", "reel"})
_VERBS: Final = {
    "add": EventKind.POST_CREATED,
    "edited": EventKind.POST_CHANGED,
    "edit": EventKind.POST_CHANGED,
    "hide": EventKind.POST_CHANGED,
    "unhide": EventKind.POST_CHANGED,
    "remove": EventKind.POST_REMOVED,
}
#: Fields that mean one thing, whichever object they come with.
_FIELDS: Final = {
    "mention": EventKind.MENTION,
    "mentions": EventKind.MENTION,
    "comments": EventKind.COMMENT,
    "live_comments": EventKind.COMMENT,
    "story_insights": EventKind.INSIGHTS,
    "messages": EventKind.MESSAGE,
}


def events_in(told: Any) -> list[WebhookEvent]:
    """Return every event of a delivery, in its order."""
    entries = told.get("entry") if isinstance(told, dict) else None
    found = []
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            found += list(_events_of(entry))
    return found


def _events_of(entry: Told) -> Iterator[WebhookEvent]:
    for change in _objects(entry.get("changes")):
        yield _change(entry, change)
    for name in ("messaging", "standby"):
        for message in _objects(entry.get(name)):
            yield _message(entry, message)


def _change(entry: Told, change: Told) -> WebhookEvent:
    value, field = _object(change.get("value")), _word(change.get("field"))
    kind = _feed_kind(entry, value) if field == "feed" else _FIELDS.get(field, EventKind.UNKNOWN)
    return WebhookEvent(
        key=_key(entry, change, kind),
        kind=kind,
        external_id=_id(entry.get("id")),
        post_id=_id(value.get("post_id") or value.get("media_id") or _object(value.get("media")).get("id")),
        happened_at=read_time(value.get("created_time")) or _moment(entry.get("time")),
        raw=dict(change),
    )


def _message(entry: Told, message: Told) -> WebhookEvent:
    mid = _object(message.get("message")).get("mid")
    return WebhookEvent(
        key=f"message:{mid}"[:200] if mid else _digest(entry, message),
        kind=EventKind.MESSAGE if "message" in message else EventKind.UNKNOWN,
        external_id=_id(entry.get("id")),
        happened_at=_moment(message.get("timestamp")) or _moment(entry.get("time")),
        raw=dict(message),
    )


def _feed_kind(entry: Told, value: Told) -> EventKind:
    item, verb = _word(value.get("item")), _word(value.get("verb"))
    if item == "comment":
        return EventKind.COMMENT
    if item in {"reaction", "like"}:
        return EventKind.REACTION
    author = _id(_object(value.get("from")).get("id"))
    if item == "share" and author and author != _id(entry.get("id")):
        return EventKind.SHARE
    return _VERBS.get(verb, EventKind.UNKNOWN) if item in _POST_ITEMS else EventKind.UNKNOWN


def _key(entry: Told, change: Told, kind: EventKind) -> str:
    """Return what stays the same however often Meta tells it: id, verb and time; else a digest of the event."""
    value = _object(change.get("value"))
    subject = _id(value.get("comment_id") or value.get("id") or value.get("post_id"))
    lasting = {EventKind.POST_CREATED, EventKind.POST_CHANGED, EventKind.POST_REMOVED, EventKind.COMMENT}
    if kind not in lasting or not subject:
        return _digest(entry, change)
    verb = _word(value.get("verb")) or "add"
    return f"{_word(change.get('field'))}:{subject}:{verb}:{_id(entry.get('time'))}"[:200]


def _digest(entry: Told, event: Told) -> str:
    told = json.dumps([entry.get("id"), entry.get("time"), event], sort_keys=True, default=str)
    return f"sha256:{hashlib.sha256(told.encode()).hexdigest()}"


def _moment(value: Any) -> datetime | None:
    """Read Unix seconds, or the milliseconds that messages carry."""
    if isinstance(value, int) and not isinstance(value, bool) and value > 10**11:
        return read_time(value // 1000)
    moment = read_time(value)
    return moment.astimezone(UTC) if moment else None


def _objects(value: Any) -> list[Told]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _object(value: Any) -> Told:
    return value if isinstance(value, dict) else {}


def _id(value: Any) -> str:
    known = isinstance(value, str | int) and not isinstance(value, bool)
    return str(value)[:100] if known else ""


def _word(value: Any) -> str:
    return value if isinstance(value, str) else ""
