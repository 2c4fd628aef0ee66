"""Makes connectors: the one place that joins a platform's class with its credentials, the network and the vault."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.conf import settings

from connectors.base import Connector
from connectors.errors import ConfigurationError, ReconnectRequired
from connectors.http import Http, Timeouts
from connectors.models import Connection, Destination
from connectors.registry import CONNECTORS
from connectors.types import App, Target
from foundation.errors import NotFound
from foundation.secret import Secret
from vault import services as vault


@dataclass(frozen=True, slots=True)
class VaultKeyRing:
    """Opens the secrets of one connection."""

    tenant_id: UUID
    connection_id: UUID
    platform: str
    #: Secrets that were opened with those of other connections, by kind; the ring lives as long as one attempt.
    at_hand: Mapping[str, Secret] = field(default_factory=dict)

    def open(self, kind: str) -> Secret:
        """Return the secret; raises ``ReconnectRequired`` when it is gone or does not open."""
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
        raise ReconnectRequired(cause, remedy=remedy, platform=self.platform, operation="open_token")


def open_for_publishing(places: Iterable[Destination]) -> dict[UUID, dict[str, Secret]]:
    """Open what publishing to many places needs with one query; return the secrets by connection and kind.

    What does not open is left out: the attempt that needs it asks again, and learns why.
    """
    wanted = {
        (place.connection_id, kind): place.tenant_id
        for place in places
        for kind in connector_class(place.platform_id).keys_to_publish(
            Target(place.kind, place.external_id, place.name)
        )
    }
    rings: dict[UUID, dict[str, Secret]] = defaultdict(dict)
    for (connection_id, kind), secret in vault.open_secrets(wanted, purpose="publish").items():
        rings[connection_id][kind] = secret
    return rings


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
    platform: str, connection: Connection | None = None, *, at_hand: Mapping[str, Secret] | None = None
) -> Connector:
    """Return a connector for a platform, able to open the tokens of ``connection`` when one is given.

    ``at_hand`` holds secrets of that connection that are open already.

    Raises ``NotFound`` for an unknown platform and ``ConfigurationError`` when its credentials are not set.
    """
    made = connector_class(platform)
    timeouts = Timeouts(settings.HTTP_CONNECT_TIMEOUT, settings.HTTP_READ_TIMEOUT, settings.HTTP_TOTAL_TIMEOUT)
    keys = VaultKeyRing(connection.tenant_id, connection.pk, platform, at_hand or {}) if connection else None
    return made(app=credentials(platform), http=Http(platform, timeouts, name=made.name), keys=keys)


def credentials(platform: str) -> App:
    """Return our registration with a platform; raises ``ConfigurationError`` naming the settings that are missing."""
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
