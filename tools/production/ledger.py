"""Questions to the database of an installation, asked past the hub."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import psycopg

from tools.production.installation import Failed


class Ledger:
    """One database."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, question: Any, *values: Any) -> int:
        """Return the one number that a question is answered with."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(question, values).fetchone()
        return int(row[0]) if row and row[0] is not None else 0

    def rows(self, question: Any, *values: Any) -> list[tuple[Any, ...]]:
        """Return every row."""
        with psycopg.connect(self.url) as connection:
            return connection.execute(question, values).fetchall()

    def do(self, statement: Any) -> None:
        """Do something that no transaction may hold, such as making a database."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)

    def count(self, *states: str) -> int:
        """Return how many jobs are in these states."""
        return self.ask("SELECT count(*) FROM publish_jobs WHERE state = ANY(%s)", list(states))

    def beside(self, name: str) -> str:
        """Return the address of another database of the same server."""
        return f"{self.url.rpartition('/')[0]}/{name}"


def until(ready: Callable[[], bool], what: str, seconds: float) -> float:
    """Wait until something is so; return how long it took. Raises ``Failed``."""
    began = time.monotonic()
    while not ready():
        if time.monotonic() - began > seconds:
            raise Failed(f"it did not come about within {seconds:.0f} s: {what}")
        time.sleep(0.1)
    return time.monotonic() - began


def say(words: str) -> None:
    """Tell what has been seen."""
    print(f"ok  {words}", flush=True)  # noqa: T201 - this is what the tool is for
