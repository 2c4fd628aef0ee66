"""Whose numbers are asked for: published posts and chosen places get their watch here, some moments later.

Nothing is written when a post is published: a cursor follows ``published_at`` through each tenant's index. It goes back a little each
time, because a publish that is recorded now may carry a moment of some seconds ago.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from connectors.models import Connection, Destination
from connectors.registry import CONNECTORS
from connectors.types import Capability
from foundation import prepared
from monitoring.analytics import cadence
from monitoring.analytics.rows import MetricCursor, MetricWatch
from publishing.models import PublishJob
from tenants.models import Tenant

#: A transaction that records a publish is never open for longer than this.
OVERLAP: Final = timedelta(minutes=10)
#: Posts of one tenant taken in one round; what is left is taken in the next.
ROUND: Final = 500
MOST_ROUNDS: Final = 20
#: New places are asked within this while; very many at once, over a whole span.
SOON: Final = timedelta(minutes=2)
MANY: Final = 200
_CURSOR: Final = "published posts"
_BUCKETS: Final = 20


def plan() -> cadence.Plan:
    """Return how often posts are looked at, as the operator set it."""
    return cadence.Plan(settings.METRICS_LOOK_AFTER, settings.METRICS_DAILY_FOR, settings.METRICS_WEEKLY_FOR)


def able(capability: Capability) -> list[str]:
    """Return the platforms that tell such numbers."""
    return [slug for slug, connector in CONNECTORS.items() if capability in connector.capabilities]


def enrol_posts(*, now: datetime) -> int:
    """Give every post that was published since the last time its watch; return how many. The first time looks back weeks."""
    longest = max(settings.METRICS_WEEKLY_FOR, settings.METRICS_DAILY_FOR, *settings.METRICS_LOOK_AFTER, timedelta())
    cursor, _ = MetricCursor.objects.get_or_create(name=_CURSOR, defaults={"at": now - longest})
    since, made = max(cursor.at - OVERLAP, now - longest), 0
    for _ in range(MOST_ROUNDS):
        found = _published(since=since, now=now)
        made += _insert(found, now=now)
        full = _full_until(found)
        since = full or now
        MetricCursor.objects.filter(pk=_CURSOR, at__lt=since).update(at=since)
        if full is None:
            break
    return made


def enrol_places(*, now: datetime) -> int:
    """Give every place that is open to the hub, and whose platform tells of places, its watch; return how many."""
    watched = MetricWatch.objects.filter(kind=MetricWatch.Kind.PLACE, destination=OuterRef("pk"))
    found = _open_places().filter(~Exists(watched), platform__in=able(Capability.ACCOUNT_METRICS))
    places = list(found.values_list("pk", "tenant_id", "platform_id")[: MANY * 10])
    within = SOON if len(places) <= MANY else settings.METRICS_PLACES_EVERY
    made = MetricWatch.objects.bulk_create(
        (
            MetricWatch(
                kind=MetricWatch.Kind.PLACE,
                destination_id=pk,
                tenant_id=tenant,
                platform_id=platform,
                due_at=cadence.first_look(key=pk, within=within, now=now),
            )
            for pk, tenant, platform in places
        ),
        ignore_conflicts=True,
    )
    return len(made)


def resume(*, now: datetime) -> int:
    """Let watches go on whose account was reconnected, or whose place is open to the hub again; return how many."""
    waiting = MetricWatch.objects.filter(destination__in=_open_places()).order_by("pk")
    account = "destination__connection"
    mended = Q(**{f"{account}__connected_at__gt": F("stopped_at")}) | Q(
        **{f"{account}__status_since__gt": F("stopped_at")}
    )
    of_account = waiting.filter(mended, stop=MetricWatch.Stop.RECONNECT)
    of_place = waiting.filter(stop=MetricWatch.Stop.CLOSED)
    resumed = 0
    for found in (of_account, of_place):
        ids = list(found.values_list("pk", flat=True)[: MANY * 10])
        for bucket in range(_BUCKETS):
            mine = [pk for pk in ids if pk.int % _BUCKETS == bucket]
            due = now + SOON * bucket / _BUCKETS
            rows = MetricWatch.objects.filter(pk__in=mine).exclude(stop=MetricWatch.Stop.NOT)
            resumed += (
                rows.update(stop="", stopped_at=None, due_at=due, failures=0, problem="", remedy="", updated_at=now)
                if mine
                else 0
            )
    return resumed


def _open_places() -> QuerySet[Destination]:
    return Destination.objects.filter(
        enabled=True, gone_at=None, connection__status=Connection.Status.ACTIVE, tenant__suspended_at=None
    )


Found = tuple[UUID, UUID, UUID, str, datetime]


def _published(*, since: datetime, now: datetime) -> list[Found]:
    """Return published posts without a watch, of each tenant the earliest: job, tenant, destination, platform, moment."""
    platforms = able(Capability.POST_METRICS)
    if database.vendor == "postgresql":
        told: dict[str, Any] = {"since": since, "now": now, "most": ROUND, "platforms": platforms}
        return [(row[0], row[1], row[2], row[3], row[4]) for row in prepared.fetch_all(_PUBLISHED_SQL, told)]
    watched = MetricWatch.objects.filter(job=OuterRef("pk"))
    jobs = PublishJob.objects.filter(
        ~Exists(watched),
        platform__in=platforms,
        published_at__gte=since,
        published_at__lte=now,
        role=PublishJob.Role.POST,
        removed_at=None,
    ).exclude(external_id="")
    found: list[Found] = []
    for tenant in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        of_tenant = jobs.filter(tenant=tenant).order_by("published_at")
        rows = of_tenant.values_list("pk", "tenant_id", "destination_id", "platform_id", "published_at")[:ROUND]
        found += [(pk, owner, place, platform, at) for pk, owner, place, platform, at in rows if at is not None]
    return found


#: One walk of the index of published jobs for each tenant, from the cursor on.
_PUBLISHED_SQL: Final = f"""
SELECT c.id, t.id, c.destination_id, c.platform_id, c.published_at
FROM tenants t CROSS JOIN LATERAL (
  SELECT j.id, j.destination_id, j.platform_id, j.published_at FROM publish_jobs j
  WHERE j.tenant_id = t.id AND j.published_at IS NOT NULL AND j.published_at >= %(since)s AND j.published_at <= %(now)s
    AND j.role = '{PublishJob.Role.POST.value}' AND j.removed_at IS NULL AND j.external_id <> ''
    AND j.platform_id = ANY(%(platforms)s)
    AND NOT EXISTS (SELECT 1 FROM metric_watches w WHERE w.job_id = j.id)
  ORDER BY j.published_at LIMIT %(most)s
) AS c
"""  # noqa: S608 - every word of it is ours


def _full_until(found: Iterable[Found]) -> datetime | None:
    """Return how far the tenants have come of which there is more to take; None when all were taken whole."""
    count: dict[UUID, int] = {}
    last: dict[UUID, datetime] = {}
    for _, tenant, _, _, at in found:
        count[tenant] = count.get(tenant, 0) + 1
        last[tenant] = max(at, last.get(tenant, at))
    return min((last[tenant] for tenant, many in count.items() if many >= ROUND), default=None)


def _insert(found: Iterable[Found], *, now: datetime) -> int:
    rows = []
    for job, tenant, destination, platform, at in found:
        due = cadence.next_look_at_post(plan(), published_at=at, key=job, now=now)
        stop = MetricWatch.Stop.NOT if due else MetricWatch.Stop.DONE
        rows.append(
            MetricWatch(
                kind=MetricWatch.Kind.POST,
                job_id=job,
                tenant_id=tenant,
                destination_id=destination,
                platform_id=platform,
                published_at=at,
                due_at=due,
                stop=stop,
                stopped_at=None if due else now,
            )
        )
    with transaction.atomic():
        MetricWatch.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    return len(rows)
