"""What is to be removed from the store: written down first, removed later, so that a crash in between loses track of nothing."""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import structlog

from foundation.errors import Unavailable
from media.models import Leftover
from media.storage import store
from tenants.models import Tenant

log = structlog.get_logger(__name__)

#: Longer than any store takes to accept one file: what is not claimed by then never will be.
GRACE: Final = timedelta(hours=6)


def new_name(tenant: Tenant, stem: str, ending: str, *, now: datetime) -> str:
    """Return a name in the store that nobody else has, removed again unless it is claimed."""
    name = f"{tenant.pk.hex}/{stem[:2]}/{stem}-{secrets.token_hex(6)}.{ending}"
    Leftover.objects.create(name=name, due_at=now + GRACE)
    return name


def claim(name: str) -> None:
    """Keep a name: a row speaks of it from now on. In the transaction that writes that row."""
    Leftover.objects.filter(name=name).delete()


def leave(names: Iterable[str], *, now: datetime) -> None:
    """Have names removed: no row speaks of them any more. In the transaction that changes those rows."""
    rows = [Leftover(name=name, due_at=now) for name in names]
    Leftover.objects.bulk_create(rows, update_conflicts=True, unique_fields=["name"], update_fields=["due_at"])


def remove(*, now: datetime, limit: int) -> int:
    """Remove what is due from the store; return how much that was. A store out of reach is asked again next time."""
    due = list(Leftover.objects.filter(due_at__lte=now).order_by("due_at")[:limit])
    gone = []
    for leftover in due:
        try:
            store().drop(leftover.name)
        except Unavailable as error:
            log.warning("media.store_unreachable", detail=error.detail)
            break
        gone.append(leftover.pk)
    Leftover.objects.filter(pk__in=gone).delete()
    return len(gone)
