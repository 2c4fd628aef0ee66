"""Consent: what a login dialog checks before it asks, and what Allow and Cancel do."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from sandbox.meta.instagram_records import Account
from sandbox.meta.records import App, Code, Grant, Human, Page
from sandbox.meta.scopes import IMPLICIT_SCOPE, SCOPES
from sandbox.meta.state import State
from sandbox.meta.tokens import DATA_ACCESS_S
from sandbox.platforms import ConsentRefusedError

if TYPE_CHECKING:
    from sandbox.world import World

CODE_LIFE_S = 10 * 60


@dataclass(frozen=True)
class Request:
    """A checked request for consent."""

    app: App
    redirect_uri: str
    state: str | None
    scopes: tuple[str, ...]
    return_scopes: bool
    rerequest: bool


@dataclass(frozen=True)
class Consent:
    """The end of a dialog: where the browser goes, and the code it carries (none after a refusal)."""

    redirect_url: str
    code: str = ""


def read_request(state: State, params: Mapping[str, str]) -> Request:
    """Check a dialog's parameters; what is wrong here never redirects, it shows an error page."""
    app = state.apps.get(params.get("client_id", ""))
    if app is None:
        raise ConsentRefusedError("Invalid app ID: the provided client_id is not one this sandbox knows.")
    redirect_uri = params.get("redirect_uri", "")
    if redirect_uri not in app.redirect_uris:
        raise ConsentRefusedError(
            "URL blocked: the redirect_uri is not one of the app's Valid OAuth Redirect URIs, which are compared "
            f"letter by letter. Asked for: {redirect_uri or '(nothing)'}."
        )
    if params.get("response_type", "code") != "code":
        raise ConsentRefusedError("Only response_type=code is spoken here.")
    if params.get("config_id"):
        raise ConsentRefusedError("The app has no Facebook Login for Business configuration of this config_id.")
    asked = [scope for scope in re.split(r"[,\s]+", params.get("scope", "")) if scope]
    unknown = [scope for scope in asked if scope not in SCOPES]
    if unknown:
        raise ConsentRefusedError(f"Invalid Scopes: {', '.join(unknown)}.")
    return Request(
        app,
        redirect_uri,
        params.get("state"),
        tuple(dict.fromkeys([*asked, IMPLICIT_SCOPE])),
        params.get("return_scopes", "").lower() in ("true", "1"),
        params.get("auth_type", "") == "rerequest",
    )


def offered_scopes(state: State, request: Request, person: Human) -> list[str]:
    """Return the scopes a person is asked about.

    What was declined before is not asked again, unless the app says `auth_type=rerequest`.
    """
    grant = state.grant_of(person.id, request.app.id)
    declined = set(grant.declined) if grant and not request.rerequest else set()
    return [scope for scope in request.scopes if scope not in declined]


def pages_of(state: State, person: Human) -> list[Page]:
    """Return the Pages a person has a role on."""
    return [page for page in state.pages if person.id in page.roles]


def allow(
    world: World,
    request: Request,
    person: Human,
    *,
    pages: Iterable[str] | None,
    declined: Iterable[str] = (),
    instagram: Iterable[str] | None = None,
) -> Consent:
    """Grant what was asked minus what was declined, for some Pages or (None) for all; go back with a code.

    In development mode only people with a role in the app get through; others look like a refusal, as on the real
    platform. A choice of Pages replaces the one made at an earlier login. `instagram` narrows the Instagram accounts in the
    same way; unsaid they are those of the chosen Pages.
    """
    state = world.meta.state
    if request.app.mode == "development" and person.id not in request.app.roles:
        return cancel(request)
    offered = offered_scopes(state, request, person)
    refused = {scope for scope in declined if scope != IMPLICIT_SCOPE}
    agreed = [scope for scope in offered if scope not in refused]
    before = state.grant_of(person.id, request.app.id)
    granted = list(dict.fromkeys([*(before.granted if before else []), *agreed]))
    kept_out = [*(before.declined if before else []), *(scope for scope in offered if scope in refused)]
    granted = [scope for scope in granted if scope not in refused]
    grant = Grant(
        person.id,
        request.app.id,
        granted,
        [scope for scope in dict.fromkeys(kept_out) if scope not in granted],
        _assets(state, person, granted, pages, instagram),
        world.now() + DATA_ACCESS_S,
    )
    state.save_grant(grant)
    code = state.new_secret("AQ", 220)
    state.codes.put(code, Code(code, request.app.id, person.id, request.redirect_uri, world.now() + CODE_LIFE_S))
    query = {"code": code}
    if request.return_scopes:
        query["granted_scopes"] = ",".join(agreed)
        query["denied_scopes"] = ",".join(scope for scope in request.scopes if scope not in agreed)
    return Consent(_back(request, query), code)


def cancel(request: Request) -> Consent:
    """Go back with the refusal."""
    return Consent(
        _back(
            request,
            {
                "error": "access_denied",
                "error_code": "200",
                "error_reason": "user_denied",
                "error_description": "Permissions error",
            },
        )
    )


def accounts_of(state: State, person: Human) -> list[Account]:
    """Return the professional Instagram accounts behind a person's Pages."""
    found = (state.instagram.accounts.get(page.instagram) for page in pages_of(state, person) if page.instagram)
    return [account for account in found if account is not None and account.kind != "personal"]


def _assets(
    state: State,
    person: Human,
    granted: Iterable[str],
    pages: Iterable[str] | None,
    instagram: Iterable[str] | None,
) -> dict[str, list[str]]:
    if pages is None and instagram is None:
        return {}
    owned = [page.id for page in pages_of(state, person)]
    chosen = _chosen(person, "Page", owned, pages)
    linked = [account.id for account in accounts_of(state, person)]
    if instagram is None:
        accounts = [account.id for account in accounts_of(state, person) if account.page_id in chosen]
    else:
        accounts = _chosen(person, "Instagram account", linked, instagram)
    businesses = [business.id for business in state.businesses if person.id in business.people]
    by_kind = {"instagram": accounts}
    if pages is not None:
        by_kind |= {"page": chosen, "business": businesses}
    return {scope: list(by_kind[SCOPES[scope][0]]) for scope in granted if SCOPES[scope][0] in by_kind}


def _chosen(person: Human, what: str, owned: list[str], wanted: Iterable[str] | None) -> list[str]:
    if wanted is None:
        return owned
    asked = set(wanted)
    strangers = asked.difference(owned)
    if strangers:
        raise ConsentRefusedError(f"{person.name} has no {what} {', '.join(sorted(strangers))}.")
    return [one for one in owned if one in asked]


def _back(request: Request, query: dict[str, str]) -> str:
    if request.state is not None:
        query["state"] = request.state
    joint = "&" if "?" in request.redirect_uri else "?"
    return f"{request.redirect_uri}{joint}{urlencode(query)}"
