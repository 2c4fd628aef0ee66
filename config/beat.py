"""Celery beat's scheduler, made safe to run twice: only the holder of a lease row sends anything."""

import os
import socket
from datetime import timedelta
from typing import Any, Final

import structlog
from django.db import DatabaseError, connection
from django.utils import timezone
from django_celery_beat.schedulers import DatabaseScheduler

from monitoring import heartbeats

log = structlog.get_logger(__name__)

LEASE: Final = timedelta(seconds=10)
#: How long a scheduler without the lease waits before it asks again.
STANDBY_SECONDS: Final = 2.0


class LeasedScheduler(DatabaseScheduler):  # type: ignore[misc]
    """Send due tasks while the lease is ours; stand by otherwise, and take over within seconds of the holder's death."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._name = f"{socket.gethostname()[:40]}/{os.getpid()}/{id(self)}"
        self._leading = False
        super().__init__(*args, **kwargs)

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
        if not leading:
            return STANDBY_SECONDS
        return min(float(super().tick(*args, **kwargs)), LEASE.total_seconds() / 3)
