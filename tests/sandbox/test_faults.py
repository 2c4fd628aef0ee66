"""Scripted trouble: before the work, after it, and counted."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.app import Sandbox
from sandbox.faults import BadFaultError, fault_from
from sandbox.meta import demo
from sandbox.world import World
from tests.sandbox.hub import Hub, error_of

PUBLISH = {"host": "graph.facebook.com", "method": "POST", "path": "*/feed"}


def _script(world: World, **wish: Any) -> None:
    world.faults.add(fault_from(wish))


def _messages(world: World) -> list[str]:
    return [item.text for item in world.meta.timeline(demo.BAKERY)]


def test_a_lost_answer_still_counts_one_post(world: World, hub: Hub, page_token: str) -> None:
    _script(world, kind="lost_after_success", **PUBLISH)
    with pytest.raises(requests.ConnectionError):
        hub.publish(page_token, demo.BAKERY, "Did it work?")
    assert _messages(world) == ["Did it work?"]
    (call,) = world.journal.entries(method="POST", path="*/feed")
    assert (call["status"], call["worked"], call["faults"]) == (None, True, ["lost_after_success"])


def test_a_connection_lost_before_the_work_leaves_nothing(world: World, hub: Hub, page_token: str) -> None:
    _script(world, kind="lost_before", **PUBLISH)
    with pytest.raises(requests.ConnectionError):
        hub.publish(page_token, demo.BAKERY, "Never arrived")
    assert _messages(world) == []
    assert hub.publish(page_token, demo.BAKERY, "Never arrived").ok


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"status": 500}, 500, None),
        ({"error": {"code": 4, "subcode": 2207051}}, 400, 4),
        ({"error": {"code": 2}, "status": 503}, 503, 2),
    ],
)
def test_an_error_after_success_lies_about_work_that_was_done(
    world: World, hub: Hub, page_token: str, wish: dict[str, Any], status: int, code: int | None
) -> None:
    _script(world, kind="error_after_success", **wish, **PUBLISH)
    answer = hub.publish(page_token, demo.BAKERY, "Live all the same")
    assert answer.status_code == status
    assert (answer.json()["error"]["code"] if code else None) == code
    assert _messages(world) == ["Live all the same"]


def test_a_fault_after_success_waits_for_success(world: World, hub: Hub, page_token: str) -> None:
    _script(world, kind="lost_after_success", **PUBLISH)
    assert error_of(hub.publish(page_token, demo.BAKERY, "")) == (400, 100, 0)
    with pytest.raises(requests.ConnectionError):
        hub.publish(page_token, demo.BAKERY, "Now")


def test_a_platform_error_has_the_platforms_body(world: World, hub: Hub, page_token: str) -> None:
    error = {"code": 368, "subcode": 1390008, "message": "Slow down", "is_transient": True, "user_title": "Too fast"}
    _script(world, kind="platform_error", error=error, status=400, **PUBLISH)
    told = hub.publish(page_token, demo.BAKERY, "x").json()["error"]
    assert (told["code"], told["error_subcode"], told["is_transient"]) == (368, 1390008, True)
    assert (told["message"], told["error_user_title"]) == ("Slow down", "Too fast")
    assert _messages(world) == []


def test_a_scripted_error_has_the_headers_and_the_status_it_was_given(world: World, hub: Hub, user_token: str) -> None:
    _script(world, kind="platform_error", error={"code": 190, "subcode": 460}, status=500)
    answer = hub.call("GET", "/me", user_token)
    assert error_of(answer) == (500, 190, 460)
    assert answer.headers["facebook-api-version"] == "v25.0"
    assert answer.headers["x-fb-trace-id"] == answer.json()["error"]["fbtrace_id"]


def test_bare_errors_are_html_and_counted_down(world: World, hub: Hub, user_token: str) -> None:
    _script(world, kind="http_status", status=502, times=2)
    answers = [hub.call("GET", "/me", user_token) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [502, 502, 200]
    assert answers[0].headers["Content-Type"].startswith("text/html")
    assert world.faults.listed() == []


def test_half_an_answer_is_no_json(world: World, hub: Hub, page_token: str) -> None:
    _script(world, kind="malformed_json", **PUBLISH)
    answer = hub.publish(page_token, demo.BAKERY, "Half")
    assert answer.status_code == 200
    with pytest.raises(requests.exceptions.JSONDecodeError):
        answer.json()
    assert _messages(world) == ["Half"]


@pytest.mark.parametrize("kind", ["slow", "slow_after"])
def test_a_slow_answer_times_out_although_the_work_is_done(world: World, hub: Hub, page_token: str, kind: str) -> None:
    _script(world, kind=kind, delay_s=60, times=2, **PUBLISH)
    with pytest.raises(requests.exceptions.ReadTimeout):
        hub.call("POST", f"/{demo.BAKERY}/feed", page_token, json={"message": "Slow"}, timeout=(3, 30))
    assert _messages(world) == ["Slow"]
    patient = hub.call("POST", f"/{demo.BAKERY}/feed", page_token, json={"message": "Patient"}, timeout=90)
    assert patient.ok


def test_waiting_in_process_can_move_the_towns_clock(world: World, app: Sandbox, user_token: str) -> None:
    from sandbox.adapter import SandboxAdapter

    session = requests.Session()
    session.mount("https://graph.facebook.com", SandboxAdapter(app, passes=world.clock.advance))
    world.clock.freeze()
    before = world.clock.now()
    world.switches.set({"latency_ms": 250})
    _script(world, kind="slow", delay_s=10)
    Hub(session).call("GET", "/me", user_token, timeout=30)
    assert world.clock.now() - before == pytest.approx(10.25)


def test_a_revoked_token_is_dead_for_real(world: World, hub: Hub, user_token: str, page_token: str) -> None:
    _script(world, kind="revoke_token", error={"subcode": 458}, **PUBLISH)
    assert error_of(hub.publish(page_token, demo.BAKERY, "x")) == (400, 190, 458)
    assert error_of(hub.publish(page_token, demo.BAKERY, "x")) == (400, 190, 458)
    assert hub.debug(page_token)["is_valid"] is False
    assert hub.call("GET", "/me", user_token).ok


def test_a_fault_hits_only_what_it_names(world: World, hub: Hub, session: requests.Session, page_token: str) -> None:
    _script(world, kind="http_status", **PUBLISH)
    assert hub.call("GET", f"/{demo.BAKERY}/feed", page_token).ok
    _script(world, kind="http_status", host="api.linkedin.com")
    assert hub.call("GET", "/me", page_token).ok
    _script(world, kind="http_status")
    assert session.get(f"https://www.facebook.com/{demo.BAKERY}").status_code == 200
    assert len(world.faults) == 3


def test_chances_repeat_with_the_same_seed() -> None:
    runs = []
    for _ in range(2):
        world = World(seed=7)
        world.faults.add(fault_from({"kind": "http_status", "probability": 0.3, "times": None}))
        runs.append([world.faults.take(("http_status",), "h", "GET", "/") is not None for _ in range(100)])
    assert runs[0] == runs[1]
    assert 15 < sum(runs[0]) < 45


@pytest.mark.parametrize(
    "wish",
    [
        {"kind": "earthquake"},
        {"kind": "slow", "delay": 3},
        {"kind": "slow", "delay_s": -1},
        {"kind": "slow", "times": 0},
        {"kind": "http_status", "status": 200},
        {"kind": "http_status", "probability": 2},
        {"kind": "platform_error", "error": 5},
        {"kind": "slow", "path": 3},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused_in_words(wish: dict[str, Any]) -> None:
    with pytest.raises(BadFaultError):
        fault_from(wish)
