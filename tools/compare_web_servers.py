"""Serve the hub by several web servers, one after another, and tell what a request costs each of them.

The real application in production mode with a real PostgreSQL and Redis: accepting posts, listing them, and asking whether it is alive. The
figure that counts is the processor's time a request, because others use the machine too; latencies stand beside it. Servers that are
no part of the hub's libraries are looked for in ``--bin``:

    python -m venv other && other/bin/pip install -r requirements.lock granian waitress 'uvicorn[standard]' a2wsgi
    python tools/compare_web_servers.py --bin other/bin
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import requests

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.servers import postgres, redis  # noqa: E402
from tests.servers.process import free_port  # noqa: E402
from tools.production.processes import usage_of  # noqa: E402

CLIENTS: Final = 20
_PLACE: Final = """
from django.utils import timezone
from connectors.models import Connection, Destination, Platform
from tenants.models import Tenant
now, tenant = timezone.now(), Tenant.objects.get(slug="acme")
Platform.objects.get_or_create(slug="meta", defaults={"enabled": True})
account = Connection.objects.create(
    tenant=tenant, platform_id="meta", external_user_id="1", display_name="One", status_since=now, connected_at=now)
place = Destination.objects.create(
    tenant=tenant, platform_id="meta", connection=account, kind="facebook_page", external_id="1", name="One", enabled=True)
print("PLACE=" + str(place.pk))
"""


def commands(folder: Path, own: Path, port: int) -> Iterator[tuple[str, list[str]]]:
    """Yield every server that is there, with the command that runs it: two processes, sixteen threads each, where it can."""
    at = f"127.0.0.1:{port}"
    gunicorn = [str(own / "gunicorn"), "-c", "config/gunicorn.py", "config.wsgi:application"]
    yield "gunicorn gthread, 2 x 16", gunicorn
    yield "gunicorn gthread, 1 x 16", [*gunicorn[:-1], "--workers", "1", gunicorn[-1]]
    others = {
        "granian (WSGI), 2 x 16": ["granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", "2",
                                   "--blocking-threads", "16", "--no-access-log", "--log-level", "warning", "config.wsgi:application"],
        "waitress, 1 x 16": ["waitress-serve", f"--listen={at}", "--threads=16", "config.wsgi:application"],
        "uvicorn (a2wsgi), 2 x 16": ["uvicorn", "--host", "127.0.0.1", "--port", str(port), "--workers", "2", "--log-level", "warning",
                                     "--no-access-log", "asgi_for_trial:application"],
    }  # fmt: skip
    for name, (program, *words) in others.items():
        if (folder / program).exists():
            yield name, [str(folder / program), *words]


def main() -> int:
    wishes = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    wishes.add_argument("--bin", type=Path, default=Path(sys.executable).parent)
    wishes.add_argument("--requests", type=int, default=2000)
    wishes.add_argument("--rounds", type=int, default=2)
    wishes.add_argument(
        "--only", nargs="+", default=[""], metavar="WORD", help="Those with one of these words in their names."
    )
    wish = wishes.parse_args()
    with ExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory(prefix="switchboard-servers-")))
        database = stack.enter_context(postgres.running(fsync=True, own=True))
        broker = stack.enter_context(redis.running(own=True))
        port = free_port()
        (home / "asgi_for_trial.py").write_text(
            "from a2wsgi import WSGIMiddleware\nfrom config.wsgi import application as wsgi\napplication = WSGIMiddleware(wsgi, workers=16)\n"
        )
        environment = {
            **os.environ, "SWITCHBOARD_MODE": "production", "DATABASE_URL": database.url, "REDIS_URL": broker.url, "VAR_DIR": str(home),
            "STATIC_ROOT": str(home / "static"), "SECRET_KEY": uuid.uuid4().hex * 2, "VAULT_MASTER_KEY": uuid.uuid4().hex * 2,
            "PUBLIC_URL": f"http://127.0.0.1:{port}", "WEB_BIND": f"127.0.0.1:{port}", "DD_TRACE_ENABLED": "false", "SANDBOX": "1",
            "API_PUBLISH_PER_MINUTE": "1000000", "API_READ_PER_MINUTE": "1000000", "LOG_LEVEL": "WARNING",
            "PYTHONPATH": f"{ROOT}:{home}",
        }  # fmt: skip
        manage = [sys.executable, "manage.py"]

        def run(*words: str) -> str:
            return subprocess.run(
                [*manage, *words], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
            ).stdout

        run("migrate", "--noinput")
        run("create_tenant", "Acme", "--owner", "ada@acme.example")
        place = run("shell", "-c", _PLACE).rpartition("PLACE=")[2].strip()
        key = json.loads(run("create_api_key", "acme", "--json"))["key"]
        for turn in range(wish.rounds):
            for name, command in commands(wish.bin, Path(sys.executable).parent, port):
                if not any(word in name for word in wish.only):
                    continue
                told = _measure(command, environment, port, key, place, wish.requests)
                sys.stdout.write("  ".join([f"{turn + 1}  {name:28}", *told]) + "\n")
                sys.stdout.flush()
    return 0


def _measure(command: list[str], environment: dict[str, str], port: int, key: str, place: str, count: int) -> list[str]:
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
    url = f"http://127.0.0.1:{port}"
    headers = {"Authorization": f"Bearer {key}"}

    def publish(session: requests.Session, number: int) -> requests.Response:
        body = {"text": f"Number {number} {uuid.uuid4()}", "destinations": [place]}
        return session.post(f"{url}/api/publish", json=body, headers={**headers, "Idempotency-Key": uuid.uuid4().hex})

    def listing(session: requests.Session, number: int) -> requests.Response:
        return session.get(f"{url}/api/posts/?limit=20", headers=headers)

    def alive(session: requests.Session, number: int) -> requests.Response:
        return session.get(f"{url}/healthz")

    try:
        _await(url)
        told = []
        for name, ask in (("publish", publish), ("list", listing), ("alive", alive)):
            _ask(ask, max(100, count // 10))
            before = usage_of(process.pid).seconds
            began = time.monotonic()
            took, bad = _ask(ask, count)
            spent, wall = usage_of(process.pid).seconds - before, time.monotonic() - began
            p50, p95 = statistics.median(took), statistics.quantiles(took, n=20)[-1]
            told.append(
                f"{name}: {1000 * spent / count:5.2f} ms cpu, {count / wall:5.0f}/s, p50 {1000 * p50:4.0f}, p95 {1000 * p95:4.0f} ms"
                + (f", {bad} BAD" if bad else "")
            )
        usage = usage_of(process.pid)
        return [*told, f"{usage.memory_mb:.0f} MB in {usage.processes} processes, {usage.threads} threads"]
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        time.sleep(1.0)


def _ask(ask: Callable[[requests.Session, int], requests.Response], count: int) -> tuple[list[float], int]:
    took: list[float] = []
    bad = 0
    lock = threading.Lock()
    numbers = iter(range(count))

    def one_client() -> None:
        nonlocal bad
        session = requests.Session()
        session.trust_env = False
        while True:
            with lock:
                number = next(numbers, None)
            if number is None:
                return
            began = time.monotonic()
            fine = ask(session, number).status_code in {200, 202}
            with lock:
                took.append(time.monotonic() - began)
                bad += not fine

    clients = [threading.Thread(target=one_client) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for client in clients:
        client.join()
    return took, bad


def _await(url: str) -> None:
    for _ in range(300):
        try:
            if requests.get(f"{url}/healthz", timeout=5).ok:
                return
        except requests.RequestException:
            time.sleep(0.2)
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    sys.exit(main())
