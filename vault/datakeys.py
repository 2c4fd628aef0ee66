"""Tenants' data keys, unwrapped and kept for a few minutes: a key service is asked once, not for every token.

What is kept is bounded in time and number, lives in this process only, and is forgotten when the master key changes. While
the key service cannot be reached, a kept key serves longer (``VAULT_KEY_GRACE_SECONDS``); a refusal ends it at once.
"""

import threading
import time
from typing import Any, Final, NamedTuple
from uuid import UUID

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from vault import masterkeys, providers, sealing
from vault.keyholders import Place, VaultUnavailable
from vault.models import DataKey

log = structlog.get_logger(__name__)

MOST_KEPT: Final = 4096
#: For so long after a key could not be had, this process says so.
FAILED_FOR_SECONDS: Final = 60.0


class Kept(NamedTuple):
    """A data key in memory."""

    fresh_until: float
    serves_until: float
    #: The master key of the settings when it was opened; another one makes it worthless.
    master: Any
    #: What it looked like sealed: whoever writes makes sure that it still stands so in the database.
    wrapped: sealing.Sealed
    key: bytes


#: By data key and the tenant that asks for it.
_kept: dict[tuple[UUID, UUID], Kept] = {}
_lock = threading.Lock()
#: Since start: when somebody last went without a key because its holder was out of reach (of a monotonic clock).
_went_without: list[float] = []
#: Threads that need the same key ask for it once.
_asking: Final = tuple(threading.Lock() for _ in range(64))


def unwrapped(data_key_id: UUID, *, tenant_id: UUID) -> bytes:
    """Return a tenant's data key; raises ``SealBroken`` when it is another tenant's, or gone.

    Also raises ``ConfigurationError`` and ``VaultUnavailable``, as key providers do.
    """
    kept = _kept.get((data_key_id, tenant_id))
    if kept is not None and time.monotonic() < kept.fresh_until and kept.master is settings.VAULT_MASTER_KEY:
        return kept.key
    row = DataKey.objects.select_related("master_key").filter(pk=data_key_id).first()
    if row is None:
        raise sealing.SealBroken("its data key is gone")
    return of_row(row, tenant_id=tenant_id)


def of_row(row: DataKey, *, tenant_id: UUID) -> bytes:
    """Return the data key of a row that was just read; what is kept counts only if the row still looks the same."""
    place, wrapped = (row.pk, tenant_id), _wrapped(row)
    with _asking[hash(place) % len(_asking)]:
        kept = _kept.get(place)
        if kept is not None and (kept.master is not settings.VAULT_MASTER_KEY or kept.wrapped != wrapped):
            kept = None
        if kept is not None and time.monotonic() < kept.fresh_until:
            return kept.key
        try:
            key = unwrap(row, tenant_id=tenant_id)
        except VaultUnavailable as error:
            if kept is None or time.monotonic() >= kept.serves_until:
                _went_without[:] = [time.monotonic()]
                raise
            log.warning("vault.kept_key_serves_on", data_key=str(row.pk), tenant_id=str(tenant_id), why=error.detail)
            return kept.key
        except Exception:
            with _lock:
                _kept.pop(place, None)
            raise
        _keep(place, key, wrapped)
        return key


def unwrap(row: DataKey, *, tenant_id: UUID) -> bytes:
    """Open a data key with its master key, past what is kept; raises ``SealBroken``."""
    master = row.master_key
    place = Place(tenant_id, row.pk, row.version)
    return providers.provider_for(master).unwrap(master, _wrapped(row), place=place)


def live(tenant_id: UUID) -> DataKey:
    """Return the tenant's key that seals, made now if there is none."""
    found = DataKey.objects.select_related("master_key").filter(tenant_id=tenant_id, retired_at=None).first()
    return found or make(tenant_id)


def make(tenant_id: UUID) -> DataKey:
    """Make and return a data key for a tenant that has none that seals; when another process was faster, return its."""
    row = draft(tenant_id)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return DataKey.objects.select_related("master_key").get(tenant_id=tenant_id, retired_at=None)
    return row


def draft(tenant_id: UUID) -> DataKey:
    """Return a tenant's next data key, wrapped by the newest master key and not yet saved."""
    master = masterkeys.newest()
    try:
        providers.provider_for(master).verify(master)
    except VaultUnavailable:
        _went_without[:] = [time.monotonic()]
        raise
    version = 1 + (DataKey.objects.filter(tenant_id=tenant_id).aggregate(last=Max("version"))["last"] or 0)
    row = DataKey(tenant_id=tenant_id, version=version, master_key=master)
    fill(row, sealing.new_key(), tenant_id=tenant_id)
    return row


def fill(row: DataKey, key: bytes, *, tenant_id: UUID) -> None:
    """Wrap a data key under the row's master key, and put it into the row."""
    place = Place(tenant_id, row.pk, row.version)
    wrapped = providers.provider_for(row.master_key).wrap(row.master_key, key, place=place)
    row.iv, row.ciphertext, row.auth_tag = wrapped.iv, wrapped.ciphertext, wrapped.tag


def failed_lately() -> bool:
    """Tell whether this process lately needed a key and could not have it, as its holder was out of reach and none was kept."""
    return any(time.monotonic() - at < FAILED_FOR_SECONDS for at in _went_without)


def forget() -> None:
    """Forget every key at once."""
    with _lock:
        _kept.clear()
        _went_without.clear()


def _keep(place: tuple[UUID, UUID], key: bytes, wrapped: sealing.Sealed) -> None:
    fresh_until = time.monotonic() + settings.VAULT_KEY_CACHE.total_seconds()
    serves_until = fresh_until + settings.VAULT_KEY_GRACE.total_seconds()
    with _lock:
        _kept.pop(place, None)
        while len(_kept) >= MOST_KEPT:
            del _kept[next(iter(_kept))]  # the one that was opened longest ago
        _kept[place] = Kept(fresh_until, serves_until, settings.VAULT_MASTER_KEY, wrapped, key)


def _wrapped(row: DataKey) -> sealing.Sealed:
    return sealing.Sealed(bytes(row.iv), bytes(row.ciphertext), bytes(row.auth_tag))
