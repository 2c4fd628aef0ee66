"""The contract of a connector: one service class per platform, invoked by tasks, blind to rows and requests."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from connectors.http import Http
from connectors.types import (
    ApiVersion,
    App,
    CannotTell,
    Capability,
    Content,
    FoundDestination,
    Grant,
    HealthReport,
    Journal,
    KeyRing,
    NotThere,
    Processing,
    Published,
    Target,
)
from foundation.errors import Finding
from foundation.secret import Secret


@dataclass(frozen=True, slots=True)
class DestinationKind:
    """One kind of place on a platform: what it is called and the longest text it takes."""

    slug: str
    name: str
    longest_text: int


class Connector(ABC):
    """Speak one platform's language.

    Every method that calls the platform raises members of the ``ConnectorError`` tree and nothing else of the network.
    Methods of capabilities that a platform lacks are not overridden; ``capabilities`` says which may be called.
    """

    slug: ClassVar[str]
    name: ClassVar[str]
    capabilities: ClassVar[frozenset[Capability]]
    kinds: ClassVar[tuple[DestinationKind, ...]]

    def __init__(self, *, app: App, http: Http, keys: KeyRing | None = None) -> None:
        self.app = app
        self.http = http
        self._keys = keys

    @property
    def keys(self) -> KeyRing:
        """The connection's secrets; only a connector made for a connection has them."""
        if self._keys is None:
            raise LookupError(f"this {self.slug} connector was made without a connection")
        return self._keys

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

    @abstractmethod
    def api_version(self) -> ApiVersion:
        """Return the API version that every call names, and when it ends."""

    @abstractmethod
    def scopes(self) -> tuple[str, ...]:
        """Return the scopes we ask for."""

    @abstractmethod
    def authorize_url(self, *, redirect_uri: str, state: Secret, rerequest: bool = False) -> str:
        """Return where the browser goes for consent. ``rerequest`` asks again for scopes declined before."""

    @abstractmethod
    def exchange_code(self, *, code: Secret, redirect_uri: str, now: datetime) -> Grant:
        """Trade a single-use code for a grant that lasts. A used code is never tried again."""

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

    @abstractmethod
    def health_check(self, *, targets: Sequence[Target], now: datetime) -> HealthReport:
        """Ask the cheapest honest question; raises only ``TransientError`` when the platform cannot be asked."""

    @abstractmethod
    def revoke(self) -> None:
        """End the whole grant at the platform. The caller makes sure that nobody else relies on it."""
