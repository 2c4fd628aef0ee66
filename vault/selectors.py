"""Reads of the strongroom that open nothing: what may be shown of a secret, and who opened which."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from vault.models import Access, EncryptedSecret


@dataclass(frozen=True, slots=True)
class Mark:
    """What may be shown of a sealed secret: its last four characters, and since when it is the present one."""

    hint: str
    sealed_at: datetime
    replaced: bool


def marks_of(connection_ids: Collection[UUID], *, kind: str) -> dict[UUID, Mark]:
    """Return the mark of each connection's secret of this kind; one that has none is left out."""
    rows = EncryptedSecret.objects.filter(connection_id__in=connection_ids, kind=kind)
    known = rows.values_list("connection_id", "hint", "updated_at", "row_version")
    return {pk: Mark(hint, sealed_at, version > 1) for pk, hint, sealed_at, version in known}


def accesses(
    *,
    tenant_id: UUID | None = None,
    connection_id: UUID | None = None,
    refused: bool = False,
    since: datetime | None = None,
) -> QuerySet[Access]:
    """Return who opened which secrets, the latest first: of a tenant, of a connection, or only what did not open."""
    rows = Access.objects.all()
    if tenant_id is not None:
        rows = rows.filter(tenant_id=tenant_id)
    if connection_id is not None:
        rows = rows.filter(connection_id=connection_id)
    if refused:
        rows = rows.filter(outcome=Access.Outcome.REFUSED)
    if since is not None:
        # By the key, which leads with the time: the indexes hold it.
        rows = rows.filter(pk__gte=UUID(int=int(since.timestamp() * 1000) << 80))
    return rows.order_by("-pk")
