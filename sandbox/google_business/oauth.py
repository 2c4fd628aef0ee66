"""oauth2.googleapis.com: codes and refresh tokens exchanged, tokens revoked and looked at."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from sandbox.calls import Call
from sandbox.google_business import surprises, tokens
from sandbox.google_business.errors import OAuthRefusal
from sandbox.google_business.records import App, Code, Token
from sandbox.google_business.responses import as_json, lost
from sandbox.google_business.scopes import EMAIL
from sandbox.google_business.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_DEAD = "Token has been expired or revoked."
_REAUTH = "https://support.google.com/a/answer/9368756"


def answer(world: World, state: State, call: Call) -> Response:
    """Answer one call to the OAuth host."""
    try:
        if call.path == "/token" and call.method == "POST":
            told = _token(world, state, call)
            if world.switches.flag("google_business.extra_fields"):
                told = surprises.sprinkle(told)
            return as_json(told, headers={"Cache-Control": "no-cache, no-store, max-age=0"})
        if call.path == "/revoke" and call.method in ("POST", "GET"):
            _revoke(state, call, world.now())
            return as_json({})
        if call.path == "/tokeninfo" and call.method in ("POST", "GET"):
            return as_json(_tokeninfo(state, call, world.now()))
    except OAuthRefusal as refusal:
        return as_json(refusal.body(), refusal.status)
    return lost(call.path)


def _token(world: World, state: State, call: Call) -> dict[str, Any]:
    """Exchange a code or a refresh token."""
    form = _form(world, call)
    grant_type = form.get("grant_type", "")
    if not grant_type:
        raise OAuthRefusal(400, "invalid_request", "Missing required parameter: grant_type")
    if grant_type not in ("authorization_code", "refresh_token"):
        raise OAuthRefusal(400, "unsupported_grant_type", f"Invalid grant_type: {grant_type}")
    app = _client(state, form)
    redeem = _redeem if grant_type == "authorization_code" else _refresh
    return redeem(world, state, app, form)


def _redeem(world: World, state: State, app: App, form: dict[str, str]) -> dict[str, Any]:
    """Exchange a code, once."""
    now = world.now()
    code = state.codes.get(_need(form, "code"))
    if code is None:
        raise OAuthRefusal(400, "invalid_grant", "Malformed auth code.")
    if code.app_id != app.id or code.used or now >= code.expires_at:
        raise OAuthRefusal(400, "invalid_grant", "Bad Request")
    if _need(form, "redirect_uri") != code.redirect_uri:
        raise OAuthRefusal(400, "redirect_uri_mismatch", "Bad Request")
    _prove(code, form.get("code_verifier", ""))
    code.used = True
    state.codes.put(code.value, code)
    token = tokens.mint_access(state, app, code.person_id, code.scopes, now, offline=code.offline)
    told = _told(token)
    if code.offline and code.consented:
        refresh = tokens.mint_refresh(state, world.switches, app, code.person_id, code.scopes, now)
        told |= {"refresh_token": refresh.value, **_end_of(refresh, now)}
    return told


def _refresh(world: World, state: State, app: App, form: dict[str, str]) -> dict[str, Any]:
    """Make a new access token; the refresh token stays as it is and is not told again."""
    now = world.now()
    old = state.tokens.get(_need(form, "refresh_token"))
    if old is None or old.kind != "refresh" or old.app_id != app.id:
        raise OAuthRefusal(400, "invalid_grant", "Bad Request")
    if not tokens.is_alive(old, now):
        raise OAuthRefusal(400, "invalid_grant", _DEAD)
    fate = world.switches.word("google_business.refresh_fate")
    if fate == "admin_policy_enforced":
        raise OAuthRefusal(400, fate, "The administrator of this account does not allow this client.")
    if fate != "works":
        extra = {"error_uri": _REAUTH, "error_subtype": fate}
        raise OAuthRefusal(400, "invalid_grant", f"reauth related error ({fate})", extra)
    old.used_at = now
    state.save_token(old)
    token = tokens.mint_access(state, app, old.person_id, old.scopes, now, offline=True)
    return _told(token) | _end_of(old, now)


def _prove(code: Code, verifier: str) -> None:
    """Check PKCE where a challenge was sent."""
    if not code.challenge:
        return
    if not verifier:
        raise OAuthRefusal(400, "invalid_grant", "Missing code verifier.")
    said = verifier
    if code.challenge_method == "S256":
        said = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    if not hmac.compare_digest(said.encode(), code.challenge.encode()):
        raise OAuthRefusal(400, "invalid_grant", "Invalid code verifier.")


def _told(token: Token) -> dict[str, Any]:
    return {
        "access_token": token.value,
        "expires_in": tokens.ACCESS_LIFE_S,
        "scope": " ".join(token.scopes),
        "token_type": "Bearer",
    }


def _end_of(refresh: Token, now: int) -> dict[str, int]:
    return {} if refresh.expires_at is None else {"refresh_token_expires_in": refresh.expires_at - now}


def _revoke(state: State, call: Call, now: int) -> None:
    """End the whole grant behind a token."""
    presented = str(call.params.get("token", ""))
    if not presented:
        raise OAuthRefusal(400, "invalid_request", "Bad Request")
    token = state.tokens.get(presented)
    if token is None or not tokens.is_alive(token, now):
        raise OAuthRefusal(400, "invalid_token", "Token expired or revoked")
    tokens.end_grant(state, token.person_id, token.app_id)


def _tokeninfo(state: State, call: Call, now: int) -> dict[str, str]:
    """Tell what an access token is; every value is text."""
    token = state.tokens.get(str(call.params.get("access_token", "")))
    if token is None or token.kind != "access" or not tokens.is_alive(token, now):
        raise OAuthRefusal(400, "invalid_token", "Invalid Value")
    ends = token.expires_at or now
    told = {
        "azp": token.app_id,
        "aud": token.app_id,
        "scope": " ".join(token.scopes),
        "exp": str(ends),
        "expires_in": str(ends - now),
        "access_type": "offline" if token.offline else "online",
    }
    person = state.people.get(token.person_id)
    if person is not None and "openid" in token.scopes:
        told["sub"] = person.id
    if person is not None and EMAIL in token.scopes:
        told |= {"email": person.email, "email_verified": "true"}
    return told


def _form(world: World, call: Call) -> dict[str, str]:
    """Return the form fields; a JSON body is none, unless the switch says otherwise."""
    if call.request.mimetype == "application/json":
        if world.switches.word("google_business.token_json") == "refused":
            raise OAuthRefusal(400, "invalid_request", "Bad Request")
    elif call.request.mimetype != "application/x-www-form-urlencoded":
        return {}
    return {name: str(value) for name, value in call.body.items()}


def _need(form: dict[str, str], name: str) -> str:
    value = form.get(name, "")
    if not value:
        raise OAuthRefusal(400, "invalid_request", f"Missing required parameter: {name}")
    return value


def _client(state: State, form: dict[str, str]) -> App:
    """Return the client that proves itself in the body."""
    client_id = form.get("client_id", "")
    if not client_id:
        raise OAuthRefusal(400, "invalid_request", "Could not determine client ID from request.")
    app = state.apps.get(client_id)
    if app is None:
        raise OAuthRefusal(401, "invalid_client", "The OAuth client was not found.")
    secret = form.get("client_secret", "")
    if not secret:
        raise OAuthRefusal(400, "invalid_request", "client_secret is missing.")
    if not hmac.compare_digest(secret.encode(), app.secret.encode()):
        raise OAuthRefusal(401, "invalid_client", "Unauthorized")
    return app
