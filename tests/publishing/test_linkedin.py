"""Jobs to LinkedIn through the whole workshop: parked by a retired version, drained by a setting; lost answers; limits."""

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from connectors import budgets
from connectors.manager import get_connector
from connectors.models import Destination, TokenRefresh
from connectors.services import choose_destinations, store_destinations, store_grant
from foundation.secret import Secret
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import PublishJob
from publishing.states import State
from publishing.timeline import story_of
from sandbox.app import Sandbox
from sandbox.faults import fault_from
from sandbox.linkedin import demo
from sandbox.world import World
from tests.conftest import House

CALLBACK = "http://testserver/api/oauth/linkedin/callback"
Run = Callable[[datetime], int]


@pytest.fixture
def places(sandbox: Sandbox, world: World, house: House) -> dict[str, Destination]:
    """Connect the town's first member, and choose the profile and the pages."""
    now = timezone.now()
    world.linkedin.add_redirect_uris("", [CALLBACK])
    connector = get_connector("linkedin")
    allowed = world.linkedin.consent(scopes=connector.scopes(), redirect_uri=CALLBACK)
    grant = connector.exchange_code(code=Secret(str(allowed["code"])), redirect_uri=CALLBACK, now=now)
    connection = store_grant(tenant=house.tenant, platform="linkedin", grant=grant, actor="system:test", now=now)
    found = store_destinations(
        connection=connection, found=connector.fetch_accounts(access_token=grant.access_token), now=now
    )
    chosen = [place.pk for place in found if not place.obstacle]
    choose_destinations(principal=house.principal, connection=connection, chosen=chosen)
    return {place.external_id: place for place in found}


@pytest.fixture
def publish(places: dict[str, Destination], house: House) -> Callable[..., PublishJob]:
    """Accept a post for a place and return its job."""

    def make(text: str = "Hello (all)", *, place: str = f"urn:li:person:{demo.SOLVEIG}") -> PublishJob:
        draft = Draft(text=text, destinations=(places[place].pk,))
        post, _ = publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())
        return post.jobs.get()

    return make


def live(world: World) -> list[str]:
    return [post.text for post in world.linkedin.state.posts]


def open_budgets() -> None:
    """Let the time of every closed budget pass: it is kept by the machine's clock."""
    from django.core.cache import cache

    cache.clear()
    budgets._glances.clear()


def test_a_post_reaches_profile_and_page(publish: Callable[..., PublishJob], run_due: Run, world: World) -> None:
    jobs = [publish(), publish("From the page", place=f"urn:li:organization:{demo.OBSERVATORY}")]
    run_due(timezone.now())
    for job in jobs:
        job.refresh_from_db()
        assert job.state == State.PUBLISHED
        assert job.permalink == f"https://www.linkedin.com/feed/update/{job.external_id}/"
    assert sorted(live(world)) == ["From the page", "Hello (all)"]


def test_a_retired_version_parks_every_job_and_one_setting_drains_them(
    publish: Callable[..., PublishJob], run_due: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [publish(f"Post {number}") for number in range(5)]
    monkeypatch.setattr(settings, "LINKEDIN_API_VERSION", "202511")
    moment = timezone.now()
    for _ in range(3):
        run_due(moment)
        for job in jobs:
            job.refresh_from_db()
            assert (job.state, job.tries, job.error_kind) == (State.RETRYING, 0, "version_retired")
            assert "LINKEDIN_API_VERSION" in job.error_remedy
            assert job.due_at is not None
            assert job.due_at - moment <= timedelta(minutes=17)
        moment += timedelta(days=2)
    calls = world.journal.counts().get("POST api.linkedin.com/rest/posts", {}).get("calls", 0)
    assert calls <= 1, "one call learned for all"
    monkeypatch.setattr(settings, "LINKEDIN_API_VERSION", "202609")
    run_due(moment)
    assert PublishJob.objects.filter(state=State.PUBLISHED).count() == 5
    assert len(live(world)) == 5


def test_a_job_in_doubt_stays_parked_while_the_version_is_retired(
    publish: Callable[..., PublishJob], run_due: Run, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = publish(place=f"urn:li:organization:{demo.OBSERVATORY}")
    fault = {"kind": "lost_after_success", "host": "api.linkedin.com", "method": "POST", "path": "/rest/posts"}
    world.faults.add(fault_from(fault))
    moment = timezone.now()
    run_due(moment)
    monkeypatch.setattr(settings, "LINKEDIN_API_VERSION", "202511")
    for days in (1, 3):
        moment += timedelta(days=days)
        run_due(moment)
        job.refresh_from_db()
        assert job.state == State.RECONCILING, "nobody is asked to look before the operator could act"
    monkeypatch.setattr(settings, "LINKEDIN_API_VERSION", "202609")
    run_due(moment + timedelta(hours=1))
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    assert len(live(world)) == 1


@pytest.mark.parametrize("place", [f"urn:li:person:{demo.SOLVEIG}", f"urn:li:organization:{demo.OBSERVATORY}"])
@pytest.mark.parametrize("kind", ["lost_after_success", "lost_before"])
def test_a_lost_answer_never_doubles_and_never_loses_a_post(
    publish: Callable[..., PublishJob], run_due: Run, world: World, place: str, kind: str
) -> None:
    job = publish(place=place)
    world.faults.add(fault_from({"kind": kind, "host": "api.linkedin.com", "method": "POST", "path": "/rest/posts"}))
    moment = timezone.now()
    for _ in range(12):
        run_due(moment)
        job.refresh_from_db()
        if job.state == State.PUBLISHED:
            break
        moment = max(moment, job.due_at or moment)
        open_budgets()
    assert job.state == State.PUBLISHED
    assert live(world) == ["Hello (all)"]
    sent_again = "second one" in " ".join(event.detail for event in story_of(job))
    assert sent_again is ("person" in place and kind == "lost_before"), "the story tells what was done"


@pytest.mark.usefixtures("sandbox")
def test_a_login_refused_for_a_scope_of_ours_names_it_to_the_operator(member_client: Client) -> None:
    state = start(member_client)
    said = {"state": state, "error": "unauthorized_scope_error", "error_description": "Scope &quot;r_x&quot; is not …"}
    page = member_client.get("/api/oauth/linkedin/callback", said).content.decode()
    assert "r_x" in page
    assert "LINKEDIN_MODE" in page
    assert "Whoever runs this hub" in page


def start(client: Client) -> str:
    """Begin a login; return its state."""
    answer = client.get("/api/oauth/linkedin/start", headers={"Accept": "application/json"})
    url = str(answer.json()["authorize_url"])
    return parse_qs(urlsplit(url).query)["state"][0]


def test_the_story_of_a_job_keeps_the_connectors_own_notes_to_itself(
    publish: Callable[..., PublishJob], run_due: Run
) -> None:
    job = publish()
    run_due(timezone.now())
    job.journal.create(attempt_number=1, kind="noted", key="_media:0", value={"url": "signed"}, at=timezone.now())
    told = " ".join(f"{event.title} {event.detail}" for event in story_of(job))
    assert "Announced: post" in told
    assert "signed" not in told
    assert "commentary" not in told


def test_a_token_that_has_ended_is_renewed_before_the_first_job_that_needs_it(
    publish: Callable[..., PublishJob], run_due: Run, world: World
) -> None:
    jobs = [publish(f"Post {number}") for number in range(3)]
    world.clock.advance(timedelta(days=61).total_seconds())
    run_due(timezone.now() + timedelta(days=61))
    for job in jobs:
        job.refresh_from_db()
        assert (job.state, job.attempts.count()) == (State.PUBLISHED, 1)
    assert list(TokenRefresh.objects.values_list("outcome", "reason")) == [("refreshed", "ends before it is used")]
