"""Content sent as an archive: its one page of HTML, read in bounded size."""

from __future__ import annotations

import base64
import binascii
import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator

TYPES = ("zip", "tar.gz", "tar.bz2", "tar", "tgz", "tbz")
_MOST_BYTES = 2 << 20


def page_in(encoded: str, kind: str) -> str | None:
    """Return the HTML page of an archive in base64; None when there is none to be found."""
    try:
        body = base64.b64decode(encoded, validate=True)
        pages = dict(_zipped(body) if kind == "zip" else _taped(body))
    except (binascii.Error, zipfile.BadZipFile, tarfile.TarError, OSError, EOFError, zlib.error, RuntimeError):
        return None
    names = sorted(pages, key=lambda name: (not name.endswith("index.html"), name))
    return pages[names[0]].decode("utf-8", "replace") if names else None


def _zipped(body: bytes) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        for entry in archive.infolist():
            if entry.filename.endswith((".html", ".htm")):
                with archive.open(entry) as file:
                    yield entry.filename, file.read(_MOST_BYTES)


def _taped(body: bytes) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(fileobj=io.BytesIO(body)) as archive:
        for entry in archive:
            file = archive.extractfile(entry) if entry.name.endswith((".html", ".htm")) else None
            if file is not None:
                yield entry.name, file.read(_MOST_BYTES)
