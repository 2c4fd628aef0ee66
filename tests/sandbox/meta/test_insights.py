"""Statistics: today's names, dead names, and what stays away when there is nothing to tell."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.meta import demo
from sandbox.world import World
from tests.sandbox.hub import Hub, error_of
from tests.sandbox.meta.instagram import MEDIA, Instagram

DAY = 86_400


def _insights(hub: Hub, token: str, node: str, **params: Any) -> requests.Response:
    return hub.call("GET", f"/{node}/insights", token, params=params)


def test_a_page_tells_its_days_in_the_platforms_shape(world: World, hub: Hub, page_token: str) -> None:
    since = world.now() // DAY * DAY - 3 * DAY
    asked = {"metric": "page_media_view,page_follows", "period": "day", "since": since, "until": since + 2 * DAY}
    answer = _insights(hub, page_token, demo.BAKERY, **asked).json()
    first, second = answer["data"]
    assert (first["name"], first["period"], second["name"]) == ("page_media_view", "day", "page_follows")
    assert first["id"] == f"{demo.BAKERY}/insights/page_media_view/day"
    assert len(first["values"]) == 3
    assert first["values"][0]["end_time"].endswith("T00:00:00+0000")
    assert {"previous", "next"} == set(answer["paging"])
    assert _insights(hub, page_token, demo.BAKERY, **asked).json()["data"] == answer["data"]


@pytest.mark.parametrize(
    "metric",
    [
        "page_impressions",
        "page_impressions_unique",
        "page_fans",
        "page_fan_adds_unique",
        "page_engaged_users",
        "page_posts_impressions_paid",
        "page_video_views_unique",
        "page_consumptions",
        "no_such_thing",
        "page_media_view,page_fans",
    ],
)
def test_one_dead_name_fails_the_whole_call(hub: Hub, page_token: str, metric: str) -> None:
    assert error_of(_insights(hub, page_token, demo.BAKERY, metric=metric)) == (400, 100, 0)


def test_no_metric_at_all_has_numbers_of_its_own(hub: Hub, page_token: str) -> None:
    assert error_of(_insights(hub, page_token, demo.BAKERY)) == (400, 3001, 1504028)


def test_the_views_want_a_version_that_knows_them(hub: Hub, session: requests.Session, page_token: str) -> None:
    old = Hub(session, "https://graph.facebook.com/v22.0")
    assert error_of(_insights(old, page_token, demo.BAKERY, metric="page_media_view")) == (400, 100, 0)
    assert _insights(old, page_token, demo.BAKERY, metric="page_follows").ok


def test_a_disputed_metric_is_a_switch(world: World, hub: Hub, page_token: str) -> None:
    assert _insights(hub, page_token, demo.BAKERY, metric="page_video_views").ok
    world.switches.set({"meta.page_video_views_alive": False})
    assert error_of(_insights(hub, page_token, demo.BAKERY, metric="page_video_views")) == (400, 100, 0)


def test_a_window_has_at_most_ninety_days(world: World, hub: Hub, page_token: str) -> None:
    now = world.now()
    for days, ok in ((89, True), (95, False)):
        asked = {"metric": "page_follows", "since": now - days * DAY - DAY, "until": now - DAY}
        assert _insights(hub, page_token, demo.BAKERY, **asked).ok is ok


def test_a_breakdown_marks_each_value(hub: Hub, page_token: str) -> None:
    asked = {"metric": "page_media_view", "breakdown": "is_from_ads"}
    values = _insights(hub, page_token, demo.BAKERY, **asked).json()["data"][0]["values"]
    assert {value["is_from_ads"] for value in values} == {"0", "1"}


def test_a_small_page_gets_nothing_rather_than_zeros(world: World, hub: Hub) -> None:
    scopes = ["pages_show_list", "pages_read_engagement", "read_insights"]
    token = hub.page_token(hub.long_lived(world.meta.consent(scopes=scopes)["code"]), demo.CHOIR)
    assert _insights(hub, token, demo.CHOIR, metric="page_follows").json() == {"data": []}


def test_a_young_post_has_no_numbers_and_an_old_one_has(world: World, hub: Hub, page_token: str) -> None:
    post_id = hub.publish(page_token, demo.BAKERY, "Count me").json()["id"]
    asked = {"metric": "post_media_view,post_reactions_by_type_total"}
    assert _insights(hub, page_token, post_id, **asked).json() == {"data": []}
    world.clock.advance(49 * 3600)
    views, reactions = _insights(hub, page_token, post_id, **asked).json()["data"]
    assert (views["period"], type(views["values"][0]["value"])) == ("lifetime", int)
    assert set(reactions["values"][0]["value"]) == {"like", "love"}
    assert error_of(_insights(hub, page_token, post_id, metric="post_impressions")) == (400, 100, 0)


def test_insights_need_their_scope_and_task(world: World, hub: Hub) -> None:
    scopes = ["pages_show_list", "pages_read_engagement"]
    token = hub.page_token(hub.long_lived(world.meta.consent(scopes=scopes)["code"]), demo.BAKERY)
    assert error_of(_insights(hub, token, demo.BAKERY, metric="page_follows")) == (403, 10, 0)


def test_a_videos_numbers_stand_on_an_edge_of_their_own(world: World, hub: Hub, page_token: str) -> None:
    wish = {"file_url": f"{MEDIA}/clip.mp4"}
    video_id = hub.call("POST", f"/{demo.BAKERY}/videos", page_token, json=wish).json()["id"]
    world.clock.advance(50 * 3600)
    rows = hub.call("GET", f"/{video_id}/video_insights", page_token).json()["data"]
    assert "total_video_views" in {row["name"] for row in rows}


def test_media_have_the_metrics_of_their_kind(instagram: Instagram, world: World) -> None:
    post = instagram.live(image_url=f"{MEDIA}/square.jpg")
    reel = instagram.live(video_url=f"{MEDIA}/reel.mp4", media_type="REELS")
    assert _insights(instagram.hub, instagram.token, post, metric="views").json() == {"data": []}
    world.clock.advance(49 * 3600)
    for node, metric in ((post, "views,saved,follows"), (reel, "views,ig_reels_avg_watch_time")):
        answer = _insights(instagram.hub, instagram.token, node, metric=metric)
        assert [row["name"] for row in answer.json()["data"]] == metric.split(",")
    for node, metric, code in (
        (post, "impressions", 100),
        (reel, "plays", 100),
        (post, "ig_reels_avg_watch_time", 1),
        (reel, "crossposted_views", 1),
    ):
        assert error_of(_insights(instagram.hub, instagram.token, node, metric=metric))[1] == code
    broken = _insights(instagram.hub, instagram.token, post, metric="profile_activity", breakdown="action_type").json()[
        "data"
    ][0]
    assert broken["total_value"]["breakdowns"][0]["dimension_keys"] == ["action_type"]
    assert "values" not in broken


def test_a_story_tells_only_during_its_day_and_to_enough_viewers(instagram: Instagram, world: World) -> None:
    story = instagram.live(image_url=f"{MEDIA}/tall.jpg", media_type="STORIES")
    world.switches.set({"meta.ig_story_viewers": 4})
    few = _insights(instagram.hub, instagram.token, story, metric="reach")
    assert error_of(few)[1] == 10
    assert "Not enough viewers" in few.json()["error"]["message"]
    world.switches.set({"meta.ig_story_viewers": 5})
    assert _insights(instagram.hub, instagram.token, story, metric="navigation").json()["data"]
    world.clock.advance(DAY)
    assert _insights(instagram.hub, instagram.token, story, metric="reach").json() == {"data": []}


def test_an_account_gives_totals_and_only_reach_as_a_series(instagram: Instagram, world: World) -> None:
    def ask(**params: Any) -> requests.Response:
        return _insights(instagram.hub, instagram.token, demo.IG_BAKERY, **params)

    (total,) = ask(metric="views", period="day", metric_type="total_value").json()["data"]
    assert (type(total["total_value"]["value"]), "values" in total) == (int, False)
    since = world.now() // DAY * DAY - 5 * DAY
    (series,) = ask(metric="reach", period="day", since=since, until=since + 2 * DAY).json()["data"]
    assert len(series["values"]) == 3
    assert error_of(ask(metric="views", period="day")) == (400, 100, 0)
    assert error_of(ask(metric="impressions", period="day")) == (400, 100, 0)
    for spelling in ("follow_type", "follower_type"):
        wish = {"metric": "views", "period": "day", "metric_type": "total_value", "breakdown": spelling}
        (row,) = ask(**wish).json()["data"]
        assert row["total_value"]["breakdowns"][0]["dimension_keys"] == [spelling]
    people = {"metric": "follower_demographics", "metric_type": "total_value", "breakdown": "age"}
    assert error_of(ask(**people, period="lifetime")) == (400, 100, 0)
    assert ask(**people, period="lifetime", timeframe="this_month").json()["data"]


def test_a_small_account_has_no_demographics(world: World, hub: Hub) -> None:
    scopes = ["pages_show_list", "instagram_basic", "instagram_manage_insights"]
    token = hub.page_token(hub.long_lived(world.meta.consent(scopes=scopes, user=demo.JONAS)["code"]), demo.ORCHARD)
    asked = {"metric": "follower_demographics", "metric_type": "total_value", "breakdown": "age"}
    more = {"period": "lifetime", "timeframe": "this_month"}
    assert _insights(hub, token, demo.IG_ORCHARD, **asked, **more).json() == {"data": []}
