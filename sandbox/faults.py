"""Scripted trouble: which call it hits, how often, and whether before or after the platform did its work."""

from __future__ import annotations

import random
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

from sandbox.store import Store

BeforeKind = Literal["platform_error", "http_status", "slow", "lost_before", "revoke_token"]
AfterKind = Literal["slow_after", "lost_after_success", "error_after_success", "malformed_json"]
BEFORE: tuple[str, ...] = get_args(BeforeKind)
AFTER: tuple[str, ...] = get_args(AfterKind)


class BadFaultError(ValueError):
    """Say why a fault cannot be scripted as asked."""


@dataclass
class Fault:
    """One piece of trouble.

    `host`, `method` and `path` are globs (`*/feed`). `times` counts hits down; None never ends. `error` holds what the
    platform's own error is made of (for Meta: code, subcode, message, is_transient, user_title, user_msg). `status` is
    the HTTP status, 500 for a bare one, the platform's usual one for a platform error, unless it is said. The kinds
    of `AFTER` need work that succeeded: a call the platform refused anyway does not use them up.
    """

    kind: str
    host: str = "*"
    method: str = "*"
    path: str = "*"
    times: int | None = 1
    probability: float = 1.0
    status: int | None = None
    delay_s: float = 0.0
    error: dict[str, Any] = field(default_factory=dict)
    label: str = ""
    hits: int = 0
    id: str = ""

    def matches(self, host: str, method: str, path: str) -> bool:
        """Say whether a call is one this fault waits for."""
        return (
            fnmatchcase(host, self.host)
            and fnmatchcase(method.upper(), self.method.upper())
            and fnmatchcase(path, self.path)
        )


def fault_from(wish: Mapping[str, Any]) -> Fault:
    """Check a wish from outside and make a fault of it; raise `BadFaultError` in words a person understands."""
    known = {item.name for item in fields(Fault)} - {"hits", "id"}
    unknown = sorted(set(wish) - known)
    if unknown:
        raise BadFaultError(f"Unknown: {', '.join(unknown)}. A fault has {', '.join(sorted(known))}.")
    kind = wish.get("kind")
    if kind not in BEFORE + AFTER:
        raise BadFaultError(f"The kind is one of {', '.join(BEFORE + AFTER)}, not {kind!r}.")
    fault = Fault(**wish)
    for name in ("host", "method", "path", "label"):
        if not isinstance(getattr(fault, name), str):
            raise BadFaultError(f"{name} is text.")
    if fault.times is not None and (type(fault.times) is not int or fault.times < 1):
        raise BadFaultError("times is a whole number from 1 up, or null for no end.")
    if not _is_number(fault.probability) or not 0 < fault.probability <= 1:
        raise BadFaultError("probability is above 0 and at most 1.")
    if not _is_number(fault.delay_s) or fault.delay_s < 0:
        raise BadFaultError("delay_s is a number of seconds from 0 up.")
    if fault.status is not None and (type(fault.status) is not int or not 400 <= fault.status <= 599):
        raise BadFaultError("status is an HTTP error status, 400 to 599.")
    if not isinstance(fault.error, dict):
        raise BadFaultError("error is an object, such as {'code': 4, 'subcode': 2207051}.")
    return fault


class FaultBoard:
    """Keep the scripted faults and hand them out, each only as often as it should hit."""

    def __init__(self, store: Store, seed: int = 1) -> None:
        self._faults = store.collection("faults", Fault)
        self._seed = seed
        self.roll_anew()

    def roll_anew(self) -> None:
        """Begin the series of chances from its seed."""
        # Repeatable chaos is the point; nothing here is a secret.
        self.dice = random.Random(self._seed)  # noqa: S311 - the same dice for the same seed

    def add(self, fault: Fault) -> Fault:
        """Script a fault and give it an id."""
        fault.id = fault.id or secrets.token_hex(4)
        return self._faults.put(fault.id, fault)

    def remove(self, fault_id: str) -> bool:
        """Take one fault away; False if there is none of that id."""
        found = fault_id in self._faults
        self._faults.remove(fault_id)
        return found

    def clear(self) -> None:
        """Take all faults away."""
        for fault in list(self._faults):
            self._faults.remove(fault.id)

    def listed(self) -> list[dict[str, Any]]:
        """Return the faults still waiting, as plain values."""
        return [asdict(fault) for fault in self._faults]

    def take(
        self, kinds: tuple[str, ...], host: str, method: str, path: str, *, for_people: bool = False
    ) -> Fault | None:
        """Return the first waiting fault that hits this call, and count the hit.

        A page `for_people` (a consent dialog, a permalink) is hit only by a fault that names its host: "the next call,
        any platform" is meant for the hub, not for the person at the browser.
        """
        for fault in list(self._faults):
            if fault.kind not in kinds or not fault.matches(host, method, path):
                continue
            if for_people and fault.host == "*":
                continue
            if fault.probability < 1 and self.dice.random() >= fault.probability:
                continue
            fault.hits += 1
            if fault.times is not None:
                fault.times -= 1
            if fault.times == 0:
                self._faults.remove(fault.id)
            else:
                self._faults.put(fault.id, fault)
            return fault
        return None

    def __len__(self) -> int:
        return len(self._faults)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
