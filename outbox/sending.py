"""Sending what is due: many endpoints side by side, so that one that is slow or dead delays no other.

A sender holds a delivery by a token and until a moment (``due_at``); after that others may take it. So a sender that is
killed loses nothing, and what it may have sent is sent again, under the same ``webhook-id``.
"""

import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from foundation import tracing
from foundation.errors import ConfigurationError
from foundation.ids import new_id
from foundation.secret import Secret
from outbox import payloads, recording, schedule, secrets, wire
from outbox.models import WebhookDelivery, WebhookEndpoint
from tenants import flags
from vault.services import VaultUnavailable

if TYPE_CHECKING:
    from ddtrace.trace import Span

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

#: Seconds after which a sender takes nothing more; the next ring goes on.
_MOST_SECONDS: Final = 50.0
#: While the key over the endpoints' secrets is out of reach, they are asked for again after this while.
VAULT_PATIENCE: Final = timedelta(seconds=30)
#: An endpoint that takes this long to answer goes the slow way.
SLOW_MS: Final = 3000
_running = threading.Lock()
_rung_again = threading.Event()


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery in our hands."""

    delivery: WebhookDelivery
    endpoint: WebhookEndpoint
    token: UUID
    secrets: tuple[Secret, ...]

    @property
    def slow(self) -> bool:
        """Whether its endpoint must share the few seats of those that are slow or fail."""
        return is_slow(self.endpoint)


def is_slow(endpoint: WebhookEndpoint) -> bool:
    """Tell whether an endpoint may keep a seat for long."""
    return endpoint.failures_in_row > 0 or endpoint.pace_ms >= SLOW_MS


def lease() -> timedelta:
    """Return how long a sender may hold a delivery: longer than one post can take."""
    return settings.WEBHOOK_OUT_TIMEOUT + timedelta(seconds=30)


def send_due(*, clock: Clock) -> int:
    """Send everything that is due; return how many attempts were made. Never inside a transaction.

    One sender runs per process; when one does already, it is told to look once more, and this returns 0 at once.
    """
    _rung_again.set()
    made = 0
    while _rung_again.is_set() and _running.acquire(blocking=False):
        try:
            _rung_again.clear()
            made += _Sender(clock).run()
        finally:
            _running.release()
    return made


class _Sender:
    """Holds what this process is sending."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seats: int = settings.WEBHOOK_OUT_IN_FLIGHT
        self._held: dict[Future[None], Claimed] = {}
        #: Endpoints in the order in which they are served next: who was served goes to the end.
        self._queue: list[UUID] = []

    def run(self) -> int:
        """Claim and send until nothing is due, or the time is over."""
        end = time.monotonic() + _MOST_SECONDS
        made = 0
        with ThreadPoolExecutor(max_workers=self._seats, thread_name_prefix="webhooks") as executor:
            while True:
                claimed = self._claim() if time.monotonic() < end else []
                for one in claimed:
                    self._held[executor.submit(self._send, one)] = one
                made += len(claimed)
                if not self._held:
                    return made
                done, _ = wait(self._held, timeout=0.2, return_when=FIRST_COMPLETED)
                for future in done:
                    del self._held[future]
                    future.result()

    def _claim(self) -> list[Claimed]:
        """Take what is due for the free seats, an endpoint after the other."""
        free = self._seats - len(self._held)
        if free < max(1, self._seats // 4) and len(self._held) > self._seats // 2:
            return []
        now = self._clock()
        due = list(due_endpoints(now=now).values_list("pk", flat=True))
        waiting = [pk for pk in self._queue if pk in set(due)]
        self._queue = [*waiting, *(pk for pk in due if pk not in set(waiting))]
        slow_room = max(1, self._seats // 2) - sum(one.slow for one in self._held.values())
        share = max(1, free // max(1, len(self._queue)))
        found: list[Claimed] = []
        for endpoint_id in list(self._queue):
            if free <= 0:
                break
            some = claim(endpoint_id, now=now, limit=min(free, share), slow_room=slow_room)
            if some:
                self._queue.remove(endpoint_id)
                self._queue.append(endpoint_id)
            slow_room -= sum(one.slow for one in some)
            free -= len(some)
            found += some
        return found

    def _send(self, claimed: Claimed) -> None:
        try:
            send(claimed, clock=self._clock)
        except DatabaseError as error:  # it stays ours until its moment, then somebody sends it again
            connection.close()
            log.warning("webhook_out.not_recorded", delivery=str(claimed.delivery.pk), error=type(error).__name__)
        except Exception as error:
            log.exception("webhook_out.crashed", delivery=str(claimed.delivery.pk), error=type(error).__name__)
        finally:
            if not connection.in_atomic_block:
                connection.close()


def due_endpoints(*, now: datetime) -> QuerySet[WebhookEndpoint]:
    """Return the endpoints that something is due for and that may be tried now, the longest unserved first."""
    due = WebhookDelivery.objects.filter(endpoint=OuterRef("pk"), due_at__lte=now)
    rows = WebhookEndpoint.objects.filter(Q(probe_at=None) | Q(probe_at__lte=now), disabled="", deleted_at=None)
    rows = rows.filter(flags.rule_of("webhooks.out").rows())
    return rows.filter(Exists(due)).order_by("pk")


def claim(endpoint_id: UUID, *, now: datetime, limit: int, slow_room: int) -> list[Claimed]:
    """Take up to ``limit`` due deliveries of an endpoint, no more than it is sent at once.

    An endpoint that fails, or has not taken anything yet, is sent one at a time; one that failed often is only probed. Who
    claims holds its row, so that two senders do not both count the same room.
    """
    skipping = connection.features.has_select_for_update_skip_locked
    token = new_id()
    with transaction.atomic():
        rows = WebhookEndpoint.objects.select_for_update(skip_locked=skipping).filter(pk=endpoint_id)
        endpoint = rows.filter(Q(probe_at=None) | Q(probe_at__lte=now), disabled="", deleted_at=None).first()
        if endpoint is None or (is_slow(endpoint) and slow_room <= 0):
            return []
        mine = WebhookDelivery.objects.filter(endpoint=endpoint)
        proven = endpoint.last_success_at is not None and not endpoint.failures_in_row
        most = settings.WEBHOOK_OUT_PER_ENDPOINT if proven else 1
        if is_slow(endpoint):
            most = min(most, slow_room)
        room = min(limit, most - mine.filter(lease_token__isnull=False, due_at__gt=now).count())
        if room <= 0:
            return []
        chosen = list(mine.filter(due_at__lte=now).order_by("due_at", "pk").values_list("pk", flat=True)[:room])
        if endpoint.failures_in_row >= schedule.BREAKS_AFTER and chosen:
            WebhookEndpoint.objects.filter(pk=endpoint.pk).update(probe_at=now + lease())
        mine.filter(pk__in=chosen).update(due_at=now + lease(), lease_token=token, updated_at=now)
    if not chosen:
        return []
    try:
        opened = secrets.open_for([endpoint], now=now).get(endpoint.pk, ())
    except (ConfigurationError, VaultUnavailable) as error:
        log.warning("webhook_out.vault_out_of_reach", endpoint=str(endpoint.pk), why=error.detail)
        _put_back(endpoint, token, now=now)
        return []
    held = WebhookDelivery.objects.filter(pk__in=chosen).select_related("event").order_by("pk")
    return [Claimed(delivery, endpoint, token, opened) for delivery in held]


def _put_back(endpoint: WebhookEndpoint, token: UUID, *, now: datetime) -> None:
    """Give claimed deliveries back untried, and leave the endpoint alone for a while. It did nothing wrong, so nothing is counted."""
    with transaction.atomic():
        mine = WebhookDelivery.objects.filter(endpoint=endpoint, lease_token=token)
        mine.update(due_at=now, lease_token=None, updated_at=now)
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(probe_at=now + VAULT_PATIENCE, updated_at=now)


def send(claimed: Claimed, *, clock: Clock) -> None:
    """Post one delivery and write down what came of it."""
    ids = {"tenant_id": str(claimed.endpoint.tenant_id), "delivery": str(claimed.delivery.pk)}
    kind = claimed.delivery.event.type
    with tracing.work("webhook.deliver", ids, resource=kind, alone=True) as span:
        _send(claimed, span, clock=clock)


def _send(claimed: Claimed, span: "Span | None", *, clock: Clock) -> None:
    at = clock()
    body = payloads.body_of(claimed.delivery.event)
    if not claimed.secrets:
        answer = wire.Answer(0, error="Nothing was sent: the endpoint's secret does not open. Rotate it.")
    else:
        headers = headers_of(claimed.delivery, at=at)
        headers["webhook-signature"] = secrets.signature(
            claimed.secrets, message_id=str(claimed.delivery.event_id), at=at, body=body
        )
        answer = wire.post(claimed.endpoint.url, body=body, headers=headers)
    if span is not None:
        _say(span, claimed, answer)
    recording.record_answer(
        delivery=claimed.delivery, endpoint=claimed.endpoint, token=claimed.token, answer=answer, at=at, now=clock()
    )


def _say(span: "Span", claimed: Claimed, answer: wire.Answer) -> None:
    """Say of a delivery whom it went to and what came of it; an address may hold a key, so its host alone is told."""
    host = urlsplit(claimed.endpoint.url).hostname or ""
    tracing.say(span, {"out.host": host, "endpoint": str(claimed.endpoint.pk), "tries": claimed.delivery.tries})
    if answer.status is not None:
        span.set_tag("http.status_code", str(answer.status))
    if not answer.ok:
        tracing.failed(span, str(answer.status or "no_answer"))


def headers_of(delivery: WebhookDelivery, *, at: datetime) -> dict[str, str]:
    """Return what is sent beside the body, but for the signature."""
    return {
        "Content-Type": "application/json",
        "User-Agent": f"Switchboard/{settings.VERSION}",
        "webhook-id": str(delivery.event_id),
        "webhook-timestamp": str(int(at.timestamp())),
        "switchboard-delivery": str(delivery.pk),
    }
