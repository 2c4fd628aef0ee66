"""Which files are taken: a kind, a media type and the endings its name may have."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """What a file is, by its bytes and not by its name."""

    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class FileType:
    """A type of file that is taken. The first ending is the one given to a name that has none of them."""

    kind: Kind
    content_type: str
    words: str
    endings: tuple[str, ...]


JPEG: Final = "image/jpeg"

_OFFICE: Final = "application/vnd.openxmlformats-officedocument"

TYPES: Final[dict[str, FileType]] = {
    taken.content_type: taken
    for taken in (
        FileType(Kind.IMAGE, JPEG, "JPEG", ("jpg", "jpeg")),
        FileType(Kind.IMAGE, "image/png", "PNG", ("png",)),
        FileType(Kind.IMAGE, "image/gif", "GIF", ("gif",)),
        FileType(Kind.IMAGE, "image/webp", "WebP", ("webp",)),
        FileType(Kind.VIDEO, "video/mp4", "MP4", ("mp4", "m4v")),
        FileType(Kind.VIDEO, "video/quicktime", "MOV", ("mov", "qt")),
        FileType(Kind.VIDEO, "video/webm", "WebM", ("webm",)),
        FileType(Kind.DOCUMENT, "application/pdf", "PDF", ("pdf",)),
        FileType(Kind.DOCUMENT, f"{_OFFICE}.wordprocessingml.document", "DOCX", ("docx",)),
        FileType(Kind.DOCUMENT, f"{_OFFICE}.presentationml.presentation", "PPTX", ("pptx",)),
        FileType(Kind.DOCUMENT, "application/msword", "DOC", ("doc",)),
        FileType(Kind.DOCUMENT, "application/vnd.ms-powerpoint", "PPT", ("ppt",)),
    )
}

#: Said where a file is refused for what it is.
TAKEN: Final = f"Send one of {', '.join(taken.words for taken in TYPES.values())}."
