"""Signs of life, and the lease by which one of several schedulers acts."""

from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from monitoring.models import Heartbeat

WORKER: Final = "worker"
BEAT: Final = "beat"


def beat(name: str, *, now: datetime, owner: str = "") -> None:
    """Write down that this part of the hub is alive."""
    Heartbeat.objects.update_or_create(name=name, defaults={"seen_at": now, "owner": owner})


def hold(name: str, *, owner: str, lease: timedelta, now: datetime) -> bool:
    """Take or renew a lease; return whether it is ours until ``now + lease``."""
    free = Q(owner=owner) | Q(lease_until=None) | Q(lease_until__lt=now)
    fields = {"owner": owner, "seen_at": now, "lease_until": now + lease}
    if Heartbeat.objects.filter(free, name=name).update(**fields):
        return True
    if Heartbeat.objects.filter(name=name).exists():
        return False
    try:
        with transaction.atomic():
            Heartbeat.objects.create(name=name, **fields)
    except IntegrityError:
        return False
    return True


def last_seen(name: str) -> datetime | None:
    """Return the last sign of life of a part, or None when it never gave one."""
    return Heartbeat.objects.filter(name=name).values_list("seen_at", flat=True).first()
