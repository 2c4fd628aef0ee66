"""Counting rows by what is worked out of them, such as how an account is, or into which stretch of time a moment falls."""

from collections.abc import Sequence
from typing import Any, Final

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.db.models.expressions import Combinable

#: More rows than any list has: a bound keeps the planner from looking into what is counted.
_ALL: Final = 2**31 - 1


def tally(rows: QuerySet[Any], word: str, *sums: str) -> dict[Any, tuple[int, ...]]:
    """Return for each value of an annotation how many rows have it, and the sums of further ones, which are numbers.

    PostgreSQL takes a word that is worked out of moments to be a different one in each row, and sorts a whole big table to group
    by it, on disk. Out of a list with a bound it expects few, and counts in one pass.
    """
    try:
        sql, params = rows.order_by().values_list(word, *sums)[:_ALL].query.sql_with_params()
    except EmptyResultSet:
        return {}
    quoted = connection.ops.quote_name
    told = ", ".join(["COUNT(*)", *(f"SUM({quoted(name)})" for name in sums)])
    statement = f"SELECT {quoted(word)}, {told} FROM ({sql}) counted GROUP BY {quoted(word)}"  # noqa: S608 - Django wrote it
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return {key: tuple(int(number) for number in numbers) for key, *numbers in cursor.fetchall()}


def place_among(column: str, edges: Sequence[Any]) -> Case | Value:
    """Return an expression that tells how many of these rising edges are at most a column's value.

    As few comparisons as can be: each halves what is left, where a list of conditions would go through half of them.
    """
    return _among(column, edges, 0, len(edges))


def _among(column: str, edges: Sequence[Any], first: int, last: int) -> Case | Value:
    if first == last:
        return Value(first, output_field=IntegerField())
    middle = (first + last) // 2
    below, above = _among(column, edges, first, middle), _among(column, edges, middle + 1, last)
    return Case(When(**{f"{column}__lt": edges[middle]}, then=below), default=above, output_field=IntegerField())


def number_of(column: str, words: Sequence[str]) -> Combinable:
    """Return an expression that tells a word by its place among these; those that are not among them by their number."""
    known = [When(**{column: word}, then=Value(place)) for place, word in enumerate(words)]
    return Case(*known, default=Value(len(words)), output_field=IntegerField())
