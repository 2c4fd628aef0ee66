"""The watchtower's entry in Django's list of apps."""

from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Health of connections, of workers and of the hub itself."""

    name = "monitoring"
    verbose_name = "Monitoring"

    def ready(self) -> None:
        """Listen to the news of the rooms below."""
        from monitoring import listeners  # noqa: F401
