"""Meta's error codes to ours, by a table.

Source: https://developers.facebook.com/docs/graph-api/guides/error-handling and the Instagram error codes page, read
2026-11-21 for v25.0; the same table with its evidence stands in docs/platforms/meta.md. Meta's HTTP status is a poor
guide, so the order is: code and subcode, then ``is_transient``, then the status. Words of a message are matched in two
cases only, a wrong appsecret_proof and a wrong app secret, because Meta gives these no codes of their own.
"""

import re
from datetime import timedelta
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
from connectors.meta.codes import SCOPE_OF_OPERATION, meaning_of
from connectors.meta.meanings import LATER, LOOK, PLATFORM, REPORT, WAIT, Meaning, Sort
from connectors.meta.usage import business_usage

_DIGITS: Final = re.compile(r"-?[0-9]{1,18}")


#: Meta's pages disagree whether these two scopes are needed, so they are not asked for by default.
_BUSINESS_ROLE: Final = (
    "If all of them are granted and the role on the Page comes from a business portfolio, the operator may add ads_management "
    "and ads_read to META_SCOPES."
)
#: How long to wait when Meta names no time of its own.
FALLBACK_WAIT: Final = timedelta(minutes=5)
#: Meta's longest window is a day; a longer wait is not believed.
LONGEST_WAIT_MINUTES: Final = 24 * 60


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
            Meaning(Sort.UNKNOWN, "Meta had a passing fault.", LOOK),
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
            wait = regain_time(answer) or meaning.wait or FALLBACK_WAIT
            return RateLimited(meaning.cause, retry_after=wait, **told)
        case Sort.REAUTH:
            return ReconnectRequired(meaning.cause, **told)
        case Sort.PERMISSION:
            scope = SCOPE_OF_OPERATION.get(operation, "")
            cause = f"{meaning.cause} This needs the scope {scope}." if scope else meaning.cause
            if scope.startswith("instagram_"):
                told["remedy"] = f"{meaning.remedy} {_BUSINESS_ROLE}"
            return ReconnectRequired(cause, connection_ended=ended, missing_scope=scope, **told)
        case Sort.ACCOUNT:
            return ReconnectRequired(meaning.cause, connection_ended=ended, **told)
        case Sort.CONFIG:
            return ConfigurationError(f"{meaning.cause} (Meta's code {reply.code})", remedy=meaning.remedy)
        case Sort.INVALID if not changes:
            # A read carries nothing of an author's: a refused read means that our request is out of date.
            return UnexpectedAnswer(f"Meta refused a read of ours (code {reply.code}).", **{**told, "remedy": REPORT})
        case Sort.INVALID:
            words = f" Meta says: {reply.words}" if reply.words else ""
            return ContentRejected(meaning.cause + words[:300], **told)
        case Sort.DUPLICATE:
            return OutcomeUnknown(meaning.cause, duplicate=True, **told)
        case Sort.UNKNOWN:
            return (
                OutcomeUnknown(meaning.cause, **told)
                if changes
                else TransientError(meaning.cause, **{**told, "remedy": LATER})
            )


def _by_status(answer: Answer, *, reply: PlatformReply, operation: str, changes: bool) -> ConnectorError:
    told: dict[str, Any] = {"platform": PLATFORM, "operation": operation, "reply": reply}
    if answer.status >= 500:
        cause = f"Meta's servers answered with an error (HTTP {answer.status})."
        return OutcomeUnknown(cause, remedy=LOOK, **told) if changes else TransientError(cause, remedy=LATER, **told)
    if answer.status == 429:
        return RateLimited(
            "Meta asks for patience.", remedy=WAIT, retry_after=regain_time(answer) or FALLBACK_WAIT, **told
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
