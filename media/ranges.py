"""Which stretch of a file a ``Range`` header asks for (RFC 9110, section 14)."""

import re
from typing import Final

_ONE_RANGE: Final = re.compile(r"bytes=\s*(\d{0,15})\s*-\s*(\d{0,15})\s*", re.A)


class Unsatisfiable(Exception):
    """The stretch lies behind the end of the file."""


def stretch(header: str, size: int) -> tuple[int, int] | None:
    """Return where to begin and where to stop; None for the whole: no range, several, or one that cannot be understood."""
    asked = _ONE_RANGE.fullmatch(header)
    if asked is None or asked[1] == asked[2] == "":
        return None
    if asked[1] == "":
        last = int(asked[2])
        if last == 0 or size == 0:
            raise Unsatisfiable
        return max(0, size - last), size
    start = int(asked[1])
    if asked[2] and int(asked[2]) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return start, min(int(asked[2]) + 1, size) if asked[2] else size
