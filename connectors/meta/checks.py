"""Rules that Facebook and Instagram share, told as findings an author understands."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from connectors.types import Attachment, Content, MediaKind
from foundation.errors import Finding

MB: Final = 1024 * 1024
#: A codec has many names; those of one row are the same.
_CODECS: Final = {
    "h264": {"h264", "avc", "avc1", "avc3", "x264"},
    "hevc": {"hevc", "h265", "hvc1", "hev1"},
    "vp9": {"vp9", "vp09"},
    "av1": {"av1", "av01"},
    "aac": {"aac", "mp4a", "aac_latm"},
}
_WORDS: Final = {"h264": "H.264", "hevc": "H.265", "vp9": "VP9", "av1": "AV1", "aac": "AAC"}


@dataclass(frozen=True, slots=True)
class VideoRules:
    """What a place takes as a video; what the probe does not know is not held against it."""

    where: str
    #: Empty: any.
    types: Collection[str] = ("video/mp4", "video/quicktime")
    shortest: timedelta | None = None
    longest: timedelta | None = None
    most_bytes: int | None = None
    most_bits_per_second: int | None = None
    widest: int | None = None
    smallest: tuple[int, int] | None = None
    #: Width by height, from and to.
    ratio: tuple[float, float] | None = None
    ratio_words: str = ""
    frame_rate: tuple[float, float] | None = None
    video_codecs: Collection[str] = ()
    audio_codecs: Collection[str] = ()
    most_sample_rate: int | None = None


def field_of(position: int) -> str:
    """Return the name of the field that a finding about a file points to."""
    return f"media.{position}"


def too_long(content: Content, *, length: int, most: int, place: str) -> Iterator[Finding]:
    """Say by how much a text is too long."""
    if length > most:
        cause = f"The text is {length - most:,} characters too long for {place}."
        yield Finding("text", "too_long", cause, "Shorten it.", f"{most:,} characters")


def check_video(attachment: Attachment, position: int, rules: VideoRules) -> Iterator[Finding]:
    """Hold a video against the rules of a place."""
    file, field = attachment.file, field_of(position)
    if rules.types and file.content_type not in rules.types:
        yield Finding(
            field, "video_type", f"{rules.where} takes no {file.content_type}.", "Use an MP4.", ", ".join(rules.types)
        )
    if rules.most_bytes is not None and file.size_bytes > rules.most_bytes:
        limit = f"{rules.most_bytes // MB} MB"
        cause = f"The video has {file.size_bytes / MB:.0f} MB; {rules.where} takes up to {limit}."
        yield Finding(field, "file_too_large", cause, "Encode it smaller.", limit)
    yield from _check_duration(file.duration, field, rules)
    yield from _check_size(file.width, file.height, field, rules)
    yield from _check_encoding(attachment, field, rules)
    seconds = file.duration.total_seconds() if file.duration else 0
    if rules.most_bits_per_second and seconds and file.size_bytes * 8 / seconds > rules.most_bits_per_second:
        limit = f"{rules.most_bits_per_second // 1_000_000} Mbit/s"
        yield Finding(field, "bit_rate", f"The video has more than {limit}.", "Encode it with a lower bit rate.", limit)


def check_first_comment(content: Content, *, most: int, place: str) -> Iterator[Finding]:
    """Hold the first comment against the rules of a place: it is written after the post, when nobody looks any more."""
    said = content.first_comment
    if said and not said.strip():
        yield Finding("first_comment", "empty", "The first comment says nothing.", "Write it, or leave it out.")
    if len(said) > most:
        cause = f"The first comment is {len(said) - most:,} characters too long for {place}."
        yield Finding("first_comment", "too_long", cause, "Shorten it.", f"{most:,} characters")


def wrong_kind(content: Content, wanted: MediaKind, *, where: str) -> Iterator[Finding]:
    """Say that a format wants exactly one file of a kind."""
    word = "video" if wanted is MediaKind.VIDEO else "image"
    if [attachment.file.kind for attachment in content.media] != [wanted]:
        yield Finding(
            "media", "one_file", f"{where} is made of exactly one {word}.", f"Attach one {word} and nothing else.", "1"
        )


def refused_kinds(content: Content, *, place: str) -> Iterator[Finding]:
    """Name files of a kind that a place never takes."""
    for position, attachment in enumerate(content.media):
        if attachment.file.kind not in {MediaKind.IMAGE, MediaKind.VIDEO}:
            yield Finding(
                field_of(position), "file_kind", f"{place} takes images and videos only.", "Remove this file."
            )


def _check_duration(duration: timedelta | None, field: str, rules: VideoRules) -> Iterator[Finding]:
    if duration is None:
        return
    if rules.shortest is not None and duration < rules.shortest:
        limit = f"{rules.shortest.total_seconds():g} seconds"
        yield Finding(field, "video_too_short", f"{rules.where} plays at least {limit}.", "Use a longer video.", limit)
    if rules.longest is not None and duration > rules.longest:
        limit = f"{rules.longest.total_seconds():g} seconds"
        yield Finding(field, "video_too_long", f"{rules.where} plays at most {limit}.", "Cut the video.", limit)


def _check_size(width: int | None, height: int | None, field: str, rules: VideoRules) -> Iterator[Finding]:
    if not width or not height:
        return
    if rules.widest is not None and width > rules.widest:
        limit = f"{rules.widest} pixels"
        yield Finding(field, "video_too_wide", f"{rules.where} is at most {limit} wide.", "Scale it down.", limit)
    if rules.smallest is not None and (width < rules.smallest[0] or height < rules.smallest[1]):
        limit = f"{rules.smallest[0]}x{rules.smallest[1]} pixels"
        yield Finding(field, "video_too_small", f"{rules.where} has at least {limit}.", "Use a larger video.", limit)
    if rules.ratio is not None and not rules.ratio[0] <= width / height <= rules.ratio[1]:
        cause = f"{rules.where} must be {rules.ratio_words}; this is {width}x{height}."
        yield Finding(field, "aspect_ratio", cause, "Crop or pad the video.", rules.ratio_words)


def _check_encoding(attachment: Attachment, field: str, rules: VideoRules) -> Iterator[Finding]:
    facts = attachment.file.facts
    for key, allowed, what in (
        ("video_codec", rules.video_codecs, "video"),
        ("audio_codec", rules.audio_codecs, "sound"),
    ):
        told = str(facts.get(key) or "").lower()
        if told and allowed and not any(told in _CODECS[codec] for codec in allowed):
            names = ", ".join(_WORDS[codec] for codec in allowed)
            yield Finding(field, key, f"{rules.where} takes no {told} {what}.", f"Encode it as {names}.", names)
    rate = facts.get("frame_rate")
    # Common rates are fractions just below a whole number: 23.976 counts as 24.
    if isinstance(rate, int | float) and rules.frame_rate is not None:
        least, most = rules.frame_rate
        if rate < least - 0.05 or rate > most + 0.05:
            limit = f"{least:g} to {most:g} frames a second"
            yield Finding(field, "frame_rate", f"{rules.where} plays {limit}.", "Encode it anew.", limit)
    sampling = facts.get("audio_sample_rate")
    if isinstance(sampling, int | float) and rules.most_sample_rate is not None and sampling > rules.most_sample_rate:
        limit = f"{rules.most_sample_rate // 1000} kHz"
        yield Finding(field, "sample_rate", f"{rules.where} takes sound of up to {limit}.", "Encode it anew.", limit)
