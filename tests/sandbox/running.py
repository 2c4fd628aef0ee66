"""A sandbox on a port, in a process of its own."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from pathlib import Path

import requests

from sandbox.meta.records import DEFAULT_APP_ID
from tests.sandbox.hub import CALLBACK, SCOPES, Hub

ROOT = Path(__file__).resolve().parents[2]


class Running:
    """A sandbox on a port, in a process of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("Sandbox: "), line
        self.url = line.split()[1].removesuffix("/_sandbox/")

    def end(self) -> None:
        """Kill this process and let go of its pipes."""
        self.process.kill()
        self.process.wait(timeout=5)
        for pipe in (self.process.stdin, self.process.stdout):
            with contextlib.suppress(OSError):
                if pipe is not None:
                    pipe.close()

    def login(self, hub: Hub) -> str:
        """Consent without a browser and return a long-lived user token."""
        wish = {"client_id": DEFAULT_APP_ID, "redirect_uri": CALLBACK, "scope": ",".join(SCOPES)}
        answer = requests.post(f"{self.url}/_sandbox/meta/consent", json=wish, timeout=5)
        return hub.long_lived(answer.json()["code"])


def start(*arguments: str) -> Running:
    """Start `python -m sandbox` on a free port."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--exit-with-parent", *arguments]
    return Running(subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
