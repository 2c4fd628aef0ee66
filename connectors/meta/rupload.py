"""rupload.facebook.com: the bytes of reels, video stories and Instagram videos.

Source: https://developers.facebook.com/docs/video-api/guides/reels-publishing, read 2026-11-21. The host takes the token after
the word ``OAuth``, wants no appsecret_proof, and tells its failures in a shape of its own. A file is sent in one request
from the offset on to its end (a shorter one is a ``PartialRequestError``); while it flows, the lease is renewed, and after a
break the next try asks how much arrived and goes on from there.
"""

import time
from datetime import timedelta
from typing import IO, BinaryIO, Final, cast
from urllib.parse import urlsplit

from connectors.errors import (
    ConnectorError,
    ContentRejected,
    PlatformReply,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.http import Answer
from connectors.meta.asset import Asset, require_success
from connectors.meta.errors import error_in
from connectors.meta.meanings import LATER, PLATFORM, RECONNECT, REPORT
from connectors.types import Journal, MediaFile

HOST: Final = "rupload.facebook.com"
#: A lease is asked for anew after this long of an upload.
RENEW_EVERY: Final = timedelta(seconds=15)


def send(asset: Asset, url: str, file: MediaFile, journal: Journal, *, offset: int, operation: str) -> None:
    """Send a file from an offset to its end, or have Meta fetch it from its address. Repeating it harms nobody."""
    headers = {"Authorization": f"OAuth {asset.token.reveal()}"}
    address = _own_address(asset, url, operation)
    if asset.by_url:
        headers["file_url"] = file.public_url
        answer = asset.graph.http.call("POST", address, operation=operation, changes=True, headers=headers)
    else:
        headers |= {
            "offset": str(offset),
            "file_size": str(file.size_bytes),
            "Content-Type": "application/octet-stream",
        }
        with file.open() as stream:
            stream.seek(offset)
            answer = asset.graph.http.call(
                "POST",
                address,
                operation=operation,
                changes=True,
                headers=headers,
                content=cast("IO[bytes]", RenewingStream(stream, journal, left=file.size_bytes - offset)),
            )
    error = _failure(answer, operation=operation, by_url=asset.by_url)
    if refusal := error or error_in(answer, operation=operation, changes=True):
        raise refusal
    require_success(answer.data if isinstance(answer.data, dict) else {}, operation=operation)


class RenewingStream:
    """A file on its way out: the longer it flows, the more often its job's lease is renewed."""

    def __init__(self, stream: BinaryIO, journal: Journal, *, left: int) -> None:
        self._stream = stream
        self._journal = journal
        self._left = left
        self._renewed = time.monotonic()

    def __len__(self) -> int:
        return self._left

    def __iter__(self) -> "RenewingStream":
        return self

    def __next__(self) -> bytes:
        if piece := self.read(64 * 1024):
            return piece
        raise StopIteration

    def read(self, size: int = -1) -> bytes:
        """Return the next bytes; raises when the job is no longer ours, which ends the upload."""
        if time.monotonic() - self._renewed >= RENEW_EVERY.total_seconds():
            self._journal.renew()
            self._renewed = time.monotonic()
        piece = self._stream.read(size)
        self._left -= len(piece)
        return piece


def _own_address(asset: Asset, url: str, operation: str) -> str:
    """Return where to send the bytes: the path Meta told, at the upload host of the settings and nowhere else."""
    base = asset.graph.hosts.upload
    if url.startswith(f"{base}/"):
        return url
    parts = urlsplit(url)
    if parts.hostname != HOST:
        raise UnexpectedAnswer(
            "Meta named an upload address at a host that is not its own.",
            remedy=REPORT,
            platform=PLATFORM,
            operation=operation,
        )
    return f"{base}{parts.path}" + (f"?{parts.query}" if parts.query else "")


def _failure(answer: Answer, *, operation: str, by_url: bool) -> ConnectorError | None:
    info = answer.data.get("debug_info") if isinstance(answer.data, dict) else None
    if not isinstance(info, dict) or (answer.ok and not info.get("type")):
        return None
    kind, words = str(info.get("type") or ""), str(info.get("message") or "")
    reply = PlatformReply(status=answer.status, code=kind[:60], words=words)
    if answer.status in {401, 403} or kind == "NotAuthorizedError":
        return ReconnectRequired(
            "Meta's upload host does not accept the access token.",
            remedy=RECONNECT,
            connection_ended=False,
            platform=PLATFORM,
            operation=operation,
            reply=reply,
        )
    if kind == "ProcessingFailedError" and info.get("retriable") is not True and not by_url and answer.status < 500:
        return ContentRejected(
            f"Meta could not read the video. Meta says: {words}"[:300],
            remedy="Encode it anew, as MP4 with H.264 video and AAC sound.",
            platform=PLATFORM,
            operation=operation,
            reply=reply,
        )
    cause = "Meta could not fetch the video from its address." if by_url else "The upload to Meta broke off."
    return TransientError(cause, remedy=LATER, platform=PLATFORM, operation=operation, reply=reply)
