"""Writing down what came of an attempt: of the delivery, and of its endpoint, which may be spared or switched off."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.dispatch import Signal

from outbox import endpoints, schedule
from outbox.models import WebhookDelivery, WebhookEndpoint
from outbox.wire import Answer

log = structlog.get_logger(__name__)

#: Sent after the commit with ``endpoint_id`` and ``delivery_id``; listeners count.
delivered = Signal()
delivery_failed = Signal()
endpoint_disabled = Signal()

KEPT_ATTEMPTS: Final = 20
#: An endpoint's row is not written for every success, or all its senders would wait for one another.
_SUCCESS_STEP: Final = timedelta(seconds=5)
_GONE: Final = 410


def record_answer(
    *,
    delivery: WebhookDelivery,
    endpoint: WebhookEndpoint,
    token: UUID,
    answer: Answer,
    at: datetime,
    now: datetime,
) -> None:
    """Write an attempt down, unless another has taken the delivery meanwhile: then it is theirs to tell."""
    tries = delivery.tries + 1
    attempt = {
        "at": at.isoformat(),
        "took_ms": answer.took_ms,
        "status": answer.status,
        "error": answer.error,
        "answer": answer.body,
    }
    fields: dict[str, Any] = {
        "attempts": [*delivery.attempts, attempt][-KEPT_ATTEMPTS:],
        "tries": tries,
        "last_status": answer.status,
        "last_error": answer.error[:300],
        "attempted_at": at,
        "lease_token": None,
        "updated_at": now,
    }
    if answer.ok:
        fields |= {"state": WebhookDelivery.State.DELIVERED, "due_at": None, "delivered_at": now}
    else:
        asked = schedule.asked_wait(answer.retry_after, now=now) if answer.status in schedule.BUSY else None
        again = None if answer.status == _GONE else schedule.next_try(tries=tries, asked=asked, now=now)
        fields |= {"state": WebhookDelivery.State.WAITING if again else WebhookDelivery.State.FAILED, "due_at": again}
    with transaction.atomic():
        if not WebhookDelivery.objects.filter(pk=delivery.pk, lease_token=token).update(**fields):
            return
        if answer.ok:
            _note_success(endpoint, answer, now=now)
        else:
            _note_failure(endpoint, answer, now=now)
        _tell(delivered if answer.ok else delivery_failed, delivery)


def _note_success(endpoint: WebhookEndpoint, answer: Answer, *, now: datetime) -> None:
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    known = endpoint.last_success_at
    if endpoint.failures_in_row or known is None or now - known >= _SUCCESS_STEP:
        rows.update(
            failures_in_row=0,
            failing_since=None,
            probe_at=None,
            last_success_at=now,
            pace_ms=_paced(endpoint, answer),
            updated_at=now,
        )


def _note_failure(endpoint: WebhookEndpoint, answer: Answer, *, now: datetime) -> None:
    row = WebhookEndpoint.objects.select_for_update().select_related("tenant").get(pk=endpoint.pk)
    failures, since = row.failures_in_row + 1, row.failing_since or now
    WebhookEndpoint.objects.filter(pk=row.pk).update(
        failures_in_row=failures,
        failing_since=since,
        probe_at=schedule.next_probe(failures=failures, now=now),
        last_failure_at=now,
        pace_ms=_paced(row, answer),
        updated_at=now,
    )
    off = False
    if answer.status == _GONE:
        cause = "It answered 410: it is gone and wants nothing more."
        off = endpoints.disable(endpoint=row, reason=WebhookEndpoint.Disabled.GONE, cause=cause, now=now)
    elif now - since >= settings.WEBHOOK_OUT_GIVE_UP:
        cause = f"It has taken nothing since {since:%-d %b %Y, %H:%M} UTC. Last: {answer.error}"
        off = endpoints.disable(endpoint=row, reason=WebhookEndpoint.Disabled.FAILING, cause=cause, now=now)
    if off:
        log.warning("webhook_out.endpoint_disabled", endpoint=str(row.pk), tenant_id=str(row.tenant_id))
        transaction.on_commit(lambda: endpoint_disabled.send(sender=WebhookEndpoint, endpoint_id=row.pk), robust=True)


def _paced(endpoint: WebhookEndpoint, answer: Answer) -> int:
    return round(endpoint.pace_ms + (answer.took_ms - endpoint.pace_ms) / 4)


def _tell(news: Signal, delivery: WebhookDelivery) -> None:
    transaction.on_commit(
        lambda: news.send(sender=WebhookDelivery, delivery_id=delivery.pk, endpoint_id=delivery.endpoint_id),
        robust=True,
    )
