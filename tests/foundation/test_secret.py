"""A secret keeps quiet, whatever is done to it."""

import copy
import json
import logging
import pickle
import traceback
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.secret import Secret

TEXT = "EAAcanary0123456789wxyz"


@dataclass(frozen=True)
class Carrier:
    """Something that holds a secret, as grants do."""

    token: Secret


@pytest.mark.parametrize(
    "shown",
    [
        repr(Secret(TEXT)),
        str(Secret(TEXT)),
        f"{Secret(TEXT)}",
        f"{Secret(TEXT)!r}",
        f"{Secret(TEXT):>40}",
        "%s %r" % (Secret(TEXT), Secret(TEXT)),  # noqa: UP031 - old code prints so
        str([Secret(TEXT)]),
        str({"token": Secret(TEXT)}),
        repr(Carrier(Secret(TEXT))),
        json.dumps({"token": Secret(TEXT)}, default=str),
        json.dumps({"token": Secret(TEXT)}, default=repr),
    ],
)
def test_a_secret_is_never_printed(shown: str) -> None:
    assert TEXT not in shown
    assert "Secret(***)" in shown


@given(st.text(alphabet="abcdefghij0123456789", min_size=12))
def test_no_text_of_a_secret_is_in_its_repr(text: str) -> None:
    assert text not in repr(Secret(text))


def test_a_secret_is_not_written_by_a_log_record(caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("tests").error("got %s and %r", Secret(TEXT), Carrier(Secret(TEXT)))
    assert "Secret(***)" in caplog.text
    assert TEXT not in caplog.text


def test_a_secret_in_an_exception_stays_hidden_when_it_is_printed() -> None:
    told = "".join(traceback.format_exception(ValueError(Secret(TEXT), Carrier(Secret(TEXT)))))
    assert "Secret(***)" in told
    assert TEXT not in told


def test_json_refuses_a_secret() -> None:
    with pytest.raises(TypeError):
        json.dumps({"token": Secret(TEXT)})


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_secret_is_not_pickled_so_it_cannot_travel_in_a_task_or_a_cache(protocol: int) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(Carrier(Secret(TEXT)), protocol)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy])
def test_a_secret_is_not_copied(duplicate: object) -> None:
    with pytest.raises(TypeError, match="not pickled"):
        duplicate(Secret(TEXT))  # type: ignore[operator]


def test_a_secret_has_no_attributes_to_list() -> None:
    with pytest.raises(TypeError):
        vars(Secret(TEXT))


def test_secrets_are_equal_by_their_text_and_to_nothing_else() -> None:
    assert Secret(TEXT) == Secret(TEXT)
    assert Secret(TEXT) != Secret(TEXT[:-1])
    assert Secret("é🥐") == Secret("é🥐")
    assert Secret(TEXT) != TEXT


def test_a_secret_has_no_hash() -> None:
    with pytest.raises(TypeError):
        hash(Secret(TEXT))


def test_a_secret_holds_text_and_gives_it_back_only_when_asked() -> None:
    assert Secret(TEXT).reveal() == TEXT
    with pytest.raises(TypeError):
        Secret(b"bytes")  # type: ignore[arg-type]


def test_the_hint_is_four_characters_and_only_of_a_long_secret() -> None:
    assert Secret("x" * 12 + "abcd").hint == "abcd"
    assert Secret("x" * 11 + "abcd").hint == ""
    assert Secret("").hint == ""
    assert Secret("x" * 16 + "a\x00bc").hint == "", "PostgreSQL stores no NUL in a text"


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")
    assert Secret("x")
    assert len(Secret("xyz")) == 3
