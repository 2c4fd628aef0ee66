"""Fairness: five posts of each of ten tenants, beside five thousand of an eleventh, against the same without it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bench import world
from bench.figures import Row, percentile
from bench.hub import Hub, sleep_until
from bench.processes import wait_until
from bench.rows import Options

TITLE: Final = "a few jobs of each of ten tenants beside thousands of an eleventh, platform at 50 ms"
LATENCY_MS: Final = 50.0
BIG, QUICK_BIG = 5000, 1500
OTHERS, EACH = 10, 5
#: The others' moment comes when the big tenant's jobs are well under way.
LATER: Final = timedelta(seconds=2)


def measure(hub: Hub, options: Options) -> Row:
    """Measure at the platform how late the others' posts arrive, with and without the big tenant."""
    big = world.make_house("Big", places=50)
    others = world.make_houses("Small", OTHERS, places=EACH)
    jobs = QUICK_BIG if options.quick else BIG
    row = Row("fairness", f"{TITLE}: {EACH} each beside {jobs:,}")
    beside: list[float] = []
    alone: list[float] = []
    for _ in range(options.runs):
        alone.append(percentile(_delays(hub, row, "alone", None, 0, others), 0.95))
        beside.append(percentile(_delays(hub, row, "beside the big tenant", big, jobs, others), 0.95))
    idle = row.tell("floor: start delay of the ten on an idle hub, p95", alone, "s")
    busy = row.tell("start delay of the ten beside the big tenant, p95", beside, "s")
    row.tell("hub ÷ floor", busy / idle, "×", at_most=2.0)
    row.facts |= {"big_jobs": jobs, "other_jobs": OTHERS * EACH}
    world.forget_posts()
    return row


def _delays(hub: Hub, row: Row, who: str, big: world.House | None, jobs: int, others: list[world.House]) -> list[float]:
    """Return how many seconds after its moment each of the others' posts reached the platform."""
    count = OTHERS * EACH
    with hub.workers() as workers:
        world.warm_up(hub, others)
        hub.stub.reset(latency_ms=LATENCY_MS)
        start = world.soon(jobs + count)
        moment = start + LATER
        if big is not None:
            world.accept(big, jobs, label="big", at=start)
        world.accept_all(others, count, label="small", at=moment)
        world.analyze()
        world.require_before(start)
        sleep_until(start.timestamp() - 0.2)

        def arrived() -> list[float]:
            return [received for _, text, received, _ in hub.stub.posts() if text.startswith("small")]

        with hub.meter(workers=workers) as meter:
            sleep_until(moment.timestamp())
            hub.ring()  # in both cases, so that the idle hub does not wait for its timer and flatter the other
            wait_until(
                lambda: len(arrived()) >= count,
                "The others' posts",
                patience=world.PATIENCE,
                pause=0.5,
                progress=hub.stub.count,
            )
        if big is not None:
            left = jobs + count - world.states()["published"]
            row.facts.setdefault("big_tenants_jobs_left_when_the_others_were_out", []).append(left)
    row.spend(who, meter.costs)
    world.forget_posts()
    return [received - moment.timestamp() for received in arrived()]
