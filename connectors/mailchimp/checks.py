"""What Mailchimp is known to refuse, or to send otherwise than its author meant, told before anything is made.

Source: the content rules in docs/platforms/mailchimp.md ("Content", "Scheduling"), read 2026-11-21. Mailchimp itself refuses little by
name and much by one sentence without a reason, so these words are mostly the only ones an author gets.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.mailchimp import files, letters, sender, sending
from connectors.mailchimp.letters import format_of
from connectors.mailchimp.settings import (
    LONGEST_ANALYTICS,
    LONGEST_NAME,
    LONGEST_PREVIEW,
    LONGEST_SUBJECT,
    MOST_TAGS,
    Delivery,
    Format,
)
from connectors.types import Attachment, Content, MediaKind
from foundation.errors import Finding

#: Ours: what is longer is no mail any more.
LONGEST_TEXT: Final = 100_000
MOST_IMAGES: Final = 20
#: Gmail cuts a longer mail off, and with it the link to unsubscribe.
CLIPPED_BYTES: Final = 102_400
_TAG: Final = re.compile(r"\*\|([^|\n]{1,80})\|\*")
#: Tags that everybody's audience has, beside those that begin with one of the prefixes.
_KNOWN_TAGS: Final = frozenset(
    {
        "FNAME",
        "LNAME",
        "EMAIL",
        "PHONE",
        "ADDRESS",
        "BIRTHDAY",
        "UNIQID",
        "UNSUB",
        "UPDATE_PROFILE",
        "FORWARD",
        "ARCHIVE",
        "REWARDS",
        "CURRENT_YEAR",
        "MC_PREVIEW_TEXT",
        "MC_LANGUAGE",
    }
)
_KNOWN_PREFIXES: Final = (
    "LIST:",
    "HTML:",
    "USER:",
    "MC:",
    "DATE:",
    "IF:",
    "IFNOT:",
    "ELSEIF:",
    "ELSE:",
    "END:",
    "MMERGE",
    "TRANSLATE:",
    "RSS",
)
_ADDRESS: Final = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\".]+(\.[^@\s,;<>\".]+)+")


def check(content: Content, *, now: datetime) -> list[Finding]:
    """Return what Mailchimp would refuse of a mail; findings of severity ``warning`` stand in nobody's way."""
    return [
        *_head(content),
        *_body(content),
        *_merge_tags(content),
        *_images(content),
        *_readers(content),
        *_delivery(content, now=now),
    ]


def _head(content: Content) -> Iterator[Finding]:
    said = content.settings
    subject = str(said.get("subject") or "")
    if not subject.strip():
        # A draft may wait for its subject; Mailchimp sends nothing without one.
        severity = "warning" if said.get("delivery") == Delivery.DRAFT else "error"
        yield Finding("settings.subject", "empty", "A mail needs a subject.", "Write one.", severity=severity)
    for name, what, longest in (
        ("subject", "subject", LONGEST_SUBJECT),
        ("preview_text", "preview text", LONGEST_PREVIEW),
        ("from_name", "from name", LONGEST_NAME),
        ("to_name", "to name", LONGEST_NAME),
    ):
        value = str(said.get(name) or "")
        if len(value) > longest:
            yield Finding(
                f"settings.{name}", "too_long", f"The {what} is too long.", "Shorten it.", f"{longest} characters"
            )
        if "\n" in value or "\r" in value:
            yield Finding(f"settings.{name}", "line_break", f"The {what} is one line.", "Remove the line break.")
    reply_to = str(said.get("reply_to") or "")
    if reply_to and not _ADDRESS.fullmatch(reply_to):
        yield Finding("settings.reply_to", "no_address", "This is no e-mail address.", "Correct it.")
    elif sender.domain_of(reply_to) in sender.FREE_MAIL:
        yield Finding(
            "settings.reply_to",
            "free_mail",
            "Nobody can verify the domain of a provider of free mail, so Mailchimp may refuse to send.",
            "Use an address of your own domain.",
            severity="warning",
        )
    if len(str(said.get("google_analytics") or "").encode()) > LONGEST_ANALYTICS:
        yield Finding(
            "settings.google_analytics",
            "too_long",
            "The name for Google Analytics is too long.",
            "Shorten it; letters with accents count twice.",
            f"{LONGEST_ANALYTICS} bytes",
        )


def _body(content: Content) -> Iterator[Finding]:
    match format_of(content):
        case Format.TEXT:
            if not (content.text.strip() or content.link or content.media):
                yield Finding("text", "empty", "The mail says nothing.", "Write a text, or add a link or an image.")
            yield from _link(content)
        case Format.PLAIN_TEXT:
            if not (str(content.settings.get("plain_text") or "").strip() or content.text.strip() or content.link):
                yield Finding("text", "empty", "The mail says nothing.", "Write a text.")
            yield from _link(content)
        case Format.HTML:
            yield from _html(str(content.settings.get("html") or ""))
            yield from _left_out(content)
        case Format.TEMPLATE:
            if not content.settings.get("template_id"):
                yield Finding("settings.template_id", "missing", "No template is named.", "Name one of your account.")
            yield from _left_out(content)
    yield from _strangers(content)
    if len(content.text) > LONGEST_TEXT:
        yield Finding("text", "too_long", "The text is too long.", "Shorten it.", f"{LONGEST_TEXT:,} characters")


def _html(text: str) -> Iterator[Finding]:
    if not text.strip():
        yield Finding("settings.html", "empty", "The mail has no HTML.", "Write it, or choose another format.")
        return
    if letters.leaves_comment_open(text):
        yield Finding(
            "settings.html",
            "open_comment",
            "A comment of the HTML has no end, so all behind it is hidden, the link to unsubscribe too.",
            "Close it with -->.",
        )
    elif not letters.has_unsubscribe(text):
        yield Finding(
            "settings.html",
            "no_unsubscribe",
            "The HTML has no link to unsubscribe, so Mailchimp adds a footer of its own.",
            'Add <a href="*|UNSUB|*">Unsubscribe</a> where you want it.',
            severity="warning",
        )
    if len(text.encode()) > CLIPPED_BYTES:
        yield Finding(
            "settings.html",
            "clipped",
            "Gmail cuts mails of more than 102 KB off.",
            "Shorten the HTML.",
            "102 KB",
            severity="warning",
        )


def _link(content: Content) -> Iterator[Finding]:
    if not content.link or _TAG.search(content.link):
        return
    try:
        parts = urlsplit(content.link)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", content.link)
    except ValueError:
        good = False
    if not good:
        yield Finding("link", "bad_link", "This is not a web address.", "Begin it with https:// and a full host name.")


def _left_out(content: Content) -> Iterator[Finding]:
    """Name what of the post is not in a mail that its author made; other places may still want it."""
    if content.link:
        yield Finding(
            "link",
            "left_out",
            "The link is not in the mail, which is your own HTML.",
            "Put it there.",
            severity="warning",
        )
    named = letters.named_images(content.settings)
    for number in range(1, len(content.media) + 1):
        if number not in named:
            yield Finding(
                f"media.{number - 1}",
                "left_out",
                "The mail does not show this image, because its HTML does not name it.",
                f'Name it where it belongs: <img src="media:{number}">.',
                severity="warning",
            )
    for number in sorted(named):
        if not 1 <= number <= len(content.media):
            field = "settings.html" if format_of(content) is Format.HTML else "settings.template_sections"
            yield Finding(
                field, "no_image", f"The HTML names media:{number}, and the post has no such image.", "Add it."
            )


def _strangers(content: Content) -> Iterator[Finding]:
    """Refuse settings that belong to another format: their author believes they are in the mail."""
    said, form = content.settings, format_of(content)
    for name, forms in (
        ("html", {Format.HTML}),
        ("template_id", {Format.TEMPLATE}),
        ("template_sections", {Format.TEMPLATE}),
        ("plain_text", {Format.TEXT, Format.HTML, Format.PLAIN_TEXT}),
    ):
        if said.get(name) and form not in forms:
            yield Finding(
                f"settings.{name}",
                "other_format",
                f"A mail of the format {form.value} does not use this.",
                f"Remove it, or set the format to {sorted(one.value for one in forms)[0]}.",
            )


def _merge_tags(content: Content) -> Iterator[Finding]:
    """Name what Mailchimp will replace and no audience has by itself: meant, or a slip."""
    said = content.settings
    for field, value in (
        ("text", content.text),
        ("settings.subject", said.get("subject")),
        ("settings.html", said.get("html")),
    ):
        for tag in dict.fromkeys(_TAG.findall(str(value or ""))):
            if tag not in _KNOWN_TAGS and not tag.startswith(_KNOWN_PREFIXES):
                yield Finding(
                    field,
                    "merge_tag",
                    f"Mailchimp replaces *|{tag[:40]}|* by the contact's field of that name, or by nothing.",
                    "Check that the audience has such a field.",
                    severity="warning",
                )


def _images(content: Content) -> Iterator[Finding]:
    used = set(letters.used_images(content))
    if format_of(content) is Format.PLAIN_TEXT and content.media:
        yield Finding(
            "media", "left_out", "A plain-text mail shows no images.", "Choose another format.", severity="warning"
        )
    for number, attachment in enumerate(content.media):
        if number in used:
            yield from _image(attachment, f"media.{number}")


def _image(attachment: Attachment, field: str) -> Iterator[Finding]:
    file = attachment.file
    turned = file.kind is MediaKind.IMAGE and files.is_turned(file)
    if file.kind is not MediaKind.IMAGE or not (turned or file.content_type in files.IMAGE_TYPES):
        yield Finding(field, "wrong_type", "A mail shows JPEG, PNG and GIF images.", "Save it as one of these.")
    if file.size_bytes == 0:
        yield Finding(field, "empty_file", "The file is empty.", "Upload it again.")
    if file.size_bytes > files.MOST_BYTES and not turned:
        yield Finding(field, "too_large", "The image is too large for Mailchimp.", "Make it smaller.", "10 MB")
    elif file.size_bytes > files.COUNSELLED_BYTES and not turned:
        yield Finding(
            field,
            "heavy",
            "An image of more than 1 MB makes a mail slow to open.",
            "Make it smaller.",
            "1 MB",
            severity="warning",
        )
    if not attachment.alt_text:
        yield Finding(
            f"{field}.alt_text",
            "no_alt_text",
            "Many readers see no images at first, and this one has no words in its place.",
            "Describe it.",
            severity="warning",
        )


def _readers(content: Content) -> Iterator[Finding]:
    said = content.settings
    if said.get("segment_id") and said.get("tag_ids"):
        yield Finding(
            "settings.tag_ids", "not_together", "A mail goes to a segment or to tags, not both.", "Keep one of them."
        )
    if len(said.get("tag_ids") or ()) > MOST_TAGS:
        yield Finding("settings.tag_ids", "too_many", "These are too many tags.", "Make a segment.", str(MOST_TAGS))


def _delivery(content: Content, *, now: datetime) -> Iterator[Finding]:
    said: dict[str, Any] = dict(content.settings)
    scheduled = said.get("delivery") == Delivery.SCHEDULED
    if not scheduled:
        for name in ("schedule_time", "timewarp", "batch_delivery"):
            if said.get(name):
                yield Finding(
                    f"settings.{name}",
                    "not_scheduled",
                    "This is for mails that Mailchimp schedules, and this one is not.",
                    "Set the delivery to scheduled, or remove it.",
                )
        return
    if not said.get("schedule_time"):
        yield Finding(
            "settings.schedule_time", "missing", "Nobody said when Mailchimp is to send it.", "Name a quarter hour."
        )
    elif wrong := sending.wrong_time(str(said["schedule_time"]), now=now, timewarp=bool(said.get("timewarp"))):
        remedy = "Choose :00, :15, :30 or :45; for any other minute schedule the post here and deliver it now."
        yield Finding(
            "settings.schedule_time", wrong[0], wrong[1], remedy if wrong[0] == "off_quarter" else "Choose a later one."
        )
    if said.get("timewarp") and said.get("batch_delivery"):
        yield Finding(
            "settings.batch_delivery", "not_together", "Timewarp and batches exclude each other.", "Keep one of them."
        )
