"""Jobs to TikTok through the whole workshop: locked addresses, looks hurried by news, hints that end nothing, lost answers."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from connectors.manager import get_connector
from connectors.models import Connection, Destination, WebhookEvent
from connectors.services import choose_destinations, store_destinations, store_grant
from connectors.types import LiveState
from connectors.webhook_processing import process_due
from foundation.secret import Secret
from media.services import store_file
from media.staging import Staged
from publishing import live, tasks, watching
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import JournalEntry, PublishJob, Watch
from publishing.states import RESTING, State
from sandbox.app import Sandbox
from sandbox.faults import fault_from
from sandbox.fetching import Errand
from sandbox.tiktok import demo
from sandbox.world import World
from tests.conftest import House
from tests.connectors.hooks import Door
from tests.contract.making import film
from vault import services as vault

CALLBACK = "https://hub.example/api/oauth/tiktok/callback"
Run = Callable[[datetime], int]


@pytest.fixture
def place(sandbox: Sandbox, world: World, house: House) -> Destination:
    """Connect the town's first creator."""
    now = timezone.now()
    world.tiktok.add_redirect_uris("", [CALLBACK])
    world.switches.set({"tiktok.processing_s": 0, "tiktok.moderation_s": 600})
    connector = get_connector("tiktok")
    url = connector.authorize_url(redirect_uri=CALLBACK, state=Secret("state"))
    code = Secret(str(world.tiktok.consent({"url": url})["code"]))
    grant = connector.exchange_code(code=code, redirect_uri=CALLBACK, now=now)
    connection = store_grant(tenant=house.tenant, platform="tiktok", grant=grant, actor="system:test", now=now)
    found = connector.fetch_accounts(access_token=grant.access_token)
    (place,) = store_destinations(connection=connection, found=found, now=now)
    choose_destinations(principal=house.principal, connection=connection, chosen=[place.pk])
    return place


@pytest.fixture
def job(place: Destination, house: House, settings: Any, tmp_path: Path) -> PublishJob:
    """Accept a video for everybody."""
    settings.MEDIA_ROOT = tmp_path / "media"
    staged = Staged()
    try:
        staged.write(film(7))
        stored, _ = store_file(
            tenant=house.tenant, actor=house.principal.actor, staged=staged, name="film.mp4", now=timezone.now()
        )
    finally:
        staged.close()
    draft = Draft(
        text="Tide pools",
        destinations=(place.pk,),
        media=({"id": str(stored.pk), "alt_text": "", "title": ""},),
        settings={place.kind: {"privacy_level": "PUBLIC_TO_EVERYONE", "consent": True, "allow_duet": True}},
    )
    post, _ = publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())
    return post.jobs.get()


def rest(job: PublishJob, run_due: Run, world: World, moment: datetime | None = None) -> datetime:
    """Work until a job has come to rest; the town's clock goes with the hub's."""
    moment = moment or timezone.now()
    for _ in range(40):
        run_due(moment)
        job.refresh_from_db()
        if job.state in RESTING:
            return moment
        assert job.due_at is not None
        later = max(job.due_at, moment) + timedelta(milliseconds=1)
        world.clock.advance((later - moment).total_seconds())
        moment = later
    raise AssertionError(f"it never came to rest: {job.state} {job.error_cause}")


def deliver(world: World, door: Door, *, late_s: int = 0) -> list[int]:
    """Carry what the town has to tell to the hub's door, perhaps signed long ago."""
    told = []
    for delivery in list(world.tiktok.state.deliveries):
        if not delivery.done:
            delivery.age_s = late_s
            delivery.url = "https://hub.example/webhooks/tiktok/"
            world.tiktok.state.deliveries.put(delivery.id, delivery)
            told.append(world.tiktok.courier.send(delivery.id).status)
    return told


@pytest.fixture
def door(world: World, monkeypatch: pytest.MonkeyPatch) -> Door:
    """Our door at the end of the town's wire."""
    door = Door()

    def fetch(errand: Errand) -> Any:
        return door.fetch(errand)

    monkeypatch.setattr(world.media, "fetch", fetch)
    return door


def test_what_a_person_chose_and_agreed_to_is_kept_with_the_post(job: PublishJob, run_due: Run, world: World) -> None:
    rest(job, run_due, world)
    assert job.state == State.PUBLISHED
    kept = job.post.settings[job.destination.kind]
    assert (kept["consent"], kept["privacy_level"], kept["allow_duet"]) == (True, "PUBLIC_TO_EVERYONE", True)
    assert job.attempts.filter(outcome="published").get().cause.startswith("TikTok names no public link yet")


def test_the_address_for_the_bytes_is_locked_and_only_this_connection_opens_it(
    job: PublishJob, run_due: Run, world: World
) -> None:
    rest(job, run_due, world)
    written = json.dumps(list(JournalEntry.objects.filter(job=job).values_list("key", "value")), default=str)
    (upload,) = world.tiktok.state.publishes
    assert upload.id in written
    assert upload.upload_token not in written
    kept = JournalEntry.objects.get(job=job, key="_upload_address").value
    assert isinstance(kept, dict)
    locked = kept["locked"]
    own = get_connector("tiktok", job.destination.connection).safe.unlock(locked)
    assert own is not None
    assert upload.upload_token in own.reveal()
    with pytest.raises(vault.SecretUnreadable):
        vault.unlock(tenant_id=job.tenant_id, place="connection:another", locked=locked)


def test_the_number_and_the_link_arrive_after_moderation(job: PublishJob, run_due: Run, world: World) -> None:
    moment = rest(job, run_due, world)
    assert job.external_id.startswith("v_pub_file~")
    world.clock.advance(3600)
    moment += timedelta(hours=1, minutes=1)
    watching.look_due(clock=lambda: moment)
    job.refresh_from_db()
    (shown,) = world.tiktok.state.posts
    assert job.external_id == shown.id
    assert job.permalink.endswith(f"/video/{shown.id}")
    assert Watch.objects.get(job=job).state == LiveState.LIVE


def test_an_answer_lost_on_the_last_bytes_is_found_and_nothing_is_sent_twice(
    job: PublishJob, run_due: Run, world: World
) -> None:
    world.faults.add(fault_from({"kind": "lost_after_success", "host": "*upload*.tiktokapis.com", "method": "PUT"}))
    rest(job, run_due, world)
    assert job.state == State.PUBLISHED
    assert len(world.tiktok.state.posts) == 1
    puts = [one for one in world.tiktok.state.requests if one.method == "PUT"]
    assert len(puts) == 1


def test_news_of_a_place_hurry_what_waits_there_and_settle_nothing_by_themselves(
    job: PublishJob, run_due: Run, world: World, door: Door
) -> None:
    world.switches.set({"tiktok.webhook_direct_complete": True})
    moment = timezone.now()
    run_due(moment)
    job.refresh_from_db()
    assert job.state == State.PROCESSING
    assert job.due_at is not None
    assert job.due_at > moment + timedelta(seconds=4)
    world.clock.advance(1)
    world.tiktok.settle()
    assert deliver(world, door) == [200]
    process_due(now=timezone.now())
    place = {"platform": "tiktok", "external_id": job.destination.external_id}
    assert live.look_sooner(**place, now=moment) == 1
    assert live.look_sooner(**place, now=moment) == 0
    job.refresh_from_db()
    assert (job.state, job.due_at) == (State.PROCESSING, moment)
    run_due(moment)
    job.refresh_from_db()
    assert job.state == State.PUBLISHED


def test_news_ring_for_a_worker(
    job: PublishJob,
    world: World,
    door: Door,
    monkeypatch: pytest.MonkeyPatch,
    run_due: Run,
    django_capture_on_commit_callbacks: Any,
) -> None:
    rung: list[tuple[str, ...]] = []
    monkeypatch.setattr(tasks.look_sooner, "apply_async", lambda args, **_: rung.append(args))
    world.switches.set({"tiktok.webhook_direct_complete": True})
    run_due(timezone.now())
    world.clock.advance(1)
    world.tiktok.settle()
    deliver(world, door)
    with django_capture_on_commit_callbacks(execute=True):
        process_due(now=timezone.now())
    assert rung == [("tiktok", job.destination.external_id)]


def test_a_person_who_leaves_ends_the_grant_and_late_news_of_it_only_bring_a_check(
    place: Destination, world: World, door: Door
) -> None:
    later = timezone.now() + timedelta(hours=5)
    Connection.objects.update(next_health_at=later, connected_at=timezone.now() - timedelta(days=2))
    world.tiktok.webhook("authorization.removed", {"user": demo.NAIARA, "age_s": 7_200, "queue": True})
    assert deliver(world, door, late_s=7_200) == [200]
    process_due(now=timezone.now())
    connection = place.connection
    connection.refresh_from_db()
    assert connection.status == Connection.Status.ACTIVE, "nobody is believed so late"
    assert connection.next_health_at is not None
    assert connection.next_health_at < later, "but the grant is looked at"
    assert vault.hints(tenant_id=connection.tenant_id, connection_id=connection.pk)

    world.tiktok.revoke({"user": demo.NAIARA})
    deliver(world, door)
    process_due(now=timezone.now())
    connection.refresh_from_db()
    assert (connection.status, connection.status_code) == (Connection.Status.ATTENTION, "deauthorized")
    assert vault.hints(tenant_id=connection.tenant_id, connection_id=connection.pk) == {}


def test_a_repeated_delivery_is_kept_once_and_a_stranger_leaves_nothing(
    place: Destination, world: World, door: Door, client: Client
) -> None:
    world.tiktok.webhook("video.upload.failed", {"user": demo.NAIARA, "copies": 3, "queue": True})
    assert deliver(world, door) == [200, 200, 200]
    assert WebhookEvent.objects.count() == 1
    world.tiktok.webhook("video.upload.failed", {"user": demo.NAIARA, "bad_signature": True, "queue": True})
    assert deliver(world, door) == [403]
    assert client.get("/webhooks/tiktok/").status_code == 400
    assert WebhookEvent.objects.count() == 1


def test_a_job_waits_at_no_cost_while_the_day_is_full(job: PublishJob, run_due: Run, world: World) -> None:
    full = {"kind": "platform_error", "error": {"code": "spam_risk_too_many_posts"}, "host": "open.tiktokapis.com"}
    world.faults.add(fault_from({**full, "path": "/v2/post/publish/creator_info/query/"}))
    run_due(timezone.now())
    job.refresh_from_db()
    assert (job.state, job.error_kind, job.tries) == (State.RETRYING, "rate_limited", 0)
    assert job.due_at is not None
    assert job.due_at - timezone.now() > timedelta(hours=23)
