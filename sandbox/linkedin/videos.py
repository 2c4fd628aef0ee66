"""`/rest/videos`: parts of four mebibytes, each to its own address, put together by their ETags."""

from __future__ import annotations

import hashlib
from typing import Any

from sandbox.linkedin import media
from sandbox.linkedin.access import may_write_as
from sandbox.linkedin.ask import Ask, millis
from sandbox.linkedin.errors import bad_input, forbidden, invalid, missing
from sandbox.linkedin.fields import refuse_unpermitted
from sandbox.linkedin.records import Asset

PART_BYTES = 4_194_304
MOST_BYTES = 5 * 1024**3
LIFE_S = 30 * 24 * 60 * 60
_INITIALIZE = {
    "initializeUploadRequest": {"owner": None, "fileSizeBytes": None, "uploadCaptions": None, "uploadThumbnail": None}
}
_FINALIZE = {"finalizeUploadRequest": {"video": None, "uploadToken": None, "uploadedPartIds": [None]}}


def initialize(ask: Ask) -> dict[str, Any]:
    """Register a video and hand out an address for each part."""
    body = ask.body
    wish = body.get("initializeUploadRequest")
    if not isinstance(wish, dict):
        raise missing("/initializeUploadRequest")
    owner = media.owner_of(ask, wish)
    refuse_unpermitted(body, _INITIALIZE)
    size = wish.get("fileSizeBytes")
    path = "/initializeUploadRequest/fileSizeBytes"
    if size is None:
        raise missing(path)
    if type(size) is not int or not 0 < size <= MOST_BYTES:
        raise invalid(path, f"expected a number of bytes up to {MOST_BYTES}.")
    parts: list[dict[str, Any]] = [
        {"key": media.new_key(), "first_byte": first, "last_byte": min(first + PART_BYTES, size) - 1}
        for first in range(0, size, PART_BYTES)
    ]
    asset = media.new_asset(ask, "video", owner, parts, LIFE_S, declared_size=size)
    value: dict[str, Any] = {
        "uploadUrlsExpireAt": millis(asset.expires_at),
        "video": asset.urn,
        "uploadToken": asset.upload_token,
        "uploadInstructions": [
            {
                "uploadUrl": media.upload_url(ask, "video", part["key"]),
                "firstByte": part["first_byte"],
                "lastByte": part["last_byte"],
            }
            for part in parts
        ],
    }
    for flag, name in (("uploadCaptions", "captionsUploadUrl"), ("uploadThumbnail", "thumbnailUploadUrl")):
        if wish.get(flag):
            asset.side_keys.append(media.new_key())
            value[name] = media.upload_url(ask, "video", asset.side_keys[-1])
    ask.state.save_asset(asset)
    return {"value": value}


def finalize(ask: Ask) -> dict[str, Any]:
    """Check that every part arrived and was named in order, then begin processing."""
    body = ask.body
    wish = body.get("finalizeUploadRequest")
    if not isinstance(wish, dict):
        raise missing("/finalizeUploadRequest")
    refuse_unpermitted(body, _FINALIZE)
    asset = ask.state.assets.get(str(wish.get("video", "")))
    if asset is None or asset.kind != "video":
        raise bad_input("INVALID_VIDEO_ID", "The video does not exist.", "/finalizeUploadRequest/video")
    if not may_write_as(ask, asset.owner, dark=True):
        raise forbidden("video")
    if "uploadToken" not in wish:
        raise missing("/finalizeUploadRequest/uploadToken")
    if wish["uploadToken"] != asset.upload_token:
        raise invalid("/finalizeUploadRequest/uploadToken", "it is not the one initializeUpload gave.")
    if any("etag" not in part for part in asset.parts):
        raise bad_input("MEDIA_ASSET_WAITING_UPLOAD", "Not every part has been uploaded.")
    if wish.get("uploadedPartIds") != [_bare(part["etag"]) for part in asset.parts]:
        raise invalid("/finalizeUploadRequest/uploadedPartIds", "they are not the ETags of the parts, in order.")
    if asset.arrived_at is None:
        _put_together(ask, asset)
    return {}


def read(ask: Ask) -> dict[str, Any]:
    """Tell how a video stands."""
    return media.show(ask, media.readable(ask, "video"))


def _put_together(ask: Ask, asset: Asset) -> None:
    asset.size = sum(part["size"] for part in asset.parts)
    whole = hashlib.sha256()
    for part in asset.parts:
        whole.update(ask.state.blobs.get(part["key"]) or b"")
    asset.sha256 = whole.hexdigest()
    least = ask.world.switches.number("linkedin.video_minimum_bytes")
    if not asset.failure and asset.size < least:
        asset.failure = f"The video is smaller than {least} bytes."
    asset.arrived_at = ask.now
    ask.state.save_asset(asset)


def _bare(etag: str) -> str:
    return etag.strip('"')
