"""Meta's error codes to ours, by a table.

Source: https://developers.facebook.com/docs/graph-api/guides/error-handling and the Instagram error codes page, read
2026-11-21 for v25.0; the same table with its evidence stands in docs/platforms/meta.md. Meta's HTTP status is a poor
guide, so the order is: code and subcode, then ``is_transient``, then the status. Words of a message are matched in two
cases only, a wrong appsecret_proof and a wrong app secret, because Meta gives these no codes of their own.
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
from connectors.http import Answer
from connectors.meta.usage import business_usage

PLATFORM: Final = "meta"
_DIGITS: Final = re.compile(r"-?[0-9]{1,18}")


class Sort(Enum):
    """What a code asks of us; each leads to exactly one error class."""

    RETRY = auto()
    RATE = auto()
    REAUTH = auto()
    PERMISSION = auto()
    CONFIG = auto()
    ACCOUNT = auto()
    INVALID = auto()
    DUPLICATE = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row of the table: what Meta means, and what a person can do."""

    sort: Sort
    cause: str
    remedy: str = ""


_RECONNECT: Final = "Reconnect this account; the jobs that failed for it can then be redriven."
_LATER: Final = "Switchboard tries again by itself."
_LOOK: Final = "Switchboard looks at the Page before it sends anything again."
_EDIT: Final = "Change the post and publish it again."
_WAIT: Final = "Switchboard waits as long as Meta asks, then goes on."
_REPORT: Final = "Retry; if it stays so, report it as a fault of Switchboard."
_OWNER: Final = "The account's owner must log in at facebook.com and clear what Meta asks there; then retry."

Code = tuple[int, int | None]

MEANINGS: Final[dict[Code, Meaning]] = {
    (1, None): Meaning(Sort.UNKNOWN, "Meta had an unknown error.", _LOOK),
    (1, 2207057): Meaning(Sort.INVALID, "The cover's moment lies outside the video.", _EDIT),
    (2, None): Meaning(Sort.UNKNOWN, "Meta's service was down for a moment.", _LOOK),
    (3, None): Meaning(
        Sort.CONFIG,
        "The Meta app lacks the capability for this call.",
        "Add the product to the app in Meta's app dashboard.",
    ),
    (4, None): Meaning(Sort.RATE, "The Meta app has used up its calls for now.", _WAIT),
    (4, 2207051): Meaning(Sort.UNKNOWN, "Meta judged the action as spam, although it may be live.", _LOOK),
    (10, None): Meaning(
        Sort.PERMISSION,
        "Meta says that a permission for this is missing or was withdrawn.",
        "Reconnect and grant every permission asked for.",
    ),
    (17, None): Meaning(Sort.RATE, "This person's calls to Meta are used up for now.", _WAIT),
    (32, None): Meaning(Sort.RATE, "This Page's calls to Meta are used up for now.", _WAIT),
    (100, None): Meaning(Sort.INVALID, "Meta refused a value of this post.", _EDIT),
    (100, 33): Meaning(
        Sort.PERMISSION,
        "Meta finds no such object, or this account may not see it.",
        "Check that the Page still exists and that the account still has a role on it; then reconnect.",
    ),
    (101, None): Meaning(
        Sort.CONFIG, "Meta does not accept our app id or secret.", "Check META_APP_ID and META_APP_SECRET."
    ),
    (102, None): Meaning(Sort.REAUTH, "The session with Meta has ended.", _RECONNECT),
    (104, None): Meaning(
        Sort.CONFIG, "Meta wants a token or an appsecret_proof that it did not get.", "Check META_APP_SECRET."
    ),
    (190, None): Meaning(Sort.REAUTH, "Meta no longer accepts the access token.", _RECONNECT),
    (190, 458): Meaning(Sort.REAUTH, "The person removed our app from their Facebook settings.", _RECONNECT),
    (190, 459): Meaning(Sort.ACCOUNT, "Facebook has stopped this account at a security checkpoint.", _OWNER),
    (190, 460): Meaning(
        Sort.REAUTH, "The password was changed, or Facebook ended the session for security.", _RECONNECT
    ),
    (190, 463): Meaning(Sort.REAUTH, "The access token has expired.", _RECONNECT),
    (190, 464): Meaning(Sort.ACCOUNT, "The Facebook account is not confirmed.", _OWNER),
    (190, 467): Meaning(Sort.REAUTH, "The access token is not valid any more.", _RECONNECT),
    (190, 490): Meaning(Sort.ACCOUNT, "Facebook has stopped this account at a blocking checkpoint.", _OWNER),
    (190, 492): Meaning(
        Sort.PERMISSION,
        "The person no longer has a role on this Page that allows this.",
        "Ask an admin of the Page for a role, then reconnect.",
    ),
    (341, None): Meaning(Sort.RATE, "Meta's limit for this app is reached.", _WAIT),
    (368, None): Meaning(Sort.ACCOUNT, "Meta has blocked this account for a while because of its policies.", _OWNER),
    (506, None): Meaning(Sort.DUPLICATE, "Meta says that this Page has just published the same post.", _LOOK),
    (613, None): Meaning(Sort.RATE, "Meta's limit for this kind of call is reached.", _WAIT),
    (803, None): Meaning(
        Sort.INVALID,
        "Meta knows no object with this id.",
        "Refresh the destinations of this connection, then publish again.",
    ),
    # It also answers a version that does not exist: one slip in a setting must not ask every tenant to reconnect.
    (2500, None): Meaning(
        Sort.PERMISSION,
        "Meta sees no active token with this call, or does not know its address.",
        "Reconnect the account. If all accounts fail alike, the operator should check META_GRAPH_VERSION.",
    ),
    (1609005, None): Meaning(
        Sort.INVALID,
        "Meta could not read the page behind the link.",
        "Check that the link opens without a login, then publish again.",
    ),
    (3001, 1504028): Meaning(
        Sort.CONFIG, "Meta was asked for insights without a metric.", "Report this as a fault of Switchboard."
    ),
    (200, None): Meaning(
        Sort.PERMISSION,
        "The account lacks a permission for this.",
        "Reconnect and grant every permission asked for.",
    ),
    (210, None): Meaning(
        Sort.PERMISSION,
        "This is not visible to the account.",
        "Check the account's role on the Page, then reconnect.",
    ),
    (352, None): Meaning(Sort.INVALID, "Meta does not take this video format.", "Use an MP4 with H.264 and AAC."),
    (382, None): Meaning(Sort.INVALID, "The video is too small.", "Use a larger video."),
    (389, None): Meaning(Sort.RETRY, "Meta could not fetch the video from its address.", _LATER),
    (6000, None): Meaning(
        Sort.INVALID, "Meta could not take in the video.", "Encode the video anew and publish it again."
    ),
    (6001, None): Meaning(Sort.RETRY, "Meta had trouble taking in the video.", _LATER),
    **{
        (code, None): Meaning(Sort.RATE, "Meta's business limit for this Page or account is reached.", _WAIT)
        for code in (80000, 80001, 80002, 80003, 80004, 80005, 80006, 80008, 80009, 80014)
    },
}

#: Subcodes of Page publishing whose main code Meta does not document: they count whatever the code beside them.
SUBCODES: Final[dict[int, Meaning]] = {
    1346003: Meaning(Sort.INVALID, "Meta judged the content abusive.", _EDIT),
    1349125: Meaning(Sort.INVALID, "Meta does not take the format of this content.", _EDIT),
    1363047: Meaning(Sort.UNKNOWN, "Meta had a passing fault.", _LOOK),
    1366046: Meaning(Sort.INVALID, "The photo is too large or neither JPEG nor PNG.", "Use a JPEG or PNG under 4 MB."),
    1366051: Meaning(Sort.DUPLICATE, "This photo has been published already.", _LOOK),
    1390008: Meaning(Sort.RATE, "The Page posts too fast for Meta.", _WAIT),
    1404006: Meaning(Sort.ACCOUNT, "Facebook wants a security check.", _OWNER),
    1404078: Meaning(
        Sort.ACCOUNT,
        "Facebook wants this Page's publishers to be authorised (Page Publishing Authorization).",
        _OWNER,
    ),
    1404102: Meaning(Sort.INVALID, "The content goes against Meta's community standards.", _EDIT),
    1404112: Meaning(Sort.ACCOUNT, "Facebook has limited this account for some days.", _OWNER),
    1609008: Meaning(
        Sort.INVALID,
        "Posts may not link to facebook.com.",
        "Remove the link, or link to the original source.",
    ),
    1609010: Meaning(Sort.UNKNOWN, "Meta had a passing fault.", _LOOK),
    2061006: Meaning(Sort.INVALID, "Meta does not accept the link's address.", "Check the link, then publish again."),
    2069019: Meaning(Sort.INVALID, "Meta could not read the file.", "Use another file."),
    4854002: Meaning(Sort.ACCOUNT, "Facebook wants the account's owner to confirm who they are.", _OWNER),
}

#: The scope that an operation of ours stands on; Meta itself does not name it in its answer.
SCOPE_OF_OPERATION: Final[dict[str, str]] = {
    "publish": "pages_manage_posts",
    "find_published": "pages_read_engagement",
    "list_pages": "pages_show_list",
    "list_businesses": "business_management",
    "list_business_pages": "business_management",
}

#: How long to wait when Meta names no time of its own.
FALLBACK_WAIT: Final = timedelta(minutes=5)
#: Meta's longest window is a day; a longer wait is not believed.
LONGEST_WAIT_MINUTES: Final = 24 * 60


def meaning_of(code: int, subcode: int | None) -> Meaning | None:
    """Look an error up: the exact pair, then a telling subcode, then the code alone."""
    if (code, subcode) in MEANINGS:
        return MEANINGS[code, subcode]
    if subcode is not None and subcode in SUBCODES:
        return SUBCODES[subcode]
    if (code, None) in MEANINGS:
        return MEANINGS[code, None]
    if 200 <= code <= 299:
        return MEANINGS[200, None]
    return None


def error_in(answer: Answer, *, operation: str, changes: bool) -> ConnectorError | ConfigurationError | None:
    """Return the error an answer carries, or None when it carries none (Meta may send one with status 200)."""
    error = answer.data.get("error") if isinstance(answer.data, dict) else None
    if not isinstance(error, dict):
        if answer.ok:
            return None
        reply = PlatformReply(status=answer.status, request_id=_trace(answer, {}))
        return _by_status(answer, reply=reply, operation=operation, changes=changes)
    code, subcode = _number(error.get("code")), _number(error.get("error_subcode"))
    reply = PlatformReply(
        status=answer.status,
        code="" if code is None else str(code),
        subcode="" if subcode is None else str(subcode),
        request_id=_trace(answer, error),
        words=str(error.get("error_user_msg") or error.get("message") or ""),
    )
    if code == 100 and subcode is None and "appsecret_proof" in str(error.get("message", "")):
        return ConfigurationError(
            "Meta did not accept our appsecret_proof.",
            remedy="Check that META_APP_SECRET belongs to META_APP_ID.",
        )
    if code == 1 and subcode is None and "client secret" in str(error.get("message", "")):
        return ConfigurationError(
            "Meta does not accept our app secret.", remedy="Check that META_APP_SECRET belongs to META_APP_ID."
        )
    meaning = meaning_of(code, subcode) if code is not None else None
    if meaning is not None:
        return _made(meaning, reply, answer, operation=operation, changes=changes)
    if error.get("is_transient") is True:
        return _made(
            Meaning(Sort.UNKNOWN, "Meta had a passing fault.", _LOOK),
            reply,
            answer,
            operation=operation,
            changes=changes,
        )
    return _by_status(answer, reply=reply, operation=operation, changes=changes)


def _made(
    meaning: Meaning, reply: PlatformReply, answer: Answer, *, operation: str, changes: bool
) -> ConnectorError | ConfigurationError:
    told: dict[str, Any] = {
        "remedy": meaning.remedy,
        "platform": PLATFORM,
        "operation": operation,
        "reply": reply,
    }
    # Under 190 and 102 the token itself is dead, whatever the owner must do first; elsewhere only this action is barred.
    ended = reply.code in {"190", "102"}
    match meaning.sort:
        case Sort.RETRY:
            return TransientError(meaning.cause, **told)
        case Sort.RATE:
            return RateLimited(meaning.cause, retry_after=regain_time(answer) or FALLBACK_WAIT, **told)
        case Sort.REAUTH:
            return ReconnectRequired(meaning.cause, **told)
        case Sort.PERMISSION:
            scope = SCOPE_OF_OPERATION.get(operation, "")
            cause = f"{meaning.cause} This needs the scope {scope}." if scope else meaning.cause
            return ReconnectRequired(cause, connection_ended=ended, missing_scope=scope, **told)
        case Sort.ACCOUNT:
            return ReconnectRequired(meaning.cause, connection_ended=ended, **told)
        case Sort.CONFIG:
            return ConfigurationError(f"{meaning.cause} (Meta's code {reply.code})", remedy=meaning.remedy)
        case Sort.INVALID if not changes:
            # A read carries nothing of an author's: a refused read means that our request is out of date.
            return UnexpectedAnswer(f"Meta refused a read of ours (code {reply.code}).", **{**told, "remedy": _REPORT})
        case Sort.INVALID:
            words = f" Meta says: {reply.words}" if reply.words else ""
            return ContentRejected(meaning.cause + words[:300], **told)
        case Sort.DUPLICATE:
            return OutcomeUnknown(meaning.cause, duplicate=True, **told)
        case Sort.UNKNOWN:
            return (
                OutcomeUnknown(meaning.cause, **told)
                if changes
                else TransientError(meaning.cause, **{**told, "remedy": _LATER})
            )


def _by_status(answer: Answer, *, reply: PlatformReply, operation: str, changes: bool) -> ConnectorError:
    told: dict[str, Any] = {"platform": PLATFORM, "operation": operation, "reply": reply}
    if answer.status >= 500:
        cause = f"Meta's servers answered with an error (HTTP {answer.status})."
        return OutcomeUnknown(cause, remedy=_LOOK, **told) if changes else TransientError(cause, remedy=_LATER, **told)
    if answer.status == 429:
        return RateLimited(
            "Meta asks for patience.", remedy=_WAIT, retry_after=regain_time(answer) or FALLBACK_WAIT, **told
        )
    code = f" and the code {reply.code}" if reply.code else ""
    return UnexpectedAnswer(
        f"Meta answered with HTTP {answer.status}{code}, which our notes do not know.",
        remedy="Look the code up in Meta's documentation; then retry, or report it as a fault of Switchboard.",
        **told,
    )


def regain_time(answer: Answer) -> timedelta | None:
    """Return how long Meta asks us to wait: Retry-After in seconds, or the longest regain time in minutes."""
    retry_after = _number(answer.headers.get("Retry-After"))
    if retry_after is not None and retry_after > 0:
        return timedelta(seconds=min(retry_after, LONGEST_WAIT_MINUTES * 60))
    minutes = max((entry.regain_minutes for entry in business_usage(answer.headers)), default=0)
    return timedelta(minutes=min(minutes, LONGEST_WAIT_MINUTES)) if minutes > 0 else None


def _number(value: Any) -> int | None:
    """Read a code that may be a number or a string of digits; anything else is no code."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and _DIGITS.fullmatch(value.strip()):
        return int(value)
    return None


def _trace(answer: Answer, error: dict[str, Any]) -> str:
    return str(error.get("fbtrace_id") or answer.headers.get("x-fb-trace-id") or "")[:80]
