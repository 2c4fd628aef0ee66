"""One question to the API, as its handlers see it: body, query, token and town."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeGuard

from sandbox.calls import Call
from sandbox.tiktok.errors import Refusal, invalid
from sandbox.tiktok.records import App, Creator, Token
from sandbox.tiktok.state import State

if TYPE_CHECKING:
    from sandbox.world import World


@dataclass
class Ask:
    """A call whose token was checked."""

    world: World
    state: State
    call: Call
    token: Token
    app: App
    creator: Creator

    @property
    def now(self) -> float:
        """Return the town's Unix time."""
        return self.world.clock.now()

    @property
    def open_id(self) -> str:
        """Return the id by which this app knows this creator."""
        return self.state.open_id(self.creator.id, self.app.key)

    def has(self, scope: str) -> bool:
        """Say whether the token carries a scope."""
        return scope in self.token.scopes

    def need(self, *scopes: str) -> None:
        """Refuse a token with none of these scopes."""
        if not any(map(self.has, scopes)):
            raise Refusal("scope_not_authorized")

    @property
    def body(self) -> dict[str, Any]:
        """Return the JSON body; refuse what is none."""
        if self.call.raw_body and self.call.request.mimetype != "application/json":
            raise invalid("The Content-Type must be application/json.")
        if self.call.unreadable:
            raise invalid(self.call.unreadable)
        return self.call.body

    def block(self, name: str) -> dict[str, Any]:
        """Return an object of the body."""
        value = self.body.get(name)
        if not isinstance(value, dict):
            raise invalid(f"The request {name.replace('_', ' ')} is empty or incorrect.")
        return value

    def fields(self, known: dict[str, str]) -> list[str]:
        """Return the fields a query asks for; they are required, and each must be known."""
        names = [name.strip() for name in self.call.query.get("fields", "").split(",") if name.strip()]
        if not names:
            raise invalid("The query parameter fields is required.")
        wrong = [name for name in names if name not in known]
        if wrong:
            raise invalid(f"Fields {', '.join(wrong)} do not exist.")
        return list(dict.fromkeys(names))


def is_count(value: object) -> TypeGuard[int]:
    """Say whether a JSON value is a whole number; true and false are none."""
    return isinstance(value, int) and not isinstance(value, bool)


def utf16_length(text: str) -> int:
    """Count a text as the platform does: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
