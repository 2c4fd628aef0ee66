"""A file on its way in: on disk and never in memory, hashed while it grows, refused as soon as it is too long or not for us."""

import hashlib
import os
import tempfile
import time
import weakref
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.conf import settings

from media.errors import TooLarge
from media.kinds import TYPES, Kind
from media.sniffing import HEAD_BYTES, sniff

#: What lies here longer was left by a process that died.
ABANDONED_AFTER: Final = timedelta(days=1)


class Staged:
    """One file being received. Its place is freed when it is closed, or when nobody holds it any more."""

    def __init__(self) -> None:
        handle, path = tempfile.mkstemp(dir=work_directory(), prefix="in-")
        self.path = Path(path)
        self.size_bytes = 0
        #: Media type by the first bytes; empty until enough of them have come.
        self.content_type = ""
        self._file = os.fdopen(handle, "wb", buffering=256 * 1024)
        self._digest = hashlib.sha256()
        self._head = b""
        self._most_bytes = largest_bytes()
        self._end = weakref.finalize(self, _remove, self.path)

    def write(self, chunk: bytes) -> None:
        """Take the next bytes; raises a refusal when it becomes too long, or as soon as it is seen to be nothing for us."""
        self.size_bytes += len(chunk)
        if not self.content_type:
            self._head += chunk[: HEAD_BYTES - len(self._head)]
            if len(self._head) >= HEAD_BYTES:
                self._look()
        if self.size_bytes > self._most_bytes:
            raise too_large(self._most_bytes)
        self._digest.update(chunk)
        self._file.write(chunk)

    def finish(self) -> str:
        """End it and return its SHA-256 in hex; raises ``Invalid`` for what is nothing for us."""
        self._file.flush()
        # A row must not outlive, through a power cut, the bytes it speaks of.
        os.fsync(self._file.fileno())
        self._file.close()
        if not self.content_type:
            self._look()
        return self._digest.hexdigest()

    def close(self) -> None:
        """Free its place; what was moved away meanwhile stays."""
        self._file.close()
        self._end()

    def _look(self) -> None:
        self.content_type = sniff(self._head)
        known = TYPES.get(self.content_type)
        self._most_bytes = most_bytes(known.kind if known else Kind.DOCUMENT)
        if self.size_bytes > self._most_bytes:
            raise too_large(self._most_bytes)


def most_bytes(kind: Kind) -> int:
    """Return how long a file of a kind may be."""
    return int(settings.MEDIA_MOST_BYTES[kind.value])


def largest_bytes() -> int:
    """Return how long a file of any kind may be."""
    return max(most_bytes(kind) for kind in Kind)


def too_large(most: int) -> TooLarge:
    """Return the refusal of a file that is longer than this."""
    return TooLarge(
        f"The file is longer than {most:,} bytes.", remedy="Make it smaller, or ask the operator for a higher limit."
    )


@lru_cache(maxsize=8)
def _made(root: Path) -> Path:
    place = root / "work"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def work_directory() -> Path:
    """Return where files are received: on the same file system as the store, so that a finished one is moved, not copied."""
    return _made(Path(settings.MEDIA_ROOT))


def clear_work_directory() -> int:
    """Remove what processes that died left behind on this machine; return how many files that were."""
    limit, removed = time.time() - ABANDONED_AFTER.total_seconds(), 0
    for path in work_directory().iterdir():
        try:
            if path.stat().st_mtime < limit:
                path.unlink()
                removed += 1
        except FileNotFoundError:
            continue
    return removed


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
