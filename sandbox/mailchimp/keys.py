"""API keys: made by a person in an account, shown once, dead when revoked."""

from __future__ import annotations

import secrets

from sandbox.mailchimp.gate import RANKS
from sandbox.mailchimp.records import Account, Key
from sandbox.mailchimp.state import State

_MAY_MAKE = RANKS.index("manager")


def make(state: State, account: Account, login_id: int, label: str, now: float) -> Key:
    """Make a key; `ValueError` says in words who may not."""
    seat = state.seat(account.id, login_id)
    if seat is None:
        raise ValueError("This person has no seat in the account.")
    if RANKS.index(seat.role) < _MAY_MAKE:
        raise ValueError(f"A person with the role {seat.role} cannot make keys; it takes a manager.")
    secret = secrets.token_hex(16)
    return state.keys.put(secret, Key(f"{secret}-{account.dc}", account.id, login_id, label or "A key", now))


def revoke(state: State, key: Key) -> None:
    """End a key for good."""
    key.revoked = True
    state.keys.put(key.value.partition("-")[0], key)


def revoke_all(state: State, *, login_id: int = 0, account_id: str = "") -> int:
    """End the living keys of a person, of an account, or of the person there; return how many."""
    found = [
        key
        for key in state.keys
        if not key.revoked and login_id in (0, key.login_id) and account_id in ("", key.account_id)
    ]
    for key in found:
        revoke(state, key)
    return len(found)


def shown(key: Key) -> str:
    """Return what is shown of a key after its first day."""
    return f"{key.value[:4]}…-{key.value.rpartition('-')[2]}"
