"""Typed readers of the environment, and the list of what they read.

Every setting is read once, in ``config/settings.py``, through one of these readers. Each may also come from a file named
by ``NAME_FILE`` (the way containers hand over secrets). What was read, with its help and default, is kept in
``READINGS``: ``docs/settings.md`` and ``.env.example`` are made from it, and a test keeps them true.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from foundation.secret import Secret

T = TypeVar("T")

_source = environ.FileAwareEnv()


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
    try:
        value = _source.str(name, default="")
    except (OSError, ValueError, ImproperlyConfigured) as error:
        raise ImproperlyConfigured(
            f"{name}_FILE names {os.environ.get(name + '_FILE')!r}, which cannot be read ({type(error).__name__}). "
            "Name a readable file, or remove the variable."
        ) from error
    return value.strip() or None


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
        raw = default_file.read_text(encoding="utf-8").strip() or None
    return Secret(raw) if raw else None
