"""Bodies: which fields may be sent at all, and how single values are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.linkedin.errors import invalid, missing, too_long, unpermitted

# A schema maps a field to None (a plain value), to the schema of an object, or to a list with the schema of its items.
Schema = Mapping[str, Any]


def refuse_unpermitted(body: Mapping[str, Any], schema: Schema) -> None:
    """Refuse null values and fields that nobody knows, naming each."""
    found = _unpermitted(body, schema, "")
    if found:
        raise unpermitted(*found)


def _unpermitted(value: Any, schema: Any, path: str) -> list[str]:
    if value is None:
        return [path]
    if isinstance(schema, list) and isinstance(value, list):
        return [found for index, item in enumerate(value) for found in _unpermitted(item, schema[0], f"{path}/{index}")]
    if isinstance(schema, Mapping) and isinstance(value, Mapping):
        return [
            found
            for name, inner in value.items()
            for found in (_unpermitted(inner, schema[name], f"{path}/{name}") if name in schema else [f"{path}/{name}"])
        ]
    return []


def text(body: Mapping[str, Any], name: str, where: str = "", *, most: int | None = None, needed: bool = False) -> str:
    """Return a field that is text."""
    path = f"/{where}/{name}" if where else f"/{name}"
    if name not in body:
        if needed:
            raise missing(path)
        return ""
    value = body[name]
    if not isinstance(value, str):
        raise invalid(path, "expected a string.")
    if most is not None and len(value) > most:
        raise too_long(path, most)
    return value


def choice(body: Mapping[str, Any], name: str, known: tuple[str, ...], where: str = "") -> str:
    """Return a required field that is one of some words."""
    value = text(body, name, where, needed=True)
    if value not in known:
        raise invalid(f"/{where}/{name}" if where else f"/{name}", f"{value} is not one of {', '.join(known)}.")
    return value


def record(body: Mapping[str, Any], name: str, where: str = "") -> dict[str, Any]:
    """Return a required field that is an object."""
    path = f"/{where}/{name}" if where else f"/{name}"
    if name not in body:
        raise missing(path)
    value = body[name]
    if not isinstance(value, dict):
        raise invalid(path, "expected an object.")
    return value


def items(body: Mapping[str, Any], name: str, where: str, least: int, most: int) -> list[dict[str, Any]]:
    """Return a required field that is a list of objects of a fitting length."""
    path = f"/{where}/{name}"
    if name not in body:
        raise missing(path)
    value = body[name]
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise invalid(path, "expected an array of objects.")
    if not least <= len(value) <= most:
        raise invalid(path, f"{len(value)} entries, where {least} to {most} are allowed.")
    return value
