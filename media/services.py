"""Writes of the archive: storing, keeping, deleting and forgetting files."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Coalesce, Greatest

from foundation.errors import Conflict
from media import fetching, leftovers, needs, selectors
from media.errors import TooLarge
from media.kinds import TYPES
from media.models import Media, Variant
from media.names import harmless_name
from media.probing import Probed, probe
from media.staging import Staged, most_bytes, too_large
from media.storage import store
from tenants import flags
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import MEDIA_WRITE
from tenants.services import record


def store_file(
    *,
    tenant: Tenant,
    actor: str,
    staged: Staged,
    name: str,
    now: datetime,
    source_url: str = "",
    derived: bool = False,
    room_held: int = 0,
) -> tuple[Media, bool]:
    """Keep a received file and return its row, and whether it is new; the same bytes answer the same row.

    Raises ``Invalid`` for what is damaged, disguised or not for us, ``TooLarge`` where the tenant's room is full.
    ``room_held`` are bytes that the tenant's room counts already, for an upload that ends here.
    """
    sha256 = staged.finish()
    known = Media.objects.filter(tenant=tenant, sha256=sha256, state=Media.State.STORED).first()
    if known is not None and (derived or not known.derived):
        return _used_again(known, now=now), False
    if not derived:
        require_room(tenant, staged.size_bytes - room_held)
    probed = probe(staged.path, content_type=staged.content_type)
    file_type = TYPES[probed.content_type]
    if staged.size_bytes > most_bytes(file_type.kind):
        raise too_large(most_bytes(file_type.kind))
    storage_name = leftovers.new_name(tenant, sha256, file_type.endings[0], now=now)
    told = {
        "kind": file_type.kind.value,
        "content_type": probed.content_type,
        "name": harmless_name(name, file_type),
        "size_bytes": staged.size_bytes,
        "source_url": source_url,
        "derived": derived,
        "storage_name": storage_name,
        **_measures(probed),
    }
    store().keep(storage_name, staged.path)
    try:
        return _write_down(tenant, actor, sha256, told, room_held=room_held, now=now)
    except TooLarge:
        leftovers.leave([storage_name], now=now)
        raise


def store_from_url(*, principal: Principal, url: str, name: str, now: datetime) -> tuple[Media, bool]:
    """Fetch a file from a public address and keep it; raises what ``fetching.fetch`` and ``store_file`` raise."""
    principal.require(MEDIA_WRITE)
    flags.require("media.by_url", principal.tenant.pk)
    require_room(principal.tenant, 1)
    staged = Staged()
    try:
        fetched = fetching.fetch(url, into=staged)
        return store_file(
            tenant=principal.tenant,
            actor=principal.actor,
            staged=staged,
            name=name or fetched.name,
            now=now,
            source_url=fetched.shown_url,
        )
    finally:
        staged.close()


def keep_until(*, tenant: Tenant, media_ids: Collection[UUID], moment: datetime, now: datetime) -> None:
    """Keep files for the usual time beyond a moment at which they are to be used, such as that of a scheduled post.

    Says nothing of files that are not there; who needs them asks for them.
    """
    if not media_ids or not settings.MEDIA_RETENTION:
        return
    rows = Media.objects.filter(
        Q(pk__in=media_ids) | Q(made_from__original__in=media_ids), tenant=tenant, state=Media.State.STORED
    )
    ids = list(rows.values_list("pk", flat=True))
    until = max(moment, now) + settings.MEDIA_RETENTION
    Media.objects.filter(pk__in=ids, state=Media.State.STORED).update(
        expires_at=Greatest(Coalesce("expires_at", until), until), last_used_at=now, updated_at=now
    )


@transaction.atomic
def delete_media(*, principal: Principal, media: Media, now: datetime, force: bool = False) -> None:
    """Delete a file and what was made of it; audited.

    Raises ``Conflict`` while a post still needs it; with ``force`` it goes all the same, and the post will be refused.
    """
    principal.require(MEDIA_WRITE)
    if not force and (need := needs.needed_by(media.tenant_id, media.pk)):
        raise Conflict(
            f"The file {media.name} is needed by {need}.",
            remedy="Cancel or change the post first. With ?force=true the file is deleted all the same, and the post will fail.",
            code="media_needed",
        )
    _let_go([media], why=Media.Why.DELETED, actor=principal.actor, now=now)


def expire_media(*, now: datetime, limit: int) -> int:
    """Delete files that nobody has used for the time the settings say; return how many."""
    with transaction.atomic():
        due = selectors.expired(now=now, limit=limit)
        _let_go(due, why=Media.Why.EXPIRED, actor="system:retention", now=now)
    return len(due)


def _let_go(rows: Collection[Media], *, why: str, actor: str, now: datetime) -> None:
    """Mark files, and what was made of them alone, as gone; their bytes are removed later."""
    # Read again under a lock: a file that somebody else let go of may have come back under another name in the store.
    stored = Media.objects.select_for_update(of=("self",)).select_related("tenant").filter(state=Media.State.STORED)
    asked = list(stored.filter(pk__in=[media.pk for media in rows]).order_by("pk"))
    ids = [media.pk for media in asked]
    shared = Variant.objects.exclude(original__in=ids).filter(original__state=Media.State.STORED).values("made")
    made = Media.objects.filter(made_from__original__in=ids, derived=True).exclude(pk__in=shared).values("pk")
    everything = [*asked, *stored.filter(pk__in=made).exclude(pk__in=ids).order_by("pk")]
    leftovers.leave([media.storage_name for media in everything], now=now)
    Media.objects.filter(pk__in=[media.pk for media in everything]).update(
        state=Media.State.GONE, gone_at=now, gone_why=why, storage_name="", expires_at=None, updated_at=now
    )
    for media in asked:
        record(tenant=media.tenant, actor=actor, action=f"media.{why}", subject=media, name=media.name)


@transaction.atomic
def _write_down(
    tenant: Tenant, actor: str, sha256: str, told: dict[str, Any], *, room_held: int, now: datetime
) -> tuple[Media, bool]:
    # One at a time for a tenant: else two files that each fit would together be too much.
    Tenant.objects.select_for_update().get(pk=tenant.pk)
    media = Media.objects.filter(tenant=tenant, sha256=sha256).first()
    if media is not None and media.state == Media.State.STORED:
        leftovers.leave([told["storage_name"]], now=now)
        if media.derived and not told["derived"]:
            media.derived = False
            media.save(update_fields=["derived", "updated_at"])
        return _used_again(media, now=now), False
    if not told["derived"]:
        require_room(tenant, told["size_bytes"] - room_held)
    if media is None:
        media = Media(tenant=tenant, sha256=sha256)
    for field, value in told.items():
        setattr(media, field, value)
    media.state, media.gone_at, media.gone_why = Media.State.STORED, None, ""
    media.created_by, media.last_used_at, media.expires_at = actor[:160], now, _expiry(now)
    media.save()
    leftovers.claim(told["storage_name"])
    facts = {"kind": media.kind, "size_bytes": media.size_bytes, "name": media.name}
    if not media.derived:
        record(tenant=tenant, actor=actor, action="media.stored", subject=media, **facts)
    return media, True


def _used_again(media: Media, *, now: datetime) -> Media:
    media.last_used_at = now
    if media.expires_at and (expiry := _expiry(now)):
        media.expires_at = max(media.expires_at, expiry)
    media.save(update_fields=["last_used_at", "expires_at", "updated_at"])
    return media


def _expiry(now: datetime) -> datetime | None:
    retention: timedelta | None = settings.MEDIA_RETENTION
    return now + retention if retention else None


def _measures(probed: Probed) -> dict[str, Any]:
    return {
        "width": probed.width,
        "height": probed.height,
        "duration_ms": probed.duration_ms,
        "facts": probed.facts,
    }


def require_room(tenant: Tenant, wanted: int) -> None:
    """Raise ``TooLarge`` unless so many bytes more fit into what the tenant may keep."""
    quota = settings.MEDIA_QUOTA_BYTES
    if quota and wanted > 0 and (used := selectors.bytes_used(tenant)) + wanted > quota:
        raise TooLarge(
            f"Your files fill {used:,} of {quota:,} bytes, and {wanted:,} more do not fit.",
            remedy="Delete files you no longer need, or ask the operator for more room.",
            code="media_quota_exceeded",
        )
