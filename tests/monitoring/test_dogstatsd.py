"""What a DogStatsD listener receives: every metric by its name, its kind and its tags, and none that could name a tenant."""

import re
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from connectors import refreshing
from connectors.models import Destination, WebhookEvent
from connectors.services import connection_changed
from connectors.webhook_processing import webhook_dead_lettered, webhook_received
from connectors.webhooks import webhook_refused
from monitoring import figures, heartbeats, listeners, metrics
from monitoring.health import check_connection
from monitoring.metrics import COUNT, DISTRIBUTION, GAUGE
from outbox import recording
from publishing import signals
from publishing.writes import News
from tenants.signals import api_key_refused, limits_unknown

KINDS = {"c": COUNT, "g": GAUGE, "d": DISTRIBUTION}
#: What a tag's value may look like: a word, never an id.
WORD = re.compile(r"[a-z0-9_.]{1,40}")
ID = re.compile(r"[0-9a-f]{8}-|[0-9]{6}")


@dataclass(frozen=True)
class Told:
    """One line of the protocol."""

    name: str
    value: float
    kind: str
    tags: dict[str, str]


def read(line: str) -> Told:
    name, _, rest = line.partition(":")
    value, kind, *more = rest.split("|")
    tags = next((part[1:] for part in more if part.startswith("#")), "")
    return Told(name, float(value), KINDS[kind], dict(tag.split(":", 1) for tag in tags.split(",") if tag))


@pytest.fixture
def agent(settings: Any) -> Iterator[socket.socket]:
    """An agent on a port of loopback, and a hub that knows it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.settimeout(2)
        settings.DATADOG_STATSD_HOST, settings.DATADOG_STATSD_PORT = listener.getsockname()
        settings.DATADOG_ENV = "test"
        metrics.forget()
        listeners.listen_to_durations()
        yield listener
        metrics.forget()
        for signal in listeners.DURATIONS:
            signal.disconnect(dispatch_uid="metrics")


def received(agent: socket.socket) -> list[str]:
    """Have the hub send what it holds, and return the lines."""
    metrics.forget()
    lines = []
    agent.setblocking(False)
    while True:
        try:
            lines += agent.recv(65_536).decode().splitlines()
        except BlockingIOError:
            return lines


def live(api: Client, destination: Destination, run_due: Callable[[datetime], int], now: datetime) -> None:
    """Let everything happen that is counted or timed."""
    body = {"text": "Bread", "destinations": [str(destination.pk)]}
    assert api.post("/api/publish", body, content_type="application/json").status_code == 202
    assert run_due(now + timedelta(seconds=5)) == 1
    news = News(uuid4(), uuid4(), "meta", "facebook_page", "transient", timedelta(seconds=2))
    for signal in (signals.job_failed, signals.job_dead_lettered, signals.job_retried):
        signal.send(None, job_id=news.job_id, tenant_id=news.tenant_id, news=news)
    check_connection(connection=destination.connection, now=now)
    refreshing.token_exchanged.send(None, platform="tiktok", outcome="refreshed", seconds=0.2)
    connection_changed.send(None, connection_id=destination.connection_id)
    webhook_received.send(
        WebhookEvent, event_id=uuid4(), platform="meta", kind="comment", external_id="1", post_id="1_2"
    )
    for event in (webhook_dead_lettered, webhook_refused):
        event.send(WebhookEvent, event_id=uuid4(), platform="meta")
    for delivery in (recording.delivered, recording.delivery_failed, recording.endpoint_disabled):
        delivery.send(None, delivery_id=uuid4(), endpoint_id=uuid4())
    metrics.count(metrics.METRICS_TAKEN)
    metrics.count(metrics.METRICS_FAILED)
    metrics.count(metrics.ROWS_PRUNED, value=3, tags=("table:mails",))
    api_key_refused.send(None)
    limits_unknown.send(None)
    heartbeats.beat_worker(["publish", "health"], now=now)
    heartbeats.hold(heartbeats.BEAT, owner="one", lease=timedelta(seconds=10), now=now - timedelta(seconds=7))
    figures.tell(now=now)
    figures.tell_signs_of_life(now=now)


@pytest.mark.django_db(transaction=True)
def test_every_metric_arrives_with_its_kind_and_its_tags_and_none_names_a_row(
    agent: socket.socket, api: Client, destination: Destination, run_due: Callable[[datetime], int], now: datetime
) -> None:
    live(api, destination, run_due, now)
    told = [read(line) for line in received(agent)]
    assert {one.name for one in told} == set(metrics.NAMES)
    ours = {"service": "switchboard", "env": "test"}
    for one in told:
        told_of = metrics.NAMES[one.name]
        assert one.kind == told_of.kind, one
        assert {name: one.tags.get(name) for name in ours} == ours
        own = {name: value for name, value in one.tags.items() if name not in {*ours, "version"}}
        assert set(own) == set(told_of.tags), one
        assert all(WORD.fullmatch(value) and not ID.search(value) for value in own.values()), one
    by = {(one.name, one.tags.get("platform"), one.tags.get("queue")): one for one in told}
    assert by[metrics.JOBS_PUBLISHED, "meta", None].tags["kind"] == "facebook_page"
    assert 4 <= by[metrics.JOBS_LATENCY, "meta", None].value < 60
    assert by[metrics.WORKERS_ALIVE, None, "publish"].value == 1
    assert by[metrics.WORKERS_ALIVE, None, "tokens"].value == 0
    assert by[metrics.BEAT_SILENT, None, None].value == 7
    assert by[metrics.JOBS_DUE, "tiktok", None].value == 0, "nothing is told as 0, apart from not knowing"


@pytest.mark.django_db
def test_what_is_due_late_and_oldest_is_told_by_platform(
    agent: socket.socket, api: Client, destination: Destination, now: datetime
) -> None:
    body = {"text": "Bread", "destinations": [str(destination.pk)]}
    for _ in range(3):
        assert api.post("/api/publish", body, content_type="application/json").status_code == 202
    later = {**body, "publish_at": (now + timedelta(minutes=30)).isoformat()}
    next_week = {**body, "publish_at": (now + timedelta(days=7)).isoformat()}
    for planned in (later, next_week):
        assert api.post("/api/publish", planned, content_type="application/json").status_code == 202
    received(agent)
    figures.tell(now=now + timedelta(minutes=5))
    told = {one.name: one.value for one in map(read, received(agent)) if one.tags.get("platform") == "meta"}
    assert (told[metrics.JOBS_WAITING], told[metrics.JOBS_DUE], told[metrics.JOBS_LATE]) == (4, 3, 3)
    assert 240 < told[metrics.JOBS_OLDEST] <= 300


def test_an_event_arrives_whole_and_on_one_line(agent: socket.socket) -> None:
    metrics.event(
        "Dead letters rise",
        "47 jobs\nof meta | and more",
        alert_type="error",
        aggregation_key="dlq",
        tags=("platform:meta",),
    )
    (line,) = received(agent)
    assert line.startswith("_e{17,27}:Dead letters rise|47 jobs\\nof meta | and more|")
    assert "|k:dlq|" in line
    assert "|t:error|#platform:meta,service:switchboard,env:test," in line


def test_an_event_that_is_too_long_is_cut_and_not_lost(agent: socket.socket) -> None:
    metrics.event("t" * 500, "w" * 20_000, alert_type="info", aggregation_key="k" * 500)
    (line,) = received(agent)
    assert line.startswith("_e{100,4000}:")


def test_an_agent_on_a_unix_socket_receives_the_same(tmp_path: Path, settings: Any) -> None:
    place = tmp_path / "dsd.socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(place))
        listener.settimeout(2)
        settings.DATADOG_STATSD_HOST, settings.DATADOG_STATSD_SOCKET = "", f"unix://{place}"
        metrics.forget()
        metrics.count(metrics.JOBS_PUBLISHED, tags=("platform:meta", "kind:facebook_page"))
        metrics.forget()
        assert listener.recv(65_536).decode().startswith("switchboard.jobs.published:1|c|#platform:meta")


@pytest.mark.parametrize(
    "place", ["udp://127.0.0.1:9", "unix:///nowhere/at/all.socket", "udp://no-such-name.invalid:8125"]
)
def test_an_agent_that_is_not_there_costs_no_time_and_no_line_of_the_log(
    place: str, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    if place.startswith("unix"):
        settings.DATADOG_STATSD_HOST, settings.DATADOG_STATSD_SOCKET = "", place
    else:
        settings.DATADOG_STATSD_HOST, _, port = place.removeprefix("udp://").rpartition(":")
        settings.DATADOG_STATSD_PORT = int(port)
    metrics.forget()
    started = datetime.now()  # noqa: DTZ005 - a span, not a moment
    for _ in range(20_000):
        metrics.took(metrics.PLATFORM_CALLS, 0.1, tags=("platform:meta", "status:2xx"))
    assert datetime.now() - started < timedelta(seconds=2)  # noqa: DTZ005
    metrics.forget()
    assert caplog.records == []


def test_without_an_agent_nobody_listens_to_durations_and_the_database_is_not_asked(now: datetime) -> None:
    """It may not be asked here: a question would fail."""
    assert not metrics.on()
    assert all(not signal.receivers for signal in listeners.DURATIONS)
    figures.tell(now=now)
    figures.tell_signs_of_life(now=now)
