"""The front door's entry in Django's list of apps; it is one for the sake of its commands."""

from django.apps import AppConfig


class FrontDoorConfig(AppConfig):
    """Commands that start and prepare the hub."""

    name = "config"
    verbose_name = "Front door"

    def ready(self) -> None:
        """Keep secrets out of traces, where there are any."""
        from django.conf import settings

        from config import tracing

        tracing.settle(trust_callers=settings.DATADOG_TRUST_CALLERS)
