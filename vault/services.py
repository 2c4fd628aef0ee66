"""The strongroom's counter: put a secret in, take it out, replace it, erase it."""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from itertools import starmap
from typing import Final, NamedTuple
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from foundation import prepared
from foundation.errors import ConfigurationError
from foundation.ids import new_id
from foundation.secret import Secret
from vault import datakeys, providers, sealing
from vault.models import DataKey, EncryptedSecret, MasterKey

log = structlog.get_logger(__name__)


class SecretMissing(Exception):
    """There is no such secret: it was never stored, or erased."""


class SecretUnreadable(Exception):
    """A secret is stored but does not open: moved from another place, changed, or sealed by another key."""


def put_secret(*, tenant_id: UUID, connection_id: UUID, kind: str, secret: Secret) -> EncryptedSecret:
    """Seal a secret and store it, replacing the one of the same connection and kind.

    The row keeps its id; ``row_version`` grows by one, which tells a slower writer that it lost. Raises
    ``ConfigurationError`` when the vault's keys do not open, ``SecretUnreadable`` when the row is another tenant's.
    """
    data_key = _live_data_key(tenant_id)
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
    """Return an opened secret.

    Raises ``SecretMissing`` or ``SecretUnreadable``; every failure to open is logged with its place and the purpose.
    """
    rows = EncryptedSecret.objects.filter(connection_id=connection_id, kind=kind)
    row = rows.values_list(*Stored._fields).first()
    if row is None:
        raise SecretMissing(f"connection {connection_id} has no {kind}")
    return _opened(Stored(*row), tenant_id=tenant_id, purpose=purpose)


def open_secrets(wanted: Mapping[tuple[UUID, str], UUID], *, purpose: str) -> dict[tuple[UUID, str], Secret]:
    """Open many secrets with one query: connection and kind to the tenant that asks.

    What is missing or does not open is left out, and logged like a single opening; ask for it singly to learn why.
    """
    if not wanted:
        return {}
    opened = {}
    for stored in _stored(connections={pk for pk, _ in wanted}, kinds={kind for _, kind in wanted}):
        place = (stored.connection_id, stored.kind)
        if place in wanted:
            with suppress(SecretUnreadable):
                opened[place] = _opened(stored, tenant_id=wanted[place], purpose=purpose)
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
        # The tenant asked for, not the one stored: a row moved to another tenant must not open for it.
        key = datakeys.unwrapped(row.data_key_id, tenant_id=tenant_id)
        sealed = sealing.Sealed(bytes(row.iv), bytes(row.ciphertext), bytes(row.auth_tag))
        return Secret(sealing.unseal(key, sealed, bound_to=_place(row, tenant_id)).decode())
    except sealing.SealBroken:
        place = {"connection": str(row.connection_id), "kind": row.kind, "secret_row": str(row.pk)}
        log.error("vault.open_refused", purpose=purpose, **place)
        raise SecretUnreadable(
            f"the stored {row.kind} of connection {row.connection_id} does not open: "
            "it was sealed at another place or with another master key"
        ) from None


def lock(*, tenant_id: UUID, place: str, secret: Secret) -> str:
    """Return a secret as text that may stand in a row of another room: only this tenant opens it, and only at this place.

    For what lives an hour, not for years: what was locked under a data key that is gone does not open any more.
    """
    data_key = _live_data_key(tenant_id)
    bound = _locked_place(tenant_id, place, data_key.pk)
    sealed = sealing.seal(_key_for_writing(data_key, tenant_id), secret.reveal().encode(), bound_to=bound)
    parts = (base64.b64encode(part).decode() for part in (sealed.iv, sealed.ciphertext, sealed.tag))
    return ".".join((str(sealing.FORMAT), data_key.pk.hex, *parts))


def unlock(*, tenant_id: UUID, place: str, locked: str) -> Secret:
    """Return what was locked for this tenant at this place; raises ``SecretUnreadable``."""
    try:
        _, key_id, *parts = locked.split(".")
        data_key_id = UUID(hex=key_id)
        sealed = sealing.Sealed(*(base64.b64decode(part, validate=True) for part in parts))
        key = datakeys.unwrapped(data_key_id, tenant_id=tenant_id)
        return Secret(sealing.unseal(key, sealed, bound_to=_locked_place(tenant_id, place, data_key_id)).decode())
    except (sealing.SealBroken, ValueError, TypeError, binascii.Error):
        raise SecretUnreadable(
            f"what was locked at {place} does not open: another place, another key, or changed"
        ) from None


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

    A database without a master key yet is given its first one.
    """
    providers.master_secret()
    master = MasterKey.objects.filter(retired_at=None).order_by("-version").first() or _first_master_key()
    if master.provider == providers.LOCAL and not providers.LocalKeyProvider().opens(master):
        raise ConfigurationError(
            "The vault's master key is not the one this database was sealed with.",
            remedy="Put back the file or variable that held it (VAULT_MASTER_KEY_FILE, by default var/vault-master-key). "
            "Nothing has been lost: with the right key everything opens again.",
        )


def _fill(row: EncryptedSecret, data_key: DataKey, secret: Secret) -> None:
    plain = secret.reveal().encode()
    key = _key_for_writing(data_key, row.tenant_id)
    row.data_key, row.key_version = data_key, data_key.version
    row.format, row.algorithm = sealing.FORMAT, sealing.ALGORITHM
    sealed = sealing.seal(key, plain, bound_to=_place(row, row.tenant_id))
    row.iv, row.ciphertext, row.auth_tag = sealed.iv, sealed.ciphertext, sealed.tag
    row.fingerprint = hmac.new(key, b"fingerprint" + plain, hashlib.sha256).hexdigest()
    row.hint = secret.hint


def _key_for_writing(data_key: DataKey, tenant_id: UUID) -> bytes:
    try:
        return datakeys.unwrap(data_key, tenant_id=tenant_id)
    except sealing.SealBroken:
        verify_master_key()
        raise ConfigurationError(
            "This tenant's key in the vault does not open, although the master key is the right one.",
            remedy="Restore the table vault_data_keys from a backup.",
        ) from None


def _place(row: EncryptedSecret | Stored, tenant_id: UUID) -> bytes:
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


def _live_data_key(tenant_id: UUID) -> DataKey:
    live = DataKey.objects.select_related("master_key").filter(tenant_id=tenant_id, retired_at=None)
    found = live.first()
    if found is not None:
        return found
    verify_master_key()
    master = MasterKey.objects.filter(retired_at=None).order_by("-version").first() or _first_master_key()
    row = DataKey(tenant_id=tenant_id, version=1, master_key=master)
    wrapped = providers.provider_for(master).wrap(master, sealing.new_key(), bound_to=datakeys.place(row, tenant_id))
    row.iv, row.ciphertext, row.auth_tag = wrapped.iv, wrapped.ciphertext, wrapped.tag
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # another process made it first
        return live.get()
    return row


def _first_master_key() -> MasterKey:
    salt, iterations = os.urandom(providers.SALT_BYTES), settings.VAULT_PBKDF2_ITERATIONS
    check = providers.LocalKeyProvider().check_value(salt, iterations)
    try:
        with transaction.atomic():
            return MasterKey.objects.create(
                version=1,
                provider=providers.LOCAL,
                salt=salt,
                iterations=iterations,
                check_iv=check.iv,
                check_ciphertext=check.ciphertext,
                check_tag=check.tag,
            )
    except IntegrityError:
        return MasterKey.objects.get(version=1)
