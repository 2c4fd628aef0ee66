"""The words connectors and the rest of the hub share: frozen data, no rows, no requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from foundation.secret import Secret

Facts = Mapping[str, Any]


class Capability(StrEnum):
    """What a platform's connector can do. What it cannot is absent, never a stub."""

    OAUTH = "oauth"
    TEXT = "text"
    LINK = "link"
    FIND_PUBLISHED = "find_published"
    DELETE_POST = "delete_post"
    HEALTH_CHECK = "health_check"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class App:
    """Our registration with a platform."""

    client_id: str
    client_secret: Secret


@dataclass(frozen=True, slots=True)
class Grant:
    """What one person gave us on one platform."""

    external_user_id: str
    display_name: str
    access_token: Secret
    access_expires_at: datetime | None = None
    refresh_token: Secret | None = None
    refresh_expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None
    scopes_granted: tuple[str, ...] = ()
    scopes_missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundDestination:
    """A place to publish that a grant opens. ``token`` is set where the platform gives each place its own."""

    kind: str
    external_id: str
    name: str
    username: str = ""
    picture_url: str = ""
    url: str = ""
    token: Secret | None = None
    #: Why one cannot publish here, in words; empty when one can.
    obstacle: str = ""
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """The destination of one publish, as a connector sees it."""

    kind: str
    external_id: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What to say at one destination, overrides applied."""

    text: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """It is public. ``permalink`` may be empty when the platform tells it later."""

    external_id: str
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


class HealthState(StrEnum):
    """How a connection is."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """One thing a health check saw that a person should know."""

    state: HealthState
    code: str
    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What a health check saw. Expiries are what the platform says now, or None when it says none."""

    findings: tuple[HealthFinding, ...] = ()
    scopes_granted: tuple[str, ...] | None = None
    access_expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None

    @property
    def state(self) -> HealthState:
        """The worst of what was found."""
        states = {finding.state for finding in self.findings}
        for state in (HealthState.UNHEALTHY, HealthState.DEGRADED):
            if state in states:
                return state
        return HealthState.HEALTHY


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """The version a connector speaks, when it ends, and where that is written."""

    name: str
    ends_on: datetime | None
    page: str
    #: False when our notes do not know this version at all.
    known: bool = True


class Journal(Protocol):
    """Where a publish writes down what it must not forget. Every call is durable before it returns."""

    @property
    def started_at(self) -> datetime:
        """When this job first announced an irreversible step, else when this attempt began (UTC)."""

    def recall(self, key: str) -> Any:
        """Return what was noted under this key by this or an earlier attempt, else None."""

    def note(self, key: str, value: Any) -> None:
        """Write down a remote effect the moment it is known; plain JSON, never a secret."""

    def announce(self, step: str) -> None:
        """Write down that the irreversible step comes next. Raises when the job is no longer ours: then send nothing."""

    def belongs_to_other_job(self, external_id: str) -> bool:
        """Tell whether another job has already been recorded as this post."""

    def last_moment(self) -> None:
        """Raise when the lease has run out; called right before the bytes leave, costs no query."""


class KeyRing(Protocol):
    """Opens the secrets of one connection, one kind at a time."""

    def open(self, kind: str) -> Secret:
        """Return the secret; raises ``ReconnectRequired`` when it is not there or does not open."""


ACCESS_TOKEN = "access_token"  # noqa: S105
REFRESH_TOKEN = "refresh_token"  # noqa: S105


def destination_token(external_id: str) -> str:
    """Return the kind under which a destination's own token is sealed."""
    return f"destination_token:{external_id}"
