"""Top of the hour: many posts scheduled for the same second, a slow platform, and how soon all of them are out."""

from __future__ import annotations

from typing import Final

from bench import world
from bench.figures import Row
from bench.hub import WORKERS, Hub, sleep_until
from bench.rows import Options

TITLE: Final = "top of the hour: posts due in the same second, platform at 200 ms"
LATENCY_MS: Final = 200.0
JOBS, QUICK_JOBS = 1000, 400
TENANTS, PLACES = 10, 20


def measure(hub: Hub, options: Options) -> Row:
    """Schedule, wait for the second, and read at the platform when each post was accepted."""
    from django.conf import settings

    jobs = QUICK_JOBS if options.quick else JOBS
    row = Row("burst", f"{TITLE}: {jobs:,} of them")
    seats = settings.WORKER_CALLS_IN_FLIGHT * WORKERS
    ideal = jobs * LATENCY_MS / 1000 / seats
    houses = world.make_houses("Burst", TENANTS, places=PLACES)
    firsts, lasts = [], []
    for _ in range(options.runs):
        with hub.workers() as workers:
            world.warm_up(hub, houses)
            hub.stub.reset(latency_ms=LATENCY_MS)
            moment = world.soon(jobs)
            world.accept_all(houses, jobs, label="nine o'clock", at=moment)
            world.analyze()
            world.require_before(moment)
            sleep_until(moment.timestamp() - 0.5)
            with hub.meter(workers=workers) as meter:
                world.wait_for_jobs(jobs)
        row.spend("hub", meter.costs)
        answered = sorted(answered for _, _, _, answered in hub.stub.posts())
        firsts.append(answered[0] - moment.timestamp())
        lasts.append(answered[-1] - moment.timestamp())
        row.facts.setdefault("seen", []).append(world.once_each(hub, jobs) | {"most_open": hub.stub.most_open()})
    row.tell("from the due second to the last accept", lasts, "s")
    row.tell(f"floor: {jobs} × {LATENCY_MS:g} ms ÷ {seats} calls in flight", ideal, "s")
    row.tell("hub ÷ floor", [last / ideal for last in lasts], "×", at_most=1.5)
    row.tell("from the due second to the first accept", firsts, "s", at_most=1.0)
    return row
