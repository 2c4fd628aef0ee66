"""What an author is told beforehand; that Google agrees is tried by the contract suite over many contents."""

from typing import Any

import pytest

from connectors.google_business.checks import check
from connectors.google_business.settings import FOR_LOCATIONS
from connectors.types import Attachment, Content, MediaKind
from publishing.author_settings import read_one
from tests.connectors.google_business.stage import EVENT, MemoryFile

PHOTO = (Attachment(MemoryFile()),)
TAKEN = [
    Content("Hello"),
    Content("x" * 1500),
    Content(media=PHOTO),
    Content("Read", link="https://e.co/a"),
    Content("Ring", settings={"button": "CALL"}),
    Content("Shop", link="https://e.co/a", settings={"button": "SHOP"}),
    Content("Come", settings={"post_type": "EVENT", "event": EVENT}),
    Content("Come", settings={"post_type": "EVENT", "event": EVENT, "repeat": {"every": "DAILY"}}),
    Content("20 %", link="https://e.co/r", settings={"post_type": "OFFER", "event": EVENT, "offer": {"terms": "One"}}),
    Content("Bread", link="https://e.co/b", media=PHOTO, settings={"post_type": "PRODUCT", "product_as_update": True}),
    Content("Later", settings={"scheduled_time": "2031-01-01T09:00:00+00:00", "language": "de-AT"}),
    Content("Open on 2026-12-24 from 09:00 to 18:00, since 1987, 3 for 2"),
]


def errors(content: Content) -> set[tuple[str, str]]:
    return {(one.field, one.code) for one in check(content) if one.severity == "error"}


def warnings(content: Content) -> set[str]:
    return {one.code for one in check(content) if one.severity == "warning"}


@pytest.mark.parametrize("content", TAKEN)
def test_what_google_takes_is_not_blocked(content: Content) -> None:
    _, findings = read_one(FOR_LOCATIONS, content.settings, where="settings")
    assert findings == []
    assert check(content) == []


def test_a_product_is_refused_with_the_honest_reason_before_anything_is_sent() -> None:
    (finding,) = check(Content("Bread", settings={"post_type": "PRODUCT"}))
    assert (finding.field, finding.code) == ("settings.post_type", "unsupported_post_type")
    assert "Google's API makes no products" in finding.message
    assert "update with a shop button" in finding.remedy


def event(**changed: Any) -> dict[str, Any]:
    return {"post_type": "EVENT", "event": {**EVENT, **changed}}


def repeated(**repeat: Any) -> dict[str, Any]:
    return {**event(), "repeat": repeat}


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (Content(), ("text", "empty")),
        (Content(" \n"), ("text", "empty")),
        (Content(settings=event()), ("text", "empty")),
        (Content("x" * 1501), ("text", "too_long")),
        (Content("a", link="ftp://e.co"), ("link", "bad_link")),
        (Content("a", link="https://localhost/"), ("link", "bad_link")),
        (Content("a", link="https://[e.co"), ("link", "bad_link")),
        (Content("a", link="https://e.co/" + "a" * 2000), ("link", "too_long")),
        (Content("a", settings={"button": "SHOP"}), ("link", "missing_link")),
        (Content("a", link="https://e.co", settings={"button": "CALL"}), ("link", "not_together")),
        (Content("a", settings={"event": EVENT}), ("settings.event", "not_together")),
        (Content("a", settings={"post_type": "EVENT"}), ("settings.event", "incomplete")),
        (Content("a", settings={"post_type": "OFFER"}), ("settings.event", "incomplete")),
        (Content("a", settings=event(title=" ")), ("settings.event", "incomplete")),
        (Content("a", settings=event(end_time="")), ("settings.event", "incomplete")),
        (Content("a", settings=event(end_time="18:59")), ("settings.event", "ends_before")),
        (Content("a", settings=event(end_date="2026-12-03")), ("settings.event", "ends_before")),
        (Content("a", settings={"repeat": {"every": "DAILY"}}), ("settings.repeat", "not_together")),
        (Content("a", settings=repeated(until="2031-01-01T00:00:00Z")), ("settings.repeat", "incomplete")),
        (Content("a", settings=repeated(every="WEEKLY")), ("settings.repeat", "incomplete")),
        (Content("a", settings=repeated(every="MONTHLY")), ("settings.repeat", "incomplete")),
        (
            Content("a", settings=repeated(every="MONTHLY", day_of_month=4, week_of_month="LAST")),
            ("settings.repeat", "incomplete"),
        ),
        (Content("a", settings=repeated(every="DAILY", days_of_week=["MONDAY"])), ("settings.repeat", "not_together")),
        (
            Content("a", settings=repeated(every="WEEKLY", days_of_week=["MONDAY"], day_of_month=1)),
            ("settings.repeat", "not_together"),
        ),
        (
            Content("a", settings=repeated(every="DAILY", until="2026-12-03T09:00:00Z")),
            ("settings.repeat", "ends_before"),
        ),
        (Content("a", settings={"offer": {"coupon_code": "A"}}), ("settings.offer", "not_together")),
        (
            Content("a", settings={**event(), "post_type": "OFFER", "offer": {"redeem_url": "https:/e"}}),
            ("settings.offer.redeem_url", "bad_link"),
        ),
        (
            Content(
                "a",
                "https://e.co/b",
                settings={**event(), "post_type": "OFFER", "offer": {"redeem_url": "https://e.co"}},
            ),
            ("link", "not_together"),
        ),
        (Content("a", settings={"post_type": "PRODUCT", "product_as_update": True}), ("link", "missing_link")),
        (Content("a", media=PHOTO * 2), ("media", "too_many")),
    ],
)
def test_what_google_refuses_is_told_at_its_field(content: Content, found: tuple[str, str]) -> None:
    assert found in errors(content)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"content_type": "image/tiff"}, "wrong_type"),
        ({"content_type": "image/gif", "facts": {"frames": 3}}, "wrong_type"),
        ({"content_type": "image/webp", "size": 41_000}, ""),
        ({"content_type": "image/gif", "size": 41_000}, ""),
        ({"content_type": "image/webp", "size": 9_000}, "may_be_too_small"),
        ({"content_type": "image/webp", "size": 90_000, "facts": {"has_alpha": True}}, "turned_to_jpeg"),
        ({"content_type": "image/png", "size": 6 << 20}, ""),
        ({"size": 6 << 20, "width": 4_000, "height": 3_000}, ""),
        ({"size": 6 << 20, "width": 9_000, "height": 400}, "too_few_pixels"),
        ({"kind": MediaKind.VIDEO, "content_type": "video/mp4"}, "wrong_type"),
        ({"size": 10_239}, "too_small"),
        ({"size": 5 * 1024 * 1024 + 1}, "too_large"),
        ({"width": 399}, "too_few_pixels"),
        ({"height": 299}, "too_few_pixels"),
        ({"size": 10_240}, ""),
        ({"size": 5 * 1024 * 1024}, ""),
        ({"width": 400, "height": 300}, ""),
        ({"width": None}, ""),
    ],
)
def test_photos_are_measured(changed: dict[str, Any], code: str) -> None:
    found = {one.code for one in check(Content("a", media=(Attachment(MemoryFile(**changed)),)))}
    assert found == ({code} if code else set())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Call 030 1234567 now", "phone_in_text"),
        ("Ring +351 210 007 101", "phone_in_text"),
        ("(030) 123-4567", "phone_in_text"),
        ("See https://e.co", "address_in_text"),
        ("www.example.org", "address_in_text"),
    ],
)
def test_what_google_often_refuses_later_is_warned_of_and_not_blocked(text: str, code: str) -> None:
    assert warnings(Content(text)) == {code}
    assert errors(Content(text)) == set()


def test_a_products_name_and_price_count_with_its_text() -> None:
    said = {"post_type": "PRODUCT", "product_as_update": True, "product": {"name": "Bread", "price": "4"}}
    fits = 1500 - len("Bread · 4\n\n")
    assert errors(Content("x" * fits, link="https://e.co", settings=said)) == set()
    assert errors(Content("x" * (fits + 1), link="https://e.co", settings=said)) == {("text", "too_long")}
