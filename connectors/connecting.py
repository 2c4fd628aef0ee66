"""Connecting an account: from the click to the grant, with a state that works once, soon, and in one browser only.

A login is begun by a member, or by way of a connect link by somebody who has no account here (``connect_links``); it may be
meant to renew one account and no other.

The rules of RFC 9700: an unguessable state bound to the browser's session, used once, short-lived, tied to one platform
(so an answer of one platform is never taken for another's), and an exact redirect address of our own making.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse

from connectors import services
from connectors.errors import ConfigurationError, ConnectorError
from connectors.manager import connector_class, get_connector, registration
from connectors.models import Connection, ConnectLink, OAuthState, Platform
from connectors.types import Capability, FoundDestination, Grant
from foundation import wall
from foundation.errors import Conflict, Invalid, Refusal
from foundation.secret import Secret
from tenants import flags
from tenants.models import Tenant, User
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE

log = structlog.get_logger(__name__)

#: Long enough to log in with a second factor, short enough to be of no use in a log found later.
STATE_LIFE: Final = timedelta(minutes=15)


class ConnectRefused(Refusal):
    """A login that came to nothing; ``code`` names why, for people and for client apps."""

    status = 400
    title = "The account was not connected"


class OtherAccount(ConnectRefused):
    """The right way, but another person's account than the one to be renewed; nothing was stored."""

    status = 409
    code = "other_account"

    def __init__(self, *, granted: str, wanted: str, by_key: bool) -> None:
        cause = f"You signed in as {granted}; this account belongs to {wanted}."
        remedy = f"Sign in at the platform as {wanted} (sign out there first), then reconnect. Nothing was changed."
        if by_key:
            cause = f"This is a key of {granted}; this account is {wanted}."
            remedy = f"Give a key of {wanted}. Nothing was changed."
        super().__init__(cause, remedy=remedy, code=self.code)
        self.granted = granted


@dataclass(frozen=True, slots=True)
class Traded:
    """What a login or a key brought: the grant, and the places it opens. Nothing of it is stored yet."""

    grant: Grant
    places: Sequence[FoundDestination]


@dataclass(frozen=True, slots=True)
class Callback:
    """What the browser brought back from a platform."""

    state: str
    code: str
    error: str
    error_detail: str


def start_connect(
    *,
    principal: Principal,
    user: User,
    platform: str,
    binding: Secret,
    now: datetime,
    again: bool = False,
    connection: Connection | None = None,
) -> str:
    """Return where a member's browser goes for consent, and remember the state for the way back.

    ``binding`` is a random value that stays in the browser's session. ``again`` asks once more for scopes declined before.
    With ``connection`` the login is to renew that account and no other.
    Raises ``NotFound``, ``Invalid``, ``Forbidden`` or ``ConfigurationError``.
    """
    principal.require(CONNECTIONS_WRITE)
    if connection is None:
        flags.require("connecting", principal.tenant.pk)
    state = OAuthState(tenant=principal.tenant, user=user, connection=connection)
    return begin_login(state, platform=platform, binding=binding, now=now, again=again)


def begin_login(state: OAuthState, *, platform: str, binding: Secret, now: datetime, again: bool = False) -> str:
    """Store a login of whoever the state names, and return where the browser goes for consent.

    Raises ``NotFound``, ``Invalid`` or ``ConfigurationError``.
    """
    row = _require_login(platform, state.tenant)
    registration(platform)
    connector = get_connector(platform)
    if state.connection is not None and state.connection.platform_id != platform:
        raise Conflict(f"This account is not on {row.name}.", remedy="Begin again on its page.", code="other_platform")
    text = Secret(secrets.token_urlsafe(32))
    state.platform, state.digest, state.binding = row, digest_of(text), digest_of(binding)
    state.expires_at = now + STATE_LIFE
    state.save(force_insert=True)
    OAuthState.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    return connector.authorize_url(redirect_uri=redirect_uri(platform), state=text, rerequest=again)


def finish_connect(
    *, principal: Principal, user: User, platform: str, binding: Secret, callback: Callback, now: datetime
) -> tuple[Connection, bool]:
    """Take a member's return, trade the code, and store the connection with all places it opens.

    Returns it, and whether it was to be renewed. Nothing is stored unless the whole way succeeded. Raises
    ``ConnectRefused`` with the cause and the remedy.
    """
    _require_login(platform, principal.tenant)
    principal.require(CONNECTIONS_WRITE)
    login = _spend_members(principal, user, platform=platform, binding=binding, callback=callback, now=now)
    if login.connection is None:
        flags.require("connecting", principal.tenant.pk)
    traded = trade(tenant=principal.tenant, platform=platform, callback=callback, now=now)
    if login.connection is not None:
        require_same_account(login.connection, traded.grant, now=now)
    stored = store(tenant=principal.tenant, platform=platform, traded=traded, actor=principal.actor, now=now)
    return stored, login.connection is not None


def trade(*, tenant: Tenant, platform: str, callback: Callback, now: datetime) -> Traded:
    """Trade the code that a platform's return brought for a grant, and ask which places it opens. Stores nothing.

    The state has been spent before. Raises ``ConnectRefused`` with the cause and the remedy.
    """
    row = _require_login(platform, tenant)
    connector = get_connector(platform)
    if callback.error or not callback.code:
        misconfigured = connector.refused_consent(error=callback.error, detail=callback.error_detail)
        if misconfigured is not None:
            log.error("connect.misconfigured", platform=platform, cause=misconfigured.detail)
            raise ConnectRefused(misconfigured.detail, remedy=misconfigured.remedy, code="connect_misconfigured")
        raise ConnectRefused(
            f"{row.name} did not grant access.",
            remedy="Start again and choose Allow. If you did, the app may still be in development mode, or lack a permission it asks for.",
            code="consent_refused",
        )
    connector.login_state = Secret(callback.state)
    try:
        grant = connector.exchange_code(code=Secret(callback.code), redirect_uri=redirect_uri(platform), now=now)
        places = connector.fetch_accounts(access_token=grant.access_token)
    except ConnectorError as error:
        log.warning("connect.failed", platform=platform, kind=error.kind, **error.reply.facts())
        raise ConnectRefused(
            error.cause, remedy=error.remedy or "Start again in a few minutes.", code=f"connect_{error.kind}"
        ) from None
    except ConfigurationError as error:
        log.error("connect.misconfigured", platform=platform, cause=error.detail)
        raise ConnectRefused(error.detail, remedy=error.remedy, code="connect_misconfigured") from None
    return Traded(grant, places)


def require_same_account(connection: Connection, grant: Grant, *, now: datetime, by_key: bool = False) -> None:
    """Raise ``OtherAccount`` unless a grant is by the person whose account is to be renewed."""
    if grant.external_user_id == connection.external_user_id:
        return
    # A login replaces what this person granted before, here or for another tenant: have those accounts looked at soon.
    theirs = Connection.objects.filter(
        platform_id=connection.platform_id, external_user_id=grant.external_user_id, disconnected_at=None
    )
    with wall.lifted():
        theirs.update(next_health_at=now)
    raise OtherAccount(granted=grant.display_name, wanted=connection.display_name, by_key=by_key)


@transaction.atomic
def store(*, tenant: Tenant, platform: str, traded: Traded, actor: str, now: datetime) -> Connection:
    """Store a grant and the places it opens in one transaction; return the connection, new or renewed."""
    connection = services.store_grant(tenant=tenant, platform=platform, grant=traded.grant, actor=actor, now=now)
    services.store_destinations(connection=connection, found=traded.places, now=now)
    return connection


def login_of(state: Secret) -> OAuthState | None:
    """Return the login that a platform's return is about, spent or not; None for a state that is not ours."""
    return OAuthState.objects.select_related("link", "connection").filter(digest=digest_of(state)).first()


def spend_links(link: ConnectLink, *, platform: str, binding: Secret, callback: Callback, now: datetime) -> bool:
    """Spend the state of a login by way of a link; False when it was spent already. Raises ``ConnectRefused``."""
    try:
        _spend({"link": link, "tenant": link.tenant}, platform, binding, callback, now)
    except ConnectRefused as refusal:
        if refusal.code != "state_used":
            raise
        return False
    return True


def redirect_uri(platform: str) -> str:
    """Return the address a platform sends the browser back to; register exactly this one with the platform's app."""
    return f"{settings.PUBLIC_URL}{reverse('oauth_callback', args=[platform])}"


def _require_login(platform: str, tenant: Tenant) -> Platform:
    """Return a platform that is on for a tenant and has logins; raises ``NotFound`` or ``Invalid`` with the remedy."""
    row = services.require_platform(platform, tenant)
    if Capability.OAUTH not in connector_class(platform).capabilities:
        raise Invalid(
            f"{row.name} is connected by an API key; there is no signing in there.",
            remedy="Give the key on the page Connect an account, or send it to POST /api/connections/.",
            code="not_by_login",
        )
    return row


def _spend_members(
    principal: Principal, user: User, *, platform: str, binding: Secret, callback: Callback, now: datetime
) -> OAuthState:
    _spend({"tenant": principal.tenant, "user": user, "link": None}, platform, binding, callback, now)
    return OAuthState.objects.select_related("connection").get(digest=digest_of(Secret(callback.state)))


def _spend(owner: Mapping[str, object], platform: str, binding: Secret, callback: Callback, now: datetime) -> None:
    """Spend the state by one atomic update, so that two returns at once cannot both pass."""
    asked = OAuthState.objects.filter(digest=digest_of(Secret(callback.state)))
    mine = asked.filter(**owner, binding=digest_of(binding), platform_id=platform)
    if mine.filter(used_at=None, expires_at__gt=now).update(used_at=now):
        return
    known = mine.first()
    elsewhere = {name: value for name, value in owner.items() if name != "tenant"}
    if known is not None and known.used_at:
        cause, code = "This login has been completed already; a return works once.", "state_used"
    elif known is not None:
        minutes = int(STATE_LIFE.total_seconds() // 60)
        cause, code = f"The login took longer than {minutes} minutes.", "state_expired"
    elif asked.filter(**elsewhere, binding=digest_of(binding), platform_id=platform).exists():
        cause, code = "You changed the tenant while you were away; nothing was connected.", "state_foreign"
    else:
        cause, code = "This return does not belong to a login that you began in this browser.", "state_foreign"
    raise ConnectRefused(cause, remedy="Start connecting again from the Connections page.", code=code)


def digest_of(secret: Secret) -> str:
    """Return what is stored in place of a random value: its SHA-256, in hex."""
    return hashlib.sha256(secret.reveal().encode()).hexdigest()
