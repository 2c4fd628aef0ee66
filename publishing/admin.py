"""The operator's view of the workshop; actions call the same services as the API and the pages."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from foundation.admin import ReadOnlyAdmin
from foundation.errors import Conflict
from publishing import doorbell, redriving
from publishing.models import Attempt, DeadLetter, JobAction, JournalEntry, Post, PublishJob, Watch
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import SCOPES


def _operator(request: HttpRequest, tenant: Tenant) -> Principal:
    """Act for a tenant in the operator's own name, which is what the audit log will say."""
    return Principal(tenant, f"user:{request.user}", frozenset(SCOPES))


@admin.register(Post)
class PostAdmin(ReadOnlyAdmin):
    """Posts."""

    list_display = ("__str__", "tenant", "publish_at", "created_by", "created_at")
    list_select_related = ("tenant",)
    search_fields = ("id", "idempotency_key", "tenant__name")


class AttemptInline(admin.TabularInline[Attempt, PublishJob]):
    """A job's attempts."""

    model = Attempt
    extra = 0
    can_delete = False
    fields = readonly_fields = (
        "number",
        "purpose",
        "opened_at",
        "closed_at",
        "outcome",
        "error_kind",
        "cause",
        "facts",
        "next_at",
    )

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: attempts are history."""
        return False


class JournalInline(admin.TabularInline[JournalEntry, PublishJob]):
    """A job's journal."""

    model = JournalEntry
    extra = 0
    can_delete = False
    fields = readonly_fields = ("at", "attempt_number", "kind", "key", "value")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: the journal is only ever added to, by publishing."""
        return False


@admin.register(PublishJob)
class PublishJobAdmin(ReadOnlyAdmin):
    """Jobs."""

    list_display = (
        "id",
        "tenant",
        "platform",
        "destination",
        "role",
        "state",
        "due_at",
        "attempt_count",
        "error_kind",
        "story",
    )
    list_select_related = ("tenant", "platform", "destination")
    list_filter = ("state", "role", "platform", "error_kind")
    search_fields = ("id", "external_id", "post__id", "destination__name")
    inlines = (AttemptInline, JournalInline)
    actions = ("retry",)

    @admin.display(description="Story")
    def story(self, job: PublishJob) -> SafeString:
        """Link to the job's timeline."""
        return format_html('<a href="{}">timeline</a>', reverse("job", args=[job.pk]))

    @admin.action(description="Try the chosen jobs now, or redrive them", permissions=["view"])
    def retry(self, request: HttpRequest, jobs: QuerySet[PublishJob]) -> None:
        """Do not wait any longer; jobs for which there is nothing to retry are left alone."""
        done = 0
        for job in jobs.select_related("tenant"):
            try:
                redriving.retry_job(principal=_operator(request, job.tenant), job=job, now=timezone.now())
                done += 1
            except Conflict:
                continue
        doorbell.ring_after_commit()
        self.message_user(request, f"{done} of {len(jobs)} jobs are tried again.")


@admin.register(Watch)
class WatchAdmin(ReadOnlyAdmin):
    """What became of published posts."""

    list_display = ("job", "tenant", "platform", "state", "reason", "changed_at", "looked_at", "due_at", "problem")
    list_select_related = ("job", "tenant", "platform")
    list_filter = ("state", "platform")
    search_fields = ("job__id", "job__external_id", "tenant__name")
    actions = ("look_again",)

    @admin.action(description="Look again at the chosen posts", permissions=["view"])
    def look_again(self, request: HttpRequest, watches: QuerySet[Watch]) -> None:
        """Make them due; a worker looks within a minute."""
        count = watches.update(due_at=timezone.now(), tries=0)
        self.message_user(request, f"{count} posts are looked at again.")


@admin.register(JobAction)
class JobActionAdmin(ReadOnlyAdmin):
    """What was done with published posts."""

    list_display = ("began_at", "tenant", "job", "slug", "actor", "outcome", "cause")
    list_select_related = ("tenant", "job")
    list_filter = ("outcome", "slug")
    search_fields = ("job__id", "idempotency_key", "tenant__name")


@admin.register(DeadLetter)
class DeadLetterAdmin(ReadOnlyAdmin):
    """Dead letters."""

    list_display = ("opened_at", "tenant", "platform", "kind", "who", "cause", "resolution", "closed_by")
    list_select_related = ("tenant", "platform")
    list_filter = ("resolution", "platform", "kind", "who")
    search_fields = ("id", "job__id", "cause", "tenant__name")
    actions = ("redrive",)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Allow what dashboards lead here with: the letters of posts alone."""
        return lookup == "job__role__exact" or super().lookup_allowed(lookup, value, request)

    @admin.action(description="Redrive the chosen dead letters", permissions=["view"])
    def redrive(self, request: HttpRequest, letters: QuerySet[DeadLetter]) -> None:
        """Send their jobs again; one whose outcome is open is looked for first."""
        done = sum(
            redriving.redrive(principal=_operator(request, letter.tenant), letters=[letter], now=timezone.now())
            for letter in letters.select_related("job", "tenant")
        )
        doorbell.ring_after_commit()
        self.message_user(request, f"{done} jobs are sent again.")
