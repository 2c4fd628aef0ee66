"""Doing what stored events ask for: each once, in any order, again if it failed, by hand if it went on failing.

Most events move nothing in this room; they are told to the rooms above by ``webhook_received``. What a person asked of their
platform ends connections: all those of that person, in whichever tenant, because the platform knows one grant.
"""

import time
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q, QuerySet
from django.dispatch import Signal

from connectors import deletions, token_plans, unsubscribing
from connectors.models import Connection, WebhookEvent
from connectors.services import ATTENTION, connection_changed, say_turned
from connectors.types import EventKind
from foundation import tracing
from foundation.text import storable
from tenants.services import record
from vault import services as vault

if TYPE_CHECKING:
    from ddtrace.trace import Span

log = structlog.get_logger(__name__)

#: Sent after the commit that processed an event, again after a replay; with ``event_id``, ``platform``, ``kind``,
#: ``external_id`` and ``post_id``.
webhook_received = Signal()
#: Sent with ``event_id`` and ``platform`` when an event failed for the last time.
webhook_dead_lettered = Signal()

#: After the first try fails: four more, each after its wait, then a person is asked.
WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600))
#: A grant this little younger than the wish is still the one meant: platforms sign whole seconds.
_SAME_MOMENT: Final = timedelta(seconds=1)
_BATCH: Final = 200
#: A task ends after this long; the sweep goes on.
_MOST_SECONDS: Final = 60.0


def process_due(*, now: datetime) -> int:
    """Process every event that is due, the longest waiting first; return how many were processed."""
    end = time.monotonic() + _MOST_SECONDS
    done = 0
    while time.monotonic() < end:
        batch = due_events(now=now)
        for event_id in batch:
            done += process(event_id=event_id, now=now)
        if len(batch) < _BATCH:
            break
    return done


def due_events(*, now: datetime) -> list[UUID]:
    """Return some of the events that are due, the longest waiting first."""
    due = WebhookEvent.objects.filter(due_at__lte=now).order_by("due_at", "id")
    return list(due.values_list("pk", flat=True)[:_BATCH])


def process(*, event_id: UUID, now: datetime) -> bool:
    """Do what one event asks for, and write down that it is done; return whether it was.

    An event that another worker holds, or has done, is left alone. A failure of ours is written down, and tried again by
    the table of waits; faults of the infrastructure are raised, and cost no try.
    """
    with tracing.work("webhook.process", {"webhook_event": str(event_id)}, resource="webhooks", alone=True) as span:
        return _process(event_id, span, now=now)


def _process(event_id: UUID, span: "Span | None", *, now: datetime) -> bool:
    try:
        with transaction.atomic():
            event = _held(event_id, now=now)
            if event is None:
                return False
            if span is not None:
                span.resource = f"{event.platform_id}/{event.kind}"
                tracing.say(span, {"platform": event.platform_id, "kind": event.kind})
            _act(event, now=now)
            WebhookEvent.objects.filter(pk=event.pk).update(
                state=WebhookEvent.State.PROCESSED, due_at=None, processed_at=now, error="", updated_at=now
            )
            _tell(event)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # whatever it is, the events behind it must not wait
        log.exception("webhook.failed", error=type(error).__name__)
        _put_off(event_id, error, now=now)
        return False
    return True


def replay(events: QuerySet[WebhookEvent], *, now: datetime) -> int:
    """Make events at rest due again, as if they had just come; return how many. Doing one twice changes nothing."""
    return events.filter(due_at=None).update(
        state=WebhookEvent.State.RECEIVED, due_at=now, tries=0, error="", updated_at=now
    )


@transaction.atomic
def replay_one(event: WebhookEvent, *, actor: str, now: datetime) -> bool:
    """Make one event at rest due again because an operator wants it; returns whether it was at rest. Audited."""
    replayed = replay(WebhookEvent.objects.filter(pk=event.pk), now=now)
    if replayed:
        record(tenant=None, actor=actor, action="webhook_event.replayed", subject=event)
    return bool(replayed)


def _held(event_id: UUID, *, now: datetime) -> WebhookEvent | None:
    """Take an event for the length of this transaction, if it is due and nobody else holds it."""
    skipping = connection.features.has_select_for_update_skip_locked
    rows = WebhookEvent.objects.select_for_update(skip_locked=skipping)
    return rows.filter(pk=event_id, due_at__lte=now).first()


def _act(event: WebhookEvent, *, now: datetime) -> None:
    if event.kind == EventKind.DEAUTHORIZED:
        _end_grants(event, now=now)
    elif event.kind == EventKind.DATA_DELETION:
        deletions.carry_out(event=event, connections=_connections_meant(event), now=now)
    elif event.kind == EventKind.UNKNOWN and event.external_user_id:
        _look_at_grants(event, now=now)


def _look_at_grants(event: WebhookEvent, *, now: datetime) -> None:
    """Have a person's grants checked soon: news that nobody understands, or that came too late to be believed, may be about them."""
    theirs = _connections_meant(event).exclude(status=Connection.Status.INACTIVE)
    theirs.filter(next_health_at__gt=now).update(next_health_at=now)


def _connections_meant(event: WebhookEvent) -> QuerySet[Connection]:
    """Return the person's connections, those left out that they granted only after the event."""
    if not event.external_user_id:
        return Connection.objects.none()
    theirs = Connection.objects.filter(platform_id=event.platform_id, external_user_id=event.external_user_id)
    if event.happened_at is None:
        return theirs
    return theirs.filter(connected_at__lte=event.happened_at + _SAME_MOMENT)


def _end_grants(event: WebhookEvent, *, now: datetime) -> None:
    """Erase the tokens of a grant that its person withdrew, and tell each tenant.

    Jobs are left alone: they fail by themselves, for want of a token. What the tenants had chosen stays chosen, so
    connecting again brings all back.
    """
    living = Q(status__in=[Connection.Status.ACTIVE, Connection.Status.ATTENTION]) & ~Q(status_code="deauthorized")
    meant = _connections_meant(event).filter(living).select_related("tenant", "platform")
    for row in meant.select_for_update(of=("self",)).order_by("pk"):
        Connection.objects.filter(pk=row.pk).update(
            status=Connection.Status.ATTENTION,
            status_code="deauthorized",
            status_cause=f"{row.display_name} removed the app at {row.platform.name}."[:500],
            status_remedy="Connect the account again.",
            status_since=now,
            # Whoever is exchanging the tokens of before must not store new ones.
            token_version=F("token_version") + 1,
            updated_at=now,
        )
        unsubscribing.forget(row.destinations.all())
        vault.erase_secrets(tenant_id=row.tenant_id, connection_id=row.pk)
        token_plans.plan([row.pk], now=now)
        record(
            tenant=row.tenant,
            actor=f"platform:{row.platform_id}",
            action="connection.deauthorized",
            subject=row,
            event=event.pk,
        )
        say_turned(row.pk, ATTENTION, now=now)
        _say_changed(row.pk)


def _say_changed(connection_id: UUID) -> None:
    transaction.on_commit(lambda: connection_changed.send(sender=Connection, connection_id=connection_id), robust=True)


def _tell(event: WebhookEvent) -> None:
    transaction.on_commit(
        lambda: webhook_received.send(
            sender=WebhookEvent,
            event_id=event.pk,
            platform=event.platform_id,
            kind=EventKind(event.kind),
            external_id=event.external_id,
            post_id=event.post_id,
        ),
        robust=True,
    )


def _put_off(event_id: UUID, error: Exception, *, now: datetime) -> None:
    """Write a failure down: again after the next wait, or not before a person says so."""
    with transaction.atomic():
        event = WebhookEvent.objects.select_for_update().filter(pk=event_id, due_at__isnull=False).first()
        if event is None:
            return
        dead = event.tries >= len(WAITS)
        WebhookEvent.objects.filter(pk=event.pk).update(
            state=WebhookEvent.State.FAILED if dead else WebhookEvent.State.RECEIVED,
            due_at=None if dead else now + WAITS[event.tries],
            tries=event.tries + 1,
            error=storable(f"{type(error).__name__}: {error}")[:500],
            updated_at=now,
        )
        if dead:
            transaction.on_commit(
                lambda: webhook_dead_lettered.send(sender=WebhookEvent, event_id=event.pk, platform=event.platform_id),
                robust=True,
            )
