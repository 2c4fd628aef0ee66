"""Have the tools that will read the files of deploy/ read them, where they are here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tools.production.installation import DEPLOY, Failed, Installation
from tools.production.ledger import say


def lint(hub: Installation) -> None:
    """Verify units and scripts; raises ``Failed``."""
    _units(hub)
    if program := shutil.which("shellcheck"):
        scripts = sorted(str(path) for path in DEPLOY.glob("*.sh"))
        _run(program, "--shell=sh", "--external-sources", f"--source-path={DEPLOY}", *scripts)
        say("shellcheck finds nothing in the scripts")


def _units(hub: Installation) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        return
    into = hub.home / "units"
    into.mkdir()
    for unit in sorted((DEPLOY / "systemd").iterdir()):
        said = unit.read_text(encoding="utf-8").replace("/opt/switchboard/venv/bin", str(Path(sys.executable).parent))
        (into / unit.name).write_text(said.replace("/opt/switchboard/app", str(hub.app)), encoding="utf-8")
    # A template is read by one of its instances.
    worker = into / "switchboard-worker@.service"
    worker.rename(into / "switchboard-worker@publish.service")
    _run(program, "verify", "--man=no", *(str(path) for path in sorted(into.iterdir())))
    say("systemd takes the units as they are")


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    told = "\n".join(
        line for line in (done.stdout + done.stderr).splitlines() if "switchboard" in line or done.returncode
    )
    if done.returncode or told:
        raise Failed(f"{Path(command[0]).name}: {told}")
