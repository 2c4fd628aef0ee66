"""Who writes: the thread at hand, or one thread for many that commits what has gathered meanwhile (group commit).

A commit waits for the disk. Twenty threads that each wait for their own are twenty waits; one thread that writes what the
twenty want written is one. Each caller still returns only when its own write is durable.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Final, Protocol

from django.db import DatabaseError, connection

from publishing import writes
from publishing.writes import Write

#: A batch holds at most this many writes, so that one statement never grows without bound.
MOST_AT_ONCE: Final = 200


class Writer(Protocol):
    """Write durably, then return; raise what kept it from being written."""

    def write(self, what: Write) -> None:
        """Write one thing. Raises ``LeaseLost``, ``AlreadyTaken``, or a ``DatabaseError``."""


class InlineWriter:
    """Write at once, in the caller's thread and transaction."""

    def write(self, what: Write) -> None:
        """Write one thing."""
        verdict = writes.perform([what])[0]
        if verdict is not None:
            raise verdict


class GroupWriter:
    """Gather the writes of many threads and commit them together, in a thread of its own."""

    def __init__(self) -> None:
        self._waiting: SimpleQueue[tuple[Write, Future[None]] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)
        self._thread.start()

    def write(self, what: Write) -> None:
        """Write one thing; returns when it is durable."""
        done: Future[None] = Future()
        self._waiting.put((what, done))
        done.result()

    def close(self) -> None:
        """Write what is waiting, then end the thread."""
        self._waiting.put(None)
        self._thread.join()

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
        """Wait for one write, then take whatever else is there already."""
        first = self._waiting.get()
        if first is None:
            return [], False
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
