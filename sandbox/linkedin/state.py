"""The LinkedIn town's memory: its collections and the indexes over them."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

from sandbox.linkedin.blobs import Blobs
from sandbox.linkedin.records import (
    App,
    Asset,
    Blob,
    Bucket,
    Code,
    Comment,
    Delivery,
    Grant,
    Member,
    Notification,
    Organization,
    Post,
    Role,
    Subscription,
    Token,
    Violation,
)
from sandbox.store import Store


class State:
    """Rows and indexes. The world's lock is held by whoever comes here."""

    def __init__(self, store: Store) -> None:
        self.apps = store.collection("linkedin.apps", App)
        self.members = store.collection("linkedin.members", Member)
        self.organizations = store.collection("linkedin.organizations", Organization)
        self.roles = store.collection("linkedin.roles", Role)
        self.grants = store.collection("linkedin.grants", Grant)
        self.codes = store.collection("linkedin.codes", Code)
        self.tokens = store.collection("linkedin.tokens", Token)
        self.posts = store.collection("linkedin.posts", Post)
        self.buried = store.collection("linkedin.buried", Post)
        self.comments = store.collection("linkedin.comments", Comment)
        self.assets = store.collection("linkedin.assets", Asset)
        self.blobs = Blobs(store.collection("linkedin.blobs", Blob))
        self.violations = store.collection("linkedin.violations", Violation)
        self.buckets = store.collection("linkedin.buckets", Bucket)
        self.subscriptions = store.collection("linkedin.subscriptions", Subscription)
        self.notifications = store.collection("linkedin.notifications", Notification)
        self.deliveries = store.collection("linkedin.deliveries", Delivery)
        self.index()

    def index(self) -> None:
        """Build the indexes anew from the rows."""
        self.blobs.weigh()
        self._by_author: dict[str, dict[str, None]] = {}
        self._by_activity: dict[str, str] = {}
        self._said: dict[str, str] = {}
        self._comments: dict[str, dict[str, None]] = {}
        self._uploads: dict[str, str] = {}
        self._tokens_of: dict[tuple[str, str], dict[str, None]] = {}
        self._last_seq = 0
        for post in (*self.buried, *sorted(self.posts, key=lambda post: post.seq)):
            self._index_post(post, listed=post.urn in self.posts)
        for comment in self.comments:
            self._comments.setdefault(comment.post_urn, {})[comment.id] = None
        for asset in self.assets:
            self._index_asset(asset)
        for token in self.tokens:
            self._tokens_of.setdefault((token.member_id, token.app_id), {})[token.value] = None

    # Secrets, tokens and grants.

    def new_secret(self, length: int = 480) -> str:
        """Mint an opaque, unguessable string as this platform writes them."""
        return "AQ" + secrets.token_urlsafe(length)[:length]

    def save_token(self, token: Token) -> Token:
        """Keep a token."""
        self._tokens_of.setdefault((token.member_id, token.app_id), {})[token.value] = None
        return self.tokens.put(token.value, token)

    def tokens_of(self, member_id: str, app_id: str) -> list[Token]:
        """Return every token one app ever got for one member."""
        found = (self.tokens.get(value) for value in self._tokens_of.get((member_id, app_id), {}))
        return [token for token in found if token is not None]

    def grant_of(self, member_id: str, app_id: str) -> Grant | None:
        """Return what a member allowed an app."""
        return self.grants.get(f"{member_id}:{app_id}")

    def save_grant(self, grant: Grant) -> None:
        """Keep a grant."""
        self.grants.put(f"{grant.member_id}:{grant.app_id}", grant)

    # Authors.

    def save_role(self, role: Role) -> None:
        """Keep what a member is on a page."""
        self.roles.put(f"{role.organization_id}:{role.member_id}:{role.role}", role)

    def roles_of(self, member_id: str) -> list[Role]:
        """Return all roles of a member, whatever their state."""
        return [role for role in self.roles if role.member_id == member_id]

    def author(self, urn: str) -> Member | Organization | None:
        """Return the member or page behind an author URN."""
        prefix, _, key = urn.rpartition(":")
        if prefix == "urn:li:person":
            return self.members.get(key)
        return self.organizations.get(key) if prefix == "urn:li:organization" else None

    # Posts.

    def next_seq(self) -> int:
        """Return the next place in the order of posts."""
        return self._last_seq + 1

    def new_number(self, now_ms: int) -> str:
        """Mint a number of 19 digits nobody has; it grows with time."""
        while True:
            number = str((now_ms << 22) | secrets.randbelow(1 << 22))
            if f"urn:li:share:{number}" not in self.posts and number not in self._by_activity:
                return number

    def save_post(self, post: Post) -> Post:
        """Keep a post and where it is listed."""
        self._index_post(post, listed=True)
        return self.posts.put(post.urn, post)

    def bury(self, post: Post) -> None:
        """Take a post away, remembering that it was there."""
        self.posts.remove(post.urn)
        self._by_author.get(post.author, {}).pop(post.urn, None)
        self.buried.put(post.urn, post)
        for comment_id in self._comments.pop(post.urn, {}):
            self.comments.remove(comment_id)

    def last_said(self, fingerprint: str) -> Post | None:
        """Return the latest post, dead or alive, that said exactly this."""
        urn = self._said.get(fingerprint, "")
        return self.posts.get(urn) or self.buried.get(urn)

    def resolve(self, urn: str) -> Post | None:
        """Return the post behind a share, ugcPost or activity URN."""
        prefix, _, number = urn.rpartition(":")
        return self.posts.get(self._by_activity.get(number, "") if prefix == "urn:li:activity" else urn)

    def posts_of(self, author: str) -> Iterator[Post]:
        """Yield an author's posts, latest first."""
        for urn in reversed(self._by_author.get(author, {})):
            post = self.posts.get(urn)
            if post is not None:
                yield post

    def count_posts_of(self, author: str) -> int:
        """Count an author's posts."""
        return len(self._by_author.get(author, {}))

    # Comments.

    def save_comment(self, comment: Comment) -> Comment:
        """Keep a comment under its post."""
        self._comments.setdefault(comment.post_urn, {})[comment.id] = None
        return self.comments.put(comment.id, comment)

    def comments_of(self, post_urn: str) -> list[Comment]:
        """Return a post's comments, oldest first."""
        found = (self.comments.get(comment_id) for comment_id in self._comments.get(post_urn, {}))
        return [comment for comment in found if comment is not None]

    def count_comments_of(self, post_urn: str) -> int:
        """Count a post's comments."""
        return len(self._comments.get(post_urn, {}))

    def remove_comment(self, comment: Comment) -> None:
        """Drop a comment."""
        self._comments.get(comment.post_urn, {}).pop(comment.id, None)
        self.comments.remove(comment.id)

    # Uploads.

    def save_asset(self, asset: Asset) -> Asset:
        """Keep an asset and the addresses of its parts."""
        self._index_asset(asset)
        return self.assets.put(asset.urn, asset)

    def asset_at(self, key: str) -> Asset | None:
        """Return the asset that an upload address belongs to."""
        return self.assets.get(self._uploads.get(key, ""))

    def _index_post(self, post: Post, *, listed: bool) -> None:
        if listed:
            self._by_author.setdefault(post.author, {})[post.urn] = None
        self._by_activity[post.activity] = post.urn
        self._last_seq = max(self._last_seq, post.seq)
        if post.fingerprint:
            self._said[post.fingerprint] = post.urn

    def _index_asset(self, asset: Asset) -> None:
        for key in (*(part["key"] for part in asset.parts), *asset.side_keys):
            self._uploads[key] = asset.urn
