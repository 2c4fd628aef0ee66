"""Pages of the workshop: composing, posts, jobs and their stories, dead letters."""

import itertools
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectors.models import Destination
from publishing.models import Attempt, DeadLetter, JournalEntry, Post, PublishJob
from publishing.pages.words import STATE_LABELS
from publishing.states import RESTING, State
from tenants.models import Membership, Tenant, User
from tenants.services import add_member
from tests.conftest import House

NASTY = [
    "\x00",
    "%",
    "x" * 5000,
    "-1",
    "'\"<b>",
    "😀",
    "00000000-0000-0000-0000-000000000000",
    "WyJhIiwxLDJd",
    "WyJhIiwgbnVsbCwgbnVsbF0",
    "[]",
]
Make = Callable[..., PublishJob]


@pytest.fixture
def make_job(tenant: Tenant, destination: Destination) -> Make:
    """Make jobs in any state, as the workshop would have left them."""

    def make(state: State = State.QUEUED, text: str = "Fresh rolls", **fields: Any) -> PublishJob:
        now = timezone.now()
        post = Post.objects.create(tenant=tenant, text=text, created_by="user:owner@acme.example", request_digest="x")
        said: dict[str, Any] = {"tenant": tenant, "post": post, "destination": destination, "platform_id": "meta"}
        if state not in RESTING:
            said["due_at"] = now + timedelta(hours=1)
        if state == State.PUBLISHED:
            said["published_at"] = now
        return PublishJob.objects.create(state=state, **{**said, **fields})

    return make


@pytest.fixture
def make_letter(make_job: Make) -> Callable[..., DeadLetter]:
    """Make jobs that need a person, each with its open dead letter."""

    def make(cause: str = "Meta was away.", who: str = "operator", *, doubt: bool = False, **fields: Any) -> DeadLetter:
        now = timezone.now()
        job = make_job(
            State.DLQ,
            error_kind="transient",
            error_cause=cause,
            error_remedy="Redrive.",
            error_who=who,
            announced_at=now if doubt else None,
            **fields,
        )
        return DeadLetter.objects.create(
            job=job, tenant=job.tenant, platform_id="meta", fingerprint=f"meta:{cause}", kind="transient",
            cause=cause, remedy="Redrive.", who=who, opened_at=now,
        )  # fmt: skip

    return make


@pytest.fixture
def viewer_client(house: House) -> Client:
    user = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=house.tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    client = Client()
    client.force_login(user)
    return client


def typed(client: Client, place: Destination, /, **changes: Any) -> dict[str, Any]:
    """Return what a browser sends that opened a fresh compose page."""
    key = client.get(reverse("compose")).context["form"]["idempotency_key"]
    said = {"text": "Hello\r\nworld", "link": "", "destination": str(place.pk), "when": "now"}
    return {**said, "idempotency_key": key, "action": "publish", **changes}


def test_a_post_goes_from_the_form_to_its_page(
    member_client: Client, destination: Destination, run_due: Callable[[datetime], int]
) -> None:
    response = member_client.post(reverse("compose"), typed(member_client, destination))
    job = PublishJob.objects.get()
    assert response["Location"] == reverse("job", args=[job.pk])
    assert job.post.text == "Hello\nworld"
    waiting = member_client.get(response["Location"])
    assert waiting.context["poll_seconds"] == 2
    assert [event["title"] for event in waiting.context["timeline"] if event["now"]] == ["Waits for a worker"]
    run_due(timezone.now())
    done = member_client.get(response["Location"])
    assert done.context["job"]["state_label"] == "Published"
    assert done.context["job"]["tries"] == 1
    assert done.context["poll_seconds"] is None
    assert done.context["timeline"][-1]["url"] == done.context["job"]["permalink"] != ""


def test_pressing_twice_publishes_once(member_client: Client, destination: Destination) -> None:
    said = typed(member_client, destination)
    first, second = (member_client.post(reverse("compose"), said) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Post.objects.count() == 1


def test_a_changed_text_after_publishing_is_asked_about_again(member_client: Client, destination: Destination) -> None:
    said = typed(member_client, destination)
    member_client.post(reverse("compose"), said)
    again = member_client.post(reverse("compose"), {**said, "text": "Something else"})
    assert again.status_code == 409
    form = again.context["form"]
    assert form["text"] == "Something else"
    assert form["idempotency_key"] != said["idempotency_key"]
    assert again.context["invalid"] == ["general"]
    sent = member_client.post(
        reverse("compose"), {**said, "text": form["text"], "idempotency_key": form["idempotency_key"]}
    )
    assert sent.status_code == 302
    assert Post.objects.count() == 2


def test_several_destinations_lead_to_the_post(member_client: Client, destination: Destination) -> None:
    places = list(destination.connection.destinations.filter(enabled=True))
    assert len(places) > 1
    said = typed(member_client, destination, destination=[str(place.pk) for place in places])
    response = member_client.post(reverse("compose"), said)
    post = Post.objects.get()
    assert response["Location"] == reverse("post", args=[post.pk])
    page = member_client.get(response["Location"])
    assert page.context["post"]["total"] == page.context["post"]["waiting"] == len(places)


def test_later_is_a_moment_in_the_chosen_zone(member_client: Client, destination: Destination) -> None:
    day = (timezone.now() + timedelta(days=30)).date()
    said = typed(member_client, destination, when="later", date=f"{day}", time="09:00", zone="Asia/Tokyo")
    member_client.post(reverse("compose"), said)
    post = Post.objects.get()
    assert post.publish_at is not None
    assert f"{post.publish_at:%Y-%m-%d %H:%M}" == f"{day} 00:00"
    assert post.time_zone == "Asia/Tokyo"
    job = PublishJob.objects.get()
    assert member_client.get(reverse("job", args=[job.pk])).context["poll_seconds"] == 15


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text": "", "link": ""}, "text"),
        ({"text": "a\x00b"}, "text"),
        ({"text": "x" * 100_001}, "text"),
        ({"text": "x" * 70_000}, "text"),
        ({"link": "not a link"}, "link"),
        ({"link": "https://example.org/" + "x" * 2000}, "link"),
        ({"destination": ""}, "destinations"),
        ({"destination": []}, "destinations"),
        ({"destination": "00000000-0000-0000-0000-000000000000"}, "destinations"),
        ({"destination": ["a"] * 600}, "destinations"),
        ({"when": "later"}, "when"),
        ({"when": "later", "date": "2026-13-45", "time": "99:99", "zone": "UTC"}, "when"),
        ({"when": "later", "date": "2020-01-01", "time": "09:00", "zone": "UTC"}, "when"),
        ({"when": "later", "date": "2999-01-01", "time": "09:00", "zone": "UTC"}, "when"),
        ({"when": "later", "date": "9999-12-31", "time": "23:59", "zone": "America/New_York"}, "when"),
        ({"when": "later", "date": "0001-01-01", "time": "00:00", "zone": "Asia/Tokyo"}, "when"),
        ({"when": "later", "date": "2026-12-24", "time": "09:00", "zone": "Mars/Base"}, "when"),
        ({"when": "later", "date": "2026-12-24", "time": "09:00", "zone": "\x00../etc"}, "when"),
        ({"idempotency_key": "\x00"}, "general"),
        ({"idempotency_key": "k" * 300}, "general"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
    member_client: Client, destination: Destination, changes: dict[str, Any], field: str
) -> None:
    said = typed(member_client, destination, **changes)
    page = member_client.post(reverse("compose"), said)
    assert page.status_code == 422
    assert page.context["invalid"] == [field]
    assert all(error["message"] for error in page.context["errors"])
    assert page.context["form"]["text"] == said["text"].replace("\r\n", "\n")
    assert not Post.objects.exists()
    if "idempotency_key" not in changes:
        assert page.context["form"]["idempotency_key"] == said["idempotency_key"]


def test_checking_stores_nothing(member_client: Client, destination: Destination) -> None:
    page = member_client.post(reverse("compose"), typed(member_client, destination, action="check"))
    assert page.context["checked"] is True
    assert "This post passes" in page.content.decode()
    bad = member_client.post(reverse("compose"), typed(member_client, destination, action="check", text=""))
    assert bad.context["checked"] is False
    assert not Post.objects.exists()


def test_a_place_that_needs_attention_cannot_be_chosen(member_client: Client, destination: Destination) -> None:
    connection = destination.connection
    connection.status, connection.status_cause = "attention", "The token was revoked."
    connection.save()
    places = member_client.get(reverse("compose")).context["groups"][0]["destinations"]
    assert all(place["disabled"] and place["reason"] == "The token was revoked." for place in places)


def test_the_form_needs_its_token(owner: User, destination: Destination) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(owner)
    assert strict.post(reverse("compose"), {"text": "x", "destination": str(destination.pk)}).status_code == 403


@pytest.mark.parametrize("sort", ["created", "-created", "due", "-due"])
@pytest.mark.parametrize("name", ["jobs", "posts"])
def test_paging_shows_every_row_once_both_ways(member_client: Client, make_job: Make, name: str, sort: str) -> None:
    now = timezone.now()
    for number in range(30):
        make_job(State.SCHEDULED, due_at=now + timedelta(hours=number // 2))
        make_job(State.PUBLISHED, published_at=now - timedelta(hours=number // 2))
    forward: list[list[Any]] = []
    address = reverse(name) + f"?sort={sort}"
    while address:
        context = member_client.get(address).context
        forward.append([row["id"] for row in context[name]])
        last, address = address, context["page"]["next_url"]
    ids = [pk for page in forward for pk in page]
    assert len(ids) == len(set(ids)) == 60
    backward: list[list[Any]] = []
    while last:
        context = member_client.get(last).context
        backward.insert(0, [row["id"] for row in context[name]])
        last = context["page"]["prev_url"]
    assert backward == forward


def test_a_new_row_moves_no_page(member_client: Client, make_job: Make) -> None:
    for _ in range(40):
        make_job()
    first = member_client.get(reverse("jobs")).context
    make_job(text="Came in between")
    second = member_client.get(first["page"]["next_url"]).context
    seen = [row["id"] for row in first["jobs"]] + [row["id"] for row in second["jobs"]]
    assert len(seen) == len(set(seen)) == 40


def test_jobs_are_found_by_state_words_and_id(member_client: Client, make_job: Make) -> None:
    make_job(State.SCHEDULED, text="Alpha")
    beta = make_job(State.PUBLISHED, text="Beta", permalink="https://social.example/42")
    make_job(State.CANCELLED, text="Gamma")

    def found(**asked: str) -> list[str]:
        return [row["excerpt"] for row in member_client.get(reverse("jobs"), asked).context["jobs"]]

    assert found(state="waiting") == ["Alpha"]
    assert found(state="scheduled") == ["Alpha"]
    assert found(state="cancelled") == ["Gamma"]
    assert found(query=str(beta.pk)) == found(query="bet") == found(query="social.example/42") == ["Beta"]
    assert found(destination=str(beta.destination_id)) == ["Gamma", "Beta", "Alpha"]
    assert found(destination=str(uuid4())) == []
    tabs = member_client.get(reverse("jobs")).context["states"]
    assert {tab["label"]: tab["count"] for tab in tabs} == {
        "All": 3, "Waiting": 1, "Published": 1, "Failed": 0, "Dead letter": 0, "Cancelled": 1,
    }  # fmt: skip


def test_posts_are_found_by_how_they_are_doing(member_client: Client, make_job: Make) -> None:
    make_job(State.SCHEDULED, text="Alpha")
    make_job(State.PUBLISHED, text="Beta")
    make_job(State.FAILED, text="Gamma")
    make_job(State.CANCELLED, text="Delta")
    wanted = {"waiting": "Alpha", "published": "Beta", "failed": "Gamma", "cancelled": "Delta"}
    for state, text in wanted.items():
        rows = member_client.get(reverse("posts"), {"state": state}).context["posts"]
        assert [row["excerpt"] for row in rows] == [text]


def test_a_post_that_partly_failed_says_so(member_client: Client, make_job: Make, destination: Destination) -> None:
    job = make_job(State.PUBLISHED)
    other = destination.connection.destinations.filter(enabled=True).exclude(pk=destination.pk).first()
    make_job(State.FAILED, post=job.post, destination=other)
    rows = member_client.get(reverse("posts")).context["posts"]
    partial = next(row for row in rows if row["id"] == job.post_id)
    assert (partial["state"], partial["published"], partial["failed"]) == ("partial", 1, 1)
    assert member_client.get(reverse("post", args=[job.post_id])).context["post"]["state_label"] == "Partly published"


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_a_word_and_a_page(member_client: Client, make_job: Make, state: State) -> None:
    fields: dict[str, Any] = {}
    if state in {State.PUBLISHING, State.POLLING}:
        fields = {"due_at": None, "lease_token": uuid4(), "lease_until": timezone.now() + timedelta(minutes=1)}
    job = make_job(state, attempt_count=1, **fields)
    Attempt.objects.create(job=job, number=1, purpose="publish", worker="w", opened_at=timezone.now())
    page = member_client.get(reverse("job", args=[job.pk]))
    assert page.status_code == 200
    assert page.context["job"]["state_label"] == STATE_LABELS[state]
    assert (page.context["poll_seconds"] is None) == (state in RESTING)
    assert sum(event["now"] for event in page.context["timeline"]) == (0 if state in RESTING else 1)
    assert member_client.get(reverse("jobs"), {"state": state}).context["jobs"][0]["id"] == job.pk


def test_a_job_is_cancelled_once_and_told_when_it_is_too_late(member_client: Client, make_job: Make) -> None:
    job = make_job(State.SCHEDULED)
    address = reverse("cancel_job", args=[job.pk])
    assert member_client.get(address).status_code == 405
    page = member_client.post(address, follow=True)
    assert "Cancelled: nothing is published" in page.content.decode()
    assert page.context["actions"]["cancel"] is False
    assert "can no longer be cancelled" in member_client.post(address, follow=True).content.decode()


def test_a_waiting_retry_is_hurried(member_client: Client, make_job: Make) -> None:
    job = make_job(State.RETRYING, tries=1, attempt_count=1, error_kind="transient", error_cause="Meta was away.")
    page = member_client.get(reverse("job", args=[job.pk]))
    assert page.context["actions"]["retry_label"] == "Try now"
    assert page.context["advice"]["cause"] == "Meta was away."
    member_client.post(reverse("retry_job", args=[job.pk]))
    job.refresh_from_db()
    assert job.due_at is not None
    assert job.due_at <= timezone.now()


def test_a_job_that_nobody_takes_says_that_it_is_late(member_client: Client, make_job: Make) -> None:
    job = make_job(State.QUEUED, due_at=timezone.now() - timedelta(minutes=5))
    assert member_client.get(reverse("job", args=[job.pk])).context["advice"]["title"] == "It is late"


def test_an_unknown_outcome_is_decided_by_a_person(
    member_client: Client, make_letter: Callable[..., DeadLetter]
) -> None:
    live, not_live = make_letter(doubt=True).job, make_letter(doubt=True).job
    actions = member_client.get(reverse("job", args=[live.pk])).context["actions"]
    assert (actions["unknown"], actions["redrive"]) == (True, False)
    confirm = reverse("confirm_live", args=[live.pk])
    for wrong in ("", "javascript:alert(1)", "\x00", "https://[bad", "x" * 3000):
        assert "not a web address" in member_client.post(confirm, {"permalink": wrong}, follow=True).content.decode()
    member_client.post(confirm, {"permalink": "https://social.example/1"})
    live.refresh_from_db()
    assert (live.state, live.permalink) == (State.PUBLISHED, "https://social.example/1")
    member_client.post(reverse("publish_again", args=[not_live.pk]))
    not_live.refresh_from_db()
    assert (not_live.state, not_live.announced_at) == (State.QUEUED, None)


def test_dead_letters_stand_in_groups_by_cause(member_client: Client, make_letter: Callable[..., DeadLetter]) -> None:
    for _ in range(25):
        make_letter("Meta was away.")
    make_letter("Refused.", "author")
    make_letter("Nobody can tell.", "tenant", doubt=True)
    context = member_client.get(reverse("dead_letters")).context
    assert context["total"] == 27
    largest = context["groups"][0]
    assert (largest["count"], len(largest["jobs"]), largest["unknown"]) == (25, 10, False)
    assert {group["cause"]: group["unknown"] for group in context["groups"]}["Nobody can tell."] is True
    more = context["groups"][0]["more_url"]
    assert len(member_client.get(more).context["jobs"]) == 25
    only = member_client.get(reverse("dead_letters") + "?state=author").context["groups"]
    assert [group["cause"] for group in only] == ["Refused."]
    found = member_client.get(reverse("dead_letters") + "?query=nobody").context["groups"]
    assert [group["cause"] for group in found] == ["Nobody can tell."]


def test_groups_are_paged(member_client: Client, make_letter: Callable[..., DeadLetter]) -> None:
    for number in range(45):
        make_letter(f"Cause {number:02d}")
    address, seen = reverse("dead_letters"), []
    while address:
        context = member_client.get(address).context
        seen += [group["cause"] for group in context["groups"]]
        address = context["page"]["next_url"]
    assert len(seen) == len(set(seen)) == 45


def test_a_group_is_redriven_once(member_client: Client, make_letter: Callable[..., DeadLetter]) -> None:
    letters = [make_letter("Meta was away.") for _ in range(3)]
    other = make_letter("Other.")
    said = {"scope": "group", "group": letters[0].fingerprint}
    assert "3 jobs sent again" in member_client.post(reverse("redrive"), said, follow=True).content.decode()
    assert "Nothing was left" in member_client.post(reverse("redrive"), said, follow=True).content.decode()
    assert PublishJob.objects.filter(state=State.QUEUED).count() == 3
    other.refresh_from_db()
    assert other.closed_at is None


def test_selected_letters_are_discarded_for_a_reason(
    member_client: Client, make_letter: Callable[..., DeadLetter]
) -> None:
    first, second = make_letter(), make_letter()
    said = {"scope": "selected", "dead_letter": str(first.pk)}
    assert "A reason is needed" in member_client.post(reverse("discard"), said, follow=True).content.decode()
    page = member_client.post(reverse("discard"), {**said, "reason": "The offer has ended"}, follow=True)
    assert "1 job discarded" in page.content.decode()
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.note, second.closed_at) == ("The offer has ended", None)


def test_no_form_value_crashes_a_decision(member_client: Client) -> None:
    for nasty in NASTY:
        for name in ("redrive", "discard"):
            for said in (
                {"scope": "selected", "dead_letter": nasty, "reason": nasty},
                {"scope": "group", "group": nasty, "reason": nasty},
                {"scope": nasty},
            ):
                assert member_client.post(reverse(name), said).status_code in {302, 404}, said


@pytest.mark.parametrize("page", ["jobs", "posts", "dead_letters", "compose"])
def test_no_query_string_crashes_a_page(member_client: Client, make_job: Make, page: str) -> None:
    make_job()
    sorts = itertools.cycle(("", "due", "count", ""))  # four of them and seven names: each meets each
    for nasty in NASTY:
        for name in ("query", "state", "platform", "destination", "cause", "sort", "cursor"):
            asked = {"sort": next(sorts), name: nasty}
            assert member_client.get(reverse(page), asked).status_code == 200, asked


@pytest.mark.usefixtures("flags_stay_known")
def test_the_number_of_queries_does_not_grow(
    member_client: Client, make_job: Make, make_letter: Callable[..., DeadLetter]
) -> None:
    def counted() -> dict[str, int]:
        told = {}
        for name in ("jobs", "posts", "dead_letters", "compose"):
            with CaptureQueriesContext(database) as queries:
                assert member_client.get(reverse(name)).status_code == 200
            told[name] = len(queries)
        return told

    make_job(State.PUBLISHED)
    make_letter("First.")
    counted()  # the first request of a session notes when it was seen
    few = counted()
    for number in range(15):
        make_job(State.PUBLISHED)
        make_letter(f"Cause {number % 4}")
    assert counted() == few
    assert max(few.values()) <= 15


@pytest.mark.usefixtures("flags_stay_known")
def test_a_story_costs_the_same_however_long(member_client: Client, make_job: Make) -> None:
    job = make_job(State.RETRYING, attempt_count=1)
    member_client.get(reverse("jobs"))  # the first request of a session notes when it was seen
    counts = []
    for number in range(1, 12):
        now = timezone.now()
        Attempt.objects.create(
            job=job, number=number, purpose="publish", worker="w", opened_at=now, closed_at=now, outcome="failed"
        )
        with CaptureQueriesContext(database) as queries:
            member_client.get(reverse("job", args=[job.pk]))
        counts.append(len(queries))
    assert len(set(counts)) == 1


def test_viewers_read_and_may_not_act(
    viewer_client: Client, make_job: Make, make_letter: Callable[..., DeadLetter]
) -> None:
    job, letter = make_job(State.SCHEDULED), make_letter()
    page = viewer_client.get(reverse("job", args=[job.pk]))
    assert not any(page.context["actions"].values())
    assert viewer_client.get(reverse("dead_letters")).context["can_decide"] is False
    assert viewer_client.get(reverse("compose")).status_code == 403
    assert viewer_client.post(reverse("compose"), {"text": "x"}).status_code == 403
    for name in ("cancel_job", "retry_job", "confirm_live", "publish_again"):
        told = viewer_client.post(reverse(name, args=[job.pk]), {"permalink": "https://social.example/"})
        assert told.status_code == 403
        assert "posts:write" in told.content.decode()
    for name in ("redrive", "discard"):
        assert viewer_client.post(reverse(name), {"dead_letter": str(letter.pk), "reason": "x"}).status_code == 403
    job.refresh_from_db()
    assert job.state == State.SCHEDULED


def test_another_tenants_work_is_not_there(
    client: Client,
    make_job: Make,
    make_letter: Callable[..., DeadLetter],
    make_house: Callable[[str], House],
) -> None:
    job, letter = make_job(State.SCHEDULED), make_letter()
    client.force_login(make_house("Other").owner)
    assert client.get(reverse("post", args=[job.post_id])).status_code == 404
    assert client.get(reverse("job", args=[job.pk])).status_code == 404
    for name in ("cancel_job", "retry_job", "confirm_live", "publish_again"):
        assert client.post(reverse(name, args=[job.pk])).status_code == 404
    for name in ("redrive", "discard"):
        assert client.post(reverse(name), {"dead_letter": str(letter.pk), "reason": "x"}).status_code == 404
    group = client.post(reverse("redrive"), {"scope": "group", "group": letter.fingerprint}, follow=True)
    assert "Nothing was left" in group.content.decode()
    for name, rows in (("jobs", "jobs"), ("posts", "posts"), ("dead_letters", "groups")):
        assert client.get(reverse(name)).context[rows] == []
    place = str(job.destination_id)
    refused = client.post(reverse("compose"), {"text": "x", "destination": place, "idempotency_key": "k"})
    assert refused.context["invalid"] == ["destinations"]
    letter.refresh_from_db()
    assert letter.closed_at is None


def test_a_live_page_carries_the_count_for_the_badge_outside_of_it(
    member_client: Client, make_letter: Callable[..., DeadLetter]
) -> None:
    letter = make_letter()
    shown = member_client.get(reverse("job", args=[letter.job_id])).content.decode()
    assert 'id="live" class="stack" data-dead-letters="1"' in shown
    badges = re.findall(r'<span class="badge" data-dead-letter-badge[^>]*><b>(\d+)</b>', shown)
    assert badges == ["1", "1", "1"]
    letter.delete()
    gone = member_client.get(reverse("job", args=[letter.job_id])).content.decode()
    assert 'data-dead-letters="0"' in gone
    assert len(re.findall(r"data-dead-letter-badge[^>]* hidden>", gone)) == 3


def test_what_stands_above_a_job_stays_true_when_it_fails(member_client: Client, destination: Destination) -> None:
    page = member_client.post(reverse("compose"), typed(member_client, destination), follow=True)
    (said,) = page.context["messages"]
    assert str(said) == "Your post was accepted for 1 destination. What becomes of it stands below."


def test_notes_of_a_connector_stand_in_the_story_in_words_and_once(member_client: Client, make_job: Make) -> None:
    job, now = make_job(State.PUBLISHED), timezone.now()
    file = f"media:0:{uuid4()}"
    noted: tuple[tuple[str, Any], ...] = (
        ("newest", "17"), (file, {"state": "begun", "urn": ""}), (file, {"state": "ready", "urn": "urn:1", "sent": True}),
        ("empty", {}), ("_hidden", {"address": "https://upload.example/"}), (file, {"state": "gone"}),
    )  # fmt: skip
    for key, value in noted:
        kind = JournalEntry.Kind.NOTED
        JournalEntry.objects.create(job=job, kind=kind, key=key, value=value, at=now, attempt_number=1)
    shown = member_client.get(reverse("job", args=[job.pk])).context["timeline"]
    told = [(line["title"], line["detail"], line["facts"]) for line in shown if line["kind"] == "journal"]
    assert told == [
        ("Noted: newest", "17", []),
        ("Noted: media 0", "", [("sent", "yes"), ("state", "ready"), ("urn", "urn:1")]),
        ("Noted: empty", "", []),
        ("Noted: media 0", "", [("state", "gone")]),
    ]
