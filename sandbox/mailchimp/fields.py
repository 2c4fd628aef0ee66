"""Reading a body field by field, gathering everything that is wrong with it before it is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.mailchimp.ask import kind_of
from sandbox.mailchimp.errors import UNVALIDATED, Refusal


class Fields:
    """Read a body; `done` refuses it when something did not fit."""

    def __init__(self, body: Mapping[str, Any], prefix: str = "", errors: list[dict[str, str]] | None = None) -> None:
        self.body = body
        self.errors: list[dict[str, str]] = [] if errors is None else errors
        self._prefix = prefix

    def wrong(self, name: str, message: str) -> None:
        """Note that a field does not fit."""
        self.errors.append({"field": f"{self._prefix}{name}" if name else self._prefix.rstrip("."), "message": message})

    def need(self, *names: str) -> None:
        """Note what is missing."""
        missing = [name for name in names if self.body.get(name) is None]
        if missing:
            self.wrong("", f"Required fields were not provided: {', '.join(missing)}")

    def text(self, name: str, default: str = "", *, choices: tuple[str, ...] = (), longest: int = 0) -> str:
        """Read text; null and what was not said are the default."""
        value = self.body.get(name)
        if value is None:
            return default
        if not isinstance(value, str):
            self._wrong_type(name, "string", value)
            return default
        if choices and value not in choices:
            self.wrong(name, f"Value must be one of: {', '.join(choices)}")
        if longest and len(value) > longest:
            self.wrong(name, f"String must be no more than {longest} characters long")
        return value

    def flag(self, name: str, default: bool = False) -> bool:
        """Read a yes or no."""
        value = self.body.get(name)
        if value is None:
            return default
        if not isinstance(value, bool):
            self._wrong_type(name, "boolean", value)
            return default
        return value

    def number(self, name: str, default: int = 0) -> int:
        """Read a whole number."""
        value = self.body.get(name)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int):
            self._wrong_type(name, "integer", value)
            return default
        return value

    def block(self, name: str) -> dict[str, Any]:
        """Read an object."""
        value = self.body.get(name)
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._wrong_type(name, "object", value)
            return {}
        return value

    def inner(self, name: str) -> Fields:
        """Read an object field by field."""
        return Fields(self.block(name), f"{self._prefix}{name}.", self.errors)

    def many(self, name: str) -> list[Any]:
        """Read a list."""
        value = self.body.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            self._wrong_type(name, "array", value)
            return []
        return value

    def done(self) -> None:
        """Refuse the body if anything did not fit."""
        if self.errors:
            raise Refusal(400, "Invalid Resource", UNVALIDATED, self.errors)

    def _wrong_type(self, name: str, wanted: str, value: Any) -> None:
        self.wrong(name, f"Schema describes {wanted}, {kind_of(value)} found instead")
