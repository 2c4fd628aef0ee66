"""Consent: what the authorization page checks before it asks, and what Continue and Cancel do."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sandbox.google_business import scopes as known_scopes
from sandbox.google_business.records import App, Code, Grant, Person
from sandbox.google_business.scopes import SIGN_IN
from sandbox.google_business.state import State
from sandbox.google_business.tokens import BUSINESS
from sandbox.platforms import ConsentRefusedError

if TYPE_CHECKING:
    from sandbox.world import World

_CLOSED = {
    "org_internal": "Error 403: org_internal. This client is for people inside its own organization.",
    "admin_policy_enforced": "Error 400: admin_policy_enforced. An administrator does not let this client in.",
}


@dataclass(frozen=True)
class Request:
    """A checked request for consent."""

    app: App
    redirect_uri: str
    state: str | None
    scopes: tuple[str, ...]
    offline: bool
    prompts: tuple[str, ...]
    merges: bool
    challenge: str
    challenge_method: str
    login_hint: str

    @property
    def tickable(self) -> list[str]:
        """Return what may be left out: nothing, unless it is asked for beside signing in."""
        wanted = [scope for scope in self.scopes if scope not in SIGN_IN]
        return wanted if len(wanted) < len(self.scopes) else []


@dataclass(frozen=True)
class Consent:
    """The end of a dialog: where the browser goes, and the code it carries (none after a refusal)."""

    redirect_url: str
    code: str = ""


def read_request(world: World, state: State, params: Mapping[str, str]) -> Request:
    """Check the page's parameters; raise `ConsentRefusedError` for what Google tells on a page of its own."""
    closed = world.switches.word("google_business.sign_in")
    if closed in _CLOSED:
        raise ConsentRefusedError(_CLOSED[closed])
    app = state.apps.get(params.get("client_id", ""))
    if app is None:
        raise ConsentRefusedError("Error 401: invalid_client. The OAuth client was not found.")
    redirect_uri = params.get("redirect_uri", "")
    if redirect_uri not in app.redirect_uris:
        raise ConsentRefusedError(
            "Error 400: redirect_uri_mismatch. The redirect_uri is compared letter by letter with the registered ones. "
            f"Asked for: {redirect_uri or '(nothing)'}."
        )
    for name, allowed in (
        ("response_type", ("code",)),
        ("access_type", ("online", "offline")),
        ("code_challenge_method", ("plain", "S256")),
    ):
        if (name == "response_type" or name in params) and params.get(name) not in allowed:
            raise ConsentRefusedError(f"Error 400: invalid_request. {name} is {' or '.join(allowed)}.")
    wanted, nonsense = known_scopes.read(params.get("scope", ""))
    if nonsense:
        raise ConsentRefusedError(f"Error 400: invalid_scope. Some requested scopes were invalid: {nonsense}.")
    if not wanted:
        raise ConsentRefusedError("Error 400: invalid_request. Missing required parameter: scope.")
    prompts = tuple(params.get("prompt", "").split())
    if not {*prompts} <= {"none", "consent", "select_account"} or ("none" in prompts and len(prompts) > 1):
        raise ConsentRefusedError("Error 400: invalid_request. Invalid parameter value for prompt.")
    challenge = params.get("code_challenge", "")
    return Request(
        app,
        redirect_uri,
        params.get("state"),
        tuple(wanted),
        offline=params.get("access_type") == "offline",
        prompts=prompts,
        merges=params.get("include_granted_scopes") == "true",
        challenge=challenge,
        challenge_method=params.get("code_challenge_method", "plain") if challenge else "",
        login_hint=params.get("login_hint", ""),
    )


def is_asked(state: State, request: Request, person: Person) -> bool:
    """Say whether the person is asked at all: on demand, or because they have not allowed all of this before."""
    grant = state.grant_of(person.id, request.app.id)
    return "consent" in request.prompts or grant is None or not {*request.scopes} <= {*grant.scopes}


def allow(
    world: World, state: State, request: Request, person: Person, ticked: Collection[str] | None = None
) -> Consent:
    """Go back with a code for what was ticked (None: everything)."""
    asked = is_asked(state, request, person)
    if "none" in request.prompts and asked:
        return Consent(_back(request, {"error": "interaction_required"}))
    kept = [scope for scope in request.scopes if ticked is None or scope in ticked or scope not in request.tickable]
    if asked and world.switches.flag("google_business.untick_business"):
        # With nothing else to allow, a token that may do nothing for the business still shows what the hub makes of it.
        kept = [scope for scope in kept if scope != BUSINESS] or ["openid"]
    before = state.grant_of(person.id, request.app.id)
    had = before.scopes if before else []
    granted = sorted({*kept, *had}) if request.merges else sorted(kept)
    state.save_grant(Grant(person.id, request.app.id, sorted({*kept, *had})))
    value = f"4/0A{secrets.token_urlsafe(52)}"
    ends = world.now() + world.switches.number("google_business.code_life_s")
    state.codes.put(
        value,
        Code(
            value,
            request.app.id,
            person.id,
            granted,
            request.redirect_uri,
            ends,
            offline=request.offline,
            consented=asked,
            challenge=request.challenge,
            challenge_method=request.challenge_method,
        ),
    )
    told = {"code": value, "scope": " ".join(granted), "authuser": "0", "prompt": "consent" if asked else "none"}
    return Consent(_back(request, told), value)


def cancel(request: Request) -> Consent:
    """Go back with the refusal."""
    return Consent(_back(request, {"error": "access_denied"}))


def _back(request: Request, query: dict[str, str]) -> str:
    said = {} if request.state is None else {"state": request.state}
    joint = "&" if "?" in request.redirect_uri else "?"
    return f"{request.redirect_uri}{joint}{urlencode({**said, **query})}"
