"""Merge fields of a contact: which values fit which type, and what must not be missing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sandbox.mailchimp.errors import Refusal
from sandbox.mailchimp.records import MergeField

TYPES = ("text", "number", "address", "phone", "date", "url", "imageurl", "radio", "dropdown", "birthday", "zip")
_URL = re.compile(r"https?://[^\s/]+\.[^\s]+")
_BIRTHDAY = re.compile(r"(0?[1-9]|1[0-2])/(0?[1-9]|[12]\d|3[01])")
_ZIP = re.compile(r"\d{5}(-\d{4})?")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


def merged(
    fields: list[MergeField], old: Mapping[str, Any], given: Mapping[str, Any], *, needed: bool
) -> dict[str, Any]:
    """Return a contact's fields with the given ones in them; unknown names are passed over.

    `needed`: what is required must have a value afterwards.
    """
    told, errors = dict(old), []
    by_tag = {str(name).upper(): value for name, value in given.items()}
    for field in fields:
        if field.tag in by_tag:
            value, wrong = _fitted(field, by_tag[field.tag])
            if wrong:
                errors.append({"field": field.tag, "message": wrong})
            told[field.tag] = value
        if needed and field.required and told.get(field.tag) in (None, ""):
            errors.append({"field": field.tag, "message": "Please enter a value"})
    if errors:
        raise Refusal(400, "Invalid Resource", "Your merge fields were invalid.", errors)
    return told


def _fitted(field: MergeField, value: Any) -> tuple[Any, str]:
    """Return a value as it is kept, and what is wrong with it."""
    if value is None or value == "":
        return "", ""
    if isinstance(value, bool):
        return value, "Booleans are sent as strings"
    check = _CHECKS.get(field.type)
    if field.type in ("radio", "dropdown"):
        return value, "" if str(value) in field.choices else f"Value must be one of: {', '.join(field.choices)}"
    return check(value) if check else (str(value), "")


def _number(value: Any) -> tuple[Any, str]:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return value, "Please enter a number"
    return int(number) if number.is_integer() else number, ""


def _date(value: Any) -> tuple[Any, str]:
    text = str(value)
    slashed = _SLASHED.fullmatch(text)
    if slashed:
        month, day, year = slashed.groups()
        text = f"{year}-{int(month):02d}-{int(day):02d}"
    try:
        return date.fromisoformat(text[:10]).isoformat(), ""
    except ValueError:
        return value, "Please enter the date"


def _address(value: Any) -> tuple[Any, str]:
    if isinstance(value, str):
        return value, ""
    if not isinstance(value, dict):
        return value, "Please enter a complete address"
    missing = [name for name in ("addr1", "city", "state", "zip") if not value.get(name)]
    kept = {name: str(value.get(name) or "") for name in ("addr1", "addr2", "city", "state", "zip", "country")}
    return kept, "Please enter a complete address" if missing else ""


def _matching(pattern: re.Pattern[str], wrong: str) -> Callable[[Any], tuple[Any, str]]:
    return lambda value: (str(value), "" if pattern.fullmatch(str(value)) else wrong)


_CHECKS: dict[str, Callable[[Any], tuple[Any, str]]] = {
    "number": _number,
    "date": _date,
    "address": _address,
    "url": _matching(_URL, "Please enter a valid URL"),
    "imageurl": _matching(_URL, "Please enter a valid URL"),
    "birthday": _matching(_BIRTHDAY, "Please enter the month and day"),
    "zip": _matching(_ZIP, "Please enter a zip code (5 digits)"),
}
