"""The trace of a post: from the request that was accepted to the platform's answer, through whichever process.

The broker only rings a bell, and workers take jobs from the database, so the place where a trace goes on travels with the post:
55 characters beside it, written while traces are sent, null otherwise. An attempt soon after goes on in that very trace. A
later one (a post for next week, a redrive the morning after) begins a trace of its own with a link to the first: by then
Datadog has put the first one away, with its decision what to keep, and a trace of a week shows nothing on a time axis.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from foundation import tracing
from foundation.ids import born_at
from publishing.held import HeldJob, OpenAttempt

#: Attempts so long after the acceptance go on in its trace: a post for now with all its repeats does.
ONE_TRACE_FOR: Final = timedelta(minutes=10)
ATTEMPT: Final = "publish.attempt"


@contextmanager
def attempt(job: HeldJob, opened: OpenAttempt) -> Iterator[None]:
    """Leave the span of an attempt; only where ``tracing.ON``."""
    place = job.destination
    first = tracing.context_of(job.post.trace_parent) if job.post.trace_parent else None
    goes_on = first is not None and opened.opened_at - born_at(job.post_id) < ONE_TRACE_FOR
    tags: tracing.Tags = {
        "span.kind": "consumer",
        "platform": job.platform_id,
        "kind": place.kind,
        "tenant_id": str(job.tenant_id),
        "job_id": str(job.pk),
        "post_id": str(job.post_id),
        "connection_id": str(place.connection_id),
        "destination_id": str(place.pk),
        "attempt": opened.number,
        "purpose": job.state,
        "_dd.measured": 1,
    }
    resource = f"{job.platform_id}/{place.kind}"
    with tracing.apart(ATTEMPT, resource=resource, kind="worker", under=first if goes_on else None, tags=tags) as span:
        if first is not None and not goes_on and span is not None:
            span.link_span(first, {"link.name": "accepted"})
        yield


def tell_end(outcome: str, error_kind: str) -> None:
    """Say how the attempt under way ends; only where ``tracing.ON``."""
    span = tracing.here()
    if span is None or span.name != ATTEMPT:
        return
    span.set_tag("outcome", outcome)
    if error_kind:
        span.set_tag("error_kind", error_kind)
    if outcome in _WRONG:
        tracing.failed(span, error_kind or outcome)


_WRONG: Final = frozenset({"failed", "unknown", "cannot_tell"})
