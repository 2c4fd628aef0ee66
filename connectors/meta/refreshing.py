"""What refreshing means at Meta: the living user token traded for a new one, and the Pages' tokens read anew.

Source: https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived, read 2026-11-21. There is no
refresh token, and a dead token cannot be traded: then the person must go through the dialog. Whether Meta moves the expiry of
a token that is long-lived already is not documented, so the new expiry is read and never assumed.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from connectors.errors import ReconnectRequired, TransientError, UnexpectedAnswer
from connectors.meta.accounts import businesses_of, places_of
from connectors.meta.auth import inspect, long_lived, read_permissions
from connectors.meta.graph import Graph, read_time
from connectors.meta.health import why_dead
from connectors.meta.meanings import PLATFORM, RECONNECT
from connectors.types import ACCESS_TOKEN, KeyRing, Refreshed
from foundation.secret import Secret
from foundation.side_by_side import SideBySide


def refresh(graph: Graph, keys: KeyRing, *, now: datetime) -> Refreshed:
    """Trade the user token and read every Page's token with the new one; raises ``ReconnectRequired`` when it is dead.

    Scopes and portfolios belong to the grant, not to one token of it, so they are asked for while there is only the old one.
    """
    token = keys.open(ACCESS_TOKEN)
    with SideBySide() as beside:
        businesses = beside.ask(partial(_businesses, graph, token))
        facts = inspect(graph, token)
    if facts.get("is_valid") is False:
        raise ReconnectRequired(why_dead(facts), remedy=RECONNECT, platform=PLATFORM, operation="exchange_token")
    expires_at = told = read_time(facts.get("expires_at"))
    trades = facts.get("type") != "SYSTEM_USER"  # a system user's token has no end that could be moved
    if trades:
        token, told = long_lived(graph, token, now=now)
    with SideBySide() as beside:
        inspected = beside.ask(partial(inspect, graph, token)) if trades else None
        permissions = beside.ask(partial(read_permissions, graph, token))
        tokens = _tokens_of_places(graph, token, facts, businesses.result())
    if inspected is not None:
        facts = inspected.result()
        expires_at = told or read_time(facts.get("expires_at"))
    granted, _ = permissions.result()
    return Refreshed(
        access_token=token,
        access_expires_at=expires_at,
        data_access_expires_at=read_time(facts.get("data_access_expires_at")),
        scopes_granted=tuple(sorted(granted)),
        destination_tokens=tokens,
    )


def _businesses(graph: Graph, token: Secret) -> list[str] | None:
    """Return the person's portfolios; None when they cannot be read now, for then a list of places would not be whole."""
    try:
        return businesses_of(graph, token)
    except TransientError:
        return None


def _tokens_of_places(
    graph: Graph, token: Secret, facts: Mapping[str, Any], businesses: Sequence[str] | None
) -> dict[str, Secret]:
    """Return the tokens of the places. When they cannot be read now, the old ones live on and the new user token is kept."""
    if businesses is None:
        return {}
    try:
        places = places_of(graph, access_token=token, token=facts, businesses=businesses)
    except (TransientError, UnexpectedAnswer):
        return {}
    except ReconnectRequired as error:
        if error.connection_ended:
            raise
        return {}
    return {place.external_id: place.token for place in places if place.token is not None}
