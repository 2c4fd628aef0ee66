"""A file as publishing and platforms see it: what it is, and how to get at its bytes. No row, no tenant."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from django.utils import timezone

from media import signing
from media.errors import gone
from media.kinds import Kind
from media.models import Media
from media.storage import store


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A stored file. Its members are those of ``connectors.types.MediaFile``, which this room does not know.

    What can be made of it is in ``media.variants``.
    """

    id: str
    kind: Kind
    content_type: str
    name: str
    size_bytes: int
    width: int | None
    height: int | None
    duration: timedelta | None
    facts: Mapping[str, Any]
    _storage_name: str

    @classmethod
    def of(cls, media: Media) -> "StoredFile":
        """Return a row as a file."""
        return cls(
            id=str(media.pk),
            kind=Kind(media.kind),
            content_type=media.content_type,
            name=media.name,
            size_bytes=media.size_bytes,
            width=media.width,
            height=media.height,
            duration=None if media.duration_ms is None else timedelta(milliseconds=media.duration_ms),
            facts=media.facts,
            _storage_name=media.storage_name,
        )

    @property
    def public_url(self) -> str:
        """An address where a platform can fetch it, signed and short-lived; a new one each time, never logged."""
        return signing.public_url(UUID(self.id), self.name, now=timezone.now())

    def open(self) -> BinaryIO:
        """Return its bytes as a seekable stream, which the caller closes; raises ``MediaGone`` or ``Unavailable``."""
        try:
            return store().open(self._storage_name)
        except FileNotFoundError:
            raise gone(self.name, "missing", None) from None
