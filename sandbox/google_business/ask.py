"""One question to an API, as its handlers see it: path, query, body, token and town."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sandbox.calls import Call
from sandbox.google_business.errors import bad_request, no_permission, not_found
from sandbox.google_business.records import Account, App, Location, Person, Token
from sandbox.google_business.state import State
from sandbox.switches import Switches

if TYPE_CHECKING:
    from sandbox.world import World

# What every Google API takes beside its own parameters.
COMMON = frozenset(
    {
        *("alt", "fields", "key", "prettyPrint", "quotaUser", "$.xgafv", "$.alt", "access_token", "oauth_token"),
        *("callback", "uploadType", "upload_protocol"),
    }
)


@dataclass
class Ask:
    """A call whose path and token were recognised. `path` are the names in the path, `query` what was asked, by name."""

    world: World
    state: State
    call: Call
    token: Token
    app: App
    person: Person
    path: dict[str, str]
    query: dict[str, list[str]] = field(default_factory=dict)

    @property
    def now(self) -> float:
        """Return the town's Unix time."""
        return self.world.clock.now()

    @property
    def switches(self) -> Switches:
        """Return the town's switches."""
        return self.world.switches

    def text(self, name: str, default: str = "") -> str:
        """Return a query parameter; the last one counts."""
        return self.query.get(name, [default])[-1]

    def whole(self, name: str, default: int) -> int:
        """Return a query parameter that is a whole number."""
        text = self.text(name, str(default))
        if not re.fullmatch(r"-?\d{1,10}", text):
            where = snake(name)
            raise bad_request([(where, why := f"Invalid value at '{where}' (TYPE_INT32), \"{text}\"")], why)
        return int(text)

    @property
    def body(self) -> dict[str, Any]:
        """Return the JSON body; refuse what is none."""
        if not self.call.raw_body:
            return {}
        if self.call.unreadable or self.call.request.mimetype != "application/json":
            raise bad_request([("", why := "Invalid JSON payload received. Expected an object.")], why)
        return self.call.body

    def account(self) -> Account:
        """Return the account in the path; who is not in it is told that there is none."""
        account = self.state.accounts.get(self.path["account"])
        if account is None or self.state.membership(account.id, self.person.id) is None:
            raise self._foreign(known=account is not None)
        return account

    def location(self) -> Location:
        """Return the location in the path, below its account where one is named."""
        location = self.state.locations.get(self.path["location"])
        if "account" in self.path:
            account = self.account()
            reached = location is not None and account.id in location.account_ids
        else:
            reached = location is not None and location in self.state.locations_of(self.person)
        if location is None or not reached or self.person.id in location.barred:
            raise self._foreign(known=location is not None)
        return location

    def _foreign(self, *, known: bool) -> Exception:
        """Refuse what belongs to somebody else, one way or the other."""
        missing = not known or self.switches.number("google_business.foreign_location") == 404
        return not_found() if missing else no_permission()


def read_query(call: Call, known: frozenset[str]) -> dict[str, list[str]]:
    """Return the query by camel-case names; a name nobody knows is refused."""
    found: dict[str, list[str]] = {}
    for written, values in call.request.args.lists():
        name = camel(written)
        if written in COMMON or name in COMMON:
            continue
        if name not in known:
            why = (
                f'Invalid JSON payload received. Unknown name "{written}": Cannot bind query parameter. Field '
                f"'{written}' could not be found in request message."
            )
            raise bad_request([("", why)], why)
        found.setdefault(name, []).extend(values)
    return found


def camel(name: str) -> str:
    """Return a name in camel case, whichever way it was written."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


def snake(name: str) -> str:
    """Return a name as error messages write it."""
    return re.sub(r"([A-Z])", lambda match: "_" + match[1].lower(), name)
