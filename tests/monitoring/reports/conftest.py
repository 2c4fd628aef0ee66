"""Rows that happened at chosen moments, made straight in the tables: the views and sums know no other source."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from connectors.models import Connection, Destination
from monitoring.models import HealthLogEntry
from publishing.models import DeadLetter, Post, PublishJob
from publishing.states import State
from tenants.models import Tenant
from tenants.services import create_tenant

PLATFORMS = ("meta", "linkedin", "mailchimp")


@dataclass
class Ledger:
    """Tenants with an account on each platform, and what happened to them."""

    tenants: list[Tenant]
    places: dict[tuple[Any, str], Destination]
    jobs: list[PublishJob] = field(default_factory=list)
    letters: list[DeadLetter] = field(default_factory=list)
    checks: list[HealthLogEntry] = field(default_factory=list)

    def post(self, tenant: Tenant, platform: str, **said: Any) -> PublishJob:
        """Write a job, of which anything may be said."""
        post = Post.objects.create(tenant=tenant, text="Hello", created_by="system:test", request_digest="")
        job = PublishJob.objects.create(
            tenant=tenant,
            post=post,
            destination=self.places[tenant.pk, platform],
            platform_id=platform,
            **{"state": State.QUEUED if "due_at" in said else State.CANCELLED, **said},
        )
        self.jobs.append(job)
        return job

    def published(self, tenant: Tenant, platform: str, at: datetime, took_ms: int, **said: Any) -> PublishJob:
        """Write a job that went out at a moment."""
        moments = {"published_at": at, "planned_at": at - timedelta(milliseconds=took_ms)}
        return self.post(tenant, platform, state=State.PUBLISHED, external_id=uuid4().hex, **moments, **said)

    def letter(self, tenant: Tenant, platform: str, at: datetime, **said: Any) -> DeadLetter:
        """Write a dead letter of a job of its own."""
        job = said.pop("job", None) or self.post(tenant, platform, state=State.DLQ)
        words = {
            "fingerprint": f"{platform}:x",
            "kind": "x",
            "cause": "It broke.",
            "remedy": "Mend it.",
            "who": "operator",
        }
        letter = DeadLetter.objects.create(
            tenant=tenant, platform_id=platform, job=job, opened_at=at, **{**words, **said}
        )
        self.letters.append(letter)
        return letter

    def checked(self, tenant: Tenant, platform: str, at: datetime, state: str, latency_ms: int) -> HealthLogEntry:
        """Write a health check."""
        entry = HealthLogEntry.objects.create(
            tenant=tenant,
            connection=self.places[tenant.pk, platform].connection,
            platform=platform,
            checked_at=at,
            state=state,
            latency_ms=latency_ms,
            code="" if state == "healthy" else "token_dead",
        )
        self.checks.append(entry)
        return entry

    def happen(self, chance: random.Random, since: datetime, until: datetime) -> None:
        """Let something happen at a moment within a span."""
        tenant, platform = chance.choice(self.tenants), chance.choice(PLATFORMS)
        at = since + (until - since) * chance.random()
        what = chance.random()
        if what < 0.4:
            self.published(tenant, platform, at, int(10 ** chance.uniform(0, 6)), tries=chance.randrange(3))
        elif what < 0.45:
            self.published(tenant, platform, at, 500, role=PublishJob.Role.FIRST_COMMENT)
        elif what < 0.6:
            who, kind = chance.choice([("operator", "crash"), ("author", "refused"), ("tenant", "outcome_unknown")])
            self.letter(tenant, platform, at, who=who, kind=kind)
        else:
            state = chance.choice(["healthy", "healthy", "degraded", "unhealthy"])
            self.checked(tenant, platform, at, state, int(10 ** chance.uniform(0, 5)))


@pytest.fixture
def make_ledger(db: None) -> Callable[[int], Ledger]:
    """Make so many tenants with an account on each platform."""

    def make(count: int) -> Ledger:
        tenants = [create_tenant(name=f"Tenant {number}") for number in range(count)]
        places = {}
        for tenant in tenants:
            for platform in PLATFORMS:
                places[tenant.pk, platform] = _place(tenant, platform)
        return Ledger(tenants, places)

    return make


def _place(tenant: Tenant, platform: str) -> Destination:
    connection = Connection.objects.create(
        tenant=tenant,
        platform_id=platform,
        external_user_id=uuid4().hex,
        display_name=f"{tenant.name} on {platform}",
        status_since=tenant.created_at,
        connected_at=tenant.created_at,
    )
    return Destination.objects.create(
        tenant=tenant, connection=connection, platform_id=platform, kind="page", external_id=uuid4().hex, name="Page"
    )
