"""The list of posts, and one post with what became of it."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from connectors.pages import platform_options
from connectors.registry import CONNECTORS
from foundation.errors import NotFound
from foundation.listing import Column, Query, stretch_of
from publishing import selectors
from publishing.models import Post, PublishJob
from publishing.pages.files import files_of
from publishing.pages.words import MOVING, STATE_LABELS, excerpt_of, job_row, standing_of
from publishing.states import NEEDS_A_PERSON, State
from tenants.models import ApiKey, Tenant

PAGE_SIZE: Final = 25
POLL_SECONDS: Final = 3
POLL_SECONDS_SCHEDULED: Final = 30

_COLUMNS: Final = {"created": Column(), "due": Column(Coalesce(F("publish_at"), F("created_at")))}
_TABS: Final = {
    "": "All",
    "waiting": "Waiting",
    "published": "Published",
    "failed": "With failures",
    "cancelled": "Cancelled",
}


def posts_page(tenant: Tenant, query: Query) -> dict[str, Any]:
    """Return what ``publishing/posts.html`` shows."""
    words = query.words()
    platform = query.choice("platform", CONNECTORS)
    state = query.choice("state", set(_TABS) - {""})
    sort = query.sort(_COLUMNS, "created")

    everything = Post.objects.filter(tenant=tenant)
    chosen = _in_state(everything, state) if state else everything
    if words:
        chosen = chosen.filter(Q(text__icontains=words) | Q(link__icontains=words))
    if platform:
        chosen = chosen.filter(_has_job(platform_id=platform))
    stretch = stretch_of(chosen, sort, query.cursor, size=PAGE_SIZE)
    total = everything.count()
    narrowed = bool(words or platform or state)
    return {
        "posts": _post_rows(tenant, stretch.ties),
        "total": total,
        "filters": {"query": words, "platform": platform, "state": state, "destination": ""},
        "platforms": platform_options(),
        "states": [
            {
                "label": label,
                "count": total if not name and not words and not platform else None,
                "url": query.url(state=name),
                "current": name == state,
            }
            for name, label in _TABS.items()
        ],
        "sorts": query.sorts(_COLUMNS, sort),
        "page": stretch.links(query, total=None if narrowed else total),
    }


def post_page(tenant: Tenant, post_id: UUID, *, now: datetime) -> dict[str, Any]:
    """Return what ``publishing/post.html`` shows; raises ``NotFound``."""
    post = Post.objects.filter(tenant=tenant, pk=post_id).first()
    if post is None:
        raise NotFound("There is no such post.", remedy="Look for it among your posts.")
    jobs = list(selectors.jobs_of(tenant).filter(post=post).order_by("destination__name", "destination_id", "-role"))
    found = {State(job.state) for job in jobs}
    poll = POLL_SECONDS if found & (MOVING - {State.SCHEDULED}) else POLL_SECONDS_SCHEDULED
    states: dict[str, int] = defaultdict(int)
    for job in jobs:
        states[job.state] += job.role == PublishJob.Role.POST
    author, source = _author(post.created_by, _key_names(tenant, [post.created_by]))
    standings = [standing for job in jobs if (standing := standing_of(job))]
    told = {
        "taken_back": sum(standing["taken_back"] for standing in standings),
        "id": post.pk,
        "text": post.text,
        "link": post.link,
        "author": author,
        "source": source,
        "created_at": post.created_at,
        "due_at": post.publish_at,
        "files": files_of(tenant, post.media, now=now),
        "first_comment": post.first_comment,
        "total": sum(states.values()),
        **_tally({state: count for state, count in states.items() if count}),
    }
    return {
        "post": told,
        "jobs": [job_row(job) for job in jobs],
        "poll_seconds": poll if found & MOVING else None,
    }


def _post_rows(tenant: Tenant, ids: list[Any]) -> list[dict[str, Any]]:
    found = Post.objects.filter(tenant=tenant).in_bulk(ids)
    jobs = PublishJob.objects.filter(post_id__in=ids, role=PublishJob.Role.POST).order_by()
    states: dict[UUID, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    platforms: dict[UUID, dict[str, str]] = defaultdict(dict)
    counted = jobs.values_list("post_id", "platform_id", "platform__name", "state").annotate(count=Count("pk"))
    for post_id, slug, name, state, count in counted:
        states[post_id][state] += count
        platforms[post_id][slug] = name
    names = _key_names(tenant, [post.created_by for post in found.values()])
    return [
        {
            "id": post.pk,
            "excerpt": excerpt_of(post.text, post.link),
            "author": _author(post.created_by, names)[0],
            "created_at": post.created_at,
            "due_at": post.publish_at,
            "platforms": [{"slug": slug, "name": name} for slug, name in sorted(platforms[post.pk].items())],
            **_tally(states[post.pk]),
        }
        for post in (found[pk] for pk in ids if pk in found)
    ]


def _tally(states: dict[str, int]) -> dict[str, Any]:
    overall = selectors.overall_state(set(states))
    state = "partial" if overall == "partly_published" else overall
    return {
        "state": state,
        "state_label": STATE_LABELS[state],
        "published": states.get(State.PUBLISHED, 0),
        "failed": sum(states.get(each, 0) for each in NEEDS_A_PERSON),
        "waiting": sum(states.get(each, 0) for each in MOVING),
    }


def _in_state(posts: QuerySet[Post], state: str) -> QuerySet[Post]:
    moving, failed = _has_job(state__in=sorted(MOVING)), _has_job(state__in=sorted(NEEDS_A_PERSON))
    published = _has_job(state=State.PUBLISHED)
    if state == "waiting":
        return posts.filter(moving)
    if state == "failed":
        return posts.filter(failed)
    if state == "published":
        return posts.filter(published, ~moving, ~failed)
    return posts.filter(~moving, ~failed, ~published)


def _has_job(**which: Any) -> Exists:
    return Exists(PublishJob.objects.filter(post_id=OuterRef("pk"), role=PublishJob.Role.POST, **which))


def _key_names(tenant: Tenant, actors: Collection[str]) -> dict[str, str]:
    """Return the names of the client apps among these actors, by the prefix of their key."""
    prefixes = {actor.removeprefix("key:") for actor in actors if actor.startswith("key:")}
    return dict(ApiKey.objects.filter(tenant=tenant, prefix__in=prefixes).values_list("prefix", "name"))


def _author(actor: str, key_names: dict[str, str]) -> tuple[str, str]:
    """Return who wrote a post, and where it came from."""
    kind, _, name = actor.partition(":")
    if kind == "key":
        return key_names.get(name, name), f"API key {name}…"
    return name or actor, "Signed in" if kind == "user" else ""
