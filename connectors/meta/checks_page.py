"""What Facebook is known to refuse of a Page post, told before it is asked.

Source: https://developers.facebook.com/docs/pages-api/posts, https://developers.facebook.com/docs/video-api/guides/reels-publishing
and https://developers.facebook.com/docs/page-stories-api, read 2026-11-21. Where Meta's pages contradict each other
docs/platforms/meta.md says which figure is followed.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from connectors.meta.checks import (
    MB,
    VideoRules,
    check_first_comment,
    check_video,
    field_of,
    refused_kinds,
    too_long,
    wrong_kind,
)
from connectors.meta.forms import FEED, STORY, format_of
from connectors.meta.publish_page import LONGEST_TEXT
from connectors.meta.words import message_of
from connectors.types import Attachment, Content, MediaKind
from foundation.errors import Finding

PHOTO_TYPES: Final = ("image/jpeg", "image/png")
STORY_PHOTO_TYPES: Final = (*PHOTO_TYPES, "image/bmp", "image/gif", "image/tiff")
#: No figure of Meta's is known; its own pages show albums of this size.
MOST_PHOTOS: Final = 30
REEL_VIDEO: Final = VideoRules(
    "A reel of a Page",
    types=("video/mp4",),
    shortest=timedelta(seconds=3),
    longest=timedelta(seconds=90),
    smallest=(540, 960),
    ratio=(0.5, 0.625),
    ratio_words="about 9:16",
    frame_rate=(24, 60),
    video_codecs=("h264", "hevc", "vp9", "av1"),
    audio_codecs=("aac",),
    most_sample_rate=48_000,
)
#: One page says 60 seconds and also 3 to 90; what both allow is safe.
STORY_VIDEO: Final = replace(
    REEL_VIDEO, where="A video story of a Page", longest=timedelta(seconds=60), ratio=None, smallest=None
)
#: Meta names codecs for reels alone; a video of the feed is shown as a reel too, so the same ones are safe.
FEED_VIDEO: Final = VideoRules(
    "A video of a Page",
    types=("video/mp4", "video/quicktime", "video/x-msvideo"),
    video_codecs=REEL_VIDEO.video_codecs,
)
#: Facebook's own hosts, the short one among them: posts may not link to them.
_FACEBOOK: Final = ("facebook.com", "fb.com", "fb.me")


def check(content: Content) -> list[Finding]:
    """Return what Meta would refuse of a Page post."""
    findings = list(refused_kinds(content, place="Facebook"))
    if format_of(content) != STORY:  # which shows no text at all
        findings += too_long(content, length=len(message_of(content)), most=LONGEST_TEXT, place="Facebook")
    if any(finding.code == "file_kind" for finding in findings):
        return findings
    findings += check_first_comment(content, most=LONGEST_TEXT, place="Facebook")
    match format_of(content):
        case "reel":
            findings += _check_reel(content)
        case "story":
            findings += _check_story(content)
        case _:
            findings += _check_feed(content)
    if content.settings.get("place") and (format_of(content) != FEED or _has_video(content)):
        findings.append(
            Finding("settings.place", "not_here", "A place is shown with texts and photos only.", "Remove the place.")
        )
    return findings


def _check_feed(content: Content) -> Iterator[Finding]:
    if not content.media:
        if not content.text.strip() and not content.link:
            yield Finding("text", "empty", "A Facebook post needs a text or a link.", "Write something, or add a link.")
        if content.link:
            yield from _check_link(content.link)
        return
    kinds = [attachment.file.kind for attachment in content.media]
    if MediaKind.VIDEO in kinds and len(kinds) > 1:
        mixed = MediaKind.IMAGE in kinds
        cause = "Facebook mixes no photos and videos in one post." if mixed else "A Facebook post holds one video."
        yield Finding("media", "mixed_media" if mixed else "one_video", cause, "Make one post of each.")
    if len(kinds) > MOST_PHOTOS:
        yield Finding("media", "too_many_files", "These are too many photos for one post.", "Remove some.", "30")
    for position, attachment in enumerate(content.media):
        if attachment.file.kind is MediaKind.VIDEO:
            yield from check_video(attachment, position, FEED_VIDEO)
        else:
            yield from _check_photo(attachment, position, PHOTO_TYPES)


def _check_reel(content: Content) -> Iterator[Finding]:
    yield from wrong_kind(content, MediaKind.VIDEO, where="A reel")
    for position, attachment in enumerate(content.media):
        if attachment.file.kind is MediaKind.VIDEO:
            yield from check_video(attachment, position, REEL_VIDEO)


def _check_story(content: Content) -> Iterator[Finding]:
    if len(content.media) != 1:
        yield Finding("media", "one_file", "A story is made of one image or video.", "Attach exactly one file.", "1")
    if content.text.strip() or content.link:
        yield Finding(
            "text",
            "not_shown",
            "Facebook shows no text with a story.",
            "Write it into the image, or leave it out.",
            severity="warning",
        )
    if content.first_comment:
        yield Finding("first_comment", "not_here", "A story takes no comment.", "Remove the first comment.")
    for position, attachment in enumerate(content.media):
        if attachment.file.kind is MediaKind.VIDEO:
            yield from check_video(attachment, position, STORY_VIDEO)
        else:
            yield from _check_photo(attachment, position, STORY_PHOTO_TYPES)


def _check_photo(attachment: Attachment, position: int, types: tuple[str, ...]) -> Iterator[Finding]:
    file, most = attachment.file, settings.META_PHOTO_MOST_MB
    if file.content_type not in types:
        names = "JPEG or PNG" if types == PHOTO_TYPES else "JPEG, PNG, BMP, GIF or TIFF"
        yield Finding(
            field_of(position), "photo_type", f"Facebook takes no {file.content_type} here.", f"Use a {names}.", names
        )
    if file.size_bytes > most * MB:
        cause = f"The photo has {file.size_bytes / MB:.1f} MB; Facebook takes up to {most} MB."
        yield Finding(field_of(position), "file_too_large", cause, "Use a smaller photo.", f"{most} MB")


def _check_link(link: str) -> Iterator[Finding]:
    try:
        parts = urlsplit(link)
        host = (parts.hostname or "").lower()
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme not in {"http", "https"} or "." not in host:
        yield Finding(
            "link", "bad_link", "This is not a public web address.", "Begin it with https:// and a full host name."
        )
    elif any(host == own or host.endswith(f".{own}") for own in _FACEBOOK):
        yield Finding(
            "link", "facebook_link", "Facebook refuses links to itself.", "Link to the original source instead."
        )


def _has_video(content: Content) -> bool:
    return any(attachment.file.kind is MediaKind.VIDEO for attachment in content.media)
