"""The hall's entry in Django's list of apps."""

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    """Tenants, members, API keys and the audit log."""

    name = "tenants"
    verbose_name = "Tenants"
