"""The operator's view of the watchtower."""

from typing import Final

from django.contrib import admin

from connectors.admin import ConnectionAdmin
from connectors.errors import ConnectorError
from connectors.models import Connection, Destination, Platform
from connectors.registry import CONNECTORS
from connectors.types import HealthState
from foundation.admin import Deed, ReadOnlyAdmin, Turn, among, linked, moment, narrowed, since, state
from foundation.errors import Conflict
from monitoring import health, health_codes
from monitoring.alerting.admin import AlertAdmin
from monitoring.models import (
    AccountMetric,
    ConnectionHealth,
    ConnectorReadiness,
    HealthLogEntry,
    Heartbeat,
    MetricCursor,
    MetricRollUp,
    MetricSum,
    MetricWatch,
    PlatformReadiness,
    PostMetric,
    PostSnapshot,
    PruneMark,
    RecentError,
    ReportMark,
    TokenHealth,
)
from publishing.models import PublishJob
from tenants.models import Tenant
from tenants.operating import actor_of
from tenants.services import record

_PLATFORMS: Final = [(slug, connector.name) for slug, connector in CONNECTORS.items()]
_PLATFORM: Final = among("platform", _PLATFORMS, target=Platform)
_TENANT: Final = narrowed("tenant", Tenant)
_STATES: Final = [(one.value, one.value.title()) for one in HealthState]
_TOKEN_STATES: Final = ("valid", "due", "overdue", "expired", "no_expiry", "attention")
_CODES: Final = [(code, code.replace("_", " ")) for code in health_codes.CODES]


def _check(turn: Turn, connection: Connection) -> None:
    entry = health.check_now(connection=connection, now=turn.now)
    record(
        tenant=connection.tenant,
        actor=actor_of(turn.request),
        action="connection.checked",
        subject=connection,
        state=str(entry.state),
    )
    if entry.state != HealthState.HEALTHY:
        raise Conflict(f"Checked, and {entry.state}: {entry.cause}"[:200])


# Checking an account is the watchtower's, which stands above the embassy; so it is offered here.
ConnectionAdmin.deeds = (
    Deed(
        "check_health",
        "Check health now",
        "are healthy",
        _check,
        related=("tenant", "platform"),
        refusals=(ConnectorError,),
    ),
    *ConnectionAdmin.deeds,
)

__all__ = ["AlertAdmin"]


@admin.register(HealthLogEntry)
class HealthLogAdmin(ReadOnlyAdmin):
    """Health checks."""

    called = ("health check", "health checks")
    about = "Every health check: what it saw, and how long it took."
    list_display = (
        moment("checked_at", "checked"),
        linked("tenant"),
        linked("connection"),
        "platform",
        state("state"),
        "code",
        "latency_ms",
        "cause",
    )
    list_display_links = ("platform",)
    list_select_related = ("tenant", "connection")
    list_filter = (
        among("state", _STATES),
        among("platform", _PLATFORMS),
        among("code", _CODES, title="cause"),
        since,
        narrowed("connection", Connection),
        _TENANT,
    )
    bounded = ("tenant",)
    looks_for = ("pk", "connection")
    search_help_text = "The id of a check or an account."


@admin.register(ConnectionHealth)
class ConnectionHealthAdmin(ReadOnlyAdmin):
    """How each connection is, and since when."""

    called = ("health of an account", "health of accounts")
    about = "How each account is, since when, and what people were told."
    list_display = (
        linked("connection"),
        state("state"),
        moment("since"),
        "code",
        "cause",
        "failures",
        moment("failing_since"),
        "told_state",
        moment("told_at"),
    )
    list_display_links = ("failures",)
    list_select_related = ("connection",)
    list_filter = (among("state", _STATES), among("code", _CODES, title="cause"), narrowed("connection", Connection))
    looks_for = ("pk",)
    search_help_text = "The id of an account."


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    """Signs of life."""

    about = "The last sign of life of each part of the hub."
    sorts_any = True
    ordering = ("name",)
    list_display = ("name", "owner", moment("seen_at", "seen"), moment("lease_until"))


@admin.register(MetricWatch)
class MetricWatchAdmin(ReadOnlyAdmin):
    """When platforms are asked for numbers."""

    called = ("look for numbers", "looks for numbers")
    about = "When platforms are asked for the numbers of each post and place."
    list_display = (
        "kind",
        linked("tenant"),
        linked("destination"),
        linked("job"),
        moment("due_at"),
        moment("taken_at"),
        "failures",
        "stop",
        "problem",
    )
    list_select_related = ("tenant", "destination", "job")
    list_filter = (
        among("kind", MetricWatch.Kind.choices),
        _PLATFORM,
        among("stop", [(value, label) for value, label in MetricWatch.Stop.choices if value], title="stopped"),
        since,
        narrowed("job", PublishJob),
        narrowed("destination", Destination),
        _TENANT,
    )
    bounded = ("tenant",)
    looks_for = ("pk", "job", "destination")
    search_help_text = "The id of a watch, a job or a destination."


@admin.register(PostMetric)
class PostMetricAdmin(ReadOnlyAdmin):
    """The latest numbers of posts."""

    called = ("number of a post", "numbers of posts")
    about = "The latest numbers of posts."
    list_display = (
        "metric",
        "value",
        linked("job"),
        linked("destination"),
        linked("platform"),
        "raw_name",
        moment("as_of"),
        moment("taken_at"),
    )
    list_select_related = ("job", "destination", "platform")
    list_filter = (_PLATFORM, narrowed("job", PublishJob), narrowed("destination", Destination))
    looks_for = ("job", "destination")
    search_help_text = "The id of a job or a destination."


@admin.register(PostSnapshot)
class PostSnapshotAdmin(ReadOnlyAdmin):
    """What the numbers of posts were before."""

    called = ("former number of a post", "former numbers of posts")
    about = "What the numbers of posts were before."
    list_display = (moment("taken_at", "taken"), linked("job"), "settled")
    list_display_links = ("settled",)
    list_select_related = ("job",)
    list_filter = (narrowed("job", PublishJob),)
    looks_for = ("job",)
    search_help_text = "The id of a job."


@admin.register(AccountMetric)
class AccountMetricAdmin(ReadOnlyAdmin):
    """The numbers of places, day by day."""

    called = ("number of a place", "numbers of places")
    about = "The numbers of places, day by day."
    list_display = (
        "metric",
        "day",
        "window",
        "value",
        linked("destination"),
        linked("platform"),
        "raw_name",
        moment("taken_at"),
    )
    list_select_related = ("destination", "platform")
    list_filter = (_PLATFORM, narrowed("destination", Destination))
    looks_for = ("destination",)
    search_help_text = "The id of a destination."


@admin.register(MetricCursor)
class MetricCursorAdmin(ReadOnlyAdmin):
    """How far the enrolment of posts has come."""

    called = ("mark of the numbers", "marks of the numbers")
    about = "How far posts have been enrolled for numbers."
    sorts_any = True
    ordering = ("name",)
    list_display = ("name", moment("at"))


@admin.register(PlatformReadiness)
class PlatformReadinessAdmin(ReadOnlyAdmin):
    """What settings and code say of platforms."""

    called = ("set-up of a platform", "set-up of platforms")
    about = "What settings and code say of each platform, as the hub last wrote it down."
    sorts_any = True
    ordering = ("platform",)
    list_display = (linked("platform"), "configured", "reason", "api_version", "version_sunset_on", moment("told_at"))
    list_display_links = ("configured",)
    list_select_related = ("platform",)


@admin.register(MetricSum)
class MetricSumAdmin(ReadOnlyAdmin):
    """Numbers summed up."""

    called = ("sum of numbers", "sums of numbers")
    about = "Numbers summed up by place and day or week; made anew from the numbers at any time."
    list_display = ("metric", "of", "span", "day", linked("tenant"), linked("destination"), linked("platform"), "total")
    list_select_related = ("tenant", "destination", "platform")
    list_filter = (among("of", MetricSum.Of.choices), among("span", MetricSum.Span.choices), _PLATFORM, _TENANT)
    bounded = ("tenant",)
    looks_for = ("tenant", "tenant__slug")
    search_help_text = "The id or the slug of a tenant."


@admin.register(MetricRollUp)
class MetricRollUpAdmin(ReadOnlyAdmin):
    """Whether a tenant's sums stand."""

    called = ("standing of a tenant's sums", "standing of tenants' sums")
    about = "Whether each tenant's sums stand, and by whose midnight their days are cut."
    list_display = (linked("tenant"), "zone", moment("built_at", "made"))
    list_display_links = ("zone",)
    list_select_related = ("tenant",)
    list_filter = (_TENANT,)


@admin.register(ReportMark)
class ReportMarkAdmin(ReadOnlyAdmin):
    """How far roll-ups have come."""

    called = ("mark of the reports", "marks of the reports")
    about = "How far the roll-ups behind the reports have come."
    sorts_any = True
    ordering = ("name",)
    list_display = ("name", moment("until"), moment("closed"), moment("rebuilding_from"))


@admin.register(PruneMark)
class PruneMarkAdmin(ReadOnlyAdmin):
    """How far forgetting has come."""

    called = ("mark of forgetting", "marks of forgetting")
    about = "What was deleted of each table because it was kept long enough, and whether anything is left to delete."
    sorts_any = True
    ordering = ("table",)
    list_display = (
        "table",
        moment("finished_at", "nothing left"),
        moment("ran_at", "last run"),
        "removed",
        "removed_last",
        "longest_ms",
    )


# --- views over the tables (docs/views.md); those whose rows have no key of one column are for SQL, the API and dashboards --


@admin.register(RecentError)
class RecentErrorAdmin(ReadOnlyAdmin):
    """What went wrong in the last seven days, wherever it did."""

    called = ("recent error", "recent errors")
    about = "Everything that went wrong in the last 7 days, newest first: api_recent_errors."
    ordering = ("-occurred_at",)
    list_display = (
        moment("occurred_at", "when"),
        "source",
        "platform",
        "kind",
        "code",
        "who",
        "cause",
        "remedy",
        "tenant_id",
        "job_id",
        "connection_id",
    )
    list_display_links = ("kind",)
    list_filter = (
        among(
            "source",
            [(word, word.replace("_", " ")) for word in ("publish", "health", "token", "webhook_in", "webhook_out")],
        ),
        among("platform", _PLATFORMS),
        narrowed("tenant", Tenant, path="tenant_id"),
        narrowed("connection", Connection, path="connection_id"),
        narrowed("destination", Destination, path="destination_id"),
        narrowed("job", PublishJob, path="job_id"),
    )
    looks_for = ("job_id", "connection_id", "destination_id", "tenant_id", "subject_id")
    search_help_text = "The id of a job, an account, a destination or a tenant."
    is_view = True


@admin.register(TokenHealth)
class TokenHealthAdmin(ReadOnlyAdmin):
    """How tokens stand."""

    called = ("token", "tokens")
    about = "How the tokens of each account stand, those that end first on top: api_token_health."
    ordering = ("expires_at",)
    list_display = (
        "display_name",
        "platform",
        state("state"),
        moment("expires_at", "token ends"),
        moment("refresh_due_at", "to be renewed"),
        moment("grant_ends_at", "grant ends"),
        moment("refreshed_at"),
        "failures",
        "last_outcome",
    )
    list_filter = (
        among("state", [(word, word.replace("_", " ")) for word in _TOKEN_STATES]),
        among("platform", _PLATFORMS),
        narrowed("tenant", Tenant, path="tenant_id"),
        narrowed("connection", Connection, path="connection_id"),
    )
    looks_for = ("connection_id", "tenant_id")
    begins_with = ("display_name",)
    search_help_text = "The id of an account or a tenant, or the beginning of an account's name."
    is_view = True


@admin.register(ConnectorReadiness)
class ConnectorReadinessAdmin(ReadOnlyAdmin):
    """Whether platforms are ready."""

    called = ("readiness of a platform", "readiness of platforms")
    about = "Whether each platform is ready, and why not: api_connector_readiness."
    ordering = ("platform",)
    list_display = (
        "name",
        "enabled",
        "configured",
        "ready",
        "reason",
        "remedy",
        "api_version",
        "days_left",
        "connections",
        "jobs_waiting",
        "jobs_late",
    )
    is_view = True
