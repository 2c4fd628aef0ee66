"""Calls to the Graph API: versioned paths, tokens in headers, appsecret_proof, cursors.

Source: docs/platforms/meta.md. Tokens travel in the Authorization header, never in a query string, because query strings
end up in logs. ``paging.next`` holds the token, so pages are asked for with ``after`` and our own header instead.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from connectors.budgets import Budgets, Priority
from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    OutcomeUnknown,
    PlatformReply,
    RateLimited,
    ReconnectRequired,
    UnexpectedAnswer,
)
from connectors.http import Answer, FilePart, Http
from connectors.meta.errors import error_in
from connectors.meta.meanings import PLATFORM
from connectors.meta.usage import Usage, app_usage, business_usage
from connectors.types import App
from foundation.secret import Secret

#: No list of ours is longer; a platform that pages for ever is cut off here.
MOST_PAGES: Final = 200

#: Usable until (https://developers.facebook.com/docs/graph-api/changelog/versions, read 2026-11-21).
#: v26.0 has no successor yet, so no end.
VERSION_ENDS: Final[dict[str, datetime | None]] = {
    "v20.0": datetime(2026, 9, 24, tzinfo=UTC),
    "v21.0": datetime(2027, 1, 21, tzinfo=UTC),
    "v22.0": datetime(2027, 5, 20, tzinfo=UTC),
    "v23.0": datetime(2027, 10, 8, tzinfo=UTC),
    "v24.0": datetime(2028, 2, 18, tzinfo=UTC),
    "v25.0": datetime(2028, 7, 29, tzinfo=UTC),
    "v26.0": None,
}
#: These speak of one action (Instagram's posts of a day), not of calls: reads may go on.
ACTION_LIMITS: Final = frozenset({"9"})
#: The budget that all calls of our app draw on.
APP: Final = "app"
VERSIONS_PAGE: Final = "https://developers.facebook.com/docs/graph-api/changelog/versions"


@dataclass(frozen=True, slots=True)
class GraphHosts:
    """Where Graph, the login dialog and the upload host are, and which version to name."""

    graph: str
    dialog: str
    upload: str
    version: str


class Graph:
    """Speak with graph.facebook.com on behalf of one app."""

    def __init__(
        self,
        *,
        http: Http,
        app: App,
        hosts: GraphHosts,
        budgets: Budgets,
        priority: Priority = Priority.LOOK,
        asset: str = "",
    ) -> None:
        """``asset`` is the Page or account that every call draws on; without it the path tells."""
        self.http = http
        self.hosts = hosts
        self._app = app
        self._budgets = budgets
        self._priority = priority
        self._asset = asset

    @property
    def app_id(self) -> str:
        """Our app's id, which Meta stamps on the posts we make."""
        return self._app.client_id

    def get(
        self, path: str, *, token: Secret, operation: str, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Read something; raises from the error table."""
        return self._object("GET", path, token=token, operation=operation, query=query, changes=False)

    def post(
        self,
        path: str,
        body: Mapping[str, Any],
        *,
        token: Secret,
        operation: str,
        last_moment: Callable[[], None] | None = None,
    ) -> dict[str, Any]:
        """Change something; a lost or broken answer is ``OutcomeUnknown``."""
        return self._object(
            "POST", path, token=token, operation=operation, body=body, changes=True, last_moment=last_moment
        )

    def post_files(
        self, path: str, form: Mapping[str, str], files: Mapping[str, FilePart], *, token: Secret, operation: str
    ) -> dict[str, Any]:
        """Send files as a multipart form; a lost or broken answer is ``OutcomeUnknown``."""
        return self._object("POST", path, token=token, operation=operation, body=form, files=files, changes=True)

    def delete(self, path: str, *, token: Secret, operation: str) -> Any:
        """Remove something."""
        return self._call("DELETE", path, token=token, operation=operation, changes=True).data

    def pages(self, path: str, *, token: Secret, operation: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Yield every item of a list, following its cursors."""
        after = ""
        for _ in range(MOST_PAGES):
            asked = {**query, **({"after": after} if after else {})}
            page = self.get(path, token=token, operation=operation, query=asked)
            items = page.get("data")
            if not isinstance(items, list):
                raise self._strange("a list without data", operation, None, changes=False)
            yield from (item for item in items if isinstance(item, dict))
            paging = page.get("paging") or {}
            after = str((paging.get("cursors") or {}).get("after") or "")
            if not after or not paging.get("next"):
                return

    def as_app(self, path: str, *, operation: str, query: Mapping[str, str]) -> dict[str, Any]:
        """Read something with the app's own token (debug_token).

        A refused app token is no account's trouble: then our id or secret is wrong.
        """
        token = Secret(f"{self._app.client_id}|{self._app.client_secret.reveal()}")
        try:
            return self._object("GET", path, token=token, operation=operation, query=query, changes=False)
        except ReconnectRequired as error:
            if not error.connection_ended:
                raise
            raise ConfigurationError(
                "Meta does not accept our app id and secret.",
                remedy="Check that META_APP_SECRET belongs to META_APP_ID.",
            ) from None

    def oauth(self, form: Mapping[str, Secret | str], *, operation: str) -> dict[str, Any]:
        """Call ``oauth/access_token``; secrets go in the body."""
        plain = {key: value.reveal() if isinstance(value, Secret) else value for key, value in form.items()}
        plain |= {"client_id": self._app.client_id, "client_secret": self._app.client_secret.reveal()}
        answer = self.http.call(
            "POST", f"{self._root}/oauth/access_token", operation=operation, changes=False, form=plain
        )
        return self._read(answer, operation=operation, changes=False)

    def _object(
        self, method: str, path: str, *, token: Secret, operation: str, changes: bool, **rest: Any
    ) -> dict[str, Any]:
        answer = self._call(method, path, token=token, operation=operation, changes=changes, **rest)
        return self._read(answer, operation=operation, changes=changes)

    def _call(
        self,
        method: str,
        path: str,
        *,
        token: Secret,
        operation: str,
        changes: bool,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        files: Mapping[str, FilePart] | None = None,
        last_moment: Callable[[], None] | None = None,
    ) -> Answer:
        budgets = (APP, asset_budget(self._asset)) if self._asset else _budgets_of(path)
        self._budgets.require(budgets, priority=self._priority, operation=operation)
        asked = dict(query or {})
        sent = dict(body) if body is not None else None
        (sent if sent is not None else asked)["appsecret_proof"] = self.proof(token)
        answer = self.http.call(
            method,
            f"{self._root}/{path.lstrip('/')}",
            operation=operation,
            changes=changes,
            query=asked,
            json_body=None if files else sent,
            form=sent if files else None,
            files=files,
            headers={"Authorization": f"Bearer {token.reveal()}"},
            last_moment=last_moment,
        )
        self._learn(answer)
        error = error_in(answer, operation=operation, changes=changes)
        if isinstance(error, RateLimited) and error.retry_after is not None and error.reply.code not in ACTION_LIMITS:
            # Code 4 speaks of the whole app, every other limit of the Page or account at hand (calling on makes it longer).
            self._budgets.block(APP if error.reply.code == "4" else budgets[-1], error.retry_after)
        if error is not None:
            raise error
        return answer

    def _learn(self, answer: Answer) -> None:
        """Take over what Meta says of its budgets, which it does now and then, on answers good and bad."""
        app = app_usage(answer.headers)
        if app is not None:
            self._budgets.learn(APP, used_percent=app.percent)
        spent: dict[str, Usage] = {}
        for usage in business_usage(answer.headers):  # several entries may stand under one id: the highest counts
            known = spent.get(usage.object_id)
            if known is None or usage.percent > known.percent:
                spent[usage.object_id] = usage
        for object_id, usage in spent.items():
            regain = timedelta(minutes=usage.regain_minutes)
            self._budgets.learn(asset_budget(object_id), used_percent=usage.percent, regain=regain)

    def _read(self, answer: Answer, *, operation: str, changes: bool) -> dict[str, Any]:
        error = error_in(answer, operation=operation, changes=changes)
        if error is not None:
            raise error
        if not isinstance(answer.data, dict):
            raise self._strange("something that is no JSON object", operation, answer.status, changes=changes)
        return answer.data

    def proof(self, token: Secret) -> str:
        """Return the appsecret_proof for the very token of a call (lower-case hex HMAC-SHA256 under the app secret)."""
        key = self._app.client_secret.reveal().encode()
        return hmac.new(key, token.reveal().encode(), hashlib.sha256).hexdigest()

    @property
    def _root(self) -> str:
        return f"{self.hosts.graph}/{self.hosts.version}"

    @staticmethod
    def _strange(what: str, operation: str, status: int | None, *, changes: bool) -> ConnectorError:
        """An unreadable answer to a change leaves its outcome open; to a read it only says that our notes are old."""
        kind = OutcomeUnknown if changes else UnexpectedAnswer
        return kind(
            f"Meta answered with {what}.",
            remedy=(
                "Switchboard looks at the Page before it sends anything again."
                if changes
                else "Retry; if it stays so, report it as a fault of Switchboard."
            ),
            platform=PLATFORM,
            operation=operation,
            reply=PlatformReply(status=status),
        )


def asset_budget(object_id: str) -> str:
    """Return the name of a Page's or account's own budget."""
    return f"asset:{object_id}"


def _budgets_of(path: str) -> tuple[str, ...]:
    """Return the budgets a call draws on: the app's, and that of the Page or post the path begins with."""
    first = path.strip("/").split("/", 1)[0].split("_", 1)[0]
    return (APP, asset_budget(first)) if first.isdecimal() else (APP,)


def read_time(value: Any) -> datetime | None:
    """Read a moment as Graph writes it: ``2026-11-21T09:00:00+0000``, or Unix seconds (0 means never); None for all else."""
    try:
        if isinstance(value, int) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, tz=UTC) if value > 0 else None
        if isinstance(value, str):
            return datetime.strptime(value, "%Y-%m-%dT%H:%M:%S%z")
    except (ValueError, OverflowError, OSError):
        return None
    return None
