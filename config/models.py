"""The one table of the front door: what the schedule was by default when it was last brought in line with the code."""

from django.db import models


class ScheduleDefault(models.Model):
    """One entry of the schedule as the code declared it; a row of django-celery-beat that differs was changed by an operator."""

    name = models.CharField(primary_key=True, max_length=200)
    seconds = models.PositiveIntegerField(help_text="The default period.")
    about = models.CharField(max_length=200, blank=True)

    class Meta:
        db_table = "schedule_defaults"

    def __str__(self) -> str:
        return f"{self.name} every {self.seconds} s"
