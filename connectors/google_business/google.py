"""Calls to Google's APIs on behalf of one person: five hosts, budgets by the minute, lists by page tokens.

Source: docs/platforms/google_business.md, "Calls" and "Quotas", read 2026-11-21. Google allows 300 calls a minute for each API and
project, all tenants together, and ten edits a minute of one profile; we keep below both.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote, urlencode

from connectors.budgets import Budgets, Priority, Window
from connectors.errors import ConfigurationError, ConnectorError, PlatformReply, RateLimited, UnexpectedAnswer
from connectors.google_business.details import read_error
from connectors.google_business.errors import PROJECT_WAIT, error_in
from connectors.google_business.hosts import PLATFORM, Api, Hosts
from connectors.http import Answer, Http
from foundation.secret import Secret

Query = Sequence[tuple[str, str]]
#: No list of ours is longer; a platform that pages for ever is cut off here.
MOST_PAGES: Final = 200
_MINUTE: Final = timedelta(minutes=1)


class Google:
    """Speak with Google's APIs."""

    def __init__(
        self, *, http: Http, hosts: Hosts, budgets: Budgets, token: Secret, priority: Priority = Priority.LOOK
    ) -> None:
        self._http = http
        self._hosts = hosts
        self._budgets = budgets
        self._token = token
        self._priority = priority

    def call(
        self,
        api: Api,
        method: str,
        path: str,
        *,
        operation: str,
        changes: bool,
        query: Query = (),
        body: Any = None,
        edits: str = "",
        last_moment: Callable[[], None] | None = None,
    ) -> Answer:
        """Call an API and return a good answer; raises from the error table.

        ``edits`` names the location that is edited, which has a budget of its own.
        """
        self._require(api, edits, operation=operation)
        answer = self._http.call(
            method,
            f"{self._hosts.base(api)}/{path}" + (f"?{urlencode(list(query), quote_via=quote)}" if query else ""),
            operation=operation,
            changes=changes,
            json_body=body,
            headers={"Authorization": f"Bearer {self._token.reveal()}"},
            last_moment=last_moment,
        )
        error = error_in(answer, operation=operation, changes=changes, api=api)
        if isinstance(error, ConnectorError):
            raise self._learned(error, answer, api, edits)
        if error is not None:
            self._budgets.block(project_budget(api), error.wait or timedelta())
            raise error
        return answer

    def read(self, api: Api, path: str, *, operation: str, query: Query = ()) -> dict[str, Any]:
        """Read an object."""
        answer = self.call(api, "GET", path, operation=operation, changes=False, query=query)
        if not isinstance(answer.data, dict):
            raise strange("something that is no JSON object", operation, answer.status)
        return answer.data

    def items(
        self, api: Api, path: str, key: str, *, operation: str, query: Query = (), most_pages: int = MOST_PAGES
    ) -> Iterator[dict[str, Any]]:
        """Yield every item of a list. The token leads on, not the number of items: a page may be empty in the middle."""
        token = ""
        for _ in range(most_pages):
            asked = [*query, *([("pageToken", token)] if token else [])]
            page = self.read(api, path, operation=operation, query=asked)
            items = page.get(key)
            yield from (item for item in (items if isinstance(items, list) else ()) if isinstance(item, dict))
            token = str(page.get("nextPageToken") or "")
            if not token:
                return

    def _require(self, api: Api, edits: str, *, operation: str) -> None:
        if self._priority is Priority.PUBLISH:
            # One parked job asks for all; who looks (a person who connects, a health check) always asks himself.
            try:
                self._budgets.require([project_budget(api)], priority=self._priority, operation=operation)
            except RateLimited as error:
                raise ConfigurationError(
                    f"Google refused our whole Cloud project for the {api.value} a moment ago.",
                    remedy="See the health of any Google account for the cause; jobs go on by themselves once it is mended.",
                    wait=error.retry_after or PROJECT_WAIT,
                ) from None
        for key in (api_budget(api), location_budget(edits)):
            windows = windows_of(key, self._hosts)
            self._budgets.require([key], priority=self._priority, operation=operation, windows=windows)

    def _learned(self, error: ConnectorError, answer: Answer, api: Api, edits: str) -> ConnectorError:
        """Close the budget that a refusal is about: that of the place for an edit, unless Google names the project's."""
        if isinstance(error, RateLimited) and error.retry_after is not None:
            of_place = edits and not read_error(answer.data).of_project
            self._budgets.block(location_budget(edits) if of_place else api_budget(api), error.retry_after)
        return error


def project_budget(api: Api) -> str:
    """Return the name of what is closed while Google refuses the project itself for an API."""
    return f"project:{api.name.lower()}"


def api_budget(api: Api) -> str:
    """Return the name of the project's budget for an API."""
    return f"api:{api.name.lower()}"


def location_budget(location: str) -> str:
    """Return the name of a location's budget for edits; calls that edit nothing share one without a limit."""
    return f"edits:{location or 'none'}"


def windows_of(key: str, hosts: Hosts) -> tuple[Window, ...]:
    """Return the minute in which calls on a budget are counted; none where the settings say no number."""
    if key.startswith("api:"):
        calls, of = hosts.calls_per_minute, "a minute"
    else:
        calls, of = 0 if key == location_budget("") else hosts.edits_per_minute, "a minute of one location"
    return (Window(of, calls, _MINUTE),) if calls else ()


def strange(what: str, operation: str, status: int | None = None) -> UnexpectedAnswer:
    """Say that an answer to a read is not what our notes say."""
    return UnexpectedAnswer(
        f"Google answered with {what}.",
        remedy="Retry; if it stays so, report it as a fault of Switchboard.",
        platform=PLATFORM,
        operation=operation,
        reply=PlatformReply(status=status),
    )
