"""The TikTok levers under `/_sandbox/tiktok/`: apps, creators, publishes, audience, what came in. Tests and people use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from sandbox.calls import JsonObject
from sandbox.platforms import Lever
from sandbox.tiktok import processing
from sandbox.tiktok.audience import COUNTS, Audience
from sandbox.tiktok.records import App, Creator, Post, Publish
from sandbox.tiktok.scopes import SCOPES
from sandbox.tiktok.state import State
from sandbox.tiktok.switches import FAIL_REASONS

if TYPE_CHECKING:
    from sandbox.world import World

_MODES = ("production", "sandbox", "draft")
_FATES = ("works", "stuck", *FAIL_REASONS)


class Levers:
    """One method per lever. `ValueError` becomes 400, `LookupError` 404."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def table(self) -> dict[tuple[str, str], Lever]:
        """Return every lever by verb and name."""
        return {
            ("GET", "apps"): self.apps,
            ("POST", "apps"): self.change_app,
            ("GET", "creators"): self.creators,
            ("POST", "creators"): self.change_creator,
            ("GET", "publishes"): self.publishes,
            ("POST", "publishes"): self.change_publish,
            ("POST", "audience"): self.audience,
            ("GET", "requests"): self.requests,
            ("GET", "violations"): self.violations,
        }

    def apps(self, _wish: Mapping[str, Any]) -> JsonObject:
        """List the apps."""
        return {"apps": [_app(app) for app in self._state.apps]}

    def change_app(self, wish: Mapping[str, Any]) -> JsonObject:
        """Change an app: `client_key` (the default one), and any of its other fields."""
        key = str(wish.get("client_key") or next(iter(self._state.apps)).key)
        app = self._state.apps.get(key)
        if app is None:
            raise LookupError(f"There is no app {key}.")
        _change(app, {name: value for name, value in wish.items() if name != "client_key"})
        wrong = [scope for scope in app.scopes if scope not in SCOPES]
        if wrong or app.mode not in _MODES or not all(prefix.endswith("/") for prefix in app.prefixes):
            raise ValueError(
                f"scopes are of {', '.join(SCOPES)}; mode is one of {', '.join(_MODES)}; prefixes end in a slash."
            )
        return _app(self._state.apps.put(app.key, app))

    def creators(self, _wish: Mapping[str, Any]) -> JsonObject:
        """List the creators, with the ids by which apps know them."""
        return {"creators": [self._creator(creator) for creator in self._state.creators]}

    def change_creator(self, wish: Mapping[str, Any]) -> JsonObject:
        """Change a creator (`user`: id, username or open id), or invite a new one with an unknown `username`."""
        name = str(wish.get("user") or wish.get("username") or "")
        if not name:
            raise ValueError("Say who: 'user' is a creator's id, username or open id; 'username' may be a new one.")
        creator = self._state.find_creator(name)
        if creator is None:
            if "user" in wish:
                raise LookupError(f"There is no creator {name}.")
            creator = Creator(str(6_801_000_000_000_000_200 + len(self._state.creators)), name, name)
        _change(creator, {name: value for name, value in wish.items() if name != "user"})
        return self._creator(self._state.creators.put(creator.id, creator))

    def publishes(self, wish: Mapping[str, Any]) -> JsonObject:
        """List what was begun, with the digest of what arrived: all, or one `publish_id`; the newest first."""
        processing.settle(self._world, self._state)
        wanted = str(wish.get("publish_id") or "")
        found = [one for one in reversed(self._state.publishes) if wanted in ("", one.id)]
        return {"total": len(found), "publishes": [_publish(one) for one in found[:200]]}

    def change_publish(self, wish: Mapping[str, Any]) -> JsonObject:
        """Decide over a publish that is still in processing: `publish_id`, `fate`."""
        publish = self._state.publishes.get(str(wish.get("publish_id") or ""))
        if publish is None:
            raise LookupError(f"There is no publish {wish.get('publish_id')}.")
        fate = wish.get("fate")
        if fate not in _FATES or not publish.processing:
            raise ValueError(f"fate is one of {', '.join(_FATES)}, and only for what is still in processing.")
        publish.fate = "" if fate == "works" else str(fate)
        self._state.save_publish(publish)
        return _publish(publish)

    def audience(self, wish: Mapping[str, Any]) -> JsonObject:
        """Let people react: `post` (a post id or a publish id), and any of the counts, such as `{"view_count": 90}`."""
        post = self.post(str(wish.get("post") or ""))
        for name in set(wish) - {"post"}:
            if name not in COUNTS or type(wish[name]) is not int:
                raise ValueError(f"{name} is not a count; counts are {', '.join(COUNTS)}.")
            post.counts[name] = post.counts.get(name, 0) + wish[name]
        self._state.save_post(post)
        return {"post": post.id, "counts": Audience(self._world.switches).counts(post, self._world.clock.now())}

    def requests(self, wish: Mapping[str, Any]) -> JsonObject:
        """List requests as they came, newest first, by the globs `host`, `method`, `path`. Nothing secret is in them."""
        globs = {name: str(wish.get(name) or "*") for name in ("host", "method", "path")}
        found = [
            asdict(one)
            for one in reversed(self._state.requests)
            if all(fnmatchcase(getattr(one, name), glob) for name, glob in globs.items())
        ]
        return {"total": len(found), "requests": found[:200]}

    def violations(self, _wish: Mapping[str, Any]) -> JsonObject:
        """List what a careful client does not do."""
        return {"violations": [asdict(item) for item in self._state.violations]}

    def post(self, name: str) -> Post:
        """Return a post by its id, or by the id of the publish that made it."""
        processing.settle(self._world, self._state)
        publish = self._state.publishes.get(name)
        post = self._state.posts.get(next(iter(publish.post_ids), "") if publish else name)
        if post is None:
            raise LookupError(f"There is no post {name}.")
        return post

    def _creator(self, creator: Creator) -> JsonObject:
        ids = {app.key: self._state.open_id(creator.id, app.key) for app in self._state.apps}
        return {**asdict(creator), "open_ids": ids}


def _change(row: App | Creator, wish: Mapping[str, Any]) -> None:
    """Set fields of a row, each to a value of the kind it has."""
    kinds = {item.name: type(getattr(row, item.name)) for item in fields(row) if item.name not in ("id", "key")}
    for name, value in wish.items():
        if name not in kinds:
            raise ValueError(f"Unknown: {name}. One can change {', '.join(kinds)}.")
        if type(value) is not kinds[name] or (
            isinstance(value, list) and not all(isinstance(one, str) for one in value)
        ):
            raise ValueError(f"{name} is not of the right kind.")
    for name, value in wish.items():
        setattr(row, name, value)


def _app(app: App) -> JsonObject:
    told = asdict(app)
    # The same constant stands in the README; what lists apps need not repeat it.
    del told["secret"]
    return told


def _publish(publish: Publish) -> JsonObject:
    told = asdict(publish)
    # Whoever holds the token of an upload can write to it.
    del told["upload_token"]
    return told
