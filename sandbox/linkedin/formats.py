"""What bytes are: the picture, film or document behind an upload, judged by its own first words."""

from __future__ import annotations

import struct
from dataclasses import dataclass

MOST_PIXELS = 36_152_320
MOST_FRAMES = 250
MOST_PAGES = 300
SHORTEST_VIDEO_S, LONGEST_VIDEO_S = 3, 30 * 60

_ZIP = b"PK\x03\x04"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
# Start-of-frame markers of JPEG: 0xC0 to 0xCF without the tables that live among them.
_JPEG_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True)
class Verdict:
    """A media type, and the reason why processing fails (empty: it does not)."""

    media_type: str
    failure: str = ""


def judge_image(data: bytes) -> Verdict:
    """Judge an image: JPG, PNG or GIF, not too many pixels or frames."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) >= 24:
        return _sized("image/png", *struct.unpack(">II", data[16:24]))
    if data.startswith((b"GIF87a", b"GIF89a")) and len(data) >= 10:
        if data.count(b"\x00\x2c") > MOST_FRAMES:
            return Verdict("image/gif", f"More than {MOST_FRAMES} frames.")
        return _sized("image/gif", *struct.unpack("<HH", data[6:10]))
    if data.startswith(b"\xff\xd8"):
        return _sized("image/jpeg", *_jpeg_size(data))
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Verdict("image/webp", "WEBP is not supported.")
    return Verdict("application/octet-stream", "The bytes are no JPG, PNG or GIF.")


def judge_document(data: bytes) -> Verdict:
    """Judge a document: PDF, PPT(X) or DOC(X)."""
    if data.startswith(b"%PDF-"):
        pages = data.count(b"/Type /Page") + data.count(b"/Type/Page")
        pages -= data.count(b"/Type /Pages") + data.count(b"/Type/Pages")
        return Verdict("application/pdf", f"More than {MOST_PAGES} pages." if pages > MOST_PAGES else "")
    if data.startswith(_ZIP):
        kind = "presentationml.presentation" if b"ppt/" in data else "wordprocessingml.document"
        known = b"ppt/" in data or b"word/" in data
        return Verdict(
            f"application/vnd.openxmlformats-officedocument.{kind}",
            "" if known else "The archive is neither a PPTX nor a DOCX.",
        )
    if data.startswith(_OLE):
        return Verdict("application/msword")
    return Verdict("application/octet-stream", "The bytes are no PDF, PPT or DOC.")


def judge_video(first: bytes) -> Verdict:
    """Judge a film by its first part: MP4 only."""
    if first[4:8] == b"ftyp" and first[8:12] != b"qt  ":
        return Verdict("video/mp4")
    return Verdict("application/octet-stream", "The video is no MP4.")


def judge_length(data: bytes) -> str:
    """Return why a film is too short or too long, when these bytes tell its length; empty when all is well."""
    at = data.find(b"mvhd")
    if at < 0 or len(data) < at + 36:
        return ""
    wide = data[at + 4] == 1
    scale, ticks = struct.unpack(">IQ" if wide else ">II", data[at + 24 : at + 36] if wide else data[at + 16 : at + 24])
    seconds = ticks / scale if scale else 0
    if SHORTEST_VIDEO_S <= seconds <= LONGEST_VIDEO_S:
        return ""
    return f"The video lasts {seconds:.0f} s, where {SHORTEST_VIDEO_S} s to {LONGEST_VIDEO_S} s are allowed."


def _sized(media_type: str, width: int, height: int) -> Verdict:
    if not width or not height:
        return Verdict(media_type, "The image cannot be read.")
    return Verdict(media_type, "Too many pixels." if width * height >= MOST_PIXELS else "")


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Walk along the segments to the one that tells the size; 0 by 0 when there is none."""
    at = 2
    while at + 9 < len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 1 if marker == 0xFF else 2 + int(struct.unpack(">H", data[at + 2 : at + 4])[0])
    return 0, 0
