"""JSON bodies read as Google's front end reads them: by a schema, in either spelling, every fault of form told at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.google_business import moments
from sandbox.google_business.ask import camel, snake
from sandbox.google_business.errors import bad_request


@dataclass(frozen=True)
class Kind:
    """What a field holds. `word` names the type in refusals; an enum has `choices`, a message `fields`."""

    word: str
    choices: tuple[str, ...] = ()
    fields: Mapping[str, Kind] | None = None
    repeated: bool = False


STRING = Kind("TYPE_STRING")
INT = Kind("TYPE_INT32")
BOOL = Kind("TYPE_BOOL")
TIMESTAMP = Kind("type.googleapis.com/google.protobuf.Timestamp")
# Set by the platform alone; what a client says there is passed over.
OUTPUT = Kind("")


STRINGS = Kind("TYPE_STRING", repeated=True)


def enum(name: str, *choices: str, repeated: bool = False) -> Kind:
    """Describe a field that is one of some words, or a list of them."""
    return Kind(f"type.googleapis.com/google.mybusiness.v4.{name}", choices, repeated=repeated)


def message(**fields: Kind) -> Kind:
    """Describe a field that is an object."""
    return Kind("object", fields=fields)


def messages(**fields: Kind) -> Kind:
    """Describe a field that is a list of objects."""
    return Kind("object", fields=fields, repeated=True)


def read(body: Mapping[str, Any], kind: Kind, root: str) -> dict[str, Any]:
    """Return what a body holds, by camel-case names, without nulls and without what only the platform sets."""
    violations: list[tuple[str, str]] = []
    found = _message(body, kind, root, violations)
    if violations:
        raise bad_request(violations, "\n".join(why for _, why in violations))
    return found


def _message(body: Mapping[str, Any], kind: Kind, where: str, violations: list[tuple[str, str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for written, value in body.items():
        name = camel(written)
        inner = (kind.fields or {}).get(name)
        if inner is None:
            why = f"Invalid JSON payload received. Unknown name \"{written}\" at '{where}': Cannot find field."
            violations.append((where, why))
        elif value is not None and inner is not OUTPUT:
            found[name] = _value(value, inner, f"{where}.{snake(name)}", violations)
    return found


def _value(value: Any, kind: Kind, where: str, violations: list[tuple[str, str]]) -> Any:
    if not kind.repeated:
        return _single(value, kind, where, violations)
    # The reader takes a single thing for a list of one.
    listed = value if isinstance(value, list) else [value]
    return [_single(one, kind, f"{where}[{index}]", violations) for index, one in enumerate(listed)]


def _single(value: Any, kind: Kind, where: str, violations: list[tuple[str, str]]) -> Any:
    if kind.fields is not None:
        if isinstance(value, dict):
            return _message(value, kind, where, violations)
        shown = f"Invalid value at '{where}' (object), {_written(value)}"
        violations.append((where, shown))
        return {}
    fits = {
        STRING.word: isinstance(value, str),
        INT.word: _is_whole(value),
        BOOL.word: isinstance(value, bool),
        TIMESTAMP.word: isinstance(value, str) and moments.read(value) is not None,
    }.get(kind.word, value in kind.choices)
    if not fits:
        violations.append((where, f"Invalid value at '{where}' ({kind.word}), {_written(value)}"))
        return value
    if kind.word == TIMESTAMP.word:
        return moments.normalised(value)
    return int(value) if kind.word == INT.word else value


def _is_whole(value: Any) -> bool:
    if isinstance(value, str):
        return value.lstrip("-").isdecimal()
    return type(value) is int or (isinstance(value, float) and value.is_integer())


def _written(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
