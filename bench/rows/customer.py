"""The customer's own table, through the sandbox with a latency on every call: all platforms, each promise beside its target."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Final

import requests

from bench import world
from bench.figures import Row, percentile
from bench.hub import Hub
from bench.processes import NotMeasurable, Program, python
from bench.rows import Options
from connectors.registry import CONNECTORS
from connectors.types import Capability
from tests.servers.process import free_port

TITLE: Final = "the customer's table: the sandbox answers 50 ms late, times include the platform"
LATENCY_MS: Final = 50
CONNECTS, CHECKS, POSTS = 10, 20, 40
QUICK_CONNECTS, QUICK_CHECKS, QUICK_POSTS = 4, 8, 12
PATIENCE: Final = 300.0


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of post, how soon it is promised, and which moment counts."""

    name: str
    kind: str
    at_most: float
    #: A picture or a film that goes with it; it was uploaded before.
    file: str = ""
    #: The platform's yes to what it will work on for a while; else the post must be public and recorded.
    moment: str = "recorded"
    #: The platform allows no more in a minute.
    most: int = 1000


PROMISES: Final[Mapping[str, tuple[Kind, ...]]] = {
    "meta": (Kind("text post", "facebook_page", 1000), Kind("image post", "facebook_page", 2500, "image")),
    "linkedin": (Kind("text post", "linkedin_member", 500), Kind("image post", "linkedin_organization", 2500, "image")),
    "tiktok": (Kind("video post accepted", "tiktok_creator", 1000, "video", "accepted", most=5),),
    "google_business": (Kind("local post", "google_business_location", 1000),),
    "mailchimp": (Kind("campaign", "audience", 1000),),
}
CONNECTED_WITHIN, CHECKED_WITHIN, RENEWED_WITHIN, ALL_WITHIN, QUEUED_WITHIN = 500.0, 300.0, 200.0, 550.0, 60.0
#: The sandbox's own apps: public constants.
APPS: Final = {
    "META_APP_ID": "1000000000000001",
    "META_APP_SECRET": "sandbox-meta-app-secret",
    "LINKEDIN_APP_ID": "86sandboxplus01",
    "LINKEDIN_APP_SECRET": "sandbox-linkedin-plus-secret",
    "LINKEDIN_MODE": "p_plus",
    "TIKTOK_APP_ID": "aw7sandboxaudited1",
    "TIKTOK_APP_SECRET": "sandbox-tiktok-audited-secret",
    "GOOGLE_BUSINESS_APP_ID": "740000000001-sandboxprofiles.apps.googleusercontent.com",
    "GOOGLE_BUSINESS_APP_SECRET": "sandbox-google-approved-secret",
}
#: What a bench does in a minute no customer does in a day; and how long platforms work on what they took is their own affair.
SWITCHES: Final = {
    "latency_ms": LATENCY_MS,
    "google_business.limit_minute": 0,
    "google_business.limit_writes": 0,
    "google_business.processing_s": 0,
    # LinkedIn's work on a picture is a part of what is promised; at a profile nobody may ask whether it is done.
    "linkedin.image_processing_s": 1,
    "tiktok.limit_init": 0,
    "tiktok.limit_creator_info": 0,
    "tiktok.limit_status": 0,
    "tiktok.limit_daily_posts": 0,
    "tiktok.processing_s": 0,
    "tiktok.moderation_s": 0,
}
#: The hub counts the platforms' limits itself.
UNCOUNTED: Final = {
    "GOOGLE_BUSINESS_CALLS_PER_MINUTE": "0",
    "GOOGLE_BUSINESS_EDITS_PER_MINUTE": "0",
    "TIKTOK_POSTS_PER_DAY": "10000",
}


def measure(hub: Hub, options: Options) -> Row:
    """Connect, check, renew and publish as a customer would, platform by platform, and time each."""
    row = Row("customer", TITLE)
    connects, checks, posts = (
        (QUICK_CONNECTS, QUICK_CHECKS, QUICK_POSTS) if options.quick else (CONNECTS, CHECKS, POSTS)
    )
    recorded: list[float] = []
    queued: list[float] = []
    failed: list[str] = []
    with _sandbox(hub) as url:
        world.forget_posts()
        environment = {**_gateway(url), **APPS, **UNCOUNTED}
        with hub.workers(1, **environment):
            for slug, kinds in PROMISES.items():
                order = {
                    "platform": slug,
                    "sandbox": url,
                    "connects": connects,
                    "checks": checks,
                    "renews": Capability.REFRESH_TOKEN in CONNECTORS[slug].capabilities,
                    "count": posts,
                    "posts": [asdict(kind) for kind in kinds],
                }
                told = _ask(order, {**hub.environment, **environment})
                _tell(row, slug, "connect", told, within=CONNECTED_WITHIN, what="connect an account")
                for kind in kinds:
                    came = told[kind.name]
                    recorded += came["accepted" if kind.moment == "accepted" else "recorded"] if not kind.file else []
                    queued += came["queued"]
                    failed += came["failed"]
                    _tell(row, slug, kind.name, told, within=kind.at_most, moment=kind.moment)
                _tell(row, slug, "health", told, within=CHECKED_WITHIN, what="health check")
                if "refresh" in told:
                    _tell(row, slug, "refresh", told, within=RENEWED_WITHIN, what="token refresh")
    missing = sorted(set(CONNECTORS) - set(PROMISES))
    row.notes += [f"{slug}: the customer's table names nothing of it" for slug in missing]
    row.tell("posts of words on all platforms, p95", percentile(recorded, 0.95), "ms", at_most=ALL_WITHIN)
    everything = len(queued)
    row.tell("published of those accepted", 100 * (everything - len(failed)) / max(everything, 1), "%", at_least=95)
    row.tell("time in the queue, longest", max(queued, default=0.0), "s", at_most=QUEUED_WITHIN)
    row.notes += [f"failed: {cause}" for cause in sorted(set(failed))]
    world.forget_posts()
    return row


def _tell(
    row: Row, slug: str, name: str, told: dict[str, Any], *, within: float, what: str = "", moment: str = ""
) -> None:
    times = told[name][moment] if moment else told[name]
    row.tell(f"{slug}: {what or name}", percentile(times, 0.5), "ms", at_most=within)
    calls = told[f"{name}_calls"]
    row.facts[f"{slug}: {what or name}"] = {
        "calls": calls,
        "one_after_the_other_ms": calls * LATENCY_MS,
        "p95_ms": round(percentile(times, 0.95), 1),
    }


@contextmanager
def _sandbox(hub: Hub) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = python("sandbox", "--port", str(port), "--exit-with-parent")
    for slug, connector in CONNECTORS.items():
        if Capability.OAUTH in connector.capabilities:
            command += ["--redirect-uri", f"{hub.environment['PUBLIC_URL']}/api/oauth/{slug}/callback"]
    with Program("sandbox", command) as program:
        program.wait_until(lambda: _alive(url), "answered")
        requests.post(f"{url}/_sandbox/switches", json=SWITCHES, timeout=10).raise_for_status()
        yield url


def _alive(url: str) -> bool:
    try:
        return requests.get(f"{url}/_sandbox/healthz", timeout=2).ok
    except requests.RequestException:
        return False


def _gateway(url: str) -> dict[str, str]:
    """Return the settings that lead every call of a platform to the sandbox, past the stub of the other rows."""
    return {"PLATFORM_GATEWAY_URL": url, "META_GRAPH_URL": f"{url}/graph.facebook.com"}


def _ask(order: dict[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    name = f"customer-{order['platform']}"
    with Program(name, [*python("bench.customer"), json.dumps(order)], environment=environment) as program:
        if program.wait(patience=PATIENCE):
            raise NotMeasurable(f"The customer of {order['platform']} failed: {program.said()[-600:]}")
        told: dict[str, Any] = json.loads(program.said().splitlines()[-1])
        return told
