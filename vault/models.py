"""Rows of the strongroom: key-encryption keys, a data key per tenant, sealed secrets. Columns, so rotation can be queried."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from foundation.ids import new_id
from foundation.rows import Row
from tenants.models import Tenant


class MasterKey(Row):
    """One version of the key-encryption key. The key itself is elsewhere: derived from a master secret, or in a KMS."""

    version = models.PositiveIntegerField(unique=True)
    provider = models.CharField(max_length=16)
    kms_key_id = models.CharField(
        max_length=400, blank=True, default="", db_default="", help_text="The key's ARN, where a KMS holds it."
    )
    salt = models.BinaryField(default=b"")
    iterations = models.PositiveIntegerField(default=0)
    check_iv = models.BinaryField()
    check_ciphertext = models.BinaryField()
    check_tag = models.BinaryField()
    retired_at = models.DateTimeField(null=True, blank=True)

    @property
    def held_by(self) -> str:
        """Return where the key itself is, in words."""
        return f"KMS key {self.kms_key_id}" if self.kms_key_id else "a master key of the settings"

    class Meta:
        db_table = "vault_master_keys"
        ordering: ClassVar = ["version"]

    def __str__(self) -> str:
        return f"master key {self.version} ({self.provider})"


class DataKey(Row):
    """One tenant's key for its secrets, wrapped by a master key."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="data_keys")
    version = models.PositiveIntegerField()
    master_key = models.ForeignKey(MasterKey, on_delete=models.PROTECT)
    iv = models.BinaryField()
    ciphertext = models.BinaryField()
    auth_tag = models.BinaryField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "vault_data_keys"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["tenant", "version"], name="data_key_version_is_unique_in_tenant"),
            models.UniqueConstraint(
                fields=["tenant"], condition=Q(retired_at=None), name="one_live_data_key_per_tenant"
            ),
        ]

    def __str__(self) -> str:
        return f"data key {self.version} of {self.tenant_id}"


class EncryptedSecret(Row):
    """One sealed secret: what it is, whom it belongs to, and the sealed bytes. Never shown, never logged."""

    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    connection_id = models.UUIDField(help_text="The connection it belongs to; the vault knows no more of it.")
    kind = models.CharField(max_length=80, help_text="access_token, refresh_token, page_token:<id>, api_key, …")
    data_key = models.ForeignKey(DataKey, on_delete=models.PROTECT, related_name="secrets")
    format = models.PositiveSmallIntegerField()
    algorithm = models.CharField(max_length=16)
    key_version = models.PositiveIntegerField(help_text="Version of the tenant's data key.")
    iv = models.BinaryField()
    ciphertext = models.BinaryField()
    auth_tag = models.BinaryField()
    fingerprint = models.CharField(
        max_length=64, help_text="Keyed hash: tells whether two secrets are equal, and no more."
    )
    hint = models.CharField(max_length=4, blank=True, help_text="The last four characters, for people.")
    row_version = models.PositiveIntegerField(default=1, help_text="Grows with every replacement; compared at refresh.")

    class Meta:
        db_table = "encrypted_secrets"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["connection_id", "kind"], name="one_secret_per_connection_and_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.connection_id}"


class Rotation(Row):
    """One change of keys: of the master key, or of tenants' data keys. Found unfinished, it is gone on with."""

    class Kind(models.TextChoices):
        MASTER_KEY = "master_key", "Data keys under another master key"
        DATA_KEYS = "data_keys", "New data keys"

    kind = models.CharField(max_length=16, choices=Kind.choices)
    tenant = models.ForeignKey(
        Tenant, on_delete=models.CASCADE, null=True, blank=True, related_name="+", help_text="Empty: all tenants."
    )
    target = models.ForeignKey(
        MasterKey,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="The master key aimed at.",
    )
    actor = models.CharField(max_length=160)
    moved = models.PositiveIntegerField(default=0, help_text="Data keys wrapped anew, or secrets sealed anew.")
    unreadable = models.PositiveIntegerField(default=0, help_text="What did not open, and was left as it was.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "vault_rotations"
        ordering: ClassVar = ["-id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {'finished' if self.finished_at else 'under way'}"


class Access(models.Model):
    """How often a process opened a secret for a purpose in one minute, or one failure to open. Holds nothing of a secret.

    The key of a count is made of what is counted, so that a process adds to its own row without a look for it.
    """

    class Outcome(models.TextChoices):
        OPENED = "opened", "Opened"
        REFUSED = "refused", "Did not open"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    minute = models.DateTimeField(help_text="When: the minute of a count, the moment of a failure.")
    tenant_id = models.UUIDField(null=True, help_text="The tenant that asked.")
    connection_id = models.UUIDField(null=True, help_text="The connection the secret belongs to.")
    kind = models.CharField(max_length=160, help_text="What was opened.")
    purpose = models.CharField(max_length=80, help_text="What for.")
    process = models.CharField(max_length=120, help_text="Who: program, machine and process id.")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    count = models.PositiveIntegerField(default=1)
    detail = models.CharField(max_length=300, blank=True, help_text="Why it did not open, and which row it was.")

    class Meta:
        db_table = "vault_access_log"
        verbose_name = "access"
        verbose_name_plural = "accesses"
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [
            models.Index(fields=["connection_id", "-id"], name="accesses_of_connection"),
            models.Index(fields=["tenant_id", "-id"], name="accesses_of_tenant"),
            models.Index(fields=["-id"], condition=Q(outcome="refused"), name="accesses_refused"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.connection_id}: {self.outcome}"
