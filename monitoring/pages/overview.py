"""Is anything wrong, since when, and what to do: the first page."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from django.db.models import Case, Count, IntegerField, Min, Value, When
from django.db.models.functions import TruncHour
from django.utils import timezone

from connectors.models import Connection, Destination
from connectors.pages import STATE_LABELS, state_of, with_state
from monitoring.pages import problems
from publishing.models import DeadLetter, Post, PublishJob
from publishing.pages.jobs import latest_jobs
from publishing.pages.words import MOVING
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE, POSTS_WRITE

POLL_SECONDS: Final = 15
JOBS_SHOWN: Final = 8
CONNECTIONS_SHOWN: Final = 8
HOURS: Final = 24


def overview_page(principal: Principal, *, is_staff: bool, now: datetime) -> dict[str, Any]:
    """Return what ``monitoring/overview.html`` shows."""
    tenant = principal.tenant
    published, failed = _by_hour(tenant, now=now)
    today = timezone.localtime(now).date()
    waiting = PublishJob.objects.filter(tenant=tenant, state__in=sorted(MOVING)).aggregate(
        count=Count("pk"), next=Min("due_at")
    )
    letters = DeadLetter.objects.filter(tenant=tenant, closed_at=None).aggregate(
        count=Count("pk"), since=Min("opened_at")
    )
    standing = _standing(tenant)
    sick = sum(standing.get(state, 0) for state in ("attention", "unhealthy", "degraded"))
    return {
        "checked_at": now,
        "poll_seconds": POLL_SECONDS,
        "first_run": _first_run(principal),
        "problems": problems.problems_of(principal, is_staff=is_staff, letters=letters, now=now),
        "numbers": {
            "published_today": sum(count for hour, count in published.items() if hour.date() == today),
            "published_yesterday": sum(
                count for hour, count in published.items() if hour.date() == today - timedelta(days=1)
            ),
            "waiting": waiting["count"],
            "next_due_at": waiting["next"],
            "dead_letters": letters["count"],
            "dead_letters_since": letters["since"],
            "connections_healthy": standing.get("healthy", 0),
            "connections_total": sum(count for state, count in standing.items() if state != "inactive"),
            "connections_attention": sick,
            "connections_unchecked": standing.get("unknown", 0),
        },
        "activity": _activity(published, failed, now=now),
        "jobs": latest_jobs(tenant, count=JOBS_SHOWN),
        "connections": _connections(tenant),
    }


def _by_hour(tenant: Tenant, *, now: datetime) -> tuple[dict[datetime, int], dict[datetime, int]]:
    """Return how much was published and failed in each hour since yesterday began, in the viewer's zone."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    since = min(midnight - timedelta(days=1), now - timedelta(hours=HOURS))
    posts = PublishJob.objects.filter(tenant=tenant, role=PublishJob.Role.POST)
    published = posts.filter(published_at__gte=since).order_by()
    failed = DeadLetter.objects.filter(tenant=tenant, opened_at__gte=since).order_by()
    return (
        dict(published.values_list(TruncHour("published_at")).annotate(count=Count("pk"))),
        dict(failed.values_list(TruncHour("opened_at")).annotate(count=Count("pk"))),
    )


def _activity(published: dict[datetime, int], failed: dict[datetime, int], *, now: datetime) -> dict[str, Any] | None:
    this_hour = timezone.localtime(now).replace(minute=0, second=0, microsecond=0)
    # Counted back in UTC: a local clock may skip or repeat an hour.
    hours = [timezone.localtime(this_hour.astimezone(UTC) - timedelta(hours=back)) for back in reversed(range(HOURS))]
    bars: list[dict[str, Any]] = [
        {"label": f"{hour:%H:%M}", "published": published.get(hour, 0), "failed": failed.get(hour, 0)} for hour in hours
    ]
    went_out, went_wrong = sum(bar["published"] for bar in bars), sum(bar["failed"] for bar in bars)
    if not went_out and not went_wrong:
        return None
    highest = max(bar["published"] + bar["failed"] for bar in bars)
    return {"max": max(highest, 1), "published": went_out, "failed": went_wrong, "hours": bars}


def _standing(tenant: Tenant) -> dict[str, int]:
    rows = with_state(Connection.objects.filter(tenant=tenant)).order_by()
    return dict(rows.values_list("standing").annotate(count=Count("pk")))


def _connections(tenant: Tenant) -> list[dict[str, Any]]:
    """Return the connections, those that need somebody first."""
    worst_first = Case(
        *[When(standing=state, then=Value(place)) for place, state in enumerate(STATE_LABELS)],
        output_field=IntegerField(),
    )
    rows = with_state(Connection.objects.filter(tenant=tenant)).select_related("platform")
    rows = rows.order_by(worst_first, "display_name", "id")[:CONNECTIONS_SHOWN]
    return [
        {
            "id": row.pk,
            "name": row.display_name,
            "platform": row.platform_id,
            "platform_name": row.platform.name,
            "health": state_of(row),
            "health_label": STATE_LABELS[state_of(row)],
            "last_checked_at": row.health_checked_at,
        }
        for row in rows
    ]


def _first_run(principal: Principal) -> dict[str, Any] | None:
    """Return the next step towards the first post, or None once there is one (or for those who may not take it)."""
    tenant = principal.tenant
    if POSTS_WRITE not in principal.scopes or Post.objects.filter(tenant=tenant).exists():
        return None
    connections = Connection.objects.filter(tenant=tenant).exclude(status=Connection.Status.INACTIVE)
    newest = connections.order_by("-id").values_list("pk", flat=True).first()
    if newest is None:
        return {"next": "connect", "connection_id": None} if CONNECTIONS_WRITE in principal.scopes else None
    open_places = Destination.objects.filter(tenant=tenant, enabled=True, gone_at=None)
    if open_places.exclude(connection__status=Connection.Status.INACTIVE).exists():
        return {"next": "write", "connection_id": newest}
    return {"next": "pick", "connection_id": newest} if CONNECTIONS_WRITE in principal.scopes else None
