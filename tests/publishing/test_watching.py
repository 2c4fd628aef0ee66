"""A published post is looked at again: what became of it is told, what came late is filled in, and nothing is sent for it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.meta.connector import MetaConnector
from connectors.models import Connection, Destination, Platform
from connectors.types import Capability
from publishing import tasks, watching
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import DeadLetter, PublishJob, Watch
from publishing.states import State
from tenants.models import AuditEntry, Membership, Tenant, User
from tenants.principal import Principal
from tenants.services import add_member
from tests.publishing.test_api import post
from tests.village import Village, village, well

__all__ = ["village", "well"]

Run = Callable[[datetime], int]
SECOND = timedelta(seconds=1)
REJECTED = {
    "state": "rejected",
    "reason": "It breaks the rules of the well.",
    "remedy": "Say it politely, as a new post.",
}


@pytest.fixture
def job(village: Village, well: Destination, principal: Principal, run_due: Run) -> PublishJob:
    """A job whose post is public at the well."""
    village.says |= {"publish": {"receipt": "receipt-1"}, "look_after": {"state": "live"}}
    draft = Draft(text="Water for all", destinations=(well.pk,))
    made, _ = publish_post(principal=principal, draft=draft, idempotency_key=None, now=timezone.now())
    run_due(timezone.now())
    return fresh(made.jobs.get())


def fresh(job: PublishJob) -> PublishJob:
    found: PublishJob = PublishJob.objects.select_related("watch", "destination__connection", "platform", "post").get(
        pk=job.pk
    )
    assert found.state == State.PUBLISHED
    return found


def later(job: PublishJob, **span: float) -> datetime:
    assert job.published_at is not None
    return job.published_at + timedelta(**span) + SECOND


def look(moment: datetime) -> int:
    return watching.look_due(clock=lambda: moment)


def standing(api: Client, job: PublishJob) -> dict[str, Any]:
    told: dict[str, Any] = api.get(f"/api/jobs/{job.pk}/").json()["standing"]
    return told


def test_a_platform_that_lets_one_look_wait_takes_no_more_of_this_tasks_time(
    village: Village, well: Destination, principal: Principal, run_due: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.says |= {"look_after": {"state": "live"}}
    for number in range(2):
        village.says |= {"publish": {"receipt": f"receipt-{number}"}}
        draft = Draft(text=f"Water {number}", destinations=(well.pk,))
        publish_post(principal=principal, draft=draft, idempotency_key=None, now=timezone.now())
        run_due(timezone.now())
    monkeypatch.setattr(watching, "_SLOW_SECONDS", -1.0)
    moment = timezone.now() + timedelta(minutes=6)
    assert [look(moment), look(moment), look(moment)] == [1, 1, 0], (
        "the other one is left for the next task, and not lost"
    )


def test_a_success_is_looked_at_after_five_minutes_an_hour_and_a_day_and_no_more(
    api: Client, village: Village, job: PublishJob
) -> None:
    assert standing(api, job)["state"] is None
    assert [look(later(job, minutes=4)), look(later(job, minutes=5)), look(later(job, minutes=6))] == [0, 1, 0]
    assert [look(later(job, minutes=60)), look(later(job, hours=2)), look(later(job, hours=24))] == [1, 0, 1]
    assert look(later(job, days=30)) == 0
    told = standing(api, job)
    assert (told["state"], told["next_look_at"], told["problem"]) == ("live", None, "")
    assert [name for name, _ in village.asked] == ["publish", *["look_after"] * 3]
    assert village.asked[1][1] == {"id": "receipt-1", "noted": {"receipt": "receipt-1"}}
    assert job.attempt_count == 1


def test_moments_that_were_missed_are_not_made_up_for(job: PublishJob) -> None:
    assert look(later(job, hours=3)) == 1
    assert fresh(job).watch.due_at == later(job, hours=24) - SECOND


def test_a_post_rejected_later_is_told_everywhere_and_stays_published(
    api: Client, member_client: Client, village: Village, job: PublishJob
) -> None:
    village.says["look_after"] = REJECTED
    look(later(job, minutes=5))
    told = standing(api, job)
    assert {name: told[name] for name in REJECTED} == REJECTED
    assert api.get(f"/api/posts/{job.post_id}/").json()["state"] == "published"
    assert api.get(f"/api/posts/{job.post_id}/").json()["jobs"][0]["standing"]["state"] == "rejected"
    assert len(api.get("/api/jobs/?standing=rejected&standing=removed").json()["results"]) == 1
    assert api.get("/api/jobs/?standing=live").json()["results"] == []
    assert not DeadLetter.objects.exists()

    page = member_client.get(reverse("job", args=[job.pk]))
    assert page.context["advice"] == {
        "title": "Village took it back", "cause": REJECTED["reason"], "who": "The author", "remedy": REJECTED["remedy"],
    }  # fmt: skip
    (line,) = (event for event in page.context["timeline"] if event["kind"] == "look")
    assert (line["title"], line["tone"]) == ("Taken back: the platform rejected it", "bad")
    shown = member_client.get(reverse("post", args=[job.post_id])).content.decode()
    assert "1 taken back since" in shown
    assert "Rejected since" in shown
    letters = member_client.get(reverse("dead_letters")).content.decode()
    assert "1 published post taken back by its platform" in letters
    assert REJECTED["reason"] in letters
    assert "No dead letters" in letters
    assert fresh(job).removed_at is None


def test_who_has_seen_it_is_not_told_again_until_it_changes(
    api: Client, member_client: Client, village: Village, job: PublishJob
) -> None:
    address = reverse("dead_letters")
    village.says["look_after"] = REJECTED
    look(later(job, minutes=5))
    done = member_client.post(
        reverse("note_taken_back", args=[job.pk]), headers={"Referer": f"http://testserver{address}"}
    )
    assert done["Location"].endswith(address)
    assert member_client.get(address).context["taken_back"] is None
    assert standing(api, job)["seen_at"]
    assert post(api, f"/api/jobs/{job.pk}/noted/", {}).status_code == 200
    assert AuditEntry.objects.filter(action="job.noted").count() == 1
    look(later(job, hours=1))
    assert member_client.get(address).context["taken_back"] is None
    village.says["look_after"] = {"state": "removed"}
    look(later(job, hours=24))
    assert member_client.get(address).context["taken_back"]["count"] == 1
    titles = [event["title"] for event in member_client.get(reverse("job", args=[job.pk])).context["timeline"]]
    assert titles.count("Taken back: the platform rejected it") == 2
    assert {"Looked again: it is gone", "Seen that it was taken back"} <= set(titles)


def test_only_what_was_taken_back_can_be_noted(api: Client, member_client: Client, job: PublishJob) -> None:
    look(later(job, minutes=5))
    answer = post(api, f"/api/jobs/{job.pk}/noted/", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_taken_back")
    page = member_client.post(reverse("note_taken_back", args=[job.pk]), follow=True).content.decode()
    assert "did not take this post back" in page


def test_what_is_not_public_yet_is_told_as_such_and_may_become_so(
    api: Client, member_client: Client, village: Village, job: PublishJob
) -> None:
    village.says["look_after"] = {"state": "pending", "reason": "The elders read it."}
    look(later(job, minutes=5))
    page = member_client.get(reverse("job", args=[job.pk]))
    assert page.context["advice"]["title"] == "Village has not made it public yet"
    assert member_client.get(reverse("dead_letters")).context["taken_back"] is None
    village.says["look_after"] = {"state": "live", "external_id": "post-9", "permalink": "https://village.invalid/9"}
    look(later(job, hours=1))
    told = api.get(f"/api/jobs/{job.pk}/").json()
    assert (told["external_id"], told["permalink"], told["state"]) == (
        "post-9",
        "https://village.invalid/9",
        "published",
    )
    look(later(job, hours=24))
    assert village.asked[-1][1]["id"] == "post-9"
    facts = [event["facts"] for event in member_client.get(reverse("job", args=[job.pk])).context["timeline"]]
    assert [("Its id at the platform", "post-9"), ("Its link", "https://village.invalid/9")] in facts
    assert facts.count([("Its id at the platform", "post-9"), ("Its link", "https://village.invalid/9")]) == 1


def test_what_stays_pending_is_looked_at_day_by_day_until_it_could_have_been_planned_for(
    village: Village, job: PublishJob
) -> None:
    village.says["look_after"] = {"state": "pending"}
    moment = later(job, hours=24)
    look(moment)
    for _ in range(3):
        assert fresh(job).watch.due_at == moment + timedelta(hours=24)
        moment += timedelta(hours=24)
        assert look(moment) == 1
    moment = later(job, days=370)
    look(moment)
    assert fresh(job).watch.due_at == moment + timedelta(hours=24)
    look(later(job, days=401))
    assert fresh(job).watch.due_at is None


def test_an_id_that_another_job_is_recorded_as_is_not_taken(village: Village, job: PublishJob) -> None:
    twin = PublishJob.objects.get(pk=job.pk)
    other = twin.post
    other.pk, other.idempotency_key = None, None
    other.save(force_insert=True)
    PublishJob.objects.create(
        tenant=job.tenant, post=other, destination=job.destination, platform_id="village", state="published",
        published_at=job.published_at, external_id="post-9",
    )  # fmt: skip
    village.says["look_after"] = {"state": "live", "external_id": "post-9"}
    look(later(job, minutes=5))
    assert (fresh(job).external_id, fresh(job).watch.state) == ("receipt-1", "live")


@pytest.mark.parametrize(
    ("answer", "waits", "words"),
    [
        ((503, {"words": "Closed."}), [5, 15, 30, 60, 60], "Closed."),
        ((500, {"words": "Oops."}), [5, 15], "Oops."),
        ((429, {"words": "Slowly."}), [5, 15], "Slowly."),
        ((401, {"words": "Who is it?"}), [360, 360], "Who is it?"),
        ((418, {"words": "Teapot."}), [360], "Teapot."),
        ({"state": "unheard of"}, [360], "The hub failed on it"),
    ],
)
def test_a_platform_out_of_reach_is_asked_again_and_the_reason_is_told(
    api: Client, village: Village, job: PublishJob, answer: Any, waits: list[int], words: str
) -> None:
    village.says |= {"look_after": answer, "refresh": (401, {"words": "Who is it?"})}
    moment = later(job, minutes=5)
    for minutes in waits:
        assert look(moment) == 1
        assert fresh(job).watch.due_at == moment + timedelta(minutes=minutes)
        moment += timedelta(minutes=minutes)
    told = standing(api, job)
    assert words in told["problem"]
    assert told["state"] is None
    village.says["look_after"] = {"state": "live"}
    Connection.objects.update(status="active")
    assert look(moment) == 1
    assert (standing(api, job)["state"], standing(api, job)["problem"]) == ("live", "")


def test_a_platform_that_is_never_reached_is_given_up_in_the_end(village: Village, job: PublishJob) -> None:
    village.says["look_after"] = (503, {})
    assert look(later(job, days=9)) == 1
    assert fresh(job).watch.due_at is None


def test_a_stale_token_is_renewed_for_a_look_and_a_dead_one_is_told(village: Village, job: PublishJob) -> None:
    village.says["look_after"] = lambda _: {"state": "live"} if village.tokens[-1] == "token-2" else (401, {})
    village.says["refresh"] = {"token": "token-2"}
    look(later(job, minutes=5))
    assert fresh(job).watch.state == "live"
    village.says |= {"look_after": (401, {}), "refresh": (401, {"words": "The grant is over."})}
    look(later(job, hours=1))
    assert Connection.objects.get().status == Connection.Status.ATTENTION


def test_accounts_and_platforms_that_are_switched_off_are_left_in_peace(
    api: Client, village: Village, job: PublishJob
) -> None:
    Platform.objects.filter(slug="village").update(enabled=False)
    look(later(job, minutes=5))
    assert standing(api, job)["problem"] == "Village is switched off here."
    Connection.objects.update(status="inactive", disconnected_at=timezone.now())
    look(later(job, hours=12))
    assert standing(api, job)["problem"] == "Villager was disconnected."
    assert village.count("look_after") == 0


def test_missing_credentials_are_a_reason_like_any_other(
    api: Client, village: Village, job: PublishJob, settings: Any
) -> None:
    settings.VILLAGE_APP_ID = ""
    look(later(job, minutes=5))
    assert "VILLAGE_APP_ID" in standing(api, job)["problem"]


def test_a_post_that_was_deleted_here_is_not_looked_at(
    member_client: Client, village: Village, job: PublishJob
) -> None:
    village.says["look_after"] = REJECTED
    look(later(job, minutes=5))
    PublishJob.objects.update(removed_at=timezone.now())
    assert member_client.get(reverse("dead_letters")).context["taken_back"] is None
    look(later(job, hours=1))
    assert village.count("look_after") == 1
    assert fresh(job).watch.due_at is None


def test_two_workers_look_once(village: Village, job: PublishJob) -> None:
    moment = later(job, minutes=5)
    watch = Watch.objects.get()
    assert watching._claim(watch, now=moment)
    assert not watching._claim(watch, now=moment)
    assert look(moment) == 0


def test_what_is_not_to_be_watched_has_no_row(
    village: Village,
    well: Destination,
    principal: Principal,
    run_due: Run,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.LOOK_AFTER = ()
    village.says["publish"] = {"receipt": "receipt-2"}
    draft = Draft(text="Water", destinations=(well.pk,))
    made, _ = publish_post(principal=principal, draft=draft, idempotency_key=None, now=timezone.now())
    run_due(timezone.now())
    assert made.jobs.get().state == State.PUBLISHED
    assert not Watch.objects.exists()


def test_platforms_that_cannot_be_asked_have_no_standing(
    api: Client, destination: Destination, principal: Principal, run_due: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MetaConnector, "capabilities", MetaConnector.capabilities - {Capability.WATCH})
    draft = Draft(text="Bread", destinations=(destination.pk,))
    made, _ = publish_post(principal=principal, draft=draft, idempotency_key=None, now=timezone.now())
    run_due(timezone.now())
    assert standing(api, made.jobs.get()) is None
    assert not Watch.objects.exists()


def test_the_alarm_clock_looks(village: Village, job: PublishJob) -> None:
    Watch.objects.update(due_at=timezone.now())
    tasks.look_again()
    assert fresh(job).watch.state == "live"


def test_reading_many_jobs_asks_for_their_standing_at_once(
    api: Client, village: Village, job: PublishJob, django_assert_max_num_queries: Any
) -> None:
    api.get("/api/jobs/")
    with django_assert_max_num_queries(6):
        api.get("/api/jobs/")


def test_a_viewer_sees_it_and_may_not_note_it(
    client: Client, tenant: Tenant, village: Village, job: PublishJob
) -> None:
    village.says["look_after"] = REJECTED
    look(later(job, minutes=5))
    user = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    client.force_login(user)
    page = client.get(reverse("dead_letters")).content.decode()
    assert "taken back" in page
    assert reverse("note_taken_back", args=[job.pk]) not in page
    assert client.post(reverse("note_taken_back", args=[job.pk])).status_code == 403


def test_an_operator_can_have_it_looked_at_again(client: Client, job: PublishJob) -> None:
    client.force_login(User.objects.create_superuser("root@hub.example", "correct horse battery"))
    Watch.objects.update(due_at=None)
    address = reverse("admin:publishing_watch_changelist")
    assert client.get(address).status_code == 200
    client.post(address, {"action": "look_again", "_selected_action": [str(Watch.objects.get().pk)]})
    assert Watch.objects.get().due_at is not None
