"""Field selection: `id,name,picture.type(large){url}` read, checked and applied; only what is asked for comes back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.meta.errors import GraphError, unknown_field

if TYPE_CHECKING:
    from sandbox.meta.ask import Ask

_TOKEN = re.compile(r"\s*([A-Za-z_][A-Za-z0-9_]*|[{},.]|\([^()]*\))")


@dataclass(frozen=True)
class Field:
    """One asked-for field, with modifiers (`type(large)`) and the fields asked of what it leads to."""

    name: str
    modifiers: Mapping[str, str] = field(default_factory=dict)
    children: tuple[Field, ...] | None = None


@dataclass(frozen=True)
class Edge:
    """Rows a field leads to, with what stands beside their `data` (such as a summary)."""

    rows: list[Any]
    beside: Mapping[str, Any] = field(default_factory=dict)


# A reader takes a row to a JSON value; None leaves the field out, as the platform does with empty ones.
Reader = Callable[["Ask", Any, Field], Any]


@dataclass(frozen=True)
class NodeType:
    """A type of object: its name in error messages, its default fields, and a reader for each field.

    A field in `nested` leads to rows of another type: one row, or an `Edge` shown as `{"data": [...]}`.
    """

    name: str
    default: str
    readers: Mapping[str, Reader]
    nested: Mapping[str, NodeType] = field(default_factory=dict)


def parse(text: str) -> tuple[Field, ...]:
    """Read a `fields` expression."""
    tokens: list[str] = []
    position = 0
    text = text.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _syntax_error(text[position:])
        tokens.append(match[1])
        position = match.end()
    found, rest = _parse_list(tokens)
    if rest:
        raise _syntax_error("".join(rest))
    return found


def show(ask: Ask, kind: NodeType, row: Any, asked: Iterable[Field]) -> dict[str, Any]:
    """Return a row with the asked-for fields, and with `id`, which always comes along."""
    wanted = list(asked)
    if "id" in kind.readers and all(item.name != "id" for item in wanted):
        wanted.append(Field("id"))
    shown: dict[str, Any] = {}
    for item in wanted:
        reader = kind.readers.get(item.name)
        if reader is None:
            raise unknown_field(item.name, kind.name)
        value = reader(ask, row, item)
        inner = kind.nested.get(item.name)
        if inner is None and item.children and value is not None:
            raise GraphError(2500, f"Syntax error: Field {item.name} has no fields of its own.")
        if inner is not None:
            value = _show_nested(ask, inner, value, item)
        if value is not None:
            shown[item.name] = value
    return shown


def plain(name: str, default: str, *names: str) -> NodeType:
    """Make a node type whose rows are dictionaries."""
    return NodeType(name, default, dict.fromkeys(names, _from_dict))


def unset(_ask: Ask, _row: Any, _field: Field) -> None:
    """Read a field the platform has but this town leaves empty."""


def _from_dict(_ask: Ask, row: Any, item: Field) -> Any:
    return row.get(item.name)


def _show_nested(ask: Ask, kind: NodeType, value: Any, item: Field) -> Any:
    asked = item.children if item.children is not None else parse(kind.default)
    if isinstance(value, Edge):
        return {"data": [show(ask, kind, row, asked) for row in value.rows], **value.beside}
    if value is None:
        # The names are checked even where nothing is there, or a typing error would hide until the first photo.
        for child in asked:
            if child.name not in kind.readers:
                raise unknown_field(child.name, kind.name)
        return None
    return show(ask, kind, value, asked)


def _parse_list(tokens: list[str]) -> tuple[tuple[Field, ...], list[str]]:
    found: list[Field] = []
    while tokens and tokens[0] != "}":
        if tokens[0] == ",":
            tokens = tokens[1:]
            continue
        item, tokens = _parse_one(tokens)
        found.append(item)
    return tuple(found), tokens


def _parse_one(tokens: list[str]) -> tuple[Field, list[str]]:
    name, tokens = tokens[0], tokens[1:]
    if not name[0].isalpha() and name[0] != "_":
        raise _syntax_error(name)
    modifiers: dict[str, str] = {}
    while len(tokens) >= 3 and tokens[0] == "." and tokens[2].startswith("("):
        modifiers[tokens[1]] = tokens[2][1:-1]
        tokens = tokens[3:]
    children: tuple[Field, ...] | None = None
    if tokens and tokens[0] == "{":
        children, tokens = _parse_list(tokens[1:])
        if not tokens:
            raise _syntax_error("end of string")
        tokens = tokens[1:]
    if tokens and tokens[0] not in (",", "}"):
        raise _syntax_error(tokens[0])
    return Field(name, modifiers, children), tokens


def _syntax_error(near: str) -> GraphError:
    return GraphError(2500, f"Syntax error in fields near {near[:40]!r}.")
