"""Which due jobs a worker takes next: round robin over tenants, the longest due first within each.

A job whose moment has come is first made *ready*; the index over ready jobs is as small as the backlog, whatever else is
scheduled. Claims then walk from tenant to tenant, a few jobs each, so that ten thousand jobs of one tenant stand beside one
job of another, not before it. A destination holds a bounded number of calls at once, and jobs whose author asked for order
wait for the earlier ones of their destination.
"""

import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from connectors import switches
from foundation import prepared
from publishing import parked
from publishing.models import PublishJob
from publishing.states import RESTING
from tenants.selectors import suspended_tenants

#: Jobs made ready by one claim, by the first, and at most; more wait for the next, which comes at once while there is work.
FIRST_MADE_READY: Final = 128
MOST_MADE_READY: Final = 1000
#: Making ready may take so many seconds of a claim, which is to start the first of them. How many jobs that are depends on the
#: machine and on what else it does, so each worker learns it.
READY_SECONDS: Final = 0.015
READY_EVERY: Final = 0.04
#: How late a worker may learn that a tenant was suspended, in seconds.
SUSPENDED_EVERY: Final = 2.0
#: Tenants looked at by one claim; the next one goes on behind them.
MOST_TENANTS: Final = 64
#: So many looks at tenants one claim makes at most, where all it finds waits because something is switched off.
MOST_WINDOWS: Final = 32
_LEAST_ID: Final = UUID(int=0)


@dataclass(slots=True)
class Rotation:
    """Where the round over the tenants stands, and how many jobs of each this worker holds now."""

    last_tenant: UUID = _LEAST_ID
    held: Counter[UUID] = field(default_factory=Counter)
    #: Until when (``time.monotonic()``) nobody needs to look for jobs whose moment has come.
    looked_until: float = 0.0
    #: So many jobs can be made ready at once here without holding up a claim.
    piece: int = FIRST_MADE_READY
    #: Tenants whose jobs wait until their suspension is lifted, and until when nobody needs to ask again.
    suspended: frozenset[UUID] = frozenset()
    suspended_until: float = 0.0


def make_ready(*, now: datetime, least: int, rotation: Rotation) -> int:
    """Mark jobs whose moment has come; return how many. Runs inside the caller's transaction.

    ``least`` is how many the caller can take at once: it never waits for more of them. One worker looks at most every
    ``READY_EVERY`` seconds (``rotation`` remembers), unless there was more than it could make ready.
    """
    started = time.monotonic()
    if started < rotation.looked_until:
        return 0
    most = max(least, rotation.piece)
    made = _make_ready(now=now, most=most)
    ended = time.monotonic()
    if made < most:
        rotation.looked_until = ended + READY_EVERY
    else:
        rotation.piece = next_piece(most, seconds=ended - started)
    return made


def next_piece(made: int, *, seconds: float) -> int:
    """Return how many jobs to make ready at once after so many took so long: half or twice as many, within bounds."""
    fits = made // 2 if seconds > READY_SECONDS else made * 2 if seconds < READY_SECONDS / 3 else made
    return max(1, min(fits, MOST_MADE_READY))


def _make_ready(*, now: datetime, most: int) -> int:
    if connection.vendor == "postgresql":
        return int(prepared.fetch_all(_READY_SQL, {"now": now, "most": most})[0][0])
    come = PublishJob.objects.filter(due_at__lte=now, ready=False).order_by("due_at")
    return PublishJob.objects.filter(pk__in=come.values("pk")[:most]).update(ready=True)


_READY_SQL: Final = """
WITH come AS MATERIALIZED (
  SELECT id FROM publish_jobs WHERE due_at <= %(now)s AND NOT ready
  ORDER BY due_at LIMIT %(most)s FOR UPDATE SKIP LOCKED
), made AS (
  UPDATE publish_jobs AS j SET ready = true FROM come WHERE j.id = come.id RETURNING j.id
)
SELECT count(*) FROM made
"""


def pick(*, rotation: Rotation, limit: int, room_per_tenant: int) -> list[UUID]:
    """Return up to ``limit`` ready jobs in the order they should be taken; on PostgreSQL their rows are locked.

    ``room_per_tenant`` is how many jobs of one tenant this worker may hold at once. Moves the rotation on.
    """
    if limit < 1:
        return []
    # Where all that is found waits for a switch, others may stand behind it.
    for _ in range(MOST_WINDOWS if parked.anything() else 1):
        found = _tenants_with_ready_jobs(rotation.last_tenant)
        if not found:
            return []
        if picked := _pick_among(_served(found, rotation), rotation, limit=limit, room_per_tenant=room_per_tenant):
            rotation.last_tenant = picked[-1][0]
            return [job for _, job in picked]
        rotation.last_tenant = found[-1]
        if len(found) < MOST_TENANTS:
            break
    return []


def _served(found: Sequence[UUID], rotation: Rotation) -> list[UUID]:
    """Return those of the tenants whose jobs are taken: neither suspended, nor is publishing switched off for them."""
    if time.monotonic() >= rotation.suspended_until:
        rotation.suspended, rotation.suspended_until = suspended_tenants(), time.monotonic() + SUSPENDED_EVERY
    return [tenant for tenant in found if tenant not in rotation.suspended and parked.is_served(tenant)]


def _pick_among(
    tenants: Sequence[UUID], rotation: Rotation, *, limit: int, room_per_tenant: int
) -> list[tuple[UUID, UUID]]:
    """Return up to ``limit`` jobs of these tenants, each with its tenant, in the order they should be taken."""
    if not tenants:
        return []
    in_flight = _destinations_in_flight()
    room = {tenant: room_per_tenant - rotation.held[tenant] for tenant in tenants}
    picked: list[tuple[UUID, UUID]] = []
    # Two rounds: an equal share for everybody, then what is left over for those who have more. Asking for no more than
    # that locks few rows that are not taken, so that other workers find theirs.
    for _ in range(2):
        seats = limit - len(picked)
        asking = [tenant for tenant in tenants if room[tenant] > 0]
        if not seats or not asking:
            break
        share = -(-seats // len(asking))
        found = _candidates(
            {tenant: min(share, room[tenant]) for tenant in asking},
            without_destinations=[
                pk for pk, count in in_flight.items() if count >= settings.PUBLISH_DESTINATION_IN_FLIGHT
            ],
            without_jobs=[job for _, job in picked],
        )
        taken = _round_robin(found, limit=seats, in_flight=in_flight, cap=settings.PUBLISH_DESTINATION_IN_FLIGHT)
        picked += taken
        for tenant, _job in taken:
            room[tenant] -= 1
        tenants = [tenant for tenant in asking if len(found.get(tenant, ())) >= share]
    return picked


def _round_robin(
    queues: Mapping[UUID, Sequence[tuple[UUID, UUID]]], *, limit: int, in_flight: Counter[UUID], cap: int
) -> list[tuple[UUID, UUID]]:
    """Take one job of each tenant in turn, skipping destinations that are full; return pairs of tenant and job."""
    waiting = deque((tenant, deque(jobs)) for tenant, jobs in queues.items() if jobs)
    picked: list[tuple[UUID, UUID]] = []
    while waiting and len(picked) < limit:
        tenant, jobs = waiting.popleft()
        while jobs:
            job, destination = jobs.popleft()
            if in_flight[destination] < cap:
                in_flight[destination] += 1
                picked.append((tenant, job))
                break
        if jobs:
            waiting.append((tenant, jobs))
    return picked


def _tenants_with_ready_jobs(after: UUID) -> list[UUID]:
    """Return tenants that have ready jobs, beginning behind one and coming round to it again.

    A loose index scan: one probe a tenant, however many jobs each has.
    """
    if connection.vendor != "postgresql":
        found = list(PublishJob.objects.filter(ready=True).order_by().values_list("tenant_id", flat=True).distinct())
        return sorted(found, key=lambda tenant: (tenant <= after, tenant))[:MOST_TENANTS]
    told = {"after": after, "least": _LEAST_ID, "most": MOST_TENANTS}
    return [row[0] for row in prepared.fetch_all(_TENANTS_SQL, told)]


_TENANTS_SQL: Final = """
WITH RECURSIVE found(turn, tenant_id) AS (
  SELECT s.turn, (SELECT j.tenant_id FROM publish_jobs j WHERE j.ready AND j.tenant_id > s.tenant_id
                  ORDER BY j.tenant_id LIMIT 1)
  FROM (VALUES (1, %(after)s::uuid), (2, %(least)s::uuid)) AS s(turn, tenant_id)
  UNION ALL
  SELECT f.turn, (SELECT j.tenant_id FROM publish_jobs j WHERE j.ready AND j.tenant_id > f.tenant_id
                  ORDER BY j.tenant_id LIMIT 1)
  FROM found f WHERE f.tenant_id IS NOT NULL AND (f.turn = 1 OR f.tenant_id <= %(after)s)
), walked AS (
  SELECT turn, tenant_id FROM found
  WHERE tenant_id IS NOT NULL AND (turn = 1 OR tenant_id <= %(after)s) LIMIT 2 * %(most)s
)
SELECT tenant_id FROM walked ORDER BY turn, tenant_id LIMIT %(most)s
"""


def _candidates(
    most: Mapping[UUID, int], *, without_destinations: Sequence[UUID], without_jobs: Sequence[UUID]
) -> dict[UUID, list[tuple[UUID, UUID]]]:
    """Return the longest-due ready jobs of each tenant with their destinations, up to so many of each."""
    found: dict[UUID, list[tuple[UUID, UUID]]] = {tenant: [] for tenant in most}
    if connection.vendor == "postgresql":
        told: list[Any] = [
            list(most),
            list(most.values()),
            list(without_destinations),
            list(without_jobs),
            list(_RESTING),
        ]
        statement = _CANDIDATES_SQL
        if parked.anything():
            statement = _CANDIDATES_LESS_PARKED_SQL
            told.insert(2, [",".join(switches.off_for(tenant)) for tenant in most])
            told.insert(3, [",".join(parked.roles_off(tenant)) for tenant in most])
        for tenant, job, destination in prepared.fetch_all(statement, told):
            found[tenant].append((job, destination))
        return found
    ready = PublishJob.objects.filter(parked.jobs_on(), ready=True).exclude(pk__in=without_jobs)
    ready = ready.exclude(destination_id__in=without_destinations)
    ready = ready.filter(Q(in_order=False) | ~Exists(_earlier_unfinished())).order_by("due_at", "id")
    for tenant, count in most.items():
        found[tenant] = list(ready.filter(tenant_id=tenant).values_list("pk", "destination_id")[:count])
    return found


_RESTING: Final = tuple(sorted(str(state) for state in RESTING))
#: One index walk a tenant, however long its backlog; rows that another worker has just locked are passed over.
_CANDIDATES_SQL: Final = """
SELECT t.tenant_id, c.id, c.destination_id
FROM unnest(%s::uuid[], %s::int[]) WITH ORDINALITY AS t(tenant_id, most, turn)
CROSS JOIN LATERAL (
  SELECT j.id, j.destination_id, j.due_at FROM publish_jobs j
  WHERE j.ready AND j.tenant_id = t.tenant_id
    AND j.destination_id <> ALL(%s::uuid[]) AND j.id <> ALL(%s::uuid[])
    AND j.platform_id <> ALL(ARRAY(SELECT slug FROM connector_platforms WHERE NOT enabled))
    AND (NOT j.in_order OR NOT EXISTS (
      SELECT 1 FROM publish_jobs e
      WHERE e.destination_id = j.destination_id AND e.in_order AND e.state <> ALL(%s::text[])
        AND (e.planned_at, e.id) < (j.planned_at, j.id)
    ))
  ORDER BY j.due_at, j.id LIMIT t.most FOR UPDATE OF j SKIP LOCKED
) AS c
ORDER BY t.turn, c.due_at, c.id
"""
#: The same while something is switched off for somebody: each tenant comes with the platforms and the roles that wait.
_CANDIDATES_LESS_PARKED_SQL: Final = _CANDIDATES_SQL.replace(
    "unnest(%s::uuid[], %s::int[]) WITH ORDINALITY AS t(tenant_id, most, turn)",
    "unnest(%s::uuid[], %s::int[], %s::text[], %s::text[]) WITH ORDINALITY AS t(tenant_id, most, off, roles, turn)",
).replace(
    "    AND (NOT j.in_order",
    "    AND j.platform_id <> ALL(string_to_array(t.off, ',')) AND j.role <> ALL(string_to_array(t.roles, ','))\n"
    "    AND (NOT j.in_order",
)


def _earlier_unfinished() -> QuerySet[PublishJob]:
    earlier = Q(planned_at__lt=OuterRef("planned_at")) | Q(planned_at=OuterRef("planned_at"), id__lt=OuterRef("id"))
    return PublishJob.objects.filter(earlier, destination=OuterRef("destination"), in_order=True).exclude(
        state__in=RESTING
    )


def _destinations_in_flight() -> Counter[UUID]:
    if connection.vendor == "postgresql":
        return Counter(
            dict(
                prepared.fetch_all(
                    "SELECT destination_id, count(*) FROM publish_jobs WHERE lease_until IS NOT NULL GROUP BY destination_id"
                )
            )
        )
    held = PublishJob.objects.filter(lease_until__isnull=False).order_by()
    return Counter(dict(held.values_list("destination_id").annotate(count=Count("id"))))
