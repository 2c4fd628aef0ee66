"""The OAuth endpoints that programs call: token and revocation. Form bodies only, and everything is in the body."""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from sandbox.calls import Call
from sandbox.tiktok import grants, tokens
from sandbox.tiktok.errors import OAuthRefusal
from sandbox.tiktok.events import DEVELOPER_REVOKED
from sandbox.tiktok.records import App
from sandbox.tiktok.state import State

if TYPE_CHECKING:
    from sandbox.world import World


def token(world: World, state: State, call: Call) -> dict[str, Any]:
    """Answer the token endpoint, for a code or for a refresh token."""
    form = _form(call)
    app = _app(state, form)
    grant_type = _need(form, "grant_type")
    if grant_type == "authorization_code":
        return _redeem(world, state, app, form)
    if grant_type == "refresh_token":
        return _refresh(world, state, app, form)
    raise OAuthRefusal("unsupported_grant_type", f"The grant type {grant_type} is not supported.")


def revoke(world: World, state: State, call: Call) -> dict[str, Any]:
    """End what a creator allows this app, by one of its living access tokens."""
    form = _form(call)
    app = _app(state, form)
    presented = state.tokens.get(_need(form, "token"))
    if presented is None or presented.app_key != app.key or not tokens.is_alive(presented, "access", world.clock.now()):
        raise OAuthRefusal("invalid_grant", "The token is expired, revoked or was never issued to this client.")
    grants.end(world, state, presented.creator_id, app.key, DEVELOPER_REVOKED)
    return {}


def _redeem(world: World, state: State, app: App, form: dict[str, str]) -> dict[str, Any]:
    """Exchange a code, once."""
    code = state.codes.get(_need(form, "code"))
    redirect_uri = _need(form, "redirect_uri")
    now = world.clock.now()
    if code is None or code.used or code.app_key != app.key or now >= code.expires_at:
        raise OAuthRefusal("invalid_grant", "Authorization code is expired, used or was issued to another client.")
    if code.redirect_uri != redirect_uri:
        raise OAuthRefusal("invalid_grant", "Redirect_uri is not matched with the uri when requesting code.")
    if code.challenge and hashlib.sha256(form.get("code_verifier", "").encode()).hexdigest() != code.challenge:
        # In hexadecimal, unlike everywhere else.
        raise OAuthRefusal("invalid_grant", "Code verifier or code challenge is invalid.")
    code.used = True
    state.codes.put(code.value, code)
    if state.grant_of(code.creator_id, app.key) is None:
        raise OAuthRefusal("invalid_grant", "The user has removed the authorization.")
    pair = tokens.mint(state, world.switches, app_key=app.key, creator_id=code.creator_id, scopes=code.scopes, now=now)
    return tokens.told(state, *pair, now)


def _refresh(world: World, state: State, app: App, form: dict[str, str]) -> dict[str, Any]:
    """Make a new pair; the old refresh token is dead from this moment on."""
    old = state.tokens.get(_need(form, "refresh_token"))
    now, switches = world.clock.now(), world.switches
    closed = app.mode == "sandbox" and switches.word("tiktok.sandbox_refresh") == "invalid_grant"
    if old is None or old.app_key != app.key or closed or not tokens.is_alive(old, "refresh", now):
        raise OAuthRefusal("invalid_grant", "Refresh token is invalid or expired.")
    if switches.flag("tiktok.refresh_kills_access"):
        before = state.tokens_of(old.creator_id, app.key)
        tokens.kill(state, [other for other in before if other.kind == "access"])
    access, refresh = tokens.mint(
        state, switches, app_key=app.key, creator_id=old.creator_id, scopes=old.scopes, now=now, refresh=old
    )
    if refresh is not old:
        tokens.kill(state, [old])
    return tokens.told(state, access, refresh, now)


def _form(call: Call) -> dict[str, str]:
    """Return the form fields; another kind of body has none."""
    if call.request.mimetype != "application/x-www-form-urlencoded":
        raise OAuthRefusal("invalid_request", "Only application/x-www-form-urlencoded is supported as Content-Type.")
    return {name: str(value) for name, value in call.body.items()}


def _need(form: dict[str, str], name: str) -> str:
    value = form.get(name, "")
    if not value:
        raise OAuthRefusal("invalid_request", f"The parameter {name} is missing.")
    return value


def _app(state: State, form: dict[str, str]) -> App:
    key, secret = _need(form, "client_key"), _need(form, "client_secret")
    app = state.apps.get(key)
    if app is None or not hmac.compare_digest(secret.encode(), app.secret.encode()):
        raise OAuthRefusal("invalid_client", "Client key or secret is incorrect.")
    return app
