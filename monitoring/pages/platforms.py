"""The platforms: which can be published to and why others cannot, what is left of their budgets, when their API versions end."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from redis.exceptions import RedisError

from connectors.base import Connector
from connectors.budgets import Budgets, Standing
from connectors.manager import get_connector
from connectors.models import Connection, Destination
from connectors.registry import CONNECTORS
from foundation.errors import ConfigurationError
from monitoring.pages import drill
from monitoring.pages.dashboard import Dashboard
from monitoring.pages.scope import PARAMETER, Scope
from monitoring.pages.words import counted, span_words
from monitoring.reports.models import ConnectorReadiness
from tenants import flags
from tenants.features import PLATFORM

#: Days before the end of an API version from which on it is told of, with how loudly.
LOUDNESS: Final = ((7, "bad"), (30, "warn"), (90, "info"))
#: The budgets of so many places are looked at, and of all budgets so many are shown, the fullest first.
PLACES_LOOKED_AT: Final = 20
BUDGETS_SHOWN: Final = 4
_TIGHT: Final = 75
_FULL: Final = 90
_OPERATOR: Final = "Whoever runs this hub"


def platforms_page(asked: Dashboard, *, now: datetime) -> dict[str, Any]:
    """Return what ``monitoring/platforms.html`` shows."""
    scope = asked.scope
    known = {row.platform: row for row in ConnectorReadiness.objects.all() if row.platform in CONNECTORS}
    connections = _connections(scope)
    places = _places(scope)
    rows = [
        _platform(asked, row, connections.get(slug, {}), places.get(slug, {}), now=now) for slug, row in known.items()
    ]
    rows.sort(key=lambda row: (_WORST_FIRST[row["state"]], row["name"]))
    return {
        "platforms": rows,
        "ready": sum(row["state"] == "healthy" for row in rows),
        "told_at": min((row.told_at for row in known.values() if row.told_at), default=None),
        "is_operator": scope.may_widen,
        "sandbox": settings.SANDBOX,
    }


#: Words of ``partials/state.html``, worst first.
_WORST_FIRST: Final = {"unhealthy": 0, "attention": 1, "degraded": 2, "unknown": 3, "healthy": 4, "inactive": 5}


def _platform(
    asked: Dashboard, row: ConnectorReadiness, connections: dict[str, int], places: dict[str, str], *, now: datetime
) -> dict[str, Any]:
    scope = asked.scope
    connector = _connector(row.platform)
    version = _version(row, connector)
    state, label = _standing(row, version)
    reason, remedy = row.reason, row.remedy
    # A tenant reads whether it is on for itself; an operator who looks at all of them, for whom it is not.
    switch = f"{PLATFORM}{row.platform}"
    if row.enabled and scope.tenant and not flags.is_on(switch, scope.tenant.pk):
        state, label = "inactive", "Switched off"
        reason, remedy = f"{flags.cause_of(switch)} Jobs wait.", flags.remedy_for(switch)
    elif row.enabled and scope.is_wide and not reason and (limited := flags.rule_of(switch)).tenants:
        reason, remedy = limited.words(), limited.reason
    return {
        "slug": row.platform,
        "name": row.name,
        "state": state,
        "state_label": label,
        "reason": reason,
        "who": _OPERATOR if row.remedy and remedy == row.remedy and not scope.may_widen else "",
        "remedy": remedy,
        "enabled": row.enabled,
        "configured": row.configured,
        "connections": connections.get("count", 0),
        "connections_url": _connections_url(scope, row.platform),
        "disconnected": connections.get("disconnected", 0),
        "attention": connections.get("attention", 0),
        "attention_url": _connections_url(scope, row.platform, "attention"),
        "healthy": connections.get("healthy", 0),
        "healthy_url": _connections_url(scope, row.platform, "healthy"),
        "version": version,
        "budgets": _budgets(connector, places),
        "waiting": row.jobs_waiting if scope.is_wide else None,
        "late": row.jobs_late if scope.is_wide else None,
        "last_published_at": row.last_published_at if scope.is_wide else None,
        "last_failed_at": row.last_failed_at if scope.is_wide else None,
        "publishing_url": _dashboard("publishing_dashboard", scope, row.platform),
        "health_url": _dashboard("health_dashboard", scope, row.platform),
        "admin_url": reverse("admin:connectors_platform_change", args=[row.platform]) if scope.may_widen else "",
    }


def _connector(slug: str) -> Connector | None:
    try:
        return get_connector(slug)
    except ConfigurationError:
        return None


def _standing(row: ConnectorReadiness, version: dict[str, Any] | None) -> tuple[str, str]:
    if not row.enabled:
        return "inactive", "Switched off"
    if row.told_at is None:
        return "unknown", "Not known yet"
    if not row.configured:
        return "inactive", "Not set up"
    if not row.ready:
        return "unhealthy", "Cannot publish"
    if version and version["loudness"] in ("bad", "warn"):
        return "degraded", "Ready, not for long"
    return "healthy", "Ready"


def _version(row: ConnectorReadiness, connector: Connector | None) -> dict[str, Any] | None:
    """Return which version of the platform's API the hub speaks, and how loudly to tell of its end."""
    if connector is None:
        return None
    version = connector.api_version()
    days = row.days_left
    loudness = "" if days is None else next((word for least, word in LOUDNESS if days <= least), "")
    return {
        "name": version.name,
        "known": version.known,
        "page": version.page,
        "ends_on": row.version_sunset_on,
        "days_left": days,
        "loudness": loudness,
        "words": _ends(days),
        "setting": version.setting or f"{row.platform.upper()}_GRAPH_VERSION",
    }


def _ends(days: int | None) -> str:
    if days is None:
        return "no end announced"
    if days < 0:
        return f"ended {counted(-days, 'day')} ago"
    return "ends today" if days == 0 else f"{counted(days, 'day')} left"


# --- whose accounts ---------------------------------------------------------------------------------------------------------


def _connections(scope: Scope) -> dict[str, dict[str, int]]:
    counts = (
        scope.of(Connection.objects.order_by())
        .values("platform_id")
        .annotate(
            count=Count("pk"),
            disconnected=Count("pk", filter=Q(status=Connection.Status.INACTIVE)),
            attention=Count("pk", filter=Q(status=Connection.Status.ATTENTION)),
            healthy=Count("pk", filter=Q(status=Connection.Status.ACTIVE, health="healthy")),
        )
    )
    names = ("count", "disconnected", "attention", "healthy")
    return {row["platform_id"]: {name: row[name] for name in names} for row in counts.values("platform_id", *names)}


def _connections_url(scope: Scope, platform: str, state: str = "") -> str:
    if not scope.is_wide:
        asked = {"platform": platform, **({"state": state} if state else {})}
        return f"{reverse('connections')}?{urlencode(asked)}"
    status = {
        "attention": {"status__exact": "attention"},
        "healthy": {"status__exact": "active", "health__exact": "healthy"},
    }
    return drill.admin_list("connectors_connection", platform__slug__exact=platform, **status.get(state, {}))


def _dashboard(name: str, scope: Scope, platform: str) -> str:
    return f"{reverse(name)}?{urlencode({'platform': platform, **({PARAMETER: 'all'} if scope.is_wide else {})})}"


# --- budgets ----------------------------------------------------------------------------------------------------------------


def _places(scope: Scope) -> dict[str, dict[str, str]]:
    """Return by platform the names of the tenant's chosen places by what the platform calls them; of all tenants, none."""
    if scope.tenant is None:
        return {}
    told: dict[str, dict[str, str]] = {}
    rows = Destination.objects.filter(tenant=scope.tenant, enabled=True, gone_at=None).order_by("name", "id")
    for platform, external_id, name in rows.values_list("platform_id", "external_id", "name"):
        names = told.setdefault(platform, {})
        if len(names) < PLACES_LOOKED_AT:
            names[external_id] = name
    return told


def _budgets(connector: Connector | None, places: dict[str, str]) -> dict[str, Any]:
    """Return the budgets, the fullest first; ``rows`` is empty where nobody knows."""
    if connector is None:
        return {"rows": [], "more": 0, "why": "It is not set up."}
    keys = connector.budget_keys(list(places))
    try:
        standings = Budgets(connector.slug).standings({key: connector.budget_windows(key) for key in keys})
    except RedisError:
        return {"rows": [], "more": 0, "why": "Redis, where they are counted, cannot be reached."}
    known = [one for one in standings if one.used_percent is not None]
    known.sort(key=lambda one: -(one.used_percent or 0))
    # Of those that nobody draws on one is enough.
    shown = [one for one in known if one.used_percent][:BUDGETS_SHOWN] or known[:1]
    why = f"{connector.name} has not told, and the hub counts none itself." if not known else ""
    return {"rows": [_budget(one, places) for one in shown], "more": len(known) - len(shown), "why": why}


def _budget(standing: Standing, places: dict[str, str]) -> dict[str, Any]:
    percent = standing.used_percent or 0
    gauge = not standing.window
    return {
        "whose": _whose(standing.key, places.items()),
        "what": "calls, as the platform tells" if gauge else f"calls in {standing.window}",
        "percent": percent,
        "used": f"{percent} %" if gauge else f"{standing.used:,} of {standing.limit:,}",
        "tone": "bad" if percent >= _FULL else "warn" if percent >= _TIGHT else "ok",
        "resets": _resets(standing),
    }


def _whose(key: str, places: Iterable[tuple[str, str]]) -> str:
    return next((name for external_id, name in places if external_id and external_id in key), "The hub's app")


def _resets(standing: Standing) -> str:
    if standing.blocked_for > timedelta():
        return f"spent; opens again in {span_words(standing.blocked_for.total_seconds())}"
    if standing.resets_in is not None:
        return f"begins anew in {span_words(standing.resets_in.total_seconds())}"
    return ""
