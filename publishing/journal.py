"""The journal a connector writes to while it publishes: durable notes, and the announcement before the point of no return."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from publishing import ledger, moments
from publishing.ledger import Claimed, LeaseLost
from publishing.models import JournalEntry, PublishJob

Clock = Callable[[], datetime]
#: Noted where the database was restored from a backup while the job was not at its end: see ``restoring``.
NOTES_LOST: Final = "_notes_lost"


class JobJournal:
    """One job's journal, as the connector sees it."""

    def __init__(self, claimed: Claimed, clock: Clock) -> None:
        self._claimed = claimed
        self._clock = clock
        self._announced_at = claimed.job.announced_at
        self._ends_steady = claimed.ends_steady
        self._known: dict[str, Any] | None = {} if claimed.attempt.number == 1 else None

    @property
    def announced(self) -> bool:
        """Whether an irreversible step has been announced whose outcome is open."""
        return self._announced_at is not None

    @property
    def started_at(self) -> datetime:
        """When this job first announced an irreversible step, else when this attempt began (UTC)."""
        return self._announced_at or self._claimed.attempt.opened_at

    def recall(self, key: str) -> Any:
        """Return what was noted under this key by this or an earlier attempt, else None."""
        return self._read().get(key)

    def note(self, key: str, value: Any) -> None:
        """Write down a remote effect the moment it is known; plain JSON, never a secret."""
        known = self._read()
        ledger.note(self._claimed, kind=JournalEntry.Kind.NOTED, key=key, value=value, now=self._clock())
        known[key] = value

    def announce(self, step: str) -> None:
        """Write down that the irreversible step comes next; raises ``LeaseLost``: then send nothing."""
        self.last_moment()
        self._announced_at = ledger.announce(self._claimed, step=step, now=self._clock())

    def last_moment(self) -> None:
        """Raise ``LeaseLost`` when the lease has run out. Called right before the bytes leave; costs no query.

        A process that was stopped and continued finds out here, by a clock that kept going while it stood still.
        """
        if moments.steady() >= self._ends_steady - ledger.LEASE_MARGIN.total_seconds():
            raise LeaseLost(f"the lease on job {self._claimed.job.pk} ran out before anything was sent")

    def renew(self) -> None:
        """Ask for a whole lease from now on; raises ``LeaseLost`` when the job is no longer ours."""
        self.last_moment()
        self._ends_steady = ledger.renew(self._claimed, now=self._clock())

    def _read(self) -> dict[str, Any]:
        if self._known is None:
            entries = JournalEntry.objects.filter(job=self._claimed.job.pk).exclude(kind=JournalEntry.Kind.ANNOUNCED)
            self._known = {entry.key: entry.value for entry in entries.order_by("id")}
        return self._known

    def belongs_to_other_job(self, external_id: str) -> bool:
        """Tell whether another job, of any tenant that publishes to this place, is already recorded as this post."""
        job = self._claimed.job
        place = {"platform_id": job.platform_id, "destination__external_id": job.destination.external_id}
        taken = PublishJob.objects.filter(external_id=external_id, role=job.role, **place)
        return taken.exclude(pk=job.pk).exists()
