"""The files of a post as pages show them: small pictures, names, and what the author says of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from foundation.listing import read_uuid
from media import signing
from media.models import Media
from media.selectors import media_of_tenant
from publishing.attachments import Said, ids_in
from tenants.models import Tenant

#: So many of the newest files can be picked on the compose page; others are uploaded again, which costs nothing.
RECENT: Final = 8


def files_to_pick(tenant: Tenant, chosen: Sequence[str], alt_texts: Mapping[str, str], *, now: datetime) -> list[Any]:
    """Return what the compose page offers: the files chosen already, in their order, then the newest."""
    wanted = [pk for text in chosen if (pk := read_uuid(text)) is not None]
    found = media_of_tenant(tenant).in_bulk(wanted)
    rows = [found[pk] for pk in wanted if pk in found]
    newest = media_of_tenant(tenant).exclude(pk__in=wanted).order_by("-id")[:RECENT]
    picked = [_row(media, now=now) | {"chosen": True, "alt_text": alt_texts.get(str(media.pk), "")} for media in rows]
    return picked + [_row(media, now=now) | {"chosen": False, "alt_text": ""} for media in newest]


def files_of(tenant: Tenant, said: Sequence[Said], *, now: datetime) -> list[dict[str, Any]]:
    """Return the files of a stored post in their order; one that is gone says so. Costs no query without files."""
    if not said:
        return []
    found = Media.objects.filter(tenant=tenant).in_bulk(ids_in(said))
    rows = []
    for pk, one in zip(ids_in(said), said, strict=True):
        media = found.get(pk)
        here = media is not None and media.state == Media.State.STORED
        told = _row(media, now=now) if media is not None and here else _gone(media)
        rows.append({**told, "alt_text": one.get("alt_text", ""), "title": one.get("title", "")})
    return rows


def _row(media: Media, *, now: datetime) -> dict[str, Any]:
    address = signing.public_url(media.pk, media.name, now=now)
    return {
        "id": media.pk,
        "name": media.name,
        "kind": media.kind,
        "url": address,
        "picture": address if media.kind == "image" else "",
        "about": _about(media),
    }


def _gone(media: Media | None) -> dict[str, Any]:
    name = media.name if media is not None else "a file"
    return {"id": None, "name": name, "kind": "", "url": "", "picture": "", "about": "gone"}


def _about(media: Media) -> str:
    parts = [media.kind]
    if media.width and media.height:
        parts.append(f"{media.width} × {media.height}")
    if media.duration_ms:
        seconds = round(media.duration_ms / 1000)
        parts.append(f"{seconds // 60}:{seconds % 60:02d}")
    size = media.size_bytes
    parts.append(f"{size / 1_000_000:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1000)):,} kB")
    return " · ".join(parts)
