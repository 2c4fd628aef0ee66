"""Small real files for posts: what the media room reads of them is true."""

import struct

from sandbox import pictures
from tests.media.making import mp4, pdf

#: LinkedIn takes no video below 75 KB; a box of padding is honest and cheap.
_PADDING = 90_000


def photo(number: int) -> bytes:
    """A portrait, each number its own; Google takes none below 10 KB."""
    return pictures.jpeg(864, 1080, number, 12_000)


def film(number: int) -> bytes:
    """Twelve seconds upright; what it shows is nothing."""
    return (
        mp4(width=1080, height=1920, seconds=12, rate=30)
        + struct.pack(">I4sI", _PADDING, b"free", number)
        + bytes(_PADDING - 12)
    )


def document(number: int) -> bytes:
    """A document of some pages."""
    return pdf(3) + f"% {number}\n".encode()


MAKERS = {"photo": (photo, "jpg"), "video": (film, "mp4"), "document": (document, "pdf")}
