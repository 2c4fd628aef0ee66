"""Google's errors to ours, by tables.

Source: https://developers.google.com/my-business/reference/rest/v4/ErrorCode and google/api/error_reason.proto, read 2026-11-21;
the same tables with their evidence stand in docs/platforms/google_business.md. What decides: the HTTP status, the status word, the
``reason`` of an ErrorInfo, the figure of a quota; never the words of a message. Old and new API put their particulars in details of
different types: ``ValidationError`` with numbers, ``BadRequest`` with fields.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any, Final

from connectors.errors import (
    ConfigurationError,
    ConnectorError,
    ContentRejected,
    OutcomeUnknown,
    PlatformReply,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.google_business.details import Told, read_error
from connectors.google_business.hosts import PLATFORM, Api
from connectors.http import Answer

SCOPE: Final = "https://www.googleapis.com/auth/business.manage"
#: Quotas are by the minute; Google seldom names a time of its own.
FALLBACK_WAIT: Final = timedelta(seconds=60)
LONGEST_WAIT: Final = timedelta(hours=24)
#: How long jobs are parked while Google refuses our whole Cloud project; what the operator mends there takes minutes to show.
PROJECT_WAIT: Final = timedelta(minutes=15)
#: What Google could not fetch or use of a picture.
PHOTO_CODES: Final = range(1000, 1100)
FETCH_FAILED: Final = "1000"
ACCESS_FORM: Final = "https://developers.google.com/my-business/content/prereqs"
_SECONDS: Final = re.compile(r"([0-9]{1,9})(?:\.[0-9]+)?s?", re.ASCII)


class Sort(Enum):
    """What an answer asks of us; each leads to exactly one error class."""

    RETRY = auto()
    RATE = auto()
    REAUTH = auto()
    SCOPE = auto()
    PERMISSION = auto()
    LOCATION = auto()
    PROJECT = auto()
    INVALID = auto()
    GONE = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row of a table: what Google means, and what a person can do. ``{api}`` stands for the API's name."""

    sort: Sort
    cause: str
    remedy: str


_EDIT: Final = "Change the post and publish it again."
_LATER: Final = "Switchboard tries again by itself."
_LOOK: Final = "Switchboard looks at Google before it sends anything again."
_WAIT: Final = "Switchboard waits, then goes on; Google counts by the minute."
_REPORT: Final = "Retry; if it stays so, report it as a fault of Switchboard."
_RECONNECT: Final = "Reconnect this account; the jobs that failed for it can then be redriven."
_ACCESS: Final = (
    "Check at business.google.com that this Google account still manages the location. In Google Workspace the administrator "
    "must have switched on the service Business Profile."
)
_VERIFY: Final = "Look at the profile at business.google.com: it must be verified and neither suspended nor closed."

TOKEN_DEAD: Final = Meaning(Sort.REAUTH, "Google does not accept the access token.", _RECONNECT)
SCOPE_MISSING: Final = Meaning(
    Sort.SCOPE,
    f"The Google account did not grant what managing business profiles needs, the scope {SCOPE}.",
    "Reconnect the account and leave the tick at managing business profiles.",
)
NO_PERMISSION: Final = Meaning(Sort.PERMISSION, "Google does not let this account do that at this location.", _ACCESS)
NOT_ELIGIBLE: Final = Meaning(Sort.LOCATION, "The location's standing at Google does not allow this now.", _VERIFY)
TOO_MANY: Final = Meaning(Sort.RATE, "Google's limit of calls is reached.", _WAIT)
BAD_CONTENT: Final = Meaning(Sort.INVALID, "Google refused this post.", _EDIT)
NOT_FOUND: Final = Meaning(
    Sort.GONE, "Google does not find what this is about.", "Check at business.google.com that it is still there."
)
NOT_ENABLED: Final = Meaning(
    Sort.PROJECT,
    "The {api} is not switched on in our Google Cloud project.",
    "Switch on the {api} in the Cloud Console, each of Google's Business Profile APIs by itself; it takes some minutes.",
)
SUSPENDED: Final = Meaning(
    Sort.PROJECT,
    "Google has suspended our Cloud project, or does not know it ({api}).",
    "Look at the project in the Cloud Console, and write to Google's support.",
)
NOT_APPROVED: Final = Meaning(
    Sort.PROJECT,
    "Google has not approved our Cloud project for the {api}: its quota is 0 calls a minute.",
    f"Apply for Basic API Access with the project's number ({ACCESS_FORM}); Google takes up to two weeks.",
)

#: By the ``reason`` of an ErrorInfo.
REASONS: Final[dict[str, Meaning]] = {
    "ACCESS_TOKEN_EXPIRED": Meaning(Sort.REAUTH, "The access token has expired.", _RECONNECT),
    "CREDENTIALS_MISSING": TOKEN_DEAD,
    "ACCESS_TOKEN_TYPE_UNSUPPORTED": TOKEN_DEAD,
    "SESSION_COOKIE_INVALID": TOKEN_DEAD,
    "ACCOUNT_STATE_INVALID": Meaning(
        Sort.REAUTH, "The Google account is disabled or deleted.", "Log in at google.com; then reconnect the account."
    ),
    "USER_BLOCKED_BY_ADMIN": Meaning(
        Sort.PERMISSION, "The administrator of the Google Workspace blocks this for the account.", _ACCESS
    ),
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": SCOPE_MISSING,
    "SERVICE_DISABLED": NOT_ENABLED,
    "SERVICE_NOT_VISIBLE": NOT_ENABLED,
    "API_DISABLED": NOT_ENABLED,
    "BILLING_DISABLED": NOT_ENABLED,
    "CONSUMER_SUSPENDED": SUSPENDED,
    "CONSUMER_INVALID": SUSPENDED,
    "USER_PROJECT_DENIED": SUSPENDED,
    "RESOURCE_PROJECT_INVALID": SUSPENDED,
    "RATE_LIMIT_EXCEEDED": TOO_MANY,
    "RESOURCE_QUOTA_EXCEEDED": TOO_MANY,
    "THROTTLED": TOO_MANY,
    "UNVERIFIED_LOCATION": NOT_ELIGIBLE,
}
#: By the word of a status.
STATUSES: Final[dict[str, Meaning]] = {
    "INVALID_ARGUMENT": BAD_CONTENT,
    "OUT_OF_RANGE": BAD_CONTENT,
    "FAILED_PRECONDITION": NOT_ELIGIBLE,
    "UNAUTHENTICATED": TOKEN_DEAD,
    "PERMISSION_DENIED": NO_PERMISSION,
    "NOT_FOUND": NOT_FOUND,
    "ABORTED": Meaning(Sort.RETRY, "Google had two changes at once.", _LATER),
    "ALREADY_EXISTS": Meaning(Sort.UNKNOWN, "Google says that this is there already.", _LOOK),
    "RESOURCE_EXHAUSTED": TOO_MANY,
    "CANCELLED": Meaning(Sort.UNKNOWN, "Google broke the call off.", _LOOK),
}
#: By HTTP status, where no word says more.
HTTP: Final[dict[int, Meaning]] = {
    400: BAD_CONTENT,
    401: TOKEN_DEAD,
    403: NO_PERMISSION,
    404: NOT_FOUND,
    408: Meaning(Sort.UNKNOWN, "Google gave up waiting for our call.", _LOOK),
    429: TOO_MANY,
}
#: These come from gateways too; what they mean for us, Google says in JSON.
_NEEDS_JSON: Final = frozenset({400, 403, 404})


def error_in(
    answer: Answer, *, operation: str, changes: bool, api: Api = Api.POSTS
) -> ConnectorError | ConfigurationError | None:
    """Return the error an answer carries, or None. ``changes`` says whether the call changed something, had it passed."""
    if answer.ok:
        return None
    told = read_error(answer.data)
    meaning = _meaning(answer, told)
    reply = PlatformReply(status=answer.status, code=told.reason or told.status, subcode=told.number, words=told.words)
    rest: dict[str, Any] = {"platform": PLATFORM, "operation": operation, "reply": reply}
    if meaning is None:
        return _unknown(answer, told, rest)
    if meaning.sort is Sort.PROJECT:
        cause, remedy = (text.replace("{api}", api.value) for text in (meaning.cause, meaning.remedy))
        return ConfigurationError(cause, remedy=remedy, wait=PROJECT_WAIT)
    return _made(meaning, told, answer, changes=changes, rest=rest)


def _meaning(answer: Answer, told: Told) -> Meaning | None:
    status = answer.status
    if status >= 500:
        # Whatever the body says: a fault on their side leaves open how far the work had come.
        return Meaning(Sort.UNKNOWN, f"Google's servers answered with an error (HTTP {status}).", _LOOK)
    by_reason = REASONS.get(told.reason)
    if status == 429 or by_reason is TOO_MANY:
        return NOT_APPROVED if told.quota == "0" else TOO_MANY
    if status == 401:
        # This status leaves no choice; a reason only sharpens the words.
        return by_reason if by_reason is not None and by_reason.sort is Sort.REAUTH else TOKEN_DEAD
    if by_reason is not None:
        return by_reason
    if not told.is_json:
        return None if status in _NEEDS_JSON else HTTP.get(status)
    return STATUSES.get(told.status) if told.status else HTTP.get(status)


def _made(meaning: Meaning, told: Told, answer: Answer, *, changes: bool, rest: dict[str, Any]) -> ConnectorError:
    cause, remedy = meaning.cause, meaning.remedy
    match meaning.sort:
        case Sort.RETRY:
            return TransientError(cause, remedy=remedy, **rest)
        case Sort.RATE:
            return RateLimited(cause, retry_after=_asked_wait(answer, told) or FALLBACK_WAIT, remedy=remedy, **rest)
        case Sort.REAUTH:
            return ReconnectRequired(cause, remedy=remedy, **rest)
        case Sort.SCOPE:
            return ReconnectRequired(cause, connection_ended=False, missing_scope=SCOPE, remedy=remedy, **rest)
        case Sort.PERMISSION | Sort.LOCATION:
            return ReconnectRequired(cause + _said(told), connection_ended=False, remedy=remedy, **rest)
        case Sort.INVALID | Sort.GONE if not changes:
            # A read carries nothing of an author's: a refused read means that our request is out of date.
            named = told.reason or told.status or answer.status
            return UnexpectedAnswer(f"Google refused a read of ours ({named}).", remedy=_REPORT, **rest)
        case Sort.INVALID | Sort.GONE:
            return ContentRejected(cause + _said(told), remedy=_photo_remedy(told) or remedy, **rest)
        case Sort.UNKNOWN if changes:
            return OutcomeUnknown(cause, remedy=remedy, **rest)
        case _:
            return TransientError(cause, remedy=_LATER, **rest)


def _unknown(answer: Answer, told: Told, rest: dict[str, Any]) -> UnexpectedAnswer:
    if answer.status == 404:
        cause = "Google has no such address: our call went to a wrong one."
    else:
        named = f" and {told.reason or told.status}" if told.reason or told.status else ""
        cause = f"Google answered with HTTP {answer.status}{named}, which our notes do not know."
    return UnexpectedAnswer(cause, remedy=_REPORT, **rest)


def is_photo(error: ConnectorError) -> bool:
    """Tell whether Google refused a picture."""
    return error.reply.subcode.isdecimal() and int(error.reply.subcode) in PHOTO_CODES


def is_gone(error: ConnectorError) -> bool:
    """Tell whether Google says in its own words that something is not there; a page of HTML says that of our address."""
    return error.reply.status == 404 and error.reply.code == "NOT_FOUND"


def _photo_remedy(told: Told) -> str:
    if told.number == FETCH_FAILED:
        return (
            "Google could not fetch the picture. It must be reachable from the internet by https: check PUBLIC_URL and any "
            "firewall; then publish again."
        )
    if told.number.isdecimal() and int(told.number) in PHOTO_CODES:
        return "Use a JPEG or PNG of 10 KB to 5 MB, at least 400 x 300 pixels."
    return ""


def _said(told: Told) -> str:
    return f" Google says: {told.words}"[:400] if told.words else ""


def _asked_wait(answer: Answer, told: Told) -> timedelta | None:
    """Return the wait that a header or a detail names, which Google seldom does."""
    for said in (str(answer.headers.get("Retry-After", "")).strip(), told.retry_delay):
        match = _SECONDS.fullmatch(said)
        if match and int(match[1]):
            return min(timedelta(seconds=int(match[1])), LONGEST_WAIT)
    return None
