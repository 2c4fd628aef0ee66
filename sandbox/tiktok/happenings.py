"""What happens from outside: a creator posts a draft, a post is taken away, an app is disconnected; and the events told on demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.calls import JsonObject
from sandbox.tiktok import events, grants, processing
from sandbox.tiktok.creator import EVERYONE, PRIVACY_LEVELS
from sandbox.tiktok.deliveries import Courier, told
from sandbox.tiktok.records import Creator, Delivery, Post, Publish
from sandbox.tiktok.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_MOST_COPIES = 20


class Happenings:
    """Do, tell, and send unless the wish is to wait for a flush."""

    def __init__(self, world: World, state: State, courier: Courier) -> None:
        self._world = world
        self._state = state
        self._courier = courier
        self._acts: dict[str, Callable[[Mapping[str, Any]], list[Delivery]]] = {
            "post_draft": self._post_draft,
            "take_down": self._take_down,
            "disconnect": self._disconnect,
        }

    def act(self, what: str, wish: Mapping[str, Any]) -> JsonObject:
        """Let something happen, or ask about deliveries; called without the world's lock."""
        if what == "deliveries":
            with self._world.changing():
                return {"deliveries": [told(one) for one in reversed(self._state.deliveries)][:100]}
        if what == "flush":
            sent = self._courier.run_due()
            return {"sent": sent, "waiting": len(self._state.undelivered)}
        if what == "redeliver":
            return told(self._courier.send(str(wish.get("id", ""))))
        with self._world.changing():
            processing.settle(self._world, self._state)
            act = self._acts.get(what)
            queued = [one.id for one in (act(wish) if act else self._tell(what, wish))]
        if not queued:
            return {"deliveries": [], "why": "It happened, and no app with a callback had to be told."}
        if wish.get("queue"):
            return {"deliveries": [{"id": one} for one in queued]}
        return {"deliveries": [told(self._courier.send(one)) for one in queued]}

    def post_draft(self, publish: Publish, privacy: str) -> tuple[Post, list[Delivery]]:
        """Let the creator post what waits in the inbox. One draft may be posted more than once."""
        if publish.mode != "inbox" or publish.status not in (processing.IN_INBOX, processing.COMPLETE):
            raise ValueError(f"{publish.id} is no draft in an inbox.")
        now = self._world.clock.now()
        post = processing.make_post(self._world, self._state, publish, privacy, now)
        if self._world.switches.flag("tiktok.inbox_advances"):
            publish.status = processing.COMPLETE
        self._state.save_publish(publish)
        return post, events.of_publish(self._world, self._state, publish, events.COMPLETE)

    def _post_draft(self, wish: Mapping[str, Any]) -> list[Delivery]:
        """Post one draft (`publish_id`), or the latest that waits for a creator (`user`)."""
        privacy = str(wish.get("privacy") or EVERYONE)
        if privacy not in PRIVACY_LEVELS:
            raise ValueError(f"privacy is one of {', '.join(PRIVACY_LEVELS)}.")
        if wish.get("publish_id"):
            return self.post_draft(self._publish(wish), privacy)[1]
        creator = self._creator(wish)
        draft = next(iter(self._state.drafts_of(creator.id)), None)
        if draft is None:
            raise ValueError(f"No draft waits in the inbox of @{creator.username}.")
        return self.post_draft(draft, privacy)[1]

    def _take_down(self, wish: Mapping[str, Any]) -> list[Delivery]:
        """Take a public post away: `post_id`, or the latest of a creator (`user`). With `privacy` it is hidden instead."""
        now = self._world.clock.now()
        post = self._state.posts.get(str(wish.get("post_id") or ""))
        if post is None:
            creator = self._creator(wish)
            post = next((one for one in self._state.posts_of(creator.id) if one.is_public(now)), None)
        if post is None or not post.is_public(now):
            raise ValueError("There is no such public post.")
        if wish.get("privacy"):
            post.privacy, post.public_at = str(wish["privacy"]), None
        else:
            post.removed = True
        self._state.save_post(post)
        event = events.NO_LONGER_PUBLIC[self._world.switches.word("tiktok.webhook_spelling")]
        return events.of_post(self._world, self._state, post, event)

    def _disconnect(self, wish: Mapping[str, Any]) -> list[Delivery]:
        """End what a creator allows: `user`, `app` (all without), `reason`."""
        before = set(self._state.undelivered)
        grants.revoke(self._world, self._state, {**wish, "user": self._creator(wish).id})
        fresh = (self._state.deliveries.get(one) for one in self._state.undelivered if one not in before)
        return [one for one in fresh if one is not None]

    def _tell(self, event: str, wish: Mapping[str, Any]) -> list[Delivery]:
        """Tell an event by its own name, whether it happened or not."""
        copies, age_s = wish.get("copies", 1), wish.get("age_s", 0)
        if type(copies) is not int or not 1 <= copies <= _MOST_COPIES or type(age_s) is not int:
            raise ValueError(f"copies is a whole number from 1 to {_MOST_COPIES}, age_s a whole number of seconds.")
        app_key, creator_id, content = self._content(event, wish)
        return events.tell(
            self._world,
            self._state,
            app_key,
            creator_id,
            event,
            content,
            copies=copies,
            bad_signature=bool(wish.get("bad_signature")),
            age_s=age_s,
        )

    def _content(self, event: str, wish: Mapping[str, Any]) -> tuple[str, str, dict[str, Any]]:
        if event.startswith("post.publish."):
            publish = self._publish(wish)
            content: dict[str, Any] = {"publish_id": publish.id, "publish_type": events.publish_type(publish)}
            if event == events.FAILED:
                content["reason"] = str(wish.get("reason") or publish.fail_reason or "internal")
            if event == events.PUBLIC or event in events.NO_LONGER_PUBLIC.values():
                content["post_id"] = str(wish.get("post_id") or next(iter(publish.post_ids), ""))
            return publish.app_key, publish.creator_id, content
        app_key = str(wish.get("app") or next(iter(self._state.apps)).key)
        creator_id = self._creator(wish).id
        if event == events.REMOVED:
            return app_key, creator_id, {"reason": wish.get("reason", events.USER_DISCONNECTED)}
        if event in events.LEGACY:
            return app_key, creator_id, {"share_id": str(wish.get("share_id") or "video.6081467789")}
        if event.startswith("portability."):
            return app_key, creator_id, {"request_id": str(wish.get("request_id") or "1788300000000000017")}
        known = [*self._acts, "deliveries", "flush", "redeliver", events.REMOVED, "post.publish.*", *events.LEGACY]
        raise LookupError(f"There is no {event}. Known: {', '.join(known)}, portability.*.")

    def _publish(self, wish: Mapping[str, Any]) -> Publish:
        publish = self._state.publishes.get(str(wish.get("publish_id") or ""))
        if publish is None:
            raise LookupError(f"There is no publish {wish.get('publish_id')}.")
        return publish

    def _creator(self, wish: Mapping[str, Any]) -> Creator:
        creator = self._state.find_creator(str(wish.get("user") or wish.get("page") or ""))
        if creator is None:
            raise ValueError("Say who: 'user' is a creator's id, username or open id.")
        return creator
