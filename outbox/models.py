"""Rows of the post room: news, who is told of them, and what became of each telling."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from foundation.rows import Row
from tenants.models import Membership, Tenant, User


class WebhookEndpoint(Row):
    """An address of a client app that is told of news. Its secrets are in the vault under this row's id."""

    class Disabled(models.TextChoices):
        NOT = "", "Switched on"
        BY_HAND = "by_hand", "Switched off by hand"
        GONE = "gone", "It said that it is gone"
        FAILING = "failing", "It failed for days"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="webhook_endpoints", db_index=False)
    url = models.CharField(max_length=2000)
    description = models.CharField(max_length=200, blank=True)
    event_types = models.JSONField(default=list, help_text="What it is told of; an empty list: everything.")
    listens_since = models.DateTimeField(help_text="It is not told of what happened before.")
    disabled = models.CharField(max_length=16, choices=Disabled.choices, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_cause = models.CharField(max_length=300, blank=True)
    previous_secret_until = models.DateTimeField(
        null=True, blank=True, help_text="Until when deliveries are signed with the secret of before, too."
    )
    failures_in_row = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    probe_at = models.DateTimeField(null=True, blank=True, help_text="While it is failing: when to try it next.")
    pace_ms = models.PositiveIntegerField(default=0, help_text="How long it takes to answer: a mean that forgets.")
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_failure_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "webhook_endpoints"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(disabled="", disabled_at=None) | (~Q(disabled="") & Q(disabled_at__isnull=False)),
                name="endpoint_is_disabled_with_a_moment",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "-id"], condition=Q(deleted_at=None), name="endpoints_of_tenant"),
        ]

    def __str__(self) -> str:
        # Without the query, which may hold keys.
        return self.url.partition("?")[0][:80]


class OutgoingEvent(Row):
    """One piece of news for a tenant. Its id is what receivers know it by, however often it is delivered."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    type = models.CharField(max_length=40, help_text="One of EventType; a new word needs no migration.")
    happened_at = models.DateTimeField()
    data = models.JSONField(default=dict, help_text="What receivers are told; never a secret.")
    sequence = models.BigIntegerField(
        null=True, blank=True, unique=True, help_text="Its place among all news, given when it is handed on."
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="For this endpoint alone: a ping.",
    )

    class Meta:
        db_table = "outgoing_events"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "sequence"], name="news_of_tenant_in_order"),
            models.Index(fields=["id"], condition=Q(sequence=None), name="news_to_hand_on"),
        ]

    def __str__(self) -> str:
        return f"{self.type} for {self.tenant_id}"


class WebhookDelivery(Row):
    """One piece of news for one endpoint: what is due, who holds it, and what each attempt brought."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(OutgoingEvent, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(
        null=True, blank=True, help_text="When to send it (again); while a sender holds it: when others may take it."
    )
    lease_token = models.UUIDField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Attempts since it was made or replayed.")
    attempts = models.JSONField(
        default=list, help_text="The latest attempts: at, took_ms, status, error, answer (its beginning)."
    )
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    attempted_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "webhook_deliveries"
        verbose_name_plural = "webhook deliveries"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "endpoint"], name="news_are_delivered_to_an_endpoint_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", due_at__isnull=False)
                | (~Q(state="waiting") & Q(due_at=None, lease_token=None)),
                name="delivery_is_due_exactly_while_it_waits",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["endpoint", "due_at"], condition=Q(due_at__isnull=False), name="deliveries_due"),
            models.Index(fields=["endpoint", "-id"], name="deliveries_of_endpoint"),
            models.Index(fields=["endpoint", "-id"], condition=Q(state="failed"), name="deliveries_failed"),
            models.Index(fields=["tenant", "-id"], name="deliveries_of_tenant"),
            models.Index(fields=["attempted_at"], condition=~Q(last_error=""), name="deliveries_gone_wrong"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk} ({self.state})"


class Mail(Row):
    """One e-mail to one member, or to an operator. What it says is written when it is sent, from the facts kept here."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        FAILED = "failed", "Failed"

    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, related_name="+", db_index=False, null=True, blank=True
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False, null=True, blank=True)
    address = models.EmailField(blank=True, db_default="", help_text="An operator's; empty: the member's own.")
    topic = models.CharField(max_length=24)
    kind = models.CharField(max_length=40, help_text="Which letter: an event's type, or dead_letters.")
    about = models.CharField(max_length=64, help_text="What it is about, to damp flapping.")
    facts = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    due_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        db_table = "mails"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="waiting", due_at__isnull=False)
                | (~Q(state="waiting") & Q(due_at=None, lease_token=None)),
                name="mail_is_due_exactly_while_it_waits",
            ),
            models.CheckConstraint(
                condition=Q(tenant__isnull=False, user__isnull=False, address="")
                | (Q(tenant=None, user=None) & ~Q(address="")),
                name="mail_is_to_a_member_or_to_an_operator",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="mails_due"),
            models.Index(fields=["tenant", "about", "kind"], name="mails_about"),
            models.Index(fields=["address", "-id"], condition=~Q(address=""), name="mails_to_operators"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.user_id or self.address} ({self.state})"

    @property
    def to(self) -> str:
        """Whom it is to."""
        return self.user.email if self.user else self.address


class MailPreference(Row):
    """What a member wants to be told by e-mail. Null: as their role has it by default."""

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="mail_preference")
    connections = models.BooleanField(null=True)
    dead_letters = models.BooleanField(null=True)
    endpoints = models.BooleanField(null=True)
    alerts = models.BooleanField(null=True)

    class Meta:
        db_table = "mail_preferences"

    def __str__(self) -> str:
        return f"mail preferences of {self.membership_id}"


class Digest(Row):
    """When a tenant's people are next told of dead letters, and up to which moment they have been."""

    tenant = models.OneToOneField(Tenant, on_delete=models.CASCADE, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    told_until = models.DateTimeField()
    mailed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "dead_letter_digests"
        indexes: ClassVar = [models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="digests_due")]

    def __str__(self) -> str:
        return f"digest of {self.tenant_id}"


class Bookmark(models.Model):
    """How far something that goes through rows in order has come. Whoever goes on holds the row."""

    name = models.CharField(primary_key=True, max_length=32)
    at = models.DateTimeField(null=True)
    number = models.BigIntegerField(default=0)

    class Meta:
        db_table = "outbox_bookmarks"

    def __str__(self) -> str:
        return self.name
