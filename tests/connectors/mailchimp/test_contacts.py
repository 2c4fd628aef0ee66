"""Contacts in the town: one and many, each with a result of its own, nobody against their will."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
import responses

from connectors.errors import ContentRejected, OutcomeUnknown, ReconnectRequired
from connectors.mailchimp.connector import MailchimpConnector
from connectors.mailchimp.members import hash_of
from connectors.types import Member, MemberResult, Target
from sandbox.mailchimp import demo
from sandbox.mailchimp.records import Member as Row
from sandbox.world import World
from tests.connectors.mailchimp.conftest import LETTER, ROOT, Listening

ADA = "Ada.Neu@Brevkasse.test"


def there(town: World, email: str, list_id: str = demo.LETTER) -> Row | None:
    return town.mailchimp.state.member(list_id, hash_of(email))


def save(connector: MailchimpConnector, *members: Member, target: Target = LETTER) -> list[MemberResult]:
    return list(connector.save_members(target, members))


def of_status(town: World, status: str) -> Row:
    return next(row for row in town.mailchimp.state.members_of(demo.LETTER) if row.status == status)


def test_an_address_is_known_by_its_hash_in_lower_case() -> None:
    assert hash_of(" Urist.McVankab@freddiesjokes.com") == "62eeb292278cc15f5817cb78f7790b08"


def test_a_new_contact_is_added_with_fields_and_tags(greta: MailchimpConnector, town: World) -> None:
    wanted = Member(ADA, fields={"FNAME": "Ada", "LTV": 12}, tags=("Winter fair", "Neu"), language="de", vip=True)
    (result,) = save(greta, wanted)
    assert (result.code, result.cause) == ("", "")
    assert result.member is not None
    assert (result.member.email, result.member.status, result.member.vip) == (ADA, "subscribed", True)
    assert result.member.fields["FNAME"] == "Ada"
    assert set(result.member.tags) == {"Winter fair", "Neu"}
    assert result.member.external_id
    row = there(town, ADA)
    assert row is not None
    assert len(row.tags) == 2


def test_an_audience_that_asks_people_to_confirm_goes_on_asking(greta: MailchimpConnector, town: World) -> None:
    double = replace(LETTER, facts={**LETTER.facts, "double_optin": True})
    results = save(greta, Member("a1@brevkasse.test"), target=double) + save(
        greta, Member("a2@brevkasse.test"), Member("a3@brevkasse.test"), target=double
    )
    assert [result.member.status for result in results if result.member] == ["pending"] * 3


@pytest.mark.parametrize("many", [False, True])
def test_who_left_is_not_brought_back_by_an_update(greta: MailchimpConnector, town: World, many: bool) -> None:
    gone = of_status(town, "unsubscribed").email
    wanted = [Member(gone, fields={"FNAME": "New"}, tags=("Seen",))] + [Member("b1@brevkasse.test")] * many
    result = save(greta, *wanted)[0]
    assert result.code == ""
    assert result.member is not None
    assert (result.member.status, result.member.fields["FNAME"]) == ("unsubscribed", "New")
    assert "Seen" in result.member.tags


@pytest.mark.parametrize("many", [False, True])
def test_forcing_back_who_left_is_refused_with_what_helps(greta: MailchimpConnector, town: World, many: bool) -> None:
    gone = of_status(town, "unsubscribed").email
    wanted = [Member(gone, status="subscribed")] + [Member("b2@brevkasse.test", status="subscribed")] * many
    result = save(greta, *wanted)[0]
    assert (result.member, result.code) == (None, "in_compliance_state")
    assert "pending" in result.remedy


@pytest.mark.parametrize("many", [False, True])
def test_an_archived_contact_comes_back(greta: MailchimpConnector, town: World, many: bool) -> None:
    email = of_status(town, "subscribed").email
    greta.archive_member(LETTER, email)
    wanted = [Member(email, tags=("Back",))] + [Member("b3@brevkasse.test")] * many
    result = save(greta, *wanted)[0]
    assert result.member is not None
    assert result.member.status == "subscribed"
    assert "Back" in result.member.tags


def test_many_contacts_get_one_result_each_in_order_whatever_becomes_of_them(
    greta: MailchimpConnector, town: World
) -> None:
    known = of_status(town, "subscribed").email
    wanted = [
        Member("c1@brevkasse.test"),
        Member("nonsense"),
        Member("foo@example.com"),
        Member(known, fields={"LNAME": "Anders"}),
        Member("c2@brevkasse.test", status="purple"),
        Member("c3@brevkasse.test", status="unsubscribed"),
        Member("everywhere@brevkasse.test"),
        Member("c4@brevkasse.test", fields={"LTV": "many"}),
        Member("C1@brevkasse.test", fields={"FNAME": "Twice"}),
    ]
    results = save(greta, *wanted)
    assert [result.email for result in results] == [member.email for member in wanted]
    assert [result.code for result in results] == [
        "", "no_address", "bad_address", "", "unknown_status", "", "too_many_signups", "bad_field", "",
    ]  # fmt: skip
    for result in results:
        assert bool(result.cause) == bool(result.remedy) == bool(result.code)
    changed, first = there(town, known), there(town, "c1@brevkasse.test")
    assert changed is not None
    assert first is not None
    assert (changed.merge_fields["LNAME"], changed.status) == ("Anders", "subscribed")
    assert first.merge_fields["FNAME"] == "Twice"


def test_a_thousand_contacts_go_in_batches_of_five_hundred(greta: MailchimpConnector, wire: Listening) -> None:
    results = save(greta, *(Member(f"n{number}@brevkasse.test") for number in range(1001)))
    assert len(results) == 1001
    assert all(not result.code for result in results)
    assert wire.calls() == [f"POST /lists/{demo.LETTER}"] * 3


def test_what_a_form_would_demand_keeps_no_contact_out(greta: MailchimpConnector) -> None:
    regulars = replace(LETTER, external_id=demo.REGULARS)
    assert save(greta, Member("d1@brevkasse.test"), target=regulars)[0].code == ""
    assert [
        one.code for one in save(greta, Member("d2@brevkasse.test"), Member("d3@brevkasse.test"), target=regulars)
    ] == ["", ""]


def test_who_was_erased_cannot_be_put_back(greta: MailchimpConnector, town: World) -> None:
    row = of_status(town, "subscribed")
    with town.changing():
        town.mailchimp.state.forget_member(row)
    result = save(greta, Member(row.email))[0]
    assert result.code == "forgotten"
    assert "form" in result.remedy


def test_archiving_is_done_once_and_again_is_no_error(greta: MailchimpConnector, town: World) -> None:
    email = of_status(town, "subscribed").email
    for _ in range(2):
        greta.archive_member(LETTER, email.upper())
    row = there(town, email)
    assert row is not None
    assert row.status == "archived"
    greta.archive_member(LETTER, "nobody@brevkasse.test")
    with pytest.raises(ContentRejected, match="pending"):
        greta.archive_member(LETTER, of_status(town, "pending").email)


def test_contacts_are_listed_page_by_page_and_by_status(
    greta: MailchimpConnector, town: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.mailchimp.members.PAGE", 7)
    page = ""
    found: list[Member] = []
    for _ in range(5):
        told = greta.fetch_members(LETTER, page=page)
        found += told.members
        page = told.next_page
        if not page:
            break
    assert len(found) == told.total == len({member.email for member in found}) == 15
    (left,) = greta.fetch_members(LETTER, status="unsubscribed").members
    assert left.status == "unsubscribed"
    for page, status in (("x", ""), ("-1", ""), ("", "purple")):
        with pytest.raises(ContentRejected):
            greta.fetch_members(LETTER, page=page, status=status)


def test_segments_and_tags_are_told_apart(greta: MailchimpConnector) -> None:
    found = {one.external_id: one for one in greta.fetch_segments(LETTER)}
    assert found[str(demo.WINTER_TAG)].kind == "tag"
    assert found[str(demo.WINTER_TAG)].members == 5
    assert found[str(demo.CUPPING_SEGMENT)].kind == "saved"


def test_all_segments_of_a_long_list_are_found(alone: MailchimpConnector, answers: responses.RequestsMock) -> None:
    def page(first: int, many: int) -> dict[str, object]:
        rows = [
            {"id": number, "name": f"Tag {number}", "type": "static", "member_count": 0}
            for number in range(first, first + many)
        ]
        return {"segments": rows, "total_items": 1200}

    answers.get(f"{ROOT}/lists/{demo.LETTER}/segments", json=page(0, 1000))
    answers.get(f"{ROOT}/lists/{demo.LETTER}/segments", json=page(1000, 200))
    assert len(alone.fetch_segments(LETTER)) == 1200
    offsets = [parse_qs(urlsplit(str(call.request.url)).query)["offset"] for call in answers.calls]
    assert offsets == [["0"], ["1000"]]


def test_an_answer_that_forgets_a_contact_is_no_success(
    alone: MailchimpConnector, answers: responses.RequestsMock
) -> None:
    answers.post(f"{ROOT}/lists/{demo.LETTER}", json={"new_members": [], "updated_members": [], "errors": []})
    assert [result.code for result in save(alone, Member("a@b.test"), Member("c@d.test"))] == ["no_answer"] * 2


def test_tags_that_a_batch_did_not_keep_are_hung_on_afterwards(
    alone: MailchimpConnector, answers: responses.RequestsMock
) -> None:
    kept = [
        {"email_address": "a@b.test", "status": "subscribed", "tags": [{"id": 1, "name": "NEU"}]},
        {"email_address": "c@d.test"},
    ]
    answers.post(f"{ROOT}/lists/{demo.LETTER}", json={"new_members": kept, "errors": []})
    answers.post(f"{ROOT}/lists/{demo.LETTER}/members/{hash_of('c@d.test')}/tags", status=204)
    first, second = save(alone, Member("a@b.test", tags=("Neu",)), Member("c@d.test", tags=("Neu",)))
    assert len(answers.calls) == 2
    assert first.member is not None
    assert second.member is not None
    assert (first.member.tags, second.member.tags) == (("NEU",), ("Neu",))


def test_trouble_of_the_whole_call_is_nobodys_fault_among_the_contacts(
    alone: MailchimpConnector, answers: responses.RequestsMock
) -> None:
    answers.put(f"{ROOT}/lists/{demo.LETTER}/members/{hash_of('a@b.test')}", status=502, body="<html>")
    with pytest.raises(OutcomeUnknown):
        save(alone, Member("a@b.test"))
    answers.post(f"{ROOT}/lists/{demo.LETTER}", status=401, json={"title": "API Key Invalid"})
    with pytest.raises(ReconnectRequired):
        save(alone, Member("a@b.test"), Member("c@d.test"))
