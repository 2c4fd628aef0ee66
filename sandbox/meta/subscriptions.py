"""`/{app}/subscriptions` and `/{page}/subscribed_apps`: who is told what, after the callback proved itself."""

from __future__ import annotations

import zlib
from typing import Any
from urllib.parse import urlencode, urlsplit

from sandbox.fetching import Errand
from sandbox.meta.access import as_page, need_scope, need_write_scope
from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, invalid, missing_object
from sandbox.meta.hooks import OBJECTS, AppSubscription, PageSubscription
from sandbox.meta.records import App, Page

APP_PARAMS = frozenset({"object", "callback_url", "fields", "verify_token", "include_values"})
PAGE_PARAMS = frozenset({"subscribed_fields"})
_SCOPE = "pages_manage_metadata"


def subscribe_app(ask: Ask, app: App) -> dict[str, Any]:
    """Register a callback for one kind of object, once it has answered the challenge."""
    _insist_on_app(ask, app)
    obj, url = ask.text("object"), ask.text("callback_url")
    if obj not in OBJECTS:
        raise invalid("Param object must be one of {" + ", ".join(sorted(OBJECTS)) + "}")
    wanted = _names(ask, "fields")
    unknown = sorted(set(wanted) - OBJECTS[obj])
    if unknown or not wanted:
        raise invalid(f"Param fields must name fields of {obj}, not {', '.join(unknown) or 'none'}.")
    if urlsplit(url).scheme not in ("http", "https") or not ask.text("verify_token"):
        raise invalid("callback_url and verify_token are required.")
    _challenge(ask, url)
    ask.state.hooks.subscribe_app(AppSubscription(app.id, obj, url, wanted))
    return {"success": True}


def list_app(ask: Ask, app: App) -> dict[str, Any]:
    """List an app's subscriptions."""
    _insist_on_app(ask, app)
    return {
        "data": [
            {
                "object": one.object,
                "callback_url": one.callback_url,
                "active": one.active,
                "fields": [{"name": name, "version": ask.version} for name in one.fields],
            }
            for one in ask.state.hooks.apps
            if one.app_id == app.id
        ]
    }


def unsubscribe_app(ask: Ask, app: App) -> dict[str, Any]:
    """Drop the subscription to one kind of object, or all of them."""
    _insist_on_app(ask, app)
    obj = ask.text("object")
    for key, one in ask.state.hooks.apps.items():
        if one.app_id == app.id and obj in ("", one.object):
            ask.state.hooks.apps.remove(key)
    return {"success": True}


def subscribe_page(ask: Ask, page: Page) -> dict[str, Any]:
    """Let the app behind the token listen to a Page."""
    _enter(ask, page)
    fields = _names(ask, "subscribed_fields")
    if not fields:
        raise invalid("Param subscribed_fields must be non-empty.")
    unknown = sorted(set(fields) - OBJECTS["page"])
    if unknown:
        raise invalid(f"Param subscribed_fields has no {', '.join(unknown)}.")
    ask.state.hooks.subscribe_page(PageSubscription(page.id, ask.speaker.app_id, fields))
    return {"success": True}


def list_page(ask: Ask, page: Page) -> dict[str, Any]:
    """List the apps that listen to a Page."""
    as_page(ask, page)
    need_scope(ask, _SCOPE, page.id)
    rows = []
    for one in ask.state.hooks.pages:
        app = ask.state.apps.get(one.app_id)
        if one.page_id == page.id and app is not None:
            rows.append({"category": "Business", "name": app.name, "id": app.id, "subscribed_fields": one.fields})
    return {"data": rows}


def unsubscribe_page(ask: Ask, page: Page) -> dict[str, Any]:
    """Let the app listen no more."""
    _enter(ask, page)
    ask.state.hooks.unsubscribe_page(page.id, ask.speaker.app_id)
    return {"success": True}


def _enter(ask: Ask, page: Page) -> None:
    as_page(ask, page)
    need_write_scope(ask, _SCOPE, page, "MODERATE")


def _insist_on_app(ask: Ask, app: App) -> None:
    if ask.speaker.kind != "APP" or ask.speaker.app_id != app.id:
        raise missing_object(ask.call.method, app.id)


def _names(ask: Ask, name: str) -> list[str]:
    """Read names as a list, as JSON, or with commas."""
    given = ask.call.params.get(name)
    if isinstance(given, str) and not given.lstrip().startswith("["):
        return list(dict.fromkeys(part.strip() for part in given.split(",") if part.strip()))
    return list(dict.fromkeys(str(part) for part in ask.structure(name) or []))


def _challenge(ask: Ask, url: str) -> None:
    """Ask the callback to repeat a number; anything but the bare number fails."""
    number = str(zlib.crc32(f"{url}{ask.presented}".encode()))
    query = urlencode({"hub.mode": "subscribe", "hub.challenge": number, "hub.verify_token": ask.text("verify_token")})
    answer = ask.call.fetch(Errand(f"{url}{'&' if '?' in url else '?'}{query}", most_bytes=4096))
    if not answer.ok or answer.body != number.encode():
        why = answer.problem or f"HTTP {answer.status}, {'another body' if answer.ok else 'not 200'}"
        raise GraphError(2200, f"(#2200) Callback verification failed with the following errors: {why}", status=400)
