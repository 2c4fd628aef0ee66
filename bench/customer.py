"""A customer of one platform: connects the account, has it checked and its token renewed, and publishes. A program of its own.

    python -m bench.customer '{"platform": "linkedin", "sandbox": "http://127.0.0.1:9001", "connects": 4, "checks": 8, ...}'

It is a part of the hub by its environment, in production mode, with the sandbox as the gateway to all platforms, and prints
one line of JSON: the milliseconds of everything, and how many calls of the platform each took.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import requests

if TYPE_CHECKING:
    from collections.abc import Iterator

    from connectors.models import Connection, Destination

#: What a post of each platform needs besides words.
SETTINGS: Final[dict[str, dict[str, Any]]] = {
    "tiktok_creator": {"privacy_level": "SELF_ONLY", "consent": True},
    "audience": {"subject": "What is new this week"},
}
PICTURE: Final = (1080, 1080)
PATIENCE_SECONDS: Final = 30.0
_PAUSE_SECONDS: Final = 0.1


class Customer:
    """A tenant with an owner in a browser, a key for the API, and one platform to work with."""

    def __init__(self, platform: str, sandbox: str) -> None:
        from django.test import Client

        from tenants.models import Membership, User
        from tenants.principal import Principal
        from tenants.scopes import SCOPES
        from tenants.services import add_member, create_api_key, create_tenant

        self.platform, self._sandbox = platform, sandbox
        self.tenant = create_tenant(name=f"Customer of {platform}")
        user = User.objects.create_user(f"owner@{self.tenant.slug}.example", "correct horse battery")
        add_member(tenant=self.tenant, user=user, role=Membership.Role.OWNER, actor="system:bench")
        _, key = create_api_key(tenant=self.tenant, name="Bench", scopes=SCOPES, actor="system:bench")
        self.principal = Principal.of_system(self.tenant, "bench")
        self._browser = Client(SERVER_NAME="127.0.0.1", SERVER_PORT="8000")
        self._browser.force_login(user)
        self._bearer = {"Authorization": f"Bearer {key.reveal()}"}

    def connect(self) -> float:
        """Time the way from the platform's redirect, or from the key that was given, to the stored account."""
        from connectors.manager import connector_class
        from connectors.types import Capability

        if Capability.API_KEY in connector_class(self.platform).capabilities:
            body = {"platform": self.platform, "api_key": self._consent({})["key"]}
            return self._timed(
                lambda: self._browser.post(
                    "/api/connections/", body, content_type="application/json", headers=self._bearer
                ),
                {200, 201},
            )
        away = self._browser.get(f"/api/oauth/{self.platform}/start")["Location"]
        back = urlsplit(self._consent({"url": away})["redirect_url"])
        return self._timed(lambda: self._browser.get(f"{back.path}?{back.query}"), {302})

    def account(self) -> Connection:
        """Return the connected account."""
        from connectors.models import Connection

        return Connection.objects.get(tenant=self.tenant)

    def choose(self, kind: str) -> list[Destination]:
        """Choose the account's places of a kind that can be published to, and return them."""
        from connectors.services import choose_destinations

        account = self.account()
        found = account.destinations.filter(obstacle="", kind=kind).order_by("external_id")
        open_ones = [place for place in found if place.facts.get("members", 1)]  # nobody mails to an empty audience
        choose_destinations(principal=self.principal, connection=account, chosen=[place.pk for place in open_ones])
        return open_ones

    def check(self) -> float:
        """Time a health check."""
        from django.utils import timezone

        from monitoring.health import check_connection

        account = self.account()
        return _milliseconds(lambda: check_connection(connection=account, now=timezone.now()))

    def renew(self) -> float:
        """Time a refresh of the token."""
        from django.utils import timezone

        from connectors.refreshing import Outcome, refresh_connection

        pk = self.account().pk
        outcomes: list[Outcome] = []
        took = _milliseconds(
            lambda: outcomes.append(refresh_connection(connection_id=pk, reason="bench", clock=timezone.now))
        )
        if outcomes != [Outcome.REFRESHED]:
            raise RuntimeError(f"renewing at {self.platform} ended as {outcomes}")
        return took

    def publish(self, places: list[Destination], *, file: str, posts: int) -> dict[str, Any]:
        """Publish one post after the other, and time each from the request to what the tables tell."""
        media = self._file(file) if file else None
        asked: dict[str, float] = {}
        for number in range(posts):
            place = places[number % len(places)]
            body: dict[str, Any] = {"text": f"Customer's {file or 'post'} {number}", "destinations": [str(place.pk)]}
            body |= {"media": [{"id": media}]} if media else {}
            body |= {"settings": {place.kind: SETTINGS[place.kind]}} if place.kind in SETTINGS else {}
            began = time.time()
            answer = self._browser.post("/api/publish", body, content_type="application/json", headers=self._bearer)
            if answer.status_code != 202:
                raise RuntimeError(
                    f"publishing at {self.platform} answered {answer.status_code}: {answer.content[:500]!r}"
                )
            asked[answer.json()["id"]] = began
            time.sleep(_PAUSE_SECONDS)
        return _told(asked)

    @contextmanager
    def counting(self) -> Iterator[list[int]]:
        """Count the platform's calls meanwhile; the number is in the list at the end."""
        found: list[int] = []
        before = self._calls()
        yield found
        found.append(self._calls() - before)

    def _calls(self) -> int:
        told = requests.get(f"{self._sandbox}/_sandbox/calls", params={"limit": "1"}, timeout=10).json()
        return sum(int(tally["calls"]) for tally in told["counts"].values())

    def _consent(self, body: dict[str, Any]) -> dict[str, Any]:
        answer = requests.post(f"{self._sandbox}/_sandbox/{self.platform}/consent", json=body, timeout=10)
        answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told

    def _timed(self, ask: Callable[[], Any], good: set[int]) -> float:
        answers: list[Any] = []
        took = _milliseconds(lambda: answers.append(ask()))
        if answers[0].status_code not in good:
            raise RuntimeError(
                f"connecting {self.platform} answered {answers[0].status_code}: {answers[0].content[:500]!r}"
            )
        return took

    def _file(self, sort: str) -> str:
        """Keep a picture or a film, and return its id: uploading is another call, and another row of the table."""
        from django.utils import timezone

        from media import services
        from media.staging import Staged
        from tests.contract.files import film, image

        staged = Staged()
        staged.write((film() if sort == "video" else image("jpeg", *PICTURE)).body)
        media, _ = services.store_file(
            tenant=self.tenant, actor="system:bench", staged=staged, name=sort, now=timezone.now()
        )
        return str(media.pk)


def _told(asked: dict[str, float]) -> dict[str, Any]:
    """Wait for the jobs, and return for each how long it took: to the platform's yes, to the record, and in the queue."""
    from django.db import connection

    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT j.post_id, j.state, extract(epoch FROM pg_xact_commit_timestamp(j.xmin)), "
                "extract(epoch FROM pg_xact_commit_timestamp(a.xmin)), extract(epoch FROM a.opened_at - j.created_at), "
                "j.error_cause FROM publish_jobs j LEFT JOIN publish_attempts a ON a.job_id = j.id AND a.number = 1 "
                "WHERE j.post_id = ANY(%s::uuid[]) AND j.role = 'post'",
                [list(asked)],
            )
            rows = list(cursor.fetchall())
        if all(row[1] in ("published", "failed", "dlq") for row in rows) or time.monotonic() > deadline:
            break
        time.sleep(_PAUSE_SECONDS)
    good = [row for row in rows if row[1] == "published"]
    return {
        "accepted": [(float(row[3]) - asked[str(row[0])]) * 1000 for row in good],
        "recorded": [(float(row[2]) - asked[str(row[0])]) * 1000 for row in good],
        "queued": [float(row[4]) for row in rows if row[4] is not None],
        "failed": [str(row[5] or row[1]) for row in rows if row[1] != "published"],
    }


def _milliseconds(ask: Callable[[], Any]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Do it all, and tell it."""
    customer = Customer(order["platform"], order["sandbox"])
    told: dict[str, Any] = {}

    def several(name: str, times: int, do: Callable[[], float]) -> None:
        with customer.counting() as calls:
            told[name] = [do() for _ in range(times)]
        told[f"{name}_calls"] = calls[0] / times

    several("connect", order["connects"], customer.connect)
    for post in order["posts"]:
        places = customer.choose(post["kind"])
        if "health" not in told:
            several("health", order["checks"], customer.check)
            if order["renews"]:
                several("refresh", order["checks"], customer.renew)
        count = min(order["count"], post["most"])
        with customer.counting() as calls:
            told[post["name"]] = customer.publish(places, file=post["file"], posts=count)
        told[f"{post['name']}_calls"] = calls[0] / count
    return told


if __name__ == "__main__":
    import django

    django.setup()
    sys.stdout.write(json.dumps(run(json.loads(sys.argv[1]))) + "\n")
