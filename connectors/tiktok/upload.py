"""The bytes of a video on their way: chunk after chunk, each noted, resumed where TikTok says that it stands.

Source: https://developers.tiktok.com/doc/content-posting-api-media-transfer-guide, text of 2026-09-11, and docs/platforms/tiktok.md, "Chunks".
Nothing is published before the last byte, so the last chunk alone is announced. After a break TikTok is asked how much it
has; a chunk that failed is sent again by the same range, which is what TikTok counsels. The address lives an hour.
"""

import re
import time
from datetime import timedelta
from typing import IO, Any, BinaryIO, Final, cast

from connectors.errors import OutcomeUnknown, PlatformReply, RateLimited, TransientError, UnexpectedAnswer
from connectors.http import Answer
from connectors.tiktok import status, tasks
from connectors.tiktok.api import Api
from connectors.tiktok.chunks import Plan, plan
from connectors.tiktok.codes import LATER, LOOK, REPORT
from connectors.tiktok.errors import PLATFORM
from connectors.tiktok.tasks import Stage, Task
from connectors.types import Journal, MediaFile, Processing, Safe
from foundation.secret import Secret

#: The address lives an hour; with less than this left nothing new is sent to it.
ADDRESS_LIFE: Final = timedelta(minutes=58)
#: How often the same bytes are sent, with the wait before the next time.
WAITS: Final = tuple(timedelta(seconds=seconds) for seconds in (2, 5, 15, 45))
#: How often TikTok may ask for other bytes in one attempt.
MOST_DETOURS: Final = 10
#: How often one job may begin an upload anew because its address was lost.
MOST_ROUNDS: Final = 4
RENEW_EVERY_SECONDS: Final = 15.0
_LOST: Final = frozenset({403, 404, 410})
_RANGE: Final = re.compile(r"bytes\s+(?:0-)?(\d{1,15})/\d{1,15}")


class Sender:
    """Sends one video."""

    def __init__(self, api: Api, safe: Safe, journal: Journal, task: Task, file: MediaFile) -> None:
        self._api = api
        self._safe = safe
        self._journal = journal
        self._task = task
        self._file = file
        self._plan: Plan = plan(task.size, task.chunk_size)

    def send(self, *, resumed: bool) -> Task | Processing:
        """Send what TikTok does not have yet; return the task, complete or struck out of the journal, or when to go on.

        ``resumed``: an earlier attempt may have sent more than it could write down, so TikTok is asked first.
        """
        if resumed and (complete := self._resume()) is not None:
            return complete
        url = tasks.address_of(self._journal, self._safe, self._task)
        if url is None or self._journal.started_at - self._task.begun > ADDRESS_LIFE:
            if self._task.stage is Stage.CLOSING:
                return self._complete()  # the last bytes may be there: only TikTok can tell, in its own time
            raise self._begin_anew("The address for this upload has expired; it begins anew.")
        detours = 0
        number = self._plan.chunk_at(tasks.arrived(self._journal, self._task))
        while True:
            answer = self._chunk(number, url)
            if isinstance(answer, Processing):
                return answer
            count = self._taken(answer, number)
            if count >= self._plan.size:
                return self._complete()
            tasks.keep_arrived(self._journal, self._task, count)
            there = self._plan.chunk_at(count)
            detours += there != number + 1
            if detours > MOST_DETOURS:
                raise _strange("TikTok asks for the same parts of the video again and again.", answer.status)
            number = there

    # --- before -----------------------------------------------------------------------------------------------------------

    def _resume(self) -> Task | None:
        """Learn how much TikTok has; return the task when that is everything."""
        told = status.look(self._api, self._task.publish_id)
        has_all = told.has_all(self._plan.size)
        if told.state in {status.State.COMPLETE, status.State.IN_INBOX, status.State.FAILED} or has_all:
            return self._complete()
        if told.uploaded:
            tasks.keep_arrived(self._journal, self._task, told.uploaded)
        if has_all is False and self._task.stage is Stage.CLOSING:
            self._task = tasks.moved(self._journal, self._task, Stage.SENDING)
        return None

    def _complete(self) -> Task:
        return tasks.moved(self._journal, self._task, Stage.WORKING)

    def _begin_anew(self, cause: str, reply: PlatformReply | None = None) -> TransientError | UnexpectedAnswer:
        """Strike the upload out: without its last bytes it can never become a post."""
        tasks.forget(self._journal)
        kind = UnexpectedAnswer if tasks.count_round(self._journal, "address") > MOST_ROUNDS else TransientError
        return kind(cause, remedy=LATER, platform=PLATFORM, operation="upload", reply=reply)

    # --- one chunk --------------------------------------------------------------------------------------------------------

    def _chunk(self, number: int, url: Secret) -> Answer | Processing:
        """Send one chunk; return the answer, or when to send it again."""
        first, last = self._plan.span(number)
        closing = last == self._plan.size - 1
        self._journal.renew()
        if closing:
            self._task = tasks.moved(self._journal, self._task, Stage.CLOSING)
            self._journal.announce("last_part")
        with self._file.open() as stream:
            stream.seek(first)
            body = _Part(stream, self._journal, left=last - first + 1)
            try:
                answer = self._api.put(
                    url,
                    cast("IO[bytes]", body),
                    content_type=self._file.content_type,
                    content_range=f"bytes {first}-{last}/{self._plan.size}",
                    closing=closing,
                    last_moment=self._journal.last_moment,
                )
            except TransientError as error:
                return self._once_more(first, error)
        if answer.status < 500:
            return answer
        reply = PlatformReply(status=answer.status)
        told: dict[str, Any] = {"platform": PLATFORM, "operation": "upload", "reply": reply}
        cause = f"TikTok's upload host answered with an error (HTTP {answer.status})."
        if closing:
            raise OutcomeUnknown(cause, remedy=LOOK, **told)
        return self._once_more(first, TransientError(cause, remedy=LATER, **told))

    def _once_more(self, offset: int, error: TransientError) -> Processing:
        """Have the same bytes sent again a little later, at no cost of tries, but not for ever."""
        misses = tasks.count_miss(self._journal, self._task, offset)
        if isinstance(error, RateLimited) or misses > len(WAITS):
            raise error
        return Processing(
            WAITS[misses - 1], f"A part of the video did not get through and is sent again. {error.cause}"
        )

    def _taken(self, answer: Answer, number: int) -> int:
        """Return how many bytes TikTok has after an answer."""
        last = self._plan.span(number)[1]
        closing = last == self._plan.size - 1
        told = _progress(answer, self._plan.size)
        match answer.status:
            case 201:
                return self._plan.size
            case 200 | 206 if not closing or answer.status == 200:
                return last + 1
            case 206 | 416:
                # Other bytes are wanted than were sent: those already there, or earlier ones.
                return told if told is not None else self._asked(answer)
            case code if code in _LOST:
                return self._after_loss(answer, closing=closing)
            case 429:
                cause = "TikTok's upload host asks for patience."
                raise RateLimited(
                    cause, remedy=LATER, retry_after=timedelta(seconds=60), platform=PLATFORM, operation="upload"
                )
        raise _strange(f"TikTok refused a part of the video (HTTP {answer.status}).", answer.status)

    def _after_loss(self, answer: Answer, *, closing: bool) -> int:
        """Go on when TikTok knows the address no more: because it has all, or because its hour is over."""
        told = status.look(self._api, self._task.publish_id)
        has_all = told.has_all(self._plan.size)
        if has_all or told.state in {status.State.COMPLETE, status.State.IN_INBOX}:
            return self._plan.size
        reply = PlatformReply(status=answer.status)
        if closing and has_all is None and told.state is not status.State.FAILED:
            cause = "TikTok no longer knows the address of this upload, and does not say whether it has all of it."
            raise OutcomeUnknown(cause, remedy=LOOK, platform=PLATFORM, operation="upload", reply=reply)
        raise self._begin_anew("TikTok no longer knows the address of this upload; it begins anew.", reply)

    def _asked(self, answer: Answer) -> int:
        told = status.look(self._api, self._task.publish_id)
        if told.has_all(self._plan.size) or told.state in {status.State.COMPLETE, status.State.IN_INBOX}:
            return self._plan.size
        if told.uploaded is None:
            raise _strange("TikTok wants other bytes than were sent, and does not say which.", answer.status)
        return told.uploaded


class _Part:
    """One chunk of a file on its way out: read piece by piece, the lease renewed while it flows."""

    def __init__(self, stream: BinaryIO, journal: Journal, *, left: int) -> None:
        self._stream = stream
        self._journal = journal
        self._left = left
        self._renewed = time.monotonic()

    def __len__(self) -> int:
        return self._left

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; raises when the job is no longer ours, or the file is shorter than it was."""
        if time.monotonic() - self._renewed >= RENEW_EVERY_SECONDS:
            self._journal.renew()
            self._renewed = time.monotonic()
        wanted = self._left if size < 0 else min(size, self._left)
        if not wanted:
            return b""
        piece = self._stream.read(wanted)
        if not piece:
            raise TransientError(
                "The stored video ended before its end.",
                remedy=f"{LATER} If it stays so, upload the file again.",
                platform=PLATFORM,
                operation="open_file",
            )
        self._left -= len(piece)
        return piece


def _progress(answer: Answer, size: int) -> int | None:
    """Read ``Content-Range: bytes 0-…/…`` of an answer: whether it counts bytes or names the last one is not certain."""
    found = _RANGE.fullmatch(str(answer.headers.get("Content-Range", "")).strip())
    if found is None:
        return None
    count = int(found[1])
    return size if count >= size - 1 else count


def _strange(cause: str, status_code: int) -> UnexpectedAnswer:
    return UnexpectedAnswer(
        cause, remedy=REPORT, platform=PLATFORM, operation="upload", reply=PlatformReply(status=status_code)
    )
