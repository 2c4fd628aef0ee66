"""Batches: later, in any order, answered in an archive at an address that soon closes."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from sandbox.mailchimp import demo
from sandbox.world import World
from tests.sandbox.mailchimp.hub import LISTENER, Hub, Receiver, told

MEMBERS = f"/lists/{demo.LETTER}/members"


def _operation(number: int, email: str, **more: Any) -> dict[str, Any]:
    body = json.dumps({"email_address": email, "status": "subscribed"})
    return {"method": "POST", "path": MEMBERS, "operation_id": f"op-{number}", "body": body, **more}


def _submit(hub: Hub, *operations: dict[str, Any]) -> str:
    answer = hub.call("POST", "/batches", json={"operations": list(operations)})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


def _answers(session: requests.Session, url: str) -> tuple[dict[str, tuple[int, Any]], int]:
    """Return answers by operation, and how many files were empty."""
    taken = session.get(url)
    assert taken.status_code == 200, taken.text
    found: dict[str, tuple[int, Any]] = {}
    empty = 0
    with tarfile.open(fileobj=io.BytesIO(taken.content), mode="r:gz") as tape:
        for entry in tape:
            file = tape.extractfile(entry)
            text = file.read() if file else b""
            empty += not text
            for one in json.loads(text) if text else []:
                assert isinstance(one["response"], str)
                found[one["operation_id"]] = (one["status_code"], json.loads(one["response"] or "null"))
    return found, empty


def test_a_batch_goes_through_its_states_and_works_meanwhile(world: World, session: requests.Session, hub: Hub) -> None:
    before = hub.get(MEMBERS, fields="total_items")["total_items"]
    batch = _submit(
        hub,
        _operation(1, "one@posteo.test"),
        _operation(2, "two@example.com"),
        {"method": "GET", "path": MEMBERS, "operation_id": "read", "params": {"fields": "members.id,total_items"}},
        {"method": "GET", "path": MEMBERS, "operation_id": "some", "params": {"count": 2}},
        {"method": "DELETE", "path": f"{MEMBERS}/nobody@posteo.test", "operation_id": "gone"},
    )
    states = []
    for _ in range(5):
        now = hub.get(f"/batches/{batch}", fields="status,response_body_url,completed_at")
        states.append(now["status"])
        if now["status"] == "pending":
            assert hub.get(MEMBERS, fields="total_items")["total_items"] == before
        assert bool(now["response_body_url"]) == bool(now["completed_at"]) == (now["status"] == "finished")
        world.clock.advance(2)
    assert states == ["pending", "preprocessing", "started", "finalizing", "finished"]
    told_now = hub.get(f"/batches/{batch}")
    assert (told_now["total_operations"], told_now["finished_operations"], told_now["errored_operations"]) == (5, 5, 2)
    answers, empty = _answers(session, told_now["response_body_url"])
    assert empty == 1
    assert {name: status for name, (status, _) in answers.items()} == {
        "op-1": 200,
        "op-2": 400,
        "read": 200,
        "some": 200,
        "gone": 404,
    }
    assert "looks fake or invalid" in answers["op-2"][1]["detail"]
    # Where one call would give ten, a batch works through all the pages.
    assert len(answers["read"][1]["members"]) == answers["read"][1]["total_items"] > 10
    assert len(answers["some"][1]["members"]) == 2


def test_the_address_of_the_answers_closes_after_ten_minutes_and_knows_no_key(
    world: World, session: requests.Session, hub: Hub
) -> None:
    batch = _submit(hub, _operation(1, "one@posteo.test"))
    world.clock.advance(60)
    url = hub.get(f"/batches/{batch}")["response_body_url"]
    assert not urlsplit(url).netloc.endswith("mailchimp.com")
    with_key = session.get(url, auth=("a", hub.key))
    assert (with_key.status_code, "Only one auth mechanism allowed" in with_key.text) == (400, True)
    assert session.get(url).status_code == 200
    world.clock.advance(601)
    assert session.get(url).status_code == 403
    assert session.get(url.replace("Expires=", "Expires=9")).status_code == 403
    fresh = hub.get(f"/batches/{batch}")["response_body_url"]
    assert session.get(fresh).status_code == 200
    world.clock.advance(7 * 86_400)
    assert hub.call("GET", f"/batches/{batch}").status_code == 404


def test_what_does_not_fit_is_refused_at_once(hub: Hub) -> None:
    for operations in (
        [{"method": "GET"}],
        [{"method": "SEND", "path": "/lists"}],
        [{"method": "POST", "path": "/lists", "body": {"not": "a string"}}],
        "all of them",
    ):
        answer = hub.call("POST", "/batches", json={"operations": operations})
        assert told(answer)[:2] == (400, "Invalid Resource"), operations
    many = hub.call("POST", "/batches", json={"operations": [{"method": "GET", "path": "/ping"}] * 1001})
    assert many.status_code == 400


def test_more_than_500_under_way_are_too_many(world: World, hub: Hub) -> None:
    operation = {"method": "GET", "path": "/ping"}
    for _ in range(500):
        _submit(hub, operation)
    refused = hub.call("POST", "/batches", json={"operations": [operation]})
    assert told(refused)[:2] == (429, "Too Many Requests")
    world.clock.advance(60)
    hub.get("/ping")
    assert hub.call("POST", "/batches", json={"operations": [operation]}).ok


def test_a_dropped_batch_is_gone(world: World, hub: Hub) -> None:
    batch = _submit(hub, _operation(1, "one@posteo.test"))
    assert hub.call("DELETE", f"/batches/{batch}").status_code == 204
    world.clock.advance(60)
    assert hub.call("GET", f"/batches/{batch}").status_code == 404
    assert hub.call("GET", f"{MEMBERS}/one@posteo.test").status_code == 404


def test_a_finished_batch_is_told_to_whoever_listens(
    world: World, session: requests.Session, hub: Hub, receiver: Receiver
) -> None:
    hook = hub.call("POST", "/batch-webhooks", json={"url": LISTENER}).json()
    assert (hook["enabled"], len(receiver.checked)) == (True, 1)
    batch = _submit(hub, _operation(1, "one@posteo.test"))
    world.clock.advance(60)
    world.run_errands()
    (errand,) = receiver.got
    form = {name: values[0] for name, values in parse_qs(errand.body.decode()).items()}
    assert (form["type"], form["data[id]"], form["data[status]"]) == ("batch_operation_completed", batch, "finished")
    assert session.get(form["data[response_body_url]"]).status_code == 200
    hub.call("PATCH", f"/batch-webhooks/{hook['id']}", json={"enabled": False})
    _submit(hub, _operation(2, "two@posteo.test"))
    world.clock.advance(60)
    world.run_errands()
    assert len(receiver.got) == 1
    assert hub.call("DELETE", f"/batch-webhooks/{hook['id']}").status_code == 204
