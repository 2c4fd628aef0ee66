"""The TikTok town's memory: its collections and the indexes over them."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Iterator

from sandbox.store import Store
from sandbox.tiktok.records import (
    App,
    Code,
    Creator,
    Delivery,
    Grant,
    Post,
    Publish,
    Recorded,
    Token,
    Violation,
    Window,
)

_NAMES = uuid.UUID("5f1b6f0e-6c0e-4e0b-9d57-7469746f6b21")
_REQUESTS_KEPT = 2_000


class State:
    """Rows and indexes. The world's lock is held by whoever comes here."""

    def __init__(self, store: Store) -> None:
        self.apps = store.collection("tiktok.apps", App)
        self.creators = store.collection("tiktok.creators", Creator)
        self.grants = store.collection("tiktok.grants", Grant)
        self.codes = store.collection("tiktok.codes", Code)
        self.tokens = store.collection("tiktok.tokens", Token)
        self.publishes = store.collection("tiktok.publishes", Publish)
        self.posts = store.collection("tiktok.posts", Post)
        self.windows = store.collection("tiktok.windows", Window)
        self.deliveries = store.collection("tiktok.deliveries", Delivery)
        self.requests = store.collection("tiktok.requests", Recorded)
        self.violations = store.collection("tiktok.violations", Violation)
        self.index()

    def index(self) -> None:
        """Build the indexes anew from the rows."""
        self._by_creator: dict[str, dict[str, None]] = {}
        self._made_by: dict[str, dict[str, None]] = {}
        self._drafts: dict[str, dict[str, None]] = {}
        self._uploads: dict[str, str] = {}
        self._tokens_of: dict[tuple[str, str], dict[str, None]] = {}
        # What the clock will move: publishes in processing, posts before moderation, events not told yet.
        self.in_processing: dict[str, None] = {}
        self.in_moderation: dict[str, None] = {}
        self.undelivered: dict[str, None] = {}
        for publish in self.publishes:
            self._index_publish(publish)
        for post in self.posts:
            self._index_post(post)
        for token in self.tokens:
            self._tokens_of.setdefault((token.creator_id, token.app_key), {})[token.value] = None
        for delivery in self.deliveries:
            if not delivery.done:
                self.undelivered[delivery.id] = None

    # Who is who.

    @staticmethod
    def open_id(creator_id: str, app_key: str) -> str:
        """Return the id by which one app knows one creator, always the same."""
        return str(uuid.uuid5(_NAMES, f"{creator_id}:{app_key}"))

    @staticmethod
    def union_id(creator_id: str) -> str:
        """Return the id by which all apps of one developer know a creator."""
        return str(uuid.uuid5(_NAMES, creator_id))

    def find_creator(self, name: str) -> Creator | None:
        """Return a creator by id, username, or the open id of any app."""
        bare = name.removeprefix("@")
        found = self.creators.get(bare)
        if found is not None:
            return found
        for creator in self.creators:
            if bare == creator.username or any(bare == self.open_id(creator.id, app.key) for app in self.apps):
                return creator
        return None

    # Grants and tokens.

    def save_token(self, token: Token) -> Token:
        """Keep a token."""
        self._tokens_of.setdefault((token.creator_id, token.app_key), {})[token.value] = None
        return self.tokens.put(token.value, token)

    def tokens_of(self, creator_id: str, app_key: str) -> list[Token]:
        """Return every token one app ever got for one creator."""
        found = (self.tokens.get(value) for value in self._tokens_of.get((creator_id, app_key), {}))
        return [token for token in found if token is not None]

    def grant_of(self, creator_id: str, app_key: str) -> Grant | None:
        """Return what a creator allows an app."""
        return self.grants.get(f"{creator_id}:{app_key}")

    def save_grant(self, grant: Grant) -> None:
        """Keep a grant."""
        self.grants.put(f"{grant.creator_id}:{grant.app_key}", grant)

    def remove_grant(self, grant: Grant) -> None:
        """Forget a grant."""
        self.grants.remove(f"{grant.creator_id}:{grant.app_key}")

    # Publishing.

    def save_publish(self, publish: Publish) -> Publish:
        """Keep a publish and its place in the indexes."""
        self._index_publish(publish)
        return self.publishes.put(publish.id, publish)

    def publishes_of(self, creator_id: str) -> Iterator[Publish]:
        """Yield what was ever begun for a creator, latest first."""
        for publish_id in reversed(self._made_by.get(creator_id, {})):
            publish = self.publishes.get(publish_id)
            if publish is not None:
                yield publish

    def drafts_of(self, creator_id: str) -> list[Publish]:
        """Return what waits in a creator's inbox, latest first."""
        found = (self.publishes.get(publish_id) for publish_id in reversed(self._drafts.get(creator_id, {})))
        return [publish for publish in found if publish is not None]

    def upload(self, upload_id: str) -> Publish | None:
        """Return the publish that an upload address belongs to."""
        return self.publishes.get(self._uploads.get(upload_id, ""))

    def new_post_id(self, now: float) -> str:
        """Mint a number of 19 digits nobody has: seconds above 32 bits of chance, far beyond what a double holds."""
        while True:
            number = str((int(now) << 32) | secrets.randbelow(1 << 32))
            if number not in self.posts:
                return number

    def new_moment_ms(self, creator_id: str, now: float) -> int:
        """Return the time of a new post in milliseconds, later than that of the creator's last one."""
        last = next(self.posts_of(creator_id), None)
        return max(int(now * 1000), last.created_ms + 1 if last else 0)

    def save_post(self, post: Post) -> Post:
        """Keep a post and where it is listed."""
        self._index_post(post)
        return self.posts.put(post.id, post)

    def posts_of(self, creator_id: str) -> Iterator[Post]:
        """Yield a creator's posts, latest first, without those taken away."""
        for post_id in reversed(self._by_creator.get(creator_id, {})):
            post = self.posts.get(post_id)
            if post is not None:
                yield post

    def count_of(self, creator_id: str) -> int:
        """Count a creator's posts and waiting drafts."""
        return len(self._by_creator.get(creator_id, {})) + len(self._drafts.get(creator_id, {}))

    # What came in.

    def record(self, request: Recorded) -> None:
        """Keep a request, forgetting the oldest."""
        last = next(reversed(self.requests), None)
        request.seq = 1 if last is None else last.seq + 1
        self.requests.put(str(request.seq), request)
        self.requests.remove(str(request.seq - _REQUESTS_KEPT))

    def note_violation(self, violation: Violation) -> None:
        """Keep what a careful client does not do."""
        self.violations.put(str(len(self.violations) + 1), violation)

    def _index_publish(self, publish: Publish) -> None:
        self._made_by.setdefault(publish.creator_id, {})[publish.id] = None
        if publish.upload_id:
            self._uploads[publish.upload_id] = publish.id
        if publish.processing and publish.arrived_at is not None:
            self.in_processing[publish.id] = None
        else:
            self.in_processing.pop(publish.id, None)
        drafts = self._drafts.setdefault(publish.creator_id, {})
        if publish.is_waiting_draft:
            drafts[publish.id] = None
        else:
            drafts.pop(publish.id, None)

    def _index_post(self, post: Post) -> None:
        listed = self._by_creator.setdefault(post.creator_id, {})
        if post.removed:
            listed.pop(post.id, None)
        else:
            listed[post.id] = None
        if post.public_at is not None and not post.told_public and not post.removed:
            self.in_moderation[post.id] = None
        else:
            self.in_moderation.pop(post.id, None)
