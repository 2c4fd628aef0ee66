"""Reads of the archive."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet, Sum

from foundation.errors import NotFound
from media.errors import gone
from media.files import StoredFile
from media.models import Media, Upload
from tenants.models import Tenant


def media_of_tenant(tenant: Tenant) -> QuerySet[Media]:
    """Return the tenant's stored files, without those the hub made of them."""
    return Media.objects.filter(tenant=tenant, state=Media.State.STORED, derived=False)


def media_of(tenant: Tenant | UUID, media_id: UUID) -> Media:
    """Return one stored file of the tenant; raises ``NotFound``, or ``MediaGone`` for one that was here once."""
    media = Media.objects.filter(tenant=tenant, pk=media_id).first()
    if media is None:
        raise NotFound("There is no such file.", remedy="List your files to see their ids.")
    return _still_here(media)


def file_of(tenant: Tenant | UUID, media_id: UUID) -> StoredFile:
    """Return one file as publishing sees it; raises ``NotFound`` or ``MediaGone``."""
    return StoredFile.of(media_of(tenant, media_id))


def files_of(tenant: Tenant | UUID, media_ids: Collection[UUID]) -> list[StoredFile]:
    """Return files in the order of their ids, by one query; raises ``NotFound`` or ``MediaGone`` for the first that is not there."""
    found = {media.pk: media for media in Media.objects.filter(tenant=tenant, pk__in=set(media_ids))}
    for media_id in media_ids:
        if media_id not in found:
            raise NotFound(f"There is no file {media_id}.", remedy="List your files to see their ids.")
    return [StoredFile.of(_still_here(found[media_id])) for media_id in media_ids]


def signed_media(media_id: UUID) -> Media | None:
    """Return a stored file by the id in a signed address, whoever's it is; None when it is gone or its tenant suspended."""
    return Media.objects.filter(pk=media_id, state=Media.State.STORED, tenant__suspended_at=None).first()


def upload_of(tenant: Tenant, upload_id: UUID) -> Upload:
    """Return one upload of the tenant; raises ``NotFound``."""
    upload = Upload.objects.filter(tenant=tenant, pk=upload_id).first()
    if upload is None:
        raise NotFound("There is no such upload, or it has expired.", remedy="Begin a new one.")
    return upload


def bytes_used(tenant: Tenant) -> int:
    """Return how much of its room a tenant fills: its files, and what its unfinished uploads are to become."""
    stored = media_of_tenant(tenant).aggregate(total=Sum("size_bytes"))["total"] or 0
    coming = Upload.objects.filter(tenant=tenant, state=Upload.State.OPEN).aggregate(total=Sum("size_bytes"))["total"]
    return int(stored) + int(coming or 0)


def expired(*, now: datetime, limit: int) -> list[Media]:
    """Return files whose time is over, the longest over first."""
    rows = Media.objects.select_related("tenant").filter(state=Media.State.STORED, expires_at__lte=now)
    return list(rows.order_by("expires_at")[:limit])


def _still_here(media: Media) -> Media:
    if media.state == Media.State.GONE:
        raise gone(media.name, media.gone_why, media.gone_at)
    return media
