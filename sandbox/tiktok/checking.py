"""What processing finds wrong with a file once it is here (docs/platforms/tiktok.md 3.6, 3.7 and 4.1)."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.probing import Probe, probe
from sandbox.tiktok.webm import MAGIC, probe_webm

LONGEST_DRAFT_S = 600
LARGEST_PHOTO = 20_000_000
LARGEST_SIDE_PHOTO = 1080
_CODECS = frozenset({"avc1", "avc3", "hvc1", "hev1", "vp08", "vp09", "V_VP8", "V_VP9"})
_SIDES = range(360, 4097)
# A thousandth beyond either end is what rounding makes of a film of 60 frames a second.
_FRAMES = (22.977, 60.06)
_PHOTOS = frozenset({"image/jpeg", "image/webp"})


@dataclass(frozen=True)
class Verdict:
    """What a file is, and the fail reason it earns; none when it passes."""

    seen: Probe
    trouble: str = ""


def judge_video(body: bytes, longest_s: int) -> Verdict:
    """Judge a video: format and codec, sides, frames a second, length. What a file does not tell passes."""
    seen = probe_webm(body) if body.startswith(MAGIC) else probe(body)
    if seen.kind != "video" or (seen.codec and seen.codec not in _CODECS):
        return Verdict(seen, "file_format_check_failed")
    if seen.width not in _SIDES or seen.height not in _SIDES:
        return Verdict(seen, "picture_size_check_failed")
    if seen.frames_per_s and not _FRAMES[0] <= seen.frames_per_s <= _FRAMES[1]:
        return Verdict(seen, "frame_rate_check_failed")
    return Verdict(seen, "duration_check_failed" if seen.duration_s > longest_s else "")


def judge_photo(body: bytes) -> Verdict:
    """Judge a photo: JPEG or WebP, its bytes, and its shorter side."""
    seen = probe(body)
    if seen.mime not in _PHOTOS or len(body) > LARGEST_PHOTO:
        return Verdict(seen, "file_format_check_failed")
    too_large = min(seen.width, seen.height) > LARGEST_SIDE_PHOTO
    return Verdict(seen, "picture_size_check_failed" if too_large else "")
