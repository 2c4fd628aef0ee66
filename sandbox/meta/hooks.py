"""Who wants to be told what, and the outbox of what is still to be told."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.meta.records import Page, Post
from sandbox.store import Store

PAGE_FIELDS = frozenset(
    {"feed", "mention", "messages", "message_reactions", "messaging_postbacks", "ratings", "videos"}
)
INSTAGRAM_FIELDS = frozenset({"comments", "mentions", "live_comments", "story_insights", "messages"})
OBJECTS: dict[str, frozenset[str]] = {
    "page": PAGE_FIELDS
    | {"live_videos", "business_integrity", "message_deliveries", "message_reads", "messaging_optins"},
    "instagram": INSTAGRAM_FIELDS,
    "user": frozenset({"feed", "email", "name"}),
    "permissions": frozenset({"pages_show_list", "pages_manage_posts", "instagram_basic"}),
}
_REMEMBERED = 500
# Seconds until the next try: at once, then with growing gaps, about 36 hours in all.
GAPS = (1, 10, 60, 600, 3_600, 10_800, 21_600, 36_000, 54_000)


@dataclass
class AppSubscription:
    """What an app wants to be told about one kind of object, and where."""

    app_id: str
    object: str
    callback_url: str
    fields: list[str]
    active: bool = True


@dataclass
class PageSubscription:
    """An app that a Page lets listen, with the fields it named."""

    page_id: str
    app_id: str
    fields: list[str]


@dataclass
class Delivery:
    """One thing sent or to be sent to a callback. `status` is the last answer: 0 is none yet, or no connection."""

    id: str
    kind: str
    app_id: str
    object: str
    url: str
    content_type: str
    body: str
    next_at: float
    tries: int = 0
    status: int = 0
    done: bool = False
    bad_signature: bool = False
    answer: str = ""


class Hooks:
    """Subscriptions and the outbox. The world's lock is held by whoever comes here."""

    def __init__(self, store: Store) -> None:
        self.apps = store.collection("meta.app_subscriptions", AppSubscription)
        self.pages = store.collection("meta.page_subscriptions", PageSubscription)
        self.outbox = store.collection("meta.deliveries", Delivery)
        self.index()

    def index(self) -> None:
        """Build the indexes anew from the rows."""
        self._listening: dict[tuple[str, str], dict[str, None]] = {}
        self.waiting: dict[str, None] = {}
        for subscription in self.pages:
            self._note(subscription)
        for delivery in self.outbox:
            if not delivery.done:
                self.waiting[delivery.id] = None

    def subscribe_app(self, subscription: AppSubscription) -> None:
        """Keep what an app wants to be told."""
        self.apps.put(f"{subscription.app_id}:{subscription.object}", subscription)

    def subscribe_page(self, subscription: PageSubscription) -> None:
        """Let an app listen to a Page, with these fields in place of earlier ones."""
        self.unsubscribe_page(subscription.page_id, subscription.app_id)
        self.pages.put(f"{subscription.page_id}:{subscription.app_id}", subscription)
        self._note(subscription)

    def unsubscribe_page(self, page_id: str, app_id: str) -> None:
        """Let an app listen no more."""
        self.pages.remove(f"{page_id}:{app_id}")
        for (page, _), apps in self._listening.items():
            if page == page_id:
                apps.pop(app_id, None)

    def listens(self, page_id: str, name: str) -> bool:
        """Say whether anybody listens to a field of a Page."""
        return bool(self._listening.get((page_id, name)))

    def listeners(self, obj: str, page_id: str, name: str) -> list[AppSubscription]:
        """Return the apps to tell: they asked for the field, and the Page lets them.

        For Instagram any field of the linked Page switches delivery on.
        """
        found = []
        for subscription in self.apps:
            if subscription.object != obj or name not in subscription.fields or not subscription.active:
                continue
            page = self.pages.get(f"{page_id}:{subscription.app_id}")
            if page is not None and (obj == "instagram" or name in page.fields):
                found.append(subscription)
        return found

    def page_feed(self, page: Page, post: Post, verb: str) -> None:
        """Queue what happened to one of a Page's own posts."""
        value = {
            "item": "photo" if post.media else "share" if post.link else "status",
            "verb": verb,
            "post_id": post.id,
            "from": {"id": page.id, "name": page.name},
            "message": post.message,
            "created_time": post.created,
            "published": int(post.published),
        }
        at = max(post.created, post.updated)
        entry = {"id": page.id, "time": at, "changes": [{"field": "feed", "value": value}]}
        for listener in self.listeners("page", page.id, "feed"):
            self.queue(listener, [entry], at)

    def queue(
        self, listener: AppSubscription, entries: Iterable[dict[str, Any]], at: float, *, bad_signature: bool = False
    ) -> Delivery:
        """Put one delivery into the outbox. What is not ASCII is escaped, and signed as such."""
        body = json.dumps({"object": listener.object, "entry": list(entries)}, separators=(",", ":"))
        return self.post(
            Delivery(
                "",
                "webhook",
                listener.app_id,
                listener.object,
                listener.callback_url,
                "application/json",
                body,
                at,
                bad_signature=bad_signature,
            )
        )

    def post(self, delivery: Delivery) -> Delivery:
        """Put a delivery into the outbox, forgetting the oldest ones."""
        last = next(reversed(self.outbox), None)
        number = 1 if last is None else int(last.id) + 1
        delivery.id = str(number)
        old = str(number - _REMEMBERED)
        self.outbox.remove(old)
        self.waiting.pop(old, None)
        self.waiting[delivery.id] = None
        return self.outbox.put(delivery.id, delivery)

    def _note(self, subscription: PageSubscription) -> None:
        for name in subscription.fields:
            self._listening.setdefault((subscription.page_id, name), {})[subscription.app_id] = None
