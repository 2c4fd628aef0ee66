"""One question to the Graph API, as its handlers see it: parameters, token and town."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sandbox.calls import Call
from sandbox.meta.errors import GraphError, invalid
from sandbox.meta.fields import Field, NodeType, parse
from sandbox.meta.records import Grant, Page, Token
from sandbox.meta.state import State

if TYPE_CHECKING:
    from sandbox.world import World

GRAPH_HOST = "graph.facebook.com"
SITE_HOST = "www.facebook.com"
INSTAGRAM_HOST = "www.instagram.com"
UPLOAD_HOST = "rupload.facebook.com"


@dataclass
class Ask:
    """A call with its version answered and its token checked."""

    world: World
    state: State
    call: Call
    version: str
    path: str
    now: int
    presented: str = ""
    token: Token | None = None

    @property
    def speaker(self) -> Token:
        """Return the checked token; every handler but the token endpoint has one."""
        if self.token is None:
            raise GraphError(104, "An access token is required to request this resource.")
        return self.token

    def grant(self) -> Grant:
        """Return the grant behind the token."""
        grant = self.state.grant_of(self.speaker.person_id, self.speaker.app_id)
        if grant is None:
            raise GraphError(190, "Error validating access token: The user has not authorized the application.", 458)
        return grant

    def text(self, name: str, default: str = "") -> str:
        """Return a parameter as text; lists and objects are refused."""
        value = self.call.params.get(name, default)
        if value is None:
            return default
        if isinstance(value, bool):
            return "true" if value else "false"
        if not isinstance(value, str | int | float):
            raise invalid(f"Param {name} must be a string.")
        return str(value)

    def flag(self, name: str, default: bool) -> bool:
        """Return a parameter as yes or no."""
        text = self.text(name).lower()
        if text == "":
            return default
        if text not in ("true", "false", "1", "0"):
            raise invalid(f"Param {name} must be a boolean.")
        return text in ("true", "1")

    def structure(self, name: str) -> Any:
        """Return a list or an object, given as JSON or as JSON text inside a form field; None when absent."""
        value = self.call.params.get(name)
        if value is None or value == "":
            return None
        if isinstance(value, str):
            try:
                value = json.loads(value)
            except ValueError:
                raise invalid(f"Param {name} must be valid JSON.") from None
        if not isinstance(value, dict | list):
            raise invalid(f"Param {name} must be an array or an object.")
        return value

    def fields(self, kind: NodeType) -> tuple[Field, ...]:
        """Return the asked-for fields, or the type's own."""
        return parse(self.text("fields") or kind.default)

    def page_url(self, page: Page, rest: str = "") -> str:
        """Return an address on the public site that this caller can open."""
        return self.call.address.url(SITE_HOST, f"/{page.id}{rest}")


def graph_time(moment: int) -> str:
    """Write a Unix time as the platform does in reads: no colon in the offset."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
