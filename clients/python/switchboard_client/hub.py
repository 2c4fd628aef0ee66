"""Calls that repeat themselves where that is safe, raise what the hub refuses, and follow the pages of a list."""

import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType, TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

import httpx

from switchboard_client.generated.api.posts import posts_get, publish
from switchboard_client.generated.client import AuthenticatedClient
from switchboard_client.generated.models import DraftRequest, Post, Problem
from switchboard_client.generated.version import VERSION

#: Answers that say: nothing was done, try again later.
_LATER = {429, 503}
_RESTING = {"published", "failed", "dlq", "cancelled"}


class Refused(Exception):
    """The hub said no; ``problem`` says why, in words and by a stable ``code``."""

    def __init__(self, status: int, problem: Problem | None) -> None:
        self.status = status
        self.problem = problem
        self.code = problem.code if problem else ""
        words = f"{problem.code}: {problem.detail} {problem.remedy or ''}".strip() if problem else ""
        super().__init__(f"{status} {words}".strip())


class Switchboard:
    """One hub, spoken to with one API key."""

    def __init__(
        self, url: str, key: str, *, timeout: float = 30.0, tries: int = 4, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        said = {"User-Agent": f"switchboard-client/{VERSION}"}
        self.api = AuthenticatedClient(
            base_url=url.rstrip("/"), token=key, timeout=httpx.Timeout(timeout), headers=said
        )
        self._tries = tries
        self._sleep = sleep

    def __enter__(self) -> Self:
        self.api.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.api.__exit__(kind, error, trace)

    def call(self, operation: ModuleType, *ids: Any, again: bool | None = None, **said: Any) -> Any:
        """Call an operation, a module of ``generated.api``, and return what it answers; raise ``Refused`` when it does not.

        A call that reads, or carries an ``idempotency_key``, is repeated when the line breaks or the hub asks for patience;
        ``again`` says otherwise.
        """
        reads = operation._get_kwargs(*ids, **said)["method"] in {"get", "head"}
        tries = self._tries if (reads or "idempotency_key" in said if again is None else again) else 1
        for left in reversed(range(tries)):
            try:
                answer = operation.sync_detailed(*ids, client=self.api, **said)
            except httpx.TransportError:
                if not left:
                    raise
                self._sleep(1.0)
                continue
            if answer.status_code not in _LATER or not left:
                break
            self._sleep(min(float(answer.headers.get("Retry-After", 1)), 60.0))
        if isinstance(answer.parsed, Problem) or answer.status_code >= 400:
            raise Refused(int(answer.status_code), answer.parsed if isinstance(answer.parsed, Problem) else None)
        return answer.parsed

    def publish(self, text: str, destinations: Sequence[uuid.UUID], *, idempotency_key: str = "", **said: Any) -> Post:
        """Publish a post once, however often the line breaks; ``said`` is what else ``DraftRequest`` takes.

        Give your own ``idempotency_key`` where your program may itself run twice.
        """
        draft = DraftRequest(text=text, destinations=list(destinations), **said)
        post: Post = self.call(publish, body=draft, idempotency_key=idempotency_key or str(uuid.uuid4()))
        return post

    def settled(self, post: Post, *, patience: float = 120.0) -> Post:
        """Wait until no job of a post moves any more, and return it as it is then; raises ``TimeoutError``."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            now: Post = self.call(posts_get, post.id)
            if all(job.state in _RESTING for job in now.jobs):
                return now
            self._sleep(0.5)
        raise TimeoutError(f"Post {post.id} still moves after {patience:.0f} s.")

    def pages(self, operation: ModuleType, *ids: Any, **said: Any) -> Iterator[Any]:
        """Yield every row of a list, page after page."""
        while True:
            page = self.call(operation, *ids, **said)
            yield from page.results
            if not page.next_:
                return
            said["cursor"] = parse_qs(urlsplit(page.next_).query)["cursor"][0]
