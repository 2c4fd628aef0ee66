"""What is wrong with the platforms' settings, told at start-up."""

from datetime import timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register
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
        setting = version.setting or f"{slug.upper()}_GRAPH_VERSION"
        if not version.known:
            messages.append(
                Warning(
                    f"{slug}: our notes know no API version called {version.name!r}; calls with it may all fail.",
                    hint=f"Choose a version listed at {version.page} in {setting}.",
                    id="connectors.W003",
                )
            )
        if version.ends_on is not None and (version.ends_on - now).days <= max(DAYS_OF_WARNING):
            messages.append(
                Warning(
                    f"{slug}: the API version {version.name} ends on {version.ends_on:%d %B %Y}.",
                    hint=f"Read {version.page} and set {setting} to a later one.",
                    id="connectors.W001",
                )
            )
    return messages


@register("connectors")
def absence_is_no_proof_too_early(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """connectors.E001: absence would count as proof while the request may still be on its way, so a post could double."""
    least = settings.PUBLISH_LEASE + settings.PUBLISH_LANDING
    return [
        Error(
            f"{name} is {_seconds(getattr(settings, name))}, which is less than PUBLISH_LEASE_SECONDS and "
            f"PUBLISH_LANDING_SECONDS together ({_seconds(least)}).",
            hint=f"Raise {name}_SECONDS to {least.total_seconds():.0f} or more: before that, a post that is not to be seen "
            "may still arrive, and would be sent twice.",
            id="connectors.E001",
        )
        for name in (f"{slug.upper()}_SETTLE" for slug in CONNECTORS)
        if getattr(settings, name, least) < least
    ]


@register("connectors")
def files_can_be_fetched(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """connectors.W004: a platform fetches files from PUBLIC_URL, and no platform reaches that address."""
    parts = urlsplit(settings.PUBLIC_URL)
    reachable = parts.scheme == "https" and not _is_private(parts.hostname or "")
    if settings.SANDBOX or reachable:
        return []
    return [
        Warning(
            f"{connector.name} fetches photos from PUBLIC_URL, and cannot reach {settings.PUBLIC_URL}.",
            hint="Set PUBLIC_URL to an https address that is reachable from the internet; until then posts with photos fail.",
            id="connectors.W004",
        )
        for slug, connector in CONNECTORS.items()
        if connector.fetches_files and is_configured(slug)
    ]


def _is_private(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.0f} s"


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
