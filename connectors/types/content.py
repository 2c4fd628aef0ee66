"""What is said at one place, and the files that go with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import BinaryIO, Protocol

from connectors.types.facts import Facts


class MediaKind(StrEnum):
    """What a file is, by its bytes and not by its name."""

    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"


class MediaFile(Protocol):
    """A file of the author's, probed: what it is, how large, and how to get at its bytes."""

    @property
    def id(self) -> str:
        """Our own id of the file: equal ids mean equal bytes."""

    @property
    def kind(self) -> MediaKind:
        """What it is."""

    @property
    def content_type(self) -> str:
        """Its media type by its bytes, such as ``image/jpeg``."""

    @property
    def name(self) -> str:
        """A harmless file name with the right ending."""

    @property
    def size_bytes(self) -> int:
        """How long it is."""

    @property
    def width(self) -> int | None:
        """Pixels across, rotation applied; None where that means nothing or is not known."""

    @property
    def height(self) -> int | None:
        """Pixels down, rotation applied."""

    @property
    def duration(self) -> timedelta | None:
        """How long a video plays."""

    @property
    def facts(self) -> Facts:
        """What else the probe found.

        ``video_codec``, ``audio_codec``, ``audio_sample_rate``, ``frame_rate``, ``moov_first``, ``frames``, ``pages``,
        ``has_alpha``.
        """

    @property
    def public_url(self) -> str:
        """Where a platform can fetch it, signed and short-lived; a new one each time, never logged."""

    def open(self) -> BinaryIO:
        """Return its bytes as a seekable stream, which the caller closes."""

    def as_jpeg(self, *, longest_side: int | None = None) -> "MediaFile":
        """Return the same picture as a JPEG whose sides are no longer than this: itself when it is one already.

        It is made now, which may take a moment, or was made earlier and kept; upright, in sRGB, of the first frame, white
        where it was transparent, without metadata. For publishing: ``check`` goes by the facts of the file. Raises
        ``ContentRejected`` for what cannot be turned, ``TransientError`` when there is no room for it just now.
        """


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file as part of a post, with what the author says about it there."""

    file: MediaFile
    alt_text: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What to say at one destination, overrides applied.

    ``settings`` are the kind of destination's own, valid by its schema of today (``DestinationKind.settings``).
    """

    text: str = ""
    link: str = ""
    media: tuple[Attachment, ...] = ()
    settings: Facts = field(default_factory=dict)
    first_comment: str = ""


@dataclass(frozen=True, slots=True)
class Composing:
    """What a place allows at this moment, asked when somebody is about to write for it.

    ``choices`` narrows author settings to the values allowed now; ``fixed`` are settings that the place decides itself.
    """

    name: str = ""
    username: str = ""
    picture_url: str = ""
    #: Why nothing can be posted now, in words with a remedy; empty when something can.
    obstacle: str = ""
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Facts = field(default_factory=dict)
    longest_video: timedelta | None = None
    notices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """Something a platform can do with what we published beyond editing and deleting it, such as to send a test."""

    slug: str
    name: str
    about: str
    #: What it takes, as JSON Schema (draft 2020-12).
    schema: Facts = field(default_factory=lambda: {"type": "object", "additionalProperties": False})
    #: Whether people out there notice: then it is asked for twice, and written into the audit log.
    public: bool = False
