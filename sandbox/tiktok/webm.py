"""What a WebM file says of itself: sides, length, codec and frames a second, read from its headers alone."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from sandbox.probing import Probe

MAGIC = b"\x1a\x45\xdf\xa3"
_SEGMENT, _INFO, _TRACKS, _TRACK, _VIDEO = 0x18538067, 0x1549A966, 0x1654AE6B, 0xAE, 0xE0
_SCALE, _DURATION, _CODEC, _FRAME_NS, _WIDTH, _HEIGHT = 0x2AD7B1, 0x4489, 0x86, 0x23E383, 0xB0, 0xBA
_DEFAULT_SCALE_NS = 1_000_000
_NS = 1_000_000_000


def probe_webm(body: bytes) -> Probe:
    """Look at a file's headers; what breaks off has no kind, and what is not said is 0."""
    try:
        return _read(body)
    except (struct.error, IndexError, ValueError):
        return Probe()


def _read(body: bytes) -> Probe:
    scale_ns, length, frame_ns, width, height, codec = _DEFAULT_SCALE_NS, 0.0, 0, 0, 0, ""
    for name, start, end in _inside(body, _SEGMENT, 0, len(body)):
        if name == _INFO:
            for key, at, stop in _elements(body, start, end):
                if key == _SCALE:
                    scale_ns = _whole(body, at, stop)
                elif key == _DURATION:
                    length = float(struct.unpack(">f" if stop - at == 4 else ">d", body[at:stop])[0])
        elif name == _TRACKS:
            for key, at, stop in _inside(body, _TRACK, start, end):
                if key == _CODEC and body[at:stop].startswith(b"V_"):
                    codec = body[at:stop].decode("latin-1")
                elif key == _FRAME_NS and not frame_ns:
                    frame_ns = _whole(body, at, stop)
                elif key == _VIDEO:
                    for side, where, until in _elements(body, at, stop):
                        width = _whole(body, where, until) if side == _WIDTH else width
                        height = _whole(body, where, until) if side == _HEIGHT else height
    if not (width and height):
        return Probe()
    per_s = _NS / frame_ns if frame_ns else 0.0
    return Probe("video", "video/webm", width, height, length * scale_ns / _NS, codec, frames_per_s=per_s)


def _inside(body: bytes, wanted: int, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield what stands inside the elements of one name."""
    for name, at, stop in _elements(body, start, end):
        if name == wanted:
            yield from _elements(body, at, stop)


def _elements(body: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the elements between two offsets: name, start and end of what they hold."""
    while start < end:
        name, start = _number(body, start, marked=True)
        size, start = _number(body, start, marked=False)
        stop = end if size < 0 else min(start + size, end)
        yield name, start, stop
        start = stop


def _number(body: bytes, start: int, *, marked: bool) -> tuple[int, int]:
    """Read a number of 1 to 8 bytes and return where it ends; -1 for a size nobody knew yet."""
    first = body[start]
    length = 9 - first.bit_length()
    if length > 8:
        raise ValueError("no such length")
    value = int.from_bytes(body[start : start + length], "big")
    if not marked:
        value &= (1 << 7 * length) - 1
        if value == (1 << 7 * length) - 1:
            value = -1
    return value, start + length


def _whole(body: bytes, start: int, end: int) -> int:
    return int.from_bytes(body[start:end], "big")
