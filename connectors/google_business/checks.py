"""What Google is known to refuse, told before anything is sent.

Source: docs/platforms/google_business.md, "Posts" and "Photos", read 2026-11-21. Several limits stand in no reference of Google's and are
known from its own pages and from tools alone; its answer stays the last word.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from connectors.google_business import settings
from connectors.google_business.pictures import (
    LEAST_BYTES,
    LEAST_HEIGHT,
    LEAST_WIDTH,
    MOST_BYTES,
    SURELY_ENOUGH_BYTES,
    TAKEN,
    is_animation,
    is_turned,
    measure,
)
from connectors.google_business.posts import period_of, summary_of, type_of
from connectors.types import Attachment, Content, MediaFile, MediaKind
from foundation.errors import Finding

LONGEST_TEXT: Final = 1_500
MOST_MEDIA: Final = 1
LONGEST_URL: Final = 2_000
PRODUCT_LIMIT: Final = (
    "Google's API makes no products, only updates, events and offers; products are made by hand at business.google.com."
)
_PHONE: Final = re.compile(r"(?<![\w.:/-])(?:\+|00|\()?\d(?:[\s()./-]{0,2}\d){7,14}(?![\w:/-])")
_ADDRESS: Final = re.compile(r"(?:https?://|www\.)\S", re.I)
_DATE_LIKE: Final = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


def check(content: Content) -> list[Finding]:
    """Return what Google would refuse of a post; findings of severity ``warning`` stand in nobody's way."""
    return [
        *_product(content),
        *_text(content),
        *_link(content),
        *_button(content),
        *_event(content),
        *_repetition(content),
        *_offer(content),
        *_media(content),
    ]


def _product(content: Content) -> Iterator[Finding]:
    said = content.settings
    if said.get("post_type") != settings.PRODUCT:
        return
    if not said.get("product_as_update"):
        yield Finding(
            "settings.post_type",
            "unsupported_post_type",
            PRODUCT_LIMIT,
            "Make it an update, or tick 'Send a product as an update': it then appears as an update with a shop button.",
        )
        return
    if not content.link:
        yield Finding("link", "missing_link", "A shop button needs an address to lead to.", "Add the product's link.")
    if not content.media:
        yield Finding(
            "media", "missing", "A product without a photo is seldom looked at.", "Add a photo.", severity="warning"
        )


def _text(content: Content) -> Iterator[Finding]:
    summary = summary_of(content)
    if not summary.strip() and not content.media:
        yield Finding("text", "empty", "A post of a Business Profile needs a text or a photo.", "Write something.")
    if len(summary) > LONGEST_TEXT:
        yield Finding(
            "text",
            "too_long",
            f"The text is {len(summary) - LONGEST_TEXT:,} characters too long for a Business Profile.",
            "Shorten it.",
            f"{LONGEST_TEXT:,} characters",
        )
    if _ADDRESS.search(content.text):
        yield Finding(
            "text",
            "address_in_text",
            "Google often refuses posts with a web address in their text.",
            "Put the address into the link of the post.",
            severity="warning",
        )
    if any(not _DATE_LIKE.search(found[0]) for found in _PHONE.finditer(content.text)):
        yield Finding(
            "text",
            "phone_in_text",
            "Google often refuses posts with a phone number in their text.",
            "Choose the button Call instead: it dials the number of the profile.",
            severity="warning",
        )


def _link(content: Content) -> Iterator[Finding]:
    if content.link and not _is_address(content.link):
        yield _bad_address("link")
    elif len(content.link) > LONGEST_URL:
        yield Finding("link", "too_long", "The address is too long.", "Use a shorter one.", f"{LONGEST_URL:,}")


def _button(content: Content) -> Iterator[Finding]:
    button = content.settings.get("button")
    if type_of(content) == settings.OFFER:
        if button:
            yield Finding(
                "settings.button",
                "ignored",
                "Google shows no such button on an offer; it leads to the address for redeeming it.",
                "Leave the button out.",
                severity="warning",
            )
        return
    if button == settings.CALL and content.link:
        yield Finding(
            "link",
            "not_together",
            "The button Call dials the number of the profile, so it takes no link.",
            "Remove the link, or choose another button.",
        )
    elif button and button != settings.CALL and not content.link:
        yield Finding("link", "missing_link", "This button needs an address to lead to.", "Add a link.")


def _event(content: Content) -> Iterator[Finding]:
    kind = type_of(content)
    event = _object(content.settings.get("event"))
    if kind == settings.STANDARD:
        if event:
            yield Finding(
                "settings.event",
                "not_together",
                "Only an event or an offer has a title and a period.",
                "Choose the type Event or Offer, or leave this out.",
            )
        return
    word = "event" if kind == settings.EVENT else "offer"
    missing = [
        title
        for name, title in (
            ("title", "a title"),
            ("start_date", "a first day"),
            ("start_time", "a time at which it begins"),
            ("end_date", "a last day"),
            ("end_time", "a time at which it ends"),
        )
        if not str(event.get(name) or "").strip()
    ]
    if missing:
        yield Finding(
            "settings.event",
            "incomplete",
            f"Google wants of an {word} {_listed(missing)}.",
            "Fill it in; times are the location's own.",
        )
        return
    period = period_of(event)
    if period is not None and period[1] < period[0]:
        yield Finding(
            "settings.event", "ends_before", f"The {word} ends before it begins.", "Correct its days and times."
        )


def _repetition(content: Content) -> Iterator[Finding]:
    repeat = _object(content.settings.get("repeat"))
    if not repeat:
        return
    every, days = repeat.get("every"), repeat.get("days_of_week")
    by_day, by_week = repeat.get("day_of_month"), repeat.get("week_of_month")
    if type_of(content) == settings.STANDARD:
        yield _repeats("not_together", "Only an event or an offer can be repeated.", "Leave the repetition out.")
    elif not every:
        yield _repeats("incomplete", "The repetition does not say how often.", "Choose daily, weekly or monthly.")
    elif every == settings.WEEKLY and not days:
        yield _repeats("incomplete", "A weekly repetition needs its days.", "Name one day of the week or several.")
    elif every == settings.MONTHLY and (by_day is None) == (by_week is None):
        yield _repeats(
            "incomplete", "A monthly repetition needs a day of the month or a week of it.", "Name one of the two."
        )
    elif (days and every != settings.WEEKLY) or (every != settings.MONTHLY and (by_day or by_week)):
        yield _repeats(
            "not_together",
            "The days do not belong to this kind of repetition.",
            "Days of the week go with weekly; days and weeks of the month with monthly.",
        )
    elif repeat.get("until") and _ends_too_soon(content, str(repeat["until"])):
        yield _repeats("ends_before", "The repetition ends before it begins.", "Choose a later end.")


def _offer(content: Content) -> Iterator[Finding]:
    offer = _object(content.settings.get("offer"))
    if offer and type_of(content) != settings.OFFER:
        yield Finding(
            "settings.offer",
            "not_together",
            "Codes and terms belong to an offer.",
            "Choose the type Offer, or leave them out.",
        )
    address = str(offer.get("redeem_url") or "")
    if address and not _is_address(address):
        yield _bad_address("settings.offer.redeem_url")
    if address and content.link and address != content.link and type_of(content) == settings.OFFER:
        yield Finding(
            "link",
            "not_together",
            "An offer has one address, the one for redeeming it; this post names two.",
            "Remove one of them.",
        )


def _media(content: Content) -> Iterator[Finding]:
    if len(content.media) > MOST_MEDIA:
        yield Finding("media", "too_many", "A post of a Business Profile carries one photo.", "Keep one.", "1")
    for number, attachment in enumerate(content.media):
        yield from _file(attachment, f"media.{number}")


def _file(attachment: Attachment, field: str) -> Iterator[Finding]:
    file = attachment.file
    if file.kind is not MediaKind.IMAGE:
        yield Finding(field, "wrong_type", "Posts of a Business Profile take photos alone.", "Use a JPEG or PNG.")
        return
    turned = is_turned(file)
    if is_animation(file):
        yield Finding(field, "wrong_type", "Google takes no animated pictures.", "Make a still picture of it.")
    elif file.content_type not in TAKEN and not turned:
        yield Finding(field, "wrong_type", "Google takes JPEG and PNG photos.", "Save it as one of these.")
    if turned:
        yield from _turned(file, field)
    elif file.size_bytes < LEAST_BYTES:
        yield Finding(field, "too_small", "The photo has fewer bytes than Google takes.", "Use a finer one.", "10 KB")
    elif file.size_bytes > MOST_BYTES:
        yield Finding(field, "too_large", "The photo is too large for Google.", "Make it smaller.", "5 MB")
    measured = measure(file)
    if measured and (measured[0] < LEAST_WIDTH or measured[1] < LEAST_HEIGHT):
        yield Finding(
            field,
            "too_few_pixels",
            f"The photo has {measured[0]:,} x {measured[1]:,} pixels, too few for Google.",
            "Use a larger one; 1,200 x 900 serves best.",
            f"{LEAST_WIDTH} x {LEAST_HEIGHT} pixels",
        )


def _turned(file: MediaFile, field: str) -> Iterator[Finding]:
    """Warn of what a JPEG made of a picture may lose."""
    if file.facts.get("has_alpha"):
        yield Finding(
            field,
            "turned_to_jpeg",
            "Google gets a JPEG of it; what is transparent in the picture becomes white.",
            "Put it on a background of your own, if white does not suit it.",
            severity="warning",
        )
    if file.size_bytes < SURELY_ENOUGH_BYTES:
        yield Finding(
            field,
            "may_be_too_small",
            "Google gets a JPEG of it, and takes none below 10 KB; one of so plain a picture may be smaller.",
            "Use a finer one, as JPEG or PNG.",
            severity="warning",
        )


def _ends_too_soon(content: Content, until: str) -> bool:
    event = _object(content.settings.get("event"))
    try:
        # Which zone the location's own time is in nobody tells us: a day either way is left alone.
        return datetime.fromisoformat(until).date() < date.fromisoformat(str(event.get("start_date")))
    except ValueError:
        return False


def _is_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and "." in host and not re.search(r"\s", address)


def _bad_address(field: str) -> Finding:
    return Finding(
        field, "bad_link", "This is not a public web address.", "Begin it with https:// and a full host name."
    )


def _repeats(code: str, message: str, remedy: str) -> Finding:
    return Finding("settings.repeat", code, message, remedy)


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _object(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}
