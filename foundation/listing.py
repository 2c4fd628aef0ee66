"""Lists on pages: what a query string asks for, and the stretch of a list that one page shows.

Every value comes from a stranger. What cannot be understood is left out, as if it had not been said; so an address typed by
hand never crashes a page, and links made from a list carry only what was understood.
"""

import base64
import binascii
import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import Combinable

LONGEST_WORDS: Final = 200
LONGEST_CURSOR: Final = 1000
#: Stands for "never" where rows are ordered by a moment that may be missing.
NEVER: Final = datetime(2200, 1, 1, tzinfo=UTC)
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)

Link = dict[str, Any]


def read_moment(value: Any) -> datetime:
    """Return the moment a cursor holds; raises ``ValueError`` or ``TypeError``."""
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None or not LONG_AGO.year <= moment.year <= NEVER.year:
        raise ValueError("not a moment of ours")
    return moment


def write_moment(moment: datetime) -> str:
    """Return a moment as addresses say it."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def read_text(value: Any) -> str:
    """Return the text a cursor holds; raises ``ValueError``."""
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("not a text")
    return value


def read_count(value: Any) -> int:
    """Return the count a cursor holds; raises ``ValueError``."""
    if type(value) is not int or not 0 <= value < 2**31:
        raise ValueError("not a count")
    return value


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a list can be ordered by. ``key`` is never null; without one, rows are ordered by their id."""

    key: Combinable | None = None
    read: Callable[[Any], Any] = read_moment
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Sort:
    """The order asked for."""

    name: str
    column: Column
    descending: bool


class Query:
    """The query string of a list, read value by value."""

    def __init__(self, params: Mapping[str, str], path: str) -> None:
        self._params = params
        self._path = path
        self._kept: dict[str, str] = {}

    def words(self, name: str = "query") -> str:
        """Return what is searched for, or an empty text."""
        text = " ".join(self._params.get(name, "").split())
        return self._keep(name, "" if "\x00" in text else text[:LONGEST_WORDS])

    def choice(self, name: str, among: Collection[str]) -> str:
        """Return the value if it is one of these, else an empty text."""
        value = self._params.get(name, "")
        return self._keep(name, value if value in among else "")

    def uuid(self, name: str) -> UUID | None:
        """Return the id, or None."""
        found = read_uuid(self._params.get(name, ""))
        self._keep(name, str(found) if found else "")
        return found

    def moment(self, name: str) -> datetime | None:
        """Return the moment, or None."""
        try:
            found = read_moment(self._params.get(name, "")[:40]).astimezone(UTC)
        except (ValueError, OverflowError):
            return None
        self._keep(name, write_moment(found))
        return found

    def sort(self, columns: Mapping[str, Column], default: str) -> Sort:
        """Return the order asked for: ``name`` upwards, ``-name`` downwards."""
        asked = self._params.get("sort", "")
        name = asked.removeprefix("-")
        if name not in columns:
            return Sort(default, columns[default], columns[default].descending)
        self._keep("sort", asked)
        return Sort(name, columns[name], asked.startswith("-"))

    def sorts(self, columns: Mapping[str, Column], current: Sort) -> dict[str, Link]:
        """Return, for every column, where its heading leads and how the list is ordered by it now."""
        links = {}
        for name, column in columns.items():
            now = name == current.name
            down = not current.descending if now else column.descending
            direction = ("descending" if current.descending else "ascending") if now else ""
            links[name] = {"url": self.url(sort=f"-{name}" if down else name), "direction": direction}
        return links

    @property
    def cursor(self) -> str:
        """The cursor as it was sent, unread."""
        return self._params.get("cursor", "")

    def url(self, **changes: str) -> str:
        """Return the address of this list with these values changed (an empty one removed), at its first page."""
        said = {key: value for key, value in {**self._kept, **changes}.items() if value}
        return f"{self._path}?{urlencode(said)}" if said else self._path

    def _keep(self, name: str, value: str) -> str:
        if value:
            self._kept[name] = value
        return value


def read_uuid(text: str) -> UUID | None:
    """Return the id that a text holds, or None."""
    try:
        return UUID(text) if len(text) <= 45 else None
    except ValueError:
        return None


def read_uuids(texts: Collection[str]) -> list[UUID] | None:
    """Return the ids that these texts hold, each once, or None when one of them holds none."""
    found = [read_uuid(text) for text in texts]
    return None if None in found else list(dict.fromkeys(pk for pk in found if pk))


@dataclass(frozen=True, slots=True)
class Stretch:
    """One page of a list: the ties (usually ids) of its rows in order, and the cursors of its neighbours."""

    ties: list[Any]
    newer: str = ""
    older: str = ""

    def links(self, query: Query, *, total: int | None = None) -> Link:
        """Return what ``partials/page.html`` shows."""
        shown = len(self.ties)
        summary = f"{shown:,} shown" if total is None else f"{shown:,} of {total:,}"
        return {
            "prev_url": query.url(cursor=self.newer) if self.newer else "",
            "next_url": query.url(cursor=self.older) if self.older else "",
            "summary": summary if self.newer or self.older else "",
        }


def stretch_of(
    rows: QuerySet[Any], sort: Sort, cursor: str, *, size: int, tie: str = "pk", read_tie: Callable[[Any], Any] = UUID
) -> Stretch:
    """Return the page a cursor points at; the first page for a cursor that is not ours or leads nowhere.

    Only keys are fetched here, so that a long list is ordered without the tables its rows are joined with.
    """
    key = tie
    if sort.column.key is not None:
        rows, key = rows.annotate(sort_key=sort.column.key), "sort_key"
    read = sort.column.read if sort.column.key is not None else read_tie
    place = _read(cursor, read, read_tie)
    if place is not None:
        backwards, at, last = place
        found = _fetch(rows, key, tie, down=sort.descending != backwards, after=(at, last), size=size)
        if found:
            return _stretch(found, size, backwards=backwards, begun=True)
    found = _fetch(rows, key, tie, down=sort.descending, after=None, size=size)
    return _stretch(found, size, backwards=False, begun=False)


def _fetch(
    rows: QuerySet[Any], key: str, tie: str, *, down: bool, after: tuple[Any, Any] | None, size: int
) -> list[tuple[Any, Any]]:
    if after is not None:
        beyond = "lt" if down else "gt"
        later = Q(**{f"{key}__{beyond}": after[0]})
        rows = rows.filter(later if key == tie else later | Q(**{key: after[0], f"{tie}__{beyond}": after[1]}))
    names = dict.fromkeys((key, tie))
    ordered = rows.order_by(*(F(name).desc() if down else F(name).asc() for name in names))
    return list(ordered.values_list(key, tie)[: size + 1])


def _stretch(found: list[tuple[Any, Any]], size: int, *, backwards: bool, begun: bool) -> Stretch:
    more, shown = len(found) > size, found[:size]
    if backwards:
        shown.reverse()
    newer, older = (more, begun) if backwards else (begun, more)
    return Stretch(
        [tie for _, tie in shown],
        newer=_write("b", *shown[0]) if newer and shown else "",
        older=_write("a", *shown[-1]) if older and shown else "",
    )


def _write(side: str, key: Any, tie: Any) -> str:
    said = [side, *(value.isoformat() if isinstance(value, datetime) else value for value in (key, tie))]
    return base64.urlsafe_b64encode(json.dumps(said, default=str).encode()).decode().rstrip("=")


def _read(cursor: str, read_key: Callable[[Any], Any], read_tie: Callable[[Any], Any]) -> tuple[bool, Any, Any] | None:
    if not cursor or len(cursor) > LONGEST_CURSOR:
        return None
    try:
        side, key, tie = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if side not in ("a", "b"):
            return None
        return side == "b", read_key(key), read_tie(tie)
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError):
        return None
