"""Meta's login: the dialog, the code, the long-lived token, and what was granted.

Source: https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow and
https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived, read 2026-11-21.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from connectors.errors import ConnectorError, ReconnectRequired, UnexpectedAnswer
from connectors.meta.graph import Graph, GraphHosts, read_time
from connectors.meta.meanings import PLATFORM
from connectors.types import App, Grant
from foundation.secret import Secret
from foundation.side_by_side import SideBySide


def authorize_url(
    *, app: App, hosts: GraphHosts, redirect_uri: str, state: Secret, scopes: tuple[str, ...], rerequest: bool
) -> str:
    """Return the address of the login dialog; ``rerequest`` makes Facebook ask again for what was declined."""
    asked = {
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "state": state.reveal(),
        "response_type": "code",
        "scope": ",".join(scopes),
        "return_scopes": "true",
    }
    if rerequest:
        asked["auth_type"] = "rerequest"
    return f"{hosts.dialog}/{hosts.version}/dialog/oauth?{urlencode(asked)}"


def exchange_code(graph: Graph, *, code: Secret, redirect_uri: str, wanted: tuple[str, ...], now: datetime) -> Grant:
    """Trade the code for a short-lived token, that for a long-lived one, and read whose it is and what it may do."""
    try:
        short = graph.oauth({"code": code, "redirect_uri": redirect_uri}, operation="exchange_code")
    except UnexpectedAnswer as error:
        raise _refused_code(error) from None
    access_token, expires_at = long_lived(graph, _token(short, "exchange_code"), now=now)
    with SideBySide() as beside:
        permissions = beside.ask(lambda: read_permissions(graph, access_token))
        inspected = beside.ask(lambda: inspect(graph, access_token))
        me = graph.get("me", token=access_token, operation="read_person", query={"fields": "id,name"})
    (granted, _), facts = permissions.result(), inspected.result()
    return Grant(
        external_user_id=str(me["id"]),
        display_name=str(me.get("name") or "Facebook account"),
        access_token=access_token,
        access_expires_at=expires_at or read_time(facts.get("expires_at")),
        data_access_expires_at=read_time(facts.get("data_access_expires_at")),
        scopes_granted=tuple(sorted(granted)),
        scopes_missing=tuple(scope for scope in wanted if scope not in granted),
    )


def _refused_code(error: UnexpectedAnswer) -> ConnectorError:
    """Meta refuses a code with 100: it is old, used, or was asked for under another redirect address.

    The subcodes 36007 to 36009 that would tell which are from memory only, so they sharpen the words and decide nothing.
    """
    if error.reply.code != "100":
        return error
    why = {
        "36007": "The code from Facebook has expired.",
        "36008": "The redirect address differs from the one Facebook was given.",
        "36009": "The code from Facebook has been used already.",
    }.get(
        error.reply.subcode, "Facebook did not accept its code: it is old, used, or meant for another redirect address."
    )
    return ReconnectRequired(
        why,
        remedy="Start connecting again. If it stays so, check that PUBLIC_URL matches the redirect address in the Meta app.",
        platform=PLATFORM,
        operation="exchange_code",
        reply=error.reply,
    )


def long_lived(graph: Graph, token: Secret, *, now: datetime) -> tuple[Secret, datetime | None]:
    """Exchange a living user token for one of about 60 days; the expiry is None when Meta does not tell it."""
    answer = graph.oauth({"grant_type": "fb_exchange_token", "fb_exchange_token": token}, operation="exchange_token")
    seconds = answer.get("expires_in")
    token = _token(answer, "exchange_token")
    if isinstance(seconds, int) and not isinstance(seconds, bool) and seconds > 0:
        return token, now + timedelta(seconds=seconds)
    return token, None


def read_permissions(graph: Graph, token: Secret) -> tuple[set[str], set[str]]:
    """Return the scopes granted, and those declined or expired: people can untick single ones."""
    granted: set[str] = set()
    declined: set[str] = set()
    for item in graph.pages("me/permissions", token=token, operation="read_permissions", query={"limit": "100"}):
        (granted if item.get("status") == "granted" else declined).add(str(item.get("permission")))
    return granted, declined


def inspect(graph: Graph, token: Secret) -> dict[str, Any]:
    """Return what ``debug_token`` says of a token; a dead one comes back with ``is_valid`` false, not as an error."""
    answer = graph.as_app("debug_token", operation="inspect_token", query={"input_token": token.reveal()})
    data = answer.get("data")
    return data if isinstance(data, dict) else {}


def granted_targets(facts: Mapping[str, Any]) -> dict[str, frozenset[str] | None]:
    """Return by scope which Pages and accounts it was granted for; None where it holds for all of them."""
    granted: dict[str, frozenset[str] | None] = {}
    for entry in facts.get("granular_scopes") or ():
        if isinstance(entry, dict) and entry.get("scope"):
            targets = entry.get("target_ids")
            named = frozenset(str(target) for target in targets) if isinstance(targets, list) and targets else None
            granted[str(entry["scope"])] = named
    return granted


def _token(answer: dict[str, Any], operation: str) -> Secret:
    token = answer.get("access_token")
    if not isinstance(token, str) or not token:
        raise UnexpectedAnswer(
            "Meta gave no access token.",
            remedy="Try to connect again.",
            platform=PLATFORM,
            operation=operation,
        )
    return Secret(token)
