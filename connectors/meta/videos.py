"""Videos of a Page that are no reels: sent in parts as Facebook asks for them, or fetched by Facebook.

Source: https://developers.facebook.com/docs/graph-api/reference/page/videos, read 2026-11-21 for v25.0. Facebook names the next
bytes it wants, so a broken upload goes on where it stood. ``finish`` makes the video public; fetched by address, the
one call does all.
"""

from collections.abc import Mapping
from typing import Any, Final

from connectors.errors import ContentRejected, RateLimited, TransientError, UnexpectedAnswer
from connectors.http import FilePart
from connectors.meta import notes, reels
from connectors.meta.asset import Asset, id_in, require_success
from connectors.meta.forms import only
from connectors.meta.meanings import LATER, PLATFORM, REPORT
from connectors.meta.words import message_of
from connectors.types import Content, Journal, MediaFile, Processing, Published

#: No part is larger, whatever Facebook asks for: it is held in memory.
LARGEST_PART_BYTES: Final = 32 * 1024 * 1024


def publish(page: Asset, content: Content, journal: Journal) -> Published | Processing:
    """Publish a video; resumes from what the journal knows."""
    video = reels.noted_video(content, journal)
    if video is None or not video.get("finished"):
        send = _by_address if page.by_url else _in_parts
        video = send(page, content, journal)
    return reels.shown(page, video, journal)


def _by_address(page: Asset, content: Content, journal: Journal) -> notes.Note:
    body = {**_said(content), "published": True, "file_url": only(content).file.public_url}
    journal.announce("videos")
    answer = page.post(f"{page.id}/videos", body, operation="publish", last_moment=journal.last_moment)
    video_id = id_in(answer, "id", operation="publish", what="video")
    return reels.keep_video(content, journal, {"id": video_id, "finished": True})


def _start(page: Asset, content: Content, journal: Journal) -> notes.Note:
    size = only(content).file.size_bytes
    answer = page.post(f"{page.id}/videos", {"upload_phase": "start", "file_size": size}, operation="upload")
    video_id = id_in(answer, "video_id", operation="upload", what="video")
    session = id_in(answer, "upload_session_id", operation="upload", what="upload")
    start, end = _wanted(answer)
    return reels.keep_video(content, journal, {"id": video_id, "session": session, "start": start, "end": end})


def _in_parts(page: Asset, content: Content, journal: Journal) -> notes.Note:
    file = only(content).file
    video = reels.noted_video(content, journal) or _start(page, content, journal)
    while video["start"] < video["end"]:
        journal.renew()
        start, end = _send_part(page, journal, video, file)
        video = reels.keep_video(content, journal, {**video, "start": start, "end": end})
    journal.renew()
    body = {**_said(content), "upload_phase": "finish", "upload_session_id": video["session"], "published": True}
    journal.announce("video_finish")
    answer = page.post(f"{page.id}/videos", body, operation="finish", last_moment=journal.last_moment)
    require_success(answer, operation="finish")
    return reels.keep_video(content, journal, {**video, "finished": True})


def _send_part(page: Asset, journal: Journal, video: notes.Note, file: MediaFile) -> tuple[int, int]:
    start, end = int(video["start"]), min(int(video["end"]), int(video["start"]) + LARGEST_PART_BYTES)
    with file.open() as stream:
        stream.seek(start)
        part = FilePart(file.name, stream.read(end - start), "application/octet-stream")
    form = {
        "upload_phase": "transfer",
        "upload_session_id": str(video["session"]),
        "start_offset": str(start),
    }
    try:
        answer = page.post_files(f"{page.id}/videos", form, {"video_file_chunk": part}, operation="upload")
    except RateLimited:
        raise
    except (TransientError, ContentRejected) as error:
        if error.reply.code:  # Facebook itself refused the part: a new try begins with a new session
            notes.forget(journal, reels.VIDEO)
        raise
    wanted = _wanted(answer)
    if wanted[0] <= start:
        cause = "Facebook asked for the same part of the video again."
        raise TransientError(cause, remedy=LATER, platform=PLATFORM, operation="upload")
    return wanted


def _said(content: Content) -> dict[str, Any]:
    title = str(content.settings.get("title", ""))
    said = {"description": message_of(content), "title": title}
    return {key: value for key, value in said.items() if value}


def _wanted(answer: Mapping[str, Any]) -> tuple[int, int]:
    """Return the range of bytes Facebook asks for next; equal ends mean that it has all."""
    offsets = [str(answer.get(key, "")) for key in ("start_offset", "end_offset")]
    if not all(offset.isdecimal() for offset in offsets):
        raise UnexpectedAnswer(
            "Facebook did not say which part of the video it wants next.",
            remedy=f"{LATER} {REPORT}",
            platform=PLATFORM,
            operation="upload",
        )
    return int(offsets[0]), int(offsets[1])
