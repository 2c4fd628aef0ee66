"""The watchtower's entry in Django's list of apps."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class MonitoringConfig(AppConfig):
    """Health of connections, of workers and of the hub itself."""

    name = "monitoring"
    verbose_name = "Monitoring"

    def ready(self) -> None:
        """Listen to the news of the rooms below, and keep the views out of the way of migrations."""
        from monitoring import listeners  # noqa: F401
        from monitoring.reports import installing

        pre_migrate.connect(installing.clear_the_way, sender=self)
        post_migrate.connect(installing.bring_back, sender=self)
