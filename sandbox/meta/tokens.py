"""Tokens: minted, recognised, found dead. Nothing is accepted that was not handed out here."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sandbox.meta.errors import GraphError
from sandbox.meta.records import App, Page, Token
from sandbox.meta.scopes import covers_pages
from sandbox.meta.state import State

SHORT_LIFE_S = 2 * 60 * 60
LONG_LIFE_S = 60 * 24 * 60 * 60
DATA_ACCESS_S = 90 * 24 * 60 * 60
PASSWORD_CHANGED = 460
EXPIRED = 463
REMOVED = 458
ROLE_LOST = 492

# docs/platforms/meta.md 5.2: what follows "Error validating access token: ".
WHY_DEAD = {
    458: "The user has not authorized application {app}.",
    459: "You cannot access the app till you log in to www.facebook.com and follow the instructions given.",
    460: "The session has been invalidated because the user changed their password or Facebook has changed the session "
    "for security reasons.",
    463: "Session has expired on {then}. The current time is {now}.",
    464: "Sessions for the user are not allowed because the user is not a confirmed user.",
    467: "The session is invalid because the user logged out.",
    490: "The user is enrolled in a blocking, logged-in checkpoint.",
    492: "Session does not match current stored session. The person no longer has a suitable role on the Page.",
}


@dataclass(frozen=True)
class Death:
    """Why a token no longer works."""

    subcode: int
    message: str

    def error(self) -> GraphError:
        """Return the refusal for calls made with this token."""
        return GraphError(190, self.message, self.subcode)


def mint_user_token(
    state: State, app: App, person_id: str, *, now: int, expires_at: int, long_lived: bool = False
) -> Token:
    """Hand out a token for a person."""
    value = state.new_secret("EAA")
    return state.save_token(Token(value, "USER", app.id, person_id, now, expires_at, long_lived=long_lived))


def page_token(state: State, parent: Token, page: Page, now: int) -> Token:
    """Hand out a Page's token for the person behind a user token; the same one each time while it lives.

    Made from a long-lived token it never expires; made from a short-lived one it dies with it.
    """
    known = state.page_token(parent.value, page.id)
    if known is not None and why_dead(state, known, now) is None:
        return known
    expires_at = 0 if parent.long_lived else parent.expires_at
    value = state.new_secret("EAA")
    return state.save_token(
        Token(value, "PAGE", parent.app_id, parent.person_id, now, expires_at, page.id, parent.value)
    )


def identify(state: State, presented: str, now: int) -> Token:
    """Return the living token behind a string, or refuse as the platform does."""
    token = find(state, presented, now)
    if token is None:
        raise GraphError(190, "Invalid OAuth access token - Cannot parse access token")
    death = why_dead(state, token, now)
    if death is not None:
        raise death.error()
    return token


def find(state: State, presented: str, now: int) -> Token | None:
    """Return a token that was handed out, alive or dead; `app-id|app-secret` is an app's own token."""
    app_id, bar, secret = presented.partition("|")
    app = state.apps.get(app_id) if bar else None
    if app is not None and hmac.compare_digest(secret.encode(), app.secret.encode()):
        return Token(presented, "APP", app.id, "", now, 0)
    return state.tokens.get(presented)


def why_dead(state: State, token: Token, now: int) -> Death | None:
    """Say why a token no longer works; None while it does."""
    subcode = _death_of(state, token, now)
    if not subcode:
        return None
    words = WHY_DEAD[subcode].format(app=token.app_id, then=_spelled(token.expires_at), now=_spelled(now))
    return Death(subcode, f"Error validating access token: {words}")


def check_proof(app: App, presented: str, proof: str, *, required: bool) -> None:
    """Verify `appsecret_proof` against the very token that was sent."""
    if not proof:
        if required:
            raise GraphError(
                100, "API calls from the server require an appsecret_proof argument", type="GraphMethodException"
            )
        return
    right = hmac.new(app.secret.encode(), presented.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(right.encode(), proof.encode()):
        raise GraphError(100, "Invalid appsecret_proof provided in the API argument", type="GraphMethodException")


def kill(state: State, tokens: list[Token], subcode: int) -> int:
    """Make tokens useless from now on and return how many were alive."""
    struck = 0
    for token in tokens:
        if not token.dead_subcode:
            token.dead_subcode = subcode
            state.save_token(token)
            struck += 1
    return struck


def revoke(state: State, wish: Mapping[str, Any]) -> int:
    """Invalidate a person's tokens (`user`), all or one Page's (`page`), with a subcode; return how many died.

    458 takes the grant away too, 492 the person's role on the Page.
    """
    subcode = wish.get("subcode", PASSWORD_CHANGED)
    if subcode not in WHY_DEAD:
        raise ValueError(f"subcode is one of {', '.join(map(str, WHY_DEAD))}, not {subcode!r}.")
    person_id, page_id, app_id = (str(wish.get(name) or "") for name in ("user", "page", "app"))
    if not person_id and not page_id:
        raise ValueError("Say whose tokens: 'user' (a person's id), 'page' (a Page's id), or both.")
    if person_id and person_id not in state.people:
        raise ValueError(f"Nobody here has the id {person_id}.")
    page = state.pages.get(page_id)
    if page_id and page is None:
        raise ValueError(f"There is no Page {page_id}.")
    if subcode == ROLE_LOST and page is None:
        raise ValueError("492 is the loss of a role on a Page: name the 'page'.")
    struck = [
        token
        for token in state.tokens
        if (not person_id or token.person_id == person_id)
        and (not page_id or token.page_id == page_id)
        and (not app_id or token.app_id == app_id)
        and token.kind != "APP"
    ]
    if subcode == ROLE_LOST and page is not None:
        for somebody in [person_id] if person_id else list(page.roles):
            page.roles.pop(somebody, None)
        state.pages.put(page.id, page)
    if subcode == REMOVED and not page_id:
        for key, grant in state.grants.items():
            if grant.person_id == person_id and (not app_id or grant.app_id == app_id):
                state.grants.remove(key)
    return kill(state, struck, subcode)


def _death_of(state: State, token: Token, now: int) -> int:
    if token.kind == "APP":
        return token.dead_subcode
    if token.dead_subcode:
        return token.dead_subcode
    if token.expires_at and now >= token.expires_at:
        return EXPIRED
    grant = state.grant_of(token.person_id, token.app_id)
    if grant is None:
        return REMOVED
    if token.kind == "PAGE":
        page = state.pages.get(token.page_id)
        if page is None or token.person_id not in page.roles:
            return ROLE_LOST
        # A later login that left this Page out took it from the app.
        scopes = [scope for scope in grant.granted if covers_pages(scope)]
        if not any(scope not in grant.assets or page.id in grant.assets[scope] for scope in scopes):
            return REMOVED
    return 0


def _spelled(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%A, %d-%b-%y %H:%M:%S UTC")
