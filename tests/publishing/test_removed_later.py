"""A post that somebody, or the platform, takes away after it was published is told at the next look, not hidden."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors.manager import get_connector, target_of
from connectors.types import Capability, Target
from publishing import selectors, watches, watching
from publishing.models import PublishJob, Watch
from publishing.states import State
from sandbox.faults import fault_from
from sandbox.world import World
from tenants.models import Tenant
from tests.publishing.conftest import Publish

Run = Callable[[datetime], int]


def look(moment: datetime) -> int:
    return watching.look_due(clock=lambda: moment)


def taken_away(job: PublishJob) -> None:
    """Delete it at the platform, past the hub."""
    place = job.destination
    get_connector(job.platform_id, place.connection).delete_post(job.external_id, target_of(place))


@pytest.fixture
def live(publish: Publish, run_due: Run) -> PublishJob:
    job = publish("Rolls")
    run_due(timezone.now())
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    return job


def test_a_post_that_stands_is_looked_at_after_five_minutes_an_hour_and_a_day_and_never_again(live: PublishJob) -> None:
    assert live.published_at is not None
    for span, further in ((timedelta(minutes=5), True), (timedelta(hours=1), True), (timedelta(hours=24), False)):
        assert look(live.published_at + span - timedelta(seconds=1)) == 0
        assert look(live.published_at + span) == 1
        watch = Watch.objects.get(job=live)
        assert (watch.state, watch.reason, watch.due_at is not None) == ("live", "", further)


def test_a_post_that_is_gone_at_the_platform_is_told_with_what_to_do(live: PublishJob, tenant: Tenant) -> None:
    assert live.published_at is not None
    taken_away(live)
    look(live.published_at + timedelta(minutes=5))

    (told,) = selectors.taken_back(tenant)
    assert told.pk == live.pk
    assert told.watch.state == "removed"
    assert "not on the Page any more" in told.watch.reason
    assert told.watch.remedy
    live.refresh_from_db()
    assert live.state == State.PUBLISHED, "it was published, and nothing sends it again by itself"


def test_a_token_that_no_longer_opens_the_place_is_no_proof_of_removal(live: PublishJob, world: World) -> None:
    assert live.published_at is not None
    error = {"code": 100, "subcode": 33, "message": "Unsupported get request."}
    world.faults.add(
        fault_from(
            {"kind": "platform_error", "host": "graph.facebook.com", "method": "GET", "times": None, "error": error}
        )
    )
    look(live.published_at + timedelta(minutes=5))

    watch = Watch.objects.get(job=live)
    assert watch.state == ""
    assert watch.problem
    assert watch.due_at is not None


def test_a_story_vanishes_by_itself_and_is_not_looked_after(live: PublishJob) -> None:
    held: Any = live
    assert watches.watch_of(held, now=timezone.now()) is not None
    live.post.settings = {"facebook_page": {"version": 1, "format": "story"}}
    assert watches.watch_of(held, now=timezone.now()) is None
    live.post.overrides = {str(live.destination_id): {"settings": {"format": "feed"}}}
    assert watches.watch_of(held, now=timezone.now()) is not None


def test_whose_posts_cannot_be_read_is_told_instead_of_looked_after() -> None:
    connector = get_connector("linkedin")
    member = Target("linkedin_member", "urn:li:person:x", "x", {}, ("w_member_social",))
    obstacle = connector.obstacle_to(Capability.WATCH, member)
    assert obstacle is not None
    assert "r_member_social" in obstacle.cause
    page = Target(
        "linkedin_organization", "urn:li:organization:1", "x", {}, ("w_organization_social", "r_organization_social")
    )
    assert connector.obstacle_to(Capability.WATCH, page) is None
