"""Files that the platform fetches itself: which addresses it takes, and what came."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from sandbox.fetching import Errand, Fetched
from sandbox.tiktok.ask import Ask
from sandbox.tiktok.errors import Refusal, invalid
from sandbox.tiktok.records import App

_TIMEOUT_S = 20.0


def check_address(ask: Ask, url: Any) -> str:
    """Return an address the app may have fetched; refuse http, IP hosts and what it has not verified."""
    if not isinstance(url, str) or not url:
        raise invalid("The url is empty or incorrect.")
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".")
        port = parts.port
    except ValueError:
        raise invalid("The url is empty or incorrect.") from None
    if ask.world.switches.flag("tiktok.pull_from_this_machine") and _on_this_machine(host):
        return url
    if parts.scheme != "https" or parts.username is not None or port not in (None, 443):
        raise invalid("The url must be https, without user and port.")
    if _is_ip(host) or not _is_verified(ask.app, host, parts.path):
        raise Refusal("url_ownership_unverified")
    return url


def fetch(ask: Ask, url: str) -> Fetched:
    """Fetch a file. Redirects are not followed, so they end as a failed pull."""
    return ask.call.fetch(Errand(url, headers=(("User-Agent", "TikTokBot"),), timeout_s=_TIMEOUT_S))


def _is_verified(app: App, host: str, path: str) -> bool:
    """Say whether a domain covers the host, or a prefix the host and the first segments of the path."""
    if any(host == domain or host.endswith(f".{domain}") for domain in app.domains):
        return True
    # A prefix ends in a slash, so that it covers whole segments; dots that climb out of it cover nothing.
    climbs = ".." in path.split("/")
    return not climbs and any(f"https://{host}{path}".startswith(prefix) for prefix in app.prefixes)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _on_this_machine(host: str) -> bool:
    return host == "localhost" or (_is_ip(host) and ip_address(host).is_loopback)
