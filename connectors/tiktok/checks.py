"""What TikTok is known to refuse, told before anything is sent.

Source: the content rules in docs/platforms/tiktok.md (Content Posting API, media transfer guide, content sharing guidelines), text of
2026-09-11. What only the account knows (which choices it offers, how long its videos may be) is asked right before posting,
and while composing. What the probe does not know is not held against a file.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from connectors.tiktok import posts, wording
from connectors.tiktok.chunks import MOST_BYTES
from connectors.tiktok.settings import ONLY_ME, is_branded, is_draft
from connectors.types import Attachment, Content, MediaFile, MediaKind
from foundation.errors import Finding

MOST_PHOTOS: Final = 35
VIDEO_TYPES: Final = ("video/mp4", "video/quicktime", "video/webm")
#: Each codec by all its names.
CODECS: Final = frozenset({"h264", "avc", "avc1", "avc3", "hevc", "h265", "hvc1", "hev1", "vp8", "vp08", "vp9", "vp09"})
FRAME_RATE: Final = (23.0, 60.0)
#: Rates such as 23.976 and 59.94 are written in many ways.
RATE_SLACK: Final = 0.05
SIDES: Final = (360, 4_096)
LONGEST_DRAFT: Final = timedelta(minutes=10)
TURNED: Final = frozenset({"image/png", "image/gif", "image/jpeg", "image/webp"})


def check(content: Content, *, audited: bool) -> list[Finding]:
    """Return what TikTok would refuse of a post; findings of severity ``warning`` stand in nobody's way."""
    return [
        *_files(content),
        *_words(content),
        *_choices(content, audited=audited),
        *(finding for number, one in enumerate(content.media) for finding in _file(one, f"media.{number}", content)),
    ]


def _files(content: Content) -> Iterator[Finding]:
    kinds = [attachment.file.kind for attachment in content.media]
    if not kinds:
        yield Finding("media", "no_media", "A TikTok post is a video, or photos.", "Add a video or photos.")
    if MediaKind.VIDEO in kinds and len(kinds) > 1:
        cause = "A TikTok post is one video alone, or photos alone."
        yield Finding("media", "too_many", cause, "Keep the video, or the photos.", "1 video")
    elif len(kinds) > MOST_PHOTOS:
        cause = f"A TikTok post carries at most {MOST_PHOTOS} photos."
        yield Finding("media", "too_many", cause, "Remove some.", str(MOST_PHOTOS))


def _words(content: Content) -> Iterator[Finding]:
    said, video = content.settings, posts.has_video(content)
    if video and is_draft(said):
        if content.text.strip():
            cause = "TikTok takes no text with a draft of a video: the creator writes it in the app."
            yield _warning("text", "left_out", cause)
    elif video:
        yield from _too_long("text", "text", content.text, wording.LONGEST_CAPTION)
    else:
        yield from _too_long("text", "text", content.text, wording.LONGEST_DESCRIPTION)
        yield from _too_long("settings.title", "title", str(said.get("title") or ""), wording.LONGEST_TITLE)
    if video and said.get("title"):
        yield _warning("settings.title", "left_out", "A video has its text alone on TikTok; the title is left out.")
    if content.link:
        yield _warning(
            "link", "left_out", "TikTok opens no links in posts; it is left out. Put the address into the text."
        )
    if content.first_comment and not content.first_comment.strip():
        yield _warning("first_comment", "left_out", "TikTok takes no comments from us.")


def _too_long(field: str, what: str, text: str, most: int) -> Iterator[Finding]:
    length = wording.length(text)
    if length > most:
        counted = " TikTok counts an emoji as two characters or more." if length > len(text) else ""
        yield Finding(
            field,
            "too_long",
            f"The {what} is {length - most:,} characters too long for TikTok.{counted}",
            "Shorten it.",
            f"{most:,} characters",
        )


def _choices(content: Content, *, audited: bool) -> Iterator[Finding]:
    said = content.settings
    if not posts.has_video(content):
        index, photos = int(said.get("cover_index", 0)), len(content.media)
        if photos and index >= photos:
            cause = f"There is no photo {index}: they are counted from 0."
            yield Finding("settings.cover_index", "no_such_photo", cause, "Choose another cover.", str(photos - 1))
    if is_draft(said):
        yield from _choices_of_drafts(content)
        return
    level = said.get("privacy_level")
    if not level:
        yield Finding(
            "settings.privacy_level",
            "not_chosen",
            "TikTok wants the author to choose who can see a post; nothing may be chosen beforehand.",
            "Choose who can see it.",
        )
    elif not audited and level != ONLY_ME:
        yield Finding(
            "settings.privacy_level",
            "not_audited",
            "The TikTok app has not passed TikTok's audit, so posts are for the creator alone.",
            f"Choose {ONLY_ME}, or send it as a draft. Once the audit is passed, the operator sets TIKTOK_AUDITED=1.",
            ONLY_ME,
        )
    if is_branded(said) and level == ONLY_ME:
        yield Finding(
            "settings.commercial_content",
            "branded_for_nobody",
            "Branded content cannot be for the creator alone.",
            "Choose another audience, or do not mark it as branded content.",
        )
    if said.get("consent") is not True:
        yield Finding(
            "settings.consent",
            "no_consent",
            "TikTok wants the author's agreement to its Music Usage Confirmation before anything is sent.",
            "Read it and agree.",
        )


def _choices_of_drafts(content: Content) -> Iterator[Finding]:
    made_in_app = ("privacy_level", "allow_comment", "allow_duet", "allow_stitch", "is_aigc", "add_music")
    chosen = [name for name in made_in_app if content.settings.get(name)]
    if content.settings.get("commercial_content", "none") != "none":
        chosen.append("commercial_content")
    for name in chosen:
        yield _warning(
            f"settings.{name}", "left_out", "The creator chooses this in the app when they finish the draft."
        )


def _file(attachment: Attachment, field: str, content: Content) -> Iterator[Finding]:
    file = attachment.file
    if file.size_bytes == 0:
        yield Finding(field, "empty_file", "The file is empty.", "Upload it again.")
    match file.kind:
        case MediaKind.VIDEO:
            yield from _video(file, field, draft=is_draft(content.settings))
        case MediaKind.IMAGE:
            yield from _photo(file, field)
        case MediaKind.DOCUMENT:
            yield Finding(field, "file_kind", "TikTok takes no documents.", "Use a video, or photos.")


def _video(file: MediaFile, field: str, *, draft: bool) -> Iterator[Finding]:
    if file.content_type not in VIDEO_TYPES:
        cause = f"TikTok takes no {file.content_type}."
        yield Finding(field, "video_type", cause, "Use MP4 with H.264 video.", "MP4, MOV, WebM")
    if file.size_bytes > MOST_BYTES:
        yield Finding(field, "file_too_large", "The video is too large for TikTok.", "Encode it smaller.", "4 GB")
    codec = str(file.facts.get("video_codec") or "").lower()
    if codec and codec not in CODECS:
        cause = f"TikTok takes no video in {codec}."
        yield Finding(field, "video_codec", cause, "Encode it with H.264.", "H.264, H.265, VP8, VP9")
    rate = file.facts.get("frame_rate")
    if isinstance(rate, int | float) and not FRAME_RATE[0] - RATE_SLACK <= rate <= FRAME_RATE[1] + RATE_SLACK:
        cause = f"The video has {rate:g} frames a second."
        yield Finding(field, "frame_rate", cause, "Encode it with 23 to 60 frames a second.", "23-60 frames a second")
    if file.width and file.height and not all(SIDES[0] <= side <= SIDES[1] for side in (file.width, file.height)):
        cause = f"The video has {file.width} by {file.height} pixels."
        yield Finding(field, "video_size", cause, "Encode it in another size.", "360 to 4,096 pixels a side")
    if draft and file.duration is not None and file.duration > LONGEST_DRAFT:
        yield Finding(field, "video_too_long", "A draft may play ten minutes at most.", "Shorten it.", "10 minutes")


def _photo(file: MediaFile, field: str) -> Iterator[Finding]:
    frames = file.facts.get("frames")
    if isinstance(frames, int) and frames > 1:
        cause = "TikTok takes no animated pictures."
        yield Finding(field, "image_type", cause, "Make a video or a still picture of it.", "JPEG, WebP")
    elif not posts.fits(file) and file.content_type not in TURNED:
        yield Finding(field, "image_type", f"TikTok takes no {file.content_type}.", "Convert it to JPEG.", "JPEG, WebP")
    elif not posts.fits(file) and file.facts.get("has_alpha"):
        yield _warning(field, "turned_to_jpeg", "It is sent as a JPEG; what is transparent in it becomes white.")


def _warning(field: str, code: str, message: str) -> Finding:
    return Finding(field, code, message, severity="warning")
