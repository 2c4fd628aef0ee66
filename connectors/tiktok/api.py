"""Calls to open.tiktokapis.com on behalf of one account: the envelope, the limits, and where bytes go.

Source: https://developers.tiktok.com/doc/tiktok-api-v2-rate-limit (2026-08-04) and docs/platforms/tiktok.md, "Calls". Limits are windows
of one minute for each endpoint: of posting for each account, of reading taken to be for the app. No header tells what is
left, so calls are counted beforehand, and a 429 closes the window.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any, Final

from connectors.budgets import Budgets, Priority, Window
from connectors.errors import RateLimited
from connectors.http import Answer, Http
from connectors.tiktok.codes import TOO_MANY_DRAFTS, TOO_MANY_POSTS, USER_CAP
from connectors.tiktok.errors import DAY, error_in, has_code, strange
from foundation.secret import Secret

INIT_VIDEO: Final = "post/publish/video/init/"
INIT_DRAFT: Final = "post/publish/inbox/video/init/"
INIT_PHOTOS: Final = "post/publish/content/init/"
CREATOR_INFO: Final = "post/publish/creator_info/query/"
STATUS: Final = "post/publish/status/fetch/"
USER_INFO: Final = "user/info/"
LIST_VIDEOS: Final = "video/list/"
QUERY_VIDEOS: Final = "video/query/"

MINUTE: Final = timedelta(minutes=1)
#: Calls a minute of one account.
OF_ACCOUNT: Final = {INIT_VIDEO: 6, INIT_DRAFT: 6, INIT_PHOTOS: 6, CREATOR_INFO: 20, STATUS: 30}
#: Calls a minute; whether of an account or of the app is not said.
OF_APP: Final = {USER_INFO: 600, LIST_VIDEOS: 600, QUERY_VIDEOS: 600}
#: Which refusals close which budget for a day.
CLOSING: Final = {TOO_MANY_POSTS: "posts", TOO_MANY_DRAFTS: "drafts"}
#: Upload hosts vary, so they are known by their domain; nothing that could lead elsewhere is let through.
_UPLOAD: Final = re.compile(r"https://((?:[a-z0-9-]+\.)+tiktokapis\.com)(?::443)?(/[A-Za-z0-9\-._~%!$&'()*+,;=:@/?]*)")


@dataclass(frozen=True, slots=True)
class Hosts:
    """Where the API and the website are; ``uploads`` is set when upload hosts are reached through a gateway."""

    api: str
    www: str
    uploads: str = ""


@dataclass(frozen=True, slots=True)
class DailyLimits:
    """What one account may do through apps within 24 hours; 0 leaves it to TikTok to say no."""

    posts: int = 0
    drafts: int = 0


class Api:
    """Speak with TikTok on behalf of one account."""

    def __init__(
        self,
        *,
        http: Http,
        patient: Http,
        hosts: Hosts,
        budgets: Budgets,
        token: Secret,
        open_id: str = "",
        priority: Priority = Priority.LOOK,
        daily: DailyLimits | None = None,
    ) -> None:
        self._http = http
        #: For bytes: it waits as long as an upload takes.
        self._patient = patient
        self._hosts = hosts
        self._budgets = budgets
        self._token = token
        self.open_id = open_id
        self._priority = priority
        self._daily = daily or DailyLimits()

    def post(
        self,
        endpoint: str,
        body: Mapping[str, Any],
        *,
        operation: str,
        changes: bool = False,
        authored: bool = False,
        scope: str = "",
        fields: tuple[str, ...] = (),
        last_moment: Callable[[], None] | None = None,
    ) -> dict[str, Any]:
        """Call an endpoint and return its ``data``; raises from the error tables."""
        return self._call(
            "POST",
            endpoint,
            body,
            operation=operation,
            changes=changes,
            authored=authored,
            scope=scope,
            fields=fields,
            last_moment=last_moment,
        )

    def get(self, endpoint: str, *, operation: str, fields: tuple[str, ...], scope: str = "") -> dict[str, Any]:
        """Read an endpoint, these fields alone."""
        return self._call("GET", endpoint, None, operation=operation, fields=fields, scope=scope)

    def require_room(self, what: str, *, operation: str, count: bool) -> None:
        """Make sure that the account may publish (``posts``) or receive drafts (``drafts``) today, and perhaps count it."""
        most = {"posts": self._daily.posts, "drafts": self._daily.drafts}[what]
        windows = [daily_window(what, most)] if most and count else []
        self._budgets.require(
            [daily_budget(self.open_id, what)], priority=self._priority, operation=operation, windows=windows
        )

    def put(
        self,
        url: Secret,
        content: IO[bytes],
        *,
        content_type: str,
        content_range: str,
        closing: bool,
        last_moment: Callable[[], None],
    ) -> Answer:
        """Send bytes to an upload address and return whatever was answered; ``closing``: the last ones, which publish.

        The address itself is the key, so no token goes along; and it goes to TikTok's own hosts alone.
        """
        return self._patient.call(
            "PUT",
            self._upload_address(url.reveal()),
            operation="publish" if closing else "upload",
            changes=closing,
            content=content,
            headers={"Content-Type": content_type, "Content-Range": content_range},
            last_moment=last_moment,
        )

    def require_own_address(self, url: str) -> None:
        """Raise ``UnexpectedAnswer`` for an upload address that is not TikTok's."""
        self._upload_address(url)

    def _call(
        self,
        method: str,
        endpoint: str,
        body: Mapping[str, Any] | None,
        *,
        operation: str,
        changes: bool = False,
        authored: bool = False,
        scope: str = "",
        fields: tuple[str, ...] = (),
        last_moment: Callable[[], None] | None = None,
    ) -> dict[str, Any]:
        key = self._require(endpoint, operation=operation)
        query = f"?fields={','.join(fields)}" if fields else ""
        headers = {"Authorization": f"Bearer {self._token.reveal()}"}
        if body is not None:
            headers["Content-Type"] = "application/json; charset=UTF-8"
        answer = self._http.call(
            method,
            f"{self._hosts.api}/v2/{endpoint}{query}",
            operation=operation,
            changes=changes,
            json_body=body,
            headers=headers,
            last_moment=last_moment,
        )
        error = error_in(answer, operation=operation, changes=changes, authored=authored, scope=scope)
        if error is not None:
            self._learn(error, key)
            raise error
        data = answer.data.get("data")
        if not isinstance(data, dict):
            raise strange("nothing where its data should be", operation, answer.status, changes=changes)
        return data

    def _require(self, endpoint: str, *, operation: str) -> str:
        """Count a call in the window it belongs to; return the name of that budget."""
        if endpoint in OF_APP:
            key, calls = app_budget(endpoint), OF_APP[endpoint]
        else:
            key, calls = account_budget(self.open_id, endpoint), OF_ACCOUNT[endpoint]
        window = minute_window(endpoint, calls)
        self._budgets.require([key], priority=self._priority, operation=operation, windows=[window])
        return key

    def _learn(self, error: Exception, key: str) -> None:
        """Close the budget that a refusal tells about."""
        if not isinstance(error, RateLimited) or error.retry_after is None:
            return
        closed = CLOSING.get(error.reply.code)
        if closed:
            self._budgets.block(daily_budget(self.open_id, closed), error.retry_after)
        elif not has_code(error, USER_CAP):
            self._budgets.block(key, error.retry_after)

    def _upload_address(self, url: str) -> str:
        """Return where to send bytes, through the gateway if there is one."""
        gateway = self._hosts.uploads
        if gateway and url.startswith(f"{gateway}/"):
            return url
        found = _UPLOAD.fullmatch(url)
        if found is None:
            raise strange("an upload address that is not its own", "upload", None)
        return f"{gateway}/{found[1]}{found[2]}" if gateway else url


def minute_window(endpoint: str, calls: int) -> Window:
    """Return the window in which calls of an endpoint are counted."""
    return Window(f"a minute, {endpoint.strip('/')}", calls, MINUTE)


def daily_window(what: str, most: int) -> Window:
    """Return the window in which an account's posts or drafts are counted."""
    return Window(f"24 hours, {what} of an account", most, DAY)


def account_budget(open_id: str, endpoint: str) -> str:
    """Return the name of an account's budget for an endpoint; calls of nobody we know share one."""
    return f"account:{open_id or 'unknown'}:{endpoint.strip('/')}"


def app_budget(endpoint: str) -> str:
    """Return the name of the app's budget for an endpoint."""
    return f"app:{endpoint.strip('/')}"


def daily_budget(open_id: str, what: str) -> str:
    """Return the name of what an account may publish, or receive as drafts, within 24 hours."""
    return f"day:{open_id or 'unknown'}:{what}"
