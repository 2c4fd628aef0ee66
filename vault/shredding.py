"""Crypto-shredding: a tenant's data keys are destroyed, so that nothing sealed under them opens again, wherever a copy of it is.

A copy of the data keys themselves opens as long as somebody has the master key too: backups have to age out. Other processes
keep opened data keys for ``VAULT_KEY_CACHE_SECONDS``; what they could open with them is erased here as well.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.dispatch import Signal

from tenants.models import Tenant
from tenants.services import record
from vault import datakeys
from vault.models import DataKey, EncryptedSecret

#: Sent inside the transaction that shreds, with ``tenant_id``, ``now`` and ``ended``: a list to which listeners add the names of
#: what they ended. An exception in one undoes the whole.
tenant_shredded = Signal()


@dataclass(frozen=True, slots=True)
class Shredded:
    """How much of what was, or would be, destroyed."""

    data_keys: int
    secrets: int
    ended: tuple[str, ...] = ()


def what_would_be_shredded(tenant: Tenant) -> Shredded:
    """Count a tenant's keys and secrets; changes nothing."""
    return Shredded(
        DataKey.objects.filter(tenant=tenant).count(), EncryptedSecret.objects.filter(tenant=tenant).count()
    )


def shred_tenant(*, tenant: Tenant, actor: str, now: datetime) -> Shredded:
    """Destroy a tenant's data keys and sealed secrets, and end what stood on them. Audited; nothing brings it back.

    Asks no platform to withdraw anything: who wants that disconnects the accounts first.
    """
    ended: list[str] = []
    with transaction.atomic():
        keys = DataKey.objects.select_for_update().filter(tenant=tenant)
        versions = sorted(keys.values_list("version", flat=True))
        tenant_shredded.send(sender=Tenant, tenant_id=tenant.pk, now=now, ended=ended)
        secrets, _ = EncryptedSecret.objects.filter(data_key__tenant=tenant).delete()
        keys.delete()
        told = Shredded(len(versions), secrets, tuple(ended))
        record(
            tenant=tenant,
            actor=actor,
            action="vault.tenant_shredded",
            subject=tenant,
            data_keys=versions,
            secrets=secrets,
            ended=len(ended),
        )
    datakeys.forget()
    return told
