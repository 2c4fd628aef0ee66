"""`accounts/{a}/locations/{l}/media`: photos and films of a location itself, by address or in three steps by bytes."""

from __future__ import annotations

import secrets
from typing import Any

from sandbox.google_business import hosts, moments, paging, payload, photos
from sandbox.google_business.ask import Ask
from sandbox.google_business.errors import Flaw, no_permission, not_found, validation
from sandbox.google_business.post_fields import MEDIA_ITEM
from sandbox.google_business.records import GalleryItem, Upload
from sandbox.probing import Probe, probe

PARAMS = frozenset({"pageSize", "pageToken"})
CATEGORIES = (
    *("COVER", "PROFILE", "LOGO", "EXTERIOR", "INTERIOR", "PRODUCT", "AT_WORK", "FOOD_AND_DRINK", "MENU"),
    *("COMMON_AREA", "ROOMS", "TEAMS", "ADDITIONAL"),
)
_UPLOAD_LIFE_S = 86_400


def create(ask: Ask) -> dict[str, Any]:
    """Add a photo or film to a location."""
    body = payload.read(ask.body, MEDIA_ITEM, "media_item")
    location = ask.location()
    if not location.has_voice:
        raise no_permission()
    category = body.get("locationAssociation", {}).get("category", "")
    if body.get("mediaFormat") not in ("PHOTO", "VIDEO"):
        raise validation(Flaw(2, "media_format", "Media format is required."))
    if category not in CATEGORIES:
        raise validation(Flaw(2, "location_association", "A category is required."))
    if ("sourceUrl" in body) == ("dataRef" in body):
        raise validation(Flaw(2, "", "Give either sourceUrl or dataRef."))
    data = photos.fetch(ask.call, body["sourceUrl"]) if "sourceUrl" in body else _uploaded(ask, body["dataRef"])
    seen = photos.judge(data) if body["mediaFormat"] == "PHOTO" else _film(data)
    item = GalleryItem(
        id=f"AF1QipM{secrets.token_urlsafe(24)}",
        location_id=location.id,
        format=body["mediaFormat"],
        category=category,
        digest=ask.world.media.keep(data),
        created_us=moments.micros(ask.now),
        width=seen.width,
        height=seen.height,
        description=body.get("description", ""),
    )
    return _show(ask, ask.state.gallery.put(item.id, item))


def start_upload(ask: Ask) -> dict[str, Any]:
    """Hand out a place for bytes."""
    location = ask.location()
    name = f"GoVENDYx{secrets.token_urlsafe(24)}"
    ask.state.uploads.put(name, Upload(name, location.id, ask.world.now()))
    return {"resourceName": name}


def upload(ask: Ask) -> dict[str, Any]:
    """Take the bytes."""
    place = ask.state.uploads.get(ask.path["upload"])
    if place is None or ask.world.now() >= place.started_at + _UPLOAD_LIFE_S:
        raise not_found()
    if not ask.call.raw_body:
        raise validation(Flaw(2, "", "There are no bytes."))
    place.digest = ask.world.media.keep(ask.call.raw_body)
    ask.state.uploads.put(place.name, place)
    return {"resourceName": place.name}


def listed(ask: Ask) -> dict[str, Any]:
    """List what a location shows of itself."""
    location = ask.location()
    found = [item for item in reversed(ask.state.gallery) if item.location_id == location.id]
    rows, token = paging.page(ask, found, default=100, most=2500)
    return paging.told("mediaItems", rows, lambda one: _show(ask, one), token, totalMediaItemCount=len(found))


def read(ask: Ask) -> dict[str, Any]:
    """Tell one item."""
    return _show(ask, _found(ask))


def delete(ask: Ask) -> dict[str, Any]:
    """Take one item away."""
    ask.state.gallery.remove(_found(ask).id)
    return {}


def _found(ask: Ask) -> GalleryItem:
    location = ask.location()
    item = ask.state.gallery.get(ask.path["media"])
    if item is None or item.location_id != location.id:
        raise not_found()
    return item


def _uploaded(ask: Ask, reference: dict[str, str]) -> bytes:
    place = ask.state.uploads.get(reference.get("resourceName", ""))
    data = ask.world.media.kept(place.digest) if place and place.digest else None
    if data is None:
        raise validation(Flaw(2, "data_ref", "Nothing was uploaded there."))
    return data


def _film(data: bytes) -> Probe:
    seen = probe(data)
    if seen.kind != "video":
        raise validation(Flaw(1000, "", "Fetching video failed."))
    return seen


def _show(ask: Ask, item: GalleryItem) -> dict[str, Any]:
    url = ask.call.address.url(hosts.PICTURES, f"/p/{item.id}")
    shown = {
        "name": f"accounts/{ask.path['account']}/locations/{item.location_id}/media/{item.id}",
        "mediaFormat": item.format,
        "locationAssociation": {"category": item.category},
        "googleUrl": url,
        "thumbnailUrl": f"{url}=s300",
        "createTime": moments.told(item.created_us, 6),
        "dimensions": {"widthPixels": item.width, "heightPixels": item.height},
    }
    return shown | ({"description": item.description} if item.description else {})
