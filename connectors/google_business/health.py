"""How a connection is: whether the login can be renewed, whether Google lets us in, and how each chosen location stands.

Source: docs/platforms/google_business.md, "Health", read 2026-11-21. Access tokens live an hour, so an old one proves nothing: a fresh one is
asked for, which uses nothing up. Accounts and locations answer while posting is still switched off in the Cloud project, so one
location's posts are asked for too.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from connectors.errors import ConfigurationError, ConnectorError, ReconnectRequired
from connectors.google_business import accounts, auth, standing
from connectors.google_business.auth import Login
from connectors.google_business.errors import is_gone
from connectors.google_business.google import Google
from connectors.google_business.hosts import Api
from connectors.google_business.names import LOCATION, parent_of
from connectors.google_business.refresh_tokens import RefreshToken, unsealed
from connectors.types import REFRESH_TOKEN, HealthFinding, HealthReport, HealthState, KeyRing, Target
from foundation.secret import Secret
from foundation.side_by_side import SideBySide

#: A login that ends for good (a Google app in Testing gets seven days) is told so long before.
WARN_BEFORE_END: Final = timedelta(days=2)
_RECONNECT: Final = "Reconnect this account."


def check(
    login: Login,
    google_for: Callable[[Secret], Google],
    keys: KeyRing,
    *,
    targets: Sequence[Target],
    now: datetime,
) -> HealthReport:
    """Renew the login, ask who it is, and look at every chosen location. Raises only what keeps us from asking."""
    try:
        refresh = unsealed(keys.open(REFRESH_TOKEN))
        told = login.renew(refresh, now=now, operation="check_token")
        google = google_for(auth.access_token_of(told))
        findings = [*_end(refresh, now=now)]
        with SideBySide() as beside:
            locations = beside.ask(partial(_locations, google, targets))
            google.read(Api.ACCOUNTS, "accounts", operation="check_account", query=[("pageSize", "1")])
        in_trouble = locations.result()
        findings += in_trouble or _posts(google, targets)
    except ConfigurationError as error:
        # The operator's to mend, and no fault of the tenant's connection.
        return HealthReport((HealthFinding(HealthState.DEGRADED, "operator_config", error.detail, error.remedy),))
    except ReconnectRequired as error:
        return _refused(error)
    return HealthReport(tuple(findings), scopes_granted=tuple(sorted(auth.scopes_in(told.get("scope")))) or None)


def _refused(error: ReconnectRequired) -> HealthReport:
    if error.missing_scope:
        finding = HealthFinding(HealthState.UNHEALTHY, "scope_missing", error.cause, error.remedy)
        return HealthReport((finding,), scopes_granted=())
    code, state = ("token_dead", HealthState.UNHEALTHY) if error.connection_ended else ("refused", HealthState.DEGRADED)
    return HealthReport((HealthFinding(state, code, error.cause, error.remedy or _RECONNECT),))


def _end(refresh: RefreshToken, *, now: datetime) -> Iterator[HealthFinding]:
    if refresh.ends_at is None or refresh.ends_at - now > WARN_BEFORE_END:
        return
    yield HealthFinding(
        HealthState.DEGRADED,
        "token_expires",
        f"Google gave this login until {refresh.ends_at:%d %B %Y at %H:%M} UTC only, as it does while the Google app is in Testing.",
        f"{_RECONNECT} The operator ends this by publishing the app on the OAuth consent screen.",
    )


def _locations(google: Google, targets: Sequence[Target]) -> list[HealthFinding]:
    """Look at the locations, one call for each hundred of an account. Only when all are out of reach is it unhealthy."""
    found: list[tuple[str, str, str]] = []
    for account in dict.fromkeys(str(target.facts.get("account") or "") for target in targets):
        of_account = [target for target in targets if str(target.facts.get("account") or "") == account]
        told = _opened(google, account)
        for target in of_account:
            place = told.get(target.external_id)
            if place is None:
                cause = f"This Google account no longer manages {_called(target)}."
                found.append(
                    ("permission_lost", cause, "Ask an owner of the profile for access, or look for destinations anew.")
                )
            elif obstacle := standing.of(google, place).obstacle:
                found.append(
                    (
                        "location_not_eligible",
                        f"{_called(target)}: {obstacle}",
                        "Mend it at Google; posts go out again then.",
                    )
                )
    state = HealthState.UNHEALTHY if found and len(found) == len(targets) else HealthState.DEGRADED
    return [HealthFinding(state, code, cause, remedy) for code, cause, remedy in found]


def _opened(google: Google, account: str) -> dict[str, dict[str, object]]:
    """Return an account's locations; an account that is out of reach opens none."""
    if not account:
        return {}
    try:
        return accounts.locations_of(google, account)
    except ReconnectRequired as error:
        if error.connection_ended or error.missing_scope:
            raise
    except ConnectorError as error:
        if not is_gone(error):
            raise
    return {}


def _posts(google: Google, targets: Sequence[Target]) -> Iterator[HealthFinding]:
    """Prove that posting is switched on, at one location."""
    target = next((one for one in targets if LOCATION.fullmatch(one.external_id) and one.facts.get("account")), None)
    if target is None:
        return
    path = f"{parent_of(target)}/localPosts"
    try:
        google.read(Api.POSTS, path, operation="check_posts", query=[("pageSize", "1")])
    except ReconnectRequired as error:
        if error.connection_ended or error.missing_scope:
            raise
        yield HealthFinding(HealthState.DEGRADED, "posts_refused", f"{_called(target)}: {error.cause}", error.remedy)


def _called(target: Target) -> str:
    return target.name or target.external_id
