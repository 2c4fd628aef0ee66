"""The first comment under a post: a job of its own, written once, and never in the post's way."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.meta.connector import MetaConnector
from connectors.models import Connection, Destination
from connectors.types import Capability
from publishing import follow_ups
from publishing.models import Post, PublishJob
from publishing.redriving import confirm_live
from publishing.states import State
from sandbox.world import World
from tenants.principal import Principal
from tests.publishing.conftest import Publish, Trouble
from tests.publishing.test_api import post
from tests.publishing.test_attempts import run_until

Run = Callable[[datetime], int]
LATER = timedelta(seconds=1)


@pytest.fixture
def comments(world: World) -> Callable[[], list[str]]:
    """What stands under the posts of the sandbox, oldest first."""

    def read() -> list[str]:
        return [comment.message for item in world.meta.timeline() for comment in world.meta.state.comments_of(item.id)]

    return read


Comments = Callable[[], list[str]]


def comment_of(job: PublishJob) -> PublishJob:
    return PublishJob.objects.get(post_id=job.post_id, role=PublishJob.Role.FIRST_COMMENT)


@pytest.mark.usefixtures("able")
def test_the_comment_is_written_under_the_live_post_by_a_job_of_its_own(
    publish: Publish, run_due: Run, comments: Comments
) -> None:
    job = publish("Bread", first_comment="Order here: https://example.com/")
    assert PublishJob.objects.count() == 1, "there is nothing to comment on yet"
    run_due(timezone.now())
    comment = comment_of(job)
    assert (comment.state, comment.role) == (State.QUEUED, "first_comment")
    assert comments() == []
    run_due(timezone.now() + LATER)
    comment.refresh_from_db()
    assert comment.state == State.PUBLISHED
    assert comments() == ["Order here: https://example.com/"]
    assert PublishJob.objects.count() == 2, "nothing follows a comment"


@pytest.mark.usefixtures("able")
def test_a_post_without_a_comment_has_one_job_and_costs_no_statement_more(
    publish: Publish, run_due: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Any] = []
    insert = follow_ups.insert

    def listening(given: Any) -> None:
        rows = list(given)
        seen.extend(rows)
        insert(rows)

    monkeypatch.setattr(follow_ups, "insert", listening)
    publish("Bread")
    run_due(timezone.now())
    assert seen == []
    assert PublishJob.objects.count() == 1


@pytest.mark.usefixtures("able")
def test_a_comment_whose_answer_was_lost_is_looked_for_and_written_once(
    publish: Publish, run_due: Run, world: World, comments: Comments, trouble: Trouble
) -> None:
    job = publish("Bread", first_comment="Only once")
    run_due(timezone.now())
    trouble("lost_after_success", path="*/comments")
    run_due(timezone.now() + LATER)
    comment = comment_of(job)
    assert comment.state == State.RECONCILING
    run_until(run_due, comment, state=State.PUBLISHED)
    assert comments() == ["Only once"]


@pytest.mark.usefixtures("able")
def test_a_comment_that_never_arrived_is_sent_again(
    publish: Publish, run_due: Run, comments: Comments, trouble: Trouble
) -> None:
    job = publish("Bread", first_comment="Late but once")
    run_due(timezone.now())
    trouble("lost_before", path="*/comments")
    run_due(timezone.now() + LATER)
    run_until(run_due, comment_of(job), state=State.PUBLISHED)
    assert comments() == ["Late but once"]


@pytest.mark.usefixtures("able")
def test_a_refused_comment_is_its_authors_and_the_post_stays_published(
    api: Client, destination: Destination, run_due: Run, trouble: Trouble
) -> None:
    body = {"text": "Bread", "first_comment": "Bad words", "destinations": [str(destination.pk)]}
    made = post(api, "/api/publish", body).json()
    assert made["first_comment"] == "Bad words"
    run_due(timezone.now())
    trouble("platform_error", error={"code": 368}, path="*/comments")
    run_due(timezone.now() + LATER)
    told = api.get(f"/api/posts/{made['id']}/").json()
    assert told["state"] == "published"
    assert [(job["role"], job["state"]) for job in told["jobs"]] == [("post", "published"), ("first_comment", "failed")]
    (letter,) = api.get("/api/dead-letters/").json()["results"]
    assert letter["job"]["role"] == "first_comment"


@pytest.mark.usefixtures("able")
def test_a_refused_comment_is_written_anew_and_sent_alone(
    api: Client, publish: Publish, run_due: Run, trouble: Trouble, comments: Comments, world: World
) -> None:
    job = publish("Bread", first_comment="Bad words")
    run_due(timezone.now())
    trouble("platform_error", error={"code": 368}, path="*/comments")
    run_due(timezone.now() + LATER)
    address = f"/api/jobs/{comment_of(job).pk}/edit/"
    for nonsense in ({}, {"text": " "}, {"text": "x", "link": "https://example.com/"}):
        assert post(api, address, nonsense).json()["code"] == "comment_is_text"
    assert post(api, address, {"text": "Good words"}).status_code == 200
    run_due(timezone.now() + LATER)
    assert comments() == ["Good words"]
    assert [item.text for item in world.meta.timeline()] == ["Bread"]


def test_a_platform_that_takes_no_comments_warns_and_publishes_without(
    api: Client, destination: Destination, run_due: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    lacking = MetaConnector.capabilities - {Capability.FIRST_COMMENT}
    monkeypatch.setattr(MetaConnector, "capabilities", lacking)
    body = {"text": "Bread", "first_comment": "Here", "destinations": [str(destination.pk)]}
    checked = post(api, "/api/publish/check", body).json()
    assert checked["publishable"] is True
    (finding,) = checked["findings"]
    assert (finding["field"], finding["code"], finding["severity"]) == (
        "first_comment", "first_comment_unsupported", "warning",
    )  # fmt: skip
    post(api, "/api/publish", body)
    run_due(timezone.now())
    assert PublishJob.objects.get().state == State.PUBLISHED


@pytest.mark.usefixtures("able")
def test_each_destination_has_the_comment_that_is_meant_for_it(
    api: Client, connection: Connection, run_due: Run, comments: Comments
) -> None:
    first, second, third = connection.destinations.filter(enabled=True).order_by("external_id")[:3]
    body = {
        "text": "Bread",
        "first_comment": "For all",
        "destinations": [str(place.pk) for place in (first, second, third)],
        "overrides": {str(second.pk): {"first_comment": "Just here"}, str(third.pk): {"first_comment": ""}},
    }
    post(api, "/api/publish", body)
    run_due(timezone.now())
    run_due(timezone.now() + LATER)
    assert sorted(comments()) == ["For all", "Just here"]


@pytest.mark.usefixtures("able")
def test_recording_a_post_twice_makes_one_comment(publish: Publish, run_due: Run) -> None:
    job = publish("Bread", first_comment="Once")
    run_due(timezone.now())
    again = follow_ups.follow_up_of(job, now=timezone.now())
    assert again is not None
    follow_ups.insert([again])
    assert PublishJob.objects.filter(role=PublishJob.Role.FIRST_COMMENT).count() == 1


@pytest.mark.usefixtures("able")
def test_a_comment_under_a_post_that_a_person_confirmed_asks_its_author_because_the_id_is_unknown(
    publish: Publish, run_due: Run, principal: Principal
) -> None:
    job = publish("Bread", first_comment="Here")
    PublishJob.objects.filter(pk=job.pk).update(state="dlq", due_at=None, announced_at=timezone.now(), ready=False)
    job.refresh_from_db()
    confirm_live(principal=principal, job=job, link="https://www.facebook.com/1", now=timezone.now())
    run_due(timezone.now() + LATER)
    comment = comment_of(job)
    assert (comment.state, comment.error_kind, comment.error_who) == (State.FAILED, "parent_gone", "author")


@pytest.mark.usefixtures("able")
def test_pages_show_the_comment_as_a_job_of_its_own_and_count_the_post_alone(
    member_client: Client, publish: Publish, run_due: Run
) -> None:
    job = publish("Bread", first_comment="Order here")
    run_due(timezone.now())
    page = member_client.get(reverse("post", args=[job.post_id]))
    assert page.context["post"]["total"] == page.context["post"]["published"] == 1
    assert [row["role_label"] for row in page.context["jobs"]] == ["", "First comment"]
    shown = member_client.get(reverse("job", args=[comment_of(job).pk])).content.decode()
    assert "Order here" in shown
    assert "is public, so its first comment follows" in shown
    (row,) = member_client.get(reverse("posts") + "?state=published").context["posts"]
    assert (row["state"], row["published"], row["waiting"]) == ("published", 1, 0)
    tiles = {tile["name"]: tile["value"] for tile in member_client.get(reverse("overview")).context["tiles"]}
    assert tiles["published"] == 1


@pytest.mark.usefixtures("able")
def test_a_post_that_is_out_cannot_be_edited_although_its_comment_waits(
    api: Client, publish: Publish, run_due: Run
) -> None:
    job = publish("Bread", first_comment="Order here")
    run_due(timezone.now())
    answer = api.patch(f"/api/posts/{job.post_id}/", {"text": "Cake"}, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "too_late")
    assert Post.objects.get().text == "Bread"
