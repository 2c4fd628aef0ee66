"""Versions, headers, rate limits: what surrounds every answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
import requests

from sandbox.meta import demo
from sandbox.world import World
from tests.sandbox.hub import Hub, error_of

HOST = "https://graph.facebook.com"


@pytest.mark.parametrize(
    ("version", "answered_by"), [("v25.0", "v25.0"), ("v26.0", "v26.0"), ("v20.0", "v21.0"), ("v3.2", "v21.0")]
)
def test_a_dead_version_is_answered_silently_by_the_oldest_living_one(
    world: World, session: requests.Session, user_token: str, version: str, answered_by: str
) -> None:
    world.clock.freeze(datetime(2026, 11, 21, tzinfo=UTC).timestamp())
    answer = session.get(f"{HOST}/{version}/me", params={"access_token": user_token})
    assert answer.ok
    assert answer.headers["facebook-api-version"] == answered_by
    assert answer.headers["x-fb-trace-id"]


def test_versions_die_by_the_clock(world: World, session: requests.Session) -> None:
    world.clock.freeze(datetime(2027, 1, 22, tzinfo=UTC).timestamp())
    assert session.get(f"{HOST}/v21.0/me").headers["facebook-api-version"] == "v22.0"


def test_unknown_and_missing_versions_are_refused_and_dead_ones_can_be(
    world: World, session: requests.Session, user_token: str
) -> None:
    params = {"access_token": user_token}
    assert error_of(session.get(f"{HOST}/v99.0/me", params=params)) == (400, 2500, 0)
    assert error_of(session.get(f"{HOST}/me", params=params)) == (400, 2500, 0)
    world.switches.set({"meta.dead_version": "refuse", "meta.unknown_version": "upgrade", "meta.unversioned": "oldest"})
    assert error_of(session.get(f"{HOST}/v20.0/me", params=params)) == (400, 2635, 0)
    assert session.get(f"{HOST}/v99.0/me", params=params).ok
    assert session.get(f"{HOST}/me", params=params).ok


def test_every_error_has_the_platforms_shape(hub: Hub, user_token: str) -> None:
    for path in ("/me/nonsense", "/999", "/a/b/c", "/me/feed"):
        answer = hub.call("GET", path, user_token)
        error = answer.json()["error"]
        assert error["fbtrace_id"] == answer.headers["x-fb-trace-id"]
        assert error_of(answer)[0] == 400


def test_a_broken_body_is_refused(hub: Hub, page_token: str) -> None:
    for body in (b'{"message": "x"', b'["message"]'):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {page_token}"}
        answer = hub.session.post(f"{HOST}/v25.0/{demo.BAKERY}/feed", data=body, headers=headers)
        assert error_of(answer) == (400, 100, 0)


def test_a_request_names_its_host_in_the_header_or_in_the_path(session: requests.Session, user_token: str) -> None:
    params = {"access_token": user_token}
    prefixed = session.get("http://127.0.0.1:8801/graph.facebook.com/v25.0/me", params=params)
    named = session.get("http://127.0.0.1:8801/v25.0/me", params=params, headers={"Host": "graph.facebook.com"})
    assert prefixed.json() == named.json()
    assert session.get("http://127.0.0.1:8801/graph.example.com/v25.0/me").status_code == 404


def test_usage_headers_appear_after_some_calls_and_count_truly(
    world: World, hub: Hub, user_token: str, page_token: str
) -> None:
    world.switches.set({"meta.usage_headers_after": 5, "meta.limit_page_calls": 100, "meta.limit_app_calls": 50})
    for _ in range(5):
        answer = hub.call("GET", "/me", page_token)
        assert "X-Business-Use-Case-Usage" not in answer.headers
    usage = json.loads(hub.call("GET", "/me", page_token).headers["X-Business-Use-Case-Usage"])
    assert usage[demo.BAKERY][0]["type"] == "pages"
    assert usage[demo.BAKERY][0]["call_count"] == 6
    for _ in range(5):
        answer = hub.call("GET", "/me", user_token)
    assert json.loads(answer.headers["X-App-Usage"])["call_count"] >= 10


@pytest.mark.parametrize(
    ("switch", "path", "code"),
    [
        ("meta.limit_app_calls", "/me", 4),
        ("meta.limit_user_calls", "/me", 17),
        ("meta.limit_page_user_calls", f"/{demo.BICYCLES}", 32),
    ],
)
def test_each_ceiling_has_its_own_error(
    world: World, hub: Hub, user_token: str, switch: str, path: str, code: int
) -> None:
    world.switches.set({switch: 1})
    hub.call("GET", path, user_token)
    assert error_of(hub.call("GET", path, user_token))[1] == code
    world.clock.advance(2 * 3600)
    assert hub.call("GET", path, user_token).ok


def test_calling_a_blocked_page_makes_the_block_longer(world: World, hub: Hub, page_token: str) -> None:
    world.clock.freeze()
    world.switches.set({"meta.limit_page_calls": 1, "meta.limit_penalty_s": 600})
    assert hub.call("GET", "/me", page_token).ok
    minutes = []
    for _ in range(3):
        answer = hub.call("GET", "/me", page_token)
        assert error_of(answer) == (400, 80001, 0)
        usage = json.loads(answer.headers["X-Business-Use-Case-Usage"])[demo.BAKERY][0]
        minutes.append(usage["estimated_time_to_regain_access"])
    assert minutes == [1440, 1450, 1460]
    world.clock.advance(1461 * 60)
    assert hub.call("GET", "/me", page_token).ok
