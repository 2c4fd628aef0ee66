"""What is firing now, and what was: for the overview, the page of alerts, the API."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from foundation.errors import NotFound
from monitoring import readiness
from monitoring.alerting import looks
from monitoring.alerting.rows import Alert
from monitoring.alerting.rules import BAD, RULES, WARN
from monitoring.pages.scope import Scope
from monitoring.parts import Part
from tenants.models import Tenant

#: What looking now tells for the whole hub: a row about it that does not fit any more is not shown.
_TOLD_LIVE: Final = frozenset(
    {
        "worker_silent",
        "queue_unserved",
        "beat_late",
        "queue_age",
        "queue_full",
        "broker_unreachable",
        "redis_unreachable",
    }
)
#: Parts that are not watched by a rule, by name: what is said of them on top.
#: What has no beginning yet began this moment.
_NOW: Final = datetime.max.replace(tzinfo=UTC)
_TITLES: Final = {
    "database": "The database does not work",
    "ledger": "A restored database waits to be looked through",
    "migrations": "Migrations are missing",
    "settings": "A setting needs a look",
    "platforms": "Platforms have no credentials",
    "broker": "Redis is set up wrongly",
    "redis": "Redis is set up wrongly",
}


@dataclass(frozen=True, slots=True)
class Firing:
    """Something that is wrong just now."""

    #: Of the alert; None for what was seen this moment and is no alert (yet).
    id: UUID | None
    rule: str
    title: str
    severity: str
    #: None: nobody knows.
    since: datetime | None
    cause: str
    remedy: str
    link: str
    #: Whose it is; None: the whole installation's.
    tenant: Tenant | None = None
    acknowledged_by: str = ""


def firing(scope: Scope, *, now: datetime, parts: Iterable[Part] | None = None) -> list[Firing]:
    """Return what is firing within the scope, worst first and then the longest; operators also see the installation's.

    The hub's own parts are looked at anew unless they were a moment ago (``parts``), so that what began this moment is told, and
    what is over is not.
    """
    rows = list(current(scope, now=now).filter(Q(silenced_until=None) | Q(silenced_until__lte=now)))
    if not scope.may_widen:
        return [_of_row(row) for row in rows]
    return merged(rows, readiness.parts(now=now) if parts is None else parts)


def merged(rows: Iterable[Alert], parts: Iterable[Part]) -> list[Firing]:
    """Return alerts and what the hub's parts are like this moment as one list, each thing once."""
    told = [part for part in parts if not part.well]
    live = {sight.rule: sight for sight in looks.of_parts(told)}
    found = []
    for row in rows:
        sight = live.pop(row.rule, None) if row.tenant_id is None else None
        if sight is not None:
            found.append(_of_row(row, cause=sight.cause, remedy=sight.remedy))
        elif row.rule not in _TOLD_LIVE:
            found.append(_of_row(row))
    for rule, sight in live.items():
        severity = sight.severity or RULES[rule].severity
        found.append(Firing(None, rule, RULES[rule].title, severity, None, sight.cause, sight.remedy, sight.link))
    for part in told:
        if part.code not in looks.PART_RULES and not part.code.endswith(".unknown"):
            title = _TITLES.get(part.name, f"{part.name.capitalize()} needs a look")
            cause = f"{part.detail[:1].upper()}{part.detail[1:]}."
            found.append(Firing(None, part.code, title, WARN if part.ok else BAD, None, cause, part.remedy, ""))
    return sorted(found, key=lambda one: (one.severity != BAD, one.since or _NOW))


def current(scope: Scope, *, now: datetime) -> QuerySet[Alert]:
    """Return the alerts that are raised and not over, worst first, then the longest."""
    worst_first = Case(When(severity=BAD, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = visible(scope).filter(raised_at__isnull=False, cleared_at=None).select_related("tenant")
    return rows.order_by(worst_first, "since", "pk")


def visible(scope: Scope) -> QuerySet[Alert]:
    """Return the alerts that may be seen within the scope; a tenant's members see their tenant's, operators the installation's too."""
    rows = Alert.objects.exclude(raised_at=None)
    if scope.tenant is None:
        return rows
    mine = Q(tenant=scope.tenant)
    return rows.filter(mine | Q(tenant=None) if scope.may_widen else mine)


def alerts_of(tenant: Tenant) -> QuerySet[Alert]:
    """Return a tenant's own alerts, newest first."""
    return Alert.objects.filter(tenant=tenant, raised_at__isnull=False).order_by("-pk")


def alert_of(tenant: Tenant, alert_id: UUID) -> Alert:
    """Return one alert of a tenant; raises ``NotFound``, also for another tenant's."""
    found = alerts_of(tenant).filter(pk=alert_id).first()
    if found is None:
        raise NotFound("There is no such alert.", remedy="List the alerts to find its id.")
    return found


def alert_in(scope: Scope, alert_id: UUID) -> Alert:
    """Return one alert within the scope; raises ``NotFound``, also for one outside it."""
    found = visible(scope).filter(pk=alert_id).first()
    if found is None:
        raise NotFound("There is no such alert.", remedy="See the list of alerts.")
    return found


def _of_row(row: Alert, *, cause: str = "", remedy: str = "") -> Firing:
    return Firing(
        row.pk,
        row.rule,
        row.title,
        row.severity,
        row.since,
        cause or row.cause,
        remedy or row.remedy,
        row.link,
        row.tenant,
        row.acknowledged_by,
    )
