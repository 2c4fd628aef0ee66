"""Health checks of connections: ask the platform, write down what it said, and move the connection's standing.

One call that fails for a passing reason disconnects nobody, and neither does one answer: what sounds like the end of a grant is
asked for twice, with a fresh token where there is one, before it is believed. ``verdicts`` decides, ``health_news`` tells.
"""

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from connectors import refreshing
from connectors.base import Connector
from connectors.errors import ConfigurationError, ConnectorError, RateLimited
from connectors.manager import get_connector, target_of
from connectors.models import Connection, Destination
from connectors.services import mark_attention, mark_recovered
from connectors.types import REFRESH_TOKEN, Capability, HealthFinding, HealthReport, HealthState
from foundation import tracing
from foundation.errors import Conflict
from foundation.text import storable
from monitoring import health_looks, health_news, metrics, verdicts
from monitoring.health_codes import code_of, link_to_mend
from monitoring.models import ConnectionHealth, HealthLogEntry
from monitoring.verdicts import NOT_ASKED, Verdict
from tenants import flags

log = structlog.get_logger(__name__)

#: Whoever asks for a check sooner than this after the last one is told to wait.
PAUSE: Final = timedelta(minutes=1)
#: So many findings are kept of one check.
MOST_FINDINGS: Final = 100
_LONGEST_WAIT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a check saw, and how long the platform asked to be left alone."""

    report: HealthReport
    latency_ms: int
    wait: timedelta | None = None


# --- which is due ------------------------------------------------------------------------------------------------------


def claim_due_connections(*, now: datetime, limit: int | None = None) -> list[UUID]:
    """Take the connections whose check is due, oldest first, and move their next check on; return their ids.

    Moving it on first means that two schedulers, or a task run twice, check a connection once. Without a limit: so many as
    may be checked side by side.
    """
    limit = settings.HEALTH_CHECKS_AT_ONCE if limit is None else limit
    due = (
        Connection.objects.filter(flags.rule_of("health_checks").rows(), next_health_at__lte=now)
        .order_by("next_health_at")
        .values_list("pk", "next_health_at")
    )
    taken = []
    for pk, was_due in due[:limit]:
        if Connection.objects.filter(pk=pk, next_health_at=was_due).update(next_health_at=next_turn(pk, now=now)):
            taken.append(pk)
    return taken


def next_turn(connection_id: UUID, *, now: datetime) -> datetime:
    """Return a connection's next moment: each has one of its own in every span, so that they are spread over it evenly."""
    every = settings.HEALTH_CHECK_EVERY
    share = int.from_bytes(hashlib.sha256(connection_id.bytes).digest()[:6], "big") / 2**48
    epoch = datetime(2000, 1, 1, tzinfo=UTC) + every * share
    return epoch + every * ((now - epoch) // every + 1)


# --- a check -----------------------------------------------------------------------------------------------------------


class CheckedJustNow(Conflict):
    """It was checked a moment ago."""

    status = 429
    code = "throttled"
    title = "Checked a moment ago"

    def __init__(self, *, wait: timedelta) -> None:
        self.wait = max(1, round(wait.total_seconds()))
        super().__init__(
            f"This account was checked a moment ago; platforms count such questions. Ask again in {self.wait} seconds.",
            remedy="Read what the last check saw.",
        )


def check_now(*, connection: Connection, now: datetime) -> HealthLogEntry:
    """Check a connection because somebody asked; raises ``Conflict`` for a disconnected one, ``CheckedJustNow`` for haste."""
    if connection.status == Connection.Status.INACTIVE:
        raise Conflict(
            f"{connection.display_name} is disconnected; there is nothing to check.",
            remedy="Connect the account again.",
            code="disconnected",
        )
    row, _ = ConnectionHealth.objects.get_or_create(connection=connection)
    rested = Q(asked_at=None) | Q(asked_at__lte=now - PAUSE) | Q(asked_at__gt=now)
    if not ConnectionHealth.objects.filter(rested, pk=connection.pk).update(asked_at=now):
        raise CheckedJustNow(wait=PAUSE - (now - (row.asked_at or now)))
    return check_connection(connection=connection, now=now)


def check_connection(*, connection: Connection, now: datetime) -> HealthLogEntry:
    """Check one connection, log it, and say that it needs its tenant, or works again, when that is news."""
    platform = connection.platform_id
    ids = {"tenant_id": str(connection.tenant_id), "connection_id": str(connection.pk), "platform": platform}
    with tracing.work("health.check", ids, resource=platform) as span:
        seen = _look(connection, now=now)
        with transaction.atomic():
            row = Connection.objects.select_for_update(of=("self",)).select_related("platform").get(pk=connection.pk)
            entry = _log(row, seen, now=now)
            if row.status != Connection.Status.INACTIVE:
                _conclude(row, seen, now=now)
        log.info("connection.checked", state=str(entry.state), ms=seen.latency_ms)
        if span is not None:
            span.set_tag("health", str(entry.state))
    metrics.took(
        metrics.CONNECTIONS_CHECKED, seen.latency_ms / 1000, tags=(f"platform:{platform}", f"health:{entry.state}")
    )
    return entry


def _log(row: Connection, seen: Seen, *, now: datetime) -> HealthLogEntry:
    state = verdicts.worst_of(seen.report.findings)
    worst = None
    if state is not HealthState.HEALTHY:
        worst = next(finding for finding in seen.report.findings if finding.state is state)
    return HealthLogEntry.objects.create(
        tenant_id=row.tenant_id,
        connection=row,
        platform=row.platform_id,
        checked_at=now,
        state=state,
        latency_ms=seen.latency_ms,
        findings=_told(row, seen.report.findings),
        **_words(row, worst),
    )


def _conclude(row: Connection, seen: Seen, *, now: datetime) -> None:
    """Move the standing of a connection by what was seen."""
    health, _ = ConnectionHealth.objects.select_for_update(of=("self",)).get_or_create(connection=row)
    # A new grant begins anew, whatever was known of the old one.
    before = _before(health) if row.health else Verdict(failures=health.failures, failing_since=health.failing_since)
    verdict = verdicts.judge(before, seen.report.findings, now=now, tolerated=settings.HEALTH_FAILURES_TOLERATED)
    health.state, health.since = verdict.state, verdict.since
    health.failures, health.failing_since = verdict.failures, verdict.failing_since
    if verdict.finding != before.finding or not row.health:
        for name, value in _words(row, verdict.finding).items():
            setattr(health, name, value)
    blind = _is_blind(seen.report)
    if not blind:
        health.findings = _told(row, seen.report.findings)
    announced_until = health_news.tell(row, health, now=now)
    health.save()
    _write(row, seen, verdict, announced_until, now=now)
    if blind or (verdict.finding is not None and verdict.finding.passing):
        return
    if verdict.state == HealthState.UNHEALTHY and verdict.finding is not None:
        told = verdict.finding
        mark_attention(connection_id=row.pk, code=told.code, cause=told.cause, remedy=told.remedy, now=now)
    elif _works(seen.report.findings):
        mark_recovered(connection_id=row.pk, now=now)


def _write(row: Connection, seen: Seen, verdict: Verdict, sooner: datetime | None, *, now: datetime) -> None:
    """Write on the connection what the platform told of it, and when it is asked again."""
    report = seen.report
    fields: dict[str, Any] = {"health": verdict.state, "health_checked_at": now, "updated_at": now}
    if report.scopes_granted is not None:
        fields["scopes_granted"] = list(report.scopes_granted)
    for name in ("access_expires_at", "data_access_expires_at"):
        if (told := getattr(report, name)) is not None:
            fields[name] = told
    if verdict.failures:
        again = verdicts.next_try(verdict.failures, every=settings.HEALTH_CHECK_EVERY)
        fields["next_health_at"] = now + max(again, min(seen.wait or again, _LONGEST_WAIT))
    elif sooner is not None and (row.next_health_at is None or sooner < row.next_health_at):
        fields["next_health_at"] = sooner
    Connection.objects.filter(pk=row.pk).update(**fields)


def _works(findings: Sequence[HealthFinding]) -> bool:
    """Tell whether a check proved that the grant works: whatever is said against it is no matter of the grant's."""
    return all(finding.state is HealthState.HEALTHY or code_of(finding).works for finding in findings)


def _is_blind(report: HealthReport) -> bool:
    return any(finding.code == NOT_ASKED for finding in report.findings)


def _before(health: ConnectionHealth) -> Verdict:
    finding = None
    if health.code:
        finding = HealthFinding(
            HealthState(health.state or HealthState.HEALTHY), health.code, health.cause, health.remedy, health.link
        )
    return Verdict(health.state, health.since, finding, health.failures, health.failing_since)


def _words(row: Connection, finding: HealthFinding | None) -> dict[str, str]:
    if finding is None:
        return {"code": "", "cause": "", "remedy": "", "link": ""}
    return {
        "code": finding.code[:60],
        "cause": storable(finding.cause)[:600],
        "remedy": storable(finding.remedy)[:600],
        "link": link_to_mend(finding, row)[:600],
    }


def _told(row: Connection, findings: Sequence[HealthFinding]) -> list[dict[str, str]]:
    return [{"state": str(one.state), **_words(row, one)} for one in findings[:MOST_FINDINGS]]


# --- asking the platform -----------------------------------------------------------------------------------------------


def _look(connection: Connection, *, now: datetime) -> Seen:
    """Ask the platform; ask once more before bad news that are new are believed, with a fresh token where one would help."""
    seen = _ask(connection, now=now)
    if seen.report.state is not HealthState.UNHEALTHY:
        return seen
    renewable = _renewable(connection, seen.report)
    if connection.status == Connection.Status.ATTENTION and not renewable:
        return seen
    if renewable:
        outcome = refreshing.refresh_connection(
            connection_id=connection.pk,
            reason="health check",
            clock=timezone.now,
            seen_version=connection.token_version,
        )
        if outcome in (refreshing.Outcome.FAILED, refreshing.Outcome.UNDER_WAY):
            cause = "The token is to be renewed, and that could not be done just now."
            return Seen(_unasked(cause), seen.latency_ms)
    again = _ask(Connection.objects.get(pk=connection.pk), now=now)
    return Seen(again.report, seen.latency_ms, again.wait)


def _renewable(connection: Connection, report: HealthReport) -> bool:
    connector = get_connector(connection.platform_id)
    return (
        Capability.REFRESH_TOKEN in connector.capabilities
        and connector.renews_with == REFRESH_TOKEN
        and any(finding.renewable for finding in report.findings)
    )


def _ask(connection: Connection, *, now: datetime) -> Seen:
    started = time.monotonic()
    chosen = connection.destinations.filter(enabled=True, gone_at=None).order_by("pk")
    places: list[Destination] = list(chosen.select_related("connection"))
    wait = None
    try:
        refreshing.make_ready(connection, now=now)
        connector = get_connector(connection.platform_id, connection)
        report = connector.health_check(targets=[target_of(place) for place in places], now=now)
        latency = _ms(started)
        return Seen(_with_more(report, connection, connector, places, now=now), latency)
    except ConnectorError as error:
        report = _unasked(f"The platform cannot be asked: {error.cause}")
        wait = error.retry_after if isinstance(error, RateLimited) else None
    except ConfigurationError as error:
        finding = HealthFinding(HealthState.DEGRADED, "not_configured", error.detail, error.remedy)
        report = HealthReport((finding,))
    except Exception as error:  # a fault of ours says nothing of anybody's account
        log.exception("health.crashed", error=type(error).__name__)
        report = _unasked("The hub failed on it; its log says why.")
    return Seen(report, _ms(started), wait)


def _with_more(
    report: HealthReport, connection: Connection, connector: Connector, places: list[Destination], *, now: datetime
) -> HealthReport:
    """Add what the hub knows by itself; subscriptions are looked at only where the grant works."""
    more = health_looks.known(connection, connector, places, now=now)
    if report.state is not HealthState.UNHEALTHY:
        more += health_looks.subscriptions(connector, places, now=now)
    return HealthReport(
        (*report.findings, *more), report.scopes_granted, report.access_expires_at, report.data_access_expires_at
    )


def _unasked(cause: str) -> HealthReport:
    remedy = "Nothing: it is asked again by itself."
    return HealthReport((HealthFinding(HealthState.DEGRADED, NOT_ASKED, cause, remedy, passing=True),))


def _ms(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
