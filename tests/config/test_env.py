"""Settings come from the environment, once, typed, and what is wrong is told with the name of the setting."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env
from foundation.secret import Secret

HELP = "What it is for."


@pytest.fixture
def name(monkeypatch: pytest.MonkeyPatch) -> str:
    """A setting nobody has read before: what a file said is kept for the life of the process."""
    monkeypatch.setattr(env, "READINGS", {})
    return f"TEST_{uuid4().hex.upper()}"


READERS: dict[str, tuple[Callable[[str], Any], str, Any, str, Any]] = {
    "text": (lambda name: env.text(name, default="d", help=HELP), "x y", "x y", "", "d"),
    "flag": (lambda name: env.flag(name, default=True, help=HELP), "no", False, "perhaps", True),
    "number": (lambda name: env.number(name, default=5, least=1, most=9, help=HELP), "7", 7, "10", 5),
    "listing": (lambda name: env.listing(name, default=("a",), help=HELP), "x, y  z,", ("x", "y", "z"), "", ("a",)),
    "spans": (
        lambda name: env.spans(name, default=(5,), most=90, help=HELP),
        "60, 7 0",
        (timedelta(seconds=7), timedelta(seconds=60)),
        "91",
        (timedelta(seconds=5),),
    ),
    "choice": (lambda name: env.choice(name, default="a", among=("a", "b"), help=HELP), "b", "b", "c", "a"),
    "url": (
        lambda name: env.url(name, default="http://d", help=HELP),
        "https://h.example/p/",
        "https://h.example/p",
        "h.example",
        "http://d",
    ),
}
EVERY = pytest.mark.parametrize("kind", READERS)


@EVERY
def test_a_value_is_read_with_its_type(name: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    read, raw, value, _, _ = READERS[kind]
    monkeypatch.setenv(name, f" {raw} ")
    assert read(name) == value


@EVERY
@pytest.mark.parametrize("raw", [None, "", "   "])
def test_what_is_not_set_or_empty_is_the_default(
    name: str, kind: str, raw: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, _, _, _, default = READERS[kind]
    if raw is not None:
        monkeypatch.setenv(name, raw)
    assert read(name) == default


@EVERY
def test_a_value_may_come_from_a_file(name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read, raw, value, _, _ = READERS[kind]
    file = tmp_path / "value"
    file.write_text(f"{raw}\n")
    monkeypatch.setenv(f"{name}_FILE", str(file))
    assert read(name) == value


@EVERY
@pytest.mark.parametrize("trouble", ["missing", "directory", "binary"])
def test_a_file_that_cannot_be_read_is_named(
    name: str, kind: str, trouble: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "value"
    if trouble == "directory":
        path.mkdir()
    elif trouble == "binary":
        path.write_bytes(b"\xff\xfe\x00")
    monkeypatch.setenv(f"{name}_FILE", str(path))
    with pytest.raises(ImproperlyConfigured) as told:
        READERS[kind][0](name)
    assert f"{name}_FILE" in str(told.value)
    assert str(path) in str(told.value)


@EVERY
def test_a_wrong_value_is_told_with_the_setting_and_what_it_is_for(
    name: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, _, _, wrong, _ = READERS[kind]
    if not wrong:
        assert kind in {"text", "listing"}, "every other kind has wrong values"
        return
    monkeypatch.setenv(name, wrong)
    with pytest.raises(ImproperlyConfigured) as told:
        read(name)
    assert str(told.value).startswith(f"{name} must be ")
    assert HELP in str(told.value)


@pytest.mark.parametrize("raw", ["0", "10", "-1", "3.5", "three", "1e3"])
def test_a_number_outside_its_bounds_or_no_number_is_refused(
    name: str, raw: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, raw)
    with pytest.raises(ImproperlyConfigured, match="a whole number from 1 to 9"):
        env.number(name, default=5, least=1, most=9, help=HELP)


@pytest.mark.parametrize(
    ("raw", "value"),
    [("1", True), ("TRUE", True), ("Yes", True), ("on", True), ("0", False), ("False", False), ("OFF", False)],
)
def test_yes_and_no_have_many_spellings(name: str, raw: str, value: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, raw)
    assert env.flag(name, default=not value, help=HELP) is value


@pytest.mark.parametrize(
    "raw",
    ["ftp://h", "javascript:x", "//h", "http://", "https://u:p@h", "https://h?x=1", "https://h#f", "https://[::1"],
)
def test_an_address_with_more_than_host_and_path_is_refused(
    name: str, raw: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, raw)
    with pytest.raises(ImproperlyConfigured, match=name):
        env.url(name, help=HELP)


def test_a_secret_comes_from_a_named_file_else_the_variable_else_the_default_file(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    default, named = tmp_path / "default", tmp_path / "named"
    assert env.secret(name, default_file=default, help=HELP) is None
    default.write_text("from the default file\n")
    assert env.secret(name, default_file=default, help=HELP) == Secret("from the default file")
    monkeypatch.setenv(name, "from the variable")
    assert env.secret(name, default_file=default, help=HELP) == Secret("from the variable")
    named.write_text(" from the named file \n")
    monkeypatch.delenv(name)
    monkeypatch.setenv(f"{name}_FILE", str(named))
    assert env.secret(name, default_file=default, help=HELP) == Secret("from the named file")


@EVERY
def test_a_variable_and_a_file_at_once_are_refused_because_nobody_knows_which_was_meant(
    name: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, raw, value, _, _ = READERS[kind]
    (tmp_path / "value").write_text(raw)
    monkeypatch.setenv(name, raw)
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "value"))
    with pytest.raises(ImproperlyConfigured, match=f"{name} and {name}_FILE are both set"):
        read(name)
    monkeypatch.setenv(name, " ")  # what a template leaves empty says nothing
    assert read(name) == value


@pytest.mark.parametrize(
    ("content", "told"),
    [(b"", "is empty"), (b" \n\n", "is empty"), (b"\xff\xfe\x00", "no text in UTF-8"), (None, "no such file")],
)
def test_what_is_wrong_with_a_file_is_told_in_words_and_without_its_contents(
    name: str, content: bytes | None, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        (tmp_path / "value").write_bytes(content)
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "value"))
    with pytest.raises(ImproperlyConfigured, match=told) as said:
        env.secret(name, help=HELP)
    assert str(tmp_path / "value") in str(said.value)
    assert said.value.__cause__ is None, "the cause of a decoding error holds the bytes"


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n", b"\n\n", b" "])
def test_what_editors_leave_at_the_ends_of_a_file_is_no_part_of_a_secret(
    name: str, ending: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "value").write_bytes(b"\xef\xbb\xbf$the secret" + ending)
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "value"))
    assert env.secret(name, help=HELP) == Secret("$the secret")


def test_a_secret_of_several_lines_is_refused_and_not_shown(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "value").write_text("# a note about it\ncanary-of-a-secret\n")
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "value"))
    with pytest.raises(ImproperlyConfigured, match="holds 2 lines, and a secret is one") as said:
        env.secret(name, help=HELP)
    assert "canary" not in str(said.value)


def test_a_list_of_secrets_has_one_a_line(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.secret_list(name, help=HELP) == ()
    (tmp_path / "value").write_text("first\nsecond\n")
    monkeypatch.setenv(f"{name}_FILE", str(tmp_path / "value"))
    assert env.secret_list(name, help=HELP) == (Secret("first"), Secret("second"))
    assert env.READINGS[name].secret


def test_an_empty_secret_is_none(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "empty"
    empty.write_text("\n")
    monkeypatch.setenv(name, "")
    assert env.secret(name, default_file=empty, help=HELP) is None


def test_a_secret_is_listed_by_name_and_never_by_value(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "canary-value-of-a-secret")
    env.secret(name, help=HELP)
    reading = env.READINGS[name]
    assert reading.secret
    assert "canary" not in repr(env.READINGS)


def test_a_text_that_is_shown_otherwise_keeps_its_default_out_of_the_list(name: str) -> None:
    env.text(name, default="/home/somebody/var", shown="var", help=HELP)
    assert env.READINGS[name] == env.Reading(name, "text", "var", HELP)
