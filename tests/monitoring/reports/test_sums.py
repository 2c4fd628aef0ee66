"""What the views tell of hours is what one counts by hand, however far the sums have come when somebody looks."""

import json
import random
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import models
from django.db.models import Sum

from monitoring.models import (
    AllHealthTallies,
    AllHealthTotals,
    AllPublishTallies,
    AllPublishTotals,
    HealthCheckTrend,
    HealthHour,
    HealthTally,
    HealthTotal,
    PublishHour,
    PublishPerformance,
    PublishTally,
    PublishTotal,
    ReportMark,
)
from monitoring.reports import folding, selectors
from monitoring.reports.steps import PRECISION
from publishing.models import PublishJob
from tenants.services import erase_tenant, suspend_tenant
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
    _totals_agree()


def _totals_agree() -> None:
    """Compare what all tenants come to together with what each of them does, hour by hour and step by step."""
    together = ((AllPublishTallies, AllPublishTotals), (AllHealthTallies, AllHealthTotals))
    for each, total in together:
        names = [field.column for field in total._meta.concrete_fields if field.column]
        keys, sums = names[:3], names[3:]
        assert keys == ["platform", "hour", "latency_ms"]
        told, counted = (
            sorted(view._default_manager.values_list(*keys).annotate(**{f"n_{name}": Sum(name) for name in sums}))
            for view in (total, each)
        )
        assert told == counted


def _sums() -> list[Any]:
    tables = (PublishTally, PublishTotal, PublishHour, HealthTally, HealthTotal, HealthHour)
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


def test_what_was_written_late_is_in_its_hour_once_that_is_closed_and_each_night_after_it(
    make_ledger: Callable[[int], Ledger], now: datetime
) -> None:
    ledger = make_ledger(1)
    begin = _hour(now) - 5 * HOUR
    (tenant,) = ledger.tenants
    ledger.published(tenant, "meta", begin + timedelta(minutes=10), 400)
    folding.fold(now=begin + timedelta(minutes=30))
    # Written after the mark had passed their moment: the first before its hour is closed, the others after.
    ledger.published(tenant, "meta", begin + timedelta(minutes=11), 900)
    folding.fold(now=begin + HOUR + timedelta(minutes=20))
    _agrees_on_posts(ledger)
    ledger.published(tenant, "meta", begin + timedelta(minutes=12), 90_000)
    ledger.letter(tenant, "meta", begin + timedelta(minutes=13))
    folding.fold(now=now)
    assert PublishPerformance.objects.get(platform="meta").published == 2
    folding.refold(now=now)
    _agrees_on_posts(ledger)


def _agrees_on_posts(ledger: Ledger) -> None:
    counted = _published(ledger)
    assert _told(PublishPerformance, next(iter(counted.values()))) == counted


def test_what_happened_this_minute_is_told_at_once(make_ledger: Callable[[int], Ledger], now: datetime) -> None:
    ledger = make_ledger(1)
    folding.fold(now=now)
    ledger.published(ledger.tenants[0], "meta", now - timedelta(seconds=1), 400)
    ledger.checked(ledger.tenants[0], "meta", now - timedelta(seconds=1), "healthy", 40)
    _agrees(ledger)


def test_a_rebuild_that_was_broken_off_goes_on_where_it_stopped(
    make_ledger: Callable[[int], Ledger], now: datetime, settings: Any
) -> None:
    settings.REPORTS_KEEP = timedelta(days=5)
    ledger = make_ledger(1)
    for day in range(1, 5):
        ledger.published(ledger.tenants[0], "meta", now - timedelta(days=day), 400)
    folding.fold(now=now)
    whole = [step for step in folding.rebuild(since=None, now=now) if step.name == "publish"]
    steps = folding.rebuild(since=None, now=now)
    stopped = [next(steps), next(steps)][-1]
    steps.close()  # type: ignore[attr-defined]
    rest = list(folding.rebuild(since=None, now=now))
    assert rest[0].first == stopped.end
    assert len([step for step in rest if step.name == "publish"]) == len(whole) - 2
    assert [step.done for step in whole] == sorted(step.done for step in whole)
    assert whole[-1].done == 1
    assert not ReportMark.objects.exclude(rebuilding_from=None).exists()
    _agrees_on_posts(ledger)


def test_sums_go_when_they_are_old_or_their_tenant_is_erased(
    make_ledger: Callable[[int], Ledger], now: datetime, settings: Any
) -> None:
    ledger = make_ledger(2)
    for tenant in ledger.tenants:
        ledger.published(tenant, "meta", now - timedelta(days=3), 400)
        ledger.checked(tenant, "meta", now - timedelta(days=3), "healthy", 40)
    ledger.published(ledger.tenants[1], "meta", now - timedelta(minutes=5), 400)
    folding.fold(now=now)
    kept, erased = ledger.tenants
    suspend_tenant(tenant=erased, actor="system:test", now=now)
    erase_tenant(tenant=erased, actor="system:test")
    for table in (PublishTally, PublishHour, HealthTally, HealthHour):
        assert set(table._default_manager.values_list("tenant_id", flat=True)) == {kept.pk}
    assert PublishTotal.objects.get().published == HealthTotal.objects.get().healthy == 1
    _totals_agree()
    settings.REPORTS_KEEP = timedelta(days=2)
    assert folding.forget(now=now) == 6
    assert not any(_sums())


def test_hours_whose_checks_are_forgotten_in_part_are_not_made_anew(
    make_ledger: Callable[[int], Ledger], now: datetime, settings: Any
) -> None:
    ledger = make_ledger(1)
    ledger.checked(ledger.tenants[0], "meta", now - timedelta(hours=40), "healthy", 40)
    folding.fold(now=now)
    settings.HEALTH_LOG_RETENTION = timedelta(days=1)
    ledger.checks[0].delete()
    folding.refold(now=now)
    assert HealthCheckTrend.objects.get().checks == 1


def test_percentiles_of_many_hours_and_tenants_are_merged(make_ledger: Callable[[int], Ledger], now: datetime) -> None:
    chance, ledger = random.Random(7), make_ledger(2)
    for _ in range(120):
        ledger.happen(chance, now - timedelta(hours=9), now)
    folding.fold(now=now - timedelta(hours=2))
    took: dict[str, list[int]] = defaultdict(list)
    for job in ledger.jobs:
        if job.published_at is not None and job.role == PublishJob.Role.POST:
            took[job.platform_id].append(round((job.published_at - job.planned_at).total_seconds() * 1000))
    told = selectors.publish_latencies(None, since=_hour(now) - 10 * HOUR)
    assert told.keys() == took.keys()
    for platform, spread in told.items():
        ms = took[platform]
        assert spread.count == len(ms)
        assert spread.mean == pytest.approx(sum(ms) / len(ms), abs=1)
        assert spread.percentiles == {one: _near(_nearest_rank(one, ms), least=1) for one in (50, 95, 99)}
    checks = selectors.check_latencies(ledger.tenants[0], since=_hour(now) - 10 * HOUR, by=("tenant_id", "platform"))
    counted = [entry for entry in ledger.checks if entry.tenant == ledger.tenants[0]]
    assert sum(spread.count for spread in checks.values()) == len(counted)


def test_the_command_sums_up_and_tells_of_it(
    make_ledger: Callable[[int], Ledger], now: datetime, capsys: Any, settings: Any
) -> None:
    settings.REPORTS_KEEP = timedelta(days=4)
    ledger = make_ledger(1)
    ledger.published(ledger.tenants[0], "meta", now - timedelta(days=2), 400)
    call_command("rebuild_reports", "--json", "--since", f"{now - timedelta(days=3):%Y-%m-%d}")
    told = json.loads(capsys.readouterr().out)
    assert set(told["rebuilt"]) == {"publish", "health"}
    assert PublishHour.objects.count() == 1
    call_command("rebuild_reports")
    assert "Done in" in capsys.readouterr().out
