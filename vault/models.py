"""Rows of the strongroom: key-encryption keys, a data key per tenant, sealed secrets. Columns, so rotation can be queried."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from foundation.rows import Row
from tenants.models import Tenant


class MasterKey(Row):
    """One version of the key-encryption key. The key itself is elsewhere: derived from a master secret, or in a KMS."""

    version = models.PositiveIntegerField(unique=True)
    provider = models.CharField(max_length=16)
    salt = models.BinaryField(default=b"")
    iterations = models.PositiveIntegerField(default=0)
    check_iv = models.BinaryField()
    check_ciphertext = models.BinaryField()
    check_tag = models.BinaryField()
    retired_at = models.DateTimeField(null=True, blank=True)

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
