"""The form every answer has: links, keys nobody has heard of, and `fields` that choose among them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sandbox.calls import JsonObject
from sandbox.mailchimp.errors import known

if TYPE_CHECKING:
    from sandbox.mailchimp.ask import Ask

T = TypeVar("T")
_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
# A client that trips over what it does not know falls over here, and not on the day the platform adds something.
_NEWS = {"sandbox_preview": {"enabled": False, "variants": [1, 2]}}
_AS_SENT = frozenset(
    (
        "_links",
        "interests",
        "merge_fields",
        "rss_opts",
        "sections",
        "segment_opts",
        "social_card",
        "variate_contents",
        "variate_settings",
    )
)
# Keys an answer may have and does not always have.
_SOMETIMES = frozenset(
    (
        "ab_split",
        "error_count",
        "errors",
        "interests",
        "list_stats",
        "next",
        "parent_campaign_id",
        "report_summary",
        "rss_last_send",
        "rss_opts",
        "signing_secret",
        "social_card",
        "timewarp",
        "unsubscribe_reason",
        "variate_contents",
        "variate_settings",
    )
)


def with_links(ask: Ask, body: JsonObject, path: str) -> JsonObject:
    """Add the links every resource has."""
    links = [{"rel": "self", "href": ask.api_url(path), "method": "GET", "targetSchema": ask.api_url("/schema")}]
    return {**body, "_links": links}


def page(ask: Ask, name: str, rows: Sequence[T], show: Callable[[T], JsonObject], path: str, **more: Any) -> JsonObject:
    """Answer one page of a collection; `total_items` counts all of it."""
    offset, count = ask.window()
    shown = [show(row) for row in rows[offset : offset + count]]
    return with_links(ask, {name: shown, **more, "total_items": len(rows)}, path)


def shaped(ask: Ask, body: JsonObject) -> JsonObject:
    """Give an answer what it carries beside its meaning, and leave in it what was asked for."""
    wanted, unwanted = _names(ask, "fields"), _names(ask, "exclude_fields")
    if wanted and unwanted:
        raise known("RequestedFieldsInvalid", "fields and exclude_fields cannot be combined.")
    if ask.switches.word("mailchimp.unknown_fields") == "refuse":
        roots = {name.partition(".")[0] for name in wanted}
        unknown = sorted(roots - set(body) - _SOMETIMES)
        if unknown:
            raise known("RequestedFieldsInvalid", f"Unknown fields: {', '.join(unknown)}.")
    full: JsonObject = _with_news(body) if ask.switches.flag("mailchimp.extra_keys") else body
    told = full
    if wanted:
        told = _chosen(full, [name.split(".") for name in wanted])
    elif unwanted:
        told = _without(full, [name.split(".") for name in unwanted])
    return told


def _names(ask: Ask, name: str) -> list[str]:
    text = ask.query.get(name, "")
    names = [part.strip() for part in text.split(",")] if text else []
    if not all(_NAME.fullmatch(one) for one in names):
        raise known("RequestedFieldsInvalid")
    return names


def _with_news(value: Any, name: str = "") -> Any:
    """Put a new key into every object; maps of names, and what was sent by the caller, stay as they are."""
    if isinstance(value, list):
        return [_with_news(item, name) for item in value]
    if not isinstance(value, dict) or name in _AS_SENT:
        return value
    return {**{key: _with_news(inner, key) for key, inner in value.items()}, **_NEWS}


def _chosen(value: Any, paths: list[list[str]]) -> Any:
    if isinstance(value, list):
        return [_chosen(item, paths) for item in value]
    if not isinstance(value, dict):
        return value
    told = {}
    for key, inner in value.items():
        below = [path[1:] for path in paths if path[0] == key]
        if below:
            told[key] = inner if any(not path for path in below) else _chosen(inner, below)
    return told


def _without(value: Any, paths: list[list[str]]) -> Any:
    if isinstance(value, list):
        return [_without(item, paths) for item in value]
    if not isinstance(value, dict):
        return value
    told = {}
    for key, inner in value.items():
        below = [path[1:] for path in paths if path[0] == key]
        if not any(not path for path in below):
            told[key] = _without(inner, below) if below else inner
    return told
