"""Switches: named settings of the town, each with a default, a kind and a sentence that explains it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sandbox.store import Store

Value = bool | int | str


@dataclass(frozen=True)
class Switch:
    """Describe one setting; the type of the default is the type of every value."""

    name: str
    default: Value
    help: str
    choices: tuple[str, ...] = ()
    minimum: int = 0


@dataclass
class Setting:
    """Keep one value that differs from its default."""

    value: Value


class UnknownSwitchError(ValueError):
    """Say that a name or a value does not fit the table of switches."""


LATENCY = Switch("latency_ms", 0, "Every platform call takes at least this many milliseconds.")


@dataclass
class Switches:
    """Read and set switches; what equals its default is not stored."""

    store: Store
    table: dict[str, Switch] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._settings = self.store.collection("switches", Setting)
        self.declare([LATENCY])

    def declare(self, switches: Iterable[Switch]) -> None:
        """Add switches to the table."""
        self.table.update({switch.name: switch for switch in switches})

    def value(self, name: str) -> Value:
        """Return the current value."""
        setting = self._settings.get(name)
        return self.table[name].default if setting is None else setting.value

    def flag(self, name: str) -> bool:
        """Return a yes-or-no switch."""
        return bool(self.value(name))

    def number(self, name: str) -> int:
        """Return a numeric switch."""
        return int(self.value(name))

    def word(self, name: str) -> str:
        """Return a switch with choices."""
        return str(self.value(name))

    def all(self) -> dict[str, Value]:
        """Return every switch with its current value."""
        return {name: self.value(name) for name in self.table}

    def set(self, changes: Mapping[str, object]) -> None:
        """Set several switches at once; None brings back the default.

        Nothing changes when one of them does not fit: `UnknownSwitchError` says which and why.
        """
        fitted = {name: self._fit(name, value) for name, value in changes.items()}
        for name, value in fitted.items():
            if value == self.table[name].default:
                self._settings.remove(name)
            else:
                self._settings.put(name, Setting(value))

    def _fit(self, name: str, value: object) -> Value:
        switch = self.table.get(name)
        if switch is None:
            raise UnknownSwitchError(f"There is no switch {name!r}. Known: {', '.join(sorted(self.table))}.")
        if value is None:
            return switch.default
        if isinstance(switch.default, bool):
            return _fit_flag(name, value)
        if isinstance(switch.default, int):
            return _fit_number(switch, value)
        if value not in switch.choices:
            raise UnknownSwitchError(f"{name} is one of {', '.join(switch.choices)}, not {value!r}.")
        return str(value)


def _fit_flag(name: str, value: object) -> bool:
    words = {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}
    text = str(value).lower()
    if text not in words:
        raise UnknownSwitchError(f"{name} is true or false, not {value!r}.")
    return words[text]


def _fit_number(switch: Switch, value: object) -> int:
    text = str(value)
    if isinstance(value, bool) or not text.lstrip("-").isdecimal() or int(text) < switch.minimum:
        raise UnknownSwitchError(f"{switch.name} is a whole number from {switch.minimum} up, not {value!r}.")
    return int(text)
