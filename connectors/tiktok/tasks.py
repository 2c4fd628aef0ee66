"""What a job remembers of its upload: TikTok's id of it, how far the bytes have come, and the locked address for them.

TikTok has no idempotency key and no list of uploads, so whatever it names is written down before the next call. The
address for the bytes is as good as a key: it stands in the journal locked, in one note with the id it belongs to.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from connectors.types import Facts, Journal, Safe
from foundation.secret import Secret

#: Shown to people; by this name ``look_after`` finds it as well.
TASK: Final = "upload"
_ADDRESS: Final = "_upload_address"
_ARRIVED: Final = "arrived"
_GIVEN_UP: Final = "given_up"
_ROUNDS: Final = "rounds"
_MISSES: Final = "misses"


class Stage(StrEnum):
    """How far an upload has come."""

    SENDING = "sending"
    #: The last bytes have been announced: from here on TikTok may publish.
    CLOSING = "closing"
    #: TikTok has everything.
    WORKING = "working"


@dataclass(frozen=True, slots=True)
class Task:
    """One upload at TikTok, or one order to fetch."""

    publish_id: str
    #: Of which content, see ``posts.mark_of``.
    of: str
    stage: Stage
    #: When it was begun, and since when TikTok has everything.
    begun: datetime
    #: How long the video is; 0 where TikTok fetches the files.
    size: int = 0
    photos: bool = False
    draft: bool = False
    username: str = ""
    privacy: str = ""
    chunk_size: int = 0
    complete_since: datetime | None = None


def living_task(journal: Journal) -> Task | None:
    """Return the upload that may still become a post; None when another one is to be begun."""
    task = last_task(journal)
    return None if task is None or journal.recall(_GIVEN_UP) == task.publish_id else task


def last_task(journal: Journal) -> Task | None:
    """Return the newest upload, even one that was given up."""
    return read_task(journal.recall(TASK))


def read_task(noted: Any) -> Task | None:
    """Read a noted upload; None for no note, or one that was struck out."""
    if not isinstance(noted, Mapping) or not noted.get("publish_id"):
        return None
    told = dict(noted)
    since = told.get("complete_since")
    return Task(
        **{
            **told,
            "stage": Stage(told["stage"]),
            "begun": _moment(told["begun"]),
            "complete_since": _moment(since) if since else None,
        }
    )


def task_in(journal: Facts) -> Task | None:
    """Return the upload that a published post came from."""
    return read_task(journal.get(TASK))


def keep(journal: Journal, task: Task) -> Task:
    """Write an upload down."""
    noted = asdict(task)
    noted["begun"] = task.begun.isoformat()
    noted["complete_since"] = task.complete_since.isoformat() if task.complete_since else None
    journal.note(TASK, noted)
    return task


def moved(journal: Journal, task: Task, stage: Stage) -> Task:
    """Write down how far an upload has come."""
    since = journal.started_at if stage is Stage.WORKING else None
    return keep(journal, replace(task, stage=stage, complete_since=since))


def forget(journal: Journal) -> None:
    """Strike the upload out: it surely becomes no post, so another one may be begun."""
    journal.note(TASK, {})


def give_up(journal: Journal, task: Task) -> None:
    """Note that a person is asked about this upload: should they say that it is not live, another one is begun."""
    journal.note(_GIVEN_UP, task.publish_id)


def trust(journal: Journal, task: Task) -> None:
    """Take ``give_up`` back: TikTok has told what became of it."""
    if journal.recall(_GIVEN_UP) == task.publish_id:
        journal.note(_GIVEN_UP, "")


# --- bytes --------------------------------------------------------------------------------------------------------------


def keep_address(journal: Journal, safe: Safe, publish_id: str, url: Secret) -> None:
    """Write down where the bytes go, locked. Before the upload itself, so that none is known without its address."""
    journal.note(_ADDRESS, {"of": publish_id, "locked": safe.lock(url)})


def address_of(journal: Journal, safe: Safe, task: Task) -> Secret | None:
    """Return where the bytes of an upload go, or None when that is not known any more."""
    noted = journal.recall(_ADDRESS)
    if not isinstance(noted, Mapping) or noted.get("of") != task.publish_id:
        return None
    return safe.unlock(str(noted.get("locked") or ""))


def arrived(journal: Journal, task: Task) -> int:
    """Return how many bytes TikTok surely has, as far as we have written down."""
    noted = journal.recall(_ARRIVED)
    return int(noted["bytes"]) if isinstance(noted, Mapping) and noted.get("of") == task.publish_id else 0


def keep_arrived(journal: Journal, task: Task, count: int) -> None:
    """Write down how many bytes TikTok has."""
    journal.note(_ARRIVED, {"of": task.publish_id, "bytes": count})


# --- counters -------------------------------------------------------------------------------------------------------------


def count_miss(journal: Journal, task: Task, offset: int) -> int:
    """Count a failure to send the bytes at this place; return how often it failed there in a row."""
    noted = journal.recall(_MISSES)
    here = isinstance(noted, Mapping) and (noted.get("of"), noted.get("at")) == (task.publish_id, offset)
    count = (int(noted["count"]) if here else 0) + 1
    journal.note(_MISSES, {"of": task.publish_id, "at": offset, "count": count})
    return count


def count_round(journal: Journal, why: str) -> int:
    """Count that an upload is begun anew for this reason; return how often that was."""
    noted = journal.recall(_ROUNDS)
    rounds = dict(noted) if isinstance(noted, Mapping) else {}
    rounds[why] = int(rounds.get(why, 0)) + 1
    journal.note(_ROUNDS, rounds)
    return int(rounds[why])


def _moment(told: Any) -> datetime:
    return datetime.fromisoformat(str(told)).astimezone(UTC)
