"""Figures as tiles and as cells, and the places they are of."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from connectors.models import Destination
from connectors.pages import kind_name
from monitoring import charts
from monitoring.analytics import obstacles
from monitoring.analytics.ranges import Range
from monitoring.analytics.rows import MetricWatch
from monitoring.analytics.selectors import Drawn, Figure, Sums
from monitoring.analytics.vocabulary import SHOWN_OF_PLACES, Sum, Unit, definition_of
from monitoring.pages.analytics.words import written

#: The numbers shown first, of posts and of places, as far as somebody told them.
KEY_OF_POSTS: Final = ("views", "opens", "reactions", "likes", "comments", "shares", "clicks")
KEY_OF_PLACES: Final = ("followers", "profile_views", "views")
#: What is drawn of a place in one line: the first of these that it tells.
DRAWN: Final = ("views", "reach", "followers")


def tile(metric: str, figure: Figure, days: Range, *, what: str) -> dict[str, Any]:
    """Return a key number with its change to the days before."""
    known = definition_of(metric)
    change, percent = figure.change, figure.change_percent
    if change is None:
        note, tone = f"nothing told in the {days.days} days before", ""
    elif change == 0:
        note, tone = f"as in the {days.days} days before", ""
    else:
        more = (
            f"{percent:+,.0f} %"
            if percent is not None
            else f"{'+' if change > 0 else '−'}{written(abs(change), known.unit)}"
        )
        note, tone = f"{more.replace('-', '−')} to the {days.days} days before", "up" if change > 0 else "down"
    mean = " a day" if known.sum is Sum.MEAN and what == "places" and known.unit is Unit.PEOPLE else ""
    return {
        "metric": metric,
        "label": f"{known.label}{mean}",
        "meaning": known.meaning,
        "value": written(figure.value, known.unit),
        "note": note,
        "tone": tone,
        "as_of": figure.as_of,
    }


def place_facts(place: Destination) -> dict[str, Any]:
    """Return a place as the pages name it."""
    return {
        "id": place.pk,
        "name": place.name,
        "kind": kind_name(place.platform_id, place.kind),
        "platform": place.platform_id,
        "platform_name": place.platform.name,
        "connection_id": place.connection_id,
    }


def place_row(
    place: Destination, sums: Sums | None, watch: MetricWatch | None, rows: Iterable[Drawn], days: Range
) -> dict[str, Any]:
    """Return a line of the table of places; ``rows`` are its own, day by day."""
    figures = sums.of_places if sums else {}
    mine: dict[str, dict[date, float]] = {}
    for row in rows:
        mine.setdefault(row.metric, {})[row.day] = row.value
    drawn = next((name for name in DRAWN if len(mine.get(name, {})) > 1), "")
    line = [mine[drawn].get(day) for day in days.every_day] if drawn else []
    label = f"{definition_of(drawn).label} day by day" if drawn else ""
    return {
        **place_facts(place),
        "posts": sums.posts if sums else 0,
        "figures": [_cell(name, figures.get(name)) for name in SHOWN_OF_PLACES],
        "spark": charts.spark(line, label=label) if drawn else None,
        "spark_label": definition_of(drawn).label if drawn else "",
        "taken_at": watch.taken_at if watch else None,
        "obstacle": obstacles.of_place(place, watch),
    }


def _cell(metric: str, figure: Figure | None) -> dict[str, Any]:
    known = definition_of(metric)
    change = figure.change if figure else None
    sign = "+" if change and change > 0 else "−"
    return {
        "label": known.label,
        "value": written(figure.value, known.unit) if figure else "",
        "change": f"{sign}{written(abs(change), known.unit)}" if change else "",
        "tone": "" if not change else "up" if change > 0 else "down",
    }
