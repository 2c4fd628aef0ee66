"""Lists of a million rows: nothing is counted in full, nothing is sorted but by key, and no question goes through a whole table.

Rows are in the order of their keys, which is that of time (UUIDv7). A filter whose column leads an index goes through all of
them. Any other one looks at the newest ``WINDOW`` rows, or the newest before a chosen row, and the page says how far that was.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.functional import cached_property

from foundation.listing import read_uuid

#: So many rows are looked through by a question that no index answers.
WINDOW: Final = 50_000
#: In the address: only rows before this one, so that one can look further back.
BEFORE: Final = "before"


class BoundedPaginator(Paginator[Any]):
    """Count no further than a few pages: counting a million rows to show fifty is work for nothing."""

    MOST = 2_000

    @cached_property
    def count(self) -> int:
        """Return the number of rows, at most ``MOST``."""
        rows: Any = self.object_list
        return int(rows.order_by()[: self.MOST].count())


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back a list looked."""

    floor: Any
    rows: int
    back_to: datetime | None
    further: str


class BoundedList(ChangeList):
    """The admin's list, kept to what an index answers and to the newest rows."""

    #: An ``OperatorAdmin``, which says how its table may be looked through.
    model_admin: Any

    reach: Reach | None = None
    before: Any = None
    older: str = ""

    def get_filters_params(self, params: Any = None) -> dict[str, Any]:
        """Leave out what is no column."""
        told: dict[str, Any] = super().get_filters_params(params)
        told.pop(BEFORE, None)
        return told

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Order by key, whatever the address asks for, unless the table is small enough to be sorted."""
        if self.model_admin.sorts_any:
            return list(super().get_ordering(request, queryset))
        return list(self.model_admin.get_ordering(request))

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """Return what the filters ask for, out of no more rows than can be looked through."""
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        if self.model_admin.sorts_any or self.model_admin.is_view:
            return rows
        before = self._key(request.GET.get(BEFORE, ""))
        if before is not None:
            self.before = before
            rows = rows.filter(pk__lt=before)
        if self._needs_reach(request):
            floor = self._key(request.POST.get("floor", "")) or floor_of(self.model, before=before)
            if floor is not None:
                self.reach = Reach(floor, WINDOW, moment_of(floor), self.get_query_string({BEFORE: str(floor)}, ["p"]))
                request.floor = str(floor)  # type: ignore[attr-defined]
                rows = rows.filter(pk__gte=floor)
        return rows

    def get_results(self, request: HttpRequest) -> None:
        """Fetch one page, and say where older rows are when there are more than can be paged through."""
        super().get_results(request)
        shown = list(self.result_list)
        last = self.page_num >= self.paginator.num_pages
        if (
            last
            and self.result_count >= BoundedPaginator.MOST
            and shown
            and not (self.model_admin.sorts_any or self.model_admin.is_view)
        ):
            self.older = self.get_query_string({BEFORE: str(shown[-1].pk)}, ["p"])

    @property
    def clear_before(self) -> str:
        """Where the newest rows are again."""
        return str(self.get_query_string({}, [BEFORE, "p"]))

    @property
    def counted(self) -> str:
        """The number of rows in words: a number that was not counted to its end says so."""
        more = self.result_count >= BoundedPaginator.MOST and not self.model_admin.sorts_any
        return f"{BoundedPaginator.MOST:,} and more" if more else f"{self.result_count:,}"

    def _needs_reach(self, request: HttpRequest) -> bool:
        """Tell whether something is asked that no index answers, and nothing that one does."""
        used: list[Any] = [spec for spec in self.filter_specs if any(spec.used_parameters.values())]
        led = [spec for spec in used if getattr(spec, "led", False)]
        if any(spec.parameter_name not in self.model_admin.bounded for spec in led) or getattr(
            request, "search_led", False
        ):
            return False
        # Whatever else stands in the address is a lookup that somebody typed.
        typed = set(self.get_filters_params()) - {
            name for spec in self.filter_specs for name in spec.expected_parameters()
        }
        return bool(used or self.query or typed)

    def _key(self, text: str) -> Any:
        """Return the key that a text holds, or None."""
        if self.model._meta.pk.get_internal_type() == "UUIDField":
            return read_uuid(text)
        return int(text) if text.isdecimal() and len(text) < 19 else None


def floor_of(model: Any, *, before: Any = None) -> Any:
    """Return the key of the oldest row that is looked at where no index answers; None where all are."""
    keys = model._default_manager.order_by("-pk").values_list("pk", flat=True)
    if before is not None:
        keys = keys.filter(pk__lt=before)
    return next(iter(keys[WINDOW : WINDOW + 1]), None)


def moment_of(key: Any) -> datetime | None:
    """Return when a row was made, as far as its key tells."""
    if not isinstance(key, UUID) or key.version != 7:
        return None
    return datetime.fromtimestamp((key.int >> 80) / 1000, tz=UTC)


def key_at(at: datetime) -> UUID:
    """Return the least key of rows that were made at a moment or later."""
    return UUID(int=(int(at.timestamp() * 1000) << 80) | (7 << 76) | (0b10 << 62))
