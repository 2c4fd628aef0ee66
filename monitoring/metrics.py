"""Every metric the hub sends to Datadog, in one place (``docs/metrics.md`` explains them). Nothing is sent without an agent.

What is sent here is put into a buffer in memory, counts summed up; a thread of the client hands it to the agent about once a
second. A caller never waits, and an agent that is away, refuses or swallows is nobody's trouble.
"""

import atexit
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from datadog.dogstatsd.base import DogStatsd
from django.conf import settings

COUNT: Final = "count"
GAUGE: Final = "gauge"
DISTRIBUTION: Final = "distribution"

JOBS_PUBLISHED: Final = "switchboard.jobs.published"
JOBS_FAILED: Final = "switchboard.jobs.failed"
JOBS_DEAD_LETTERED: Final = "switchboard.jobs.dead_lettered"
JOBS_RETRIED: Final = "switchboard.jobs.retried"
JOBS_WAITING: Final = "switchboard.jobs.waiting"
JOBS_DUE: Final = "switchboard.jobs.due"
JOBS_LATE: Final = "switchboard.jobs.late"
JOBS_OLDEST: Final = "switchboard.jobs.oldest_due_seconds"
JOBS_LATENCY: Final = "switchboard.jobs.latency_seconds"
POSTS_ACCEPTED: Final = "switchboard.posts.accept_seconds"
DEAD_LETTERS_OPEN: Final = "switchboard.dead_letters.open"
PLATFORM_CALLS: Final = "switchboard.platform.call_seconds"
CONNECTIONS_CHANGED: Final = "switchboard.connections.changed"
CONNECTIONS: Final = "switchboard.connections.count"
CONNECTIONS_CHECKED: Final = "switchboard.connections.check_seconds"
TOKENS_OVERDUE: Final = "switchboard.tokens.overdue"
TOKENS_EXCHANGED: Final = "switchboard.tokens.exchange_seconds"
WEBHOOKS_PROCESSED: Final = "switchboard.webhooks.processed"
WEBHOOKS_DEAD_LETTERED: Final = "switchboard.webhooks.dead_lettered"
WEBHOOKS_REFUSED: Final = "switchboard.webhooks.refused"
WEBHOOKS_OUT_DELIVERED: Final = "switchboard.webhooks_out.delivered"
WEBHOOKS_OUT_FAILED: Final = "switchboard.webhooks_out.failed"
WEBHOOKS_OUT_DISABLED: Final = "switchboard.webhooks_out.disabled"
METRICS_TAKEN: Final = "switchboard.metrics.taken"
METRICS_FAILED: Final = "switchboard.metrics.failed"
API_KEYS_REFUSED: Final = "switchboard.api.keys_refused"
API_UNCOUNTED: Final = "switchboard.api.limits_unknown"
QUEUE_LENGTH: Final = "switchboard.queue.length"
WORKERS_ALIVE: Final = "switchboard.workers.alive"
WORKERS_SILENT: Final = "switchboard.workers.silent"
BEAT_SILENT: Final = "switchboard.beat.silent_seconds"
ROWS_PRUNED: Final = "switchboard.retention.deleted"
TABLES_BEHIND: Final = "switchboard.retention.tables_behind"
SANDBOX: Final = "switchboard.sandbox"


@dataclass(frozen=True, slots=True)
class Metric:
    """What a metric says, how Datadog adds it up, and by which tags it can be split. None of them names a tenant or a row."""

    kind: str
    says: str
    tags: tuple[str, ...] = ()


_PLACE: Final = ("platform", "kind")
_ERROR: Final = ("platform", "kind", "error")
_PLATFORM: Final = ("platform",)

NAMES: Final[dict[str, Metric]] = {
    JOBS_PUBLISHED: Metric(COUNT, "Jobs whose post is public.", _PLACE),
    JOBS_FAILED: Metric(COUNT, "Jobs that need their author or tenant.", _ERROR),
    JOBS_DEAD_LETTERED: Metric(COUNT, "Jobs that need an operator.", _ERROR),
    JOBS_RETRIED: Metric(COUNT, "Tries that failed and are repeated.", _ERROR),
    JOBS_WAITING: Metric(GAUGE, "Jobs that are due, or will be within the hour.", _PLATFORM),
    JOBS_DUE: Metric(GAUGE, "Jobs whose moment has come and that no worker holds yet.", _PLATFORM),
    JOBS_LATE: Metric(GAUGE, "Of these, jobs that are due for more than a minute.", _PLATFORM),
    JOBS_OLDEST: Metric(GAUGE, "For how long the oldest of the due jobs has been due, in seconds.", _PLATFORM),
    JOBS_LATENCY: Metric(DISTRIBUTION, "From the planned moment to the published post, in seconds.", _PLACE),
    POSTS_ACCEPTED: Metric(DISTRIBUTION, "How long accepting a post took, in seconds.", ("outcome",)),
    DEAD_LETTERS_OPEN: Metric(GAUGE, "Dead letters that wait for somebody.", _PLATFORM),
    PLATFORM_CALLS: Metric(DISTRIBUTION, "How long a call of a platform took, in seconds.", ("platform", "status")),
    CONNECTIONS_CHANGED: Metric(COUNT, "Connections that began or ceased to need attention."),
    CONNECTIONS: Metric(GAUGE, "Connections by what they are in.", ("platform", "state", "health")),
    CONNECTIONS_CHECKED: Metric(DISTRIBUTION, "How long a health check took, in seconds.", ("platform", "health")),
    TOKENS_OVERDUE: Metric(
        GAUGE, "Tokens whose renewal failed, or is overdue by 15 minutes, and is not switched off.", _PLATFORM
    ),
    TOKENS_EXCHANGED: Metric(DISTRIBUTION, "How long a renewal took, in seconds.", ("platform", "outcome")),
    WEBHOOKS_PROCESSED: Metric(COUNT, "Events of platforms that were processed.", _PLACE),
    WEBHOOKS_DEAD_LETTERED: Metric(COUNT, "Events of platforms that need an operator.", _PLATFORM),
    WEBHOOKS_REFUSED: Metric(COUNT, "Deliveries that were not signed by the platform.", _PLATFORM),
    WEBHOOKS_OUT_DELIVERED: Metric(COUNT, "Deliveries that endpoints of client apps took."),
    WEBHOOKS_OUT_FAILED: Metric(COUNT, "Attempts that endpoints of client apps did not take."),
    WEBHOOKS_OUT_DISABLED: Metric(COUNT, "Endpoints that were switched off for what they do."),
    METRICS_TAKEN: Metric(COUNT, "Posts and places whose platform told their numbers."),
    METRICS_FAILED: Metric(COUNT, "Posts and places whose platform was asked for numbers in vain."),
    API_KEYS_REFUSED: Metric(COUNT, "Calls of the API with a key that does not open."),
    API_UNCOUNTED: Metric(COUNT, "Spells of some seconds in which calls were not limited, as Redis did not answer."),
    QUEUE_LENGTH: Metric(GAUGE, "Messages that wait in a queue of the broker.", ("queue",)),
    WORKERS_ALIVE: Metric(GAUGE, "Worker processes that take from a queue and gave a sign of life.", ("queue",)),
    WORKERS_SILENT: Metric(GAUGE, "Worker processes that ceased to give signs of life without taking their leave."),
    BEAT_SILENT: Metric(GAUGE, "Seconds since the scheduler's last sign of life; told by every worker."),
    ROWS_PRUNED: Metric(COUNT, "Rows deleted because they were kept long enough.", ("table",)),
    TABLES_BEHIND: Metric(GAUGE, "Tables in which there has been too much to delete for a day."),
    SANDBOX: Metric(GAUGE, "1 while the hub speaks with the sandbox, 0 while it speaks with the platforms."),
}

#: What Datadog keeps of an event.
_LONGEST_TITLE: Final = 100
_LONGEST_TEXT: Final = 4000
#: Payloads that may wait for an agent that does not take them; what comes on top is dropped.
_MOST_WAITING: Final = 1024
_FLUSH_SECONDS: Final = 1.0

Tags = tuple[str, ...]


def on() -> bool:
    """Tell whether an agent is named."""
    return bool(settings.DATADOG_STATSD_HOST or settings.DATADOG_STATSD_SOCKET)


@lru_cache(maxsize=1)
def _client() -> DogStatsd | None:
    if not on():
        return None
    client = DogStatsd(
        host=settings.DATADOG_STATSD_HOST,
        port=settings.DATADOG_STATSD_PORT,
        socket_path=settings.DATADOG_STATSD_SOCKET or None,
        constant_tags=_unified(),
        disable_telemetry=True,
        disable_aggregation=False,
        disable_buffering=False,
        flush_interval=_FLUSH_SECONDS,
        disable_background_sender=False,
        sender_queue_size=_MOST_WAITING,
        sender_queue_timeout=0,
    )
    atexit.register(client.stop, timeout=1)
    return client


def _unified() -> list[str]:
    """Return the three tags that join metrics with traces and logs; the client adds those of the environment by itself."""
    told = {
        "DD_SERVICE": f"service:{settings.DATADOG_SERVICE}",
        "DD_ENV": f"env:{settings.DATADOG_ENV}" if settings.DATADOG_ENV else "",
        "DD_VERSION": f"version:{settings.DATADOG_VERSION}",
    }
    return [tag for name, tag in told.items() if tag and not os.environ.get(name)]


def forget() -> None:
    """Send what is left and let go of the agent; the next metric finds it anew."""
    if _client.cache_info().currsize and (client := _client()) is not None:
        client.stop(timeout=1)
    _client.cache_clear()


def count(name: str, *, value: int = 1, tags: Tags = ()) -> None:
    """Count one event, or several at once. Never blocks and never fails: metrics are worth less than the work."""
    client = _client()
    if client is not None:
        client.increment(name, value, tags=list(tags))


def gauge(name: str, value: float, *, tags: Tags = ()) -> None:
    """Say how many there are, or how long it has been, now."""
    client = _client()
    if client is not None:
        client.gauge(name, value, tags=list(tags))


def took(name: str, seconds: float, *, tags: Tags = ()) -> None:
    """Say how long something took; Datadog makes percentiles of it."""
    client = _client()
    if client is not None:
        client.distribution(name, round(seconds, 6), tags=list(tags))


def event(title: str, text: str, *, alert_type: str, aggregation_key: str, tags: Tags = ()) -> None:
    """Tell an event: it stands in Datadog's list of events and as a line in its charts.

    ``alert_type`` is one of error, warning, info and success. Events with one ``aggregation_key`` are shown as one.
    """
    client = _client()
    if client is not None:
        client.event(
            title[:_LONGEST_TITLE],
            text[:_LONGEST_TEXT],
            alert_type=alert_type,
            aggregation_key=aggregation_key[:_LONGEST_TITLE],
            source_type_name="switchboard",
            tags=list(tags),
        )
