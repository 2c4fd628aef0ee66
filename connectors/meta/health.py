"""How a Meta connection is: the person's token, its scopes, data access, and each Page's own token.

Source: https://developers.facebook.com/docs/facebook-login/guides/access-tokens/debugging, read 2026-11-21. ``debug_token`` is
asked with the app's token and spends no Page budget. It cannot see a checkpoint or a missing Page Publishing Authorization:
those show only on use.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from connectors.errors import ReconnectRequired
from connectors.meta.auth import inspect
from connectors.meta.errors import meaning_of
from connectors.meta.graph import Graph, read_time
from connectors.types import (
    ACCESS_TOKEN,
    HealthFinding,
    HealthReport,
    HealthState,
    KeyRing,
    Target,
    destination_token,
)

#: People are told this long before data access or the token itself ends.
WARN_BEFORE: Final = timedelta(days=14)
#: Without these nothing can be published to a Page.
NEEDED_SCOPES: Final = ("pages_manage_posts", "pages_read_engagement", "pages_show_list")
_RECONNECT: Final = "Reconnect this account."


def check(graph: Graph, keys: KeyRing, *, targets: Sequence[Target], now: datetime) -> HealthReport:
    """Inspect the person's token and every chosen Page's token."""
    try:
        token = keys.open(ACCESS_TOKEN)
    except ReconnectRequired as error:
        return HealthReport((HealthFinding(HealthState.UNHEALTHY, "token_missing", error.cause, error.remedy),))
    facts = inspect(graph, token)
    scopes = tuple(sorted(str(scope) for scope in facts.get("scopes") or ()))
    findings = _token_findings(facts, now=now, pages=len(targets))
    if facts.get("is_valid") is True:
        findings += _scope_findings(scopes)
        findings += _clock_findings(facts, now=now)
    for target in targets:
        findings += _page_findings(graph, keys, target)
    return HealthReport(
        tuple(findings),
        scopes_granted=scopes if facts.get("is_valid") is True else None,
        access_expires_at=read_time(facts.get("expires_at")),
        data_access_expires_at=read_time(facts.get("data_access_expires_at")),
    )


def _token_findings(facts: dict[str, Any], *, now: datetime, pages: int) -> list[HealthFinding]:
    if facts.get("is_valid") is True:
        return []
    return [HealthFinding(HealthState.UNHEALTHY, "token_dead", _why_dead(facts), _RECONNECT)]


def _why_dead(facts: dict[str, Any]) -> str:
    error = facts.get("error")
    error = error if isinstance(error, dict) else {}
    code, subcode = error.get("code"), error.get("subcode", error.get("error_subcode"))
    meaning = meaning_of(code if isinstance(code, int) else 190, subcode if isinstance(subcode, int) else None)
    return meaning.cause if meaning else "Meta no longer accepts the access token."


def _scope_findings(scopes: Sequence[str]) -> list[HealthFinding]:
    missing = [scope for scope in NEEDED_SCOPES if scope not in scopes]
    if not missing:
        return []
    cause = f"Publishing to Pages needs {', '.join(missing)}, which was not granted."
    return [
        HealthFinding(
            HealthState.UNHEALTHY,
            "scope_missing",
            cause,
            "Reconnect and tick every permission Facebook lists.",
        )
    ]


def _clock_findings(facts: dict[str, Any], *, now: datetime) -> list[HealthFinding]:
    findings = []
    for key, code, what in (
        ("expires_at", "token_expires", "The person's access token"),
        ("data_access_expires_at", "data_access_expires", "Meta's data access for this person"),
    ):
        ends = read_time(facts.get(key))
        if ends is not None and ends - now <= WARN_BEFORE:
            verb = "ended" if ends <= now else "ends"
            findings.append(
                HealthFinding(HealthState.DEGRADED, code, f"{what} {verb} on {ends:%d %B %Y at %H:%M} UTC.", _RECONNECT)
            )
    return findings


def _page_findings(graph: Graph, keys: KeyRing, target: Target) -> list[HealthFinding]:
    name = target.name or target.external_id
    try:
        token = keys.open(destination_token(target.external_id))
    except ReconnectRequired:
        cause = f"There is no token for the Page {name}."
        return [
            HealthFinding(
                HealthState.UNHEALTHY,
                "page_token_missing",
                cause,
                "Reconnect and tick this Page in Facebook's dialog.",
            )
        ]
    facts = inspect(graph, token)
    if facts.get("is_valid") is True:
        return []
    return [HealthFinding(HealthState.UNHEALTHY, "page_token_dead", f"{name}: {_why_dead(facts)}", _RECONNECT)]
