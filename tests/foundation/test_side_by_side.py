"""Asking several things at once: soon, in the caller's name, and with nothing left running."""

import threading
from collections.abc import Iterator

import pytest
import structlog

from foundation.side_by_side import AT_ONCE, SideBySide


def test_questions_are_asked_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=5)
    with SideBySide() as beside:
        others = [beside.ask(together.wait) for _ in range(2)]
        together.wait()
    assert len({other.result() for other in others}) == 2


def test_no_more_are_asked_at_once_than_allowed() -> None:
    open_now: list[int] = []
    most: list[int] = []
    turn, go_on = threading.Semaphore(0), threading.Event()

    def question() -> None:
        open_now.append(1)
        most.append(len(open_now))
        turn.release()
        go_on.wait(5)
        open_now.pop()

    with SideBySide() as beside:
        for _ in range(AT_ONCE + 2):
            beside.ask(question)
        for _ in range(AT_ONCE):
            turn.acquire(timeout=5)
        go_on.set()
    assert max(most) == AT_ONCE


@pytest.fixture
def named() -> Iterator[None]:
    with structlog.contextvars.bound_contextvars(tenant_id="of the caller"):
        yield


@pytest.mark.usefixtures("named")
def test_a_question_is_logged_under_the_name_of_its_caller() -> None:
    with SideBySide() as beside:
        seen = beside.ask(lambda: structlog.contextvars.get_contextvars()["tenant_id"])
    assert seen.result() == "of the caller"


def test_whatever_goes_wrong_nothing_is_left_running() -> None:
    begun, go_on = threading.Event(), threading.Event()
    ended: list[str] = []

    def slow() -> None:
        begun.set()
        go_on.wait(5)
        ended.append("slow")

    def caller() -> None:
        with SideBySide() as beside:
            beside.ask(slow)
            begun.wait(5)
            threading.Timer(0.05, go_on.set).start()
            raise ValueError("the caller's own question failed")

    with pytest.raises(ValueError, match="the caller's own"):
        caller()
    assert ended == ["slow"]


def test_an_error_comes_out_where_the_answer_is_read() -> None:
    def fails() -> None:
        raise LookupError("not there")

    with SideBySide() as beside:
        asked = beside.ask(fails)
    with pytest.raises(LookupError):
        asked.result()
