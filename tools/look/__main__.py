"""The command line of a look: ``python -m tools.look --help``."""

from __future__ import annotations

import argparse
import hashlib
import html
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

from tools.look.hub import ROOT, Hub, NoHubError

PLACE: Final = ROOT / "build" / "look"
PLAN, PICTURES, REPORT = PLACE / "plan.json", PLACE / "pictures", PLACE / "report.json"
LOCK: Final = ROOT / "requirements-look.lock"
#: What fails a look; the rest is told.
GRAVE: Final = frozenset({"serious", "critical"})


class CannotLookError(RuntimeError):
    """There is no browser to look with; the message says how to get one."""


def main() -> int:
    """Look once; return 0 only when nothing grave was seen."""
    asked = _asked()
    PLACE.mkdir(parents=True, exist_ok=True)
    try:
        _look(_browser_environment(), asked)
    except (CannotLookError, NoHubError) as error:
        _say(str(error))
        return 2
    told = json.loads(REPORT.read_text(encoding="utf-8"))
    (PLACE / "index.html").write_text(_sheet(told), encoding="utf-8")
    return _verdict(told)


def _look(python: Path, asked: argparse.Namespace) -> None:
    """Start a hub, fill it, and send the browser through it."""
    for old in PICTURES.glob("*.jpg"):
        old.unlink()
    PICTURES.mkdir(exist_ok=True)
    with Hub(PLACE / "hub") as hub:
        _say(f"A hub runs at {hub.url}; filling it ...")
        _fill(hub)
        options = [*(["--quick"] if asked.quick else []), *(["--only", asked.only] if asked.only else [])]
        command = [str(python), "-m", "tools.look.browser", str(PLAN), str(PICTURES), str(REPORT)]
        if asked.keep:
            _say(f"Sign in: {hub.email} {hub.password}")
        if subprocess.run([*command, *options], cwd=ROOT, check=False).returncode:
            raise CannotLookError(_NO_CHROMIUM)
        if asked.keep:
            input("Enter ends the hub. ")


# --- what is needed -------------------------------------------------------------------------------------------------------

_NO_CHROMIUM: Final = """The browser did not come to an end; its words stand above. If there is no Chromium: install one (on Debian
the package chromium), name it by CHROMIUM=/path/to/it, or have Playwright bring its own:
  build/look/venv/bin/python -m playwright install chromium"""
_NO_PACKAGES: Final = """The browser's packages (Playwright, axe-core) cannot be installed into build/look/venv; pip's words stand above.
They are needed for `make look` alone. Without a network it works once that directory is there."""


def _browser_environment() -> Path:
    """Return the Python that has what the browser needs; it is made once for each state of the lock."""
    venv, stamp = PLACE / "venv", PLACE / "venv" / "lock.sha256"
    python = venv / "bin" / "python"
    lock = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if python.exists() and stamp.exists() and stamp.read_text() == lock:
        return python
    _say("Installing what the browser needs into build/look/venv ...")
    install = [
        str(python),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--require-hashes",
        "-r",
        str(LOCK),
    ]
    for command in ([sys.executable, "-m", "venv", "--clear", str(venv)], install):
        if subprocess.run(command, check=False).returncode:
            raise CannotLookError(_NO_PACKAGES)
    stamp.write_text(lock)
    return python


def _fill(hub: Hub) -> None:
    who = {"HUB": hub.url, "LOOK_SANDBOX": hub.sandbox, "EMAIL": hub.email, "PASSWORD": hub.password, "KEY": hub.key}
    command = [sys.executable, "-m", "tools.look.demo", str(PLAN)]
    done = subprocess.run(
        command, cwd=ROOT, env={**hub.environment, **who}, capture_output=True, text=True, timeout=600, check=False
    )  # fmt: skip
    if done.returncode:
        raise NoHubError(f"The hub could not be filled: {done.stderr[-3000:]}")
    told = json.loads(PLAN.read_text(encoding="utf-8"))
    told["people"]["owner"] = [hub.email, hub.password]
    told["database"] = str(hub.database)
    PLAN.write_text(json.dumps(told, indent=1), encoding="utf-8")


# --- what was seen --------------------------------------------------------------------------------------------------------


def _verdict(told: dict[str, Any]) -> int:
    grave = [fault for fault in told["faults"] if fault["impact"] in GRAVE]
    for fault in sorted(told["faults"], key=lambda one: (one["impact"] not in GRAVE, one["kind"], one["page"])):
        where = ", ".join(dict.fromkeys(fault["where"]))
        _say(f"{fault['impact']:<9} {fault['kind']:<24} {fault['page']}  {where}\n          {fault['words']}")
    kinds = ", ".join(f"{count} × {kind}" for kind, count in Counter(fault["kind"] for fault in grave).most_common())
    _say(
        f"{len(told['seen'])} pages seen, {len(told['tried'])} behaviours tried; {len(grave)} grave faults{f': {kinds}' if kinds else ''}."
    )
    _say("build/look/index.html has the pictures.")
    return 1 if grave else 0


def _sheet(told: dict[str, Any]) -> str:
    """Return a page with all pictures."""
    rows = []
    for page in told["seen"]:
        pictures = sorted(PICTURES.glob(f"{page['name']}-[0-9]*-*.jpg"), key=_way_of)
        shown = "".join(
            f'<a href="pictures/{one.name}"><img loading="lazy" height="260" src="pictures/{one.name}" alt="{_way_of(one)}"></a> '
            for one in pictures
            if one.name.removeprefix(page["name"]).count("-") == 2
        )
        rows.append(f"<h2>{html.escape(page['name'])}: {html.escape(page['title'])}</h2><p>{shown}</p>")
    return f'<!doctype html><html lang="en"><meta charset="utf-8"><title>All pages</title><h1>All pages</h1>{"".join(rows)}'


def _way_of(picture: Path) -> tuple[str, int]:
    *_, width, theme = picture.stem.split("-")
    return theme, int(width)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tools.look",
        description="Visit every page of a hub with demo data: pictures to build/look, faults to the terminal.",
    )
    parser.add_argument("--quick", action="store_true", help="360 px dark and 1440 px light only")
    parser.add_argument(
        "--only",
        default="",
        metavar="REGEX",
        help="pages whose person and address match, such as '^guest'; 'behaviour' for what pages do",
    )
    parser.add_argument("--keep", action="store_true", help="wait before the hub is ended, to look at it oneself")
    return parser.parse_args()


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
