"""What the page of alerts shows: plain values."""

from datetime import datetime
from typing import Any, Final

from foundation.listing import Column, Query, stretch_of
from monitoring import runbook
from monitoring.alerting import selectors
from monitoring.alerting.rows import Alert
from monitoring.alerting.rules import RULES
from monitoring.alerting.services import HOURS
from monitoring.pages import drill
from monitoring.pages.scope import PARAMETER, Scope

HISTORY_SHOWN: Final = 50
POLL_SECONDS: Final = 15
_HOURS_WORDS: Final = {1: "1 hour", 4: "4 hours", 24: "a day", 72: "3 days"}


def alerts_page(scope: Scope, query: Query, *, may_act: bool, now: datetime) -> dict[str, Any]:
    """Return what ``monitoring/alerts.html`` shows."""
    query.choice(PARAMETER, {"all"})  # kept in the addresses of the list
    rule = query.choice("rule", RULES)
    past = selectors.visible(scope).filter(cleared_at__isnull=False)
    stretch = stretch_of(
        past.filter(rule=rule) if rule else past,
        query.sort({"began": Column()}, "began"),
        query.cursor,
        size=HISTORY_SHOWN,
    )
    found = {row.pk: row for row in Alert.objects.filter(pk__in=stretch.ties).select_related("tenant")}
    return {
        "checked_at": now,
        "poll_seconds": None if query.cursor else POLL_SECONDS,
        "scope": scope,
        "now": [
            _shown(row, scope, now=now) | {"may_act": may_act and (row.tenant_id is not None or scope.may_widen)}
            for row in selectors.current(scope, now=now)
        ],
        "history": [_shown(found[pk], scope, now=now) for pk in stretch.ties if pk in found],
        "rules": [{"slug": one.slug, "title": one.title, "current": one.slug == rule} for one in RULES.values()],
        "rule": rule,
        "page": stretch.links(query),
        "silences": [(hours, _HOURS_WORDS[hours]) for hours in HOURS],
    }


def _shown(row: Alert, scope: Scope, *, now: datetime) -> dict[str, Any]:
    silenced = row.silenced_until if row.silenced_until and row.silenced_until > now else None
    return {
        "id": row.pk,
        "rule": row.rule,
        "subject": "" if row.tenant_id else row.subject,
        "title": row.title,
        "severity": row.severity,
        "cause": row.cause,
        "remedy": row.remedy,
        "link": drill.of_alert(scope, rule=row.rule, tenant=row.tenant, link=row.link),
        "runbook": runbook.path_of(row.rule),
        "since": row.since,
        "cleared_at": row.cleared_at,
        "calm_since": row.calm_since,
        "lasted": row.cleared_at - row.since if row.cleared_at else None,
        "tenant": row.tenant.name if row.tenant else "",
        "acknowledged_at": row.acknowledged_at,
        "acknowledged_by": row.acknowledged_by.partition(":")[2] or row.acknowledged_by,
        "silenced_until": silenced,
    }
