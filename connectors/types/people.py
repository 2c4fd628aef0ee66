"""Those on the other side: who reviews a place, and the contacts of an audience."""

from dataclasses import dataclass, field
from datetime import datetime

from connectors.types.facts import Facts


@dataclass(frozen=True, slots=True)
class Review:
    """What a customer wrote about a place, and what the place answered."""

    external_id: str
    author: str
    #: One to five; None when the platform tells none.
    stars: int | None = None
    text: str = ""
    written_at: datetime | None = None
    changed_at: datetime | None = None
    reply: str = ""
    replied_at: datetime | None = None
    #: What the platform says of the reply, such as that it is still under review or was refused and why.
    reply_note: str = ""


@dataclass(frozen=True, slots=True)
class ReviewPage:
    """Some reviews of a place; ``next_page`` is empty at the end. ``average`` and ``total`` are of all of them."""

    reviews: tuple[Review, ...]
    next_page: str = ""
    average: float | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A contact of an audience. ``status`` is the platform's word; empty leaves it, or means the platform's default."""

    email: str
    status: str = ""
    fields: Facts = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    language: str = ""
    vip: bool | None = None
    external_id: str = ""
    changed_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Some contacts of an audience; ``next_page`` is empty at the end."""

    members: tuple[Member, ...]
    next_page: str = ""
    total: int | None = None


@dataclass(frozen=True, slots=True)
class MemberResult:
    """What became of one contact of many; ``code``, ``cause`` and ``remedy`` are empty when it went well."""

    email: str
    member: Member | None = None
    code: str = ""
    cause: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of an audience: a saved search, or the contacts that bear a tag."""

    external_id: str
    name: str
    #: ``tag``, ``saved`` or another word of the platform's.
    kind: str
    members: int | None = None
