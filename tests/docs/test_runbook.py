"""The runbook has a line for every alert and for every code that ``/readyz`` and ``doctor`` can tell."""

import re
from pathlib import Path

import pytest

from monitoring.alerting.looks import PART_RULES
from monitoring.alerting.rules import RULES
from tests.docs import reading

PAGE = "docs/operations.md"
#: Where parts are made.
PARTS = ("monitoring/readiness.py", "monitoring/surroundings.py", "monitoring/retention/standing.py")
NAMES = "database|broker|redis|vault|worker|beat|queue|disk|clock|migrations|platforms|mail|retention"


def codes_of_parts() -> set[str]:
    source = "".join(reading.read(path) for path in PARTS)
    unknown = {f"{name}.unknown" for name in ("vault", "worker", "beat", "queue")}
    return set(re.findall(rf'"((?:{NAMES})\.[a-z_]+)"', source)) | unknown


def codes_of_checks() -> set[str]:
    rooms = [reading.ROOT / room for room in reading.ROOMS]
    files: list[Path] = [path for room in rooms for path in room.rglob("*checks.py")]
    return {
        code for path in files for code in re.findall(r'id="([a-z_]+\.[EW]\d{3})"', path.read_text(encoding="utf-8"))
    }


def rows(section: str) -> dict[str, str]:
    """The first column's words in ticks, each with its row, of a section of the page."""
    text = reading.read(PAGE).partition(f"### {section}\n")[2].partition("\n### ")[0]
    found = {}
    for line in text.splitlines():
        if line.startswith("| `"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            assert len(cells) == 3, line
            assert all(cells), line
            found.update(dict.fromkeys(re.findall(r"`([^`]+)`", cells[0]), line))
    return found


def test_every_alert_has_its_line_and_no_line_is_of_an_alert_that_is_none() -> None:
    assert set(rows("Alerts and what to do")) == set(RULES)


def test_every_code_has_its_line_and_no_line_is_of_a_code_that_is_none() -> None:
    told = codes_of_parts() | codes_of_checks()
    assert len(told) > 50  # the search itself works
    assert set(rows("Codes of `/readyz` and `doctor`")) == told


@pytest.mark.parametrize("code", sorted(PART_RULES))
def test_an_alert_watches_only_codes_that_there_are(code: str) -> None:
    assert code in codes_of_parts()
