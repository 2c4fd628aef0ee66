"""The secrets endpoints' deliveries are signed with. They are sealed in the vault and shown once."""

import base64
import os
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from standardwebhooks import Webhook

from foundation.secret import Secret
from outbox.models import WebhookEndpoint
from vault import services as vault

#: For so long deliveries bear the signature of the secret of before, too.
OVERLAP: Final = timedelta(hours=24)
CURRENT: Final = "webhook_secret"
PREVIOUS: Final = "webhook_secret_before"
_BYTES: Final = 32


def new_secret() -> Secret:
    """Return a fresh secret, as Standard Webhooks writes it."""
    return Secret("whsec_" + base64.b64encode(os.urandom(_BYTES)).decode())


def store_first(endpoint: WebhookEndpoint) -> Secret:
    """Make and seal an endpoint's first secret; return it, to be shown once."""
    secret = new_secret()
    vault.put_secret(tenant_id=endpoint.tenant_id, connection_id=endpoint.pk, kind=CURRENT, secret=secret)
    return secret


def rotate(endpoint: WebhookEndpoint) -> Secret:
    """Make a new secret and keep the one of before for the overlap; return the new one, to be shown once.

    One that is gone or does not open any more is what rotating mends, so it is no hindrance.
    """
    place = {"tenant_id": endpoint.tenant_id, "connection_id": endpoint.pk}
    with suppress(vault.SecretMissing, vault.SecretUnreadable):
        before = vault.open_secret(**place, kind=CURRENT, purpose="rotate a webhook secret")
        vault.put_secret(**place, kind=PREVIOUS, secret=before)
    secret = new_secret()
    vault.put_secret(**place, kind=CURRENT, secret=secret)
    return secret


def forget_previous(endpoint: WebhookEndpoint) -> None:
    """Destroy the secret of before."""
    vault.erase_secret(tenant_id=endpoint.tenant_id, connection_id=endpoint.pk, kind=PREVIOUS)


def forget_all(endpoint: WebhookEndpoint) -> None:
    """Destroy an endpoint's secrets."""
    vault.erase_secrets(tenant_id=endpoint.tenant_id, connection_id=endpoint.pk)


def open_for(endpoints: Iterable[WebhookEndpoint], *, now: datetime) -> dict[UUID, tuple[Secret, ...]]:
    """Return what each endpoint's deliveries are signed with now, the newest first, with one query.

    One that is gone or does not open is left out. Raises ``ConfigurationError`` and ``VaultUnavailable`` where that is no fault of the
    endpoint's: the key over all keys is out of reach or refused.
    """
    asked = {}
    for endpoint in endpoints:
        asked[endpoint.pk, CURRENT] = endpoint.tenant_id
        if endpoint.previous_secret_until is not None and endpoint.previous_secret_until > now:
            asked[endpoint.pk, PREVIOUS] = endpoint.tenant_id
    opened = vault.open_secrets(asked, purpose="sign a webhook delivery")
    found: dict[UUID, tuple[Secret, ...]] = {}
    for endpoint_id, kind in asked:
        if (endpoint_id, kind) not in opened:
            with suppress(vault.SecretMissing, vault.SecretUnreadable):
                opened[endpoint_id, kind] = vault.open_secret(
                    tenant_id=asked[endpoint_id, kind],
                    connection_id=endpoint_id,
                    kind=kind,
                    purpose="sign a webhook delivery",
                )
        if (endpoint_id, kind) in opened:
            found[endpoint_id] = (*found.get(endpoint_id, ()), opened[endpoint_id, kind])
    return found


def signature(secrets: Sequence[Secret], *, message_id: str, at: datetime, body: bytes) -> str:
    """Return the header ``webhook-signature``: one signature for each secret, parted by blanks."""
    text = body.decode()
    return " ".join(Webhook(secret.reveal()).sign(message_id, at, text) for secret in secrets)
