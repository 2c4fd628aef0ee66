"""What the contract suite must know of a platform to try its connector: how its town is played, and what stands there."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

from connectors.types import Capability, Content, EventKind, WebhookReply, WebhookRequest
from sandbox.fetching import Errand, Fetched, Fetcher
from sandbox.platforms import TimelineItem
from sandbox.world import World

Wish = dict[str, Any]


class Door(Protocol):
    """Our webhook door at the end of the town's wire."""

    def __call__(self, request: WebhookRequest, *, path: str = "") -> WebhookReply | None:
        """Return what it answers, None where that is empty; ``path`` is set for a place's own address."""


class Trouble(StrEnum):
    """The classes of error that a platform can answer a publish with; see ``connectors.errors``."""

    TRANSIENT = "transient"
    RATE_LIMITED = "rate limited"
    REJECTED = "content rejected"
    UNEXPECTED = "unexpected answer"


@dataclass(frozen=True)
class Shape:
    """One form of a post: the capability it stands for, its files, and what it says beside its words."""

    name: str
    capability: Capability
    files: tuple[str, ...] = ()
    link: str = ""

    def __str__(self) -> str:
        return self.name


LINK = "https://example.org/opening?a=1"
#: Every way of saying something, by capability. A platform adds forms of its own (``Adapter.more_shapes``).
SHAPES: Mapping[Capability, tuple[Shape, ...]] = {
    Capability.TEXT: (Shape("a text", Capability.TEXT),),
    Capability.LINK: (Shape("a link", Capability.LINK, link=LINK),),
    Capability.PHOTO: (Shape("a photo", Capability.PHOTO, ("photo",)),),
    Capability.PHOTOS: (Shape("three photos", Capability.PHOTOS, ("photo",) * 3),),
    Capability.VIDEO: (Shape("a video", Capability.VIDEO, ("video",)),),
    Capability.REEL: (Shape("a reel", Capability.REEL, ("video",)),),
    Capability.STORY: (
        Shape("a story of a photo", Capability.STORY, ("photo",)),
        Shape("a story of a video", Capability.STORY, ("video",)),
    ),
    Capability.DOCUMENT: (Shape("a document", Capability.DOCUMENT, ("document",)),),
    Capability.POLL: (Shape("a poll", Capability.POLL),),
    Capability.RESHARE: (Shape("a reshare", Capability.RESHARE),),
    Capability.CAMPAIGN: (Shape("a campaign", Capability.CAMPAIGN),),
}


@dataclass(frozen=True)
class Specimen:
    """One generated content of the preflight, and what is odd about it."""

    about: str
    content: Content


class FetcherDoor:
    """Stands where the town fetches: what is meant for the hub's webhook door goes there, all else goes on."""

    def __init__(self, door: Door, beyond: Fetcher, prefix: str) -> None:
        self._door = door
        self._beyond = beyond
        self._prefix = prefix

    def fetch(self, errand: Errand) -> Fetched:
        """Hand a delivery or a question to the hub."""
        if not errand.url.startswith(self._prefix):
            return self._beyond.fetch(errand)
        parts = urlsplit(errand.url)
        request = WebhookRequest(errand.method, dict(errand.headers), dict(parse_qsl(parts.query)), errand.body)
        reply = self._door(request, path=parts.path)
        return Fetched(200, reply.body if reply else b"", reply.content_type if reply else "text/plain")


class Adapter(ABC):
    """A platform as the contract suite plays it. A new connector brings one of these and gets the whole suite."""

    slug: str
    #: What the platform asks for at least when it gives no figure of its own, or the figure it gives.
    patience: timedelta
    #: What ``comment_from_outside`` is told as; comments name the post they stand under.
    told_as: EventKind = EventKind.COMMENT
    #: Whether the platform asks, before it tells anything, whether the address is ours.
    asks: bool = True
    #: Whether it can be told to be silent about one place.
    silenceable: bool = True
    #: A word that the news of ``comment_from_outside`` hold, where others come under the same name.
    told_word: str = ""
    #: What publishing stands on and a person can lose: the word for it, and the code under which a health check tells it.
    right: str = "scope"
    right_lost: str = "scope_missing"

    def prepare(self, world: World) -> None:
        """Do in the town what an operator does in the platform's portal before anybody connects."""
        return

    def switches(self) -> Mapping[str, Any]:
        """Return the town's switches: what the sheet calls weak is set so that everything can be tried."""
        return {}

    def hub_settings(self) -> Mapping[str, Any]:
        """Return what the operator set for this platform beside the defaults."""
        return {}

    def more_shapes(self, kind: str) -> tuple[Shape, ...]:
        """Return forms of a post that only this kind of place has."""
        return ()

    @abstractmethod
    def place(self, kind: str) -> str:
        """Return the external id of the place of a kind that is published to."""

    @abstractmethod
    def settings(self, kind: str, shape: Shape, parent: str) -> dict[str, Any]:
        """Return what is set for a shape; ``parent`` is a live post, for a reshare."""

    @abstractmethod
    def publish_call(self, kind: str, shape: Shape) -> Wish:
        """Return where the one irreversible call of a shape goes: ``host``, ``method`` and ``path`` of a fault."""

    def comment_call(self, kind: str) -> Wish:
        """Return where the call that writes a comment goes."""
        raise self._lacks("comment_call")

    @abstractmethod
    def trouble(self, trouble: Trouble, kind: str, shape: Shape) -> Wish:
        """Return the fault that makes a publish fail so, with the place it strikes."""

    def silent(self, kind: str, shape: Shape) -> str:
        """Return why the platform forbids looking for such a post; empty where one may look."""
        return ""

    def comment_silent(self, kind: str) -> str:
        """Return why the platform forbids looking for a comment; empty where one may look."""
        return ""

    def marks(self, world: World, item: TimelineItem) -> Iterable[Capability]:
        """Return what an item is beyond words and files: a reel, a story, a poll, a reshare, a link."""
        return (Capability.LINK,) if item.link else ()

    def said(self, item: TimelineItem) -> str:
        """Return the post's own words of an item, without what the platform or the law wants beside them."""
        return item.text

    def shows(self, content: Content) -> bool:
        """Tell whether people see such a content as soon as it is published; drafts and what waits for its hour they do not."""
        return True

    def words_shown(self, shape: Shape) -> bool:
        """Tell whether people see the text of such a post."""
        return shape.capability is not Capability.STORY

    def comments(self, world: World, external_id: str) -> list[str]:
        """Return what stands under a post."""
        raise self._lacks("comments")

    @abstractmethod
    def end_grant(self, world: World) -> None:
        """Let the person take the app's access away."""

    @abstractmethod
    def lose_scope(self, world: World, kind: str) -> None:
        """Take from the grant what publishing to a kind of place stands on."""

    @abstractmethod
    def grant_stands(self, world: World) -> bool:
        """Tell whether any token of the person's still works."""

    def gather_audience(self, world: World, external_id: str) -> None:
        """Let people see a post; the test's clock moves two days afterwards."""
        raise self._lacks("gather_audience")

    @abstractmethod
    def metrics(self, kind: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
        """Return names of metrics: those of a post absent before people saw it, those told after, those of the place."""

    def numbers_need(self, kind: str) -> str:
        """Return the scope that this app lacks for any number of a kind; empty where numbers are told."""
        return ""

    @abstractmethod
    def webhook_kinds(self) -> frozenset[str]:
        """Return the kinds of place that tell news."""

    def open_door(self, world: World, door: Door) -> None:
        """Let the town's deliveries come to this door, and have it ask its question where an operator registers it."""
        raise self._lacks("open_door")

    def comment_from_outside(self, world: World, kind: str, external_id: str, text: str) -> None:
        """Let a stranger comment on a post, or do whatever else the platform tells of, and the town tell it."""
        raise self._lacks("comment_from_outside")

    def review_from_outside(self, world: World, kind: str, text: str, *, stars: int) -> None:
        """Let a customer write a review of the place of a kind, where there are reviews."""
        raise self._lacks("review_from_outside")

    def harmless_action(self) -> tuple[str, dict[str, Any]]:
        """Return one of the connector's actions that changes nothing for anybody, with what it takes, where there are any."""
        raise self._lacks("harmless_action")

    @abstractmethod
    def specimens(self, kind: str, parent: str) -> Iterable[Specimen]:
        """Return at least six hundred contents around every limit of a kind, the same each time.

        ``parent`` is a live post, where the kind reshares.
        """

    def without_quotas(self) -> Mapping[str, Any]:
        """Return the switches that keep the town's quotas out of the way of many posts."""
        return {}

    def notes(self) -> frozenset[str]:
        """Return what may be said of a post that is live and whole; nothing, unless it is there in another form."""
        return frozenset({""})

    @abstractmethod
    def may_be_stricter(self) -> Mapping[str, str]:
        """Return the codes of findings where we refuse what the town takes, each with what the sheet says."""

    def may_be_missed(self) -> Mapping[str, str]:
        """Return what the town refuses and no error foretells, each with why nobody should call it an error."""
        return {}

    def _lacks(self, verb: str) -> AssertionError:
        """Say that the suite asked for what this platform's connector never said it can: the case is wrong, not the platform."""
        return AssertionError(
            f"{self.slug} plays no {verb}: its connector has no such capability, so no case may ask for it"
        )
