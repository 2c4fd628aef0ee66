"""The numbers of one post."""

from datetime import datetime
from typing import Any, Final

from connectors.pages import connect_again_url
from connectors.registry import CONNECTORS
from connectors.types import Capability
from monitoring.analytics import exports, obstacles, selectors
from monitoring.analytics.placing import zone_of
from monitoring.analytics.refreshing import next_refresh
from monitoring.analytics.rows import PostMetric
from monitoring.analytics.vocabulary import definition_of
from monitoring.pages.analytics import drawing, tiles
from monitoring.pages.analytics.words import written
from publishing.models import PublishJob
from publishing.states import State
from tenants.principal import Principal
from tenants.scopes import ANALYTICS_WRITE, CONNECTIONS_WRITE

MOST_PARTS: Final = 10


def job_page(principal: Principal, job: PublishJob, *, now: datetime) -> dict[str, Any]:
    """Return what ``monitoring/analytics_job.html`` and its piece on the job's page show."""
    zone = zone_of(principal.tenant.time_zone)
    watch = selectors.watch_of_job(job.pk)
    latest = selectors.latest_of([job.pk]).get(job.pk, [])
    history = selectors.history_of(job.pk)
    obstacle = obstacles.of_posts_at(job.platform_id) or obstacles.of_watch(watch)
    first = next((name for name in tiles.KEY_OF_POSTS if any(row.metric == name for row in latest)), "")
    may = ANALYTICS_WRITE in principal.scopes and job.state == State.PUBLISHED and job.removed_at is None
    can = (
        Capability.POST_METRICS in CONNECTORS[job.platform_id].capabilities if job.platform_id in CONNECTORS else False
    )
    return {
        "job": {"id": job.pk, "excerpt": exports.excerpt(job, 80) or "(no text)", "platform": job.platform_id,
                "platform_name": job.platform.name, "destination": job.destination.name,
                "destination_id": job.destination_id, "published_at": job.published_at},
        "latest": [_latest(row) for row in latest],
        "chart": drawing.history_chart(first, history, zone) if first and len(history) > 1 else None,
        "obstacle": obstacle,
        "reconnect_url": connect_again_url(job.destination.connection)
        if obstacle and obstacle.reconnect and CONNECTIONS_WRITE in principal.scopes
        else "",
        "taken_at": watch.taken_at if watch else None,
        "next_look_at": obstacles.next_look(watch, now=now),
        "asked_at": watch.asked_at if watch else None,
        "may_refresh": may and can and next_refresh(watch.asked_at if watch else None, now=now) is None,
        "refresh_possible_at": next_refresh(watch.asked_at if watch else None, now=now) if may and can else None,
        "poll_seconds": 3 if watch and watch.due_at and (watch.lease or watch.due_at <= now) else None,
    }  # fmt: skip


def _latest(row: PostMetric) -> dict[str, Any]:
    known = definition_of(row.metric)
    return {
        "metric": row.metric,
        "label": known.label,
        "meaning": known.meaning,
        "value": written(row.value, known.unit),
        "raw_name": row.raw_name,
        "as_of": row.as_of,
        "parts": [(name, written(value, known.unit)) for name, value in list(row.parts.items())[:MOST_PARTS] if value],
    }
