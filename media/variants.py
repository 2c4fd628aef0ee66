"""Pictures as a platform wants them: a JPEG made once of a picture, kept beside it, found again afterwards."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from foundation.errors import Invalid
from media import services
from media.errors import gone
from media.files import StoredFile
from media.kinds import JPEG, Kind
from media.models import Media, Variant
from media.probing import make_jpeg
from media.staging import Staged, most_bytes

#: Part of each recipe: another way of making JPEGs makes them anew.
EDITION: Final = 1
#: No JPEG has longer sides.
LONGEST_SIDE: Final = 65_535


@dataclass(frozen=True, slots=True)
class Wanted:
    """A JPEG no larger than this: upright, in sRGB, on white where it was transparent, without metadata such as places."""

    most_width: int = 8192
    most_height: int = 8192
    most_bytes: int = 8_000_000
    quality: int = 90

    @property
    def recipe(self) -> str:
        """The wish as a word; equal wishes are equal words."""
        return f"jpeg{EDITION}-{self.most_width}x{self.most_height}-{self.most_bytes}-q{self.quality}"


def as_jpeg(file: StoredFile, *, longest_side: int | None, now: datetime) -> StoredFile:
    """Return a stored picture as a JPEG whose sides are no longer than this; as ``variant`` does, and raises."""
    media = Media.objects.select_related("tenant").get(pk=file.id)
    if media.state == Media.State.GONE:
        raise gone(media.name, media.gone_why, media.gone_at)
    longest = min(longest_side or LONGEST_SIDE, LONGEST_SIDE)
    return variant(media, Wanted(longest, longest, most_bytes(Kind.IMAGE)), now=now)


def variant(media: Media, wanted: Wanted, *, now: datetime) -> StoredFile:
    """Return a picture as wanted: itself where it fits already, else the JPEG made of it now or earlier.

    Raises ``Invalid`` for what is no picture or cannot be made to fit, ``MediaGone`` when its bytes are missing.
    """
    if media.kind != Kind.IMAGE:
        raise Invalid(f"The file {media.name} is no picture.", remedy="Choose a picture.", code="media_not_a_picture")
    if _fits(media, wanted):
        return StoredFile.of(media)
    known = Variant.objects.select_related("made").filter(original=media, recipe=wanted.recipe).first()
    if known is not None and known.made.state == Media.State.STORED:
        return StoredFile.of(known.made)
    return StoredFile.of(_make(media, wanted, now=now))


def _fits(media: Media, wanted: Wanted) -> bool:
    return (
        media.content_type == JPEG
        and media.size_bytes <= wanted.most_bytes
        and (media.width or 0) <= wanted.most_width
        and (media.height or 0) <= wanted.most_height
        # Lying on its side, or in other colours, it would not look the same everywhere.
        and "orientation" not in media.facts
        and media.facts.get("color_mode") in {"RGB", "L"}
    )


def _make(media: Media, wanted: Wanted, *, now: datetime) -> Media:
    source, result = Staged(), Staged()
    try:
        with StoredFile.of(media).open() as file:
            while chunk := file.read(256 * 1024):
                source.write(chunk)
        source.finish()
        target = result.path.with_suffix(".jpg")
        try:
            make_jpeg(source.path, target, content_type=media.content_type, wanted=_measures(wanted))
            with target.open("rb") as file:
                while chunk := file.read(256 * 1024):
                    result.write(chunk)
        finally:
            target.unlink(missing_ok=True)
        made, _ = services.store_file(
            tenant=media.tenant, actor="system:variants", staged=result, name=media.name, now=now, derived=True
        )
    finally:
        source.close()
        result.close()
    with transaction.atomic():
        Variant.objects.update_or_create(original=media, recipe=wanted.recipe, defaults={"made": made})
        if media.expires_at and made.derived:
            # It is of use as long as the picture it was made of.
            Media.objects.filter(pk=made.pk).update(expires_at=media.expires_at)
    return made


def _measures(wanted: Wanted) -> dict[str, int]:
    return {
        "most_width": wanted.most_width,
        "most_height": wanted.most_height,
        "most_bytes": wanted.most_bytes,
        "quality": wanted.quality,
    }
