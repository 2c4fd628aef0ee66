"""What is wrong with the platforms' settings, told at start-up."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register
from django.utils import timezone

from connectors.manager import get_connector, is_configured
from connectors.registry import CONNECTORS

DAYS_OF_WARNING = (90, 30, 7)


@register("connectors")
def versions_are_alive(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """connectors.W001: the API version in use ends within 90 days, or has ended; W003: nobody knows that version."""
    messages: list[CheckMessage] = []
    now = timezone.now()
    for slug in filter(is_configured, CONNECTORS):
        version = get_connector(slug).api_version()
        if not version.known:
            messages.append(
                Warning(
                    f"{slug}: our notes know no API version called {version.name!r}; calls with it may all fail.",
                    hint=f"Choose a version listed at {version.page} in {slug.upper()}_GRAPH_VERSION.",
                    id="connectors.W003",
                )
            )
        if version.ends_on is not None and (version.ends_on - now).days <= max(DAYS_OF_WARNING):
            messages.append(
                Warning(
                    f"{slug}: the API version {version.name} ends on {version.ends_on:%d %B %Y}.",
                    hint=f"Read {version.page} and set {slug.upper()}_GRAPH_VERSION to a later one.",
                    id="connectors.W001",
                )
            )
    return messages


@register("connectors", deploy=True)
def no_sandbox_in_production(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """connectors.W002: the hub speaks with the sandbox, so nothing is really published."""
    if not settings.SANDBOX:
        return []
    return [
        Warning(
            "The hub speaks with the sandbox.", hint="Set SANDBOX=0 to reach the real platforms.", id="connectors.W002"
        )
    ]
