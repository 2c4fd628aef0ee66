"""Signs of life, and the lease by which one of several schedulers acts."""

import os
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q

from monitoring.models import Heartbeat

WORKER: Final = "worker"
BEAT: Final = "beat"
#: A scheduler that does not lead.
STANDBY: Final = "standby"
#: A worker that has been silent for so long is forgotten: its jobs are long taken back, and machines come and go.
FORGOTTEN_AFTER: Final = timedelta(minutes=15)

Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker process: where it is, when it last gave a sign of life, and which queues it takes from."""

    name: str
    seen_at: datetime
    queues: frozenset[str]
    #: What it tells of its machine.
    facts: Facts


def beat_worker(queues: Collection[str], *, now: datetime, facts: Facts | None = None) -> None:
    """Write down that this worker process is alive and how its machine is, and forget those that have long been silent."""
    owner = ",".join(sorted(queues))
    fields = {"seen_at": now, "owner": owner, "facts": dict(facts or {})}
    Heartbeat.objects.update_or_create(name=_this_process(WORKER), defaults=fields)
    Heartbeat.objects.filter(name__startswith=WORKER, seen_at__lt=now - FORGOTTEN_AFTER).delete()


def end_worker() -> None:
    """Write down that this worker process ended as it should; nobody need look for it."""
    Heartbeat.objects.filter(name=_this_process(WORKER)).delete()


def workers() -> list[Worker]:
    """Return the workers that gave a sign of life lately, by name."""
    return _known(WORKER)


def stand_by(*, now: datetime) -> None:
    """Write down that this process has a scheduler that waits for another's end, and forget those long silent."""
    beat(_this_process(STANDBY), now=now)
    Heartbeat.objects.filter(name__startswith=STANDBY, seen_at__lt=now - FORGOTTEN_AFTER).delete()


def standing_by() -> list[Worker]:
    """Return the schedulers that stood by lately."""
    return _known(STANDBY)


def _known(kind: str) -> list[Worker]:
    rows = Heartbeat.objects.filter(name__startswith=kind).order_by("name")
    return [
        Worker(
            row.name.partition(":")[2] or row.name,
            row.seen_at,
            frozenset(filter(None, row.owner.split(","))),
            row.facts or {},
        )
        for row in rows
    ]


def _this_process(kind: str) -> str:
    return f"{kind}:{socket.gethostname()[:20]}/{os.getpid()}"


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
