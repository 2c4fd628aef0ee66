"""Promises about a token that is refused: refreshed once, and the job goes on; or the tenant is asked, and nothing loops."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from connectors.models import Connection, TokenRefresh
from connectors.types import destination_token
from publishing.models import Attempt
from publishing.states import State
from sandbox.faults import fault_from
from sandbox.world import World
from tests.publishing.conftest import Publish, Trouble
from vault import services as vault

Run = Callable[[datetime], int]
Texts = Callable[[], list[str]]


@pytest.fixture
def refuse_page(world: World) -> Callable[[str], None]:
    """Let a Page's own token die while its person's lives on."""

    def refuse(page: str) -> None:
        world.meta.revoke({"page": page, "subcode": 463})

    return refuse


def outcomes(connection: Connection) -> list[str]:
    return list(TokenRefresh.objects.filter(connection=connection).order_by("id").values_list("outcome", flat=True))


def test_a_refused_token_is_refreshed_once_and_the_post_goes_out_at_no_cost_of_tries(
    publish: Publish, run_due: Run, live_posts: Texts, refuse_page: Callable[[str], None], connection: Connection
) -> None:
    job = publish("With a fresh token")
    page = job.destination.external_id
    kind = destination_token(page)
    old = vault.open_secret(tenant_id=job.tenant_id, connection_id=connection.pk, kind=kind, purpose="test")
    refuse_page(page)
    moment = timezone.now()
    run_due(moment)
    job.refresh_from_db()
    assert (job.state, job.tries, job.due_at) == (State.RETRYING, 0, moment)
    run_due(moment)
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    assert live_posts() == ["With a fresh token"]
    assert outcomes(connection) == ["refreshed"]
    connection.refresh_from_db()
    assert connection.status == Connection.Status.ACTIVE
    fresh = vault.open_secret(tenant_id=job.tenant_id, connection_id=connection.pk, kind=kind, purpose="test")
    assert fresh != old


def test_a_grant_that_is_over_fails_the_job_at_once_and_asks_its_tenant(
    publish: Publish, run_due: Run, live_posts: Texts, world: World, connection: Connection
) -> None:
    job = publish()
    world.meta.revoke({"user": connection.external_user_id, "subcode": 460})
    run_due(timezone.now())
    job.refresh_from_db()
    connection.refresh_from_db()
    assert job.state == State.FAILED
    assert job.error_who == "tenant"
    assert connection.status == Connection.Status.ATTENTION
    assert outcomes(connection) == ["ended"]
    assert live_posts() == []


def test_a_token_that_is_refused_again_after_a_refresh_is_not_refreshed_for_ever(
    publish: Publish, run_due: Run, world: World, trouble: Trouble, connection: Connection
) -> None:
    job = publish()
    trouble("platform_error", times=None, error={"code": 190, "subcode": 463, "message": "Session has expired"})
    moment = timezone.now()
    for _ in range(4):
        run_due(moment)
    job.refresh_from_db()
    connection.refresh_from_db()
    assert job.state == State.FAILED
    assert job.attempts.count() == 2
    assert outcomes(connection) == ["refreshed"]
    assert connection.status == Connection.Status.ATTENTION


def test_while_another_refreshes_a_job_waits_and_exchanges_nothing(
    publish: Publish, run_due: Run, refuse_page: Callable[[str], None], connection: Connection
) -> None:
    job = publish()
    refuse_page(job.destination.external_id)
    moment = timezone.now()
    Connection.objects.filter(pk=connection.pk).update(refresh_lease_until=moment + timedelta(minutes=1))
    run_due(moment)
    job.refresh_from_db()
    assert (job.state, job.tries) == (State.RETRYING, 0)
    assert job.due_at == moment + timedelta(seconds=2)
    assert outcomes(connection) == []


def test_a_platform_that_cannot_refresh_now_costs_a_try_and_no_connection(
    publish: Publish, run_due: Run, world: World, refuse_page: Callable[[str], None], connection: Connection
) -> None:
    job = publish()
    refuse_page(job.destination.external_id)
    where = {"host": "graph.facebook.com", "method": "*", "path": "*/oauth/access_token"}
    world.faults.add(fault_from({"kind": "http_status", "status": 503, "times": None, **where}))
    run_due(timezone.now())
    job.refresh_from_db()
    connection.refresh_from_db()
    assert (job.state, job.tries) == (State.RETRYING, 1)
    assert connection.status == Connection.Status.ACTIVE
    assert outcomes(connection) == ["failed"]


def test_looking_for_a_post_in_doubt_goes_on_with_a_fresh_token_too(
    publish: Publish, run_due: Run, live_posts: Texts, trouble: Trouble, refuse_page: Callable[[str], None]
) -> None:
    job = publish("In doubt")
    trouble("lost_after_success")
    moment = timezone.now()
    run_due(moment)
    job.refresh_from_db()
    assert job.state == State.RECONCILING
    refuse_page(job.destination.external_id)
    for _ in range(3):
        job.refresh_from_db()
        if job.due_at is not None:
            run_due(job.due_at)
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    assert live_posts() == ["In doubt"]
    assert job.attempts.filter(purpose=Attempt.Purpose.PUBLISH).count() == 1


# --- before a job ------------------------------------------------------------------------------------------------------


def test_a_token_that_ends_within_minutes_is_refreshed_before_the_job_and_the_fresh_one_is_used(
    publish: Publish, run_due: Run, live_posts: Texts, connection: Connection, refuse_page: Callable[[str], None]
) -> None:
    job = publish("In time")
    moment = timezone.now()
    Connection.objects.filter(pk=connection.pk).update(access_expires_at=moment + timedelta(minutes=14))
    refuse_page(job.destination.external_id)  # what was read with the claim would be refused
    run_due(moment)
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    assert job.attempts.count() == 1
    assert live_posts() == ["In time"]
    assert outcomes(connection) == ["refreshed"]


def test_a_token_that_holds_for_a_while_is_left_alone(publish: Publish, run_due: Run, connection: Connection) -> None:
    job = publish()
    moment = timezone.now()
    Connection.objects.filter(pk=connection.pk).update(access_expires_at=moment + timedelta(minutes=16))
    run_due(moment)
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    assert outcomes(connection) == []


def test_many_jobs_of_one_account_cost_one_exchange(
    publish: Publish, run_due: Run, live_posts: Texts, connection: Connection, world: World
) -> None:
    for number in range(5):
        publish(f"Number {number}")
    moment = timezone.now()
    Connection.objects.filter(pk=connection.pk).update(access_expires_at=moment + timedelta(minutes=5))
    world.switches.set({"meta.expiry_not_extended": True})
    run_due(moment)
    assert len(live_posts()) == 5
    assert outcomes(connection) == ["refreshed"]


def test_a_refresh_that_fails_before_the_job_keeps_nobody_from_trying(
    publish: Publish, run_due: Run, live_posts: Texts, connection: Connection, world: World
) -> None:
    publish("All the same")
    where = {"host": "graph.facebook.com", "method": "*", "path": "*/oauth/access_token"}
    world.faults.add(fault_from({"kind": "http_status", "status": 503, "times": None, **where}))
    moment = timezone.now()
    Connection.objects.filter(pk=connection.pk).update(access_expires_at=moment + timedelta(minutes=5))
    run_due(moment)
    assert live_posts() == ["All the same"]
    assert outcomes(connection) == ["failed"]


def test_a_page_goes_on_after_its_persons_token_has_ended_and_nothing_is_exchanged_in_vain(
    publish: Publish, run_due: Run, live_posts: Texts, connection: Connection
) -> None:
    publish("The Page's own token lives")
    moment = timezone.now()
    Connection.objects.filter(pk=connection.pk).update(access_expires_at=moment - timedelta(days=1))
    run_due(moment)
    assert live_posts() == ["The Page's own token lives"]
    assert outcomes(connection) == []
