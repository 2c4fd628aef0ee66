"""The post room's entry in Django's list of apps."""

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """News for client apps and people, and its way to them."""

    name = "outbox"
    verbose_name = "Outbox"

    def ready(self) -> None:
        """Listen to the news of the rooms below."""
        from outbox import checks, listeners  # noqa: F401
