"""A question to the API after the gate: who asks, where, and what was sent along."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from sandbox.calls import Call, JsonObject
from sandbox.mailchimp.errors import gone, invalid, known
from sandbox.mailchimp.presets import GLOBAL_HOST
from sandbox.mailchimp.records import Account, Audience, Campaign, Login, Member, Seat
from sandbox.mailchimp.state import State

if TYPE_CHECKING:
    from sandbox.switches import Switches
    from sandbox.world import World

DEFAULT_COUNT, MOST_COUNT = 10, 1000


@dataclass
class Ask:
    """One authenticated call; `parts` are the ids in its path."""

    world: World
    state: State
    call: Call
    account: Account
    login: Login
    seat: Seat
    parts: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    # Where a batch works through pages by itself, a call without `count` is given everything.
    everything: bool = False

    @property
    def now(self) -> float:
        """Return the town's time."""
        return self.world.clock.now()

    @property
    def switches(self) -> Switches:
        """Return the town's switches."""
        return self.world.switches

    @cached_property
    def sent(self) -> object:
        """Return the JSON that was sent; None when there was none."""
        text = self.call.raw_body if self.raw is None else self.raw
        if not text.strip():
            return None
        try:
            return json.loads(text)
        except ValueError:
            raise known("JSONParseError") from None

    @property
    def body(self) -> JsonObject:
        """Return the JSON object that was sent; refuse what is no object."""
        if self.sent is None:
            return {}
        if not isinstance(self.sent, dict):
            raise invalid("", f"Schema describes object, {kind_of(self.sent)} found instead")
        return self.sent

    def url(self, host: str, path: str, query: Mapping[str, str] | None = None) -> str:
        """Write an address on one of the town's hosts, in the form the caller used."""
        return self.call.address.url(host, path, query)

    def api_url(self, path: str) -> str:
        """Write an address of the API."""
        host = f"{self.account.dc}.{GLOBAL_HOST}"
        return self.url(host, f"/3.0{path}")

    def window(self) -> tuple[int, int]:
        """Return offset and count of a page."""
        offset, count = self._number("offset", 0), self._number("count", DEFAULT_COUNT)
        if count > MOST_COUNT:
            if self.switches.word("mailchimp.count_over_limit") == "refuse":
                raise invalid("count", f"Value must be less than or equal to {MOST_COUNT}")
            count = MOST_COUNT
        return (offset, 10**9) if self.everything and "count" not in self.query else (offset, count)

    def moment(self, name: str) -> float | None:
        """Return a moment of the query, as Unix seconds."""
        text = self.query.get(name, "")
        if not text:
            return None
        # A plus that nobody encoded arrives as a space.
        found = moment_of(text.replace(" ", "+"))
        if found is None:
            raise invalid(name, "This value is not a valid datetime.")
        return found

    def choice(self, name: str, choices: tuple[str, ...]) -> str:
        """Return a word of the query out of several; empty when it was not said."""
        text = self.query.get(name, "")
        if text and text not in choices:
            raise invalid(name, f"Value must be one of: {', '.join(choices)}")
        return text

    def flag(self, name: str) -> bool:
        """Return a yes-or-no of the query."""
        return self.query.get(name, "").lower() in ("true", "1")

    # What the path names.

    @property
    def audience(self) -> Audience:
        """Return the audience of the path."""
        found = self.state.lists.get(self.parts["list_id"])
        if found is None or found.account_id != self.account.id:
            raise gone()
        return found

    @property
    def member(self) -> Member:
        """Return the contact of the path."""
        found = self.state.find_member(self.audience.id, self.parts["who"])
        if found is None:
            raise gone()
        return found

    @property
    def campaign(self) -> Campaign:
        """Return the campaign of the path."""
        found = self.state.campaigns.get(self.parts["campaign_id"])
        if found is None or found.account_id != self.account.id:
            raise gone()
        return found

    def _number(self, name: str, default: int) -> int:
        text = self.query.get(name, "")
        if not text:
            return default
        if not text.isdecimal():
            raise invalid(name, "Schema describes integer, string found instead")
        return int(text)


def moment_of(text: str) -> float | None:
    """Read an ISO 8601 moment as Unix seconds; one without a zone is in UTC."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()


def iso(moment: float) -> str:
    """Write a moment as the API does; one that never came is empty."""
    return datetime.fromtimestamp(int(moment), UTC).isoformat() if moment else ""


def kind_of(value: object) -> str:
    """Name the JSON type of a value, as the refusals do."""
    if value is None:
        return "NULL"
    names = {bool: "boolean", int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return names.get(type(value), "object")
