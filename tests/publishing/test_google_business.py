"""Jobs to Google through the whole workshop: a project that Google refuses parks them all, and one call asks for all."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from connectors import budgets
from connectors.manager import get_connector
from connectors.services import choose_destinations, store_destinations, store_grant
from foundation.secret import Secret
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import DeadLetter, PublishJob
from publishing.states import State
from sandbox.app import Sandbox
from sandbox.google_business import demo
from sandbox.world import World
from tests.conftest import House

CALLBACK = "http://testserver/api/oauth/google_business/callback"
Run = Callable[[datetime], int]


@pytest.fixture
def jobs(sandbox: Sandbox, world: World, house: House) -> list[PublishJob]:
    """Four posts to one bakery, accepted and not yet tried."""
    now = timezone.now()
    world.google_business.add_redirect_uris("", [CALLBACK])
    connector = get_connector("google_business")
    address = connector.authorize_url(redirect_uri=CALLBACK, state=Secret("s7ate"))
    code = Secret(str(world.google_business.consent({"url": address, "user": demo.INES})["code"]))
    grant = connector.exchange_code(code=code, redirect_uri=CALLBACK, now=now)
    connection = store_grant(tenant=house.tenant, platform="google_business", grant=grant, actor="system:test", now=now)
    found = store_destinations(
        connection=connection, found=connector.fetch_accounts(access_token=grant.access_token), now=now
    )
    place = next(one for one in found if one.external_id == f"locations/{demo.BAKERY}")
    choose_destinations(principal=house.principal, connection=connection, chosen=[place.pk])
    return [
        publish_post(
            principal=house.principal,
            draft=Draft(text=f"Fresh bread {number}", destinations=(place.pk,)),
            idempotency_key=None,
            now=now,
        )[0].jobs.get()
        for number in range(4)
    ]


@pytest.mark.parametrize(
    ("switches", "cause"),
    [
        ({"google_business.unapproved": True}, "not approved"),
        ({"google_business.posts_api": False}, "not switched on"),
    ],
)
def test_a_project_google_refuses_parks_every_job_and_mending_it_drains_them(
    jobs: list[PublishJob], run_due: Run, world: World, switches: dict[str, bool], cause: str
) -> None:
    world.switches.set(switches)
    before = _asked(world)
    moment = timezone.now()
    for look in range(3):
        run_due(moment)
        told = [PublishJob.objects.get(pk=job.pk) for job in jobs]
        for job in told:
            assert (job.state, job.tries, job.error_kind) == (State.RETRYING, 0, "configuration")
            assert job.due_at is not None
            assert timedelta(minutes=10) < job.due_at - moment <= timedelta(minutes=17)
        if look == 0:
            assert any(cause in job.error_cause for job in told)
        moment += timedelta(days=2)  # the sheet: no retry loop, and no end by itself
    assert _asked(world) - before <= 1, "one call learned for all"
    assert not DeadLetter.objects.exists()

    world.switches.set(dict.fromkeys(switches))
    cache.clear()
    budgets._glances.clear()
    run_due(moment)
    world.clock.advance(60)
    run_due(moment + timedelta(minutes=5))

    assert PublishJob.objects.filter(state=State.PUBLISHED).count() == len(jobs)
    assert len(list(world.google_business.timeline())) == len(jobs)


def _asked(world: World) -> int:
    """Count the calls that tried to post."""
    counts = world.journal.counts()
    return sum(told["calls"] for name, told in counts.items() if "localPosts" in name and name.startswith("POST"))
