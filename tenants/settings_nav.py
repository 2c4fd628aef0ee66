"""The pages under ``/settings/``, in the order of their navigation. A room adds its pages with one line here."""

from dataclasses import dataclass
from typing import Any, Final

from django.urls import reverse

from tenants.principal import Principal
from tenants.scopes import AUDIT_READ, CONNECTIONS_WRITE, KEYS_WRITE, TENANT_READ


@dataclass(frozen=True, slots=True)
class Entry:
    """A page: its name, its address, the scope it asks for (none: everybody signed in), and addresses of pages below it."""

    label: str
    url_name: str
    scope: str = ""
    below: tuple[str, ...] = ()


ENTRIES: Final = (
    Entry("Your account", "account", below=("two_step", "recovery_codes")),
    Entry("Tenant", "tenant_settings", TENANT_READ),
    Entry("Members", "members", TENANT_READ),
    Entry("API keys", "api_keys", KEYS_WRITE, below=("new_api_key", "rotate_api_key")),
    Entry("Connecting", "connect_settings", CONNECTIONS_WRITE),
    Entry("Mails to you", "mail_preferences"),
    Entry("Audit log", "audit_log", AUDIT_READ),
)


def links(principal: Principal | None, here: str) -> list[dict[str, Any]]:
    """Return the entries that somebody may open, as plain values, the present one marked."""
    scopes = principal.scopes if principal else frozenset()
    return [
        {"label": entry.label, "url": reverse(entry.url_name), "current": here in (entry.url_name, *entry.below)}
        for entry in ENTRIES
        if not entry.scope or entry.scope in scopes
    ]
