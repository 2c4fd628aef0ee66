"""The rows of the Meta town. Every field is a JSON value, so that the store can keep it as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

TokenKind = Literal["USER", "PAGE", "APP"]

DEFAULT_APP_ID = "1000000000000001"
# A public constant of the demo world, not a secret.
DEFAULT_APP_SECRET = "sandbox-meta-app-secret"

ALL_TASKS = ("ADVERTISE", "ANALYZE", "CREATE_CONTENT", "MESSAGING", "MODERATE", "MANAGE")


@dataclass
class App:
    """A registered app. In development mode only its `roles` (person ids) can log in."""

    id: str
    secret: str
    name: str
    redirect_uris: list[str]
    mode: str = "live"
    roles: list[str] = field(default_factory=list)
    deauthorize_url: str = ""
    deletion_url: str = ""


@dataclass
class Human:
    """A person with a Facebook account. One app, so the app-scoped id is the id."""

    id: str
    name: str


@dataclass
class Business:
    """A business portfolio and the people who work in it."""

    id: str
    name: str
    people: list[str]


@dataclass
class Page:
    """A Page; `roles` maps a person's id to the tasks that person has on it, `instagram` names a linked account.

    With a `location` (a street and a town) posts can be placed there.
    """

    id: str
    name: str
    username: str
    category: str
    roles: dict[str, list[str]]
    owner_business: str = ""
    client_of: list[str] = field(default_factory=list)
    about: str = ""
    followers: int = 0
    is_published: bool = True
    instagram: str = ""
    location: str = ""


@dataclass
class Grant:
    """What one person allowed one app. A scope missing in `assets` covers every asset, now and later."""

    person_id: str
    app_id: str
    granted: list[str]
    declined: list[str]
    assets: dict[str, list[str]]
    data_access_expires_at: int


@dataclass
class Token:
    """A token that was handed out. `expires_at` 0 is never; `dead_subcode` says why it no longer works."""

    value: str
    kind: TokenKind
    app_id: str
    person_id: str
    issued_at: int
    expires_at: int
    page_id: str = ""
    parent: str = ""
    long_lived: bool = False
    dead_subcode: int = 0


@dataclass
class Code:
    """An authorization code: works once, soon, for its app and its redirect URI."""

    value: str
    app_id: str
    person_id: str
    redirect_uri: str
    expires_at: int
    used: bool = False


@dataclass
class Post:
    """A Page post. `seq` orders a Page's posts by the moment they went live; `listed_from` is when lists may show it."""

    id: str
    page_id: str
    app_id: str
    created: int
    listed_from: float
    seq: int
    published: bool
    message: str = ""
    link: str = ""
    updated: int = 0
    scheduled_for: int | None = None
    media: list[str] = field(default_factory=list)
    extras: dict[str, Any] = field(default_factory=dict)


@dataclass
class Comment:
    """A comment a Page wrote under a post."""

    id: str
    post_id: str
    page_id: str
    created: int
    message: str = ""
    attachment_url: str = ""
