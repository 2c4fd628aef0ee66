"""Asking several things at once, where none needs another's answer: what takes four times fifty milliseconds takes fifty.

Only for questions that wait on others (calls of a platform): threads share one processor.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from types import TracebackType
from typing import Final, Self, TypeVar

from django.db import connections

T = TypeVar("T")

#: Few enough that nobody takes it for an attack, enough for all that a login asks.
AT_ONCE: Final = 6


class SideBySide:
    """Ask within a ``with`` block; its end waits until everything that was begun has ended, whatever went wrong.

    A question sees the caller's context (what is logged and traced), and must not use rows: it runs outside the caller's
    transaction. What it raises comes out of its ``result()``, so errors are told in the order in which answers are read.
    """

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="ask")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        # What has not begun is not begun any more once the caller gave up.
        self._threads.shutdown(wait=True, cancel_futures=error is not None)

    def ask(self, question: Callable[[], T]) -> "Future[T]":
        """Begin a question."""
        return self._threads.submit(copy_context().run, _asked, question)


def _asked(question: Callable[[], T]) -> T:
    try:
        return question()
    finally:
        # A listener may have looked at a row; the thread ends soon, and its connection with it.
        connections.close_all()
