"""How the hub stands, told to Datadog: figures that beat has read once a minute, and signs of life that every worker tells.

Nothing is asked of the database unless an agent is named. Each question finds an index, so that it costs what waits and not
what there is; what has no rows is told as 0, so that a chart tells "nothing" from "not known".
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.db.models import Count, Min, Q

from connectors.models import Connection, Platform, TokenPlan
from foundation import bells
from monitoring import heartbeats, metrics, readiness
from monitoring.reports.tokens_sql import OVERDUE_MINUTES
from monitoring.retention import standing
from publishing import parked
from publishing.models import DeadLetter, PublishJob
from publishing.selectors import OVERDUE
from tenants import flags

#: What is due later than this is not counted as waiting: a year's plan says nothing about tonight.
SOON: Final = timedelta(hours=1)


def tell(*, now: datetime) -> None:
    """Tell all figures; does nothing where no agent is named."""
    if not metrics.on():
        return
    platforms = list(Platform.objects.values_list("slug", flat=True))
    _jobs(platforms, now=now)
    _dead_letters(platforms)
    _tokens(platforms, now=now)
    _connections()
    _queues()
    metrics.gauge(metrics.TABLES_BEHIND, len(standing.late_tables(now=now)))
    metrics.gauge(metrics.SANDBOX, int(settings.SANDBOX))


def tell_signs_of_life(*, now: datetime) -> None:
    """Tell which workers live and how long beat has been silent; for every worker, so that no dead part must tell of itself."""
    if not metrics.on():
        return
    known = heartbeats.workers()
    alive = [worker for worker in known if now - worker.seen_at <= readiness.SILENCE]
    for queue in readiness.QUEUES:
        count = sum(queue in worker.queues for worker in alive)
        metrics.gauge(metrics.WORKERS_ALIVE, count, tags=(f"queue:{queue}",))
    metrics.gauge(metrics.WORKERS_SILENT, len(known) - len(alive))
    seen = heartbeats.last_seen(heartbeats.BEAT)
    if seen is not None:
        metrics.gauge(metrics.BEAT_SILENT, max(0.0, (now - seen).total_seconds()))


def _jobs(platforms: Iterable[str], *, now: datetime) -> None:
    due = Q(due_at__lte=now)
    late = Q(due_at__lt=now - OVERDUE, lease_token=None, in_order=False) & parked.jobs_on()
    found: dict[str, dict[str, Any]] = {slug: {"waiting": 0, "due": 0, "late": 0, "since": None} for slug in platforms}
    # One question for each value of ``ready``, so that each finds its partial index.
    for ready in (True, False):
        rows = PublishJob.objects.filter(ready=ready, due_at__lte=now + SOON).order_by().values("platform_id")
        told = rows.annotate(
            waiting=Count("pk"), due=Count("pk", filter=due), late=Count("pk", filter=late), since=Min("due_at")
        )
        for row in told:
            slot = found.setdefault(row["platform_id"], {"waiting": 0, "due": 0, "late": 0, "since": None})
            for name in ("waiting", "due", "late"):
                slot[name] += row[name]
            slot["since"] = min(filter(None, (slot["since"], row["since"])))
    for slug, slot in found.items():
        tags = (f"platform:{slug}",)
        metrics.gauge(metrics.JOBS_WAITING, slot["waiting"], tags=tags)
        metrics.gauge(metrics.JOBS_DUE, slot["due"], tags=tags)
        metrics.gauge(metrics.JOBS_LATE, slot["late"], tags=tags)
        age = max(0.0, (now - slot["since"]).total_seconds()) if slot["since"] else 0.0
        metrics.gauge(metrics.JOBS_OLDEST, age, tags=tags)


def _dead_letters(platforms: Iterable[str]) -> None:
    rows = DeadLetter.objects.filter(closed_at=None).order_by().values_list("platform_id").annotate(Count("pk"))
    _by_platform(metrics.DEAD_LETTERS_OPEN, platforms, dict(rows))


def _tokens(platforms: Iterable[str], *, now: datetime) -> None:
    late = Q(due_at__lt=now - timedelta(minutes=OVERDUE_MINUTES)) | Q(failures__gt=0)
    held_by_nobody = flags.rule_of("token_refresh").rows("connection__tenant_id")
    rows = TokenPlan.objects.filter(late, held_by_nobody, connection__status=Connection.Status.ACTIVE).order_by()
    _by_platform(metrics.TOKENS_OVERDUE, platforms, dict(rows.values_list("platform_id").annotate(Count("pk"))))


def _connections() -> None:
    rows = Connection.objects.order_by().values_list("platform_id", "status", "health").annotate(Count("pk"))
    for platform, status, health, count in rows:
        tags = (f"platform:{platform}", f"state:{status}", f"health:{health or 'unchecked'}")
        metrics.gauge(metrics.CONNECTIONS, count, tags=tags)


def _queues() -> None:
    try:
        lengths = readiness.queue_lengths()
    except bells.TROUBLE:  # a broker out of reach has no length; /readyz names it
        return
    for queue, length in lengths.items():
        metrics.gauge(metrics.QUEUE_LENGTH, length, tags=(f"queue:{queue}",))


def _by_platform(name: str, platforms: Iterable[str], found: dict[str, int]) -> None:
    for slug in platforms:
        metrics.gauge(name, found.get(slug, 0), tags=(f"platform:{slug}",))
