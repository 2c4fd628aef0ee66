"""Makes connectors: the one place that joins a platform's class with its credentials, the network and the vault."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from django.conf import settings

from connectors.base import Connector
from connectors.budgets import Budgets
from connectors.errors import ConfigurationError, ReconnectRequired, TransientError
from connectors.http import Http, Timeouts
from connectors.registry import CONNECTORS
from connectors.types import App, Capability, Facts, Target
from foundation.errors import NotFound
from foundation.secret import Secret
from vault import services as vault


class Granted(Protocol):
    """What of a connection matters for opening its secrets; the row has it, and so has what a worker holds of it."""

    @property
    def pk(self) -> UUID:
        """The connection's id."""

    @property
    def tenant_id(self) -> UUID:
        """Whose it is."""


class Consent(Protocol):
    """What of a connection matters for what a connector is told of a place."""

    @property
    def scopes_granted(self) -> Sequence[str]:
        """What the person granted."""


class Place(Protocol):
    """What of a destination matters for opening the secrets that publishing there needs."""

    @property
    def tenant_id(self) -> UUID:
        """Whose it is."""

    @property
    def platform_id(self) -> str:
        """The platform it is on."""

    @property
    def connection_id(self) -> UUID:
        """The grant that opens it."""

    @property
    def kind(self) -> str:
        """What kind of place it is."""

    @property
    def external_id(self) -> str:
        """What the platform calls it."""

    @property
    def name(self) -> str:
        """What people call it."""

    @property
    def facts(self) -> Facts:
        """What ``fetch_accounts`` found out about it."""

    @property
    def connection(self) -> Consent:
        """The grant that opens it."""


@dataclass(frozen=True, slots=True)
class VaultKeyRing:
    """Opens the secrets of one connection."""

    tenant_id: UUID
    connection_id: UUID
    platform: str
    #: Secrets that were opened with those of other connections, by kind; the ring lives as long as one attempt.
    at_hand: Mapping[str, Secret] = field(default_factory=dict)

    def open(self, kind: str) -> Secret:
        """Return the secret; raises ``ReconnectRequired`` when it is gone or does not open.

        Also raises ``TransientError`` while who holds the vault's keys cannot be reached, and ``ConfigurationError``.
        """
        if kind in self.at_hand:
            return self.at_hand[kind]
        try:
            return vault.open_secret(
                tenant_id=self.tenant_id, connection_id=self.connection_id, kind=kind, purpose="call platform"
            )
        except vault.SecretMissing:
            cause, remedy = "There is no token for this account.", "Reconnect it."
        except vault.SecretUnreadable:
            cause = "The stored token does not open."
            remedy = "Reconnect the account. If many are affected, the operator should run 'manage.py doctor'."
        except vault.VaultUnavailable as error:
            raise _closed(error, self.platform) from None
        raise ReconnectRequired(cause, remedy=remedy, platform=self.platform, operation="open_token")


@dataclass(frozen=True, slots=True)
class VaultSafe:
    """Locks and opens what the publishes of one connection must remember for a while."""

    tenant_id: UUID
    connection_id: UUID

    def lock(self, secret: Secret) -> str:
        """Return it as text that only this connection's safe opens."""
        try:
            return vault.lock(tenant_id=self.tenant_id, place=self._place, secret=secret)
        except vault.VaultUnavailable as error:
            raise _closed(error) from None

    def unlock(self, locked: str) -> Secret | None:
        """Return what was locked, or None when it does not open any more."""
        try:
            return vault.unlock(tenant_id=self.tenant_id, place=self._place, locked=locked)
        except vault.SecretUnreadable:
            return None
        except vault.VaultUnavailable as error:  # it opens later: nothing is to be begun anew for that
            raise _closed(error) from None

    @property
    def _place(self) -> str:
        return f"connection:{self.connection_id}"


def _closed(error: vault.VaultUnavailable, platform: str = "") -> TransientError:
    return TransientError(error.detail, remedy=error.remedy, platform=platform, operation="open_token")


def target_of(place: Place) -> Target:
    """Return a destination as a connector sees it; of a row, the connection should be loaded."""
    scopes = tuple(place.connection.scopes_granted)
    return Target(place.kind, place.external_id, place.name, place.facts, scopes)


def open_for_publishing(places: Iterable[Place]) -> dict[UUID, dict[str, Secret]]:
    """Open what publishing to many places needs with one query; return the secrets by connection and kind.

    What does not open is left out: the attempt that needs it asks again, and learns why.
    """
    wanted = {
        (place.connection_id, kind): place.tenant_id
        for place in places
        for kind in connector_class(place.platform_id).keys_to_publish(target_of(place))
    }
    rings: dict[UUID, dict[str, Secret]] = defaultdict(dict)
    for (connection_id, kind), secret in vault.open_secrets(wanted, purpose="publish").items():
        rings[connection_id][kind] = secret
    return rings


def look_ahead(places: Iterable[Place]) -> None:
    """Look at the budgets of many places at once, right before publishing to them."""
    by_platform: dict[str, list[str]] = defaultdict(list)
    for place in places:
        by_platform[place.platform_id].append(place.external_id)
    for platform, external_ids in by_platform.items():
        with suppress(ConfigurationError):  # each attempt learns of that by itself
            keys = get_connector(platform).budget_keys(external_ids)
            Budgets(platform).look_ahead(tuple(dict.fromkeys(keys)))


def connector_class(platform: str) -> type[Connector]:
    """Return the class of a platform; raises ``NotFound`` for a word that names none."""
    found = CONNECTORS.get(platform)
    if found is None:
        raise NotFound(
            f"There is no platform called {platform!r}.",
            remedy=f"Choose among {', '.join(CONNECTORS)}.",
            code="unknown_platform",
        )
    return found


def get_connector(
    platform: str,
    connection: Granted | None = None,
    *,
    at_hand: Mapping[str, Secret] | None = None,
    patience: timedelta | None = None,
) -> Connector:
    """Return a connector for a platform, able to open the tokens of ``connection`` when one is given.

    ``at_hand`` holds secrets of that connection that are open already. ``patience`` is how long each call may take, silence
    included, where giving up early would cost more than waiting.

    Raises ``NotFound`` for an unknown platform and ``ConfigurationError`` when its credentials are not set.
    """
    made = connector_class(platform)
    timeouts = Timeouts(settings.HTTP_CONNECT_TIMEOUT, settings.HTTP_READ_TIMEOUT, settings.HTTP_TOTAL_TIMEOUT)
    if patience is not None:
        timeouts = Timeouts(settings.HTTP_CONNECT_TIMEOUT, patience, patience)
    keys = VaultKeyRing(connection.tenant_id, connection.pk, platform, at_hand or {}) if connection else None
    safe = VaultSafe(connection.tenant_id, connection.pk) if connection else None
    return made(app=credentials(platform), http=Http(platform, timeouts, name=made.name), keys=keys, safe=safe)


def credentials(platform: str) -> App:
    """Return our registration with a platform; raises ``ConfigurationError`` naming the settings that are missing.

    A platform whose accounts are connected by API keys needs none: where there is none, its parts are empty.
    """
    if Capability.API_KEY in connector_class(platform).capabilities:
        with suppress(ConfigurationError):
            return registration(platform)
        return App("", Secret(""))
    return registration(platform)


def registration(platform: str) -> App:
    """Return our registration with a platform, as logins there need it; raises ``ConfigurationError`` where there is none."""
    prefix = platform.upper()
    client_id: str = getattr(settings, f"{prefix}_APP_ID", "")
    secret: Secret | None = getattr(settings, f"{prefix}_APP_SECRET", None)
    if not client_id or secret is None:
        raise ConfigurationError(
            f"{connector_class(platform).name} is not set up here.",
            remedy=f"Set {prefix}_APP_ID and {prefix}_APP_SECRET (or {prefix}_APP_SECRET_FILE) and restart.",
        )
    return App(client_id, secret)


def is_configured(platform: str) -> bool:
    """Tell whether a platform's credentials are set."""
    try:
        credentials(platform)
    except ConfigurationError:
        return False
    return True
