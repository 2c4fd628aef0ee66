"""Forgetting in time: expired files, uploads nobody continued, and what is left in the store; in batches, so that nothing is held up."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog

from media import leftovers, services, staging, uploads

log = structlog.get_logger(__name__)

BATCH: Final = 200
#: A sweep ends after this long; the next one goes on.
MOST_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Swept:
    """How much was removed."""

    expired: int
    uploads: int
    leftovers: int
    abandoned: int


def sweep(*, now: datetime) -> Swept:
    """Remove what is due, batch by batch."""
    end = time.monotonic() + MOST_SECONDS

    def emptied(remove: Callable[[], int]) -> int:
        total = 0
        while time.monotonic() < end:
            count = remove()
            total += count
            if count < BATCH:
                break
        return total

    swept = Swept(
        expired=emptied(lambda: services.expire_media(now=now, limit=BATCH)),
        uploads=emptied(lambda: uploads.expire_uploads(now=now, limit=BATCH)),
        leftovers=emptied(lambda: leftovers.remove(now=now, limit=BATCH)),
        abandoned=staging.clear_work_directory(),
    )
    if swept != Swept(0, 0, 0, 0):
        log.info("media.swept", expired=swept.expired, uploads=swept.uploads, leftovers=swept.leftovers)
    return swept
