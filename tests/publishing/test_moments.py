"""A worker's clock is set right by the ledger's, and left alone where it is near enough."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from publishing import moments


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    yield
    moments.set_right(timedelta())


@pytest.mark.parametrize("seconds", [20, -20])
def test_a_clock_that_is_off_is_set_right(seconds: int) -> None:
    moments.set_right(timedelta(seconds=seconds))
    assert abs(moments.now() + timedelta(seconds=seconds) - timezone.now()) < timedelta(seconds=1)


def test_a_clock_that_was_set_right_meanwhile_is_believed_again() -> None:
    moments.set_right(timedelta(seconds=20))
    moments.set_right(timedelta(seconds=0.3))
    assert abs(moments.now() - timezone.now()) < timedelta(milliseconds=100)
