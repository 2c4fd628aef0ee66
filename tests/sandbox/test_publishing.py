"""Publishing on a Page: what passes, what is refused, what the lists show."""

from __future__ import annotations

import json
import re

import pytest
import requests

from sandbox.meta import demo
from sandbox.world import World
from tests.sandbox.hub import SCOPES, Hub, error_of

FINDER = (
    "id,message,created_time,permalink_url,is_published,application{id},from,"
    "attachments{media_type,target{id},subattachments{target{id}}}"
)


def _listed(hub: Hub, token: str, edge: str = "published_posts", **params: object) -> list[dict[str, object]]:
    answer = hub.call("GET", f"/{demo.BAKERY}/{edge}", token, params={"fields": FINDER, **params})
    assert answer.ok, answer.text
    rows: list[dict[str, object]] = answer.json()["data"]
    return rows


def test_a_post_is_found_again_with_everything_a_finder_needs(hub: Hub, page_token: str) -> None:
    post_id = hub.publish(page_token, demo.BAKERY, "Crème brûlée 🍮", link="https://bakery.example/menu").json()["id"]
    assert re.fullmatch(rf"{demo.BAKERY}_\d{{15,20}}", post_id)
    (post,) = _listed(hub, page_token)
    assert post["id"] == post_id
    assert post["message"] == "Crème brûlée 🍮"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", str(post["created_time"]))
    assert post["application"] == {"id": "1000000000000001"}
    assert post["is_published"] is True
    assert post["attachments"]["data"][0]["media_type"] == "link"  # type: ignore[index]


def test_a_create_call_returns_the_fields_it_asks_for(hub: Hub, page_token: str) -> None:
    answer = hub.publish(page_token, demo.BAKERY, "Hello", fields="id,permalink_url").json()
    assert set(answer) == {"id", "permalink_url"}
    refused = hub.publish(page_token, demo.BAKERY, "Again", fields="id,permalnk")
    assert error_of(refused) == (400, 100, 0)
    assert len(_listed(hub, page_token)) == 1


@pytest.mark.parametrize("prefix", ["https://graph.facebook.com", "http://127.0.0.1:8801/graph.facebook.com"])
def test_a_permalink_opens_the_post(session: requests.Session, page_token: str, prefix: str) -> None:
    hub = Hub(session, f"{prefix}/v25.0")
    post = hub.publish(page_token, demo.BAKERY, "Fresh <bread> at https://a.example/?x=1&y=2", fields="permalink_url")
    url = post.json()["permalink_url"]
    assert url.startswith(prefix.replace("graph.", "www."))
    page = session.get(url)
    assert page.status_code == 200
    assert "Fresh &lt;bread&gt; at" in page.text
    assert 'href="https://a.example/?x=1&amp;y=2"' in page.text
    assert session.get(url[:-3] + "000").status_code == 404
    assert session.get(f"{prefix.replace('graph.', 'www.')}/{post.json()['id']}").status_code == 200


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, (400, 100, 0)),
        ({"message": "   "}, (400, 100, 0)),
        ({"message": "x" * 63_207}, (400, 100, 0)),
        ({"message": 7}, (400, 100, 0)),
        ({"message": "x", "mesage": "y"}, (400, 100, 0)),
        ({"link": "https://www.facebook.com/somebody"}, (400, 100, 1609008)),
        ({"link": "https://unscrapable.example/a"}, (400, 100, 1609005)),
        ({"link": "not a link"}, (400, 100, 0)),
        ({"link": "https://a.example/", "name": "Mine"}, (400, 100, 0)),
        ({"message": "x", "targeting": "[]"}, (400, 100, 0)),
        ({"message": "x", "place": "99"}, (400, 100, 0)),
        ({"message": "x", "published": "maybe"}, (400, 100, 0)),
        ({"message": "x", "attached_media": [{"media_fbid": "1"}]}, (400, 100, 0)),
        ({"message": "x", "text_format_preset_id": "106018623298955"}, (500, 1, 0)),
    ],
)
def test_what_the_platform_refuses_is_refused(
    hub: Hub, page_token: str, body: dict[str, object], expected: tuple[int, int, int]
) -> None:
    assert error_of(hub.call("POST", f"/{demo.BAKERY}/feed", page_token, json=body)) == expected
    assert _listed(hub, page_token) == []


def test_the_longest_message_passes(hub: Hub, page_token: str) -> None:
    assert hub.publish(page_token, demo.BAKERY, "x" * 63_206).ok


def test_targeting_place_and_tags_pass_as_json_text_in_a_form(hub: Hub, page_token: str) -> None:
    form = {
        "message": "Come by",
        "targeting": json.dumps({"geo_locations": {"countries": ["FR"]}}),
        "place": demo.BAKERY,
        "tags": demo.JONAS,
    }
    post_id = hub.call("POST", f"/{demo.BAKERY}/feed", page_token, data=form).json()["id"]
    seen = hub.call("GET", f"/{post_id}", page_token, params={"fields": "targeting,place{id}"}).json()
    assert seen["targeting"] == {"geo_locations": {"countries": ["FR"]}}
    assert seen["place"] == {"id": demo.BAKERY}


def test_the_same_text_again_is_a_duplicate_until_the_window_has_passed(
    world: World, hub: Hub, page_token: str
) -> None:
    first = hub.publish(page_token, demo.BAKERY, "Same").json()["id"]
    assert error_of(hub.publish(page_token, demo.BAKERY, "Same"))[:2] == (400, 506)
    world.clock.advance(61)
    assert hub.publish(page_token, demo.BAKERY, "Same").ok
    assert hub.call("DELETE", f"/{first}", page_token).json() == {"success": True}


def test_only_the_page_itself_may_speak(hub: Hub, user_token: str, page_token: str) -> None:
    assert error_of(hub.publish(user_token, demo.BAKERY, "x")) == (403, 200, 0)
    assert error_of(hub.publish(page_token, demo.BICYCLES, "x")) == (400, 100, 33)
    assert error_of(hub.call("GET", f"/{demo.BAKERY}/published_posts", user_token)) == (403, 210, 0)


def test_without_the_task_nothing_is_published(hub: Hub, user_token: str) -> None:
    token = hub.page_token(user_token, demo.CHOIR)
    refusal = hub.publish(token, demo.CHOIR, "La la")
    assert error_of(refusal) == (403, 200, 0)
    assert "CREATE_CONTENT" in refusal.json()["error"]["message"]


def test_a_scheduled_post_waits_and_goes_live_by_the_clock(world: World, hub: Hub, page_token: str) -> None:
    for offset, ok in ((60, False), (31 * 86_400, False), (3600, True)):
        wish = {"published": False, "scheduled_publish_time": world.now() + offset}
        assert hub.publish(page_token, demo.BAKERY, f"In {offset}", **wish).ok is ok
    refused = hub.publish(page_token, demo.BAKERY, "x", scheduled_publish_time=world.now() + 3600)
    assert error_of(refused) == (400, 100, 0)
    assert _listed(hub, page_token) == []
    (waiting,) = _listed(hub, page_token, "scheduled_posts")
    assert waiting["is_published"] is False
    hub.publish(page_token, demo.BAKERY, "Meanwhile")
    world.clock.advance(3700)
    assert [post["message"] for post in _listed(hub, page_token)] == ["In 3600", "Meanwhile"]
    assert _listed(hub, page_token, "scheduled_posts") == []


def test_a_scheduled_post_can_be_published_early(hub: Hub, page_token: str) -> None:
    wish = {"published": False, "scheduled_publish_time": "+2 hours", "unpublished_content_type": "scheduled"}
    post_id = hub.publish(page_token, demo.BAKERY, "Soon", **wish).json()["id"]
    assert hub.call("POST", f"/{post_id}", page_token, data={"is_published": "true"}).json() == {"success": True}
    assert [post["id"] for post in _listed(hub, page_token)] == [post_id]


def test_lists_are_newest_first_and_obey_limit_cursor_since_and_until(world: World, hub: Hub, page_token: str) -> None:
    world.clock.freeze(1_800_000_000)
    for number in range(5):
        hub.publish(page_token, demo.BAKERY, str(number))
        world.clock.advance(60)
    params = {"fields": "message", "limit": 2}
    answer = hub.call("GET", f"/{demo.BAKERY}/posts", page_token, params=params).json()
    assert [post["message"] for post in answer["data"]] == ["4", "3"]
    cursor = answer["paging"]["cursors"]["after"]
    hub.publish(page_token, demo.BAKERY, "A newcomer moves nothing")
    answer = hub.call("GET", f"/{demo.BAKERY}/posts", page_token, params={**params, "after": cursor}).json()
    assert [post["message"] for post in answer["data"]] == ["2", "1"]
    middle = _listed(hub, page_token, since=1_800_000_060, until=1_800_000_120)
    assert [post["message"] for post in middle] == ["2", "1"]


def test_lists_can_trail_writes(world: World, hub: Hub, page_token: str) -> None:
    world.switches.set({"meta.list_lag_s": 30})
    post_id = hub.publish(page_token, demo.BAKERY, "Not yet").json()["id"]
    assert _listed(hub, page_token) == []
    assert hub.call("GET", f"/{post_id}", page_token).ok
    world.clock.advance(31)
    assert len(_listed(hub, page_token)) == 1


def test_a_post_is_edited_deleted_and_then_gone(hub: Hub, page_token: str) -> None:
    post_id = hub.publish(page_token, demo.BAKERY, "Typpo").json()["id"]
    assert hub.call("POST", f"/{post_id}", page_token, json={"message": "Typo"}).json() == {"success": True}
    assert hub.call("GET", f"/{post_id}", page_token).json()["message"] == "Typo"
    assert hub.call("DELETE", f"/{post_id}", page_token).json() == {"success": True}
    assert error_of(hub.call("GET", f"/{post_id}", page_token)) == (400, 100, 33)
    assert error_of(hub.call("DELETE", f"/{post_id}", page_token)) == (400, 100, 33)


def test_the_page_comments_under_its_post(hub: Hub, page_token: str) -> None:
    post_id = hub.publish(page_token, demo.BAKERY, "Look below").json()["id"]
    created = hub.call("POST", f"/{post_id}/comments", page_token, json={"message": "First!"}).json()
    listed = hub.call("GET", f"/{post_id}/comments", page_token).json()["data"]
    assert [(comment["id"], comment["message"]) for comment in listed] == [(created["id"], "First!")]
    counted = hub.call("GET", f"/{post_id}", page_token, params={"fields": "comments.summary(true).limit(0)"}).json()
    assert counted["comments"]["data"] == []
    assert counted["comments"]["summary"]["total_count"] == 1
    assert hub.call("DELETE", f"/{created['id']}", page_token).ok
    assert error_of(hub.call("POST", f"/{post_id}/comments", page_token, json={})) == (400, 100, 0)


def test_the_feed_needs_its_own_scope(world: World, hub: Hub) -> None:
    scopes = [scope for scope in SCOPES if scope != "pages_read_user_content"]
    token = hub.page_token(hub.long_lived(world.meta.consent(scopes=scopes)["code"]), demo.BAKERY)
    assert hub.call("GET", f"/{demo.BAKERY}/published_posts", token).ok
    assert error_of(hub.call("GET", f"/{demo.BAKERY}/feed", token)) == (403, 10, 0)
