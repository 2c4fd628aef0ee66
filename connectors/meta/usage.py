"""How much of Meta's budgets is spent, read from the headers it sends now and then.

Source: https://developers.facebook.com/docs/graph-api/overview/rate-limiting, read 2026-11-21. Their absence is normal.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

#: A larger figure is none that Meta means.
MOST: Final = 10**9


@dataclass(frozen=True, slots=True)
class Usage:
    """One budget: the highest of its percentages, and the minutes until it opens again (0 while it is open)."""

    object_id: str
    kind: str
    percent: int
    regain_minutes: int = 0


def business_usage(headers: Mapping[str, str]) -> list[Usage]:
    """Read ``X-Business-Use-Case-Usage``: several entries may stand under one id."""
    usages = []
    for object_id, entries in _object(headers.get("X-Business-Use-Case-Usage")).items():
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict):
                regain = _whole(entry.get("estimated_time_to_regain_access"))
                usages.append(Usage(str(object_id), str(entry.get("type", "")), _percent(entry), regain))
    return usages


def app_usage(headers: Mapping[str, str]) -> Usage | None:
    """Read ``X-App-Usage``, which speaks of the whole app."""
    entry = _object(headers.get("X-App-Usage"))
    return Usage("app", "app", _percent(entry)) if entry else None


def _percent(entry: Mapping[str, Any]) -> int:
    return max(_whole(entry.get(key)) for key in ("call_count", "total_time", "total_cputime"))


def _whole(value: Any) -> int:
    known = isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < MOST
    return int(value) if known else 0


def _object(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
