"""Files on their way to LinkedIn: registered, uploaded, processed; resumable at every step through the journal.

Source: the Images, Videos and Documents APIs under
https://learn.microsoft.com/linkedin/marketing/community-management/shares/, read 2026-11-21. Images and documents go in one request with
the token; videos in the parts LinkedIn names, each without it, and are put together by their ETags. A post made before its
image was processed is accepted and stays invisible if that fails, so we look where we may and wait a little where we may not.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any, Final, cast

from connectors.errors import (
    ConnectorError,
    ContentRejected,
    PlatformReply,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.linkedin import restli
from connectors.linkedin.errors import PLATFORM, has_code
from connectors.linkedin.rest import Rest, strange
from connectors.types import Attachment, Journal, MediaFile, MediaKind, Processing, Safe
from foundation.secret import Secret

#: How often an upload may begin anew in one job before a person should know.
MOST_ROUNDS: Final = 4
#: While one long request runs, the lease is asked for again this often.
RENEW_EVERY_SECONDS: Final = 20.0
#: Right after an upload LinkedIn may forbid the look it allows a moment later.
FORBIDDEN_LOOKS: Final = 3
#: Looks at a file in work, with the time to the next one: about a minute for pictures, most of which are done in a second or two,
#: twenty for videos.
_SOON: Final = (timedelta(seconds=1), timedelta(seconds=2), *(timedelta(seconds=3),) * 19)
_PATIENT: Final = (timedelta(seconds=10),) * 18 + (timedelta(seconds=20),) * 51
#: What LinkedIn answers to bytes for an address it no longer knows.
_LOST_ADDRESS: Final = frozenset({403, 404, 410})


@dataclass(frozen=True, slots=True)
class Road:
    """How one kind of file travels: its resource, and the name of its URN in answers."""

    resource: str
    name: str
    looks: tuple[timedelta, ...]
    #: Videos can be looked at by every token.
    always_readable: bool = False


ROADS: Final[dict[MediaKind, Road]] = {
    MediaKind.IMAGE: Road("images", "image", _SOON),
    MediaKind.VIDEO: Road("videos", "video", _PATIENT, always_readable=True),
    MediaKind.DOCUMENT: Road("documents", "document", _SOON),
}


class Uploads:
    """The files of one post."""

    def __init__(
        self, rest: Rest, journal: Journal, safe: Safe, *, owner: str, scope: str, readable: bool, grace: timedelta
    ) -> None:
        self._rest = rest
        self._journal = journal
        self._safe = safe
        #: Must be the author of the post.
        self._owner = owner
        self._scope = scope
        self._readable = readable
        self._grace = grace

    def prepare(self, attachments: tuple[Attachment, ...]) -> list[str] | Processing:
        """Upload what is not uploaded yet; return the URNs when LinkedIn has all of them ready, else when to look again."""
        keys = [f"media:{number}:{attachment.file.id}" for number, attachment in enumerate(attachments)]
        urns = [self._uploaded(key, attachment.file) for key, attachment in zip(keys, attachments, strict=True)]
        blind = False
        for key, urn, attachment in zip(keys, urns, attachments, strict=True):
            road = ROADS[attachment.file.kind]
            if self._state(key).get("state") == "ready":
                continue
            if not (self._readable or road.always_readable):
                blind = True
                continue
            seen = self._look(key, urn, road)
            if isinstance(seen, Processing):
                return seen
            blind = blind or not seen
        if blind and self._grace and not self._journal.recall("grace"):
            self._journal.note("grace", True)
            return Processing(self._grace, "LinkedIn works on the files; whether it is done may not be asked here.")
        return urns

    def forget(self, attachments: tuple[Attachment, ...]) -> None:
        """Make the next try upload everything anew."""
        for number, attachment in enumerate(attachments):
            self._forget(f"media:{number}:{attachment.file.id}")

    # --- upload -----------------------------------------------------------------------------------------------------

    def _uploaded(self, key: str, file: MediaFile) -> str:
        known = self._state(key)
        if known.get("state") in {"sent", "ready"}:
            return str(known["urn"])
        try:
            if file.kind is MediaKind.VIDEO:
                return self._video(key, file, known)
            return self._whole(key, file, known)
        except ConnectorError as error:
            if not (has_code(error, "EXPIRED_UPLOAD_URL") or _lost_address(error)):
                raise
            if int(known.get("round", 0)) >= MOST_ROUNDS - 1:
                raise
            self._forget(key)
            raise TransientError(
                "LinkedIn no longer knows the address for this upload; it begins anew.",
                remedy="Switchboard tries again by itself.",
                platform=PLATFORM,
                operation=error.operation,
                reply=error.reply,
            ) from None

    def _whole(self, key: str, file: MediaFile, known: Mapping[str, Any]) -> str:
        """Send an image or a document in one request.

        An address works once, so an upload whose answer was lost is begun anew, unless LinkedIn lets us see that it arrived.
        """
        road = ROADS[file.kind]
        if known.get("state") == "begun" and self._readable and self._has_arrived(str(known["urn"]), road):
            self._note(key, str(known["urn"]), "sent", known)
            return str(known["urn"])
        value = self._begin(road, {})
        urn, url = _text(value, road.name), _text(value, "uploadUrl")
        self._note(key, urn, "begun", known)
        self._journal.renew()
        with file.open() as stream:
            body = _KeepingLease(stream, file.size_bytes, self._journal.renew)
            self._rest.put(
                url,
                cast(IO[bytes], body),
                operation=f"upload_{road.name}",
                with_token=True,
                content_type=file.content_type,
                last_moment=self._journal.last_moment,
            )
        self._note(key, urn, "sent", known)
        return urn

    def _video(self, key: str, file: MediaFile, known: Mapping[str, Any]) -> str:
        """Send a video part by part, leaving out the parts that have arrived, then have LinkedIn put them together."""
        plan = self._noted_plan(key) if known.get("state") in {"begun", "finishing"} else None
        if not plan:
            if known.get("state") in {
                "begun",
                "finishing",
            }:  # the parts that have arrived went to addresses nobody knows now
                self._forget(key)
                known = self._state(key)
            plan = self._plan(file)
            # Its addresses are as good as keys for whoever reads them, so they are locked.
            self._journal.note(f"_{key}", {"locked": self._safe.lock(Secret(json.dumps(plan)))})
            self._note(key, plan["urn"], "begun", known)
        urn = str(plan["urn"])
        if known.get("state") == "finishing" and self._has_arrived(urn, ROADS[MediaKind.VIDEO]):
            self._note(key, urn, "sent", known)
            return urn
        etags = []
        with file.open() as stream:
            for number, (first, last, url) in enumerate(plan["parts"]):
                noted = f"{key}:{known.get('round', 0)}:{number}"
                etag = self._journal.recall(noted)
                if not etag:
                    self._journal.renew()
                    stream.seek(first)
                    etag = self._part(url, stream.read(last - first + 1))
                    self._journal.note(noted, etag)
                etags.append(etag)
        self._journal.renew()
        self._note(key, urn, "finishing", known)
        request = {"video": urn, "uploadToken": plan["token"], "uploadedPartIds": etags}
        self._rest.act(
            "videos", "finalizeUpload", {"finalizeUploadRequest": request}, operation="finish_video", scope=self._scope
        )
        self._note(key, urn, "sent", known)
        return urn

    def _noted_plan(self, key: str) -> dict[str, Any] | None:
        noted = self._journal.recall(f"_{key}")
        locked = str(noted.get("locked") or "") if isinstance(noted, dict) else ""
        opened = self._safe.unlock(locked) if locked else None
        plan = json.loads(opened.reveal()) if opened is not None else None
        return plan if isinstance(plan, dict) else None

    def _plan(self, file: MediaFile) -> dict[str, Any]:
        """Register a video; return its URN, the token of the upload, and for each part its range and address, in order."""
        said = {"fileSizeBytes": file.size_bytes, "uploadCaptions": False, "uploadThumbnail": False}
        value = self._begin(ROADS[MediaKind.VIDEO], said)
        told = value.get("uploadInstructions")
        parts = sorted(_part_of(part) for part in (told if isinstance(told, list) else ()))
        expected = 0
        for first, last, _ in parts:
            if first != expected or last < first:
                break
            expected = last + 1
        if not parts or expected != file.size_bytes:
            raise strange("upload instructions that do not cover the file", "begin_video", 200)
        return {
            "urn": _text(value, "video"),
            "token": str(value.get("uploadToken") or ""),
            "parts": [list(part) for part in parts],
        }

    def _begin(self, road: Road, more: Mapping[str, Any]) -> dict[str, Any]:
        self._journal.renew()
        answer = self._rest.act(
            road.resource,
            "initializeUpload",
            {"initializeUploadRequest": {"owner": self._owner, **more}},
            operation=f"begin_{road.name}",
            scope=self._scope,
        )
        value = answer.get("value")
        if not isinstance(value, dict):
            # An answer that cannot be read at all is a passing fault; nothing is public, so it is simply asked again.
            raise strange("an upload without instructions", f"begin_{road.name}", 200, passing=not answer)
        return value

    def _part(self, url: str, content: bytes) -> str:
        answer = self._rest.put(
            url, content, operation="upload_video", with_token=False, last_moment=self._journal.last_moment
        )
        etag = str(answer.headers.get("ETag") or "").strip().removeprefix("W/").strip('"')
        if not etag:
            raise strange("no ETag for a part of a video", "upload_video", answer.status)
        return etag

    # --- processing -------------------------------------------------------------------------------------------------

    def _look(self, key: str, urn: str, road: Road) -> bool | Processing:
        """Ask how a file is: True when it is ready, False when LinkedIn will not say, else when to look again."""
        looks = int(self._journal.recall(f"{key}:looks") or 0)
        try:
            told = self._status(urn, road)
        except ReconnectRequired as error:
            if error.connection_ended:
                raise
            if looks >= FORBIDDEN_LOOKS:
                return False
            told = {}
        status = str(told.get("status") or "")
        if status == "AVAILABLE":
            self._note(key, urn, "ready", self._state(key))
            return True
        if status == "PROCESSING_FAILED":
            self._forget(key)
            reason = str(told.get("processingFailureReason") or "")
            raise ContentRejected(
                f"LinkedIn could not process the {road.name}. {reason}".strip()[:300],
                remedy="Use another file, or encode it anew.",
                platform=PLATFORM,
                operation=f"look_at_{road.name}",
                reply=PlatformReply(status=200, code="PROCESSING_FAILED"),
            )
        if looks >= len(road.looks):
            self._journal.note(f"{key}:looks", 0)
            raise UnexpectedAnswer(
                f"LinkedIn has been working on the {road.name} for longer than it should ({status or 'no status'}).",
                remedy="Look at LinkedIn's status page; then redrive: the upload is not repeated.",
                platform=PLATFORM,
                operation=f"look_at_{road.name}",
            )
        self._journal.note(f"{key}:looks", looks + 1)
        return Processing(road.looks[looks], f"LinkedIn is working on the {road.name}.")

    def _has_arrived(self, urn: str, road: Road) -> bool:
        """Tell whether an upload whose last answer was lost is complete; where that is refused, it is not."""
        try:
            told = self._status(urn, road)
        except ReconnectRequired as error:
            if error.connection_ended:
                raise
            return False
        return str(told.get("status") or "") in {"PROCESSING", "AVAILABLE", "PROCESSING_FAILED"}

    def _status(self, urn: str, road: Road) -> dict[str, Any]:
        path = f"{road.resource}/{restli.key(urn)}"
        return self._rest.read(path, operation=f"look_at_{road.name}", scope=self._scope)

    # --- the journal ------------------------------------------------------------------------------------------------

    def _state(self, key: str) -> Mapping[str, Any]:
        known = self._journal.recall(key)
        return known if isinstance(known, dict) else {}

    def _note(self, key: str, urn: str, state: str, known: Mapping[str, Any]) -> None:
        self._journal.note(key, {"urn": urn, "state": state, "round": int(known.get("round", 0))})

    def _forget(self, key: str) -> None:
        number = int(self._state(key).get("round", 0)) + 1
        self._journal.note(key, {"urn": "", "state": "forgotten", "round": number})


class _KeepingLease:
    """A stream that asks for the lease again while a slow network reads it."""

    def __init__(self, stream: IO[bytes], size: int, renew: Callable[[], None]) -> None:
        self._stream = stream
        self._size = size
        self._renew = renew
        self._renewed = time.monotonic()

    def __len__(self) -> int:
        return self._size

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes."""
        if time.monotonic() - self._renewed > RENEW_EVERY_SECONDS:
            self._renew()
            self._renewed = time.monotonic()
        return self._stream.read(size)


def _lost_address(error: ConnectorError) -> bool:
    return error.operation.startswith("upload_") and error.reply.status in _LOST_ADDRESS


def _text(value: Mapping[str, Any], key: str) -> str:
    found = value.get(key)
    if not isinstance(found, str) or not found:
        raise strange(f"upload instructions without {key}", "begin_upload", 200)
    return found


def _part_of(told: Any) -> tuple[int, int, str]:
    part = told if isinstance(told, dict) else {}
    first, last = part.get("firstByte"), part.get("lastByte")
    if not isinstance(first, int) or not isinstance(last, int):
        raise strange("upload instructions without a range", "begin_video", 200)
    return first, last, _text(part, "uploadUrl")
