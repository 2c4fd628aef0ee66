"""The rows of the TikTok town. Every field is a JSON value, so that the store can keep it as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

TokenKind = Literal["access", "refresh"]
Mode = Literal["direct", "inbox"]
Source = Literal["file", "url"]
MediaKind = Literal["video", "photo"]


@dataclass
class App:
    """A registered app. `scopes` are those it was approved for; a `sandbox` one lets only its `targets` in."""

    key: str
    secret: str
    name: str
    redirect_uris: list[str]
    scopes: list[str]
    audited: bool = True
    mode: str = "production"
    targets: list[str] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    webhook_url: str = ""
    # How many creators may post in a day, as the audit form said; 0: nobody counts.
    active_creators: int = 0


@dataclass
class Creator:
    """A person with an account."""

    id: str
    username: str
    nickname: str
    bio: str = ""
    private: bool = False
    comment_disabled: bool = False
    duet_disabled: bool = False
    stitch_disabled: bool = False
    longest_s: int = 600
    banned: bool = False
    verified: bool = False
    followers: int = 0
    following: int = 0


@dataclass
class Grant:
    """The scopes one creator allows one app."""

    creator_id: str
    app_key: str
    scopes: list[str]
    authorized_at: float


@dataclass
class Code:
    """An authorization code: works once, soon, for its app and its redirect URI."""

    value: str
    app_key: str
    creator_id: str
    scopes: list[str]
    redirect_uri: str
    expires_at: float
    challenge: str = ""
    used: bool = False


@dataclass
class Token:
    """A token that was handed out."""

    value: str
    kind: TokenKind
    app_key: str
    creator_id: str
    scopes: list[str]
    issued_at: float
    expires_at: int
    revoked: bool = False


@dataclass
class Publish:
    """One accepted init, from the first byte to the end of processing.

    `arrived_at` is the moment the last byte was here; before it nothing can be published. `pieces` are the sha256 of chunks,
    `media` those of whole files. `trouble` is what processing will find, `fate` what a switch decided.
    """

    id: str
    app_key: str
    creator_id: str
    kind: MediaKind
    mode: Mode
    source: Source
    created: float
    status: str
    post_info: dict[str, Any] = field(default_factory=dict)
    size: int = 0
    chunk_size: int = 0
    chunks: int = 0
    upload_id: str = ""
    upload_token: str = ""
    expires_at: float = 0.0
    received: int = 0
    pieces: list[str] = field(default_factory=list)
    media: list[str] = field(default_factory=list)
    sha256: str = ""
    content_type: str = ""
    width: int = 0
    height: int = 0
    duration_s: float = 0.0
    arrived_at: float | None = None
    ready_at: float = 0.0
    trouble: str = ""
    fate: str = ""
    fail_reason: str = ""
    ended_at: float = 0.0
    post_ids: list[str] = field(default_factory=list)

    @property
    def processing(self) -> bool:
        """Say whether it is still on its way."""
        return self.status in ("PROCESSING_UPLOAD", "PROCESSING_DOWNLOAD")

    @property
    def is_waiting_draft(self) -> bool:
        """Say whether it is in an inbox and its creator has posted nothing of it yet."""
        return self.status == "SEND_TO_USER_INBOX" and not self.post_ids


@dataclass
class Post:
    """A post on a creator's profile. `public_at` is when moderation lets the public see it; None: never."""

    id: str
    creator_id: str
    app_key: str
    publish_id: str
    kind: MediaKind
    created_ms: int
    title: str
    description: str
    privacy: str
    media: list[str]
    width: int = 0
    height: int = 0
    duration_s: float = 0.0
    settings: dict[str, Any] = field(default_factory=dict)
    public_at: float | None = None
    told_public: bool = False
    removed: bool = False
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Return everything people read under it."""
        return "\n\n".join(part for part in (self.title, self.description) if part)

    def is_public(self, now: float) -> bool:
        """Say whether the public sees it."""
        return not self.removed and self.public_at is not None and now >= self.public_at


@dataclass
class Window:
    """The moments of the calls that still count, oldest first."""

    moments: list[float] = field(default_factory=list)


@dataclass
class Delivery:
    """One event on its way to an app's callback. `signed_at` is the time in the signature of its first try."""

    id: str
    app_key: str
    event: str
    url: str
    body: str
    created: float
    next_at: float
    tries: int = 0
    status: int = 0
    done: bool = False
    bad_signature: bool = False
    signed_at: int = 0
    age_s: int = 0


@dataclass
class Recorded:
    """One request as it came, without what is secret in it."""

    seq: int
    at: float
    method: str
    host: str
    path: str
    headers: dict[str, str]
    size: int
    sha256: str
    status: int


@dataclass
class Violation:
    """Something a careful client does not do."""

    at: float
    what: str
    path: str
