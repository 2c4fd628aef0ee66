"""The operator's view of the schedule: django-celery-beat's own, with the default beside what is set."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django_celery_beat.admin import PeriodicTaskAdmin, PeriodicTaskForm
from django_celery_beat.models import PeriodicTask

from config import schedule
from config.models import ScheduleDefault
from foundation.errors import NotFound

admin.site.unregister(PeriodicTask)


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
class ScheduleAdmin(PeriodicTaskAdmin):  # type: ignore[misc]
    """The schedule. A changed period stays across restarts and upgrades, until it is reset."""

    form = ScheduleForm
    list_display = ("name", "enabled", "scheduler", "default", "last_run_at", "description")
    list_filter = ("enabled",)
    actions = ("enable_tasks", "disable_tasks", "run_tasks", "reset_tasks")

    @admin.display(description="Default")
    def default(self, row: PeriodicTask) -> str:
        """Tell the period that the code declares."""
        known = ScheduleDefault.objects.filter(name=row.name).first()
        return f"every {schedule.in_words(known.seconds)}" if known else "your own"

    @admin.action(description="Switch off the selected entries")
    def disable_tasks(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        """Switch off those that may be."""
        needed = [name for name in queryset.values_list("name", flat=True) if not schedule.may_stop(name)]
        if needed:
            told = f"Left on, for the hub loses work or accounts without: {', '.join(sorted(needed))}."
            self.message_user(request, told, messages.WARNING)
        super().disable_tasks(request, queryset.exclude(name__in=needed))

    @admin.action(description="Reset the selected entries to their defaults")
    def reset_tasks(self, request: HttpRequest, queryset: QuerySet[PeriodicTask]) -> None:
        """Give the hub's own entries their default periods again, and switch them on."""
        count = 0
        for name in queryset.values_list("name", flat=True):
            try:
                schedule.reset(name)
                count += 1
            except NotFound:
                self.message_user(request, f"{name} is your own and has no default.", messages.WARNING)
        self.message_user(request, f"{count} entries are as the code has them.")
