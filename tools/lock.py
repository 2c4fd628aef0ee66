"""Write requirements.lock, requirements-dev.lock and requirements-look.lock from pyproject.toml.

One file serves every Python we support (`--universal`), every package is pinned by hash, and no host name gets in. Pins
that still fit stay as they are; UPGRADE=1 takes the newest releases. All files are replaced together or not at all.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOL = ROOT / "var" / "tools" / "uv"

RUN_LOCK, DEV_LOCK, LOOK_LOCK = "requirements.lock", "requirements-dev.lock", "requirements-look.lock"


def main() -> int:
    options = ["--universal", "--generate-hashes", "--no-header", "--no-annotate", "--no-emit-index-url", "--quiet"]
    # Else uv would start at the Python of .venv and leave out what only older ones need.
    options += ["--python-version", oldest_python()]
    if os.environ.get("UPGRADE", "") not in ("", "0"):
        options.append("--upgrade")
    uv = find_uv()
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    TOOL.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TOOL.parent) as folder:
        run, dev, look = (Path(folder, name) for name in (RUN_LOCK, DEV_LOCK, LOOK_LOCK))
        for lock in (run, dev, look):
            if (ROOT / lock.name).exists():  # uv keeps the pins it finds in the file it is to write.
                shutil.copy(ROOT / lock.name, lock)
        project = "pyproject.toml"
        # The dev lock must contain the run lock to the last pin: one .venv serves both. What looks at pages has its own.
        for lock, of in (
            (run, [project]),
            (dev, [project, "--extra", "dev", "--constraints", str(run)]),
            (look, ["--group", f"{project}:look"]),
        ):
            command = [uv, "pip", "compile", *of, *options, "--output-file", str(lock)]
            if (
                subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False).returncode
                != 0
            ):
                sys.stderr.write(
                    "The locks are as they were. uv's words above say why; without a network it cannot work.\n"
                )
                return 1
        for lock in (run, dev, look):
            told = "unchanged" if is_same(lock, ROOT / lock.name) else "written"
            shutil.copyfile(lock, ROOT / lock.name)
            sys.stdout.write(f"{lock.name} {told}\n")
    return 0


def oldest_python() -> str:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["requires-python"]).removeprefix(">=")


def find_uv() -> str:
    """Return the uv on PATH, or one installed for this purpose alone: it is a tool, not a dependency."""
    if found := shutil.which("uv"):
        return found
    program = TOOL / "bin" / "uv"
    if not program.exists():
        sys.stdout.write("Installing uv for this once (var/tools/uv) ...\n")
        sys.stdout.flush()
        subprocess.run([sys.executable, "-m", "venv", TOOL], check=True)
        python = str(TOOL / "bin" / "python")
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv>=0.9"]
        subprocess.run(pip, check=True)
    return str(program)


def is_same(one: Path, other: Path) -> bool:
    return other.exists() and one.read_bytes() == other.read_bytes()


if __name__ == "__main__":
    sys.exit(main())
