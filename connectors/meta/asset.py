"""A Page or an Instagram account, and how we speak for it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from connectors.errors import OutcomeUnknown, PlatformReply, ReconnectRequired
from connectors.http import FilePart
from connectors.meta.graph import Graph
from connectors.meta.meanings import PLATFORM
from foundation.secret import Secret

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Asset:
    """One place at Meta: its id, and Graph with the tokens that open it."""

    graph: Graph
    id: str
    token: Secret
    #: The person's own token, where there is one: some Instagram reads work with it alone.
    reader: Secret | None = None
    #: Let Meta fetch files from their addresses instead of sending them.
    by_url: bool = False

    def get(self, path: str, *, operation: str, fields: str) -> dict[str, Any]:
        """Read something with the place's own token."""
        return self.graph.get(path, token=self.token, operation=operation, query={"fields": fields})

    def read(self, path: str, *, operation: str, fields: str) -> dict[str, Any]:
        """Read something with the person's token, and where that is refused with the place's own.

        Meta's pages disagree which token reads containers and permalinks, and answer 100/33 to the wrong one.
        """
        if self.reader is not None:
            try:
                return self.graph.get(path, token=self.reader, operation=operation, query={"fields": fields})
            except ReconnectRequired:
                pass  # the place's own token has the last word: the person's may have ended long ago
        return self.get(path, operation=operation, fields=fields)

    def list(self, path: str, *, operation: str, query: Mapping[str, str]) -> Iterator[dict[str, Any]]:
        """Yield every item of a list."""
        return self.graph.pages(path, token=self.token, operation=operation, query=query)

    def post(
        self, path: str, body: Body, *, operation: str, last_moment: Callable[[], None] | None = None
    ) -> dict[str, Any]:
        """Change something; a lost answer is ``OutcomeUnknown``."""
        return self.graph.post(path, body, token=self.token, operation=operation, last_moment=last_moment)

    def post_files(self, path: str, form: Mapping[str, str], files: Mapping[str, FilePart], *, operation: str) -> Body:
        """Send files as a multipart form."""
        return self.graph.post_files(path, form, files, token=self.token, operation=operation)


def id_in(answer: Body, *names: str, operation: str, what: str) -> str:
    """Return the id an answer gives under the first of these names; without one the outcome is unknown."""
    for name in names:
        value = answer.get(name)
        if isinstance(value, str) and value:
            return value
    raise OutcomeUnknown(
        f"Meta answered without naming the {what}.",
        remedy="Switchboard looks at the destination before it sends anything again.",
        platform=PLATFORM,
        operation=operation,
        reply=PlatformReply(status=200),
    )


def require_success(answer: Body, *, operation: str) -> None:
    """Make sure that an answer says success; anything else leaves the outcome unknown."""
    if answer.get("success") is not True:
        raise OutcomeUnknown(
            "Meta answered without saying whether it worked.",
            remedy="Switchboard looks at the destination before it sends anything again.",
            platform=PLATFORM,
            operation=operation,
            reply=PlatformReply(status=200),
        )
