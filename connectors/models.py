"""Rows of the embassy: platforms, connections, destinations, logins under way, links to connect by, what platforms told us."""

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q

from connectors.types import HealthState
from foundation.rows import Row
from tenants.models import Tenant, User


class Platform(models.Model):
    """One integration, switched on or off by the operator. Its credentials are settings, never rows."""

    slug = models.SlugField(primary_key=True, max_length=32)
    name = models.CharField(max_length=80)
    enabled = models.BooleanField(default=True, help_text="Off: nobody can connect, and jobs wait.")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "connector_platforms"
        ordering: ClassVar = ["slug"]

    def __str__(self) -> str:
        return self.name


class Connection(Row):
    """One grant by one person on one platform. Its tokens are in the vault under this row's id."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        ATTENTION = "attention", "Needs attention"
        INACTIVE = "inactive", "Disconnected"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="connections")
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="connections")
    external_user_id = models.CharField(max_length=128, help_text="Who granted it, as the platform names them.")
    display_name = models.CharField(max_length=200)
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.ACTIVE)
    status_code = models.CharField(max_length=60, blank=True)
    status_cause = models.CharField(max_length=500, blank=True)
    status_remedy = models.CharField(max_length=500, blank=True)
    status_since = models.DateTimeField()
    scopes_granted = models.JSONField(default=list)
    scopes_missing = models.JSONField(default=list)
    access_expires_at = models.DateTimeField(null=True, blank=True)
    refresh_expires_at = models.DateTimeField(null=True, blank=True)
    data_access_expires_at = models.DateTimeField(null=True, blank=True)
    token_version = models.PositiveIntegerField(
        default=0, help_text="Grows whenever tokens are stored; compared before a refresh is stored."
    )
    refreshed_at = models.DateTimeField(null=True, blank=True)
    refresh_lease_token = models.UUIDField(null=True, blank=True, editable=False)
    refresh_lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    health = models.CharField(
        max_length=16, choices=[(state.value, state.value.title()) for state in HealthState], blank=True
    )
    health_checked_at = models.DateTimeField(null=True, blank=True)
    next_health_at = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField()
    disconnected_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "connections"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "platform", "external_user_id"], name="one_connection_per_person_platform_and_tenant"
            ),
            models.CheckConstraint(
                condition=Q(status="inactive", disconnected_at__isnull=False)
                | (Q(status__in=["active", "attention"], disconnected_at=None)),
                name="connection_status_agrees_with_disconnection",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_health_at"], name="connection_health_due"),
            models.Index(fields=["platform", "external_user_id"], name="connection_of_person"),
            models.Index(fields=["access_expires_at", "id"], condition=Q(status="active"), name="connections_ending"),
            # Costs only accounts that need somebody.
            models.Index(
                fields=["tenant", "status_since"], condition=Q(status="attention"), name="connections_in_need"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.display_name} on {self.platform_id}"


class TokenPlan(models.Model):
    """When a connection's tokens are next seen to, worked out beforehand so that looking for those that are due is cheap.

    Everything here follows from the connection, its sealed tokens and the settings (``connectors.token_plans``), but for what
    was tried and told; so a row that is lost or out of date is made anew.
    """

    connection = models.OneToOneField(
        Connection, on_delete=models.CASCADE, primary_key=True, related_name="token_plan", db_index=False
    )
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.PositiveIntegerField(help_text="The connection's token_version that was planned for.")
    rule = models.CharField(max_length=24, blank=True, help_text="Changes with the settings the plan was made by.")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="When the access token ends.")
    due_at = models.DateTimeField(null=True, blank=True, help_text="When to renew it; null: nothing to do.")
    held_until = models.DateTimeField(null=True, blank=True, help_text="Handed to a worker; until then it is theirs.")
    tried_at = models.DateTimeField(null=True, blank=True, help_text="The last try that brought nothing.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="Tries that brought nothing, one after the other.")
    refused_version = models.PositiveIntegerField(
        null=True, blank=True, help_text="The token_version that the platform refused for good."
    )
    grant_ends_at = models.DateTimeField(null=True, blank=True, help_text="From when on only a person can renew it.")
    tell_at = models.DateTimeField(null=True, blank=True, help_text="When the tenant is next told of that end.")
    told_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The stage told last, in days.")
    told_end = models.DateTimeField(null=True, blank=True, help_text="The end that was told of.")

    class Meta:
        db_table = "token_plans"
        indexes: ClassVar = [
            models.Index(
                fields=["platform", "due_at", "ends_at", "connection"],
                condition=Q(due_at__isnull=False),
                name="token_plans_due",
            ),
            models.Index(
                fields=["platform", "held_until"], condition=Q(held_until__isnull=False), name="token_plans_held"
            ),
            models.Index(fields=["tell_at"], condition=Q(tell_at__isnull=False), name="token_plans_to_tell"),
            models.Index(fields=["connection"], condition=Q(failures__gt=0), name="token_plans_failing"),
        ]

    def __str__(self) -> str:
        return f"plan of {self.connection_id}"


class TokenRefresh(Row):
    """One exchange of a connection's tokens: why, who asked, what came of it, how long it took.

    The row is opened before the platform is asked, so one that stays open tells of a worker that died meanwhile.
    """

    #: The outcome of a row that was not closed (yet).
    OPEN: ClassVar = "open"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="refreshes", db_index=False)
    reason = models.CharField(max_length=40)
    asked_by = models.CharField(max_length=160, blank=True, db_default="")
    outcome = models.CharField(max_length=16)
    started_at = models.DateTimeField()
    took_ms = models.PositiveIntegerField()
    cause = models.CharField(max_length=500, blank=True)
    facts = models.JSONField(default=dict, help_text="The platform's status, codes and request id; never a body.")

    class Meta:
        db_table = "token_refreshes"
        verbose_name_plural = "token refreshes"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["connection", "-id"], name="refreshes_of_connection"),
            models.Index(fields=["started_at"], name="refreshes_by_age"),
            models.Index(
                fields=["started_at"], condition=Q(outcome__in=["ended", "failed"]), name="refreshes_gone_wrong"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome} for {self.connection_id}"


class Destination(Row):
    """A place to publish that a connection opens. Nothing is published there until somebody has chosen it."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="destinations")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="destinations")
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    external_id = models.CharField(max_length=128)
    name = models.CharField(max_length=200)
    username = models.CharField(max_length=200, blank=True)
    picture_url = models.URLField(max_length=2000, blank=True)
    url = models.URLField(max_length=2000, blank=True)
    enabled = models.BooleanField(default=False, help_text="Chosen for publishing.")
    obstacle = models.CharField(
        max_length=300, blank=True, help_text="Why one cannot publish here; empty when one can."
    )
    gone_at = models.DateTimeField(null=True, blank=True, help_text="When the grant stopped opening it.")
    facts = models.JSONField(default=dict)
    subscribe_at = models.DateTimeField(
        null=True, blank=True, help_text="When to ask the platform (again) to tell us what happens here; null: now."
    )
    subscribed_at = models.DateTimeField(null=True, blank=True, help_text="When the platform last agreed to tell us.")
    subscribe_problem = models.CharField(
        max_length=600, blank=True, help_text="Why the platform does not tell us; empty when it does or was not asked."
    )
    subscription = models.CharField(
        max_length=200, blank=True, help_text="What was subscribed at the platform; places with equal words share it."
    )
    unsubscribe_at = models.DateTimeField(
        null=True, blank=True, help_text="When to ask the platform (again) to be silent about it; null: not at all."
    )
    unsubscribe_tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        db_table = "destinations"
        ordering: ClassVar = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "kind", "external_id"], name="a_connection_opens_a_place_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "enabled"], name="destinations_of_tenant"),
            models.Index(fields=["tenant", "name", "id"], name="destinations_by_name"),
            # Several tenants may publish to one place; whoever looks for a post there asks for all their jobs.
            models.Index(fields=["platform", "external_id"], name="destinations_of_a_place"),
            models.Index(
                fields=["platform", "subscribe_at"],
                condition=Q(enabled=True, gone_at=None),
                name="destinations_to_subscribe",
            ),
            models.Index(
                fields=["unsubscribe_at"],
                condition=Q(unsubscribe_at__isnull=False),
                name="destinations_to_unsubscribe",
            ),
            models.Index(
                fields=["platform", "subscription"], condition=~Q(subscription=""), name="destinations_by_subscription"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReturnOrigin(Row):
    """An origin of a client app's that end users may be sent back to: scheme, host and port, and nothing else."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="return_origins", db_index=False)
    origin = models.CharField(max_length=300, help_text="Such as https://app.example.com, in its one written form.")
    created_by = models.CharField(max_length=160)

    class Meta:
        db_table = "return_origins"
        ordering: ClassVar = ["origin"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "origin"], name="a_return_origin_is_listed_once"),
        ]

    def __str__(self) -> str:
        return self.origin


class ConnectLink(Row):
    """A link by which somebody without an account here connects one of theirs for a tenant, once and soon.

    With ``connection`` it renews that very account. Whoever knows the secret in the link's address may open it, and the
    first browser in which somebody goes on keeps it; only hashes of both are here.
    """

    class Status(models.TextChoices):
        PENDING = "pending", "Not opened yet"
        OPENED = "opened", "Under way"
        COMPLETED = "completed", "Completed"
        CANCELLED = "cancelled", "Cancelled"
        EXPIRED = "expired", "Expired"
        FAILED = "failed", "Failed"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="connect_links", db_index=False)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the secret in the link's address.")
    status = models.CharField(max_length=16, choices=Status.choices, default=Status.PENDING)
    platforms = models.JSONField(default=list, help_text="The platforms to choose among; none: all that are on.")
    connection = models.ForeignKey(
        Connection,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="The account to be renewed; null: any account.",
    )
    allow_other_account = models.BooleanField(
        default=False, help_text="Take another person's grant as an account of its own instead of refusing it."
    )
    return_url = models.CharField(max_length=2000, blank=True)
    state = models.CharField(max_length=500, blank=True, help_text="The client app's own words, handed back to it.")
    external_user_id = models.CharField(max_length=200, blank=True, help_text="Who it is for, in the client's words.")
    metadata = models.JSONField(default=dict, help_text="The client app's own notes.")
    brand_name = models.CharField(max_length=80, blank=True)
    brand_color = models.CharField(max_length=7, blank=True)
    brand_logo_url = models.CharField(max_length=1000, blank=True)
    created_by = models.CharField(max_length=160)
    idempotency_key = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - null is "none", and unique
    request_digest = models.CharField(max_length=64, blank=True)
    mailed_to = models.CharField(max_length=254, blank=True, help_text="Whom the hub mailed it to, if it did.")
    expires_at = models.DateTimeField()
    binding = models.CharField(max_length=64, blank=True, help_text="SHA-256 of what the first browser holds.")
    opened_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Logins begun and keys sent.")
    problem_code = models.CharField(max_length=60, blank=True, help_text="Why the last try came to nothing.")
    problem_cause = models.CharField(max_length=500, blank=True)
    problem_remedy = models.CharField(max_length=500, blank=True)
    result = models.ForeignKey(
        Connection,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="What was connected.",
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "connect_links"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "idempotency_key"], name="a_connect_link_is_asked_for_once"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "opened"], finished_at=None)
                | Q(status__in=["completed", "cancelled", "expired", "failed"], finished_at__isnull=False),
                name="connect_link_status_agrees_with_its_end",
            ),
            models.CheckConstraint(
                condition=~Q(status="pending") | Q(binding="", result=None),
                name="a_pending_connect_link_belongs_to_no_browser",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "-id"], name="connect_links_of_tenant"),
            models.Index(fields=["expires_at"], condition=Q(finished_at=None), name="connect_links_ending"),
            models.Index(fields=["finished_at"], condition=Q(finished_at__isnull=False), name="connect_links_finished"),
        ]

    def __str__(self) -> str:
        return f"{self.status} link of {self.tenant_id}"


class OAuthState(Row):
    """A login under way: single use, short-lived, tied to the browser that began it. Only hashes are kept.

    It was begun by a member (``user``) or by way of a ``link``; with ``connection`` it is to renew that very account.
    """

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    link = models.ForeignKey(ConnectLink, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the state sent to the platform.")
    binding = models.CharField(max_length=64, help_text="SHA-256 of a random value in the browser's session.")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "oauth_states"

    def __str__(self) -> str:
        return f"login on {self.platform_id}"


class WebhookEvent(Row):
    """One thing a platform told us, verified and stored once; a task does the rest. Kept for a while, then forgotten."""

    class State(models.TextChoices):
        RECEIVED = "received", "Waiting"
        PROCESSED = "processed", "Processed"
        FAILED = "failed", "Dead letter"

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=200, help_text="The same each time the platform tells it.")
    kind = models.CharField(max_length=24, help_text="One of EventKind; a new word needs no migration.")
    external_id = models.CharField(max_length=128, blank=True, help_text="The place it is about.")
    external_user_id = models.CharField(max_length=128, blank=True, help_text="The person whose grant it is about.")
    post_id = models.CharField(max_length=200, blank=True, help_text="The post it is about.")
    happened_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField()
    raw = models.JSONField(default=dict, help_text="The platform's own words for this one event.")
    state = models.CharField(max_length=16, choices=State.choices, default=State.RECEIVED)
    due_at = models.DateTimeField(null=True, blank=True, help_text="When to process it; null at rest.")
    tries = models.PositiveSmallIntegerField(default=0, help_text="Failed tries since it was received or replayed.")
    processed_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "webhook_events"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "key"], name="a_webhook_event_is_kept_once"),
            models.CheckConstraint(
                condition=Q(state="received", due_at__isnull=False)
                | Q(state__in=["processed", "failed"], due_at__isnull=True),
                name="webhook_event_is_due_exactly_while_it_waits",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="webhook_events_due"),
            models.Index(fields=["received_at"], name="webhook_events_by_age"),
            models.Index(fields=["received_at"], condition=Q(state="failed"), name="webhook_events_gone_wrong"),
            models.Index(
                fields=["platform", "external_id", "-id"],
                condition=~Q(external_id=""),
                name="webhook_events_of_place",
            ),
            models.Index(
                fields=["platform", "external_user_id"],
                condition=~Q(external_user_id=""),
                name="webhook_events_of_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} from {self.platform_id}"


class WebhookAddress(Row):
    """A secret webhook address of a place's own. The address itself is in the vault; whoever knows it speaks for the place."""

    destination = models.OneToOneField(Destination, on_delete=models.CASCADE, related_name="webhook_address")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the secret part of the address.")
    signed = models.BooleanField(default=False, help_text="Deliveries are signed with what the platform told us.")
    made_at = models.DateTimeField()

    class Meta:
        db_table = "webhook_addresses"

    def __str__(self) -> str:
        return f"webhook address of {self.destination_id}"


class DataDeletion(Row):
    """A person's wish, told by their platform, that we forget them; and the proof that it was done.

    Who it was stands here as a keyed digest only: it answers whether somebody asked, and names nobody.
    """

    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+", db_index=False)
    code = models.CharField(max_length=40, unique=True, help_text="The confirmation code: random, told to the person.")
    event_key = models.CharField(max_length=200, help_text="The event that asked for it.")
    person = models.CharField(max_length=64, help_text="Keyed digest of the platform's id of the person.")
    requested_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    erased = models.JSONField(default=dict, help_text="How many of what were erased.")

    class Meta:
        db_table = "data_deletions"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["platform", "event_key"], name="a_deletion_is_asked_for_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} on {self.platform_id}"


#: By which the OpenAPI document gives the states of a connection a lasting name.
CONNECTION_STATUSES: Final = tuple(Connection.Status.values)
