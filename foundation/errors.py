"""How a room says no.

A ``Refusal`` is an answer to somebody who asked for something: it names the cause, the remedy and a stable code, and the
front door turns it into an RFC 9457 problem or into a message on a page. ``ConfigurationError`` is for the operator;
no retry may swallow it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong with what somebody sent, told so that they can mend it."""

    field: str
    code: str
    message: str
    remedy: str = ""
    limit: str = ""
    destination: str = ""
    severity: str = "error"


class Refusal(Exception):
    """Say no to a request, with the cause in words and what to do about it."""

    status = 400
    code = "bad_request"
    title = "The request cannot be carried out"

    def __init__(
        self,
        detail: str,
        *,
        remedy: str = "",
        code: str = "",
        findings: Sequence[Finding] = (),
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.remedy = remedy
        self.findings = tuple(findings)
        if code:
            self.code = code


class NotFound(Refusal):
    """It is not there, or not yours: the two look the same from outside."""

    status = 404
    code = "not_found"
    title = "Not found"


class Forbidden(Refusal):
    """We know who you are, and you may not do this."""

    status = 403
    code = "forbidden"
    title = "Not allowed"


class Conflict(Refusal):
    """It clashes with what is already there."""

    status = 409
    code = "conflict"
    title = "Conflict with the present state"


class PreconditionFailed(Refusal):
    """The caller named the state it knows, and it is no longer the present one; nothing was changed."""

    status = 412
    code = "precondition_failed"
    title = "It has changed meanwhile"


class Invalid(Refusal):
    """What was sent cannot be accepted; each finding names a field."""

    status = 422
    code = "invalid"
    title = "Some of what you sent cannot be accepted"


class Unavailable(Refusal):
    """Something this needs is out of reach just now."""

    status = 503
    code = "unavailable"
    title = "Not available right now"


class ConfigurationError(Exception):
    """The installation is set up wrongly: the operator must act.

    It stands outside every retried family, so that no retry swallows it. ``remedy`` says what to change. ``wait`` is set
    where a platform refuses the whole app, and so every job alike, until the operator has acted there: how long work that
    can wait is parked before it looks again.
    """

    def __init__(self, detail: str, *, remedy: str, wait: timedelta | None = None) -> None:
        super().__init__(f"{detail} {remedy}")
        self.detail = detail
        self.remedy = remedy
        self.wait = wait
