"""What an error of Meta's can ask of us, and the words for it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Final

PLATFORM: Final = "meta"


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
    #: How long to wait when Meta names no time of its own.
    wait: timedelta | None = None


RECONNECT: Final = "Reconnect this account; the jobs that failed for it can then be redriven."
LATER: Final = "Switchboard tries again by itself."
LOOK: Final = "Switchboard looks at the destination before it sends anything again."
EDIT: Final = "Change the post and publish it again."
WAIT: Final = "Switchboard waits as long as Meta asks, then goes on."
REPORT: Final = "Retry; if it stays so, report it as a fault of Switchboard."
OWNER: Final = "The account's owner must log in at facebook.com and clear what Meta asks there; then retry."
