"""How lists of posts, jobs and dead letters are narrowed by the API."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django_filters import rest_framework as filters

from connectors.types import LiveState
from publishing.models import DeadLetter, Post, PublishJob
from publishing.states import FINAL, NEEDS_A_PERSON, State

#: How a post as a whole is doing; see ``selectors.overall_state``.
POST_STATES: Final = ("scheduled", "publishing", "published", "partly_published", "failed", "cancelled")
#: A row's id is made shortly before the row itself.
_SLACK: Final = timedelta(minutes=10)


def _with(**which: Any) -> Exists:
    return Exists(PublishJob.objects.filter(post_id=OuterRef("pk"), role=PublishJob.Role.POST, **which))


def _others(*states: State) -> Exists:
    """Return what holds for posts that have a job in none of these states."""
    return _with(state__in=sorted(set(State) - set(states)))


def in_state(state: str) -> Q:
    """Return what holds for the posts that as a whole are in one state."""
    moving, failed = _others(*FINAL, *NEEDS_A_PERSON), _with(state__in=sorted(NEEDS_A_PERSON))
    published, cancelled = _with(state=State.PUBLISHED), _with(state=State.CANCELLED)
    found = {
        "scheduled": Q(_with(state=State.SCHEDULED)) & ~Q(_others(State.SCHEDULED)),
        "publishing": Q(moving) & Q(_others(State.SCHEDULED)),
        "published": ~Q(_others(State.PUBLISHED)),
        "partly_published": Q(published) & (Q(failed) | Q(cancelled)) & ~Q(moving),
        "failed": Q(failed) & ~Q(published) & ~Q(moving),
        "cancelled": Q(cancelled) & ~Q(_others(State.CANCELLED)),
    }
    return found[state]


def id_at(moment: datetime) -> UUID:
    """Return the smallest id of a row made at a moment: ids begin with the milliseconds of their birth."""
    milliseconds = max(0, min(int(moment.timestamp() * 1000), 2**48 - 1))
    return UUID(int=milliseconds << 80)


class PostFilter(filters.FilterSet):
    """Narrow a list of posts."""

    state = filters.MultipleChoiceFilter(
        choices=[(state, state) for state in POST_STATES],
        method="of_states",
        help_text="How the post as a whole is doing; several may be named.",
    )
    platform = filters.CharFilter(method="at_platform", help_text="With a job at this platform, such as linkedin.")
    destination = filters.UUIDFilter(method="at_destination", help_text="With a job at this destination.")
    created_after = filters.IsoDateTimeFilter(method="made_after", help_text="Created at this moment or later.")
    created_before = filters.IsoDateTimeFilter(method="made_before", help_text="Created before this moment.")
    publish_after = filters.IsoDateTimeFilter(
        field_name="publish_at", lookup_expr="gte", help_text="To go out at this moment or later; not those for now."
    )
    publish_before = filters.IsoDateTimeFilter(
        field_name="publish_at", lookup_expr="lt", help_text="To go out before this moment; not those for now."
    )
    idempotency_key = filters.CharFilter(help_text="The key it was sent with: the one post, or none.")

    class Meta:
        model = Post
        fields: list[str] = []

    def of_states(self, posts: QuerySet[Post], name: str, states: list[str]) -> QuerySet[Post]:
        """Keep those in one of the states."""
        found = Q(pk__in=[])
        for state in states:
            found |= in_state(state)
        return posts.filter(found) if states else posts

    def at_platform(self, posts: QuerySet[Post], name: str, slug: str) -> QuerySet[Post]:
        """Keep those that go to a platform."""
        return posts.filter(_with(platform_id=slug))

    def at_destination(self, posts: QuerySet[Post], name: str, place: UUID) -> QuerySet[Post]:
        """Keep those that go to a destination."""
        return posts.filter(_with(destination_id=place))

    def made_after(self, posts: QuerySet[Post], name: str, moment: datetime) -> QuerySet[Post]:
        """Keep those created at a moment or later; ids, which are ordered by time, let an index find them."""
        return posts.filter(pk__gte=id_at(moment - _SLACK), created_at__gte=moment)

    def made_before(self, posts: QuerySet[Post], name: str, moment: datetime) -> QuerySet[Post]:
        """Keep those created before a moment."""
        return posts.filter(pk__lt=id_at(moment + _SLACK), created_at__lt=moment)


class JobFilter(filters.FilterSet):
    """Narrow a list of jobs."""

    state = filters.MultipleChoiceFilter(choices=[(state.value, state.value) for state in State])
    platform = filters.CharFilter(field_name="platform_id")
    destination = filters.UUIDFilter(field_name="destination_id")
    post = filters.UUIDFilter(field_name="post_id")
    role = filters.ChoiceFilter(choices=PublishJob.Role.choices)
    standing = filters.MultipleChoiceFilter(
        field_name="watch__state", choices=[(state.value, state.value) for state in LiveState]
    )

    class Meta:
        model = PublishJob
        fields: list[str] = []


class DeadLetterFilter(filters.FilterSet):
    """Narrow a list of dead letters."""

    platform = filters.CharFilter(field_name="platform_id")
    fingerprint = filters.CharFilter()
    who = filters.ChoiceFilter(choices=[("author", "author"), ("tenant", "tenant"), ("operator", "operator")])

    class Meta:
        model = DeadLetter
        fields: list[str] = []
