"""The end of what a creator allows an app: tokens dead at once, the grant gone, the app told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sandbox.tiktok import events, tokens
from sandbox.tiktok.state import State

if TYPE_CHECKING:
    from sandbox.world import World

# The controls page speaks in numbers of another platform: this one means expired.
_EXPIRED = 463


def end(world: World, state: State, creator_id: str, app_key: str, reason: int) -> int:
    """End one grant, tell the app why, and return how many tokens died."""
    grant = state.grant_of(creator_id, app_key)
    if grant is not None:
        state.remove_grant(grant)
        events.authorization_removed(world, state, app_key, creator_id, reason)
    return tokens.kill(state, state.tokens_of(creator_id, app_key))


def revoke(world: World, state: State, wish: Mapping[str, Any]) -> int:
    """Invalidate tokens on demand and return how many died.

    `user` (id, username or open id), `app` (a client key; all without), `reason` (0 to 5; 1: the creator disconnected).
    `how`: `expired` ends access tokens alone, and nobody is told.
    """
    creator = state.find_creator(str(wish.get("user") or wish.get("page") or ""))
    if creator is None:
        raise ValueError("Say whose tokens: 'user' is a creator's id, username or open id.")
    expired = wish.get("how") == "expired" or wish.get("subcode") == _EXPIRED
    reason = wish.get("reason", events.USER_DISCONNECTED)
    if wish.get("how") not in (None, "expired", "revoked") or reason not in events.REASONS:
        raise ValueError("how is revoked or expired; reason is a whole number from 0 to 5.")
    keys = [app.key for app in state.apps if wish.get("app") in (None, "", app.key)]
    if not expired:
        return sum(end(world, state, creator.id, key, int(reason)) for key in keys)
    now = world.clock.now()
    alive = [
        token for key in keys for token in state.tokens_of(creator.id, key) if tokens.is_alive(token, "access", now)
    ]
    for token in alive:
        token.expires_at = int(now)
        state.save_token(token)
    return len(alive)
