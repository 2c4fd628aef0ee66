"""`/rest/images`: one address, one PUT, then a state to look at."""

from __future__ import annotations

from typing import Any

from sandbox.linkedin import media
from sandbox.linkedin.ask import Ask, millis
from sandbox.linkedin.errors import missing
from sandbox.linkedin.fields import Schema, refuse_unpermitted
from sandbox.linkedin.records import AssetKind

_SCHEMA: Schema = {"initializeUploadRequest": {"owner": None, "mediaLibraryMetadata": {}}}


def initialize(ask: Ask) -> dict[str, Any]:
    """Register an image and hand out its upload address."""
    return initialize_single(ask, "image")


def initialize_single(ask: Ask, kind: AssetKind) -> dict[str, Any]:
    """Register an asset that is uploaded in one piece."""
    body = ask.body
    wish = body.get("initializeUploadRequest")
    if not isinstance(wish, dict):
        raise missing("/initializeUploadRequest")
    owner = media.owner_of(ask, wish)
    refuse_unpermitted(body, _SCHEMA)
    key = media.new_key()
    asset = media.new_asset(ask, kind, owner, [{"key": key}], media.SINGLE_LIFE_S)
    return {
        "value": {
            "uploadUrlExpiresAt": millis(asset.expires_at),
            "uploadUrl": media.upload_url(ask, kind, key),
            kind: asset.urn,
        }
    }


def read(ask: Ask) -> dict[str, Any]:
    """Tell how an image stands."""
    return media.show(ask, media.readable(ask, "image"))
