"""`/debug_token`: what a token is, what it may do, and what it may do it to."""

from __future__ import annotations

from typing import Any

from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, invalid
from sandbox.meta.records import Grant, Token
from sandbox.meta.scopes import is_granular
from sandbox.meta.tokens import find, why_dead

PARAMS = frozenset({"input_token"})


def debug_token(ask: Ask) -> dict[str, Any]:
    """Describe a token to the app it belongs to."""
    if ask.speaker.kind != "APP":
        raise invalid(
            "You must provide an app access token, or a user access token that is an owner or developer of the app"
        )
    text = ask.text("input_token")
    if not text:
        raise invalid("The parameter input_token is required")
    token = find(ask.state, text, ask.now)
    if token is None:
        error = {"code": 190, "message": "Invalid OAuth access token - Cannot parse access token"}
        return {"data": {"error": error, "is_valid": False, "scopes": []}}
    if token.app_id != ask.speaker.app_id:
        raise GraphError(100, "(#100) The App_id in the input_token did not match the Viewing App")
    return {"data": _described(ask, token)}


def _described(ask: Ask, token: Token) -> dict[str, Any]:
    app = ask.state.apps.get(token.app_id)
    data: dict[str, Any] = {
        "app_id": token.app_id,
        "type": token.kind,
        "application": app.name if app else "",
        "expires_at": token.expires_at,
        "is_valid": True,
        "issued_at": token.issued_at,
        "scopes": [],
    }
    if token.kind == "APP":
        return data
    grant = ask.state.grant_of(token.person_id, token.app_id)
    data["user_id"] = token.person_id
    data["data_access_expires_at"] = grant.data_access_expires_at if grant else 0
    if token.kind == "PAGE":
        data["profile_id"] = token.page_id
    death = why_dead(ask.state, token, ask.now)
    if death is not None:
        data["is_valid"] = False
        data["error"] = {"code": 190, "message": death.message, "subcode": death.subcode}
    elif grant is not None:
        data["scopes"] = list(grant.granted)
        data["granular_scopes"] = _granular(grant)
    return data


def _granular(grant: Grant) -> list[dict[str, Any]]:
    """List the scopes that know single assets; one without target_ids covers all."""
    return [
        {"scope": scope, "target_ids": grant.assets[scope]} if scope in grant.assets else {"scope": scope}
        for scope in grant.granted
        if is_granular(scope)
    ]
