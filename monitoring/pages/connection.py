"""One connection: how it is and why, its token, its scopes, its places, its health checks."""

from datetime import datetime
from typing import Any, Final

from django.conf import settings

from connectors import renewing
from connectors.manager import get_connector, is_configured
from connectors.models import Connection
from connectors.pages import (
    STATE_LABELS,
    check_every_hours,
    destination_facts,
    grant_facts,
    reconnect_of,
    renewable,
    state_of,
    token_facts,
)
from connectors.place_pages import links_of
from connectors.types import ACCESS_TOKEN
from foundation.listing import Column, Query, stretch_of
from monitoring.health_codes import CODES, Mended
from monitoring.models import ConnectionHealth, HealthLogEntry
from monitoring.verdicts import NOT_ASKED
from publishing import reconnected
from publishing.models import PublishJob
from publishing.pages.words import MOVING
from tenants.models import AuditEntry
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE
from vault.selectors import marks_of

CHECKS_SHOWN: Final = 10
RENEWALS_SHOWN: Final = 5
#: A week of checks every six hours.
TREND: Final = 28
_COLUMNS: Final = {"at": Column()}
_CONNECTED: Final = ("connection.created", "connection.renewed")


def connection_page(principal: Principal, connection: Connection, query: Query, *, now: datetime) -> dict[str, Any]:
    """Return what ``connectors/connection.html`` shows; the connection comes from ``selectors.connection_of``."""
    log = HealthLogEntry.objects.filter(connection=connection)
    trend = list(log.order_by("-id").defer("findings", "remedy", "link")[:TREND])
    verdict = ConnectionHealth.objects.filter(connection=connection).first() if connection.health else None
    stretch = stretch_of(log, query.sort(_COLUMNS, "at"), query.cursor, size=CHECKS_SHOWN)
    entries = log.in_bulk(stretch.ties)
    may_manage = CONNECTIONS_WRITE in principal.scopes
    places = connection.destinations.order_by("name", "id")
    return {
        "connection": {
            **_facts(connection, now=now),
            "again": reconnect_of(principal, connection),
            "waiting_redrive": reconnected.waiting(connection),
            **_advice(principal, connection, verdict, may_manage=may_manage),
        },
        "findings": _findings(verdict),
        "trend": [_square(entry) for entry in reversed(trend)],
        "scopes": _scopes(connection),
        "destinations": [
            {**destination_facts(place, connection), "pages": links_of(principal, place)}
            for place in places
            if place.gone_at is None or place.enabled
        ],
        "renewals": renewing.newest(connection, count=RENEWALS_SHOWN, now=now),
        "checks": [_check(entries[pk]) for pk in stretch.ties if pk in entries],
        "page": stretch.links(query),
        "can_manage": may_manage,
        "poll_seconds": None,
    }


def _facts(connection: Connection, *, now: datetime) -> dict[str, Any]:
    mark = marks_of([connection.pk], kind=ACCESS_TOKEN).get(connection.pk)
    moving = PublishJob.objects.filter(tenant_id=connection.tenant_id, state__in=sorted(MOVING))
    waiting = moving.filter(destination__connection=connection).count()
    actor = (
        AuditEntry.objects.filter(
            tenant_id=connection.tenant_id, subject_kind="connection", subject_id=str(connection.pk)
        )
        .filter(action__in=_CONNECTED)
        .order_by("-id")
        .values_list("actor", flat=True)
        .first()
    )
    version = None
    if is_configured(connection.platform_id):
        version = get_connector(connection.platform_id).api_version()
    return {
        "id": connection.pk,
        "platform": connection.platform_id,
        "platform_name": connection.platform.name,
        "name": connection.display_name,
        "account": "",
        "connected_by": _connected_by(actor or ""),
        "connected_at": connection.connected_at,
        "token_hint": mark.hint if mark else "",
        "refresh_expires_at": connection.refresh_expires_at,
        "refreshed_at": mark.sealed_at if mark and mark.replaced else connection.refreshed_at,
        "next_check_at": connection.next_health_at,
        "api_version": version.name if version else "",
        "api_sunset_at": version.ends_on if version else None,
        "waiting_jobs": waiting,
        **token_facts(connection, renews=bool(renewable([connection])), now=now),
        **grant_facts(connection, now=now),
    }


def _connected_by(actor: str) -> str:
    kind, _, name = actor.partition(":")
    return "a connect link" if kind == "link" else name


def _advice(
    principal: Principal, connection: Connection, verdict: ConnectionHealth | None, *, may_manage: bool
) -> dict[str, Any]:
    """Return how the connection is, and what to do about it."""
    state = state_of(connection)
    told: dict[str, Any] = {"since": None, "cause": "", "who": "", "remedy": "", "reconnect": False, "link": ""}
    told["unreachable_since"] = verdict.failing_since if verdict else None
    if connection.status != Connection.Status.ACTIVE:
        told |= {
            "since": connection.status_since,
            "cause": connection.status_cause,
            "who": "You" if may_manage else f"An owner of {principal.tenant.name}",
            "remedy": connection.status_remedy or "Reconnect the account.",
            "reconnect": True,
        }
    elif state == "unknown":
        told |= {
            "cause": "It has not been checked yet.",
            "remedy": f"Nothing: the first check comes by itself within minutes, then {check_every_hours()}.",
        }
    elif verdict is not None:
        told["since"] = verdict.since
    if verdict is not None and verdict.cause and state in (verdict.state, "attention"):
        who = _who(verdict.code, told["who"], principal, may_manage=may_manage)
        told |= {"who": who, "link": _elsewhere(verdict.link)}
        if state == verdict.state:
            told |= {"cause": verdict.cause, "remedy": verdict.remedy or "See what the next check says."}
    return {"state": state, "state_label": STATE_LABELS[state], **told}


def _who(code: str, otherwise: str, principal: Principal, *, may_manage: bool) -> str:
    known = CODES.get(code)
    if known is None:
        return otherwise
    tenant = "You" if may_manage else f"An owner of {principal.tenant.name}"
    return {
        Mended.BY_ITSELF: "",
        Mended.BY_OPERATOR: "Whoever runs this hub",
        Mended.AT_PLATFORM: "Whoever owns the account at the platform",
    }.get(known.mended, tenant)


def _elsewhere(link: str) -> str:
    """Return a link only where it leads to a platform: our own pages have their buttons."""
    return "" if link.startswith(settings.PUBLIC_URL) or not link.startswith("https://") else link


def _findings(verdict: ConnectionHealth | None) -> list[dict[str, str]]:
    """Return everything that the last check saw beside what stands above."""
    if verdict is None:
        return []
    return [
        {**finding, "state_label": "Notice" if finding["state"] == "healthy" else STATE_LABELS[finding["state"]]}
        | {"link": _elsewhere(finding.get("link", ""))}
        for finding in verdict.findings
        if finding.get("cause") != verdict.cause
    ]


def _square(entry: HealthLogEntry) -> dict[str, Any]:
    """Return one check as a small square: its colour, and what it saw in words."""
    unasked = entry.code == NOT_ASKED
    label = "Not asked" if unasked else STATE_LABELS[entry.state]
    return {"at": entry.checked_at, "state": "unasked" if unasked else entry.state, "label": label}


def _scopes(connection: Connection) -> list[dict[str, Any]]:
    missing = [{"name": name, "granted": False, "needed_for": ""} for name in sorted(connection.scopes_missing)]
    lacking = set(connection.scopes_missing)
    granted = sorted(name for name in connection.scopes_granted if name not in lacking)
    return missing + [{"name": name, "granted": True, "needed_for": ""} for name in granted]


def _check(entry: HealthLogEntry) -> dict[str, Any]:
    return {
        "at": entry.checked_at,
        "state": "unknown" if entry.code == NOT_ASKED else entry.state,
        "state_label": "Not asked" if entry.code == NOT_ASKED else STATE_LABELS[entry.state],
        "latency_ms": entry.latency_ms,
        "note": entry.cause,
    }
