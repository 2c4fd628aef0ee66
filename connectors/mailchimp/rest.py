"""Calls to Mailchimp's API: the right host, no redirects, few at a time for each user, lists read to their end.

Source: docs/platforms/mailchimp.md, "Calls" and "Limits". Mailchimp works on ten requests of one user at a time, whichever key they
came with; it counts nothing else and sends no header about it. So each call holds one of as many places, shared by all
workers, and what is less urgent than publishing may take only some of them.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from connectors.budgets import Budgets, Priority
from connectors.errors import ConnectorError, OutcomeUnknown, PlatformReply, RateLimited, UnexpectedAnswer
from connectors.http import Answer, Http
from connectors.mailchimp.credentials import Credential, root_of
from connectors.mailchimp.errors import EDGE_BLOCKED, FALLBACK_WAIT, LONGEST_BACKOFF, PLATFORM, error_in, has_title
from foundation.secret import Secret

#: The most that a page of a list holds; without asking, it holds ten.
PAGE: Final = 1000
#: No list of ours is longer; a platform that pages for ever is cut off here.
MOST_PAGES: Final = 200
#: Refusals within this span are one bout, and each waits twice as long as the one before.
_BOUT: Final = timedelta(minutes=2)
#: Of the places of a user, so many of ten are open to calls of each priority.
_OPEN_OF_TEN: Final[dict[Priority, int]] = {Priority.PUBLISH: 10, Priority.LOOK: 8, Priority.BACKGROUND: 5}
#: While the network before Mailchimp blocks our address, nobody of this hub gets through.
EDGE: Final = "edge"
#: What the answers carry besides and nobody reads.
_NO_LINKS: Final = {"exclude_fields": "_links"}


@dataclass(frozen=True, slots=True)
class Reach:
    """Where the API is, by the operator's setting, and how many calls of one user may be under way."""

    template: str
    most: int


class Rest:
    """Speak with the data centre of one key."""

    def __init__(
        self,
        *,
        http: Http,
        reach: Reach,
        budgets: Budgets,
        credential: Credential,
        login: str = "",
        priority: Priority = Priority.LOOK,
    ) -> None:
        self._http = http
        self._reach = reach
        self._budgets = budgets
        self._credential = credential
        self._priority = priority
        self._root = root_of(reach.template, credential.dc)
        self.login = login

    @property
    def dc(self) -> str:
        """The data centre; empty where the key names none."""
        return self._credential.dc

    @property
    def user(self) -> str:
        """The name of the budget of the key's user; of the key itself as long as nobody knows whose it is."""
        return user_budget(self.login) if self.login else f"key:{self._credential.fingerprint}"

    def call(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        changes: bool,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        hidden: Secret | None = None,
        last_moment: Callable[[], None] | None = None,
    ) -> Answer:
        """Call ``/3.0/{path}`` and return a good answer; raises from the error table."""
        self._budgets.require([EDGE, self.user], priority=self._priority, operation=operation)
        most = max(1, self._reach.most * _OPEN_OF_TEN[self._priority] // 10)
        with self._budgets.slot(self.user, most=most, operation=operation):
            answer = self._http.call(
                method,
                f"{self._root}/{path}",
                operation=operation,
                changes=changes,
                query=query,
                json_body=body,
                headers={"Authorization": self._credential.header},
                last_moment=last_moment,
            )
        error = error_in(answer, operation=operation, changes=changes, hidden=hidden)
        if error is not None:
            raise self._learned(error)
        return answer

    def read(
        self, path: str, *, operation: str, fields: str = "", query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Read an object, or of it the ``fields``, parted by commas."""
        asked = {**(query or {}), **({"fields": fields} if fields else _NO_LINKS)}
        return _object(self.call("GET", path, operation=operation, changes=False, query=asked), operation)

    def change(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
        hidden: Secret | None = None,
        last_moment: Callable[[], None] | None = None,
    ) -> dict[str, Any]:
        """Change something and return the answer's object. An answer that cannot be read leaves the outcome open."""
        answer = self.call(
            method,
            path,
            operation=operation,
            changes=True,
            query=query,
            body=body,
            hidden=hidden,
            last_moment=last_moment,
        )
        if isinstance(answer.data, dict):
            return answer.data
        if answer.status == 204:
            return {}
        raise OutcomeUnknown(
            "Mailchimp answered with something that is no JSON object.",
            remedy="Switchboard looks at Mailchimp before it sends anything again.",
            platform=PLATFORM,
            operation=operation,
            reply=PlatformReply(status=answer.status),
        )

    def listed(
        self, path: str, plural: str, *, operation: str, fields: str, query: Mapping[str, str] | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield every entry of a list, page by page; ``fields`` are those of one entry, parted by commas."""
        wanted = ",".join([*(f"{plural}.{name}" for name in fields.split(",")), "total_items"])
        offset = 0
        for _ in range(MOST_PAGES):
            paging = {"count": str(PAGE), "offset": str(offset)}
            page = self.read(path, operation=operation, fields=wanted, query={**(query or {}), **paging})
            entries = page.get(plural)
            if not isinstance(entries, list):
                raise strange(f"a list without {plural}", operation)
            yield from (entry for entry in entries if isinstance(entry, dict))
            offset += len(entries)
            total = whole(page.get("total_items"))
            if not entries or (total is not None and offset >= total):
                return

    def _learned(self, error: ConnectorError) -> ConnectorError:
        """Close the budget that a refusal tells about, and say how long."""
        if isinstance(error, RateLimited) and error.retry_after is not None:
            if error.reply.status == 429:
                if error.retry_after == FALLBACK_WAIT:
                    times = self._budgets.refused(self.user, within=_BOUT)
                    error.retry_after = min(FALLBACK_WAIT * 2 ** min(times - 1, 10), LONGEST_BACKOFF)
                self._budgets.block(self.user, error.retry_after)
            else:
                self._budgets.block(EDGE if has_title(error, EDGE_BLOCKED) else self.user, error.retry_after)
        return error


def user_budget(login: str) -> str:
    """Return the name of the budget of one Mailchimp user, whichever of their keys a call is made with."""
    return f"user:{login}"


def step(name: str) -> str:
    """Return an id as one step of a path, whatever it is made of."""
    return quote(name, safe="")


def strange(what: str, operation: str) -> UnexpectedAnswer:
    """Say that an answer to a read is not what our notes say."""
    return UnexpectedAnswer(
        f"Mailchimp answered with {what}.",
        remedy="Retry; if it stays so, report it as a fault of Switchboard.",
        platform=PLATFORM,
        operation=operation,
    )


def moment(told: Any) -> datetime | None:
    """Read a moment; Mailchimp writes an empty text for none."""
    found: datetime | None = None
    if isinstance(told, str) and told:
        with suppress(ValueError):
            found = datetime.fromisoformat(told)
    if found is None:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def whole(told: Any) -> int | None:
    """Read a whole number; None for all else."""
    return told if isinstance(told, int) and not isinstance(told, bool) else None


def text(told: Any) -> str:
    """Read a text, or an id that is a number; empty for all else."""
    if isinstance(told, str):
        return told
    return str(told) if whole(told) is not None else ""


def part(told: Any) -> dict[str, Any]:
    """Read an object inside another; empty for all else."""
    return told if isinstance(told, dict) else {}


def _object(answer: Answer, operation: str) -> dict[str, Any]:
    if not isinstance(answer.data, dict):
        raise strange("something that is no JSON object", operation)
    return answer.data
