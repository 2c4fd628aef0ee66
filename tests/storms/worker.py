"""A worker process of the storm: threads that all want every account's tokens renewed, in an order of their own."""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID


def main() -> int:
    """Renew until nothing is left or time is up; print what came of the wishes."""
    import django

    django.setup()
    threads, seed, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    break_product(os.environ.get("STORM_BREAK", ""))
    from connectors.models import Connection

    wanted = dict(Connection.objects.values_list("pk", "token_version"))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()  # all workers begin at once
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(threads) as pool:
        tallies = list(
            pool.map(lambda number: _renew_all(wanted, random.Random(seed * 1000 + number), until), range(threads))
        )
    total: Counter[str] = sum(tallies, Counter())
    sys.stdout.write(f"{dict(total)}\n")
    return 0


def _renew_all(wanted: dict[UUID, int], rng: random.Random, until: float) -> Counter[str]:
    from django.db import connections
    from django.utils import timezone

    from connectors.refreshing import Outcome, refresh_connection

    left, tally = dict(wanted), Counter[str]()
    try:
        while left and time.monotonic() < until:
            order = list(left)
            rng.shuffle(order)
            for pk in order:
                outcome = refresh_connection(
                    connection_id=pk, reason="storm", clock=timezone.now, seen_version=left[pk], asked_by="system:storm"
                )
                tally[str(outcome)] += 1
                if outcome in {Outcome.REFRESHED, Outcome.FRESH_ALREADY, Outcome.ENDED, Outcome.IMPOSSIBLE}:
                    del left[pk]
            if left:
                time.sleep(0.1)
    finally:
        connections.close_all()
    return tally


def break_product(how: str) -> None:
    """Break one of the two guards on purpose: ``lease`` lets everybody exchange, ``swap`` stores and believes whatever comes."""
    if not how:
        return
    from connectors import refreshing
    from connectors.models import Connection

    if how == "lease":
        refreshing._take_lease = lambda row, token, *, now: True
        return
    # An exchange that outlives its lease is what the comparison of versions is for.
    refreshing.lease = lambda: timedelta(seconds=0.5)

    def unswapped(work: Callable[..., Any]) -> Callable[..., Any]:
        def run(row: Connection, *rest: Any, **named: Any) -> Any:
            row.token_version = Connection.objects.values_list("token_version", flat=True).get(pk=row.pk)
            return work(row, *rest, **named)

        return run

    refreshing._store = unswapped(refreshing._store)
    refreshing._refused = unswapped(refreshing._refused)


if __name__ == "__main__":
    sys.exit(main())
