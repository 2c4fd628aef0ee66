"""What the views tell of hours is what one counts by hand, however far the sums have come when somebody looks."""

import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import models

from monitoring.models import (
    HealthCheckTrend,
    HealthHour,
    HealthTally,
    PublishHour,
    PublishPerformance,
    PublishTally,
)
from monitoring.reports import folding
from monitoring.reports.steps import PRECISION
from publishing.models import PublishJob
from tests.monitoring.reports.conftest import Ledger

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def _hour(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _nearest_rank(percent: int, values: list[int]) -> float:
    return sorted(values)[max(0, -(-percent * len(values) // 100) - 1)]


def _published(ledger: Ledger) -> dict[Any, dict[str, Any]]:
    """Count by hand."""
    took: dict[Any, list[int]] = defaultdict(list)
    tries: dict[Any, list[int]] = defaultdict(list)
    failed: dict[Any, list[bool]] = defaultdict(list)
    for job in ledger.jobs:
        if job.published_at is not None and job.role == PublishJob.Role.POST:
            key = (job.tenant_id, job.platform_id, _hour(job.published_at))
            took[key].append(round((job.published_at - job.planned_at).total_seconds() * 1000))
            tries[key].append(job.tries + 1)
    for letter in ledger.letters:
        key = (letter.tenant_id, letter.platform_id, _hour(letter.opened_at))
        failed[key].append(letter.who == "operator" or letter.kind == "outcome_unknown")
    told = {}
    for key in took.keys() | failed.keys():
        ms, dead = took[key], sum(failed[key])
        told[key] = {
            "published": len(ms),
            "failed": len(failed[key]) - dead,
            "dead_lettered": dead,
            "success_rate": pytest.approx(len(ms) / (len(ms) + len(failed[key])), abs=1e-4),
            "latency_s_avg": pytest.approx(sum(ms) / len(ms) / 1000, abs=2e-3) if ms else None,
            **{f"latency_s_p{one}": _near(_nearest_rank(one, ms) / 1000) if ms else None for one in (50, 95, 99)},
            "tries_avg": pytest.approx(sum(tries[key]) / len(ms), abs=0.01) if ms else None,
        }
    return told


def _checked(ledger: Ledger) -> dict[Any, dict[str, Any]]:
    rows: dict[Any, list[Any]] = defaultdict(list)
    for entry in ledger.checks:
        rows[entry.tenant_id, entry.platform, _hour(entry.checked_at)].append(entry)
    told = {}
    for key, entries in rows.items():
        states = [str(entry.state) for entry in entries]
        ms = [entry.latency_ms for entry in entries]
        told[key] = {
            "checks": len(entries),
            **{state: states.count(state) for state in ("healthy", "degraded", "unhealthy")},
            "success_rate": pytest.approx(states.count("healthy") / len(states), abs=1e-4),
            "latency_ms_avg": pytest.approx(sum(ms) / len(ms), abs=0.1),
            "latency_ms_p95": _near(_nearest_rank(95, ms), least=1),
        }
    return told


def _near(value: float, *, least: float = 0.001) -> Any:
    return pytest.approx(value, rel=PRECISION, abs=least * 1.1)


def _told(view: type[models.Model], columns: dict[str, Any]) -> dict[Any, dict[str, Any]]:
    rows = view._default_manager.values("tenant_id", "platform", "hour", *columns)
    return {(row["tenant_id"], row["platform"], row["hour"]): {name: row[name] for name in columns} for row in rows}


def _agrees(ledger: Ledger) -> None:
    published, checked = _published(ledger), _checked(ledger)
    assert _told(PublishPerformance, next(iter(published.values()))) == published
    assert _told(HealthCheckTrend, next(iter(checked.values()))) == checked


def _sums() -> list[Any]:
    tables = (PublishTally, PublishHour, HealthTally, HealthHour)
    return [sorted(table._default_manager.values_list(), key=str) for table in tables]


@pytest.mark.parametrize("seed", range(3))
def test_the_views_tell_what_one_counts_by_hand_whenever_one_folds(
    make_ledger: Callable[[int], Ledger], now: datetime, seed: int
) -> None:
    chance, ledger = random.Random(seed), make_ledger(2)
    begin, moment = now - timedelta(hours=30), now - timedelta(hours=30)
    while moment < now:
        following = min(now, moment + timedelta(minutes=chance.choice([3, 20, 90, 400])))
        for _ in range(chance.randrange(2, 14)):
            ledger.happen(chance, moment, following)
        moment = following
        if chance.random() < 0.7:
            folding.fold(now=moment)
        if chance.random() < 0.3:
            _agrees(ledger)
    _agrees(ledger)
    folding.fold(now=now)
    _agrees(ledger)
    known = _sums()
    folding.fold(now=now)
    assert _sums() == known, "folding twice changed something"
    for roll_up in folding.ROLL_UPS:
        assert list(folding.again(roll_up, since=begin - HOUR, now=now))
    assert _sums() == known, "a rebuild told something else than folding"
