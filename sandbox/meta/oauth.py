"""`/oauth/access_token`: codes and old tokens become new tokens."""

from __future__ import annotations

import hmac
from typing import Any

from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, invalid
from sandbox.meta.records import App, Token
from sandbox.meta.tokens import LONG_LIFE_S, SHORT_LIFE_S, find, mint_user_token, why_dead

CODE_EXPIRED, REDIRECT_DIFFERS, CODE_USED = 36007, 36008, 36009

PARAMS = frozenset(
    {
        "client_id",
        "client_secret",
        "redirect_uri",
        "code",
        "grant_type",
        "fb_exchange_token",
        "set_token_expires_in_60_days",
    }
)


def access_token(ask: Ask) -> dict[str, Any]:
    """Answer the token endpoint, for each of its three kinds of grant."""
    app = _app(ask)
    grant_type = ask.text("grant_type") or "authorization_code"
    if grant_type == "client_credentials":
        _check_secret(ask, app)
        token = Token(f"{app.id}|{ask.state.new_secret('', 27)}", "APP", app.id, "", ask.now, 0)
        ask.state.save_token(token)
        return {"access_token": token.value, "token_type": "bearer"}
    if grant_type == "fb_exchange_token":
        _check_secret(ask, app)
        return _exchange(ask, app)
    if grant_type == "authorization_code":
        return _redeem(ask, app)
    raise invalid(f"Invalid grant_type: {grant_type}")


def _app(ask: Ask) -> App:
    client_id = ask.text("client_id")
    if not client_id:
        raise GraphError(101, "Missing client_id parameter.")
    app = ask.state.apps.get(client_id)
    if app is None:
        raise GraphError(101, "Error validating application. Cannot get application info due to a system error.")
    return app


def _check_secret(ask: Ask, app: App) -> None:
    if not hmac.compare_digest(ask.text("client_secret").encode(), app.secret.encode()):
        raise GraphError(1, "Error validating client secret.")


def _redeem(ask: Ask, app: App) -> dict[str, Any]:
    """Exchange a code, once, for a token of two hours."""
    if not ask.text("redirect_uri"):
        raise invalid("Missing redirect_uri parameter.")
    code = ask.state.codes.get(ask.text("code"))
    _check_secret(ask, app)
    if code is None or code.app_id != app.id:
        raise GraphError(100, "Invalid verification code format.")
    if code.redirect_uri != ask.text("redirect_uri"):
        raise GraphError(
            100,
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used in "
            "the OAuth dialog request",
            REDIRECT_DIFFERS,
        )
    if code.used:
        raise GraphError(100, "This authorization code has been used.", CODE_USED)
    if ask.now >= code.expires_at:
        raise GraphError(100, "This authorization code has expired.", CODE_EXPIRED)
    code.used = True
    ask.state.codes.put(code.value, code)
    token = mint_user_token(ask.state, app, code.person_id, now=ask.now, expires_at=ask.now + SHORT_LIFE_S)
    return _told(ask, token)


def _exchange(ask: Ask, app: App) -> dict[str, Any]:
    """Exchange a living user token for one of sixty days, always a new string."""
    old = find(ask.state, ask.text("fb_exchange_token"), ask.now)
    if old is None or old.kind != "USER":
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
    if old.app_id != app.id:
        raise GraphError(190, "Error validating access token: The token belongs to another application.")
    death = why_dead(ask.state, old, ask.now)
    if death is not None:
        raise death.error()
    expires_at = ask.now + LONG_LIFE_S
    if old.long_lived and ask.world.switches.flag("meta.expiry_not_extended"):
        expires_at = old.expires_at
    token = mint_user_token(ask.state, app, old.person_id, now=ask.now, expires_at=expires_at, long_lived=True)
    return _told(ask, token)


def _told(ask: Ask, token: Token) -> dict[str, Any]:
    answer: dict[str, Any] = {"access_token": token.value, "token_type": "bearer"}
    if not ask.world.switches.flag("meta.no_expires_in"):
        answer["expires_in"] = token.expires_at - ask.now
    return answer
