"""What TikTok says of an upload: at work, delivered, published, failed; and when to ask again.

Source: https://developers.tiktok.com/doc/content-posting-api-reference-get-video-status, text of 2026-09-11. A post that failed is still
a good answer. The list of post ids is spelled as TikTok spells it, may be missing, and stays empty until moderation is
over, and for ever where nobody else may see the post. Numbers of posts are longer than a float keeps, so they stay text.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from connectors.errors import ContentRejected, PlatformReply, UnexpectedAnswer
from connectors.tiktok.api import STATUS, Api
from connectors.tiktok.codes import AGAIN, NO_SUCH_ID, REASONS, REPORT, Sort
from connectors.tiktok.errors import PLATFORM, Refused, has_code, made
from connectors.tiktok.people import PUBLISH
from connectors.types import Processing

#: The cadence of the looks: soon at first, then half as late again each time, up to a minute; later every ten.
FIRST: Final = timedelta(seconds=5)
LONGEST: Final = timedelta(seconds=60)
STUCK_AFTER: Final = timedelta(minutes=30)
RARELY: Final = timedelta(minutes=10)
#: After this long nobody knows; TikTok is known to leave posts "in process" for ever.
PATIENCE: Final = timedelta(hours=24)
MOST_JITTER: Final = 0.1


class State(StrEnum):
    """TikTok's words, and ours for all others."""

    UPLOADING = "PROCESSING_UPLOAD"
    FETCHING = "PROCESSING_DOWNLOAD"
    IN_INBOX = "SEND_TO_USER_INBOX"
    COMPLETE = "PUBLISH_COMPLETE"
    FAILED = "FAILED"
    #: A word we do not know, or no word: as if it were still at work.
    UNKNOWN = ""


@dataclass(frozen=True, slots=True)
class Status:
    """One look at an upload."""

    state: State
    #: None when TikTok does not say.
    uploaded: int | None = None
    reason: str = ""
    post_ids: tuple[str, ...] = ()

    def has_all(self, size: int) -> bool | None:
        """Tell whether all bytes have arrived; None when TikTok does not say.

        Whether its figure counts bytes or names the last one is not certain; a chunk is far longer than the difference.
        """
        return None if self.uploaded is None else self.uploaded >= size - 1

    def lacks_bytes(self, size: int) -> bool:
        """Tell whether bytes surely lack, so that nothing can have come of it; nor can anything without them."""
        return self.state is State.UPLOADING and self.has_all(size) is False


def look(api: Api, publish_id: str) -> Status:
    """Ask TikTok. An id it does not know (yet, or any more) tells nothing."""
    try:
        told = api.post(STATUS, {"publish_id": publish_id}, operation="publish_status", scope=PUBLISH)
    except UnexpectedAnswer as error:
        if has_code(error, NO_SUCH_ID):
            return Status(State.UNKNOWN)
        raise
    return read(told)


def read(told: Mapping[str, Any]) -> Status:
    """Read a status."""
    word = told.get("status")
    ids = told.get("publicaly_available_post_id", told.get("publicly_available_post_id"))
    uploaded = told.get("uploaded_bytes")
    known = isinstance(uploaded, int) and not isinstance(uploaded, bool) and uploaded >= 0
    return Status(
        state=_state(word),
        uploaded=uploaded if known else None,
        reason=str(told.get("fail_reason") or "")[:80],
        post_ids=tuple(str(one) for one in ids if isinstance(one, int | str) and str(one).isdecimal())
        if isinstance(ids, list)
        else (),
    )


def _state(word: Any) -> State:
    try:
        return State(word)
    except ValueError:
        return State.UNKNOWN


def failure(reason: str, *, earlier: int) -> Refused:
    """Return why a post failed that TikTok had taken; ``earlier`` is how often it had been begun anew for this reason."""
    meaning = REASONS.get(reason)
    rest: dict[str, Any] = {
        "platform": PLATFORM,
        "operation": "publish_status",
        "reply": PlatformReply(status=200, code=reason),
    }
    if meaning is None:
        return UnexpectedAnswer(
            f"TikTok could not publish this, for a reason our notes do not know ({reason or 'none given'}).",
            remedy=REPORT,
            **rest,
        )
    if meaning.sort is Sort.RETRY and earlier >= AGAIN.get(reason, 0):
        # Their side failed again and again on this very file.
        kind = ContentRejected if reason == "internal" else UnexpectedAnswer
        remedy = "Encode the video anew and publish it again." if reason == "internal" else meaning.remedy
        return kind(f"{meaning.cause[:-1]}, {earlier + 1} times.", remedy=remedy, **rest)
    return made(meaning, **rest)


def again(age: timedelta, note: str, *, at_least: timedelta = timedelta()) -> Processing:
    """Return when to look the next time, by how long TikTok has been at it: 5 s, 10 s, then each wait half as long again.

    Waits that grow by half add up so that each is half of the time passed and 7.5 seconds more: no count is needed.
    """
    growing = FIRST if age < FIRST else min(age / 2 + FIRST * 1.5, LONGEST)
    wait = RARELY if age >= STUCK_AFTER else growing
    jitter = 1 + MOST_JITTER * random.random()  # noqa: S311 - spreads load, guards nothing
    return Processing(max(wait * jitter, at_least), note)
