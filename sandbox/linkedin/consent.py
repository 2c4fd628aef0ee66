"""Consent: what the authorization page checks before it asks, and what Allow and Cancel do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from sandbox.linkedin import tokens
from sandbox.linkedin.records import App, Code, Grant, Member
from sandbox.linkedin.scopes import SCOPES, scopes_of
from sandbox.linkedin.state import State
from sandbox.platforms import ConsentRefusedError

if TYPE_CHECKING:
    from sandbox.world import World

CODE_LIFE_S = 30 * 60
CANCELS = {
    "cancel": ("user_cancelled_authorize", "The user cancelled the authorization"),
    "cancel_login": ("user_cancelled_login", "The user cancelled LinkedIn login"),
}


@dataclass(frozen=True)
class Request:
    """A checked request for consent. What was checked here besides PKCE is all that counts; the rest is ignored."""

    app: App
    redirect_uri: str
    state: str | None
    scopes: tuple[str, ...]
    nonce: str = ""


@dataclass(frozen=True)
class Consent:
    """The end of a dialog: where the browser goes, and the code it carries (none after a refusal)."""

    redirect_url: str
    code: str = ""


class ScopeNotProvisionedError(Exception):
    """Carry the way back for a real scope that the app's products do not have."""

    def __init__(self, ended: Consent) -> None:
        super().__init__(ended.redirect_url)
        self.ended = ended


def read_request(state: State, params: Mapping[str, str]) -> Request:
    """Check the page's parameters.

    Raise `ConsentRefusedError` for what is shown on the platform's own page, `ScopeNotProvisionedError` for what goes
    back to the app.
    """
    app = state.apps.get(params.get("client_id", ""))
    if app is None:
        raise ConsentRefusedError("The client id in the request does not match any application.")
    redirect_uri = params.get("redirect_uri", "")
    if redirect_uri not in {uri.partition("?")[0] for uri in app.redirect_uris} or "#" in redirect_uri:
        raise ConsentRefusedError(
            "The redirect_uri does not match the registered value. It is compared letter by letter. Asked for: "
            f"{redirect_uri or '(nothing)'}."
        )
    if params.get("response_type") != "code":
        raise ConsentRefusedError("The response_type must be code.")
    scopes = tuple(dict.fromkeys(params.get("scope", "").split()))
    nonsense = [scope for scope in scopes if scope not in SCOPES]
    if nonsense or not scopes:
        raise ConsentRefusedError(
            f"Invalid scope: {', '.join(nonsense) or '(nothing)'}. Scopes are separated by spaces."
        )
    request = Request(app, redirect_uri, params.get("state"), scopes, params.get("nonce", ""))
    missing = [scope for scope in scopes if scope not in scopes_of(app.products)]
    if missing:
        # The platform escapes the description for HTML even here.
        words = escape(f'Scope "{missing[0]}" is not authorized for your application')
        back = _back(request, {"error": "unauthorized_scope_error", "error_description": words})
        raise ScopeNotProvisionedError(Consent(back))
    return request


def allow(world: World, state: State, request: Request, member: Member) -> Consent:
    """Grant everything that was asked and go back with a code.

    Another set of scopes than before kills what the app already held for this member.
    """
    now = world.now()
    before = state.grant_of(member.id, request.app.id)
    if before is not None and set(before.scopes) != set(request.scopes):
        tokens.kill(state, state.tokens_of(member.id, request.app.id))
    scopes = sorted(request.scopes)
    state.save_grant(Grant(member.id, request.app.id, scopes, now))
    code = state.new_secret(140)
    expires_at = now + CODE_LIFE_S
    state.codes.put(
        code, Code(code, request.app.id, member.id, scopes, request.redirect_uri, expires_at, request.nonce)
    )
    return Consent(_back(request, {"code": code}), code)


def cancel(request: Request, how: str = "cancel") -> Consent:
    """Go back with the refusal."""
    error, description = CANCELS[how]
    return Consent(_back(request, {"error": error, "error_description": description}))


def allowed_before(world: World, state: State, request: Request) -> Member | None:
    """Return the member who allowed exactly this last and still has a living token for it."""
    found: Grant | None = None
    for grant in state.grants:
        if grant.app_id != request.app.id or set(grant.scopes) != set(request.scopes):
            continue
        living = (tokens.status_of(token, world.now()) for token in state.tokens_of(grant.member_id, grant.app_id))
        if "active" in living and (found is None or grant.authorized_at >= found.authorized_at):
            found = grant
    return None if found is None else state.members.get(found.member_id)


def _back(request: Request, query: dict[str, str]) -> str:
    if request.state is not None:
        query["state"] = request.state
    return f"{request.redirect_uri}?{urlencode(query, quote_via=quote)}"
