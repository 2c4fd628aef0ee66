"""The rows of Instagram: accounts, containers, media and comments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

from sandbox.meta.media_records import Fate

AccountKind = Literal["business", "creator", "personal"]
ContainerKind = Literal["IMAGE", "VIDEO", "REELS", "STORIES", "CAROUSEL"]


@dataclass
class Account:
    """An Instagram account. Only business and creator accounts are professional, and only these the API knows."""

    id: str
    username: str
    name: str
    kind: AccountKind
    page_id: str
    followers: int = 0
    biography: str = ""


@dataclass
class Container:
    """A publication in the making.

    `digest` is the file it holds, `video` its kind. It is ready at `ready_at` in the way `fate` and `subcode` say, and
    gone a day after `created` unless published as `media_id`.
    """

    id: str
    account_id: str
    app_id: str
    created: int
    kind: ContainerKind
    caption: str = ""
    children: list[str] = field(default_factory=list)
    is_item: bool = False
    parent_id: str = ""
    video: bool = False
    digest: str = ""
    width: int = 0
    height: int = 0
    duration_s: float = 0.0
    ready_at: float = 0.0
    fate: Fate = "works"
    subcode: int = 0
    resumable: bool = False
    size: int = 0
    arrived: int = 0
    chunks: list[str] = field(default_factory=list)
    complete: bool = False
    upload_error: str = ""
    media_id: str = ""
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass
class Picture:
    """One file of a published medium; an item of a carousel has an id of its own."""

    id: str
    digest: str
    video: bool
    alt: str = ""


@dataclass
class Medium:
    """Something published on Instagram. `pictures` are plain dictionaries of `Picture`, as the store keeps them."""

    id: str
    account_id: str
    app_id: str
    created: int
    product: Literal["FEED", "REELS", "STORY"]
    shortcode: str
    pictures: list[dict[str, Any]]
    caption: str = ""
    comments_enabled: bool = True
    to_feed: bool = True
    extras: dict[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> list[Picture]:
        """Return the files in order."""
        return [Picture(**picture) for picture in self.pictures]


@dataclass
class Uses:
    """When an account published by the API, lately: its quota counts these, also of what was deleted since."""

    account_id: str
    moments: list[int] = field(default_factory=list)


@dataclass
class InstagramComment:
    """A comment under a medium, or (with `parent_id`) an answer to one."""

    id: str
    medium_id: str
    account_id: str
    created: int
    text: str
    username: str
    author_id: str
    parent_id: str = ""
    hidden: bool = False
