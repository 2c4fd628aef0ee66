"""What lies in Redis is data and never code."""

import pickle

import pytest

from foundation.plain_cache import PlainSerializer

plain = PlainSerializer()


@pytest.mark.parametrize(
    "value", [0, -3, 1.5, True, None, "17", "word", ["a", 1], {"used": 91.5, "rows": [{"hour": "2026-11-01"}]}]
)
def test_plain_values_come_back_as_they_went_in(value: object) -> None:
    stored = plain.dumps(value)
    told = plain.loads(str(stored).encode() if isinstance(stored, int) else stored)
    assert told == value
    assert type(told) is type(value)


def test_what_is_no_plain_value_is_refused_and_not_pickled() -> None:
    with pytest.raises(TypeError):
        plain.dumps(object())


def test_a_pickle_that_somebody_put_there_is_nothing() -> None:
    assert plain.loads(pickle.dumps({"a": 1})) is None
    assert plain.loads(b"\xff") is None
