"""``manage.py start``: prepare what is missing, then run web, worker, beat and sandbox until Ctrl-C."""

import os
import signal
import sys
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

import requests
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from waitress.server import create_server

from config import demo, first_run
from config.embedded import CannotStart, Engine, OnlyOne, Sandbox, require_free_port
from config.installed import START
from foundation.errors import ConfigurationError
from vault.services import VaultUnavailable, verify_master_key

WEB_THREADS = 16
READY_WITHIN_SECONDS = 60


class Command(BaseCommand):
    """Run the whole hub on this machine: no server, no question."""

    help = "Run the whole embedded hub: database, web, worker, beat and sandbox. Ctrl-C ends it all."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Offer to run without the sandbox."""
        parser.add_argument(
            "--no-sandbox", action="store_true", help="Do not start the sandbox (set SANDBOX=0 for the real platforms)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Prepare, start, wait for the signal, stop."""
        if not settings.EMBEDDED:
            raise CommandError(
                "'start' is for SWITCHBOARD_MODE=embedded. In production run gunicorn, celery worker and celery beat."
            )
        try:
            made = first_run.prepare()
            if made:
                for line in made:
                    self.stdout.write(f"  made  {line}")
                sys.stdout.flush()
                # Settings were read before these files were there: begin again with them.
                os.execv(sys.executable, [sys.executable, *sys.argv])  # noqa: S606 - ourselves, by the same arguments
            with OnlyOne(Path(settings.VAR_DIR)):
                self._run(with_sandbox=settings.SANDBOX and not options["no_sandbox"])
        except (CannotStart, ConfigurationError, VaultUnavailable) as error:
            raise CommandError(str(error), returncode=2) from None

    def _run(self, *, with_sandbox: bool) -> None:
        another = f"Stop it, or choose another: PORT=8080 {START}"
        require_free_port(settings.PORT, what="the web server", remedy=another)
        if with_sandbox:
            require_free_port(
                settings.SANDBOX_PORT,
                what="the sandbox",
                remedy=f"Stop it, or choose another: SANDBOX_PORT=8901 {START}",
            )
        call_command("migrate", verbosity=0, interactive=False)
        verify_master_key()
        if welcome := demo.make_demo():
            self._tell_once(welcome)

        from config.celery import app
        from config.wsgi import application  # it looks for its static files when it is imported

        sandbox, engine = Sandbox(), Engine(app)
        server = create_server(application, host="127.0.0.1", port=settings.PORT, threads=WEB_THREADS, ident=None)
        # A shell that starts us in the background has SIGINT ignored; whoever sends it all the same means it.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _interrupt)
        if with_sandbox:
            sandbox.start()
        engine.start()
        threading.Thread(target=self._greet, args=(with_sandbox, sandbox), daemon=True).start()
        try:
            server.run()
        finally:
            self.stdout.write("\n  Stopping …")
            server.close()
            engine.stop()
            sandbox.stop()
            self.stdout.write(f"  Stopped. Everything is kept; '{START}' goes on where you left.")

    def _tell_once(self, welcome: demo.Welcome) -> None:
        """Say who may sign in, at once: a start that is broken off later must not swallow it."""
        lines = [
            "",
            "  Shown once, stored only as hashes. Keep them:",
            f"    Sign in   {welcome.email}   {welcome.password}",
            f"    API key   {welcome.api_key}",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def _greet(self, with_sandbox: bool, sandbox: Sandbox) -> None:
        waiting = self._wait_until_ready(sandbox if with_sandbox else None)
        if waiting:
            self.stderr.write(self.style.ERROR(f"  Not ready after {READY_WITHIN_SECONDS} s: {waiting}"))
            return
        lines = ["", self.style.SUCCESS("  Switchboard is ready."), "", f"  Hub       {settings.PUBLIC_URL}/"]
        if with_sandbox:
            lines.append(f"  Sandbox   {settings.SANDBOX_URL}/_sandbox/   (what was published shows here)")
        lines.append(f"  API docs  {settings.PUBLIC_URL}/api/docs/")
        lines += [
            "",
            "  Next: sign in, click Connections > Connect an account, choose a platform, allow, choose places, then Compose.",
            "  Ctrl-C ends everything.",
            "",
        ]
        self.stdout.write("\n".join(lines))
        self.stdout.flush()

    def _wait_until_ready(self, sandbox: Sandbox | None) -> str:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        trouble = "no answer"
        while time.monotonic() < deadline:
            if sandbox is not None and sandbox.ended():
                return "the sandbox ended; its message stands above."
            if sandbox is not None and not sandbox.answers():
                trouble = "the sandbox does not answer yet"
                time.sleep(0.1)
                continue
            try:
                answer = requests.get(f"http://127.0.0.1:{settings.PORT}/readyz", timeout=5)
                if answer.ok:
                    return ""
                trouble = "; ".join(
                    f"{part['name']}: {part['detail']}" for part in answer.json()["parts"] if not part["ok"]
                )
            except (requests.RequestException, ValueError) as error:
                trouble = type(error).__name__
            time.sleep(0.1)
        return trouble


def _interrupt(signum: int, frame: Any) -> None:
    raise KeyboardInterrupt
