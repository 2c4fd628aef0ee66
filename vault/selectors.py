"""Reads of the strongroom that open nothing: what may be shown of a secret."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from vault.models import EncryptedSecret


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
