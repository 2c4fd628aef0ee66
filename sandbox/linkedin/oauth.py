"""The OAuth endpoints programs call: token, introspection, revocation. Form bodies only."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any

from sandbox.calls import Call
from sandbox.linkedin import tokens
from sandbox.linkedin.errors import OAuthRefusal
from sandbox.linkedin.openid import id_token
from sandbox.linkedin.records import App, Token
from sandbox.linkedin.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_MISMATCH = (
    "Unable to retrieve access token: appid/redirect uri/code verifier does not match authorization code. "
    "Or authorization code expired. Or external member binding exists"
)


def access_token(world: World, state: State, call: Call) -> dict[str, Any]:
    """Answer the token endpoint, for a code or for a refresh token."""
    form = _form(call)
    grant_type = _need(form, "grant_type")
    if grant_type == "authorization_code":
        return _redeem(world, state, call, form)
    if grant_type == "refresh_token":
        return _refresh(world, state, form)
    raise OAuthRefusal(400, "unsupported_grant_type", f"The grant type {grant_type} is not supported")


def introspect(world: World, state: State, call: Call) -> dict[str, Any]:
    """Tell what a token is. A token of another app is told to be nothing at all."""
    form = _form(call)
    app = _app(state, form)
    token = state.tokens.get(_need(form, "token"))
    if token is None:
        raise OAuthRefusal(400, "invalid_request", "The token is invalid")
    if token.app_id != app.id:
        return {"active": False}
    status = tokens.status_of(token, world.clock.now())
    return {
        "active": status == "active",
        "client_id": app.id,
        "authorized_at": token.authorized_at,
        "created_at": int(token.issued_at),
        "status": status,
        "expires_at": token.expires_at,
        "scope": ",".join(token.scopes),
        "auth_type": "3L",
    }


def revoke(state: State, call: Call) -> None:
    """Kill a token, and with a refresh token what was made from it. Unknown tokens are revoked already."""
    form = _form(call)
    app = _app(state, form)
    token = state.tokens.get(_need(form, "token"))
    if token is not None and token.app_id == app.id:
        tokens.kill(state, tokens.family(state, token))


def _redeem(world: World, state: State, call: Call, form: dict[str, str]) -> dict[str, Any]:
    """Exchange a code, once."""
    presented, redirect_uri = _need(form, "code"), _need(form, "redirect_uri")
    app = _app(state, form)
    code = state.codes.get(presented)
    if code is None or code.used:
        raise OAuthRefusal(401, "invalid_request", "Unable to retrieve access token: authorization code not found")
    now = world.clock.now()
    if code.app_id != app.id or code.redirect_uri != redirect_uri or now >= code.expires_at:
        raise OAuthRefusal(400, "invalid_redirect_uri", _MISMATCH)
    code.used = True
    state.codes.put(code.value, code)
    since = int(now)
    refresh = None
    if app.refresh_tokens:
        refresh = tokens.mint_refresh(state, app, code.member_id, code.scopes, now=now, authorized_at=since)
    token = tokens.mint(state, app, code.member_id, code.scopes, now=now, authorized_at=since, refresh=refresh)
    answer = _told(token, refresh, now)
    member = state.members.get(code.member_id)
    if "openid" in code.scopes and member is not None:
        answer["id_token"] = id_token(app, member, token, nonce=code.nonce)
    return answer


def _refresh(world: World, state: State, form: dict[str, str]) -> dict[str, Any]:
    """Make a new access token; the refresh token stays the same and keeps its end."""
    presented = _need(form, "refresh_token")
    app = _app(state, form)
    old = state.tokens.get(presented)
    now = world.clock.now()
    if (
        old is None
        or old.kind != "refresh"
        or old.app_id != app.id
        or not app.refresh_tokens
        or tokens.status_of(old, now) != "active"
    ):
        raise OAuthRefusal(
            400,
            "invalid_request",
            "The provided authorization grant or refresh token is invalid, expired or revoked",
        )
    token = tokens.mint(state, app, old.member_id, old.scopes, now=now, authorized_at=old.authorized_at, refresh=old)
    return _told(token, old, now)


def _told(token: Token, refresh: Token | None, now: float) -> dict[str, Any]:
    answer: dict[str, Any] = {"access_token": token.value, "expires_in": token.expires_at - int(now)}
    if refresh is not None:
        answer |= {"refresh_token": refresh.value, "refresh_token_expires_in": refresh.expires_at - int(now)}
    return answer | {"scope": ",".join(token.scopes), "token_type": "Bearer"}


def _form(call: Call) -> dict[str, str]:
    """Return the form fields; a JSON body has none."""
    if call.request.mimetype != "application/x-www-form-urlencoded":
        return {}
    return {name: str(value) for name, value in call.body.items()}


def _need(form: dict[str, str], name: str) -> str:
    value = form.get(name, "")
    if not value:
        raise OAuthRefusal(400, "invalid_request", f'A required parameter "{name}" is missing')
    return value


def _app(state: State, form: dict[str, str]) -> App:
    client_id, secret = _need(form, "client_id"), _need(form, "client_secret")
    app = state.apps.get(client_id)
    if app is None:
        raise OAuthRefusal(400, "invalid_request", "The client id does not match any application")
    if not hmac.compare_digest(secret.encode(), app.secret.encode()):
        raise OAuthRefusal(401, "invalid_client", "Client authentication failed")
    return app
