"""Contents around the limits of Facebook and Instagram."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from connectors.types import Attachment, Content
from sandbox.meta import demo
from tests.contract.adapter import Specimen
from tests.contract.files import File, document, film, image
from tests.contract.spreading import Scene, spread, words

#: Codes of findings where we refuse what the town takes, each with what docs/platforms/meta.md says.
STRICTER: Final[Mapping[str, str]] = {
    "photo_type media.*": "2.3: error 1366046 speaks of JPG and PNG, and the sheet says to send nothing else",
    "video_type media.*": "2.5: a reel of a Page is an MP4; what container it is the town does not look at",
    "frame_rate media.*": "2.5: 24 to 60, 3.2: 23 to 60 frames a second; the town does not read them",
    "bit_rate media.*": "3.2: at most 25 Mbit/s; the town does not read it",
    "aspect_ratio media.*": "3.2: 4:5 to 1.91:1; the town allows a hundredth for rounded sides, we allow a pixel",
    "too_many_hashtags text": "3.1: at most 30; signs of full width count as well, which the town does not know",
    "too_many_mentions text": "3.1: at most 20; where a mention begins the sheet does not say, so we count generously",
    "bad_address settings.cover_url": "3.1: a cover's address is US-ASCII; the connector leaves it out where it is of no use",
    **{
        f"not_here settings.{name}": "3.1: for reels alone; the connector would leave it out, and an author is told instead"
        for name in ("thumb_offset_ms", "cover_url", "audio_name")
    },
    "not_here settings.collaborators": "3.1: not stories; the connector would leave them out",
    "not_here settings.location_id": "3.1: image, reel, carousel; the connector would leave it out",
    "not_here first_comment": "3.7 names comments of media; nobody sees one under a story, whose replies are messages",
    "no_such_file settings.user_tags": "our own setting: a tag names a file by its place in the post",
    "bad_position settings.user_tags": "3.1: x and y go together; for videos the connector leaves them out",
    "settings_invalid settings.user_tags": "3.1: x and y are from 0 to 1, also where they are left out; a username is one",
    "settings_invalid settings.title": "no figure stands in the sheet; 255 is from memory, and a title is a line",
    "settings_invalid settings.audio_name": "no figure stands in the sheet; 255 is from memory, and a name is a line",
    "settings_invalid settings.location_id": "0: ids are decimal strings; the connector sends none with stories",
    "settings_invalid settings.collaborators": "3.1: at most three, and none on stories, where the connector sends none",
}
MISSED: Final[Mapping[str, str]] = {
    "perhaps_too_long media.*": "the sheet names no limit for videos of a carousel; the town has the minute of older "
    "pages, and an author is warned",
}
CAPTIONS: Final = (40, 0, 1, 2_199, 2_200, 2_201, 2_500)
MESSAGES: Final = (40, 0, 1, 3_001, 63_205, 63_206, 63_207, 64_000)
COMMENTS: Final = ("", "First", words(2_200), words(2_201), " \n")
PAGE_COMMENTS: Final = ("", "First", words(8_000), " \n")
LINKS: Final = (
    "https://example.org/a",
    "http://example.org",
    "https://example.org/ü?q=1#b",
    "https://www.facebook.com/x",
    "https://m.facebook.com/x",
    "https://fb.com/x",
    "https://fb.me/x",
    "https://FACEBOOK.com",
    "https://notfacebook.com/x",
    "https://facebook.com.example.org/",
    "ftp://example.org/a",
    "example.org",
    "https://localhost/a",
    "https://",
    "https://[::1",
    "javascript:alert(1)",
    "https://example.org/" + "a" * 2_000,
)
SIZES: Final = (
    (1080, 1920),
    (540, 960),
    (539, 960),
    (540, 959),
    (720, 1280),
    (1080, 1080),
    (1920, 1080),
    (640, 1024),
    (641, 1024),
    (600, 1200),
    (600, 1202),
    (1922, 1080),
    (2160, 3840),
    (320, 2880),
    (96, 1920),
)
RATIOS: Final = (
    (864, 1080),
    (1080, 1080),
    (1080, 1350),
    (1080, 1351),
    (1080, 1361),
    (1080, 1370),
    (1080, 1400),
    (1080, 566),
    (1080, 565),
    (1080, 562),
    (1080, 555),
    (1080, 1920),
    (1920, 1080),
    (8, 11),
    (12, 6),
    (20, 10),
    (320, 400),
    (320, 404),
    (2000, 500),
)
CODECS: Final = ("avc1", "hvc1", "vp09", "av01", "mp4v", "webm")
RATES: Final = (30, 22, 23, 24, 25, 60, 61)


def specimens(kind: str, parent: str) -> Iterable[Specimen]:
    """Return the contents of a kind."""
    return spread(_page() if kind == "facebook_page" else _instagram(), at_least=640)


def _content(
    text: str, files: Sequence[File] = (), *, alt: int = 0, comment: str = "", link: str = "", **chosen: Any
) -> Content:
    attached = tuple(Attachment(file, alt_text=words(alt)) for file in files)
    chosen = {name: value for name, value in chosen.items() if value is not None}
    return Content(text=text, link=link, media=attached, settings=chosen, first_comment=comment)


# --- Pages ------------------------------------------------------------------------------------------------------------

_FILLINGS: Final = ("word ", "é", "🥐", "(#a) ", "\n")
_PHOTOS: Final = (
    image(),
    image("png"),
    image("gif"),
    image("webp"),
    image(at_least=(4 << 20) - 70_000),
    image(at_least=(4 << 20) + 1),
    image("jpeg", 4000, 40),
    image("jpeg", 1, 1),
    image("animation", number=3),
)


def _page() -> list[Scene]:
    texts = {"length": MESSAGES, "filling": _FILLINGS, "comment": PAGE_COMMENTS}
    titles = (None, "Title", words(255), words(256))
    odd = ("nothing", "video", "document", "two videos", "reel", "story")
    return [
        Scene(
            "a text",
            {**texts, "link": ("", *LINKS), "place": (None, demo.BAKERY, "not a number")},
            lambda length, filling, comment, link, place: _content(
                words(length, filling), comment=comment, link=link, place=place
            ),
        ),
        Scene(
            "a photo",
            {**texts, "photo": _PHOTOS, "alt": (0, 100, 1_001), "link": ("", *LINKS[:4]), "title": titles},
            lambda length, filling, comment, photo, alt, link, title: _content(
                words(length, filling), [photo], alt=alt, comment=comment, link=link, title=title
            ),
        ),
        Scene(
            "photos",
            {"count": (2, 3, 10, 29, 30, 31), "length": MESSAGES, "odd": (None, *_PHOTOS[1:6])},
            lambda count, length, odd: _content(
                words(length), [*(image(number=number) for number in range(count - bool(odd))), *([odd] if odd else [])]
            ),
        ),
        _video_scene("a video", None, (12, 1, 2, 300, 1_300), titles, ("isom", "qt  ", "mp42")),
        _video_scene("a reel", "reel", (12, 1, 2, 3, 4, 60, 89, 90, 91, 300), titles, ("isom", "qt  ")),
        _video_scene("a video story", "story", (12, 2, 3, 59, 60, 61, 90), titles, ("isom", "qt  ")),
        Scene(
            "a photo story",
            {"photo": _PHOTOS, "length": (0, 40), "comment": ("", "First"), "link": ("", LINKS[0]), "count": (1, 2)},
            lambda photo, length, comment, link, count: _content(
                words(length),
                [photo, *(image(number=7) for _ in range(count - 1))],
                comment=comment,
                link=link,
                format="story",
            ),
        ),
        Scene("a mixture", {"odd": odd, "format": (None, "reel", "story", "leaflet")}, _mixture),
    ]


def _video_scene(
    name: str, form: str | None, seconds: Sequence[int], titles: Sequence[str | None], brands: Sequence[str]
) -> Scene:
    def build(
        seconds: int,
        size: tuple[int, int],
        codec: str,
        rate: int,
        brand: str,
        length: int,
        title: str | None,
        bytes_: int,
    ) -> Content:
        width, height = size
        made = film(width, height, seconds, rate, codec, brand, bytes_)
        return _content(words(length), [made], title=title, format=form)

    dims = {
        "seconds": seconds,
        "size": SIZES,
        "codec": CODECS,
        "rate": RATES,
        "brand": brands,
        "length": (40, 0, 63_206, 63_207),
        "title": titles,
        "bytes_": (90_000, 9_000_000),
    }
    return Scene(name, dims, build)


def _mixture(odd: str, format: str | None) -> Content:
    files = {
        "nothing": [],
        "video": [image(), film()],
        "document": [image(), document()],
        "two videos": [film(), film(seconds=13)],
        "reel": [film(seconds=14)],
        "story": [image(number=5)],
    }[odd]
    return _content(words(30), files, format=format)


# --- Instagram --------------------------------------------------------------------------------------------------------

_TAG: Final = {"username": "cafe.zoe", "x": 0.5, "y": 0.5}
_TAGS: Final = (
    None,
    [_TAG],
    [{"username": "cafe.zoe"}],
    [{**_TAG, "x": 0}],
    [{**_TAG, "y": 1}],
    [{**_TAG, "x": 1.1}],
    [{"username": "cafe.zoe", "x": 0.5}],
    [{**_TAG, "file": 1}],
    [{**_TAG, "file": 9}],
    [_TAG] * 20,
    [_TAG] * 21,
    [{**_TAG, "username": "no good"}],
)
_WORDS: Final = (
    "",
    "#a " * 29,
    "#a " * 30,
    "#a " * 31,
    "#a#b " * 16,
    "＃a " * 31,
    "@a " * 19,
    "@a " * 20,
    "@a " * 21,
    "me@x.io " * 25,
    "a.@b " * 21,
    "&#39; " * 31,
    "# " * 40,
    "#1 " * 31,
    "#é_ü " * 31,
)


def _instagram() -> list[Scene]:
    said = {"length": CAPTIONS, "more": _WORDS, "comment": COMMENTS}
    chosen: dict[str, Sequence[Any]] = {
        "collaborators": (None, ["cafe.zoe"], ["a", "b", "c"], ["a", "b", "c", "d"]),
        "user_tags": _TAGS,
        "location_id": (None, demo.BAKERY, "Lyon"),
        "is_ai_generated": (None, True),
    }
    reel_only: dict[str, Sequence[Any]] = {
        "share_to_feed": (None, True, False),
        "thumb_offset_ms": (None, 0, 11_999, 12_000, 12_001),
        "cover_url": (None, "https://media.sandbox.example/portrait.jpg", "https://exämple.org/a.jpg", "ftp://a.org/a"),
        "audio_name": (None, "Oven", words(256)),
    }
    pictures = (
        image(),
        image("png"),
        image("png", 2_000, 1_400),
        image("gif"),
        image("animation", number=3),
        image("webp"),
        image(at_least=(8 << 20) - 70_000),
        image(at_least=(8 << 20) + 1),
        image("jpeg", 2_000, 2_200, at_least=(8 << 20) + 1),
        *(image("jpeg", width, height, 1) for width, height in RATIOS),
    )
    return [
        Scene(
            "an image",
            {**said, "picture": pictures, "alt": (0, 999, 1_000, 1_001), "link": ("", LINKS[0]), **chosen, **reel_only},
            lambda length, more, comment, picture, alt, link, **chosen: _content(
                _caption(length, more), [picture], alt=alt, comment=comment, link=link, **chosen
            ),
        ),
        Scene("a carousel", {**said, "files": _CAROUSELS, "alt": (0, 1_000, 1_001), **chosen, **reel_only}, _carousel),
        _instagram_video("a reel", None, (12, 1, 2, 3, 4, 60, 61, 899, 900, 901), {**said, **chosen, **reel_only}),
        _instagram_video("a chosen reel", "reel", (12, 2, 3, 900, 901), {**said, **chosen, **reel_only}),
        _instagram_video("a video story", "story", (12, 2, 3, 59, 60, 61), {**said, **chosen, **reel_only}),
        Scene(
            "an image story",
            {**said, "picture": pictures, "alt": (0, 1_000), "count": (1, 2), **chosen, **reel_only},
            lambda length, more, comment, picture, alt, count, **chosen: _content(
                _caption(length, more), [picture] * count, alt=alt, comment=comment, format="story", **chosen
            ),
        ),
        Scene(
            "a mixture",
            {"odd": ("nothing", "video", "document", "two videos", "reel", "story"), "format": (None, "reel", "story")},
            _mixture,
        ),
    ]


_CAROUSELS: Final = (
    "ii",
    "iv",
    "vv",
    "i" * 9,
    "i" * 10,
    "i" * 11,
    "ip",
    "ig",
    "iw",
    "id",
    "il",
    "is",
    "ic",
    "it",
)


def _carousel(length: int, more: str, comment: str, files: str, alt: int, **chosen: Any) -> Content:
    made = [
        {
            "i": image(number=place),
            "v": film(seconds=12 + place),
            "p": image("png"),
            "g": image("animation", number=3),
            "w": image("jpeg", 2000, 500),
            "d": document(),
            "l": film(seconds=61),
            "s": film(seconds=2),
            "c": film(codec="mp4v"),
            "t": image("jpeg", 1080, 1400),
        }[letter]
        for place, letter in enumerate(files)
    ]
    return _content(_caption(length, more), made, alt=alt, comment=comment, **chosen)


def _instagram_video(name: str, form: str | None, seconds: Sequence[int], dims: Mapping[str, Sequence[Any]]) -> Scene:
    def build(
        seconds: int,
        size: tuple[int, int],
        codec: str,
        rate: int,
        brand: str,
        bytes_: int,
        length: int,
        more: str,
        comment: str,
        **chosen: Any,
    ) -> Content:
        width, height = size
        made = film(width, height, seconds, rate, codec, brand, bytes_)
        return _content(_caption(length, more), [made], comment=comment, format=form, **chosen)

    own = {"seconds": seconds, "size": SIZES, "codec": CODECS, "rate": RATES, "brand": ("isom", "qt  ")}
    return Scene(name, {**own, "bytes_": (90_000, 9_000_000), **dims}, build)


def _caption(length: int, more: str) -> str:
    return (words(max(0, length - len(more))) + " " + more).strip()[: max(length, len(more))]
