"""Minutes that slide, and what a creator and an app may do in a day."""

from __future__ import annotations

from sandbox.tiktok import demo
from sandbox.world import World
from tests.sandbox.tiktok.conftest import Connect
from tests.sandbox.tiktok.hub import SELF, Hub, error_of, film, upload

LIMITED = (429, "rate_limit_exceeded")
USER_INFO = "/v2/user/info/?fields=open_id"


def test_six_inits_a_minute_in_a_window_that_slides(world: World, hub: Hub) -> None:
    for _ in range(6):
        assert hub.init(upload(60_000)).status_code == 200
        world.clock.advance(10)
    # A minute has gone by since the first of them.
    assert hub.init(upload(60_000)).status_code == 200
    assert error_of(hub.init(upload(60_000))) == LIMITED
    world.clock.advance(9.9)
    assert error_of(hub.init(upload(60_000))) == LIMITED
    world.clock.advance(0.1)
    assert hub.init(upload(60_000)).status_code == 200


def test_each_endpoint_and_each_creator_has_a_minute_of_its_own(connect: Connect) -> None:
    hub, other = connect(), connect(user=demo.MIRELE)
    for _ in range(6):
        hub.init(upload(60_000))
    assert error_of(hub.init(upload(60_000))) == LIMITED
    assert hub.init(upload(60_000), inbox=True).status_code == 200
    assert other.init(upload(60_000)).status_code == 200
    hub.refresh()
    assert error_of(hub.init(upload(60_000))) == LIMITED


def test_refusals_count_and_a_429_does_not(world: World, hub: Hub) -> None:
    for _ in range(6):
        assert hub.init(upload(41_000_000, 10_000_000, 5)).status_code == 400
    assert error_of(hub.init(upload(60_000))) == LIMITED
    world.clock.advance(60)
    assert [hub.init(upload(60_000)).status_code for _ in range(7)] == [200] * 6 + [429]


def test_looks_have_their_own_numbers(world: World, connect: Connect) -> None:
    hub, other = connect(), connect(user=demo.MIRELE)
    assert [hub.creator_info().status_code for _ in range(21)] == [200] * 20 + [429]
    publish_id, _ = hub.begin(60_000)
    path, wish = "/v2/post/publish/status/fetch/", {"publish_id": publish_id}
    assert [hub.call(path, wish).status_code for _ in range(31)] == [200] * 30 + [429]
    world.switches.set({"tiktok.limit_display": 3})
    assert [one.call(USER_INFO, method="GET").status_code for one in (hub, other, hub, other)] == [200, 200, 200, 429]


def test_what_a_429_says_about_when_is_a_switch(world: World, hub: Hub) -> None:
    world.switches.set({"tiktok.limit_display": 1})
    hub.call(USER_INFO, method="GET")
    world.clock.advance(18)
    assert "Retry-After" not in hub.call(USER_INFO, method="GET").headers
    world.switches.set({"tiktok.rate_headers": "retry_after"})
    assert hub.call(USER_INFO, method="GET").headers["Retry-After"] == "42"
    world.switches.set({"tiktok.rate_headers": "reset"})
    assert hub.call(USER_INFO, method="GET").headers["x-ratelimit-reset"] == str(world.now() + 42)


def test_fifteen_posts_a_day_are_shared_by_all_apps_and_drafts_are_none_of_them(world: World, connect: Connect) -> None:
    world.switches.set({"tiktok.limit_init": 0, "tiktok.limit_pending_shares": 0})
    hub = connect(user=demo.TEODOR)
    unaudited = connect(user=demo.TEODOR, app_key=demo.UNAUDITED_APP_KEY)
    for number in range(15):
        (hub if number % 2 else unaudited).publish(privacy_level=SELF)
    for one in (hub, unaudited):
        assert error_of(one.init(upload(60_000), privacy_level=SELF)) == (403, "spam_risk_too_many_posts")
        assert error_of(one.creator_info()) == (200, "spam_risk_too_many_posts")
    assert hub.init(upload(60_000), inbox=True).status_code == 200
    world.clock.advance(86_400)
    hub.refresh()
    assert hub.init(upload(60_000), privacy_level=SELF).status_code == 200


def test_inits_beyond_the_days_posts_fail_when_their_bytes_come(world: World, hub: Hub) -> None:
    world.switches.set({"tiktok.limit_daily_posts": 1})
    begun = [hub.begin(len(film())) for _ in range(2)]
    for _, url in begun:
        hub.send(url, film())
    world.clock.advance(3)
    told = [hub.status(publish_id) for publish_id, _ in begun]
    assert [one["status"] for one in told] == ["PUBLISH_COMPLETE", "FAILED"]
    assert told[1]["fail_reason"] == "spam_risk_too_many_posts"


def test_five_drafts_may_wait_and_failed_ones_count(world: World, hub: Hub) -> None:
    world.switches.set({"tiktok.fate": "internal"})
    hub.publish(inbox=True)
    world.switches.set({"tiktok.fate": None})
    world.clock.advance(3)
    ids = [hub.publish(inbox=True) for _ in range(4)]
    world.clock.advance(61)
    refused = (403, "spam_risk_too_many_pending_share")
    assert error_of(hub.init(upload(60_000), inbox=True)) == refused
    photo = ["https://media.sandbox.example/square.jpg"]
    assert error_of(hub.photos(photo, mode="MEDIA_UPLOAD")) == refused
    hub.lever("webhooks/post_draft", {"publish_id": ids[0], "queue": True})
    assert hub.init(upload(60_000), inbox=True).status_code == 200


def test_five_creators_a_day_post_through_an_unaudited_app(world: World, connect: Connect) -> None:
    names = [f"friend{number}" for number in range(6)]
    hub = connect()
    for name in names:
        hub.lever("creators", {"username": name, "private": True})
    hubs = [connect(user=name, app_key=demo.UNAUDITED_APP_KEY) for name in names]
    for one in hubs[:5]:
        assert one.init(upload(60_000), privacy_level=SELF).status_code == 200
    assert error_of(hubs[5].init(upload(60_000), privacy_level=SELF)) == (403, "reached_active_user_cap")
    assert error_of(hubs[5].creator_info()) == (200, "reached_active_user_cap")
    assert hubs[0].init(upload(60_000), privacy_level=SELF).status_code == 200
    world.clock.advance(86_400)
    hubs[5].refresh()
    assert hubs[5].init(upload(60_000), privacy_level=SELF).status_code == 200


def test_an_audited_app_has_the_cap_of_its_audit(connect: Connect) -> None:
    hub, other = connect(), connect(user=demo.MIRELE)
    hub.lever("apps", {"active_creators": 1})
    assert hub.init(upload(60_000)).status_code == 200
    assert error_of(other.init(upload(60_000))) == (403, "reached_active_user_cap")


def test_zero_lifts_a_limit(world: World, hub: Hub) -> None:
    names = ("init", "creator_info", "status", "display", "daily_posts", "pending_shares", "unaudited_users")
    world.switches.set({f"tiktok.limit_{name}": 0 for name in names})
    ids = [hub.publish() for _ in range(16)]
    drafts = [hub.publish(inbox=True) for _ in range(7)]
    world.clock.advance(3)
    assert {hub.status(one)["status"] for one in ids} == {"PUBLISH_COMPLETE"}
    assert {hub.status(one)["status"] for one in drafts} == {"SEND_TO_USER_INBOX"}
