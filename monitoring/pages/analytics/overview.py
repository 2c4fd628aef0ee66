"""The overview of numbers: what posts and places came to in some days."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from connectors.pages import platform_options
from connectors.registry import CONNECTORS
from foundation.listing import Query
from monitoring.analytics import selectors, sent
from monitoring.analytics.selectors import Drawn
from monitoring.analytics.totals import Narrowed
from monitoring.pages.analytics import drawing, notices, posts, span, tiles
from tenants.models import Tenant
from tenants.principal import Principal

#: More places than this are found by the filter, not in the table.
MOST_PLACES: Final = 25
MOST_OPTIONS: Final = 200


def overview_page(principal: Principal, params: Mapping[str, str], path: str, *, now: datetime) -> dict[str, Any]:
    """Return what ``monitoring/analytics.html`` shows."""
    tenant = principal.tenant
    days, problem = span.range_of(tenant, params, now=now)
    query = Query(params, path)
    platform, destination = query.choice("platform", CONNECTORS), query.uuid("destination")
    asked = Narrowed(days, platform, destination)
    places = list(selectors.places_of(tenant, asked).order_by("name", "id")[: MOST_PLACES + 1])
    shown = tuple(place.pk for place in places[:MOST_PLACES])
    counted = sent.count_by_day(tenant, asked)
    if len(places) > len(shown):  # figures of places that are not shown need not be fetched one by one
        posts_of = {name: sum(by_day.values()) for name, by_day in counted.items()}
        total, _ = selectors.summary(tenant, asked, by="platform", posts=posts_of)
        _, groups = selectors.summary(tenant, replace(asked, among=shown), by="destination")
    else:
        total, groups = selectors.summary(tenant, asked, by="destination")
    watches = selectors.watches_of_places(place.pk for place in places)
    rows = selectors.drawn_of(tenant, shown, days, metrics=tiles.DRAWN)
    of_place: dict[UUID, list[Drawn]] = {}
    for row in rows:
        of_place.setdefault(row.place, []).append(row)
    told = {**span.range_words(days, params, path, now=now), "problem": problem}
    table = posts.table(tenant, asked, query, total, params, path)
    everything = bool(total.of_posts or total.of_places)
    return {
        **told,
        "filters": {"platform": platform, "destination": str(destination or "")},
        "platforms": platform_options(),
        "destinations": _options(tenant),
        "tiles": [
            {
                "label": "Posts published", "value": f"{total.posts:,}", "metric": "posts", "as_of": None, "tone": "",
                "note": f"{total.posts_before:,} in the {days.days} days before", "meaning": "Posts that went out in these days.",
            },
            *(tiles.tile(name, total.of_posts[name], days, what="posts") for name in tiles.KEY_OF_POSTS if name in total.of_posts),
        ],
        "place_tiles": [
            tiles.tile(name, total.of_places[name], days, what="places") for name in tiles.KEY_OF_PLACES if name in total.of_places
        ],
        "charts": [chart for chart in (drawing.posts_chart(counted, days), drawing.views_chart(rows, days)) if chart],
        "places": [
            tiles.place_row(place, groups.get(place.pk), watches.get(place.pk), of_place.get(place.pk, ()), days)
            for place in places[:MOST_PLACES]
        ],
        "more_places": len(places) > MOST_PLACES,
        **table,
        "notices": notices.notices_of(principal, places, watches),
        "empty": None if everything else notices.why_empty(places, total, watches),
        **notices.refreshing_of(principal, places, watches, now=now),
        "csv": span.csv_of(days, platform, destination),
    }  # fmt: skip


def _options(tenant: Tenant) -> list[dict[str, str]]:
    rows = selectors.places_of(tenant).order_by("name", "id").values_list("pk", "name", "platform__name")[:MOST_OPTIONS]
    return [{"value": str(pk), "label": f"{name} ({platform})"} for pk, name, platform in rows]
