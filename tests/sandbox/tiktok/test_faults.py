"""Trouble that is scripted, in the shapes of this platform; and the record of what came in."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from sandbox.faults import fault_from
from sandbox.world import World
from tests.sandbox.tiktok.hub import CONTROL, Hub, error_of, film, upload

INIT = {"method": "POST", "path": "*/init/"}


def _preset(hub: Hub, name: str) -> None:
    assert hub.session.post(f"{CONTROL}/faults", json={"preset": name}).ok


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("tiktok-init-500", (500, "internal_error")),
        ("tiktok-init-limit", (429, "rate_limit_exceeded")),
        ("tiktok-daily-cap", (403, "spam_risk_too_many_posts")),
        ("tiktok-banned", (403, "spam_risk_user_banned_from_posting")),
        ("tiktok-unknown-code", (400, "weather_too_fine")),
        ("tiktok-token-stale", (401, "access_token_invalid")),
    ],
)
def test_a_refusal_can_be_scripted_for_the_next_post(hub: Hub, name: str, seen: tuple[int, str]) -> None:
    _preset(hub, name)
    assert error_of(hub.init(upload(60_000))) == seen
    assert hub.init(upload(60_000)).status_code == 200


def test_caps_keep_status_200_where_the_platform_does(world: World, hub: Hub) -> None:
    _preset(hub, "tiktok-creator-full")
    assert error_of(hub.creator_info()) == (200, "spam_risk_too_many_posts")
    wish = {"kind": "platform_error", "status": 403, "error": {"code": "spam_risk_too_many_posts"}}
    world.faults.add(fault_from(wish))
    assert error_of(hub.creator_info()) == (403, "spam_risk_too_many_posts")


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_answers_with_a_page(world: World, hub: Hub, status: int) -> None:
    world.faults.add(fault_from({"kind": "http_status", "status": status, "host": "open.tiktokapis.com"}))
    answer = hub.creator_info()
    assert (answer.status_code, answer.headers["Content-Type"].partition(";")[0]) == (status, "text/html")


def test_a_post_may_have_begun_although_nobody_was_told(world: World, hub: Hub) -> None:
    for name in ("tiktok-init-lost", "tiktok-init-502-after"):
        _preset(hub, name)
    with pytest.raises(requests.ConnectionError):
        hub.init(upload(60_000))
    assert hub.init(upload(60_000)).status_code == 502
    assert hub.look("publishes")["total"] == 2
    world.clock.advance(7_200)
    assert list(world.tiktok.timeline()) == []


def test_a_creator_may_disconnect_in_the_middle(hub: Hub) -> None:
    _preset(hub, "tiktok-token-dies")
    assert error_of(hub.init(upload(60_000))) == (401, "access_token_invalid")
    assert hub.refresh()["error"] == "invalid_grant"


def test_oauth_and_uploads_fail_in_their_own_shapes(world: World, hub: Hub) -> None:
    world.faults.add(fault_from({"kind": "platform_error", "error": {"code": "server_error"}, "path": "*/token/"}))
    told = hub.token_form(grant_type="refresh_token", refresh_token=hub.refresh_token)
    assert (told.status_code, told.json()["error"]) == (200, "server_error")
    world.faults.add(fault_from({"kind": "platform_error", "status": 500, "path": "*/token/"}))
    assert hub.token_form(grant_type="refresh_token", refresh_token=hub.refresh_token).status_code == 500
    _preset(hub, "tiktok-refresh-503")
    assert hub.token_form(grant_type="refresh_token", refresh_token="x").text.startswith("<html>")
    _, url = hub.begin(60_000)
    world.faults.add(fault_from({"kind": "platform_error", "status": 503, "method": "PUT"}))
    answer = hub.put(url, bytes(60_000), 0, 59_999)
    assert (answer.status_code, answer.content) == (503, b"")


def test_faults_for_any_platform_spare_the_person_at_the_browser(world: World, hub: Hub) -> None:
    world.faults.add(fault_from({"kind": "http_status", "times": None}))
    assert hub.session.get("https://www.tiktok.com/@naiara.etxe").status_code == 200
    assert hub.creator_info().status_code == 500


def test_posts_stay_cheap_when_there_are_thousands(world: World, hub: Hub) -> None:
    """Generous on purpose: this finds a quadratic search, not a slow morning."""
    world.switches.set({"tiktok.limit_init": 0, "tiktok.limit_daily_posts": 0, "tiktok.processing_s": 0})
    body = film(1_000)

    def seconds_for(count: int) -> float:
        began = time.process_time()
        for _ in range(count):
            hub.publish(body)
        return time.process_time() - began

    early = seconds_for(80)
    seconds_for(440)
    late = seconds_for(80)
    assert late < 3 * early + 0.5
    assert sum(place.posts for place in world.tiktok.destinations()) == 600


def test_every_request_is_recorded_so_that_tests_can_count_and_look(hub: Hub) -> None:
    hub.init(upload(60_000))
    hub.init(upload(41_000_000, 10_000_000, 5))
    told: dict[str, Any] = hub.look("requests", path="*/video/init/")
    assert (told["total"], [one["status"] for one in told["requests"]]) == (2, [400, 200])
    headers = told["requests"][0]["headers"]
    assert headers["Content-Type"] == "application/json"
    assert headers["Authorization"] == "Bearer [redacted]"
    hub.refresh()
    everything = str(hub.look("requests")) + hub.session.get(f"{CONTROL}/calls").text
    assert hub.access not in everything
    assert hub.refresh_token not in everything
    assert "The total chunk count is invalid" in everything
