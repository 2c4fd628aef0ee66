"""LinkedIn's error codes to ours, by a table.

Source: https://learn.microsoft.com/linkedin/shared/api-guide/concepts/error-handling and the error sections of the Posts, Images,
Videos and Documents APIs, read 2026-11-21; the same table with its evidence stands in docs/platforms/linkedin.md. The order
is: statuses that leave no choice (5xx, 426, 429, 401 unless a page came with it), then the codes of single fields, then ``code``, then
``serviceErrorCode``, then the status. Words of a message are matched in one case only: which field of our request a 403 calls
unpermitted, because LinkedIn has one code for a missing right and for a malformed body.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Any, Final

from connectors.errors import (
    ConnectorError,
    ContentRejected,
    OutcomeUnknown,
    PlatformReply,
    RateLimited,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
    VersionRetired,
)
from connectors.http import Answer
from connectors.linkedin import versions

PLATFORM: Final = "linkedin"
#: LinkedIn names no time to wait; its protection against bursts passes within minutes.
FALLBACK_WAIT: Final = timedelta(minutes=2)
LONGEST_WAIT: Final = timedelta(hours=24)
#: A version that is gone comes back by a setting: until then one call in this span asks whether it has.
VERSION_WAIT: Final = timedelta(minutes=15)
_DIGITS: Final = re.compile(r"[0-9]{1,18}")
_UNPERMITTED: Final = re.compile(r"Unpermitted fields\b.*?\[\s*(/[^\]]*?)\s*\]", re.S)
_POST_URN: Final = re.compile(r"urn:li:(?:share|ugcPost|activity):[0-9]+")


class Sort(Enum):
    """What a code asks of us; each leads to exactly one error class."""

    RETRY = auto()
    RATE = auto()
    REAUTH = auto()
    PERMISSION = auto()
    VERSION = auto()
    INVALID = auto()
    GONE = auto()
    DUPLICATE = auto()
    OURS = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row of the table: what LinkedIn means, and what a person can do."""

    sort: Sort
    cause: str
    remedy: str


_RECONNECT: Final = "Reconnect this account; the jobs that failed for it can then be redriven."
_EDIT: Final = "Change the post and publish it again."
_LATER: Final = "Switchboard tries again by itself."
_LOOK: Final = "Switchboard looks at LinkedIn before it sends anything again."
_WAIT: Final = "Switchboard waits, then goes on; LinkedIn's daily limits begin anew at midnight UTC."
_REPORT: Final = "Retry; if it stays so, report it as a fault of Switchboard."
_RIGHTS: Final = "Check that the account still has a posting role on the page and that the LinkedIn app has the product; then reconnect."

CODES: Final[dict[str, Meaning]] = {
    "MISSING_FIELD": Meaning(Sort.INVALID, "LinkedIn misses a field of this post.", _EDIT),
    "INVALID_VALUE_FOR_FIELD": Meaning(Sort.INVALID, "LinkedIn refused a value of this post.", _EDIT),
    "INVALID_VALUE_BLANK_FIELD": Meaning(Sort.INVALID, "LinkedIn does not take an empty value here.", _EDIT),
    "FIELD_LENGTH_TOO_LONG": Meaning(Sort.INVALID, "A text of this post is too long for LinkedIn.", "Shorten it."),
    "INVALID_URN_TYPE": Meaning(Sort.INVALID, "The post names a thing of the wrong kind.", _EDIT),
    "INVALID_URN_ID": Meaning(Sort.INVALID, "The post names a thing that LinkedIn does not know.", _EDIT),
    "INVALID_VIDEO_ID": Meaning(Sort.INVALID, "LinkedIn does not know the video of this post.", _EDIT),
    "MEDIA_ASSET_PROCESSING_FAILED": Meaning(
        Sort.INVALID, "LinkedIn could not process the file of this post.", "Use another file, or encode it anew."
    ),
    "MEDIA_ASSET_WAITING_UPLOAD": Meaning(Sort.RETRY, "LinkedIn is still working on the file of this post.", _LATER),
    "EXPIRED_UPLOAD_URL": Meaning(Sort.RETRY, "The address for uploading the file has expired.", _LATER),
    "VERSION_MISSING": Meaning(Sort.OURS, "LinkedIn misses the version header of our call.", _REPORT),
    "NONEXISTENT_VERSION": Meaning(Sort.VERSION, "", ""),
    "EMPTY_ACCESS_TOKEN": Meaning(Sort.REAUTH, "LinkedIn saw no access token.", _RECONNECT),
    "INVALID_ACCESS_TOKEN": Meaning(Sort.REAUTH, "LinkedIn does not know the access token.", _RECONNECT),
    "REVOKED_ACCESS_TOKEN": Meaning(Sort.REAUTH, "The access token was revoked.", _RECONNECT),
    "EXPIRED_ACCESS_TOKEN": Meaning(Sort.REAUTH, "The access token has expired.", _RECONNECT),
    "ACCESS_DENIED": Meaning(Sort.PERMISSION, "LinkedIn does not allow this with the rights granted.", _RIGHTS),
    "NOT_FOUND": Meaning(
        Sort.GONE, "LinkedIn does not find what this is about.", "Check that the post it refers to is still there."
    ),
    "CONFLICT": Meaning(Sort.RETRY, "LinkedIn had two changes at once.", _LATER),
    "DUPLICATE_POST": Meaning(
        Sort.DUPLICATE, "LinkedIn says that this author has just published the same post.", _LOOK
    ),
    "UNPROCESSABLE_ENTITY": Meaning(Sort.INVALID, "LinkedIn could not process this post.", _EDIT),
    "TOO_MANY_REQUESTS": Meaning(Sort.RATE, "LinkedIn's limit for this kind of call is reached.", _WAIT),
    "INTERNAL_ERROR": Meaning(Sort.UNKNOWN, "LinkedIn had an inner fault.", _LOOK),
}

SERVICE_CODES: Final[dict[int, Meaning]] = {
    100: CODES["ACCESS_DENIED"],
    101: CODES["TOO_MANY_REQUESTS"],
    65600: CODES["INVALID_ACCESS_TOKEN"],
    65601: CODES["REVOKED_ACCESS_TOKEN"],
    65602: CODES["EXPIRED_ACCESS_TOKEN"],
}

#: What a status says when no code says more. A body that is no JSON came from a gateway, so 403, 404 and 422 need one.
STATUSES: Final[dict[int, Meaning]] = {
    401: Meaning(Sort.REAUTH, "LinkedIn does not accept the access token.", _RECONNECT),
    403: CODES["ACCESS_DENIED"],
    404: CODES["NOT_FOUND"],
    409: CODES["CONFLICT"],
    411: Meaning(Sort.OURS, "LinkedIn misses the length of our request.", _REPORT),
    413: Meaning(Sort.INVALID, "The file is too large for LinkedIn.", "Use a smaller file."),
    415: Meaning(Sort.INVALID, "LinkedIn does not take this kind of file.", "Use a kind of file LinkedIn takes."),
    422: CODES["UNPROCESSABLE_ENTITY"],
    429: CODES["TOO_MANY_REQUESTS"],
}
_NEEDS_A_BODY: Final = frozenset({403, 404, 422})


@dataclass(frozen=True, slots=True)
class Told:
    """What of an error body can be told apart: its codes, the most telling first, and its words."""

    codes: tuple[str, ...] = ()
    service_code: int | None = None
    words: str = ""


def error_in(
    answer: Answer, *, operation: str, changes: bool, scope: str = "", version: str = ""
) -> ConnectorError | None:
    """Return the error an answer carries, or None. ``scope`` is what the call stands on, for a refusal to name."""
    if answer.ok:
        return None
    told = _told(answer.data)
    meaning = _meaning(answer, told)
    reply = PlatformReply(
        status=answer.status,
        code=next(iter(told.codes), ""),
        subcode="" if told.service_code is None else str(told.service_code),
        request_id=str(answer.headers.get("x-li-uuid") or answer.headers.get("x-li-request-id") or "")[:80],
        words=told.words,
    )
    rest: dict[str, Any] = {"platform": PLATFORM, "operation": operation, "reply": reply}
    if meaning is None:
        code = f" and the code {reply.code}" if reply.code else ""
        return UnexpectedAnswer(
            f"LinkedIn answered with HTTP {answer.status}{code}, which our notes do not know.",
            remedy="Look the code up in LinkedIn's documentation; then retry, or report it as a fault of Switchboard.",
            **rest,
        )
    return _made(meaning, told, answer, changes=changes, scope=scope, version=version, rest=rest)


def _meaning(answer: Answer, told: Told) -> Meaning | None:
    status = answer.status
    if status >= 500:
        # Whatever the body says: a fault on their side leaves open how far the work had come.
        return Meaning(Sort.UNKNOWN, f"LinkedIn's servers answered with an error (HTTP {status}).", _LOOK)
    if status == 426:
        return CODES["NONEXISTENT_VERSION"]
    if status < 400:
        return None
    if status == 401 and answer.opening:
        # LinkedIn says so in JSON, or with nothing at all. A page comes from something on the way, which knows no token.
        return Meaning(Sort.UNKNOWN, "Something on the way to LinkedIn answered with a page (HTTP 401).", _LOOK)
    known = [CODES[code] for code in told.codes if code in CODES]
    if told.service_code in SERVICE_CODES:
        known.append(SERVICE_CODES[told.service_code])
    if status in (401, 429):
        # These two statuses leave no choice; a code only sharpens the words.
        fallback = STATUSES[status]
        return next((meaning for meaning in known if meaning.sort is fallback.sort), fallback)
    if known:
        return known[0]
    if told.codes and status == 404:
        return None  # such as RESOURCE_NOT_FOUND: a path that LinkedIn does not have
    if status in _NEEDS_A_BODY and not isinstance(answer.data, dict):
        return None
    return STATUSES.get(status)


def _made(
    meaning: Meaning,
    told: Told,
    answer: Answer,
    *,
    changes: bool,
    scope: str,
    version: str,
    rest: dict[str, Any],
) -> ConnectorError:
    cause, remedy = meaning.cause, meaning.remedy
    match meaning.sort:
        case Sort.RETRY:
            return TransientError(cause, remedy=remedy, **rest)
        case Sort.RATE:
            return RateLimited(cause, retry_after=_asked_wait(answer) or FALLBACK_WAIT, remedy=remedy, **rest)
        case Sort.VERSION:
            return version_retired(version, **rest)
        case Sort.REAUTH:
            return ReconnectRequired(cause, remedy=remedy, **rest)
        case Sort.PERMISSION:
            return _refused(told, cause, remedy, scope=scope, rest=rest)
        case Sort.INVALID | Sort.GONE if not changes:
            # A read carries nothing of an author's: a refused read means that our request is out of date.
            named = next(iter(told.codes), answer.status)
            return UnexpectedAnswer(f"LinkedIn refused a read of ours ({named}).", remedy=_REPORT, **rest)
        case Sort.INVALID | Sort.GONE:
            words = f" LinkedIn says: {told.words}" if told.words else ""
            return ContentRejected(cause + words[:300], remedy=remedy, **rest)
        case Sort.DUPLICATE:
            return OutcomeUnknown(cause, duplicate=True, remedy=remedy, **rest)
        case Sort.OURS:
            return UnexpectedAnswer(cause, remedy=remedy, **rest)
        case Sort.UNKNOWN if changes:
            return OutcomeUnknown(cause, remedy=remedy, **rest)
        case Sort.UNKNOWN:
            return TransientError(cause, remedy=_LATER, **rest)


def _refused(told: Told, cause: str, remedy: str, *, scope: str, rest: dict[str, Any]) -> ConnectorError:
    """A 403: a right is missing, unless LinkedIn names a field of our body other than the author."""
    unpermitted = _UNPERMITTED.search(told.words)
    if unpermitted and unpermitted[1] not in ("/author", "/actor", "/object"):
        field = unpermitted[1][:80]
        return UnexpectedAnswer(f"LinkedIn does not know the field {field} of our request.", remedy=_REPORT, **rest)
    if scope:
        cause = f"{cause} This needs the scope {scope}."
    return ReconnectRequired(cause, connection_ended=False, missing_scope=scope, remedy=remedy, **rest)


def version_retired(version: str, **rest: Any) -> VersionRetired:
    """Say that the version of the settings is gone."""
    return VersionRetired(
        f"LinkedIn has retired the API version {version} that every call of ours names.".replace("  ", " "),
        retry_after=VERSION_WAIT,
        remedy=f"Set {versions.SETTING} to a version listed at {versions.PAGE} and restart: waiting jobs go on by themselves.",
        **rest,
    )


def duplicate_of(error: ConnectorError) -> str:
    """Return the post that a duplicate refusal names, or an empty string; the URN stands only in its words."""
    found = _POST_URN.search(error.reply.words)
    return found[0] if found else ""


def has_code(error: ConnectorError, *codes: str) -> bool:
    """Tell whether LinkedIn gave one of these codes."""
    return error.reply.code in codes


def _told(data: Any) -> Told:
    """Read an error body of any of LinkedIn's shapes; what is missing or of another type is nothing."""
    if not isinstance(data, dict):
        return Told()
    details = data.get("errorDetails")
    inputs = details.get("inputErrors") if isinstance(details, dict) else details
    fields = [entry for entry in inputs if isinstance(entry, dict)] if isinstance(inputs, list) else []
    codes = [entry.get("code") for entry in (*fields, data)]
    words = [data.get("message"), *(entry.get("description") for entry in fields), data.get("error_description")]
    return Told(
        codes=tuple(dict.fromkeys(code for code in codes if isinstance(code, str) and code)),
        service_code=_number(data.get("serviceErrorCode")),
        words=" ".join(dict.fromkeys(word for word in words if isinstance(word, str) and word)),
    )


def _asked_wait(answer: Answer) -> timedelta | None:
    """Return a Retry-After in seconds, which LinkedIn is not known to send."""
    seconds = _number(str(answer.headers.get("Retry-After", "")).strip())
    return min(timedelta(seconds=min(seconds, 10**6)), LONGEST_WAIT) if seconds else None


def _number(value: Any) -> int | None:
    """Read a code that may be a number or a string of digits; anything else is no code."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and _DIGITS.fullmatch(value) else None
