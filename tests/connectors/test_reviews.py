"""Reviews are read where customers wrote them, and answered in public by those who may: once said, and written down who did."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from connectors.models import Connection, Destination
from tenants.models import AuditEntry, Membership, Tenant, User
from tenants.services import add_member, create_api_key
from tests.village import Village, village, well

__all__ = ["village", "well"]

REVIEW: dict[str, Any] = {
    "external_id": "r-1", "author": "Zoë <b>", "stars": 4, "text": "Good water.", "written_at": "2026-11-20T09:00:00Z",
    "reply": "Thank you!", "replied_at": "2026-11-20T10:00:00Z", "reply_note": "The elders still read it.",
}  # fmt: skip
SILENT: dict[str, Any] = {"external_id": "r-2", "author": "Bo"}
PAGE: dict[str, Any] = {"reviews": [REVIEW, SILENT], "next_page": "next&page", "average": 4.5, "total": 120}


def put(client: Client, place: Destination, body: Any, review: str = "r-2") -> Any:
    address = f"/api/destinations/{place.pk}/reviews/{review}/reply/"
    return client.put(address, json.dumps(body), content_type="application/json")


def test_a_client_reads_reviews_page_by_page(api: Client, village: Village, well: Destination) -> None:
    village.says["reviews"] = lambda body: {"reviews": []} if body["page"] else PAGE
    told = api.get(f"/api/destinations/{well.pk}/reviews/").json()
    assert (told["average"], told["total"], len(told["results"])) == (4.5, 120, 2)
    assert told["results"][0]["stars"] == 4
    assert told["results"][1] == {
        "id": "r-2", "author": "Bo", "stars": None, "text": "", "written_at": None, "changed_at": None, "reply": "",
        "replied_at": None, "reply_note": "",
    }  # fmt: skip
    last = api.get(told["next"]).json()
    assert (last["next"], last["results"], last["average"]) == (None, [], None)
    assert [body for _, body in village.asked] == [
        {"place": "well-1", "page": ""},
        {"place": "well-1", "page": "next&page"},
    ]


@pytest.mark.parametrize("page", ["x" * 2001, "a\x00b", "a\nb"])
def test_what_cannot_be_a_page_is_not_asked_for(api: Client, village: Village, well: Destination, page: str) -> None:
    assert api.get(f"/api/destinations/{well.pk}/reviews/", {"page": page}).status_code == 404
    assert village.asked == []


def test_a_review_is_answered_and_the_answer_taken_away_and_both_are_written_down(
    api: Client, village: Village, well: Destination
) -> None:
    village.says["reply"] = {}
    assert put(api, well, {"text": "Gladly."}).status_code == 204
    assert api.delete(f"/api/destinations/{well.pk}/reviews/r-2/reply/").status_code == 204
    assert village.asked == [("reply", {"review": "r-2", "text": "Gladly."}), ("reply", {"review": "r-2", "text": ""})]
    entries = AuditEntry.objects.filter(subject_id=str(well.pk)).order_by("id")
    assert [(one.action, one.detail["review"]) for one in entries] == [
        ("review.replied", "r-2"),
        ("review.reply_removed", "r-2"),
    ]
    assert all(one.actor.startswith("key:") for one in entries)


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": "  "}, {"text": "x" * 10_001}, {"text": "a", "b": 1}, []])
def test_an_answer_of_the_wrong_form_is_not_sent(api: Client, village: Village, well: Destination, body: Any) -> None:
    assert put(api, well, body).status_code == 400
    assert village.asked == []


@pytest.mark.parametrize("review", ["..", "%2e%2e", "a%3Fb", "a%20b", "a%23b", "%25", "a%00b", "x" * 301])
def test_an_id_that_would_lead_elsewhere_names_no_review(
    api: Client, village: Village, well: Destination, review: str
) -> None:
    assert put(api, well, {"text": "Gladly."}, review).status_code == 404
    assert village.asked == []


@pytest.mark.parametrize(
    ("status", "expected", "code"),
    [
        (422, 422, "content_rejected"),
        (429, 503, "platform_busy"),
        (503, 503, "platform_unavailable"),
        (500, 503, "platform_silent"),
        (418, 502, "platform_failed"),
    ],
)
def test_trouble_with_an_answer_is_told_by_its_class_and_not_written_down(
    api: Client, village: Village, well: Destination, status: int, expected: int, code: str
) -> None:
    village.says["reply"] = (status, {"words": "No."})
    answer = put(api, well, {"text": "Gladly."})
    assert (answer.status_code, answer.json()["code"]) == (expected, code)
    assert answer.json()["remedy"]
    assert not AuditEntry.objects.filter(action="review.replied").exists()


def test_a_place_that_is_not_chosen_is_left_alone(api: Client, village: Village, well: Destination) -> None:
    Destination.objects.update(enabled=False)
    assert put(api, well, {"text": "Gladly."}).json()["code"] == "not_chosen"
    assert api.get(f"/api/destinations/{well.pk}/reviews/").json()["code"] == "not_chosen"
    assert village.asked == []


def test_a_platform_without_reviews_says_so(api: Client, destination: Destination, member_client: Client) -> None:
    assert api.get(f"/api/destinations/{destination.pk}/reviews/").json()["code"] == "platform_cannot"
    page = member_client.get(reverse("reviews", args=[destination.pk]))
    assert page.status_code == 409
    assert b"does not let us read and answer reviews" in page.content


@pytest.mark.parametrize(
    ("scope", "reads", "answers"), [("reviews:read", 200, 403), ("reviews:write", 403, 204), ("posts:write", 403, 403)]
)
def test_reading_and_answering_have_scopes_of_their_own(
    tenant: Tenant, village: Village, well: Destination, scope: str, reads: int, answers: int
) -> None:
    village.says |= {"reviews": PAGE, "reply": {}}
    _, key = create_api_key(tenant=tenant, name="Narrow", scopes=[scope], actor="system:test")
    client = Client(headers={"Authorization": f"Bearer {key.reveal()}"})
    assert client.get(f"/api/destinations/{well.pk}/reviews/").status_code == reads
    assert put(client, well, {"text": "Gladly."}).status_code == answers
    assert client.delete(f"/api/destinations/{well.pk}/reviews/r-2/reply/").status_code == answers


# --- the page ---------------------------------------------------------------------------------------------------------


def send(client: Client, place: Destination, **said: str) -> Any:
    return client.post(reverse("reply_to_review", args=[place.pk]), {"review": "r-2", "action": "reply", **said})


def test_the_page_shows_reviews_and_a_form_for_each_and_is_reached_from_the_account(
    member_client: Client, village: Village, well: Destination
) -> None:
    village.says["reviews"] = PAGE
    address = reverse("reviews", args=[well.pk])
    account = member_client.get(reverse("connection", args=[well.connection_id])).content.decode()
    assert f'href="{address}"' in account
    page = member_client.get(address).content.decode()
    assert "Zoë &lt;b&gt;" in page
    assert "4 of 5 stars" in page
    assert "The elders still read it." in page
    assert "<b>4.5</b> of 5" in page
    assert '<time datetime="2026-11-20T09:00:00+00:00"' in page
    assert page.count('name="review"') == 2
    assert f"{address}?page=next%26page" in page


def test_an_answer_leads_back_to_the_page_it_was_written_on(
    member_client: Client, village: Village, well: Destination
) -> None:
    village.says |= {"reply": {}, "reviews": PAGE}
    answer = send(member_client, well, text="Gladly,\r\nagain", page="next&page")
    assert answer["Location"] == f"{reverse('reviews', args=[well.pk])}?page=next%26page"
    assert village.asked == [("reply", {"review": "r-2", "text": "Gladly,\nagain"})]
    removed = member_client.post(
        reverse("reply_to_review", args=[well.pk]), {"review": "r-1", "action": "remove"}, follow=True
    )
    assert b"The answer is taken away." in removed.content
    assert village.asked[1] == ("reply", {"review": "r-1", "text": ""})


def test_a_refused_answer_stays_in_its_form_with_the_reason_beside_it(
    member_client: Client, village: Village, well: Destination
) -> None:
    village.says |= {"reviews": PAGE, "reply": (422, {"words": "No shouting."})}
    page = send(member_client, well, text="GLADLY")
    assert page.status_code == 422
    _, mine = page.context["reviews"]
    assert (mine["typed"], mine["problem"]["cause"]) == ("GLADLY", "No shouting.")
    assert page.content.decode().count("No shouting.") == 1
    empty = send(member_client, well, text=" ")
    assert empty.context["reviews"][1]["problem"]["cause"] == "An answer has 1 to 10,000 characters."
    gone = send(member_client, well, text="Gladly", review="r-9")
    assert gone.context["problem"]["cause"] == "No shouting."


def test_reviews_that_cannot_be_had_are_told_with_the_remedy(
    member_client: Client, village: Village, well: Destination
) -> None:
    village.says["reviews"] = (429, {"words": "Too many questions."})
    page = member_client.get(reverse("reviews", args=[well.pk]))
    assert page.status_code == 503
    assert b"Try again in 90 seconds." in page.content
    assert Connection.objects.get().status == Connection.Status.ACTIVE


def test_a_viewer_reads_and_has_no_form(client: Client, tenant: Tenant, village: Village, well: Destination) -> None:
    village.says["reviews"] = PAGE
    user = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    client.force_login(user)
    page = client.get(reverse("reviews", args=[well.pk])).content.decode()
    assert "Good water." in page
    assert "<textarea" not in page
    assert send(client, well, text="Gladly").status_code == 403
    assert village.count("reply") == 0
