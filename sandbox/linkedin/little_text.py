"""Little text: the markup of `commentary`, read as the platform reads it (docs/platforms/linkedin.md 4.2).

A reserved character that is neither escaped nor part of an element ends the text there, without a word. That is proven
on the real platform for `(`; here all fifteen are treated alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

RESERVED = "|{}@[]()<>#\\*_~"
_ESCAPED = r"(?:\\[" + re.escape(RESERVED) + r"]|[^" + re.escape(RESERVED) + r"])"
_PLAIN = re.compile(r"[^" + re.escape(RESERVED) + r"]+")
_ESCAPE = re.compile(r"\\([" + re.escape(RESERVED) + r"])")
_MENTION = re.compile(r"@\[(" + _ESCAPED + r"+)\]\((urn:li:(?:person|organization|organizationBrand):[A-Za-z0-9_-]+)\)")
_HASHTAG = re.compile(r"#((?:[^\W_]|\\?_)+)")
_TEMPLATE = re.compile(r"\{hashtag\|\\?#\|((?:[^\W_]|\\?_)+)\}")

Kind = Literal["text", "mention", "hashtag"]


@dataclass(frozen=True)
class Element:
    """A piece of a post: what people read, and for a mention whom it links to."""

    kind: Kind
    shown: str
    urn: str = ""


@dataclass(frozen=True)
class LittleText:
    """A parsed commentary; `truncated` says that something of it was cut off."""

    elements: tuple[Element, ...]
    truncated: bool

    @property
    def visible(self) -> str:
        """Return what people read."""
        return "".join(element.shown for element in self.elements)

    @property
    def canonical(self) -> str:
        """Return the text as the API tells it."""
        return "".join(_written(element) for element in self.elements)


def parse(text: str, name_of: Callable[[str], str | None] = lambda _urn: None) -> LittleText:
    """Read a commentary up to the first character that is not allowed to stand there.

    `name_of` tells the exact name behind a URN; a mention that spells it differently is shown as plain text.
    """
    elements: list[Element] = []
    position = 0
    while position < len(text):
        taken = _element(text, position, name_of)
        if taken is None:
            break
        element, position = taken
        last = elements[-1] if elements else None
        if last is not None and last.kind == element.kind == "text":
            elements[-1] = Element("text", last.shown + element.shown)
        else:
            elements.append(element)
    return LittleText(tuple(elements), position < len(text))


def escape(text: str) -> str:
    """Write plain text so that it is read as it is."""
    return re.sub(r"([" + re.escape(RESERVED) + r"])", r"\\\1", text)


def _element(text: str, position: int, name_of: Callable[[str], str | None]) -> tuple[Element, int] | None:
    if match := _PLAIN.match(text, position) or _ESCAPE.match(text, position):
        return Element("text", match[1] if match.re is _ESCAPE else match[0]), match.end()
    if match := _HASHTAG.match(text, position) or _TEMPLATE.match(text, position):
        return Element("hashtag", "#" + _unescaped(match[1])), match.end()
    if match := _MENTION.match(text, position):
        name = _unescaped(match[1])
        known = name_of(match[2])
        linked = known is not None and (known == name or ("person" in match[2] and name in known.split()))
        return (Element("mention", name, match[2]) if linked else Element("text", name)), match.end()
    return None


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(r"\1", text)


def _written(element: Element) -> str:
    if element.kind == "hashtag":
        return "{hashtag|\\#|" + escape(element.shown[1:]) + "}"
    if element.kind == "mention":
        return f"@[{escape(element.shown)}]({element.urn})"
    return escape(element.shown)
