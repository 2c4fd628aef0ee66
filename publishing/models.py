"""Rows of the workshop. The database refuses impossible ones: see the constraints of ``PublishJob``."""

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone

from connectors.models import Destination, Platform
from connectors.types import LiveState
from foundation.rows import Row
from publishing import states
from publishing.states import State
from tenants.models import Tenant

#: How a published post stands that readers no longer see, and that somebody should hear of.
TAKEN_BACK: Final = frozenset({LiveState.REJECTED, LiveState.REMOVED})


class Post(Row):
    """What an author wants to say, once, at one or more destinations."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="posts")
    text = models.TextField(blank=True)
    link = models.CharField(max_length=2000, blank=True)
    media = models.JSONField(default=list, help_text="The files of the post in order: id, alt_text, title.")
    settings = models.JSONField(
        default=dict, help_text="By kind of destination: what is set for it, with the version of its schema."
    )
    first_comment = models.TextField(blank=True, help_text="Written under the post once it is public.")
    overrides = models.JSONField(default=dict, help_text="By destination id: what is said there instead.")
    publish_at = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField(
        max_length=64, blank=True, help_text="The zone the author meant, for showing it again."
    )
    in_order = models.BooleanField(default=False, help_text="Keep the order of posts at each destination.")
    created_by = models.CharField(max_length=160)
    idempotency_key = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - NULLs do not collide
    request_digest = models.CharField(max_length=64, help_text="SHA-256 of the request, to tell a replay from a clash.")
    trace_parent = models.CharField(  # noqa: DJ001 - a null costs no room, and there is none where no traces are sent
        max_length=55,
        null=True,
        blank=True,
        editable=False,
        help_text="Where the trace of its acceptance goes on, while traces are sent.",
    )

    class Meta:
        db_table = "posts"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "idempotency_key"], name="an_idempotency_key_makes_one_post"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "-id"], name="posts_of_tenant"),
            # Posts for now have no moment and cost it nothing.
            models.Index(
                fields=["tenant", "publish_at", "id"],
                condition=Q(publish_at__isnull=False),
                name="posts_of_tenant_by_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60] or self.link[:60]


class PublishJob(Row):
    """One post to one destination, or its first comment there: the unit of retry, of states, of dead letters.

    Its foreign keys have no indexes of their own where a constraint or a longer index begins with the same column: each
    index is written three times in a job's life.
    """

    class Role(models.TextChoices):
        POST = "post", "Post"
        FIRST_COMMENT = "first_comment", "First comment"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="jobs", db_index=False)
    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="jobs", db_index=False)
    destination = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="jobs", db_index=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.POST, db_default=Role.POST)
    state = models.CharField(max_length=16, choices=[(state.value, state.value) for state in State])
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="When a worker should take it; null while held or at rest."
    )
    ready = models.BooleanField(default=False, help_text="Its moment has come; it waits only for a worker.")
    planned_at = models.DateTimeField(default=timezone.now, help_text="When it was first meant to go out.")
    in_order = models.BooleanField(
        default=False, help_text="Waits for the earlier jobs of its destination that ask for order."
    )
    lease_owner = models.CharField(max_length=80, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0, help_text="Tries that counted against the table of waits.")
    deaths = models.PositiveIntegerField(default=0, help_text="How often a worker died holding it.")
    looks = models.PositiveIntegerField(default=0, help_text="How often the platform was asked whether it is there.")
    attempt_count = models.PositiveIntegerField(default=0)
    first_tried_at = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(
        null=True, blank=True, help_text="When the irreversible step was first announced and its outcome is still open."
    )
    external_id = models.CharField(max_length=200, blank=True)
    permalink = models.URLField(max_length=2000, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True, help_text="When somebody took the live post away again.")
    error_kind = models.CharField(max_length=32, blank=True)
    error_cause = models.CharField(max_length=600, blank=True)
    error_remedy = models.CharField(max_length=600, blank=True)
    error_who = models.CharField(max_length=16, blank=True)

    class Meta:
        db_table = "publish_jobs"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=[s.value for s in State]), name="job_state_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=sorted(states.HELD), lease_token__isnull=False, lease_until__isnull=False)
                | Q(state=State.RECONCILING)
                | (~Q(state__in=sorted(states.HELD)) & Q(lease_token=None, lease_until=None)),
                name="job_is_held_exactly_while_a_worker_acts",
            ),
            models.CheckConstraint(
                condition=Q(state__in=sorted(states.WAITING), due_at__isnull=False)
                | Q(state=State.RECONCILING, due_at__isnull=False, lease_token=None)
                | Q(state=State.RECONCILING, due_at=None, lease_token__isnull=False, lease_until__isnull=False)
                | Q(state__in=sorted(states.HELD | states.RESTING), due_at=None),
                name="job_is_due_exactly_while_it_waits",
            ),
            models.CheckConstraint(
                condition=Q(ready=False) | Q(due_at__isnull=False, lease_token=None),
                name="job_is_ready_only_while_it_waits",
            ),
            models.CheckConstraint(
                condition=Q(announced_at=None) | ~Q(state__in=sorted(states.NEVER_IN_DOUBT)),
                name="job_in_doubt_is_never_sent_again",
            ),
            models.CheckConstraint(
                condition=Q(state=State.PUBLISHED, published_at__isnull=False)
                | (~Q(state=State.PUBLISHED) & Q(published_at=None)),
                name="job_is_published_with_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None) | Q(state=State.PUBLISHED), name="job_is_removed_only_after_it_was_live"
            ),
            models.UniqueConstraint(fields=["post", "destination", "role"], name="a_job_of_each_role_per_destination"),
            models.UniqueConstraint(
                fields=["destination", "external_id", "role"],
                condition=~Q(external_id=""),
                name="one_job_per_published_post",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False, ready=False), name="jobs_due"),
            models.Index(fields=["tenant", "due_at", "id"], condition=Q(ready=True), name="jobs_ready"),
            models.Index(
                fields=["lease_until", "destination"], condition=Q(lease_until__isnull=False), name="jobs_leased"
            ),
            models.Index(
                fields=["destination", "planned_at", "id"],
                condition=Q(in_order=True) & ~Q(state__in=sorted(states.RESTING)),
                name="jobs_in_order",
            ),
            models.Index(fields=["tenant", "-id"], name="jobs_of_tenant"),
            models.Index(fields=["tenant", "state", "-id"], name="jobs_of_tenant_by_state"),
            models.Index(fields=["destination", "-id"], name="jobs_of_destination"),
            models.Index(fields=["tenant", "planned_at", "id"], name="jobs_of_tenant_by_plan"),
            # With what posts are counted by: counting a hundred thousand reads a thousand pages of it, and none of the table.
            models.Index(
                fields=["tenant", "published_at"],
                include=["platform", "role", "destination"],
                condition=Q(published_at__isnull=False),
                name="jobs_of_tenant_sent",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform_id} job {self.pk} ({self.state})"


class Attempt(Row):
    """One try of a job. The row is opened before the first call; found open later, its outcome is unknown."""

    class Purpose(models.TextChoices):
        PUBLISH = "publish", "Publish"
        POLL = "poll", "Look again"
        RECONCILE = "reconcile", "Find out what happened"

    class Outcome(models.TextChoices):
        OPEN = "", "Open"
        PUBLISHED = "published", "Published"
        PROCESSING = "processing", "Still processing"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Outcome unknown"
        NOT_THERE = "not_there", "Not there"
        CANNOT_TELL = "cannot_tell", "Cannot tell"
        ABANDONED = "abandoned", "Worker died or stalled"
        POSTPONED = "postponed", "Postponed"

    job = models.ForeignKey(PublishJob, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    number = models.PositiveIntegerField()
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    worker = models.CharField(max_length=80)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    error_kind = models.CharField(max_length=32, blank=True)
    cause = models.CharField(max_length=600, blank=True)
    remedy = models.CharField(max_length=600, blank=True)
    facts = models.JSONField(default=dict, help_text="The platform's status, codes and request id; never a body.")
    next_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "publish_attempts"
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "number"], name="attempts_are_numbered"),
            models.CheckConstraint(
                condition=Q(outcome="", closed_at=None) | (~Q(outcome="") & Q(closed_at__isnull=False)),
                name="attempt_is_closed_with_an_outcome",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["opened_at", "worker"], condition=Q(error_kind="worker_died"), name="workers_deaths"),
            # Costs only attempts that went wrong.
            models.Index(fields=["opened_at"], condition=~Q(error_kind=""), name="attempts_gone_wrong"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.job_id}"


class JournalEntry(Row):
    """What a publish must not forget: an effect noted, the irreversible step announced, an answer. Only ever added to."""

    class Kind(models.TextChoices):
        NOTED = "noted", "Noted"
        ANNOUNCED = "announced", "Announced"
        ANSWERED = "answered", "Answered"

    job = models.ForeignKey(PublishJob, on_delete=models.CASCADE, related_name="journal", db_index=False)
    attempt_number = models.PositiveIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    key = models.CharField(max_length=80)
    value = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "publish_journal"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["job", "key", "-id"], name="journal_of_job")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} of {self.job_id}"


class Watch(Row):
    """What became of a published post, looked at again after a while: some platforms decide, or tell its id, only later.

    It stands beside the job and never moves it: a post that is taken back was published all the same.
    """

    job = models.OneToOneField(PublishJob, on_delete=models.CASCADE, related_name="watch")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+", db_index=False)
    due_at = models.DateTimeField(null=True, blank=True, help_text="When to look (again); null at rest.")
    tries = models.PositiveSmallIntegerField(default=0, help_text="Looks without an answer since the last one.")
    problem = models.CharField(max_length=600, blank=True, help_text="Why the last look brought no answer.")
    looked_at = models.DateTimeField(null=True, blank=True)
    state = models.CharField(
        max_length=16,
        choices=[(state.value, state.value) for state in LiveState],
        blank=True,
        help_text="Empty: not yet known.",
    )
    reason = models.CharField(max_length=600, blank=True)
    remedy = models.CharField(max_length=600, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True, help_text="Since when it stands so.")
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When somebody took note that it was taken back.")
    history = models.JSONField(default=list, help_text="Every answered look: at, state, reason, remedy, external_id.")

    class Meta:
        db_table = "publish_watches"
        verbose_name_plural = "watches"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="watches_due"),
            models.Index(
                fields=["tenant", "-changed_at"],
                condition=Q(state__in=sorted(state.value for state in TAKEN_BACK), seen_at=None),
                name="watches_to_tell",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state or 'unknown'} since {self.changed_at}" if self.changed_at else f"watch of {self.job_id}"


class JobAction(Row):
    """Something a person or a client did with a published post beyond editing and deleting it, and what came of it."""

    class Outcome(models.TextChoices):
        OPEN = "", "Under way"
        DONE = "done", "Done"
        REFUSED = "refused", "Not done"
        UNKNOWN = "unknown", "Nobody can tell"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    job = models.ForeignKey(PublishJob, on_delete=models.CASCADE, related_name="actions")
    slug = models.CharField(max_length=60, help_text="Which of its platform's actions.")
    actor = models.CharField(max_length=160)
    idempotency_key = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - NULLs do not collide
    request_digest = models.CharField(
        max_length=64, help_text="SHA-256 of what was asked, to tell a replay from a clash."
    )
    began_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome.choices, blank=True)
    answer = models.JSONField(default=dict, help_text="What the platform's folder told of it.")
    cause = models.CharField(max_length=600, blank=True)
    remedy = models.CharField(max_length=600, blank=True)

    class Meta:
        db_table = "job_actions"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "idempotency_key"], name="an_idempotency_key_makes_one_action"),
            models.CheckConstraint(
                condition=Q(outcome="", finished_at=None) | (~Q(outcome="") & Q(finished_at__isnull=False)),
                name="action_is_finished_with_an_outcome",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug} of {self.job_id}"


class DeadLetter(Row):
    """A job that needs a person: why, who can mend it, what to do. Closed by redriving, discarding or confirming."""

    class Resolution(models.TextChoices):
        OPEN = "", "Open"
        REDRIVEN = "redriven", "Sent again"
        DISCARDED = "discarded", "Discarded"
        CONFIRMED_LIVE = "confirmed_live", "Confirmed live"

    job = models.ForeignKey(PublishJob, on_delete=models.CASCADE, related_name="dead_letters")
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="dead_letters")
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+", db_index=False)
    fingerprint = models.CharField(max_length=120, help_text="Equal for failures of one cause.")
    kind = models.CharField(max_length=32)
    cause = models.CharField(max_length=600)
    remedy = models.CharField(max_length=600, blank=True)
    who = models.CharField(max_length=16, help_text="Who can mend it: author, tenant or operator.")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    resolution = models.CharField(max_length=16, choices=Resolution.choices, blank=True)
    closed_by = models.CharField(max_length=160, blank=True)
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "dead_letters"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job"], condition=Q(closed_at=None), name="one_open_dead_letter_per_job"),
            models.CheckConstraint(
                condition=Q(closed_at=None, resolution="") | (Q(closed_at__isnull=False) & ~Q(resolution="")),
                name="dead_letter_is_closed_with_a_resolution",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "-id"], condition=Q(closed_at=None), name="open_dead_letters_of_tenant"),
            models.Index(fields=["fingerprint"], condition=Q(closed_at=None), name="open_dead_letters_by_cause"),
            models.Index(fields=["platform", "opened_at"], name="dead_letters_by_opening"),
            models.Index(fields=["closed_at"], condition=Q(closed_at__isnull=False), name="dead_letters_by_closing"),
        ]

    def __str__(self) -> str:
        return f"dead letter of {self.job_id}: {self.cause[:60]}"
