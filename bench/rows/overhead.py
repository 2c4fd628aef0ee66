"""What the hub adds to one publish on an idle machine: from the accept's commit to the platform, and back to the record."""

from __future__ import annotations

import random
import time
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from bench import world
from bench.figures import Row, percentile
from bench.floors import celery_floor, running
from bench.hub import Hub
from bench.processes import wait_until
from bench.rows import Options
from publishing.accepting import publish_post
from publishing.doorbell import ring_after_commit
from publishing.drafts import Draft

TITLE: Final = "overhead per publish: one job at a time, idle hub, doorbell on Redis"
LATENCY_MS: Final = 50.0
POSTS, QUICK_POSTS = 100, 30


def measure(hub: Hub, options: Options) -> Row:
    """Publish one post after another; every moment is read from PostgreSQL's commit times and the stub's clock."""
    row = Row("overhead", TITLE)
    posts = QUICK_POSTS if options.quick else POSTS
    celery_floor.make_table()
    house = world.make_house("Overhead", places=10)
    before: list[float] = []
    after: list[float] = []
    for _ in range(options.runs):
        with hub.workers(1) as workers:
            world.warm_up(hub, [house], jobs=32)
            hub.stub.reset(latency_ms=LATENCY_MS)
            with hub.meter(workers=workers) as meter:
                for number in range(posts):
                    _one(house, number)
        row.spend("hub", meter.costs)
        to_platform, to_record = _parts(hub)
        before += to_platform
        after += to_record
    both = [one + two for one, two in zip(before, after, strict=True)]
    row.tell("beyond the platform's own time, p50", percentile(both, 0.50), "ms")
    row.tell("beyond the platform's own time, p95", percentile(both, 0.95), "ms", at_most=40)
    row.tell("of that: accept committed to platform, p50", percentile(before, 0.50), "ms")
    row.tell("of that: accept committed to platform, p95", percentile(before, 0.95), "ms")
    row.tell("of that: answer to record durable, p50", percentile(after, 0.50), "ms")
    row.tell("of that: answer to record durable, p95", percentile(after, 0.95), "ms")
    floor = running.celery_one_by_one(hub, posts=posts, latency_ms=LATENCY_MS)
    row.tell("floor: a Celery task per job, p50", percentile(floor, 0.50), "ms")
    row.tell("floor: a Celery task per job, p95", percentile(floor, 0.95), "ms")
    row.tell("hub ÷ floor, p50", percentile(both, 0.50) / percentile(floor, 0.50), "×")
    row.facts["posts"] = len(both)
    return row


def _one(house: world.House, number: int) -> None:
    time.sleep(random.uniform(0.02, 0.12))  # noqa: S311 - so that no timer beats in step with us
    place = house.destinations[number % len(house.destinations)]
    draft = Draft(text=f"one, post {number}", destinations=(place,))
    post, _ = publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())
    ring_after_commit()
    time.sleep(LATENCY_MS / 1000)
    wait_until(lambda: _published(post.pk), "The end of one job", patience=world.PATIENCE, pause=0.01)


def _published(post_id: UUID) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT state = 'published' FROM publish_jobs WHERE post_id = %s", [post_id])
        return bool(cursor.fetchone()[0])


def _parts(hub: Hub) -> tuple[list[float], list[float]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.text, extract(epoch FROM pg_xact_commit_timestamp(p.xmin)), "
            "extract(epoch FROM pg_xact_commit_timestamp(j.xmin)) FROM publish_jobs j JOIN posts p ON p.id = j.post_id"
        )
        moments = {str(text): (float(accepted), float(recorded)) for text, accepted, recorded in cursor.fetchall()}
    before, after = [], []
    for _, text, received, answered in hub.stub.posts():
        accepted, recorded = moments[text]
        before.append((received - accepted) * 1000)
        after.append((recorded - answered) * 1000)
    return before, after
