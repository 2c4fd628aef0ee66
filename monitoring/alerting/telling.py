"""Telling of alerts: once when one is raised or grows worse, once when it is over, whoever evaluates and how many at once.

The mark on the row and everything that is sent of it (webhooks and mails as rows) are written in one transaction, by whoever
sets the mark first. Operators hear of what is the installation's, tenants of what is theirs; silenced ones are not told.
"""

from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from monitoring import metrics, runbook
from monitoring.alerting.rows import Alert
from monitoring.alerting.rules import BAD, RULES
from outbox import operators
from outbox.events import EventType
from outbox.services import announce
from tenants.models import User

RAISED: Final = "raised"
CLEARED: Final = "cleared"
#: At most so many in one transaction.
_MOST: Final = 200
#: Not told yet, or worse than when it was.
_UNTOLD: Final = Q(told_at=None) | Q(told_step__lt=F("step"))


def tell(*, now: datetime) -> int:
    """Tell of every turn that nobody has told of yet; return how many were told."""
    total = 0
    while done := _tell_some(now=now):
        total += done
        if done < _MOST:
            break
    return total


def _tell_some(*, now: datetime) -> int:
    unheard = Q(silenced_until=None) | Q(silenced_until__lte=now)
    begun = Alert.objects.filter(unheard, _UNTOLD, raised_at__isnull=False, cleared_at=None).order_by("pk")
    # Who was not told of its beginning need not hear of its end.
    ended = Alert.objects.filter(cleared_at__isnull=False, told_at__isnull=False, end_told_at=None).order_by("pk")
    turns = [(row, RAISED) for row in begun[:_MOST]]
    turns += [(row, CLEARED) for row in ended[: _MOST - len(turns)]]
    if not turns:
        return 0
    with transaction.atomic():
        mine = [(row, turn) for row, turn in turns if _mark(row, turn, now=now)]
        for row, turn in mine:
            _tell_tenant(row, turn, now=now)
        news = [_news(row, turn) for row, turn in mine if _is_for_operators(row)]
        if news and (addresses := operators_addresses()):
            operators.write_to(addresses, news, pause=settings.ALERT_MAIL_PAUSE, now=now)
        if mine:
            transaction.on_commit(lambda: _tell_datadog(mine), robust=True)
    return len(mine)


def _mark(row: Alert, turn: str, *, now: datetime) -> bool:
    """Set the mark that this turn is told; tell whether it was not set already, and the turn still is so."""
    here = Alert.objects.filter(pk=row.pk)
    if turn == RAISED:
        mine = here.filter(_UNTOLD, cleared_at=None, step=row.step)
        return bool(mine.update(told_at=now, told_step=row.step))
    return bool(here.filter(end_told_at=None, cleared_at=row.cleared_at).update(end_told_at=now))


def _tell_tenant(row: Alert, turn: str, *, now: datetime) -> None:
    rule = RULES.get(row.rule)
    if row.tenant_id is None or (rule is not None and rule.told_elsewhere):
        return
    data: dict[str, Any] = {
        "alert_id": str(row.pk),
        "rule": row.rule,
        "title": row.title,
        "severity": row.severity,
        "since": row.since.isoformat(),
        "raised_at": row.raised_at.isoformat() if row.raised_at else None,
    }
    if turn == RAISED:
        data |= {"cause": row.cause, "remedy": row.remedy, "value": row.value, "runbook": runbook.url_of(row.rule)}
    else:
        data["cleared_at"] = row.cleared_at.isoformat() if row.cleared_at else None
    kind = EventType.ALERT_RAISED if turn == RAISED else EventType.ALERT_CLEARED
    announce(tenant_id=row.tenant_id, kind=kind, data=data, now=now)


def _is_for_operators(row: Alert) -> bool:
    return row.tenant_id is None


def operators_addresses() -> list[str]:
    """Return who hears of the installation's alerts by mail."""
    if settings.ALERT_EMAILS:
        return list(dict.fromkeys(settings.ALERT_EMAILS))
    staff = User.objects.filter(is_staff=True, is_active=True).exclude(email="")
    return list(staff.order_by("pk").values_list("email", flat=True))


def _news(row: Alert, turn: str) -> dict[str, Any]:
    return {
        "turn": turn,
        "alert_id": str(row.pk),
        "title": row.title,
        "severity": row.severity,
        "cause": row.cause,
        "remedy": row.remedy,
        "url": f"{settings.PUBLIC_URL}{row.link}" if row.link else "",
        "runbook": runbook.url_of(row.rule),
        "since": f"{row.since:%-d %B %Y, %H:%M:%S} UTC",
        "ended": f"{row.cleared_at:%-d %B %Y, %H:%M:%S} UTC" if row.cleared_at else "",
    }


def _tell_datadog(turns: list[tuple[Alert, str]]) -> None:
    for row, turn in turns:
        over = turn == CLEARED
        metrics.event(
            f"Over: {row.title}" if over else row.title,
            "What this alert told of is over."
            if over
            else f"{row.cause}\n\n{row.remedy}\n\n{runbook.url_of(row.rule)}",
            alert_type="success" if over else "error" if row.severity == BAD else "warning",
            # Datadog shows the beginning and the end of one as one.
            aggregation_key=str(row.pk),
            tags=(f"rule:{row.rule}", f"severity:{row.severity}"),
        )
