"""Install the wheel of dist/ into an environment of its own, start it in an empty directory, and publish to the sandbox.

    python tools/try_wheel.py [--wheel dist/switchboard-….whl] [--port 8180]

What is proved: one command installs, one starts; data lies outside the environment; pages have their styles; a post arrives once; a second start
finds everything again.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--wheel", type=Path, default=max((ROOT / "dist").glob("*.whl"), default=None, key=os.path.getmtime)
    )
    parser.add_argument("--port", type=int, default=8180)
    parser.add_argument(
        "--libraries", type=Path, help="Where libraries are installed already, to be lent instead of fetched anew."
    )
    told = parser.parse_args()
    if told.wheel is None:
        raise SystemExit("There is no wheel: `make wheel` builds one.")
    with TemporaryDirectory(prefix="switchboard-wheel-") as place:
        return tried(Path(place), told.wheel.resolve(), told.port, lent=told.libraries)


def tried(place: Path, wheel: Path, port: int, *, lent: Path | None) -> int:
    empty, home, venv = place / "empty", place / "home", place / "venv"
    for directory in (empty, home):
        directory.mkdir()
    kept = {"PATH", "LANG", "HTTPS_PROXY", "SSL_CERT_FILE"}
    environment = {name: value for name, value in os.environ.items() if name in kept or name.startswith("PIP_")}
    environment |= {"HOME": str(home), "PORT": str(port)}

    def run(*words: str, **more: str) -> str:
        done = subprocess.run(
            words, cwd=empty, env={**environment, **more}, capture_output=True, text=True, check=False, timeout=900
        )
        if done.returncode != 0:
            raise SystemExit(f"{' '.join(words[:4])} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.stdout

    begun = time.monotonic()
    run(sys.executable, "-m", "venv", str(venv))
    site = next(venv.glob("lib/python3*/site-packages"))
    if lent:
        (site / "lent.pth").write_text(f"{lent.resolve()}\n")
    alone = ["--no-deps", "--no-index"] if lent else []
    run(str(venv / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", *alone, str(wheel))
    say(f"installed after {time.monotonic() - begun:.0f} s")
    switchboard = str(venv / "bin" / "switchboard")
    version = run(switchboard, "version").strip()
    require(f"-{version}-" in wheel.name, f"it says that it is {version}")
    for name in ("config", "media", "vault", "tenants", "sandbox", "templates", "static", "docs"):
        require(not (site / name).exists(), f"{name} lies open in the environment")

    begun = time.monotonic()
    hub = Started(switchboard, empty, environment)
    try:
        hub.wait_until_ready()
        say(f"ready after {time.monotonic() - begun:.0f} s, and a first post")
        publish(hub, site, run)
    finally:
        hub.stop()
    require((home / ".local/share/switchboard/switchboard.sqlite3").is_file(), "data does not lie where it belongs")
    require(list(empty.iterdir()) == [], f"the directory it was started in is not empty: {list(empty.iterdir())}")
    require(not list(site.rglob("*.sqlite3")), "data lies in the environment")
    again = Started(switchboard, empty, environment)
    try:
        again.wait_until_ready()
        require("API key" not in again.said, "the second start made a new tenant")
    finally:
        again.stop()
    say("a second start found everything again")
    return 0


class Started:
    """A hub that was started by the one command."""

    def __init__(self, switchboard: str, directory: Path, environment: dict[str, str]) -> None:
        self.url = f"http://127.0.0.1:{environment['PORT']}"
        self.log = directory.parent / "hub.log"
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [switchboard, "start"], cwd=directory, env=environment, stdout=log, stderr=log, start_new_session=True
            )

    @property
    def said(self) -> str:
        return self.log.read_text()

    def wait_until_ready(self) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and self._process.poll() is None:
            if "Switchboard is ready." in self.said:
                return
            time.sleep(0.2)
        raise SystemExit(f"It is not ready:\n{self.said[-3000:]}")

    def stop(self) -> None:
        with suppress(ProcessLookupError):
            self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def publish(hub: Started, site: Path, run: Any) -> None:
    """Connect the sandbox's accounts as the quickstart does, publish one post, and see it stand there once."""
    email, password = re.findall(r"Sign in +(\S+) +(\S+)", hub.said)[0]
    key = re.findall(r"API key +(\S+)", hub.said)[0]
    sandbox = re.findall(r"Sandbox +(http://[^/]+)", hub.said)[0]
    page = fetch(f"{hub.url}/sign-in")
    styles = re.findall(rb'href="(/static/[^"]+\.css)"', page)
    require(bool(styles) and len(fetch(f"{hub.url}{styles[0].decode()}")) > 10_000, "the styles are missing")
    require(b"worker.silent" in fetch(f"{hub.url}/docs/runbook"), "the runbook is missing")
    program = str(site / "switchboard" / "hub" / "examples" / "connect_sandbox.py")
    run(sys.executable, program, HUB=hub.url, SANDBOX_URL=sandbox, KEY=key, EMAIL=email, PASSWORD=password)
    places = json.loads(fetch(f"{hub.url}/api/destinations/?enabled=true&limit=100", key=key))["results"]
    place = next(one["id"] for one in places if one["kind"] == "facebook_page")
    text = "From a wheel, once"
    sent = json.loads(fetch(f"{hub.url}/api/publish", key=key, body={"text": text, "destinations": [place]}))
    job = f"{hub.url}/api/jobs/{sent['jobs'][0]['id']}/"
    end = time.monotonic() + PATIENCE
    while (state := json.loads(fetch(job, key=key))["state"]) != "published" and time.monotonic() < end:
        time.sleep(0.2)
    require(state == "published", f"the post is {state}")
    require(fetch(f"{sandbox}/_sandbox/posts").decode().count(text) == 1, "the post does not stand there once")
    say(f"accounts on five platforms connected, {len(places)} places, one post published")


def fetch(url: str, *, key: str = "", body: Any = None) -> bytes:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    data = None
    if body is not None:
        data, headers = json.dumps(body).encode(), {**headers, "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(url, data, headers), timeout=30) as answer:  # noqa: S310 - our own hub
        return bytes(answer.read())


def require(held: bool, words: str) -> None:
    if not held:
        raise SystemExit(f"Not so: {words}.")


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
