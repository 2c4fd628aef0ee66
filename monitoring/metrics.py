"""Every metric the hub sends to Datadog, in one place (``docs/metrics.md`` explains them). Nothing is sent without an agent."""

from functools import lru_cache
from typing import Final

from datadog.dogstatsd.base import DogStatsd
from django.conf import settings

JOBS_PUBLISHED: Final = "switchboard.jobs.published"
JOBS_FAILED: Final = "switchboard.jobs.failed"
JOBS_DEAD_LETTERED: Final = "switchboard.jobs.dead_lettered"
JOBS_RETRIED: Final = "switchboard.jobs.retried"
CONNECTIONS_CHANGED: Final = "switchboard.connections.changed"
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

NAMES: Final[dict[str, str]] = {
    JOBS_PUBLISHED: "Jobs whose post is public (count).",
    JOBS_FAILED: "Jobs that need their author or tenant (count).",
    JOBS_DEAD_LETTERED: "Jobs that need an operator (count).",
    JOBS_RETRIED: "Tries that failed and are repeated (count).",
    CONNECTIONS_CHANGED: "Connections that began or ceased to need attention (count).",
    WEBHOOKS_PROCESSED: "Events of platforms that were processed (count).",
    WEBHOOKS_DEAD_LETTERED: "Events of platforms that need an operator (count).",
    WEBHOOKS_REFUSED: "Deliveries that were not signed by the platform (count).",
    WEBHOOKS_OUT_DELIVERED: "Deliveries that endpoints of client apps took (count).",
    WEBHOOKS_OUT_FAILED: "Attempts that endpoints of client apps did not take (count).",
    WEBHOOKS_OUT_DISABLED: "Endpoints that were switched off for what they do (count).",
    METRICS_TAKEN: "Posts and places whose platform told their numbers (count).",
    METRICS_FAILED: "Posts and places whose platform was asked for numbers in vain (count).",
    API_KEYS_REFUSED: "Calls of the API with a key that does not open (count).",
    API_UNCOUNTED: "Spells of some seconds in which calls were not limited, as Redis did not answer (count).",
}


@lru_cache(maxsize=1)
def _client() -> DogStatsd | None:
    if not settings.DATADOG_STATSD_HOST:
        return None
    return DogStatsd(host=settings.DATADOG_STATSD_HOST, port=settings.DATADOG_STATSD_PORT, disable_telemetry=True)


def count(name: str, *, tags: tuple[str, ...] = ()) -> None:
    """Count one event. Never blocks and never fails: metrics are worth less than the work."""
    client = _client()
    if client is not None:
        client.increment(name, tags=list(tags))
