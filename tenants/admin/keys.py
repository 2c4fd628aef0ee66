"""Client apps' keys."""

from django.contrib import admin

from foundation.admin import Deed, ReadOnlyAdmin, Turn, linked, moment, narrowed
from tenants import services
from tenants.models import ApiKey, Tenant
from tenants.operating import actor_of


def _revoke_key(turn: Turn, key: ApiKey) -> object:
    if key.revoked_at:
        return False
    return services.revoke_api_key(key=key, actor=actor_of(turn.request), now=turn.now)


@admin.register(ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    """API keys: their public part, never their hash."""

    called = ("API key", "API keys")
    about = "Client apps' keys: whose, what they may, when they were used last. Never the key itself."
    list_display = (
        "prefix",
        "name",
        linked("tenant"),
        moment("created_at"),
        moment("expires_at", "ends"),
        moment("last_used_at"),
        moment("revoked_at"),
    )
    list_select_related = ("tenant",)
    list_filter = (narrowed("tenant", Tenant),)
    looks_for = ("pk", "tenant", "prefix", "tenant__slug", "tenant__name__istartswith")
    begins_with = ("name",)
    search_help_text = "An id, a prefix, or the beginning of a tenant's or a key's name."
    deeds = (
        Deed(
            "revoke",
            "Revoke at once",
            "are revoked",
            _revoke_key,
            explain="Client apps that use them are shut out at once. It cannot be undone; a new key has to be made.",
            danger=True,
            related=("tenant",),
            nothing="revoked already",
        ),
    )
