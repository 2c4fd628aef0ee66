"""How the reports of the API are narrowed."""

from typing import Final

from django_filters import rest_framework as filters

from monitoring.reports.models import (
    ConnectorHealthSummary,
    ConnectorReadiness,
    DlqStatus,
    HealthCheckTrend,
    PublishPerformance,
    RecentError,
    TokenHealth,
)

SOURCES: Final = ("publish", "health", "token", "webhook_in", "webhook_out")
TOKEN_STATES: Final = ("attention", "expired", "overdue", "due", "no_expiry", "valid")
_WHO: Final = ("author", "tenant", "operator")


def _choices(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(word, word) for word in words]


class _PlatformFilter(filters.FilterSet):
    platform = filters.CharFilter(help_text="Of this platform, such as linkedin.")


class HealthSummaryFilter(_PlatformFilter):
    """Narrow the summary of health."""

    class Meta:
        model = ConnectorHealthSummary
        fields: list[str] = []


class RecentErrorFilter(_PlatformFilter):
    """Narrow the recent errors."""

    source = filters.MultipleChoiceFilter(
        choices=_choices(SOURCES[:3] + SOURCES[4:]), help_text="Where; several may be named."
    )
    who = filters.ChoiceFilter(choices=_choices(_WHO), help_text="Who can mend it.")
    kind = filters.CharFilter(help_text="Of this kind, such as rate_limited.")
    connection = filters.UUIDFilter(field_name="connection_id", help_text="About this connection.")
    job = filters.UUIDFilter(field_name="job_id", help_text="About this job.")
    since = filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="gte", help_text="At this moment or later.")
    until = filters.IsoDateTimeFilter(field_name="occurred_at", lookup_expr="lt", help_text="Before this moment.")

    class Meta:
        model = RecentError
        fields: list[str] = []


class TokenHealthFilter(_PlatformFilter):
    """Narrow the tokens."""

    state = filters.MultipleChoiceFilter(
        choices=_choices(TOKEN_STATES), help_text="How it stands; several may be named."
    )
    ends_before = filters.IsoDateTimeFilter(
        field_name="expires_at", lookup_expr="lt", help_text="Whose access token ends before this moment."
    )

    class Meta:
        model = TokenHealth
        fields: list[str] = []


class _HoursFilter(_PlatformFilter):
    since = filters.IsoDateTimeFilter(
        field_name="hour", lookup_expr="gte", help_text="Hours that begin at this moment or later."
    )
    until = filters.IsoDateTimeFilter(field_name="hour", lookup_expr="lt", help_text="Hours that begin before it.")


class PublishPerformanceFilter(_HoursFilter):
    """Narrow the hours of publishing."""

    class Meta:
        model = PublishPerformance
        fields: list[str] = []


class HealthTrendFilter(_HoursFilter):
    """Narrow the hours of health checks."""

    class Meta:
        model = HealthCheckTrend
        fields: list[str] = []


class DlqStatusFilter(_PlatformFilter):
    """Narrow the causes of dead letters."""

    who = filters.ChoiceFilter(choices=_choices(_WHO), help_text="Who can mend it.")

    class Meta:
        model = DlqStatus
        fields: list[str] = []


class ReadinessFilter(_PlatformFilter):
    """Narrow the platforms."""

    ready = filters.BooleanFilter(help_text="Only those that can be published to now, or only the others.")

    class Meta:
        model = ConnectorReadiness
        fields: list[str] = []
