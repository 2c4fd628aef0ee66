"""How values look: rows as links, moments that stay true, states as colour, sign and word, and facts without their secrets."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.contrib import admin
from django.db.models import Model
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

Shown = Callable[[Any], Any]
NOTHING: Final = mark_safe('<span class="none">–</span>')

#: Names of what no page shows, wherever it is stored.
SECRET: Final = re.compile(
    r"(?i)(^|_|-)(digest|secret|password|token|seed|signature|authorization|cookie|binding|salt|iv|ciphertext|auth_tag|tag|"
    r"session_key|session_data|storage_name|lease|api_?key|access_?key|private_?key)($|_|-)"
)
#: Words like those above that are no secrets.
PLAIN: Final = frozenset({"token_version", "key_version", "idempotency_key", "event_key", "lease_until", "lease_owner"})
_QUERY: Final = re.compile(r"(https?://[^\s\"'?#]+)[?#][^\s\"']+")
_LONGEST: Final = 20_000
_SIGNS: Final = {
    "check": {
        "published",
        "healthy",
        "active",
        "delivered",
        "processed",
        "sent",
        "completed",
        "done",
        "stored",
        "finished",
    },
    "clock": {"scheduled", "waiting", "received", "pending"},
    "queue": {"queued"},
    "send": {"publishing", "opened"},
    "hourglass": {"processing", "polling", "open"},
    "retry": {"retrying", "redriven"},
    "search": {"reconciling"},
    "cross": {"failed", "unhealthy", "refused", "ended", "rejected"},
    "tray": {"dlq"},
    "ban": {"cancelled", "inactive", "discarded", "expired", "gone", "removed"},
    "warning": {"degraded", "attention", "partial", "unknown_outcome"},
}
_TONES: Final = {
    "published": _SIGNS["check"],
    "queued": {"queued", "publishing", "processing", "polling", "opened", "open", "redriven"},
    "degraded": {"retrying", "reconciling", "degraded", "attention", "partial"},
    "failed": {"failed", "unhealthy", "dlq", "refused", "ended", "rejected", "removed"},
}


def is_secret(name: str) -> bool:
    """Tell whether a column or a fact of this name may not be shown."""
    return name not in PLAIN and SECRET.search(name) is not None


def address_of(row: Model) -> str:
    """Return where the admin shows a row; empty when it does not."""
    if not admin.site.is_registered(type(row)):
        return ""
    meta = row._meta
    try:
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk])
    except NoReverseMatch:
        return ""


def link_to(row: Model | None, words: str = "") -> Any:
    """Return a link to a row."""
    if row is None:
        return NOTHING
    address = address_of(row)
    # The end of an id is what differs.
    words = words or str(row)[:120].replace(str(row.pk), f"…{str(row.pk)[-6:]}")[:80] or str(row.pk)
    return format_html('<a href="{}">{}</a>', address, words) if address else words


def linked(path: str, title: str = "") -> Shown:
    """Make a column of links to related rows; fetch them with ``list_select_related``."""

    def show(row: Any) -> Any:
        found = row
        for part in path.split("__"):
            found = getattr(found, part) if found is not None else None
        return link_to(found)

    return _named(show, path, title)


def moment(name: str, title: str = "") -> Shown:
    """Make a column of moments: relative in the reader's words, exact on hover; exact with seconds without the script."""

    def show(row: Any) -> Any:
        return tell_moment(getattr(row, name))

    return _named(show, name, title)


def tell_moment(at: datetime | None, *, exact: bool = False) -> Any:
    """Return a moment as pages show it."""
    if at is None:
        return NOTHING
    words = f"{at:%Y-%m-%d %H:%M:%S} UTC"
    kind = "exact" if exact else "relative"
    return format_html('<time datetime="{}" title="{}" data-show="{}">{}</time>', at.isoformat(), words, kind, words)


def state(name: str, title: str = "", words: str = "") -> Shown:
    """Make a column of states; ``words`` names the method that tells them to people, such as ``get_state_display``."""
    method = words or f"get_{name}_display"

    def show(row: Any) -> Any:
        value = str(getattr(row, name))
        told = getattr(row, method)() if hasattr(row, method) else value
        return tell_state(value, str(told))

    return _named(show, name, title)


def tell_state(value: str, words: str = "") -> Any:
    """Return a state as pages show it."""
    if not value and not words:
        return NOTHING
    sign = next((sign for sign, states in _SIGNS.items() if value in states), "question")
    tone = next((tone for tone, states in _TONES.items() if value in states), "unknown")
    return format_html(
        '<span class="state state--{}"><svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>{}</span>',
        tone,
        static("icons.svg"),
        sign,
        (words or value)[:1].upper() + (words or value)[1:],
    )


def shown(name: str, title: str = "") -> Shown:
    """Make a line of a form that shows plain facts, without what looks like a secret."""

    def show(row: Any) -> Any:
        return tell_facts(getattr(row, name))

    return _named(show, name, title)


def bare(name: str, title: str = "") -> Shown:
    """Make a column of addresses without their queries, which may hold keys."""

    def show(row: Any) -> Any:
        return without_query(str(getattr(row, name))) or NOTHING

    return _named(show, name, title)


def tell_facts(facts: Any) -> SafeString:
    """Return plain data as people read it."""
    if facts is None or facts in ({}, [], ""):
        return NOTHING
    text = json.dumps(_cleaned(facts), indent=2, ensure_ascii=False, default=str, sort_keys=False)
    return format_html('<pre class="facts" tabindex="0">{}</pre>', text[:_LONGEST])


def without_query(text: str) -> str:
    """Return a text in which addresses have lost what follows a question mark."""
    return _QUERY.sub(r"\1?…", text)


def _cleaned(facts: Any) -> Any:
    if isinstance(facts, dict):
        return {key: "(not shown)" if is_secret(str(key)) else _cleaned(value) for key, value in facts.items()}
    if isinstance(facts, list):
        return [_cleaned(one) for one in facts]
    return without_query(facts) if isinstance(facts, str) else facts


def _named(show: Shown, name: str, title: str) -> Shown:
    show.__name__ = name
    show.short_description = title or name.rpartition("__")[2].removesuffix("_at").replace("_", " ")  # type: ignore[attr-defined]
    return show
