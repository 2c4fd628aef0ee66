"""The strongroom's counter: put a secret in, take it out, replace it, erase it."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from itertools import starmap
from typing import Final, NamedTuple, NoReturn
from uuid import UUID

import structlog
from django.db import connection, transaction

from foundation import prepared
from foundation.errors import ConfigurationError
from foundation.ids import new_id
from foundation.secret import Secret
from vault import accesses, datakeys, masterkeys, sealing
from vault.keyholders import VaultUnavailable
from vault.models import DataKey, EncryptedSecret

__all__ = [
    "SecretMissing",
    "SecretUnreadable",
    "VaultUnavailable",
    "erase_secret",
    "erase_secrets",
    "failed_lately",
    "hints",
    "lock",
    "open_secret",
    "open_secrets",
    "put_secret",
    "unlock",
    "verify_master_key",
]

log = structlog.get_logger(__name__)


class SecretMissing(Exception):
    """There is no such secret: it was never stored, or erased."""


class SecretUnreadable(Exception):
    """A secret is stored but does not open: moved from another place, changed, or its data key is gone."""


def put_secret(*, tenant_id: UUID, connection_id: UUID, kind: str, secret: Secret) -> EncryptedSecret:
    """Seal a secret and store it, replacing the one of the same connection and kind.

    The row keeps its id; ``row_version`` grows by one, which tells a slower writer that it lost. Raises
    ``ConfigurationError`` when the vault's keys do not open, ``VaultUnavailable`` when who holds them cannot be reached, and
    ``SecretUnreadable`` when the row is another tenant's.
    """
    data_key = datakeys.live(tenant_id)
    with transaction.atomic():
        row = EncryptedSecret.objects.select_for_update().filter(connection_id=connection_id, kind=kind).first()
        if row is None:
            row = EncryptedSecret(id=new_id(), connection_id=connection_id, kind=kind, row_version=0)
        if row.row_version and row.tenant_id != tenant_id:
            raise SecretUnreadable(f"the {kind} of connection {connection_id} belongs to another tenant")
        row.tenant_id = tenant_id
        _fill(row, data_key, secret)
        row.row_version += 1
        row.save()
    return row


def open_secret(*, tenant_id: UUID, connection_id: UUID, kind: str, purpose: str) -> Secret:
    """Return an opened secret, and count that it was opened.

    Raises ``SecretMissing`` or ``SecretUnreadable``, ``ConfigurationError`` when the operator must act and ``VaultUnavailable``
    when time heals it. Every failure to open is written down with its place and the purpose.
    """
    rows = EncryptedSecret.objects.filter(connection_id=connection_id, kind=kind)
    row = rows.values_list(*Stored._fields).first()
    if row is None:
        raise SecretMissing(f"connection {connection_id} has no {kind}")
    secret = _opened(Stored(*row), tenant_id=tenant_id, purpose=purpose)
    accesses.note(purpose, [(tenant_id, connection_id, kind)])
    return secret


def open_secrets(wanted: Mapping[tuple[UUID, str], UUID], *, purpose: str) -> dict[tuple[UUID, str], Secret]:
    """Open many secrets with one query: connection and kind to the tenant that asks.

    What is missing or does not open is left out, and written down like a single opening; ask for it singly to learn why.
    """
    if not wanted:
        return {}
    opened = {}
    for stored in _stored(connections={pk for pk, _ in wanted}, kinds={kind for _, kind in wanted}):
        place = (stored.connection_id, stored.kind)
        if place in wanted:
            with suppress(SecretUnreadable, ConfigurationError, VaultUnavailable):
                opened[place] = _opened(stored, tenant_id=wanted[place], purpose=purpose)
    accesses.note(purpose, [(wanted[place], *place) for place in opened])
    return opened


def _stored(*, connections: Collection[UUID], kinds: Collection[str]) -> Iterable["Stored"]:
    if connection.vendor == "postgresql":
        return starmap(Stored, prepared.fetch_all(_STORED_SQL, [list(connections), list(kinds)]))
    rows = EncryptedSecret.objects.filter(connection_id__in=connections, kind__in=kinds)
    return starmap(Stored, rows.values_list(*Stored._fields))


class Stored(NamedTuple):
    """What opening a secret needs of its row; a worker opens many, and model instances would cost more than the opening."""

    pk: UUID
    connection_id: UUID
    kind: str
    data_key_id: UUID
    format: int
    algorithm: str
    key_version: int
    iv: bytes
    ciphertext: bytes
    auth_tag: bytes


#: What a worker asks with every claim.
_STORED_SQL: Final = """
SELECT id, connection_id, kind, data_key_id, format, algorithm, key_version, iv, ciphertext, auth_tag
FROM encrypted_secrets WHERE connection_id = ANY(%s::uuid[]) AND kind = ANY(%s::text[])
"""


def _opened(row: Stored, *, tenant_id: UUID, purpose: str) -> Secret:
    try:
        return Secret(opened_text(row, tenant_id=tenant_id).decode())
    except sealing.SealBroken as broken:
        _refuse(
            SecretUnreadable(
                f"the stored {row.kind} of connection {row.connection_id} does not open: "
                "it was sealed at another place, or its key is gone"
            ),
            purpose=purpose,
            tenant_id=tenant_id,
            connection_id=row.connection_id,
            kind=row.kind,
            why=f"row {row.pk}: {broken}",
        )
    except (ConfigurationError, VaultUnavailable) as error:
        _refuse(
            error,
            purpose=purpose,
            tenant_id=tenant_id,
            connection_id=row.connection_id,
            kind=row.kind,
            why=f"row {row.pk}: {error.detail}",
        )


def opened_text(row: Stored, *, tenant_id: UUID) -> bytes:
    """Open a row for a tenant; raises as ``datakeys.unwrapped`` does. For the vault itself: nobody is told of it."""
    # The tenant asked for, not the one stored: a row moved to another tenant must not open for it.
    key = datakeys.unwrapped(row.data_key_id, tenant_id=tenant_id)
    sealed = sealing.Sealed(bytes(row.iv), bytes(row.ciphertext), bytes(row.auth_tag))
    return sealing.unseal(key, sealed, bound_to=place_of(row, tenant_id))


def _refuse(
    error: Exception, *, purpose: str, tenant_id: UUID, connection_id: UUID | None, kind: str, why: str
) -> NoReturn:
    """Write a failure to open down, in the log and in its table, and raise it."""
    log.error("vault.open_refused", purpose=purpose, connection_id=str(connection_id or ""), kind=kind, why=why)
    accesses.refused(purpose=purpose, tenant_id=tenant_id, connection_id=connection_id, kind=kind, why=why)
    raise error from None


def lock(*, tenant_id: UUID, place: str, secret: Secret) -> str:
    """Return a secret as text that may stand in a row of another room: only this tenant opens it, and only at this place.

    For what lives hours, not years: a data key that was retired is kept for ``VAULT_RETIRED_KEYS_DAYS``, and what was locked
    under one that is gone does not open any more.
    """
    data_key = datakeys.live(tenant_id)
    bound = _locked_place(tenant_id, place, data_key.pk)
    sealed = sealing.seal(_key_for_writing(data_key, tenant_id), secret.reveal().encode(), bound_to=bound)
    parts = (base64.b64encode(part).decode() for part in (sealed.iv, sealed.ciphertext, sealed.tag))
    return ".".join((str(sealing.FORMAT), data_key.pk.hex, *parts))


def unlock(*, tenant_id: UUID, place: str, locked: str) -> Secret:
    """Return what was locked for this tenant at this place; raises as ``open_secret`` does."""
    kind = f"locked:{place}"
    try:
        _, key_id, *parts = locked.split(".")
        data_key_id = UUID(hex=key_id)
        sealed = sealing.Sealed(*(base64.b64decode(part, validate=True) for part in parts))
        key = datakeys.unwrapped(data_key_id, tenant_id=tenant_id)
        secret = Secret(sealing.unseal(key, sealed, bound_to=_locked_place(tenant_id, place, data_key_id)).decode())
    except (sealing.SealBroken, ValueError, TypeError, binascii.Error) as broken:
        why = str(broken) if isinstance(broken, sealing.SealBroken) else "it is no lock of ours"
        unreadable = SecretUnreadable(
            f"what was locked at {place} does not open: another place, another key, or changed"
        )
        _refuse(unreadable, purpose="unlock", tenant_id=tenant_id, connection_id=None, kind=kind, why=why)
    except (ConfigurationError, VaultUnavailable) as error:
        _refuse(error, purpose="unlock", tenant_id=tenant_id, connection_id=None, kind=kind, why=error.detail)
    accesses.note("unlock", [(tenant_id, None, kind)])
    return secret


def _locked_place(tenant_id: UUID, place: str, data_key_id: UUID) -> bytes:
    return sealing.bind("locked", sealing.FORMAT, sealing.ALGORITHM, str(tenant_id), place, str(data_key_id))


def hints(*, tenant_id: UUID, connection_id: UUID) -> dict[str, str]:
    """Return the last four characters of each secret of a connection, by kind."""
    rows = EncryptedSecret.objects.filter(tenant_id=tenant_id, connection_id=connection_id)
    return dict(rows.values_list("kind", "hint"))


def erase_secrets(*, tenant_id: UUID, connection_id: UUID) -> int:
    """Delete every secret of a connection; return how many there were."""
    count, _ = EncryptedSecret.objects.filter(tenant_id=tenant_id, connection_id=connection_id).delete()
    return count


def erase_secret(*, tenant_id: UUID, connection_id: UUID, kind: str) -> None:
    """Delete one secret, if it is there."""
    EncryptedSecret.objects.filter(tenant_id=tenant_id, connection_id=connection_id, kind=kind).delete()


def verify_master_key() -> None:
    """Raise ``ConfigurationError`` when the master key is missing, weak, or not the one this database was sealed with.

    Raises ``VaultUnavailable`` when who holds it cannot be reached. A database without a master key yet is given its first one.
    """
    masterkeys.verify()


def failed_lately() -> bool:
    """Tell whether this process lately could not seal or open, as who holds the keys was out of reach and none was kept."""
    return datakeys.failed_lately()


def _fill(row: EncryptedSecret, data_key: DataKey, secret: Secret) -> None:
    plain = secret.reveal().encode()
    key = _key_for_writing(data_key, row.tenant_id)
    row.data_key, row.key_version = data_key, data_key.version
    row.format, row.algorithm = sealing.FORMAT, sealing.ALGORITHM
    sealed = sealing.seal(key, plain, bound_to=place_of(row, row.tenant_id))
    row.iv, row.ciphertext, row.auth_tag = sealed.iv, sealed.ciphertext, sealed.tag
    row.fingerprint = fingerprint(key, plain)
    row.hint = secret.hint


def fingerprint(key: bytes, plain: bytes) -> str:
    """Return what tells whether two secrets under one data key are equal, and no more."""
    return hmac.new(key, b"fingerprint" + plain, hashlib.sha256).hexdigest()


def _key_for_writing(data_key: DataKey, tenant_id: UUID) -> bytes:
    try:
        return datakeys.of_row(data_key, tenant_id=tenant_id)
    except sealing.SealBroken:
        masterkeys.verify()
        raise ConfigurationError(
            "This tenant's key in the vault does not open, although the master key is the right one.",
            remedy="Restore the table vault_data_keys from a backup.",
        ) from None


def place_of(row: EncryptedSecret | Stored, tenant_id: UUID) -> bytes:
    """Everything that ties a ciphertext to where it stands; ``row_version`` stays out, it serves compare-and-set."""
    return sealing.bind(
        row.format,
        row.algorithm,
        str(tenant_id),
        str(row.connection_id),
        str(row.pk),
        row.kind,
        str(row.data_key_id),
        row.key_version,
    )
