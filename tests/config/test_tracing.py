"""Traces: what is a key inside an address leaves this machine in no span."""

import subprocess
import sys

SECRET = "k7" * 22
SCRIPT = f"""
import ddtrace
from ddtrace.trace import tracer
from config.tracing import strike_out_secrets
assert strike_out_secrets()
(filter,) = tracer._span_aggregator.user_processors
with tracer.trace("django.request", resource="GET /webhooks/keyhole/0198c5a0-0000-7000-8000-000000000001/{SECRET}/") as span:
    span.set_tag("http.url", "https://hub.example/webhooks/keyhole/0198c5a0-0000-7000-8000-000000000001/{SECRET}/?a=1")
    span.set_tag("other", "https://hub.example/media/{SECRET * 2}/bread.jpg")
    span.set_tag("plain", "https://hub.example/posts/1")
(told,) = filter.process_trace([span])
print(told.resource, told.get_tags())
"""


def test_addresses_that_are_keys_are_struck_out_of_spans_and_the_rest_stays() -> None:
    environment = {"DD_TRACE_ENABLED": "true", "DD_INSTRUMENTATION_TELEMETRY_ENABLED": "false", "PATH": "/usr/bin"}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert SECRET not in done.stdout
    assert "GET /webhooks/keyhole/0198c5a0-0000-7000-8000-000000000001/***/" in done.stdout
    assert "***/?a=1" in done.stdout
    assert "https://hub.example/media/***/bread.jpg" in done.stdout
    assert "https://hub.example/posts/1" in done.stdout


def test_a_hub_without_a_tracer_loads_none() -> None:
    script = "import sys; from config.tracing import strike_out_secrets; print(strike_out_secrets(), 'ddtrace' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["False", "False"]
