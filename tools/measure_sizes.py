"""Tell what the hub takes of a machine: memory of each process, connections to PostgreSQL, the processor's time a post.

Web, one worker for all queues (then two) and beat as the Procfile runs them, against a real PostgreSQL and Redis, with the sandbox as
the platforms, whose own time is not counted. The figures stand in docs/self-hosting.md, How large.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import requests

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.chaos.town import PEOPLE, Town  # noqa: E402
from tests.servers import postgres, redis  # noqa: E402
from tests.servers.process import free_port  # noqa: E402
from tools.production.asking import App  # noqa: E402
from tools.production.connecting import connect_pages  # noqa: E402
from tools.production.installation import DEPLOY, Installation  # noqa: E402
from tools.production.ledger import Ledger, until  # noqa: E402
from tools.production.processes import Usage, usage_of  # noqa: E402

POSTS: Final = int(os.environ.get("POSTS", "600"))
IDLE_SECONDS: Final = 20.0
_CONNECTIONS: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name <> 'looking'"
)


class Peak:
    """Looks now and then how many connections are open, and keeps the most."""

    def __init__(self, ledger: Ledger) -> None:
        self.most, self._ledger, self._stop = 0, ledger, threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Peak:
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._stop.set()
        self._thread.join(10)

    def _look(self) -> None:
        while not self._stop.wait(0.3):
            self.most = max(self.most, self._ledger.ask(_CONNECTIONS))


def main() -> int:
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="switchboard-sizes-")))
        database = stack.enter_context(postgres.running(fsync=True, own=True))
        broker = stack.enter_context(redis.running(aof=True, own=True))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        town = stack.enter_context(Town(dict(os.environ), directory=home, public_url=url, seed=1))
        subprocess.run(["sh", str(DEPLOY / "secrets.sh"), str(home / "secrets")], check=True, stdout=subprocess.DEVNULL)
        names = ("secret_key", "vault_master_key", "database_url", "redis_url")
        for name, value in (("database_url", database.url), ("redis_url", broker.url)):
            (home / "secrets" / name).unlink()
            (home / "secrets" / name).write_text(value, encoding="utf-8")
        hub = Installation(home, {
            **{f"{name.upper()}_FILE": str(home / "secrets" / name) for name in names},
            "SWITCHBOARD_MODE": "production", "PUBLIC_URL": url, "WEB_BIND": f"127.0.0.1:{port}", "VAR_DIR": str(home / "var"),
            "STATIC_ROOT": str(home / "static"), "DD_TRACE_ENABLED": "false", "PLATFORM_GATEWAY_URL": town.url, "SANDBOX": "1",
            "API_PUBLISH_PER_MINUTE": "1000000", "PUBLISH_DESTINATION_IN_FLIGHT": "1000", "no_proxy": "127.0.0.1",
        })  # fmt: skip
        stack.callback(hub.end_all)
        hub.lay_out()
        commands = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines())
        hub.manage("migrate", "--noinput")
        hub.manage("create_tenant", "Acme", "--owner", "ada@acme.example")
        places = connect_pages(hub, sandbox=town.url, back=f"{url}/api/oauth/meta/callback", person=PEOPLE["meta"][0])
        app = App(url, json.loads(hub.manage("create_api_key", "acme", "--json"))["key"], trusts=True)
        switches = {"latency_ms": 50, "meta.duplicate_window_s": 0}
        requests.post(f"{town.url}/_sandbox/switches", json=switches, timeout=30).raise_for_status()
        ledger = Ledger(database.url)
        for name in ("web", "beat", "worker"):
            hub.start(name, command=shlex.split(commands[name]))
        until(app.is_ready, "the hub is ready", 600)
        _idle(hub, ledger)
        _load(hub, ledger, app, places, "one worker")
        hub.start("worker-2", command=shlex.split(commands["worker"].replace("worker -P", "worker -n second@%h -P")))
        time.sleep(15)
        _load(hub, ledger, app, places, "two workers")
    return 0


def _idle(hub: Installation, ledger: Ledger) -> None:
    before = _usages(hub)
    time.sleep(IDLE_SECONDS)
    after = _usages(hub)
    share = {name: 100 * (after[name].seconds - before[name].seconds) / IDLE_SECONDS for name in after}
    _say("idle", {name: f"{share[name]:.1f} % of a core" for name in share}, after, ledger.ask(_CONNECTIONS))


def _load(hub: Installation, ledger: Ledger, app: App, places: list[str], name: str) -> None:
    done = ledger.count("published")
    before = _usages(hub)
    with Peak(ledger) as peak:
        with ThreadPoolExecutor(20) as clients:
            list(clients.map(lambda n: app.publish(f"{name} {n}", [places[n % len(places)]]), range(POSTS)))
        until(lambda: ledger.count("published") == done + POSTS, "all is published", 600)
    after = _usages(hub)
    spent = {one: 1000 * (after[one].seconds - before[one].seconds) / POSTS for one in after}
    _say(f"{POSTS} posts, {name}", {one: f"{spent[one]:.1f} ms a post" for one in spent}, after, peak.most)


def _usages(hub: Installation) -> dict[str, Usage]:
    return {name: usage_of(program.pid) for name, program in hub.running.items()}


def _say(what: str, times: dict[str, str], usages: dict[str, Usage], connections: int) -> None:
    sys.stdout.write(f"{what}: {connections} connections to PostgreSQL\n")
    for name, usage in usages.items():
        sys.stdout.write(
            f"  {name:10} {times[name]:>18}  {usage.memory_mb:5.0f} MB in {usage.processes} processes, {usage.threads} threads\n"
        )
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
