"""Rows with those they belong to, read on PostgreSQL by a statement whose plan is kept: for reads that every request makes.

Putting an ORM query together and planning its joins costs several times what reading one row costs.
"""

from collections.abc import Sequence
from typing import Any, Final, Generic, TypeVar

from django.db import connection, models

from foundation import prepared

M = TypeVar("M", bound=models.Model)


class Kept(Generic[M]):
    """One such read of a model: which rows, and which of their foreign keys (none of which may be null) come with them."""

    def __init__(self, model: type[M], *, beside: Sequence[str], where: str) -> None:
        """``where`` is SQL of the code alone, in which ``t`` is the model's table; values travel as parameters."""
        self._model: Final = model
        self._beside: Final = tuple(beside)
        self._where: Final = where
        self._parts: list[tuple[type[models.Model], list[str], slice]] = []
        self._plain: tuple[int, ...] = ()
        self._statement = ""

    def fetch(self, parameters: Sequence[Any]) -> list[M]:
        """Return the rows as instances; on PostgreSQL alone."""
        if not self._statement:
            self._prepare()
        return [self._made(row) for row in prepared.fetch_all(self._statement, parameters)]

    def _prepare(self) -> None:
        """Put the statement together, once all models are there."""
        table = self._model._meta.db_table
        columns: list[str] = []
        joins: list[str] = []
        plain: list[int] = []
        parts: list[tuple[type[models.Model], list[str], slice]] = []
        for name in ("t", *self._beside):
            model: type[models.Model] = self._model
            if name != "t":
                key: Any = self._model._meta.get_field(name)
                model = key.related_model
                joins.append(
                    f'JOIN {model._meta.db_table} "{name}" ON "{name}".{key.target_field.column} = t.{key.column}'
                )
            fields = list(model._meta.concrete_fields)
            at = len(columns)
            plain += [at + i for i, field in enumerate(fields) if isinstance(field, models.JSONField)]
            columns += [f'"{name}".{field.column}' for field in fields]
            parts.append((model, [field.attname for field in fields], slice(at, len(columns))))
        self._parts = parts
        self._plain = tuple(plain)
        # Built from the models' own names and from words of the code.
        self._statement = f"SELECT {', '.join(columns)} FROM {table} t {' '.join(joins)} WHERE {self._where}"  # noqa: S608 - names of our columns

    def _made(self, row: Sequence[Any]) -> M:
        values = list(row)
        for at in self._plain:
            values[at] = prepared.plain(values[at])
        first, *others = (model.from_db(connection.alias, names, values[part]) for model, names, part in self._parts)
        first._state.fields_cache.update(zip(self._beside, others, strict=True))
        made: M = first  # type: ignore[assignment]
        return made
