"""What a health check sees."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class HealthState(StrEnum):
    """How a connection is."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """One thing a health check saw that a person should know. A ``HEALTHY`` one is a notice: worth reading, and nothing is wrong."""

    state: HealthState
    code: str
    cause: str
    remedy: str
    #: The platform's own page where it is mended; empty where that is a page of the hub's.
    link: str = ""
    #: Seen once it proves nothing, such as an answer that nobody understands: the next look may not see it.
    passing: bool = False
    #: A fresh access token would mend it, where the connection can get one.
    renewable: bool = False


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
