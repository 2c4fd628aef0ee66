"""How a LinkedIn connection is: the token, its scopes and end, the person, and the roles on every chosen page.

Source: https://learn.microsoft.com/linkedin/shared/authentication/token-introspection, read 2026-11-21. Introspection needs no scope and
spends no quota of the member's. Whose token it is, is asked without a version; the list of roles also proves the version.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from connectors.errors import ReconnectRequired, VersionRetired
from connectors.linkedin import accounts, auth
from connectors.linkedin.auth import Introspected, Login
from connectors.linkedin.rest import Rest
from connectors.linkedin.scopes import ADMIN, LIST_PAGES, MEMBER, ORGANIZATION, WRITE
from connectors.types import (
    REFRESH_TOKEN,
    HealthFinding,
    HealthReport,
    HealthState,
    KeyRing,
    Target,
)
from foundation.secret import Secret

#: Without a refresh token a person must act, so they are told from day 45 of 60 on.
WARN_WITHOUT_REFRESH: Final = timedelta(days=15)
WARN_WITH_REFRESH: Final = timedelta(days=3)
_RECONNECT: Final = "Reconnect this account."


def check(
    login: Login,
    rest: Rest,
    keys: KeyRing,
    token: Secret,
    *,
    wanted: Sequence[str],
    targets: Sequence[Target],
    now: datetime,
) -> HealthReport:
    """Ask about the token, then about the person, then about the roles."""
    told = login.introspect(token)
    if not told.active:
        return HealthReport((_dead(told),), access_expires_at=told.expires_at)
    findings = [*_scopes(told, targets), *_clock(told, keys, now=now)]
    try:
        # Introspection need not tell the scopes; then the app's own list says how to ask who it is.
        findings += _person(rest, tuple(told.scopes or wanted), targets)
        findings += _roles(rest, told, targets)
    except VersionRetired as error:
        findings.append(HealthFinding(HealthState.DEGRADED, "version_retired", error.cause, error.remedy))
    except ReconnectRequired as error:
        state = HealthState.UNHEALTHY if error.connection_ended else HealthState.DEGRADED
        findings.append(HealthFinding(state, "refused", error.cause, error.remedy or _RECONNECT))
    return HealthReport(
        tuple(findings), scopes_granted=tuple(sorted(told.scopes)) or None, access_expires_at=told.expires_at
    )


def missing_token(error: ReconnectRequired) -> HealthReport:
    """Return the report on a connection whose token is not there or does not open."""
    return HealthReport(
        (HealthFinding(HealthState.UNHEALTHY, "token_missing", error.cause, error.remedy or _RECONNECT),)
    )


def _dead(told: Introspected) -> HealthFinding:
    cause = {
        "expired": "The access token has expired.",
        "revoked": "The access token was revoked.",
    }.get(told.status, "LinkedIn no longer accepts the access token.")
    return HealthFinding(HealthState.UNHEALTHY, "token_dead", cause, _RECONNECT, renewable=True)


def _scopes(told: Introspected, targets: Sequence[Target]) -> list[HealthFinding]:
    if not told.scopes:
        return []  # LinkedIn did not say; that is no proof of anything
    kinds = {target.kind for target in targets} or {MEMBER}
    missing = sorted(WRITE[kind] for kind in kinds if WRITE[kind] not in told.scopes)
    if not missing:
        return []
    return [
        HealthFinding(
            HealthState.UNHEALTHY,
            "scope_missing",
            f"Publishing needs {' and '.join(missing)}, which was not granted.",
            "Check LINKEDIN_MODE against the products of the LinkedIn app, then reconnect.",
        )
    ]


def _clock(told: Introspected, keys: KeyRing, *, now: datetime) -> list[HealthFinding]:
    if told.expires_at is None:
        return []
    renewable = _has_refresh_token(keys)
    if told.expires_at - now > (WARN_WITH_REFRESH if renewable else WARN_WITHOUT_REFRESH):
        return []
    cause = f"The access token ends on {told.expires_at:%d %B %Y at %H:%M} UTC"
    cause += " and has not been renewed yet." if renewable else ", and LinkedIn gave no means to renew it."
    return [
        HealthFinding(HealthState.DEGRADED, "token_expires", cause, f"{_RECONNECT} It is one click before the end.")
    ]


def _has_refresh_token(keys: KeyRing) -> bool:
    try:
        return bool(keys.open(REFRESH_TOKEN))
    except ReconnectRequired:
        return False


def _person(rest: Rest, scopes: tuple[str, ...], targets: Sequence[Target]) -> list[HealthFinding]:
    """Make sure that the token still speaks for the member whose profile was chosen."""
    person = auth.read_person(rest, scopes=scopes)
    strangers = [target for target in targets if target.kind == MEMBER and target.external_id != person.urn]
    return [
        HealthFinding(
            HealthState.UNHEALTHY,
            "other_person",
            f"The token belongs to another member than {target.name or target.external_id}.",
            "Reconnect the right account; ids of members change with the LinkedIn app.",
        )
        for target in strangers
    ]


def _roles(rest: Rest, told: Introspected, targets: Sequence[Target]) -> list[HealthFinding]:
    chosen = [target for target in targets if target.kind == ORGANIZATION]
    if not chosen:
        return []
    if told.scopes and not set(LIST_PAGES) & set(told.scopes):
        cause = f"Whether pages may still be posted to cannot be checked: that needs {ADMIN}."
        return [HealthFinding(HealthState.DEGRADED, "roles_unknown", cause, "Reconnect with that scope.")]
    held = accounts.roles_of(rest)
    return [
        HealthFinding(
            HealthState.UNHEALTHY,
            "role_lost",
            f"The account no longer has a role on {target.name or target.external_id} that allows posting.",
            "Ask an admin of the page for the role of a content admin, or connect the account of somebody who has it.",
        )
        for target in chosen
        if not held.get(target.external_id, set()) & set(accounts.POSTING_ROLES)
    ]
