"""Asking platforms for numbers when their moment has come: rows say when, a lease says who, and nothing sleeps.

A look moves its watch on before it calls, so that two workers never ask twice, and writes only while its lease stands. Numbers give
way to everything else: connectors ask for them with the lowest priority, and a platform that wants patience gets it.
"""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connections, transaction
from django.db import connection as database

from connectors import asking, switches
from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    ReconnectRequired,
    TransientError,
)
from connectors.manager import connector_class, target_of
from connectors.models import Connection
from connectors.types import Capability, Metric
from foundation import prepared, tracing
from foundation.text import storable
from monitoring import metrics as datadog
from monitoring.analytics import cadence, storing
from monitoring.analytics.enrolling import plan
from monitoring.analytics.placing import Placed, Window, for_span, is_for, midnight, placed, zone_of
from monitoring.analytics.rows import MetricWatch
from publishing.models import TAKEN_BACK
from publishing.selectors import watch_of
from tenants import flags

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
Stop = MetricWatch.Stop

#: So long a look may take before another worker takes its place; it is many calls at most, each with a time-out of its own.
LEASE: Final = timedelta(minutes=15)
#: Answers that nobody understands, one after the other, before a watch is given up.
MOST_UNCLEAR: Final = 4
_NOT_FOUND: Final = 404


class Stopped(Exception):
    """There is nothing to ask for, and why."""

    def __init__(self, stop: Stop, problem: str, remedy: str = "") -> None:
        super().__init__(problem)
        self.stop, self.problem, self.remedy = stop, problem, remedy


def look_due(*, clock: Clock, most_seconds: float = 25.0, in_flight: int = 1) -> int:
    """Ask for everything that is due, the longest waiting first; return how many looks. Never inside a transaction.

    With ``in_flight`` above one, looks go side by side in threads of their own.
    """
    end, looked = time.monotonic() + most_seconds, 0
    if flags.rule_of("analytics").off_for_all:  # what is due stays due
        return 0
    while time.monotonic() < end:
        batch = claim(now=clock(), limit=4 * in_flight)
        if in_flight == 1:
            for watch in batch:
                look(watch, now=clock())
        else:
            with ThreadPoolExecutor(in_flight, thread_name_prefix="metrics") as pool:
                list(pool.map(lambda watch: _look_apart(watch, clock), batch))
        looked += len(batch)
        if len(batch) < 4 * in_flight:
            break
    return looked


def claim(*, now: datetime, limit: int) -> list[MetricWatch]:
    """Take watches that are due, moving them on by a lease, so that nobody else takes them meanwhile."""
    lease = uuid4()
    ids = _take(lease, now=now, limit=limit)
    rows = (
        MetricWatch.objects.filter(pk__in=ids)
        .order_by()
        .select_related("job__watch", "destination__connection", "platform", "tenant")
    )
    return sorted(rows, key=lambda watch: ids.index(watch.pk))


def look(watch: MetricWatch, *, now: datetime) -> None:
    """Ask once, and write down what came of it; anticipated failures are recorded, not raised."""
    ids = {"tenant_id": str(watch.tenant_id), "platform": watch.platform_id, "watch": str(watch.pk)}
    if watch.job_id is not None:
        ids["job_id"] = str(watch.job_id)
    if watch.destination is not None:
        ids["connection_id"] = str(watch.destination.connection_id)
    with tracing.work("metrics.look", ids, resource=watch.platform_id, alone=True):
        try:
            _require_open(watch)
            told = _post(watch, now=now) if watch.kind == MetricWatch.Kind.POST else _place(watch, now=now)
        except Stopped as reason:
            _stop(watch, reason.stop, reason.problem, reason.remedy, now=now)
        except ConnectorError as error:
            log.info("metrics.no_answer", kind=error.kind, operation=error.operation, **error.reply.facts())
            if not isinstance(error, RateLimited):
                datadog.count(datadog.METRICS_FAILED)
            _failed(watch, error, now=now)
        except ConfigurationError as error:
            _put_off(watch, f"{error.detail}", error.remedy, cadence.LATER, now=now)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # a fault of ours must not keep the looks behind it waiting
            log.exception("metrics.crashed", error=type(error).__name__)
            datadog.count(datadog.METRICS_FAILED)
            _put_off(watch, "The hub failed on it.", "Its log says why.", cadence.LATER, now=now)
        else:
            _succeeded(watch, told, now=now)


# --- asking -------------------------------------------------------------------------------------------------------------


def _require_open(watch: MetricWatch) -> None:
    """Raise ``Stopped`` where nobody need be asked: the post is gone, or the place or its account is not open to us."""
    job, place = watch.job, watch.destination
    account = place.connection
    if watch.tenant.suspended_at:
        raise ConfigurationError(f"{watch.tenant.name} is suspended.", remedy="It is asked again when it goes on.")
    if not switches.is_on(watch.platform, watch.tenant_id):
        raise ConfigurationError(switches.cause_of(watch.platform), remedy=switches.remedy_for(watch.platform))
    if not flags.is_on("analytics", watch.tenant_id):
        raise ConfigurationError(flags.cause_of("analytics"), remedy=flags.remedy_for("analytics"))
    if job is not None:
        standing = watch_of(job)
        if job.removed_at is not None or (standing is not None and standing.state in TAKEN_BACK):
            raise Stopped(Stop.GONE, "The post is no longer there; these are its last numbers.")
    if account.status == Connection.Status.INACTIVE:
        raise Stopped(Stop.RECONNECT, f"{account.display_name} was disconnected.", "Connect the account again.")
    if account.status == Connection.Status.ATTENTION:
        raise Stopped(Stop.RECONNECT, account.status_cause, account.status_remedy or "Reconnect the account.")
    if place.gone_at is not None:
        raise Stopped(Stop.CLOSED, f"The account no longer opens {place.name}.", "Reconnect it and grant access again.")
    if not place.enabled:
        raise Stopped(Stop.CLOSED, f"{place.name} is not chosen.", "Choose it among the connection's destinations.")
    of_post = watch.kind == MetricWatch.Kind.POST
    capability = Capability.POST_METRICS if of_post else Capability.ACCOUNT_METRICS
    connector = connector_class(watch.platform_id)
    if capability not in connector.capabilities:
        raise Stopped(Stop.DONE, f"{connector.name} tells no such numbers.")
    if obstacle := connector.obstacle_to(capability, target_of(place)):
        raise Stopped(Stop.RECONNECT, obstacle.cause, obstacle.remedy)


def _post(watch: MetricWatch, *, now: datetime) -> Sequence[Metric]:
    post_id = watch.job.external_id if watch.job else ""
    return asking.put(
        watch.destination,
        lambda connector, target: connector.post_metrics(post_id, target, now=now),
        now=now,
    )


def _place(watch: MetricWatch, *, now: datetime) -> list[Placed]:
    """Ask for the days that are not settled yet, and for those before them the first time.

    What a platform counts over any span it is asked for, it is asked for again day by day.
    """
    zone = zone_of(watch.tenant.time_zone)
    back = settings.METRICS_LOOK_BACK if watch.looked_back else settings.METRICS_FIRST_LOOK_BACK
    since = now.replace(hour=0, minute=0, second=0, microsecond=0) - back

    def asked(begin: datetime, end: datetime) -> Sequence[Metric]:
        return asking.put(
            watch.destination,
            lambda connector, target: connector.account_metrics(target, since=begin, until=end),
            now=now,
        )

    told = asked(since, now)
    by_span = for_span(told, since=since, until=now)
    figures = placed([one for one in told if one.raw_name not in by_span], zone=zone, now=now)
    if by_span:
        today = now.astimezone(zone).date()
        for ago in range(settings.METRICS_LOOK_BACK.days, 0, -1):
            day = today - timedelta(days=ago)
            begin, end = midnight(day, zone), midnight(day + timedelta(days=1), zone)
            for metric in asked(begin, end):
                if metric.raw_name in by_span and is_for(metric, since=begin, until=end):
                    figures.append(Placed(metric, Window.DAY, day, end))
    return figures


# --- writing down -------------------------------------------------------------------------------------------------------


def _succeeded(watch: MetricWatch, told: Sequence[Any], *, now: datetime) -> None:
    due = _next(watch, now=now)
    stop = {"stop": Stop.NOT, "stopped_at": None} if due else {"stop": Stop.DONE, "stopped_at": now}
    fields = {"due_at": due, "taken_at": now, "failures": 0, "problem": "", "remedy": "", "looked_back": True, **stop}
    with transaction.atomic():
        if not _write(watch, now=now, **fields):
            return
        if watch.kind == MetricWatch.Kind.POST:
            storing.store_post(watch, told, now=now)
        else:
            storing.store_place(watch, told, now=now)
    datadog.count(datadog.METRICS_TAKEN)


def _failed(watch: MetricWatch, error: ConnectorError, *, now: datetime) -> None:
    if isinstance(error, ReconnectRequired):
        _stop(watch, Stop.RECONNECT, error.cause, error.remedy or "Reconnect the account.", now=now)
    elif isinstance(error, RateLimited):
        # Patience is not a failure; those that wait for the same moment come one after the other.
        wait = cadence.wait_after(0, error.retry_after)
        spread = cadence.first_look(key=watch.pk, within=timedelta(minutes=1), now=now) - now
        _put_off(watch, error.cause, error.remedy, wait + spread, failures=watch.failures, now=now)
    elif isinstance(error, TransientError | OutcomeUnknown):
        _put_off(watch, error.cause, error.remedy, cadence.wait_after(watch.failures, None), now=now)
    elif error.reply.status == _NOT_FOUND and watch.kind == MetricWatch.Kind.POST:
        _stop(watch, Stop.GONE, error.cause, error.remedy, now=now)
    elif watch.failures + 1 >= MOST_UNCLEAR:
        _stop(watch, Stop.UNCLEAR, error.cause, error.remedy or "Ask for it again, or tell the operator.", now=now)
    else:
        # Perhaps it was too long a time that was asked for; what matters most are the last days.
        _put_off(watch, error.cause, error.remedy, cadence.LATER, looked_back=True, now=now)


def _next(watch: MetricWatch, *, now: datetime) -> datetime | None:
    if watch.kind == MetricWatch.Kind.PLACE or watch.published_at is None:
        return cadence.next_look_at_place(key=watch.destination_id, every=settings.METRICS_PLACES_EVERY, now=now)
    key = watch.job_id or watch.pk
    return cadence.next_look_at_post(plan(), published_at=watch.published_at, key=key, now=now)


def _put_off(
    watch: MetricWatch,
    problem: str,
    remedy: str,
    wait: timedelta,
    *,
    failures: int | None = None,
    now: datetime,
    **more: Any,
) -> None:
    failures = watch.failures + 1 if failures is None else failures
    due = now + wait
    _write(watch, now=now, due_at=due, failures=min(failures, 1000), problem=problem, remedy=remedy, **more)


def _stop(watch: MetricWatch, stop: Stop, problem: str, remedy: str, *, now: datetime) -> None:
    log.info("metrics.stopped", why=stop.value)
    _write(watch, now=now, due_at=None, stop=stop, stopped_at=now, problem=problem, remedy=remedy)


def _write(watch: MetricWatch, *, now: datetime, **fields: Any) -> bool:
    """Write to a watch while our lease stands; return whether it did."""
    for name in ("problem", "remedy"):
        fields[name] = storable(fields[name].strip())[:600]
    mine = MetricWatch.objects.filter(pk=watch.pk, lease=watch.lease)
    return bool(mine.update(lease=None, updated_at=now, **fields))


# --- claiming -----------------------------------------------------------------------------------------------------------


def _take(lease: UUID, *, now: datetime, limit: int) -> list[UUID]:
    until = now + LEASE
    if database.vendor == "postgresql":
        told = {"now": now, "until": until, "lease": lease, "limit": limit}
        return [row[0] for row in sorted(prepared.fetch_all(_TAKE_SQL, told), key=lambda row: row[1])]
    taken = []
    due = MetricWatch.objects.filter(due_at__lte=now).order_by("due_at").values_list("pk", "due_at")
    for pk, was_due in due[:limit]:
        if MetricWatch.objects.filter(pk=pk, due_at=was_due).update(due_at=until, lease=lease, updated_at=now):
            taken.append(pk)
    return taken


_TAKE_SQL: Final = """
WITH due AS (
  SELECT id, due_at FROM metric_watches WHERE due_at <= %(now)s
  ORDER BY due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
UPDATE metric_watches w SET due_at = %(until)s, lease = %(lease)s, updated_at = %(now)s
FROM due WHERE w.id = due.id RETURNING w.id, due.due_at
"""


def _look_apart(watch: MetricWatch, clock: Clock) -> None:
    try:
        look(watch, now=clock())
    finally:
        connections.close_all()
