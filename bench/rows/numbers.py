"""Numbers over full tables: the look for what is due, enrolling, and what the pages ask, with a tenant that holds half of everything."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone

from bench.figures import Row, percentile
from bench.hub import Hub
from bench.rows import Options, sweeps
from connectors.models import Destination
from connectors.types import Metric
from foundation.listing import Sort
from monitoring.analytics import enrolling, looking, ranges, rolling, selectors, storing
from monitoring.analytics.placing import Placed, Window
from monitoring.analytics.rows import AccountMetric, MetricCursor, MetricWatch, PostMetric
from monitoring.analytics.totals import Narrowed
from monitoring.models import AnalyticsSummary
from tenants.models import Tenant

TITLE: Final = "looks for due numbers, and what is asked of them, in full tables"
POSTS, PLACES = 1_000_000, 100_000
#: Values of posts, and as many of places; one after the other.
VALUES: Final = (10_000, 100_000, 1_000_000)
QUICK: Final = (20_000, 2_000, (10_000, 20_000))
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
    """Fill the tables, and ask; the more values, the longer."""
    posts, places, values = QUICK if options.quick else (POSTS, PLACES, VALUES)
    row = Row(
        "numbers", f"{TITLE}: {posts:,} posts watched, up to {values[-1]:,} values of posts and as many of places"
    )
    sweeps.fill(posts, places, due_per_mille=5)
    for many in values:
        _ask(row, posts, many)
    return row


def _ask(row: Row, posts: int, values: int) -> None:
    began = time.monotonic()
    _fill(posts, values)
    row.facts[f"{values:,}: filled_in_seconds"] = round(time.monotonic() - began, 1)
    now = timezone.now()
    MetricCursor.objects.update_or_create(name="published posts", defaults={"at": now})
    big, small = _tenants()
    weeks, quarter = (ranges.last_days(days, zone=ZoneInfo("UTC"), now=now) for days in (28, 90))
    best = Sort("views", selectors.post_columns()["views"], True)
    by_place = Narrowed(quarter)
    plain = _timed(lambda: selectors.summary(big, by_place, by="destination"), calls=3)
    row.tell(f"{values:,}: summary of the big tenant without sums, 90 days, by place", percentile(plain, 0.5), "ms")
    began = time.monotonic()
    for tenant in (big, small):
        rolling.build(tenant, now=now)
    row.tell(f"{values:,}: making the sums of the big tenant", time.monotonic() - began, "s")
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE metric_sums, metric_roll_ups")
    place = Destination.objects.filter(tenant=big).order_by("pk")[0]
    asks: dict[str, tuple[Callable[[], Any], float]] = {
        "claim 16 watches": (lambda: looking.claim(now=timezone.now(), limit=16), LOOK_MS),
        "enrol, nothing new": (lambda: enrolling.enrol_posts(now=timezone.now()), LOOK_MS),
        "store a week of a place": (lambda: _store(place), LOOK_MS),
        "summary of a usual tenant, 28 days": (
            lambda: selectors.summary(small, Narrowed(weeks), by="platform"),
            READ_MS,
        ),
        "summary of the big tenant, 28 days": (lambda: selectors.summary(big, Narrowed(weeks), by="platform"), READ_MS),
        "summary of the big tenant, 90 days": (lambda: selectors.summary(big, by_place, by="platform"), READ_MS),
        "summary of the big tenant, 90 days, by place": (
            lambda: selectors.summary(big, by_place, by="destination"),
            READ_MS,
        ),
        "best posts of the big tenant, 90 days": (
            lambda: selectors.posts_page(big, Narrowed(quarter), best, "", size=25),
            READ_MS,
        ),
        "api_analytics_summary of the big tenant, a week": (
            lambda: _view(big, now.date() - timedelta(days=7)),
            READ_MS,
        ),
    }
    for name, (ask, most) in asks.items():
        times = _timed(ask, calls=CALLS)
        row.tell(f"{values:,}: {name}, p50", percentile(times, 0.5), "ms")
        row.tell(f"{values:,}: {name}, p95", percentile(times, 0.95), "ms", at_most=most)
        with sweeps.plans_of() as plans:
            ask()
        row.facts[f"{values:,}: {name}"] = {"ms": [round(one, 2) for one in times], "plans": plans}
    row.facts[f"{values:,}: rows_of_the_big_tenant"] = {
        "posts_28_days": PostMetric.objects.filter(tenant=big, published_at__gte=weeks.begins).count(),
        "places_28_days": AccountMetric.objects.filter(tenant=big, day__gte=weeks.since).count(),
    }


def _timed(ask: Callable[[], Any], *, calls: int) -> list[float]:
    ask()  # once unmeasured: the first call pays for caches
    times = []
    for _ in range(calls):
        started = time.perf_counter()
        ask()
        times.append((time.perf_counter() - started) * 1000)
    return times


def _store(place: Destination) -> None:
    """Store what a daily look at a place brings: eight metrics of seven days."""
    now = timezone.now()
    watch = MetricWatch(kind="place", destination=place, tenant_id=place.tenant_id, platform_id=place.platform_id)
    days = [now.date() - timedelta(days=ago) for ago in range(1, 8)]
    told = [Placed(Metric(name, 5.0, name), Window.DAY, day, now) for name in _PLACE_METRICS for day in days]
    with transaction.atomic():
        storing.store_place(watch, told, now=now)


def _view(tenant: Tenant, since: date) -> list[Any]:
    return list(AnalyticsSummary.objects.filter(tenant_id=tenant.pk, day__gte=since).order_by("-day")[:100])


def _tenants() -> tuple[Tenant, Tenant]:
    """Return the tenant that has half of all values, and another."""
    rows = Tenant.objects.filter(name__startswith="Sweep ").order_by("name")
    return rows[0], rows[1]


def _fill(posts: int, values: int) -> None:
    big, small = _tenants()
    others = [str(pk) for pk in Tenant.objects.filter(name__startswith="Sweep ").values_list("pk", flat=True)]
    among = f"('{{{','.join(others)}}}'::uuid[])[1 + %s]"

    def owner(place: str) -> str:
        """Return whose a place is: every second one is the big tenant's."""
        return f"CASE WHEN ({place}) % 2 = 0 THEN '{big.pk}'::uuid ELSE {among % f'(({place}) / 2 % {len(others)})::int'} END"

    many = len(_PLACE_METRICS)
    of_post, of_place = f"(n / {len(_POST_METRICS)}) % 1000", f"n / {many * _DAYS}"
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "TRUNCATE metric_watches, post_metrics, post_metric_history, account_metrics, metric_sums, metric_roll_ups"
        )
        # Numbers are of whom their place is of.
        cursor.execute(
            f"UPDATE destinations SET tenant_id = {owner('n')} FROM generate_series(0, 1100::bigint) AS n "  # noqa: S608 - all of it is ours
            f"WHERE id = {sweeps.uuid_of('d', 'n')}"
        )
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
                "tenant_id": owner(of_post),
                "destination_id": sweeps.uuid_of("d", of_post),
                "platform_id": "'meta'",
                "published_at": f"now() - interval '1 second' * ((n / {len(_POST_METRICS)}) * 83 % {_DAYS * 86400})",
                "metric": metric,
                "value": "(n * 7919) % 5000",
                "as_of": "now()",
                "taken_at": "now()",
            },
        )
        sweeps.insert(
            cursor,
            AccountMetric,
            values,
            {
                "id": "n",
                "destination_id": sweeps.uuid_of("d", of_place),
                "tenant_id": owner(of_place),
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
