"""The operator's view of what is not ours: the schedule, flags, tries to sign in; with the default beside what is set."""

from typing import Any, Final

from axes import admin as axes_admin
from axes.models import AccessAttempt, AccessAttemptExpiration, AccessFailureLog, AccessLog
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_beat.admin import PeriodicTaskAdmin, PeriodicTaskForm
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule

from config import schedule
from config.models import ScheduleDefault
from foundation.admin import Deed, ReadOnlyAdmin, ReadOnlyInline, Turn, moment
from foundation.errors import NotFound
from tenants.operating import AuditedAdmin, actor_of
from tenants.services import record

_REPLACED: Final = (
    PeriodicTask,
    IntervalSchedule,
    CrontabSchedule,
    ClockedSchedule,
    SolarSchedule,
    AccessAttempt,
    AccessLog,
    AccessFailureLog,
)
#: Imported so that it has registered what is replaced here.
_THEIRS: Final = (axes_admin,)
for _model in _REPLACED:
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


# --- the schedule ------------------------------------------------------------------------------------------------------


class ScheduleForm(PeriodicTaskForm):  # type: ignore[misc]
    """The form of one entry; what the hub cannot do without stays switched on."""

    def clean(self) -> dict[str, Any]:
        """Refuse to switch off what may not be."""
        told: dict[str, Any] = super().clean()
        if not told.get("enabled") and not schedule.may_stop(self.instance.name or told.get("name", "")):
            raise ValidationError(
                {"enabled": "The hub loses work or accounts without it, so it cannot be switched off."}
            )
        return told


@admin.register(PeriodicTask)
class ScheduleAdmin(AuditedAdmin, PeriodicTaskAdmin):  # type: ignore[misc]
    """The schedule. A changed period stays across restarts and upgrades, until it is reset."""

    called = ("entry of the schedule", "schedule")
    about = "What the hub does by the clock, how often, when it last did; a changed period stays."
    sorts_any = True
    form = ScheduleForm
    #: Theirs holds an inline script, which the content policy refuses.
    change_form_template = "admin/change_form.html"
    ordering = ("name",)
    date_hierarchy = None
    list_display = ("name", "enabled", "scheduler", "default", moment("last_run_at", "last run"), "description")
    list_filter = ("enabled",)
    looks_for = ("pk", "name")
    begins_with = ("name", "task", "description")
    actions = ("enable_tasks", "disable_tasks", "run_tasks", "reset_tasks")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the fields to the sets of django-celery-beat."""
        return super(AuditedAdmin, self).get_fields(request, obj)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PeriodicTask]:
        """Fetch the defaults with the entries."""
        request.defaults = dict(ScheduleDefault.objects.values_list("name", "seconds"))  # type: ignore[attr-defined]
        self._defaults = request.defaults  # type: ignore[attr-defined]
        return super().get_queryset(request)

    @admin.display(description="Default")
    def default(self, row: PeriodicTask) -> str:
        """Tell the period that the code declares."""
        seconds = self._defaults.get(row.name)
        return f"every {schedule.in_words(seconds)}" if seconds is not None else "your own"

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Let operators delete their own entries; the hub's own would come back."""
        own = obj is None or not ScheduleDefault.objects.filter(name=obj.name).exists()
        return own and super().has_delete_permission(request, obj)

    @admin.action(description="Switch on the selected entries", permissions=["change"])
    def enable_tasks(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        """Switch them on."""
        self._write_down(request, queryset, "enabled")
        super().enable_tasks(request, queryset)

    @admin.action(description="Switch off the selected entries", permissions=["change"])
    def disable_tasks(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        """Switch off those that may be."""
        needed = [name for name in queryset.values_list("name", flat=True) if not schedule.may_stop(name)]
        if needed:
            told = f"Left on, for the hub loses work or accounts without: {', '.join(sorted(needed))}."
            self.message_user(request, told, messages.WARNING)
        rest = queryset.exclude(name__in=needed)
        self._write_down(request, rest, "disabled")
        super().disable_tasks(request, rest)

    @admin.action(description="Run the selected entries now", permissions=["change"])
    def run_tasks(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        """Run them now, besides their times."""
        self._write_down(request, queryset, "run")
        super().run_tasks(request, queryset)

    @admin.action(description="Reset the selected entries to their defaults", permissions=["change"])
    def reset_tasks(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        """Give the hub's own entries their default periods again, and switch them on."""
        count = 0
        for row in queryset:
            try:
                schedule.reset(row.name)
                self._write_down(request, [row], "reset")
                count += 1
            except NotFound:
                self.message_user(request, f"{row.name} is your own and has no default.", messages.WARNING)
        self.message_user(request, f"{count} entries are as the code has them.")

    def _write_down(self, request: HttpRequest, rows: Any, what: str) -> None:
        for row in rows:
            record(tenant=None, actor=actor_of(request), action=f"periodictask.{what}", subject=row, name=row.name)


@admin.register(ScheduleDefault)
class ScheduleDefaultAdmin(ReadOnlyAdmin):
    """What the schedule is by default."""

    called = ("default of the schedule", "defaults of the schedule")
    about = "What the schedule is by default, as the code last declared it."
    sorts_any = True
    ordering = ("name",)
    list_display = ("name", "seconds", "about_it")
    begins_with = ("name",)

    @admin.display(description="about")
    def about_it(self, row: ScheduleDefault) -> str:
        """Tell what it is for."""
        return row.about


class _UsesInline(ReadOnlyInline):
    """The entries that use a period."""

    model = PeriodicTask
    fields = ("name", "task", "enabled")
    verbose_name_plural = "entries that use it"


class _PeriodAdmin(AuditedAdmin):
    """Periods that entries of the schedule use. Deleting one would take its entries with it, so it is not offered."""

    sorts_any = True
    inlines = (_UsesInline,)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse."""
        return False


@admin.register(IntervalSchedule)
class IntervalAdmin(_PeriodAdmin):
    """Every so often."""

    called = ("interval", "intervals")
    about = "Periods: every so many seconds, minutes, hours or days."


@admin.register(CrontabSchedule)
class CrontabAdmin(_PeriodAdmin):
    """At times of the day, the week or the month."""

    called = ("time of day", "times of day")
    about = "Periods: at times of the day, the week or the month."
    list_display = ("__str__", "human_readable")


@admin.register(ClockedSchedule)
class ClockedAdmin(_PeriodAdmin):
    """Once."""

    called = ("single moment", "single moments")
    about = "Once, at a moment."


@admin.register(SolarSchedule)
class SolarAdmin(_PeriodAdmin):
    """With the sun."""

    called = ("time of the sun", "times of the sun")
    about = "With the sun."


# --- tries to sign in --------------------------------------------------------------------------------------------------


def _forget(turn: Turn, attempt: AccessAttempt) -> None:
    name = attempt.username or ""
    record(tenant=None, actor=actor_of(turn.request), action="user.unlocked", subject=attempt, email=name[:120])
    attempt.delete()


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ReadOnlyAdmin):
    """Wrong tries to sign in that count at present."""

    called = ("wrong try that counts", "wrong tries that count")
    about = "Wrong tries to sign in that count at present; forget them to let somebody try again."
    list_display = ("username", "ip_address", "failures_since_start", "user_agent", moment("attempt_time", "last try"))
    list_filter = ()
    begins_with = ("username", "ip_address")
    search_help_text = "The beginning of an account or an address."
    fields = ("username", "ip_address", "failures_since_start", "user_agent", "path_info", "attempt_time")
    deeds = (
        Deed(
            "forget",
            "Forget, so that they may try again",
            "are forgotten",
            _forget,
            explain="Whoever was locked out by them may try again at once.",
        ),
    )


class _LogAdmin(ReadOnlyAdmin):
    list_filter = ()
    begins_with = ("username", "ip_address")
    search_help_text = "The beginning of an account or an address."


@admin.register(AccessFailureLog)
class AccessFailureLogAdmin(_LogAdmin):
    """Wrong tries of the past."""

    called = ("wrong try", "wrong tries")
    about = "Wrong tries to sign in, as they came."
    list_display = ("username", "ip_address", "locked_out", "user_agent", moment("attempt_time", "when"))
    fields = ("username", "ip_address", "locked_out", "user_agent", "path_info", "attempt_time")


@admin.register(AccessLog)
class AccessLogAdmin(_LogAdmin):
    """Who signed in."""

    called = ("sign-in", "sign-ins")
    about = "Who signed in and out, from where."
    list_display = ("username", "ip_address", "user_agent", moment("attempt_time", "in"), moment("logout_time", "out"))
    fields = ("username", "ip_address", "user_agent", "path_info", "attempt_time", "logout_time")


@admin.register(AccessAttemptExpiration)
class AccessAttemptExpirationAdmin(ReadOnlyAdmin):
    """When tries cease to count."""

    called = ("end of a wrong try", "ends of wrong tries")
    about = "When wrong tries cease to count."
    list_display = ("access_attempt", moment("expires_at", "ends"))
    list_select_related = ("access_attempt",)
