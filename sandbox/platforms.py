"""What every platform of the town can do, whatever its API looks like."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.wrappers import Response

from sandbox.calls import Call, JsonObject
from sandbox.faults import Fault
from sandbox.switches import Switch

Lever = Callable[[Mapping[str, Any]], JsonObject]


@dataclass(frozen=True)
class Destination:
    """A place on a platform where posts appear."""

    id: str
    name: str
    posts: int


@dataclass(frozen=True)
class MediaShown:
    """An image, video or document under a post: where it is seen on this sandbox, and the words for it."""

    kind: str
    url: str
    alt: str = ""


@dataclass(frozen=True)
class TimelineItem:
    """One published or waiting post, as the feed page and `/_sandbox/posts` show it."""

    id: str
    platform: str
    platform_name: str
    destination: str
    destination_name: str
    text: str
    link: str
    created: float
    live: bool
    goes_live: float | None
    application: str
    host: str
    path: str
    profile_path: str
    comments: int
    media: tuple[MediaShown, ...] = ()


@dataclass(frozen=True)
class Preset:
    """A fault people often want, ready to be scripted with one click."""

    name: str
    label: str
    wish: JsonObject


@dataclass(frozen=True)
class Happening:
    """Something that can happen from outside and is told by webhook: `what` of `Platform.webhook`."""

    what: str
    label: str


@dataclass(frozen=True)
class Person:
    """Someone whose consent or tokens can be played with from the controls."""

    id: str
    name: str


class ConsentRefusedError(ValueError):
    """Say why a consent dialog would show an error page instead of asking."""


class Platform(ABC):
    """One platform in miniature. A new one is a folder with a subclass and one line in `world.py`."""

    slug: str
    name: str
    # Hosts whose bodies are files, whatever their content type says.
    raw_hosts: frozenset[str] = frozenset()

    @abstractmethod
    def serves(self, host: str) -> bool:
        """Say whether a real host belongs to this platform."""

    @abstractmethod
    def switches(self) -> Iterable[Switch]:
        """Return the switches of this platform, named `<slug>.<what>`."""

    @abstractmethod
    def seed(self) -> None:
        """Build the demo world of this platform."""

    @abstractmethod
    def forget(self) -> None:
        """Empty what is remembered beside the store, after a reset."""

    def enter(self, _call: Call) -> Response | None:
        """Let a call in, before it waits for anything and without the world's lock; an answer turns it away."""
        return None

    def leave(self, _call: Call) -> None:
        """Take note that a call is over, however it ended."""
        return

    @abstractmethod
    def handle(self, call: Call) -> Response:
        """Do the work of one call; the world's lock is held."""

    @abstractmethod
    def is_for_people(self, call: Call) -> bool:
        """Say whether a call is a person's browser opening a page, not a program calling the API."""

    @abstractmethod
    def scripted_error(self, call: Call, fault: Fault) -> Response:
        """Answer with this platform's error shape, as a fault asks."""

    @abstractmethod
    def revoke_presented(self, call: Call, error: Mapping[str, Any]) -> None:
        """Kill the token that a call presents, for real."""

    @abstractmethod
    def revoke(self, wish: Mapping[str, Any]) -> JsonObject:
        """Invalidate tokens on demand; raise `ValueError` with words when the wish makes no sense."""

    @abstractmethod
    def consent(self, wish: Mapping[str, Any]) -> JsonObject:
        """Answer a consent dialog without a browser; raise `ConsentRefusedError` where it would not ask."""

    @abstractmethod
    def add_redirect_uris(self, app_id: str, uris: Iterable[str]) -> list[str]:
        """Register redirect URIs for an app (empty: the default app) and return all of them."""

    @abstractmethod
    def people(self) -> list[Person]:
        """Return who can log in."""

    @abstractmethod
    def destinations(self) -> list[Destination]:
        """Return the places where posts appear."""

    @abstractmethod
    def timeline(self, destination: str = "") -> Iterator[TimelineItem]:
        """Yield posts, newest first, of one destination or of all."""

    @abstractmethod
    def presets(self) -> Iterable[Preset]:
        """Return the faults people want most on this platform."""

    def webhook(self, what: str, _wish: Mapping[str, Any]) -> JsonObject:
        """Send what this platform sends to an app's callback; called without the world's lock."""
        raise LookupError(f"{self.name} sends no {what} in this town.")

    def happenings(self) -> Iterable[Happening]:
        """Return what the controls page offers to let happen."""
        return ()

    def run_errands(self) -> None:
        """Send what waits to be sent; called now and then without the world's lock."""
        return

    def levers(self) -> Mapping[tuple[str, str], Lever]:
        """Return what only this platform can be made to do, by verb and name: `/_sandbox/<slug>/<name>`."""
        return {}

    @abstractmethod
    def summary(self) -> dict[str, int]:
        """Count what this platform holds."""
