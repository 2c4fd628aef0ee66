"""Beginning a post: what the creator may choose, the numbers of chunks, words, privacy, audit; and the order of all this."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.tiktok import demo
from sandbox.world import World
from tests.sandbox.tiktok.conftest import Connect
from tests.sandbox.tiktok.hub import EVERYONE, EVERYTHING, SELF, Hub, error_of, upload


def test_a_creator_chooses_from_what_the_account_allows(connect: Connect) -> None:
    public, private = (connect(user=user).creator_info().json()["data"] for user in (demo.NAIARA, demo.TEODOR))
    assert public["privacy_level_options"] == [EVERYONE, "MUTUAL_FOLLOW_FRIENDS", SELF]
    assert private["privacy_level_options"] == ["FOLLOWER_OF_CREATOR", "MUTUAL_FOLLOW_FRIENDS", SELF]
    assert (public["duet_disabled"], private["duet_disabled"], private["stitch_disabled"]) == (False, True, True)
    assert public["creator_username"] == "naiara.etxe"
    assert public["max_video_post_duration_sec"] == 600


def test_an_account_may_change_between_two_looks(hub: Hub) -> None:
    assert EVERYONE in hub.creator_info().json()["data"]["privacy_level_options"]
    hub.lever("creators", {"user": hub.open_id, "private": True, "comment_disabled": True, "longest_s": 60})
    data = hub.creator_info().json()["data"]
    assert EVERYONE not in data["privacy_level_options"]
    assert (data["comment_disabled"], data["max_video_post_duration_sec"]) == (True, 60)


def test_the_options_do_not_tell_whether_an_app_was_audited(connect: Connect) -> None:
    data = connect(app_key=demo.UNAUDITED_APP_KEY).creator_info().json()["data"]
    assert EVERYONE in data["privacy_level_options"]


def test_what_bars_a_creator_today_is_told_with_status_200(world: World, hub: Hub) -> None:
    hub.lever("creators", {"user": "naiara.etxe", "banned": True})
    assert error_of(hub.creator_info()) == (200, "spam_risk_user_banned_from_posting")
    assert error_of(hub.init(upload(60_000))) == (403, "spam_risk_user_banned_from_posting")


def test_a_call_without_a_living_token_is_refused(world: World, hub: Hub) -> None:
    world.tiktok.revoke({"user": hub.open_id, "how": "expired"})
    assert error_of(hub.creator_info()) == (401, "access_token_invalid")
    hub.access = ""
    assert error_of(hub.creator_info()) == (401, "access_token_invalid")


@pytest.mark.parametrize(
    ("numbers", "chunks"),
    [
        ((4_194_304, 4_194_304, 1), 1),
        ((8_388_608, 8_388_608, 1), 1),
        ((10_485_760, 5_242_880, 2), 2),
        ((50_000_123, 10_000_000, 5), 5),
        ((66_259_900, 5_242_880, 12), 12),
        ((158_008_374, 5_242_880, 30), 30),
        ((4_000_000_000, 5_242_880, 762), 762),
        ((64_000_000, 64_000_000, 1), 1),
    ],
)
def test_the_plans_of_the_sheet_are_taken(hub: Hub, numbers: tuple[int, int, int], chunks: int) -> None:
    answer = hub.init(upload(*numbers)).json()
    data = answer["data"]
    assert answer["error"]["code"] == "ok"
    assert data["publish_id"].startswith("v_pub_file~")
    assert len(data["publish_id"]) <= 64
    assert len(data["upload_url"]) <= 256
    assert data["upload_url"].startswith("https://")
    assert "open.tiktokapis.com" not in data["upload_url"]


SIZE, COUNT = "The chunk size is invalid", "The total chunk count is invalid"


@pytest.mark.parametrize(
    ("numbers", "words"),
    [
        ((66_259_900, 64_000_000, 1), SIZE),
        ((41_000_000, 10_000_000, 5), COUNT),
        ((158_008_374, 158_008_374, 1), SIZE),
        ((12_000_000, 4_000_000, 3), SIZE),
        ((128_000_002, 64_000_001, 2), SIZE),
        ((5_300_000_000, 5_300_000_000, 1), "The video size is invalid"),
        ((4_000_000_001, 5_242_880, 762), "The video size is invalid"),
        ((5_242_880 * 3, 5_242_880, 2), COUNT),
        ((20_000_000, 5_242_880, 1001), COUNT),
        ((20_000_000, 5_242_880, 0), COUNT),
        ((0, 1, 1), "The video size is invalid"),
        ((True, 1, 1), "The video size is invalid"),
    ],
)
def test_numbers_that_do_not_add_up_are_refused(hub: Hub, numbers: tuple[int, int, int], words: str) -> None:
    refused = hub.init(upload(*numbers))
    assert error_of(refused) == (400, "invalid_params")
    assert refused.json()["error"]["message"] == words


def test_the_bounds_of_a_chunk_have_two_readings(world: World, hub: Hub) -> None:
    world.switches.set({"tiktok.limit_init": 0})
    loose = [(12_000_000, 5_000_000, 2), (67_108_864, 67_108_864, 1)]
    assert [hub.init(upload(*numbers)).status_code for numbers in loose] == [400, 400]
    world.switches.set({"tiktok.chunk_bounds": "loose"})
    assert [hub.init(upload(*numbers)).status_code for numbers in loose] == [200, 200]


@pytest.mark.parametrize(
    "post_info",
    [
        {"privacy_level": None},
        {"privacy_level": "FRIENDS"},
        {"title": "é" * 2201},
        {"title": "𝄞" * 1101},
        {"title": 5},
        {"disable_duet": "yes"},
        {"brand_content_toggle": True, "privacy_level": SELF},
    ],
)
def test_words_and_choices_out_of_bounds_are_refused(hub: Hub, post_info: dict[str, Any]) -> None:
    assert error_of(hub.init(upload(60_000), **post_info)) == (400, "invalid_params")


def test_titles_are_counted_in_utf_16_and_odd_cover_moments_mean_the_first_frame(hub: Hub) -> None:
    for post_info in ({"title": "𝄞" * 1100}, {"title": ""}, {"video_cover_timestamp_ms": -7}, {"is_aigc": True}):
        assert hub.init(upload(60_000), **post_info).status_code == 200


def test_branded_content_for_oneself_and_the_spelling_of_the_code_are_switches(world: World, hub: Hub) -> None:
    branded: dict[str, Any] = {"brand_content_toggle": True, "privacy_level": SELF}
    world.switches.set({"tiktok.invalid_params": "invalid_param"})
    assert error_of(hub.init(upload(60_000), **branded)) == (400, "invalid_param")
    world.switches.set({"tiktok.branded_self_only": "accept"})
    assert hub.init(upload(60_000), **branded).status_code == 200


def test_a_level_the_creator_does_not_have_is_a_mismatch(hub: Hub) -> None:
    refused = hub.init(upload(60_000), privacy_level="FOLLOWER_OF_CREATOR")
    assert error_of(refused) == (403, "privacy_level_option_mismatch")
    assert "integration guidelines" in refused.json()["error"]["message"]


def test_an_unaudited_app_posts_for_private_accounts_and_for_nobody_else_to_see(connect: Connect) -> None:
    rule = (403, "unaudited_client_can_only_post_to_private_accounts")
    public, private = (connect(user=user, app_key=demo.UNAUDITED_APP_KEY) for user in (demo.NAIARA, demo.TEODOR))
    assert error_of(public.init(upload(60_000), privacy_level=SELF)) == rule
    assert error_of(private.init(upload(60_000), privacy_level="MUTUAL_FOLLOW_FRIENDS")) == rule
    assert private.init(upload(60_000), privacy_level=SELF).status_code == 200


def test_drafts_need_their_own_scope_and_look_at_no_privacy(connect: Connect) -> None:
    posting, drafting = (
        connect([scope for scope in EVERYTHING if scope != other]) for other in ("video.upload", "video.publish")
    )
    assert error_of(posting.init(upload(60_000), inbox=True)) == (401, "scope_not_authorized")
    assert error_of(drafting.init(upload(60_000))) == (401, "scope_not_authorized")
    assert error_of(drafting.creator_info()) == (401, "scope_not_authorized")
    data = drafting.init(upload(60_000), inbox=True).json()["data"]
    assert data["publish_id"].startswith("v_inbox_file~")


def test_the_checks_come_in_the_order_of_the_platform(world: World, connect: Connect) -> None:
    """Each call has this fault and all that come after it."""
    hub = connect(["user.info.basic"], app_key=demo.UNAUDITED_APP_KEY)
    access, hub.access = hub.access, "act.gone"
    bad_numbers = upload(41_000_000, 10_000_000, 5)
    bad_words: dict[str, Any] = {"title": 5, "privacy_level": "FOLLOWER_OF_CREATOR"}
    hub.lever("creators", {"user": "naiara.etxe", "banned": True})
    seen = [error_of(hub.init(bad_numbers, **bad_words))[1]]
    hub.access = access
    seen.append(error_of(hub.init(bad_numbers, **bad_words))[1])
    hub = connect(EVERYTHING, app_key=demo.UNAUDITED_APP_KEY)
    world.switches.set({"tiktok.limit_init": 1})
    hub.init(bad_numbers)
    seen.append(error_of(hub.init(bad_numbers, **bad_words))[1])
    world.switches.set({"tiktok.limit_init": 0})
    refused = [hub.init(bad_numbers, **bad_words)]
    pulled = {"source": "PULL_FROM_URL", "video_url": "https://elsewhere.example/v.mp4"}
    refused.append(hub.init(pulled, **bad_words))
    seen += [response.json()["error"]["message"] for response in refused]
    seen.append(error_of(hub.init(pulled, privacy_level="FOLLOWER_OF_CREATOR"))[1])
    seen.append(error_of(hub.init(pulled))[1])
    hub.lever("creators", {"user": "naiara.etxe", "private": True})
    seen.append(error_of(hub.init(pulled, privacy_level=SELF))[1])
    seen.append(
        error_of(hub.init({**pulled, "video_url": "https://media.sandbox.example/reel.mp4"}, privacy_level=SELF))[1]
    )
    assert seen == [
        "access_token_invalid",
        "scope_not_authorized",
        "rate_limit_exceeded",
        COUNT,
        "The title is invalid or longer than 2200",
        "privacy_level_option_mismatch",
        "unaudited_client_can_only_post_to_private_accounts",
        "url_ownership_unverified",
        "spam_risk_user_banned_from_posting",
    ]


def test_a_body_that_is_no_json_object_is_refused(hub: Hub) -> None:
    path = "/v2/post/publish/video/init/"
    headers = {"Authorization": f"Bearer {hub.access}", "Content-Type": "application/json"}
    for data in (b"{", b"[]", b"{}"):
        assert error_of(hub.session.post(f"{hub.api}{path}", data=data, headers=headers)) == (400, "invalid_params")
    headers["Content-Type"] = "text/plain"
    assert error_of(hub.session.post(f"{hub.api}{path}", data=b"{}", headers=headers)) == (400, "invalid_params")
    assert hub.call("/v2/post/publish/video/init").status_code == 404
    assert hub.call(path, method="GET").status_code == 404
