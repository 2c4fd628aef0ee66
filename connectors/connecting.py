"""Connecting an account: from the click to the grant, with a state that works once, soon, and in one browser only.

The rules of RFC 9700: an unguessable state bound to the browser's session, used once, short-lived, tied to one platform
(so an answer of one platform is never taken for another's), and an exact redirect address of our own making.
"""

import hashlib
import secrets
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
from connectors.models import Connection, OAuthState, Platform
from connectors.types import Capability
from foundation.errors import Invalid, Refusal
from foundation.secret import Secret
from tenants.models import User
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE

log = structlog.get_logger(__name__)

#: Long enough to log in with a second factor, short enough to be of no use in a log found later.
STATE_LIFE: Final = timedelta(minutes=15)


class ConnectRefused(Refusal):
    """A login that came to nothing; ``code`` names why, for people and for client apps."""

    status = 400
    title = "The account was not connected"


@dataclass(frozen=True, slots=True)
class Callback:
    """What the browser brought back from a platform."""

    state: str
    code: str
    error: str
    error_detail: str


def start_connect(
    *, principal: Principal, user: User, platform: str, binding: Secret, now: datetime, again: bool = False
) -> str:
    """Return where the browser goes for consent, and remember the state for the way back.

    ``binding`` is a random value that stays in the browser's session. ``again`` asks once more for scopes declined before.
    Raises ``NotFound``, ``Invalid``, ``Forbidden`` or ``ConfigurationError``.
    """
    principal.require(CONNECTIONS_WRITE)
    row = _require_login(platform)
    registration(platform)
    connector = get_connector(platform)
    state = Secret(secrets.token_urlsafe(32))
    OAuthState.objects.create(
        tenant=principal.tenant,
        user=user,
        platform=row,
        digest=_digest(state),
        binding=_digest(binding),
        expires_at=now + STATE_LIFE,
    )
    OAuthState.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()
    return connector.authorize_url(redirect_uri=redirect_uri(platform), state=state, rerequest=again)


def finish_connect(
    *, principal: Principal, user: User, platform: str, binding: Secret, callback: Callback, now: datetime
) -> Connection:
    """Take the browser's return, trade the code, and store the connection with all places it opens.

    Nothing is stored unless the whole way succeeded. Raises ``ConnectRefused`` with the cause and the remedy.
    """
    row = _require_login(platform)
    principal.require(CONNECTIONS_WRITE)
    _use_state(principal=principal, user=user, platform=platform, binding=binding, callback=callback, now=now)
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
    with transaction.atomic():
        connection = services.store_grant(
            tenant=principal.tenant, platform=platform, grant=grant, actor=principal.actor, now=now
        )
        services.store_destinations(connection=connection, found=places, now=now)
    return connection


def redirect_uri(platform: str) -> str:
    """Return the address a platform sends the browser back to; register exactly this one with the platform's app."""
    return f"{settings.PUBLIC_URL}{reverse('oauth_callback', args=[platform])}"


def _require_login(platform: str) -> Platform:
    """Return a platform that is switched on and has logins; raises ``NotFound`` or ``Invalid`` with the remedy."""
    row = services.require_platform(platform)
    if Capability.OAUTH not in connector_class(platform).capabilities:
        raise Invalid(
            f"{row.name} is connected by an API key; there is no signing in there.",
            remedy="Give the key on the page Connect an account, or send it to POST /api/connections/.",
            code="not_by_login",
        )
    return row


def _use_state(
    *, principal: Principal, user: User, platform: str, binding: Secret, callback: Callback, now: datetime
) -> None:
    """Spend the state by one atomic update, so that two returns at once cannot both pass."""
    asked = OAuthState.objects.filter(digest=_digest(Secret(callback.state)))
    spent = asked.filter(
        binding=_digest(binding),
        tenant=principal.tenant,
        user=user,
        platform_id=platform,
        used_at=None,
        expires_at__gt=now,
    ).update(used_at=now)
    if spent:
        return
    known = asked.first()
    if known is None or known.binding != _digest(binding) or known.user_id != user.pk or known.platform_id != platform:
        cause, code = "This return does not belong to a login that you began in this browser.", "state_foreign"
    elif known.tenant_id != principal.tenant.pk:
        cause, code = "You changed the tenant while you were away; nothing was connected.", "state_foreign"
    elif known.used_at:
        cause, code = "This login has been completed already; a return works once.", "state_used"
    else:
        minutes = int(STATE_LIFE.total_seconds() // 60)
        cause, code = f"The login took longer than {minutes} minutes.", "state_expired"
    raise ConnectRefused(cause, remedy="Start connecting again from the Connections page.", code=code)


def _digest(secret: Secret) -> str:
    return hashlib.sha256(secret.reveal().encode()).hexdigest()
