"""An account comes, lives and goes: connect, refresh, health, disconnect."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connectors.models import Connection
from connectors.refreshing import Outcome, refresh_connection
from connectors.services import disconnect
from connectors.types import Capability, HealthState
from monitoring.health import check_connection
from publishing.states import State
from tenants.models import AuditEntry
from tests.contract.cases import KINDS, able
from tests.contract.conftest import MakeStage
from tests.contract.stage import Stage, told


@pytest.mark.parametrize("case", able(Capability.OAUTH), ids=str)
def test_an_account_is_connected_with_every_place_it_opens(stage: Stage) -> None:
    connection = stage.connection
    assert connection.status == Connection.Status.ACTIVE
    assert connection.display_name
    assert set(connection.scopes_granted) >= set(stage.connector.scopes())
    assert connection.scopes_missing == []
    place = stage.place
    assert (place.obstacle, place.enabled, place.gone_at) == ("", True, None)
    assert place.name


@pytest.mark.parametrize("case", able(Capability.API_KEY), ids=str)
def test_a_key_connects_its_account_with_every_place_it_opens(stage: Stage) -> None:
    connection, place = stage.connection, stage.place
    assert (connection.status, connection.access_expires_at) == (Connection.Status.ACTIVE, None)
    assert connection.display_name
    assert (place.obstacle, place.enabled, place.gone_at) == ("", True, None)
    assert place.name
    form = stage.case.connector.key_form
    assert form is not None
    assert form.page.startswith("http")


@pytest.mark.parametrize("case", KINDS, ids=str)
def test_connecting_again_renews_the_same_connection_and_keeps_what_was_chosen(stage: Stage) -> None:
    before = stage.connection
    chosen = set(before.destinations.filter(enabled=True).values_list("external_id", flat=True))
    after = stage.connect()
    assert after.pk == before.pk
    assert set(after.destinations.filter(enabled=True).values_list("external_id", flat=True)) == chosen
    stage.say()


@pytest.mark.parametrize("case", able(Capability.REFRESH_TOKEN), ids=str)
def test_a_token_is_refreshed_and_the_fresh_one_publishes(stage: Stage) -> None:
    before = stage.connection
    stage.wait(timedelta(days=30))
    outcome = refresh_connection(connection_id=before.pk, reason="test", clock=timezone.now)
    assert outcome is Outcome.REFRESHED
    after = stage.connection
    assert after.token_version == before.token_version + 1
    assert after.access_expires_at is not None
    assert before.access_expires_at is not None
    assert after.access_expires_at > before.access_expires_at
    # Past the end of the first token, only the fresh one opens anything.
    stage.wait(max(before.access_expires_at - timezone.now(), timedelta()) + timedelta(minutes=30))
    stage.say()


@pytest.mark.parametrize("case", able(Capability.REFRESH_TOKEN), ids=str)
def test_a_grant_that_is_over_cannot_be_refreshed_and_asks_for_its_tenant(stage: Stage) -> None:
    stage.adapter.end_grant(stage.world)
    assert refresh_connection(connection_id=stage.connection.pk, reason="test", clock=timezone.now) is Outcome.ENDED
    connection = stage.connection
    assert connection.status == Connection.Status.ATTENTION
    assert connection.status_cause
    assert connection.status_remedy


@pytest.mark.parametrize("case", able(Capability.HEALTH_CHECK), ids=str)
def test_a_living_grant_is_healthy(stage: Stage) -> None:
    entry = check_connection(connection=stage.connection, now=timezone.now())
    assert (entry.state, entry.code) == (HealthState.HEALTHY, "")


@pytest.mark.parametrize("case", able(Capability.HEALTH_CHECK), ids=str)
def test_a_dead_token_is_unhealthy_and_connecting_again_heals_it(stage: Stage) -> None:
    stage.adapter.end_grant(stage.world)
    entry = check_connection(connection=stage.connection, now=timezone.now())
    assert entry.state == HealthState.UNHEALTHY
    assert entry.cause
    assert entry.remedy
    assert stage.connection.status == Connection.Status.ATTENTION
    stage.connect()
    assert check_connection(connection=stage.connection, now=timezone.now()).state == HealthState.HEALTHY
    assert stage.connection.status == Connection.Status.ACTIVE


@pytest.mark.parametrize("case", able(Capability.HEALTH_CHECK), ids=str)
def test_a_scope_that_was_taken_back_is_seen_and_named(stage: Stage) -> None:
    scopes = set(stage.connection.scopes_granted)
    stage.adapter.lose_scope(stage.world, stage.case.kind.slug)
    entry = check_connection(connection=stage.connection, now=timezone.now())
    assert (entry.state, entry.code) == (HealthState.UNHEALTHY, stage.adapter.right_lost)
    lost = scopes - set(stage.connection.scopes_granted)
    if not scopes:
        assert stage.adapter.right in entry.cause
        return
    assert len(lost) == 1
    assert lost.pop() in entry.cause


@pytest.mark.parametrize("case", able(Capability.REVOKE), ids=str)
def test_disconnecting_ends_the_grant_at_the_platform(stage: Stage) -> None:
    job = stage.accept()
    assert stage.adapter.grant_stands(stage.world)
    disconnect(principal=stage.house.principal, connection=stage.connection, now=timezone.now())
    assert not stage.adapter.grant_stands(stage.world)
    entry = AuditEntry.objects.get(action="connection.disconnected")
    assert entry.detail["grant"] == "withdrawn"
    assert stage.connection.status == Connection.Status.INACTIVE
    stage.rest(job)
    assert (job.state, job.error_who) == (State.FAILED, "tenant"), told(job)
    assert stage.live() == []


@pytest.mark.parametrize("case", able(Capability.OAUTH), ids=str)
def test_nothing_is_kept_of_a_login_that_was_cancelled(make_stage: MakeStage, case: object) -> None:
    stage = make_stage(case, connected=False)
    left = stage.browser.get(f"/api/oauth/{stage.slug}/start")
    refused = stage.world.platforms[stage.slug].consent({"url": left["Location"], "decision": "cancel"})
    back = stage.browser.get(str(refused["redirect_url"]).removeprefix("http://testserver"))
    assert back.status_code == 400
    assert not Connection.objects.exists()
