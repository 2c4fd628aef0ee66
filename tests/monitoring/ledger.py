"""Rows of a ledger as days of work leave them, written straight down: for pages that tell numbers of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from connectors.models import Connection, Destination
from publishing.models import DeadLetter, Post, PublishJob
from publishing.states import State
from tenants.models import Tenant


@dataclass
class Ledger:
    """One tenant's rows, made around a moment."""

    tenant: Tenant
    now: datetime

    def account(self, platform: str = "meta", **fields: Any) -> Connection:
        """Make a connected account."""
        told = {"status": "active", "status_since": self.now, "connected_at": self.now, "health": "healthy", **fields}
        return Connection.objects.create(
            tenant=self.tenant, platform_id=platform, external_user_id=uuid4().hex, display_name="Bakery", **told
        )

    def place(self, platform: str = "meta") -> Destination:
        """Return the place to publish to on a platform."""
        found = Destination.objects.filter(tenant=self.tenant, platform_id=platform).first()
        return found or Destination.objects.create(
            tenant=self.tenant, platform_id=platform, connection=self.account(platform), kind="page",
            external_id=uuid4().hex, name=f"{self.tenant.name} on {platform}", enabled=True,
        )  # fmt: skip

    def job(self, state: str, platform: str = "meta", **fields: Any) -> PublishJob:
        """Make a job in a state."""
        post = Post.objects.create(tenant=self.tenant, text="Rolls", created_by="user:o@x.example", request_digest="x")
        return PublishJob.objects.create(
            tenant=self.tenant, post=post, destination=self.place(platform), platform_id=platform, state=state, **fields
        )

    def published(self, ago: timedelta, platform: str = "meta", *, took: float = 1.0, **fields: Any) -> PublishJob:
        """Make a job that was published so long ago, so many seconds after its moment."""
        at = self.now - ago
        planned = at - timedelta(seconds=took)
        return self.job(State.PUBLISHED, platform, published_at=at, planned_at=planned, **fields)

    def failed(self, ago: timedelta, platform: str = "meta", *, who: str = "author", **fields: Any) -> DeadLetter:
        """Make a job that failed so long ago, with its dead letter."""
        job = self.job(State.DLQ if who == "operator" else State.FAILED, platform, error_cause="Refused.", **fields)
        return DeadLetter.objects.create(
            job=job, tenant=self.tenant, platform_id=platform, fingerprint=f"{platform}:{who}", kind="content",
            cause="Refused.", remedy="Mend it.", who=who, opened_at=self.now - ago,
        )  # fmt: skip
