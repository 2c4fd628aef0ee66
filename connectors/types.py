"""The words connectors and the rest of the hub share: frozen data, no rows, no requests."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, BinaryIO, Protocol

from foundation.secret import Secret

Facts = Mapping[str, Any]


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


class MediaKind(StrEnum):
    """What a file is, by its bytes and not by its name."""

    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"


class MediaFile(Protocol):
    """A file of the author's, probed: what it is, how large, and how to get at its bytes."""

    @property
    def id(self) -> str:
        """Our own id of the file: equal ids mean equal bytes."""

    @property
    def kind(self) -> MediaKind:
        """What it is."""

    @property
    def content_type(self) -> str:
        """Its media type by its bytes, such as ``image/jpeg``."""

    @property
    def name(self) -> str:
        """A harmless file name with the right ending."""

    @property
    def size_bytes(self) -> int:
        """How long it is."""

    @property
    def width(self) -> int | None:
        """Pixels across, rotation applied; None where that means nothing or is not known."""

    @property
    def height(self) -> int | None:
        """Pixels down, rotation applied."""

    @property
    def duration(self) -> timedelta | None:
        """How long a video plays."""

    @property
    def facts(self) -> Facts:
        """What else the probe found.

        ``video_codec``, ``audio_codec``, ``audio_sample_rate``, ``frame_rate``, ``moov_first``, ``frames``, ``pages``,
        ``has_alpha``.
        """

    @property
    def public_url(self) -> str:
        """Where a platform can fetch it, signed and short-lived; a new one each time, never logged."""

    def open(self) -> BinaryIO:
        """Return its bytes as a seekable stream, which the caller closes."""

    def as_jpeg(self, *, longest_side: int | None = None) -> "MediaFile":
        """Return the same picture as a JPEG whose sides are no longer than this: itself when it is one already.

        It is made now, which may take a moment, or was made earlier and kept; upright, in sRGB, of the first frame, white
        where it was transparent, without metadata. For publishing: ``check`` goes by the facts of the file. Raises
        ``ContentRejected`` for what cannot be turned, ``TransientError`` when there is no room for it just now.
        """


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as part of a post, with what the author says about it there."""

    file: MediaFile
    alt_text: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What to say at one destination, overrides applied.

    ``settings`` are the kind of destination's own, valid by its schema of today (``DestinationKind.settings``).
    """

    text: str = ""
    link: str = ""
    media: tuple[Attachment, ...] = ()
    settings: Facts = field(default_factory=dict)
    first_comment: str = ""


@dataclass(frozen=True, slots=True)
class Published:
    """It is public. ``permalink`` may be empty when the platform tells it later."""

    external_id: str
    permalink: str = ""
    #: What people should know of it, such as that the platform shows less than was sent.
    note: str = ""


class LiveState(StrEnum):
    """What became of something we published, when looked at again."""

    LIVE = "live"
    #: There, but the platform has not made it public yet, or shows it to its author alone.
    PENDING = "pending"
    #: The platform took it back after accepting it.
    REJECTED = "rejected"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Standing:
    """How a published post stands now. Ids and links are told where the platform made them known only later."""

    state: LiveState
    #: Why, and what helps, when it is not live.
    reason: str = ""
    remedy: str = ""
    external_id: str = ""
    permalink: str = ""


@dataclass(frozen=True, slots=True)
class Composing:
    """What a place allows at this moment, asked when somebody is about to write for it.

    ``choices`` narrows author settings to the values allowed now; ``fixed`` are settings that the place decides itself.
    """

    name: str = ""
    username: str = ""
    picture_url: str = ""
    #: Why nothing can be posted now, in words with a remedy; empty when something can.
    obstacle: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Facts = field(default_factory=dict)
    longest_video: timedelta | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Review:
    """What a customer wrote about a place, and what the place answered."""

    external_id: str
    author: str
    #: One to five; None when the platform tells none.
    stars: int | None = None
    text: str = ""
    written_at: datetime | None = None
    changed_at: datetime | None = None
    reply: str = ""
    replied_at: datetime | None = None
    #: What the platform says of the reply, such as that it is still under review or was refused and why.
    reply_note: str = ""


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Some reviews of a place; ``next_page`` is empty at the end. ``average`` and ``total`` are of all of them."""

    reviews: tuple[Review, ...]
    next_page: str = ""
    average: float | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A contact of an audience. ``status`` is the platform's word; empty leaves it, or means the platform's default."""

    email: str
    status: str = ""
    fields: Facts = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    language: str = ""
    vip: bool | None = None
    external_id: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Some contacts of an audience; ``next_page`` is empty at the end."""

    members: tuple[Member, ...]
    next_page: str = ""
    total: int | None = None


@dataclass(frozen=True, slots=True)
class MemberResult:
    """What became of one contact of many; ``code``, ``cause`` and ``remedy`` are empty when it went well."""

    email: str
    member: Member | None = None
    code: str = ""
    cause: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of an audience: a saved search, or the contacts that bear a tag."""

    external_id: str
    name: str
    #: ``tag``, ``saved`` or another word of the platform's.
    kind: str
    members: int | None = None


@dataclass(frozen=True, slots=True)
class Action:
    """Something a platform can do with what we published beyond editing and deleting it, such as to send a test."""

    slug: str
    name: str
    about: str
    #: What it takes, as JSON Schema (draft 2020-12).
    schema: Facts = field(default_factory=lambda: {"type": "object", "additionalProperties": False})
    #: Whether people out there notice: then it is asked for twice, and written into the audit log.
    public: bool = False


@dataclass(frozen=True, slots=True)
class Processing:
    """The platform is still working on it: look again after this long."""

    look_again_after: timedelta
    note: str = ""


@dataclass(frozen=True, slots=True)
class NotThere:
    """Surely not published. ``final`` means waiting any longer would not change that."""

    final: bool = False


@dataclass(frozen=True, slots=True)
class CannotTell:
    """The platform does not let us know; a person must look."""

    reason: str


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Why something that a platform can do cannot be done at one place, known without asking it."""

    cause: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure a platform tells. Absent is absent: a metric that was not told is not in the list, and never 0.

    ``name`` is ours and the same for all platforms (views, reach, likes, comments, shares, saves, clicks, reactions,
    engagements, followers, watch_time_ms, ...); ``raw_name`` is the platform's. ``parts`` splits the value where the
    platform does (reactions by type).
    """

    name: str
    value: float
    raw_name: str
    #: The span it counts; both None for "since it was published".
    since: datetime | None = None
    until: datetime | None = None
    parts: Mapping[str, float] = field(default_factory=dict)


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


class HealthState(StrEnum):
    """How a connection is."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNHEALTHY = "unhealthy"


@dataclass(frozen=True, slots=True)
class HealthFinding:
    """One thing a health check saw that a person should know. A ``HEALTHY`` one is a notice: worth reading, and nothing is wrong."""

    state: HealthState
    code: str
    cause: str
    remedy: str
    #: The platform's own page where it is mended; empty where that is a page of the hub's.
    link: str = ""
    #: Seen once it proves nothing, such as an answer that nobody understands: the next look may not see it.
    passing: bool = False
    #: A fresh access token would mend it, where the connection can get one.
    renewable: bool = False


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What a health check saw. Expiries are what the platform says now, or None when it says none."""

    findings: tuple[HealthFinding, ...] = ()
    scopes_granted: tuple[str, ...] | None = None
    access_expires_at: datetime | None = None
    data_access_expires_at: datetime | None = None

    @property
    def state(self) -> HealthState:
        """The worst of what was found."""
        states = {finding.state for finding in self.findings}
        for state in (HealthState.UNHEALTHY, HealthState.DEGRADED):
            if state in states:
                return state
        return HealthState.HEALTHY


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


class Journal(Protocol):
    """Where a publish writes down what it must not forget. Every call is durable before it returns."""

    @property
    def started_at(self) -> datetime:
        """When this job first announced an irreversible step, else when this attempt began (UTC)."""

    def recall(self, key: str) -> Any:
        """Return what was noted under this key by this or an earlier attempt, else None."""

    def note(self, key: str, value: Any) -> None:
        """Write down a remote effect the moment it is known; plain JSON, never a secret.

        Keys that begin with an underscore are the connector's own business and shown to nobody.
        """

    def announce(self, step: str) -> None:
        """Write down that the irreversible step comes next. Raises when the job is no longer ours: then send nothing."""

    def belongs_to_other_job(self, external_id: str) -> bool:
        """Tell whether another job has already been recorded as this post."""

    def last_moment(self) -> None:
        """Raise when the lease has run out; called right before the bytes leave, costs no query."""

    def renew(self) -> None:
        """Ask for a whole lease from now on, before each further part of a long upload.

        Raises when the job is no longer ours: then send nothing.
        """


class KeyRing(Protocol):
    """Opens the secrets of one connection, one kind at a time."""

    def open(self, kind: str) -> Secret:
        """Return the secret; raises ``ReconnectRequired`` when it is not there or does not open."""


class Safe(Protocol):
    """Locks what a journal must remember and must not show, such as an upload address that is as good as a key."""

    def lock(self, secret: Secret) -> str:
        """Return it as text to be noted, which only the same connection's safe opens."""

    def unlock(self, locked: str) -> Secret | None:
        """Return what was locked, or None when it does not open any more."""


ACCESS_TOKEN = "access_token"  # noqa: S105 - the name of a kind
REFRESH_TOKEN = "refresh_token"  # noqa: S105 - the name of a kind


def destination_token(external_id: str) -> str:
    """Return the kind under which a destination's own token is sealed."""
    return f"destination_token:{external_id}"
