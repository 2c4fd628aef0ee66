"""How an account is reached: registrations, grants, the places they open, and the kinds of secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connectors.types.facts import Facts
from foundation.secret import Secret


class Capability(StrEnum):
    """What a platform's connector can do. What it cannot is absent, never a stub."""

    OAUTH = "oauth"
    API_KEY = "api_key"
    # What can be said. ``DestinationKind.takes`` says which of these a kind of place takes.
    TEXT = "text"
    LINK = "link"
    PHOTO = "photo"
    PHOTOS = "photos"
    VIDEO = "video"
    REEL = "reel"
    STORY = "story"
    DOCUMENT = "document"
    POLL = "poll"
    RESHARE = "reshare"
    CAMPAIGN = "campaign"
    # What can be done.
    FIND_PUBLISHED = "find_published"
    FIRST_COMMENT = "first_comment"
    EDIT_POST = "edit_post"
    DELETE_POST = "delete_post"
    POST_METRICS = "post_metrics"
    ACCOUNT_METRICS = "account_metrics"
    WEBHOOKS = "webhooks"
    HEALTH_CHECK = "health_check"
    REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a kind
    REVOKE = "revoke"
    COMPOSING = "composing"
    WATCH = "watch"
    REVIEWS = "reviews"
    AUDIENCES = "audiences"
    ACTIONS = "actions"


@dataclass(frozen=True, slots=True)
class App:
    """Our registration with a platform."""

    client_id: str
    client_secret: Secret


@dataclass(frozen=True, slots=True)
class KeyForm:
    """How a platform that is connected by an API key asks for it: what the form says, and where people find the key."""

    label: str
    help: str
    #: The platform's own page where a key is made.
    page: str
    placeholder: str = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """What one person gave us on one platform."""

    external_user_id: str
    display_name: str
    access_token: Secret
    access_expires_at: datetime | None = None
    refresh_token: Secret | None = None
    refresh_expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None
    scopes_granted: tuple[str, ...] = ()
    scopes_missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh brought. ``None`` leaves what is stored as it is."""

    access_token: Secret
    access_expires_at: datetime | None = None
    refresh_token: Secret | None = None
    refresh_expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None
    scopes_granted: tuple[str, ...] | None = None
    #: By external id: tokens of single places, where the platform gives each its own.
    destination_tokens: Mapping[str, Secret] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FoundDestination:
    """A place to publish that a grant opens. ``token`` is set where the platform gives each place its own."""

    kind: str
    external_id: str
    name: str
    username: str = ""
    picture_url: str = ""
    url: str = ""
    token: Secret | None = None
    #: Why one cannot publish here, in words; empty when one can.
    obstacle: str = ""
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Target:
    """The destination of one publish, as a connector sees it."""

    kind: str
    external_id: str
    name: str = ""
    #: What ``fetch_accounts`` found out about the place (``FoundDestination.facts``).
    facts: Facts = field(default_factory=dict)
    #: The scopes that the connection's person granted; empty when nobody knows.
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ApiVersion:
    """The version a connector speaks, when it ends, and where that is written."""

    name: str
    ends_on: datetime | None
    page: str
    #: False when our notes do not know this version at all.
    known: bool = True
    #: The setting that names it.
    setting: str = ""


ACCESS_TOKEN = "access_token"  # noqa: S105 - the name of a kind
REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a kind


def destination_token(external_id: str) -> str:
    """Return the kind under which a destination's own token is sealed."""
    return f"destination_token:{external_id}"
