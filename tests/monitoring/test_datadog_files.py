"""The files for Datadog ask for metrics that are sent, by tags that these have, in the form its API takes."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from monitoring.metrics import COUNT, DISTRIBUTION, GAUGE, NAMES
from tests.docs import reading

FILES: Final = reading.ROOT / "deploy" / "datadog"
DASHBOARDS: Final = sorted((FILES / "dashboards").glob("*.json"))
MONITORS: Final = sorted((FILES / "monitors").glob("*.json"))
QUERY: Final = re.compile(r"(\w+):(switchboard[\w.]*)\{([^}]*)\}(?: by \{([^}]*)\})?(\.as_count\(\))?")
#: Every metric has them, given by the client.
UNIFIED: Final = {"env", "service", "version"}
AGGREGATORS: Final = {
    COUNT: {"sum"},
    GAUGE: {"max", "min", "avg", "sum"},
    DISTRIBUTION: {"count", "p50", "p95", "p99", "avg", "max"},
}
WIDGETS: Final = {"timeseries", "query_value", "toplist", "group", "note", "event_stream"}


def read(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def widgets(of: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for widget in of["widgets"]:
        yield widget["definition"]
        yield from widgets(widget["definition"]) if "widgets" in widget["definition"] else ()


def require_sent(text: str, variables: set[str]) -> set[str]:
    """Check every query in a text; return the metrics it asks for."""
    hits = QUERY.findall(text)
    assert len(hits) == text.count("switchboard."), f"understood in part only: {text}"
    for aggregator, name, scope, groups, as_count in hits:
        metric = NAMES[name]
        assert aggregator in AGGREGATORS[metric.kind], text
        assert bool(as_count) == (metric.kind == COUNT or aggregator == "count"), text
        assert set(filter(None, groups.split(","))) <= set(metric.tags), text
        for part in scope.split(","):
            tag = part.removeprefix("$").partition(":")[0]
            assert tag == "*" or tag in UNIFIED | set(metric.tags), text
            assert not part.startswith("$") or tag in variables, text
    return {hit[1] for hit in hits}


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_a_dashboard_can_be_imported_and_asks_for_what_is_sent(path: Path) -> None:
    told = read(path)
    assert told["title"].startswith("Switchboard: ")
    assert told["layout_type"] == "ordered"
    variables = {variable["prefix"] for variable in told["template_variables"]}
    assert {"env", "service"} <= variables
    for widget in widgets(told):
        assert widget["type"] in WIDGETS
        for request in widget.get("requests", ()):
            assert request["response_format"] == ("timeseries" if widget["type"] == "timeseries" else "scalar")
            names = {query["name"] for query in request["queries"]}
            for query in request["queries"]:
                assert query["data_source"] == "metrics"
                assert ("aggregator" in query) == (request["response_format"] == "scalar")
                assert require_sent(query["query"], variables)
            used = {word for formula in request["formulas"] for word in re.findall(r"query\d+", formula["formula"])}
            assert used == names


@pytest.mark.parametrize("path", MONITORS, ids=lambda path: path.stem)
def test_a_monitor_can_be_created_and_watches_what_is_sent(path: Path) -> None:
    told = read(path)
    assert set(told) == {"name", "type", "query", "message", "tags", "priority", "options"}
    assert told["type"] == "query alert"
    assert re.match(r"(sum|min|max|avg)\(last_\d+m\):", told["query"])
    assert require_sent(told["query"], set())
    _, sign, critical = told["query"].rpartition(" > ") if " > " in told["query"] else told["query"].rpartition(" < ")
    thresholds = told["options"]["thresholds"]
    assert float(critical) == thresholds["critical"]
    if "warning" in thresholds:
        assert (thresholds["warning"] < thresholds["critical"]) == (sign == " > ")
    groups = set(re.findall(r" by \{(\w+)\}", told["query"]))
    assert set(re.findall(r"\{\{(\w+)\.name\}\}", told["name"] + told["message"])) <= groups
    assert "docs/runbook.md" in told["message"]


def test_every_metric_is_shown_somewhere_and_every_file_is_explained() -> None:
    texts = [json.dumps(read(path)) for path in (*DASHBOARDS, *MONITORS)]
    assert {hit[1] for text in texts for hit in QUERY.findall(text)} == set(NAMES)
    assert {path.name for path in (*DASHBOARDS, *MONITORS)} == {
        name for name in reading.in_ticks("docs/datadog.md") if name.endswith(".json")
    }
    watched = {
        "dead-letters-rising",
        "tokens-overdue",
        "queue-age",
        "platform-error-rate",
        "beat-late",
        "worker-silent",
    }
    assert {path.stem for path in MONITORS} == watched | {"webhooks-refused"}
