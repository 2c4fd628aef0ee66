"""Scripted trouble on LinkedIn: before the work, after it, in the platform's own words."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.faults import fault_from
from sandbox.linkedin import demo
from sandbox.world import World
from tests.sandbox.linkedin.hub import CONTROL, OBSERVATORY, SITE, SOLVEIG, Hub, code_of, enc, png

PUBLISH = {"host": "api.linkedin.com", "method": "POST", "path": "/rest/posts"}


def _preset(hub: Hub, name: str) -> None:
    assert hub.session.post(f"{CONTROL}/faults", json={"preset": name}).ok


def _texts(world: World) -> list[str]:
    return [item.text for item in world.linkedin.timeline()]


def test_a_lost_answer_leaves_a_post_and_the_repeat_names_it(world: World, hub: Hub, token: str) -> None:
    _preset(hub, "linkedin-publish-lost")
    with pytest.raises(requests.ConnectionError):
        hub.publish(token, SOLVEIG, "Once")
    (item,) = world.linkedin.timeline()
    repeat = hub.publish(token, SOLVEIG, "Once")
    assert code_of(repeat) == (422, "DUPLICATE_POST")
    assert item.id in repeat.json()["message"]
    assert _texts(world) == ["Once"]


def test_a_connection_lost_before_the_work_leaves_nothing(world: World, hub: Hub, token: str) -> None:
    _preset(hub, "linkedin-publish-refused")
    with pytest.raises(requests.ConnectionError):
        hub.publish(token, SOLVEIG, "Once")
    assert _texts(world) == []
    assert hub.publish(token, SOLVEIG, "Once").status_code == 201


@pytest.mark.parametrize(
    ("preset", "status", "done"),
    [
        ("linkedin-publish-500-after", 500, True),
        ("linkedin-publish-504-after", 504, True),
        ("linkedin-publish-503", 503, False),
        ("linkedin-publish-conflict", 409, False),
        ("linkedin-share-limit", 429, False),
        ("linkedin-media-waiting", 400, False),
        ("linkedin-publish-duplicate", 422, False),
    ],
)
def test_each_preset_answers_as_it_says(
    world: World, hub: Hub, token: str, preset: str, status: int, done: bool
) -> None:
    _preset(hub, preset)
    answer = hub.publish(token, SOLVEIG, "Hello")
    assert answer.status_code == status
    assert _texts(world) == (["Hello"] if done else [])
    assert "Retry-After" not in answer.headers
    is_html = answer.headers["Content-Type"].startswith("text/html")
    assert is_html is (status == 504)
    assert hub.publish(token, SOLVEIG, "Hello again").status_code == 201


def test_a_scripted_duplicate_has_the_real_shape(hub: Hub, token: str) -> None:
    _preset(hub, "linkedin-publish-duplicate")
    told = hub.publish(token, SOLVEIG, "x").json()
    assert told["errorDetails"]["inputErrors"][0]["code"] == "DUPLICATE_POST"
    assert "urn:li:share:7000000000000000001" in told["message"]


def test_a_dead_version_stops_everything_until_cleared(hub: Hub, token: str) -> None:
    _preset(hub, "linkedin-version-sunset")
    for _ in range(3):
        assert code_of(hub.publish(token, SOLVEIG, "x")) == (426, "NONEXISTENT_VERSION")
    assert hub.call("GET", "/v2/userinfo", token).ok
    hub.session.delete(f"{CONTROL}/faults")
    assert hub.publish(token, SOLVEIG, "x").ok


def test_propagation_and_revocation_look_alike_but_only_one_passes(hub: Hub, token: str) -> None:
    _preset(hub, "linkedin-token-propagation")
    answers = [hub.call("GET", "/v2/userinfo", token) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 200]
    _preset(hub, "linkedin-token-dies")
    for _ in range(2):
        refused = hub.publish(token, SOLVEIG, "x")
        assert code_of(refused) == (401, "REVOKED_ACCESS_TOKEN")
        assert refused.json()["serviceErrorCode"] == 65601
    assert hub.introspect(token)["status"] == "revoked"


def test_a_code_word_or_a_number_is_enough_for_a_fault(world: World, hub: Hub, token: str) -> None:
    wishes: list[tuple[dict[str, Any], tuple[int, str]]] = [
        ({"code": 65602}, (401, "EXPIRED_ACCESS_TOKEN")),
        ({"code": "CONFLICT"}, (409, "CONFLICT")),
        ({"code": "EXPIRED_UPLOAD_URL"}, (400, "EXPIRED_UPLOAD_URL")),
    ]
    for error, seen in wishes:
        world.faults.add(fault_from({"kind": "platform_error", "error": error, **PUBLISH}))
        assert code_of(hub.publish(token, SOLVEIG, "x")) == seen
    world.faults.add(fault_from({"kind": "platform_error", "status": 502, **PUBLISH}))
    assert hub.publish(token, SOLVEIG, "x").status_code == 502


def test_uploads_and_sign_in_can_fail_too(world: World, hub: Hub, token: str) -> None:
    value = hub.initialize(token, OBSERVATORY).json()["value"]
    headers = {"Authorization": f"Bearer {token}"}
    _preset(hub, "linkedin-upload-lost")
    with pytest.raises(requests.ConnectionError):
        hub.session.put(value["uploadUrl"], data=png(), headers=headers)
    assert hub.call("GET", f"/rest/images/{enc(value['image'])}", token).json()["status"] == "AVAILABLE"
    _preset(hub, "linkedin-upload-500")
    assert hub.session.put(value["uploadUrl"], data=png(), headers=headers).status_code == 500
    path = "/oauth/v2/accessToken"
    world.faults.add(
        fault_from({"kind": "platform_error", "error": {"code": "server_error"}, "status": 500, "path": path})
    )
    assert hub.redeem("any").json()["error"] == "server_error"


def test_a_fault_for_any_platform_spares_the_person_at_the_browser(world: World, session: requests.Session) -> None:
    world.faults.add(fault_from({"kind": "http_status", "times": None}))
    asked = {
        "response_type": "code",
        "client_id": demo.DEFAULT_APP_ID,
        "redirect_uri": demo.REDIRECT_URIS[0],
        "scope": "openid",
    }
    assert session.get(f"{SITE}/oauth/v2/authorization", params=asked).status_code == 200
    assert session.get("https://media.licdn.com/dms/face/" + demo.SOLVEIG).status_code == 200
    assert session.post(f"{SITE}/oauth/v2/accessToken").status_code == 500
