"""Telling tenants ahead that a grant ends which only its person can renew, and saying so when it has ended.

Each stage (30, 7 and 1 days before) is told once for one end, however many look at once; what was missed while the hub was
down is made up for by the latest stage alone.
"""

import time
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.dispatch import Signal

from connectors import token_plans
from connectors.manager import connector_class
from connectors.models import Connection, TokenPlan
from connectors.services import mark_attention

log = structlog.get_logger(__name__)

#: Sent inside the transaction that notes the stage, with ``connection_id``, ``tenant_id``, ``days`` (the stage: 30, 7 or 1) and
#: ``ends_at``. A listener that writes a row therefore writes it once; one that raises undoes the stage, which is told later.
connection_expiring = Signal()

_BATCH: Final = 100
_LATER: Final = timedelta(hours=1)
_MOST_SECONDS: Final = 50.0


def tell_due(*, now: datetime) -> int:
    """Tell every stage that is due; return how many connections were told of."""
    end = time.monotonic() + _MOST_SECONDS
    told = 0
    while time.monotonic() < end:
        batch = due_endings(now=now)
        for connection_id in batch:
            told += _tell_safely(connection_id, now=now)
        if len(batch) < _BATCH:
            break
    return told


def due_endings(*, now: datetime) -> list[UUID]:
    """Return some of the connections of whose end a stage is due, the longest waiting first."""
    due = TokenPlan.objects.filter(tell_at__lte=now).order_by("tell_at")
    return list(due.values_list("pk", flat=True)[:_BATCH])


def _tell_safely(connection_id: UUID, *, now: datetime) -> bool:
    """Tell one, and let nobody wait behind a listener that fails."""
    try:
        with transaction.atomic():
            return _tell(connection_id, now=now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("connection.expiry_not_told", connection_id=str(connection_id), error=type(error).__name__)
        TokenPlan.objects.filter(pk=connection_id).update(tell_at=now + _LATER)
        return False


def _tell(connection_id: UUID, *, now: datetime) -> bool:
    row = Connection.objects.select_for_update().filter(pk=connection_id).first()
    if row is None:
        return False
    # By what is known now: an end may have moved since it was planned.
    token_plans.plan([row.pk], now=now)
    plan = TokenPlan.objects.get(pk=row.pk)
    ends_at = plan.grant_ends_at
    if plan.tell_at is None or plan.tell_at > now or ends_at is None:
        return False
    days = min(days for days, at in token_plans.stages_of(row, ends_at) if at <= now)
    TokenPlan.objects.filter(pk=row.pk).update(told_days=days, told_end=ends_at)
    token_plans.plan([row.pk], now=now)
    if days == token_plans.END:
        return _say_ended(row, ends_at, now=now)
    if row.status == Connection.Status.ATTENTION:
        # Its tenant is asked to reconnect already.
        return False
    log.info("connection.expiring", connection_id=str(row.pk), platform=row.platform_id, days=days)
    connection_expiring.send(
        sender=Connection, connection_id=row.pk, tenant_id=row.tenant_id, days=days, ends_at=ends_at
    )
    return True


def _say_ended(row: Connection, ended_at: datetime, *, now: datetime) -> bool:
    name = connector_class(row.platform_id).name
    return mark_attention(
        connection_id=row.pk,
        code="token_ended",
        cause=f"{name} granted access until {ended_at:%d %B %Y %H:%M} UTC, and only its person can renew it.",
        remedy="Reconnect the account.",
        now=now,
    )
