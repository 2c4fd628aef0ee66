"""Sending again what was sent before, or was never taken: one delivery, what failed, or everything since a moment."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from foundation.errors import Conflict, Invalid
from outbox.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from outbox.selectors import how_long_kept
from outbox.services import say_written
from outbox.sorting import is_for
from tenants.principal import Principal
from tenants.scopes import WEBHOOKS_WRITE
from tenants.services import record

#: So many at once; the answer says when more are left.
MOST: Final = 10_000
_BATCH: Final = 500
_AGAIN: Final[dict[str, Any]] = {"state": WebhookDelivery.State.WAITING, "tries": 0, "lease_token": None}


@dataclass(frozen=True, slots=True)
class Replayed:
    """How many deliveries are sent again, or would be, and whether more are left."""

    count: int
    more: bool = False


@transaction.atomic
def replay(*, principal: Principal, delivery: WebhookDelivery, now: datetime) -> WebhookDelivery:
    """Send one delivery again, now; one that waits for its next try is hurried. Raises ``Conflict`` when nothing can be sent."""
    principal.require(WEBHOOKS_WRITE)
    _require_on(delivery.endpoint)
    rows = WebhookDelivery.objects.filter(pk=delivery.pk, lease_token=None)
    if rows.update(due_at=now, updated_at=now, **_AGAIN):
        record(tenant=principal.tenant, actor=principal.actor, action="webhook_delivery.replayed", subject=delivery)
        say_written()
    delivery.refresh_from_db()
    return delivery


@transaction.atomic
def replay_failed(*, principal: Principal, endpoint: WebhookEndpoint, dry_run: bool = False, now: datetime) -> Replayed:
    """Send again what an endpoint failed to take, the oldest first."""
    principal.require(WEBHOOKS_WRITE)
    failed = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookDelivery.State.FAILED).order_by("pk")
    return _again(principal, endpoint, failed, [], dry_run=dry_run, now=now, what="failed")


@transaction.atomic
def replay_since(
    *, principal: Principal, endpoint: WebhookEndpoint, since: datetime, dry_run: bool = False, now: datetime
) -> Replayed:
    """Send again everything an endpoint wants that happened since a moment, also what it was never sent.

    Raises ``Invalid`` for a moment in the future or before the oldest news that are kept.
    """
    principal.require(WEBHOOKS_WRITE)
    if since > now:
        raise Invalid("That moment is still to come.", remedy="Name a moment of the past.", code="since_in_future")
    if settings.WEBHOOK_OUT_RETENTION and since < now - settings.WEBHOOK_OUT_RETENTION - timedelta(days=1):
        raise Invalid(
            f"News are kept {how_long_kept()}.",
            remedy="Name a later moment.",
            code="since_too_old",
        )
    events = OutgoingEvent.objects.filter(
        tenant=endpoint.tenant_id, happened_at__gte=since, sequence__isnull=False
    ).order_by("sequence")
    mine = [event for event in events.iterator(chunk_size=_BATCH) if _was_for(endpoint, event)][: MOST + 1]
    sent = WebhookDelivery.objects.filter(endpoint=endpoint, event__in=[event.pk for event in mine]).order_by("pk")
    known = set(sent.values_list("event_id", flat=True))
    fresh = [event for event in mine if event.pk not in known]
    return _again(principal, endpoint, sent, fresh, dry_run=dry_run, now=now, what="since", since=since.isoformat())


def _was_for(endpoint: WebhookEndpoint, event: OutgoingEvent) -> bool:
    """Who asks for the past is told of what happened before the endpoint was there, too; pings are not repeated."""
    if event.endpoint_id is not None:
        return False
    endpoint.listens_since = min(endpoint.listens_since, event.happened_at)
    return is_for(endpoint, event)


def _again(
    principal: Principal,
    endpoint: WebhookEndpoint,
    sent: QuerySet[WebhookDelivery],
    fresh: list[OutgoingEvent],
    *,
    dry_run: bool,
    now: datetime,
    what: str,
    **detail: str,
) -> Replayed:
    ids = list(sent.filter(lease_token=None).values_list("pk", flat=True)[: MOST + 1])
    total = len(ids) + len(fresh)
    told = Replayed(min(total, MOST), more=total > MOST)
    if dry_run:
        return told
    _require_on(endpoint)
    ids = ids[:MOST]
    for start in range(0, len(ids), _BATCH):
        some = WebhookDelivery.objects.filter(pk__in=ids[start : start + _BATCH], lease_token=None)
        some.update(due_at=now, updated_at=now, **_AGAIN)
    WebhookDelivery.objects.bulk_create(
        (
            WebhookDelivery(tenant_id=event.tenant_id, endpoint=endpoint, event=event, due_at=now)
            for event in fresh[: MOST - len(ids)]
        ),
        ignore_conflicts=True,
        batch_size=_BATCH,
    )
    if told.count:
        record(
            tenant=principal.tenant,
            actor=principal.actor,
            action="webhook_endpoint.replayed",
            subject=endpoint,
            what=what,
            count=told.count,
            **detail,
        )
        say_written()
    return told


def _require_on(endpoint: WebhookEndpoint) -> None:
    if endpoint.deleted_at is not None or endpoint.disabled:
        raise Conflict(
            "The endpoint is switched off, so nothing is sent to it.",
            remedy="Switch it on, then replay.",
            code="endpoint_disabled",
        )
