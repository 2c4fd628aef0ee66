"""The upload hosts: where chunks arrive, strictly one after the other, without a token and without an envelope."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from sandbox.calls import Call
from sandbox.tiktok import processing
from sandbox.tiktok.plans import Plan
from sandbox.tiktok.presets import UPLOADS
from sandbox.tiktok.records import Publish, Violation
from sandbox.tiktok.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")
_TYPES = frozenset({"video/mp4", "video/quicktime", "video/webm"})


def put(world: World, state: State, call: Call) -> Response:
    """Take one chunk, or say with a bare status why not."""
    publish = _publish(state, call)
    if publish is None:
        return _bare(404, call, "there is no such upload")
    if call.method != "PUT":
        return _bare(400, call, "a chunk is sent by PUT")
    if call.request.headers.get("Authorization"):
        at = world.clock.now()
        state.note_violation(Violation(at, "A chunk was sent with Authorization.", call.path))
        if world.switches.word("tiktok.put_with_bearer") == "refuse":
            return _bare(400, call, "the token of this call is in its address; Authorization does not belong here")
    if world.clock.now() >= publish.expires_at:
        return _bare(403, call, "the upload address has expired")
    return _chunk(world, state, call, publish)


def _chunk(world: World, state: State, call: Call, publish: Publish) -> Response:
    if call.unreadable:
        return _bare(400, call, "the body is shorter than its Content-Length")
    body = call.raw_body
    headers = call.request.headers
    if headers.get("Transfer-Encoding") or headers.get("Content-Length") != str(len(body)):
        return _bare(400, call, "Content-Length is missing or is not the length of the body")
    if call.request.mimetype not in _TYPES:
        return _bare(400, call, "Content-Type is not one of a video")
    written = _RANGE.fullmatch(headers.get("Content-Range", ""))
    first, last, total = map(int, written.groups()) if written else (0, -2, 0)
    if last - first + 1 != len(body) or total != publish.size or not body:
        return _bare(400, call, "Content-Range does not describe this body")
    if publish.arrived_at is not None:
        status = int(world.switches.word("tiktok.put_after_end"))
        return _bare(404, call, "the upload has ended") if status == 404 else _progress(world, publish, status)
    if first != publish.received:
        stored = last < publish.received
        return _progress(world, publish, int(world.switches.word("tiktok.put_stored_range")) if stored else 416)
    if len(body) != Plan(publish.size, publish.chunk_size, publish.chunks).length_at(first):
        return _bare(400, call, "the chunk is not as long as was announced")
    publish.pieces.append(world.media.keep(body))
    publish.received += len(body)
    publish.content_type = call.request.mimetype
    if publish.received < publish.size:
        state.save_publish(publish)
        return _progress(world, publish, 206)
    processing.upload_complete(world, state, publish)
    return _progress(world, publish, 201)


def _publish(state: State, call: Call) -> Publish | None:
    """Return the upload that an address is for: host, path and token belong together."""
    publish = state.upload(call.query.get("upload_id", ""))
    if publish is None or call.query.get("upload_token") != publish.upload_token:
        return None
    return publish if (call.host, call.path) == UPLOADS[int(publish.upload_id) % len(UPLOADS)] else None


def _progress(world: World, publish: Publish, status: int) -> Response:
    """Answer with how much is here; what the number means is not certain."""
    reached = publish.received
    if world.switches.word("tiktok.progress_header") == "last_index":
        reached = max(0, reached - 1)
    return Response(status=status, headers={"Content-Range": f"bytes 0-{reached}/{publish.size}"})


def _bare(status: int, call: Call, why: str) -> Response:
    """Refuse without a body; the journal alone says why."""
    call.note = why
    return Response(status=status)
