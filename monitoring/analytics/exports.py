"""What stands in the CSV files: posts one a line with a column for each metric, days of places one value a line."""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from connectors.registry import CONNECTORS
from foundation.listing import Sort
from monitoring.analytics import selectors
from monitoring.analytics.rows import PostMetric, PostSnapshot
from monitoring.analytics.selectors import Sums
from monitoring.analytics.totals import Narrowed
from publishing.contents import content_of
from publishing.models import PublishJob
from tenants.models import Tenant

Line = list[Any]
#: Read from the database at once.
STEP: Final = 500
LONGEST_TEXT: Final = 200


def posts(tenant: Tenant, asked: Narrowed, sort: Sort) -> Iterator[Line]:
    """Yield a heading, then the posts of a range in order."""
    days = asked.range
    told = PostMetric.objects.filter(tenant=tenant, published_at__gte=days.begins, published_at__lt=days.ends)
    metrics = selectors.in_order(asked.of(told).order_by().values_list("metric", flat=True).distinct())
    about = [
        "published_at",
        "platform",
        "destination",
        "destination_id",
        "job",
        "post",
        "permalink",
        "text",
        "taken_at",
    ]
    yield [*about, *metrics]
    cursor = ""
    while True:
        stretch = selectors.posts_page(tenant, asked, sort, cursor, size=STEP)
        jobs = selectors.jobs_in_order(tenant, stretch.ties)
        latest = selectors.latest_of(stretch.ties)
        for job in jobs:
            yield [*_about(job, latest.get(job.pk, []), asked), *_values(latest.get(job.pk, []), metrics)]
        cursor = stretch.older
        if not cursor:
            return


def days(tenant: Tenant, asked: Narrowed) -> Iterator[Line]:
    """Yield a heading, then every value of every place, day by day."""
    yield [
        "day",
        "platform",
        "destination",
        "destination_id",
        "metric",
        "raw_name",
        "window",
        "value",
        "as_of",
        "taken_at",
    ]
    zone = asked.range.zone
    for place in selectors.places_of(tenant, asked).order_by("name", "id").iterator(STEP):
        for row in selectors.days_of(tenant, [place.pk], asked.range).order_by("day", "metric"):
            at = (row.as_of.astimezone(zone), row.taken_at.astimezone(zone))
            yield [
                *(row.day.isoformat(), row.platform_id, place.name, str(place.pk)),
                *(row.metric, row.raw_name, row.window, row.value, *at),
            ]


def history(job: UUID, snapshots: list[PostSnapshot], asked_zone: Any) -> Iterator[Line]:
    """Yield a heading, then a post's snapshots, one a line."""
    metrics = selectors.in_order({name for one in snapshots for name in one.values})
    yield ["job", "taken_at", *metrics]
    for one in snapshots:
        yield [str(job), one.taken_at.astimezone(asked_zone), *(one.values.get(name) for name in metrics)]


def sums(tenant: Tenant, asked: Narrowed, *, by: str) -> Iterator[Line]:
    """Yield a heading, then what a range comes to: in all, then by group (its id and its name)."""
    yield ["group", "name", "of", "metric", "value", "previous", "change", "change_percent", "told", "as_of"]
    for key, name, one in _groups(tenant, asked, by=by):
        yield [
            key,
            name,
            "posts",
            "posts_published",
            one.posts,
            one.posts_before,
            one.posts - one.posts_before,
            "",
            "",
            "",
        ]
        for kind, figures in (("posts", one.of_posts), ("places", one.of_places)):
            for metric in selectors.in_order(figures):
                figure = figures[metric]
                compared = (figure.previous, figure.change, figure.change_percent)
                yield [key, name, kind, metric, figure.value, *compared, figure.told, figure.as_of]


def platforms_of(groups: Iterable[str]) -> list[str]:
    """Return platforms in the order in which the hub names them."""
    known = list(CONNECTORS)
    return sorted(groups, key=lambda slug: known.index(slug) if slug in CONNECTORS else len(known))


def _groups(tenant: Tenant, asked: Narrowed, *, by: str) -> Iterator[tuple[str, str, Sums]]:
    """Yield the sums of all, then those of each group; of places some at a time."""
    if by == "platform":
        total, found = selectors.summary(tenant, asked, by="platform")
        yield "total", "All", total
        for slug in platforms_of(found):
            yield slug, CONNECTORS[slug].name if slug in CONNECTORS else slug, found[slug]
        return
    total, places, stretch = selectors.by_place(tenant, asked, "", size=STEP)
    yield "total", "All", total
    while True:
        for place, one in places:
            yield str(place.pk), place.name, one
        if not stretch.older:
            return
        places, stretch = selectors.places_page(tenant, asked, stretch.older, size=STEP)


def excerpt(job: PublishJob, longest: int = LONGEST_TEXT) -> str:
    """Return how a post begins, in one line."""
    said = content_of(job.post, job.destination_id)
    line = " ".join(said.text[: 4 * longest].split()) or said.link
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def _about(job: PublishJob, told: list[PostMetric], asked: Narrowed) -> Line:
    zone = asked.range.zone
    taken = max((row.taken_at for row in told), default=None)
    published = job.published_at.astimezone(zone) if job.published_at else None
    return [
        *(published, job.platform_id, job.destination.name, str(job.destination_id), str(job.pk), str(job.post_id)),
        *(job.permalink, excerpt(job), taken.astimezone(zone) if taken else None),
    ]


def _values(told: list[PostMetric], metrics: list[str]) -> Line:
    found = {row.metric: row.value for row in told}
    return [found.get(metric) for metric in metrics]
