"""Rest.li 2.0 on the wire: paths and queries as they were written, before any decoding.

Structure (`List(`, parentheses, commas, colons) stands raw; whatever is inside is percent-encoded. An encoded
parenthesis is text and no structure, and a raw colon where text should stand is refused.
"""

from __future__ import annotations

from urllib.parse import quote, unquote, urlsplit

from sandbox.calls import Call
from sandbox.linkedin.errors import bad_query

Value = str | list["Value"] | dict[str, "Value"]

_STRUCTURE = "(),:'"


def raw_path(call: Call) -> str:
    """Return the path on the platform host exactly as it was sent."""
    target = str(call.request.environ.get("RAW_URI") or call.request.environ.get("REQUEST_URI") or "")
    path = urlsplit(target).path if "://" in target.partition("?")[0] else target.partition("?")[0]
    if call.address.prefixed:
        path = "/" + path.lstrip("/").partition("/")[2]
    return path


def raw_query(call: Call) -> str:
    """Return the query exactly as it was sent; a tunnelled one stands in the body."""
    if is_tunnelled(call):
        return tunnelled_query(call)
    return call.request.query_string.decode("latin-1")


def is_tunnelled(call: Call) -> bool:
    """Say whether a POST is a long GET in disguise."""
    return call.method == "POST" and call.request.headers.get("X-HTTP-Method-Override", "").upper() == "GET"


def tunnelled_query(call: Call) -> str:
    """Return the query a tunnelled GET carries in its form body, as it was written."""
    return call.request.get_data(cache=True, as_text=True)


def key_of(segment: str) -> str:
    """Decode a key in a path; everything in it must be encoded."""
    if any(sign in segment for sign in "(),:"):
        raise bad_query(f"Could not parse the key {segment[:80]}: reserved characters must be percent-encoded.")
    return unquote(segment)


def read_query(text: str) -> dict[str, Value]:
    """Read a whole query into values: text, lists and records."""
    values: dict[str, Value] = {}
    for piece in text.split("&"):
        if not piece:
            continue
        name, _, written = piece.partition("=")
        values[unquote(name)] = read_value(written)
    return values


def read_value(written: str) -> Value:
    """Read one value; refuse what is not written by the rules."""
    reader = _Reader(written)
    value = reader.value()
    if not reader.at_end:
        raise bad_query(f"Could not parse {written[:120]}: unexpected {reader.rest[:1]!r}; encode what is text.")
    return value


class _Reader:
    """Walk along one written value."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    @property
    def at_end(self) -> bool:
        return self._at >= len(self._text)

    @property
    def rest(self) -> str:
        return self._text[self._at :]

    def value(self) -> Value:
        if self.rest.startswith("List("):
            self._at += len("List(")
            return self._list()
        if self.rest.startswith("("):
            self._at += 1
            return self._record()
        return self._atom()

    def _list(self) -> list[Value]:
        items: list[Value] = []
        if self._took(")"):
            return items
        while True:
            items.append(self.value())
            if self._took(")"):
                return items
            self._need(",")

    def _record(self) -> dict[str, Value]:
        fields: dict[str, Value] = {}
        if self._took(")"):
            return fields
        while True:
            name = self._atom()
            self._need(":")
            fields[name] = self.value()
            if self._took(")"):
                return fields
            self._need(",")

    def _atom(self) -> str:
        start = self._at
        while not self.at_end and self._text[self._at] not in _STRUCTURE:
            self._at += 1
        return unquote(self._text[start : self._at].replace("+", " "))

    def _took(self, sign: str) -> bool:
        if self.rest.startswith(sign):
            self._at += 1
            return True
        return False

    def _need(self, sign: str) -> None:
        if not self._took(sign):
            raise bad_query(
                f"Could not parse {self._text[:120]}: expected {sign!r} at {self._at}; encode what is text."
            )


def text_of(query: dict[str, Value], name: str, default: str = "") -> str:
    """Return a plain parameter; a list or a record in its place is refused."""
    value = query.get(name, default)
    if not isinstance(value, str):
        raise bad_query(f"The parameter {name} is not of the expected type.")
    return value


def list_of(query: dict[str, Value], name: str) -> list[str]:
    """Return a parameter that must be a List( ) of plain values."""
    value = query.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise bad_query(f"The parameter {name} must be written as List(...), its parentheses unencoded.")
    return [str(item) for item in value]


def record_of(query: dict[str, Value], name: str) -> dict[str, Value]:
    """Return a parameter that must be a record."""
    value = query.get(name)
    if not isinstance(value, dict):
        raise bad_query(f"The parameter {name} must be written as (key:value,...), its parentheses unencoded.")
    return value


def encode(text: str) -> str:
    """Encode a text for a link in an answer."""
    return quote(text, safe="")
