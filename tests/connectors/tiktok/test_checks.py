"""What TikTok refuses is told beforehand, in words for authors; what it takes is never blocked."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connectors.tiktok.checks import check
from connectors.tiktok.connector import TikTokConnector
from connectors.types import Attachment, Content, MediaKind
from foundation.errors import Finding
from publishing.author_settings import read_one
from tests.connectors.tiktok.conftest import CHOSEN, MemoryFile, draft, film, photo, post

WAVE = "🌊"


def errors(content: Content, *, audited: bool = True) -> list[tuple[str, str]]:
    return [(one.field, one.code) for one in told(content, audited=audited) if one.severity == "error"]


def told(content: Content, *, audited: bool = True) -> list[Finding]:
    findings = check(content, audited=audited)
    for finding in findings:
        assert finding.message.endswith((".", "…")), finding
        assert finding.severity == "warning" or finding.remedy, finding
    return findings


def video(**said: Any) -> MemoryFile:
    return replace(film(), **said)


FINE = {
    "a video": post(video()),
    "no words": post(video(), text=""),
    "a caption of 2,200 units": post(video(), text=WAVE * 1_100),
    "35 photos": post(*(photo(shade=number) for number in range(35))),
    "a description of 4,000 units": post(photo(), text=WAVE * 2_000, title=WAVE * 45),
    "a cover among the photos": post(photo(), photo(shade=2), cover_index=1),
    "a png that becomes a jpeg": post(photo(content_type="image/png", facts={"has_alpha": False})),
    "a huge photo that becomes smaller": post(photo(width=9_000, height=7_000, size=40_000_000)),
    "webp": post(photo(content_type="image/webp")),
    "for oneself": post(video(), privacy_level="SELF_ONLY"),
    "branded": post(video(), commercial_content="branded_content"),
    "own brand for oneself": post(video(), commercial_content="your_brand", privacy_level="SELF_ONLY"),
    "an hour": post(video(duration=timedelta(hours=1))),
    "4 GB": post(video(size=4_000_000_000)),
    "23.976 frames": post(video(facts={"frame_rate": 23.976, "video_codec": "hevc"})),
    "59.94 frames": post(video(facts={"frame_rate": 59.94, "video_codec": "vp9"}, content_type="video/webm")),
    "a probe that knows nothing": post(video(duration=None, width=None, height=None)),
    "mov": post(video(content_type="video/quicktime")),
    "a draft": draft(video()),
    "a draft of ten minutes": draft(video(duration=timedelta(minutes=10))),
    "a draft of photos": draft(photo(), text="Words", title="Title"),
}
REFUSED = {
    "nothing": (post(), ("media", "no_media")),
    "two videos": (post(video(), video()), ("media", "too_many")),
    "a video and a photo": (post(video(), photo()), ("media", "too_many")),
    "36 photos": (post(*(photo(shade=number) for number in range(36))), ("media", "too_many")),
    "a document": (post(MemoryFile(b"%PDF", MediaKind.DOCUMENT, "application/pdf")), ("media.0", "file_kind")),
    "2,201 units": (post(video(), text=WAVE * 1_100 + "x"), ("text", "too_long")),
    "4,001 units": (post(photo(), text=WAVE * 2_000 + "x"), ("text", "too_long")),
    "91 units": (post(photo(), title=WAVE * 45 + "x"), ("settings.title", "too_long")),
    "no choice of who sees it": (post(video(), privacy_level=""), ("settings.privacy_level", "not_chosen")),
    "no agreement": (post(video(), consent=False), ("settings.consent", "no_consent")),
    "branded for oneself": (
        post(video(), commercial_content="branded_content", privacy_level="SELF_ONLY"),
        ("settings.commercial_content", "branded_for_nobody"),
    ),
    "a cover beside the photos": (post(photo(), cover_index=1), ("settings.cover_index", "no_such_photo")),
    "avi": (post(video(content_type="video/x-msvideo")), ("media.0", "video_type")),
    "more than 4 GB": (post(video(size=4_000_000_001)), ("media.0", "file_too_large")),
    "prores": (post(video(facts={"video_codec": "prores"})), ("media.0", "video_codec")),
    "15 frames": (post(video(facts={"frame_rate": 15})), ("media.0", "frame_rate")),
    "120 frames": (post(video(facts={"frame_rate": 120.0})), ("media.0", "frame_rate")),
    "narrow": (post(video(width=320)), ("media.0", "video_size")),
    "tall": (post(video(height=4_100)), ("media.0", "video_size")),
    "empty": (post(video(size=0)), ("media.0", "empty_file")),
    "a moving picture": (post(photo(content_type="image/gif", facts={"frames": 3})), ("media.0", "image_type")),
    "heic": (post(photo(content_type="image/heic")), ("media.0", "image_type")),
    "a draft of eleven minutes": (draft(video(duration=timedelta(minutes=11))), ("media.0", "video_too_long")),
}


@pytest.mark.parametrize("name", sorted(FINE))
def test_what_tiktok_takes_is_not_blocked(name: str) -> None:
    assert errors(FINE[name]) == []


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_what_tiktok_refuses_is_told_beforehand(name: str) -> None:
    content, finding = REFUSED[name]
    assert errors(content) == [finding]


def test_an_app_without_an_audit_offers_the_creator_alone_or_a_draft() -> None:
    assert errors(post(video()), audited=False) == [("settings.privacy_level", "not_audited")]
    assert errors(post(video(), privacy_level="SELF_ONLY"), audited=False) == []
    assert errors(draft(video()), audited=False) == []


def test_what_is_left_out_is_told_and_stands_in_nobodys_way() -> None:
    content = Content(
        text="Words",
        link="https://example.org",
        media=(Attachment(video()),),
        settings={"post_mode": "draft", "privacy_level": "SELF_ONLY", "allow_duet": True, "title": "T"},
    )
    fields = {finding.field for finding in told(content) if finding.severity == "warning"}
    assert fields == {"text", "link", "settings.privacy_level", "settings.allow_duet", "settings.title"}
    assert errors(content) == []
    alpha = post(photo(content_type="image/png", facts={"has_alpha": True}))
    assert [(one.code, one.severity) for one in told(alpha)] == [("turned_to_jpeg", "warning")]


def test_nothing_is_chosen_beforehand_and_nothing_switched_on() -> None:
    (kind,) = TikTokConnector.kinds
    members = kind.settings.schema["properties"]
    assert "default" not in members["privacy_level"]
    assert "privacy_level" not in kind.settings.schema.get("required", ())
    for name in ("allow_comment", "allow_duet", "allow_stitch", "is_aigc", "add_music", "consent"):
        assert members[name]["default"] is False
    assert members["commercial_content"]["default"] == "none"


@pytest.mark.parametrize(
    "said",
    [
        {"privacy_level": "EVERYBODY"},
        {"cover_timestamp_ms": 2**31},
        {"cover_index": 35},
        {"allow_duet": "yes"},
        {"sound": 1},
    ],
)
def test_settings_that_tiktok_does_not_know_do_not_pass_the_schema(said: dict[str, Any]) -> None:
    (kind,) = TikTokConnector.kinds
    assert read_one(kind.settings, {**CHOSEN, **said}, where="settings")[1]
    assert read_one(kind.settings, CHOSEN, where="settings")[1] == []
