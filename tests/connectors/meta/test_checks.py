"""What Facebook and Instagram refuse is told beforehand, by field and rule; what they take is not held up."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
from django.conf import settings

from connectors.errors import ContentRejected
from connectors.manager import get_connector
from connectors.meta import checks_instagram, checks_page, publish_page
from connectors.meta.settings import INSTAGRAM, PAGE
from connectors.types import Attachment, Content, MediaKind
from sandbox.world import World
from tests.connectors.meta.stage import File, Stage, post
from tests.connectors.meta.stage import image as served_image
from tests.connectors.meta.stage import video as served_video

MB = 1024 * 1024


def image(**changed: Any) -> File:
    made = File(MediaKind.IMAGE, "image/jpeg", b"x", 1080, 1350)
    return replace(made, **changed)


def video(seconds: float = 30, **changed: Any) -> File:
    facts = {"video_codec": "h264", "audio_codec": "aac", "frame_rate": 30.0, "audio_sample_rate": 48_000}
    made = File(MediaKind.VIDEO, "video/mp4", b"x", 1080, 1920, timedelta(seconds=seconds), facts)
    return replace(made, **changed)


def with_facts(**facts: Any) -> File:
    return video(facts={"video_codec": "h264", "audio_codec": "aac", "frame_rate": 30.0, **facts})


def pdf() -> File:
    return File(MediaKind.DOCUMENT, "application/pdf", b"%PDF")


def errors(content: Content, kind: str) -> list[tuple[str, str]]:
    findings = get_connector("meta").check(content, kind=kind)
    for finding in findings:
        assert finding.message.endswith("."), finding
        assert finding.remedy
    return [(finding.field, finding.code) for finding in findings if finding.severity == "error"]


FINE_ON_A_PAGE: Mapping[str, Content] = {
    "text": post(text="Bread"),
    "longest text": post(text="x" * 63_206),
    "link": Content(link="https://example.org/a"),
    "photo": post(image()),
    "photo without words": post(image(), text=""),
    "png": post(image(content_type="image/png")),
    "photo of 4 MB": post(image(claimed_bytes=4 * MB)),
    "wide photo": post(image(width=4000, height=500)),
    "thirty photos": post(*(image() for _ in range(30))),
    "photo and link": Content(text="a", link="https://facebook.com/x", media=post(image()).media),
    "video": post(video(3600)),
    "video of unknown facts": post(video(facts={}, duration=None, width=None, height=None)),
    "quicktime": post(video(content_type="video/quicktime")),
    "avi": post(video(content_type="video/x-msvideo")),
    "titled video": post(video(), title="Bread"),
    "place": post(image(), place="1234"),
    "words that a story does not show": post(image(), text="x" * 63_207, format="story"),
    "reel of 3 s": post(video(3), format="reel"),
    "reel of 90 s": post(video(90), format="reel", text=""),
    "small reel": post(video(width=540, height=960), format="reel"),
    "reel in VP9": post(with_facts(video_codec="vp9"), format="reel"),
    "reel in AV1": post(with_facts(video_codec="av01"), format="reel"),
    "reel of 23.976": post(with_facts(frame_rate=23.976), format="reel"),
    "reel of 59.94": post(with_facts(frame_rate=59.94), format="reel"),
    "photo story": post(image(width=1080, height=1920), text="", format="story"),
    "gif story": post(image(content_type="image/gif"), text="", format="story"),
    "video story": post(video(60), text="", format="story"),
    "landscape video story": post(video(20, width=1920, height=1080), text="", format="story"),
    "story with words": post(image(), text="Not shown, but no reason to stop", format="story"),
}
REFUSED_ON_A_PAGE: Mapping[str, tuple[Content, tuple[str, str]]] = {
    "nothing": (Content(), ("text", "empty")),
    "blanks": (Content(text=" \n "), ("text", "empty")),
    "too long": (post(text="x" * 63_207), ("text", "too_long")),
    "too long with its link": (
        Content(text="x" * 63_200, link="https://example.org/a", media=post(image()).media),
        ("text", "too_long"),
    ),
    "link to facebook": (Content(link="https://www.facebook.com/x"), ("link", "facebook_link")),
    "no link": (Content(link="javascript:alert(1)"), ("link", "bad_link")),
    "local link": (Content(link="http://localhost/x"), ("link", "bad_link")),
    "document": (post(pdf()), ("media.0", "file_kind")),
    "webp": (post(image(content_type="image/webp")), ("media.0", "photo_type")),
    "heic": (post(image(), image(content_type="image/heic")), ("media.1", "photo_type")),
    "gif in the feed": (post(image(content_type="image/gif")), ("media.0", "photo_type")),
    "photo over 4 MB": (post(image(claimed_bytes=4 * MB + 1)), ("media.0", "file_too_large")),
    "photo and video": (post(image(), video()), ("media", "mixed_media")),
    "two videos": (post(video(), video()), ("media", "one_video")),
    "link to fb.me": (Content(link="https://fb.me/x"), ("link", "facebook_link")),
    "blank comment": (replace(post(), first_comment=" "), ("first_comment", "empty")),
    "comment too long": (replace(post(), first_comment="x" * 63_207), ("first_comment", "too_long")),
    "webm": (post(video(content_type="video/webm")), ("media.0", "video_type")),
    "video in MPEG-4": (post(with_facts(video_codec="mpeg4")), ("media.0", "video_codec")),
    "too many photos": (post(*(image() for _ in range(31))), ("media", "too_many_files")),
    "reel of nothing": (post(format="reel"), ("media", "one_file")),
    "reel of an image": (post(image(), format="reel"), ("media", "one_file")),
    "reel of two": (post(video(), video(), format="reel"), ("media", "one_file")),
    "reel too short": (post(video(2.9), format="reel"), ("media.0", "video_too_short")),
    "reel too long": (post(video(90.1), format="reel"), ("media.0", "video_too_long")),
    "reel too small": (post(video(width=539, height=959), format="reel"), ("media.0", "video_too_small")),
    "reel lying down": (post(video(width=1920, height=1080), format="reel"), ("media.0", "aspect_ratio")),
    "square reel": (post(video(width=1080, height=1080), format="reel"), ("media.0", "aspect_ratio")),
    "slow reel": (post(with_facts(frame_rate=15), format="reel"), ("media.0", "frame_rate")),
    "fast reel": (post(with_facts(frame_rate=120), format="reel"), ("media.0", "frame_rate")),
    "reel in MPEG-4": (post(with_facts(video_codec="mpeg4"), format="reel"), ("media.0", "video_codec")),
    "reel with MP3": (post(with_facts(audio_codec="mp3"), format="reel"), ("media.0", "audio_codec")),
    "reel with 96 kHz": (post(with_facts(audio_sample_rate=96_000), format="reel"), ("media.0", "sample_rate")),
    "reel in quicktime": (post(video(content_type="video/quicktime"), format="reel"), ("media.0", "video_type")),
    "story of nothing": (post(format="story"), ("media", "one_file")),
    "story of two": (post(image(), image(), format="story"), ("media", "one_file")),
    "story too long": (post(video(61), format="story"), ("media.0", "video_too_long")),
    "story too short": (post(video(1), format="story"), ("media.0", "video_too_short")),
    "story in webp": (post(image(content_type="image/webp"), format="story"), ("media.0", "photo_type")),
    "comment on a story": (
        replace(post(image(), text="", format="story"), first_comment="Hi"),
        ("first_comment", "not_here"),
    ),
    "place of a reel": (post(video(), format="reel", place="12"), ("settings.place", "not_here")),
}
FINE_ON_INSTAGRAM: Mapping[str, Content] = {
    "image": post(image()),
    "no caption": post(image(), text=""),
    "longest caption": post(image(), text="x" * 2_200),
    "thirty hashtags": post(image(), text=" ".join(f"#tag{n}" for n in range(30))),
    "twenty mentions": post(image(), text=" ".join(f"@user.{n}" for n in range(20))),
    "addresses are no mentions": post(image(), text=" ".join(f"me{n}@example.org" for n in range(30))),
    "numbers of houses": post(image(), text=" ".join(f"No.{n}#{n}" for n in range(31))),
    "4:5": post(image(width=1080, height=1350)),
    "4:5 rounded": post(image(width=1079, height=1350)),
    "1.91:1": post(image(width=1080, height=566)),
    "small": post(image(width=100, height=100)),
    "8 MB": post(image(claimed_bytes=8 * MB)),
    "longest alt text": post(image(), alt="x" * 1_000),
    "carousel of two": post(image(), video(30)),
    "carousel of ten": post(*(image() for _ in range(10))),
    "reel": post(
        video(3), format="reel", share_to_feed=False, thumb_offset_ms=3000, cover_url="https://a.example/c.jpg"
    ),
    "longest reel": post(video(900)),
    "lying reel": post(video(width=1920, height=1080)),
    "hevc": post(with_facts(video_codec="hevc"), format="reel"),
    "hvc1": post(with_facts(video_codec="hvc1"), format="reel"),
    "23.976": post(with_facts(frame_rate=23.976)),
    "quicktime": post(video(content_type="video/quicktime")),
    "unknown facts": post(video(facts={}, duration=None, width=None, height=None)),
    "300 MB": post(video(800, claimed_bytes=300 * MB)),
    "link left out": Content(text="a", link="https://example.org", media=post(image()).media),
    "png": post(image(content_type="image/png", facts={"frames": 1})),
    "webp in a carousel": post(image(), image(content_type="image/webp")),
    "still gif on a story": post(image(content_type="image/gif"), text="", format="story"),
    "long png": post(image(content_type="image/png", claimed_bytes=40 * MB)),
    "long jpeg that can be made smaller": post(image(width=4000, height=4000, claimed_bytes=12 * MB)),
    "image story": post(image(width=1080, height=1920), text="", format="story"),
    "video story": post(video(60), text="", format="story"),
    "tag without a place on a story": post(image(), text="", format="story", user_tags=[{"username": "a"}]),
    "tagged": post(image(), user_tags=[{"username": "a", "x": 0, "y": 1.0}]),
    "tag in a reel": post(video(), user_tags=[{"username": "a"}]),
    "three collaborators": post(image(), collaborators=["a", "b", "c"]),
    "location": post(image(), location_id="12"),
}
REFUSED_ON_INSTAGRAM: Mapping[str, tuple[Content, tuple[str, str]]] = {
    "text alone": (post(), ("media", "no_media")),
    "text alone as a reel": (post(format="reel"), ("media", "no_media")),
    "document": (post(pdf()), ("media.0", "file_kind")),
    "animation": (post(image(content_type="image/gif", facts={"frames": 2})), ("media.0", "image_type")),
    "animation in a carousel": (
        post(image(), image(content_type="image/webp", facts={"frames": 9})),
        ("media.1", "image_type"),
    ),
    "heic story": (post(image(content_type="image/heic"), format="story"), ("media.0", "image_type")),
    "over 8 MB": (post(image(claimed_bytes=8 * MB + 1)), ("media.0", "file_too_large")),
    "9:16 in the feed": (post(image(width=1080, height=1920)), ("media.0", "aspect_ratio")),
    "panorama": (post(image(width=2000, height=500)), ("media.0", "aspect_ratio")),
    "9:16 in a carousel": (post(image(), image(width=1080, height=1920)), ("media.1", "aspect_ratio")),
    "tiny and too tall": (post(image(width=8, height=11)), ("media.0", "aspect_ratio")),
    "blank comment": (replace(post(image()), first_comment=" "), ("first_comment", "empty")),
    "comment too long": (replace(post(image()), first_comment="x" * 2_201), ("first_comment", "too_long")),
    "caption too long": (post(image(), text="x" * 2_201), ("text", "too_long")),
    "31 hashtags": (post(image(), text=" ".join(f"#tag{n}" for n in range(31))), ("text", "too_many_hashtags")),
    "31 hashtags together": (
        post(image(), text="".join(f" #täg{n}" for n in range(31))),
        ("text", "too_many_hashtags"),
    ),
    "21 mentions": (post(image(), text=" ".join(f"@user.{n}" for n in range(21))), ("text", "too_many_mentions")),
    "alt text too long": (post(image(), alt="x" * 1_001), ("media.0.alt_text", "too_long")),
    "eleven files": (post(*(image() for _ in range(11))), ("media", "too_many_files")),
    "reel of an image": (post(image(), format="reel"), ("media", "one_file")),
    "reel of two": (post(video(), video(), format="reel"), ("media", "one_file")),
    "story of two": (post(image(), image(), format="story"), ("media", "one_file")),
    "reel too short": (post(video(2.5)), ("media.0", "video_too_short")),
    "reel too long": (post(video(901)), ("media.0", "video_too_long")),
    "reel over 300 MB": (post(video(900, claimed_bytes=300 * MB + 1)), ("media.0", "file_too_large")),
    "reel too wide": (post(video(width=3840, height=2160)), ("media.0", "video_too_wide")),
    "reel too dense": (post(video(10, claimed_bytes=40_000_000)), ("media.0", "bit_rate")),
    "slow reel": (post(with_facts(frame_rate=12)), ("media.0", "frame_rate")),
    "vp9": (post(with_facts(video_codec="vp9")), ("media.0", "video_codec")),
    "opus": (post(with_facts(audio_codec="opus")), ("media.0", "audio_codec")),
    "webm": (post(video(content_type="video/webm")), ("media.0", "video_type")),
    "story too long": (post(video(61), format="story"), ("media.0", "video_too_long")),
    "story over 100 MB": (post(video(60, claimed_bytes=100 * MB + 1), format="story"), ("media.0", "file_too_large")),
    "story too narrow": (post(video(width=100, height=1920), format="story"), ("media.0", "aspect_ratio")),
    "collaborators of a story": (
        post(image(), format="story", collaborators=["a"]),
        ("settings.collaborators", "not_here"),
    ),
    "location of a story": (post(image(), format="story", location_id="1"), ("settings.location_id", "not_here")),
    "comment on a story": (replace(post(image(), format="story"), first_comment="Hi"), ("first_comment", "not_here")),
    "four collaborators": (post(image(), collaborators=list("abcd")), ("settings.collaborators", "too_many")),
    "cover of an image": (post(image(), cover_url="https://a.example/c.jpg"), ("settings.cover_url", "not_here")),
    "moment of an image": (post(image(), thumb_offset_ms=5), ("settings.thumb_offset_ms", "not_here")),
    "trial of an image": (post(image(), trial_reel="manual"), ("settings.trial_reel", "not_here")),
    "moment behind the end": (post(video(10), thumb_offset_ms=10_001), ("settings.thumb_offset_ms", "outside_video")),
    "cover beyond ASCII": (post(video(), cover_url="https://a.example/é.jpg"), ("settings.cover_url", "bad_address")),
    "tag without a position": (post(image(), user_tags=[{"username": "a"}]), ("settings.user_tags.0", "no_position")),
    "tag outside": (
        post(image(), user_tags=[{"username": "a", "x": 0.5, "y": 1.5}]),
        ("settings.user_tags.0", "no_position"),
    ),
    "half a position on a story": (
        post(image(), format="story", user_tags=[{"username": "a", "x": 0.5}]),
        ("settings.user_tags.0", "bad_position"),
    ),
    "tag in no file": (
        post(image(), user_tags=[{"username": "a", "x": 0, "y": 0, "file": 3}]),
        ("settings.user_tags.0", "no_such_file"),
    ),
}


@pytest.mark.parametrize("name", FINE_ON_A_PAGE)
def test_a_page_post_that_facebook_takes_is_not_held_up(name: str) -> None:
    assert errors(FINE_ON_A_PAGE[name], "facebook_page") == []


@pytest.mark.parametrize("name", REFUSED_ON_A_PAGE)
def test_a_page_post_that_facebook_refuses_is_told_beforehand(name: str) -> None:
    content, expected = REFUSED_ON_A_PAGE[name]
    assert errors(content, "facebook_page") == [expected]


@pytest.mark.parametrize("name", FINE_ON_INSTAGRAM)
def test_a_post_that_instagram_takes_is_not_held_up(name: str) -> None:
    assert errors(FINE_ON_INSTAGRAM[name], "instagram_account") == []


@pytest.mark.parametrize("name", REFUSED_ON_INSTAGRAM)
def test_a_post_that_instagram_refuses_is_told_beforehand(name: str) -> None:
    content, expected = REFUSED_ON_INSTAGRAM[name]
    assert expected in errors(content, "instagram_account")
    assert len(errors(content, "instagram_account")) <= 2


def test_transparency_that_becomes_white_is_a_warning() -> None:
    logo = image(content_type="image/png", facts={"has_alpha": True})
    (told,) = get_connector("meta").check(post(logo), kind="instagram_account")
    assert (told.field, told.code, told.severity) == ("media.0", "turned_to_jpeg", "warning")
    assert get_connector("meta").check(post(image(facts={"has_alpha": False})), kind="instagram_account") == []


def test_what_is_left_out_is_a_warning() -> None:
    connector = get_connector("meta")
    for content, kind in (
        (post(image(), format="story"), "instagram_account"),
        (post(image(), format="story"), "facebook_page"),
        (Content(text="a", link="https://example.org", media=post(image()).media), "instagram_account"),
        (post(image(), video(90)), "instagram_account"),
    ):
        assert [finding.severity for finding in connector.check(content, kind=kind)] == ["warning"]


def test_the_largest_photo_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "META_PHOTO_MOST_MB", 10)
    assert errors(post(image(claimed_bytes=10 * MB)), "facebook_page") == []
    assert errors(post(image(claimed_bytes=10 * MB + 1)), "facebook_page") == [("media.0", "file_too_large")]


def test_limits_are_those_of_the_notes() -> None:
    assert (publish_page.LONGEST_TEXT, checks_instagram.LONGEST_CAPTION) == (63_206, 2_200)
    assert (checks_instagram.MOST_HASHTAGS, checks_instagram.MOST_MENTIONS) == (30, 20)
    kinds = {kind.slug: kind for kind in get_connector("meta").kinds}
    assert kinds["instagram_account"].most_media == 10
    assert kinds["facebook_page"].most_media == checks_page.MOST_PHOTOS


Made = Callable[[World], Content]
#: What the sandbox, written from the same pages by other hands, is asked to judge as well.
JUDGED: Mapping[str, tuple[str, Made]] = {
    "portrait": ("instagram", lambda world: post(served_image(world, 1080, 1350))),
    "landscape": ("instagram", lambda world: post(served_image(world, 1080, 566))),
    "tall": ("instagram", lambda world: post(served_image(world, 1080, 1920))),
    "wide": ("instagram", lambda world: post(served_image(world, 2000, 500))),
    "reel": ("instagram", lambda world: post(served_video(world))),
    "reel too short": ("instagram", lambda world: post(served_video(world, seconds=2))),
    "reel too long": ("instagram", lambda world: post(served_video(world, seconds=1000))),
    "reel too wide": ("instagram", lambda world: post(served_video(world, 3000, 2000))),
    "story too long": ("instagram", lambda world: post(served_video(world, seconds=70), text="", format="story")),
    "caption": ("instagram", lambda world: post(served_image(world), text="x" * 2_201)),
    "hashtags": ("instagram", lambda world: post(served_image(world), text=" ".join(f"#t{n}" for n in range(31)))),
    "mentions": ("instagram", lambda world: post(served_image(world), text=" ".join(f"@u{n}" for n in range(21)))),
    "tag": ("instagram", lambda world: post(served_image(world), user_tags=[{"username": "cafe.zoe"}])),
    "collaborators": ("instagram", lambda world: post(served_image(world), collaborators=list("abcd"))),
    "alt text": ("instagram", lambda world: post(served_image(world), alt="x" * 1_001)),
    "page reel": ("page", lambda world: post(served_video(world), format="reel")),
    "page reel too long": ("page", lambda world: post(served_video(world, seconds=95), format="reel")),
    "page reel lying": ("page", lambda world: post(served_video(world, 1920, 1080), format="reel")),
    "page reel small": ("page", lambda world: post(served_video(world, 360, 640), format="reel")),
    "page story too long": ("page", lambda world: post(served_video(world, seconds=65), text="", format="story")),
    "page story": ("page", lambda world: post(served_video(world, seconds=50), text="", format="story")),
    "page text": ("page", lambda world: post(text="x" * 63_207)),
}


@pytest.mark.parametrize("name", JUDGED)
def test_the_preflight_and_the_sandbox_judge_alike(name: str, request: pytest.FixtureRequest, world: World) -> None:
    place, make = JUDGED[name]
    stage, content = request.getfixturevalue(place), make(world)
    assert isinstance(stage, Stage)
    try:
        stage.follow(content)
        refused = False
    except ContentRejected:
        refused = True
    assert bool(errors(content, stage.target.kind)) == refused


# --- the shapes of settings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("schema", [PAGE, INSTAGRAM], ids=["page", "instagram"])
def test_a_schema_of_settings_is_a_schema_and_names_every_field_for_people(schema: Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema.schema)
    assert schema.version == 1
    assert schema.schema["additionalProperties"] is False
    assert all(field["title"] for field in schema.schema["properties"].values())


@pytest.mark.parametrize(
    ("schema", "said", "valid"),
    [
        (PAGE, {}, True),
        (PAGE, {"format": "reel", "title": "Bread", "place": "123"}, True),
        (PAGE, {"format": "live"}, False),
        (PAGE, {"collaborators": ["a"]}, False),
        (PAGE, {"place": "a/../b"}, False),
        (INSTAGRAM, {"format": "story"}, True),
        (INSTAGRAM, {"collaborators": ["@a.b", "c_d"], "share_to_feed": False, "thumb_offset_ms": 0}, True),
        (INSTAGRAM, {"collaborators": list("abcd")}, False),
        (INSTAGRAM, {"collaborators": ["a b"]}, False),
        (INSTAGRAM, {"user_tags": [{"username": "a", "x": 0.1, "y": 1, "file": 9}]}, True),
        (INSTAGRAM, {"user_tags": [{"x": 0.1, "y": 1}]}, False),
        (INSTAGRAM, {"user_tags": [{"username": "a", "x": 1.1, "y": 0}]}, False),
        (INSTAGRAM, {"thumb_offset_ms": -1}, False),
        (INSTAGRAM, {"trial_reel": "ss_performance"}, True),
        (INSTAGRAM, {"title": "x"}, False),
    ],
)
def test_settings_are_taken_by_their_shape(schema: Any, said: dict[str, Any], valid: bool) -> None:
    assert jsonschema.Draft202012Validator(schema.schema).is_valid(said) is valid


def test_an_attachment_without_words_of_its_own_is_fine() -> None:
    assert errors(Content(media=(Attachment(image()),)), "instagram_account") == []
