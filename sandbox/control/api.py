"""The switches as JSON: what `/_sandbox/*` answers to programs."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING, Any

from sandbox.faults import fault_from
from sandbox.platforms import Platform, Preset, TimelineItem
from sandbox.presets import PRESETS

if TYPE_CHECKING:
    from sandbox.world import World

Query = Mapping[str, str]
Body = Mapping[str, Any]


class Api:
    """One method per verb and path. `ValueError` becomes 400, `LookupError` 404."""

    def __init__(self, world: World) -> None:
        self._world = world

    def get_healthz(self, _query: Query, _body: Body) -> dict[str, Any]:
        """Say that the sandbox is up."""
        return {"status": "ok"}

    def get_state(self, _query: Query, _body: Body) -> dict[str, Any]:
        """Count what the world holds."""
        world = self._world
        return {
            "platforms": {slug: town.summary() for slug, town in world.platforms.items()},
            "faults": len(world.faults),
            "calls": sum(count["calls"] for count in world.journal.counts().values()),
            "clock": self._clock(),
        }

    def get_posts(self, query: Query, _body: Body) -> dict[str, Any]:
        """List posts, newest first: `platform`, `page` (a destination's id), `text` (exact), `limit` (100)."""
        wanted = query.get("text")
        items = [
            item
            for town in self._chosen(query.get("platform", ""))
            for item in town.timeline(query.get("page", ""))
            if wanted is None or item.text == wanted
        ]
        items.sort(key=lambda item: item.created, reverse=True)
        limit = _number(query, "limit", 100)
        return {"total": len(items), "posts": [_told(item) for item in islice(items, limit)]}

    def get_calls(self, query: Query, _body: Body) -> dict[str, Any]:
        """List calls, newest first, filtered by the globs `host`, `method`, `path`; `counts` are exact for ever."""
        journal = self._world.journal
        globs = {name: query.get(name, "*") for name in ("host", "method", "path")}
        return {
            "counts": journal.counts(),
            "calls": journal.entries(**globs, limit=_number(query, "limit", 100)),
        }

    def delete_calls(self, _query: Query, _body: Body) -> dict[str, Any]:
        """Forget the journal."""
        self._world.journal.clear()
        return {"calls": []}

    def get_faults(self, _query: Query, _body: Body) -> dict[str, Any]:
        """List the faults that wait, and the presets."""
        return {"faults": self._world.faults.listed(), "presets": self.presets()}

    def post_faults(self, _query: Query, body: Body) -> dict[str, Any]:
        """Script a fault, or one of the presets with `{"preset": name}`."""
        wish = dict(body)
        if "preset" in wish:
            wish = self.preset(str(wish["preset"]))
        return asdict(self._world.faults.add(fault_from(wish)))

    def delete_faults(self, _query: Query, _body: Body) -> dict[str, Any]:
        """Take all faults away."""
        self._world.faults.clear()
        return {"faults": []}

    def delete_fault(self, _query: Query, _body: Body, fault_id: str) -> dict[str, Any]:
        """Take one fault away."""
        if not self._world.faults.remove(fault_id):
            raise LookupError(f"There is no fault {fault_id}.")
        return {"faults": self._world.faults.listed()}

    def get_clock(self, _query: Query, _body: Body) -> dict[str, Any]:
        """Tell the town's time."""
        return self._clock()

    def post_clock(self, _query: Query, body: Body) -> dict[str, Any]:
        """Move time: `{"advance_s": 3600}`, `{"freeze": true}` or `{"freeze": <unix time>}`, `{"resume": true}`."""
        clock = self._world.clock
        unknown = sorted(set(body) - {"advance_s", "freeze", "resume"})
        if unknown or not body:
            raise ValueError("A clock understands advance_s, freeze and resume.")
        advance_s, freeze = body.get("advance_s", 0), body.get("freeze", True)
        if type(advance_s) not in (int, float) or (freeze is not True and type(freeze) not in (int, float)):
            raise ValueError("advance_s is a number of seconds; freeze is true or a Unix time.")
        if body.get("resume"):
            clock.resume()
        if "freeze" in body:
            clock.freeze(None if freeze is True else float(freeze))
        clock.advance(float(advance_s))
        return self._clock()

    def get_switches(self, _query: Query, _body: Body) -> dict[str, Any]:
        """Tell every switch: value, default, meaning."""
        switches = self._world.switches
        return {
            "switches": switches.all(),
            "about": {
                name: {"default": switch.default, "help": switch.help, "choices": list(switch.choices)}
                for name, switch in switches.table.items()
            },
        }

    def post_switches(self, _query: Query, body: Body) -> dict[str, Any]:
        """Set switches by name; null brings back a default."""
        self._world.switches.set(body)
        return {"switches": self._world.switches.all()}

    def post_reset(self, _query: Query, _body: Body) -> dict[str, Any]:
        """Forget everything and build the demo world again."""
        self._world.reset()
        return {"status": "reset"}

    def post_revoke(self, _query: Query, body: Body) -> dict[str, Any]:
        """Invalidate tokens: `platform` (`meta`), `user` and/or `page`, `subcode`."""
        wish = dict(body)
        return self._one(str(wish.pop("platform", "meta"))).revoke(wish)

    def post_apps(self, _query: Query, body: Body) -> dict[str, Any]:
        """Register redirect URIs: `platform` (`meta`), `app_id` (the default app), `redirect_uris`."""
        uris = body.get("redirect_uris")
        if not isinstance(uris, list) or not all(isinstance(uri, str) for uri in uris):
            raise ValueError("redirect_uris is a list of addresses.")
        town = self._one(str(body.get("platform", "meta")))
        return {"redirect_uris": town.add_redirect_uris(str(body.get("app_id", "")), uris)}

    def post_consent(self, _query: Query, body: Body, slug: str) -> dict[str, Any]:
        """Answer a platform's consent dialog without a browser."""
        return self._one(slug).consent(body)

    def post_webhooks(self, _query: Query, body: Body, slug: str, what: str) -> dict[str, Any]:
        """Have a platform send something to an app's callback."""
        return self._one(slug).webhook(what, body)

    def post_media(self, _query: Query, body: Body) -> dict[str, Any]:
        """Let an address answer with given bytes: `url`, `base64`, `content_type`, `status`, `location`."""
        try:
            content = base64.b64decode(str(body.get("base64", "")), validate=True)
        except binascii.Error:
            raise ValueError("base64 is the file's bytes in base64.") from None
        url, status = body.get("url"), body.get("status", 200)
        if not isinstance(url, str) or not url.startswith(("http://", "https://")) or type(status) is not int:
            raise ValueError("url is an address, status a whole number.")
        digest = self._world.media.plant(
            url, content, str(body.get("content_type", "")), status=status, location=str(body.get("location", ""))
        )
        return {"url": url, "sha256": digest, "bytes": len(content)}

    def get_lever(self, query: Query, _body: Body, slug: str, name: str) -> dict[str, Any]:
        """Ask something only one platform can tell."""
        return self._pull(slug, "GET", name, query)

    def post_lever(self, _query: Query, body: Body, slug: str, name: str) -> dict[str, Any]:
        """Make a platform do what only it can."""
        return self._pull(slug, "POST", name, body)

    def presets(self) -> list[dict[str, str]]:
        """List the presets of every platform and those that fit all."""
        return [{"name": preset.name, "label": preset.label} for preset in self._presets()]

    def preset(self, name: str) -> dict[str, Any]:
        """Return the wish behind a preset."""
        for preset in self._presets():
            if preset.name == name:
                return {**preset.wish, "label": preset.label}
        raise LookupError(f"There is no preset {name}.")

    def _presets(self) -> list[Preset]:
        return [*(preset for town in self._world.platforms.values() for preset in town.presets()), *PRESETS]

    def _one(self, slug: str) -> Platform:
        town = self._world.platforms.get(slug)
        if town is None:
            raise LookupError(f"There is no platform {slug}. Known: {', '.join(self._world.platforms)}.")
        return town

    def _pull(self, slug: str, verb: str, name: str, wish: Mapping[str, Any]) -> dict[str, Any]:
        lever = self._one(slug).levers().get((verb, name))
        if lever is None:
            raise LookupError(f"{slug} has no lever {verb} {name}.")
        return lever(wish)

    def _chosen(self, slug: str) -> list[Platform]:
        return [self._one(slug)] if slug else list(self._world.platforms.values())

    def _clock(self) -> dict[str, Any]:
        clock = self._world.clock
        return {
            "now": clock.now(),
            "moment": clock.moment().isoformat(),
            "offset_s": clock.offset_s,
            "frozen": clock.frozen,
        }


def _told(item: TimelineItem) -> dict[str, Any]:
    return {
        "id": item.id,
        "platform": item.platform,
        "destination": item.destination,
        "destination_name": item.destination_name,
        "message": item.text,
        "link": item.link,
        "created": item.created,
        "is_published": item.live,
        "goes_live": item.goes_live,
        "application": item.application,
        # A path on this sandbox, so that it opens wherever the sandbox is reached.
        "permalink_path": f"/{item.host}{item.path}",
        "comments": item.comments,
        "media": [asdict(shown) for shown in item.media],
    }


def _number(query: Query, name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal():
        raise ValueError(f"{name} is a whole number.")
    return int(text)
