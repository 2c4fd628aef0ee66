"""Trouble as Mailchimp and the proxies in front of it make it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
import requests

from sandbox.faults import fault_from
from sandbox.mailchimp import demo
from sandbox.world import World
from tests.sandbox.mailchimp.hub import ADMIN, CONTROL, Hub, told


def _script(session: requests.Session, preset: str) -> None:
    assert session.post(f"{CONTROL}/faults", json={"preset": preset}).ok


def _mailings(world: World) -> list[int]:
    return [len(one.addresses) for one in world.mailchimp.state.mailings]


@pytest.mark.parametrize(
    ("preset", "status", "content_type"),
    [
        ("mailchimp-too-many", 429, "application/problem+json; charset=utf-8"),
        ("mailchimp-akamai-403", 403, "text/html"),
        ("mailchimp-akamai-503", 503, "application/json"),
        ("mailchimp-500", 500, "application/problem+json; charset=utf-8"),
        ("mailchimp-forbidden", 403, "application/problem+json; charset=utf-8"),
        ("mailchimp-disabled", 403, "application/problem+json; charset=utf-8"),
    ],
)
def test_a_refused_call_is_answered_by_whoever_refuses_it(
    session: requests.Session, hub: Hub, preset: str, status: int, content_type: str
) -> None:
    _script(session, preset)
    answer = hub.call("GET", "/ping")
    assert (answer.status_code, answer.headers["Content-Type"]) == (status, content_type)
    assert "Retry-After" not in answer.headers
    assert hub.call("GET", "/ping").ok


def test_the_proxy_tells_a_reference_and_throttling_tells_nothing(session: requests.Session, hub: Hub) -> None:
    _script(session, "mailchimp-akamai-503")
    body = hub.call("GET", "/ping").json()
    assert (body["title"], body["ref_no"][:18]) == ("akamai_503", "Reference Number: ")
    _script(session, "mailchimp-akamai-403")
    assert "Reference&#32;&#35;" in hub.call("GET", "/ping").text
    _script(session, "mailchimp-throttled")
    throttled = hub.call("GET", "/ping")
    assert (throttled.status_code, throttled.content) == (403, b"")


@pytest.mark.parametrize("preset", ["mailchimp-send-lost", "mailchimp-send-502-after", "mailchimp-send-500-after"])
def test_a_send_whose_answer_is_lost_was_sent_once(
    world: World, session: requests.Session, hub: Hub, preset: str
) -> None:
    campaign = hub.ready()
    _script(session, preset)
    if preset == "mailchimp-send-lost":
        with pytest.raises(requests.ConnectionError):
            hub.act(campaign, "send")
    else:
        assert hub.act(campaign, "send").status_code in (500, 502)
    assert hub.status(campaign) == "sending"
    assert told(hub.act(campaign, "send"))[0] == 400
    assert _mailings(world) == [12]


def test_a_stall_of_130_seconds_outlasts_the_caller_and_the_work_is_done(
    world: World, session: requests.Session, hub: Hub
) -> None:
    campaign = hub.ready()
    _script(session, "mailchimp-send-stall")
    with pytest.raises(requests.exceptions.ReadTimeout):
        hub.call("POST", f"/campaigns/{campaign}/actions/send", timeout=(5, 60))
    assert _mailings(world) == [12]


def test_a_send_refused_or_cut_off_before_the_work_sent_nothing(
    world: World, session: requests.Session, hub: Hub
) -> None:
    campaign = hub.ready()
    _script(session, "mailchimp-send-refused")
    with pytest.raises(requests.ConnectionError):
        hub.act(campaign, "send")
    _script(session, "mailchimp-send-not-ready")
    assert told(hub.act(campaign, "send")) == (400, "Bad Request", "Your Campaign is not ready to send.")
    assert (hub.status(campaign), _mailings(world)) == ("save", [])
    assert hub.act(campaign, "send").status_code == 204


def test_a_lost_create_leaves_a_draft_with_its_title(world: World, session: requests.Session, hub: Hub) -> None:
    _script(session, "mailchimp-create-lost")
    with pytest.raises(requests.ConnectionError):
        hub.draft(title="Ernte [hub:9]")
    found = hub.get("/campaigns", fields="campaigns.settings.title")["campaigns"]
    assert found == [{"settings": {"title": "Ernte [hub:9]"}}]


def test_a_key_deleted_under_way_is_dead_for_real(session: requests.Session, hub: Hub) -> None:
    _script(session, "mailchimp-key-dies")
    assert hub.call("GET", "/ping").status_code == 401
    assert hub.call("GET", "/ping").status_code == 401
    assert Hub(session, demo.MANAGER.key).call("GET", "/ping").ok


@pytest.mark.parametrize(
    ("error", "status", "expected"),
    [
        ({"code": "AuthorizationFailure"}, None, (403, "Authorization Failure")),
        ({"code": "ComplianceRelated"}, None, (503, "Compliance Related")),
        ({"code": "Odd", "title": "Out Of Ink", "detail": "No ink."}, 418, (418, "Out Of Ink")),
        ({"code": "InvalidResource", "errors": [{"field": "a", "message": "b"}]}, None, (400, "Invalid Resource")),
    ],
)
def test_any_problem_can_be_scripted(
    world: World, hub: Hub, error: Mapping[str, Any], status: int | None, expected: tuple[int, str]
) -> None:
    wish: dict[str, Any] = {"kind": "platform_error", "error": error, "host": "us19.api.mailchimp.com"}
    world.faults.add(fault_from({**wish, "status": status} if status else wish))
    answer = hub.call("GET", "/lists")
    assert told(answer)[:2] == expected
    assert answer.json().get("errors", []) == error.get("errors", [])


def test_too_many_calls_of_one_person_are_turned_away_whatever_key_they_carry(
    world: World, session: requests.Session, hub: Hub, premium: Hub
) -> None:
    world.switches.set({"mailchimp.busy_connections": 10, "mailchimp.retry_after_s": 3})
    refused = hub.call("GET", "/ping")
    assert told(refused) == (
        429,
        "Too Many Requests",
        "You have exceeded the limit of 10 simultaneous connections.",
    )
    assert refused.headers["Retry-After"] == "3"
    world.switches.set({"mailchimp.busy_connections": 9})
    assert (hub.call("GET", "/ping").status_code, premium.call("GET", "/ping").status_code) == (200, 200)
    assert hub.call("GET", "/ping").status_code == 200


def test_trouble_for_programs_leaves_people_alone(world: World, session: requests.Session, hub: Hub) -> None:
    _script(session, "any-429-once")
    assert session.get(f"{ADMIN}/account/api/").status_code == 200
    assert hub.call("GET", "/ping").status_code == 429
