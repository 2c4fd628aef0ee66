"""Contacts: the seven behaviours that were recorded, and the people who cannot be brought back."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from sandbox.mailchimp import demo
from sandbox.mailchimp.state import hash_of
from sandbox.world import World
from tests.sandbox.mailchimp.hub import CONTROL, Hub, told

LETTER = f"/lists/{demo.LETTER}/members"
NEW = "Urist.McVankab@freddiesjokes.test"


def _path(email: str) -> str:
    return f"{LETTER}/{hash_of(email)}"


def _bound(hub: Hub, status: str) -> str:
    return str(hub.get(LETTER, status=status, fields="members.email_address")["members"][0]["email_address"])


def test_a_contact_is_filed_under_the_hash_of_its_small_letters(hub: Hub) -> None:
    assert hash_of("Urist.McVankab@freddiesjokes.com") == "62eeb292278cc15f5817cb78f7790b08"
    member = hub.add(demo.LETTER, NEW, merge_fields={"FNAME": "Urist"}, tags=["Winter fair", "New"]).json()
    assert member["id"] == hash_of(NEW)
    assert (len(member["unique_email_id"]), len(member["contact_id"])) == (10, 32)
    assert (member["full_name"], member["source"], member["language"]) == ("Urist", "API - Generic", "")
    assert [tag["name"] for tag in member["tags"]] == ["Winter fair", "New"]
    assert member["merge_fields"]["LTV"] == ""
    for key in (hash_of(NEW), NEW, member["contact_id"]):
        assert hub.get(f"{LETTER}/{key}", fields="id") == {"id": hash_of(NEW)}


def test_an_archived_contact_stays_readable_and_cannot_be_archived_twice(hub: Hub) -> None:
    hub.add(demo.LETTER, NEW)
    gone = hub.call("DELETE", _path(NEW))
    assert (gone.status_code, gone.content) == (204, b"")
    assert gone.headers["Content-Type"] == "application/json; charset=utf-8"
    assert hub.get(_path(NEW), fields="status") == {"status": "archived"}
    assert NEW not in str(hub.get(LETTER, count=1000))
    assert NEW in str(hub.get(LETTER, status="archived"))
    again = hub.call("DELETE", _path(NEW))
    assert told(again)[:2] == (405, "Method Not Allowed")
    assert "Can not archive a contact that is bounced, pending or archived" in again.json()["detail"]
    assert again.headers["Allow"] == "GET, PUT"


def test_adding_brings_the_archived_back_and_refuses_the_living(hub: Hub) -> None:
    hub.add(demo.LETTER, NEW)
    refused = hub.add(demo.LETTER, NEW)
    detail = f"{NEW} is already a list member. Use PUT to insert or update list members."
    assert told(refused) == (400, "Member Exists", detail)
    assert "type" not in refused.json()
    hub.call("DELETE", _path(NEW))
    revived = hub.add(demo.LETTER, NEW)
    assert (revived.status_code, revived.json()["status"]) == (200, "subscribed")


def test_an_archived_contact_is_not_revived_by_status_if_new(hub: Hub) -> None:
    hub.add(demo.LETTER, NEW)
    hub.call("DELETE", _path(NEW))
    put = hub.call("PUT", _path(NEW), json={"email_address": NEW, "status_if_new": "subscribed"})
    assert put.json()["status"] == "archived"


def test_a_put_with_another_address_renames_and_never_onto_somebody(hub: Hub) -> None:
    hub.add(demo.LETTER, NEW)
    hub.add(demo.LETTER, "taken@posteo.test")
    other = "urist@posteo.test"
    put = hub.call("PUT", _path(NEW), json={"email_address": other, "merge_fields": {"FNAME": "U"}})
    assert put.json()["id"] == hash_of(other)
    assert told(hub.call("GET", _path(NEW)))[:2] == (404, "Resource Not Found")
    assert hub.get(_path(other), fields="email_address") == {"email_address": other}
    onto = hub.call("PUT", _path(other), json={"email_address": "taken@posteo.test", "merge_fields": {"FNAME": "V"}})
    assert told(onto)[:2] == (400, "Member Exists")
    assert hub.get(_path(other))["merge_fields"]["FNAME"] == "U"


def test_a_put_to_an_unknown_hash_is_filed_under_the_address_of_its_body(hub: Hub) -> None:
    put = hub.call("PUT", f"{LETTER}/{'0' * 32}", json={"email_address": NEW, "status": "subscribed"})
    assert (put.status_code, put.json()["id"]) == (200, hash_of(NEW))
    lacking = hub.call("PUT", f"{LETTER}/{'0' * 32}", json={"email_address": "b@posteo.test"})
    assert told(lacking)[:2] == (400, "Invalid Resource")


def test_what_the_api_unsubscribed_the_api_may_subscribe_again(hub: Hub) -> None:
    hub.add(demo.LETTER, NEW)
    for status in ("unsubscribed", "subscribed"):
        put = hub.call("PUT", _path(NEW), json={"email_address": NEW, "status": status})
        assert (put.status_code, put.json()["status"]) == (200, status)


def test_who_left_or_bounced_is_in_a_compliance_state_and_may_only_be_asked(hub: Hub) -> None:
    for status in ("unsubscribed", "cleaned"):
        email = _bound(hub, status)
        put = hub.call("PUT", _path(email), json={"email_address": email, "status": "subscribed"})
        assert told(put)[:2] == (400, "Member In Compliance State")
        assert "is in a compliance state due to unsubscribe, bounce, or compliance review" in put.json()["detail"]
        assert "type" not in put.json()
        edited = hub.call("PATCH", _path(email), json={"merge_fields": {"FNAME": "Still"}})
        assert (edited.status_code, edited.json()["status"]) == (200, status)
    asked = hub.call("PUT", _path(email), json={"email_address": email, "status": "pending"})
    assert asked.json()["status"] == "pending"


def test_the_erased_are_never_imported_again(world: World, session: requests.Session, hub: Hub) -> None:
    hub.add(demo.LETTER, NEW)
    assert hub.call("POST", f"{LETTER}/{NEW}/actions/delete-permanent").status_code == 404
    assert hub.call("POST", f"{_path(NEW)}/actions/delete-permanent").status_code == 204
    assert hub.call("GET", _path(NEW)).status_code == 404
    for status in ("subscribed", "pending"):
        answer = hub.add(demo.LETTER, NEW, status)
        assert told(answer)[:2] == (400, "Forgotten Email Not Subscribed")
        assert "type" not in answer.json()
    form = f"https://us19.list-manage.com/subscribe?id={demo.LETTER}"
    assert "from now on" in session.post(form, data={"email": NEW}).text
    assert hub.get(_path(NEW), fields="status") == {"status": "subscribed"}


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ("foo@example.com", "foo@example.com looks fake or invalid, please enter a real email address."),
        ("abuse@posteo.test", "abuse@posteo.test looks fake or invalid, please enter a real email address."),
        ("AAAAA", "Please provide a valid email address."),
        ("everywhere@posteo.test", "everywhere@posteo.test has signed up to a lot of lists very recently"),
    ],
)
def test_addresses_nobody_believes_in_are_refused_with_their_words(hub: Hub, email: str, words: str) -> None:
    status, title, detail = told(hub.add(demo.LETTER, email))
    assert (status, title) == (400, "Invalid Resource")
    assert detail.startswith(words)


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"LTV": "much"}, "LTV", "Please enter a number"),
        ({"SINCE": "yesterday"}, "SINCE", "Please enter the date"),
        ({"ROAST": "Burnt"}, "ROAST", "Value must be one of: Light, Medium, Dark"),
        ({"ADDRESS": {"addr1": "Here 1"}}, "ADDRESS", "Please enter a complete address"),
    ],
)
def test_a_merge_field_must_fit_its_type(hub: Hub, values: dict[str, Any], field: str, message: str) -> None:
    answer = hub.add(demo.LETTER, NEW, merge_fields=values)
    assert told(answer) == (400, "Invalid Resource", "Your merge fields were invalid.")
    assert answer.json()["errors"] == [{"field": field, "message": message}]
    assert hub.call("GET", _path(NEW)).status_code == 404


def test_unknown_merge_fields_are_passed_over_and_empty_ones_erased(hub: Hub) -> None:
    fields = {"LTV": "12.5", "since": "11/22/2026", "NOBODY": "knows", "FNAME": "A"}
    kept = hub.add(demo.LETTER, NEW, merge_fields=fields).json()["merge_fields"]
    assert (kept["LTV"], kept["SINCE"], "NOBODY" in kept) == (12.5, "2026-11-22", False)
    erased = hub.call("PATCH", _path(NEW), json={"merge_fields": {"LTV": ""}}).json()["merge_fields"]
    assert (erased["LTV"], erased["FNAME"]) == ("", "A")


def test_a_needed_merge_field_may_be_skipped_by_asking(hub: Hub) -> None:
    answer = hub.add(demo.REGULARS, NEW)
    assert answer.json()["errors"] == [{"field": "MMERGE3", "message": "Please enter a value"}]
    body = {"email_address": NEW, "status": "subscribed"}
    path = f"/lists/{demo.REGULARS}/members?skip_merge_validation=true"
    assert hub.call("POST", path, json=body).status_code == 200


def test_bodies_that_do_not_fit_name_every_field(hub: Hub) -> None:
    answer = hub.call("POST", LETTER, json={"email_address": 5, "status": "happy"})
    assert told(answer)[:2] == (400, "Invalid Resource")
    errors = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert errors == {"status": "Value must be one of: subscribed, unsubscribed, cleaned, pending, transactional"}
    assert "email_address, status" in hub.call("POST", LETTER, json={}).json()["errors"][0]["message"]
    wrong = hub.add(demo.LETTER, NEW, merge_fields=[], vip="yes").json()["errors"]
    assert {error["field"] for error in wrong} == {"merge_fields", "vip"}


def test_a_pending_contact_is_asked_once(world: World, hub: Hub) -> None:
    for _ in range(2):
        hub.call("PUT", _path(NEW), json={"email_address": NEW, "status": "pending"})
    asked = [one for one in world.mailchimp.state.mailings if one.kind == "opt_in"]
    assert [one.addresses for one in asked] == [[NEW]]
    world.mailchimp.webhook("confirm", {"page": demo.LETTER, "email": NEW})
    assert hub.get(_path(NEW), fields="status") == {"status": "subscribed"}


def test_contacts_are_found_by_state_and_by_what_changed_since(world: World, hub: Hub) -> None:
    world.clock.advance(3600)
    hub.add(demo.LETTER, NEW)
    since = "2026-11-22T12:30:00+00:00"
    changed = hub.get(LETTER, since_last_changed=since, fields="members.email_address,total_items")
    assert changed == {"members": [{"email_address": NEW}], "total_items": 1}
    assert hub.get(LETTER, status="cleaned", fields="total_items") == {"total_items": 1}
    latest = hub.get(LETTER, sort_field="last_changed", sort_dir="DESC", count=1, fields="members.email_address")
    assert latest["members"] == [{"email_address": NEW}]


def test_many_at_once_answer_200_and_tell_what_failed(hub: Hub) -> None:
    hub.add(demo.LETTER, "old@posteo.test")
    members = [
        {"email_address": "one@posteo.test", "status": "subscribed", "tags": ["New"]},
        {"email_address": "old@posteo.test", "status": "subscribed"},
        {"email_address": "bad@example.com", "status": "subscribed"},
        {"email_address": "two@posteo.test", "status": "subscribed", "merge_fields": {"LTV": "much"}},
        {"email_address": "ONE@posteo.test", "status": "subscribed"},
    ]
    answer = hub.call("POST", f"/lists/{demo.LETTER}", json={"members": members})
    body = answer.json()
    assert (answer.status_code, body["total_created"], body["total_updated"], body["error_count"]) == (200, 1, 0, 4)
    codes = {error["email_address"]: error["error_code"] for error in body["errors"]}
    assert codes["old@posteo.test"] == "ERROR_CONTACT_EXISTS"
    assert set(codes.values()) == {"ERROR_CONTACT_EXISTS", "ERROR_GENERIC"}
    (field,) = [error for error in body["errors"] if error["email_address"] == "two@posteo.test"]
    assert (field["field"], field["field_message"]) == ("LTV", "Please enter a number")
    again = hub.call("POST", f"/lists/{demo.LETTER}", json={"members": members[:2], "update_existing": True}).json()
    assert (again["total_created"], again["total_updated"]) == (0, 2)
    too_many = hub.call("POST", f"/lists/{demo.LETTER}", json={"members": members * 101})
    assert told(too_many)[:2] == (400, "Invalid Resource")


def test_tags_are_hung_on_and_taken_off_without_a_word(hub: Hub) -> None:
    hub.add(demo.LETTER, NEW)
    tags = f"{_path(NEW)}/tags"
    change = [{"name": "wInTeR fair", "status": "active"}, {"name": "Fresh", "status": "active"}]
    answer = hub.call("POST", tags, json={"tags": change})
    assert (answer.status_code, answer.content) == (204, b"")
    assert {tag["name"] for tag in hub.get(tags)["tags"]} == {"Winter fair", "Fresh"}
    hub.call("POST", tags, json={"tags": [{"name": "Fresh", "status": "inactive"}]})
    assert [tag["name"] for tag in hub.get(tags)["tags"]] == ["Winter fair"]
    assert hub.call("POST", f"{LETTER}/{'0' * 32}/tags", json={"tags": change}).status_code == 404
    assert hub.get(f"/lists/{demo.LETTER}/tag-search", name="wi")["tags"][0]["name"] == "Winter fair"


def test_segments_are_tags_and_searches(hub: Hub) -> None:
    path = f"/lists/{demo.LETTER}/segments"
    kinds = {one["name"]: one["type"] for one in hub.get(path)["segments"]}
    assert kinds == {"Winter fair": "static", "Wholesale": "static", "First names in A": "saved"}
    search = hub.get(f"{path}/{demo.CUPPING_SEGMENT}/members")["members"]
    assert [one["merge_fields"]["FNAME"] for one in search] == ["Ada"]
    made = hub.call("POST", path, json={"name": "Fair goers", "static_segment": []}).json()
    email = search[0]["email_address"]
    body = {"members_to_add": [email, "nobody@posteo.test"]}
    assert hub.call("POST", f"{path}/{made['id']}", json=body).json()["total_added"] == 1
    assert hub.get(f"{path}/{made['id']}", fields="member_count") == {"member_count": 1}
    assert told(hub.call("POST", f"{path}/{demo.CUPPING_SEGMENT}", json=body))[0] == 400
    wrong = {"name": "x", "options": {"match": "any", "conditions": [{"condition_type": "Stars", "op": "is"}]}}
    assert told(hub.call("POST", path, json=wrong))[1] == "Invalid Resource"
    assert hub.call("DELETE", f"{path}/{made['id']}").status_code == 204
    assert hub.get(f"{LETTER}/{hash_of(email)}/tags", fields="total_items") == {"total_items": 1}


def test_people_act_by_themselves_from_the_controls(session: requests.Session, hub: Hub) -> None:
    form = {"action": "happen", "what": "mailchimp:unsubscribe", "where": demo.LETTER}
    assert "No webhook" in session.post(f"{CONTROL}/controls", data=form).text
    assert hub.get(LETTER, status="unsubscribed", fields="total_items") == {"total_items": 2}
    wrong = session.post(f"{CONTROL}/controls", data={**form, "where": "10055000000000101"})
    assert "Name an audience" in wrong.text
