"""Tenants' data keys, unwrapped and kept for a few minutes: a key service is asked once, not for every token.

The cache is bounded in time and number, lives in this process only, and forgets everything when the master key changes.
"""

import threading
import time
from typing import Any, Final
from uuid import UUID

from django.conf import settings

from vault import providers, sealing
from vault.models import DataKey

KEPT_SECONDS: Final = 300.0
MOST_KEPT: Final = 4096

#: By data key and the tenant that asks for it: until when it is kept, the master key it came from, the key.
_kept: dict[tuple[UUID, UUID], tuple[float, Any, bytes]] = {}
_lock = threading.Lock()


def unwrapped(data_key_id: UUID, *, tenant_id: UUID) -> bytes:
    """Return a tenant's data key; raises ``SealBroken`` when it is another tenant's, or gone."""
    kept = _kept.get((data_key_id, tenant_id))
    if kept is not None and time.monotonic() < kept[0] and kept[1] is settings.VAULT_MASTER_KEY:
        return kept[2]
    row = DataKey.objects.select_related("master_key").filter(pk=data_key_id).first()
    if row is None:
        raise sealing.SealBroken("its data key is gone")
    key = unwrap(row, tenant_id=tenant_id)
    with _lock:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[data_key_id, tenant_id] = (time.monotonic() + KEPT_SECONDS, settings.VAULT_MASTER_KEY, key)
    return key


def unwrap(row: DataKey, *, tenant_id: UUID) -> bytes:
    """Open a data key with its master key, past the cache; raises ``SealBroken``."""
    wrapped = sealing.Sealed(bytes(row.iv), bytes(row.ciphertext), bytes(row.auth_tag))
    master = row.master_key
    return providers.provider_for(master).unwrap(master, wrapped, bound_to=place(row, tenant_id))


def forget() -> None:
    """Forget every key at once."""
    with _lock:
        _kept.clear()


def place(row: DataKey, tenant_id: UUID) -> bytes:
    """Return what ties a wrapped data key to where it stands."""
    return sealing.bind("data-key", str(row.pk), str(tenant_id), row.version)
