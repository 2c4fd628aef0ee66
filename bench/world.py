"""Tenants, accounts and posts for a measurement, made by the hub's own services. Import it after the hub runs."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.db import connection
from django.utils import timezone

from bench.hub import Hub
from bench.processes import NotMeasurable, wait_until
from connectors.models import Destination
from connectors.services import choose_destinations, store_destinations, store_grant
from connectors.types import FoundDestination, Grant
from foundation.secret import Secret
from publishing.accepting import publish_post
from publishing.drafts import Draft
from tenants.principal import Principal
from tenants.scopes import SCOPES
from tenants.services import create_api_key, create_tenant

#: How long nothing may move before a measurement is given up.
PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class House:
    """A tenant with an account, the places it publishes to, and a key for the API."""

    principal: Principal
    destinations: tuple[UUID, ...]
    api_key: Secret


@dataclass(frozen=True, slots=True)
class Finished:
    """How a batch of jobs went, read from the tables: moments in Unix seconds, and how many ended in which state."""

    first_claim: float
    last_record: float
    states: Counter[str]

    @property
    def seconds(self) -> float:
        """From the first claim to the moment the last result was durable."""
        return self.last_record - self.first_claim


def make_house(name: str, *, places: int) -> House:
    """Make a tenant with one account that opens so many Pages, all chosen for publishing."""
    now = timezone.now()
    tenant = create_tenant(name=name)
    principal = Principal.of_system(tenant, "bench")
    grant = Grant(
        external_user_id=f"person-{tenant.pk}",
        display_name=f"{name}'s account",
        access_token=Secret(f"EAAbench{tenant.pk.hex}"),
        scopes_granted=("pages_manage_posts", "pages_read_engagement", "pages_show_list"),
    )
    account = store_grant(tenant=tenant, platform="meta", grant=grant, actor=principal.actor, now=now)
    stem = tenant.pk.int % 10**9
    found = [
        FoundDestination(
            kind="facebook_page",
            external_id=f"{stem}{number:06}",
            name=f"{name}, Page {number}",
            token=Secret(f"EAApage{stem}{number:06}"),
        )
        for number in range(places)
    ]
    rows = store_destinations(connection=account, found=found, now=now)
    choose_destinations(principal=principal, connection=account, chosen=[row.pk for row in rows])
    _, key = create_api_key(tenant=tenant, name="Bench", scopes=SCOPES, actor=principal.actor)
    return House(principal, tuple(row.pk for row in rows), key)


def make_houses(name: str, count: int, *, places: int) -> list[House]:
    """Make several tenants alike."""
    return [make_house(f"{name} {number}", places=places) for number in range(1, count + 1)]


def forget_posts() -> None:
    """Empty the tables of posts and jobs and all that hangs on them."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE publish_jobs, posts CASCADE")


def accept(house: House, jobs: int, *, label: str, at: datetime | None = None) -> None:
    """Accept posts that make so many jobs, due at a moment (None: now), at the tenant's places in turn."""
    publish_at = at.isoformat() if at else ""
    left, number = jobs, 0
    while left > 0:
        number += 1
        places = house.destinations[: min(left, len(house.destinations))]
        draft = Draft(text=f"{label}, post {number}", destinations=places, publish_at=publish_at)
        publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())
        left -= len(places)


def accept_all(houses: Sequence[House], jobs: int, *, label: str, at: datetime | None = None) -> None:
    """Accept so many jobs in all, spread evenly over the tenants."""
    for index, house in enumerate(houses):
        share = jobs // len(houses) + (1 if index < jobs % len(houses) else 0)
        accept(house, share, label=label, at=at)


def soon(jobs: int) -> datetime:
    """Return a whole second far enough ahead to accept so many jobs before it."""
    return datetime.fromtimestamp(math.ceil(time.time() + 2 + jobs / 400), tz=UTC)


def require_before(moment: datetime) -> None:
    """Raise ``NotMeasurable`` when a moment that all was prepared for has passed already."""
    if timezone.now() >= moment:
        raise NotMeasurable("The machine was too busy to accept the posts before their moment; run it again.")


def analyze() -> None:
    """Tell the planner of the new rows, as autovacuum does a minute later."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE posts, publish_jobs, destinations, connections")


def states() -> Counter[str]:
    """Count the jobs by state."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT state, count(*) FROM publish_jobs GROUP BY state")
        return Counter(dict(cursor.fetchall()))


def wait_for_jobs(count: int, *, pause: float = 0.5) -> None:
    """Wait until so many jobs have come to rest; every look costs the database a scan, so not too often."""

    def rested() -> int:
        found = states()
        return sum(found[state] for state in ("published", "failed", "dlq", "cancelled"))

    wait_until(lambda: rested() >= count, f"The end of {count} jobs", patience=PATIENCE, pause=pause, progress=rested)


def finished() -> Finished:
    """Read how it went: the first claim from the attempts, the last record from PostgreSQL's own commit times."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM min(opened_at)) FROM publish_attempts")
        first = cursor.fetchone()[0]
        cursor.execute(
            "SELECT extract(epoch FROM max(pg_xact_commit_timestamp(xmin))) FROM publish_jobs WHERE state = 'published'"
        )
        last = cursor.fetchone()[0]
    return Finished(float(first or 0), float(last or 0), states())


def jobs_per_claim() -> float:
    """Return how many jobs one claim took on average: all its attempts are opened at one moment by one worker."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*)::float / count(DISTINCT (worker, opened_at)) FROM publish_attempts")
        return round(float(cursor.fetchone()[0]), 2)


def warm_up(hub: Hub, houses: Sequence[House], *, jobs: int = 128) -> None:
    """Let fresh workers publish a little first: imports, connections and keys are paid once, not per post."""
    forget_posts()
    hub.stub.reset(latency_ms=20)
    accept_all(houses, jobs, label="warm")
    hub.ring()
    wait_for_jobs(jobs, pause=0.2)
    forget_posts()


def page_of(destination_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Return the platform's own id of each place."""
    return dict(Destination.objects.filter(pk__in=destination_ids).values_list("pk", "external_id"))


def once_each(hub: Hub, jobs: int) -> dict[str, int]:
    """Count what the platform saw: how many posts, how many different ones, how many more than once."""
    seen = Counter((page, text) for page, text, _, _ in hub.stub.posts())
    return {
        "expected": jobs,
        "received": sum(seen.values()),
        "different": len(seen),
        "more_than_once": sum(1 for count in seen.values() if count > 1),
    }
