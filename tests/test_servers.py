"""The servers the tests bring along: they start, refuse strangers, survive a kill and leave nothing behind.

Nothing here knows Django. `python -m tests` runs this file in the servers suite only.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from redis import Redis
from redis.exceptions import AuthenticationError

from tests.servers import NoServerError, Server, binaries, postgres, redis
from tests.servers.postgres import PostgresServer
from tests.servers.process import free_port, service_account
from tests.servers.redis import RedisServer

ROOT = Path(__file__).resolve().parent.parent

SLOWEST_START = 30.0
"""Seconds, for a busy machine: 1 and 0.1 are usual. The figures are printed by `python -m tests`."""

OWNER = """
import json, sys, time
from tests.servers import postgres, redis
with getattr(sys.modules["tests.servers." + sys.argv[1]], "running")(own=True) as server:
    if sys.argv[2:] == ["killed"]:
        server.kill()
    print(json.dumps([server.pid, server.port, str(server.directory)]), flush=True)
    time.sleep(300)
"""


@pytest.fixture(scope="module")
def database() -> Iterator[PostgresServer]:
    with postgres.running(own=True) as server:
        yield server


@pytest.fixture(scope="module")
def broker() -> Iterator[RedisServer]:
    with redis.running(own=True, aof=True) as server:
        yield server


def ask(server: PostgresServer, statement: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def client(server: RedisServer) -> Any:
    return closing(Redis.from_url(server.url, decode_responses=True))


def is_alive(pid: int) -> bool:
    """Say whether the process exists and is no zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z")


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def assert_gone(pid: int | None, port: int, directory: Path, *, within: float) -> None:
    until = time.monotonic() + within
    while (pid and is_alive(pid)) or answers(port) or directory.exists():
        assert time.monotonic() < until, f"process {pid}, port {port} or {directory} is still there after {within} s"
        time.sleep(0.05)


def test_postgres_answers_soon_in_utc_and_utf8(database: PostgresServer) -> None:
    [(zone, encoding, upper, fsync)] = ask(
        database,
        "SELECT current_setting('timezone'), current_setting('server_encoding'), upper('größe'),"
        " current_setting('fsync')",
    )
    assert (zone, encoding, fsync) == ("UTC", "UTF8", "off")
    assert upper == "GRÖßE"
    assert 0 < database.start_seconds < SLOWEST_START


def test_redis_answers_soon_and_has_a_database_per_worker(broker: RedisServer) -> None:
    with client(broker) as connection:
        assert connection.ping()
        assert int(connection.config_get("databases")["databases"]) == redis.DATABASES
    assert 0 < broker.start_seconds < SLOWEST_START


@pytest.mark.parametrize("kind", ["database", "broker"])
def test_no_server_runs_as_root(kind: str, request: pytest.FixtureRequest) -> None:
    server: Server = request.getfixturevalue(kind)
    account = service_account()
    owner = (server.directory / "data").stat().st_uid
    assert owner == (account.uid if account else os.geteuid())
    assert owner != 0
    if Path("/proc/self/status").exists():
        assert Path(f"/proc/{server.pid}").stat().st_uid == owner


@pytest.mark.parametrize("password", ["", "wrong"])
def test_postgres_refuses_a_wrong_password(database: PostgresServer, password: str) -> None:
    stranger = database.url.replace(database.password, password)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(stranger)


@pytest.mark.parametrize("password", ["", "wrong"])
def test_redis_refuses_a_wrong_password(broker: RedisServer, password: str) -> None:
    stranger = broker.url.replace(broker.password, password)
    with closing(Redis.from_url(stranger)) as connection, pytest.raises(AuthenticationError):
        connection.ping()


def test_no_password_stands_on_a_command_line(database: PostgresServer, broker: RedisServer) -> None:
    for server in (database, broker):
        command = server._command()
        assert not any(server.password in str(word) for word in command)
        for path in server.directory.iterdir():
            assert path.is_dir() or path.name == "log" or path.stat().st_mode & 0o077 == 0, path


@pytest.mark.parametrize("blow", ["restart", "kill"])
def test_postgres_keeps_its_data_and_url(database: PostgresServer, blow: str) -> None:
    url, before = database.url, database.pid
    ask(database, "DROP TABLE IF EXISTS kept")
    ask(database, "CREATE TABLE kept AS SELECT 42 AS id")
    with psycopg.connect(url) as bystander:
        if blow == "kill":
            database.kill()
            assert database.pid is None
        database.restart()
        with pytest.raises(psycopg.OperationalError):
            bystander.execute("SELECT 1")
    assert ask(database, "SELECT id FROM kept") == [(42,)]
    assert database.url == url
    assert database.pid not in (None, before)


@pytest.mark.parametrize("blow", ["restart", "kill"])
def test_redis_with_aof_keeps_its_data_and_without_forgets(broker: RedisServer, blow: str) -> None:
    with redis.running(own=True) as forgetful:
        for server, kept in ((broker, "yes"), (forgetful, None)):
            with client(server) as connection:
                connection.set(blow, "yes")
            if blow == "kill":
                server.kill()
            server.restart()
            with client(server) as connection:
                assert connection.get(blow) == kept


def test_a_flush_forgets_every_database(broker: RedisServer) -> None:
    with closing(Redis.from_url(broker.url.replace("/0", "/7"))) as seventh:
        seventh.set("key", "value")
        broker.flush()
        assert seventh.dbsize() == 0


@pytest.mark.parametrize("kind", [postgres, redis])
@pytest.mark.parametrize("last", ["running", "killed"])
def test_nothing_is_left_after_the_context(kind: Any, last: str) -> None:
    with kind.running(own=True) as server:
        left = server.pid, server.port, server.directory
        if last == "killed":
            server.kill()
    assert_gone(*left, within=1)


@pytest.mark.parametrize("kind", ["postgres", "redis"])
@pytest.mark.parametrize("last", ["running", "killed"])
def test_nothing_is_left_after_sigkill_of_the_owner(kind: str, last: str) -> None:
    owner = subprocess.Popen([sys.executable, "-c", OWNER, kind, last], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert owner.stdout
        pid, port, directory = json.loads(owner.stdout.readline())
        assert answers(port) is (last == "running")
        assert Path(directory).exists()
    finally:
        owner.kill()
        owner.communicate()
    assert_gone(pid, port, Path(directory), within=5)


@pytest.mark.parametrize("kind", [postgres, redis])
def test_what_only_root_may_enter_is_no_trouble(kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Programs that nobody may read are copied, and a private TMPDIR is left alone."""
    tmp_path.chmod(0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    original = next(kind.candidates())
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    for part in original.parts:
        source, target = original.tree / part, closed / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True)
        elif source.exists():
            shutil.copy2(source, target)
    program = closed / original.program.relative_to(original.tree)
    monkeypatch.setattr(kind, "candidates", lambda: [replace(original, program=program, tree=closed)])
    with kind.running(own=True) as server:
        used = Path(server._command()[0])
        assert used.is_relative_to(server.directory) is (os.geteuid() == 0)
        assert server.directory.is_relative_to(tmp_path) is (os.geteuid() != 0)


@pytest.mark.parametrize(("kind", "variable"), [(postgres, "TEST_DATABASE_URL"), (redis, "TEST_REDIS_URL")])
def test_a_given_server_is_used_and_never_stopped(
    kind: Any, variable: str, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    ours: Server = request.getfixturevalue("database" if kind is postgres else "broker")
    monkeypatch.setenv(variable, ours.url)
    with kind.running() as server:
        assert (server.url, server.version) == (ours.url, ours.version)
        with pytest.raises(RuntimeError, match="own=True"):
            server.kill()
    assert answers(ours.port)


@pytest.mark.parametrize(
    ("kind", "variable", "url"),
    [
        (postgres, "TEST_DATABASE_URL", "postgres://someone@127.0.0.1:9/nothing"),
        (redis, "TEST_REDIS_URL", "redis://127.0.0.1:9/0"),
        (redis, "TEST_REDIS_URL", "127.0.0.1"),
    ],
)
def test_a_given_server_that_is_not_there_fails_with_the_remedy(
    kind: Any, variable: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, url)
    with pytest.raises(NoServerError, match=rf"(?s){variable}.*unset the variable"), kind.running():
        pass


@pytest.mark.parametrize("kind", [postgres, redis])
def test_a_missing_server_fails_with_the_remedy(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kind, "candidates", lambda: iter(()))
    with pytest.raises(NoServerError, match=r"(?s)none found.*make test"), kind.running(own=True):
        pass


def test_an_old_or_broken_program_is_named(tmp_path: Path) -> None:
    old, broken = tmp_path / "old", tmp_path / "broken"
    old.write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 9.6.24'\n")
    broken.write_text("#!/bin/sh\nexit 1\n")
    found = []
    for program in (old, broken):
        program.chmod(0o755)
        found.append(binaries.Candidate(program, tmp_path, (program.name,)))
    with pytest.raises(NoServerError, match=r"old is too old \(9\.6\.24\); .*broken does not run"):
        binaries.choose(found, minimum=postgres.OLDEST, what="PostgreSQL", remedy="")


@pytest.mark.parametrize("kind", [postgres, redis])
def test_a_port_taken_by_another_is_left_to_it(kind: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        ports = iter([other.getsockname()[1], free_port()])
        monkeypatch.setattr("tests.servers.server.free_port", lambda: next(ports))
        with kind.running(own=True) as server:
            assert server.port != other.getsockname()[1]


def test_settings_and_fsync_reach_postgres() -> None:
    with postgres.running(own=True, fsync=True, settings={"work_mem": "11MB"}) as server:
        statement = "SELECT current_setting('fsync'), current_setting('work_mem')"
        assert ask(server, statement) == [("on", "11MB")]
