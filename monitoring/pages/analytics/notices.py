"""What keeps numbers from coming, why there are none, and whether fresh ones can be asked for."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.urls import reverse

from connectors.models import Destination
from connectors.pages import connect_again_url
from monitoring.analytics import obstacles, selectors
from monitoring.analytics.refreshing import next_refresh
from monitoring.analytics.rows import MetricWatch
from monitoring.analytics.selectors import Sums
from tenants.principal import Principal
from tenants.scopes import ANALYTICS_WRITE, CONNECTIONS_WRITE


def refreshing_of(
    principal: Principal, places: Sequence[Destination], watches: Mapping[UUID, MetricWatch], *, now: datetime
) -> dict[str, Any]:
    """Return whether fresh numbers can be asked for now, when they were last, and when they can be again."""
    asked = [watch.asked_at for watch in watches.values() if watch.asked_at]
    waits = [next_refresh(watch.asked_at, now=now) for watch in watches.values()]
    may = ANALYTICS_WRITE in principal.scopes and any(place.enabled and place.gone_at is None for place in places)
    free = not waits or any(wait is None for wait in waits)
    return {
        "may_refresh": may and free,
        "asked_at": max(asked, default=None),
        "refresh_possible_at": None if free or not may else min(wait for wait in waits if wait),
        "taken_at": max((watch.taken_at for watch in watches.values() if watch.taken_at), default=None),
        "poll_seconds": 4
        if any(watch.due_at and watch.asked_at and watch.due_at <= now for watch in watches.values())
        else None,
    }


def notices_of(
    principal: Principal, places: Sequence[Destination], watches: Mapping[UUID, MetricWatch]
) -> list[dict[str, Any]]:
    """Return what keeps numbers from coming: each cause once, with the places it is true of and the way out."""
    may_connect = CONNECTIONS_WRITE in principal.scopes
    found: dict[tuple[UUID, str], dict[str, Any]] = {}

    def note(place: Destination, cause: str, remedy: str, *, reconnect: bool) -> None:
        key = (place.connection_id, cause)
        one = found.setdefault(
            key,
            {
                "cause": cause, "remedy": remedy, "places": [], "platform": place.platform_id,
                "url": connect_again_url(place.connection) if reconnect and may_connect else "",
            },
        )  # fmt: skip
        if place.name not in one["places"]:
            one["places"].append(place.name)

    by_id = {place.pk: place for place in places}
    for place in places:
        obstacle = obstacles.of_place(place, watches.get(place.pk))
        if obstacle and obstacle.code not in {"not_told", "done"}:
            note(place, obstacle.cause, obstacle.remedy, reconnect=obstacle.reconnect)
    for trouble in selectors.troubles_of_posts(by_id):
        note(by_id[trouble.destination_id], trouble.problem, trouble.remedy, reconnect=True)
    for place in places:
        if silent := obstacles.of_posts_at(place.platform_id):
            note(place, silent.cause, "", reconnect=False)
    return [{**one, "places": ", ".join(one["places"][:5])} for one in found.values()]


def why_empty(places: Sequence[Destination], total: Sums, watches: Mapping[UUID, MetricWatch]) -> dict[str, str]:
    """Return why there is not a single number, and what to do about it."""
    if not places:
        return {
            "title": "No destination is chosen yet", "text": "Numbers come by themselves once an account is connected and its places are chosen.",
            "label": "Connect an account", "url": reverse("connect"),
        }  # fmt: skip
    if not any(watch.taken_at for watch in watches.values()):
        return {
            "title": "Nothing was asked for yet", "text": "Platforms are asked within a few minutes after a place was chosen; their first "
            "numbers may take two days.", "label": "", "url": "",
        }  # fmt: skip
    if not total.posts:
        return {
            "title": "Nothing was published in these days", "text": "And nothing was told of the places. Choose more days, or write a post.",
            "label": "Write a post", "url": reverse("compose"),
        }  # fmt: skip
    return {
        "title": "The platforms have told nothing yet", "text": "Some tell their first numbers after two days. They are asked again by themselves.",
        "label": "", "url": "",
    }  # fmt: skip
