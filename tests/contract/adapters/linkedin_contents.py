"""Contents around LinkedIn's limits."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from connectors.types import Attachment, Content
from sandbox.linkedin import demo
from tests.contract.adapter import Specimen
from tests.contract.files import File, document, film, image
from tests.contract.spreading import Scene, spread, words

#: Codes of findings where we refuse what the town takes, each with what docs/platforms/linkedin.md says.
STRICTER: Final[Mapping[str, str]] = {
    "bad_link link": "4.1: the source is a web address; the town takes any host, we want one that others reach",
    "settings_invalid settings.visibility": "4.1: CONTAINER names a group, and we have no word for which",
    "settings_invalid settings.document_title": "4.1: a title has at most 400 characters; the connector would cut it",
    "too_long media.*.title": "4.1: a title has at most 400 characters; the connector would cut it",
    "wrong_type media.*": "5: WEBP is refused; as the picture of a link it would be missing in silence",
    **dict.fromkeys(
        ("not_together settings.poll", "not_together settings.reshare_of", "not_together link", "mixed media"),
        "4.1: one kind of content a post; the connector would leave the rest out, and an author is told instead",
    ),
    "too_many media": "5: one video or document a post; the connector would leave the others out",
}
LENGTHS: Final = (40, 1, 2, 2_999, 3_000, 3_001, 5_000)
_NAME: Final = "Archívum (Budapest) [digital]"
FILLINGS: Final = (
    "word ",
    "(",
    "#tag ",
    "# ",
    "🥐",
    "é",
    "_",
    "\\",
    "a\n",
    "a\r\n",
    "@ ",
    f"@[{_NAME}](urn:li:organization:{demo.ARCHIVE}) ",
    "@[No](urn:nobody) ",
    "#a_b ",
    "##x ",
    "{hashtag|\\#|x} ",
    "https://e.co/a_b#c ",
    "<b>*~|",
)
LINKS: Final = (
    "https://example.org/a",
    "http://example.org",
    "https://example.org/a?b=(c)#d",
    "https://example.org/ü",
    "https://example.org/" + "a" * 3_000,
    "ftp://example.org/a",
    "example.org",
    "https://localhost/a",
    "https://",
    "https://exa mple.org/",
    "https://[::1",
)
_IMAGES: Final = (
    image(),
    image("png"),
    image("gif"),
    image("webp"),
    image("animation", number=250),
    image("animation", number=251),
    image("huge", 6_012, 6_012),
    image("huge", 6_013, 6_013),
    image("huge", 36_152, 1_000),
    image("jpeg", 1, 1),
    image(at_least=9 << 20),
)
_DOCUMENTS: Final = (
    document(),
    *(document(sort) for sort in ("docx", "pptx", "doc", "ppt")),
    *(document(pages=pages) for pages in (1, 299, 300, 301)),
)
_OPTIONS: Final[Sequence[list[str]]] = (
    ["Yes", "No"],
    ["Yes"],
    ["a", "b", "c", "d"],
    ["a", "b", "c", "d", "e"],
    [words(30), "No"],
    [words(31), "No"],
    ["Yes", " "],
    ["Yes", ""],
    ["Yes", "Yes"],
    [],
)


def specimens(kind: str, parent: str) -> Iterable[Specimen]:
    """Return the contents of a kind; ``parent`` is a live post to reshare."""
    member = kind == "linkedin_member"
    visibility = (None, "PUBLIC", "LOGGED_IN", "CONNECTIONS", "CONTAINER", "NOBODY")
    feeds = (None,) if member else (None, "MAIN_FEED", "NONE", "SIDE")
    said: dict[str, Sequence[Any]] = {
        "length": LENGTHS,
        "filling": FILLINGS,
        "comment": ("", "First", words(1_250), words(1_251), " "),
        "visibility": visibility,
        "feed_distribution": feeds,
        "reshare_disabled": (None, True),
    }
    silent = {**said, "length": (40, 0, *LENGTHS[1:])}
    titles = (None, "Title", words(400), words(401), " ")
    alts = (0, 1, 4_086, 4_087)
    scenes = [
        Scene("a text", {**said, "length": (40, 0, *LENGTHS[1:], 1_499, 1_500, 1_501)}, _post),
        Scene(
            "a link",
            {**silent, "link": LINKS, "article_title": titles, "article_description": (None, words(4_086), words(4_087)),
             "picture": (None, *_IMAGES[:4]), "alt": alts},
            lambda picture, **rest: _post(files=[picture] if picture else [], **rest),
        ),
        Scene("an image", {**silent, "picture": _IMAGES, "alt": alts}, lambda picture, **rest: _post(files=[picture], **rest)),
        Scene(
            "images",
            {**silent, "count": (2, 3, 19, 20, 21), "odd": (None, *_IMAGES[1:8]), "alt": alts},
            lambda count, odd, **rest: _post(
                files=[*(image(number=number) for number in range(count - bool(odd))), *([odd] if odd else [])], **rest
            ),
        ),
        Scene(
            "a video",
            {**silent, "seconds": (12, 1, 2, 3, 4, 1_799, 1_800, 1_801), "codec": ("avc1", "hvc1", "mp4v", "webm"),
             "brand": ("isom", "qt  ", "mp42"), "bytes_": (90_000, 76_799, 76_800, 9_000_000), "title": titles},
            lambda seconds, codec, brand, bytes_, **rest: _post(
                files=[film(320, 180, seconds, 10, codec, brand, bytes_)], **rest
            ),
        ),
        Scene(
            "a document",
            {**silent, "file": _DOCUMENTS, "title": titles, "document_title": titles},
            lambda file, **rest: _post(files=[file], **rest),
        ),
        Scene(
            "a poll",
            {**silent, "question": ("Tea?", "", " ", words(139), words(140), words(141)), "options": _OPTIONS,
             "duration": (None, "ONE_DAY", "FOURTEEN_DAYS", "A_YEAR"), "link": ("", LINKS[0])},
            _poll,
        ),
        Scene(
            "a reshare",
            {**silent, "reshare_of": (parent, "urn:li:activity:1", "https://www.linkedin.com/x"),
             "link": ("", LINKS[0]), "picture": (None, image())},
            lambda picture, **rest: _post(files=[picture] if picture else [], **rest),
        ),
        Scene("a mixture", {**silent, "files": ([image(), film()], [film(), film(seconds=13)], [document(), image()],
                                              [document(), document(pages=4)], [film(seconds=14)]), "link": ("", LINKS[0])}, _post),
    ]  # fmt: skip
    return spread(scenes, at_least=640)


def _post(
    length: int,
    filling: str,
    comment: str,
    *,
    files: Sequence[File] = (),
    link: str = "",
    alt: int = 0,
    title: str | None = None,
    **chosen: Any,
) -> Content:
    attached = tuple(Attachment(file, alt_text=words(alt), title=title or "") for file in files)
    chosen = {name: value for name, value in chosen.items() if value is not None}
    return Content(text=words(length, filling), link=link, media=attached, settings=chosen, first_comment=comment)


def _poll(question: str, options: list[str], duration: str | None, **rest: Any) -> Content:
    asked = {"question": question, "options": options, **({"duration": duration} if duration else {})}
    return _post(poll=asked, **rest)
