"""How the API reads bodies: strictly, so that what two readers might understand differently is refused."""

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any, Final

from django.utils.http import parse_header_parameters
from rest_framework import parsers
from rest_framework.exceptions import ParseError, UnsupportedMediaType

#: A half of a surrogate pair may be escaped in a body; only a whole pair is a character.
_HALF: Final = re.compile(r"[\ud800-\udfff]")
_CHARSETS: Final = {"", "utf-8", "utf8", "us-ascii", "ascii"}


class JSONParser(parsers.JSONParser):
    """Read JSON in UTF-8; refuse what is nested beyond measure, names a member twice or holds what is no character."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body; raises ``ParseError``, and ``UnsupportedMediaType`` for another character set."""
        charset = parse_header_parameters(media_type or "")[1].get("charset", "").lower()
        if charset not in _CHARSETS:
            raise UnsupportedMediaType(media_type or "", f"Bodies come in UTF-8, not in {charset[:40]}.")
        try:
            text = stream.read().decode("utf-8")
            told = json.loads(
                text, object_pairs_hook=_once, parse_float=_finite, parse_constant=_no_number, strict=True
            )
        except RecursionError:
            raise ParseError("JSON parse error - nested too deeply") from None
        except ValueError as error:
            raise ParseError(f"JSON parse error - {error}") from None
        if "\\u" in text and _has_half(told):
            raise ParseError("JSON parse error - a text holds half a surrogate pair, which is no character")
        return told


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the member {json.dumps(twice[:60])} is named twice")
    return told


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"the number {text[:40]} is out of range")
    return number


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")


def _has_half(told: Any) -> bool:
    """Tell whether a text in what was read, a name included, holds half a pair."""
    waiting = [told]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            if _HALF.search(one):
                return True
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one
    return False
