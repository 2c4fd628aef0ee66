"""Calls to LinkedIn's API: version and protocol headers, hand-written queries, daily budgets, uploads.

Source: docs/platforms/linkedin.md, "Calls". LinkedIn counts calls per endpoint, for the app and for each member in it, from
midnight to midnight UTC, and sends no header about it: what is known of a budget is what we count and what a 429 tells.
"""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any, Final
from urllib.parse import urlsplit

from connectors.budgets import Budgets, Priority, Window, until_midnight
from connectors.errors import (
    ConnectorError,
    OutcomeUnknown,
    PlatformReply,
    RateLimited,
    TransientError,
    UnexpectedAnswer,
    VersionRetired,
)
from connectors.http import Answer, Http
from connectors.linkedin import restli
from connectors.linkedin.errors import PLATFORM, VERSION_WAIT, error_in, version_retired
from foundation.secret import Secret

#: No list of ours is longer; a platform that pages for ever is cut off here.
MOST_PAGES: Final = 100
#: A refusal or two within this span may be protection against a burst; the next one means that the day's calls are spent.
BURST: Final = timedelta(minutes=15)
PATIENT_REFUSALS: Final = 2
#: Counters begin anew at midnight; a little later nobody argues about clocks.
AFTER_MIDNIGHT: Final = timedelta(minutes=5)
_DAY: Final = timedelta(days=1)
_OWN_HOSTS: Final = (".linkedin.com", ".licdn.com")


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where the API and the website are, which version to name, and the calls a day allows (0: nobody says)."""

    api: str
    www: str
    version: str
    app_calls: int = 0
    member_calls: int = 0


class Rest:
    """Speak with api.linkedin.com on behalf of one member."""

    def __init__(
        self,
        *,
        http: Http,
        hosts: Hosts,
        budgets: Budgets,
        token: Secret,
        member: str = "",
        priority: Priority = Priority.LOOK,
    ) -> None:
        self._http = http
        self._hosts = hosts
        self._budgets = budgets
        self._token = token
        #: The member's URN, where we know it: LinkedIn counts by member.
        self._member = member
        self._priority = priority

    def call(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        changes: bool,
        query: str = "",
        body: Mapping[str, Any] | None = None,
        rest_method: str = "",
        scope: str = "",
        last_moment: Callable[[], None] | None = None,
    ) -> Answer:
        """Call ``/rest/{path}`` and return a good answer; raises from the error table."""
        endpoint = f"{path.split('/', 1)[0]}.{rest_method or method}"
        self._require(endpoint, operation=operation)
        headers = {
            "Authorization": f"Bearer {self._token.reveal()}",
            "LinkedIn-Version": self._hosts.version,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        if rest_method:
            headers["X-RestLi-Method"] = rest_method
        answer = self._http.call(
            method,
            f"{self._hosts.api}/rest/{path}" + (f"?{query}" if query else ""),
            operation=operation,
            changes=changes,
            json_body=body,
            headers=headers,
            last_moment=last_moment,
        )
        error = error_in(answer, operation=operation, changes=changes, scope=scope, version=self._hosts.version)
        if error is not None:
            raise self._learned(error, endpoint)
        return answer

    def read(
        self, path: str, *, operation: str, query: str = "", rest_method: str = "", scope: str = ""
    ) -> dict[str, Any]:
        """Read an object."""
        answer = self.call(
            "GET", path, operation=operation, changes=False, query=query, rest_method=rest_method, scope=scope
        )
        return _object(answer, operation)

    def act(
        self, path: str, action: str, body: Mapping[str, Any], *, operation: str, scope: str = ""
    ) -> dict[str, Any]:
        """Run an action that makes nothing public, such as the beginning of an upload; repeating it harms nobody."""
        answer = self.call(
            "POST",
            path,
            operation=operation,
            changes=False,
            query=restli.query(action=action),
            body=body,
            rest_method="ACTION",
            scope=scope,
        )
        return answer.data if isinstance(answer.data, dict) else {}

    def elements(
        self, path: str, query: str, *, operation: str, count: int, rest_method: str = "", scope: str = ""
    ) -> Iterator[dict[str, Any]]:
        """Yield every element of a list, following ``links`` to the next page as long as there is one."""
        start = 0
        for _ in range(MOST_PAGES):
            asked = f"{query}&{restli.query(start=start, count=count)}"
            page = self.read(path, operation=operation, query=asked, rest_method=rest_method, scope=scope)
            elements = page.get("elements")
            if not isinstance(elements, list):
                raise strange("a list without elements", operation, None)
            yield from (element for element in elements if isinstance(element, dict))
            start += count
            if not _has_next(page):
                return

    def unversioned(self, path: str, *, operation: str) -> dict[str, Any]:
        """Read ``/v2/userinfo`` or ``/v2/me``, which know no version."""
        answer = self._http.call(
            "GET",
            f"{self._hosts.api}/v2/{path}",
            operation=operation,
            changes=False,
            headers={"Authorization": f"Bearer {self._token.reveal()}"},
        )
        error = error_in(answer, operation=operation, changes=False, version=self._hosts.version)
        if error is not None:
            raise error
        return _object(answer, operation)

    def put(
        self,
        url: str,
        content: bytes | IO[bytes],
        *,
        operation: str,
        with_token: bool,
        content_type: str = "application/octet-stream",
        last_moment: Callable[[], None] | None = None,
    ) -> Answer:
        """Send bytes to an address LinkedIn gave for them. Parts of videos go without the token."""
        headers = {"Content-Type": content_type}
        if with_token:
            headers["Authorization"] = f"Bearer {self._token.reveal()}"
        answer = self._http.call(
            "PUT",
            self._upload_url(url, operation),
            operation=operation,
            changes=False,
            content=content,
            headers=headers,
            last_moment=last_moment,
        )
        error = error_in(answer, operation=operation, changes=True, version=self._hosts.version)
        if isinstance(error, OutcomeUnknown):
            # Nothing is public yet, and the same bytes may be sent again.
            error = strange("a server error to an upload", operation, answer.status, passing=True)
        if error is not None:
            raise error
        return answer

    def _upload_url(self, url: str, operation: str) -> str:
        """Return where to send bytes: LinkedIn's own hosts alone may see our token, through the gateway if there is one."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if url.startswith(f"{self._hosts.www}/"):
            return url
        if parts.scheme == "https" and host == "www.linkedin.com":
            return self._hosts.www + url[len(f"https://{parts.netloc}") :]
        if parts.scheme == "https" and host.endswith(_OWN_HOSTS):
            return url
        raise strange("an upload address that is not its own", operation, None)

    def _require(self, endpoint: str, *, operation: str) -> None:
        try:
            self._budgets.require([version_budget(self._hosts.version)], priority=self._priority, operation=operation)
        except RateLimited:
            told = {"platform": PLATFORM, "operation": operation}
            raise version_retired(self._hosts.version, **told) from None
        app, member = app_budget(endpoint), member_budget(self._member, endpoint)
        self._budgets.require([app, member], priority=self._priority, operation=operation)
        for key, calls in ((member, self._hosts.member_calls if self._member else 0), (app, self._hosts.app_calls)):
            if calls:
                window = day_window(endpoint, calls)
                self._budgets.require([key], priority=self._priority, operation=operation, windows=[window])

    def _learned(self, error: ConnectorError, endpoint: str) -> ConnectorError:
        """Close the budget that an error tells about, and say how long."""
        if isinstance(error, VersionRetired):
            self._budgets.block(version_budget(self._hosts.version), VERSION_WAIT)
        elif isinstance(error, RateLimited):
            key = member_budget(self._member, endpoint)
            if self._budgets.refused(key, within=BURST) > PATIENT_REFUSALS:
                error.retry_after = until_midnight(time.time()) + AFTER_MIDNIGHT
            if error.retry_after is not None:
                self._budgets.block(key, error.retry_after)
        return error


def day_window(endpoint: str, calls: int) -> Window:
    """Return the window in which calls of an endpoint are counted, for the app as for a member."""
    return Window(f"a day, {endpoint}", calls, _DAY, by_day=True)


def app_budget(endpoint: str) -> str:
    """Return the name of the app's own budget for an endpoint."""
    return f"app:{endpoint}"


def member_budget(member: str, endpoint: str) -> str:
    """Return the name of a member's budget for an endpoint; calls of nobody we know share one."""
    return f"member:{member or 'unknown'}:{endpoint}"


def version_budget(version: str) -> str:
    """Return the name of the budget that closes while a version is retired: another version has another one."""
    return f"version:{version}"


def strange(what: str, operation: str, status: int | None, *, passing: bool = False) -> ConnectorError:
    """Say that an answer to a read is not what our notes say."""
    kind = TransientError if passing else UnexpectedAnswer
    return kind(
        f"LinkedIn answered with {what}.",
        remedy="Switchboard tries again by itself."
        if passing
        else "Retry; if it stays so, report it as a fault of Switchboard.",
        platform=PLATFORM,
        operation=operation,
        reply=PlatformReply(status=status),
    )


def _object(answer: Answer, operation: str) -> dict[str, Any]:
    if not isinstance(answer.data, dict):
        raise strange("something that is no JSON object", operation, answer.status)
    return answer.data


def _has_next(page: Mapping[str, Any]) -> bool:
    paging = page.get("paging")
    links = paging.get("links") if isinstance(paging, dict) else None
    return any(isinstance(link, dict) and link.get("rel") == "next" for link in links or ())
