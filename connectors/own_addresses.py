"""Webhook addresses of places' own, for platforms whose deliveries name no app and may be unsigned: who knows one is believed.

An address is a key, so it is treated as one: 256 random bits, sealed in the vault, a digest in the row, and in no log. It
speaks for its place alone.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from connectors.errors import ConfigurationError, TransientError
from connectors.models import Destination, WebhookAddress
from foundation.secret import Secret
from vault import services as vault

_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Kinds:
    """Under which kinds the vault keeps a place's address and what its deliveries are signed with."""

    path: str
    signing_secret: str

    @classmethod
    def of(cls, destination_id: UUID) -> "Kinds":
        """Return the kinds of one place."""
        return cls(f"webhook_path:{destination_id}", f"webhook_secret:{destination_id}")


def address_of(place: Destination, *, now: datetime) -> Secret:
    """Return a place's own address, made and committed now if it has none that opens. Never inside a transaction."""
    kinds = Kinds.of(place.pk)
    with transaction.atomic():
        Destination.objects.select_for_update().get(pk=place.pk)
        known = WebhookAddress.objects.filter(destination=place).first()
        path = _opened(place, kinds.path) if known else None
        if path is None or known is None or known.digest != _digest(path):
            path = Secret(secrets.token_urlsafe(_BYTES))
            WebhookAddress.objects.update_or_create(
                destination=place, defaults={"digest": _digest(path), "signed": False, "made_at": now}
            )
            _seal(place, kinds.path, path)
            vault.erase_secret(tenant_id=place.tenant_id, connection_id=place.connection_id, kind=kinds.signing_secret)
    return _url(place, path)


def known_address_of(place: Destination) -> Secret | None:
    """Return a place's own address if it has one that opens."""
    path = _opened(place, Kinds.of(place.pk).path)
    return None if path is None else _url(place, path)


def keep_signing_secret(place: Destination, secret: Secret) -> None:
    """Seal what the platform signs the deliveries to this place with: unsigned ones are strangers' from now on."""
    with transaction.atomic():
        _seal(place, Kinds.of(place.pk).signing_secret, secret)
        WebhookAddress.objects.filter(destination=place).update(signed=True)


def place_behind(platform: str, destination_id: UUID, path: Secret) -> WebhookAddress | None:
    """Return the address that this path is, with its place; None for a wrong one, found out in the same time as a right one."""
    rows = WebhookAddress.objects.select_related("destination__connection")
    row = rows.filter(destination_id=destination_id, destination__platform_id=platform).first()
    right = hmac.compare_digest(row.digest if row else "0" * 64, _digest(path))
    return row if right else None


def signing_secret_of(address: WebhookAddress) -> Secret | None:
    """Return what deliveries to an address are signed with; None where the platform told us nothing of the kind.

    Raises ``ConfigurationError`` when there is one and it does not open: nothing unsigned passes for that.
    """
    if not address.signed:
        return None
    try:
        secret = _opened(address.destination, Kinds.of(address.destination_id).signing_secret)
    except TransientError as error:
        raise ConfigurationError(error.cause, remedy=error.remedy) from None
    if secret is None:
        raise ConfigurationError(
            "What the platform signs its deliveries with does not open.",
            remedy="Run 'manage.py doctor'; choosing the destination anew makes a new address.",
        )
    return secret


def forget(places: QuerySet[Destination]) -> None:
    """End the addresses of these places: what comes there finds nothing any more."""
    for row in WebhookAddress.objects.select_related("destination").filter(destination__in=places.values("pk")):
        place, kinds = row.destination, Kinds.of(row.destination_id)
        for kind in (kinds.path, kinds.signing_secret):
            vault.erase_secret(tenant_id=place.tenant_id, connection_id=place.connection_id, kind=kind)
        row.delete()


def _url(place: Destination, path: Secret) -> Secret:
    where = reverse("own_webhook", args=[place.platform_id, place.pk, path.reveal()])
    return Secret(f"{settings.PUBLIC_URL}{where}")


def _opened(place: Destination, kind: str) -> Secret | None:
    try:
        return vault.open_secret(
            tenant_id=place.tenant_id, connection_id=place.connection_id, kind=kind, purpose="webhook address"
        )
    except (vault.SecretMissing, vault.SecretUnreadable):
        return None
    except vault.VaultUnavailable as error:  # there is one, and it opens later
        raise TransientError(error.detail, remedy=error.remedy, platform=place.platform_id, operation="open") from None


def _seal(place: Destination, kind: str, secret: Secret) -> None:
    vault.put_secret(tenant_id=place.tenant_id, connection_id=place.connection_id, kind=kind, secret=secret)


def _digest(path: Secret) -> str:
    return hashlib.sha256(path.reveal().encode()).hexdigest()
