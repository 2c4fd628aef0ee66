"""A hub as in production: gunicorn, workers, beat, PostgreSQL and Valkey, each a process of its own on loopback."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import requests

from tests.journeys.hub import ROOT, Browser, free_port, wait_for

OPERATOR = "operator@hub.example"
QUEUES = "publish,health,tokens,webhooks,analytics"
#: What is right in every process, until an outage changes it for some.
RIGHT: dict[str, str] = {
    "SWITCHBOARD_MODE": "production",
    "SANDBOX": "0",
    "SECRET_KEY": "outages-secret-key-0123456789-abcdefghijklmnop-ABCDEFG",
    "VAULT_MASTER_KEY": "Zt4cQ8vX1mN6bR3kW9pL2sJ7hF5dG0aYuEiOwTqB",
    "VAULT_LOCAL_ACCEPTED": "1",
    "META_APP_ID": "1000",
    "META_APP_SECRET": "0123456789abcdef0123456789abcdef",
    "EMAIL_URL": "consolemail://",
    "ALERT_EMAILS": "night@hub.example",
    "LOG_LEVEL": "WARNING",
}
_MAKE_OPERATOR = """
from tenants.models import Tenant, User
from tenants.services import add_member, create_tenant
from connectors.models import Connection
from django.utils import timezone
from publishing.models import Post
user = User.objects.create_superuser({operator!r}, {password!r})
tenant = create_tenant(name="Outages")
add_member(tenant=tenant, user=user, role="owner", actor="system:test")
Post.objects.create(tenant=tenant, text="Rolls", created_by="system:test", request_digest="x")
now = timezone.now()
Connection.objects.create(
    tenant=tenant, platform_id="meta", external_user_id="1", display_name="Ada", status_since=now, connected_at=now
)
"""
_PASSWORD = "an operator of outages"
#: A worker whose clock is some seconds off.
_WITH_ANOTHER_CLOCK = """
import datetime, sys, time_machine
with time_machine.travel(datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds={seconds}), tick=True):
    from celery.__main__ import main
    sys.argv = ["celery", *{arguments!r}]
    main()
"""


class Hub:
    """Processes of one hub, by name."""

    def __init__(self, directory: Path, *, database: str, redis: str, **settings: str) -> None:
        self.directory = directory
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.media = directory / "media"
        (directory / "files").mkdir()
        self.media.symlink_to(directory / "files")
        told = {"DATABASE_URL": database, "REDIS_URL": redis, "VAR_DIR": str(directory), "PUBLIC_URL": self.url}
        self.settings = RIGHT | told | {"MEDIA_ROOT": str(self.media)} | settings
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.browser = Browser()

    def prepare(self) -> None:
        """Make the tables, the static files and the operator."""
        self.manage("migrate", "-v0")
        self.manage("collectstatic", "-v0", "--noinput")
        self.manage("shell", "-v0", "-c", _MAKE_OPERATOR.format(operator=OPERATOR, password=_PASSWORD))

    def manage(self, *arguments: str, **settings: str) -> str:
        """Run a command to its end and return what it printed; its exit code is whatever it is."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self._environment(settings),
            capture_output=True,
            text=True,
            check=False,
            timeout=600,  # a machine that is busy with other things takes minutes for the first migration
        )
        return done.stdout + done.stderr

    def start_web(self, **settings: str) -> None:
        """Start gunicorn, and wait until it answers at all."""
        gunicorn = [sys.executable, "-m", "gunicorn", "config.wsgi:application", "--worker-class", "gthread"]
        self._start("web", [*gunicorn, "--threads", "4", "--bind", f"127.0.0.1:{self.port}"], settings)
        wait_for("an answer of the web process", self._answers)

    def start_worker(self, name: str, *, queues: str = QUEUES, seconds_off: int = 0, **settings: str) -> None:
        """Start a worker."""
        arguments = [
            "-A",
            "config",
            "worker",
            "-P",
            "threads",
            "-c",
            "4",
            "-n",
            f"{name}@%h",
            "-Q",
            queues,
            "-l",
            "WARNING",
        ]
        command = [sys.executable, "-m", "celery", *arguments]
        if seconds_off:
            command = [sys.executable, "-c", _WITH_ANOTHER_CLOCK.format(seconds=seconds_off, arguments=arguments)]
        self._start(name, command, settings)

    def start_beat(self, name: str = "beat") -> None:
        """Start a scheduler."""
        self._start(name, [sys.executable, "-m", "celery", "-A", "config", "beat", "-l", "WARNING"], {})

    def kill(self, *names: str, number: int = signal.SIGKILL) -> None:
        """End processes by a signal, and wait for their end."""
        for name in names:
            self._processes[name].send_signal(number)
        for name in names:
            self._processes.pop(name).wait(timeout=40)

    def close(self) -> None:
        """End everything."""
        self.kill(*self._processes)

    def sign_in(self) -> None:
        """Sign in as the operator."""
        self.browser.open(f"{self.url}/sign-in").submit("sign-in", email=OPERATOR, password=_PASSWORD)

    def parts(self) -> list[dict[str, Any]]:
        """Return what ``/readyz`` tells; nothing while it does not answer."""
        try:
            return list(requests.get(f"{self.url}/readyz", timeout=30).json()["parts"])
        except (requests.RequestException, ValueError):
            return []

    def overview(self) -> str:
        """Return the page as the operator sees it; an outage may leave only the page that says so."""
        try:
            return self.browser.session.get(f"{self.url}/", timeout=30, headers={"Accept": "text/html"}).text
        except requests.RequestException:
            return ""

    def _answers(self) -> bool:
        assert self._processes["web"].poll() is None, (self.directory / "web.log").read_text(encoding="utf-8")
        try:
            return requests.get(f"{self.url}/healthz", timeout=2).ok
        except requests.RequestException:
            time.sleep(0.1)
            return False

    def _environment(self, settings: dict[str, str]) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return kept | self.settings | settings

    def _start(self, name: str, command: list[str], settings: dict[str, str]) -> None:
        with (self.directory / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(settings), stdout=log, stderr=log, start_new_session=True
            )
