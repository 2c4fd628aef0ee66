"""Two tenants with accounts in every state, for the dashboards: rows as the hub would write them, made without asking a platform."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connectors.models import Connection, Destination, TokenPlan, TokenRefresh, WebhookEvent
from monitoring.models import ConnectionHealth, HealthLogEntry
from outbox.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from outbox.stable import stable_id
from publishing.models import DeadLetter, Post, PublishJob
from tenants.models import Tenant

HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)

#: Name, platform, status, health, when the token ends, when it is renewed, when the grant ends, tries in vain.
ACCOUNTS: Final = (
    ("Bakery", "meta", "active", "healthy", 40 * DAY, 33 * DAY, 40 * DAY, 0),
    ("Café", "meta", "active", "degraded", 5 * DAY, -HOUR, 5 * DAY, 2),
    ("Dairy", "linkedin", "attention", "unhealthy", -HOUR, None, None, 0),
    ("Eatery", "linkedin", "active", "", 20 * HOUR, None, 20 * HOUR, 0),
    ("Forge", "tiktok", "active", "healthy", 20 * HOUR, 12 * HOUR, 3 * DAY, 0),
    ("Grocer", "mailchimp", "active", "healthy", None, None, None, 0),
)


@dataclass(frozen=True)
class Ward:
    """A tenant's rows."""

    tenant: Tenant
    connections: dict[str, Connection]
    endpoint: WebhookEndpoint
    letters: list[DeadLetter]


def fill(tenant: Tenant, *, now: datetime, prefix: str = "", checks: int = 3, letters: int = 2) -> Ward:
    """Make a tenant's rows; everything that people read begins with ``prefix``."""
    made = {}
    for name, platform, status, health, ends, renewal, grant, failures in ACCOUNTS:
        row = Connection.objects.create(
            tenant=tenant,
            platform_id=platform,
            external_user_id=f"{prefix}{name}",
            display_name=f"{prefix}{name}",
            status=status,
            status_cause="Revoked." if status == "attention" else "",
            status_since=now - DAY,
            access_expires_at=now + ends if ends else None,
            health=health,
            health_checked_at=now - HOUR if health else None,
            next_health_at=now - HOUR if name == "Eatery" else now + 5 * HOUR,
            connected_at=now - 40 * DAY,
        )
        made[name] = row
        TokenPlan.objects.create(
            connection=row,
            platform_id=platform,
            version=0,
            ends_at=row.access_expires_at,
            due_at=now + renewal if renewal else None,
            grant_ends_at=now + grant if grant else None,
            failures=failures,
        )
        if health:
            ConnectionHealth.objects.create(connection=row, state=health, since=now - DAY, cause=f"{prefix}why {name}")
        for number in range(checks if health else 0):
            at = now - number * HOUR - timedelta(minutes=10)
            HealthLogEntry.objects.create(
                id=stable_id(happened_at=at, about=f"{row.pk}{number}"),
                tenant=tenant,
                connection=row,
                platform=platform,
                checked_at=at,
                state=health,
                latency_ms=100 * (number + 1),
            )
    TokenRefresh.objects.create(
        tenant=tenant, connection=made["Café"], reason="due", outcome="failed", started_at=now - HOUR, took_ms=9,
        cause=f"{prefix}503.",
    )  # fmt: skip
    place = Destination.objects.create(
        tenant=tenant, connection=made["Bakery"], platform_id="meta", kind="page", external_id=f"{prefix}page",
        name=f"{prefix}Page", enabled=True,
    )  # fmt: skip
    Destination.objects.filter(pk=place.pk).update(created_at=now - 40 * DAY)
    _events(place, now=now)
    return Ward(tenant, made, _endpoint(tenant, prefix, now=now), _letters(tenant, place, prefix, letters, now=now))


def _events(place: Destination, *, now: datetime) -> None:
    for number, (state, ago) in enumerate(
        [("processed", HOUR), ("processed", 2 * HOUR), ("failed", HOUR), ("received", 3 * HOUR), ("failed", 2 * DAY)]
    ):
        WebhookEvent.objects.create(
            platform_id="meta",
            key=f"{place.pk}-{number}",
            kind="comment",
            external_id=place.external_id,
            received_at=now - ago,
            state=state,
            due_at=now if state == "received" else None,
            processed_at=None if state == "received" else now - ago + timedelta(seconds=2),
        )


def _endpoint(tenant: Tenant, prefix: str, *, now: datetime) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.create(
        tenant=tenant, url=f"https://app.example/{prefix}hooks", listens_since=now - 40 * DAY, failures_in_row=3,
        failing_since=now - HOUR, probe_at=now + HOUR,
    )  # fmt: skip
    for number, (state, ago) in enumerate(
        [("delivered", HOUR), ("delivered", HOUR), ("failed", HOUR), ("waiting", HOUR), ("failed", 3 * DAY)]
    ):
        news = OutgoingEvent.objects.create(tenant=tenant, type="job.published", happened_at=now - ago)
        WebhookDelivery.objects.create(
            id=stable_id(happened_at=now - ago, about=f"{endpoint.pk}{number}"),
            tenant=tenant,
            endpoint=endpoint,
            event=news,
            state=state,
            due_at=now if state == "waiting" else None,
            attempted_at=now - ago,
        )
    return endpoint


def _letters(tenant: Tenant, place: Destination, prefix: str, count: int, *, now: datetime) -> list[DeadLetter]:
    made = []
    for number in range(count):
        post = Post.objects.create(tenant=tenant, text=f"{prefix}Rolls", created_by="x", request_digest="x")
        job = PublishJob.objects.create(
            tenant=tenant, post=post, destination=place, platform_id="meta", state="dlq", error_who="operator"
        )
        made.append(
            DeadLetter.objects.create(
                job=job, tenant=tenant, platform_id="meta", fingerprint="meta:away", kind="transient",
                cause="Meta was away.", remedy="Redrive.", who="operator", opened_at=now - number * 30 * HOUR,
            )
        )  # fmt: skip
    return made


def named(rows: list[dict[str, object]]) -> set[str]:
    """Return the names of the rows of a table."""
    return {str(row["name"]) for row in rows}
