"""The operator's view of the strongroom: which keys there are and who opened what, never a key or a sealed byte."""

from django.contrib import admin

from foundation.admin import ReadOnlyAdmin, among, linked, moment, narrowed, since, state
from tenants.models import Tenant
from vault.models import Access, DataKey, EncryptedSecret, MasterKey, Rotation

#: Whose secrets lie here under their ids; the vault knows no more of them.
_CONNECTION = "connectors.connection"


@admin.register(MasterKey)
class MasterKeyAdmin(ReadOnlyAdmin):
    """Versions of the key over all keys."""

    about = "Versions of the key over all keys, and who holds it."
    sorts_any = True
    list_display = ("version", "provider", "held_by", "iterations", moment("created_at"), moment("retired_at"))
    list_filter = ()
    hidden = ("check_iv", "check_ciphertext", "check_tag")


@admin.register(DataKey)
class DataKeyAdmin(ReadOnlyAdmin):
    """Tenants' data keys, sealed."""

    about = "Each tenant's key for its secrets: version and life, never the key."
    list_display = (
        "__str__",
        linked("tenant"),
        "version",
        linked("master_key"),
        moment("created_at"),
        moment("retired_at"),
    )
    list_select_related = ("tenant", "master_key")
    list_filter = (narrowed("tenant", Tenant), narrowed("master_key", MasterKey))
    looks_for = ("pk", "tenant", "tenant__slug", "tenant__name__istartswith")
    search_help_text = "An id, or the beginning of a tenant's name."


@admin.register(EncryptedSecret)
class EncryptedSecretAdmin(ReadOnlyAdmin):
    """Sealed secrets: what they are, whose, under which key, since when; not a byte of them."""

    called = ("sealed secret", "sealed secrets")
    about = "Which secrets are kept for which account, under which key. Not a byte of them."
    list_display = (
        "kind",
        linked("tenant"),
        "connection_id",
        "key_version",
        "row_version",
        moment("created_at"),
        moment("updated_at", "replaced"),
    )
    list_select_related = ("tenant",)
    list_filter = (
        narrowed("connection", _CONNECTION, path="connection_id"),
        narrowed("tenant", Tenant),
        narrowed("data_key", DataKey),
    )
    looks_for = ("pk", "connection_id", "tenant", "tenant__slug", "tenant__name__istartswith")
    search_help_text = "The id of a secret, an account or a tenant, or the beginning of a tenant's name."
    hidden = ("fingerprint", "hint", "format")


@admin.register(Rotation)
class RotationAdmin(ReadOnlyAdmin):
    """Changes of keys, finished and under way."""

    called = ("change of keys", "changes of keys")
    about = "Changes of keys, finished and under way (manage.py rotate_keys)."
    list_display = (
        moment("created_at", "began"),
        "kind",
        linked("tenant"),
        linked("target"),
        "actor",
        "moved",
        "unreadable",
        moment("finished_at"),
    )
    list_display_links = ("kind",)
    list_select_related = ("tenant", "target")
    list_filter = ("kind", narrowed("tenant", Tenant))
    looks_for = ("pk", "tenant")


@admin.register(Access)
class AccessAdmin(ReadOnlyAdmin):
    """Who opened which secret, and what did not open."""

    called = ("opening of secrets", "openings of secrets")
    about = "Who opened which secret, what for, how often; and what did not open."
    list_display = (
        moment("minute", "when"),
        state("outcome"),
        "count",
        "kind",
        "purpose",
        "connection_id",
        "tenant_id",
        "process",
        "detail",
    )
    list_display_links = ("kind",)
    list_filter = (
        since,
        among("outcome", Access.Outcome.choices),
        narrowed("connection", _CONNECTION, path="connection_id"),
        narrowed("tenant", Tenant, path="tenant_id"),
    )
    looks_for = ("pk", "connection_id", "tenant_id")
    begins_with = ("kind", "purpose", "process", "detail")
    search_help_text = "The id of an account or a tenant, or the beginning of a kind, a purpose, a process or a cause."
