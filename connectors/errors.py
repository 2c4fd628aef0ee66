"""What can go wrong with a platform, named by who must act.

::

    ConnectorError                 carries platform, operation, status, their code, request id
    ├── TransientError             nobody: surely not done, time heals it       → retry by the table of waits
    │   └── RateLimited            nobody; carries retry_after                  → wait that long
    │       └── VersionRetired     the operator: no call passes before a setting  → park, at no cost, however long
    ├── OutcomeUnknown             nobody yet: look before you repeat           → reconcile, then decide
    ├── ReconnectRequired          the tenant: revoked, expired, scope missing  → fail, ask to reconnect
    ├── ContentRejected            the author: this post will never pass        → fail at once, with their words
    └── UnexpectedAnswer           us: the platform no longer matches our docs  → dead letter and alert
    ConfigurationError             the operator; outside the tree, so that no retry swallows it
    InvalidSignature               a stranger at the webhook door
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar, Final

from foundation.errors import ConfigurationError
from foundation.text import storable

__all__ = [
    "ConfigurationError",
    "ConnectorError",
    "ContentRejected",
    "InvalidSignature",
    "OutcomeUnknown",
    "PlatformReply",
    "RateLimited",
    "ReconnectRequired",
    "TransientError",
    "UnexpectedAnswer",
    "VersionRetired",
]

NOBODY: Final = "nobody"
TENANT: Final = "tenant"
AUTHOR: Final = "author"
OPERATOR: Final = "operator"
#: A platform's own words are kept, but never more than this many characters of them.
LONGEST_WORDS: Final = 500


@dataclass(frozen=True, slots=True)
class PlatformReply:
    """The parsed, harmless part of a platform's answer: what a person needs to look it up, and no body."""

    status: int | None = None
    code: str = ""
    subcode: str = ""
    request_id: str = ""
    words: str = ""

    def facts(self) -> dict[str, Any]:
        """Return what is known, as plain data to store beside an attempt."""
        known = {
            "http_status": self.status,
            "code": self.code,
            "subcode": self.subcode,
            "request_id": self.request_id,
            "words": storable(self.words[:LONGEST_WORDS]),
        }
        return {key: value for key, value in known.items() if value not in (None, "")}


class ConnectorError(Exception):
    """A platform said no, or nothing. ``cause`` and ``remedy`` are words for people; ``reply`` is for looking it up."""

    kind: ClassVar[str] = "error"
    who: ClassVar[str] = OPERATOR

    def __init__(
        self,
        cause: str,
        *,
        remedy: str = "",
        platform: str = "",
        operation: str = "",
        reply: PlatformReply | None = None,
    ) -> None:
        super().__init__(cause)
        self.cause = storable(cause)
        self.remedy = storable(remedy)
        self.platform = platform
        self.operation = operation
        self.reply = reply or PlatformReply()

    def __str__(self) -> str:
        return f"{self.platform or 'platform'} {self.operation}: {self.cause}".strip()

    @property
    def fingerprint(self) -> str:
        """What failures of one cause have in common: platform, kind, the platform's code; never an id of a post."""
        return ":".join((self.platform, self.kind, self.reply.code or str(self.reply.status or ""), self.reply.subcode))


class TransientError(ConnectorError):
    """Surely not done, and likely to work later."""

    kind = "transient"
    who = NOBODY


class RateLimited(TransientError):
    """The platform asks for patience. ``retry_after`` is its own figure, or None when it gave none."""

    kind = "rate_limited"

    def __init__(self, cause: str, *, retry_after: timedelta | None = None, **rest: Any) -> None:
        super().__init__(cause, **rest)
        self.retry_after = retry_after


class VersionRetired(RateLimited):
    """The platform no longer answers the API version we name: nothing was done, and no call passes before a setting changes.

    It is nobody's post that is wrong, so jobs are parked and lose no try; they go on by themselves with the new version.
    """

    kind = "version_retired"
    who = OPERATOR


class OutcomeUnknown(ConnectorError):
    """The request left, and no answer tells what became of it. Look before you repeat.

    ``duplicate`` is set when the platform refused the post as a duplicate: evidence that an earlier try arrived, and a
    reason not to send it again should it turn out to be somebody else's post.
    """

    kind = "outcome_unknown"
    who = NOBODY

    def __init__(self, cause: str, *, duplicate: bool = False, **rest: Any) -> None:
        super().__init__(cause, **rest)
        self.duplicate = duplicate


class ReconnectRequired(ConnectorError):
    """The grant no longer carries this: revoked, expired, a scope missing, or the account's owner must act first.

    ``connection_ended`` says whether the whole connection stopped working (a dead token), or only this action (a missing
    scope or role); ``missing_scope`` names the scope when the platform told.
    """

    kind = "reconnect_required"
    who = TENANT

    def __init__(self, cause: str, *, connection_ended: bool = True, missing_scope: str = "", **rest: Any) -> None:
        super().__init__(cause, **rest)
        self.connection_ended = connection_ended
        self.missing_scope = missing_scope


class ContentRejected(ConnectorError):
    """This content will never pass; the author must change it."""

    kind = "content_rejected"
    who = AUTHOR


class UnexpectedAnswer(ConnectorError):
    """The platform answered something that our notes do not know."""

    kind = "unexpected_answer"
    who = OPERATOR


class InvalidSignature(Exception):
    """A webhook was not signed by the platform."""
