"""The runbook has a section for every alert and for every code that ``/readyz`` and ``doctor`` can tell, and alerts lead to it."""

import re
from pathlib import Path

import pytest
from django.test import Client
from markdown.extensions.toc import slugify  # type: ignore[import-untyped]  # in the dev lock, without types

from monitoring import runbook
from monitoring.alerting.looks import PART_RULES
from monitoring.alerting.rules import RULES
from tests.docs import reading

#: Where parts are made.
PARTS = ("monitoring/readiness.py", "monitoring/surroundings.py", "monitoring/retention/standing.py")
NAMES = "database|ledger|broker|redis|vault|worker|beat|queue|disk|clock|migrations|platforms|mail|retention"
ALERTS = "Alerts"
ENTRIES = {entry.name: entry for chapter in runbook.chapters() for entry in chapter.entries}
MONITORS = sorted((reading.ROOT / "deploy" / "datadog" / "monitors").glob("*.json"))


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


def sections(*, of_alerts: bool) -> set[str]:
    chapters = [one for one in runbook.chapters() if (one.title == ALERTS) == of_alerts]
    return {entry.name for chapter in chapters for entry in chapter.entries}


def test_every_alert_has_its_section_and_no_section_is_of_an_alert_that_is_none() -> None:
    assert sections(of_alerts=True) == set(RULES)


def test_every_code_has_its_section_and_no_section_is_of_a_code_that_is_none() -> None:
    told = codes_of_parts() | codes_of_checks()
    assert len(told) > 50  # the search itself works
    assert sections(of_alerts=False) == told


def test_every_section_says_each_of_its_points_once_and_in_order() -> None:
    wrong = {
        name: [label for label, _ in entry.points]
        for name, entry in ENTRIES.items()
        if tuple(label for label, _ in entry.points) != runbook.POINTS
    }
    assert wrong == {}
    # Nothing of the file was passed over: each line of a section is one of its points.
    assert sum(line.startswith("- ") for line in reading.read(runbook.FILE).splitlines()) == 5 * len(ENTRIES)


@pytest.mark.parametrize("code", sorted(PART_RULES))
def test_an_alert_watches_only_codes_that_there_are(code: str) -> None:
    assert code in codes_of_parts()


def test_the_page_has_every_address_that_alerts_and_codes_lead_to_and_asks_nothing_of_the_database() -> None:
    page = Client().get(runbook.PATH)  # no mark of the database: a question to it would fail
    assert page.status_code == 200
    text = page.content.decode()
    anchors = re.findall(r' id="([^"]+)"', text)
    assert len(anchors) == len(set(anchors))
    for name in [*RULES, *codes_of_parts(), *codes_of_checks(), "security.W004"]:
        path, _, anchor = runbook.path_of(name).partition("#")
        assert path == runbook.PATH
        assert anchor in anchors, name
    assert set(re.findall(r'href="#([^"]+)"', text)) <= set(anchors)


def test_anchors_are_those_that_the_site_of_the_documentation_makes() -> None:
    for heading in [*ENTRIES, *(chapter.title for chapter in runbook.chapters())]:
        assert slugify(heading, "-") == runbook.anchor_of(heading)


def test_operations_leads_to_every_section() -> None:
    page = reading.read("docs/operations.md")
    assert [name for name, entry in ENTRIES.items() if f"(runbook.md#{entry.anchor})" not in page] == []


@pytest.mark.parametrize("path", MONITORS, ids=lambda path: path.stem)
def test_a_monitor_of_datadog_names_the_section_of_its_alert(path: Path) -> None:
    (named,) = re.findall(rf"{runbook.PATH}#([\w-]+)", path.read_text(encoding="utf-8"))
    assert named in RULES
