"""What a file really is: its type from its first bytes, its size in pixels and seconds from its headers.

Small readers for the headers alone: a file that claims to be a picture and breaks further down passes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_SOF = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})


@dataclass(frozen=True)
class Probe:
    """What the headers say. `kind` is `image`, `video` or nothing; unknown numbers are 0."""

    kind: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0
    duration_s: float = 0.0
    codec: str = ""
    moov_first: bool = True
    edit_list: bool = False
    frames_per_s: float = 0.0

    @property
    def ratio(self) -> float:
        """Return width over height, 0 when unknown."""
        return self.width / self.height if self.height else 0.0


def probe(body: bytes) -> Probe:
    """Look at a file's headers; what is neither a picture nor a film has no kind."""
    try:
        if body[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free"):
            return _film(body)
        return _picture(body)
    except (struct.error, IndexError):
        return Probe()


def _picture(body: bytes) -> Probe:
    if body.startswith(b"\xff\xd8\xff"):
        return Probe("image", "image/jpeg", *_jpeg_size(body))
    if body.startswith(b"\x89PNG\r\n\x1a\n"):
        return Probe("image", "image/png", *struct.unpack(">II", body[16:24]))
    if body[:6] in (b"GIF87a", b"GIF89a"):
        return Probe("image", "image/gif", *struct.unpack("<HH", body[6:10]))
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return Probe("image", "image/webp", *_webp_size(body))
    if body.startswith(b"BM"):
        width, height = struct.unpack("<ii", body[18:26])
        return Probe("image", "image/bmp", width, abs(height))
    if body[:4] in (b"II*\0", b"MM\0*"):
        return Probe("image", "image/tiff")
    return Probe()


def _jpeg_size(body: bytes) -> tuple[int, int]:
    position = 2
    while position + 9 < len(body):
        if body[position] != 0xFF:
            return 0, 0
        marker = body[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker in _SOF:
            height, width = struct.unpack(">HH", body[position + 5 : position + 9])
            return width, height
        position += 2 + int(struct.unpack(">H", body[position + 2 : position + 4])[0])
    return 0, 0


def _webp_size(body: bytes) -> tuple[int, int]:
    kind = body[12:16]
    if kind == b"VP8X":
        return 1 + int.from_bytes(body[24:27], "little"), 1 + int.from_bytes(body[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(body[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + ((bits >> 14) & 0x3FFF)
    width, height = struct.unpack("<HH", body[26:30])
    return width & 0x3FFF, height & 0x3FFF


def _boxes(body: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the boxes of an MP4 between two offsets: name, start and end of what they hold."""
    while start + 8 <= end:
        size, name = struct.unpack(">I4s", body[start : start + 8])
        head = 8
        if size == 1:
            size, head = struct.unpack(">Q", body[start + 8 : start + 16])[0], 16
        elif size == 0:
            size = end - start
        if size < head:
            return
        yield name, start + head, min(start + size, end)
        start += size


def _film(body: bytes) -> Probe:
    brand, order = b"", []
    duration_s, width, height, codec, edit_list, frames_per_s = 0.0, 0, 0, "", False, 0.0
    for name, start, end in _boxes(body, 0, len(body)):
        order.append(name)
        if name == b"ftyp":
            brand = body[start : start + 4]
        if name != b"moov":
            continue
        for inner, at, stop in _boxes(body, start, end):
            if inner == b"mvhd":
                duration_s = _duration(body[at:stop])
            elif inner == b"trak":
                track = _track(body, at, stop)
                edit_list = edit_list or track.edit_list
                if track.kind == "video":
                    width, height, codec = track.width, track.height, track.codec
                    frames_per_s = track.frames_per_s
    if b"moov" not in order or not (width and height):
        return Probe()
    moov_first = b"mdat" not in order or order.index(b"moov") < order.index(b"mdat")
    mime = "video/quicktime" if brand in (b"qt  ", b"") else "video/mp4"
    return Probe("video", mime, width, height, duration_s, codec, moov_first, edit_list, frames_per_s)


def _duration(header: bytes) -> float:
    if header[0] == 1:
        scale, length = struct.unpack(">IQ", header[20:32])
    else:
        scale, length = struct.unpack(">II", header[12:20])
    return length / scale if scale else 0.0


def _track(body: bytes, start: int, end: int) -> Probe:
    """Read one track: a `video` kind only for the one with pictures."""
    kind, codec, width, height, edit_list, length_s, frames = "", "", 0, 0, False, 0.0, 0
    for name, at, stop in _boxes(body, start, end):
        if name == b"tkhd":
            width, height = (size >> 16 for size in struct.unpack(">II", body[stop - 8 : stop]))
        elif name == b"edts":
            edit_list = True
        elif name == b"mdia":
            for inner, where, until in _boxes(body, at, stop):
                if inner == b"hdlr" and body[where + 8 : where + 12] == b"vide":
                    kind = "video"
                elif inner == b"mdhd":
                    # It tells the length of one track as `mvhd` does that of the film.
                    length_s = _duration(body[where:until])
                elif inner == b"minf":
                    codec, frames = _samples(body, where, until)
    per_s = frames / length_s if length_s else 0.0
    return Probe(kind, "", width, height, codec=codec, edit_list=edit_list, frames_per_s=per_s)


def _samples(body: bytes, start: int, end: int) -> tuple[str, int]:
    """Return the codec of a track and the number of its samples, 0 when it does not say."""
    codec, count = "", 0
    for name, at, stop in _boxes(body, start, end):
        if name == b"stbl":
            for inner, where, until in _boxes(body, at, stop):
                if inner == b"stsd":
                    codec = body[where + 12 : where + 16].decode("latin-1")
                elif inner == b"stts":
                    runs = struct.unpack(">I", body[where + 4 : where + 8])[0]
                    table = body[where + 8 : min(until, where + 8 + 8 * runs)]
                    count = sum(run for run, _ in struct.iter_unpack(">II", table))
    return codec, count
