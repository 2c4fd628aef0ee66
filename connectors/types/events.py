"""What platforms tell by webhook, and what the door answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connectors.types.facts import Facts
from foundation.secret import Secret


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """What a platform sent to our door, as it came: the signature is over these very bytes."""

    method: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes
    #: For platforms with an address per place (``Connector.own_addresses``): the place's external id, ...
    external_id: str = ""
    #: ... and what the platform signs its deliveries there with, where it told us; else the secret address is all.
    signing_secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class WebhookReply:
    """What the door answers at once, such as to a challenge."""

    body: bytes
    content_type: str = "text/plain"


class EventKind(StrEnum):
    """What a webhook tells, in words that are the same for all platforms."""

    POST_CREATED = "post_created"
    POST_CHANGED = "post_changed"
    POST_REMOVED = "post_removed"
    COMMENT = "comment"
    REACTION = "reaction"
    MENTION = "mention"
    SHARE = "share"
    MESSAGE = "message"
    INSIGHTS = "insights"
    #: Contacts of an audience came, changed, left, or can no longer be reached.
    MEMBER_JOINED = "member_joined"
    MEMBER_CHANGED = "member_changed"
    MEMBER_LEFT = "member_left"
    MEMBER_UNREACHABLE = "member_unreachable"
    DEAUTHORIZED = "deauthorized"
    DATA_DELETION = "data_deletion"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WebhookEvent:
    """One thing a webhook told. ``key`` is the same each time the platform tells it, so that it is kept once."""

    key: str
    kind: EventKind
    #: The place it is about (a destination's external id), where it names one.
    external_id: str = ""
    #: The person whose grant it is about, where it names one.
    external_user_id: str = ""
    #: The post it is about, as our jobs know it.
    post_id: str = ""
    happened_at: datetime | None = None
    #: The platform's own words for this one event, whole.
    raw: Facts = field(default_factory=dict)
