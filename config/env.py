"""Typed readers of the environment, and the list of what they read.

Every setting is read once, in ``config/settings/``, through one of these readers. Each may also come from a file named
by ``NAME_FILE`` (the way containers hand over secrets), but not from both: nobody could tell which one was meant. White
space around a value, such as the newline at the end of a file, is no part of it. What was read, with its help and default, is kept in
``READINGS``: ``docs/settings.md`` and ``.env.example`` are made from it, and a test keeps them true.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from foundation.secret import Secret

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Reading:
    """One setting as the environment may give it."""

    name: str
    kind: str
    default: str
    help: str
    secret: bool = False


READINGS: dict[str, Reading] = {}


def _read(name: str, kind: str, default: T, help: str, parse: Callable[[str], T], shown: str | None = None) -> T:
    READINGS[name] = Reading(name, kind, str(default) if shown is None else shown, help)
    raw = _raw(name)
    if raw is None or raw == "":
        return default
    try:
        return parse(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be {kind}: {error}. {help}") from error


def _raw(name: str) -> str | None:
    """Return what the environment says, in the variable or in the file; None for nothing. Raises ``ImproperlyConfigured``."""
    value = os.environ.get(name, "").strip()
    path = os.environ.get(f"{name}_FILE", "").strip()
    if not path:
        return value or None
    if value:
        raise ImproperlyConfigured(
            f"{name} and {name}_FILE are both set, and only one can be meant. Remove one of the two variables."
        )
    told = f"{name}_FILE names {path!r}"
    text = _contents(Path(path), told=told)
    if not text:
        raise ImproperlyConfigured(f"{told}, which is empty. Write the value into it, or remove the variable.")
    return text


def _contents(path: Path, *, told: str) -> str:
    """Return the text of a file that somebody named, without white space around it."""
    mend = "Name a readable text file, or remove the variable."
    try:
        text = path.read_text(encoding="utf-8-sig").strip()
    except FileNotFoundError:
        raise ImproperlyConfigured(f"{told}, and there is no such file. {mend}") from None
    except PermissionError:
        raise ImproperlyConfigured(f"{told}, which this user may not read. Let it be read, or name another.") from None
    except UnicodeDecodeError:
        raise ImproperlyConfigured(f"{told}, which is no text in UTF-8. {mend}") from None
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{told}, which cannot be read ({type(error).__name__}). {mend}") from None
    return text


def text(name: str, *, default: str = "", help: str, shown: str | None = None) -> str:
    """Read a line of text."""
    return _read(name, "text", default, help, str, shown)


def flag(name: str, *, default: bool, help: str) -> bool:
    """Read yes or no: 1, true, yes, on; 0, false, no, off."""

    def parse(raw: str) -> bool:
        word = raw.lower()
        if word in {"1", "true", "yes", "on"}:
            return True
        if word in {"0", "false", "no", "off"}:
            return False
        raise ValueError(f"{raw!r} is neither yes nor no")

    return _read(name, "yes or no", default, help, parse, "1" if default else "0")


def number(name: str, *, default: int, least: int, most: int, help: str) -> int:
    """Read a whole number within bounds."""

    def parse(raw: str) -> int:
        value = int(raw)
        if not least <= value <= most:
            raise ValueError(f"{value} is outside {least} to {most}")
        return value

    return _read(name, f"a whole number from {least} to {most}", default, help, parse)


def days(name: str, *, default: int, least: int, most: int = 3650, help: str) -> timedelta:
    """Read for how many days something is kept; 0, and so no time at all, says for ever."""

    def parse(raw: str) -> timedelta:
        value = int(raw)
        if value and not least <= value <= most:
            raise ValueError(f"{value} is outside {least} to {most}")
        return timedelta(days=value)

    kind = f"a whole number from {least} to {most}, 0 for ever"
    return _read(name, kind, timedelta(days=default), help, parse, str(default))


def spans(name: str, *, default: tuple[int, ...], most: int, help: str) -> tuple[timedelta, ...]:
    """Read spans of time in seconds, the shortest first; ``0`` alone says none."""

    def parse(raw: str) -> tuple[timedelta, ...]:
        values = sorted({int(part) for part in raw.replace(",", " ").split()})
        if wrong := [value for value in values if not 0 <= value <= most]:
            raise ValueError(f"{wrong[0]} is outside 0 to {most}")
        return tuple(timedelta(seconds=value) for value in values if value)

    shown = ",".join(str(value) for value in default)
    return _read(
        name,
        "seconds parted by commas, 0 for none",
        tuple(timedelta(seconds=each) for each in default),
        help,
        parse,
        shown,
    )


def listing(name: str, *, default: tuple[str, ...] = (), help: str) -> tuple[str, ...]:
    """Read a list, parted by commas or white space."""

    def parse(raw: str) -> tuple[str, ...]:
        return tuple(part for part in raw.replace(",", " ").split() if part)

    return _read(name, "a list parted by commas", default, help, parse, ",".join(default))


def choice(name: str, *, default: str, among: tuple[str, ...], help: str) -> str:
    """Read one of a few words."""

    def parse(raw: str) -> str:
        if raw not in among:
            raise ValueError(f"{raw!r} is not known")
        return raw

    return _read(name, "one of " + ", ".join(among), default, help, parse)


def url(name: str, *, default: str = "", help: str, shown: str | None = None) -> str:
    """Read an http(s) address; a trailing slash is dropped."""

    def parse(raw: str) -> str:
        parts = urlsplit(raw)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError(f"{raw!r} is not an http or https address")
        if parts.query or parts.fragment or parts.username:
            raise ValueError("it may hold a host and a path, and no user, query or fragment")
        return raw.rstrip("/")

    return _read(name, "an http(s) address", default, help, parse, shown)


def secret(name: str, *, default_file: Path | None = None, help: str) -> Secret | None:
    """Read a secret from NAME, from the file that NAME_FILE names, or from a default file if that is there."""
    shown = f"the contents of {default_file.parent.name}/{default_file.name}" if default_file else ""
    READINGS[name] = Reading(name, "a secret", shown, help, secret=True)
    raw = _raw(name)
    if raw is None and default_file is not None and default_file.is_file():
        raw = _contents(default_file, told=f"{name} is kept in {str(default_file)!r}")
    if raw and len(raw.splitlines()) > 1:
        raise ImproperlyConfigured(
            f"{name} holds {len(raw.splitlines())} lines, and a secret is one. A newline at its end does no harm; remove the others."
        )
    return Secret(raw) if raw else None


def secret_list(name: str, *, help: str) -> tuple[Secret, ...]:
    """Read secrets, one a line or parted by white space, from NAME or from the file that NAME_FILE names."""
    READINGS[name] = Reading(name, "secrets, one a line", "", help, secret=True)
    return tuple(Secret(part) for part in (_raw(name) or "").split())


def source_of(name: str, *, default_file: Path | None = None) -> Path | None:
    """Return the file that a setting came from, or None when it came from a variable or from nowhere."""
    if path := os.environ.get(f"{name}_FILE", "").strip():
        return Path(path)
    if os.environ.get(name, "").strip() or default_file is None or not default_file.is_file():
        return None
    return default_file
