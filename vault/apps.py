"""The strongroom's entry in Django's list of apps."""

from django.apps import AppConfig


class VaultConfig(AppConfig):
    """Sealed secrets and the keys that open them."""

    name = "vault"
    verbose_name = "Vault"

    def ready(self) -> None:
        """Register the system checks, and hear of tenants that are erased."""
        from vault import checks, erasing  # noqa: F401
