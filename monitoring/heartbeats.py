"""Signs of life, and the lease by which one of several schedulers acts."""

import os
import socket
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from monitoring.models import Heartbeat

WORKER: Final = "worker"
BEAT: Final = "beat"
#: A worker that has been silent for so long is forgotten: its jobs are long taken back, and machines come and go.
FORGOTTEN_AFTER: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker process: where it is, when it last gave a sign of life, and which queues it takes from."""

    name: str
    seen_at: datetime
    queues: frozenset[str]


def beat_worker(queues: Collection[str], *, now: datetime) -> None:
    """Write down that this worker process is alive, and forget those that have long been silent."""
    beat(_this_worker(), now=now, owner=",".join(sorted(queues)))
    Heartbeat.objects.filter(name__startswith=WORKER, seen_at__lt=now - FORGOTTEN_AFTER).delete()


def end_worker() -> None:
    """Write down that this worker process ended as it should; nobody need look for it."""
    Heartbeat.objects.filter(name=_this_worker()).delete()


def workers() -> list[Worker]:
    """Return the workers that gave a sign of life lately, by name."""
    rows = Heartbeat.objects.filter(name__startswith=WORKER).order_by("name")
    return [
        Worker(row.name.partition(":")[2] or row.name, row.seen_at, frozenset(filter(None, row.owner.split(","))))
        for row in rows
    ]


def _this_worker() -> str:
    return f"{WORKER}:{socket.gethostname()[:20]}/{os.getpid()}"


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
