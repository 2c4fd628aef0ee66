"""What a platform can do with a published post: told with its schema, done once for a key, asked twice where people notice."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.models import Destination
from publishing import acting
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import JobAction, PublishJob, Watch
from tenants.models import AuditEntry, Membership, Tenant, User
from tenants.principal import Principal
from tenants.services import add_member
from tests.village import Village, village, well

__all__ = ["village", "well"]

Run = Callable[[datetime], int]


@pytest.fixture
def job(village: Village, well: Destination, principal: Principal, run_due: Run) -> PublishJob:
    """A job whose post is public at the well."""
    village.says["publish"] = {"receipt": "receipt-1"}
    draft = Draft(text="Water for all", destinations=(well.pk,))
    made, _ = publish_post(principal=principal, draft=draft, idempotency_key=None, now=timezone.now())
    run_due(timezone.now())
    return made.jobs.select_related("destination__connection", "platform").get()


def act(client: Client, job: PublishJob, slug: str, body: Any, key: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    address = f"/api/jobs/{job.pk}/actions/{slug}/"
    return client.post(address, json.dumps(body), content_type="application/json", headers=headers)


def test_a_platform_tells_its_actions_and_what_they_take(api: Client, village: Village) -> None:
    rehearse, shout = api.get("/api/platforms/village/").json()["actions"]
    assert (rehearse["slug"], rehearse["public"], rehearse["schema"]["required"]) == ("rehearse", False, ["to"])
    assert (shout["name"], shout["public"]) == ("Shout it again", True)
    assert api.get("/api/platforms/meta/").json()["actions"] == []


def test_an_action_is_done_and_what_came_of_it_is_told_and_written_down(
    api: Client, member_client: Client, village: Village, job: PublishJob
) -> None:
    village.says["rehearse"] = {"sent": 2, "note": "in the evening"}
    answer = act(api, job, "rehearse", {"to": ["ada", "bo"]})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["outcome"], told["answer"]) == ("done", {"sent": 2, "note": "in the evening"})
    assert village.asked[-1] == ("rehearse", {"id": "receipt-1", "to": ["ada", "bo"]})
    entry = AuditEntry.objects.get(action="job.acted")
    assert entry.detail == {"name": "rehearse", "outcome": "done"}
    events = member_client.get(reverse("job", args=[job.pk])).context["timeline"]
    (line,) = (event for event in events if event["kind"] == "action")
    assert line["title"] == "Send a rehearsal: done"
    assert set(line["facts"]) == {("sent", "2"), ("note", "in the evening")}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["to"]),
        ({"to": []}, ["to"]),
        ({"to": "ada"}, ["to"]),
        ({"to": ["ada", 7]}, ["to.1"]),
        ({"to": ["ada"], "loud": True}, ["loud"]),
        ({"to": ["a\x00"]}, [""]),
    ],
    ids=str,
)
def test_arguments_are_held_against_the_schema_before_anything_is_sent(
    api: Client, village: Village, job: PublishJob, body: Any, fields: list[str]
) -> None:
    answer = act(api, job, "rehearse", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert [one.get("field", "") for one in answer.json()["errors"]] == fields
    assert {one["code"] for one in answer.json()["errors"]} == {"argument_invalid"}
    assert village.count("rehearse") == 0
    assert not JobAction.objects.exists()


def test_a_body_that_is_no_object_is_refused(api: Client, job: PublishJob) -> None:
    assert act(api, job, "rehearse", ["ada"]).status_code == 400


def test_an_action_there_is_not_is_told_with_those_there_are(api: Client, job: PublishJob) -> None:
    answer = act(api, job, "sing", {})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_action")
    assert "rehearse, shout" in answer.json()["remedy"]


def test_the_same_key_does_it_once(api: Client, village: Village, job: PublishJob) -> None:
    village.says["shout"] = {"heard": True}
    first = act(api, job, "shout", {}, "k-1")
    again = act(api, job, "shout", {}, "k-1")
    assert first.json() == again.json()
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert village.count("shout") == 1
    other = act(api, job, "rehearse", {"to": ["ada"]}, "k-1")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    act(api, job, "shout", {}, "k-2")
    act(api, job, "shout", {})
    assert village.count("shout") == 3
    assert act(api, job, "shout", {}, "k" * 256).json()["code"] == "bad_idempotency_key"


def test_a_key_whose_answer_was_lost_does_nothing_a_second_time(
    api: Client, member_client: Client, village: Village, job: PublishJob
) -> None:
    village.says["shout"] = (500, {"words": "The line broke."})
    lost = act(api, job, "shout", {}, "k-1")
    assert (lost.status_code, lost.json()["code"]) == (503, "platform_silent")
    assert "Look at the platform" in lost.json()["remedy"]
    village.says["shout"] = {"heard": True}
    again = act(api, job, "shout", {}, "k-1")
    assert (again.status_code, again.json()["code"]) == (409, "action_in_doubt")
    assert village.count("shout") == 1
    assert AuditEntry.objects.get(action="job.acted").detail["outcome"] == "unknown"
    assert act(api, job, "shout", {}, "k-2").status_code == 200
    titles = [event["title"] for event in member_client.get(reverse("job", args=[job.pk])).context["timeline"]]
    assert "Shout it again: nobody can tell whether it was done" in titles


@pytest.mark.parametrize(
    ("status", "expected", "code"),
    [(422, 422, "content_rejected"), (429, 503, "platform_busy"), (503, 503, "platform_unavailable"), (418, 502, "platform_failed")],
)  # fmt: skip
def test_what_was_surely_not_done_may_be_tried_again_with_the_same_key(
    api: Client, village: Village, job: PublishJob, status: int, expected: int, code: str
) -> None:
    village.says["shout"] = (status, {"words": "Not now."})
    answer = act(api, job, "shout", {}, "k-1")
    assert (answer.status_code, answer.json()["code"]) == (expected, code)
    assert JobAction.objects.get().outcome == "refused"
    assert not AuditEntry.objects.filter(action="job.acted").exists()
    village.says["shout"] = {"heard": True}
    assert act(api, job, "shout", {}, "k-1").status_code == 200


def test_a_call_that_is_under_way_is_waited_for_and_one_that_died_is_in_doubt(
    api: Client, principal: Principal, village: Village, job: PublishJob
) -> None:
    shout = acting.action_of(job, "shout")
    run = JobAction.objects.create(
        tenant=job.tenant, job=job, slug="shout", actor="key:x", idempotency_key="k-1", began_at=timezone.now(),
        request_digest=acting.digest_of(job, shout, {}),
    )  # fmt: skip
    assert act(api, job, "shout", {}, "k-1").json()["code"] == "action_under_way"
    JobAction.objects.filter(pk=run.pk).update(began_at=timezone.now() - timedelta(hours=1))
    assert act(api, job, "shout", {}, "k-1").json()["code"] == "action_in_doubt"
    assert village.count("shout") == 0


def test_a_fault_of_ours_in_the_middle_leaves_it_in_doubt(
    principal: Principal, village: Village, job: PublishJob
) -> None:
    village.says["shout"] = ["no object"]
    with pytest.raises((TypeError, ValueError)):
        acting.perform(
            principal=principal, job=job, slug="shout", arguments={}, idempotency_key="k-1", now=timezone.now()
        )
    run = JobAction.objects.get()
    assert (run.outcome, run.idempotency_key) == ("unknown", "k-1")


def test_what_was_done_is_looked_at_soon(api: Client, village: Village, job: PublishJob) -> None:
    village.says["shout"] = {"heard": True}
    Watch.objects.update(due_at=None)
    act(api, job, "shout", {})
    due = Watch.objects.get().due_at
    assert due is not None
    assert timedelta() < due - timezone.now() <= timedelta(minutes=5)


def test_a_stale_token_is_renewed_before_anything_is_done(api: Client, village: Village, job: PublishJob) -> None:
    village.says["shout"] = lambda _: {"heard": True} if village.tokens[-1] == "token-2" else (401, {})
    village.says["refresh"] = {"token": "token-2"}
    assert act(api, job, "shout", {}, "k-1").status_code == 200


def test_nothing_is_done_with_what_is_not_live(
    api: Client, village: Village, job: PublishJob, destination: Destination, principal: Principal, run_due: Run
) -> None:
    PublishJob.objects.filter(pk=job.pk).update(removed_at=timezone.now())
    assert act(api, job, "shout", {}).json()["code"] == "not_live"
    PublishJob.objects.filter(pk=job.pk).update(removed_at=None, external_id="")
    assert act(api, job, "shout", {}).json()["code"] == "external_id_unknown"
    draft = Draft(text="Bread", destinations=(destination.pk,))
    made, _ = publish_post(principal=principal, draft=draft, idempotency_key=None, now=timezone.now())
    other = act(api, made.jobs.get(), "shout", {})
    assert (other.status_code, other.json()["code"], other.json()["remedy"]) == (404, "unknown_action", "It has none.")
    assert village.count("shout") == 0


# --- the page ---------------------------------------------------------------------------------------------------------


def hidden(page: Any, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())
    return found[1] if found else ""


def test_the_job_page_has_a_button_for_each_action_that_leads_to_its_form(
    member_client: Client, village: Village, job: PublishJob
) -> None:
    page = member_client.get(reverse("job", args=[job.pk]))
    address = reverse("job_action", args=[job.pk, "rehearse"])
    assert [one["name"] for one in page.context["actions"]["more"]] == ["Send a rehearsal", "Shout it again"]
    assert f'href="{address}"' in page.content.decode()
    form = member_client.get(address).content.decode()
    assert re.search(r'<label for="arg-to">To whom</label>', form)
    assert 'id="arg-plain"' in form
    assert "Shows the post to a few people beforehand." in form


def test_what_nobody_else_notices_is_done_at_the_first_press(
    member_client: Client, village: Village, job: PublishJob
) -> None:
    village.says["rehearse"] = {"sent": 2}
    address = reverse("job_action", args=[job.pk, "rehearse"])
    key = hidden(member_client.get(address), "key")
    said = {"key": key, "arg-to": "ada\r\nbo", "arg-plain": "yes"}
    done = member_client.post(address, said)
    assert done["Location"] == reverse("job", args=[job.pk])
    assert village.asked[-1][1] == {"id": "receipt-1", "to": ["ada", "bo"], "plain": True}
    member_client.post(address, said)
    assert village.count("rehearse") == 1


def test_what_people_notice_is_asked_for_twice(member_client: Client, village: Village, job: PublishJob) -> None:
    village.says["shout"] = {"heard": True}
    address = reverse("job_action", args=[job.pk, "shout"])
    key = hidden(member_client.get(address), "key")
    asked = member_client.post(address, {"key": key})
    assert "People out there will notice." in asked.content.decode()
    assert village.count("shout") == 0
    forged = member_client.post(address, {"key": key, "confirmed": "yes"})
    assert forged.status_code == 200
    assert village.count("shout") == 0
    said = {"key": hidden(asked, "key"), "confirmed": hidden(asked, "confirmed")}
    done = member_client.post(address, said, follow=True)
    assert "Shout it again: done." in done.content.decode()
    member_client.post(address, said)
    assert village.count("shout") == 1


def test_what_is_wrong_stands_beside_its_control_and_what_was_typed_stays(
    member_client: Client, village: Village, job: PublishJob
) -> None:
    address = reverse("job_action", args=[job.pk, "rehearse"])
    page = member_client.post(address, {"key": "k", "arg-plain": "yes"})
    assert page.status_code == 422
    (error,) = page.context["errors"]
    assert (error["field"], error["message"]) == ("arg-to", "To whom is missing.")
    assert re.search(r'id="arg-plain"[^>]* checked', page.content.decode())
    village.says["rehearse"] = (422, {"words": "Ada sleeps."})
    refused = member_client.post(address, {"key": "k", "arg-to": "ada"})
    assert (refused.status_code, refused.context["problem"]["cause"]) == (422, "Ada sleeps.")
    assert hidden(refused, "key") == "k"
    assert ">ada</textarea>" in refused.content.decode()


def test_an_action_there_is_not_has_no_page(member_client: Client, job: PublishJob) -> None:
    assert member_client.get(reverse("job_action", args=[job.pk, "sing"])).status_code == 404


def test_a_viewer_has_no_buttons_and_may_not_press_them(
    client: Client, tenant: Tenant, village: Village, job: PublishJob
) -> None:
    user = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    client.force_login(user)
    assert client.get(reverse("job", args=[job.pk])).context["actions"]["more"] == []
    address = reverse("job_action", args=[job.pk, "rehearse"])
    assert client.get(address).status_code == client.post(address, {"arg-to": "x"}).status_code == 403
    assert village.count("rehearse") == 0
