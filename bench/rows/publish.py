"""Durable publish throughput: posts per second from the first claim to the last durable record, against two floors."""

from __future__ import annotations

import time
from typing import Any, Final

from bench import world
from bench.figures import Row
from bench.floors import celery_floor, running
from bench.floors.running import FloorRun
from bench.hub import WORKERS, Hub, sleep_until
from bench.processes import NotMeasurable
from bench.rows import Options

TITLE: Final = "durable publish throughput, platform at 50 ms, two worker processes"
LATENCY_MS: Final = 50.0
AIM: Final = 700.0
TENANTS, PLACES = 10, 50
BULLMQ_CONCURRENCY: Final = (20, 100)


def measure(hub: Hub, options: Options) -> Row:
    """Run hub and floors in turn, so that a busy minute of the machine touches all of them."""
    row = Row("publish", TITLE)
    jobs = options.jobs or (1500 if options.quick else 6000)
    houses = world.make_houses("Publish", TENANTS, places=min(PLACES, max(2, jobs // TENANTS)))
    celery_floor.make_table()
    rates: list[float] = []
    checks: list[dict[str, Any]] = []
    floors: dict[str, list[FloorRun]] = {}
    for number in range(1, options.runs + 1):
        rate, check = _hub_once(hub, houses, jobs, row, label=f"run {number}")
        rates.append(rate)
        checks.append(check)
        _floor(row, floors, "Celery", lambda: running.celery_tasks(hub, jobs=jobs, latency_ms=LATENCY_MS))
        for concurrency in BULLMQ_CONCURRENCY if options.with_node else ():
            _floor(
                row,
                floors,
                f"BullMQ {concurrency}",
                lambda c=concurrency: running.bullmq(hub, jobs=jobs, latency_ms=LATENCY_MS, concurrency=c),
            )
    if not options.with_node:
        row.notes.append("BullMQ was left out: --without-node was given.")
    row.facts |= {
        "jobs": jobs,
        "seen": checks,
        "floors_once": {name: [r.once for r in f] for name, f in floors.items()},
    }
    _tell(row, jobs, rates, floors, runs=options.runs)
    return row


def _hub_once(hub: Hub, houses: list[world.House], jobs: int, row: Row, *, label: str) -> tuple[float, dict[str, Any]]:
    with hub.workers() as workers:
        world.warm_up(hub, houses)
        hub.stub.reset(latency_ms=LATENCY_MS)
        moment = world.soon(jobs)
        world.accept_all(houses, jobs, label=label, at=moment)
        world.analyze()
        world.require_before(moment)
        sleep_until(moment.timestamp() - 0.2)
        with hub.meter(workers=workers) as meter:
            sleep_until(moment.timestamp())
            hub.ring()
            world.wait_for_jobs(jobs)
            time.sleep(0.2)
    row.spend("hub", meter.costs)
    ended = world.finished()
    check: dict[str, Any] = world.once_each(hub, jobs) | {
        "states": dict(ended.states),
        "seconds": round(ended.seconds, 3),
        "most_calls_in_flight": hub.stub.most_open(),
        "jobs_per_claim": world.jobs_per_claim(),
    }
    if check["more_than_once"] or check["different"] != jobs or ended.states["published"] != jobs:
        row.notes.append(f"{label}: NOT exactly once: {check}")
    return ended.states["published"] / ended.seconds, check


def _floor(row: Row, floors: dict[str, list[FloorRun]], name: str, run: Any) -> None:
    try:
        made: FloorRun = run()
    except NotMeasurable as error:
        if (note := f"The floor {name} was not measured: {error}") not in row.notes:
            row.notes.append(note)
        return
    floors.setdefault(name, []).append(made)
    row.spend(f"floor {name}", made.costs)


def _tell(row: Row, jobs: int, rates: list[float], floors: dict[str, list[FloorRun]], *, runs: int) -> None:
    row.tell("hub", rates, "posts/s", at_least=AIM)
    for name, made in floors.items():
        row.tell(f"floor: {name}", [run.rate for run in made], "posts/s")
    for name, share in (("Celery", 2.0), ("BullMQ 100", 0.5), ("BullMQ 20", None)):
        if len(floors.get(name, ())) == len(rates):
            # Run by run: the two of a pair saw the same minute of a busy machine.
            pairs = zip(rates, floors[name], strict=True)
            row.tell(
                f"hub ÷ {name}", [rate / run.rate if run.rate else 0.0 for rate, run in pairs], "×", at_least=share
            )
    row.tell("jobs taken by one claim, mean", [check["jobs_per_claim"] for check in row.facts["seen"]], "")
    for who in ("hub", *(f"floor {name}" for name in floors)):
        times = runs if who == "hub" else len(floors[who.removeprefix("floor ")])
        for part in ("workers", "PostgreSQL", "stub"):
            spent = row.costs[f"{who}: {part}"].cpu_seconds / (jobs * times) * 1000
            row.tell(f"CPU per post, {who}: {part}", spent, "ms")
    for name in floors:
        share = _cpu(row, "hub") / runs / (_cpu(row, f"floor {name}") / len(floors[name]))
        row.tell(f"CPU of workers and PostgreSQL, hub ÷ {name}", share, "×")
    row.facts["worker_processes"] = WORKERS


def _cpu(row: Row, who: str) -> float:
    return row.costs[f"{who}: workers"].cpu_seconds + row.costs[f"{who}: PostgreSQL"].cpu_seconds
