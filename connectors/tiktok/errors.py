"""What an answer of TikTok's means, by the tables in ``codes``.

Every answer of the API bears an ``error`` object, good ones with the code ``ok``, and some refusals come with HTTP 200: so the code decides, and
the status only where there is no code we know. Words of a message decide nothing. TikTok tells failures by one code and a
generic link, so the code is kept whole, with the ``log_id`` that TikTok's support asks for.
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
from connectors.tiktok.codes import CODES, LATER, LOOK, RECONNECT, REPORT, Meaning, Sort

PLATFORM: Final = "tiktok"
OK: Final = "ok"
#: Limits are sliding windows of one minute, and TikTok names no time to wait.
MINUTE: Final = timedelta(seconds=60)
DAY: Final = timedelta(hours=24)
LONGEST_WAIT: Final = timedelta(hours=24)
_DIGITS: Final = re.compile(r"[0-9]{1,9}")

Refused = ConnectorError | ConfigurationError


def error_in(
    answer: Answer, *, operation: str, changes: bool, authored: bool = False, scope: str = ""
) -> Refused | None:
    """Return the error an answer carries, or None.

    ``changes``: a lost answer may hide a post. ``authored``: the call carries an author's words and choices. ``scope`` is
    what the call stands on, for a refusal to name.
    """
    told = answer.data.get("error") if isinstance(answer.data, dict) else None
    told = told if isinstance(told, dict) else {}
    code = told.get("code") if isinstance(told.get("code"), str) else ""
    if answer.ok and (code == OK or (not code and isinstance(answer.data, dict) and "data" in answer.data)):
        return None
    reply = PlatformReply(
        status=answer.status,
        code="" if code == OK else str(code)[:80],
        request_id=str(told.get("log_id") or told.get("logid") or answer.headers.get("x-tt-logid") or "")[:80],
        words=str(told.get("message") or ""),
    )
    meaning = _meaning(answer, reply.code)
    rest: dict[str, Any] = {"platform": PLATFORM, "operation": operation, "reply": reply}
    if meaning is None:
        code = f" and the code {reply.code}" if reply.code else ""
        return UnexpectedAnswer(
            f"TikTok answered with HTTP {answer.status}{code}, which our notes do not know.",
            remedy="Look the code up in TikTok's documentation; then retry, or report it as a fault of Switchboard.",
            **rest,
        )
    return made(meaning, changes=changes, authored=authored, scope=scope, wait=_asked_wait(answer), **rest)


def made(
    meaning: Meaning,
    *,
    changes: bool = False,
    authored: bool = True,
    scope: str = "",
    wait: timedelta | None = None,
    **rest: Any,
) -> Refused:
    """Make the error of a row."""
    cause, remedy = meaning.cause, meaning.remedy
    match meaning.sort:
        case Sort.RETRY:
            return TransientError(cause, remedy=remedy, **rest)
        case Sort.RATE:
            return RateLimited(cause, retry_after=wait or MINUTE, remedy=remedy, **rest)
        case Sort.DAY:
            return RateLimited(cause, retry_after=DAY, remedy=remedy, **rest)
        case Sort.REAUTH:
            return ReconnectRequired(cause, remedy=remedy, **rest)
        case Sort.PERMISSION:
            named = f"{cause} It is the scope {scope}." if scope else cause
            return ReconnectRequired(named, connection_ended=False, missing_scope=scope, remedy=remedy, **rest)
        case Sort.ACCOUNT:
            return ReconnectRequired(cause, connection_ended=False, remedy=remedy, **rest)
        case Sort.CONFIG:
            return ConfigurationError(cause, remedy=remedy)
        case Sort.INVALID | Sort.REQUEST if authored:
            words = rest["reply"].words if "reply" in rest else ""
            return ContentRejected(cause + (f" TikTok says: {words}"[:300] if words else ""), remedy=remedy, **rest)
        case Sort.UNKNOWN if changes:
            return OutcomeUnknown(cause, remedy=LOOK, **rest)
        case Sort.UNKNOWN:
            return TransientError(cause, remedy=LATER, **rest)
        case _:
            return UnexpectedAnswer(cause, remedy=REPORT, **rest)


def strange(
    what: str, operation: str, status: int | None, *, changes: bool = False, passing: bool = False
) -> ConnectorError:
    """Say that an answer is not what our notes say; after a call that may have published, nobody knows what became of it."""
    kind = OutcomeUnknown if changes else TransientError if passing else UnexpectedAnswer
    return kind(
        f"TikTok answered with {what}.",
        remedy=LOOK if changes else LATER if passing else REPORT,
        platform=PLATFORM,
        operation=operation,
        reply=PlatformReply(status=status),
    )


def has_code(error: object, *codes: str) -> bool:
    """Tell whether TikTok gave one of these codes."""
    return isinstance(error, ConnectorError) and error.reply.code in codes


def _meaning(answer: Answer, code: str) -> Meaning | None:
    status = answer.status
    if status >= 500:
        # Whatever the body says: a fault on their side leaves open how far the work had come.
        return Meaning(Sort.UNKNOWN, f"TikTok's servers answered with an error (HTTP {status}).", LOOK)
    if code in CODES:
        return CODES[code]
    if status == 401:
        return Meaning(Sort.REAUTH, "TikTok does not accept the access token any more.", RECONNECT)
    if status == 429:
        return CODES["rate_limit_exceeded"]
    if answer.ok and not code:
        # A gateway's page, or half an answer.
        return Meaning(Sort.UNKNOWN, "TikTok answered with something that is no answer of its API.", LOOK)
    return None


def _asked_wait(answer: Answer) -> timedelta | None:
    """Return a Retry-After in seconds, which TikTok is not known to send."""
    told = str(answer.headers.get("Retry-After", "")).strip()
    seconds = int(told) if told.isascii() and _DIGITS.fullmatch(told) else 0
    return min(timedelta(seconds=seconds), LONGEST_WAIT) if seconds else None
