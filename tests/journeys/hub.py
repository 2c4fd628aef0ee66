"""A whole hub in processes of its own, on free ports and a data directory of its own, used as a newcomer would use it."""

import html
import os
import random
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self
from urllib.parse import urljoin

import requests

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 240.0


def free_port() -> int:
    """Return a port that nobody listens on, below those that the kernel lends to outgoing calls of other tests."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def wait_for(what: str, ready: Any, *, patience: float = PATIENCE) -> Any:
    """Return the first truthy answer; fail with what was waited for."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = ready()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {patience:.0f} s")


def lend_tables(var: Path) -> None:
    """Give a hub the empty tables that it would spend ten seconds on making; the first to ask in this suite makes them."""
    suite = os.environ.get("VAR_DIR")
    if suite is None:  # somebody runs single tests by hand
        return
    made = Path(suite) / "tables.sqlite3"
    if not made.exists():
        with TemporaryDirectory(dir=suite) as place:
            keep = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
            told = {"VAR_DIR": place, "VAULT_MASTER_KEY": secrets.token_urlsafe(48)}
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
            subprocess.run(migrate, cwd=ROOT, env={**keep, **told}, check=True, timeout=300)
            Path(place, "switchboard.sqlite3").replace(made)
    var.mkdir(mode=0o700, parents=True)
    shutil.copyfile(made, var / "switchboard.sqlite3")


class Hub:
    """``manage.py start`` in a directory of its own."""

    def __init__(self, var: Path, *, fresh: bool = False, **settings: str) -> None:
        self.var = var
        if not fresh and not var.exists():
            lend_tables(var)
        self.port, self.sandbox_port = free_port(), free_port()
        self.settings = settings
        self.url = f"http://127.0.0.1:{self.port}"
        self.sandbox = f"http://127.0.0.1:{self.sandbox_port}"
        self.log = var.parent / f"{var.name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *args: object) -> None:
        self.kill()

    def start(self) -> None:
        """Start it without waiting."""
        keep = {key: os.environ[key] for key in ("PATH", "HOME", "LANG") if key in os.environ}
        told = {"PORT": str(self.port), "SANDBOX_PORT": str(self.sandbox_port), "VAR_DIR": str(self.var)}
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "start"],
                cwd=ROOT,
                env={**keep, **told, **self.settings},
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> None:
        """Wait for /readyz and for the sandbox, which starts beside it; fail with the log when the process ends first."""

        def ready() -> bool:
            assert self._process is not None
            assert self._process.poll() is None, self.said()
            try:
                return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200 and self._sandbox_answers()
            except requests.RequestException:
                return False

        try:
            wait_for("readiness", ready)
        except AssertionError as error:
            raise AssertionError(f"{error}; the hub said: {self.said()}") from None

    def _sandbox_answers(self) -> bool:
        return self.settings.get("SANDBOX") == "0" or listening(self.sandbox_port)

    def kill(self) -> None:
        """Kill it as hard as can be, and wait until it and its sandbox are gone."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        wait_for("the end of the sandbox", lambda: not listening(self.sandbox_port), patience=10)

    def interrupt(self) -> int:
        """Press Ctrl-C and return the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT)
        return self._process.wait(timeout=30)

    def end(self) -> int:
        """Wait for an end by itself and return the exit code."""
        assert self._process is not None
        return self._process.wait(timeout=PATIENCE)

    def said(self) -> str:
        """Return all it printed."""
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def credentials(self) -> tuple[str, str, str]:
        """Return e-mail, password and API key as printed at the first start."""
        found = re.search(r"Sign in\s+(\S+)\s+(\S+)\s+API key\s+(\S+)", self.said())
        assert found, self.said()
        return found.group(1), found.group(2), found.group(3)

    def posts(self, text: str) -> int:
        """Return how many posts with this text stand in the sandbox."""
        answer = requests.get(f"{self.sandbox}/_sandbox/posts", params={"text": text}, timeout=5).json()
        total: int = answer["total"]
        return total


def listening(port: int) -> bool:
    """Tell whether anybody listens on a port of loopback."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Browser:
    """A person with a browser: follows links, fills in forms, and sees what the page says."""

    def __init__(self) -> None:
        self.session = requests.Session()
        self.session.headers["Accept"] = "text/html"
        self.url = ""
        self.page = ""

    def open(self, url: str) -> Self:
        """Open a page, redirects followed."""
        return self._show(self.session.get(urljoin(self.url, url), timeout=30))

    def submit(self, form_action: str, /, **fields: Any) -> Self:
        """Send the form whose action contains ``form_action``: its hidden and preset fields, and those given."""
        # What stands in a template is a pattern for scripts and no part of the form.
        page = re.sub(r"<template.*?</template>", "", self.page, flags=re.S)
        form = next(part for part in re.findall(r"<form.*?</form>", page, re.S) if form_action in part.split(">", 1)[0])
        target = re.search(r'action="([^"]*)"', form.split(">", 1)[0])
        data: dict[str, Any] = {}
        for tag in re.findall(r"<input[^>]*>", form):
            found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            name = found.get("name")
            if not name or found.get("type") in {"submit", "button"}:
                continue
            if found.get("type") in {"checkbox", "radio"} and not re.search(r"\bchecked\b", tag):
                continue
            data.setdefault(name, []).append(html.unescape(found.get("value", "on")))
        for select in re.findall(r"<select.*?</select>", form, re.S):
            name = re.search(r'name="([^"]*)"', select)
            chosen = re.search(r'<option[^>]*value="([^"]*)"[^>]*\bselected\b', select)
            if name and chosen:
                data[name.group(1)] = html.unescape(chosen.group(1))
        data |= fields
        address = urljoin(self.url, html.unescape(target.group(1)) if target and target.group(1) else self.url)
        return self._show(self.session.post(address, data=data, headers={"Referer": self.url}, timeout=30))

    def sees(self, text: str) -> bool:
        """Tell whether the page says something."""
        return text in html.unescape(self.page)

    def _show(self, answer: requests.Response) -> Self:
        self.url, self.page = answer.url, answer.text
        assert answer.status_code < 500, (answer.url, answer.text[:2000])
        return self
