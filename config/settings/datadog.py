"""Datadog: where its agent is, and by which name the hub is known there (docs/datadog.md)."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import env
from config.settings.process import VERSION

DATADOG_SERVICE = env.text("DD_SERVICE", default="switchboard", help="The name under which Datadog knows this hub.")
DATADOG_ENV = env.text("DD_ENV", help="The environment that metrics, traces and logs are tagged with, such as prod.")
DATADOG_VERSION = env.text(
    "DD_VERSION", default=VERSION, shown="the hub's version", help="The version that all of it is tagged with."
)
DATADOG_STATSD_HOST = env.text(
    "DD_AGENT_HOST",
    default="",
    help="Host of a Datadog agent that takes DogStatsD metrics; none, no metrics are sent.",
)
DATADOG_STATSD_PORT = env.number(
    "DD_DOGSTATSD_PORT", default=8125, least=1, most=65535, help="The agent's DogStatsD port."
)
DATADOG_STATSD_SOCKET = ""
if _address := env.text(
    "DD_DOGSTATSD_URL",
    help="Instead of host and port: unix:///path/of/the/agent's/socket, or udp://host:port.",
):
    _parts = urlsplit(_address)
    if _parts.scheme == "unix" and _parts.path:
        DATADOG_STATSD_SOCKET = _address
    elif _parts.scheme == "udp" and _parts.hostname:
        DATADOG_STATSD_HOST, DATADOG_STATSD_PORT = _parts.hostname, _parts.port or 8125
    else:
        raise ImproperlyConfigured("DD_DOGSTATSD_URL must begin with unix:/// or udp://host.")

#: Read before anything else is loaded (config.tracing); named here so that it is documented and spelt right.
DATADOG_TRACES = env.flag(
    "DD_TRACE_ENABLED",
    default=False,
    help="Send traces to the agent at DD_AGENT_HOST or DD_TRACE_AGENT_URL. Costs a fifth to a third of the throughput.",
)
DATADOG_TRUST_CALLERS = env.flag(
    "TRACE_TRUST_CALLERS",
    default=False,
    help="Let callers of the API hang their requests under traces of their own; only where all of them are yours.",
)
