"""The documents are followed word for word: their commands and programs run against a hub in processes of its own.

A block in ``bash`` or ``python`` that is followed by one in ``text`` or ``json`` must answer just that; an ellipsis stands for
anything. The blocks of all pages are typed into one shell, in the order in which a reader comes by.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.api.town import Town
from tests.docs import reading
from tests.journeys.hub import ROOT, Hub

#: The pages in the order of reading: the first connects the accounts and makes the post that the others speak of.
PAGES = ["docs/api/quickstart.md", "docs/api/conventions.md", "docs/api/connections.md", "docs/sandbox.md"]
CLIENT = "clients/python/README.md"
_BLOCK = re.compile(r"^```(bash|python|json|text)\n(.*?)^```$", re.M | re.S)


@dataclass(frozen=True)
class Step:
    """Something a reader types, and what the page says comes of it."""

    page: str
    typed: str
    promised: str = ""
    form: str = ""


def steps(page: str, language: str) -> list[Step]:
    """Return what is typed on a page, each with the answer that stands right behind it."""
    found: list[Step] = []
    for hit in _BLOCK.finditer(reading.read(page)):
        if hit[1] == language:
            found.append(Step(page, hit[2]))
        elif found and not found[-1].promised and hit[1] in {"json", "text"}:
            found[-1] = Step(page, found[-1].typed, hit[2].strip(), hit[1])
    return found


def fits(step: Step, answer: str) -> bool:
    """Tell whether an answer is what the page says."""
    if step.form == "json":
        same: bool = json.loads(answer) == json.loads(step.promised)
        return same
    pattern = ".*".join(re.escape(part) for part in step.promised.split("…"))
    return re.fullmatch(pattern, answer.strip(), re.S) is not None


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with Hub(tmp_path_factory.mktemp("hub") / "var", PUBLISH_LANDING_SECONDS="1") as hub:
        hub.wait_until_ready()
        yield Town(hub)


def test_who_types_what_the_pages_say_sees_what_the_pages_say(town: Town, tmp_path: Path) -> None:
    typed = [step for page in PAGES for step in steps(page, "bash")]
    assert len(typed) >= 15
    # What is typed in one place is known in the next, as in a terminal; NUL parts the answers.
    script = "\nprintf '\\0'\n".join(step.typed for step in typed)
    for name in ("examples", "clients"):
        (tmp_path / name).symlink_to(ROOT / name)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=tmp_path, env={**_shell(), **town.variables}, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    answers = done.stdout.split("\0")
    for step, answer in zip(typed, answers, strict=False):
        assert not step.promised or fits(step, answer), (step.page, step.typed, answer, done.stderr)
    assert done.returncode == 0, (typed[len(answers) - 1], done.stderr)
    assert len(answers) == len(typed)


def test_a_program_with_the_typed_client_publishes_to_five_platforms(town: Town) -> None:
    town.connect()
    programs = steps(CLIENT, "python")
    assert all(step.promised for step in programs)
    for step in programs:
        done = subprocess.run(
            [sys.executable, "-c", step.typed],
            cwd=ROOT, env={**_shell(), **town.variables, "PYTHONPATH": str(ROOT / "clients" / "python")},
            capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
        assert fits(step, done.stdout), (done.stdout, done.stderr)


def _shell() -> dict[str, Any]:
    return {"PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": "/nonexistent"}
