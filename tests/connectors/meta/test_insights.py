"""Numbers by today's names: what Meta tells is told on, what it does not is absent, and one dead metric costs no other."""

from datetime import timedelta
from typing import Any

import pytest
import responses

from connectors.errors import RateLimited, ReconnectRequired
from connectors.meta import insights_instagram, insights_page
from connectors.meta.insights import metrics_of, spans
from connectors.types import Metric
from sandbox.world import World
from tests.connectors.meta.conftest import Listening, Trouble
from tests.connectors.meta.stage import Stage, image, post, video

DEAD = ("impressions", "plays", "page_fans", "engaged_users", "consumptions", "video_views_unique")


def by_name(metrics: object) -> dict[str, Metric]:
    assert isinstance(metrics, list)
    return {metric.name: metric for metric in metrics}


def old_enough(world: World) -> None:
    world.clock.advance(49 * 3600)


def test_no_metric_is_asked_for_that_meta_has_switched_off() -> None:
    tables = [insights_page.POST, insights_page.PAGE, insights_instagram.ACCOUNT, insights_instagram.BY_DAY]
    names = [name for table in [*tables, *insights_instagram.MEDIA.values()] for name in table]
    assert not [name for name in names if any(dead in name for dead in DEAD)]


@pytest.mark.parametrize("kind", ["photo", "reel"])
def test_a_page_post_tells_its_views_reach_and_reactions(page: Stage, world: World, kind: str) -> None:
    published = page.follow(post(image(world)) if kind == "photo" else post(video(world), format="reel"))
    old_enough(world)
    told = by_name(page.connector.post_metrics(published.external_id, page.target, now=page.now()))
    assert {"views", "reach", "clicks", "reactions"} <= set(told)
    assert (told["views"].raw_name, told["reach"].raw_name) == ("post_media_view", "post_total_media_view_unique")
    assert told["reactions"].value == sum(told["reactions"].parts.values())
    assert told["views"].since is None


def test_a_page_tells_its_days_and_its_followers(page: Stage, world: World) -> None:
    until = page.now()
    metrics = page.connector.account_metrics(page.target, since=until - timedelta(days=3), until=until)
    told = by_name(list(metrics))
    assert {"views", "reach", "engagements", "followers"} <= set(told)
    assert told["views"].since is not None
    assert told["views"].until is not None
    assert told["views"].until - told["views"].since == timedelta(days=1)
    assert len([metric for metric in metrics if metric.name == "views"]) >= 2


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("image", {"views", "reach", "likes", "comments", "saves", "shares", "engagements"}),
        ("reel", {"views", "reach", "likes", "saves", "average_watch_time_ms", "watch_time_ms"}),
        ("story", {"views", "reach", "shares", "comments", "engagements"}),
    ],
)
def test_instagram_media_tell_what_fits_their_product(
    instagram: Stage, world: World, kind: str, named: set[str]
) -> None:
    world.switches.set({"meta.insights_delay_h": 0})
    content = {
        "image": lambda: post(image(world)),
        "reel": lambda: post(video(world)),
        "story": lambda: post(image(world, 1080, 1920), text="", format="story"),
    }[kind]()
    published = instagram.follow(content)
    world.clock.advance(3600)
    metrics = list(instagram.connector.post_metrics(published.external_id, instagram.target, now=instagram.now()))
    assert named <= {metric.name for metric in metrics}
    assert len({metric.name for metric in metrics}) == len(metrics), "each once"


def test_an_instagram_account_tells_reach_by_day_the_rest_in_total_and_its_followers(instagram: Stage) -> None:
    until = instagram.now()
    since = until - timedelta(days=2)
    metrics = list(instagram.connector.account_metrics(instagram.target, since=since, until=until))
    told = by_name(metrics)
    assert {"reach", "views", "engagements", "followers"} <= set(told)
    assert (told["views"].since, told["views"].until) == (since, until)
    assert told["followers"].value == 2210


def test_weeks_of_an_instagram_account_are_asked_for_in_pieces_of_thirty_days(instagram: Stage) -> None:
    until = instagram.now()
    metrics = instagram.connector.account_metrics(instagram.target, since=until - timedelta(days=84), until=until)
    assert len([metric for metric in metrics if metric.name == "reach"]) > 80
    assert len([metric for metric in metrics if metric.name == "views"]) == 3


@pytest.mark.parametrize("place", ["page", "instagram"])
def test_numbers_that_have_not_come_yet_are_absent_and_never_0(
    place: str, request: pytest.FixtureRequest, world: World
) -> None:
    stage: Stage = request.getfixturevalue(place)
    published = stage.follow(post(image(world)))
    told = by_name(list(stage.connector.post_metrics(published.external_id, stage.target, now=stage.now())))
    assert not {"views", "reach"} & set(told)


def test_a_metric_that_died_costs_no_other(page: Stage, world: World, wire: Listening) -> None:
    world.switches.set({"meta.page_video_views_alive": False})
    until = page.now()
    metrics = list(page.connector.account_metrics(page.target, since=until - timedelta(days=2), until=until))
    names = {metric.name for metric in metrics}
    assert "video_views" not in names
    assert {"views", "reach", "engagements"} <= names


def test_a_story_few_have_seen_has_no_numbers_and_no_missing_permission(instagram: Stage, world: World) -> None:
    world.switches.set({"meta.ig_story_viewers": 3, "meta.insights_delay_h": 0})
    published = instagram.follow(post(image(world, 1080, 1920), text="", format="story"))
    world.clock.advance(3600)
    told = by_name(list(instagram.connector.post_metrics(published.external_id, instagram.target, now=instagram.now())))
    assert "views" not in told


@pytest.mark.parametrize(
    ("error", "raised"),
    [({"code": 10}, ReconnectRequired), ({"code": 190, "subcode": 460}, ReconnectRequired), ({"code": 4}, RateLimited)],
)
def test_a_real_refusal_is_no_absent_number(
    page: Stage, world: World, trouble: Trouble, error: dict[str, int], raised: type[Exception]
) -> None:
    trouble("platform_error", path="*/insights", error=error)
    with pytest.raises(raised):
        page.connector.account_metrics(page.target, since=page.now() - timedelta(days=1), until=page.now())


def test_a_long_time_is_asked_for_in_pieces_of_ninety_days(page: Stage) -> None:
    until = page.now()
    since = until - timedelta(days=200)
    pieces = list(spans(since, until))
    assert [end - begin for begin, end in pieces] == [timedelta(days=90), timedelta(days=90), timedelta(days=20)]
    assert (pieces[0][0], pieces[-1][1]) == (since, until)
    assert list(spans(until, until)) == []


def test_every_shape_of_a_row_is_read() -> None:
    rows: list[dict[str, Any]] = [
        {"name": "a", "period": "lifetime", "values": [{"value": 7}]},
        {"name": "b", "period": "lifetime", "values": [{"value": {"like": 2, "love": 1, "odd": "x"}}]},
        {
            "name": "c",
            "total_value": {"value": 5, "breakdowns": [{"results": [{"dimension_values": ["x"], "value": 5}]}]},
        },
        {"name": "d", "period": "day", "values": [{"value": None}, {"value": True}, {"value": {}}, "x"]},
        {"name": "e", "values": []},
        {"name": "unknown", "values": [{"value": 1}]},
    ]
    found = list(metrics_of(rows, {letter: letter for letter in "abcde"}))
    assert [(metric.name, metric.value, dict(metric.parts)) for metric in found] == [
        ("a", 7, {}),
        ("b", 3, {"like": 2, "love": 1}),
        ("c", 5, {"x": 5}),
    ]


@responses.activate
def test_the_numbers_of_a_reel_come_from_its_video_where_facebook_tells_them(page: Stage) -> None:
    from tests.conftest import GATEWAY

    base = f"{GATEWAY}/graph.facebook.com/v25.0"
    post_id, video_id = f"{page.target.external_id}_7", "9"
    attached = {"attachments": {"data": [{"media_type": "video", "target": {"id": video_id}}]}}
    responses.get(f"{base}/{post_id}/insights", json={"data": []})
    responses.get(f"{base}/{post_id}", json={"id": post_id, "shares": {"count": 2}, **attached})
    rows = [{"name": "post_video_view_time", "period": "lifetime", "values": [{"value": 9000}]}]
    responses.get(f"{base}/{video_id}/video_insights", json={"data": rows})
    from connectors import http

    http.unmount(GATEWAY)
    told = by_name(list(page.connector.post_metrics(post_id, page.target, now=page.now())))
    assert told["watch_time_ms"].value == 9000
    assert told["shares"].value == 2
