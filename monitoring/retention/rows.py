"""The row that remembers how far forgetting has come."""

from typing import ClassVar

from django.db import models


class PruneMark(models.Model):
    """How far the forgetting of one table has come, and what it did. A lost row is made anew; nothing hangs on it."""

    table = models.CharField(primary_key=True, max_length=60, db_column="of_table")
    since = models.DateTimeField(help_text="When forgetting was first looked after here.")
    position = models.CharField(max_length=40, blank=True, help_text="Where the round under way goes on.")
    ran_at = models.DateTimeField(null=True, blank=True, help_text="When rows were last looked for.")
    finished_at = models.DateTimeField(
        null=True, blank=True, help_text="When nothing was left that should have been gone."
    )
    removed = models.BigIntegerField(default=0, help_text="Rows deleted since then, all told.")
    removed_last = models.BigIntegerField(default=0, help_text="Of these, by the last run.")
    longest_ms = models.PositiveIntegerField(default=0, help_text="The longest piece of the last run that had any.")

    class Meta:
        db_table = "prune_marks"
        ordering: ClassVar = ["table"]

    def __str__(self) -> str:
        return self.table
