"""Editing before it is too late, rehearsing a redrive, redriving by cause, by command, and after a reconnect."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from itertools import pairwise
from typing import Any

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from connectors.models import Connection, Destination
from foundation.errors import Conflict
from publishing import ledger, redriving
from publishing.models import DeadLetter, Post, PublishJob
from publishing.states import State
from sandbox.world import World
from tenants.models import Tenant
from tenants.principal import Principal
from tests.conftest import House
from tests.publishing.conftest import Publish, Trouble

Run = Callable[[datetime], int]
Texts = Callable[[], list[str]]


def send(api: Client, method: str, path: str, body: Any) -> Any:
    return api.generic(method, path, json.dumps(body), content_type="application/json")


@pytest.fixture
def blocked(publish: Publish, trouble: Trouble, run_due: Run) -> Callable[[int], list[PublishJob]]:
    """Jobs that failed of one cause."""

    def make(count: int) -> list[PublishJob]:
        trouble("platform_error", error={"code": 368}, times=count)
        jobs = [publish(f"blocked {number}") for number in range(count)]
        run_due(timezone.now())
        return jobs

    return make


def test_a_waiting_post_can_be_changed_and_moved(
    api: Client, publish: Publish, run_due: Run, live_posts: Texts
) -> None:
    job = publish("First thought", publish_at=(timezone.now() + timedelta(hours=1)).isoformat())
    answer = send(api, "PATCH", f"/api/posts/{job.post_id}/", {"text": "Second thought"})
    assert answer.status_code == 200, answer.content
    assert answer.json()["text"] == "Second thought"
    assert answer.json()["state"] == "scheduled"
    answer = send(api, "PATCH", f"/api/posts/{job.post_id}/", {"publish_at": ""})
    assert answer.json()["publish_at"] is None
    run_due(timezone.now())
    assert live_posts() == ["Second thought"]


def test_a_post_cannot_be_changed_once_a_worker_has_one_of_its_jobs(api: Client, publish: Publish) -> None:
    job = publish("Final")
    ledger.claim(now=timezone.now(), limit=1, lease=timedelta(seconds=60))
    answer = send(api, "PATCH", f"/api/posts/{job.post_id}/", {"text": "Too late"})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_late")
    assert Post.objects.get().text == "Final"
    job.refresh_from_db()
    assert job.state == State.PUBLISHING


def test_a_change_that_breaks_a_rule_leaves_the_post_as_it_was(api: Client, publish: Publish) -> None:
    job = publish("Good", publish_at=(timezone.now() + timedelta(hours=1)).isoformat())
    answer = send(api, "PATCH", f"/api/posts/{job.post_id}/", {"text": ""})
    assert answer.status_code == 422
    assert Post.objects.get().text == "Good"


def test_a_rehearsal_tells_what_would_happen_and_sends_nothing(
    api: Client, blocked: Callable[[int], list[PublishJob]], connection: Connection, run_due: Run, live_posts: Texts
) -> None:
    blocked(2)
    cause = api.get("/api/dead-letters/causes/").json()
    assert [(one["count"], one["who"]) for one in cause] == [(2, "tenant")]
    Connection.objects.update(status="attention", status_cause="The password was changed.", status_remedy="Reconnect.")
    body = {"fingerprint": cause[0]["fingerprint"], "dry_run": True}
    told = send(api, "POST", "/api/dead-letters/redrive/", body).json()
    assert told["count"] == 2
    assert {one["would"] for one in told["dry_run"]} == {"send"}
    assert "password" in told["dry_run"][0]["findings"][0]["message"]
    run_due(timezone.now())
    assert live_posts() == []


def test_a_cause_is_redriven_whole_and_paced(
    api: Client, blocked: Callable[[int], list[PublishJob]], run_due: Run, live_posts: Texts, settings: LazySettings
) -> None:
    settings.REDRIVE_PER_SECOND = 2
    blocked(5)
    fingerprint = api.get("/api/dead-letters/causes/").json()[0]["fingerprint"]
    before = timezone.now()
    assert send(api, "POST", "/api/dead-letters/redrive/", {"fingerprint": fingerprint}).json() == {"count": 5}
    assert send(api, "POST", "/api/dead-letters/redrive/", {"fingerprint": fingerprint}).json() == {"count": 0}
    due = sorted(job.due_at for job in PublishJob.objects.all() if job.due_at)
    gaps = {round((later - earlier).total_seconds(), 3) for earlier, later in pairwise(due)}
    assert gaps == {0.5}
    run_due(before + timedelta(seconds=10))
    assert len(live_posts()) == 5


def test_naming_both_ids_and_a_cause_or_neither_is_refused(api: Client) -> None:
    assert send(api, "POST", "/api/dead-letters/redrive/", {}).status_code == 400
    both = {"ids": ["11111111-1111-7111-8111-111111111111"], "fingerprint": "x"}
    assert send(api, "POST", "/api/dead-letters/redrive/", both).status_code == 400


def test_a_rejected_post_is_mended_and_sent_again(
    api: Client, publish: Publish, run_due: Run, live_posts: Texts
) -> None:
    job = publish("Look", link="https://unscrapable.example/page")
    run_due(timezone.now())
    still_bad = send(api, "POST", f"/api/jobs/{job.pk}/edit/", {"link": "https://www.facebook.com/me"})
    assert still_bad.status_code == 422
    mended = send(api, "POST", f"/api/jobs/{job.pk}/edit/", {"text": "Look here", "link": ""})
    assert mended.status_code == 200, mended.content
    run_due(timezone.now())
    assert live_posts() == ["Look here"]


def test_a_post_that_may_be_live_is_not_rewritten(publish: Publish, principal: Principal) -> None:
    job = publish()
    PublishJob.objects.filter(pk=job.pk).update(state="dlq", ready=False, due_at=None, announced_at=timezone.now())
    job.refresh_from_db()
    with pytest.raises(Conflict):
        redriving.edit_and_redrive(principal=principal, job=job, text="x", link=None, now=timezone.now())


def reconnect_failures(publish: Publish, world: World, run_due: Run) -> PublishJob:
    job = publish("After the reconnect")
    world.meta.revoke({"user": job.destination.connection.external_user_id, "subcode": 460})
    run_due(timezone.now())
    job.refresh_from_db()
    assert job.state == State.FAILED
    return job


def test_after_a_reconnect_what_failed_is_sent_again_where_the_tenant_wishes_so(
    publish: Publish,
    world: World,
    run_due: Run,
    connect: Callable[[House], Connection],
    house: House,
    live_posts: Texts,
) -> None:
    job = reconnect_failures(publish, world, run_due)
    connection = connect(house)
    assert redriving.redrive_after_reconnect(connection_id=connection.pk, now=timezone.now()) == 0
    Tenant.objects.update(redrive_after_reconnect=True)
    assert redriving.redrive_after_reconnect(connection_id=connection.pk, now=timezone.now()) == 1
    run_due(timezone.now())
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    assert live_posts() == ["After the reconnect"]


def test_a_reconnect_rings_for_the_jobs_that_failed(
    connect: Callable[[House], Connection],
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:
    rung: list[Any] = []
    monkeypatch.setattr("publishing.tasks.redrive_after_reconnect.apply_async", lambda args, **more: rung.append(args))
    with django_capture_on_commit_callbacks(execute=True):
        connection = connect(house)
    assert rung == [(str(connection.pk),)]


def command(*arguments: str) -> Any:
    out = StringIO()
    call_command("redrive", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_the_command_lists_rehearses_and_redrives(
    blocked: Callable[[int], list[PublishJob]], tenant: Tenant, run_due: Run, live_posts: Texts
) -> None:
    blocked(3)
    causes = command(tenant.slug, "--list")["causes"]
    assert causes[0]["count"] == 3
    rehearsed = command(tenant.slug, "--cause", causes[0]["fingerprint"], "--dry-run")["dry_run"]
    assert len(rehearsed) == 3
    assert PublishJob.objects.filter(state=State.QUEUED).count() == 0
    one = DeadLetter.objects.first()
    assert one is not None
    assert command(tenant.slug, "--id", str(one.pk)) == {"redriven": 1}
    assert command(tenant.slug, "--platform", "meta") == {"redriven": 2}
    assert command(tenant.slug, "--all") == {"redriven": 0}
    run_due(timezone.now() + timedelta(seconds=1))
    assert len(live_posts()) == 3


def test_the_command_refuses_what_it_does_not_know(tenant: Tenant) -> None:
    with pytest.raises(CommandError):
        command("nobody", "--all")
    with pytest.raises(CommandError):
        command(tenant.slug, "--id", "11111111-1111-7111-8111-111111111111")


def test_jobs_whose_place_is_no_longer_chosen_are_told_in_a_rehearsal(
    blocked: Callable[[int], list[PublishJob]], principal: Principal
) -> None:
    blocked(1)
    Destination.objects.update(enabled=False)
    letters = list(DeadLetter.objects.select_related("job__post", "job__destination__connection"))
    assert redriving.rehearse(principal=principal, letters=letters)[0].findings[0].code == "not_chosen"
