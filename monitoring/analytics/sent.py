"""How many posts went out: counted as they are, out of one index and never out of the table, so that the count is true at once."""

from datetime import date, datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Count, QuerySet

from monitoring.analytics import rolling
from monitoring.analytics.ranges import Range
from monitoring.analytics.totals import Narrowed
from publishing.models import PublishJob
from tenants.models import Tenant


def posts(tenant: Tenant, asked: Narrowed, days: Range, *, since: datetime | None = None) -> QuerySet[PublishJob]:
    """Return the posts that went out on these days; with ``since``, from that moment on."""
    jobs = PublishJob.objects.filter(
        tenant=tenant, published_at__gte=since or days.begins, published_at__lt=days.ends, role=PublishJob.Role.POST
    )
    return asked.of(jobs).order_by()


def count(tenant: Tenant, asked: Narrowed, days: Range, *, by: str) -> dict[Any, int]:
    """Return how many went out on these days, by ``platform`` or ``destination``."""
    # Not by their ids: those are not in the index.
    return dict(posts(tenant, asked, days).values_list(f"{by}_id").annotate(count=Count("*")))


def count_by_day(tenant: Tenant, asked: Narrowed) -> dict[str, dict[date, int]]:
    """Return how many went out on each day of a range, by platform; days without any are left out."""
    days = asked.range
    inner, narrowing = (
        posts(tenant, asked, days)
        .values_list("platform_id", "published_at")
        .query.get_compiler(connection=connection)
        .as_sql()
    )
    found: dict[str, dict[date, int]] = {}
    for rows, values in rolling.as_values(days.every_day, days.zone.key):
        with connection.cursor() as cursor:
            cursor.execute(_BY_DAY_SQL % {"days": rows, "posts": inner}, [*values, *narrowing])
            for platform, day, number in cursor.fetchall():
                # SQLite's columns have no types of their own.
                found.setdefault(platform, {})[date.fromisoformat(day) if isinstance(day, str) else day] = number
    return found


_BY_DAY_SQL: Final = """
WITH asked (day, begins, ends) AS (VALUES %(days)s)
SELECT posts.platform_id, asked.day, count(*)
FROM asked JOIN (%(posts)s) AS posts ON posts.published_at >= asked.begins AND posts.published_at < asked.ends
GROUP BY posts.platform_id, asked.day
"""
