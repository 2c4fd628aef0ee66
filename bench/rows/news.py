"""Webhooks out: what telling of a job costs, and whether an endpoint that is dead delays one that is well."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise
from typing import Any, Final

import psutil  # type: ignore[import-untyped]  # in the dev lock, without types
from django.conf import settings
from django.db import connection
from django.utils import timezone

from bench import world
from bench.figures import Row, percentile
from bench.hub import Hub
from bench.rows import Options
from bench.rows.sweeps import insert, uuid_of
from connectors.models import Destination
from outbox import endpoints, news, sending, sorting
from outbox.events import EventType
from outbox.models import OutgoingEvent, WebhookDelivery, WebhookEndpoint
from outbox.news import Rest
from publishing.models import Post, PublishJob

TITLE: Final = "news of jobs to endpoints of client apps, one of which may be dead"
JOBS, QUICK_JOBS = 10_000, 1_000
#: As the teller takes them.
AT_ONCE: Final = 500
MOST_SECONDS: Final = 1800.0


def measure(hub: Hub, options: Options) -> Row:
    """Tell of jobs, then send the news: to one endpoint that is well, then to it and one that is dead."""
    jobs = QUICK_JOBS if options.quick else JOBS
    row = Row("news", f"{TITLE}: {jobs:,} jobs")
    settings.WEBHOOK_OUT_ALLOW_LOOPBACK = True
    alone, _ = _deliver(row, jobs, dead=False)
    beside, dead = _deliver(row, jobs, dead=True)
    row.tell("delay of the live endpoint, alone, p95", alone, "s")
    row.tell("delay of the live endpoint, beside a dead one, p95", beside, "s", at_most=round(1.25 * alone + 1, 1))
    row.tell("calls to the dead endpoint", dead, "", at_most=20)
    return row


def _deliver(row: Row, jobs: int, *, dead: bool) -> tuple[float, int]:
    """Return the delay (p95, seconds after the sending began) of the live endpoint, and the calls to the dead one."""
    name = "beside a dead one" if dead else "alone"
    house = world.make_house(f"News {name}", places=1)
    with _receiver(204) as (live, got), _receiver(500) as (broken, refused):
        now = timezone.now()
        for url in (live, broken) if dead else (live,):
            endpoints.create_endpoint(
                principal=house.principal, url=url, event_types=[EventType.JOB_PUBLISHED], now=now
            )
        rests = _publish(house, jobs)
        with _cpu() as cost:
            for start in range(0, jobs, AT_ONCE):
                news.tell(rests[start : start + AT_ONCE], now=timezone.now())
                sorting.sort(now=timezone.now())
        row.tell(f"telling, {name}: CPU of the teller per event", 1000 * cost["here"] / jobs, "ms")
        row.tell(f"telling, {name}: CPU of PostgreSQL per event", 1000 * cost["database"] / jobs, "ms")
        before = psutil.Process().memory_info().rss
        began = time.time()
        most_memory = _send_all(jobs, got, end=began + MOST_SECONDS)
        row.tell(f"sending, {name}: deliveries a second", jobs / (time.time() - began), "")
        row.tell(f"sending, {name}: memory grown by", (most_memory - before) / 1e6, "MB", at_most=100)
        _check(row, house, jobs, got, name)
        return percentile([at - began for _, at in got], 0.95), len(refused)


def _send_all(jobs: int, got: list[tuple[str, float]], *, end: float) -> int:
    most = 0
    while len(got) < jobs and time.time() < end:
        sending.send_due(clock=timezone.now)
        most = max(most, psutil.Process().memory_info().rss)
    return most


def _check(row: Row, house: world.House, jobs: int, got: list[tuple[str, float]], name: str) -> None:
    """Note what was lost, doubled, or numbered twice."""
    counted = Counter(message for message, _ in got)
    doubled = sum(many - 1 for many in counted.values())
    events = OutgoingEvent.objects.filter(tenant=house.principal.tenant)
    numbers = list(events.order_by("sequence").values_list("sequence", flat=True))
    gaps = sum(after - before != 1 for before, after in pairwise(numbers) if before and after)
    row.facts[name] = {"received": len(got), "different": len(counted), "doubled": doubled, "gaps": gaps}
    if len(counted) != jobs or doubled or gaps:
        row.notes.append(f"{name}: NOT exactly once in order: {row.facts[name]}")
    for endpoint in WebhookEndpoint.objects.filter(tenant=house.principal.tenant, failures_in_row__gt=0):
        waiting = WebhookDelivery.objects.filter(endpoint=endpoint, state=WebhookDelivery.State.WAITING).count()
        row.notes.append(
            f"{name}: the dead endpoint failed {endpoint.failures_in_row} times in a row, is only probed until it answers, "
            f"and {waiting:,} deliveries wait for it"
        )


def _publish(house: world.House, jobs: int) -> list[Rest]:
    """Make published jobs in the database itself, and return what workers would say of them."""
    tenant, (place,) = house.principal.tenant, house.destinations
    platform = Destination.objects.values_list("platform_id", flat=True).get(pk=place)
    stem = f"{tenant.pk.int % 16:x}"
    with connection.cursor() as cursor:
        common = {"tenant_id": f"'{tenant.pk}'::uuid"}
        insert(
            cursor,
            Post,
            jobs,
            {**common, "id": uuid_of("b", f"n + {int(stem, 16)} * 100000000"), "text": "'News ' || n"},
        )
        insert(
            cursor,
            PublishJob,
            jobs,
            {
                **common,
                "id": uuid_of("a", f"n + {int(stem, 16)} * 100000000"),
                "post_id": uuid_of("b", f"n + {int(stem, 16)} * 100000000"),
                "destination_id": f"'{place}'::uuid",
                "platform_id": f"'{platform}'",
                "state": "'published'",
                "external_id": "'news_' || n",
                "permalink": "'https://social.example/' || n",
                "published_at": "now() + interval '1 microsecond' * n",
            },
        )
        cursor.execute("ANALYZE publish_jobs, posts")
    ids = PublishJob.objects.filter(tenant=tenant).values_list("pk", flat=True)
    return [Rest(pk, tenant.pk, published=True) for pk in ids]


@contextmanager
def _receiver(status: int) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    """Run a receiver; yield its address, and the id and moment of each message it got."""
    got: list[tuple[str, float]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            got.append((str(self.headers["webhook-id"]), time.time()))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", got
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def _cpu() -> Iterator[dict[str, float]]:
    """Measure what a block costs here and in the database's process that serves it."""
    cost: dict[str, float] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        backend = psutil.Process(cursor.fetchone()[0])
    here, there = time.process_time(), sum(backend.cpu_times()[:2])
    yield cost
    cost["here"], cost["database"] = time.process_time() - here, sum(backend.cpu_times()[:2]) - there
