"""Why there are no numbers, or no more of them, in words: for the API and the pages alike."""

from dataclasses import dataclass
from datetime import datetime

from connectors.manager import connector_class
from connectors.models import Destination
from connectors.types import Capability
from monitoring.analytics.rows import MetricWatch

Stop = MetricWatch.Stop


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why, and what helps. ``reconnect``: connecting the account again does."""

    code: str
    cause: str
    remedy: str = ""

    @property
    def reconnect(self) -> bool:
        """Whether the account must be connected anew."""
        return self.code == Stop.RECONNECT.value


def of_posts_at(platform: str) -> Obstacle | None:
    """Return why a platform tells nothing of single posts, if that is so."""
    connector = connector_class(platform)
    if Capability.POST_METRICS in connector.capabilities:
        return None
    cause = f"{connector.name} tells no numbers of single posts, only of places."
    return Obstacle("not_told", cause, "Look at the numbers of the place.")


def of_place(place: Destination, watch: MetricWatch | None) -> Obstacle | None:
    """Return what keeps a place's numbers from coming, if anything does."""
    connector = connector_class(place.platform_id)
    if Capability.ACCOUNT_METRICS not in connector.capabilities:
        return Obstacle("not_told", f"{connector.name} tells no numbers of places.")
    return of_watch(watch)


def of_watch(watch: MetricWatch | None) -> Obstacle | None:
    """Return what a watch met with, if anything."""
    if watch is None:
        return None
    if watch.stop and watch.stop != Stop.DONE:
        return Obstacle(watch.stop, watch.problem or Stop(watch.stop).label, watch.remedy)
    if watch.stop == Stop.DONE:
        return Obstacle(
            "done", "The post is old enough that its numbers are asked for no more.", "Ask for them by hand."
        )
    if watch.problem:
        return Obstacle("trying", watch.problem, "It is tried again by itself." if not watch.remedy else watch.remedy)
    return None


def next_look(watch: MetricWatch | None, *, now: datetime) -> datetime | None:
    """Return when a watch is due next; a look that is under way is due now."""
    if watch is None or watch.due_at is None:
        return None
    return now if watch.lease is not None else watch.due_at
