"""What LinkedIn is known to refuse, or to publish so that nobody sees it, told before anything is sent.

Source: the content rules in docs/platforms/linkedin.md (Posts, Images, Videos, Documents and Poll APIs), read 2026-11-21. A post
whose picture LinkedIn cannot process is accepted and invisible, so the rules for files are checked here as strictly as they
are written; LinkedIn's answer stays the last word.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.linkedin import little_text, settings
from connectors.linkedin.scopes import MEMBER
from connectors.types import Attachment, Content, MediaKind
from foundation.errors import Finding

LONGEST_TEXT: Final = 3_000
LONGEST_COMMENT: Final = 1_250
LONGEST_ALT_TEXT: Final = 4_086
LONGEST_DESCRIPTION: Final = 4_086
MOST_IMAGES: Final = 20
IMAGE_TYPES: Final = frozenset({"image/jpeg", "image/png", "image/gif"})
#: An image must have fewer pixels than this.
PIXELS: Final = 36_152_320
MOST_FRAMES: Final = 250
VIDEO_TYPES: Final = frozenset({"video/mp4"})
LEAST_VIDEO_BYTES: Final = 75 * 1024
MOST_VIDEO_BYTES: Final = 500 * 1024 * 1024
SHORTEST_VIDEO: Final = timedelta(seconds=3)
LONGEST_VIDEO: Final = timedelta(minutes=30)
DOCUMENT_TYPES: Final = frozenset(
    {
        "application/pdf",
        "application/msword",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    }
)
MOST_DOCUMENT_BYTES: Final = 100 * 1024 * 1024
MOST_PAGES: Final = 300
_MENTION_LIKE: Final = re.compile(r"@\[[^\n]*?\]\((?!urn:li:(?:organization|person):[A-Za-z0-9_-]+\))[^)\n]*\)")


def check(content: Content, *, kind: str) -> list[Finding]:
    """Return what LinkedIn would refuse of a post; findings of severity ``warning`` stand in nobody's way."""
    return [
        *_text(content),
        *_combination(content),
        *_link(content),
        *(finding for number, file in enumerate(content.media) for finding in _file(file, f"media.{number}")),
        *_settings(content, kind=kind),
        *_first_comment(content),
    ]


def _text(content: Content) -> Iterator[Finding]:
    said = content.settings
    if not (content.text.strip() or content.link or content.media or said.get("poll") or said.get("reshare_of")):
        yield Finding(
            "text", "empty", "A LinkedIn post needs a text, a link, a file, a poll or a post to reshare.", "Add one."
        )
    length = little_text.length(content.text)
    if length > LONGEST_TEXT:
        escapes = length - len(content.text)
        counted = f" Characters such as ( or # count twice there, here {escapes:,} of them." if escapes > 0 else ""
        yield Finding(
            "text",
            "too_long",
            f"The text is {length - LONGEST_TEXT:,} characters too long for LinkedIn.{counted}",
            "Shorten it.",
            f"{LONGEST_TEXT:,} characters",
        )
    if _MENTION_LIKE.search(content.text):
        yield Finding(
            "text",
            "no_mention",
            "This looks like a mention, but names no person or organization, so it stays plain text.",
            "Write @[Name](urn:li:organization:123) or @[Name](urn:li:person:…).",
            severity="warning",
        )


def _combination(content: Content) -> Iterator[Finding]:
    """One post says one thing: files, a link, a poll or a reshare. A single image beside a link is its picture."""
    kinds = {attachment.file.kind for attachment in content.media}
    said = content.settings
    if said.get("poll") and (content.media or content.link or said.get("reshare_of")):
        yield Finding(
            "settings.poll", "not_together", "A poll stands alone on LinkedIn.", "Remove the link and the files."
        )
    if said.get("reshare_of") and (content.media or content.link):
        yield Finding(
            "settings.reshare_of", "not_together", "A reshare carries no link or file of its own.", "Remove them."
        )
    if content.link and content.media and (len(content.media) > 1 or kinds != {MediaKind.IMAGE}):
        yield Finding(
            "link",
            "not_together",
            "LinkedIn shows a link or files, not both; only a single image may stand beside a link, as its picture.",
            "Put the address into the text, or remove the files.",
        )
    if len(kinds) > 1:
        yield Finding(
            "media", "mixed", "LinkedIn takes one kind of file in a post.", "Keep images, a video or a document."
        )
    elif kinds and kinds != {MediaKind.IMAGE} and len(content.media) > 1:
        word = "video" if MediaKind.VIDEO in kinds else "document"
        yield Finding("media", "too_many", f"A LinkedIn post carries one {word}.", "Keep one.", "1")
    if kinds == {MediaKind.IMAGE} and len(content.media) > MOST_IMAGES:
        yield Finding(
            "media",
            "too_many",
            f"A LinkedIn post carries at most {MOST_IMAGES} images.",
            "Remove some.",
            str(MOST_IMAGES),
        )


def _link(content: Content) -> Iterator[Finding]:
    if not content.link:
        return
    try:
        parts = urlsplit(content.link)
        good = (
            parts.scheme in {"http", "https"} and "." in (parts.hostname or "") and not re.search(r"\s", content.link)
        )
    except ValueError:
        good = False
    if not good:
        yield Finding(
            "link", "bad_link", "This is not a public web address.", "Begin it with https:// and a full host name."
        )


def _file(attachment: Attachment, field: str) -> Iterator[Finding]:
    match attachment.file.kind:
        case MediaKind.IMAGE:
            yield from _image(attachment, field)
        case MediaKind.VIDEO:
            yield from _video(attachment, field)
        case MediaKind.DOCUMENT:
            yield from _document(attachment, field)
    if attachment.file.size_bytes == 0:
        yield Finding(field, "empty_file", "The file is empty.", "Upload it again.")
    if len(attachment.alt_text) > LONGEST_ALT_TEXT:
        yield Finding(
            f"{field}.alt_text",
            "too_long",
            "The alternative text is too long for LinkedIn.",
            "Shorten it; about 120 characters serve readers best.",
            f"{LONGEST_ALT_TEXT:,} characters",
        )
    if len(attachment.title) > settings.LONGEST_TITLE and attachment.file.kind is not MediaKind.IMAGE:
        yield _long(f"{field}.title", "title", settings.LONGEST_TITLE)


def _image(attachment: Attachment, field: str) -> Iterator[Finding]:
    file = attachment.file
    if file.content_type not in IMAGE_TYPES:
        yield Finding(field, "wrong_type", "LinkedIn takes JPEG, PNG and GIF images.", "Save it as one of these.")
    if file.width and file.height and file.width * file.height >= PIXELS:
        yield Finding(
            field,
            "too_many_pixels",
            f"The image has {file.width * file.height:,} pixels, too many for LinkedIn.",
            "Make it smaller.",
            f"fewer than {PIXELS:,} pixels",
        )
    frames = file.facts.get("frames")
    if isinstance(frames, int) and frames > MOST_FRAMES:
        yield Finding(field, "too_many_frames", f"The GIF has {frames} frames.", "Shorten it.", f"{MOST_FRAMES} frames")


def _video(attachment: Attachment, field: str) -> Iterator[Finding]:
    file = attachment.file
    if file.content_type not in VIDEO_TYPES:
        yield Finding(field, "wrong_type", "LinkedIn takes MP4 videos.", "Convert it to MP4.")
    if 0 < file.size_bytes < LEAST_VIDEO_BYTES:
        yield Finding(field, "too_small", "LinkedIn takes videos from 75 KB on.", "Use a longer or finer one.", "75 KB")
    if file.size_bytes > MOST_VIDEO_BYTES:
        yield Finding(field, "too_large", "The video is too large for LinkedIn.", "Compress or shorten it.", "500 MB")
    if file.duration is not None and file.duration < SHORTEST_VIDEO:
        yield Finding(field, "too_short", "The video is too short for LinkedIn.", "Use a longer one.", "3 seconds")
    if file.duration is not None and file.duration > LONGEST_VIDEO:
        yield Finding(field, "too_long", "The video is too long for LinkedIn.", "Shorten it.", "30 minutes")


def _document(attachment: Attachment, field: str) -> Iterator[Finding]:
    file = attachment.file
    if file.content_type not in DOCUMENT_TYPES:
        yield Finding(
            field, "wrong_type", "LinkedIn takes PDF, PowerPoint and Word documents.", "Save it as one of these."
        )
    if file.size_bytes > MOST_DOCUMENT_BYTES:
        yield Finding(field, "too_large", "The document is too large for LinkedIn.", "Make it smaller.", "100 MB")
    pages = file.facts.get("pages")
    if isinstance(pages, int) and pages > MOST_PAGES:
        yield Finding(field, "too_many_pages", f"The document has {pages} pages.", "Shorten it.", f"{MOST_PAGES} pages")


def _settings(content: Content, *, kind: str) -> Iterator[Finding]:
    said = content.settings
    visibilities = settings.MEMBER_VISIBILITIES if kind == MEMBER else settings.PAGE_VISIBILITIES
    if said.get("visibility", "PUBLIC") not in visibilities:
        yield _unknown("visibility", "Who can see it", visibilities)
    feeds = settings.FEEDS[:1] if kind == MEMBER else settings.FEEDS
    if said.get("feed_distribution", "MAIN_FEED") not in feeds:
        yield _unknown("feed_distribution", "Where it appears", feeds)
    for name, longest in (
        ("article_title", settings.LONGEST_TITLE),
        ("article_description", LONGEST_DESCRIPTION),
        ("document_title", settings.LONGEST_TITLE),
    ):
        if len(str(said.get(name) or "")) > longest:
            yield _long(f"settings.{name}", name.replace("_", " "), longest)
    parent = said.get("reshare_of")
    if parent and not re.fullmatch(settings.RESHARABLE, str(parent)):
        yield Finding(
            "settings.reshare_of",
            "no_post",
            "This is no LinkedIn post.",
            "Name it as urn:li:share:… or urn:li:ugcPost:….",
        )
    if isinstance(said.get("poll"), Mapping):
        yield from _poll(said["poll"])


def _poll(poll: Mapping[str, Any]) -> Iterator[Finding]:
    question = str(poll.get("question") or "")
    if not question.strip():
        yield Finding("settings.poll.question", "empty", "The poll asks nothing.", "Write a question.")
    if len(question) > settings.LONGEST_QUESTION:
        yield _long("settings.poll.question", "question", settings.LONGEST_QUESTION)
    options = [str(option) for option in poll.get("options") or ()]
    if not settings.LEAST_OPTIONS <= len(options) <= settings.MOST_OPTIONS:
        yield Finding(
            "settings.poll.options", "wrong_number", "A poll has two to four answers.", "Add or remove some.", "2-4"
        )
    for number, option in enumerate(options):
        if not option.strip():
            yield Finding(f"settings.poll.options.{number}", "empty", "An answer of the poll is empty.", "Write it.")
        if len(option) > settings.LONGEST_OPTION:
            yield _long(f"settings.poll.options.{number}", "answer", settings.LONGEST_OPTION)
    if poll.get("duration", "THREE_DAYS") not in settings.DURATIONS:
        yield _unknown("poll.duration", "How long the poll runs", settings.DURATIONS)


def _first_comment(content: Content) -> Iterator[Finding]:
    if content.first_comment and not content.first_comment.strip():
        yield Finding("first_comment", "empty", "The first comment says nothing.", "Write it, or leave it out.")
    if len(content.first_comment) > LONGEST_COMMENT:
        yield _long("first_comment", "first comment", LONGEST_COMMENT)


def _long(field: str, what: str, longest: int) -> Finding:
    return Finding(field, "too_long", f"The {what} is too long for LinkedIn.", "Shorten it.", f"{longest:,} characters")


def _unknown(name: str, what: str, words: tuple[str, ...]) -> Finding:
    return Finding(
        f"settings.{name}", "unknown_word", f"{what}: LinkedIn does not take this here.", f"Choose {', '.join(words)}."
    )
