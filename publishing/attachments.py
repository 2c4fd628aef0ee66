"""The files of a post: named by id or by address in a request, kept as ids, handed to connectors as attachments.

The media room keeps files; here they become part of a post. A file that is gone is told as such, and never crashes a job.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO, ClassVar, Final
from uuid import UUID

from django.utils import timezone

from connectors.errors import ContentRejected, TransientError
from connectors.types import Attachment, Facts, MediaKind
from foundation.errors import Finding, Invalid, NotFound, Refusal, Unavailable
from media import selectors, services, variants
from media.errors import MediaGone as GoneFromStore
from media.files import StoredFile
from publishing.unsendable import Unsendable
from tenants.models import Tenant
from tenants.principal import Principal

#: No platform takes more files in one post.
MOST_FILES: Final = 50
#: Who asks waits while they are fetched, so they are few.
MOST_FETCHED: Final = 10

#: A file as requests and posts name it: ``id`` (or, in a request, ``url``), ``alt_text``, ``title``.
Said = Mapping[str, str]


class MediaGone(Unsendable):
    """A file of the post was deleted, or has expired."""

    kind: ClassVar[str] = "media_gone"


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A stored file as the connectors' contract wants it; its troubles are told in the words of publishing."""

    stored: StoredFile

    @property
    def id(self) -> str:
        """Our own id of the file."""
        return self.stored.id

    @property
    def kind(self) -> MediaKind:
        """What it is."""
        return MediaKind(self.stored.kind.value)

    @property
    def content_type(self) -> str:
        """Its media type by its bytes."""
        return self.stored.content_type

    @property
    def name(self) -> str:
        """A harmless file name with the right ending."""
        return self.stored.name

    @property
    def size_bytes(self) -> int:
        """How long it is."""
        return self.stored.size_bytes

    @property
    def width(self) -> int | None:
        """Pixels across, rotation applied."""
        return self.stored.width

    @property
    def height(self) -> int | None:
        """Pixels down, rotation applied."""
        return self.stored.height

    @property
    def duration(self) -> timedelta | None:
        """How long a video plays."""
        return self.stored.duration

    @property
    def facts(self) -> Facts:
        """What else the probe found."""
        return self.stored.facts

    @property
    def public_url(self) -> str:
        """Where a platform can fetch it, signed and short-lived."""
        return self.stored.public_url

    def open(self) -> BinaryIO:
        """Return its bytes as a seekable stream; raises ``MediaGone``, or ``TransientError`` when the store is away."""
        try:
            return self.stored.open()
        except GoneFromStore as error:
            raise _gone(error) from None
        except Unavailable as error:
            raise TransientError(error.detail, remedy=error.remedy, operation="open_file") from None

    def as_jpeg(self, *, longest_side: int | None = None) -> "AttachedFile":
        """Return the same picture as a JPEG no larger than this; raises as ``open`` does, and ``ContentRejected``."""
        try:
            return AttachedFile(variants.as_jpeg(self.stored, longest_side=longest_side, now=timezone.now()))
        except GoneFromStore as error:
            raise _gone(error) from None
        except Unavailable as error:
            raise TransientError(error.detail, remedy=error.remedy, operation="make_jpeg") from None
        except Refusal as error:
            raise ContentRejected(error.detail, remedy=error.remedy, operation="make_jpeg") from None


@dataclass(frozen=True, slots=True)
class Found:
    """The files a draft names, and what is wrong with those that are not there."""

    files: Mapping[UUID, AttachedFile] = field(default_factory=dict)
    missing: Mapping[UUID, Refusal] = field(default_factory=dict)

    def attached(self, said: Sequence[Said]) -> tuple[Attachment, ...]:
        """Return as attachments what is there."""
        known = [(one, self.files.get(UUID(one["id"]))) for one in said]
        return tuple(_attachment(one, file) for one, file in known if file is not None)

    def findings(self, said: Sequence[Said], *, where: str, destination: str = "") -> list[Finding]:
        """Return a finding for each of these that is not there."""
        told = []
        for position, one in enumerate(said):
            if refusal := self.missing.get(UUID(one["id"])):
                code = "media_gone" if isinstance(refusal, GoneFromStore) else "unknown_media"
                told.append(
                    Finding(f"{where}.{position}.id", code, refusal.detail, refusal.remedy, destination=destination)
                )
        return told


def find(tenant: Tenant | UUID, ids: Collection[UUID]) -> Found:
    """Look these files up, by one query while all are there."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return Found()
    try:
        files = selectors.files_of(tenant, wanted)
        return Found({pk: AttachedFile(file) for pk, file in zip(wanted, files, strict=True)})
    except (NotFound, GoneFromStore):
        return _one_by_one(tenant, wanted)


def _one_by_one(tenant: Tenant | UUID, wanted: Sequence[UUID]) -> Found:
    files, missing = {}, dict[UUID, Refusal]()
    for pk in wanted:
        try:
            files[pk] = AttachedFile(selectors.file_of(tenant, pk))
        except (NotFound, GoneFromStore) as refusal:
            missing[pk] = refusal
    return Found(files, missing)


def attachments_of(tenant: Tenant | UUID, said: Sequence[Said]) -> tuple[Attachment, ...]:
    """Return a stored post's files as a connector gets them; raises ``MediaGone`` when one is not there any more."""
    found = find(tenant, ids_in(said))
    for refusal in found.missing.values():
        raise _gone(refusal)
    return found.attached(said)


def ids_in(said: Sequence[Said]) -> list[UUID]:
    """Return the ids of these files."""
    return [UUID(one["id"]) for one in said]


def keep(tenant: Tenant, ids: Collection[UUID], *, until: datetime, now: datetime) -> None:
    """Have the media room keep these files until a post needs them, and for the usual time after that."""
    services.keep_until(tenant=tenant, media_ids=list(ids), moment=until, now=now)


def fetched(principal: Principal, said: Sequence[Said], *, where: str, now: datetime) -> list[Said]:
    """Fetch files that are named by an address, and name them by id.

    The same bytes become the same file, so doing it again makes no second one. Raises ``Invalid`` with a finding at the file
    that cannot be had.
    """
    named: list[Said] = []
    for position, one in enumerate(said):
        if "url" not in one:
            named.append(one)
            continue
        try:
            media, _ = services.store_from_url(principal=principal, url=one["url"], name="", now=now)
        except (Unavailable, NotFound):
            raise
        except Refusal as refusal:
            if refusal.status not in {413, 422}:
                raise
            finding = Finding(f"{where}.{position}.url", refusal.code, refusal.detail, refusal.remedy)
            raise Invalid("A file cannot be had; nothing was published.", findings=[finding]) from None
        named.append({"id": str(media.pk), **{name: value for name, value in one.items() if name != "url"}})
    return named


def _attachment(said: Said, file: AttachedFile) -> Attachment:
    return Attachment(file, alt_text=said.get("alt_text", ""), title=said.get("title", ""))


def _gone(refusal: Refusal) -> MediaGone:
    return MediaGone(refusal.detail, remedy=f"{refusal.remedy} Then send the job again, or discard it.")
