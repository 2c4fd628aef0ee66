"""What an author is told before anything is made: errors for what Mailchimp refuses, warnings for what surprises."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.mailchimp.checks import check
from connectors.mailchimp.settings import AUDIENCE
from connectors.types import Attachment, Content, MediaKind
from publishing.author_settings import read_one
from tests.connectors.mailchimp.conftest import MemoryFile

NOW = datetime(2026, 11, 22, 9, 7, tzinfo=UTC)
PICTURE = Attachment(MemoryFile(), alt_text="A cup")
GOOD = Content("Hi *|FNAME|*", settings={"subject": "Beans"})


def mail(text: str = "Hi", *, link: str = "", media: tuple[Attachment, ...] = (), **said: Any) -> Content:
    return Content(text, link, media, {"subject": "Beans", **said})


def file(**said: Any) -> Attachment:
    return Attachment(MemoryFile(**said), alt_text="A cup")


def codes(content: Content, *, severity: str = "error") -> list[str]:
    return [f"{one.code} {one.field}" for one in check(content, now=NOW) if one.severity == severity]


def scheduled(moment: str, **said: Any) -> Content:
    return mail(delivery="scheduled", schedule_time=moment, **said)


def test_a_plain_mail_has_nothing_wrong_with_it() -> None:
    assert check(GOOD, now=NOW) == []
    assert check(replace(GOOD, media=(PICTURE,), link="https://a.test/"), now=NOW) == []
    assert check(scheduled("2026-11-22T10:15:00+00:00"), now=NOW) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (Content("Hi"), "empty settings.subject"),
        (mail(subject="  "), "empty settings.subject"),
        (mail(subject="x" * 151), "too_long settings.subject"),
        (mail(subject="a\nb"), "line_break settings.subject"),
        (mail(preview_text="x" * 151), "too_long settings.preview_text"),
        (mail(from_name="x" * 101), "too_long settings.from_name"),
        (mail(reply_to="nobody"), "no_address settings.reply_to"),
        (mail(reply_to="a b@c.test"), "no_address settings.reply_to"),
        (mail(google_analytics="é" * 26), "too_long settings.google_analytics"),
        (mail(""), "empty text"),
        (mail("", format="plain_text"), "empty text"),
        (mail("x" * 100_001), "too_long text"),
        (mail(link="ftp://a.test/"), "bad_link link"),
        (mail(link="https://"), "bad_link link"),
        (mail(format="html"), "empty settings.html"),
        (mail(format="html", html="*|UNSUB|* <!-- x"), "open_comment settings.html"),
        (mail(format="html", html='*|UNSUB|* <img src="media:1">'), "no_image settings.html"),
        (mail(format="template"), "missing settings.template_id"),
        (mail(html="<p>x</p>"), "other_format settings.html"),
        (mail(format="html", html="*|UNSUB|*", template_id=7), "other_format settings.template_id"),
        (mail(format="template", template_id=7, plain_text="x"), "other_format settings.plain_text"),
        (mail(media=(file(content_type="image/webp", facts={"frames": 2}),)), "wrong_type media.0"),
        (mail(media=(file(kind=MediaKind.VIDEO, content_type="video/mp4"),)), "wrong_type media.0"),
        (
            mail(media=(file(size=10 * 1024 * 1024 + 1, content_type="image/gif", facts={"frames": 2}),)),
            "too_large media.0",
        ),
        (mail(media=(file(data=b""),)), "empty_file media.0"),
        (mail(segment_id=1, tag_ids=[2]), "not_together settings.tag_ids"),
        (mail(tag_ids=[1, 2, 3, 4, 5, 6]), "too_many settings.tag_ids"),
        (mail(delivery="scheduled"), "missing settings.schedule_time"),
        (mail(schedule_time="2026-11-22T10:15:00+00:00"), "not_scheduled settings.schedule_time"),
        (mail(timewarp=True), "not_scheduled settings.timewarp"),
        (scheduled("2026-11-22T10:20:00+00:00"), "off_quarter settings.schedule_time"),
        (scheduled("2026-11-22T10:15:01+00:00"), "off_quarter settings.schedule_time"),
        (scheduled("2026-11-22T10:15:00.5+00:00"), "off_quarter settings.schedule_time"),
        (scheduled("2026-11-22T09:00:00+00:00"), "too_soon settings.schedule_time"),
        (scheduled("2026-11-22T10:15:00"), "no_moment settings.schedule_time"),
        (scheduled("noon"), "no_moment settings.schedule_time"),
        (scheduled("2026-11-23T09:00:00+00:00", timewarp=True), "too_soon settings.schedule_time"),
        (
            scheduled("2026-11-24T09:15:00+00:00", timewarp=True, batch_delivery={"batch_delay": 5, "batch_count": 3}),
            "not_together settings.batch_delivery",
        ),
    ],
)
def test_what_mailchimp_would_refuse_is_told(content: Content, code: str) -> None:
    assert codes(content) == [code]
    (finding,) = [one for one in check(content, now=NOW) if one.severity == "error"]
    assert finding.message.endswith((".", ">."))
    assert finding.remedy.endswith(".")


def test_zones_with_odd_minutes_are_judged_in_utc() -> None:
    assert codes(scheduled("2026-11-22T16:00:00+05:45")) == []
    assert codes(scheduled("2026-11-22T16:00:00+05:40")) == ["off_quarter settings.schedule_time"]


@pytest.mark.parametrize(("lead", "fine"), [(timedelta(minutes=8), True), (timedelta(minutes=4), False)])
def test_a_moment_needs_some_lead(lead: timedelta, fine: bool) -> None:
    moment = datetime(2026, 11, 22, 9, 15, tzinfo=UTC)
    found = check(scheduled(moment.isoformat()), now=moment - lead)
    assert (found == []) is fine


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (mail("Hi *|NICKNAME|*"), "merge_tag text"),
        (mail(subject="", delivery="draft"), "empty settings.subject"),
        (mail(reply_to="me@gmail.com"), "free_mail settings.reply_to"),
        (mail(format="html", html="<p>x</p>"), "no_unsubscribe settings.html"),
        (mail(format="html", html="*|UNSUB|*" + "x" * 102_400), "clipped settings.html"),
        (mail(format="html", html="*|UNSUB|*", link="https://a.test/"), "left_out link"),
        (mail(format="html", html="*|UNSUB|*", media=(PICTURE,)), "left_out media.0"),
        (mail(format="plain_text", media=(PICTURE,)), "left_out media"),
        (mail(media=(file(size=2_000_000),)), "heavy media.0"),
        (mail(media=(Attachment(MemoryFile()),)), "no_alt_text media.0.alt_text"),
    ],
)
def test_what_would_surprise_its_author_is_told_and_stands_in_nobodys_way(content: Content, code: str) -> None:
    assert codes(content) == []
    assert codes(content, severity="warning") == [code]


def test_a_picture_that_the_hub_turns_into_a_jpeg_is_nothing_to_speak_of() -> None:
    assert check(mail(media=(file(content_type="image/webp"), file(size=30_000_000, width=4_000))), now=NOW) == []


def test_an_image_that_the_mail_does_not_show_may_be_anything() -> None:
    film = file(kind=MediaKind.VIDEO, content_type="video/mp4", size=10**9)
    assert codes(mail(format="html", html="*|UNSUB|*", media=(film,))) == []


def test_the_schema_takes_what_the_documentation_shows() -> None:
    said = {
        "subject": "Beans", "preview_text": "Hot", "from_name": "Greta", "reply_to": "a@b.test", "format": "template",
        "template_id": 7, "template_sections": {"body": "<p>x</p>"}, "tag_ids": [1, 2], "tag_match": "any",
        "delivery": "scheduled", "schedule_time": "2026-12-24T09:15:00+01:00", "track_opens": False,
        "google_analytics": "spring", "title": "Spring", "to_name": "*|FNAME|*", "inline_css": True,
    }  # fmt: skip
    stored, findings = read_one(AUDIENCE, said, where="settings")
    assert findings == []
    assert stored == {"version": 1, **said}
    for wrong in ({"colour": "red"}, {"segment_id": 0}, {"template_sections": {"a": 1}}, {"delivery": "later"}):
        assert read_one(AUDIENCE, wrong, where="settings")[1]
