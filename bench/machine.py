"""What it all ran on: figures mean little without it."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("django", "celery", "kombu", "redis", "psycopg", "psycopg-pool", "requests", "urllib3", "gunicorn")


def facts() -> dict[str, Any]:
    """Return cores, load, processor and versions."""
    return {
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "load_before": [round(load, 2) for load in os.getloadavg()],
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "node": _answer("node", "--version"),
        "packages": {name: metadata.version(name) for name in PACKAGES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def _answer(program: str, *arguments: str) -> str:
    path = shutil.which(program)
    if path is None:
        return "not here"
    done = subprocess.run([path, *arguments], capture_output=True, text=True, timeout=30, check=False)
    return done.stdout.strip() or "does not run"
