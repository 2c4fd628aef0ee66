"""Contents around TikTok's limits. What only the account knows (its longest video, its choices) is no rule of content."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from connectors.types import Attachment, Content
from tests.contract.adapter import Specimen
from tests.contract.files import File, document, film, image
from tests.contract.spreading import Scene, spread, words

#: Codes of findings where we refuse what the town takes, each with what docs/platforms/tiktok.md says.
STRICTER: Final[Mapping[str, str]] = {
    "no_consent settings.consent": "2.1: explicit consent before anything is sent; it reaches TikTok in no request",
    "too_many media": "3.1: one video a post; the connector would leave the others out, and an author is told instead",
    "image_type media.*": "3.6: JPEG and WebP; the connector would send the first picture of an animation",
    "settings_invalid settings.cover_timestamp_ms": "3.1: an int32; TikTok takes what makes no sense for the first frame",
    "settings_invalid settings.title": "3.6: a title has at most 90 characters; of a video it would be left out",
    "no_such_photo settings.cover_index": "3.6: counted from 0; of a video it would be left out",
    "settings_invalid settings.cover_index": "3.6: at most 35 photos; of a video it would be left out",
}
FILLINGS: Final = ("word ", "🌊", "é", "#tag @name ", "a\n", "👨‍👩‍👧 ")
LEVELS: Final = ("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY", None, "", "EVERYBODY")
BRANDS: Final = (None, "none", "your_brand", "branded_content", "your_brand_and_branded_content")
_SAID: Final[Mapping[str, Sequence[Any]]] = {
    "privacy_level": LEVELS,
    "commercial_content": BRANDS,
    "consent": (True, False, None),
    "allow_comment": (None, True, False),
    "is_aigc": (None, True),
    "link": ("", "https://example.org/a"),
}
_FILMS: Final = (
    film(),
    film(360, 640),
    film(359, 640),
    film(4096, 2304),
    film(4098, 2304),
    film(640, 358),
    film(seconds=1),
    film(seconds=300, rate=24),
    film(rate=23),
    film(rate=22),
    film(rate=60),
    film(rate=61),
    film(rate=120, seconds=3),
    film(codec="hvc1"),
    film(codec="hev1"),
    film(codec="mp4v"),
    film(codec="av01"),
    film(codec="webm"),
    film(brand="qt  "),
    film(brand="mp42", moov_first=False),
    film(size=6_000_000),
    film(size=11_000_000),
)
_PICTURES: Final = (
    image(),
    image("png", 600, 800),
    image("webp", 600, 800),
    image("gif", 600, 800),
    image("animation", number=3),
    image("jpeg", 1080, 1920),
    image("jpeg", 1081, 1920),
    image("jpeg", 3000, 2000),
    image("png", 2400, 1800),
    image("huge", 1200, 1100),
    image("jpeg", 1, 1),
)


def specimens() -> Iterable[Specimen]:
    """Return the contents of the one kind there is."""
    video = {
        **_SAID,
        "length": (40, 0, 1, 1_100, 1_101, 2_199, 2_200, 2_201),
        "filling": FILLINGS,
        "picture": _FILMS,
        "allow_duet": (None, True),
        "allow_stitch": (None, True),
        "cover_timestamp_ms": (None, 0, 1_000, 2**31 - 1, 2**31, -1),
        "title": (None, "Title", words(91)),
    }
    photos = {
        **_SAID,
        "length": (40, 0, 1, 1_999, 2_000, 2_001, 3_999, 4_000, 4_001),
        "filling": FILLINGS,
        "count": (1, 2, 10, 34, 35, 36),
        "odd": (None, *_PICTURES),
        "title": (None, "", words(45, "🌊"), words(46, "🌊"), words(90), words(91)),
        "cover_index": (None, 0, 1, 9, 34, 35),
        "add_music": (None, True),
    }
    mixture = {
        **_SAID,
        "length": (40, 0),
        "filling": FILLINGS[:1],
        "files": ((image(), film()), (film(), film(seconds=13)), (document(),), (image(), document()), ()),
    }
    scenes = [
        Scene("a video", video, lambda picture, **rest: _post(files=[picture], **rest)),
        Scene("photos", photos, _photos),
        Scene("a mixture", mixture, _post),
    ]
    return spread(scenes, at_least=640)


def _photos(count: int, odd: File | None, **rest: Any) -> Content:
    plain = [image("jpeg", 200, 250, number=number) for number in range(count - bool(odd))]
    return _post(files=[*([odd] if odd else []), *plain], **rest)


def _post(length: int, filling: str, link: str, *, files: Sequence[File], **chosen: Any) -> Content:
    said = {name: value for name, value in chosen.items() if value is not None}
    return Content(
        text=words(length, filling), link=link, media=tuple(Attachment(file) for file in files), settings=said
    )
