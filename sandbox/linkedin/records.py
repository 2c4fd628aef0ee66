"""The rows of the LinkedIn town. Every field is a JSON value, so that the store can keep it as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

TokenKind = Literal["access", "refresh"]
AssetKind = Literal["image", "video", "document"]


@dataclass
class App:
    """A registered application; `products` decide its scopes, `tier` its daily quota."""

    id: str
    secret: str
    name: str
    number: str
    redirect_uris: list[str]
    products: list[str]
    refresh_tokens: bool
    tier: str
    webhooks: bool = True


@dataclass
class Member:
    """A person with a profile. `id` is the `sub` of userinfo and the key of `urn:li:person:`."""

    id: str
    given_name: str
    family_name: str
    vanity: str
    headline: str
    email: str
    connections: int = 0

    @property
    def name(self) -> str:
        """Return the name as people write it."""
        return f"{self.given_name} {self.family_name}"

    @property
    def urn(self) -> str:
        """Return the URN of this author."""
        return f"urn:li:person:{self.id}"


@dataclass
class Organization:
    """A company page."""

    id: str
    name: str
    vanity: str
    industry: str
    about: str = ""
    followers: int = 0

    @property
    def urn(self) -> str:
        """Return the URN of this author."""
        return f"urn:li:organization:{self.id}"


@dataclass
class Role:
    """What a member is on a page, and whether that was approved."""

    organization_id: str
    member_id: str
    role: str
    state: str = "APPROVED"


@dataclass
class Grant:
    """The scopes one member allowed one app, all or nothing."""

    member_id: str
    app_id: str
    scopes: list[str]
    authorized_at: int


@dataclass
class Code:
    """An authorization code: works once, soon, for its app and its redirect URI."""

    value: str
    app_id: str
    member_id: str
    scopes: list[str]
    redirect_uri: str
    expires_at: int
    nonce: str = ""
    used: bool = False


@dataclass
class Token:
    """A token that was handed out. `parent` is the refresh token an access token belongs to."""

    value: str
    kind: TokenKind
    app_id: str
    member_id: str
    scopes: list[str]
    authorized_at: int
    issued_at: float
    expires_at: int
    parent: str = ""
    revoked: bool = False
    refused_young: int = 0


@dataclass
class Post:
    """A post. `commentary` is the little text as the API tells it, `text` what people read.

    `seq` orders posts by creation; `activity` is the number of the feed activity behind the URN.
    """

    urn: str
    author: str
    app_id: str
    created_ms: int
    modified_ms: int
    seq: int
    activity: str
    commentary: str
    text: str
    visibility: str
    distribution: dict[str, Any]
    content: dict[str, Any] = field(default_factory=dict)
    reshare_of: str = ""
    reshare_disabled: bool = False
    edited: bool = False
    truncated: bool = False
    fingerprint: str = ""
    extras: dict[str, Any] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)


@dataclass
class Comment:
    """A comment under a post, by a member or a page."""

    id: str
    post_urn: str
    activity: str
    actor: str
    text: str
    created_ms: int
    parent: str = ""

    @property
    def urn(self) -> str:
        """Return the composite URN."""
        return f"urn:li:comment:(urn:li:activity:{self.activity},{self.id})"


@dataclass
class Asset:
    """An image, video or document from its registration to the feed.

    Each of `parts` is an upload address: `key`, and for videos `first_byte`, `last_byte`, then `etag`, `size` and `sha256`
    of what arrived. `side_keys` are addresses for captions and thumbnails.
    """

    urn: str
    kind: AssetKind
    owner: str
    app_id: str
    created: float
    expires_at: float
    parts: list[dict[str, Any]]
    declared_size: int = 0
    upload_token: str = ""
    arrived_at: float | None = None
    media_type: str = ""
    failure: str = ""
    size: int = 0
    sha256: str = ""
    side_keys: list[str] = field(default_factory=list)


@dataclass
class Blob:
    """The bytes of one upload, as base64 so that the store can keep them."""

    data: str


@dataclass
class Violation:
    """Something a careful client does not do, although it was answered."""

    at: float
    what: str
    path: str


@dataclass
class Bucket:
    """Count the calls of one UTC day to one endpoint."""

    day: str
    calls: int = 0


@dataclass
class Subscription:
    """Where an app wants to hear of a page's social actions."""

    key: str
    app_id: str
    member_id: str
    organization_id: str
    webhook: str
    created: float
    check_at: float
    failures: int = 0
    blocked: bool = False


@dataclass
class Notification:
    """A social action on a page's post, as it is told to subscribers and in the pull interface."""

    id: int
    organization_id: str
    action: str
    source_post: str
    activity: str
    at_ms: int


@dataclass
class Delivery:
    """A batch of notifications on its way to one webhook."""

    id: str
    subscription: str
    notifications: list[int]
    due_at: float
    give_up_at: float
    attempts: int = 0
    status: int = 0
    done: bool = False
