"""Jobs to which something happened in a span of time: where the numbers of dashboards lead.

What counts as failed and what as dead-lettered is told as ``api_publish_performance`` tells it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from foundation.listing import Query, write_moment
from publishing.models import DeadLetter, PublishJob

#: What may have happened, in the words people read before "between".
EVENTS: Final = {
    "published": "Published",
    "failed": "Failed, for the author or the tenant to mend,",
    "dead_lettered": "Dead-lettered",
    "troubled": "Failed or dead-lettered",
    "due": "Due, and not done yet,",
}
#: Letters that only the operator, or a look at the platform, can settle.
DEAD: Final = Q(who="operator") | Q(kind="outcome_unknown")
_LETTERS: Final[dict[str, Q]] = {"failed": ~DEAD, "dead_lettered": DEAD, "troubled": Q()}


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that happened to jobs between two moments; the second is no longer within."""

    event: str
    since: datetime | None = None
    until: datetime | None = None
    #: Posts or first comments; empty: both.
    role: str = ""

    def among(self, jobs: QuerySet[PublishJob], letters: QuerySet[DeadLetter]) -> QuerySet[PublishJob]:
        """Return those of the jobs to which it happened; ``letters`` are the dead letters of the same tenant."""
        if self.role:
            jobs = jobs.filter(role=self.role)
        if self.event == "published":
            return jobs.filter(self._within("published_at"), published_at__isnull=False)
        if self.event == "due":
            return jobs.filter(self._within("due_at"), due_at__isnull=False)
        opened = letters.filter(self._within("opened_at"), _LETTERS[self.event])
        return jobs.filter(pk__in=opened.values("job_id"))

    def _within(self, field: str) -> Q:
        told = {f"{field}__gte": self.since, f"{field}__lt": self.until}
        return Q(**{name: moment for name, moment in told.items() if moment is not None})

    @property
    def params(self) -> dict[str, str]:
        """What says this in the address of the list of jobs."""
        moments = {"since": self.since, "until": self.until}
        said = {name: write_moment(moment) for name, moment in moments.items() if moment is not None}
        return {"event": self.event, **said, **({"role": self.role} if self.role else {})}


def happened_of(query: Query) -> Happened | None:
    """Return what a list of jobs is narrowed to, or None."""
    event = query.choice("event", EVENTS)
    if not event:
        return None
    return Happened(event, query.moment("since"), query.moment("until"), query.choice("role", PublishJob.Role.values))


def jobs_url(happened: Happened | None = None, **said: str) -> str:
    """Return where the list of such jobs is; ``said`` narrows it further (``state``, ``platform``, ``sort``)."""
    params: Mapping[str, Any] = {**(happened.params if happened else {}), **said}
    asked = urlencode({name: value for name, value in params.items() if value})
    return f"{reverse('jobs')}?{asked}" if asked else reverse("jobs")
