"""One question to the API, as its handlers see it: key, query, body, token and town."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.calls import Call
from sandbox.linkedin import restli
from sandbox.linkedin.errors import Refusal, bad_query
from sandbox.linkedin.records import App, Member, Token
from sandbox.linkedin.restli import Value
from sandbox.linkedin.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_MOST = 100


@dataclass
class Ask:
    """A call whose token, version and protocol were checked."""

    world: World
    state: State
    call: Call
    token: Token
    app: App
    member: Member
    version: str
    query: dict[str, Value] = field(default_factory=dict)
    written_query: str = ""
    path: str = ""
    key: str = ""
    written_key: str = ""
    subkey: str = ""

    @property
    def now(self) -> float:
        """Return the town's Unix time."""
        return self.world.clock.now()

    @property
    def now_ms(self) -> int:
        """Return the town's time as the API tells it."""
        return int(self.now * 1000)

    @property
    def body(self) -> dict[str, Any]:
        """Return the JSON body; refuse what is none."""
        if self.call.request.get_data(cache=True) and self.call.request.mimetype != "application/json":
            raise Refusal(415, "Unsupported Media Type: send application/json.")
        if self.call.unreadable:
            raise bad_query(self.call.unreadable)
        return self.call.body

    def has(self, *scopes: str) -> bool:
        """Say whether the token carries one of these scopes."""
        return any(scope in self.token.scopes for scope in scopes)

    def text(self, name: str, default: str = "") -> str:
        """Return a plain query parameter."""
        return restli.text_of(self.query, name, default)

    def need(self, name: str) -> str:
        """Return a plain query parameter that must be there."""
        value = self.text(name)
        if not value:
            raise bad_query(f"Parameter '{name}' is required.")
        return value

    def whole(self, name: str, default: int) -> int:
        """Return a query parameter that is a whole number."""
        text = self.text(name, str(default))
        if not text.isdecimal():
            raise bad_query(f"Parameter '{name}' is invalid: {text}.")
        return int(text)

    def window(self, default: int = 10) -> tuple[int, int]:
        """Return `start` and `count` of a paged question."""
        start, count = self.whole("start", 0), self.whole("count", default)
        if not 1 <= count <= _MOST:
            raise bad_query(f"Parameter 'count' must be from 1 to {_MOST}.")
        return start, count

    def paging(self, start: int, count: int, *, more: bool) -> dict[str, Any]:
        """Write the paging block; when there is more it links to the next page."""
        links = []
        if more:
            kept = [
                piece
                for piece in self.written_query.split("&")
                if piece and piece.partition("=")[0] not in ("start", "count")
            ]
            query = "&".join([*kept, f"start={start + count}", f"count={count}"])
            links.append({"type": "application/json", "rel": "next", "href": f"{self.path}?{query}"})
        return {"start": start, "count": count, "links": links}


def millis(moment: float) -> int:
    """Return a Unix time as the API tells it."""
    return int(moment * 1000)
