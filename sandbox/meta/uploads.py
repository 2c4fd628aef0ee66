"""`/{app}/uploads`: upload sessions whose end is a file handle, which `/{page}/videos` takes in place of a file."""

from __future__ import annotations

from typing import Any

from sandbox.meta import arrivals
from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, invalid, missing_object
from sandbox.meta.media_records import UploadSession
from sandbox.meta.records import App

PARAMS = frozenset({"file_name", "file_length", "file_type"})
# https://developers.facebook.com/docs/graph-api/guides/upload, read 2026-11-22.
_TYPES = frozenset({"video/mp4", "image/jpeg", "image/jpg", "image/png", "application/pdf"})
_HANDLE = "2:"


def start(ask: Ask, app: App) -> dict[str, Any]:
    """Open a session for a file of a known length."""
    if ask.speaker.app_id != app.id:
        raise missing_object(ask.call.method, app.id)
    length = ask.text("file_length")
    if not length.isdecimal() or int(length) == 0:
        raise invalid("Param file_length must be the number of bytes to come.")
    if ask.text("file_type") not in _TYPES:
        raise invalid("Param file_type must be one of {" + ", ".join(sorted(_TYPES)) + "}")
    session = UploadSession(f"upload:{ask.state.new_secret('', 60)}", app.id, ask.speaker.person_id, int(length))
    ask.state.library.sessions.put(session.id, session)
    return {"id": session.id}


def append(ask: Ask, session: UploadSession) -> dict[str, Any]:
    """Take bytes at their offset; the whole file is answered with its handle."""
    _insist_on_owner(ask, session)
    offset = ask.call.request.headers.get("file_offset", "")
    if offset != str(session.arrived) or session.handle:
        raise GraphError(
            6001, f"(#6001) There was a problem uploading your file: the next byte wanted is {session.arrived}."
        )
    most = ask.world.switches.number("meta.upload_takes_bytes")
    body = ask.call.raw_body
    taken = body[:most] if most else body
    if session.arrived + len(taken) > session.size:
        raise invalid("More came than file_length announced.")
    if taken:
        session.chunks.append(ask.world.media.keep(taken))
        session.arrived += len(taken)
    if session.arrived == session.size:
        session.handle = ask.state.new_secret(_HANDLE, 120)
    ask.state.library.sessions.put(session.id, session)
    if not session.handle:
        raise GraphError(6000, f"(#6000) {session.arrived} of {session.size} bytes are here.", is_transient=True)
    return {"h": session.handle}


def read(ask: Ask, session: UploadSession) -> dict[str, Any]:
    """Tell how far a session has come."""
    _insist_on_owner(ask, session)
    return {"id": session.id, "file_offset": session.arrived}


def behind(ask: Ask, handle: str) -> bytes:
    """Return the file behind a handle that was given to the same person and app."""
    for session in ask.state.library.sessions:
        owner = (session.app_id, session.person_id) == (ask.speaker.app_id, ask.speaker.person_id)
        if session.handle and session.handle == handle and owner:
            return arrivals.joined(ask, session.chunks)
    raise invalid("Param fbuploader_video_file_chunk must be the handle of a finished upload.")


def _insist_on_owner(ask: Ask, session: UploadSession) -> None:
    if (session.app_id, session.person_id) != (ask.speaker.app_id, ask.speaker.person_id):
        raise missing_object(ask.call.method, session.id)
