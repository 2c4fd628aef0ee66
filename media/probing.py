"""Looking into a file, safely: each look is a process of its own, bounded in time, memory and processor."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import structlog
from django.conf import settings

from foundation.errors import ConfigurationError, Invalid, Unavailable

log = structlog.get_logger(__name__)

WALL_SECONDS: Final = 30
CPU_SECONDS: Final = 20
MEMORY_BYTES: Final = 1536 * 1024**2
WRITE_BYTES: Final = 128 * 1024**2
#: Cells of this process at once; more would not be faster, and their memory adds up.
AT_ONCE: Final = 2

_ROOT: Final = Path(__file__).resolve().parent.parent
_BOOT: Final = "import sys; sys.path.insert(0, sys.argv[1]); from media.cell.main import main; main(sys.argv[2])"
_free = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Probed:
    """What a file turned out to be."""

    content_type: str
    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


def probe(path: Path, *, content_type: str) -> Probed:
    """Return what a file is; raises ``Invalid`` for one that is damaged, disguised, or made to do harm."""
    found = _in_cell({"verb": "probe", "path": str(path), "content_type": content_type}, write_bytes=0)
    return Probed(
        content_type=str(found["content_type"]),
        width=found.get("width"),
        height=found.get("height"),
        duration_ms=found.get("duration_ms"),
        facts=found.get("facts", {}),
    )


def make_jpeg(path: Path, target: Path, *, content_type: str, wanted: dict[str, int]) -> None:
    """Write a JPEG of a picture to ``target``; raises ``Invalid`` when that cannot be done as wanted."""
    order = {"verb": "make_jpeg", "path": str(path), "target": str(target), "content_type": content_type}
    wanted = {**wanted, "most_pixels": settings.MEDIA_MAX_PIXELS}
    _in_cell({**order, "wanted": wanted}, write_bytes=WRITE_BYTES)


def _in_cell(order: dict[str, Any], *, write_bytes: int) -> dict[str, Any]:
    limits = {"memory_bytes": MEMORY_BYTES, "cpu_seconds": CPU_SECONDS, "write_bytes": write_bytes}
    told = json.dumps({**order, "limits": limits, "most_pixels": settings.MEDIA_MAX_PIXELS})
    if not _free.acquire(timeout=WALL_SECONDS):
        raise Unavailable(
            "Too many files are being looked into just now.", remedy="Send it again in a minute.", code="media_busy"
        )
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _BOOT, str(_ROOT), told],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            # Nothing of ours: the environment holds secrets, and the file in there is a stranger's.
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            cwd=order["path"].rpartition("/")[0],
            timeout=WALL_SECONDS,
            check=False,
        )
        answer = json.loads(done.stdout) if done.returncode == 0 else {}
    except (subprocess.TimeoutExpired, ValueError):
        answer = {"exhausted": "time"}
    finally:
        _free.release()
    return _understood(answer, order["content_type"])


def _understood(answer: dict[str, Any], content_type: str) -> dict[str, Any]:
    if "found" in answer:
        found: dict[str, Any] = answer["found"]
        return found
    if "refused" in answer:
        refused = answer["refused"]
        raise Invalid(refused["detail"], remedy=refused["remedy"], code=refused["code"])
    if "missing" in answer:
        raise ConfigurationError(
            f"Files cannot be looked into: {answer['missing']} does not load.",
            remedy="Install requirements.lock again; `manage.py check` tells whether it loads.",
        )
    log.warning("media.cell_ended", content_type=content_type, exhausted=answer.get("exhausted", "unknown"))
    raise Invalid(
        "The file cannot be read: looking into it took more time or memory than any honest file of its size needs.",
        remedy="Open it and save it anew, smaller if it is large.",
        code="file_unreadable",
    )
