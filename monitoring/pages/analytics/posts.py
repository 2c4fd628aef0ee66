"""The table of posts with their latest numbers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from foundation.listing import Query, Sort
from monitoring.analytics import exports, obstacles, selectors
from monitoring.analytics.rows import PostMetric
from monitoring.analytics.selectors import Sums
from monitoring.analytics.totals import Narrowed
from monitoring.analytics.vocabulary import SHOWN_OF_POSTS, definition_of
from monitoring.pages.analytics.words import written
from publishing.models import PublishJob
from tenants.models import Tenant

PAGE_SIZE: Final = 10
#: Columns of the table of posts, as far as somebody told them.
COLUMNS: Final = SHOWN_OF_POSTS
MOST_COLUMNS: Final = 6


def table(
    tenant: Tenant, asked: Narrowed, query: Query, total: Sums, params: Mapping[str, str], path: str
) -> dict[str, Any]:
    """Return the table of posts, and what it is ordered by."""
    columns = [name for name in COLUMNS if name in total.of_posts][:MOST_COLUMNS]
    known = selectors.post_columns()
    offered = {name: known[name] for name in (selectors.PUBLISHED, *columns)}
    for name in ("days", "since", "until", "platform", "destination"):
        query.words(name)  # kept in the links of headings and pages
    sort = query.sort(offered, columns[0] if columns else selectors.PUBLISHED)
    stretch = selectors.posts_page(tenant, asked, sort, query.cursor, size=PAGE_SIZE)
    latest = selectors.latest_of(stretch.ties)
    jobs = selectors.jobs_in_order(tenant, stretch.ties)
    sorts = query.sorts(offered, sort)
    return {
        "columns": [{"name": name, "label": definition_of(name).label, "sort": sorts[name]} for name in columns],
        "published_sort": sorts[selectors.PUBLISHED],
        "sorted_by": _sorted_by(sort),
        "posts": [_post(job, latest.get(job.pk, []), columns) for job in jobs],
        "page": stretch.links(query),
    }


def _sorted_by(sort: Sort) -> str:
    if sort.name == selectors.PUBLISHED:
        return "newest first" if sort.descending else "oldest first"
    word = definition_of(sort.name).label.lower()
    return f"{'most' if sort.descending else 'fewest'} {word} first, those without {word} left out"


def _post(job: PublishJob, told: Sequence[PostMetric], columns: Sequence[str]) -> dict[str, Any]:
    values = {row.metric: row.value for row in told}
    return {
        "id": job.pk,
        "excerpt": exports.excerpt(job, 80) or "(no text)",
        "platform": job.platform_id,
        "destination": job.destination.name,
        "published_at": job.published_at,
        "cells": [
            {
                "label": definition_of(name).label,
                "value": written(values[name], definition_of(name).unit) if name in values else "",
            }
            for name in columns
        ],
        "taken_at": max((row.taken_at for row in told), default=None),
        "untold": obstacles.of_posts_at(job.platform_id) is not None,
    }
