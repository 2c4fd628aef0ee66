"""Whether an account works: whose the token is, and whether it may publish right now.

Source: docs/platforms/tiktok.md, "Health". Two reads without side effects; a refresh is no probe, for it spends a token. What was granted
TikTok tells nowhere, so a missing scope shows by its refusal.
"""

from collections.abc import Sequence
from typing import Final

from connectors.errors import ConfigurationError, ConnectorError, ReconnectRequired, TransientError
from connectors.tiktok import creator, people
from connectors.tiktok.api import Api
from connectors.tiktok.codes import BANNED, RECONNECT
from connectors.tiktok.creator import NOT_NOW
from connectors.tiktok.errors import has_code
from connectors.tiktok.people import BASIC, PUBLISH, UPLOAD
from connectors.types import HealthFinding, HealthReport, HealthState, Target

_SET_PRIVATE: Final = (
    "Set the account to private in the TikTok app, or have the TikTok app audited and set TIKTOK_AUDITED=1."
)


def check(api: Api, *, targets: Sequence[Target], wanted: Sequence[str], audited: bool) -> HealthReport:
    """Ask who it is, then what it may publish. Raises ``TransientError`` when TikTok cannot be asked."""
    findings: list[HealthFinding] = []
    granted: tuple[str, ...] | None = None
    try:
        findings += _person(people.read(api, scopes=(BASIC,), operation="health"), targets)
        known = next((target.scopes for target in targets if target.scopes), tuple(wanted))
        if PUBLISH in known and not findings:
            findings += _publishing(creator.ask(api), audited=audited)
        elif PUBLISH in wanted and PUBLISH not in known:
            findings.append(_drafts_alone(known))
    except TransientError as error:
        if not has_code(error, *NOT_NOW):
            raise
        findings.append(HealthFinding(HealthState.DEGRADED, "not_today", error.cause, error.remedy))
    except ReconnectRequired as error:
        findings.append(_refused(error))
        if error.missing_scope:
            granted = _without(error.missing_scope, targets)
    except ConfigurationError as error:
        findings.append(HealthFinding(HealthState.DEGRADED, "app_refused", error.detail, error.remedy))
    except ConnectorError as error:
        findings.append(HealthFinding(HealthState.DEGRADED, "not_understood", error.cause, error.remedy, passing=True))
    return HealthReport(tuple(findings), scopes_granted=granted)


def missing_token(error: ReconnectRequired) -> HealthReport:
    """Return the report on a connection whose token is not there or does not open."""
    return HealthReport(
        (HealthFinding(HealthState.UNHEALTHY, "token_missing", error.cause, error.remedy or RECONNECT),)
    )


def _refused(error: ReconnectRequired) -> HealthFinding:
    if error.missing_scope:
        return HealthFinding(HealthState.UNHEALTHY, "scope_missing", error.cause, error.remedy or RECONNECT)
    if has_code(error, BANNED):
        return HealthFinding(HealthState.UNHEALTHY, "account_blocked", error.cause, error.remedy)
    return HealthFinding(HealthState.UNHEALTHY, "token_dead", error.cause, error.remedy or RECONNECT, renewable=True)


def _drafts_alone(known: Sequence[str]) -> HealthFinding:
    """Say what an account can still do whose person switched publishing off."""
    if UPLOAD in known:
        cause, state = f"Only drafts can be sent: the scope {PUBLISH} was not granted.", HealthState.DEGRADED
    else:
        cause, state = f"Nothing can be sent: neither {PUBLISH} nor {UPLOAD} was granted.", HealthState.UNHEALTHY
    return HealthFinding(state, "scope_missing", cause, "Reconnect the account and leave everything switched on.")


def _without(scope: str, targets: Sequence[Target]) -> tuple[str, ...] | None:
    known = next((target.scopes for target in targets if target.scopes), None)
    return None if known is None else tuple(one for one in known if one != scope)


def _person(told: dict[str, object], targets: Sequence[Target]) -> list[HealthFinding]:
    """Make sure that the token still speaks for the account that was chosen."""
    return [
        HealthFinding(
            HealthState.UNHEALTHY,
            "other_person",
            f"The token belongs to another account than {target.name or target.external_id}.",
            "Reconnect the right account; sign out of TikTok in the browser first.",
        )
        for target in targets
        if told.get("open_id") not in (None, target.external_id)
    ]


def _publishing(told: creator.Creator, *, audited: bool) -> list[HealthFinding]:
    if audited or not told.is_public:
        return []
    return [
        HealthFinding(
            HealthState.DEGRADED,
            "public_account",
            "The TikTok app has not passed TikTok's audit and may publish to private accounts alone; this one is public.",
            f"{_SET_PRIVATE} Drafts work all the same.",
        )
    ]
