"""The levers under `/_sandbox/google_business/`: clients, locations, posts, reviews, photos, requests as they came."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sandbox.calls import JsonObject
from sandbox.google_business import lifecycle, moments, wirelog
from sandbox.google_business.records import App, Location, Post, Review
from sandbox.google_business.standing import STANDINGS
from sandbox.google_business.state import State
from sandbox.platforms import Happening, Lever

if TYPE_CHECKING:
    from sandbox.world import World

_OPEN = ("OPEN", "CLOSED_PERMANENTLY", "CLOSED_TEMPORARILY")
HAPPENINGS = (
    Happening("review", "Google: a customer writes a review"),
    Happening("reject", "Google: the newest post is rejected after all"),
    Happening("remove", "Google: somebody deletes the newest post by hand"),
    Happening("suspend", "Google: the location is suspended"),
    Happening("verify", "Google: the location is verified again"),
)


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
            ("GET", "locations"): self.locations,
            ("POST", "locations"): self.change_location,
            ("GET", "photos"): self.photos,
            ("POST", "posts"): self.change_post,
            ("POST", "reviews"): self.write_review,
            ("GET", "requests"): self.requests,
        }

    def apps(self, _wish: Mapping[str, Any]) -> JsonObject:
        """List the clients with their projects."""
        return {"apps": [_told(app) for app in self._state.apps]}

    def change_app(self, wish: Mapping[str, Any]) -> JsonObject:
        """Change a client: `app_id`, and any of `approved`, `testing`, `secret`, `project`."""
        app = self._state.apps.get(str(wish.get("app_id", "")))
        if app is None:
            raise LookupError(f"There is no client {wish.get('app_id')}.")
        app.approved = bool(wish.get("approved", app.approved))
        app.testing = bool(wish.get("testing", app.testing))
        app.secret = str(wish.get("secret", app.secret))
        app.project = str(wish.get("project", app.project))
        return _told(self._state.apps.put(app.id, app))

    def locations(self, _wish: Mapping[str, Any]) -> JsonObject:
        """List the locations with their standing."""
        return {"locations": [asdict(one) for one in self._state.locations]}

    def change_location(self, wish: Mapping[str, Any]) -> JsonObject:
        """Change a location: `location`, and any of `standing`, `open_status`, `duplicate`, `title`, `accounts`, `barred`."""
        location = self._location(wish)
        location.standing = _one_of(wish, "standing", STANDINGS, location.standing)
        location.open_status = _one_of(wish, "open_status", _OPEN, location.open_status)
        location.duplicate = bool(wish.get("duplicate", location.duplicate))
        location.title = str(wish.get("title", location.title))
        for name, known in (("accounts", self._state.accounts), ("barred", self._state.people)):
            listed = [str(one) for one in wish.get(name, ())]
            if any(one not in known for one in listed):
                raise LookupError(f"{name} holds an id that nobody has.")
            if name in wish:
                setattr(location, "account_ids" if name == "accounts" else name, listed)
        return asdict(self._state.locations.put(location.id, location))

    def photos(self, wish: Mapping[str, Any]) -> JsonObject:
        """List the photos of a post with the digest of what was fetched: `post` is its name or id."""
        return {"photos": self._post(wish).photos}

    def change_post(self, wish: Mapping[str, Any]) -> JsonObject:
        """Reject a post after all, or take it away: `post`, and `state` (`REJECTED`) or `removed`."""
        post = self._post(wish)
        if wish.get("removed"):
            self._state.remove_post(post)
            return {"post": post.name, "removed": True}
        if wish.get("state") != "REJECTED":
            raise ValueError("state is REJECTED; removed takes a post away.")
        post.struck = True
        self._state.save_post(post)
        return {"post": post.name, "state": lifecycle.state_of(post, self._world.clock.now())}

    def write_review(self, wish: Mapping[str, Any]) -> JsonObject:
        """Let a customer speak: `location`, `stars` (1 to 5), `comment`, `reviewer`."""
        stars = wish.get("stars", 5)
        if type(stars) is not int or not 1 <= stars <= 5:
            raise ValueError("stars is a whole number from 1 to 5.")
        review = self.add_review(
            self._location(wish), stars, str(wish.get("comment", "")), str(wish.get("reviewer", "Ada Nowak"))
        )
        return asdict(review)

    def add_review(self, location: Location, stars: int, comment: str, reviewer: str) -> Review:
        """Keep what a customer says now; somebody without a name is anonymous."""
        now_us = moments.micros(self._world.clock.now())
        name = reviewer.strip()
        review = Review(
            id=f"AbFvOq{secrets.token_urlsafe(30)}",
            location_id=location.id,
            reviewer=name or "A Google user",
            stars=stars,
            comment=comment.strip(),
            created_us=now_us,
            updated_us=now_us,
            anonymous=not name,
        )
        return self._state.save_review(review)

    def requests(self, wish: Mapping[str, Any]) -> JsonObject:
        """Tell the requests as they came, newest first: globs `host`, `method`, `path`, and `limit` (100)."""
        return {"requests": wirelog.entries(self._state, wish)}

    def happen(self, what: str, wish: Mapping[str, Any]) -> str:
        """Let something happen at a location and return the sentence that tells it."""
        location = self._location({"location": wish.get("page") or wish.get("location", "")})
        if what == "review":
            review = self.add_review(location, 4, "Friendly people, and the queue is worth it.", "Ada Nowak")
            return f"{review.reviewer} gave {location.title} {review.stars} stars."
        if what in ("suspend", "verify"):
            location.standing = "suspended" if what == "suspend" else "verified"
            self._state.locations.put(location.id, location)
            return f"{location.title} is {location.standing} now."
        if what not in ("reject", "remove"):
            raise LookupError(f"Nothing of the kind {what} happens here.")
        post = next(self._state.posts_at(location.id), None)
        if post is None:
            raise LookupError(f"{location.title} has said nothing yet.")
        self.change_post({"post": post.id, "state": "REJECTED", "removed": what == "remove"})
        return f"The newest post of {location.title} was {'deleted' if what == 'remove' else 'rejected'}."

    def _location(self, wish: Mapping[str, Any]) -> Location:
        wanted = str(wish.get("location", "")).rpartition("/")[2]
        location = self._state.locations.get(wanted)
        if location is None:
            raise LookupError(f"There is no location {wanted} on Google Business Profile.")
        return location

    def _post(self, wish: Mapping[str, Any]) -> Post:
        wanted = str(wish.get("post", "")).rpartition("/")[2]
        post = self._state.posts.get(wanted)
        if post is None:
            raise LookupError(f"There is no post {wanted}.")
        return post


def _told(app: App) -> JsonObject:
    return {name: value for name, value in asdict(app).items() if name != "secret"}


def _one_of(wish: Mapping[str, Any], name: str, known: tuple[str, ...], default: str) -> str:
    value = str(wish.get(name, default))
    if value not in known:
        raise ValueError(f"{name} is one of {', '.join(known)}, not {value!r}.")
    return value
