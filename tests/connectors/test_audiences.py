"""Contacts are read and changed where they are kept, one by one told what became of them, and leave no trace of who they are."""

import json
import logging
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.logs import redact_text
from connectors.models import Destination
from tenants.models import AuditEntry, Membership, Tenant, User
from tenants.services import add_member, create_api_key
from tests.village import Village, village, well

__all__ = ["village", "well"]

ADA: dict[str, Any] = {
    "external_id": "m-1", "email": "ada@people.example", "status": "subscribed", "fields": {"NAME": "Ada", "AGE": ""},
    "tags": ["early", "bread"], "vip": True, "changed_at": "2026-11-20T09:00:00Z",
}  # fmt: skip
BO: dict[str, Any] = {"email": "bo@people.example", "status": "away"}
PAGE: dict[str, Any] = {"members": [ADA, BO], "next_page": "2", "total": 1200}
SEGMENTS: list[dict[str, Any]] = [{"external_id": "7", "name": "Early birds", "kind": "saved_search", "members": 12}]


def address(place: Destination, rest: str = "members/") -> str:
    return f"/api/destinations/{place.pk}/{rest}"


def save(client: Client, place: Destination, *members: Any) -> Any:
    return client.post(address(place), json.dumps({"members": list(members)}), content_type="application/json")


def test_a_client_reads_contacts_page_by_page_and_by_status(api: Client, village: Village, well: Destination) -> None:
    village.says["members"] = lambda body: {"members": []} if body["page"] else PAGE
    told = api.get(address(well), {"status": "subscribed"}).json()
    assert told["total"] == 1200
    assert told["results"][0] == {
        "id": "m-1", "email": "ada@people.example", "status": "subscribed", "fields": {"NAME": "Ada", "AGE": ""},
        "tags": ["early", "bread"], "language": "", "vip": True, "changed_at": "2026-11-20T09:00:00Z",
    }  # fmt: skip
    assert api.get(told["next"]).json() == {"next": None, "total": None, "results": []}
    assert [body for _, body in village.asked] == [
        {"page": "", "status": "subscribed"},
        {"page": "2", "status": "subscribed"},
    ]


def test_a_client_reads_all_segments(api: Client, village: Village, well: Destination) -> None:
    village.says["segments"] = SEGMENTS
    told = api.get(address(well, "segments/")).json()
    assert told == [{"id": "7", "name": "Early birds", "kind": "saved_search", "members": 12}]


def test_contacts_are_saved_and_each_is_told_by_itself(api: Client, village: Village, well: Destination) -> None:
    refusal = {"code": "in_compliance_state", "cause": "They left by themselves.", "remedy": "Ask them to come back."}
    village.says["save_members"] = [{}, refusal]
    answer = save(
        api, well, {"email": " ada@people.example ", "status": "subscribed", "tags": ["bread"]}, {"email": "bo"}
    )
    assert answer.status_code == 207
    told = answer.json()
    assert (told["saved"], told["refused"]) == (1, 1)
    ada, bo = told["results"]
    assert (ada["ok"], ada["email"], ada["member"]["tags"], ada["code"]) == (True, "ada@people.example", ["bread"], "")
    assert bo == {"email": "bo", "ok": False, "member": None, **refusal}
    assert village.asked[0][1]["members"] == [
        {"email": "ada@people.example", "status": "subscribed", "tags": ["bread"]},
        {"email": "bo", "status": "", "tags": []},
    ]
    village.says["save_members"] = [{}]
    assert save(api, well, {"email": "ada@people.example"}).status_code == 200


@pytest.mark.parametrize(
    "members",
    [
        [],
        [{}],
        [{"email": ""}],
        [{"email": "a@b.example", "stauts": "x"}],
        [{"email": "a@b.example", "tags": "x"}],
        ["a@b.example"],
        [{"email": f"{number}@b.example"} for number in range(501)],
    ],
    ids=lambda value: str(value)[:30],
)
def test_contacts_of_the_wrong_form_are_not_sent(
    api: Client, village: Village, well: Destination, members: list[Any]
) -> None:
    assert save(api, well, *members).status_code == 400
    assert village.asked == []


def test_a_contact_named_twice_is_refused_before_anything_is_sent(
    api: Client, village: Village, well: Destination
) -> None:
    answer = save(api, well, {"email": "Ada@people.example"}, BO, {"email": "ada@PEOPLE.example"})
    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("members.2.email", "repeated")]
    assert village.asked == []


def test_a_contact_is_archived_by_its_address(api: Client, village: Village, well: Destination) -> None:
    village.says["archive"] = {}
    assert api.delete(address(well, "members/ada+bread%40people.example/")).status_code == 204
    assert village.asked == [("archive", {"email": "ada+bread@people.example"})]
    assert api.delete(address(well, "members/../")).status_code == 404
    assert api.delete(address(well, "members/m-1/")).status_code == 404
    assert len(village.asked) == 1


@pytest.mark.parametrize(
    ("status", "expected", "code"),
    [(422, 422, "content_rejected"), (429, 503, "platform_busy"), (500, 503, "platform_silent"), (418, 502, "platform_failed")],
)  # fmt: skip
def test_trouble_with_all_of_them_is_told_by_its_class(
    api: Client, village: Village, well: Destination, status: int, expected: int, code: str
) -> None:
    village.says |= {"save_members": (status, {"words": "No."}), "archive": (status, {"words": "No."})}
    for answer in (save(api, well, BO), api.delete(address(well, "members/bo@people.example/"))):
        assert (answer.status_code, answer.json()["code"]) == (expected, code)
    assert not AuditEntry.objects.filter(action__startswith="audience.").exists()


def test_no_address_of_a_person_is_kept_or_logged(
    api: Client, member_client: Client, village: Village, well: Destination, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    village.says |= {"members": PAGE, "segments": SEGMENTS, "save_members": [{}], "archive": {}}
    api.get(address(well))
    save(api, well, {"email": "ada@people.example"})
    api.delete(address(well, "members/ada@people.example/"))
    village.says["archive"] = (418, {})
    api.delete(address(well, "members/ada@people.example/"))
    member_client.get(reverse("contacts", args=[well.pk]))
    saved, archived = AuditEntry.objects.filter(action__startswith="audience.").order_by("id")
    assert saved.detail == {"saved": 1, "refused": 0}
    assert set(archived.detail) == {"contact"}
    assert "ada" not in json.dumps(archived.detail)
    assert caplog.records
    written = [redact_text(f"{record.getMessage()} {record.__dict__}") for record in caplog.records]
    assert not [line for line in written if "ada@people.example" in line]
    assert redact_text("DELETE /api/x/members/ada%40people.example/ 404") == "DELETE /api/x/members/***/ 404"


@pytest.mark.parametrize(
    ("scope", "reads", "writes"),
    [("audiences:read", 200, 403), ("audiences:write", 403, 200), ("connections:write", 403, 403)],
)
def test_reading_and_changing_have_scopes_of_their_own(
    tenant: Tenant, village: Village, well: Destination, scope: str, reads: int, writes: int
) -> None:
    village.says |= {"members": PAGE, "segments": SEGMENTS, "save_members": [{}], "archive": {}}
    _, key = create_api_key(tenant=tenant, name="Narrow", scopes=[scope], actor="system:test")
    client = Client(headers={"Authorization": f"Bearer {key.reveal()}"})
    assert client.get(address(well)).status_code == client.get(address(well, "segments/")).status_code == reads
    assert save(client, well, BO).status_code == writes
    assert client.delete(address(well, "members/bo@people.example/")).status_code == (204 if writes == 200 else 403)


def test_a_platform_without_audiences_or_a_place_nobody_chose_is_not_asked(
    api: Client, village: Village, well: Destination, destination: Destination
) -> None:
    assert api.get(address(destination)).json()["code"] == "platform_cannot"
    Destination.objects.filter(pk=well.pk).update(enabled=False)
    assert save(api, well, BO).json()["code"] == "not_chosen"
    assert village.asked == []


# --- the page ---------------------------------------------------------------------------------------------------------


def add(client: Client, place: Destination, **said: str) -> Any:
    return client.post(reverse("add_contacts", args=[place.pk]), said)


def test_the_page_lists_contacts_and_segments_and_is_reached_from_the_account(
    member_client: Client, village: Village, well: Destination
) -> None:
    village.says |= {"members": PAGE, "segments": SEGMENTS}
    here = reverse("contacts", args=[well.pk])
    assert f'href="{here}"' in member_client.get(reverse("connection", args=[well.connection_id])).content.decode()
    page = member_client.get(here, {"status": "subscribed"}).content.decode()
    assert "ada@people.example" in page
    assert "NAME: Ada<" in page
    assert "early, bread" in page
    assert "Early birds" in page
    assert "1,200 contacts" in page
    assert f"{here}?status=subscribed&amp;page=2" in page


def test_contacts_are_added_one_in_each_line_and_what_was_refused_stays_to_be_mended(
    member_client: Client, village: Village, well: Destination
) -> None:
    village.says |= {"members": PAGE, "segments": SEGMENTS, "save_members": [{}]}
    assert add(member_client, well, emails="ada@people.example\r\n\r\n")["Location"] == reverse(
        "contacts", args=[well.pk]
    )
    village.says["save_members"] = [
        {},
        {"code": "content_rejected", "cause": "No such place.", "remedy": "Correct it."},
    ]
    page = add(member_client, well, emails="ada@people.example\nbo@nowhere", status="away", tags="bread, , cake")
    assert page.status_code == 422
    assert village.asked[-3][1]["members"][1] == {"email": "bo@nowhere", "status": "away", "tags": ["bread", "cake"]}
    assert page.context["typed"] == {"emails": "bo@nowhere", "status": "away", "tags": "bread, , cake"}
    shown = page.content.decode()
    assert "bo@nowhere: No such place. Correct it." in shown
    assert "1 contact is saved." in shown


def test_what_could_not_be_sent_is_told_and_stays_in_the_form(
    member_client: Client, village: Village, well: Destination
) -> None:
    village.says |= {"members": PAGE, "segments": SEGMENTS, "save_members": (503, {"words": "Closed."})}
    page = add(member_client, well, emails="ada@people.example")
    assert (page.status_code, page.context["problem"]["cause"]) == (503, "Closed.")
    assert page.context["typed"]["emails"] == "ada@people.example"
    empty = add(member_client, well, emails=" ")
    assert empty.context["problem"]["cause"] == "This is no list of contacts."


def test_a_contact_is_archived_from_the_page_and_leads_back_to_it(
    member_client: Client, village: Village, well: Destination
) -> None:
    village.says |= {"members": PAGE, "segments": SEGMENTS, "archive": {}}
    said = {"email": "ada@people.example", "page": "2", "status": "subscribed"}
    gone = member_client.post(reverse("archive_contact", args=[well.pk]), said)
    assert gone["Location"] == f"{reverse('contacts', args=[well.pk])}?status=subscribed&page=2"
    assert "ada" not in gone.cookies.output()
    village.says["archive"] = (422, {"words": "They cannot be archived."})
    page = member_client.post(reverse("archive_contact", args=[well.pk]), said)
    assert (page.status_code, page.context["problem"]["cause"]) == (422, "They cannot be archived.")
    assert member_client.post(reverse("archive_contact", args=[well.pk]), {}).status_code == 422


def test_contacts_that_cannot_be_had_are_told_with_the_remedy(
    member_client: Client, village: Village, well: Destination
) -> None:
    village.says["members"] = (429, {"words": "Too many questions."})
    page = member_client.get(reverse("contacts", args=[well.pk]))
    assert page.status_code == 503
    assert b"Try again in 90 seconds." in page.content


def test_a_viewer_does_not_see_people(client: Client, tenant: Tenant, village: Village, well: Destination) -> None:
    user = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    client.force_login(user)
    assert client.get(reverse("contacts", args=[well.pk])).status_code == 403
    account = client.get(reverse("connection", args=[well.connection_id])).content.decode()
    assert reverse("contacts", args=[well.pk]) not in account
    assert reverse("reviews", args=[well.pk]) in account
    assert village.asked == []
