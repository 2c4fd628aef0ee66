"""Traces: what is a key inside an address leaves this machine in no span; what belongs together hangs together; off is off."""

import json
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from connectors.models import Destination
from foundation import tracing
from foundation.ids import born_at, new_id
from publishing import taking
from publishing.models import Post

SECRET = "k7" * 22
SCRIPT = f"""
import json
from datetime import timedelta
from unittest.mock import MagicMock
import config
from ddtrace.trace import TraceFilter, tracer
from foundation import tracing
from foundation.ids import born_at, new_id
from publishing import traces

told = {{}}
assert tracing.ON
(filter,) = tracer._span_aggregator.user_processors
kept = []

class Keep(TraceFilter):
    def process_trace(self, trace):
        if filter.process_trace(trace):
            kept.extend(trace)

tracer.configure(trace_processors=[Keep()])
with tracer.trace("django.request", resource="GET /webhooks/keyhole/0198c5a0-0000-7000-8000-000000000001/{SECRET}/") as span:
    span.set_tag("http.url", "https://hub.example/webhooks/keyhole/0198c5a0-0000-7000-8000-000000000001/{SECRET}/?a=1")
    span.set_tag("other", "https://hub.example/media/{SECRET * 2}/bread.jpg")
    span.set_tag("django.user.name", "somebody@example.com")
    span.set_tag("plain", "https://hub.example/posts/1")
    parent = tracing.parent()
told["redacted"] = repr((span.resource, span.get_tags()))
told["parent"] = [parent, span.trace_id, span.span_id]

# An attempt soon, one much later, one of a post without a trace; and one that fails.
job = MagicMock(platform_id="meta", post_id=new_id(), state="publishing")
job.post.trace_parent, job.destination.kind = parent, "facebook_page"
opened = MagicMock(number=1, opened_at=born_at(job.post_id) + timedelta(minutes=9))
def attempt(outcome="published", kind=""):
    with traces.attempt(job, opened):
        traces.tell_end(outcome, kind)
    last = kept[-1]
    links = [(link.trace_id, link.span_id) for link in last._get_links()]
    return [last.trace_id, last.parent_id, links, last.error, last.get_tag("error.type"), last.get_tag("outcome")]
told["soon"] = attempt()
told["failed"] = attempt("failed", "rate_limited")
opened.opened_at += timedelta(minutes=2)
told["later"] = attempt()
job.post.trace_parent = "nonsense"
told["garbled"] = attempt()
told["between"] = tracer.current_span() is None

# Rounds that find nothing.
before = len(kept)
with tracing.apart("publish.claim", resource="ledger") as claim:
    tracing.say(claim, {{"jobs": 0}})
with tracer.trace("celery.beat.tick"):
    pass
with tracer.trace("django.request", resource="GET readyz") as probe:
    probe.set_tag("http.route", "readyz")
told["idle"] = len(kept) - before
with tracing.apart("publish.claim", resource="ledger") as claim:
    tracing.say(claim, {{"jobs": 2}})
told["busy"] = len(kept) - before

# An error is told by its class, and a statement alone not at all.
try:
    with tracing.span("work", resource="x"):
        raise ValueError("canary of a person")
except ValueError:
    pass
told["error"] = [kept[-1].get_tag("error.type"), "canary" in repr(kept[-1].get_tags())]
before = len(kept)
with tracing.statement("SELECT 1", "sqlite"):
    pass
told["alone"] = len(kept) - before
print(json.dumps(told))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    environment = {
        "DD_TRACE_ENABLED": "true",
        "DD_TRACE_AGENT_URL": "http://127.0.0.1:9",
        "DD_TRACE_SAMPLING_RULES": '[{"sample_rate": 1}]',
        "PATH": "/usr/bin",
    }
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == "", "an agent that is not there is no line in the log"
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_addresses_that_are_keys_are_struck_out_of_spans_and_the_rest_stays(told: dict[str, Any]) -> None:
    text = told["redacted"]
    assert SECRET not in text
    assert "somebody@" not in text
    assert "GET /webhooks/keyhole/0198c5a0-0000-7000-8000-000000000001/***/" in text
    assert "***/?a=1" in text
    assert "https://hub.example/media/***/bread.jpg" in text
    assert "https://hub.example/posts/1" in text


def test_where_a_trace_goes_on_is_told_in_55_characters(told: dict[str, Any]) -> None:
    parent, trace_id, span_id = told["parent"]
    assert parent == f"00-{trace_id:032x}-{span_id:016x}-01"
    assert len(parent) == 55


def test_an_attempt_soon_after_goes_on_in_the_trace_and_a_later_one_is_linked_to_it(told: dict[str, Any]) -> None:
    _, trace_id, span_id = told["parent"]
    assert told["soon"] == [trace_id, span_id, [], 0, None, "published"]
    assert told["failed"] == [trace_id, span_id, [], 1, "rate_limited", "failed"]
    other, above, links, *_ = told["later"]
    assert other != trace_id
    assert not above
    assert links == [[trace_id, span_id]]
    assert told["garbled"][0] not in (trace_id, other)
    assert told["garbled"][2] == []
    assert told["between"], "nothing is left behind in the thread"


def test_rounds_that_find_nothing_leave_no_trace_and_statements_only_as_a_part_of_something(
    told: dict[str, Any],
) -> None:
    assert (told["idle"], told["busy"], told["alone"]) == (0, 1, 0)


def test_an_error_is_told_by_its_class_and_not_by_its_words(told: dict[str, Any]) -> None:
    assert told["error"] == ["ValueError", False]


def test_a_hub_without_a_tracer_loads_none() -> None:
    script = "import sys; from config.tracing import strike_out_secrets; print(strike_out_secrets(), 'ddtrace' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["False", "False"]


def test_off_nothing_is_written_beside_a_post_and_nothing_is_read(api: Client, destination: Destination) -> None:
    assert tracing.ON is False
    body = {"text": "Bread", "destinations": [str(destination.pk)]}
    assert api.post("/api/publish", body, content_type="application/json").status_code == 202
    assert Post.objects.get().trace_parent is None
    assert "trace_parent" not in taking._TAKE_SQL
    with tracing.span("work", resource="x") as span:
        assert span is None


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v25.0/1029384756/feed", "/v25.0/{}/feed"),
        ("/rest/posts/urn%3Ali%3Ashare%3A7123", "/rest/posts/{}"),
        ("/v2/post/publish/video/init/", "/v2/post/publish/video/init/"),
        ("/v4/accounts/12/locations/34/localPosts", "/v4/accounts/{}/locations/{}/localPosts"),
        ("/3.0/lists/a1b2c3d4e5/members/0123456789abcdef0123456789abcdef", "/3.0/lists/{}/members/{}"),
        (f"/upload/{SECRET}", "/upload/{}"),
        ("", ""),
    ],
)
def test_names_of_things_are_struck_out_of_an_address_and_words_of_the_platform_stay(path: str, route: str) -> None:
    assert tracing.route(path) == route


def test_an_id_tells_when_it_was_made(now: datetime) -> None:
    assert abs((born_at(new_id()) - now).total_seconds()) < 5
