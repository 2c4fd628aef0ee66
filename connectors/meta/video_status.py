"""What Facebook says of a video on its way: how much arrived, whether it is live, why it failed.

Source: https://developers.facebook.com/docs/video-api/guides/reels-publishing, read 2026-11-21. The examples, the table and the
public API description spell its keys and words differently, so all spellings are taken.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from connectors.errors import ConnectorError, ContentRejected, TransientError
from connectors.meta.asset import Asset
from connectors.meta.meanings import EDIT, LATER, PLATFORM

FIELDS: Final = "id,status,published,post_id,permalink_url"
_DONE: Final = frozenset({"complete", "completed"})


@dataclass(frozen=True, slots=True)
class VideoStatus:
    """One look at a video."""

    #: None when Facebook does not say.
    received_bytes: int | None = None
    arrived: bool = False
    #: The call that makes it public has reached Facebook.
    finishing: bool = False
    live: bool = False
    #: Facebook is at it now.
    in_work: bool = False
    failed: bool = False
    #: Facebook threw away what had arrived.
    expired: bool = False
    words: str = ""
    post_id: str = ""
    permalink: str = ""

    def error(self, operation: str) -> ConnectorError:
        """Return why it failed: an upload that ran out is repeated, a video Facebook cannot play is the author's."""
        if self.expired:
            cause = "Facebook threw the upload away before it was finished."
            return TransientError(cause, remedy=LATER, platform=PLATFORM, operation=operation)
        words = f" Facebook says: {self.words}" if self.words else ""
        return ContentRejected(
            f"Facebook could not use the video.{words}"[:300], remedy=EDIT, platform=PLATFORM, operation=operation
        )


def look(page: Asset, video_id: str) -> VideoStatus:
    """Ask Facebook how a video is."""
    return read(page.get(video_id, operation="read_video", fields=FIELDS), page_id=page.id)


def read(node: Mapping[str, Any], *, page_id: str) -> VideoStatus:
    """Read a video's node."""
    status = _object(node.get("status"))
    uploading, processing, publishing = (_object(status.get(f"{name}_phase")) for name in _PHASES)
    overall = _word(status.get("video_status"))
    told = _word(publishing.get("publish_status"))
    failed = overall in {"error", "upload_failed", "expired"} or told == "error"
    failed = failed or any(_word(phase.get("status")) == "error" for phase in (uploading, processing, publishing))
    if told:
        live = told == "published"
    elif publishing:
        live = _word(publishing.get("status")) in _DONE
    else:
        live = overall == "ready" and node.get("published") is not False
    post_id = str(node.get("post_id") or "")
    return VideoStatus(
        received_bytes=_received(uploading),
        arrived=_word(uploading.get("status")) in _DONE or overall in {"upload_complete", "processing", "ready"},
        finishing=told in {"published", "scheduled"} or _word(publishing.get("status")) in {"in_progress", *_DONE},
        live=live and not failed,
        in_work=overall == "processing" or _word(processing.get("status")) == "in_progress",
        failed=failed,
        expired=overall in {"expired", "upload_failed"},
        words=_why(uploading, processing, publishing),
        post_id=post_id if "_" in post_id or not post_id else f"{page_id}_{post_id}",
        permalink=str(node.get("permalink_url") or ""),
    )


_PHASES: Final = ("uploading", "processing", "publishing")


def _received(uploading: Mapping[str, Any]) -> int | None:
    for key in ("bytes_transfered", "bytes_transferred"):
        value = uploading.get(key)
        if isinstance(value, int | str) and str(value).isdecimal():
            return int(value)
    return None


def _why(*phases: Mapping[str, Any]) -> str:
    for phase in phases:
        for told in (phase.get("error"), phase.get("errors")):
            first = told[0] if isinstance(told, list) and told else told
            message = _object(first).get("message")
            if isinstance(message, str) and message:
                return message
    return ""


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: Any) -> str:
    return value.lower() if isinstance(value, str) else ""
