"""The API's door: what clients may rely on."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from connectors.models import Connection, Destination
from publishing.models import Post, PublishJob
from sandbox.world import World
from tenants.services import create_api_key
from tests.conftest import House
from tests.publishing.conftest import Trouble

Run = Callable[[datetime], int]
STRANGER = "11111111-1111-7111-8111-111111111111"  # the id of nothing


def post(api: Client, path: str, body: Any, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return api.post(path, json.dumps(body), content_type="application/json", headers=headers)


def test_publishing_answers_202_at_once_and_the_post_is_followed_to_its_end(
    api: Client, destination: Destination, run_due: Run
) -> None:
    answer = post(api, "/api/publish", {"text": "Hello", "destinations": [str(destination.pk)]}, key="one")
    assert answer.status_code == 202
    assert answer.json()["state"] == "publishing"
    run_due(timezone.now())
    told = api.get(answer["Location"]).json()
    assert told["state"] == "published"
    assert told["jobs"][0]["permalink"].startswith("https://")
    job = api.get(f"/api/jobs/{told['jobs'][0]['id']}/").json()
    assert [attempt["outcome"] for attempt in job["attempts"]] == ["published"]


def test_the_same_key_and_body_answer_the_same_post(api: Client, destination: Destination) -> None:
    body = {"text": "Hello", "destinations": [str(destination.pk)]}
    first, second = post(api, "/api/publish", body, key="k"), post(api, "/api/publish", body, key="k")
    assert first.json()["id"] == second.json()["id"]
    assert second.status_code == 202
    assert second["Idempotency-Replayed"] == "true"
    assert Post.objects.count() == PublishJob.objects.count() == 1


def test_the_same_key_with_another_body_is_a_conflict(api: Client, destination: Destination) -> None:
    post(api, "/api/publish", {"text": "Hello", "destinations": [str(destination.pk)]}, key="k")
    answer = post(api, "/api/publish", {"text": "Other", "destinations": [str(destination.pk)]}, key="k")
    assert answer.status_code == 409
    assert answer.json()["code"] == "idempotency_key_reused"
    assert Post.objects.count() == 1


def test_one_tenants_key_means_nothing_to_another(
    api: Client, destination: Destination, make_house: Callable[[str], House], connect: Callable[[House], Connection]
) -> None:
    other = make_house("Other")
    place = connect(other).destinations.filter(enabled=True).first()
    assert place is not None
    _, key = create_api_key(tenant=other.tenant, name="x", scopes=["posts:write"], actor="system:test")
    theirs = Client(headers={"Authorization": f"Bearer {key.reveal()}"})
    assert post(api, "/api/publish", {"text": "a", "destinations": [str(destination.pk)]}, key="k").status_code == 202
    assert post(theirs, "/api/publish", {"text": "b", "destinations": [str(place.pk)]}, key="k").status_code == 202


@pytest.mark.django_db(transaction=True)
def test_ten_requests_at_once_with_one_key_make_one_post(
    make_house: Callable[[str], House], connect: Callable[[House], Connection]
) -> None:
    house = make_house("Eager")
    place = connect(house).destinations.filter(enabled=True).first()
    assert place is not None
    _, key = create_api_key(tenant=house.tenant, name="x", scopes=["posts:write"], actor="system:test")

    def send(_: int) -> tuple[int, str]:
        try:
            client = Client(headers={"Authorization": f"Bearer {key.reveal()}"})
            answer = post(client, "/api/publish", {"text": "once", "destinations": [str(place.pk)]}, key="k")
            return answer.status_code, answer.json().get("id", "")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(send, range(10)))
    assert len(answers) == 1
    assert answers.pop()[0] == 202
    assert Post.objects.count() == PublishJob.objects.count() == 1


def in_an_hour() -> str:
    return (timezone.now() + timedelta(hours=1)).isoformat()


@pytest.mark.parametrize(
    ("change", "status", "field", "code"),
    [
        ({"text": ""}, 422, "text", "empty"),
        ({"text": "   \n "}, 422, "text", "empty"),
        ({"text": "x" * 63_207}, 422, "text", "too_long"),
        ({"text": 5_000_000 * "x"}, 413, "", ""),
        ({"link": "not a link"}, 422, "link", "bad_link"),
        ({"link": "https://www.facebook.com/somebody"}, 422, "link", "facebook_link"),
        ({"destinations": []}, 422, "destinations", "none_chosen"),
        ({"destinations": [STRANGER]}, 422, "destinations", "unknown_destination"),
        ({"destinations": ["nonsense"]}, 400, "destinations.0", "invalid"),
        ({"destinations": "nonsense"}, 400, "destinations", "not_a_list"),
        ({"destinations": None}, 400, "destinations", "null"),
        ({"publish_at": "yesterday"}, 422, "publish_at", "bad_time"),
        ({"publish_at": "2020-01-01T00:00:00Z"}, 422, "publish_at", "in_the_past"),
        ({"publish_at": "2026-12-24T09:00:00"}, 422, "publish_at", "no_time_zone"),
        ({"time_zone": "Mars/Olympus"}, 422, "time_zone", "unknown_time_zone"),
        ({"pubish_at": "2026-12-24T09:00:00Z"}, 400, "pubish_at", "unknown_field"),
        ({"overrides": {STRANGER: {"text": "x"}}}, 422, "overrides", "unknown_destination"),
        ({"overrides": {"nonsense": {"text": "x"}}}, 422, "overrides", "unknown_destination"),
        ({"overrides": {STRANGER: {"txt": "x"}}}, 400, "overrides", "unknown_field"),
        ({"text": ["x"]}, 400, "text", "invalid"),
        ({"text": "nul \x00 byte"}, 400, "text", "null_characters_not_allowed"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_bad_request_is_refused_field_by_field_and_leaves_no_row(
    api: Client, destination: Destination, change: dict[str, Any], status: int, field: str, code: str
) -> None:
    body = {"text": "Hello", "destinations": [str(destination.pk)], **change}
    answer = post(api, "/api/publish", body)
    assert answer.status_code == status, answer.content[:500]
    assert answer["Content-Type"] == "application/problem+json"
    assert Post.objects.count() == PublishJob.objects.count() == 0
    if field:
        found = [(error["field"], error["code"]) for error in answer.json()["errors"]]
        assert any(name.startswith(field) and given == code for name, given in found), found


def test_one_bad_destination_among_many_is_named_and_nothing_is_stored(api: Client, destination: Destination) -> None:
    answer = post(api, "/api/publish", {"text": "x", "destinations": [str(destination.pk), STRANGER]})
    assert answer.status_code == 422
    assert [error["destination"] for error in answer.json()["errors"]] == [STRANGER]
    assert Post.objects.count() == 0


def test_a_place_that_was_not_chosen_is_refused_with_the_remedy(api: Client, destination: Destination) -> None:
    Destination.objects.update(enabled=False)
    answer = post(api, "/api/publish", {"text": "x", "destinations": [str(destination.pk)]})
    assert answer.json()["errors"][0]["code"] == "not_chosen"


def test_an_account_that_needs_attention_is_refused_before_it_fails(
    api: Client, destination: Destination, world: World, run_due: Run
) -> None:
    world.meta.revoke({"user": destination.connection.external_user_id, "subcode": 458})
    post(api, "/api/publish", {"text": "x", "destinations": [str(destination.pk)]})
    run_due(timezone.now())
    answer = post(api, "/api/publish", {"text": "y", "destinations": [str(destination.pk)]})
    assert answer.status_code == 422
    assert "removed our app" in answer.json()["errors"][0]["message"]


def test_overrides_are_said_only_where_they_belong(
    api: Client, connection: Connection, run_due: Run, world: World
) -> None:
    first, second = connection.destinations.filter(enabled=True).order_by("external_id")[:2]
    body = {
        "text": "For all",
        "destinations": [str(first.pk), str(second.pk)],
        "overrides": {str(second.pk): {"text": "Just here"}},
    }
    assert post(api, "/api/publish", body).status_code == 202
    run_due(timezone.now())
    assert {item.text for item in world.meta.timeline(first.external_id)} == {"For all"}
    assert {item.text for item in world.meta.timeline(second.external_id)} == {"Just here"}


def test_one_destination_failing_leaves_the_others_published(
    api: Client, connection: Connection, run_due: Run, trouble: Trouble
) -> None:
    places = list(connection.destinations.filter(enabled=True).order_by("external_id")[:2])
    trouble("platform_error", error={"code": 368}, path=f"*/{places[0].external_id}/feed")
    made = post(api, "/api/publish", {"text": "x", "destinations": [str(place.pk) for place in places]}).json()
    run_due(timezone.now())
    told = api.get(f"/api/posts/{made['id']}/").json()
    assert told["state"] == "partly_published"
    assert {job["state"] for job in told["jobs"]} == {"failed", "published"}


def test_checking_tells_everything_and_publishes_nothing(api: Client, destination: Destination) -> None:
    body = {"text": "", "link": "nope", "destinations": [str(destination.pk)], "publish_at": "2020-01-01T00:00:00Z"}
    answer = post(api, "/api/publish/check", body)
    assert answer.status_code == 200
    assert answer.json()["publishable"] is False
    assert {finding["code"] for finding in answer.json()["findings"]} == {"bad_link", "in_the_past"}
    good = post(api, "/api/publish/check", {"text": "ok", "destinations": [str(destination.pk)]}).json()
    assert good == {"publishable": True, "publish_at": None, "findings": []}
    assert Post.objects.count() == 0


def test_a_scheduled_post_waits_and_can_be_cancelled(api: Client, destination: Destination) -> None:
    body = {"text": "x", "destinations": [str(destination.pk)], "publish_at": in_an_hour()}
    made = post(api, "/api/publish", body).json()
    assert made["state"] == "scheduled"
    cancelled = post(api, f"/api/jobs/{made['jobs'][0]['id']}/cancel/", {})
    assert cancelled.json()["state"] == "cancelled"
    again = post(api, f"/api/jobs/{made['jobs'][0]['id']}/cancel/", {})
    assert again.status_code == 409


def test_dead_letters_are_listed_and_redriven_by_the_api(
    api: Client, destination: Destination, run_due: Run, trouble: Trouble
) -> None:
    trouble("platform_error", error={"code": 368})
    post(api, "/api/publish", {"text": "x", "destinations": [str(destination.pk)]})
    run_due(timezone.now())
    listed = api.get("/api/dead-letters/").json()["results"]
    assert len(listed) == 1
    assert listed[0]["remedy"]
    ids = {"ids": [listed[0]["id"]]}
    assert post(api, "/api/dead-letters/redrive/", ids).json() == {"count": 1}
    assert post(api, "/api/dead-letters/redrive/", ids).json() == {"count": 0}
    run_due(timezone.now())
    assert api.get("/api/dead-letters/").json()["results"] == []
    assert PublishJob.objects.get().state == "published"


def test_lists_are_paged_by_cursors_that_neither_skip_nor_repeat(api: Client, destination: Destination) -> None:
    for number in range(7):
        post(api, "/api/publish", {"text": f"{number}", "destinations": [str(destination.pk)]})
    seen: list[str] = []
    address = "/api/posts/?limit=3"
    while address:
        page = api.get(address).json()
        seen += [row["text"] for row in page["results"]]
        address = page["next"]
        if len(seen) == 3:
            post(api, "/api/publish", {"text": "meanwhile", "destinations": [str(destination.pk)]})
    assert seen == [str(number) for number in reversed(range(7))]


def test_jobs_are_narrowed_by_state_and_unknown_states_are_refused(api: Client, destination: Destination) -> None:
    post(api, "/api/publish", {"text": "x", "destinations": [str(destination.pk)]})
    assert len(api.get("/api/jobs/?state=queued&state=retrying").json()["results"]) == 1
    assert api.get("/api/jobs/?state=published").json()["results"] == []
    assert api.get("/api/jobs/?state=sleeping").status_code == 400


def test_what_is_not_json_is_refused(api: Client) -> None:
    answer = api.post("/api/publish", "{not json", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed_body")
    answer = api.post("/api/publish", "text=x", content_type="application/x-www-form-urlencoded")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    answer = api.post("/api/publish", "[]", content_type="application/json")
    assert answer.status_code == 400


def test_the_openapi_document_names_every_address(client: Client) -> None:
    document = client.get("/api/schema/?format=json").json()
    expected = {
        "/api/publish",
        "/api/publish/check",
        "/api/posts/",
        "/api/jobs/{id}/cancel/",
        "/api/oauth/{platform}/start",
    }
    assert expected <= set(document["paths"])
    assert document["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"


def test_the_documentation_can_be_read_without_signing_in(client: Client) -> None:
    answer = client.get("/api/docs/")
    assert answer.status_code == 200
    assert b"swagger" in answer.content
