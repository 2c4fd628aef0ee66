"""Contents around Google's limits."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from connectors.types import Attachment, Content
from tests.contract.adapter import Specimen
from tests.contract.files import File, document, film, image
from tests.contract.spreading import Scene, spread, words

#: Codes of findings where we refuse what the town takes, each with what docs/platforms/google_business.md says.
STRICTER: Final[Mapping[str, str]] = {
    "bad_link link": "4: Google leads people there, so it is an address that others reach; the town takes any host",
    "bad_link settings.offer": "4: as for links",
    "too_long link": "ours: no figure is known; the hub keeps addresses of up to 2,000 characters",
    "missing_link link": "6: without its address a product's shop button leads nowhere, and there is nothing to send",
    "not_together link": "4: Call dials the profile's number, an offer has one address; the other link would be lost",
    "not_together settings.event": "4: an update has no title and no period, so they would be lost",
    "not_together settings.repeat": "4: what does not belong to the repetition would be lost",
    "not_together settings.offer": "4: an update or event has no code and no terms, so they would be lost",
    "incomplete settings.repeat": "4: a repetition that does not say how often would be lost",
    "ends_before settings.repeat": "4: a series that ends before its first day shows nothing",
    "unsupported_post_type settings.post_type": "6: the connector could send it as an update alone, which the author did not ask for",
    "too_many media": "4: every tool sends one photo, and the guides contradict each other; the town takes ten",
    "too_many_media media": "4: as above",
    "wrong_type media.*": "5: an animation is sent as its first frame, and nobody would know",
    "settings_invalid settings.event": "4: a title of up to 58 characters, days and times that exist",
    "settings_invalid settings.repeat": "4: weekdays and days of the month that exist",
    "settings_invalid settings.offer": "ours: no figure is known; a code is a line and terms are a page",
    "settings_invalid settings.language": "4: a language is BCP 47; the town keeps whatever stands there",
    "settings_invalid settings.button": "4: the connector would leave the button of an offer out",
    "settings_invalid settings.product": "ours: a name and a price are a line each",
}
MISSED: Final[Mapping[str, str]] = {
    "may_be_too_small media.*": "a JPEG is made of it only when it is published, and how large it comes out nobody knows before",
}
TEXTS: Final = (40, 0, 1, 1_499, 1_500, 1_501, 1_600)
FILLINGS: Final = ("word ", "é", "😀", "\r\n", "#tag ", "<b>&amp;")
LINKS: Final = (
    "https://example.org/a",
    "http://example.org",
    "https://example.org/ü?q=1#b",
    "ftp://example.org/a",
    "example.org",
    "https://localhost/a",
    "https://",
    "https://exa mple.org/",
    "https://[::1",
    "https://example.org/" + "a" * 2_000,
)
BUTTONS: Final = (None, "BOOK", "ORDER", "SHOP", "LEARN_MORE", "SIGN_UP", "CALL", "GET_OFFER")
TITLES: Final = ("Jazz", "", " ", words(57), words(58), words(59))
DAYS: Final = ("2031-12-04", "2031-12-05", "2031-12-03", "2031-13-01", "", "soon")
TIMES: Final = ("19:00", "00:00", "18:59", "23:59", "24:00", "7 pm", "")
REPEATS: Final[Sequence[Mapping[str, Any] | None]] = (
    None,
    {"every": "DAILY"},
    {"every": "WEEKLY", "days_of_week": ["FRIDAY", "SUNDAY"]},
    {"every": "WEEKLY"},
    {"every": "WEEKLY", "days_of_week": []},
    {"every": "WEEKLY", "days_of_week": ["SOMEDAY"]},
    {"every": "MONTHLY", "day_of_month": 31},
    {"every": "MONTHLY", "day_of_month": 32},
    {"every": "MONTHLY", "week_of_month": "LAST"},
    {"every": "MONTHLY", "week_of_month": "FIFTH"},
    {"every": "MONTHLY"},
    {"every": "MONTHLY", "day_of_month": 1, "week_of_month": "FIRST"},
    {"every": "DAILY", "days_of_week": ["FRIDAY"]},
    {"every": "DAILY", "until": "2032-01-01T00:00:00+01:00"},
    {"every": "DAILY", "until": "2031-12-01T00:00:00Z"},
    {"until": "2032-01-01T00:00:00Z"},
    {"every": "YEARLY"},
)
OFFERS: Final[Sequence[Mapping[str, Any] | None]] = (
    None,
    {},
    {"coupon_code": "SAVE20", "terms": "One each"},
    {"redeem_url": "https://example.org/r"},
    {"redeem_url": "https://localhost/r"},
    {"redeem_url": "javascript:alert(1)"},
    {"redeem_url": "https://"},
    {"coupon_code": words(59)},
    {"terms": words(5_001)},
)
_FINE: Final = image("jpeg", 1_200, 900, at_least=20_000)
PHOTOS: Final = (
    _FINE,
    image("jpeg", 400, 300, at_least=10_240),
    image("jpeg", 400, 300, at_least=10_239),
    image("jpeg", 399, 300, at_least=20_000),
    image("jpeg", 400, 299, at_least=20_000),
    image("jpeg", 300, 400, at_least=20_000),
    image("jpeg", 250, 250, at_least=20_000),
    image("jpeg", 1_200, 900, at_least=(5 << 20) - 70_000),
    image("jpeg", 1_200, 900, at_least=(5 << 20) + 1),
    image("jpeg", 2_400, 1_800, at_least=(5 << 20) + 1),
    image("jpeg", 4_000, 500, at_least=(5 << 20) + 1),
    image("jpeg", 864, 1_080),
    image("png"),
    image("huge", 6_000, 6_000),
    image("webp"),
    image("gif"),
    image("animation", number=3),
)


def specimens() -> Iterable[Specimen]:
    """Return the contents of a location."""
    said: dict[str, Sequence[Any]] = {
        "length": TEXTS,
        "filling": FILLINGS,
        "language": (None, "pt-PT", "de", "x", "not a language"),
    }
    period: dict[str, Sequence[Any]] = {
        "title": TITLES,
        "first": DAYS[:1] + DAYS[3:],
        "last": DAYS,
        "begins": ("19:00", "00:00", "24:00", ""),
        "ends": ("22:30", *TIMES),
        "repeat": REPEATS,
    }
    linked: dict[str, Sequence[Any]] = {"link": ("", *LINKS), "button": BUTTONS}
    pictured: dict[str, Sequence[Any]] = {"photo": (None, *PHOTOS[:4])}
    scenes = [
        Scene("an update", {**said, **linked, "strays": (None, "event", "repeat", "offer")}, _update),
        Scene("a link", {**said, "link": LINKS, "button": BUTTONS, **pictured}, _update),
        Scene("a photo", {**said, "photo": PHOTOS, **linked}, _update),
        Scene("files", {**said, "files": ([_FINE, image("jpeg", 1_200, 900, 1, 20_000)], [film()], [document()])}, _update),
        Scene("an event", {**said, **period, **linked, **pictured, "offer": OFFERS[:3]}, lambda **rest: _period("EVENT", **rest)),
        Scene("an offer", {**said, **period, "offer": OFFERS, **linked, **pictured}, lambda **rest: _period("OFFER", **rest)),
        Scene(
            "a product",
            {**said, "link": LINKS, "as_update": (True, None), "product": (None, {"name": "Pão", "price": "4 EUR"},
             {"name": words(59)}), "photo": (PHOTOS[0], None, PHOTOS[3])},
            _product,
        ),
    ]  # fmt: skip
    return spread(scenes, at_least=640)


def _update(
    length: int,
    filling: str,
    *,
    link: str = "",
    photo: File | None = None,
    files: Sequence[File] = (),
    strays: str | None = None,
    **chosen: Any,
) -> Content:
    """Return a post; ``strays`` is a setting that does not belong to it."""
    stray = {
        "event": {"title": "Jazz"},
        "repeat": {"every": "DAILY"},
        "offer": {"coupon_code": "A"},
    }
    if strays:
        chosen[strays] = stray[strays]
    chosen = {name: value for name, value in chosen.items() if value is not None}
    attached = tuple(Attachment(file) for file in ([photo] if photo else files))
    return Content(text=words(length, filling), link=link, media=attached, settings=chosen)


def _period(post_type: str, *, title: str, first: str, last: str, begins: str, ends: str, **rest: Any) -> Content:
    told = {"title": title, "start_date": first, "end_date": last, "start_time": begins, "end_time": ends}
    event = {name: value for name, value in told.items() if value}
    return _update(post_type=post_type, event=event, **rest)


def _product(*, as_update: bool | None, **rest: Any) -> Content:
    return _update(post_type="PRODUCT", product_as_update=as_update, **rest)
