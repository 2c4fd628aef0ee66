"""What refreshing means at Meta: the living user token traded for a new one, and the Pages' tokens read anew.

Source: https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived, read 2026-11-21. There is no
refresh token, and a dead token cannot be traded: then the person must go through the dialog. Whether Meta moves the expiry of
a token that is long-lived already is not documented, so the new expiry is read and never assumed.
"""

from datetime import datetime

from connectors.errors import ReconnectRequired, TransientError, UnexpectedAnswer
from connectors.meta.accounts import fetch_places
from connectors.meta.auth import inspect, long_lived, read_permissions
from connectors.meta.graph import Graph, read_time
from connectors.meta.health import why_dead
from connectors.meta.meanings import PLATFORM, RECONNECT
from connectors.types import ACCESS_TOKEN, KeyRing, Refreshed
from foundation.secret import Secret


def refresh(graph: Graph, keys: KeyRing, *, now: datetime) -> Refreshed:
    """Trade the user token and read every Page's token with the new one; raises ``ReconnectRequired`` when it is dead."""
    token = keys.open(ACCESS_TOKEN)
    facts = inspect(graph, token)
    if facts.get("is_valid") is False:
        raise ReconnectRequired(why_dead(facts), remedy=RECONNECT, platform=PLATFORM, operation="exchange_token")
    expires_at = read_time(facts.get("expires_at"))
    if facts.get("type") != "SYSTEM_USER":  # a system user's token has no end that could be moved
        token, told = long_lived(graph, token, now=now)
        facts = inspect(graph, token)
        expires_at = told or read_time(facts.get("expires_at"))
    granted, _ = read_permissions(graph, token)
    return Refreshed(
        access_token=token,
        access_expires_at=expires_at,
        data_access_expires_at=read_time(facts.get("data_access_expires_at")),
        scopes_granted=tuple(sorted(granted)),
        destination_tokens=_places(graph, token),
    )


def _places(graph: Graph, token: Secret) -> dict[str, Secret]:
    """Return the tokens of the places. When they cannot be read now, the old ones live on and the new user token is kept."""
    try:
        places = fetch_places(graph, access_token=token)
    except (TransientError, UnexpectedAnswer):
        return {}
    except ReconnectRequired as error:
        if error.connection_ended:
            raise
        return {}
    return {place.external_id: place.token for place in places if place.token is not None}
