"""The words connectors and the rest of the hub share: frozen data, no rows, no requests."""

from connectors.types.access import (
    ACCESS_TOKEN,
    REFRESH_TOKEN,
    ApiVersion,
    App,
    Capability,
    FoundDestination,
    Grant,
    KeyForm,
    Refreshed,
    Target,
    destination_token,
)
from connectors.types.content import Action, Attachment, Composing, Content, MediaFile, MediaKind
from connectors.types.doors import Journal, KeyRing, Safe
from connectors.types.events import EventKind, WebhookEvent, WebhookReply, WebhookRequest
from connectors.types.facts import Facts
from connectors.types.health import HealthFinding, HealthReport, HealthState
from connectors.types.outcome import CannotTell, LiveState, Metric, NotThere, Obstacle, Processing, Published, Standing
from connectors.types.people import Member, MemberPage, MemberResult, Review, ReviewPage, Segment

__all__ = [
    "ACCESS_TOKEN",
    "REFRESH_TOKEN",
    "Action",
    "ApiVersion",
    "App",
    "Attachment",
    "CannotTell",
    "Capability",
    "Composing",
    "Content",
    "EventKind",
    "Facts",
    "FoundDestination",
    "Grant",
    "HealthFinding",
    "HealthReport",
    "HealthState",
    "Journal",
    "KeyForm",
    "KeyRing",
    "LiveState",
    "MediaFile",
    "MediaKind",
    "Member",
    "MemberPage",
    "MemberResult",
    "Metric",
    "NotThere",
    "Obstacle",
    "Processing",
    "Published",
    "Refreshed",
    "Review",
    "ReviewPage",
    "Safe",
    "Segment",
    "Standing",
    "Target",
    "WebhookEvent",
    "WebhookReply",
    "WebhookRequest",
    "destination_token",
]
