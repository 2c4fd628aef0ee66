"""Celery beat's scheduler, made safe to run twice: only the holder of a lease row sends anything.

The rows it reads are kept in line with the code (``config.schedule``), and what operators changed in them is left alone.
"""

import os
import socket
import threading
import time
from datetime import timedelta
from typing import Any, Final

import structlog
from celery.signals import beat_init
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection
from django.utils import timezone
from django_celery_beat.schedulers import DatabaseScheduler, ModelEntry

from config import schedule
from monitoring import heartbeats
from monitoring.alerting import watching

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(seconds=10)
#: How long a scheduler without the lease waits before it asks again.
STANDBY_SECONDS: Final = 2.0
STANDBY_SAID_EVERY: Final = 15.0  # seconds


@beat_init.connect
def _start_watchman(**kwargs: Any) -> None:
    """Watch from here too: when every worker is dead, this process is all that is left to say so."""
    watching.start(threading.Event())


class Entry(ModelEntry):  # type: ignore[misc]
    """An entry that writes down its run, and nothing else of its row: an operator may be changing that."""

    def save(self) -> None:
        """Store when it ran last, and how often."""
        mine = type(self.model)._default_manager.filter(pk=self.model.pk, enabled=True)
        mine.update(last_run_at=self.model.last_run_at, total_run_count=self.model.total_run_count)


class LeasedScheduler(DatabaseScheduler):  # type: ignore[misc]
    """Send due tasks while the lease is ours; stand by otherwise, and take over within seconds of the holder's death."""

    Entry = Entry

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._name = f"{socket.gethostname()[:40]}/{os.getpid()}/{id(self)}"
        self._leading = False
        self._said_standby = 0.0
        super().__init__(*args, **kwargs)
        #: Each run is written down at once, so that everybody can see what is late.
        self.sync_every_tasks = 1

    def setup_schedule(self) -> None:
        """Read the rows, brought in line with the code; the inherited way would undo what operators changed."""
        self.schedule  # noqa: B018 - reading it is what fills it

    def all_as_schedule(self) -> dict[str, Any]:
        """Read the rows anew. A row that was deleted, or switched off though it may not be, is mended first."""
        try:
            schedule.synchronise()
            # Else what is changed before the second look would not be noticed.
            self._last_timestamp = self.Changes.last_change()
        except (DatabaseError, ValidationError) as error:  # another one may just be making the very same rows
            log.error("beat.schedule_not_synchronised", error=type(error).__name__)
        found: dict[str, Any] = super().all_as_schedule()
        return found

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """Do one round, if the lease is ours; return the seconds to the next."""
        try:
            leading = heartbeats.hold(heartbeats.BEAT, owner=self._name, lease=LEASE, now=timezone.now())
        except DatabaseError as error:
            connection.close()  # a broken connection is never mended; the next round takes a new one
            log.error("beat.database_unreachable", error=type(error).__name__)
            return STANDBY_SECONDS
        if leading != self._leading:
            log.info("beat.leading" if leading else "beat.standing_by", scheduler=self._name)
            self._leading = leading
            # What ran last was written down by whoever led before.
            self._initial_read, self._heap = True, None
        if not leading:
            self._stand_by()
            return STANDBY_SECONDS
        return min(float(super().tick(*args, **kwargs)), LEASE.total_seconds() / 3)

    def _stand_by(self) -> None:
        """Say now and then that a scheduler waits here: ``/readyz`` tells how many there are."""
        if time.monotonic() < self._said_standby:
            return
        self._said_standby = time.monotonic() + STANDBY_SAID_EVERY
        try:
            heartbeats.stand_by(now=timezone.now())
        except DatabaseError as error:
            connection.close()
            log.error("beat.database_unreachable", error=type(error).__name__)
