"""Tokens: minted, recognised, found dead. Nothing is accepted that was not handed out here."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from sandbox.google_business.errors import unauthenticated
from sandbox.google_business.records import App, Token
from sandbox.google_business.state import State
from sandbox.switches import Switches

ACCESS_LIFE_S = 3599
TESTING_LIFE_S = 604_799
UNUSED_LIFE_S = 183 * 86_400
BUSINESS = "https://www.googleapis.com/auth/business.manage"


def mint_access(state: State, app: App, person_id: str, scopes: list[str], now: int, *, offline: bool) -> Token:
    """Hand out an access token for an hour."""
    value = f"ya29.a0{secrets.token_urlsafe(120)}"
    return state.save_token(
        Token(value, "access", app.id, person_id, scopes, now, now + ACCESS_LIFE_S, now, offline=offline)
    )


def mint_refresh(state: State, switches: Switches, app: App, person_id: str, scopes: list[str], now: int) -> Token:
    """Hand out a refresh token; beyond the limit the oldest one dies without a word."""
    testing = app.testing or switches.flag("google_business.testing")
    living = [token for token in state.tokens_of(person_id, app.id) if token.kind == "refresh" and is_alive(token, now)]
    surplus = len(living) + 1 - switches.number("google_business.most_refresh_tokens")
    for token in living[: max(0, surplus)]:
        token.revoked = True
        state.save_token(token)
    value = f"1//0g{secrets.token_urlsafe(72)}"
    ends = now + TESTING_LIFE_S if testing else None
    return state.save_token(Token(value, "refresh", app.id, person_id, scopes, now, ends, now, offline=True))


def is_alive(token: Token, now: int) -> bool:
    """Say whether a token still works."""
    if token.revoked or (token.expires_at is not None and now >= token.expires_at):
        return False
    return token.kind == "access" or now < token.used_at + UNUSED_LIFE_S


def identify(state: State, presented: str, now: int, host: str, method: str) -> Token:
    """Return the living access token behind a string, or refuse as the platform does."""
    if not presented:
        raise unauthenticated("CREDENTIALS_MISSING", host, method)
    token = state.tokens.get(presented)
    if token is None or token.kind != "access":
        raise unauthenticated("ACCESS_TOKEN_TYPE_UNSUPPORTED", host, method)
    if token.revoked:
        # Here the platform sometimes leaves the reason out.
        raise unauthenticated("")
    if not is_alive(token, now):
        raise unauthenticated("ACCESS_TOKEN_EXPIRED", host, method)
    return token


def end_grant(state: State, person_id: str, app_id: str) -> int:
    """End every token of a person and a client, and what was allowed; return how many died."""
    struck = [token for token in state.tokens_of(person_id, app_id) if not token.revoked]
    for token in struck:
        token.revoked = True
        state.save_token(token)
    state.end_grant(person_id, app_id)
    return len(struck)


def expire(state: State, found: list[Token], now: int) -> int:
    """Let access tokens end now, their refresh tokens living on; return how many did."""
    struck = [token for token in found if token.kind == "access" and is_alive(token, now)]
    for token in struck:
        token.expires_at = now
        state.save_token(token)
    return len(struck)


def revoke(state: State, wish: Mapping[str, Any], now: int) -> int:
    """Invalidate on demand and return how much died.

    `user` (a person's id), `app`; `how`: `revoked` or `expired`. With `page` (a location's id) access to it is lost
    instead and the tokens live on. The shared controls speak in numbers: 463 is `expired`.
    """
    person_id, location_id, app_id = (str(wish.get(name) or "") for name in ("user", "page", "app"))
    how = str(wish.get("how") or ("expired" if wish.get("subcode") == 463 else "revoked"))
    if how not in ("revoked", "expired"):
        raise ValueError(f"how is revoked or expired, not {how!r}.")
    if not person_id and not location_id:
        raise ValueError("Say whose tokens: 'user' (a person's id), or 'page' (a location's id) for lost access.")
    if person_id and person_id not in state.people:
        raise ValueError(f"Nobody here has the id {person_id}.")
    if location_id:
        return _bar(state, location_id, person_id)
    apps = [app.id for app in state.apps if app_id in ("", app.id)]
    if how == "revoked":
        return sum(end_grant(state, person_id, one) for one in apps)
    return sum(expire(state, state.tokens_of(person_id, one), now) for one in apps)


def _bar(state: State, location_id: str, person_id: str) -> int:
    location = state.locations.get(location_id)
    if location is None:
        raise ValueError(f"There is no location {location_id}.")
    lost = [
        person.id for person in state.people if person_id in ("", person.id) and location in state.locations_of(person)
    ]
    location.barred.extend(lost)
    state.locations.put(location.id, location)
    return len(lost)
