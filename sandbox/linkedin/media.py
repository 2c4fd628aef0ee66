"""What images, videos and documents share: registration, owner, state by the clock, and where they are seen."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.linkedin.access import may_write_as
from sandbox.linkedin.ask import Ask
from sandbox.linkedin.errors import bad_input, forbidden, gone, unpermitted
from sandbox.linkedin.presets import MEDIA_HOST, SITE_HOST
from sandbox.linkedin.records import Asset, AssetKind, Organization
from sandbox.linkedin.state import State
from sandbox.switches import Switches

WAITING, PROCESSING, AVAILABLE, FAILED = "WAITING_UPLOAD", "PROCESSING", "AVAILABLE", "PROCESSING_FAILED"
SINGLE_LIFE_S = 24 * 60 * 60
_MARKS: dict[AssetKind, str] = {"image": "C4E10AQ", "video": "C5F10AQ", "document": "D4D10AQ"}


def owner_of(ask: Ask, body: dict[str, Any]) -> str:
    """Return for whom an upload is registered; refuse authors this token may not speak for."""
    owner = body.get("owner")
    path = "/initializeUploadRequest/owner"
    if not isinstance(owner, str) or not owner:
        raise bad_input("MISSING_FIELD", f"{path} is a required field and is missing.", path)
    if not may_write_as(ask, owner, dark=True):
        raise unpermitted(path)
    return owner


def new_asset(
    ask: Ask, kind: AssetKind, owner: str, parts: list[dict[str, Any]], life_s: int, *, declared_size: int = 0
) -> Asset:
    """Register an asset."""
    urn = f"urn:li:{kind}:{_MARKS[kind]}{secrets.token_urlsafe(12)}"
    token = secrets.token_urlsafe(18) if len(parts) > 1 else ""
    return ask.state.save_asset(
        Asset(urn, kind, owner, ask.app.id, ask.now, ask.now + life_s, parts, declared_size, token)
    )


def new_key() -> str:
    """Mint the unguessable part of an upload address."""
    return secrets.token_hex(20)


def upload_url(ask: Ask, kind: AssetKind, key: str) -> str:
    """Return where bytes go, in the form the caller can reach. The query is part of the address."""
    query = {"ca": "vector_feedshare", "cn": "uploads", "sync": "0", "v": "beta", "ut": key[:12]}
    return ask.call.address.url(SITE_HOST, f"/dms-uploads/{key}/{kind}/0", query)


def status_of(asset: Asset, switches: Switches, now: float) -> str:
    """Return the state of an asset at a moment."""
    if asset.arrived_at is None:
        return WAITING
    delay = switches.number("linkedin.video_processing_s" if asset.kind == "video" else "linkedin.image_processing_s")
    if now < asset.arrived_at + delay:
        return PROCESSING
    return FAILED if asset.failure else AVAILABLE


def readable(ask: Ask, kind: AssetKind) -> Asset:
    """Return the asset a path names if this token may look at it.

    Videos are open to whoever may post as their owner; images and documents only to readers of the owner's posts.
    """
    asset = ask.state.assets.get(ask.key)
    if asset is None or asset.kind != kind:
        raise gone(ask.key)
    if kind == "video":
        allowed = may_write_as(ask, asset.owner, dark=True)
    elif isinstance(ask.state.author(asset.owner), Organization):
        allowed = ask.has("r_organization_social") and may_write_as(ask, asset.owner, dark=True)
    else:
        allowed = ask.has("r_member_social") and asset.owner == ask.member.urn
    if not allowed:
        raise forbidden(kind)
    return asset


def show(ask: Ask, asset: Asset) -> dict[str, Any]:
    """Tell an asset as its resource does."""
    status = status_of(asset, ask.world.switches, ask.now)
    shown: dict[str, Any] = {"id": asset.urn, "owner": asset.owner, "status": status}
    if status == AVAILABLE:
        shown["downloadUrl"] = ask.call.address.url(MEDIA_HOST, seen_at(asset))
        shown["downloadUrlExpiresAt"] = int((ask.now + SINGLE_LIFE_S) * 1000)
    if status == FAILED and asset.kind == "video":
        shown["processingFailureReason"] = asset.failure
    return shown


def seen_at(asset: Asset) -> str:
    """Return the path on the media host where people's browsers find an asset."""
    return f"/dms/{asset.kind}/{asset.urn.rpartition(':')[2]}"


def bytes_of(state: State, asset: Asset) -> bytes | None:
    """Return what was uploaded, put together from its parts; None when it is not all there."""
    pieces = [state.blobs.get(part["key"]) for part in asset.parts]
    return b"".join(piece for piece in pieces if piece is not None) if None not in pieces else None
