"""After an account was reconnected: what failed because of it is offered, and goes out once."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connection, Destination
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import DeadLetter, PublishJob
from tenants.models import Membership, User
from tenants.services import add_member
from tests.conftest import House


@pytest.fixture
def failed(house: House, destination: Destination) -> list[PublishJob]:
    """Three jobs that failed: two because the account had to be reconnected, one for another reason."""
    jobs: list[PublishJob] = []
    for kind in ("reconnect_required", "reconnect_required", "content_rejected"):
        draft = Draft(text=f"Post {len(jobs)}", destinations=(destination.pk,))
        post, _ = publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())
        job = post.jobs.get()
        PublishJob.objects.filter(pk=job.pk).update(state="failed", ready=False, due_at=None)
        DeadLetter.objects.create(
            job=job, tenant=house.tenant, platform_id="meta", fingerprint=kind, kind=kind, cause="c", who="tenant",
            opened_at=timezone.now(),
        )  # fmt: skip
        jobs.append(job)
    return jobs


def states(jobs: list[PublishJob]) -> list[str]:
    return [PublishJob.objects.get(pk=job.pk).state for job in jobs]


def test_jobs_are_offered_once_the_account_works_again_and_go_out_once(
    api: Client, connection: Connection, failed: list[PublishJob], run_due: Callable[[datetime], int]
) -> None:
    address = f"/api/connections/{connection.pk}/"
    Connection.objects.update(status="attention", status_code="revoked")
    assert api.get(address).json()["waiting_redrive"] == 0, "not while it still waits for its person"
    assert api.post(f"{address}redrive/").json() == {"count": 0}
    Connection.objects.update(status="active", status_code="")
    assert api.get(address).json()["waiting_redrive"] == 2
    assert api.post(f"{address}redrive/").json() == {"count": 2}
    assert api.post(f"{address}redrive/").json() == {"count": 0}
    assert api.get(address).json()["waiting_redrive"] == 0
    run_due(timezone.now())
    assert states(failed)[2] == "failed", "what failed for another reason is left alone"
    assert not DeadLetter.objects.filter(closed_at=None, kind="reconnect_required").exists()


def test_the_account_s_page_has_the_one_button(
    member_client: Client, connection: Connection, failed: list[PublishJob]
) -> None:
    page = member_client.get(reverse("connection", args=[connection.pk])).content.decode()
    assert "2 jobs failed while the account had to be reconnected." in page
    answer: Any = member_client.post(reverse("redrive_connection", args=[connection.pk]), follow=True)
    assert "2 jobs sent again" in answer.content.decode()
    assert "Send them again" not in answer.content.decode()
    assert states(failed) == ["queued", "queued", "failed"]


def test_sending_again_takes_the_scope_to_publish(
    house: House, connection: Connection, failed: list[PublishJob]
) -> None:
    viewer = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=house.tenant, user=viewer, role=Membership.Role.VIEWER, actor="system:test")
    client = Client()
    client.force_login(viewer)
    assert client.post(reverse("redrive_connection", args=[connection.pk])).status_code == 403
    assert client.post(f"/api/connections/{connection.pk}/redrive/").status_code == 403
    assert states(failed) == ["failed"] * 3
