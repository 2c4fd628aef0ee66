"""Scripted trouble on Google: before the work, after it, in the platform's own words."""

from __future__ import annotations

import pytest
import requests

from sandbox.faults import fault_from
from sandbox.google_business import demo, hosts
from sandbox.google_business.presets import PRESETS
from sandbox.world import World
from tests.sandbox.google_business.conftest import Connect
from tests.sandbox.google_business.hub import CONTROL, Hub, error_of, photo

PUBLISH = {"host": hosts.POSTS, "method": "POST", "path": "*/localPosts"}


def _preset(hub: Hub, name: str) -> None:
    assert hub.session.post(f"{CONTROL}/faults", json={"preset": name}).ok


def _texts(world: World) -> list[str]:
    return [item.text for item in world.google_business.timeline()]


@pytest.mark.parametrize(
    ("preset", "stands"), [("google-business-publish-lost", True), ("google-business-publish-refused", False)]
)
def test_a_lost_answer_leaves_a_post_and_a_lost_question_none(
    world: World, hub: Hub, token: str, preset: str, stands: bool
) -> None:
    _preset(hub, preset)
    with pytest.raises(requests.ConnectionError):
        hub.publish(token, "Once", media=photo())
    assert _texts(world) == (["Once"] if stands else [])
    assert hub.publish(token, "Twice").status_code == 200


@pytest.mark.parametrize(
    ("preset", "status", "stands"),
    [
        ("google-business-publish-503-after", 503, True),
        ("google-business-publish-502-after", 502, True),
        ("google-business-publish-503", 503, False),
        ("google-business-publish-409", 409, False),
        ("google-business-photo", 400, False),
        ("google-business-not-here", 403, False),
        ("google-business-429", 429, False),
        ("google-business-scope", 403, False),
        ("google-business-not-approved", 429, False),
        ("google-business-service-disabled", 403, False),
    ],
)
def test_each_preset_answers_as_it_says(
    world: World, hub: Hub, token: str, preset: str, status: int, stands: bool
) -> None:
    _preset(hub, preset)
    answer = hub.publish(token, "Olá")
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html") is (status == 502)
    assert _texts(world) == (["Olá"] if stands else [])
    world.faults.clear()
    assert hub.publish(token, "Olá outra vez").status_code == 200


def test_half_an_answer_is_no_json_and_the_post_stands(world: World, hub: Hub, token: str) -> None:
    _preset(hub, "google-business-publish-cut")
    answer = hub.publish(token, "Olá")
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert _texts(world) == ["Olá"]


def test_a_slow_answer_comes_too_late_for_the_impatient(world: World, hub: Hub, token: str) -> None:
    _preset(hub, "google-business-publish-slow")
    with pytest.raises(requests.ReadTimeout):
        hub.publish(token, "Olá")
    assert _texts(world) == ["Olá"]


def test_a_token_that_just_expired_can_be_renewed_and_one_taken_back_cannot(connect: Connect, hub: Hub) -> None:
    told = connect()
    _preset(hub, "google-business-token-expires")
    answer = hub.publish(told["access_token"], "Olá")
    assert error_of(answer) == (401, "UNAUTHENTICATED", "ACCESS_TOKEN_EXPIRED")
    fresh = hub.refresh(told["refresh_token"]).json()["access_token"]
    _preset(hub, "google-business-token-dies")
    assert error_of(hub.publish(fresh, "Olá"))[0] == 401
    assert hub.refresh(told["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("preset", "status", "error"),
    [
        ("google-business-invalid-grant", 400, "invalid_grant"),
        ("google-business-client", 401, "invalid_client"),
        ("google-business-token-500", 500, "internal_failure"),
    ],
)
def test_the_token_endpoint_fails_in_its_own_shape(
    connect: Connect, hub: Hub, preset: str, status: int, error: str
) -> None:
    told = connect()
    _preset(hub, preset)
    refused = hub.refresh(told["refresh_token"])
    assert (refused.status_code, refused.json()["error"]) == (status, error)
    assert hub.refresh(told["refresh_token"]).status_code == 200


def test_any_error_can_be_scripted_by_its_word_or_status(world: World, hub: Hub, token: str) -> None:
    for error, expected in (
        ({"code": "CONSUMER_SUSPENDED"}, (403, "PERMISSION_DENIED", "CONSUMER_SUSPENDED")),
        ({"code": "FAILED_PRECONDITION"}, (400, "FAILED_PRECONDITION", "")),
        ({"code": 504}, (504, "DEADLINE_EXCEEDED", "")),
        ({"code": 409, "message": "Later."}, (409, "ABORTED", "")),
        ({"code": "RATE_LIMIT_EXCEEDED", "value": 10}, (429, "RESOURCE_EXHAUSTED", "RATE_LIMIT_EXCEEDED")),
    ):
        world.faults.add(fault_from({"kind": "platform_error", "error": error, **PUBLISH}))
        assert error_of(hub.publish(token, "Olá")) == expected
    world.faults.add(fault_from({"kind": "platform_error", "error": {"code": "PHOTO", "photo": 1042}, **PUBLISH}))
    assert hub.publish(token, "Olá").json()["error"]["details"][0]["errorDetails"][0]["code"] == 1042


def test_discovery_fails_and_recovers(hub: Hub, token: str) -> None:
    path = f"/v1/accounts/{demo.BAKERIES}/locations?readMask=name"
    for preset, host, where in (
        ("google-business-discovery-503", hosts.LOCATIONS, path),
        ("google-business-accounts-429", hosts.ACCOUNTS, "/v1/accounts"),
    ):
        _preset(hub, preset)
        assert hub.call("GET", host, where, token).status_code in (429, 503)
        assert hub.call("GET", host, where, token).status_code == 200


def test_presets_have_names_of_their_own_and_can_all_be_scripted() -> None:
    assert len({preset.name for preset in PRESETS}) == len(PRESETS)
    for preset in PRESETS:
        assert fault_from({**preset.wish, "label": preset.label})


def test_faults_leave_people_alone(world: World, hub: Hub) -> None:
    world.faults.add(fault_from({"kind": "http_status", "status": 500}))
    assert hub.session.get("https://local.google.com/place", params={"id": demo.BAKERY}).status_code == 200
