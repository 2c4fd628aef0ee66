"""Tokens: minted, recognised, found dead. Nothing is accepted that was not handed out here."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from sandbox.switches import Switches
from sandbox.tiktok.errors import Refusal
from sandbox.tiktok.records import Token
from sandbox.tiktok.state import State

# Seconds of an access and of a refresh token.
LIVES: dict[str, tuple[int, int]] = {
    "2h_180d": (7_200, 15_552_000),
    "24h_365d": (86_400, 31_536_000),
}


def mint(
    state: State,
    switches: Switches,
    *,
    app_key: str,
    creator_id: str,
    scopes: list[str],
    now: float,
    refresh: Token | None = None,
) -> tuple[Token, Token]:
    """Hand out an access token with a refresh token: a new one, or the one given where it stays."""
    access_life, refresh_life = LIVES[switches.word("tiktok.token_lives")]
    access = Token(f"act.{_secret()}", "access", app_key, creator_id, scopes, now, int(now) + access_life)
    if refresh is None or switches.word("tiktok.refresh_token") == "rotates":
        ends_at = int(now) + refresh_life
        if refresh is not None and switches.word("tiktok.refresh_life") == "absolute":
            ends_at = refresh.expires_at
        refresh = Token(f"rft.{_secret()}", "refresh", app_key, creator_id, scopes, now, ends_at)
    return state.save_token(access), state.save_token(refresh)


def is_alive(token: Token | None, kind: str, now: float) -> bool:
    """Say whether a token of this kind still opens anything."""
    return token is not None and token.kind == kind and not token.revoked and now < token.expires_at


def identify(state: State, presented: str, now: float) -> Token:
    """Return the living access token behind a string, or refuse as the platform does."""
    token = state.tokens.get(presented)
    if token is None or not is_alive(token, "access", now):
        raise Refusal("access_token_invalid")
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


def told(state: State, access: Token, refresh: Token, now: float) -> dict[str, Any]:
    """Tell a pair of tokens as the token endpoint does: what is left of their lives, in seconds."""
    return {
        "access_token": access.value,
        "expires_in": access.expires_at - int(now),
        "open_id": state.open_id(access.creator_id, access.app_key),
        "refresh_expires_in": refresh.expires_at - int(now),
        "refresh_token": refresh.value,
        "scope": ",".join(access.scopes),
        "token_type": "Bearer",
    }


def _secret() -> str:
    return f"{secrets.token_urlsafe(40)}!{secrets.randbelow(9000) + 1000}.va"
