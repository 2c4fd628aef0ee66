"""How lists are paged: by cursors over an order without ties, so that a page neither skips nor repeats a row while rows are added."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.core.exceptions import FieldError
from django.core.exceptions import ValidationError as Untrue
from django.db.models import Model, Q
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import remove_query_param, replace_query_param

from foundation.errors import NotFound

ROWS: Final = 25
MOST_ROWS: Final = 100
_LONGEST: Final = 1000


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a page begins: behind the row with these values, or, ``backwards``, where it ends before it."""

    sort: str
    backwards: bool
    values: tuple[Any, ...]


class TimeOrderedCursor(BasePagination):
    """Newest first, or as ``sort`` says where a view offers ``sorts``; ``limit`` up to 100; follow next and previous as they are.

    A view's ``sorts`` gives each name the fields it orders by, none of which may be null; the last must tell rows apart.
    """

    ordering: Any = "-id"

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page that was asked for; raises ``ValidationError`` and ``NotFound`` for what is none."""
        sent = request.query_params
        size = _size(sent)
        offered = sorts_of(view, self.ordering)
        place = _read(sent.get("cursor", ""), offered, queryset.model)
        sort = _sort(sent, offered, place)
        fields, backwards = offered[sort], place is not None and place.backwards
        rows = queryset.order_by(*(_turned(one) if backwards else one for one in fields))
        if place is not None:
            rows = rows.filter(_beyond(fields, place.values, backwards=backwards))
        found = list(rows[: size + 1])
        more, found = len(found) > size, found[:size]
        if backwards:
            found.reverse()
        before, after = (more, True) if backwards else (place is not None, more)
        self._links = {
            "next": _link(request, sort, fields, found[-1], backwards=False) if found and after else None,
            "previous": _link(request, sort, fields, found[0], backwards=True) if found and before else None,
        }
        return found

    def get_paginated_response(self, data: Any) -> Response:
        """Answer with the rows and the addresses of the pages around them."""
        return Response({**self._links, "results": data})

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        """Describe a page."""
        link = {"type": "string", "nullable": True, "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {
                "next": {**link, "description": "The address of the next page; null at the end."},
                "previous": {**link, "description": "The address of the page before; null at the beginning."},
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Describe the query parameters."""
        told: list[dict[str, Any]] = [
            {
                "name": "cursor",
                "description": "Follow the addresses in next and previous; do not make cursors.",
                "schema": {"type": "string", "maxLength": _LONGEST},
            },
            {
                "name": "limit",
                "description": f"Rows a page, 1 to {MOST_ROWS} ({ROWS} unless told).",
                "schema": {"type": "integer", "minimum": 1, "maximum": MOST_ROWS, "default": ROWS},
            },
        ]
        offered = sorts_of(view, self.ordering)
        if len(offered) > 1:
            words = getattr(view, "about_sorts", "")
            schema = {"type": "string", "enum": list(offered), "default": next(iter(offered))}
            told.append({"name": "sort", "description": f"The order. {words}".strip(), "schema": schema})
        return [{**one, "in": "query", "required": False} for one in told]


def sorts_of(view: Any, usual: Any) -> dict[str, tuple[str, ...]]:
    """Return the orders a view offers, its usual one first."""
    offered: Mapping[str, tuple[str, ...]] = getattr(view, "sorts", None) or {}
    return dict(offered) or {"": (usual,) if isinstance(usual, str) else tuple(usual)}


def _size(sent: Mapping[str, str]) -> int:
    told = sent.get("limit", str(ROWS))
    if not (told.isascii() and told.isdecimal() and len(told) <= 9 and 1 <= int(told) <= MOST_ROWS):
        raise _wrong("limit", f"A page has 1 to {MOST_ROWS} rows.", "invalid_limit")
    return int(told)


def _sort(sent: Mapping[str, str], offered: Mapping[str, tuple[str, ...]], place: _Place | None) -> str:
    told = sent.get("sort", "")
    if told and told not in offered:
        raise _wrong("sort", f"Lists here are sorted by one of: {', '.join(offered)}.", "invalid_choice")
    chosen = told or (place.sort if place else next(iter(offered)))
    if place is not None and place.sort != chosen:
        raise _no_page("This cursor belongs to a list in another order.")
    return chosen


def _beyond(fields: tuple[str, ...], values: tuple[Any, ...], *, backwards: bool) -> Q:
    """Return what holds for the rows behind (or before) the one with these values."""
    found, same = Q(pk__in=[]), Q()
    for field, value in zip(fields, values, strict=True):
        name, down = field.removeprefix("-"), field.startswith("-") != backwards
        found |= same & Q(**{f"{name}__{'lt' if down else 'gt'}": value})
        same &= Q(**{name: value})
    if len(fields) > 1:
        # Said once more in words an index understands, so that a page deep in a list costs as much as the first.
        name, down = fields[0].removeprefix("-"), fields[0].startswith("-") != backwards
        found &= Q(**{f"{name}__{'lte' if down else 'gte'}": values[0]})
    return found


def _turned(field: str) -> str:
    return field.removeprefix("-") if field.startswith("-") else f"-{field}"


def _link(request: Request, sort: str, fields: tuple[str, ...], row: Model, *, backwards: bool) -> str:
    told = [sort, int(backwards), *(_plain(row, field.removeprefix("-")) for field in fields)]
    cursor = base64.urlsafe_b64encode(json.dumps(told, default=str).encode()).decode().rstrip("=")
    address = remove_query_param(request.build_absolute_uri(), "cursor")
    return str(replace_query_param(address, "cursor", cursor))


def _plain(row: Model, name: str) -> Any:
    value = getattr(row, name)
    return value.isoformat() if hasattr(value, "isoformat") else value


def _read(cursor: str, offered: Mapping[str, tuple[str, ...]], model: type[Model]) -> _Place | None:
    if not cursor:
        return None
    try:
        told = json.loads(base64.urlsafe_b64decode(cursor[:_LONGEST] + "=" * (-len(cursor) % 4)))
        sort, backwards, *values = told
        fields = offered[sort]
        read = tuple(_value(model, field, value) for field, value in zip(fields, values, strict=True))
        return _Place(sort, bool(backwards), read)
    except (
        ValueError,
        TypeError,
        KeyError,
        AttributeError,
        OverflowError,
        FieldError,
        Untrue,
        RecursionError,
        binascii.Error,
    ):
        raise _no_page("This is no cursor of this list.") from None


def _value(model: type[Model], field: str, value: Any) -> Any:
    name = field.removeprefix("-")
    column = model._meta.pk if name == "pk" else model._meta.get_field(name)
    read = column.to_python(value)  # type: ignore[union-attr]
    if read is None or not isinstance(value, str | int):
        raise ValueError("not a value of ours")
    return read


def _no_page(words: str) -> NotFound:
    return NotFound(words, remedy="Follow the addresses in next and previous as they are.", code="invalid_cursor")


def _wrong(name: str, words: str, code: str) -> ValidationError:
    return ValidationError({name: [ErrorDetail(words, code=code)]})
