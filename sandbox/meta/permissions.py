"""`/{person}/permissions`: what was granted and declined, and taking it back."""

from __future__ import annotations

from typing import Any

from sandbox.meta.ask import Ask
from sandbox.meta.errors import invalid, missing_object
from sandbox.meta.records import Human
from sandbox.meta.scopes import IMPLICIT_SCOPE, SCOPES
from sandbox.meta.tokens import REMOVED, kill

DELETE_PARAMS = frozenset({"permission"})


def listed(ask: Ask, person: Human) -> dict[str, Any]:
    """List every permission the person decided about."""
    _insist_on_self(ask, person)
    grant = ask.state.grant_of(person.id, ask.speaker.app_id)
    if grant is None:
        return {"data": []}
    lapsed = ask.now >= grant.data_access_expires_at
    # Data access ends without a sound, and for Instagram alone.
    decided = [
        (scope, "expired" if lapsed and SCOPES[scope][0] == "instagram" else "granted") for scope in grant.granted
    ]
    decided += [(scope, "declined") for scope in grant.declined]
    return {"data": [{"permission": scope, "status": status} for scope, status in decided]}


def revoked(ask: Ask, person: Human) -> dict[str, Any]:
    """Take one permission back, or the whole grant: then every token of it dies, the Page tokens too."""
    _insist_on_self(ask, person)
    grant = ask.state.grant_of(person.id, ask.speaker.app_id)
    if grant is None:
        raise missing_object(ask.call.method, person.id)
    permission = ask.text("permission")
    if permission:
        if permission not in grant.granted or permission == IMPLICIT_SCOPE:
            raise invalid(f"Permission {permission} is not granted.")
        grant.granted.remove(permission)
        grant.assets.pop(permission, None)
        grant.declined.append(permission)
        ask.state.save_grant(grant)
        return {"success": True}
    mine = [token for token in ask.state.tokens if token.person_id == person.id and token.app_id == ask.speaker.app_id]
    kill(ask.state, mine, REMOVED)
    ask.state.grants.remove(f"{person.id}:{grant.app_id}")
    return {"success": True}


def _insist_on_self(ask: Ask, person: Human) -> None:
    """Let people and the app itself in, nobody else."""
    speaker = ask.speaker
    if speaker.kind != "APP" and not (speaker.kind == "USER" and speaker.person_id == person.id):
        raise missing_object(ask.call.method, person.id)
