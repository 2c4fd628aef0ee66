"""What people do with alerts: say that they have seen to it, or that they do not want to hear of it for a while."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from foundation.errors import Conflict, Finding, Invalid
from monitoring.alerting.rows import Alert
from tenants.services import record

#: How long an alert may be silenced, in hours.
HOURS: Final = (1, 4, 24, 72)
_OVER: Final = "This alert is over."


@transaction.atomic
def acknowledge(*, alert: Alert, actor: str, now: datetime) -> Alert:
    """Note that somebody has taken an alert on; the first who says so stands. Raises ``Conflict`` when it is over."""
    mine = Alert.objects.filter(pk=alert.pk, cleared_at=None, acknowledged_at=None)
    if mine.update(acknowledged_at=now, acknowledged_by=actor[:160]):
        record(tenant=alert.tenant, actor=actor, action="alert.acknowledged", subject=alert, rule=alert.rule)
    alert.refresh_from_db()
    if alert.acknowledged_at is None:
        raise Conflict(_OVER, remedy="Nothing need be done.", code="alert_is_over")
    return alert


@transaction.atomic
def silence(*, alert: Alert, hours: int, actor: str, now: datetime) -> Alert:
    """Send nothing of an alert for some hours, nor of the same one raised anew meanwhile; 0 ends a silence.

    Raises ``Conflict`` when it is over, and ``Invalid`` for another number of hours than are offered.
    """
    if hours and hours not in HOURS:
        remedy = f"Offered are {', '.join(str(one) for one in HOURS)} hours, and 0, which ends a silence."
        finding = Finding("hours", "invalid_choice", f"{hours} hours are not offered.", remedy)
        raise Invalid("The alert stays as it is.", findings=[finding])
    until = now + timedelta(hours=hours) if hours else None
    mine = Alert.objects.filter(pk=alert.pk, cleared_at=None)
    if not mine.update(silenced_until=until, silenced_by=actor[:160] if until else ""):
        raise Conflict(_OVER, remedy="Nothing need be done.", code="alert_is_over")
    action = "alert.silenced" if until else "alert.unsilenced"
    record(tenant=alert.tenant, actor=actor, action=action, subject=alert, rule=alert.rule, hours=hours)
    alert.refresh_from_db()
    return alert
