"""What stored events do: they end what a person withdrew, erase whom they should, and nothing else, in any order, once."""

import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import StringIO
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db import connection as database
from django.db import connections as databases
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors import deletions, tasks, webhook_processing
from connectors.manager import get_connector
from connectors.models import Connection, DataDeletion, Destination, WebhookEvent
from connectors.refreshing import Outcome, refresh_connection
from connectors.services import connection_changed, store_destinations, store_grant
from connectors.types import EventKind
from connectors.webhook_processing import WAITS, process_due, webhook_dead_lettered, webhook_received
from foundation.secret import Secret
from monitoring.models import HealthLogEntry
from publishing import ledger, live
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.ledger import Letter
from publishing.models import PublishJob
from publishing.states import State
from sandbox.app import Sandbox
from sandbox.meta import demo
from sandbox.world import World
from tenants.models import User
from tests.conftest import META_CALLBACK, House
from tests.connectors.hooks import DATA_DELETION, DEAUTHORIZED, Door, body_of, comment, deliver, entry, wish
from vault.models import EncryptedSecret

pytestmark = pytest.mark.django_db
Grant = Callable[..., Connection]
Run = Callable[[datetime], int]


@pytest.fixture
def grant(sandbox: Sandbox, world: World) -> Grant:
    """Let a person of the sandbox connect their account for a tenant."""

    def make(house: House, user: str = demo.AMELIE, **said: Any) -> Connection:
        connector, now = get_connector("meta"), timezone.now()
        asked = {"scopes": list(connector.scopes()), "redirect_uri": META_CALLBACK, **said}
        code = Secret(world.meta.consent(user=user, **asked)["code"])
        given = connector.exchange_code(code=code, redirect_uri=META_CALLBACK, now=now)
        row = store_grant(tenant=house.tenant, platform="meta", grant=given, actor="system:test", now=now)
        found = connector.fetch_accounts(access_token=given.access_token)
        store_destinations(connection=row, found=found, now=now)
        Destination.objects.filter(connection=row, kind="facebook_page", obstacle="").update(enabled=True)
        return row

    return make


@pytest.fixture
def door(world: World) -> Door:
    """Our door at the end of the sandbox's wire, registered for both callbacks."""
    world.media.fetcher = made = Door()
    base = "http://127.0.0.1:8000"
    urls = {"deauthorize_url": base + DEAUTHORIZED, "data_deletion_url": base + DATA_DELETION}
    world.meta.webhook("callbacks", urls)
    return made


def tokens_of(connection: Connection) -> int:
    return EncryptedSecret.objects.filter(connection_id=connection.pk).count()


def again(connection: Connection) -> Connection:
    return Connection.objects.get(pk=connection.pk)


def everything() -> str:
    """Every value of every table, as one text."""
    values = []
    with database.cursor() as cursor:
        for table in database.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608 - names come from the database itself
            values += [str(value) for row in cursor.fetchall() for value in row]
    return "\n".join(values)


# --- a person withdraws their grant ------------------------------------------------------------------------------------


def test_removing_the_app_ends_every_connection_of_that_person_and_of_nobody_else(
    door: Door, grant: Grant, make_house: Callable[[str], House], world: World
) -> None:
    acme, bora = make_house("Acme"), make_house("Bora")
    hers, hers_too, his = grant(acme), grant(bora), grant(bora, demo.JONAS)
    assert world.meta.webhook("deauthorize", {"user": demo.AMELIE})["status"] == 200
    assert again(hers).status == "active", "the door only stores"
    assert process_due(now=timezone.now()) == 1
    for connection in (again(hers), again(hers_too)):
        assert (connection.status, connection.status_code) == ("attention", "deauthorized")
        assert "Amélie Laurent removed the app at Meta" in connection.status_cause
        assert tokens_of(connection) == 0
        assert connection.destinations.filter(enabled=True).exists(), "what was chosen stays chosen"
        entries = connection.tenant.audit_entries.filter(action="connection.deauthorized")
        assert entries.get().actor == "platform:meta"
    assert again(his).status == "active"
    assert tokens_of(his) > 0


def test_the_callback_that_follows_a_removal_at_the_platform_is_honoured(
    door: Door, grant: Grant, house: House, world: World
) -> None:
    connection = grant(house)
    world.meta.revoke({"user": demo.AMELIE, "subcode": 458})
    world.meta.webhook("flush", {})
    assert door.answers == [200]
    tasks.process_webhooks()
    assert again(connection).status_code == "deauthorized"


def test_a_job_that_waits_fails_with_the_reason_and_goes_out_after_connecting_again(
    door: Door, grant: Grant, house: House, world: World, run_due: Run
) -> None:
    connection = grant(house)
    place = connection.destinations.filter(enabled=True).order_by("external_id").first()
    assert place is not None
    draft = Draft(text="Waiting", destinations=(place.pk,))
    post, _ = publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())
    world.meta.webhook("deauthorize", {"user": demo.AMELIE})
    process_due(now=timezone.now())
    assert post.jobs.get().state == "queued"
    run_due(timezone.now())
    job = post.jobs.get()
    assert (job.state, job.error_kind) == ("failed", "reconnect_required")
    assert "no token" in job.error_cause
    grant(house)
    assert again(connection).status == "active"


def test_a_wish_older_than_the_latest_login_does_not_end_it(
    client: Client, grant: Grant, house: House, world: World
) -> None:
    connection = grant(house)
    for address in (DEAUTHORIZED, DATA_DELETION):
        assert wish(client, demo.AMELIE, time.time() - 60, address=address).status_code == 200
    assert process_due(now=timezone.now()) == 2
    assert again(connection).status == "active"
    assert tokens_of(connection) > 0


def test_a_wish_in_the_very_second_of_the_login_counts(client: Client, grant: Grant, house: House) -> None:
    connection = grant(house)
    Connection.objects.filter(pk=connection.pk).update(connected_at=timezone.now().replace(microsecond=900_000))
    wish(client, demo.AMELIE, int(again(connection).connected_at.timestamp()))
    process_due(now=timezone.now())
    assert again(connection).status_code == "deauthorized"


def test_telling_it_again_or_processing_it_again_changes_nothing(client: Client, grant: Grant, house: House) -> None:
    connection, at = grant(house), time.time() + 1
    for _ in range(3):
        wish(client, demo.AMELIE, at)
    process_due(now=timezone.now())
    wish(client, demo.AMELIE, at + 2)
    webhook_processing.replay(WebhookEvent.objects.all(), now=timezone.now())
    process_due(now=timezone.now())
    assert connection.tenant.audit_entries.filter(action="connection.deauthorized").count() == 1


def test_a_replay_after_a_new_login_leaves_it_alone(client: Client, grant: Grant, house: House) -> None:
    connection = grant(house)
    wish(client, demo.AMELIE, time.time())
    process_due(now=timezone.now())
    Connection.objects.filter(pk=grant(house).pk).update(connected_at=timezone.now() + timedelta(seconds=5))
    webhook_processing.replay(WebhookEvent.objects.all(), now=timezone.now())
    process_due(now=timezone.now())
    assert again(connection).status == "active"
    assert tokens_of(connection) > 0


def test_an_exchange_under_way_brings_no_token_back(
    client: Client, grant: Grant, house: House, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = grant(house)
    connector = type(get_connector("meta"))
    exchange = connector.refresh_token

    def slow(self: Any, **said: Any) -> Any:
        fresh = exchange(self, **said)
        wish(client, demo.AMELIE, time.time() + 1)
        process_due(now=timezone.now())
        return fresh

    monkeypatch.setattr(connector, "refresh_token", slow)
    outcome = refresh_connection(connection_id=connection.pk, reason="test", clock=timezone.now)
    assert outcome is Outcome.FRESH_ALREADY
    assert tokens_of(connection) == 0
    assert again(connection).status_code == "deauthorized"


def test_a_reason_found_earlier_gives_way_to_the_true_one_and_the_news_is_told(
    client: Client, grant: Grant, house: House, django_capture_on_commit_callbacks: Any
) -> None:
    connection, told = grant(house), []

    def listen(connection_id: UUID, **kwargs: Any) -> None:
        told.append(connection_id)

    Connection.objects.filter(pk=connection.pk).update(status="attention", status_code="token_dead")
    wish(client, demo.AMELIE, time.time() + 1)
    connection_changed.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            process_due(now=timezone.now())
    finally:
        connection_changed.disconnect(listen)
    assert again(connection).status_code == "deauthorized"
    assert told == [connection.pk]


# --- a person wants to be forgotten ------------------------------------------------------------------------------------


def test_who_is_forgotten_stands_nowhere_any_more(
    door: Door, grant: Grant, make_house: Callable[[str], House], world: World, client: Client
) -> None:
    acme, bora = make_house("Acme"), make_house("Bora")
    hers, hers_too, his = grant(acme), grant(bora), grant(bora, demo.JONAS)
    place = hers.destinations.filter(enabled=True).first()
    assert place is not None
    draft = Draft(text="Said before", destinations=(place.pk,))
    post, _ = publish_post(principal=acme.principal, draft=draft, idempotency_key=None, now=timezone.now())
    why = "Amélie Laurent has to sign in again, says Amélie Laurent's account. " + "x" * 530
    letter = Letter(State.FAILED, "reconnect_required", "meta:1", why, "Reconnect.", "tenant")
    claimed = ledger.claim(now=timezone.now(), limit=1, lease=timedelta(minutes=1))[0]
    ledger.record_dead_letter(
        claimed, letter, settled=True, failure=ledger.failure_of(kind=letter.kind, cause=why), now=timezone.now()
    )
    HealthLogEntry.objects.create(
        tenant=hers.tenant,
        connection=hers,
        platform="meta",
        checked_at=timezone.now(),
        state="unhealthy",
        latency_ms=1,
        cause=why,
    )
    assert "Amélie Laurent" in everything()
    assert demo.AMELIE in everything()
    world.meta.webhook("deauthorize", {"user": demo.AMELIE})
    told = json.loads(world.meta.webhook("data_deletion", {"user": demo.AMELIE})["answer"])
    process_due(now=timezone.now())
    left = everything()
    assert "Amélie" not in left
    assert demo.AMELIE not in left
    assert post.jobs.get().error_cause.startswith("Deleted person has to sign in again, says Deleted person's account.")
    for connection in (again(hers), again(hers_too)):
        assert (connection.status, connection.status_code) == ("inactive", "data_deleted")
        assert tokens_of(connection) == 0
        assert not connection.destinations.filter(enabled=True).exists()
        assert connection.destinations.filter(name="Fahrradwerkstatt Müller").exists(), "the tenant's history stays"
    assert again(his).display_name == "Jonas Østergård"
    assert tokens_of(his) > 0
    deletion = DataDeletion.objects.get(code=told["confirmation_code"])
    assert deletion.finished_at is not None
    assert deletion.erased["connections"] == 2
    assert deletion.erased["tokens"] == 0, "the tokens had gone with the deauthorisation"
    page = client.get(told["url"]).content.decode()
    assert "Done" in page
    assert "Acme" not in page


def test_a_deletion_told_before_the_deauthorisation_comes_to_the_same(
    client: Client, grant: Grant, house: House
) -> None:
    connection = grant(house)
    wish(client, demo.AMELIE, time.time() + 1, address=DATA_DELETION)
    wish(client, demo.AMELIE, time.time() + 1, address=DEAUTHORIZED)
    assert process_due(now=timezone.now()) == 2
    assert again(connection).status_code == "data_deleted"
    assert DataDeletion.objects.get().erased["tokens"] > 0
    assert WebhookEvent.objects.exclude(external_user_id="").count() == 0


def test_a_person_that_is_a_place_goes_with_their_place(client: Client, grant: Grant, house: House) -> None:
    connection = grant(house)
    place = Destination.objects.create(
        tenant=house.tenant, connection=connection, platform_id="meta", kind="member",
        external_id=f"urn:li:person:{demo.AMELIE}", name="Amélie Laurent", facts={"member": demo.AMELIE},
    )  # fmt: skip
    wish(client, demo.AMELIE, time.time() + 1, address=DATA_DELETION)
    process_due(now=timezone.now())
    place.refresh_from_db()
    assert (place.name, place.external_id, place.facts) == ("Deleted person", f"deleted:{place.pk}", {})


def test_who_connects_anew_after_being_forgotten_is_a_new_connection(
    client: Client, grant: Grant, house: House
) -> None:
    old = grant(house)
    wish(client, demo.AMELIE, time.time() + 1, address=DATA_DELETION)
    process_due(now=timezone.now())
    new = grant(house)
    assert new.pk != old.pk
    webhook_processing.replay(WebhookEvent.objects.all(), now=timezone.now())
    process_due(now=timezone.now())
    assert again(new).status == "active"
    assert again(old).status == "inactive"


def test_somebody_we_never_knew_is_told_so(client: Client) -> None:
    told = wish(client, "777", time.time(), address=DATA_DELETION).json()
    process_due(now=timezone.now())
    assert "held nothing about you" in client.get(told["url"]).content.decode()


# --- failing, waiting, dying, living again -----------------------------------------------------------------------------


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Callable[[Exception | None], None]:
    """Let every event of deletion fail, or no more."""

    def make(error: Exception | None) -> None:
        if error is None:
            monkeypatch.undo()
            return

        def fail(**kwargs: Any) -> None:
            raise error

        monkeypatch.setattr(deletions, "carry_out", fail)

    return make


def test_an_event_that_fails_is_tried_by_the_table_then_waits_for_a_person(
    client: Client, broken: Any, django_capture_on_commit_callbacks: Any
) -> None:
    dead: list[Any] = []

    def listen(event_id: UUID, platform: str, **kwargs: Any) -> None:
        dead.append((event_id, platform))

    broken(ValueError("a fault of ours\x00"))
    code = wish(client, demo.AMELIE, time.time(), address=DATA_DELETION).json()["confirmation_code"]
    deliver(client, body_of(comment(1)))
    moment = timezone.now()
    webhook_dead_lettered.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            assert process_due(now=moment) == 1, "the event behind it does not wait"
            for wait in WAITS:
                event = WebhookEvent.objects.get(kind="data_deletion")
                assert (event.state, event.due_at) == ("received", moment + wait)
                assert "a fault of ours" in event.error
                assert process_due(now=moment + wait - timedelta(seconds=1)) == 0
                moment += wait
                process_due(now=moment)
    finally:
        webhook_dead_lettered.disconnect(listen)
    event = WebhookEvent.objects.get(kind="data_deletion")
    assert (event.state, event.due_at, event.tries) == ("failed", None, 5)
    assert dead == [(event.pk, "meta")]
    assert DataDeletion.objects.get(code=code).finished_at is None

    broken(None)
    out = StringIO()
    call_command("replay_webhooks", "--failed", "--json", stdout=out)
    assert json.loads(out.getvalue()) == {"replayed": 1}
    assert process_due(now=timezone.now()) == 1
    assert DataDeletion.objects.get(code=code).finished_at is not None


def test_a_fault_of_the_infrastructure_costs_no_try(client: Client, broken: Any) -> None:
    broken(OperationalError("the database is restarting"))
    wish(client, demo.AMELIE, time.time(), address=DATA_DELETION)
    with pytest.raises(OperationalError):
        process_due(now=timezone.now())
    event = WebhookEvent.objects.get()
    assert (event.state, event.tries, event.error) == ("received", 0, "")


def test_an_event_is_processed_by_one_worker_only(client: Client) -> None:
    deliver(client, body_of(comment(1)))
    event = WebhookEvent.objects.get()
    assert webhook_processing.process(event_id=event.pk, now=timezone.now())
    assert not webhook_processing.process(event_id=event.pk, now=timezone.now())


@pytest.mark.django_db(transaction=True)
def test_workers_that_meet_at_an_event_and_doors_at_a_delivery_do_it_once() -> None:
    body, barrier, hands = body_of(comment(1)), Barrier(4), range(4)

    def door(_: int) -> int:
        try:
            barrier.wait(10)
            return int(deliver(Client(), body).status_code)
        finally:
            databases.close_all()

    with ThreadPoolExecutor(len(hands)) as pool:
        assert list(pool.map(door, hands)) == [200] * 4
    event = WebhookEvent.objects.get()

    def worker(_: int) -> bool:
        try:
            barrier.wait(10)
            return webhook_processing.process(event_id=event.pk, now=timezone.now())
        finally:
            databases.close_all()

    with ThreadPoolExecutor(len(hands)) as pool:
        assert sorted(pool.map(worker, hands)) == [False, False, False, True]


def test_news_are_told_to_the_rooms_above_after_the_commit(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    told: list[Any] = []

    def listen(**kwargs: Any) -> None:
        told.append((kwargs["platform"], kwargs["kind"], kwargs["external_id"], kwargs["post_id"]))

    deliver(client, body_of(comment(1)))
    webhook_received.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            process_due(now=timezone.now())
            assert told == []
    finally:
        webhook_received.disconnect(listen)
    assert told == [("meta", EventKind.COMMENT, demo.BAKERY, "p1")]


def test_the_sweep_does_what_the_broker_lost(client: Client) -> None:
    deliver(client, body_of(comment(1)))
    tasks.sweep_webhooks()
    assert WebhookEvent.objects.get().state == "processed"


# --- by hand -----------------------------------------------------------------------------------------------------------


def said(*arguments: str) -> Any:
    out = StringIO()
    call_command("replay_webhooks", *arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_events_are_replayed_by_platform_moment_and_fate(client: Client) -> None:
    deliver(client, body_of(*(comment(number) for number in range(4))))
    assert said() == {"replayed": 0}, "what waits is not replayed"
    one, two, three, four = WebhookEvent.objects.order_by("id")
    WebhookEvent.objects.update(state="processed", due_at=None, tries=3, error="x")
    WebhookEvent.objects.filter(pk=two.pk).update(state="failed")
    WebhookEvent.objects.filter(pk=three.pk).update(platform_id="linkedin", kind="share")
    WebhookEvent.objects.filter(pk=four.pk).update(received_at=timezone.now() - timedelta(days=9))
    assert said("--failed", "--dry-run")["dry_run"] == [
        {"platform": "meta", "kind": "comment", "state": "failed", "count": 1}
    ]
    assert WebhookEvent.objects.filter(due_at=None).count() == 4, "a rehearsal changes nothing"
    yesterday = (timezone.now() - timedelta(days=1)).isoformat()
    assert said("--platform", "meta", "--since", yesterday) == {"replayed": 2}
    assert set(WebhookEvent.objects.exclude(due_at=None).values_list("pk", flat=True)) == {one.pk, two.pk}
    assert WebhookEvent.objects.filter(due_at=None, tries=0).count() == 0
    assert said("--since", "2026-01-01") == {"replayed": 2}
    WebhookEvent.objects.update(state="processed", due_at=None)
    WebhookEvent.objects.filter(pk=two.pk).update(state="failed")
    assert said("--state", "failed", "--dry-run") == said("--failed", "--dry-run")
    assert said("--state", "processed", "--kind", "share") == {"replayed": 1}
    assert said("--kind", "comment", "--state", "processed", "--platform", "meta") == {"replayed": 2}


def test_a_platform_or_moment_that_is_none_is_refused() -> None:
    with pytest.raises(CommandError, match="There is no platform"):
        call_command("replay_webhooks", "--platform", "friendface")
    with pytest.raises(CommandError, match="not a moment"):
        call_command("replay_webhooks", "--since=yesterday")
    with pytest.raises(CommandError, match="There is no kind"):
        call_command("replay_webhooks", "--kind", "gossip")
    with pytest.raises(CommandError, match="invalid choice"):
        call_command("replay_webhooks", "--state", "received")
    with pytest.raises(CommandError, match="not allowed with"):
        call_command("replay_webhooks", "--state", "failed", "--failed")


def test_operators_see_events_and_process_them_again(client: Client) -> None:
    staff = User.objects.create_superuser("ops@example.com", "correct horse battery")
    deliver(client, body_of(comment(1)))
    wish(client, demo.AMELIE, time.time(), address=DATA_DELETION)
    process_due(now=timezone.now())
    client.force_login(staff)
    address = reverse("admin:connectors_webhookevent_changelist")
    event = WebhookEvent.objects.get(kind="comment")
    assert "comment" in client.get(f"{address}?state__exact=processed").content.decode()
    assert client.get(reverse("admin:connectors_webhookevent_change", args=[event.pk])).status_code == 200
    assert client.get(reverse("admin:connectors_datadeletion_changelist")).status_code == 200
    answer = client.post(address, {"action": "process_again", "_selected_action": [str(event.pk)]}, follow=True)
    assert "1 event of a platform is processed again" in answer.content.decode()
    assert WebhookEvent.objects.get(kind="comment").state == "received"


# --- a post is removed at the platform -------------------------------------------------------------------------------------


def test_a_post_removed_at_the_platform_is_told_on_its_job_once(
    client: Client, grant: Grant, house: House, run_due: Run, django_capture_on_commit_callbacks: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    connection = grant(house)
    places = connection.destinations.filter(enabled=True).order_by("external_id")[:2]
    draft = Draft(text="Soon gone", destinations=tuple(place.pk for place in places))
    post, _ = publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())
    run_due(timezone.now())
    gone, stays = post.jobs.order_by("destination__external_id")
    rung: list[dict[str, str]] = []
    monkeypatch.setattr("publishing.doorbell.ring_for_removed", lambda **said: rung.append(said))
    value = {"item": "status", "verb": "remove", "post_id": gone.external_id, "created_time": 1_763_720_000}
    deliver(client, body_of(entry(value, place=gone.destination.external_id)))
    with django_capture_on_commit_callbacks(execute=True):
        process_due(now=timezone.now())
    assert rung == [
        {"platform": "meta", "external_id": gone.destination.external_id, "post_id": gone.external_id},
    ]
    assert [live.note_removed(**rung[0], now=timezone.now()) for _ in range(2)] == [1, 0]
    assert PublishJob.objects.get(pk=gone.pk).removed_at is not None
    assert PublishJob.objects.get(pk=stays.pk).removed_at is None
    entries = house.tenant.audit_entries.filter(action="job.removed")
    assert [line.actor for line in entries] == ["platform:meta"]


def test_news_of_a_post_that_is_not_ours_move_nothing(grant: Grant, house: House) -> None:
    grant(house)
    assert live.note_removed(platform="meta", external_id=demo.BAKERY, post_id="1_2", now=timezone.now()) == 0
