"""Long lists, taken in stretches."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Yield the things in lists of at most ``size``."""
    rest = iter(things)
    while some := list(islice(rest, size)):
        yield some
