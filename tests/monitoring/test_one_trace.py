"""One trace a post, as Datadog's own test agent receives it: from the request that was accepted to the platform's answer."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import requests
from django.conf import settings
from django.db import connection as database

from connectors.models import Connection, Destination
from foundation.secret import Secret
from publishing.models import PublishJob
from sandbox.app import Sandbox
from sandbox.faults import fault_from
from sandbox.server import build_server, listen
from sandbox.world import World
from tests.journeys.hub import ROOT, free_port

Span = dict[str, Any]
PATIENCE: Final = 120.0
WORDS: Final = "canaryWordsOfAnAuthor-Zx81Qm"
REQUEST_ID: Final = "the-callers-own-number"


def wait_for(what: str, ready: Callable[[], Any]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if found := ready():
                return found
        except requests.ConnectionError:
            pass  # it starts
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen")


@contextmanager
def program(log: Path, environment: dict[str, str], *command: str) -> Iterator[None]:
    """Run a program until the block ends."""
    with log.open("wb") as out:
        process = subprocess.Popen([sys.executable, "-m", *command], cwd=ROOT, env=environment, stdout=out, stderr=out)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def plain_environment() -> dict[str, str]:
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}


def hub_environment(agent: int, platforms: int, var: Path) -> dict[str, str]:
    """A hub on this test's database, traced."""
    at: Any = database.settings_dict
    url = f"sqlite:///{at['NAME']}"
    if database.vendor == "postgresql":
        url = f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    (var / "static").mkdir()
    return {
        **plain_environment(),
        "DATABASE_URL": url,
        "VAR_DIR": str(var),
        "VAULT_MASTER_KEY": os.environ["VAULT_MASTER_KEY"],
        "PLATFORM_GATEWAY_URL": f"http://127.0.0.1:{platforms}",
        "LOG_FORMAT": "json",
        "DD_TRACE_ENABLED": "true",
        "DD_ENV": "test",
        "DD_TRACE_AGENT_URL": f"http://127.0.0.1:{agent}",
    }


def spans_at(agent: int) -> list[Span]:
    traces = requests.get(f"http://127.0.0.1:{agent}/test/traces", timeout=10).json()
    return [span for trace in traces for span in trace]


def lines_of(log: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


@pytest.mark.django_db(transaction=True)
def test_a_post_leaves_one_trace_from_its_acceptance_to_the_platforms_answer(
    tmp_path: Path, sandbox: Sandbox, world: World, connection: Connection, destination: Destination, api_key: Secret
) -> None:
    """The web server and the worker are processes of their own, and share a database and nothing else: no bell is heard."""
    world.faults.add(fault_from({"method": "POST", "path": "*/feed", "kind": "platform_error", "error": {"code": 389}}))
    agent, otlp, grpc, page, web, platforms = (free_port() for _ in range(6))
    server = build_server(sandbox, listen("127.0.0.1", platforms), verbose=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url, headers = (
        f"http://127.0.0.1:{web}",
        {"Authorization": f"Bearer {api_key.reveal()}", "X-Request-Id": REQUEST_ID},
    )
    ports = [f"--port={agent}", f"--otlp-http-port={otlp}", f"--otlp-grpc-port={grpc}", f"--web-ui-port={page}"]
    hub = hub_environment(agent, platforms, tmp_path)
    with ExitStack() as running:
        programs: list[tuple[str, dict[str, str], tuple[str, ...]]] = [
            ("agent", plain_environment(), ("ddapm_test_agent.agent", *ports)),
            ("web", hub, ("waitress", "--listen", f"127.0.0.1:{web}", "config.wsgi:application")),
            ("worker", hub, ("celery", "-A", "config", "worker", "-P", "threads", "-c", "2")),
        ]
        for name, environment, command in programs:
            running.enter_context(program(tmp_path / f"{name}.log", environment, *command))
        wait_for("the web server", lambda: requests.get(f"{url}/healthz", timeout=5).ok)
        body = {"text": WORDS, "destinations": [str(destination.pk)]}
        accepted = requests.post(f"{url}/api/publish", json=body, headers=headers, timeout=20)
        assert accepted.status_code == 202, accepted.text
        checked = requests.post(f"{url}/api/connections/{connection.pk}/check/", headers=headers, timeout=20)
        assert checked.status_code == 200, checked.text
        wait_for("the post", lambda: PublishJob.objects.filter(published_at__isnull=False).exists())

        def arrived() -> list[Span] | None:
            spans = spans_at(agent)
            done = sum(span["name"] == "publish.attempt" for span in spans) == 2
            return spans if done and any(span["name"] == "health.check" for span in spans) else None

        spans = wait_for("the trace", arrived)
    server.shutdown()
    server.server_close()
    _is_one_trace(spans, PublishJob.objects.get(), connection)
    _tells_no_secret(spans, tmp_path, [api_key.reveal(), WORDS, *(token.value for token in world.meta.state.tokens)])
    _is_joined_by_the_log(spans, tmp_path, PublishJob.objects.get(), connection)


def _is_one_trace(spans: list[Span], job: PublishJob, connection: Connection) -> None:
    by_id = {span["span_id"]: span for span in spans}
    (request,) = (span for span in spans if span["resource"] == "POST api/publish" and span["name"] == "django.request")
    attempts = sorted((span for span in spans if span["name"] == "publish.attempt"), key=lambda span: span["start"])
    assert [attempt["metrics"]["attempt"] for attempt in attempts] == [1, 2]
    for attempt, outcome, error in zip(attempts, ("failed", "published"), (1, 0), strict=True):
        assert attempt["trace_id"] == request["trace_id"]
        assert attempt["meta"]["_dd.p.tid"] == request["meta"]["_dd.p.tid"], "and its upper half"
        above = by_id[attempt["parent_id"]]
        while above["parent_id"]:
            above = by_id[above["parent_id"]]
        assert above is request
        assert (attempt["resource"], attempt["error"]) == ("meta/facebook_page", error)
        told = {
            "tenant_id": job.tenant_id,
            "job_id": job.pk,
            "post_id": job.post_id,
            "connection_id": connection.pk,
            "destination_id": job.destination_id,
            "platform": "meta",
            "kind": "facebook_page",
            "outcome": outcome,
            "env": "test",
            "span.kind": "consumer",
        }
        assert {name: attempt["meta"].get(name) for name in told} == {name: str(value) for name, value in told.items()}
        (call,) = (
            span for span in spans if span["parent_id"] == attempt["span_id"] and span["name"] == "platform.call"
        )
        assert re.fullmatch(r"POST 127\.0\.0\.1/graph\.facebook\.com/v\d+\.0/\{\}/feed", call["resource"])
        assert call["meta"]["operation"] == "publish"
        assert call["meta"]["platform.request_id"]
        assert call["error"] == error
    assert attempts[0]["meta"]["error.type"] == attempts[0]["meta"]["error_kind"] == "transient"
    queries = [span for span in spans if span["name"] == f"{database.vendor}.query"]
    stored = re.compile(r'INSERT INTO "?posts"? ')
    assert any(stored.search(span["resource"]) and span["trace_id"] == request["trace_id"] for span in queries)
    claims = {span["span_id"] for span in spans if span["name"] == "publish.claim"}
    taken = [span["resource"] for span in queries if span["parent_id"] in claims]
    assert any("publish_attempts" in statement and "INSERT" in statement for statement in taken), "prepared ones too"
    assert not any(span["resource"].endswith("healthz") for span in spans), "probes that are well tell nothing"


def _tells_no_secret(spans: list[Span], logs: Path, secrets: list[str]) -> None:
    told = json.dumps(spans) + "".join((logs / f"{name}.log").read_text() for name in ("web", "worker"))
    assert [secret for secret in secrets if secret in told] == []
    assert not any("?" in span["meta"].get("http.url", "") for span in spans)


def _is_joined_by_the_log(spans: list[Span], logs: Path, job: PublishJob, connection: Connection) -> None:
    def trace_of(name: str) -> str:
        (span,) = (one for one in spans if one["name"] == name and one.get("error", 0) == (name == "publish.attempt"))
        return f"{int(top_of(span)['meta']['_dd.p.tid'], 16):016x}{span['trace_id']:016x}"

    def top_of(span: Span) -> Span:
        return next(one for one in spans if one["trace_id"] == span["trace_id"] and "_dd.p.tid" in one["meta"])

    (failed,) = (line for line in lines_of(logs / "worker.log") if line["event"] == "job.failed_try")
    ids = {"tenant_id": str(job.tenant_id), "connection_id": str(connection.pk)}
    source = {"service": "switchboard", "env": "test", "version": settings.VERSION}
    expected = {**ids, **source, "job_id": str(job.pk), "dd.trace_id": trace_of("publish.attempt")}
    assert {name: failed.get(name) for name in expected} == expected
    assert any(str(span["span_id"]) == failed["dd.span_id"] for span in spans if span["name"] == "publish.attempt")
    (seen,) = (line for line in lines_of(logs / "web.log") if line["event"] == "connection.checked")
    expected = {**ids, **source, "request_id": REQUEST_ID, "dd.trace_id": trace_of("health.check")}
    assert {name: seen.get(name) for name in expected} == expected
    assert all({"service", "env", "version"} <= set(line) for line in lines_of(logs / "worker.log"))
