"""The Meta town's memory: its collections and the indexes over them."""

from __future__ import annotations

import hashlib
import secrets
import string
from collections.abc import Iterator

from sandbox.meta.gallery import Gallery
from sandbox.meta.hooks import Hooks
from sandbox.meta.library import Library
from sandbox.meta.records import App, Business, Code, Comment, Grant, Human, Page, Post, Token
from sandbox.store import Store

_ALPHABET = string.ascii_letters + string.digits


class State:
    """Rows and indexes. The world's lock is held by whoever comes here."""

    def __init__(self, store: Store) -> None:
        self.apps = store.collection("meta.apps", App)
        self.people = store.collection("meta.people", Human)
        self.businesses = store.collection("meta.businesses", Business)
        self.pages = store.collection("meta.pages", Page)
        self.grants = store.collection("meta.grants", Grant)
        self.tokens = store.collection("meta.tokens", Token)
        self.codes = store.collection("meta.codes", Code)
        self.posts = store.collection("meta.posts", Post)
        self.comments = store.collection("meta.comments", Comment)
        self.library = Library(store)
        self.instagram = Gallery(store)
        self.hooks = Hooks(store)
        self.index()

    def index(self) -> None:
        """Build the indexes anew from the rows."""
        self.library.index()
        self.instagram.index()
        self.hooks.index()
        self._live: dict[str, dict[str, None]] = {}
        self.waiting: dict[str, None] = {}
        self._page_tokens: dict[tuple[str, str], str] = {}
        self._texts: dict[tuple[str, str], float] = {}
        self._comments: dict[str, dict[str, None]] = {}
        self._last_seq = 0
        for post in sorted(self.posts, key=lambda post: post.seq):
            self._index_post(post)
            if not post.media:
                self._texts[_text_key(post)] = post.created
        for token in self.tokens:
            if token.kind == "PAGE":
                self._page_tokens[token.parent, token.page_id] = token.value
        for comment in self.comments:
            self._comments.setdefault(comment.post_id, {})[comment.id] = None

    # Ids and tokens.

    def new_id(self, kind: str = "122") -> str:
        """Mint a large decimal id nobody has; `kind` are its first digits."""
        return f"{kind}{secrets.randbelow(10**15):015d}"

    def new_secret(self, prefix: str, length: int = 150) -> str:
        """Mint an opaque, unguessable string."""
        return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(length))

    def grant_of(self, person_id: str, app_id: str) -> Grant | None:
        """Return what a person allowed an app."""
        return self.grants.get(f"{person_id}:{app_id}")

    def save_grant(self, grant: Grant) -> None:
        """Keep a grant."""
        self.grants.put(f"{grant.person_id}:{grant.app_id}", grant)

    def page_token(self, parent: str, page_id: str) -> Token | None:
        """Return the Page token that was made from a user token."""
        value = self._page_tokens.get((parent, page_id))
        return self.tokens.get(value) if value else None

    def save_token(self, token: Token) -> Token:
        """Keep a token."""
        if token.kind == "PAGE":
            self._page_tokens[token.parent, token.page_id] = token.value
        return self.tokens.put(token.value, token)

    # Posts.

    def next_seq(self) -> int:
        """Return the next place in the order of posts."""
        return self._last_seq + 1

    def save_post(self, post: Post) -> Post:
        """Keep a post and where it is listed."""
        self._live.get(post.page_id, {}).pop(post.id, None)
        self._index_post(post)
        return self.posts.put(post.id, post)

    def remember_text(self, post: Post) -> None:
        """Note when a Page said something, for the duplicate check."""
        self._texts[_text_key(post)] = post.created

    def forget_text(self, post: Post) -> None:
        """Let a Page say again what it no longer says."""
        self._texts.pop(_text_key(post), None)

    def last_said(self, post: Post) -> float | None:
        """Return when a Page last said exactly this."""
        return self._texts.get(_text_key(post))

    def remove_post(self, post: Post) -> None:
        """Drop a post, its comments and its traces in the indexes."""
        self.posts.remove(post.id)
        self._live.get(post.page_id, {}).pop(post.id, None)
        self.waiting.pop(post.id, None)
        self.forget_text(post)
        for comment_id in self._comments.pop(post.id, {}):
            self.comments.remove(comment_id)
        for media_id in post.media:
            photo = self.library.photos.get(media_id)
            video = self.library.videos.get(media_id)
            if photo is not None:
                self.library.remove_photo(photo)
            elif video is not None:
                self.library.remove_video(video)

    def announce(self, post: Post, verb: str) -> None:
        """Tell the Page's subscribers about a post."""
        page = self.pages.get(post.page_id)
        if page is not None and self.hooks.listens(page.id, "feed"):
            self.hooks.page_feed(page, post, verb)

    def posts_of(self, page_id: str) -> Iterator[Post]:
        """Yield a Page's posts, latest first, published or not."""
        for post_id in reversed(self._live.get(page_id, {})):
            yield self.posts_at(post_id)

    def count_posts_of(self, page_id: str) -> int:
        """Count a Page's posts."""
        return len(self._live.get(page_id, {}))

    def posts_at(self, post_id: str) -> Post:
        """Return a post that is known to exist."""
        post = self.posts.get(post_id)
        if post is None:
            raise KeyError(post_id)
        return post

    def release_due(self, now: float) -> None:
        """Let scheduled posts go live when their time has come."""
        if not self.waiting:
            return
        due = [post for post in map(self.posts_at, self.waiting) if post.scheduled_for and post.scheduled_for <= now]
        for post in sorted(due, key=lambda post: post.scheduled_for or 0):
            self.publish(post, post.scheduled_for or int(now))

    def publish(self, post: Post, at: int) -> None:
        """Make a waiting post public at a given moment."""
        post.published, post.created, post.listed_from = True, at, at
        post.seq = self.next_seq()
        self.waiting.pop(post.id, None)
        self.save_post(post)
        self.announce(post, "add")

    # Comments.

    def save_comment(self, comment: Comment) -> Comment:
        """Keep a comment under its post."""
        self._comments.setdefault(comment.post_id, {})[comment.id] = None
        return self.comments.put(comment.id, comment)

    def comments_of(self, post_id: str) -> list[Comment]:
        """Return a post's comments, oldest first."""
        found = (self.comments.get(comment_id) for comment_id in self._comments.get(post_id, {}))
        return [comment for comment in found if comment is not None]

    def remove_comment(self, comment: Comment) -> None:
        """Drop a comment."""
        self._comments.get(comment.post_id, {}).pop(comment.id, None)
        self.comments.remove(comment.id)

    def _index_post(self, post: Post) -> None:
        self._live.setdefault(post.page_id, {})[post.id] = None
        self._last_seq = max(self._last_seq, post.seq)
        if not post.published and post.scheduled_for:
            self.waiting[post.id] = None


def _text_key(post: Post) -> tuple[str, str]:
    said = hashlib.sha256(f"{post.message.strip()}\0{post.link}".encode()).hexdigest()
    return post.page_id, said
