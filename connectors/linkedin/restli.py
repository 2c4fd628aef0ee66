"""Rest.li 2.0 on the wire: structure stays raw, what is inside is encoded.

Source: https://learn.microsoft.com/linkedin/shared/api-guide/concepts/protocol-version, read 2026-11-21, and the vectors of
LinkedIn's own clients. HTTP libraries encode parentheses and commas too, so queries are written here by hand.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias
from urllib.parse import quote

Value: TypeAlias = "str | int | bool | Sequence[Value] | Mapping[str, Value]"


def encode(value: Value) -> str:
    """Write a value as it stands in a query: ``(k:v)`` for records, ``List(a,b)`` for lists, everything else encoded."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return "(" + ",".join(f"{text(key)}:{encode(part)}" for key, part in value.items()) + ")"
    return "List(" + ",".join(encode(part) for part in value) + ")"


def text(value: str) -> str:
    """Encode a string whole; an empty one is written as two quotes."""
    return quote(value, safe="") or "''"


def query(**parameters: Value) -> str:
    """Write a query string."""
    return "&".join(f"{text(name)}={encode(value)}" for name, value in parameters.items())


def key(urn: str) -> str:
    """Write a URN as one segment of a path."""
    return quote(urn, safe="")
