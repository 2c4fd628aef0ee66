"""Mailchimp's error documents to ours, by a table of titles and statuses.

Source: https://mailchimp.com/developer/marketing/docs/errors/, read 2026-11-21; the same table with its evidence stands in
docs/platforms/mailchimp.md, "Errors". The HTTP status and the title decide. ``detail`` is shown to people and never
decides; ``status`` of a body is not read at all, for campaigns have a ``status`` as well, which is a word. A body that is no
JSON came from the network before Mailchimp: it says nothing about the key.
"""

import html
import re
from collections.abc import Mapping
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
)
from connectors.http import Answer
from foundation.secret import Secret

PLATFORM: Final = "mailchimp"
#: Mailchimp names no time to wait: a call too many passes soon, a block of its network after minutes.
FALLBACK_WAIT: Final = timedelta(seconds=2)
LONGEST_BACKOFF: Final = timedelta(seconds=60)
BLOCKED_WAIT: Final = timedelta(minutes=5)
LONGEST_WAIT: Final = timedelta(hours=24)
#: What the network before Mailchimp calls a refusal of its own, to be given to Mailchimp's support.
_REFERENCE: Final = re.compile(r"Reference(?: Number)?[\s:#]{1,5}((?:[0-9a-f]{1,16}\.){2,6}[0-9a-f]{1,16})", re.I)
#: What we call a refusal that came with such a number.
EDGE_BLOCKED: Final = "EdgeBlocked"
_DIGITS: Final = re.compile(r"[0-9]{1,6}")


class Sort(Enum):
    """What an answer asks of us; each leads to exactly one error class."""

    RATE = auto()
    BLOCKED = auto()
    REAUTH = auto()
    PERMISSION = auto()
    PLAN = auto()
    INVALID = auto()
    STATE = auto()
    GONE = auto()
    OURS = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Meaning:
    """One row of the table: what Mailchimp means, and what a person can do."""

    sort: Sort
    cause: str
    remedy: str


_RECONNECT: Final = "Make a new API key in Mailchimp and connect the account again."
_EDIT: Final = "Change the campaign and publish it again."
_LATER: Final = "Switchboard tries again by itself."
_LOOK: Final = "Switchboard looks at Mailchimp before it sends anything again."
_REPORT: Final = "Retry; if it stays so, report it as a fault of Switchboard."
_STATE: Final = "Look at the campaign or contact in Mailchimp: its state has changed."

#: By title, without blanks and in lower case: the document's title and the documented name differ in those alone.
TITLES: Final[dict[str, Meaning]] = {
    "badrequest": Meaning(Sort.INVALID, "Mailchimp refused this.", _EDIT),
    "invalidresource": Meaning(Sort.INVALID, "Mailchimp refused a value.", "Change the values it names."),
    "invalidaction": Meaning(Sort.STATE, "Mailchimp does not allow this in the present state.", _STATE),
    "jsonparseexception": Meaning(Sort.OURS, "Mailchimp could not read our request.", _REPORT),
    "jsonparseerror": Meaning(Sort.OURS, "Mailchimp could not read our request.", _REPORT),
    "memberexists": Meaning(
        Sort.INVALID, "This address is in the audience already.", "Update the contact instead of adding it."
    ),
    "memberincompliancestate": Meaning(
        Sort.INVALID,
        "This person unsubscribed, bounced or is under review, and cannot be subscribed from outside.",
        "Set the status to pending, so that Mailchimp asks the person; never subscribe anybody against their will.",
    ),
    "forgottenemailnotsubscribed": Meaning(
        Sort.INVALID,
        "This contact was permanently deleted and cannot be imported again.",
        "The person must sign up with a form hosted by Mailchimp.",
    ),
    "apikeymissing": Meaning(Sort.REAUTH, "Mailchimp saw no API key.", _RECONNECT),
    "apikeyinvalid": Meaning(
        Sort.REAUTH, "Mailchimp does not accept the API key: it was deleted or mistyped.", _RECONNECT
    ),
    "wrongdatacenter": Meaning(
        Sort.REAUTH, "The API key belongs to another data centre of Mailchimp.", "Connect again with the whole key."
    ),
    "userdisabled": Meaning(
        Sort.REAUTH,
        "Mailchimp has disabled this account or user.",
        "Sign in to Mailchimp and settle what it asks for; then connect the account again.",
    ),
    "forbidden": Meaning(
        Sort.PERMISSION,
        "The role of the key's owner in Mailchimp does not allow this.",
        "Sending needs the role manager, admin or owner: raise the role, or connect with a key of somebody who has it.",
    ),
    "authorizationfailure": Meaning(
        Sort.PLAN,
        "The Mailchimp plan or role of this account does not include this.",
        "Scheduling needs the Essentials plan, batches and Timewarp need Standard: upgrade, or send without it.",
    ),
    "compliancerelated": Meaning(
        Sort.PERMISSION, "Mailchimp has switched this off for the account.", "Ask Mailchimp's compliance team."
    ),
    "resourcenotfound": Meaning(
        Sort.GONE,
        "Mailchimp does not find what this is about.",
        "Check that the audience and campaign are still there.",
    ),
    "methodnotallowed": Meaning(Sort.STATE, "Mailchimp does not allow this in the present state.", _STATE),
    "toomanyrequests": Meaning(
        Sort.RATE, "Mailchimp's limit of calls at one time is reached.", "Switchboard waits, then goes on by itself."
    ),
    "internalservererror": Meaning(Sort.UNKNOWN, "Mailchimp had an inner fault.", _LOOK),
}

#: What a status says where no title says more.
STATUSES: Final[dict[int, Meaning]] = {
    400: TITLES["badrequest"],
    401: TITLES["apikeyinvalid"],
    403: TITLES["forbidden"],
    404: TITLES["resourcenotfound"],
    405: TITLES["methodnotallowed"],
    413: Meaning(Sort.INVALID, "This is too large for Mailchimp.", "Use smaller files or a shorter text."),
    429: TITLES["toomanyrequests"],
}
_BLOCKED: Final = Meaning(
    Sort.BLOCKED,
    "The network before Mailchimp blocks this machine's calls for the moment; the API key is not at fault.",
    "Switchboard waits, then goes on. If it lasts, the operator should give Mailchimp the reference number and our address.",
)
_BROKEN: Final = Meaning(Sort.UNKNOWN, "The network before Mailchimp broke the call off.", _LOOK)
#: Titles that a status may carry beside its own: each status decides by itself, a title only sharpens it.
_FITTING: Final[dict[int, frozenset[Sort]]] = {
    400: frozenset({Sort.INVALID, Sort.STATE, Sort.OURS}),
    401: frozenset({Sort.REAUTH}),
    403: frozenset({Sort.REAUTH, Sort.PERMISSION, Sort.PLAN}),
    404: frozenset({Sort.GONE}),
    405: frozenset({Sort.STATE}),
    429: frozenset({Sort.RATE}),
    503: frozenset({Sort.PERMISSION}),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What of an answer can be told apart."""

    title: str = ""
    words: str = ""
    instance: str = ""
    #: The network before Mailchimp spoke, and not Mailchimp.
    edge: bool = False
    reference: str = ""

    @property
    def code(self) -> str:
        """The title as Mailchimp names it where blanks are not allowed."""
        return "".join(part[:1].upper() + part[1:] for part in self.title.split())[:60]


def error_in(answer: Answer, *, operation: str, changes: bool, hidden: Secret | None = None) -> ConnectorError | None:
    """Return the error an answer carries, or None. ``hidden`` is cut out of whatever words come back."""
    if answer.ok:
        return None
    told = _told(answer, hidden)
    reply = PlatformReply(
        status=answer.status,
        code=told.code if not told.edge else EDGE_BLOCKED if told.reference else "",
        request_id=(told.reference or told.instance or str(answer.headers.get("X-Request-Id") or ""))[:80],
        words=told.words,
    )
    rest: dict[str, Any] = {"platform": PLATFORM, "operation": operation, "reply": reply}
    meaning = _meaning(answer, told)
    if meaning is None:
        named = f" ({told.title[:60]})" if told.title else ""
        return UnexpectedAnswer(
            f"Mailchimp answered with HTTP {answer.status}{named}, which our notes do not know.",
            remedy="Look it up in Mailchimp's documentation; then retry, or report it as a fault of Switchboard.",
            **rest,
        )
    return _made(meaning, told, answer, changes=changes, rest=rest)


def has_title(error: ConnectorError, *names: str) -> bool:
    """Tell whether Mailchimp gave one of these titles, written without blanks."""
    return error.reply.code in names


def is_gone(error: ConnectorError) -> bool:
    """Tell whether an answer says that the thing is not there."""
    return error.reply.status == 404


def is_state(error: ConnectorError) -> bool:
    """Tell whether Mailchimp refused a change for what it refers to, and nothing was done."""
    return isinstance(error, ContentRejected) and error.reply.status in (400, 405)


def _meaning(answer: Answer, told: Told) -> Meaning | None:
    status = answer.status
    named = TITLES.get(told.title.replace(" ", "").lower())
    fits = named is not None and named.sort in _FITTING.get(status, ())
    if status >= 500:
        if fits:
            return named
        cause = f"Mailchimp's servers answered with an error (HTTP {status})."
        return _BROKEN if told.edge else Meaning(Sort.UNKNOWN, cause, _LOOK)
    if status == 403 and told.edge:
        return _BLOCKED
    if status in (400, 404, 405) and told.edge:
        return None
    return named if fits else STATUSES.get(status)


def _made(meaning: Meaning, told: Told, answer: Answer, *, changes: bool, rest: dict[str, Any]) -> ConnectorError:
    cause, remedy = meaning.cause, meaning.remedy
    match meaning.sort:
        case Sort.RATE:
            return RateLimited(cause, retry_after=_asked_wait(answer) or FALLBACK_WAIT, remedy=remedy, **rest)
        case Sort.BLOCKED:
            return RateLimited(
                _with_reference(cause, told), retry_after=_asked_wait(answer) or BLOCKED_WAIT, remedy=remedy, **rest
            )
        case Sort.REAUTH:
            return ReconnectRequired(cause, remedy=remedy, **rest)
        case Sort.PERMISSION | Sort.PLAN:
            return ReconnectRequired(_with_words(cause, told), connection_ended=False, remedy=remedy, **rest)
        case Sort.INVALID | Sort.STATE | Sort.GONE if not changes:
            # A read carries nothing of an author's: a refused read means that our request is out of date.
            named = told.title or f"HTTP {answer.status}"
            return UnexpectedAnswer(f"Mailchimp refused a read of ours ({named[:60]}).", remedy=_REPORT, **rest)
        case Sort.INVALID | Sort.STATE | Sort.GONE:
            return ContentRejected(_with_words(cause, told), remedy=remedy, **rest)
        case Sort.OURS:
            return UnexpectedAnswer(cause, remedy=remedy, **rest)
        case Sort.UNKNOWN if changes:
            return OutcomeUnknown(_with_reference(cause, told), remedy=remedy, **rest)
        case Sort.UNKNOWN if told.edge and answer.status == 503:
            wait = _asked_wait(answer) or BLOCKED_WAIT
            return RateLimited(_with_reference(_BLOCKED.cause, told), retry_after=wait, remedy=_BLOCKED.remedy, **rest)
        case Sort.UNKNOWN:
            return TransientError(_with_reference(cause, told), remedy=_LATER, **rest)


def _with_words(cause: str, told: Told) -> str:
    return f"{cause} Mailchimp says: {told.words}"[:500] if told.words else cause


def _with_reference(cause: str, told: Told) -> str:
    return f"{cause} Reference number: {told.reference}." if told.reference else cause


def _told(answer: Answer, hidden: Secret | None) -> Told:
    """Read an error document; what is missing or of another type is nothing."""
    data = answer.data
    if not isinstance(data, dict):
        return Told(edge=True, reference=_reference_in(answer.opening))
    title = _text(data.get("title"))
    if _text(data.get("type")) == "akamai_error_message" or title.lower().startswith("akamai"):
        return Told(title=title, edge=True, reference=_reference_in(_text(data.get("ref_no"))))
    entries = data.get("errors")
    fields = [entry for entry in (entries if isinstance(entries, list) else ()) if isinstance(entry, dict)]
    said = [_text(data.get("detail")), *(_field(entry) for entry in fields)]
    words = " ".join(dict.fromkeys(one for one in said if one))
    if hidden is not None and hidden:
        words = words.replace(hidden.reveal(), "(our address)")
    return Told(title, words[:1000], _text(data.get("instance")))


def _field(entry: Mapping[str, Any]) -> str:
    name, why = _text(entry.get("field")), _text(entry.get("message"))
    return f"{name}: {why}" if name and why else why


def _reference_in(text: str) -> str:
    found = _REFERENCE.search(html.unescape(text))
    return found[1] if found else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _asked_wait(answer: Answer) -> timedelta | None:
    """Return a Retry-After in seconds; Mailchimp documents none, and one client says that it has seen it."""
    said = str(answer.headers.get("Retry-After", "")).strip()
    if not _DIGITS.fullmatch(said) or not said.isascii() or not int(said):
        return None
    return min(timedelta(seconds=int(said)), LONGEST_WAIT)
