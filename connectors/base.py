"""The contract of a connector: one service class per platform, invoked by tasks, blind to rows and requests."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, NoReturn

from connectors.budgets import Window
from connectors.errors import ConfigurationError
from connectors.http import Http
from connectors.types import (
    REFRESH_TOKEN,
    Action,
    ApiVersion,
    App,
    CannotTell,
    Capability,
    Composing,
    Content,
    Facts,
    FoundDestination,
    Grant,
    HealthReport,
    Journal,
    KeyForm,
    KeyRing,
    Member,
    MemberPage,
    MemberResult,
    Metric,
    NotThere,
    Obstacle,
    Processing,
    Published,
    Refreshed,
    ReviewPage,
    Safe,
    Segment,
    Standing,
    Target,
    WebhookEvent,
    WebhookReply,
    WebhookRequest,
)
from foundation.errors import Finding
from foundation.secret import Secret


def unless_absent(found: Published | NotThere | CannotTell) -> Published | NotThere | CannotTell:
    """Return what was found; where absence was concluded from notes that may be lost, nobody can tell."""
    if isinstance(found, NotThere) and found.final:
        return CannotTell(
            "The hub's database was restored from a backup, and with it the hub lost what it may have done since; "
            "the platform's own lists do not show such a post for certain."
        )
    return found


@dataclass(frozen=True, slots=True)
class SettingsSchema:
    """What authors may set for one kind of place beyond text, link and media, as JSON Schema (draft 2020-12).

    ``version`` rises whenever something once valid no longer is, or means something else; a post keeps the version it
    was written for. ``upgrades`` turns settings of an older version into those of the next; a version without an
    upgrade is refused, with that said.
    """

    version: int = 1
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "object", "additionalProperties": False})
    upgrades: Mapping[int, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sample:
    """The least a post of a kind must say to be taken: what validation sends, and what a newcomer may begin with."""

    text: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    #: Width and height of the picture that goes with it, in pixels, where words alone are not enough.
    picture: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class DestinationKind:
    """One kind of place on a platform: what it is called, the longest text, and what else it takes."""

    slug: str
    name: str
    longest_text: int
    takes: frozenset[Capability] = frozenset({Capability.TEXT})
    settings: SettingsSchema = SettingsSchema()
    #: How many files one post may carry.
    most_media: int = 0
    #: A post that it takes.
    sample: Sample = Sample("Hello from Switchboard")


class Connector(ABC):
    """Speak one platform's language.

    Every method that calls the platform raises members of the ``ConnectorError`` tree and nothing else of the network.
    Methods of capabilities that a platform lacks are not overridden; ``capabilities`` says which may be called.
    """

    slug: ClassVar[str]
    name: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]
    kinds: ClassVar[tuple[DestinationKind, ...]]
    #: Which kind of sealed secret is traded for a fresh access token; without one, only a person can renew.
    renews_with: ClassVar[str] = REFRESH_TOKEN
    #: How long before the access token ends it is traded for a fresh one; each moment has its own try.
    refresh_before: ClassVar[tuple[timedelta, ...]] = (timedelta(days=7), timedelta(days=1))
    #: What the form asks for, where accounts are connected by an API key (``API_KEY``).
    key_form: ClassVar[KeyForm | None] = None
    #: Whether each place gets a secret webhook address of its own, because deliveries name no app and may be unsigned.
    own_addresses: ClassVar[bool] = False
    #: Whether it fetches files from our own address, and cannot be sent them.
    fetches_files: ClassVar[bool] = False
    #: For so long after it happened a person's wish is believed: as long as the platform repeats what was not answered, and a little more.
    repeats_for: ClassVar[timedelta] = timedelta(hours=48)
    #: Where the operator looks after our registration at the platform.
    console: ClassVar[str] = ""
    #: What can be done with what we published (``ACTIONS``).
    actions: ClassVar[tuple[Action, ...]] = ()

    def __init__(self, *, app: App, http: Http, keys: KeyRing | None = None, safe: Safe | None = None) -> None:
        self.app = app
        self.http = http
        self._keys = keys
        self._safe = safe
        #: The state of the login that is going on, for a platform that wants it proven at the exchange (PKCE).
        self.login_state: Secret | None = None

    @property
    def keys(self) -> KeyRing:
        """The connection's secrets; only a connector made for a connection has them."""
        if self._keys is None:
            raise LookupError(f"this {self.slug} connector was made without a connection")
        return self._keys

    @property
    def safe(self) -> Safe:
        """Where secrets of a publish are locked before they are noted; only a connector made for a connection has it."""
        if self._safe is None:
            raise LookupError(f"this {self.slug} connector was made without a connection")
        return self._safe

    def kind(self, slug: str) -> DestinationKind:
        """Return the kind of destination with this slug; raises ``LookupError``."""
        for kind in self.kinds:
            if kind.slug == slug:
                return kind
        raise LookupError(f"{self.slug} has no destination of kind {slug!r}")

    @classmethod
    @abstractmethod
    def keys_to_publish(cls, target: Target) -> tuple[str, ...]:
        """Return the kinds of secret that publishing to this place opens."""

    @abstractmethod
    def budget_keys(self, destinations: Sequence[str]) -> tuple[str, ...]:
        """Return the names of the budgets that calls for these places (by external id) draw on."""

    def budget_windows(self, key: str) -> tuple[Window, ...]:
        """Return the windows that calls on a budget are counted in beforehand; none where only the platform tells of it."""
        return ()

    @abstractmethod
    def api_version(self) -> ApiVersion:
        """Return the API version that every call names, and when it ends."""

    @abstractmethod
    def fetch_accounts(self, *, access_token: Secret) -> Sequence[FoundDestination]:
        """Return every destination the grant opens, following every page of results."""

    @abstractmethod
    def check(self, content: Content, *, kind: str) -> list[Finding]:
        """Return all that the platform is known to refuse, without asking it."""

    @abstractmethod
    def publish(self, content: Content, target: Target, journal: Journal) -> Published | Processing:
        """Make it public, writing every remote effect to the journal and announcing the irreversible step before it."""

    @abstractmethod
    def find_published(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        """After an unknown outcome: say whether it is there."""

    def find_without_notes(
        self, content: Content, target: Target, journal: Journal, *, now: datetime
    ) -> Published | NotThere | CannotTell:
        """The same when the newest notes may be lost, as after the database was restored: then only finding it is proof.

        Overridden where the platform's own lists show absence as well.
        """
        return unless_absent(self.find_published(content, target, journal, now=now))

    @abstractmethod
    def health_check(self, *, targets: Sequence[Target], now: datetime) -> HealthReport:
        """Ask the cheapest honest question; raises only ``TransientError`` when the platform cannot be asked."""

    @abstractmethod
    def revoke(self) -> None:
        """End the whole grant at the platform. The caller makes sure that nobody else relies on it."""

    def refused_consent(self, *, error: str, detail: str) -> ConfigurationError | None:
        """Name what the operator must mend, when a platform's return without a code says so; None when the person refused."""
        return None

    @classmethod
    def refresh_moments(cls, *, issued_at: datetime, expires_at: datetime) -> tuple[datetime, ...]:
        """Return when a token is traded for a fresh one; none is earlier than the longest ``refresh_before`` allows."""
        return tuple(expires_at - before for before in cls.refresh_before)

    @classmethod
    def obstacle_to(cls, capability: Capability, target: Target) -> Obstacle | None:
        """Return why one of ``capabilities`` is of no use at this place, such as a scope that was not granted; else None."""
        return None

    @classmethod
    def stays(cls, settings: Facts) -> bool:
        """Return whether a post with these settings stays until somebody takes it away; what vanishes by itself is not looked after."""
        return True

    @classmethod
    def subscription_of(cls, target: Target) -> str:
        """Return what a place's webhook subscription is at the platform: places with equal words share one (``WEBHOOKS``)."""
        return target.external_id

    # --- what only some platforms can: each goes with a capability, which callers ask for first ----------------------

    def scopes(self) -> tuple[str, ...]:
        """Return the scopes we ask for (``OAUTH``); none where there are none."""
        return ()

    def authorize_url(self, *, redirect_uri: str, state: Secret, rerequest: bool = False) -> str:
        """Return where the browser goes for consent (``OAUTH``). ``rerequest`` asks again for scopes declined before."""
        self._cannot(Capability.OAUTH)

    def exchange_code(self, *, code: Secret, redirect_uri: str, now: datetime) -> Grant:
        """Trade a single-use code for a grant that lasts (``OAUTH``). A used code is never tried again."""
        self._cannot(Capability.OAUTH)

    def connect_with_key(self, *, key: Secret, now: datetime) -> Grant:
        """Try a key that a person typed, and tell whose it is (``API_KEY``); ``access_token`` is the key, cleaned.

        Raises ``ContentRejected`` for what cannot be a key, before anything is sent.
        """
        self._cannot(Capability.API_KEY)

    def refresh_token(self, *, now: datetime) -> Refreshed:
        """Trade what the key ring holds for tokens that live longer (``REFRESH_TOKEN``).

        Raises ``ReconnectRequired`` when the grant is over, ``TransientError`` when nothing was exchanged, and
        ``OutcomeUnknown`` when the answer was lost and a single-use token may be spent.
        """
        self._cannot(Capability.REFRESH_TOKEN)

    def comment(self, text: str, target: Target, *, parent: str, journal: Journal) -> Published:
        """Comment on our own post ``parent`` (``FIRST_COMMENT``), announcing it in the journal before it is sent."""
        self._cannot(Capability.FIRST_COMMENT)

    def find_comment(
        self, text: str, target: Target, *, parent: str, journal: Journal, now: datetime
    ) -> Published | NotThere | CannotTell:
        """After an unknown outcome of ``comment``: say whether it is there (``FIRST_COMMENT``)."""
        self._cannot(Capability.FIRST_COMMENT)

    def edit_post(self, external_id: str, content: Content, target: Target) -> None:
        """Change the text of a live post (``EDIT_POST``); repeating it harms nobody."""
        self._cannot(Capability.EDIT_POST)

    def delete_post(self, external_id: str, target: Target) -> None:
        """Take a live post away (``DELETE_POST``); one that is gone already is no error."""
        self._cannot(Capability.DELETE_POST)

    def post_metrics(self, external_id: str, target: Target, *, now: datetime) -> Sequence[Metric]:
        """Return what the platform tells of one post (``POST_METRICS``)."""
        self._cannot(Capability.POST_METRICS)

    def account_metrics(self, target: Target, *, since: datetime, until: datetime) -> Sequence[Metric]:
        """Return what the platform tells of a place, day by day where it does (``ACCOUNT_METRICS``)."""
        self._cannot(Capability.ACCOUNT_METRICS)

    def answer_challenge(self, request: WebhookRequest) -> WebhookReply | None:
        """Answer a platform that asks whether the webhook address is ours; None when it asks nothing (``WEBHOOKS``).

        Raises ``InvalidSignature`` for a stranger's question.
        """
        self._cannot(Capability.WEBHOOKS)

    def parse_webhook(self, request: WebhookRequest) -> Sequence[WebhookEvent]:
        """Check the signature over the raw body, then tell what happened (``WEBHOOKS``). Calls nobody.

        Raises ``InvalidSignature`` when it is not the platform's. Unknown words become ``EventKind.UNKNOWN``.
        """
        self._cannot(Capability.WEBHOOKS)

    def subscribe_webhooks(self, target: Target, *, address: Secret | None = None) -> Secret | None:
        """Ask the platform to tell us what happens at this place (``WEBHOOKS``); repeating it harms nobody.

        ``address`` is the place's own webhook address where ``own_addresses`` says that it has one. Returns what the
        platform will sign deliveries with, where it told that just now; it is sealed and comes back with each delivery.
        """
        self._cannot(Capability.WEBHOOKS)

    def unsubscribe_webhooks(self, target: Target, *, address: Secret | None = None) -> None:
        """Ask the platform to be silent about this place (``WEBHOOKS``); one that is silent already is no error."""
        self._cannot(Capability.WEBHOOKS)

    def is_subscribed(self, target: Target, *, address: Secret | None = None) -> bool | None:
        """Tell whether the platform still tells us of this place (``WEBHOOKS``); None where it cannot be asked."""
        return None

    def composing(self, target: Target, *, now: datetime) -> Composing:
        """Ask what the place allows at this moment (``COMPOSING``)."""
        self._cannot(Capability.COMPOSING)

    def look_after(self, external_id: str, target: Target, journal: Facts, *, now: datetime) -> Standing:
        """Look how something published stands now (``WATCH``): some platforms decide, or tell its id, only later.

        ``journal`` is what the publish noted.
        """
        self._cannot(Capability.WATCH)

    def fetch_reviews(self, target: Target, *, page: str = "") -> ReviewPage:
        """Return one page of a place's reviews, newest first (``REVIEWS``)."""
        self._cannot(Capability.REVIEWS)

    def reply_to_review(self, external_id: str, text: str, target: Target) -> None:
        """Answer a review, or replace the answer (``REVIEWS``); an empty text takes the answer away."""
        self._cannot(Capability.REVIEWS)

    def fetch_members(self, target: Target, *, page: str = "", status: str = "") -> MemberPage:
        """Return one page of an audience's contacts (``AUDIENCES``)."""
        self._cannot(Capability.AUDIENCES)

    def fetch_segments(self, target: Target) -> Sequence[Segment]:
        """Return every segment and tag of an audience, following every page of results (``AUDIENCES``)."""
        self._cannot(Capability.AUDIENCES)

    def save_members(self, target: Target, members: Sequence[Member]) -> Sequence[MemberResult]:
        """Add contacts or update those that are there (``AUDIENCES``); one result each, in order."""
        self._cannot(Capability.AUDIENCES)

    def archive_member(self, target: Target, email: str) -> None:
        """Take a contact out of an audience (``AUDIENCES``); one that is out already is no error."""
        self._cannot(Capability.AUDIENCES)

    def perform(self, action: str, external_id: str, arguments: Facts, target: Target, *, now: datetime) -> Facts:
        """Do one of ``actions`` with something published (``ACTIONS``); ``arguments`` are valid by its schema.

        Returns plain JSON for whoever asked. Raises ``ContentRejected`` when it cannot be done, with why.
        """
        self._cannot(Capability.ACTIONS)

    def _cannot(self, capability: Capability) -> NoReturn:
        raise LookupError(f"{self.slug} lacks {capability.value}: ask capabilities before calling")
