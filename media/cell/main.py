"""The cell's one door: an order as JSON in, an answer as JSON out."""

import json
import resource
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from media.cell import disguises
from media.cell.words import Refused


def main(order_text: str) -> None:
    """Confine this process, carry out one order, write the answer to standard output."""
    order = json.loads(order_text)
    answer: dict[str, Any]
    try:
        # Readers are loaded first: confined, this process could not keep their compiled code for the next one.
        work = reader(order)
        confine(order["limits"])
        answer = {"found": work()}
    except Refused as refusal:
        answer = {"refused": {"code": refusal.code, "detail": refusal.detail, "remedy": refusal.remedy}}
    except MemoryError:
        answer = {"exhausted": "memory"}
    except ImportError as error:
        answer = {"missing": str(error.name)}
    sys.stdout.write(json.dumps(answer))
    sys.stdout.flush()


def confine(limits: dict[str, int]) -> None:
    """Give up what this process does not need: memory, processor time, writing, core files."""
    for kind, most in (
        (resource.RLIMIT_AS, limits["memory_bytes"]),
        (resource.RLIMIT_CPU, limits["cpu_seconds"]),
        (resource.RLIMIT_FSIZE, limits["write_bytes"]),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(kind, (most, most))


def reader(order: dict[str, Any]) -> Callable[[], dict[str, Any]]:
    """Return what carries an order out; only the one library it needs is loaded, which is most of the time a probe takes."""
    path, content_type = Path(order["path"]), order["content_type"]
    if order["verb"] == "make_jpeg":
        from media.cell import jpegs

        return lambda: jpegs.make(path, Path(order["target"]), content_type=content_type, wanted=order["wanted"])
    look: Callable[[], dict[str, Any]]
    if content_type.startswith("image/"):
        from media.cell import pictures

        look = partial(pictures.probe, path, content_type=content_type, most_pixels=order["most_pixels"])
    elif content_type.startswith("video/"):
        from media.cell import films

        look = partial(films.probe, path, content_type=content_type)
    else:
        from media.cell import papers

        look = partial(papers.probe, path, content_type=content_type)

    def probe() -> dict[str, Any]:
        disguises.refuse_second_faces(path, content_type)
        return look()

    return probe


if __name__ == "__main__":
    main(sys.argv[1])
