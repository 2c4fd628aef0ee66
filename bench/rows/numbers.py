"""Numbers over full tables: the look for what is due, enrolling, and what the pages ask, with a tenant that holds half of everything."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from bench.figures import Row, percentile
from bench.hub import Hub
from bench.rows import Options, sweeps
from foundation.listing import Sort
from monitoring.analytics import enrolling, looking, ranges, selectors
from monitoring.analytics.rows import AccountMetric, MetricCursor, MetricWatch, PostMetric
from monitoring.analytics.totals import Narrowed
from tenants.models import Tenant

TITLE: Final = "looks for due numbers, and what is asked of them, in full tables"
POSTS, PLACES, VALUES = 1_000_000, 100_000, 1_000_000
QUICK: Final = (20_000, 2_000, 20_000)
CALLS: Final = 10
LOOK_MS, READ_MS = 50.0, 300.0
_POST_METRICS: Final = ("views", "reach", "reactions", "comments", "shares", "saves", "clicks", "engagements")
_PLACE_METRICS: Final = (
    "views",
    "reach",
    "followers",
    "new_followers",
    "profile_views",
    "clicks",
    "engagements",
    "shares",
)
_DAYS: Final = 120


def measure(hub: Hub, options: Options) -> Row:
    """Fill the tables, then ask."""
    posts, places, values = QUICK if options.quick else (POSTS, PLACES, VALUES)
    row = Row("numbers", f"{TITLE}: {posts:,} posts watched, {values:,} values of posts and as many of places")
    began = time.monotonic()
    sweeps.fill(posts, places, due_per_mille=5)
    _fill(posts, values)
    row.facts["filled_in_seconds"] = round(time.monotonic() - began, 1)
    now = timezone.now()
    MetricCursor.objects.update_or_create(name="published posts", defaults={"at": now})
    big, small = _tenants()
    weeks, quarter = (ranges.last_days(days, zone=ZoneInfo("UTC"), now=now) for days in (28, 90))
    best = Sort("views", selectors.post_columns()["views"], True)
    asks: dict[str, tuple[Callable[[], Any], float]] = {
        "claim 16 watches": (lambda: looking.claim(now=timezone.now(), limit=16), LOOK_MS),
        "enrol, nothing new": (lambda: enrolling.enrol_posts(now=timezone.now()), LOOK_MS),
        "summary of a usual tenant, 28 days": (
            lambda: selectors.summary(small, Narrowed(weeks), by="platform"),
            READ_MS,
        ),
        "summary of the big tenant, 28 days": (lambda: selectors.summary(big, Narrowed(weeks), by="platform"), READ_MS),
        "summary of the big tenant, 90 days, by place": (
            lambda: selectors.summary(big, Narrowed(quarter), by="destination"),
            READ_MS,
        ),
        "best posts of the big tenant, 90 days": (
            lambda: selectors.posts_page(big, Narrowed(quarter), best, "", size=25),
            READ_MS,
        ),
    }
    for name, (ask, most) in asks.items():
        ask()  # once unmeasured: the first call pays for caches
        times = []
        for _ in range(CALLS):
            started = time.perf_counter()
            ask()
            times.append((time.perf_counter() - started) * 1000)
        row.tell(f"{name}, p50", percentile(times, 0.5), "ms")
        row.tell(f"{name}, p95", percentile(times, 0.95), "ms", at_most=most)
        with sweeps.plans_of() as plans:
            ask()
        row.facts[name] = {"ms": [round(one, 2) for one in times], "plans": plans}
    days = weeks.days
    row.facts["rows_of_the_big_tenant"] = {
        "posts_28_days": PostMetric.objects.filter(tenant=big, published_at__gte=weeks.begins).count(),
        "places_28_days": AccountMetric.objects.filter(tenant=big, day__gte=weeks.since).count(),
        "days": days,
    }
    return row


def _tenants() -> tuple[Tenant, Tenant]:
    """Return the tenant that has half of all values, and another."""
    rows = Tenant.objects.filter(name__startswith="Sweep ").order_by("name")
    return rows[0], rows[1]


def _fill(posts: int, values: int) -> None:
    big, small = _tenants()
    others = [str(pk) for pk in Tenant.objects.filter(name__startswith="Sweep ").values_list("pk", flat=True)]
    spread = f"('{{{','.join(others)}}}'::uuid[])[1 + %s]"
    owner = f"CASE WHEN n % 2 = 0 THEN '{big.pk}'::uuid ELSE {spread % f'(n / 2 % {len(others)})::int'} END"
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("TRUNCATE metric_watches, post_metrics, post_metric_history, account_metrics")
        job = sweeps.uuid_of("a", "n")
        sweeps.insert(
            cursor,
            MetricWatch,
            posts,
            {
                "id": sweeps.uuid_of("e", "n"),
                "kind": "'post'",
                "job_id": job,
                "tenant_id": f"'{small.pk}'::uuid",
                "destination_id": sweeps.uuid_of("d", "n % 1000"),
                "platform_id": "'meta'",
                "published_at": "now() - interval '1 second' * n",
                "due_at": "CASE WHEN n % 200 = 0 THEN now() - interval '1 second' * (n % 900) "
                "ELSE now() + interval '1 second' * (n % 80000) END",
            },
        )
        metric = f"({_array(_POST_METRICS)})[1 + (n % {len(_POST_METRICS)})::int]"
        sweeps.insert(
            cursor,
            PostMetric,
            values,
            {
                "id": "n",
                "job_id": sweeps.uuid_of("a", f"n / {len(_POST_METRICS)}"),
                "tenant_id": owner.replace("n % 2", f"(n / {len(_POST_METRICS)}) % 2"),
                "destination_id": sweeps.uuid_of("d", f"(n / {len(_POST_METRICS)}) % 1000"),
                "platform_id": "'meta'",
                "published_at": f"now() - interval '1 second' * ((n / {len(_POST_METRICS)}) * 37 % {_DAYS * 86400})",
                "metric": metric,
                "value": "(n * 7919) % 5000",
                "as_of": "now()",
                "taken_at": "now()",
            },
        )
        many = len(_PLACE_METRICS)
        sweeps.insert(
            cursor,
            AccountMetric,
            values,
            {
                "id": "n",
                "destination_id": sweeps.uuid_of("d", f"n / {many * _DAYS}"),
                "tenant_id": owner.replace("n % 2", f"(n / {many * _DAYS}) % 2"),
                "platform_id": "'meta'",
                "metric": f"({_array(_PLACE_METRICS)})[1 + (n % {many})::int]",
                "day": f"current_date - (n / {many} % {_DAYS})::int",
                "span": "'day'",
                "value": "(n * 7919) % 5000",
                "as_of": "now()",
                "taken_at": "now()",
            },
        )
        cursor.execute("SET session_replication_role = DEFAULT")
        cursor.execute("VACUUM ANALYZE metric_watches, post_metrics, account_metrics")


def _array(names: tuple[str, ...]) -> str:
    return "ARRAY[" + ", ".join(f"'{name}'" for name in names) + "]"
