"""What the strongroom does when a tenant is erased: its keys are destroyed first, so that no copy of its rows opens again."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from tenants.models import Tenant
from tenants.signals import tenant_erased
from vault import shredding


@receiver(tenant_erased)
def destroy_keys(tenant: Tenant, **kwargs: Any) -> None:
    """Destroy a tenant's data keys and sealed secrets, in the transaction that erases it."""
    shredding.shred_tenant(tenant=tenant, actor="system:erase", now=timezone.now())
