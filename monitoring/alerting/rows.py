"""Alerts as rows: what a rule saw, since when, who was told, and who took it on."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from foundation.rows import Row
from tenants.models import Tenant


class Alert(Row):
    """One thing that is or was wrong. From its first sight to its end it is one row, and each turn of it is told once.

    A row without ``raised_at`` is only watched: its rule waits whether it lasts.
    """

    class Severity(models.TextChoices):
        BAD = "bad", "Acts now"
        WARN = "warn", "Should be looked at"

    rule = models.CharField(max_length=40, help_text="One of the rules; a new one needs no migration.")
    subject = models.CharField(max_length=120, blank=True, help_text="What it is about, where a rule sees many things.")
    tenant = models.ForeignKey(
        Tenant,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="Whose it is; null: the whole installation's.",
    )
    severity = models.CharField(max_length=8, choices=Severity.choices)
    step = models.SmallIntegerField(default=0, help_text="How bad; when it grows, it is told again.")
    value = models.FloatField(help_text="What was measured last.")
    title = models.CharField(max_length=160)
    cause = models.CharField(max_length=600)
    remedy = models.CharField(max_length=600, blank=True)
    link = models.CharField(max_length=300, blank=True, help_text="The page with the rows: a path of this hub.")
    since = models.DateTimeField(help_text="When it was first seen.")
    seen_at = models.DateTimeField(help_text="When it was last seen.")
    raised_at = models.DateTimeField(null=True, blank=True)
    calm_since = models.DateTimeField(null=True, blank=True, help_text="Raised, and not seen since then.")
    cleared_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When its raising was told.")
    told_step = models.SmallIntegerField(null=True, blank=True, help_text="How bad it was when it was told last.")
    end_told_at = models.DateTimeField(null=True, blank=True, help_text="When its end was told.")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.CharField(max_length=160, blank=True)
    silenced_until = models.DateTimeField(null=True, blank=True)
    silenced_by = models.CharField(max_length=160, blank=True)

    class Meta:
        db_table = "alerts"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "subject"], condition=Q(cleared_at=None), name="one_open_alert_per_rule_and_subject"
            ),
            models.CheckConstraint(
                condition=Q(cleared_at=None) | Q(raised_at__isnull=False),
                name="an_alert_is_raised_before_it_is_cleared",
            ),
            models.CheckConstraint(
                condition=Q(end_told_at=None) | Q(cleared_at__isnull=False, told_at__isnull=False),
                name="the_end_of_an_alert_is_told_after_its_beginning",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "-id"], name="alerts_of_tenant"),
            models.Index(fields=["cleared_at"], condition=Q(cleared_at__isnull=False), name="alerts_ended"),
            models.Index(
                fields=["id"],
                condition=Q(told_at__isnull=False, cleared_at__isnull=False, end_told_at=None),
                name="alerts_whose_end_is_to_tell",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.subject}".strip()
