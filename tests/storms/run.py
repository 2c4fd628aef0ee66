"""One storm from start to verdict; everything it starts ends with it."""

import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from tests.chaos.crew import ROOT
from tests.chaos.town import PEOPLE, Town
from tests.servers import postgres, redis

_TOKEN: Final = {"host": "open.tiktokapis.com", "method": "POST", "path": "/v2/oauth/token/"}
_ENDPOINT: Final = "POST open.tiktokapis.com/v2/oauth/token/"
THREADS: Final = 8


@dataclass(frozen=True)
class Options:
    """What the command line asked for."""

    workers: int = 64
    connections: int = 500
    #: The share of exchanges answered with a 503 before any work.
    failing: float = 0.1
    #: How long the exchanges that hang take, and how many hang before and after the work.
    hang: float = 30.0
    hanging: int = 3
    seconds: float = 400.0
    seed: int = 1
    breakage: str = ""


def run(options: Options, say: Callable[[str], None]) -> dict[str, Any]:
    """Connect the accounts, let the workers loose on them, and count at the platform and in the hub."""
    with ExitStack() as stack:
        directory = Path(tempfile.mkdtemp(prefix="switchboard-storm-"))
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        database = stack.enter_context(postgres.running(own=True))
        broker = stack.enter_context(redis.running(own=True))
        plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
        public_url = "http://127.0.0.1:8000"
        town = stack.enter_context(Town(plain, directory=directory, public_url=public_url, seed=options.seed))
        environment = plain | _settings(options, directory, database.url, broker.url, public_url, town.url)
        _become_part_of_it(environment)
        _connect(town, options.connections)
        say(f"{options.connections} accounts are connected; {options.workers} workers start")
        town._tell("POST", "switches", {"tiktok.oauth_error_status": "400", "latency_ms": 30})
        town._tell("DELETE", "calls")
        _script(town, options)
        began = time.monotonic()
        wishes = _let_loose(environment, options)
        took = time.monotonic() - began
        return _count(town, options) | {"wishes": dict(wishes), "seconds": round(took, 1), "seed": options.seed}


def is_clean(figures: dict[str, Any], options: Options) -> bool:
    """Say whether every account was renewed by exactly one exchange, and none was refused or called dead."""
    wanted = {
        "connections": options.connections,
        "exchanges": options.connections,
        "refused": 0,
        "renewed_once": options.connections,
        "need_attention": 0,
        "open": 0,
    }
    return all(figures[name] == value for name, value in wanted.items())


def _script(town: Town, options: Options) -> None:
    for kind in ("slow", "slow_after"):
        if options.hanging:
            town._tell("POST", "faults", {**_TOKEN, "kind": kind, "delay_s": options.hang, "times": options.hanging})
    if options.failing:
        failing = {"kind": "http_status", "status": 503, "probability": options.failing, "times": None, "label": "503"}
        town._tell("POST", "faults", {**_TOKEN, **failing})


def _let_loose(environment: dict[str, str], options: Options) -> Counter[str]:
    """Run the worker processes to their end, all from the same moment on; return what came of their wishes."""
    threads = min(THREADS, options.workers)
    with ExitStack() as stack:
        crew = [
            stack.enter_context(_worker(environment, threads, options.seed + number, options.seconds))
            for number in range(options.workers // threads)
        ]
        for one in crew:
            _line(one)
        for one in crew:
            assert one.stdin is not None
            one.stdin.write("go\n")
            one.stdin.flush()
        tallies = [Counter(ast.literal_eval(_line(one))) for one in crew]
        return sum(tallies, Counter())


@contextmanager
def _worker(environment: dict[str, str], threads: int, seed: int, seconds: float) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.storms.worker", str(threads), str(seed), str(seconds)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith(("ready", "{")):
            return str(line)
    raise RuntimeError(f"A worker ended by itself, with code {process.wait()}.")


def _count(town: Town, options: Options) -> dict[str, Any]:
    from django.db.models import Count

    from connectors.models import Connection, TokenRefresh

    told = town._tell("GET", "calls?limit=0")["counts"].get(_ENDPOINT, {"calls": 0, "worked": 0})
    hits = town.behave()
    history = TokenRefresh.objects.order_by()
    outcomes = dict(history.values_list("outcome").annotate(count=Count("pk")))
    once = history.filter(outcome="refreshed").values("connection").annotate(count=Count("pk")).filter(count=1)
    return {
        "workers": options.workers,
        "connections": Connection.objects.count(),
        "exchanges": told["worked"],
        "refused": told["calls"] - told["worked"] - hits["503"],
        "failed_by_503": hits["503"],
        "hung": options.hanging * 2,
        "renewed_once": once.count(),
        "need_attention": Connection.objects.exclude(status=Connection.Status.ACTIVE).count(),
        "open": outcomes.get(TokenRefresh.OPEN, 0),
        "history": outcomes,
        "longest_ms": max(history.values_list("took_ms", flat=True), default=0),
    }


def _settings(
    options: Options, directory: Path, database_url: str, redis_url: str, public_url: str, gateway: str
) -> dict[str, str]:
    rng = random.SystemRandom()
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SWITCHBOARD_MODE": "production",
        "SECRET_KEY": f"{rng.getrandbits(400):x}",
        "VAULT_MASTER_KEY": f"{rng.getrandbits(400):x}",
        "DATABASE_URL": database_url,
        "DATABASE_POOL_SIZE": str(THREADS + 2),
        "REDIS_URL": redis_url,
        "PUBLIC_URL": public_url,
        "VAR_DIR": str(directory),
        "SANDBOX": "1",
        "PLATFORM_GATEWAY_URL": gateway,
        "LOG_LEVEL": "ERROR",
        "STORM_BREAK": options.breakage,
    }


def _become_part_of_it(environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def _connect(town: Town, count: int) -> None:
    """Connect accounts through real consents. The town has few creators, so each stands for many accounts of ours."""
    from django.conf import settings
    from django.utils import timezone

    from connectors.manager import get_connector
    from connectors.services import store_grant
    from foundation.secret import Secret
    from tenants.services import create_tenant

    tenant = create_tenant(name="Storm")
    connector = get_connector("tiktok")
    redirect_uri = f"{settings.PUBLIC_URL}/api/oauth/tiktok/callback"
    for number in range(count):
        person = PEOPLE["tiktok"][number % len(PEOPLE["tiktok"])]
        dialog = connector.authorize_url(redirect_uri=redirect_uri, state=Secret(f"storm-{number}"))
        code = town.consent(platform="tiktok", person=person, dialog=dialog)
        grant = connector.exchange_code(code=Secret(code), redirect_uri=redirect_uri, now=timezone.now())
        grant = replace(grant, external_user_id=f"{grant.external_user_id}-{number}")
        store_grant(tenant=tenant, platform="tiktok", grant=grant, actor="storm", now=timezone.now())
