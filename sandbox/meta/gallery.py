"""Instagram's memory: its collections and the indexes over them."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.meta.instagram_records import Account, Container, InstagramComment, Medium, Uses
from sandbox.store import Store


class Gallery:
    """Accounts, containers, media and comments. The world's lock is held by whoever comes here."""

    def __init__(self, store: Store) -> None:
        self.accounts = store.collection("meta.ig_accounts", Account)
        self.containers = store.collection("meta.ig_containers", Container)
        self.media = store.collection("meta.ig_media", Medium)
        self.uses = store.collection("meta.ig_uses", Uses)
        self.comments = store.collection("meta.ig_comments", InstagramComment)
        self.index()

    def index(self) -> None:
        """Build the indexes anew from the rows."""
        self._containers: dict[str, dict[str, None]] = {}
        self._media: dict[str, dict[str, None]] = {}
        self._comments: dict[str, dict[str, None]] = {}
        self.by_shortcode: dict[str, str] = {}
        for container in self.containers:
            self._containers.setdefault(container.account_id, {})[container.id] = None
        for medium in self.media:
            self._index_medium(medium)
        for comment in self.comments:
            self._comments.setdefault(comment.medium_id, {})[comment.id] = None

    def save_container(self, container: Container) -> Container:
        """Keep a container."""
        self._containers.setdefault(container.account_id, {})[container.id] = None
        return self.containers.put(container.id, container)

    def containers_since(self, account_id: str, since: float) -> int:
        """Count an account's containers made after a moment."""
        count = 0
        for container_id in reversed(self._containers.get(account_id, {})):
            container = self.containers.get(container_id)
            if container is None or container.created <= since:
                break
            count += 1
        return count

    def save_medium(self, medium: Medium) -> Medium:
        """Keep a medium."""
        self._index_medium(medium)
        return self.media.put(medium.id, medium)

    def note_published(self, account_id: str, now: int) -> None:
        """Count one more use of an account's quota, and forget those of days past."""
        uses = self.uses.get(account_id) or Uses(account_id)
        uses.moments = [moment for moment in uses.moments if moment > now - 2 * 86_400] + [now]
        self.uses.put(account_id, uses)

    def media_of(self, account_id: str) -> Iterator[Medium]:
        """Yield an account's media, newest first, stories among them."""
        for medium_id in reversed(self._media.get(account_id, {})):
            medium = self.media.get(medium_id)
            if medium is not None:
                yield medium

    def count_media_of(self, account_id: str) -> int:
        """Count an account's media without its stories."""
        return sum(medium.product != "STORY" for medium in self.media_of(account_id))

    def remove_medium(self, medium: Medium) -> None:
        """Drop a medium and its comments."""
        self._media.get(medium.account_id, {}).pop(medium.id, None)
        self.by_shortcode.pop(medium.shortcode, None)
        self.media.remove(medium.id)
        for comment_id in self._comments.pop(medium.id, {}):
            self.comments.remove(comment_id)

    def save_comment(self, comment: InstagramComment) -> InstagramComment:
        """Keep a comment."""
        self._comments.setdefault(comment.medium_id, {})[comment.id] = None
        return self.comments.put(comment.id, comment)

    def comments_of(self, medium_id: str) -> list[InstagramComment]:
        """Return a medium's comments and answers, oldest first."""
        found = (self.comments.get(comment_id) for comment_id in self._comments.get(medium_id, {}))
        return [comment for comment in found if comment is not None]

    def remove_comment(self, comment: InstagramComment) -> None:
        """Drop a comment and the answers to it."""
        for answer in self.comments_of(comment.medium_id):
            if answer.id == comment.id or answer.parent_id == comment.id:
                self._comments[comment.medium_id].pop(answer.id, None)
                self.comments.remove(answer.id)

    def _index_medium(self, medium: Medium) -> None:
        self._media.setdefault(medium.account_id, {})[medium.id] = None
        self.by_shortcode[medium.shortcode] = medium.id
