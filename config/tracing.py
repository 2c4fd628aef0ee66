"""Datadog's tracer: switched on here, before anything else is loaded, and only where ``DD_TRACE_ENABLED`` says so.

Web server, worker, beat and command line all load this package first, so no wrapper such as ``ddtrace-run`` is needed, and
the library is not even loaded where tracing is off. Django and Celery are traced by the library; calls of platforms, deliveries
and statements by spans of our own (``foundation.tracing``), which cost less and hold no address, body or value.

Secrets are struck out of spans as they are out of logs: the tracer notes addresses of requests, and some of ours are keys.
"""

import atexit
import logging
import os
import sys
from typing import TYPE_CHECKING, Final

from config.logs import redact_text
from config.version import VERSION
from foundation import tracing

if TYPE_CHECKING:
    from ddtrace.trace import Span

#: What the library would do of itself and the hub does not want done; whoever sets one of them in the environment is obeyed.
_DEFAULTS: Final = {
    "DD_SERVICE": "switchboard",
    "DD_VERSION": VERSION,
    # It would tell Datadog about this machine's libraries, and ask the agent for orders every few seconds.
    "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false",
    "DD_REMOTE_CONFIGURATION_ENABLED": "false",
    "DD_CRASHTRACKING_ENABLED": "false",
    "DD_TRACE_STARTUP_LOGS": "false",
    # Queries hold codes and tokens.
    "DD_HTTP_SERVER_TAG_QUERY_STRING": "false",
    "DD_TRACE_HTTP_CLIENT_TAG_QUERY_STRING": "false",
    # Twenty spans a request that tell nothing of what the request was about.
    "DD_DJANGO_INSTRUMENT_MIDDLEWARE": "false",
    # Our own logs carry the ids (config.logs).
    "DD_LOGS_INJECTION": "false",
}
#: Who signed in is in the audit log, and no business of a trace.
_PEOPLE: Final = ("django.user.name", "django.user.email", "usr.email", "usr.name", "usr.id", "_dd.appsec.usr.login")
#: How long the end of a process may wait for the agent to take the last traces.
_FAREWELL_SECONDS: Final = 2
_server = False
#: What load balancers and ``start`` ask every second.
_PROBES: Final = frozenset({"healthz", "readyz"})


def begin() -> bool:
    """Start the tracer if the environment asks for it; return whether it runs."""
    if os.environ.get("DD_TRACE_ENABLED", "").strip().lower() not in {"1", "true", "yes", "on"}:
        return False
    for name, value in _DEFAULTS.items():
        os.environ.setdefault(name, value)
    from ddtrace import patch
    from ddtrace.trace import tracer

    patch(django=True, celery=True)
    strike_out_secrets()
    atexit.register(_leave)  # after the library did, so that it runs before
    tracing.switch_on(tracer)
    return True


def is_server() -> None:
    """Say that this process is a web server or a worker: it ends when it should, whatever the agent does."""
    global _server
    _server = True


def _leave() -> None:
    """Send what is left; end now if the agent does not take it, for the library would go on asking for half a minute."""
    from ddtrace.trace import tracer

    tracer.shutdown(timeout=_FAREWELL_SECONDS)
    sending = getattr(tracer._span_aggregator.writer, "_exporter_lock", None)
    if _server and sending is not None and not sending.acquire(blocking=False):
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)


def settle(*, trust_callers: bool) -> None:
    """Have statements leave spans, keep secrets out of all of them, and tell the library what the settings say."""
    strike_out_secrets()
    if not tracing.ON:
        return
    from ddtrace import config
    from django.db.backends.signals import connection_created

    connection_created.connect(tracing.around_statements, dispatch_uid="tracing")
    for part in ("producer_service_name", "worker_service_name"):
        config.celery[part] = config.service
    config.django["distributed_tracing_enabled"] = trust_callers


def strike_out_secrets() -> bool:
    """Have every span redacted before it leaves; return whether a tracer is here. Loads none by itself."""
    if "ddtrace" not in sys.modules:
        return False
    from ddtrace.trace import TraceFilter, tracer

    class WithoutSecrets(TraceFilter):
        """Strike out what has the shape of a secret."""

        def process_trace(self, trace: "list[Span]") -> "list[Span] | None":
            """Redact a trace that has come to its end; None drops it."""
            if is_idle(trace):
                return None
            for span in trace:
                redact_span(span)
            return trace

    tracer.configure(trace_processors=[WithoutSecrets()])
    return True


def is_idle(trace: "list[Span]") -> bool:
    """Tell whether a trace says nothing: a round by the clock that found no work, or a probe that was well."""
    first = trace[0]
    if first.name == "celery.beat.tick":
        return len(trace) == 1
    if first.name == "publish.claim":
        return not first.get_metric("jobs")
    return first.get_tag("http.route") in _PROBES and not first.error


def redact_span(span: "Span") -> None:
    """Strike secrets and people out of a span's name of the work and its tags."""
    span.resource = redact_text(span.resource)
    for name, value in list(span.get_tags().items()):
        if name in _PEOPLE:
            span.set_tag(name, "***")
        elif isinstance(value, str) and (struck := redact_text(value)) != value:
            span.set_tag(name, struck)
