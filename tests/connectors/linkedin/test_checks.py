"""The preflight: all that LinkedIn refuses is told beforehand, and nothing that it takes is blocked."""

from datetime import timedelta
from typing import Any

import pytest

from connectors.linkedin.connector import LinkedInConnector
from connectors.types import Attachment, Content, MediaKind
from tests.connectors.linkedin.conftest import MEMBER, PAGE, MemoryFile

MB = 1024 * 1024


def image(**said: Any) -> Attachment:
    alt_text = said.pop("alt_text", "")
    return Attachment(MemoryFile(**said), alt_text=alt_text)


def video(**said: Any) -> Attachment:
    plain = {"kind": MediaKind.VIDEO, "content_type": "video/mp4", "size": MB, "duration": timedelta(seconds=30)}
    title = said.pop("title", "")
    return Attachment(MemoryFile(**{**plain, **said}), title=title)


def document(**said: Any) -> Attachment:
    plain = {"kind": MediaKind.DOCUMENT, "content_type": "application/pdf", "size": MB, "facts": {"pages": 3}}
    title = said.pop("title", "")
    return Attachment(MemoryFile(**{**plain, **said}), title=title)


def poll(**said: Any) -> dict[str, Any]:
    return {"poll": {"question": "Tea?", "options": ["Yes", "No"], **said}}


REFUSED: list[tuple[str, Content, str, str]] = [
    ("nothing", Content(), "text", "empty"),
    ("blanks", Content(" \n "), "text", "empty"),
    ("too long", Content("x" * 3001), "text", "too_long"),
    ("too long by escapes", Content("(" * 1501), "text", "too_long"),
    ("too long by a mention's name", Content("x" * 2970 + "@[A (b)](urn:li:organization:1)"), "text", "too_long"),
    ("no address", Content("x", link="example"), "link", "bad_link"),
    ("ftp", Content("x", link="ftp://e.co/a"), "link", "bad_link"),
    ("blank in the address", Content("x", link="https://e.co/a b"), "link", "bad_link"),
    ("broken address", Content("x", link="https://[e.co/"), "link", "bad_link"),
    ("poll and link", Content("x", link="https://e.co", settings=poll()), "settings.poll", "not_together"),
    ("poll and image", Content("x", media=(image(),), settings=poll()), "settings.poll", "not_together"),
    ("reshare and link", Content(link="https://e.co", settings={"reshare_of": "urn:li:share:1"}), "settings.reshare_of", "not_together"),
    ("reshare and image", Content(media=(image(),), settings={"reshare_of": "urn:li:share:1"}), "settings.reshare_of", "not_together"),
    ("reshare and poll", Content(settings={"reshare_of": "urn:li:share:1", **poll()}), "settings.poll", "not_together"),
    ("reshare of no post", Content(settings={"reshare_of": "https://linkedin.com/1"}), "settings.reshare_of", "no_post"),
    ("reshare of an activity", Content(settings={"reshare_of": "urn:li:activity:1"}), "settings.reshare_of", "no_post"),
    ("link and video", Content(link="https://e.co", media=(video(),)), "link", "not_together"),
    ("link and images", Content(link="https://e.co", media=(image(), image())), "link", "not_together"),
    ("image and video", Content(media=(image(), video())), "media", "mixed"),
    ("image and document", Content(media=(image(), document())), "media", "mixed"),
    ("two videos", Content(media=(video(), video())), "media", "too_many"),
    ("two documents", Content(media=(document(), document())), "media", "too_many"),
    ("21 images", Content(media=tuple(image() for _ in range(21))), "media", "too_many"),
    ("webp", Content(media=(image(content_type="image/webp"),)), "media.0", "wrong_type"),
    ("heic", Content(media=(image(), image(content_type="image/heic"))), "media.1", "wrong_type"),
    ("pixels", Content(media=(image(width=6016, height=6010),)), "media.0", "too_many_pixels"),
    ("exactly too many pixels", Content(media=(image(width=36_152_320, height=1),)), "media.0", "too_many_pixels"),
    ("frames", Content(media=(image(content_type="image/gif", facts={"frames": 251}),)), "media.0", "too_many_frames"),
    ("empty file", Content(media=(image(size=0),)), "media.0", "empty_file"),
    ("alt text", Content(media=(image(alt_text="x" * 4087),)), "media.0.alt_text", "too_long"),
    ("mov", Content(media=(video(content_type="video/quicktime"),)), "media.0", "wrong_type"),
    ("small video", Content(media=(video(size=76_799),)), "media.0", "too_small"),
    ("large video", Content(media=(video(size=500 * MB + 1),)), "media.0", "too_large"),
    ("short video", Content(media=(video(duration=timedelta(seconds=2.9)),)), "media.0", "too_short"),
    ("long video", Content(media=(video(duration=timedelta(minutes=30, seconds=1)),)), "media.0", "too_long"),
    ("video title", Content(media=(video(title="x" * 401),)), "media.0.title", "too_long"),
    ("spreadsheet", Content(media=(document(content_type="application/vnd.ms-excel"),)), "media.0", "wrong_type"),
    ("large document", Content(media=(document(size=100 * MB + 1),)), "media.0", "too_large"),
    ("301 pages", Content(media=(document(facts={"pages": 301}),)), "media.0", "too_many_pages"),
    ("document title", Content(media=(document(title="x" * 401),)), "media.0.title", "too_long"),
    ("document title of the settings", Content(media=(document(),), settings={"document_title": "x" * 401}), "settings.document_title", "too_long"),
    ("article title", Content(link="https://e.co", settings={"article_title": "x" * 401}), "settings.article_title", "too_long"),
    ("article description", Content(link="https://e.co", settings={"article_description": "x" * 4087}), "settings.article_description", "too_long"),
    ("no question", Content(settings=poll(question=" ")), "settings.poll.question", "empty"),
    ("long question", Content(settings=poll(question="x" * 141)), "settings.poll.question", "too_long"),
    ("one answer", Content(settings=poll(options=["Yes"])), "settings.poll.options", "wrong_number"),
    ("five answers", Content(settings=poll(options=list("abcde"))), "settings.poll.options", "wrong_number"),
    ("empty answer", Content(settings=poll(options=["Yes", " "])), "settings.poll.options.1", "empty"),
    ("long answer", Content(settings=poll(options=["Yes", "x" * 31])), "settings.poll.options.1", "too_long"),
    ("poll for a year", Content(settings=poll(duration="ONE_YEAR")), "settings.poll.duration", "unknown_word"),
    ("visibility", Content("x", settings={"visibility": "CONTAINER"}), "settings.visibility", "unknown_word"),
    ("blank first comment", Content("x", first_comment=" "), "first_comment", "empty"),
    ("first comment", Content("x", first_comment="x" * 1251), "first_comment", "too_long"),
]  # fmt: skip

TAKEN: list[tuple[str, Content]] = [
    ("a word", Content("x")),
    ("the longest text", Content("x" * 3000)),
    ("the longest text of escapes", Content("(" * 1500)),
    ("mention and hashtag", Content("@[A (b)](urn:li:organization:1) #tag")),
    ("a link alone", Content(link="https://e.co")),
    ("a link with its picture", Content("x", link="http://e.co/a?b=c#d", media=(image(),))),
    ("an image alone", Content(media=(image(),))),
    ("20 images", Content(media=tuple(image() for _ in range(20)))),
    ("almost too many pixels", Content(media=(image(width=36_152_319, height=1),))),
    ("a gif of 250 frames", Content(media=(image(content_type="image/gif", facts={"frames": 250}),))),
    ("an image of unknown size", Content(media=(image(width=None, height=None),))),
    ("the longest alt text", Content(media=(image(alt_text="x" * 4086),))),
    ("the smallest video", Content(media=(video(size=76_800, duration=timedelta(seconds=3)),))),
    ("the largest video", Content(media=(video(size=500 * MB, duration=timedelta(minutes=30)),))),
    ("a video of unknown length", Content(media=(video(duration=None),))),
    ("the largest document", Content(media=(document(size=100 * MB, facts={"pages": 300}),))),
    ("a document of unknown pages", Content(media=(document(facts={}),))),
    ("a poll", Content(settings=poll(question="x" * 140, options=["x" * 30] * 4, duration="FOURTEEN_DAYS"))),
    ("a poll with words", Content("Say", settings=poll())),
    ("a bare reshare", Content(settings={"reshare_of": "urn:li:ugcPost:7142940119042946048"})),
    ("a reshare with words", Content("Look", settings={"reshare_of": "urn:li:share:1"})),
    ("for those logged in", Content("x", settings={"visibility": "LOGGED_IN"})),
    ("a first comment", Content("x", first_comment="x" * 1250)),
]


@pytest.mark.parametrize("kind", [MEMBER.kind, PAGE.kind])
@pytest.mark.parametrize(
    ("content", "field", "code"), [entry[1:] for entry in REFUSED], ids=[entry[0] for entry in REFUSED]
)
def test_what_linkedin_refuses_is_told_with_field_limit_and_remedy(
    connector: LinkedInConnector, content: Content, field: str, code: str, kind: str
) -> None:
    found = connector.check(content, kind=kind)
    assert (field, code) in {(finding.field, finding.code) for finding in found if finding.severity == "error"}
    for finding in found:
        assert finding.message.endswith(".")
        assert finding.remedy


@pytest.mark.parametrize("kind", [MEMBER.kind, PAGE.kind])
@pytest.mark.parametrize("content", [entry[1] for entry in TAKEN], ids=[entry[0] for entry in TAKEN])
def test_what_linkedin_takes_is_not_blocked(connector: LinkedInConnector, content: Content, kind: str) -> None:
    assert [finding for finding in connector.check(content, kind=kind) if finding.severity == "error"] == []


def test_dark_posts_are_a_pages_alone(connector: LinkedInConnector) -> None:
    content = Content("x", settings={"feed_distribution": "NONE"})
    assert connector.check(content, kind=PAGE.kind) == []
    assert [finding.field for finding in connector.check(content, kind=MEMBER.kind)] == ["settings.feed_distribution"]


def test_connections_are_a_members_alone(connector: LinkedInConnector) -> None:
    content = Content("x", settings={"visibility": "CONNECTIONS"})
    assert connector.check(content, kind=MEMBER.kind) == []
    assert [finding.field for finding in connector.check(content, kind=PAGE.kind)] == ["settings.visibility"]


def test_a_text_too_long_by_its_escapes_says_so(connector: LinkedInConnector) -> None:
    (finding,) = connector.check(Content("(" * 1600), kind=MEMBER.kind)
    assert "200 characters too long" in finding.message
    assert "here 1,600" in finding.message


def test_what_looks_like_a_mention_and_is_none_is_a_warning(connector: LinkedInConnector) -> None:
    (finding,) = connector.check(Content("Hi @[Zoë](urn:li:member:1)"), kind=MEMBER.kind)
    assert (finding.severity, finding.code) == ("warning", "no_mention")


def test_each_kind_of_place_says_what_it_takes_and_has_a_schema_that_says_what_may_be_set(
    connector: LinkedInConnector,
) -> None:
    for kind in connector.kinds:
        assert kind.longest_text == 3000
        assert kind.most_media == 20
        assert kind.takes <= connector.capabilities
        assert kind.settings.version == 1
        assert kind.settings.schema["additionalProperties"] is False
    member, page = (kind.settings.schema["properties"] for kind in connector.kinds)
    assert "CONNECTIONS" in member["visibility"]["enum"]
    assert "CONNECTIONS" not in page["visibility"]["enum"]
    assert "feed_distribution" in page
    assert "feed_distribution" not in member
