"""Jobs whose platform or publishing is switched off wait where they are, and go out once when it is on again."""

import multiprocessing
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connection, Destination
from publishing import claims, ledger, parked
from publishing.claims import Rotation
from publishing.models import PublishJob
from publishing.selectors import OVERDUE, overdue_jobs
from publishing.timeline import story_of
from tenants import flags, switching
from tenants.models import Tenant
from tests.conftest import House
from tests.publishing.conftest import Publish
from tests.publishing.test_claims import LEASE, accept, houses  # noqa: F401
from tests.publishing.test_first_comment import comments  # noqa: F401

Run = Callable[[datetime], int]


def switch(name: str, *, on: bool, tenants: list[Tenant] | None = None, reason: str = "") -> None:
    switching.switch(name=name, on=on, tenants=tenants or [], reason=reason, actor="system:test", now=timezone.now())


@pytest.mark.parametrize("name", ["publishing", "platform.meta"])
@pytest.mark.parametrize("for_all", [True, False])
def test_jobs_wait_while_it_is_off_and_go_out_once(
    house: House, publish: Publish, run_due: Run, live_posts: Callable[[], list[str]], name: str, for_all: bool
) -> None:
    job = publish("Patience")
    switch(name, on=False, tenants=[] if for_all else [house.tenant])
    assert run_due(timezone.now()) == 0
    job.refresh_from_db()
    assert (job.state, job.tries, job.attempt_count) == ("queued", 0, 0)
    switch(name, on=True)
    assert run_due(timezone.now()) == 1
    assert run_due(timezone.now()) == 0
    assert live_posts() == ["Patience"]


@pytest.mark.parametrize("name", ["publishing", "platform.meta"])
def test_what_is_off_for_one_tenant_keeps_no_other_waiting(
    houses: list[House],  # noqa: F811
    run_due: Run,
    live_posts: Callable[[], list[str]],
    name: str,
) -> None:
    for one in houses:
        accept(one, 1)
    switch(name, on=False, tenants=[houses[0].tenant])
    assert run_due(timezone.now()) == 2
    assert set(live_posts()) == {"Small 0", "Tiny 0"}
    switch(name, on=False)
    switch(name, on=True, tenants=[houses[0].tenant])
    assert run_due(timezone.now()) == 1, "on for this one only"
    assert sorted(live_posts()) == ["Big 0", "Small 0", "Tiny 0"]


@pytest.mark.parametrize("name", ["publishing", "platform.meta"])
def test_tenants_that_wait_do_not_hide_those_behind_them(
    houses: list[House],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    name: str,
) -> None:
    monkeypatch.setattr(claims, "MOST_TENANTS", 1)
    for one in houses:
        accept(one, 1)
    first, second, last = sorted(houses, key=lambda one: one.tenant.pk)
    switch(name, on=False, tenants=[first.tenant, second.tenant])
    (taken,) = ledger.claim(now=timezone.now(), limit=5, lease=LEASE, rotation=Rotation())
    assert taken.job.tenant_id == last.tenant.pk


def test_first_comments_wait_and_their_posts_do_not(
    house: House,
    publish: Publish,
    run_due: Run,
    live_posts: Callable[[], list[str]],
    comments: Callable[[], list[str]],  # noqa: F811
    able: None,
) -> None:
    publish("Post", first_comment="Comment")
    switch("first_comments", on=False, tenants=[house.tenant])
    now = timezone.now()
    for minutes in range(3):
        run_due(now + timedelta(minutes=minutes))
    assert (live_posts(), comments()) == (["Post"], [])
    switch("first_comments", on=True)
    for minutes in range(3, 6):
        run_due(now + timedelta(minutes=minutes))
    assert comments() == ["Comment"]


def test_every_place_that_shows_a_waiting_job_says_why(
    publish: Publish, run_due: Run, member_client: Client, api: Client, house: House
) -> None:
    job = publish("Patience")
    switch("publishing", on=False, reason="The database is being moved.")
    run_due(timezone.now())
    said = "Publishing is switched off here. The database is being moved."
    job = PublishJob.objects.select_related("platform").get(pk=job.pk)
    wait = parked.wait_of(job)
    assert wait is not None
    assert (wait.code, wait.cause) == ("feature_off", said)
    assert story_of(job)[-1].detail == said
    for url in (reverse("job", args=[job.pk]), reverse("jobs"), reverse("compose")):
        assert said in member_client.get(url).content.decode(), url
    told = api.get(f"/api/jobs/{job.pk}/timeline/").json()
    assert (told[-1]["kind"], told[-1]["detail"]) == ("waiting", said)
    assert overdue_jobs(now=timezone.now() + 2 * OVERDUE).count == 0, "a job that waits for a switch is not late"
    switch("publishing", on=True)
    assert parked.wait_of(job) is None
    assert overdue_jobs(now=timezone.now() + 2 * OVERDUE).count == 1


def test_what_is_off_is_refused_by_name_and_what_can_wait_is_accepted(
    api: Client, destination: Destination, connection: Connection
) -> None:
    def asked(**more: Any) -> Any:
        said = {"text": "Hello", "destinations": [str(destination.pk)], **more}
        return api.post("/api/publish", said, content_type="application/json")

    switch("publishing", on=False)
    assert asked().status_code == 202, "it waits"
    checked = api.post("/api/publish/check", {"text": "x", "destinations": [str(destination.pk)]}, "application/json")
    assert [(one["code"], one["severity"]) for one in checked.json()["findings"]] == [("feature_off", "warning")]
    switch("scheduling", on=False)
    later = (timezone.now() + timedelta(hours=1)).isoformat()
    refused = asked(publish_at=later)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "feature_off")
    assert "scheduling" in refused.json()["errors"][0]["remedy"]
    switch("posts", on=False, tenants=[connection.tenant])
    refused = asked().json()
    assert (refused["status"], refused["code"]) == (503, "feature_off")
    assert refused["detail"] == "Accepting posts is switched off for this tenant."
    switch("posts", on=True)
    switch("platform.meta", on=False, tenants=[connection.tenant], reason="Meta is down.")
    refused = asked().json()["errors"][-1]
    assert (refused["code"], refused["message"]) == (
        "platform_disabled",
        "Meta is switched off for this tenant. Meta is down.",
    )


def _watch(tell: Any, tenant_id: Any) -> None:
    connections.close_all()
    flags.forget()
    tell.send(flags.is_on("publishing", tenant_id))
    end = time.monotonic() + 15
    while flags.is_on("publishing", tenant_id) and time.monotonic() < end:
        time.sleep(0.02)
    tell.send(flags.is_on("publishing", tenant_id))
    connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_another_process_knows_within_two_seconds(tenant: Tenant) -> None:
    flags.is_on("publishing", tenant.pk)
    connections.close_all()
    hear, tell = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_watch, args=(tell, tenant.pk))
    process.start()
    try:
        assert hear.poll(15)
        assert hear.recv() is True
        switch("publishing", on=False)
        since = time.monotonic()
        assert hear.poll(15)
        assert hear.recv() is False
        assert time.monotonic() - since < flags.KNOWN_FOR + 2
    finally:
        process.join(5)
        process.kill()
