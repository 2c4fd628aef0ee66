"""Identifiers that sort by the time they were made."""

from datetime import UTC, datetime
from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """Return a fresh UUIDv7.

    Version 7 leads with the milliseconds of its birth, so primary keys append to an index instead of scattering
    over it, and a list ordered by id is a list ordered by time.
    """
    return uuid_utils.compat.uuid7()


def born_at(made: UUID) -> datetime:
    """Return when an id of ``new_id`` was made, to the millisecond."""
    return datetime.fromtimestamp((made.int >> 80) / 1000, tz=UTC)
