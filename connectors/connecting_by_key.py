"""Connecting an account by an API key that a person made at the platform: tried at once, sealed, and shown to nobody again.

The account that a key opens is what makes a connection: a new key of the same account renews it with all its places, the key
of another account is a connection of its own.
"""

from datetime import datetime
from typing import Final

import structlog

from connectors import connecting, services
from connectors.connecting import ConnectRefused, Traded
from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    ContentRejected,
    OutcomeUnknown,
    ReconnectRequired,
    TransientError,
)
from connectors.manager import connector_class, get_connector
from connectors.models import Connection
from connectors.types import Capability
from foundation.errors import Finding, Invalid
from foundation.secret import Secret
from tenants import flags
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE

log = structlog.get_logger(__name__)

#: No platform's keys are nearly as long.
LONGEST_KEY: Final = 500


class KeyRefused(ConnectRefused):
    """What was given is no key, or the platform does not take it."""

    status = 422


class NotAskedNow(ConnectRefused):
    """The platform could not say whether the key is good."""

    status = 503


def connect_by_key(
    *, principal: Principal, platform: str, key: Secret, now: datetime, connection: Connection | None = None
) -> tuple[Connection, bool]:
    """Try a key, and store the connection with all places it opens; return it, and whether it is new.

    With ``connection`` the key is to renew that account and no other. Nothing is stored unless all of it succeeded. Raises
    ``ConnectRefused`` with the cause and the remedy, ``NotFound``, ``Invalid``, ``Forbidden`` or ``ConfigurationError``.
    Never inside a transaction.
    """
    principal.require(CONNECTIONS_WRITE)
    if connection is None:
        flags.require("connecting", principal.tenant.pk)
    traded = try_key(tenant=principal.tenant, platform=platform, key=key, now=now)
    if connection is not None:
        connecting.require_same_account(connection, traded.grant, now=now, by_key=True)
    known = Connection.objects.filter(
        tenant=principal.tenant, platform_id=platform, external_user_id=traded.grant.external_user_id
    ).exists()
    stored = connecting.store(tenant=principal.tenant, platform=platform, traded=traded, actor=principal.actor, now=now)
    return stored, not known


def try_key(*, tenant: Tenant, platform: str, key: Secret, now: datetime) -> Traded:
    """Ask the platform whose key this is and which places it opens. Stores nothing.

    Raises ``ConnectRefused`` with the cause and the remedy, ``NotFound``, ``Invalid`` or ``ConfigurationError``.
    """
    row = services.require_platform(platform, tenant)
    form = connector_class(platform).key_form
    if form is None or Capability.API_KEY not in connector_class(platform).capabilities:
        raise Invalid(
            f"{row.name} is connected by signing in there, not by an API key.",
            remedy=f"Open /api/oauth/{platform}/start in a browser, or choose Connect on the Connections page.",
            code="not_by_key",
        )
    if not 0 < len(key.reveal().strip()) <= LONGEST_KEY:
        raise _malformed(f"There is no {row.name} API key in what you sent.", form.help)
    connector = get_connector(platform)
    try:
        grant = connector.connect_with_key(key=Secret(key.reveal().strip()), now=now)
        return Traded(grant, connector.fetch_accounts(access_token=grant.access_token))
    except ConnectorError as error:
        log.warning("connect.key_refused", platform=platform, kind=error.kind, **error.reply.facts())
        raise _refusal(error) from None
    except ConfigurationError as error:
        log.error("connect.misconfigured", platform=platform, cause=error.detail)
        raise ConnectRefused(error.detail, remedy=error.remedy, code="connect_misconfigured") from None


def _refusal(error: ConnectorError) -> ConnectRefused:
    if isinstance(error, ContentRejected):
        return _malformed(error.cause, error.remedy)
    if isinstance(error, ReconnectRequired):
        remedy = error.remedy or "Make a new key at the platform, and give that one."
        return KeyRefused(error.cause, remedy=remedy, code="key_refused")
    remedy = error.remedy or "Try again in a few minutes."
    kind = NotAskedNow if isinstance(error, TransientError | OutcomeUnknown) else ConnectRefused
    return kind(error.cause, remedy=remedy, code=f"connect_{error.kind}")


def _malformed(cause: str, remedy: str) -> KeyRefused:
    return KeyRefused(
        cause, remedy=remedy, code="key_malformed", findings=[Finding("api_key", "key_malformed", cause, remedy)]
    )
