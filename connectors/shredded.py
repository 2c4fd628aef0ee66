"""A tenant whose keys were destroyed: its connections are over, for no token of theirs opens again."""

from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.dispatch import receiver

from connectors import unsubscribing
from connectors.models import Connection
from tenants.models import Tenant
from tenants.services import record
from vault.shredding import tenant_shredded


@receiver(tenant_shredded)
def _end_connections(tenant_id: UUID, now: datetime, ended: list[str], **kwargs: object) -> None:
    """End every connection of the tenant, in the transaction that destroys its keys; its history stays. Audited.

    A refresh that is under way stores nothing: the version of the tokens it compares with has moved on.
    """
    tenant = Tenant.objects.get(pk=tenant_id)
    theirs = Connection.objects.filter(tenant=tenant).exclude(status=Connection.Status.INACTIVE)
    for connection in theirs.select_for_update().order_by("pk"):
        unsubscribing.forget(connection.destinations.all())
        connection.destinations.update(enabled=False)
        Connection.objects.filter(pk=connection.pk).update(
            status=Connection.Status.INACTIVE,
            status_code="keys_destroyed",
            status_cause="The keys to this account's tokens were destroyed.",
            status_remedy="Connect the account again to publish with it.",
            status_since=now,
            disconnected_at=now,
            next_health_at=None,
            health="",
            token_version=F("token_version") + 1,
        )
        record(tenant=tenant, actor="system:vault", action="connection.keys_destroyed", subject=connection)
        ended.append(str(connection.pk))
