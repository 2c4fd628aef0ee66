"""What the ledger says while it happens, read past Django: the parent must see while the database comes and goes."""

import contextlib
from typing import Any

import psycopg

from tests.chaos.checking import AT_REST


class Watch:
    """A reading eye on the ledger. While the database is away every answer is the cautious one."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._connection: psycopg.Connection[Any] | None = None

    def close(self) -> None:
        """Let go of the database."""
        if self._connection is not None:
            with contextlib.suppress(psycopg.Error):
                self._connection.close()
            self._connection = None

    def moving(self) -> int | None:
        """Count jobs that are not at rest; None while nobody knows."""
        row = self._ask("SELECT count(*) FROM publish_jobs WHERE NOT state = ANY(%s)", [sorted(AT_REST)])
        return None if row is None else int(row[0])

    def held_by(self, pid: int) -> int:
        """Count the jobs that a process of this machine holds."""
        row = self._ask("SELECT count(*) FROM publish_jobs WHERE lease_owner LIKE %s", [f"%/{pid}/%"])
        return 0 if row is None else int(row[0])

    def _ask(self, query: Any, values: list[Any]) -> tuple[Any, ...] | None:
        for _ in range(2):
            try:
                if self._connection is None:
                    self._connection = psycopg.connect(self._url, autocommit=True, connect_timeout=2)
                return self._connection.execute(query, values).fetchone()
            except psycopg.Error:
                self.close()
        return None
