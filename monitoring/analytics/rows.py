"""Rows of numbers: what each post and place has now, what it had before, and when its platform is asked again.

Absent is absent: a metric that was not told has no row. ``docs/adr/0015-*`` says why latest values and history lie apart.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from connectors.models import Destination, Platform
from foundation.rows import Row
from publishing.models import PublishJob
from tenants.models import Tenant


class MetricWatch(Row):
    """When a platform is asked (again) for the numbers of one post, or of one place.

    ``due_at`` is moved on with a new ``lease`` before the call; what the call brings is only written while that lease stands.
    """

    class Kind(models.TextChoices):
        POST = "post", "Post"
        PLACE = "place", "Place"

    class Stop(models.TextChoices):
        NOT = "", "Goes on"
        DONE = "done", "Old enough"
        GONE = "gone", "No longer there"
        RECONNECT = "reconnect", "Account must be reconnected"
        CLOSED = "closed", "Place is not open to the hub"
        UNCLEAR = "unclear", "Answers are not understood"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    destination = models.ForeignKey(Destination, on_delete=models.CASCADE, related_name="+", db_index=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+", db_index=False)
    job = models.OneToOneField(PublishJob, on_delete=models.CASCADE, related_name="metric_watch", null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True, help_text="Of the post; null for a place.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="When to ask (again); null at rest.")
    lease = models.UUIDField(null=True, blank=True, editable=False, help_text="Of whoever asks now.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="Looks without an answer since the last one.")
    taken_at = models.DateTimeField(null=True, blank=True, help_text="When the platform last answered.")
    asked_at = models.DateTimeField(null=True, blank=True, help_text="When somebody last wanted it at once.")
    stop = models.CharField(max_length=12, choices=Stop.choices, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=600, blank=True, help_text="Why the last look brought no answer.")
    remedy = models.CharField(max_length=600, blank=True)
    looked_back = models.BooleanField(default=False, help_text="The days before the first look were asked for.")

    class Meta:
        db_table = "metric_watches"
        verbose_name_plural = "metric watches"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="post", job__isnull=False, published_at__isnull=False)
                | Q(kind="place", job=None, published_at=None),
                name="metric_watch_is_of_a_post_or_a_place",
            ),
            models.CheckConstraint(
                condition=Q(stop="", due_at__isnull=False) | (~Q(stop="") & Q(due_at=None)),
                name="metric_watch_is_due_exactly_while_it_goes_on",
            ),
            models.UniqueConstraint(
                fields=["destination"], condition=Q(kind="place"), name="one_metric_watch_per_place"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="metric_watches_due"),
            models.Index(fields=["destination", "kind", "published_at"], name="metric_watches_of_place"),
            models.Index(
                fields=["stop", "destination"],
                condition=Q(stop__in=["reconnect", "closed"]),
                name="metric_watches_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"numbers of {self.kind} {self.job_id or self.destination_id}"


class PostMetric(models.Model):
    """The latest value of one metric of one post, since it was published."""

    job = models.ForeignKey(PublishJob, on_delete=models.CASCADE, related_name="metrics", db_index=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    destination = models.ForeignKey(Destination, on_delete=models.CASCADE, related_name="+", db_index=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+", db_index=False)
    published_at = models.DateTimeField()
    metric = models.CharField(max_length=60)
    value = models.FloatField()
    raw_name = models.CharField(max_length=120, help_text="What the platform calls it.")
    parts = models.JSONField(default=dict, help_text="The value split as the platform splits it.")
    as_of = models.DateTimeField(help_text="The moment the value speaks of.")
    taken_at = models.DateTimeField(help_text="When the platform told it.")

    class Meta:
        db_table = "post_metrics"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "metric"], name="one_latest_value_per_post_and_metric"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "metric", "published_at"], name="post_metrics_of_tenant"),
            models.Index(fields=["destination", "published_at"], name="post_metrics_of_place_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.job_id}: {self.value:g}"


class PostSnapshot(models.Model):
    """What a platform told of one post at one moment: all values together, by our names."""

    job = models.ForeignKey(PublishJob, on_delete=models.CASCADE, related_name="metric_snapshots", db_index=False)
    taken_at = models.DateTimeField()
    #: The columns bear names that SQL does not reserve, for those who ask by hand.
    values = models.JSONField(default=dict, db_column="told")
    settled = models.BooleanField(default=False, help_text="Thinned to one a day.")

    class Meta:
        db_table = "post_metric_history"
        ordering: ClassVar = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "taken_at"], name="one_snapshot_per_post_and_moment"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["taken_at"], condition=Q(settled=False), name="post_history_fresh"),
            models.Index(fields=["taken_at"], condition=Q(settled=True), name="post_history_settled"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} at {self.taken_at:%Y-%m-%d %H:%M}"


class AccountMetric(models.Model):
    """One metric of one place on one day, as the platform tells it now: what it corrects later replaces this."""

    class Window(models.TextChoices):
        DAY = "day", "Over the day"
        MOMENT = "moment", "As it stood that day"
        MONTH = "month", "Over the month that began that day"

    destination = models.ForeignKey(Destination, on_delete=models.CASCADE, related_name="metrics", db_index=False)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+", db_index=False)
    metric = models.CharField(max_length=60)
    day = models.DateField()
    window = models.CharField(max_length=8, choices=Window.choices, db_column="span")
    value = models.FloatField()
    raw_name = models.CharField(max_length=120, help_text="What the platform calls it.")
    parts = models.JSONField(default=dict, help_text="The value split as the platform splits it.")
    as_of = models.DateTimeField(help_text="The end of the span the value counts, or the moment it speaks of.")
    taken_at = models.DateTimeField(help_text="When the platform told it last.")

    class Meta:
        db_table = "account_metrics"
        ordering: ClassVar = ["day", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["destination", "metric", "day"], name="one_value_per_place_metric_and_day"),
        ]
        indexes: ClassVar = [models.Index(fields=["tenant", "metric", "day"], name="account_metrics_of_tenant")]

    def __str__(self) -> str:
        return f"{self.metric} of {self.destination_id} on {self.day}: {self.value:g}"


class MetricSum(models.Model):
    """What one metric of one place comes to on one day or in one week: of posts that went out then, or of the place itself.

    It is made from the tables above and can be made again at any time (``monitoring.analytics.rolling``).
    """

    class Of(models.TextChoices):
        POSTS = "posts", "Posts that went out then"
        PLACE = "place", "The place itself"
        SENT = "sent", "How many posts went out"

    class Span(models.TextChoices):
        DAY = "day", "Day"
        WEEK = "week", "Week, from Monday"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    # What is summed up is bound to both already; a look at them for each row is most of what writing it would cost.
    platform = models.ForeignKey(
        Platform, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    destination = models.ForeignKey(
        Destination, on_delete=models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    of = models.CharField(max_length=8, choices=Of.choices, db_column="told_of")
    metric = models.CharField(max_length=60)
    span = models.CharField(max_length=4, choices=Span.choices)
    day = models.DateField(help_text="Of posts: a day of the tenant's zone. Of a week: its Monday.")
    told = models.IntegerField(help_text="By how many posts, or on how many days.")
    total = models.FloatField()
    as_of = models.DateTimeField(help_text="The latest moment that a value speaks of.")
    last_day = models.DateField(help_text="The last day in it that was told.")
    last_value = models.FloatField(help_text="What was told on that day.")
    last_as_of = models.DateTimeField()

    class Meta:
        db_table = "metric_sums"
        ordering: ClassVar = ["day", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["destination", "of", "span", "day", "metric"], name="one_sum_per_place_metric_and_span"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "of", "span", "day"], name="metric_sums_of_tenant"),
            models.Index(
                fields=["tenant", "span", "metric", "day"], condition=Q(of="place"), name="metric_sums_of_places"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} of {self.destination_id} in the {self.span} of {self.day}: {self.total:g}"


class MetricRollUp(models.Model):
    """Whether a tenant's sums stand, and by whose midnight their days are cut. Who changes them holds this row."""

    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, primary_key=True, related_name="+")
    zone = models.CharField(max_length=64, blank=True, help_text="Empty: they were not made yet.")
    built_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "metric_roll_ups"

    def __str__(self) -> str:
        return f"sums of {self.tenant_id} in days of {self.zone or 'no zone yet'}"


class MetricCursor(models.Model):
    """How far something that follows published posts has come."""

    name = models.CharField(primary_key=True, max_length=40)
    at = models.DateTimeField()

    class Meta:
        db_table = "metric_cursors"

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M}"
