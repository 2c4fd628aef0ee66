"""The operator's view of the workshop; what is done here calls the same services as the API and the pages."""

from typing import Any, Final

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html

from connectors.admin import ConnectionAdmin
from connectors.errors import ConnectorError
from connectors.models import Connection, Destination, Platform
from connectors.registry import CONNECTORS
from connectors.types import LiveState
from foundation.admin import Deed, ReadOnlyAdmin, ReadOnlyInline, Turn, among, linked, moment, narrowed, since, state
from foundation.admin.showing import tell_facts, tell_state
from foundation.errors import Conflict
from publishing import doorbell, reconnected, redriving, timeline, watching
from publishing.models import Attempt, DeadLetter, JobAction, JournalEntry, Post, PublishJob, Watch
from publishing.states import HELD, NAMES, NEEDS_A_PERSON, WAITING, State
from tenants.models import Tenant
from tenants.operating import operator_for

_TENANT: Final = narrowed("tenant", Tenant)
_PLATFORM: Final = among(
    "platform", lambda: [(slug, connector.name) for slug, connector in CONNECTORS.items()], target=Platform
)
_NAMES: Final = ("tenant__slug", "tenant__name__istartswith")
#: The words by which failures are told apart: those of the contract, and the drain's own.
KINDS: Final = (
    "transient",
    "rate_limited",
    "version_retired",
    "outcome_unknown",
    "reconnect_required",
    "content_rejected",
    "unexpected_answer",
    "worker_died",
    "not_configured",
    "restored",
)
_KIND_CHOICES: Final = [(kind, kind.replace("_", " ")) for kind in KINDS]
_WHO: Final = [("author", "The author"), ("tenant", "The tenant"), ("operator", "The operator"), ("nobody", "Nobody")]


def in_state(word: str) -> Q:
    """Return what holds for jobs of a state, with what lets the partial indexes answer."""
    due = Q(due_at__isnull=False, ready=False) | Q(ready=True)
    held = Q(lease_until__isnull=False)
    if word in WAITING:
        return Q(state=word) & due
    if word in HELD:
        return Q(state=word) & held
    if word == State.RECONCILING:
        return Q(state=word) & (due | held)
    return Q(state=word)


def _redrive(turn: Turn, letter: DeadLetter) -> bool:
    principal = operator_for(turn.request, letter.tenant)
    return bool(redriving.redrive(principal=principal, letters=[letter], now=turn.began, after=turn.number))


def _redrive_job(turn: Turn, job: PublishJob) -> bool:
    letter = job.dead_letters.filter(closed_at=None).select_related("job__post", "job__tenant", "tenant").first()
    if job.state not in NEEDS_A_PERSON or letter is None:
        raise Conflict(f"The job is {job.state}; there is nothing to redrive.")
    return _redrive(turn, letter)


def _hurry(turn: Turn, job: PublishJob) -> None:
    if job.state in NEEDS_A_PERSON:
        raise Conflict(f"The job is {job.state}; redrive it instead.")
    redriving.retry_job(principal=operator_for(turn.request, job.tenant), job=job, now=turn.now)


def _cancel(turn: Turn, job: PublishJob) -> None:
    redriving.cancel_job(principal=operator_for(turn.request, job.tenant), job=job, now=turn.now)


def _discard(turn: Turn, letter: DeadLetter) -> bool:
    principal = operator_for(turn.request, letter.tenant)
    return bool(redriving.discard(principal=principal, letters=[letter], reason=turn.reason, now=turn.now))


def _redrive_connection(turn: Turn, connection: Connection) -> bool:
    principal = operator_for(turn.request, connection.tenant)
    return bool(reconnected.redrive(principal=principal, connection=connection, now=turn.now))


def _look_again(turn: Turn, watch: Watch) -> None:
    watching.look_again(principal=operator_for(turn.request, watch.tenant), watch=watch, now=turn.now)


_SENT_PACED: Final = (
    "They go out one after the other, some in a second, each once. One that may be live already is looked for first."
)

ConnectionAdmin.deeds = (
    *ConnectionAdmin.deeds,
    Deed(
        "redrive_failed",
        "Redrive what failed for want of the account",
        "had jobs that are sent again",
        _redrive_connection,
        explain="Jobs that failed because the account had to be reconnected are sent again, where it works now. "
        + _SENT_PACED,
        related=("tenant", "platform"),
        after=doorbell.ring_after_commit,
        nothing="nothing waited for it",
    ),
)


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    """Posts."""

    about = "What authors wrote, once; a job for each destination."
    list_display = ("__str__", linked("tenant"), moment("publish_at"), "created_by", moment("created_at"))
    list_select_related = ("tenant",)
    list_filter = (since, _TENANT)
    looks_for = ("pk", "tenant", "tenant&idempotency_key", *_NAMES)
    search_help_text = "An id, a client's idempotency key, or the beginning of a tenant's name."


class AttemptInline(ReadOnlyInline):
    """A job's attempts."""

    model = Attempt
    fields = ("number", "purpose", "opened", "closed", "outcome", "error_kind", "cause", "told", "next_try")

    opened = admin.display(description="opened")(lambda self, row: moment("opened_at")(row))
    closed = admin.display(description="closed")(lambda self, row: moment("closed_at")(row))
    next_try = admin.display(description="next")(lambda self, row: moment("next_at")(row))
    told = admin.display(description="facts")(lambda self, row: tell_facts(row.facts))


class JournalInline(ReadOnlyInline):
    """A job's journal."""

    model = JournalEntry
    fields = ("when", "attempt_number", "kind", "key", "told")

    when = admin.display(description="at")(lambda self, row: moment("at")(row))
    told = admin.display(description="value")(lambda self, row: tell_facts(row.value))


@admin.register(PublishJob)
class PublishJobAdmin(ReadOnlyAdmin):
    """Jobs."""

    called = ("job", "jobs")
    about = "One post to one destination each: where it is, why it is there, its whole story."
    list_display = (
        "short_id",
        linked("tenant"),
        linked("platform"),
        linked("destination"),
        state("state"),
        moment("planned_at", "planned"),
        moment("due_at"),
        "attempt_count",
        "error_cause",
        "story",
    )
    list_select_related = ("tenant", "platform", "destination")
    list_filter = (
        among("state", [(name, name) for name in NAMES], where=in_state),
        _PLATFORM,
        among("error_kind", _KIND_CHOICES, title="failure"),
        among("role", PublishJob.Role.choices),
        since,
        _TENANT,
        narrowed("destination", Destination),
        narrowed("connection", Connection, path="destination__connection"),
        narrowed("post", Post),
    )
    looks_for = ("pk", "post", "destination", "tenant", "destination&external_id", *_NAMES)
    search_help_text = "The id of a job, a post, a destination or a tenant; the platform's id of a post; the beginning of a tenant's name."
    inlines = (AttemptInline, JournalInline)
    deeds = (
        Deed(
            "redrive",
            "Redrive",
            "are sent again",
            _redrive_job,
            explain="Failed and dead-lettered jobs are sent again. " + _SENT_PACED,
            related=("tenant",),
            after=doorbell.ring_after_commit,
            refusals=(ConnectorError,),
            nothing="somebody has dealt with it meanwhile",
        ),
        Deed(
            "retry",
            "Try now instead of waiting",
            "are tried now",
            _hurry,
            related=("tenant",),
            after=doorbell.ring_after_commit,
        ),
        Deed(
            "cancel",
            "Cancel",
            "are cancelled",
            _cancel,
            explain="They are taken back for good and will not be published. What is already being sent, or may be live, is left as it is.",
            danger=True,
            related=("tenant",),
        ),
    )

    @admin.display(description="job")
    def short_id(self, job: PublishJob) -> Any:
        """Tell the end of the id, which is what differs."""
        return format_html('<code title="{}">…{}</code>', job.pk, str(job.pk)[-12:])

    @admin.display(description="story")
    def story(self, job: PublishJob) -> Any:
        """Link to the job's timeline."""
        return format_html('<a href="{}">timeline</a>', reverse("job", args=[job.pk]))

    @admin.display(description="Story")
    def whole_story(self, job: PublishJob) -> Any:
        """Tell everything that happened, as the timeline does, also to operators who are no members of its tenant."""
        return render_to_string("admin/story.html", {"events": timeline.story_of(job), "job": job})

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Begin with the story."""
        return ["whole_story", *self._shown_columns()]


@admin.register(Attempt)
class AttemptAdmin(ReadOnlyAdmin):
    """Attempts, across jobs."""

    called = ("attempt", "attempts")
    about = "Every try of every job: what for, how it ended, what the platform said."
    list_display = (
        moment("opened_at", "opened"),
        linked("job"),
        "number",
        "purpose",
        state("outcome"),
        "error_kind",
        "cause",
        "worker",
        moment("closed_at", "closed"),
    )
    list_display_links = ("number",)
    list_select_related = ("job",)
    list_filter = (
        among("outcome", [(value, label) for value, label in Attempt.Outcome.choices if value]),
        among("error_kind", _KIND_CHOICES, title="failure"),
        among("purpose", Attempt.Purpose.choices),
        since,
        narrowed("job", PublishJob),
    )
    looks_for = ("pk", "job")
    begins_with = ("worker",)
    search_help_text = "The id of an attempt or a job, or the beginning of a worker's name."


@admin.register(JournalEntry)
class JournalEntryAdmin(ReadOnlyAdmin):
    """The journal, across jobs."""

    called = ("journal entry", "journal entries")
    about = "What publishing must not forget: effects noted, the irreversible step announced, answers."
    list_display = (moment("at"), linked("job"), "attempt_number", "kind", "key")
    list_display_links = ("key",)
    list_select_related = ("job",)
    list_filter = (among("kind", JournalEntry.Kind.choices), since, narrowed("job", PublishJob))
    looks_for = ("pk", "job")
    search_help_text = "The id of an entry or a job."


@admin.register(Watch)
class WatchAdmin(ReadOnlyAdmin):
    """What became of published posts."""

    called = ("look at a published post", "looks at published posts")
    about = "What became of published posts: still there, rejected, removed."
    list_display = (
        linked("job"),
        linked("tenant"),
        linked("platform"),
        state("state"),
        "reason",
        moment("changed_at", "since"),
        moment("looked_at", "looked"),
        moment("due_at"),
        "problem",
    )
    list_display_links = ("reason",)
    list_select_related = ("job", "tenant", "platform")
    list_filter = (
        among("state", [(one.value, one.value.replace("_", " ")) for one in LiveState]),
        _PLATFORM,
        since,
        narrowed("job", PublishJob),
        _TENANT,
    )
    bounded = ("tenant",)
    looks_for = ("pk", "job")
    search_help_text = "The id of a watch or a job."
    deeds = (Deed("look_again", "Look again", "are looked at again", _look_again, related=("tenant", "job")),)


@admin.register(JobAction)
class JobActionAdmin(ReadOnlyAdmin):
    """What was done with published posts."""

    called = ("action on a published post", "actions on published posts")
    about = "What people and clients did with published posts beyond editing and deleting."
    list_display = (
        moment("began_at", "began"),
        linked("tenant"),
        linked("job"),
        "slug",
        "actor",
        state("outcome"),
        "cause",
    )
    list_display_links = ("slug",)
    list_select_related = ("tenant", "job")
    list_filter = (
        among("outcome", [(value, label) for value, label in JobAction.Outcome.choices if value]),
        since,
        narrowed("job", PublishJob),
        _TENANT,
    )
    bounded = ("tenant",)
    looks_for = ("pk", "job", "tenant&idempotency_key")
    search_help_text = "The id of an action or a job, or a client's idempotency key."


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    """Dead letters."""

    about = "Jobs that need a person: why, who can mend it, what became of them."
    list_display = (
        moment("opened_at", "opened"),
        linked("tenant"),
        linked("platform"),
        linked("job"),
        "kind",
        "who",
        "cause",
        "standing",
        "closed_by",
    )
    list_display_links = ("kind",)
    list_select_related = ("tenant", "platform", "job")
    list_filter = (
        among(
            "resolution",
            [("open", "Open"), *((value, label) for value, label in DeadLetter.Resolution.choices if value)],
            where=lambda word: Q(closed_at=None) if word == "open" else Q(resolution=word),
        ),
        _PLATFORM,
        among("kind", _KIND_CHOICES),
        among("who", _WHO, title="who can mend it"),
        since,
        _TENANT,
        narrowed("job", PublishJob),
    )
    bounded = ("tenant",)
    looks_for = ("pk", "job", "tenant", *_NAMES)
    begins_with = ("fingerprint", "cause", "closed_by")
    search_help_text = (
        "The id of a letter, a job or a tenant; the beginning of a tenant's name, a cause or a fingerprint."
    )
    deeds = (
        Deed(
            "redrive",
            "Redrive",
            "are sent again",
            _redrive,
            explain="Their jobs are sent again. " + _SENT_PACED,
            related=("tenant", "job__post", "job__tenant"),
            after=doorbell.ring_after_commit,
            nothing="somebody has dealt with it meanwhile",
        ),
        Deed(
            "discard",
            "Discard, for a reason",
            "are discarded",
            _discard,
            explain="Their jobs are given up for good; what may be live stays there. The reason is kept with each.",
            reason="Why they are given up",
            danger=True,
            related=("tenant", "job"),
            nothing="somebody has dealt with it meanwhile",
        ),
    )

    def lookup_allowed(self, lookup: str, value: str, request: Any = None) -> bool:
        """Allow what dashboards lead here with: the letters of posts alone."""
        return lookup == "job__role__exact" or super().lookup_allowed(lookup, value, request)

    @admin.display(description="standing")
    def standing(self, letter: DeadLetter) -> Any:
        """Tell whether it is open, or how it was closed."""
        return state("resolution")(letter) if letter.resolution else tell_state("dlq", "Open")
