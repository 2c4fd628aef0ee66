"""Tokens: minted, recognised, found dead. Nothing is accepted that was not handed out here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sandbox.linkedin.errors import Refusal, known
from sandbox.linkedin.records import App, Token
from sandbox.linkedin.state import State
from sandbox.switches import Switches

ACCESS_LIFE_S = 60 * 24 * 60 * 60
REFRESH_LIFE_S = 365 * 24 * 60 * 60


def mint(
    state: State, app: App, member_id: str, scopes: list[str], *, now: float, authorized_at: int, refresh: Token | None
) -> Token:
    """Hand out an access token; its life ends with that of the refresh token behind it."""
    expires_at = int(now) + ACCESS_LIFE_S
    if refresh is not None:
        expires_at = min(expires_at, refresh.expires_at)
    parent = refresh.value if refresh is not None else ""
    return state.save_token(
        Token(state.new_secret(), "access", app.id, member_id, scopes, authorized_at, now, expires_at, parent)
    )


def mint_refresh(state: State, app: App, member_id: str, scopes: list[str], *, now: float, authorized_at: int) -> Token:
    """Hand out a refresh token, whose end never moves."""
    expires_at = int(now) + REFRESH_LIFE_S
    return state.save_token(
        Token(state.new_secret(), "refresh", app.id, member_id, scopes, authorized_at, now, expires_at)
    )


def status_of(token: Token, now: float) -> str:
    """Say what introspection says of a token: active, revoked or expired."""
    if token.revoked:
        return "revoked"
    return "expired" if now >= token.expires_at else "active"


def identify(state: State, switches: Switches, presented: str, now: float) -> Token:
    """Return the living access token behind a string, or refuse as the platform does."""
    if not presented:
        raise known("EMPTY_ACCESS_TOKEN")
    token = state.tokens.get(presented)
    if token is None or token.kind != "access":
        raise Refusal(401, "Invalid access token", "INVALID_ACCESS_TOKEN", 65600)
    status = status_of(token, now)
    if status == "expired":
        raise known("EXPIRED_ACCESS_TOKEN")
    if status == "revoked" or _too_young(state, switches, token, now):
        raise known("REVOKED_ACCESS_TOKEN")
    return token


def kill(state: State, tokens: Iterable[Token]) -> int:
    """Make tokens useless from now on and return how many were not revoked yet."""
    struck = 0
    for token in tokens:
        if not token.revoked:
            token.revoked = True
            state.save_token(token)
            struck += 1
    return struck


def family(state: State, token: Token) -> list[Token]:
    """Return a token with those that were made from it."""
    related = state.tokens_of(token.member_id, token.app_id)
    return [token, *(other for other in related if other.parent and other.parent == token.value)]


def revoke(state: State, wish: Mapping[str, Any], now: float) -> int:
    """Invalidate tokens on demand and return how many died.

    `user` (a member's id), `app`; `how`: `revoked` or `expired`. With `page` (an organization's id) a role is lost instead
    and the tokens live on, as on the platform. The shared controls speak in numbers: 463 is `expired`.
    """
    member_id, organization_id, app_id = (str(wish.get(name) or "") for name in ("user", "page", "app"))
    how = str(wish.get("how") or ("expired" if wish.get("subcode") == 463 else "revoked"))
    if how not in ("revoked", "expired"):
        raise ValueError(f"how is revoked or expired, not {how!r}.")
    if not member_id and not organization_id:
        raise ValueError("Say whose tokens: 'user' (a member's id), or 'page' (an organization's id) for a lost role.")
    if member_id and member_id not in state.members:
        raise ValueError(f"Nobody here has the id {member_id}.")
    if organization_id and organization_id not in state.organizations:
        raise ValueError(f"There is no organization {organization_id}.")
    if organization_id:
        return _lose_roles(state, organization_id, member_id)
    struck = [token for token in state.tokens if token.member_id == member_id and app_id in ("", token.app_id)]
    if how == "revoked":
        for key, grant in state.grants.items():
            if grant.member_id == member_id and app_id in ("", grant.app_id):
                state.grants.remove(key)
        return kill(state, struck)
    alive = [token for token in struck if token.kind == "access" and status_of(token, now) == "active"]
    for token in alive:
        token.expires_at = int(now)
        state.save_token(token)
    return len(alive)


def _lose_roles(state: State, organization_id: str, member_id: str) -> int:
    lost = [
        role
        for role in state.roles
        if role.organization_id == organization_id and member_id in ("", role.member_id) and role.state == "APPROVED"
    ]
    for role in lost:
        role.state = "REVOKED"
        state.save_role(role)
    return len(lost)


def _too_young(state: State, switches: Switches, token: Token, now: float) -> bool:
    """Say whether a new token is not known everywhere yet, as scripted."""
    if now < token.issued_at + switches.number("linkedin.propagation_s"):
        return True
    if token.refused_young < switches.number("linkedin.propagation_calls"):
        token.refused_young += 1
        state.save_token(token)
        return True
    return False
