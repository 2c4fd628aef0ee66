"""Numbers as CSV: streamed, in UTF-8, and harmless in a spreadsheet.

A cell of text that a spreadsheet would take for a formula gets an apostrophe in front. What was not told is an empty cell. For people
who open the file with a double click, it begins with a byte order mark, without which Excel misreads accents; programs get none.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from django.http import StreamingHttpResponse

from monitoring.analytics.vocabulary import whole

MEDIA_TYPE: Final = "text/csv; charset=utf-8"
_FORMULAS: Final = ("=", "+", "-", "@")
_BOM: Final = "\ufeff"

Cell = Any
Lines = Iterable[Sequence[Cell]]


class _Echo:
    """A file that hands each line back."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def cell(value: Cell) -> Cell:
    """Return a value as it stands in a cell."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, float):
        return whole(value)
    if isinstance(value, str):
        text = value.replace("\x00", "")
        risky = text[:1] in ("\t", "\r", "\n") or text.lstrip().startswith(_FORMULAS)
        return f"'{text}" if risky else text
    return value


def written(lines: Lines, *, bom: bool = False) -> Iterator[str]:
    """Yield lines as CSV."""
    writer = csv.writer(_Echo())
    if bom:
        yield _BOM
    for line in lines:
        yield writer.writerow([cell(value) for value in line])


def response(lines: Lines, *, name: str, bom: bool = False) -> StreamingHttpResponse:
    """Return a download that is written while it is read."""
    told = StreamingHttpResponse(written(lines, bom=bom), content_type=MEDIA_TYPE)
    told["Content-Disposition"] = f'attachment; filename="{name}"'
    return told
