"""Bells: lost without harm, and never waited for twice."""

from typing import Any

import pytest
from amqp.exceptions import MessageNacked, RecoverableConnectionError
from kombu.exceptions import OperationalError

from foundation import bells


class Bell:
    """A task whose broker is away, or not."""

    name = "bell"

    def __init__(self, *trouble: Exception | None) -> None:
        self.rung: list[tuple[str, ...]] = []
        self._trouble = list(trouble)

    def apply_async(self, args: tuple[str, ...], **options: object) -> None:
        self.rung.append(args)
        if self._trouble and (error := self._trouble.pop(0)) is not None:
            raise error


@pytest.fixture(autouse=True)
def anew() -> Any:
    bells.forget()
    yield
    bells.forget()


@pytest.mark.parametrize(
    "error", [OperationalError("away"), RecoverableConnectionError("gone"), MessageNacked(), TimeoutError()]
)
def test_a_broker_that_does_not_take_a_bell_is_left_in_peace_for_a_while(error: Exception) -> None:
    bell: Any = Bell(error)
    bells.ring(bell)
    bells.ring(bell)
    assert bell.rung == [()]
    bells.forget()
    bells.ring(bell)
    assert bell.rung == [(), ()]


def test_what_says_more_than_look_is_tried_all_the_same() -> None:
    bell: Any = Bell(OperationalError("away"), OperationalError("away"))
    bells.ring(bell)
    bells.ring(bell, "somebody@hub.example")
    assert bell.rung == [(), ("somebody@hub.example",)]


def test_a_fault_of_ours_is_not_taken_for_a_broker_that_is_away() -> None:
    bell: Any = Bell(TypeError("no such argument"))
    with pytest.raises(TypeError):
        bells.ring(bell)
