"""The list of jobs."""

from typing import Any, Final

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from connectors.pages import platform_options
from connectors.registry import CONNECTORS
from connectors.selectors import destinations_of
from foundation.listing import Column, Query, read_uuid, stretch_of
from publishing import selectors
from publishing.models import DeadLetter, PublishJob
from publishing.pages.happened import EVENTS, Happened, happened_of
from publishing.pages.words import MOVING, STATE_LABELS, job_row
from publishing.states import State
from tenants.models import Tenant

PAGE_SIZE: Final = 25
POLL_SECONDS: Final = 5
#: More destinations than this are found by searching, not by scrolling a list.
MOST_OPTIONS: Final = 200
#: Everything that is not at rest, as one word of the query string.
WAITING: Final = "waiting"
#: Of what happened in a span of time no more than this are counted.
MOST_COUNTED: Final = 10_000

COLUMNS: Final = {
    "created": Column(),
    # The moment the row shows: when it is due, else when it came to rest.
    "due": Column(Coalesce("due_at", "published_at", "updated_at")),
}


def jobs_page(tenant: Tenant, query: Query) -> dict[str, Any]:
    """Return what ``publishing/jobs.html`` shows."""
    words, cause = query.words(), query.words("cause")
    platform = query.choice("platform", CONNECTORS)
    destination = query.uuid("destination")
    state = query.choice("state", {WAITING, *State})
    sort = query.sort(COLUMNS, "created")

    everything = PublishJob.objects.filter(tenant=tenant)
    narrowed = _narrowed(everything, words=words, cause=cause)
    if platform:
        narrowed = narrowed.filter(platform_id=platform)
    if destination:
        narrowed = narrowed.filter(destination_id=destination)
    happened = happened_of(query)
    if happened:
        narrowed = happened.among(narrowed, DeadLetter.objects.filter(tenant=tenant))
    counts: dict[str, int] = {}
    if not words and not cause and not happened:
        counts = dict(narrowed.order_by().values_list("state").annotate(count=Count("pk")))
    known = None if words or cause or happened else _count(counts, state)
    chosen = narrowed.filter(state__in=_states(state)) if state else narrowed
    stretch = stretch_of(chosen, sort, query.cursor, size=PAGE_SIZE)
    rows = rows_of(tenant, stretch.ties)
    return {
        "jobs": rows,
        "total": sum(counts.values()) or len(rows) or int(everything.exists()),
        "filters": {
            "query": words,
            "platform": platform,
            "destination": str(destination or ""),
            "state": state,
        },
        "platforms": platform_options(),
        "destinations": _destination_options(tenant),
        "states": _tabs(query, counts if known is not None else None, state),
        "happened": _happened(happened, query, chosen) if happened else None,
        "sorts": query.sorts(COLUMNS, sort),
        "page": stretch.links(query, total=known),
        "poll_seconds": POLL_SECONDS if any(row["state"] in MOVING - {State.SCHEDULED} for row in rows) else None,
    }


def _happened(happened: Happened, query: Query, jobs: QuerySet[PublishJob]) -> dict[str, Any]:
    """Return what the list is narrowed to, how many jobs that are, and where the whole list is."""
    count = jobs.order_by().values("pk")[: MOST_COUNTED + 1].count()
    return {
        "words": EVENTS[happened.event],
        "since": happened.since,
        "until": happened.until,
        "role": PublishJob.Role(happened.role).label.lower() if happened.role else "",
        "params": happened.params,
        "count": min(count, MOST_COUNTED),
        "is_more": count > MOST_COUNTED,
        "clear_url": query.url(event="", since="", until="", role=""),
    }


def rows_of(tenant: Tenant, ids: list[Any]) -> list[dict[str, Any]]:
    """Return these jobs as table rows, in this order."""
    found = selectors.jobs_of(tenant).in_bulk(ids)
    return [job_row(found[pk]) for pk in ids if pk in found]


def latest_jobs(tenant: Tenant, *, count: int) -> list[dict[str, Any]]:
    """Return the newest jobs as table rows."""
    newest = PublishJob.objects.filter(tenant=tenant).order_by("-id").values_list("pk", flat=True)[:count]
    return rows_of(tenant, list(newest))


def _narrowed(jobs: QuerySet[PublishJob], *, words: str, cause: str) -> QuerySet[PublishJob]:
    if cause:
        jobs = jobs.filter(dead_letters__fingerprint=cause, dead_letters__closed_at=None)
    if not words:
        return jobs
    if (wanted := read_uuid(words)) is not None:
        return jobs.filter(Q(pk=wanted) | Q(post_id=wanted))
    return jobs.filter(
        Q(post__text__icontains=words)
        | Q(post__link__icontains=words)
        | Q(permalink__icontains=words)
        | Q(external_id=words)
    )


def _states(state: str) -> list[str]:
    return sorted(MOVING) if state == WAITING else [state]


def _count(counts: dict[str, int], state: str) -> int:
    return sum(counts.get(each, 0) for each in _states(state)) if state else sum(counts.values())


def _tabs(query: Query, counts: dict[str, int] | None, current: str) -> list[dict[str, Any]]:
    names = {"": "All", WAITING: "Waiting"}
    names |= {state: STATE_LABELS[state] for state in (State.PUBLISHED, State.FAILED, State.DLQ, State.CANCELLED)}
    if current not in names:
        names[current] = STATE_LABELS[current]
    return [
        {
            "label": label,
            "count": None if counts is None else _count(counts, state),
            "url": query.url(state=state),
            "current": state == current,
        }
        for state, label in names.items()
    ]


def _destination_options(tenant: Tenant) -> list[dict[str, str]]:
    places = destinations_of(tenant).filter(enabled=True).values_list("pk", "name")[:MOST_OPTIONS]
    options = [{"value": str(pk), "label": name} for pk, name in places]
    return options if len(options) > 1 else []
