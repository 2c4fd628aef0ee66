"""Files of the preflight: made by code, probed by the media room's own readers, and kept in memory."""

import hashlib
import io
import struct
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, BinaryIO

from connectors.types import MediaKind
from media.cell import jpegs
from media.cell.main import reader
from media.kinds import TYPES
from media.sniffing import HEAD_BYTES, sniff
from sandbox import pictures
from tests.media import making

SHELF = "https://media.sandbox.example/ours"


@dataclass(frozen=True)
class File:
    """A file as connectors get it; what the probe found is what the media room finds."""

    id: str
    kind: MediaKind
    content_type: str
    body: bytes = field(repr=False)
    name: str
    width: int | None = None
    height: int | None = None
    duration: timedelta | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    #: Told of what was made of it.
    on_made: Callable[["File"], None] | None = field(default=None, repr=False, compare=False)

    @property
    def size_bytes(self) -> int:
        """How long it is."""
        return len(self.body)

    @property
    def public_url(self) -> str:
        """Where the town finds it once it is planted there."""
        return f"{SHELF}/{self.name}"

    def open(self) -> BinaryIO:
        """Return the bytes."""
        return io.BytesIO(self.body)

    def as_jpeg(self, *, longest_side: int | None = None) -> "File":
        """Return the JPEG that the media room would make, made by its own hands without their own process."""
        made = self if self._is_as_wanted(longest_side) else _turned(self.id, longest_side, self.body)
        if self.on_made is not None:
            self.on_made(made)
        return made

    def _is_as_wanted(self, longest_side: int | None) -> bool:
        sides = max(self.width or 0, self.height or 0)
        return self.content_type == "image/jpeg" and (longest_side is None or sides <= longest_side)


@cache
def _turned(key: str, longest_side: int | None, body: bytes) -> File:
    longest = longest_side or 65_535
    measures = {"most_width": longest, "most_height": longest, "most_bytes": 50_000_000, "quality": 90}
    with tempfile.TemporaryDirectory() as folder:
        path, target = Path(folder) / "file", Path(folder) / "made"
        path.write_bytes(body)
        content_type = sniff(body[:HEAD_BYTES])
        jpegs.make(path, target, content_type=content_type, wanted={**measures, "most_pixels": 100_000_000})
        return probed(target.read_bytes())


def probed(body: bytes) -> File:
    """Return bytes as the media room would keep them: by its sniffing and its readers, without their own process."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(body)
        order = {
            "verb": "probe",
            "path": str(path),
            "content_type": sniff(body[:HEAD_BYTES]),
            "most_pixels": 100_000_000,
        }
        found = reader(order)()
    told = TYPES[found["content_type"]]
    milliseconds = found.get("duration_ms")
    digest = hashlib.sha256(body).hexdigest()[:20]
    return File(
        id=digest,
        kind=MediaKind(told.kind.value),
        content_type=told.content_type,
        body=body,
        name=f"{digest}.{told.endings[0]}",
        width=found.get("width"),
        height=found.get("height"),
        duration=None if milliseconds is None else timedelta(milliseconds=milliseconds),
        facts=found.get("facts", {}),
    )


@cache
def image(sort: str = "jpeg", width: int = 864, height: int = 1080, number: int = 0, at_least: int = 0) -> File:
    """A picture of one of the types that the media room keeps."""
    if sort == "jpeg":
        return probed(pictures.jpeg(width, height, number, at_least))
    if sort == "huge":  # many pixels in few bytes: a PNG of one bit a pixel
        return probed(making.picture("PNG", (width, height), mode="1"))
    if sort == "animation":
        return probed(making.animation(number))
    return probed(making.picture({"png": "PNG", "gif": "GIF", "webp": "WEBP"}[sort], (width, height), color=None))


@cache
def film(
    width: int = 1080,
    height: int = 1920,
    seconds: int = 12,
    rate: int = 30,
    codec: str = "avc1",
    brand: str = "isom",
    size: int = 90_000,
    moov_first: bool = True,
) -> File:
    """A video; ``size`` is how long it is at least."""
    if codec == "webm":
        return probed(making.webm(width=width, height=height, milliseconds=seconds * 1000))
    made = making.mp4(
        width=width, height=height, seconds=seconds, rate=rate, brand=brand.encode(), moov_first=moov_first
    )
    made = made.replace(b"avc1", codec.encode())
    padding = size - len(made)
    return probed(made + (struct.pack(">I4s", padding, b"free") + bytes(padding - 8) if padding >= 8 else b""))


@cache
def document(sort: str = "pdf", pages: int = 3) -> File:
    """A document of one of the types that the media room keeps."""
    if sort == "pdf":
        return probed(making.pdf(pages))
    if sort in {"docx", "pptx"}:
        return probed(making.docx() if sort == "docx" else making.pptx())
    return probed(making.ole("WordDocument" if sort == "doc" else "PowerPoint Document"))
