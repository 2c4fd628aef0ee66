"""Health checks of connections: ask the platform, write down what it said, and move the connection's standing.

One call that fails for a passing reason disconnects nobody: it is told as degraded, and the next check heals it.
"""

import hashlib
import time
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from connectors.errors import ConfigurationError, ConnectorError
from connectors.manager import get_connector, target_of
from connectors.models import Connection
from connectors.refreshing import make_ready
from connectors.services import mark_attention, mark_recovered
from connectors.types import HealthFinding, HealthReport, HealthState
from monitoring.models import HealthLogEntry

log = structlog.get_logger(__name__)

#: Connections checked by one task, oldest first.
AT_ONCE = 10
#: After a check that could not be made, the next one comes sooner.
SOON = timedelta(minutes=5)


def claim_due_connections(*, now: datetime, limit: int = AT_ONCE) -> list[UUID]:
    """Take the connections whose check is due, oldest first, and move their next check on; return their ids.

    Moving it on first means that two schedulers, or a task run twice, check a connection once.
    """
    due = (
        Connection.objects.filter(next_health_at__lte=now)
        .order_by("next_health_at")
        .values_list("pk", "next_health_at")
    )
    taken = []
    for pk, was_due in due[:limit]:
        if Connection.objects.filter(pk=pk, next_health_at=was_due).update(next_health_at=now + spread(pk)):
            taken.append(pk)
    return taken


def spread(connection_id: UUID) -> timedelta:
    """Return the time to a connection's next check: the usual span, less up to a tenth that its id decides."""
    share = int.from_bytes(hashlib.sha256(connection_id.bytes).digest()[:4], "big") / 2**32
    return settings.HEALTH_CHECK_EVERY * (1 - 0.1 * share)


def check_connection(*, connection: Connection, now: datetime) -> HealthLogEntry:
    """Check one connection, log it, and say that it needs its tenant, or works again, when that is news."""
    started = time.monotonic()
    report = _asked(connection, now=now)
    latency_ms = round((time.monotonic() - started) * 1000)
    worst = next((finding for finding in report.findings if finding.state is report.state), None)
    with transaction.atomic():
        entry = HealthLogEntry.objects.create(
            tenant_id=connection.tenant_id,
            connection=connection,
            platform=connection.platform_id,
            checked_at=now,
            state=report.state,
            latency_ms=latency_ms,
            code=worst.code if worst else "",
            cause=(worst.cause if worst else "")[:600],
            remedy=(worst.remedy if worst else "")[:600],
        )
        fields = {"health": report.state, "health_checked_at": now, "updated_at": now}
        if report.scopes_granted is not None:
            fields["scopes_granted"] = list(report.scopes_granted)
        for name in ("access_expires_at", "data_access_expires_at"):
            if (told := getattr(report, name)) is not None:
                fields[name] = told
        if worst is not None and worst.code == "not_asked":
            fields["next_health_at"] = now + SOON
        Connection.objects.filter(pk=connection.pk).exclude(status=Connection.Status.INACTIVE).update(**fields)
        if report.state is HealthState.UNHEALTHY and worst is not None:
            mark_attention(
                connection_id=connection.pk, code=worst.code, cause=worst.cause, remedy=worst.remedy, now=now
            )
        elif report.state is HealthState.HEALTHY:
            mark_recovered(connection_id=connection.pk, now=now)
    log.info("connection.checked", connection=str(connection.pk), state=str(report.state), ms=latency_ms)
    return entry


def _asked(connection: Connection, *, now: datetime) -> HealthReport:
    make_ready(connection, now=now)
    chosen = connection.destinations.filter(enabled=True, gone_at=None).order_by("pk")
    targets = [target_of(place) for place in chosen.select_related("connection")]
    try:
        return get_connector(connection.platform_id, connection).health_check(targets=targets, now=now)
    except ConnectorError as error:
        finding = HealthFinding(
            HealthState.DEGRADED,
            "not_asked",
            f"It could not be checked: {error.cause}",
            "It is checked again by itself.",
        )
    except ConfigurationError as error:
        finding = HealthFinding(HealthState.DEGRADED, "not_configured", error.detail, error.remedy)
    return HealthReport((finding,))
