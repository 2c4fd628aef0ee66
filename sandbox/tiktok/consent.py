"""Consent: what the authorization page checks before it asks, and what Allow and Cancel do."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sandbox.platforms import ConsentRefusedError
from sandbox.tiktok.records import App, Code, Creator, Grant
from sandbox.tiktok.scopes import FIXED, SCOPES
from sandbox.tiktok.state import State

if TYPE_CHECKING:
    from sandbox.world import World

CODE_LIFE_S = 10 * 60


@dataclass(frozen=True)
class Request:
    """A checked request for consent."""

    app: App
    redirect_uri: str
    state: str
    scopes: tuple[str, ...]
    challenge: str = ""
    always_ask: bool = True


@dataclass(frozen=True)
class Consent:
    """The end of a dialog: where the browser goes, and the code it carries (none after a refusal)."""

    redirect_url: str
    code: str = ""


class SentBackError(Exception):
    """Carry the way back for a request that is refused before anybody is asked."""

    def __init__(self, ended: Consent) -> None:
        super().__init__(ended.redirect_url)
        self.ended = ended


def read_request(world: World, state: State, params: Mapping[str, str]) -> Request:
    """Check the page's parameters.

    Raise `ConsentRefusedError` for what is shown on the platform's own page, `SentBackError` for what goes back to the app.
    """
    app = state.apps.get(params.get("client_key", ""))
    if app is None or app.mode == "draft":
        raise ConsentRefusedError("Something is wrong with the app's settings: client_key.")
    redirect_uri = params.get("redirect_uri", "")
    if redirect_uri not in app.redirect_uris:
        raise ConsentRefusedError(
            "Something is wrong with the app's settings: redirect_uri. It is compared letter by letter with what is "
            f"registered. Asked for: {redirect_uri or '(nothing)'}."
        )
    if params.get("response_type") != "code":
        raise ConsentRefusedError("Something is wrong with the app's settings: response_type.")
    if not params.get("state"):
        raise ConsentRefusedError("Something is wrong with the app's settings: state.")
    challenge = params.get("code_challenge", "")
    if challenge and params.get("code_challenge_method") != "S256":
        raise ConsentRefusedError("Something is wrong with the app's settings: code_challenge.")
    # Commas and nothing else: a list with spaces is one scope that nobody knows.
    scopes = tuple(dict.fromkeys(params.get("scope", "").split(",")))
    asks = params.get("disable_auto_auth") == "1"
    request = Request(app, redirect_uri, params["state"], scopes, challenge, asks)
    wrong = [scope for scope in scopes if scope not in SCOPES or scope not in app.scopes]
    if wrong:
        words = f"Something is wrong with the app's settings: scope ({', '.join(wrong)})."
        if world.switches.word("tiktok.scope_errors") == "page":
            raise ConsentRefusedError(words)
        raise SentBackError(_back(request, {"error": "invalid_scope", "error_description": words}))
    return request


def allow(world: World, state: State, request: Request, creator: Creator, declined: Iterable[str] = ()) -> Consent:
    """Grant what was not declined and go back with a code. Older tokens keep the scopes they have."""
    if request.app.mode == "sandbox" and creator.id not in request.app.targets:
        words = "This account is not a target user of the sandbox."
        return _back(
            request, {"error": "access_denied", "error_type": "non_sandbox_target", "error_description": words}
        )
    refused = set(declined) - {FIXED}
    scopes = [scope for scope in request.scopes if scope not in refused]
    now = world.clock.now()
    state.save_grant(Grant(creator.id, request.app.key, scopes, now))
    # Codes of this platform carry signs that a URL writes in another way.
    value = f"{secrets.token_urlsafe(36)}*{secrets.randbelow(9)}!{secrets.randbelow(9000) + 1000}.va"
    state.codes.put(
        value,
        Code(value, request.app.key, creator.id, scopes, request.redirect_uri, now + CODE_LIFE_S, request.challenge),
    )
    return _back(request, {"code": value, "scopes": ",".join(scopes)}, value)


def cancel(request: Request) -> Consent:
    """Go back with the refusal."""
    words = {
        "error": "access_denied",
        "error_type": "user_cancelled",
        "error_description": "User cancelled the authorization.",
    }
    return _back(request, words)


def signed_in(state: State, request: Request) -> Creator | None:
    """Return the creator whose browser session needs no page: the last who allowed this app at least these scopes."""
    if request.always_ask:
        return None
    fitting = [
        grant for grant in state.grants if grant.app_key == request.app.key and set(request.scopes) <= set(grant.scopes)
    ]
    latest = max(fitting, key=lambda grant: grant.authorized_at, default=None)
    return None if latest is None else state.creators.get(latest.creator_id)


def _back(request: Request, query: dict[str, str], code: str = "") -> Consent:
    return Consent(f"{request.redirect_uri}?{urlencode({**query, 'state': request.state})}", code)
