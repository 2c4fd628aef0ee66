"""A worker's clock is set right by the ledger's, and left alone where it is near enough."""

import time
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


def test_time_that_passes_while_the_machine_sleeps_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    slept = 3600.0
    monkeypatch.setattr(moments, "_BOOTTIME", 7)
    monkeypatch.setattr(time, "clock_gettime", lambda _: time.monotonic() + slept)
    assert moments.steady() >= time.monotonic() + slept - 1
