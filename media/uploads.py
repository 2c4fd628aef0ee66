"""Uploads in several requests, as tus 1.0 describes them: begun with a size, continued at an offset, resumed after any crash.

What arrives is put into the store in parts, and a part counts once the row says so. Whoever dies loses at most the part under
way, and any web process can go on.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F

from foundation.errors import Conflict, Invalid, NotFound, Refusal
from media import leftovers, services
from media.errors import OffsetMismatch
from media.kinds import TYPES
from media.models import Media, Upload
from media.sniffing import HEAD_BYTES, sniff
from media.staging import Staged, largest_bytes, most_bytes, too_large
from media.storage import store
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import MEDIA_WRITE
from tenants.services import record

log = structlog.get_logger(__name__)

#: A part: what is held in memory, and what a crash may lose.
PART_BYTES: Final = 8 * 1024**2
#: Whoever received the last byte would have finished by now.
FORSAKEN_AFTER: Final = timedelta(minutes=10)
_READ_BYTES: Final = 256 * 1024

Read = Callable[[int], bytes]


@transaction.atomic
def begin_upload(*, principal: Principal, size_bytes: int, name: str, now: datetime) -> Upload:
    """Make room for a file that will arrive in parts; raises ``TooLarge`` when there is none."""
    principal.require(MEDIA_WRITE)
    if size_bytes <= 0:
        raise Invalid("The file is empty.", remedy="Send a file with something in it.", code="file_empty")
    if size_bytes > largest_bytes():
        raise too_large(largest_bytes())
    Tenant.objects.select_for_update().get(pk=principal.tenant.pk)
    services.require_room(principal.tenant, size_bytes)
    return Upload.objects.create(
        tenant=principal.tenant,
        name=name[:200],
        size_bytes=size_bytes,
        created_by=principal.actor[:160],
        expires_at=now + settings.MEDIA_UPLOAD_LIFE,
    )


def append(*, upload: Upload, offset: int, read: Read, now: datetime) -> Upload:
    """Take bytes from ``read`` at an offset, and keep what came even when the sender breaks off.

    The last byte ends the upload: the file is looked into and kept, or refused. Raises ``OffsetMismatch`` when another
    request was there first, and what ``services.store_file`` raises.
    """
    if upload.state != Upload.State.OPEN:
        raise Conflict(
            "This upload has ended.", remedy="Look at it to see what became of it, or begin anew.", code="upload_ended"
        )
    if offset != upload.offset_bytes:
        raise _elsewhere(upload)
    for part in _parts(read, upload.size_bytes - offset):
        if upload.offset_bytes == 0:
            _look(upload, part, now=now)
        _add(upload, part, now=now)
    if upload.offset_bytes == upload.size_bytes:
        finish(upload=upload, now=now)
    return upload


def finish(*, upload: Upload, now: datetime) -> Media | None:
    """Put the parts together and keep the file; does nothing when another process has done so."""
    staged = Staged()
    try:
        for name, length in upload.parts:
            for chunk in store().chunks(name, 0, length):
                staged.write(chunk)
        media, _ = services.store_file(
            tenant=upload.tenant,
            actor=upload.created_by,
            staged=staged,
            name=upload.name,
            now=now,
            room_held=upload.size_bytes,
        )
    except FileNotFoundError:
        upload.refresh_from_db()
        if upload.state == Upload.State.FINISHED:
            return upload.media
        raise Conflict("This upload has ended.", remedy="Begin anew.", code="upload_ended") from None
    except Refusal as refusal:
        if refusal.status < 500:  # a store out of reach says nothing about the file
            _end(upload, Upload.State.REFUSED, now=now, problem=refusal)
        raise
    finally:
        staged.close()
    _end(upload, Upload.State.FINISHED, now=now, media=media)
    return media


def cancel_upload(*, principal: Principal, upload: Upload, now: datetime) -> None:
    """Give an upload up and remove what has arrived; a finished one's file stays."""
    principal.require(MEDIA_WRITE)
    with transaction.atomic():
        _drop([upload], now=now)


def expire_uploads(*, now: datetime, limit: int) -> int:
    """Remove uploads whose time is over, and finish those that have arrived whole while a process died; return how many."""
    over = Upload.objects.select_related("tenant").filter(expires_at__lte=now).order_by("expires_at")
    whole = Upload.objects.select_related("tenant").filter(
        state=Upload.State.OPEN, offset_bytes=F("size_bytes"), updated_at__lte=now - FORSAKEN_AFTER
    )
    for upload in whole[:limit]:
        try:
            finish(upload=upload, now=now)
        except Refusal as refusal:
            log.info("media.upload_refused", upload=str(upload.pk), code=refusal.code)
    with transaction.atomic():
        dropped = list(over[:limit])
        _drop(dropped, now=now)
    return len(dropped)


def _parts(read: Read, left: int) -> Iterator[bytes]:
    """Yield what comes in parts; the last is short. Raises when more comes than is left; what came before is kept."""
    part = bytearray()
    while True:
        try:
            chunk = read(_READ_BYTES)
        except OSError:
            chunk = b""  # the sender is gone; what it sent counts
        left -= len(chunk)
        if left < 0:
            raise Invalid(
                "More bytes come than were announced.",
                remedy="Begin a new upload with the right length.",
                code="upload_too_long",
            )
        part += chunk
        if part and (not chunk or len(part) >= PART_BYTES):
            yield bytes(part)
            part.clear()
        if not chunk:
            return


def _look(upload: Upload, part: bytes, *, now: datetime) -> None:
    """Refuse an upload by its first bytes: a gigabyte that will be refused need not be sent whole."""
    try:
        known = TYPES.get(sniff(part[:HEAD_BYTES]))
        if known and upload.size_bytes > most_bytes(known.kind):
            raise too_large(most_bytes(known.kind))
    except Refusal as refusal:
        _end(upload, Upload.State.REFUSED, now=now, problem=refusal)
        raise


def _add(upload: Upload, part: bytes, *, now: datetime) -> None:
    """Keep one part, unless somebody else continued the upload meanwhile."""
    name = leftovers.new_name(upload.tenant, f"part-{upload.pk.hex}", "part", now=now)
    store().keep_bytes(name, part)
    parts = [*upload.parts, [name, len(part)]]
    with transaction.atomic():
        ours = Upload.objects.filter(pk=upload.pk, state=Upload.State.OPEN, offset_bytes=upload.offset_bytes).update(
            offset_bytes=F("offset_bytes") + len(part), parts=parts, updated_at=now
        )
        if ours:
            leftovers.claim(name)
        else:
            leftovers.leave([name], now=now)
    if not ours:
        if not Upload.objects.filter(pk=upload.pk).exists():
            raise NotFound("There is no such upload any more.", remedy="Begin a new one.")
        upload.refresh_from_db()
        raise _elsewhere(upload)
    upload.offset_bytes += len(part)
    upload.parts = parts


@transaction.atomic
def _end(
    upload: Upload, state: str, *, now: datetime, media: Media | None = None, problem: Refusal | None = None
) -> None:
    leftovers.leave([name for name, _ in upload.parts], now=now)
    upload.state, upload.media, upload.parts = state, media, []
    upload.problem_code, upload.problem_detail = (problem.code, problem.detail[:500]) if problem else ("", "")
    # By an update, because whoever cancelled it meanwhile has removed the row, and it stays removed.
    Upload.objects.filter(pk=upload.pk).update(
        state=state,
        media=media,
        parts=[],
        problem_code=upload.problem_code,
        problem_detail=upload.problem_detail,
        updated_at=now,
    )
    if problem:
        record(
            tenant=upload.tenant,
            actor=upload.created_by,
            action="media.upload_refused",
            subject=upload,
            code=problem.code,
            size_bytes=upload.size_bytes,
        )


def _drop(uploads: list[Upload], *, now: datetime) -> None:
    ids = [upload.pk for upload in uploads]
    locked = Upload.objects.select_for_update().filter(pk__in=ids)
    leftovers.leave([name for upload in locked for name, _ in upload.parts], now=now)
    Upload.objects.filter(pk__in=ids).delete()


def _elsewhere(upload: Upload) -> OffsetMismatch:
    return OffsetMismatch(
        f"{upload.offset_bytes:,} of {upload.size_bytes:,} bytes have arrived.",
        remedy="Ask for the offset with HEAD and go on there.",
    )
