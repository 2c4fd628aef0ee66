"""The words the workshop's pages share: what states are called, who is meant, how a job reads in one row."""

from typing import Any, Final

from connectors.models import Connection
from connectors.pages import kind_name
from publishing import parked
from publishing.contents import content_of
from publishing.models import TAKEN_BACK, PublishJob
from publishing.retries import WAITS
from publishing.selectors import watch_of
from publishing.states import RESTING, State

#: What people read for a state.
STATE_LABELS: Final[dict[str, str]] = {
    State.SCHEDULED: "Scheduled",
    State.QUEUED: "Queued",
    State.PUBLISHING: "Publishing",
    State.PROCESSING: "Processing",
    State.POLLING: "Checking",
    State.RETRYING: "Retrying",
    State.RECONCILING: "Finding out",
    State.PUBLISHED: "Published",
    State.FAILED: "Failed",
    State.DLQ: "Dead letter",
    State.CANCELLED: "Cancelled",
    # of a post as a whole
    "partial": "Partly published",
}
#: What people read for how a published post stands, where that is not simply "live".
STANDING_LABELS: Final = {"pending": "Not public yet", "rejected": "Rejected since", "removed": "Removed since"}
#: Who can mend a failure, as it is written in ``error_who`` and in dead letters.
WHO: Final = {"author": "The author", "tenant": "An owner of the tenant", "operator": "Whoever runs this hub"}
#: Something still happens by itself.
MOVING: Final = frozenset(State) - RESTING
MOST_TRIES: Final = len(WAITS) + 1
_EXCERPT: Final = 90


def excerpt_of(text: str, link: str) -> str:
    """Return the beginning of a post in one line; the link when there is no text."""
    line = " ".join(text[: 4 * _EXCERPT].split()) or link
    return line if len(line) <= _EXCERPT else f"{line[: _EXCERPT - 1].rstrip()}…"


def tries_of(job: PublishJob) -> int:
    """Return how many tries were made, the present and the last one included.

    ``PublishJob.tries`` counts only those that used up a wait.
    """
    if not job.attempt_count:
        return 0
    if job.state in {State.SCHEDULED, State.QUEUED, State.RETRYING, State.CANCELLED}:
        return job.tries
    return min(job.tries + 1, MOST_TRIES)


def job_row(job: PublishJob) -> dict[str, Any]:
    """Return a job as ``partials/jobs_table.html`` shows it; its post, destination and platform must be loaded."""
    said = content_of(job.post, job.destination_id)
    is_comment = job.role == PublishJob.Role.FIRST_COMMENT
    return {
        "id": job.pk,
        "excerpt": excerpt_of(said.first_comment if is_comment else said.text, "" if is_comment else said.link),
        "platform": job.platform_id,
        "platform_name": job.platform.name,
        "destination": job.destination.name,
        "destination_kind": kind_name(job.platform_id, job.destination.kind),
        "role_label": job.get_role_display() if is_comment else "",
        "state": job.state,
        "state_label": STATE_LABELS[job.state],
        "due_at": job.due_at,
        "finished_at": (job.published_at or job.updated_at) if job.state in RESTING else None,
        "tries": tries_of(job),
        "max_tries": MOST_TRIES,
        "cause": job.error_cause if job.state not in {State.PUBLISHED, State.CANCELLED} else "",
        "permalink": "" if job.removed_at else job.permalink,
        "removed": job.removed_at is not None,
        "standing": standing_of(job),
        "wait": wait.cause if (wait := parked.wait_of(job)) else "",
    }


def standing_of(job: PublishJob) -> dict[str, Any] | None:
    """Return how a published post stands by now, where that is worth a word: it is not public yet, or was taken back."""
    watch = watch_of(job)
    if watch is None or watch.state not in STANDING_LABELS or job.removed_at is not None:
        return None
    return {
        "state": watch.state,
        "label": STANDING_LABELS[watch.state],
        "reason": watch.reason,
        "remedy": watch.remedy,
        "since": watch.changed_at,
        "taken_back": watch.state in TAKEN_BACK,
        "seen": watch.seen_at is not None,
    }


def reconnect_helps(job: PublishJob) -> bool:
    """Tell whether the account of a failed job must be connected anew."""
    return job.error_who == "tenant" and job.destination.connection.status != Connection.Status.ACTIVE
