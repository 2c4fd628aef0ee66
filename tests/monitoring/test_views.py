"""Pages of the watchtower: the overview, and one connection with its health."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectors.models import Connection, Destination
from connectors.services import disconnect
from monitoring import heartbeats
from monitoring.models import HealthLogEntry
from monitoring.readiness import QUEUES
from publishing.models import DeadLetter, Post, PublishJob
from tenants.models import Membership, Tenant, User
from tenants.services import add_member
from tests.conftest import House

Make = Callable[..., PublishJob]


@pytest.fixture
def make_job(tenant: Tenant, destination: Destination) -> Make:
    def make(state: str, **fields: Any) -> PublishJob:
        post = Post.objects.create(tenant=tenant, text="Rolls", created_by="user:o@acme.example", request_digest="x")
        return PublishJob.objects.create(
            tenant=tenant, post=post, destination=destination, platform_id="meta", state=state, **fields
        )

    return make


@pytest.fixture
def viewer_client(house: House) -> Client:
    user = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=house.tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    client = Client()
    client.force_login(user)
    return client


def titles(client: Client) -> list[str]:
    return [problem["title"] for problem in client.get(reverse("overview")).context["problems"]]


def test_the_first_steps_lead_to_the_first_post(
    member_client: Client, house: House, connect: Callable[[House], Connection], make_job: Make
) -> None:
    PublishJob.objects.all().delete()
    Post.objects.all().delete()
    Connection.objects.filter(tenant=house.tenant).delete()

    def step() -> Any:
        return member_client.get(reverse("overview")).context["first_run"]

    assert step() == {"next": "connect", "connection_id": None}
    connection = connect(house)
    Destination.objects.update(enabled=False)
    assert step() == {"next": "pick", "connection_id": connection.pk}
    Destination.objects.filter(obstacle="").update(enabled=True)
    assert step()["next"] == "write"
    Connection.objects.update(status="attention", status_since=timezone.now())
    page = member_client.get(reverse("overview")).content.decode()
    assert "needs attention" in page
    assert page.index("needs attention") < page.index("Three steps"), "first steps hide no problem"
    Post.objects.create(tenant=house.tenant, text="Hello", created_by="user:x", request_digest="x")
    assert step() is None


def test_a_quiet_house_has_no_problem(member_client: Client, make_job: Make) -> None:
    make_job("published", published_at=timezone.now(), permalink="https://social.example/1")
    page = member_client.get(reverse("overview"))
    assert "Everything works" in page.content.decode()
    numbers = {tile["name"]: tile["value"] for tile in page.context["tiles"]}
    assert (numbers["published"], str(numbers["waiting"]), numbers["dead_letters"]) == (1, "0", 0)
    assert [len(series.values) for series in page.context["activity"].series] == [24, 24]


def test_a_day_is_told_beside_the_day_before_on_the_viewers_clock(
    member_client: Client, owner: User, make_job: Make
) -> None:
    owner.time_zone = "Asia/Kolkata"
    owner.save()
    now = timezone.now()
    for hours in (0, 30, 60):
        make_job("published", published_at=now - timedelta(hours=hours))
    page = member_client.get(reverse("overview"))
    (published,) = [tile for tile in page.context["tiles"] if tile["name"] == "published"]
    assert (published["value"], published["before"]) == (1, 1)
    assert {label[3:] for label, _ in page.context["activity"].rows} == {"30"}, "hours of UTC begin at half past there"


def test_what_is_wrong_stands_first_with_its_remedy(
    member_client: Client, make_job: Make, connection: Connection, tenant: Tenant
) -> None:
    now = timezone.now()
    make_job("queued", due_at=now - timedelta(minutes=2))
    job = make_job("dlq", error_cause="Meta was away.")
    DeadLetter.objects.create(
        job=job, tenant=tenant, platform_id="meta", fingerprint="meta:x", kind="transient", cause="Meta was away.",
        remedy="Redrive.", who="operator", opened_at=now,
    )  # fmt: skip
    Connection.objects.filter(pk=connection.pk).update(
        status="attention", status_cause="The token was revoked.", status_remedy="Reconnect it."
    )
    problems = member_client.get(reverse("overview")).context["problems"]
    assert [problem["severity"] for problem in problems] == ["bad", "bad", "warn"]
    assert [problem["title"] for problem in problems] == [
        "1 job is late",
        f"{connection.display_name} on Meta needs attention",
        "1 job needs a decision",
    ]
    assert all(problem["remedy"] and problem["since"] and problem["action_url"] for problem in problems)


def test_only_operators_see_the_parts_of_the_hub(member_client: Client, owner: User, make_job: Make) -> None:
    make_job("published", published_at=timezone.now())
    assert titles(member_client) == []
    User.objects.filter(pk=owner.pk).update(is_staff=True)
    assert {"A worker is silent", "The scheduler is silent"} <= set(titles(member_client))
    heartbeats.beat_worker(QUEUES, now=timezone.now())
    assert "A worker is silent" not in titles(member_client)


def test_many_sick_accounts_are_counted_not_listed(member_client: Client, make_job: Make, tenant: Tenant) -> None:
    make_job("published", published_at=timezone.now())
    now = timezone.now()
    for number in range(9):
        Connection.objects.create(
            tenant=tenant, platform_id="meta", external_user_id=str(number), display_name=f"Account {number}",
            status="attention", status_since=now, connected_at=now,
        )  # fmt: skip
    found = titles(member_client)
    assert len(found) == 5
    assert found[-1] == "5 more accounts need attention"


@pytest.mark.usefixtures("flags_stay_known")
def test_the_number_of_queries_does_not_grow(member_client: Client, make_job: Make, connection: Connection) -> None:
    address = reverse("connection", args=[connection.pk])

    def counted() -> list[int]:
        told = []
        for page in (reverse("overview"), address):
            with CaptureQueriesContext(database) as queries:
                assert member_client.get(page).status_code == 200
            told.append(len(queries))
        return told

    def more() -> None:
        make_job("published", published_at=timezone.now())
        make_job("scheduled", due_at=timezone.now() + timedelta(days=1))
        HealthLogEntry.objects.create(
            tenant=connection.tenant, connection=connection, platform="meta", checked_at=timezone.now(),
            state="healthy", latency_ms=100,
        )  # fmt: skip

    more()
    counted()  # the first request of a session notes when it was seen
    few = counted()
    for _ in range(12):
        more()
    assert counted() == few
    assert max(few) <= 20


def test_a_connection_tells_its_health_and_is_checked_by_hand(member_client: Client, connection: Connection) -> None:
    address = reverse("connection", args=[connection.pk])
    fresh = member_client.get(address).context["connection"]
    assert (fresh["state"], fresh["cause"]) == ("unknown", "It has not been checked yet.")
    check = reverse("check_connection", args=[connection.pk])
    assert member_client.get(check).status_code == 405
    page = member_client.post(check, follow=True)
    told = page.context["connection"]
    assert (told["state"], told["state_label"]) == ("healthy", "Healthy")
    assert f"Checked {connection.display_name}: healthy." in page.content.decode()
    assert len(page.context["checks"]) == 1
    assert told["connected_by"] == "test"
    assert all(scope["granted"] for scope in page.context["scopes"])


def test_a_connection_that_needs_attention_says_who_can_mend_it(
    member_client: Client, viewer_client: Client, connection: Connection
) -> None:
    Connection.objects.filter(pk=connection.pk).update(
        status="attention", status_cause="Revoked.", status_remedy="Reconnect.", scopes_missing=["read_insights"]
    )
    address = reverse("connection", args=[connection.pk])
    told = member_client.get(address).context
    assert (told["connection"]["who"], told["connection"]["reconnect"]) == ("You", True)
    assert told["scopes"][0] == {"name": "read_insights", "granted": False, "needed_for": ""}
    assert viewer_client.get(address).context["connection"]["who"] == "An owner of Acme"


def test_checks_are_paged(member_client: Client, connection: Connection) -> None:
    for number in range(25):
        HealthLogEntry.objects.create(
            tenant=connection.tenant, connection=connection, platform="meta", checked_at=timezone.now(),
            state="degraded", latency_ms=number, cause="Away.",
        )  # fmt: skip
    address, seen = reverse("connection", args=[connection.pk]), []
    while address:
        context = member_client.get(address).context
        seen += [check["latency_ms"] for check in context["checks"]]
        address = context["page"]["next_url"]
    assert seen == list(reversed(range(25)))


def test_a_disconnected_account_is_not_checked(member_client: Client, connection: Connection, house: House) -> None:
    disconnect(principal=house.principal, connection=connection, now=timezone.now())
    response = member_client.post(reverse("check_connection", args=[connection.pk]))
    assert response.status_code == 409
    page = member_client.get(reverse("connection", args=[connection.pk]))
    assert page.context["connection"]["state"] == "inactive"
    assert not any(place["selectable"] for place in page.context["destinations"])


def test_no_query_string_crashes_a_page(member_client: Client, connection: Connection) -> None:
    for address in (reverse("overview"), reverse("connection", args=[connection.pk])):
        for nasty in ("\x00", "%", "x" * 5000, "-1", "WyJhIiwxLDJd", "😀"):
            for name in ("cursor", "sort", "state"):
                assert member_client.get(address, {name: nasty}).status_code == 200, nasty


def test_viewers_look_and_may_not_check(viewer_client: Client, connection: Connection) -> None:
    page = viewer_client.get(reverse("connection", args=[connection.pk]))
    assert page.context["can_manage"] is False
    assert viewer_client.post(reverse("check_connection", args=[connection.pk])).status_code == 403
    assert viewer_client.get(reverse("overview")).context["first_run"] is None
    assert not HealthLogEntry.objects.exists()


def test_another_tenants_connection_is_not_there(
    client: Client, connection: Connection, make_house: Callable[[str], House]
) -> None:
    client.force_login(make_house("Other").owner)
    assert client.get(reverse("connection", args=[connection.pk])).status_code == 404
    assert client.post(reverse("check_connection", args=[connection.pk])).status_code == 404
    assert client.get(reverse("connection", args=[uuid4()])).status_code == 404
    assert client.get(reverse("overview")).context["connections"] == []


def test_a_connection_that_was_never_checked_is_not_called_well(
    member_client: Client, connection: Connection, make_job: Make
) -> None:
    make_job("published", published_at=timezone.now())
    Connection.objects.update(health="", health_checked_at=None)
    page = member_client.get(reverse("overview"))
    assert "1 not checked yet" in page.content.decode()
    assert "all well" not in page.content.decode()
    Connection.objects.update(health="healthy", health_checked_at=timezone.now())
    assert "all well" in member_client.get(reverse("overview")).content.decode()
