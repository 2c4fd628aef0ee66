"""Who writes: the thread at hand, or one thread for many that commits what has gathered meanwhile (group commit).

A commit waits for the disk, and a statement costs much more to begin than to run for one row more. Twenty threads that each
write their own are twenty of both; one thread that writes what the twenty want written is one. What must be durable before
the next step is waited for; what ends an attempt is left with the writer, so that its seat is free for the next job.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Final, Protocol

from django.db import DatabaseError, connection

from foundation import tracing
from publishing import writes
from publishing.writes import Write

#: A batch holds at most this many writes, so that one statement never grows without bound.
MOST_AT_ONCE: Final = 200
#: With this many jobs at once, a batch waits a moment for company; with fewer, each write goes out at once.
CROWD: Final = 8
GATHER_SECONDS: Final = 0.008

Otherwise = Callable[[Exception], None]


class Writer(Protocol):
    """Write durably; tell what kept it from being written."""

    def write(self, what: Write) -> None:
        """Write one thing, and return when it is durable. Raises ``LeaseLost``, ``AlreadyTaken``, or a ``DatabaseError``."""

    def leave(self, what: Write, otherwise: Otherwise) -> None:
        """Have one thing written, perhaps after returning; what keeps it from being written is handed to ``otherwise``.

        ``otherwise`` may write, and runs perhaps in another thread.
        """


class InlineWriter:
    """Write at once, in the caller's thread and transaction."""

    def write(self, what: Write) -> None:
        """Write one thing."""
        verdict = writes.perform([what])[0]
        if verdict is not None:
            raise verdict

    def leave(self, what: Write, otherwise: Otherwise) -> None:
        """Write one thing at once."""
        try:
            self.write(what)
        except Exception as error:  # whatever it is, it is the caller's to judge
            otherwise(error)


class GroupWriter:
    """Gather the writes of many threads and commit them together, in a thread of its own.

    ``crowd`` tells how many jobs are under way: among many, a batch waits a moment for company.
    """

    def __init__(self, crowd: Callable[[], int] = lambda: 0) -> None:
        self._crowd = crowd
        self._waiting: SimpleQueue[tuple[Write, Future[None]] | None] = SimpleQueue()
        self._left: set[Future[None]] = set()
        self._refused: SimpleQueue[tuple[Otherwise, Exception]] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def write(self, what: Write) -> None:
        """Write one thing; returns when it is durable."""
        done: Future[None] = Future()
        self._put(what, done)
        if tracing.ON:
            with tracing.span("publish.record", resource=type(what).__name__.lower()):
                done.result()
        else:
            done.result()

    def leave(self, what: Write, otherwise: Otherwise) -> None:
        """Have one thing written with the next batch. A refusal is handed on by ``hand_on``, never by the writing thread."""

        def written(done: Future[None]) -> None:
            error = done.exception()
            if isinstance(error, Exception):
                self._refused.put((otherwise, error))
            self._left.discard(done)

        done: Future[None] = Future()
        self._left.add(done)
        done.add_done_callback(written)
        self._put(what, done)

    def hand_on(self) -> None:
        """Tell those who left writes what kept these from being written. Call it now and then, from where one may write."""
        while not self._refused.empty():
            otherwise, error = self._refused.get()
            otherwise(error)

    def close(self) -> None:
        """Write what is waiting and what follows from it, then end the thread."""
        while self._left or not self._refused.empty():
            for done in tuple(self._left):
                done.exception()
            self.hand_on()
        if self._thread is not None:
            self._waiting.put(None)
            self._thread.join()

    def _put(self, what: Write, done: Future[None]) -> None:
        self._waiting.put((what, done))
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
                    self._thread.start()

    def _run(self) -> None:
        try:
            going_on = True
            while going_on:
                batch, going_on = self._gather()
                if batch:
                    self._commit(batch)
        finally:
            connection.close()

    def _gather(self) -> tuple[list[tuple[Write, Future[None]]], bool]:
        """Wait for one write, and among many for a moment longer; then take whatever else is there."""
        first = self._waiting.get()
        if first is None:
            return [], False
        if self._crowd() >= CROWD:
            time.sleep(GATHER_SECONDS)
        batch = [first]
        while len(batch) < MOST_AT_ONCE and not self._waiting.empty():
            following = self._waiting.get()
            if following is None:
                return batch, False
            batch.append(following)
        return batch, True

    @staticmethod
    def _commit(batch: Sequence[tuple[Write, Future[None]]]) -> None:
        try:
            with tracing.apart("publish.write_batch", resource="ledger", kind="worker", tags={"writes": len(batch)}):
                verdicts = writes.perform([what for what, _ in batch])
        except DatabaseError as error:
            connection.close()  # a broken connection is not given to the next batch
            verdicts = [error] * len(batch)
        except Exception as error:  # whatever it is, no caller may wait for ever
            verdicts = [error] * len(batch)
        for (_, done), verdict in zip(batch, verdicts, strict=True):
            if verdict is None:
                done.set_result(None)
            else:
                done.set_exception(verdict)
