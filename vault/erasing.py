"""What the strongroom does when a tenant is erased: its secrets and data keys go first, as rows that protect each other."""

from typing import Any

from django.dispatch import receiver

from tenants.models import Tenant
from tenants.signals import tenant_erased
from vault.models import DataKey, EncryptedSecret


@receiver(tenant_erased)
def erase_secrets(tenant: Tenant, **kwargs: Any) -> None:
    """Delete a tenant's sealed secrets, then the keys they were sealed with; runs in the erasing transaction."""
    EncryptedSecret.objects.filter(tenant=tenant).delete()
    DataKey.objects.filter(tenant=tenant).delete()
