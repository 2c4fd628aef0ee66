"""Traces: where the hub runs under Datadog's tracer, secrets are struck out of its spans as they are out of logs.

The tracer notes the whole address of a request, and addresses of ours can be keys: those of files and of webhooks.
"""

import sys
from typing import TYPE_CHECKING

from config.logs import redact_text

if TYPE_CHECKING:
    from ddtrace.trace import Span


def strike_out_secrets() -> bool:
    """Have every span redacted before it leaves; return whether a tracer is here. Loads none by itself."""
    if "ddtrace" not in sys.modules:
        return False
    from ddtrace.trace import TraceFilter, tracer

    class WithoutSecrets(TraceFilter):
        """Strike out what has the shape of a secret."""

        def process_trace(self, trace: "list[Span]") -> "list[Span]":
            """Redact a trace that has come to its end."""
            for span in trace:
                redact_span(span)
            return trace

    tracer.configure(trace_processors=[WithoutSecrets()])
    return True


def redact_span(span: "Span") -> None:
    """Strike secrets out of a span's name of the work and its tags."""
    span.resource = redact_text(span.resource)
    for name, value in list(span.get_tags().items()):
        if isinstance(value, str) and (struck := redact_text(value)) != value:
            span.set_tag(name, struck)
