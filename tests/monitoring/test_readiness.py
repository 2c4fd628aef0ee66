"""Is the hub able to do its work: each part that is not names its cause and its remedy."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from celery import current_app
from django.conf import settings
from django.db import OperationalError
from django.db import connection as database
from django.test import Client
from django.utils import timezone

from connectors.models import Destination
from foundation.secret import Secret
from monitoring import heartbeats, surroundings
from monitoring.models import Heartbeat
from monitoring.parts import Part
from monitoring.readiness import FULL, QUEUES, SILENCE, parts, queue_lengths
from publishing.models import Post, PublishJob
from publishing.states import State
from tenants.models import Tenant
from tests.connectors.wire import closed_port
from vault.models import MasterKey

pytestmark = pytest.mark.django_db


def part(name: str, now: datetime) -> Part:
    return next(part for part in parts(now=now) if part.name == name)


def alive(name: str, now: datetime) -> None:
    if name == "worker":
        heartbeats.beat_worker(QUEUES, now=now)
    else:
        heartbeats.beat(name, now=now)


def all_alive(now: datetime) -> None:
    alive("worker", now)
    alive("beat", now)


def lost(*args: object) -> None:
    raise OperationalError("server closed the connection unexpectedly")


def test_a_hub_in_which_every_part_works_is_ready(client: Client, now: datetime) -> None:
    all_alive(timezone.now())
    answer = client.get("/readyz")
    assert answer.status_code == 200
    told = answer.json()
    assert told["ready"] is True
    assert [part["name"] for part in told["parts"]] == [
        *("database", "broker", "vault", "worker", "beat", "queue"),
        *("disk", "clock", "migrations", "platforms", "settings"),
    ]
    assert all(part["ok"] and part["detail"] for part in told["parts"])


@pytest.mark.parametrize(("name", "word"), [("worker", "celery -A config worker"), ("beat", "celery -A config beat")])
def test_a_part_never_seen_is_not_ready_and_its_remedy_starts_it(name: str, word: str, now: datetime) -> None:
    told = part(name, now)
    assert (told.ok, told.detail) == (False, "never seen")
    assert word in told.remedy


@pytest.mark.parametrize("name", ["worker", "beat"])
def test_a_part_is_called_silent_only_after_45_seconds(name: str, now: datetime) -> None:
    alive(name, now)
    assert timedelta(seconds=45) == SILENCE
    assert part(name, now + SILENCE).ok
    told = part(name, now + SILENCE + timedelta(seconds=1))
    assert (told.ok, told.detail) == (False, "silent for 46 s")
    assert told.remedy
    alive(name, now + timedelta(minutes=5))
    assert part(name, now + timedelta(minutes=5)).ok


def test_a_part_that_is_not_ready_makes_the_probe_answer_503(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    for told in answer.json()["parts"]:
        assert told["ok"] or (told["detail"] and told["remedy"])


def test_a_wrong_master_key_is_told_and_put_right_is_ready_again(
    now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert part("vault", now).ok
    with monkeypatch.context() as patched:
        patched.setattr(settings, "VAULT_MASTER_KEY", Secret("another master key, long enough 0123456789"))
        told = part("vault", now)
        assert not told.ok
        assert "not the one this database was sealed with" in told.detail
        assert "VAULT_MASTER_KEY_FILE" in told.remedy
    assert part("vault", now).ok
    assert MasterKey.objects.count() == 1


def test_a_missing_master_key_is_told(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "VAULT_MASTER_KEY", None)
    told = part("vault", now)
    assert not told.ok
    assert "no master key" in told.detail


@pytest.mark.django_db(transaction=True)
def test_missing_tables_are_told_with_migrate_as_the_remedy() -> None:
    rename("publish_jobs", "elsewhere")
    try:
        told = parts(now=timezone.now())
    finally:
        rename("elsewhere", "publish_jobs")
    assert (told[0].name, told[0].ok) == ("database", False)
    assert "the tables are missing" in told[0].detail
    assert "manage.py migrate" in told[0].remedy
    assert [one.ok for one in told if one.name in {"vault", "worker", "beat"}] == [False] * 3


@pytest.mark.django_db(transaction=True)
def test_tables_of_one_room_that_are_missing_are_told_and_raise_nothing() -> None:
    rename("heartbeats", "elsewhere")
    try:
        told = {one.name: one for one in parts(now=timezone.now())}
    finally:
        rename("elsewhere", "heartbeats")
    assert told["database"].ok
    assert not told["worker"].ok
    assert "migrate" in told["worker"].remedy


def rename(table: str, name: str) -> None:
    with database.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO {name}")


def test_a_lost_database_is_told_as_that_and_nothing_else_is_asked_of_it(now: datetime) -> None:
    with database.execute_wrapper(lost):
        told = parts(now=now)
    assert told[0].detail == "no connection (OperationalError)"
    assert "DATABASE_URL" in told[0].remedy
    assert {one.name for one in told if not one.ok} >= {"database", "vault", "worker", "beat"}


def test_a_broker_out_of_reach_is_told_and_shows_no_password(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(current_app.conf, "broker_url", f"redis://:canary-password@127.0.0.1:{closed_port()}/0")
    told = part("broker", now)
    assert not told.ok
    assert "no connection" in told.detail
    assert "REDIS_URL" in told.remedy
    assert "canary" not in repr(told)


def test_redis_beside_rabbitmq_is_told_apart_and_stops_nothing(now: datetime, settings: Any) -> None:
    settings.BROKER_URL, settings.REDIS_TLS = "amqp://hub@rabbit.example//", {}
    settings.REDIS_URL = f"redis://:canary-password@127.0.0.1:{closed_port()}/0"
    surroundings.forget()
    assert part("broker", now).ok
    told = part("redis", now)
    assert (told.ok, told.warning, told.code) == (True, True, "redis.unreachable")
    assert "REDIS_URL" in told.remedy
    assert "canary" not in repr(told)


def test_healthz_answers_while_everything_else_is_gone(client: Client) -> None:
    with database.execute_wrapper(lost):
        answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"alive": True}


def another_worker(now: datetime, *, queues: str = ",".join(QUEUES)) -> None:
    Heartbeat.objects.create(name="worker:elsewhere/7", owner=queues, seen_at=now)


def test_one_dead_worker_of_two_is_named_and_the_hub_stays_ready(now: datetime) -> None:
    alive("worker", now)
    another_worker(now - SILENCE - timedelta(seconds=1))

    told = part("worker", now)

    assert (told.ok, told.warning) == (True, True)
    assert told.detail == "1 alive; not any more: elsewhere/7 (silent for 46 s)"
    assert told.remedy


def test_a_worker_that_left_by_itself_is_not_missed_and_one_long_dead_is_forgotten(now: datetime) -> None:
    another_worker(now)
    alive("worker", now)
    heartbeats.end_worker()
    assert part("worker", now).detail == "1 alive"

    alive("worker", now + timedelta(minutes=16))
    told = part("worker", now + timedelta(minutes=16))
    assert (told.detail, told.warning) == ("1 alive", False)


def test_a_queue_that_no_worker_takes_from_is_named(now: datetime) -> None:
    another_worker(now, queues="publish,health,analytics")

    told = part("worker", now)

    assert not told.ok
    assert told.detail == "none takes from the queue tokens, webhooks"
    assert "-Q tokens,webhooks" in told.remedy


def test_jobs_that_nobody_takes_are_told_after_a_minute_with_how_long_the_first_waits(
    now: datetime, tenant: Tenant, destination: Destination
) -> None:
    for wait in (0, 20):
        post = Post.objects.create(tenant=tenant, text="Rolls", created_by="user:o@acme.example", request_digest="x")
        PublishJob.objects.create(
            tenant=tenant,
            post=post,
            destination=destination,
            platform_id="meta",
            state=State.QUEUED,
            due_at=now + timedelta(seconds=wait),
        )

    assert not part("queue", now + timedelta(seconds=60)).warning
    told = part("queue", now + timedelta(seconds=61))
    assert (told.ok, told.warning, told.detail) == (True, True, "1 job late, the first for 61 s")
    assert "2 jobs late" in part("queue", now + timedelta(seconds=90)).detail


def test_a_queue_of_messages_that_nobody_fetches_is_called_full(now: datetime) -> None:
    with current_app.connection_for_write() as link:
        queue = link.SimpleQueue("tokens")
        try:
            for _ in range(FULL + 1):
                queue.put({})
            assert queue_lengths()["tokens"] == FULL + 1
            told = part("queue", now)
        finally:
            queue.clear()
            queue.close()
    assert (told.ok, told.warning) == (True, True)
    assert f"tokens ({FULL + 1})" in told.detail
