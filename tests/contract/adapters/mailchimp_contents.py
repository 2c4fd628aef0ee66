"""Contents around Mailchimp's limits."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectors.types import Attachment, Content
from sandbox.mailchimp import demo
from tests.contract.adapter import Specimen
from tests.contract.files import File, film, image
from tests.contract.spreading import Scene, spread, words

#: Codes of findings where we refuse what the town takes, each with what docs/platforms/mailchimp.md says.
STRICTER: Final[Mapping[str, str]] = {
    "bad_link link": "5: a link that leads nowhere is sent to everybody, and cannot be called back",
    "open_comment settings.html": "5: an unclosed comment hides the link to unsubscribe from readers",
    "no_image settings.html": "5: an image that is named and not there would be broken in every mail",
    "no_image settings.template_sections": "5: an image that is named and not there would be broken in every mail",
    "wrong_type media.*": "5: the file manager takes any file, and mail programs show JPEG, PNG and GIF alone",
    "settings_invalid settings.preview_text": "5: inboxes show some 150 characters",
    "settings_invalid settings.from_name": "5: inboxes show some 30 characters; 100 is ours",
    "settings_invalid settings.to_name": "5: 100 is ours",
    "settings_invalid settings.title": "5: 100 is ours, so that the mark of the job stands behind it",
    "settings_invalid settings.tag_ids": "5: a condition for each tag; of more than five, or none, people make a segment",
    "line_break settings.subject": "5: a subject is one line of a header",
    "line_break settings.preview_text": "5: a preview is one line",
    "no_address settings.reply_to": "5: a sender that is several addresses, or none, is nobody",
    "settings_invalid settings.reply_to": "5: a sender that is several addresses, or none, is nobody",
    "other_format settings.html": "5: what another format would use is not in the mail, and its author believes it is",
    "other_format settings.plain_text": "5: what another format would use is not in the mail, and its author believes it is",
    "other_format settings.template_id": "5: what another format would use is not in the mail",
    "other_format settings.template_sections": "5: what another format would use is not in the mail",
    "not_together settings.tag_ids": "5: one part of the audience; Mailchimp documents nothing for two",
    "not_scheduled settings.schedule_time": "6: a moment that nobody keeps",
    "not_scheduled settings.timewarp": "6: a moment that nobody keeps",
    "too_long text": "5: 100,000 characters are no mail",
    "too_many_media media": "5: 20 images",
    "settings_invalid settings.batch_delivery": "6: two batches at least, or they are none",
    "empty text": "5: a mail of a footer alone; the town counts the footer as content",
}
SUBJECTS: Final = (
    "Beans",
    "",
    "   ",
    "x",
    "é" * 149,
    "🥐" * 150,
    "x" * 150,
    "x" * 151,
    "*|FNAME|*, hi",
    "two\nlines",
    None,
)
SENDERS: Final = (
    None,
    "post@grossmann-kaffee.test",
    "Greta.Großmann@grossmann-kaffee.test",
    "nobody",
    "a b@grossmann-kaffee.test",
    "@grossmann-kaffee.test",
    "post@grossmann-kaffee",
    "one@grossmann-kaffee.test, two@grossmann-kaffee.test",
)
TEXTS: Final = (
    "Guten Morgen",
    "",
    "   ",
    "x",
    words(5_000),
    words(99_999),
    "<b>&amp;</b> *|UNSUB|* {body}",
    "*|NICK|*",
    "🥐\n\n\nb",
)
LINKS: Final = (
    "",
    "https://example.org/a?b=1&c=2",
    "ftp://example.org/a",
    "https://",
    "example.org",
    "https://x.org/?e=*|EMAIL|*",
)
IMAGES: Final[tuple[tuple[File, ...], ...]] = (
    (),
    (image(),),
    (image("png"), image("gif")),
    (image("webp"),),
    (image("animation", number=3),),
    (image(at_least=(10 << 20) + 1),),
    (image(at_least=9 << 20),),
    (image(),) * 20,
    (image(),) * 21,
    (film(),),
)
HTMLS: Final = (
    '<p>Hi</p><a href="*|UNSUB|*">Bye</a>',
    "",
    "  ",
    "<p>No way out</p>",
    "<p>Hi</p><!-- open *|UNSUB|*",
    "<!-- a --><p>Hi</p>*|UNSUB|*<!-- b -->",
    '<img src="media:1">*|UNSUB|*',
    '<img src="media:2">*|UNSUB|*',
    f"<p>{words(110_000)}</p>*|UNSUB|*",
    None,
)
ANALYTICS: Final = (None, "spring", "x" * 50, "x" * 51, "é" * 25, "é" * 26)
SECTIONS: Final[tuple[dict[str, Any] | None, ...]] = (
    {"body": "<p>x</p>"},
    None,
    {},
    {"nowhere": "x"},
    {"body": '<img src="media:1">'},
    {"body": ""},
)


def at(days: float, *, minute: int = 15, rest: str = "00+00:00") -> str:
    """Write a moment of an hour in so many days."""
    hour = (datetime.now(UTC) + timedelta(days=days)).replace(minute=minute)
    return f"{hour:%Y-%m-%dT%H:%M}:{rest}"


def moments() -> tuple[str | None, ...]:
    """Return moments around what is kept; the town's clock runs ahead of ours, so the good ones are far away."""
    return (
        at(60),
        at(90, minute=0, rest="00+01:00"),
        at(60, minute=30, rest="00+05:45"),
        at(60, minute=0, rest="00.000+00:00"),
        at(60, minute=10),
        at(60, minute=44),
        at(60, rest="01+00:00"),
        at(60, minute=0, rest="00+05:20"),
        at(-1),
        at(-400),
        None,
    )


def _mail(**dims: Any) -> Content:
    said = {name: value for name, value in dims.items() if name not in {"text", "link", "images"} and value is not None}
    files = tuple(Attachment(file, "A cup") for file in dims.get("images", ()))
    return Content(dims.get("text", "Guten Morgen"), dims.get("link", ""), files, {"subject": "Beans", **said})


def _subjectless(**dims: Any) -> Content:
    content = _mail(**dims)
    if dims["subject"] is None:
        return Content(
            content.text, content.link, content.media, {k: v for k, v in content.settings.items() if k != "subject"}
        )
    return content


def specimens() -> Iterable[Specimen]:
    """Return contents around every limit."""
    parts = {
        "segment_id": (None, demo.CUPPING_SEGMENT),
        "tag_ids": (None, [demo.WINTER_TAG], [], [1, 2, 3, 4, 5, 6]),
        "tag_match": (None, "any", "all"),
    }
    head = {
        "subject": SUBJECTS,
        "preview_text": (None, "Hot", "x" * 150, "x" * 151, "a\nb"),
        "from_name": (None, "Greta", "x" * 100, "x" * 101, ""),
        "reply_to": SENDERS,
        "to_name": (None, "*|FNAME|*", "x" * 101),
        "title": (None, "Spring", "x" * 100, "x" * 101),
        "google_analytics": ANALYTICS,
        "track_opens": (None, False),
        "track_clicks": (None, False),
        "inline_css": (None, True),
    }
    strangers = {
        "plain_text": (None, "Words *|UNSUB|*", "Words"),
        "template_id": (None, demo.MINIMAL_TEMPLATE),
        "html": (None, "<p>x</p>"),
    }
    images = tuple(images for images in IMAGES if len(images) < 21 and (not images or images[0].size_bytes < 9 << 20))
    scenes = [
        Scene("text", {"text": TEXTS, "link": LINKS, "images": IMAGES, **head, **parts, **strangers}, _subjectless),
        Scene("html", {"format": ("html",), **head, **parts, "html": HTMLS, "images": images, "text": ("", "Unsaid")}, _subjectless),
        Scene("plain", {"format": ("plain_text",), "text": TEXTS, "link": LINKS, **head, "plain_text": (None, "Own", " ")}, _subjectless),
        Scene(
            "template",
            {
                "format": ("template",),
                "template_id": (demo.MINIMAL_TEMPLATE, None),
                "template_sections": SECTIONS,
                "images": images,
                **head,
            },
            _subjectless,
        ),
        Scene(
            "scheduled",
            {
                "delivery": ("scheduled",),
                "schedule_time": moments(),
                "timewarp": (None, True, False),
                "batch_delivery": (None, {"batch_delay": 5, "batch_count": 3}, {"batch_delay": 5, "batch_count": 1}),
                "subject": SUBJECTS,
                **parts,
            },
            _subjectless,
        ),
        Scene("draft", {"delivery": ("draft",), "schedule_time": (None, at(60)), "timewarp": (None, True), **head}, _subjectless),
    ]  # fmt: skip
    return spread(scenes, at_least=620)
