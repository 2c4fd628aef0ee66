"""The numbers of one place."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from connectors.models import Destination
from foundation.listing import Query
from monitoring.analytics import selectors
from monitoring.analytics.rows import AccountMetric
from monitoring.analytics.totals import Narrowed
from monitoring.analytics.vocabulary import definition_of
from monitoring.pages.analytics import drawing, notices, posts, span, tiles
from monitoring.pages.analytics.words import written
from tenants.principal import Principal

MOST_PARTS: Final = 10


def place_page(
    principal: Principal, place: Destination, params: Mapping[str, str], path: str, *, now: datetime
) -> dict[str, Any]:
    """Return what ``monitoring/analytics_place.html`` shows."""
    tenant = principal.tenant
    days, problem = span.range_of(tenant, params, now=now)
    asked = Narrowed(days, "", place.pk)
    total, _ = selectors.summary(tenant, asked, by="destination")
    watches = selectors.watches_of_places([place.pk])
    found = selectors.by_day(selectors.days_of(tenant, [place.pk], days))
    query = Query(params, path)
    watch = watches.get(place.pk)
    behind = found.get("days_behind", {})
    return {
        **span.range_words(days, params, path, now=now),
        "problem": problem,
        "place": tiles.place_facts(place),
        "tiles": [
            tiles.tile(name, total.of_places[name], days, what="places")
            for name in selectors.in_order(total.of_places)
            if name != "days_behind"
        ][:8],
        "post_tiles": [
            tiles.tile(name, total.of_posts[name], days, what="posts")
            for name in tiles.KEY_OF_POSTS
            if name in total.of_posts
        ],
        "charts": [
            drawing.series_chart(name, found[name], days)
            for name in selectors.in_order(found)
            if name != "days_behind" and any(row.window != AccountMetric.Window.MONTH for row in found[name].values())
        ],
        "lists": [_parts(name, found[name]) for name in ("searches",) if name in found],
        "behind": max(behind.items())[1].value if behind else None,
        "taken_at": watch.taken_at if watch else None,
        **posts.table(tenant, asked, query, total, params, path),
        "notices": notices.notices_of(principal, [place], watches),
        "empty": None if total.of_places else notices.why_empty([place], total, watches),
        **notices.refreshing_of(principal, [place], watches, now=now),
        "csv": span.csv_of(days, "", place.pk),
    }


def _parts(metric: str, found: Mapping[date, AccountMetric]) -> dict[str, Any]:
    newest = found[max(found)]
    rows = sorted(newest.parts.items(), key=lambda part: -part[1])[:MOST_PARTS]
    known = definition_of(metric)
    return {"title": f"{known.label} in {newest.day:%B %Y}", "rows": [(name, written(value)) for name, value in rows]}
