"""The customer's own table, through the sandbox with a latency on every call: each row that exists today, beside its target."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from django.db import connection
from django.test import Client
from django.test.utils import override_settings
from django.utils import timezone

from bench import world
from bench.figures import Row, percentile
from bench.hub import Hub
from bench.processes import Program, python
from bench.rows import Options
from connectors.models import Connection
from connectors.registry import CONNECTORS
from connectors.services import choose_destinations
from monitoring.health import check_connection
from tenants.models import Membership, Tenant, User
from tenants.principal import Principal
from tenants.scopes import SCOPES
from tenants.services import add_member, create_api_key, create_tenant
from tests.servers.process import free_port

TITLE: Final = "the customer's table: the sandbox answers 50 ms late, times include the platform"
LATENCY_MS: Final = 50
CONNECTS, CHECKS, POSTS = 10, 20, 100
QUICK_CONNECTS, QUICK_CHECKS, QUICK_POSTS = 4, 8, 40
#: Rows whose platforms are still to come; a row leaves this list when its platform enters the registry.
LATER: Final = {
    "linkedin": ("text post < 500 ms", "image post < 2.5 s", "token refresh < 200 ms"),
    "tiktok": ("video post accepted < 1 s", "token refresh < 200 ms"),
    "google_business": ("local post < 1 s", "token refresh < 200 ms"),
    "mailchimp": ("campaign < 1 s",),
}


def measure(hub: Hub, options: Options) -> Row:
    """Connect, check and publish as a customer would, and time each."""
    row = Row("customer", TITLE)
    connects, checks, posts = (
        (QUICK_CONNECTS, QUICK_CHECKS, QUICK_POSTS) if options.quick else (CONNECTS, CHECKS, POSTS)
    )
    with _sandbox(hub) as (url, calls):
        graph = f"{url}/graph.facebook.com"
        dialog = f"{url}/www.facebook.com"
        with override_settings(META_GRAPH_URL=graph, META_DIALOG_URL=dialog):
            tenant, browser, key = _customer()
            before = calls()
            oauth = [_connect(url, browser) for _ in range(connects)]
            per_connect = (calls() - before) / connects
            account = Connection.objects.get(tenant=tenant)
            places = account.destinations.filter(obstacle="").order_by("external_id")
            chosen = [place.pk for place in places]
            choose_destinations(principal=Principal.of_system(tenant, "bench"), connection=account, chosen=chosen)
            before = calls()
            health = [_check(account) for _ in range(checks)]
            per_check = (calls() - before) / checks
            with hub.workers(1, META_GRAPH_URL=graph, META_DIALOG_URL=dialog):
                world.forget_posts()
                published, queued, good = _publish(browser, key, chosen, posts)
    _tell(row, "connect an account (OAuth return to stored)", oauth, at_most=500, platform=per_connect * LATENCY_MS)
    _tell(row, "publish (request to recorded)", published, at_most=1000, platform=LATENCY_MS)
    row.tell("publish, p95", percentile(published, 0.95), "ms", at_most=550)
    row.tell("published of those accepted", 100 * good / posts, "%", at_least=95)
    _tell(row, "health check", health, at_most=300, platform=per_check * LATENCY_MS)
    row.tell("time in the queue, longest", max(queued) / 1000, "s", at_most=60)
    for slug, promises in LATER.items():
        state = "not measured yet" if slug in CONNECTORS else "not built yet"
        row.notes += [f"{slug}, {promise}: {state}" for promise in promises]
    row.notes.append("meta, token refresh: Meta has no refresh token; people renew the grant")
    world.forget_posts()
    return row


def _tell(row: Row, what: str, times: list[float], *, at_most: float, platform: float) -> None:
    row.tell(f"{what}, p50", percentile(times, 0.5), "ms", at_most=at_most)
    row.tell(f"{what}: of that the platform's own", platform, "ms")


@contextmanager
def _sandbox(hub: Hub) -> Iterator[tuple[str, Callable[[], int]]]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = python("sandbox", "--port", str(port), "--exit-with-parent")
    command += ["--redirect-uri", f"{hub.environment['PUBLIC_URL']}/api/oauth/meta/callback"]
    with Program("sandbox", command) as program:
        program.wait_until(lambda: _alive(url), "answered")
        switches = {"latency_ms": LATENCY_MS}
        requests.post(f"{url}/_sandbox/switches", json=switches, timeout=10).raise_for_status()

        def calls() -> int:
            told = requests.get(f"{url}/_sandbox/calls", params={"limit": "1"}, timeout=10).json()
            return sum(int(tally["calls"]) for endpoint, tally in told["counts"].items() if "graph." in endpoint)

        yield url, calls


def _alive(url: str) -> bool:
    try:
        return requests.get(f"{url}/_sandbox/healthz", timeout=2).ok
    except requests.RequestException:
        return False


def _customer() -> tuple[Tenant, Client, str]:
    tenant = create_tenant(name="Customer")
    user = User.objects.create_user(f"owner@{tenant.slug}.example", "correct horse battery")
    add_member(tenant=tenant, user=user, role=Membership.Role.OWNER, actor="system:bench")
    _, key = create_api_key(tenant=tenant, name="Bench", scopes=SCOPES, actor="system:bench")
    browser = Client(SERVER_NAME="127.0.0.1", SERVER_PORT="8000")
    browser.force_login(user)
    return tenant, browser, key.reveal()


def _connect(url: str, browser: Client) -> float:
    """Go through the consent page, and time the way from the platform's redirect to the stored account."""
    away = browser.get("/api/oauth/meta/start")["Location"]
    consent = requests.post(f"{url}/_sandbox/meta/consent", json={"url": away}, timeout=10).json()
    back = urlsplit(consent["redirect_url"])
    started = time.perf_counter()
    answer = browser.get(f"{back.path}?{back.query}")
    took = (time.perf_counter() - started) * 1000
    if answer.status_code != 302:
        raise RuntimeError(f"connecting answered {answer.status_code}")
    return took


def _check(account: Connection) -> float:
    started = time.perf_counter()
    check_connection(connection=account, now=timezone.now())
    return (time.perf_counter() - started) * 1000


def _publish(browser: Client, key: str, places: list[Any], posts: int) -> tuple[list[float], list[float], int]:
    """Publish one post after the other; return times to the record and in the queue (ms), and how many succeeded."""
    asked: dict[str, float] = {}
    for number in range(posts):
        body = {"text": f"Customer's post {number}", "destinations": [str(places[number % len(places)])]}
        began = time.time()
        answer = browser.post(
            "/api/publish", body, content_type="application/json", headers={"Authorization": f"Bearer {key}"}
        )
        asked[answer.json()["id"]] = began
        time.sleep(0.1)
    world.wait_for_jobs(posts)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT j.post_id, extract(epoch FROM pg_xact_commit_timestamp(j.xmin)), extract(epoch FROM a.opened_at - "
            "j.created_at), j.state FROM publish_jobs j JOIN publish_attempts a ON a.job_id = j.id AND a.number = 1"
        )
        found = cursor.fetchall()
    took = [(float(recorded) - asked[str(post)]) * 1000 for post, recorded, _, _ in found]
    return took, [float(queued) * 1000 for _, _, queued, _ in found], sum(1 for row in found if row[3] == "published")
