"""What Instagram is known to refuse, told before it is asked: its own messages are poor.

Source: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media, state of 2026-09-11,
read 2026-11-21. Creator accounts may not publish stories, and a Page may demand an authorisation: neither shows beforehand.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

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
from connectors.meta.forms import REEL, STORY, format_of
from connectors.meta.pictures import JPEG, MOST_BYTES, is_animation, is_turned
from connectors.types import Attachment, Content, MediaKind
from foundation.errors import Finding

LONGEST_CAPTION: Final = 2_200
#: No figure stands in the pages read; a comment takes no more than a caption.
LONGEST_COMMENT: Final = LONGEST_CAPTION
LONGEST_ALT_TEXT: Final = 1_000
MOST_HASHTAGS: Final = 30
MOST_MENTIONS: Final = 20
MOST_COLLABORATORS: Final = 3
CAROUSEL: Final = (2, 10)
#: Width by height of an image of the feed: 4:5 to 1.91:1.
IMAGE_RATIO: Final = (0.8, 1.91)
RATIO_SLACK: Final = 0.01
REEL_VIDEO: Final = VideoRules(
    "A reel",
    shortest=timedelta(seconds=3),
    longest=timedelta(minutes=15),
    most_bytes=300 * MB,
    most_bits_per_second=25_000_000,
    widest=1920,
    ratio=(0.01, 10),
    ratio_words="between 1:100 and 10:1",
    frame_rate=(23, 60),
    video_codecs=("h264", "hevc"),
    audio_codecs=("aac",),
    most_sample_rate=48_000,
)
STORY_VIDEO: Final = replace(
    REEL_VIDEO,
    where="A video story",
    longest=timedelta(seconds=60),
    most_bytes=100 * MB,
    ratio=(0.1, 10),
    ratio_words="between 1:10 and 10:1",
)
#: No figure stands in the pages read; older ones named a minute.
CAROUSEL_VIDEO_SURE: Final = timedelta(seconds=60)
CAROUSEL_VIDEO: Final = replace(REEL_VIDEO, where="A video of a carousel")
_HASHTAG: Final = re.compile(r"(?<![\w&])[#\uFF03]\w+")
_MENTION: Final = re.compile(r"(?<![\w@])@[A-Za-z0-9._]+")
_REEL_ONLY: Final = {
    "share_to_feed": "Showing it in the feed",
    "thumb_offset_ms": "A cover moment",
    "cover_url": "A cover image",
    "audio_name": "A sound name",
    "trial_reel": "A trial",
}
_NOT_ON_STORIES: Final = {"collaborators": "Collaborators", "location_id": "A location"}


def check(content: Content) -> list[Finding]:
    """Return what Instagram would refuse."""
    if not content.media:
        return [
            Finding(
                "media",
                "no_media",
                "Instagram has no posts of text alone.",
                "Attach an image or a video.",
                "at least 1",
            )
        ]
    findings = [*refused_kinds(content, place="Instagram"), *_check_files(content)]
    if content.link:
        findings.append(
            Finding(
                "link",
                "not_shown",
                "Instagram opens no links in posts; it is left out.",
                "Mention it in the text, if you like.",
                severity="warning",
            )
        )
    if format_of(content) == STORY:
        return findings + list(_check_story_words(content))
    findings += check_first_comment(content, most=LONGEST_COMMENT, place="Instagram")
    return [*findings, *_check_caption(content.text), *_check_settings(content)]


def _check_files(content: Content) -> Iterator[Finding]:
    chosen, count = format_of(content), len(content.media)
    if chosen == REEL:
        yield from wrong_kind(content, MediaKind.VIDEO, where="A reel")
    elif chosen == STORY and count != 1:
        yield Finding("media", "one_file", "A story is made of one image or video.", "Attach exactly one file.", "1")
    elif count > CAROUSEL[1]:
        yield Finding(
            "media", "too_many_files", "A carousel holds two to ten files.", "Remove some, or make two posts.", "10"
        )
    for position, attachment in enumerate(content.media):
        if attachment.file.kind is MediaKind.IMAGE:
            yield from _check_image(attachment, position, in_feed=chosen != STORY)
        elif attachment.file.kind is MediaKind.VIDEO:
            rules = STORY_VIDEO if chosen == STORY else CAROUSEL_VIDEO if count > 1 else REEL_VIDEO
            yield from check_video(attachment, position, rules)
            if attachment.file.facts.get("moov_first") is False:
                yield Finding(
                    field_of(position),
                    "index_last",
                    "The index of the video stands behind its pictures; Instagram may refuse it.",
                    "Save it anew for the web (fast start).",
                    severity="warning",
                )
            if rules is CAROUSEL_VIDEO and (attachment.file.duration or timedelta()) > CAROUSEL_VIDEO_SURE:
                yield Finding(
                    field_of(position),
                    "perhaps_too_long",
                    "Instagram may refuse videos of more than a minute in a carousel.",
                    "Cut it, or publish it as a reel.",
                    "60 seconds",
                    severity="warning",
                )


def _check_image(attachment: Attachment, position: int, *, in_feed: bool) -> Iterator[Finding]:
    file, field = attachment.file, field_of(position)
    turned = is_turned(file)
    if is_animation(file):
        yield Finding(
            field, "image_type", "Instagram takes no animated images.", "Make a video or a still image of it.", "JPEG"
        )
    elif file.content_type != JPEG and not turned:
        yield Finding(field, "image_type", f"Instagram takes no {file.content_type}.", "Convert it to JPEG.", "JPEG")
    if turned and file.facts.get("has_alpha"):
        yield Finding(
            field,
            "turned_to_jpeg",
            "Instagram takes JPEG only; what is transparent in the image becomes white.",
            "Put it on a background of your own, if white does not suit it.",
            severity="warning",
        )
    if file.size_bytes > MOST_BYTES and not turned:
        cause = f"The image has {file.size_bytes / MB:.1f} MB; Instagram takes up to 8 MB."
        yield Finding(field, "file_too_large", cause, "Use a smaller image.", "8 MB")
    if in_feed and file.width and file.height and not _fits(file.width, file.height):
        cause = f"The image is {file.width}x{file.height}; Instagram's feed takes 4:5 to 1.91:1."
        yield Finding(field, "aspect_ratio", cause, "Crop or pad it.", "4:5 to 1.91:1")
    if len(attachment.alt_text) > LONGEST_ALT_TEXT:
        over = len(attachment.alt_text) - LONGEST_ALT_TEXT
        yield Finding(
            f"{field}.alt_text",
            "too_long",
            f"The description of the image is {over:,} characters too long for Instagram.",
            "Shorten it.",
            "1,000 characters",
        )


def _fits(width: int, height: int) -> bool:
    """Compare the ratio, with a pixel to spare for files whose sides were rounded; in small ones a pixel is too much."""
    least, most = IMAGE_RATIO
    rounded = width + 1 >= height * least and width - 1 <= height * most
    return rounded and least - RATIO_SLACK <= width / height <= most + RATIO_SLACK


def _check_caption(text: str) -> Iterator[Finding]:
    yield from too_long(Content(text=text), length=len(text), most=LONGEST_CAPTION, place="Instagram")
    for pattern, most, code, what in (
        (_HASHTAG, MOST_HASHTAGS, "too_many_hashtags", "hashtags"),
        (_MENTION, MOST_MENTIONS, "too_many_mentions", "@mentions"),
    ):
        count = len(pattern.findall(text))
        if count > most:
            yield Finding(
                "text", code, f"The text has {count} {what}; Instagram takes {most}.", "Remove some.", str(most)
            )


def _check_story_words(content: Content) -> Iterator[Finding]:
    if content.text.strip():
        yield Finding(
            "text",
            "not_shown",
            "Instagram shows no text with a story.",
            "Write it into the image, or leave it out.",
            severity="warning",
        )
    if content.first_comment:
        yield Finding("first_comment", "not_here", "A story takes no comment.", "Remove the first comment.")
    for key, what in (_NOT_ON_STORIES | _REEL_ONLY).items():
        if content.settings.get(key) and key != "share_to_feed":
            yield Finding(f"settings.{key}", "not_here", f"{what} is of no use on a story.", "Remove it.")
    yield from _check_tags(content)


def _check_settings(content: Content) -> Iterator[Finding]:
    chosen = content.settings
    video = content.media[0].file if [item.file.kind for item in content.media] == [MediaKind.VIDEO] else None
    if video is None:
        for key, what in _REEL_ONLY.items():
            if chosen.get(key) and key != "share_to_feed":
                yield Finding(f"settings.{key}", "not_here", f"{what} is for reels only.", "Remove it.")
    offset = chosen.get("thumb_offset_ms")
    if video is not None and video.duration is not None and isinstance(offset, int):
        length = int(video.duration.total_seconds() * 1000)
        if offset > length:
            yield Finding(
                "settings.thumb_offset_ms",
                "outside_video",
                "The cover's moment lies behind the end of the video.",
                "Choose an earlier one.",
                f"{length} ms",
            )
    if (cover := chosen.get("cover_url")) and not _is_public(str(cover)):
        yield Finding(
            "settings.cover_url",
            "bad_address",
            "Instagram fetches covers from public addresses of plain ASCII only.",
            "Use an https:// address without special characters.",
        )
    if len(chosen.get("collaborators") or ()) > MOST_COLLABORATORS:
        yield Finding(
            "settings.collaborators", "too_many", "Instagram takes up to three collaborators.", "Remove some.", "3"
        )
    yield from _check_tags(content)


def _check_tags(content: Content) -> Iterator[Finding]:
    tags: list[dict[str, Any]] = list(content.settings.get("user_tags") or ())
    in_feed = format_of(content) != STORY
    for index, tag in enumerate(tags):
        position, field = int(tag.get("file", 0)), f"settings.user_tags.{index}"
        if position >= len(content.media):
            yield Finding(field, "no_such_file", "There is no such file to tag somebody in.", "Count files from 0.")
            continue
        placed = all(isinstance(tag.get(key), int | float) and 0 <= tag[key] <= 1 for key in ("x", "y"))
        is_image = content.media[position].file.kind is MediaKind.IMAGE
        if is_image and in_feed and not placed:
            yield Finding(
                field, "no_position", "A person tagged in an image needs a position.", "Give x and y from 0 to 1."
            )
        elif ("x" in tag or "y" in tag) and not placed:
            yield Finding(field, "bad_position", "The position of a tag needs both x and y.", "Give both from 0 to 1.")


def _is_public(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return address.isascii() and parts.scheme in {"http", "https"} and "." in (parts.hostname or "")
    except ValueError:
        return False
