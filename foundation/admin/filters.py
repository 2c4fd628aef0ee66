"""Filters that say whether an index answers them: ``led`` ones may go through the whole table."""

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from foundation.admin.lists import key_at

Choices = Iterable[tuple[str, str]]

_SPANS: Final = {
    "hour": ("The last hour", timedelta(hours=1)),
    "day": ("The last 24 hours", timedelta(days=1)),
    "week": ("The last 7 days", timedelta(days=7)),
    "month": ("The last 30 days", timedelta(days=30)),
}


class Narrowed(admin.SimpleListFilter):
    """Only rows of one other row, come to by a link: there is nothing to choose from, only something to leave."""

    led = True
    path = ""
    target: Any = None

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name the row that the address names."""
        wanted = self.value()
        if not wanted:
            return []
        return [(wanted, self._name(wanted))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return its rows."""
        wanted = self.value()
        if not wanted:
            return queryset
        try:
            return queryset.filter(**{self.path: wanted})
        except (ValidationError, ValueError):
            return queryset.none()

    def _name(self, wanted: str) -> str:
        try:
            model: Any = model_of(type(self))
            row = model._default_manager.filter(pk=wanted).first()
        except (ValidationError, ValueError):
            row = None
        return str(row)[:80] if row is not None else "one that is not there"


class Among(admin.SimpleListFilter):
    """Rows with one of some known words; they are not looked for in the table, for that would go through all of it."""

    led = False
    target: Any = None
    choose: Callable[[], Choices]
    where: Callable[[str], Q]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the words."""
        return list(type(self).choose())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that bear the chosen one."""
        wanted = self.value()
        if not wanted or wanted not in dict(self.lookup_choices):
            return queryset
        return queryset.filter(type(self).where(wanted))


class Since(admin.SimpleListFilter):
    """Rows of the last hours or days, by their keys, which tell when they were made."""

    title = "time"
    parameter_name = "since"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the spans."""
        return [(name, label) for name, (label, _) in _SPANS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows of the chosen span."""
        if self.value() not in _SPANS:
            return queryset
        return queryset.filter(pk__gte=key_at(timezone.now() - _SPANS[str(self.value())][1]))

    @property
    def led(self) -> bool:
        """Answered by the primary key; but a long span narrows nothing, so what else is asked is bounded all the same."""
        return False


since = Since


def narrowed(name: str, target: Any, *, path: str = "", title: str = "") -> type[Narrowed]:
    """Make a filter by a row of ``target``; ``path`` is the column, if it is not called ``name``. It must lead an index."""
    told = {"parameter_name": name, "target": target, "path": path or name, "title": title or name.replace("_", " ")}
    return type(f"Narrowed{name.title()}", (Narrowed,), told)


def among(
    name: str,
    choices: Choices | Callable[[], Choices],
    *,
    title: str = "",
    where: Callable[[str], Q] | None = None,
    led: bool = False,
    target: Any = None,
) -> type[Among]:
    """Make a filter by a column with known words, or keys of ``target``; ``where`` says what a word asks for beyond the column."""
    told: dict[str, Any] = {
        "parameter_name": name,
        "title": title or name.replace("_", " "),
        "led": led,
        "target": target,
        "choose": staticmethod(choices if callable(choices) else lambda: choices),
        "where": staticmethod(where or (lambda word: Q(**{name: word}))),
    }
    return type(f"Among{name.title()}", (Among,), told)


def model_of(narrowing: Any) -> type[Model] | None:
    """Return of which model's rows a filter knows, or None."""
    if not (isinstance(narrowing, type) and issubclass(narrowing, Narrowed | Among)) or narrowing.target is None:
        return None
    target: type[Model] = apps.get_model(narrowing.target) if isinstance(narrowing.target, str) else narrowing.target
    return target


def column(model: type[Model], name: str) -> Any:
    """Return a column of a model, or None."""
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None
