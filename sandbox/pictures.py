"""Pictures and films made by code: small valid JPEG and PNG files, and an MP4 whose headers parse."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

_BANDS = 6
# Luminance DC is multiplied by this; a flat quantisation table keeps the arithmetic plain.
_STEP = 8
_LONGEST_SEGMENT = 65_000


@lru_cache(maxsize=32)
def jpeg(width: int, height: int, shade: int = 0, at_least: int = 0) -> bytes:
    """Make a JPEG of soft horizontal bands in one of many colours, padded with comments to `at_least` bytes.

    Only the first block of each band changes anything; all others are two zero bits, so even a large picture is a few
    kilobytes and made in no time.
    """
    columns, rows = -(-width // 8), -(-height // 8)
    blue, red = _chroma(shade)
    bits: list[str] = []
    said = [0, 0, 0]
    per_band = max(1, -(-rows // _BANDS))
    for band in range(-(-rows // per_band)):
        wanted = [40 - 14 * band, blue, red]
        for part, value in enumerate(wanted):
            bits.append(_difference(value - said[part]) + "0")
        said = wanted
        lines = min(per_band, rows - band * per_band)
        bits.append("0" * (6 * (columns * lines - 1)))
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    scan = int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\x00")
    frame = struct.pack(">BHHB", 8, height, width, 3) + bytes([1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0])
    # One short code for "no change" and eleven of five bits for the sizes of a change; one code alone for "block ends".
    dc = bytes([0, 1, 0, 0, 0, 11, *[0] * 11]) + bytes(range(12))
    ac = bytes([0x10, 1, *[0] * 15]) + b"\0"
    head = b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"),
            _segment(0xDB, b"\0" + bytes([_STEP]) * 64),
            _segment(0xC0, frame),
            _segment(0xC4, dc),
            _segment(0xC4, ac),
        )
    )
    tail = _segment(0xDA, bytes([3, 1, 0, 2, 0, 3, 0, 0, 63, 0])) + scan + b"\xff\xd9"
    missing = at_least - len(head) - len(tail)
    padding = _segment(0xFE, bytes(_LONGEST_SEGMENT)) * -(-missing // _LONGEST_SEGMENT) if missing > 0 else b""
    return head + padding + tail


@lru_cache(maxsize=16)
def png(width: int, height: int, shade: int = 0) -> bytes:
    """Make a PNG of one colour."""
    colour = bytes([(60 + 53 * shade) % 200, (110 + 37 * shade) % 200, (160 + 71 * shade) % 200])
    rows = (b"\0" + colour * width) * height
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def gif(width: int, height: int) -> bytes:
    """Make the header of a GIF, with one pixel behind it."""
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"


def webp(width: int, height: int) -> bytes:
    """Make the header of a WebP."""
    extended = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (width - 1).to_bytes(3, "little")
    extended += (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<I", 4 + len(extended)) + b"WEBP" + extended


@lru_cache(maxsize=32)
def mp4(
    width: int,
    height: int,
    seconds: float,
    *,
    codec: str = "avc1",
    brand: str = "isom",
    moov_first: bool = True,
    edit_list: bool = False,
    size: int = 24_000,
    frames_per_s: int = 0,
) -> bytes:
    """Make an MP4 whose headers tell size, length and codec; its frames are noise of about `size` bytes.

    With 0 `frames_per_s` it does not tell that.
    """
    length = round(seconds * 1000)
    mvhd = _box(b"mvhd", struct.pack(">IIIII", 0, 0, 0, 1000, length) + bytes(80))
    tkhd = _box(b"tkhd", struct.pack(">IIIIII", 7, 0, 0, 1, 0, length) + bytes(52) + _fixed(width) + _fixed(height))
    entry = struct.pack(">I4s", 86, codec.encode("latin-1")) + bytes(24) + struct.pack(">HH", width, height) + bytes(50)
    stts = (
        _box(b"stts", struct.pack(">IIII", 0, 1, round(seconds * frames_per_s), 1000 // frames_per_s))
        if frames_per_s
        else b""
    )
    mdhd = _box(b"mdhd", struct.pack(">IIIIII", 0, 0, 0, 1000, length, 0)) if frames_per_s else b""
    stbl = _box(b"stbl", _box(b"stsd", struct.pack(">II", 0, 1) + entry) + stts)
    mdia = _box(b"mdia", mdhd + _box(b"hdlr", bytes(8) + b"vide" + bytes(13)) + _box(b"minf", stbl))
    edts = _box(b"edts", _box(b"elst", struct.pack(">IIIiI", 0, 1, length, 0, 0x10000))) if edit_list else b""
    moov = _box(b"moov", mvhd + _box(b"trak", tkhd + edts + mdia))
    seed = zlib.crc32(f"{width}x{height}-{seconds}".encode()).to_bytes(4, "big")
    mdat = _box(b"mdat", seed * (size // 4))
    ftyp = _box(b"ftyp", brand.encode() + bytes(4) + b"isommp42")
    return ftyp + (moov + mdat if moov_first else mdat + moov)


def _chroma(shade: int) -> tuple[int, int]:
    """Return the blue and red of a shade, well away from grey."""
    wheel = ((40, -24), (-30, 36), (-34, -20), (18, 34), (36, 8), (-38, 14), (6, -36), (24, 24))
    return wheel[shade % len(wheel)]


def _difference(value: int) -> str:
    """Write a DC difference: its size in bits as a code, then its bits."""
    size = abs(value).bit_length()
    if size == 0:
        return "0"
    bits = value if value > 0 else value + (1 << size) - 1
    return f"{16 + size - 1:05b}{bits:0{size}b}"


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", len(body) + 8, name) + body


def _fixed(number: int) -> bytes:
    return struct.pack(">I", number << 16)
