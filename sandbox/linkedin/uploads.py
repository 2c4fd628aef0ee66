"""`PUT /dms-uploads/...` on www.linkedin.com: where bytes arrive."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from sandbox.calls import Call
from sandbox.linkedin import formats
from sandbox.linkedin.access import may_write_as
from sandbox.linkedin.errors import Refusal, bad_input, forbidden, gone, known
from sandbox.linkedin.gate import Gate
from sandbox.linkedin.records import Asset, Violation
from sandbox.linkedin.state import State

if TYPE_CHECKING:
    from sandbox.world import World

LARGEST_DOCUMENT = 100 * 1024 * 1024


def put(world: World, state: State, gate: Gate, call: Call) -> Response:
    """Take the bytes of an upload address."""
    key = call.path.removeprefix("/dms-uploads/").partition("/")[0]
    asset = state.asset_at(key)
    if asset is None or call.query.get("ut") != key[:12]:
        raise gone("of this upload address")
    if call.method != "PUT":
        raise Refusal(405, "Method Not Allowed")
    if world.clock.now() >= asset.expires_at:
        raise bad_input("EXPIRED_UPLOAD_URL", "The upload address has expired.")
    data = call.request.get_data(cache=True)
    if not data:
        raise Refusal(400, "The upload is empty.")
    if key in asset.side_keys:
        state.blobs.put(key, data)
        return Response(status=201)
    if asset.kind == "video":
        return _part(world, state, call, asset, key, data)
    ask = gate.authenticate(call, versioned=False)
    if not may_write_as(ask, asset.owner, dark=True):
        raise forbidden(asset.kind)
    return _whole(world, state, asset, key, data)


def _whole(world: World, state: State, asset: Asset, key: str, data: bytes) -> Response:
    """Take an image or a document; a second PUT replaces the first."""
    if asset.kind == "document" and len(data) > LARGEST_DOCUMENT:
        raise Refusal(413, "Request Entity Too Large")
    verdict = formats.judge_image(data) if asset.kind == "image" else formats.judge_document(data)
    state.blobs.put(key, data)
    asset.size, asset.sha256 = len(data), hashlib.sha256(data).hexdigest()
    asset.media_type, asset.failure = verdict.media_type, verdict.failure
    asset.arrived_at = world.clock.now()
    state.save_asset(asset)
    return Response(status=201)


def _part(world: World, state: State, call: Call, asset: Asset, key: str, data: bytes) -> Response:
    """Take one part of a video: exactly the bytes its address is for."""
    if call.request.headers.get("Authorization"):
        call.note = "a video part was sent with Authorization"
        at = world.clock.now()
        state.violations.put(f"{at}:{key}", Violation(at, call.note, call.path))
        if world.switches.word("linkedin.video_part_bearer") == "refuse":
            raise known("INVALID_ACCESS_TOKEN")
    index, part = next((index, part) for index, part in enumerate(asset.parts) if part["key"] == key)
    expected = part["last_byte"] - part["first_byte"] + 1
    if len(data) != expected:
        raise Refusal(400, f"This address takes the {expected} bytes from {part['first_byte']} on, not {len(data)}.")
    if index == 0:
        verdict = formats.judge_video(data)
        asset.media_type, asset.failure = verdict.media_type, verdict.failure
    asset.failure = asset.failure or formats.judge_length(data)
    digest = hashlib.sha256(data).hexdigest()
    # Both forms are seen on the real platform: a quoted word, and a path.
    etag = f'"{digest[:32]}"' if index % 2 == 0 else f"/ambry-videoei/signedId/{digest[:32]}.bin"
    state.blobs.put(key, data)
    asset.parts[index] = {**part, "etag": etag, "size": len(data), "sha256": digest}
    state.save_asset(asset)
    return Response(status=200, headers={"ETag": etag})
