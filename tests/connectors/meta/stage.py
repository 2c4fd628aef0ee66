"""What a test needs to publish through the connector: files, a journal in memory, and a clock to look again by."""

import io
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO

from connectors.meta.connector import MetaConnector
from connectors.types import (
    Attachment,
    CannotTell,
    Content,
    MediaFile,
    MediaKind,
    NotThere,
    Processing,
    Published,
    Target,
)
from sandbox import pictures
from sandbox.world import World

_NUMBERS = itertools.count(1)
_MB = 1024 * 1024


class Died(Exception):
    """The worker died here."""


@dataclass(frozen=True)
class File:
    """A probed file."""

    kind: MediaKind
    content_type: str
    body: bytes = b""
    width: int | None = None
    height: int | None = None
    duration: timedelta | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    id: str = field(default_factory=lambda: f"file-{next(_NUMBERS)}")
    public_url: str = "https://media.sandbox.example/portrait.jpg"
    claimed_bytes: int | None = None
    #: What the hub makes of it for places that take JPEG alone.
    jpeg: "File | None" = None
    wanted: list[int | None] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.id}.{self.content_type.rpartition('/')[2]}"

    @property
    def size_bytes(self) -> int:
        return len(self.body) if self.claimed_bytes is None else self.claimed_bytes

    def open(self) -> BinaryIO:
        return io.BytesIO(self.body)

    def as_jpeg(self, *, longest_side: int | None = None) -> "File":
        self.wanted.append(longest_side)
        assert self.jpeg is not None, "it goes as it is"
        return self.jpeg


def image(world: World, width: int = 1080, height: int = 1350, *, shade: int = 1, **more: Any) -> File:
    """A JPEG that the sandbox can fetch."""
    body = pictures.jpeg(width, height, shade)
    return _served(world, File(MediaKind.IMAGE, "image/jpeg", body, width, height, **more))


def video(world: World, width: int = 1080, height: int = 1920, seconds: int = 12, **more: Any) -> File:
    """A film that the sandbox can fetch."""
    body = pictures.mp4(width, height, seconds)
    facts = {"video_codec": "h264", "audio_codec": "aac", "frame_rate": 30.0}
    made = File(MediaKind.VIDEO, "video/mp4", body, width, height, timedelta(seconds=seconds), facts, **more)
    return _served(world, made)


def _served(world: World, made: File) -> File:
    url = f"https://media.sandbox.example/ours/{made.id}.{'jpg' if made.kind is MediaKind.IMAGE else 'mp4'}"
    world.media.plant(url, made.body, made.content_type)
    return File(**{**{key: getattr(made, key) for key in made.__dataclass_fields__}, "public_url": url})


def post(*files: MediaFile, text: str = "Fresh from the oven 🥐", alt: str = "", **settings: Any) -> Content:
    """A post with these files and settings."""
    return Content(text=text, media=tuple(Attachment(file, alt_text=alt) for file in files), settings=settings)


class Journal:
    """One job's journal over all its attempts. ``dies_at`` kills the worker at a note or announcement of that name."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._opened = clock()
        self.announced_at: datetime | None = None
        self.notes: dict[str, Any] = {}
        self.told: list[str] = []
        self.renewals = 0
        self.others: set[str] = set()
        self.dies_at = ""

    @property
    def started_at(self) -> datetime:
        return self.announced_at or self._opened

    def recall(self, key: str) -> Any:
        return self.notes.get(key)

    def note(self, key: str, value: Any) -> None:
        self.notes[key] = value
        self.told.append(f"note {key}")
        self._die(f"note {key}")

    def announce(self, step: str) -> None:
        self.announced_at = self.announced_at or self._clock()
        self.told.append(f"announce {step}")
        self._die(f"announce {step}")

    def belongs_to_other_job(self, external_id: str) -> bool:
        return external_id in self.others

    def last_moment(self) -> None:
        assert self.announced_at is not None, "nothing public is sent that was not announced"

    def renew(self) -> None:
        self.renewals += 1

    def next_attempt(self, *, settled: bool) -> None:
        """Begin a new attempt; ``settled`` closes what was announced."""
        self._opened = self._clock()
        if settled:
            self.announced_at = None

    @property
    def announcements(self) -> list[str]:
        return [line.removeprefix("announce ") for line in self.told if line.startswith("announce ")]

    def _die(self, here: str) -> None:
        if self.dies_at and here == self.dies_at:
            self.dies_at = ""
            raise Died(here)


@dataclass
class Stage:
    """A connector, a place, and the sandbox's clock."""

    connector: MetaConnector
    target: Target
    world: World

    def now(self) -> datetime:
        return self.world.clock.moment().astimezone(UTC)

    def journal(self) -> Journal:
        return Journal(self.now)

    def once(self, content: Content, journal: Journal) -> Published | Processing:
        """Attempt it once."""
        return self.connector.publish(content, self.target, journal)

    def follow(self, content: Content, journal: Journal | None = None, *, most: int = 20) -> Published:
        """Attempt it again whenever the connector says so, until it is public."""
        journal = journal or self.journal()
        for _ in range(most):
            told = self.once(content, journal)
            if isinstance(told, Published):
                return told
            assert told.note
            assert timedelta() < told.look_again_after <= timedelta(minutes=5)
            self.world.clock.advance(told.look_again_after.total_seconds())
            journal.next_attempt(settled=True)
        raise AssertionError("it never became public")

    def look(self, content: Content, journal: Journal, *, after: float = 0) -> Published | NotThere | CannotTell:
        """Look whether it is there."""
        if after:
            self.world.clock.advance(after)
        return self.connector.find_published(content, self.target, journal, now=self.now())


def paths(heard: Sequence[Any], method: str = "POST") -> list[str]:
    """Return the ends of the paths that were called with a method."""
    return [str(request.url).partition("?")[0].rpartition("/")[2] for request in heard if request.method == method]
