"""Which members of a tenant are told by e-mail of what. Owners are told of everything unless they say otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from outbox.events import EventType
from outbox.models import Mail, MailPreference
from tenants.models import Membership


@dataclass(frozen=True, slots=True)
class Topic:
    """Something a member may be told of by e-mail."""

    name: str
    label: str
    help: str


TOPICS: Final = (
    Topic("connections", "Accounts that need you", "An account must be connected again, or its grant ends soon."),
    Topic("dead_letters", "Posts that could not be published", "Grouped by cause, at most one mail in 15 minutes."),
    Topic("endpoints", "Client apps", "A webhook endpoint was switched off, or an API key ends within a week."),
    Topic("alerts", "Alerts", "A rule of the operators found something wrong."),
)

#: Which news go by mail, and under which topic.
TOPIC_OF: Final[dict[str, str]] = {
    EventType.CONNECTION_ATTENTION: "connections",
    EventType.CONNECTION_EXPIRING: "connections",
    EventType.CONNECTION_HEALTH_CHANGED: "connections",
    EventType.WEBHOOK_ENDPOINT_DISABLED: "endpoints",
    EventType.API_KEY_EXPIRING: "endpoints",
    EventType.ALERT_RAISED: "alerts",
    EventType.ALERT_CLEARED: "alerts",
}


def choices_of(membership: Membership) -> dict[str, bool]:
    """Return what a member is told of, by topic."""
    said = MailPreference.objects.filter(membership=membership).first()
    return {topic.name: _wants(said, membership.role, topic.name) for topic in TOPICS}


def choose(*, membership: Membership, wanted: Mapping[str, bool]) -> None:
    """Store what a member wants to be told of; topics that are not named stay as they are."""
    MailPreference.objects.update_or_create(
        membership=membership, defaults={topic.name: wanted[topic.name] for topic in TOPICS if topic.name in wanted}
    )


def write_to(tenant_id: UUID, *, topic: str, kind: str, about: str, facts: Mapping[str, Any], now: datetime) -> int:
    """Write a mail to every member of the tenant who wants it, in the caller's transaction; return how many."""
    places = Membership.objects.filter(tenant_id=tenant_id, user__is_active=True).select_related("mail_preference")
    rows = [
        Mail(
            tenant_id=tenant_id,
            user_id=place.user_id,
            topic=topic,
            kind=kind,
            about=about,
            facts=dict(facts),
            due_at=now,
        )
        for place in places.order_by("pk")
        if _wants(getattr(place, "mail_preference", None), place.role, topic)
    ]
    Mail.objects.bulk_create(rows)
    return len(rows)


def _wants(said: MailPreference | None, role: str, topic: str) -> bool:
    chosen = getattr(said, topic) if said is not None else None
    return role == Membership.Role.OWNER if chosen is None else bool(chosen)
