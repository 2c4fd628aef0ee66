"""Rows of the hall: users and how they sign in, tenants, memberships, invitations, API keys, flags and the audit log."""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from waffle.models import AbstractBaseFlag

from foundation.rows import Row
from tenants import scopes


class EmailUserManager(UserManager["User"]):
    """Make users who sign in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":  # type: ignore[override]
        """Make a user; the address is stored in lower case, so that one person has one account."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: object) -> "User":  # type: ignore[override]
        """Make an operator, who may enter the admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find a user by address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractUser):
    """A person who signs in with an e-mail address and is a member of tenants."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(unique=True)
    time_zone = models.CharField(max_length=64, default="UTC", help_text="IANA name; moments are shown in this zone.")

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = EmailUserManager()  # type: ignore[misc]

    def __str__(self) -> str:
        return self.email


class Tenant(Row):
    """Who owns everything below: an agency's client, a customer of a SaaS product, a team."""

    name = models.CharField(max_length=120)
    slug = models.SlugField(max_length=60, unique=True)
    time_zone = models.CharField(max_length=64, default="UTC")
    suspended_at = models.DateTimeField(null=True, blank=True)
    redrive_after_reconnect = models.BooleanField(
        default=False, help_text="After an account is reconnected, send what failed for it again without being asked."
    )
    members = models.ManyToManyField(User, through="Membership", related_name="tenants")

    class Meta:
        db_table = "tenants"
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Membership(Row):
    """One user's place in one tenant."""

    class Role(models.TextChoices):
        OWNER = scopes.OWNER, "Owner"
        EDITOR = scopes.EDITOR, "Editor"
        VIEWER = scopes.VIEWER, "Viewer"

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role.choices)

    class Meta:
        db_table = "tenant_members"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "user"], name="one_membership_per_user_and_tenant"),
            models.CheckConstraint(condition=Q(role__in=list(scopes.ROLE_SCOPES)), name="membership_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.tenant}"


class Invitation(Row):
    """An open place in a tenant for whoever reads the mail to an address: only a hash of its link is stored."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=16, choices=Membership.Role.choices)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the link's secret, in hex.")
    invited_by = models.CharField(max_length=160, help_text="user:<email>, key:<prefix> or system:<part>.")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "invitations"
        ordering: ClassVar = ["-id"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["tenant", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="one_open_invitation_per_address_and_tenant",
            ),
            models.CheckConstraint(condition=Q(role__in=list(scopes.ROLE_SCOPES)), name="invitation_role_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.email} as {self.role} of {self.tenant}"


class SecondFactor(Row):
    """The app on a person's phone that shows a new code every 30 seconds; it counts once a first code was right."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="second_factor")
    sealed_seed = models.TextField(help_text="What the codes are computed from, sealed under SECRET_KEY.")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(
        default=0, help_text="The 30 seconds whose code was used last; none is good twice."
    )

    class Meta:
        db_table = "second_factors"

    def __str__(self) -> str:
        return f"Two-step sign-in of {self.user}"


class RecoveryCode(Row):
    """A code for the day the phone is lost: good once, stored as a hash."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "recovery_codes"
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "digest"], name="recovery_code_is_there_once")]

    def __str__(self) -> str:
        return f"A recovery code of {self.user}"


class BrowserSession(AbstractBaseSession):
    """A browser's session; unlike Django's own it knows whose it is, so that people can see and end theirs."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="browser_sessions")
    signed_in_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    browser = models.CharField(max_length=60, default="")
    network = models.CharField(max_length=64, default="")

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        db_table = "browser_sessions"

    def __str__(self) -> str:
        return f"{self.browser or 'A browser'} of {self.user or 'nobody'}"


class ApiKey(Row):
    """A client app's key: only its prefix and a hash of it are stored."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=120)
    prefix = models.CharField(max_length=16, unique=True, help_text="The public part, shown in lists and logs.")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the whole key, in hex.")
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.CharField(
        max_length=64,
        default="",
        db_default="",
        blank=True,
        help_text="The network it was last used from, not the address.",
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.CharField(
        max_length=160, default="", db_default="", blank=True, help_text="user:<email>, key:<prefix> or system:<part>."
    )
    successor = models.OneToOneField(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="predecessor",
        help_text="The key that takes its place; until this one ends, both open.",
    )
    warned_at = models.DateTimeField(null=True, blank=True, help_text="When its end was announced.")

    class Meta:
        db_table = "api_keys"
        ordering: ClassVar = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Flag(AbstractBaseFlag):
    """For whom a feature is on: for everybody, for nobody, for all but some tenants, or for some only.

    The flag of django-waffle, less everything by which a browser, a language or chance could decide: who is asked is the
    tenant alone. Written by ``tenants.switching``, read by ``tenants.flags``.
    """

    class Standing(models.TextChoices):
        ON = "on", "On for everybody"
        OFF = "off", "Off for everybody"
        OFF_FOR = "off_for", "Off for the tenants listed"
        ON_FOR = "on_for", "On for the tenants listed only"

    objects: ClassVar[models.Manager["Flag"]] = models.Manager()  # type: ignore[assignment]

    everyone = None
    percent = None
    testing = None  # type: ignore[assignment]
    superusers = None  # type: ignore[assignment]
    staff = None  # type: ignore[assignment]
    authenticated = None  # type: ignore[assignment]
    languages = None  # type: ignore[assignment]
    rollout = None  # type: ignore[assignment]
    note = None  # type: ignore[assignment]

    standing = models.CharField(max_length=8, choices=Standing.choices, default=Standing.ON)
    reason = models.CharField(
        max_length=300, blank=True, help_text="Why it is off: shown to everybody for whom it is, so no secret."
    )
    tenants = models.ManyToManyField(Tenant, blank=True, related_name="+", db_table="feature_flag_tenants")
    changed_by = models.CharField(max_length=160, blank=True, help_text="user:<email>, key:<prefix> or system:<part>.")

    class Meta:
        db_table = "feature_flags"
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(standing__in=["on", "off", "off_for", "on_for"]), name="flag_standing_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def is_active(self, request: HttpRequest, read_only: bool = False) -> bool:
        """Tell whether it is on for the tenant of a request; what the browser sends decides nothing."""
        from tenants import flags

        principal = getattr(request, "principal", None)
        if principal is None:
            return not flags.rule_of(self.name).off_for_all
        return flags.is_on(self.name, principal.tenant.pk)

    @classmethod
    def get(cls, name: str) -> "Flag":
        """Return a flag for asking; waffle would keep rows in the cache, for as long as that likes."""
        return cls(name=name)

    def flush(self) -> None:
        """Have the flags read anew."""
        from tenants import flags

        flags.forget()


class AuditEntry(Row):
    """Who did what to which thing, and when. Written once; only the name of a person to be forgotten is taken out."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, null=True, related_name="audit_entries")
    actor = models.CharField(max_length=160, help_text="user:<email>, key:<prefix> or system:<part>.")
    action = models.CharField(max_length=80, help_text="A dotted verb, such as job.redriven.")
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    detail = models.JSONField(default=dict, help_text="Plain facts; never a secret.")

    class Meta:
        db_table = "audit_log"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["tenant", "-id"], name="audit_of_tenant"),
            models.Index(fields=["subject_kind", "subject_id"], name="audit_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.actor} {self.action} {self.subject_kind} {self.subject_id}"
