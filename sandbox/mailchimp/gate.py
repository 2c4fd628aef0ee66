"""The gate every API call passes: scripted errors first, then the key, the account, and the role of its maker."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING

from sandbox.calls import Call
from sandbox.mailchimp.ask import Ask
from sandbox.mailchimp.errors import NAMED, Refusal, known
from sandbox.mailchimp.presets import data_centre
from sandbox.mailchimp.records import Key
from sandbox.mailchimp.state import State

if TYPE_CHECKING:
    from sandbox.world import World

RANKS = ("viewer", "author", "manager", "admin", "owner")
_OVERRIDES = ("GET", "POST", "PUT", "PATCH", "DELETE")
# What an author may write; everything else needs a manager.
_AUTHORED = ("/campaigns", "/templates", "/file-manager")
_MAILING = ("send", "schedule", "unschedule", "cancel-send", "pause", "resume")


class Gate:
    """Let calls in, or refuse them as the platform does."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def method(self, call: Call) -> str:
        """Return the method that is meant, after looking for an error that was asked for."""
        if _in_clear_text(call):
            raise Refusal(426, "Upgrade Required", "The API is spoken over TLS 1.2 or better.")
        wanted = call.request.headers.get("X-Trigger-Error", "").strip()
        if wanted:
            raise known(wanted if wanted in NAMED else "BadRequest")
        override = call.request.headers.get("X-HTTP-Method-Override", "").strip().upper()
        if not override:
            return call.method
        if call.method != "POST" or override not in _OVERRIDES:
            raise known("InvalidMethodOverride")
        return override

    def admit(self, call: Call) -> Ask:
        """Find out who calls."""
        written = presented(call)
        if not written:
            raise known("APIKeyMissing")
        key = self.key(written)
        centre = data_centre(call.host)
        if key is None:
            raise known("APIKeyInvalid")
        account, login = self._state.accounts.get(key.account_id), self._state.logins.get(str(key.login_id))
        seat = self._state.seat(key.account_id, key.login_id)
        if account is None or login is None or seat is None:
            raise known("APIKeyInvalid")
        if centre == "" and self._world.switches.word("mailchimp.global_host") == "refuse":
            raise known("APIKeyInvalid")
        if centre not in ("", account.dc):
            wrong = self._world.switches.word("mailchimp.wrong_dc")
            raise known("WrongDatacenter" if wrong == "403" else "APIKeyInvalid")
        if account.disabled:
            raise known("UserDisabled")
        return Ask(self._world, self._state, call, account, login, seat, query=call.query)

    def key(self, written: str) -> Key | None:
        """Return the living key of these characters; the data centre behind it may be left out."""
        found = self._state.keys.get(written.partition("-")[0])
        return (
            None
            if found is None or found.revoked or written not in (found.value, found.value.partition("-")[0])
            else found
        )


def permit(ask: Ask, method: str, path: str) -> None:
    """Refuse what the role of the key's maker does not allow."""
    if RANKS.index(ask.seat.role) < RANKS.index(needed(method, path)):
        raise known("Forbidden")


def needed(method: str, path: str) -> str:
    """Return the least role for a call."""
    if method == "GET":
        return "viewer"
    if path.startswith("/campaigns") and path.rpartition("/")[2] in _MAILING:
        return "manager"
    return "author" if path.startswith(_AUTHORED) else "manager"


def presented(call: Call) -> str:
    """Return the key a call carries: the password of Basic, or a token in one of three forms."""
    for scheme in ("bearer", "apikey", "oauth"):
        if call.credential(scheme):
            return call.credential(scheme)
    try:
        pair = base64.b64decode(call.credential("basic"), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return pair.partition(":")[2].strip()


def _in_clear_text(call: Call) -> bool:
    """Say whether a call came by http to the host's own address, not to this machine in its place."""
    address = call.address
    return address.scheme == "http" and not address.prefixed and ":" not in address.netloc
