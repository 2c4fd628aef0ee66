"""The files of posts, made by code and kept through the media room; small, so that two cores can do for thousands of posts.

Import this only after ``django.setup()``.
"""

import struct
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from django.utils import timezone

from media.services import store_file
from media.staging import Staged
from tenants.principal import Principal
from tests.media import making

#: LinkedIn takes no smaller video, and Google no photo below 10 KB.
_FILM_BYTES: Final = 80_000
_known: dict[UUID, tuple[str, str]] = {}
_kept: dict[tuple[str, str, int], UUID] = {}


def keep(principal: Principal, what: str, number: int) -> UUID:
    """Keep a file for a tenant and return its id; the same number is the same file."""
    key = (str(principal.tenant.pk), what, number)
    if key not in _kept:
        staged = Staged()
        try:
            staged.write(_made(what, number))
            row, _ = store_file(
                tenant=principal.tenant, actor=principal.actor, staged=staged, name=f"{what}{_ENDINGS[what]}",
                now=timezone.now(),
            )  # fmt: skip
        finally:
            staged.close()
        _kept[key] = row.pk
        _known[row.pk] = (row.sha256, row.kind)
    return _kept[key]


def learn(rows: Iterable[tuple[Any, str, str]]) -> None:
    """Take note of rows of the media room: id, digest, kind."""
    _known.update({pk: (sha256, kind) for pk, sha256, kind in rows})


def digest(pk: UUID) -> str:
    """Return a file's SHA-256."""
    return _known[pk][0]


def kind(pk: UUID) -> str:
    """Return the media room's word for what a file is."""
    return _known[pk][1]


_ENDINGS: Final = {"photo": ".jpg", "film": ".mp4", "paper": ".pdf"}


def _made(what: str, number: int) -> bytes:
    if what == "photo":
        return making.picture(size=(640, 640), comment=f"number {number}".ljust(12_000).encode())
    if what == "paper":
        return making.pdf()
    film = making.mp4(width=720, height=1280, seconds=4)
    room = struct.pack(">q", number).ljust(_FILM_BYTES - len(film), b"\x00")
    return film + struct.pack(">I4s", 8 + len(room), b"free") + room
