"""How `python -m tests` decides: which runs are whole, how many workers they get, when an empty one is a failure."""

from __future__ import annotations

import pytest

from tests import __main__ as suites
from tests.servers import NoServerError


@pytest.mark.parametrize(
    ("arguments", "whole"),
    [
        ([], True),
        (["-x", "--durations=5", "-n0"], True),
        (["--maxfail", "2"], True),
        (["tests/test_servers.py"], False),
        (["tests/test_servers.py::test_a"], False),
        (["-k", "rotate"], False),
        (["-krotate"], False),
        (["-m", "live"], False),
        (["--lf"], False),
        (["--pdb"], False),
    ],
)
def test_a_run_is_whole_unless_it_selects(arguments: list[str], whole: bool) -> None:
    assert suites.is_whole(arguments) is whole


def test_a_whole_run_has_a_worker_more_than_processors_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suites, "processors", lambda: 4)
    assert suites.workers([]) == ["-n", "5", "--dist", "worksteal"]
    assert suites.workers(["-n0"]) == suites.workers(["-n", "2"]) == suites.workers(["-k", "rotate"]) == []
    monkeypatch.setattr(suites, "processors", lambda: 1)
    assert suites.workers([]) == []
    monkeypatch.setattr(suites, "processors", lambda: 96)
    assert suites.workers([]) == ["-n", str(suites.MOST_WORKERS), "--dist", "worksteal"]


def test_both_suites_run_and_one_failure_fails_all(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = {"sqlite": 1, "servers": 0}
    ran: list[str] = []

    def run(suite: str, arguments: list[str]) -> suites.Outcome:
        ran.append(suite)
        return suites.Outcome(suite, codes[suite], 1.0)

    monkeypatch.setattr(suites, "run", run)
    assert suites.main([]) == 1
    assert ran == ["sqlite", "servers"]
    assert suites.main(["--only", "servers"]) == 0
    codes["sqlite"] = suites.NO_TESTS
    assert suites.main([]) == 1
    assert suites.main(["-k", "rotate"]) == 0
    codes["servers"] = suites.NO_TESTS
    assert suites.main(["-k", "rotate"]) == 1


def test_the_sqlite_suite_sees_no_server_and_no_foreign_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}

    def pytest_run(suite: str, arguments: list[str], environment: dict[str, str]) -> int:
        seen.update(environment)
        return 0

    monkeypatch.setattr(suites, "pytest", pytest_run)
    for name in ("DATABASE_URL", "REDIS_URL", "PGSSLMODE"):
        monkeypatch.setenv(name, "of the developer")
    assert suites.run("sqlite", []).code == 0
    assert seen["SWITCHBOARD_TEST_SUITE"] == "sqlite"
    assert "switchboard-var-" in seen["VAR_DIR"]
    assert not seen.keys() & {"DATABASE_URL", "REDIS_URL", "PGSSLMODE"}


def test_servers_that_cannot_be_had_fail_the_suite_with_their_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def servers(suite: str) -> None:
        raise NoServerError("install this")

    monkeypatch.setattr(suites, "servers", servers)
    outcome = suites.run("servers", [])
    assert outcome.code == 1
    assert "install this" in capsys.readouterr().out
    assert "FAILED" in str(outcome)
