"""What every dashboard shares: whose rows it shows, over which span of time, and how often it looks again.

``partials/dashboard.html`` shows the switches, ``partials/live.html`` makes a fragment look again by itself.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from foundation.listing import Query
from monitoring.pages.scope import ALL, PARAMETER, Scope, scope_of
from tenants.doors import MemberRequest

POLL_SECONDS: Final = 15
#: What the span is called in an address.
SPAN: Final = "range"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time that ends now, in buckets."""

    slug: str
    label: str
    #: After "in", "over" or "of": "the last 24 hours".
    words: str
    length: timedelta
    bucket: timedelta

    def begin(self, now: datetime) -> datetime:
        """Return the first moment of it."""
        return now - self.length

    @property
    def is_within_an_hour(self) -> bool:
        """Whether rows that are summed by the hour are too coarse for it."""
        return self.length <= timedelta(hours=1)


SPANS: Final = {
    span.slug: span
    for span in (
        Span("1h", "1 h", "the last hour", timedelta(hours=1), timedelta(minutes=5)),
        Span("24h", "24 h", "the last 24 hours", timedelta(hours=24), timedelta(hours=1)),
        Span("7d", "7 d", "the last 7 days", timedelta(days=7), timedelta(hours=6)),
        Span("30d", "30 d", "the last 30 days", timedelta(days=30), timedelta(days=1)),
    )
}
DAY: Final = "24h"


@dataclass(frozen=True, slots=True)
class Dashboard:
    """What a dashboard was asked for. ``query`` keeps the scope and the span in every link made from it."""

    scope: Scope
    query: Query
    span: Span
    #: What is offered; empty: the page has no span to choose.
    spans: tuple[Span, ...]
    now: datetime

    @property
    def since(self) -> datetime:
        """The first moment of the span."""
        return self.span.begin(self.now)

    def context(self) -> dict[str, Any]:
        """Return what ``partials/dashboard.html``, ``partials/live.html`` and ``partials/nav.html`` show."""
        return {
            "scope": self.scope,
            "scope_links": _scope_links(self.scope, self.query),
            "span": self.span,
            "span_links": [
                {"label": span.label, "url": self.query.url(**{SPAN: span.slug}), "current": span == self.span}
                for span in self.spans
            ],
            "checked_at": self.now,
            "poll_seconds": POLL_SECONDS,
        }


def dashboard_of(
    request: MemberRequest, *, now: datetime, spans: Collection[str] = tuple(SPANS), span: str = DAY
) -> Dashboard:
    """Return what a request asks for; ``span`` is what stands when none was chosen. Raises what ``scope_of`` raises."""
    scope = scope_of(request)
    query = Query(request.GET, request.path)
    query.choice(PARAMETER, {ALL} if scope.is_wide else ())
    chosen = query.choice(SPAN, spans) or span
    return Dashboard(scope, query, SPANS[chosen], tuple(SPANS[slug] for slug in spans), now)


def _scope_links(scope: Scope, query: Query) -> list[dict[str, Any]]:
    """Return where to see one's own tenant and all; none for those who may not choose."""
    if not scope.may_widen:
        return []
    return [
        {"label": "This tenant", "url": query.url(**{PARAMETER: ""}), "current": not scope.is_wide},
        {"label": "All tenants", "url": query.url(**{PARAMETER: ALL}), "current": scope.is_wide},
    ]
