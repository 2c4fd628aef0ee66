"""Notes in a job's journal that hold only for what they were made from.

An author may change a post between two tries. A photo or a container made of the earlier words must not go out under the
new ones, so each note carries a mark of what it was made from and counts as missing when that differs.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.types import Attachment, Content, Journal

Note = dict[str, Any]


def mark_of(content: Content, *more: Any) -> str:
    """Return a short mark of everything that a container takes from a post."""
    files = [[attachment.file.id, attachment.alt_text] for attachment in content.media]
    return _mark([content.text, files, dict(content.settings), *more])


def mark_of_file(attachment: Attachment, *more: Any) -> str:
    """Return a short mark of one file and what is said about it."""
    return _mark([attachment.file.id, attachment.alt_text, *more])


def recall(journal: Journal, key: str, mark: str) -> Note | None:
    """Return what was noted under this key if it was made from the same."""
    noted = journal.recall(key)
    return noted if isinstance(noted, dict) and noted.get("of") == mark else None


def last(journal: Journal, key: str) -> Note | None:
    """Return what was noted last under this key, whatever it was made from: what was sent is looked for as it was sent."""
    noted = journal.recall(key)
    return noted if isinstance(noted, dict) and noted else None


def keep(journal: Journal, key: str, mark: str, known: Mapping[str, Any]) -> Note:
    """Note something with its mark, and the moment of its first note."""
    noted: Note = {"at": journal.started_at.isoformat(), **known, "of": mark}
    journal.note(key, noted)
    return noted


def forget(journal: Journal, key: str) -> None:
    """Strike a note out: what it speaks of is of no use any more."""
    journal.note(key, {})


def age(journal: Journal, note: Mapping[str, Any]) -> timedelta:
    """Return how long ago something was first noted, as of this attempt."""
    return max(timedelta(), journal.started_at - made_at(note))


def made_at(note: Mapping[str, Any]) -> datetime:
    """Return when something was first noted."""
    return datetime.fromisoformat(str(note["at"])).astimezone(UTC)


def _mark(parts: list[Any]) -> str:
    told = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(told.encode()).hexdigest()[:16]
