"""What became of it at the platform: published, still in the works, not there, how it stands, and its figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Published:
    """It is public. ``permalink`` may be empty when the platform tells it later."""

    external_id: str
    permalink: str = ""
    #: What people should know of it, such as that the platform shows less than was sent.
    note: str = ""


class LiveState(StrEnum):
    """What became of something we published, when looked at again."""

    LIVE = "live"
    #: There, but the platform has not made it public yet, or shows it to its author alone.
    PENDING = "pending"
    #: The platform took it back after accepting it.
    REJECTED = "rejected"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a published post stands now. Ids and links are told where the platform made them known only later."""

    state: LiveState
    #: Why, and what helps, when it is not live.
    reason: str = ""
    remedy: str = ""
    external_id: str = ""
    permalink: str = ""


@dataclass(frozen=True, slots=True)
class Processing:
    """The platform is still working on it: look again after this long."""

    look_again_after: timedelta
    note: str = ""


@dataclass(frozen=True, slots=True)
class NotThere:
    """Surely not published. ``final`` means waiting any longer would not change that."""

    final: bool = False


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The platform does not let us know; a person must look."""

    reason: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why something that a platform can do cannot be done at one place, known without asking it."""

    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure a platform tells. Absent is absent: a metric that was not told is not in the list, and never 0.

    ``name`` is ours and the same for all platforms (views, reach, likes, comments, shares, saves, clicks, reactions,
    engagements, followers, watch_time_ms, ...); ``raw_name`` is the platform's. ``parts`` splits the value where the
    platform does (reactions by type).
    """

    name: str
    value: float
    raw_name: str
    #: The span it counts; both None for "since it was published".
    since: datetime | None = None
    until: datetime | None = None
    parts: Mapping[str, float] = field(default_factory=dict)
