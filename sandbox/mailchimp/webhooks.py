"""`/lists/{id}/webhooks` and `/batch-webhooks`: where news is told. An address is really called before it is kept."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from sandbox.calls import JsonObject
from sandbox.fetching import Errand
from sandbox.mailchimp.ask import Ask
from sandbox.mailchimp.errors import Refusal, bad_request, gone, known
from sandbox.mailchimp.events import SOURCES, TYPES
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.records import BatchHook, Hook
from sandbox.mailchimp.shaping import page, with_links

_CHECKED_FOR_S = 10.0
_MOST_BATCH_HOOKS = 20
_VALIDATOR = (("User-Agent", "Mailchimp.com WebHook Validator"),)


def listed(ask: Ask) -> JsonObject:
    """List the webhooks of an audience; there are no pages here."""
    audience = ask.audience
    rows = [show(ask, one) for one in ask.state.hooks_of(audience.id)]
    body = {"webhooks": rows, "list_id": audience.id, "total_items": len(rows)}
    return with_links(ask, body, f"/lists/{audience.id}/webhooks")


def read(ask: Ask) -> JsonObject:
    """Read one webhook; its secret is not told again."""
    return show(ask, _hook(ask))


def create(ask: Ask) -> JsonObject:
    """Add a webhook, once its address has answered a GET with 200."""
    audience, body = ask.audience, Fields(ask.body)
    body.need("url")
    url = body.text("url")
    events, sources = _flags(body, "events", TYPES), _flags(body, "sources", SOURCES)
    signs = body.flag("signing_enabled")
    body.done()
    if ask.switches.flag("mailchimp.webhooks_need_plan") and ask.account.plan in ("free", "essentials"):
        raise known("AuthorizationFailure")
    _check_new(url, [one.url for one in ask.state.hooks_of(audience.id)])
    _check_answers(ask, url)
    signing = ask.switches.word("mailchimp.webhook_signing")
    secret = secrets.token_urlsafe(32) if signing == "always" or (signing == "asked" and signs) else ""
    hook = Hook(ask.state.new_id(), audience.id, url, events, sources, secret)
    ask.state.hooks.put(hook.id, hook)
    shown = show(ask, hook)
    return {**shown, "signing_secret": secret} if secret else shown


def change(ask: Ask) -> JsonObject:
    """Change what a webhook hears, or where."""
    hook, body = _hook(ask), Fields(ask.body)
    url = body.text("url", hook.url)
    events = hook.events | {key: bool(value) for key, value in body.block("events").items() if key in TYPES}
    sources = hook.sources | {key: bool(value) for key, value in body.block("sources").items() if key in SOURCES}
    body.done()
    if url != hook.url:
        _check_new(url, [one.url for one in ask.state.hooks_of(hook.list_id) if one.id != hook.id])
    _check_answers(ask, url)
    hook.url, hook.events, hook.sources = url, events, sources
    return show(ask, ask.state.hooks.put(hook.id, hook))


def delete(ask: Ask) -> None:
    """Drop a webhook."""
    ask.state.hooks.remove(_hook(ask).id)


def show(ask: Ask, one: Hook) -> JsonObject:
    """Tell about a webhook."""
    body: JsonObject = {
        "id": one.id,
        "url": one.url,
        "events": one.events,
        "sources": one.sources,
        "list_id": one.list_id,
    }
    if ask.switches.word("mailchimp.webhook_signing") != "never":
        body["signing_enabled"] = bool(one.secret)
    return with_links(ask, body, f"/lists/{one.list_id}/webhooks/{one.id}")


def batch_listed(ask: Ask) -> JsonObject:
    """List where this account tells that batches are finished."""
    return page(ask, "webhooks", _batch_hooks(ask), lambda one: _show_batch(ask, one), "/batch-webhooks")


def batch_create(ask: Ask) -> JsonObject:
    """Add such an address."""
    body = Fields(ask.body)
    body.need("url")
    url, enabled = body.text("url"), body.flag("enabled", default=True)
    body.done()
    if len(_batch_hooks(ask)) >= _MOST_BATCH_HOOKS:
        raise bad_request(f"There can be no more than {_MOST_BATCH_HOOKS} batch webhooks.")
    _check_new(url, [one.url for one in _batch_hooks(ask)])
    _check_answers(ask, url)
    hook = BatchHook(ask.state.new_id(), ask.account.id, url, enabled)
    return _show_batch(ask, ask.state.batch_hooks.put(hook.id, hook))


def batch_read(ask: Ask) -> JsonObject:
    """Read one of them."""
    return _show_batch(ask, _batch_hook(ask))


def batch_change(ask: Ask) -> JsonObject:
    """Turn one on or off, or move it."""
    hook, body = _batch_hook(ask), Fields(ask.body)
    url, enabled = body.text("url", hook.url), body.flag("enabled", hook.enabled)
    body.done()
    _check_answers(ask, url)
    hook.url, hook.enabled = url, enabled
    return _show_batch(ask, ask.state.batch_hooks.put(hook.id, hook))


def batch_delete(ask: Ask) -> None:
    """Drop one."""
    ask.state.batch_hooks.remove(_batch_hook(ask).id)


def _flags(body: Fields, name: str, known_names: tuple[str, ...]) -> dict[str, bool]:
    """Read a block of yes-or-no; one that is missing as a whole means all of them."""
    inner = body.inner(name)
    if body.body.get(name) is None:
        return dict.fromkeys(known_names, True)
    return {one: inner.flag(one) for one in known_names}


def _check_new(url: str, taken: list[str]) -> None:
    """Refuse an address that is there already; what stands behind its question mark makes no difference."""
    if _without_query(url) in {_without_query(one) for one in taken}:
        raise _refused("Sorry, you can't set up multiple WebHooks for one URL")


def _check_answers(ask: Ask, url: str) -> None:
    fetched = ask.call.fetch(Errand(url, headers=_VALIDATOR, timeout_s=_CHECKED_FOR_S, most_bytes=1 << 20))
    if not fetched.ok:
        words = "We couldn't verify the URL is working. Please double check and try again."
        raise _refused(f"{words} HTTP Code: {fetched.status}")


def _refused(words: str) -> Refusal:
    """Say it in both places where clients look."""
    return Refusal(400, "Invalid Resource", words, [{"field": "url", "message": words}])


def _without_query(url: str) -> str:
    return urlsplit(url)._replace(query="", fragment="").geturl()


def _hook(ask: Ask) -> Hook:
    found = ask.state.hooks.get(ask.parts["hook_id"])
    if found is None or found.list_id != ask.audience.id:
        raise gone()
    return found


def _batch_hooks(ask: Ask) -> list[BatchHook]:
    return [one for one in ask.state.batch_hooks if one.account_id == ask.account.id]


def _batch_hook(ask: Ask) -> BatchHook:
    found = ask.state.batch_hooks.get(ask.parts["hook_id"])
    if found is None or found.account_id != ask.account.id:
        raise gone()
    return found


def _show_batch(ask: Ask, one: BatchHook) -> JsonObject:
    return with_links(ask, {"id": one.id, "url": one.url, "enabled": one.enabled}, f"/batch-webhooks/{one.id}")
