"""Thousands of checks over a bad line: whatever passes by itself disconnects nobody and makes nobody unhealthy.

In the suite the line is ten times as bad and the checks are fewer. The whole of it, by hand:
``HEALTH_STORM_CHECKS=10000 HEALTH_STORM_SHARE=0.01 python -m pytest tests/monitoring/test_storm.py -n0 -s``.
"""

import os
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connectors import http
from connectors.models import Connection
from connectors.registry import CONNECTORS
from monitoring.health import check_connection
from monitoring.models import ConnectionHealth, HealthLogEntry
from sandbox.adapter import SandboxAdapter
from sandbox.app import Sandbox
from tests.conftest import GATEWAY
from tests.contract.cases import KINDS
from tests.contract.conftest import MakeStage, make_stage, sandbox, world  # noqa: F401
from tests.contract.stage import Stage
from tests.monitoring.spoiling import SHAPES, Spoiler

CHECKS = int(os.environ.get("HEALTH_STORM_CHECKS", "150"))
SHARE = float(os.environ.get("HEALTH_STORM_SHARE", "0.1"))
#: So long after each other: tokens of an hour and of a day end on the way.
STEP = timedelta(seconds=31)


@pytest.fixture
def stages(make_stage: MakeStage, settings: Any) -> list[Stage]:  # noqa: F811
    """One connected account on each platform."""
    settings.GOOGLE_BUSINESS_CALLS_PER_MINUTE = 0
    first = {case.connector.slug: case for case in reversed(KINDS)}
    made = []
    for slug in CONNECTORS:
        settings.PUBLIC_URL = "http://testserver"
        made.append(make_stage(first[slug]))
    for stage in made:
        assert check_connection(connection=stage.connection, now=timezone.now()).state == "healthy"
    return made


def test_a_bad_line_disconnects_nobody(
    stages: list[Stage],
    sandbox: Sandbox,  # noqa: F811
) -> None:
    line = Spoiler(SandboxAdapter(sandbox), SHARE)
    http.mount(GATEWAY, line)
    shown: Counter[str] = Counter()
    for number in range(CHECKS):
        stage = stages[number % len(stages)]
        check_connection(connection=stage.connection, now=timezone.now())
        row = stage.connection
        assert (row.status, row.health) in {("active", "healthy"), ("active", "degraded")}, (
            number, row.platform_id, row.status_code, row.status_cause, line.spoilt,
        )  # fmt: skip
        shown[f"{row.platform_id} {row.health}"] += 1
        stage.hands.shift(STEP)
    seen = Counter(HealthLogEntry.objects.values_list("state", flat=True))
    print(f"\n{CHECKS} checks, {line.calls} calls, {sum(line.spoilt.values())} spoilt: {dict(line.spoilt)}")  # noqa: T201
    print(f"seen: {dict(seen)}; shown: {dict(sorted(shown.items()))}")  # noqa: T201
    assert seen["degraded"] > 0, "the line was bad"
    assert seen["unhealthy"] == 0
    http.mount(GATEWAY, SandboxAdapter(sandbox))
    for stage in stages:
        stage.hands.shift(timedelta(hours=2))
        check_connection(connection=stage.connection, now=timezone.now())
        last = HealthLogEntry.objects.filter(connection=stage.connection).order_by("-checked_at").first()
        assert (stage.connection.status, stage.connection.health) == ("active", "healthy"), last and last.findings
    assert set(ConnectionHealth.objects.values_list("failures", flat=True)) == {0}


def test_a_line_that_is_bad_in_one_way_makes_nobody_unhealthy_however_often_it_is_tried(
    stages: list[Stage],
    sandbox: Sandbox,  # noqa: F811
    settings: Any,
) -> None:
    settings.HEALTH_FAILURES_TOLERATED = 1
    for shape, made in SHAPES.items():
        http.mount(GATEWAY, Spoiler(SandboxAdapter(sandbox), 1.0, shapes={shape: made}))
        for _ in range(2):
            for stage in stages:
                check_connection(connection=stage.connection, now=timezone.now())
            stages[0].hands.shift(timedelta(hours=1))
        for stage in stages:
            row = stage.connection
            assert (row.status, row.health) == (Connection.Status.ACTIVE, "degraded"), (shape, row.platform_id)
            verdict = ConnectionHealth.objects.get(connection=row)
            assert verdict.cause.startswith("Since "), (shape, row.platform_id, verdict.cause)
        ConnectionHealth.objects.all().delete()
        Connection.objects.update(health="healthy")
