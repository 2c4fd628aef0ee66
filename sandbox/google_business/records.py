"""The rows of the Google Business Profile town. Every field is a JSON value, so that the store can keep it as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

TokenKind = Literal["access", "refresh"]


@dataclass
class App:
    """An OAuth client in a Cloud project. `approved`: the project has quota; `testing`: its consent screen is in Testing."""

    id: str
    secret: str
    name: str
    project: str
    redirect_uris: list[str]
    approved: bool = True
    testing: bool = False


@dataclass
class Person:
    """Somebody with a Google Account. `id` is what a token calls `sub`; `account_id` their personal account."""

    id: str
    name: str
    given_name: str
    email: str
    account_id: str


@dataclass
class Account:
    """A person's own account, or a group that holds locations."""

    id: str
    name: str
    type: str


@dataclass
class Membership:
    """What a person is in an account."""

    account_id: str
    person_id: str
    role: str = "PRIMARY_OWNER"


@dataclass
class Location:
    """A business on the map. `standing` says why it may not speak, if it may not; `barred` who lost access to it."""

    id: str
    title: str
    account_ids: list[str]
    place_id: str
    cid: str
    store_code: str = ""
    language: str = "en"
    address: dict[str, Any] = field(default_factory=dict)
    website: str = ""
    phone: str = ""
    category: str = ""
    standing: str = "verified"
    open_status: str = "OPEN"
    duplicate: bool = False
    barred: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Return the resource name of the newer APIs."""
        return f"locations/{self.id}"

    @property
    def has_voice(self) -> bool:
        """Say whether what its owner says is shown: verified, and one of its kind."""
        return self.standing == "verified" and not self.duplicate

    @property
    def may_post(self) -> bool:
        """Say whether posts are taken for it."""
        return self.has_voice and self.open_status != "CLOSED_PERMANENTLY"


@dataclass
class Grant:
    """The scopes a person has allowed a client so far."""

    person_id: str
    app_id: str
    scopes: list[str]


@dataclass
class Code:
    """An authorization code: works once, soon, for its client and its redirect URI."""

    value: str
    app_id: str
    person_id: str
    scopes: list[str]
    redirect_uri: str
    expires_at: int
    offline: bool
    consented: bool
    challenge: str = ""
    challenge_method: str = ""
    used: bool = False


@dataclass
class Token:
    """A token that was handed out. A refresh token has an end (`expires_at`) only while its project is in Testing."""

    value: str
    kind: TokenKind
    app_id: str
    person_id: str
    scopes: list[str]
    issued_at: int
    expires_at: int | None
    used_at: int
    offline: bool = False
    revoked: bool = False


@dataclass
class Post:
    """A local post. `body` holds what was sent and kept, as JSON; times are microseconds; what will become of it is known."""

    id: str
    account_id: str
    location_id: str
    app_id: str
    person_id: str
    seq: int
    lpsid: str
    body: dict[str, Any]
    photos: list[dict[str, str]]
    created_us: int
    updated_us: int
    fate: str
    processing_s: int
    reject_after_s: int
    scheduled_us: int = 0
    struck: bool = False

    @property
    def parent(self) -> str:
        """Return the location's resource name in the older API."""
        return f"accounts/{self.account_id}/locations/{self.location_id}"

    @property
    def name(self) -> str:
        """Return the resource name."""
        return f"{self.parent}/localPosts/{self.id}"


@dataclass
class Review:
    """What a customer said about a location, and the answer to it."""

    id: str
    location_id: str
    reviewer: str
    stars: int
    comment: str
    created_us: int
    updated_us: int
    anonymous: bool = False
    reply: str = ""
    replied_us: int = 0
    reply_fate: str = ""
    reply_wait_s: int = 0


@dataclass
class GalleryItem:
    """A photo or film of a location itself, not of a post."""

    id: str
    location_id: str
    format: str
    category: str
    digest: str
    created_us: int
    width: int = 0
    height: int = 0
    description: str = ""


@dataclass
class Upload:
    """A place for bytes that a gallery item will be made of."""

    name: str
    location_id: str
    started_at: int
    digest: str = ""


@dataclass
class Setting:
    """Where an account's notifications go: one topic, whoever set it last."""

    account_id: str
    topic: str = ""
    types: list[str] = field(default_factory=list)


@dataclass
class Window:
    """Calls counted in one minute."""

    minute: int
    calls: int = 0


@dataclass
class Asked:
    """One request as it came over the wire, without its token."""

    seq: int
    at: float
    method: str
    host: str
    path: str
    query: list[list[str]]
    headers: dict[str, str]
    body: str
    size: int
    sha256: str
    status: int
