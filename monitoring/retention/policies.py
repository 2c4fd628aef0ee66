"""Which rows are kept for how long: one policy a table. Whoever adds a table that grows adds a line here.

**Nothing is deleted that a promise hangs on.** A job that is not over (published or cancelled for good: no step leads out of
these states) keeps its journal, its attempts and itself, however old, and so does whoever stands beside it: a dead letter that
waits for somebody is never touched, for its job is not over. The journal tells a retry what was done already; where no retry can
come, it is history.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from axes.models import AccessAttempt, AccessAttemptExpiration
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import Model, Q

from connectors.models import ConnectLink, OAuthState, TokenRefresh, WebhookEvent
from monitoring.alerting.rows import Alert
from monitoring.analytics.rows import MetricWatch, PostMetric, PostSnapshot
from monitoring.models import HealthLogEntry
from monitoring.reports import tallies_sql
from monitoring.reports.rows import ReportMark
from monitoring.retention.pieces import Hanging, Policy
from outbox.models import Mail, OutgoingEvent, WebhookDelivery
from outbox.stable import first_id_at
from publishing.models import Attempt, DeadLetter, JobAction, JournalEntry, Post, PublishJob, Watch
from publishing.states import FINAL
from tenants.models import AuditEntry, BrowserSession
from vault.models import Access

#: Rows of which some stay are gone through from end to end, so not all the time.
_ROUND: Final = timedelta(hours=6)
#: Half a login, and a session that has ended: nobody asks for them any more.
_ENDED: Final = timedelta(days=1)
_OVER: Final = sorted(FINAL)


def _until(mark: str) -> Callable[[], datetime | None]:
    """Return how one tells up to which hour facts are summed up for good."""
    return lambda: ReportMark.objects.filter(name=mark).values_list("closed", flat=True).first()


def _by_id(before: datetime) -> Q:
    """Of rows whose key begins with the moment of their birth."""
    return Q(pk__lt=first_id_at(before))


def _by(column: str) -> Callable[[datetime], Q]:
    return lambda before: Q(**{f"{column}__lt": before})


def _over(jobs: Collection[UUID], before: datetime) -> set[UUID]:
    """Return which of these jobs are over, were not touched since, and are looked at no more.

    Everything here asks for a bounded number of rows by a key: no planner can make it read a table.
    """
    rows = PublishJob.objects.order_by().filter(pk__in=jobs, state__in=_OVER, updated_at__lt=before)
    over = set(rows.values_list("pk", flat=True))
    return over - _jobs_of(Watch, over, due_at__isnull=False)


def _jobs_of(model: type[Model], jobs: Collection[UUID], **said: Any) -> set[UUID]:
    rows = model._default_manager.order_by().filter(job__in=jobs, **said)
    return set(rows.values_list("job_id", flat=True))


def _whose_job_is_over(model: type[Model]) -> Callable[[Collection[Any], datetime], set[Any]]:
    """Return how one tells which of these rows belong to a job that is over."""

    def may_go(keys: Collection[Any], before: datetime) -> set[Any]:
        jobs = dict(model._default_manager.order_by().filter(pk__in=keys).values_list("pk", "job_id"))
        over = _over(set(jobs.values()), before)
        return {key for key, job in jobs.items() if job in over}

    return may_go


def _posts_that_are_over(keys: Collection[Any], before: datetime) -> set[Any]:
    """Return which of these posts have only jobs that are over, and about which nobody is doing anything."""
    posts = dict(PublishJob.objects.order_by().filter(post__in=keys).values_list("pk", "post_id"))
    over = _over(posts.keys(), before)
    over -= _jobs_of(MetricWatch, over, due_at__isnull=False)
    over -= _jobs_of(DeadLetter, over, closed_at=None)
    over -= _jobs_of(JobAction, over, outcome="")
    return set(keys) - {post for job, post in posts.items() if job not in over}


def _news_that_nobody_sends(keys: Collection[Any], before: datetime) -> set[Any]:
    held = WebhookDelivery.objects.order_by().filter(event__in=keys, lease_token__isnull=False)
    return set(keys) - set(held.values_list("event_id", flat=True))


_OF_A_JOB: Final = tuple(
    Hanging(model, "job")
    for model in (Attempt, JournalEntry, Watch, JobAction, DeadLetter, MetricWatch, PostMetric, PostSnapshot)
)

_ALL: Final = (
    Policy(
        Post,
        lambda: settings.POST_RETENTION,
        _by_id,
        "pk",
        "POST_RETENTION_DAYS",
        may_go=_posts_that_are_over,
        hanging=(Hanging(PublishJob, "post", _OF_A_JOB),),
        summed_until=_until(tallies_sql.PUBLISH),
        rest=_ROUND,
        least=timedelta(days=90),
    ),
    *(
        Policy(
            model,
            lambda: settings.POST_DETAILS_RETENTION,
            _by_id,
            "pk",
            "POST_DETAILS_RETENTION_DAYS",
            may_go=_whose_job_is_over(model),
            rest=_ROUND,
            least=timedelta(days=35),
        )
        for model in (Attempt, JournalEntry)
    ),
    Policy(
        HealthLogEntry,
        lambda: settings.HEALTH_LOG_RETENTION,
        _by("checked_at"),
        "checked_at",
        "HEALTH_LOG_RETENTION_DAYS",
        summed_until=_until(tallies_sql.HEALTH),
    ),
    Policy(
        TokenRefresh,
        lambda: settings.TOKEN_REFRESH_RETENTION,
        _by("started_at"),
        "started_at",
        "TOKEN_REFRESH_RETENTION_DAYS",
    ),
    Policy(
        WebhookEvent,
        lambda: settings.WEBHOOK_RETENTION,
        lambda before: Q(received_at__lt=before, due_at=None),  # what waits stays
        "received_at",
        "WEBHOOK_RETENTION_DAYS",
    ),
    Policy(
        ConnectLink,
        lambda: settings.CONNECT_LINK_RETENTION,
        _by("finished_at"),
        "finished_at",
        "CONNECT_LINK_RETENTION_DAYS",
        hanging=(Hanging(OAuthState, "link"),),
    ),
    Policy(OAuthState, lambda: _ENDED, lambda before: _by_id(before) & Q(expires_at__lt=before), "pk"),
    Policy(
        OutgoingEvent,
        lambda: settings.WEBHOOK_OUT_RETENTION,
        _by_id,
        "pk",
        "WEBHOOK_OUT_RETENTION_DAYS",
        may_go=_news_that_nobody_sends,
        hanging=(Hanging(WebhookDelivery, "event"),),
        rest=timedelta(hours=1),
    ),
    Policy(Mail, lambda: settings.WEBHOOK_OUT_RETENTION, _by_id, "pk", "WEBHOOK_OUT_RETENTION_DAYS"),
    Policy(
        PostSnapshot,
        lambda: settings.METRICS_KEEP,
        lambda before: Q(taken_at__lt=before, settled=True),  # as all are that were thinned
        "taken_at",
        "METRICS_KEEP_DAYS",
    ),
    Policy(Alert, lambda: settings.ALERT_RETENTION, _by("cleared_at"), "cleared_at", "ALERT_RETENTION_DAYS"),
    Policy(Access, lambda: settings.VAULT_ACCESS_RETENTION, _by_id, "pk", "VAULT_ACCESS_RETENTION_DAYS"),
    Policy(AuditEntry, lambda: settings.AUDIT_RETENTION, _by_id, "pk", "AUDIT_RETENTION_DAYS"),
    # Few rows, without an index by age: their keys grow with it.
    Policy(LogEntry, lambda: settings.AUDIT_RETENTION, _by("action_time"), "pk", "AUDIT_RETENTION_DAYS"),
    Policy(
        AccessAttempt,
        lambda: settings.SIGN_IN_TRIES_RETENTION,
        _by("attempt_time"),
        "pk",
        "SIGN_IN_TRIES_RETENTION_DAYS",
        hanging=(Hanging(AccessAttemptExpiration, "access_attempt"),),
    ),
    Policy(BrowserSession, lambda: _ENDED, _by("expire_date"), "expire_date"),
)

POLICIES: Final[dict[str, Policy]] = {policy.table: policy for policy in _ALL}

_SUMS: Final = "Deleted by what makes them, with what they belong to."
_FEW: Final = "A few for each tenant, person or account, or of the installation."
_FILES: Final = "Looked after by the archive, together with the bytes in the store."
_RECORD: Final = "Kept as a record as long as its tenant."

#: Tables of which nothing goes for its age here, and why. One that is in neither list fails a test.
STAYS: Final[dict[str, str]] = {
    **dict.fromkeys(("account_metrics", "publish_hours", "publish_tallies", "health_hours", "health_tallies"), _SUMS),
    **dict.fromkeys(("publish_totals", "health_totals"), _SUMS),
    **dict.fromkeys(("media_files", "media_leftovers", "media_uploads", "media_variants"), _FILES),
    **dict.fromkeys(("connections", "destinations", "data_deletions", "metric_sums", "encrypted_secrets"), _RECORD),
    **dict.fromkeys(("vault_data_keys", "vault_master_keys", "vault_rotations"), _RECORD),
    **dict.fromkeys(("connection_health", "token_plans", "webhook_addresses", "webhook_endpoints"), _FEW),
    **dict.fromkeys(("dead_letter_digests", "mail_preferences", "metric_roll_ups", "return_origins"), _FEW),
    **dict.fromkeys(("tenants", "tenant_members", "tenants_user", "invitations", "api_keys"), _FEW),
    **dict.fromkeys(("second_factors", "recovery_codes", "feature_flags"), _FEW),
    **dict.fromkeys(("connector_platforms", "platform_readiness", "heartbeats", "schedule_defaults"), _FEW),
    **dict.fromkeys(("metric_cursors", "outbox_bookmarks", "report_marks", "prune_marks"), _FEW),
}
