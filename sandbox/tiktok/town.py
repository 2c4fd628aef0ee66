"""The TikTok town as the sandbox sees it: one platform among five."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.wrappers import Response

from sandbox.calls import Call, JsonObject
from sandbox.faults import Fault
from sandbox.platforms import (
    ConsentRefusedError,
    Destination,
    Happening,
    Lever,
    Person,
    Platform,
    Preset,
    TimelineItem,
)
from sandbox.switches import Switch
from sandbox.tiktok import consent, demo, errors, grants, processing, recording, showing, uploads
from sandbox.tiktok.api import Api
from sandbox.tiktok.consent import SentBackError
from sandbox.tiktok.creator import PATH, mild
from sandbox.tiktok.deliveries import Courier
from sandbox.tiktok.events import USER_DISCONNECTED
from sandbox.tiktok.happenings import Happenings
from sandbox.tiktok.levers import Levers
from sandbox.tiktok.presets import API_HOST, CDN_HOST, PRESETS, SITE_HOST, UPLOAD_HOSTS
from sandbox.tiktok.records import Creator, Post, Publish
from sandbox.tiktok.site import Site
from sandbox.tiktok.state import State
from sandbox.tiktok.switches import SWITCHES

if TYPE_CHECKING:
    from sandbox.world import World

_HOSTS = frozenset({API_HOST, SITE_HOST, CDN_HOST}) | UPLOAD_HOSTS
_MOST_REDIRECT_URIS, _LONGEST_REDIRECT_URI = 10, 511


class TikTok(Platform):
    """Creators, their videos and photos, in miniature."""

    slug = "tiktok"
    name = "TikTok"
    raw_hosts = UPLOAD_HOSTS

    def __init__(self, world: World) -> None:
        self._world = world
        self.state = State(world.store)
        self.courier = Courier(world, self.state)
        self.happening = Happenings(world, self.state, self.courier)
        self._api = Api(world, self.state)
        self._site = Site(world, self.state, self.happening)
        self._levers = Levers(world, self.state)

    def serves(self, host: str) -> bool:
        """Say whether a host is one of TikTok's."""
        return host in _HOSTS

    def switches(self) -> Iterable[Switch]:
        """Return TikTok's switches."""
        return SWITCHES

    def seed(self) -> None:
        """Build the demo world."""
        demo.seed(self.state)

    def forget(self) -> None:
        """Build the indexes anew."""
        self.state.index()

    def handle(self, call: Call) -> Response:
        """Answer a call, after letting happen what was due before it."""
        self.settle()
        if call.host in (SITE_HOST, CDN_HOST):
            return self._site.answer(call)
        at_door = call.host in UPLOAD_HOSTS
        response = uploads.put(self._world, self.state, call) if at_door else self._api.answer(call)
        recording.record(self._world, self.state, call, response)
        return response

    def settle(self) -> None:
        """Let publishes and posts move on by the clock."""
        processing.settle(self._world, self.state)

    def is_for_people(self, call: Call) -> bool:
        """Say whether a call is a person's browser."""
        return call.host in (SITE_HOST, CDN_HOST)

    def scripted_error(self, call: Call, fault: Fault) -> Response:
        """Answer with the error a fault asks for, in the shape of the host it hits."""
        if call.host != API_HOST:
            return Response(status=fault.status or 500)
        refusal = errors.scripted(fault.error, fault.status)
        return self._api.refuse(call, mild(refusal) if call.path == PATH and fault.status is None else refusal)

    def revoke_presented(self, call: Call, error: Mapping[str, Any]) -> None:
        """Have the creator disconnect the app whose token a call carries."""
        token = self.state.tokens.get(call.bearer or str(call.body.get("refresh_token") or ""))
        if token is not None:
            reason = int(error.get("reason", USER_DISCONNECTED))
            grants.end(self._world, self.state, token.creator_id, token.app_key, reason)

    def revoke(self, wish: Mapping[str, Any]) -> JsonObject:
        """Invalidate a creator's tokens."""
        return {"revoked": grants.revoke(self._world, self.state, wish)}

    def consent(
        self,
        wish: Mapping[str, Any] | None = None,
        *,
        user: str = demo.NAIARA,
        scopes: Iterable[str] = (),
        declined: Iterable[str] = (),
        redirect_uri: str = demo.REDIRECT_URIS[0],
        state: str = "state",
        app_key: str = demo.DEFAULT_APP_KEY,
        decision: str = "allow",
    ) -> JsonObject:
        """Answer the authorization page without a browser.

        From Python: `consent(scopes=[...])`. As JSON: the page's own parameters, or `url` with all of them in its query,
        and beside them `user`, `declined` (scopes) and `decision` (`allow`, `cancel`).
        """
        if wish is None:
            params = {"client_key": app_key, "redirect_uri": redirect_uri, "scope": ",".join(scopes)}
            params |= {"response_type": "code", "state": state}
        else:
            params = {str(name): str(value) for name, value in wish.items() if isinstance(value, str)}
            params.update(parse_qsl(urlsplit(params.pop("url", "")).query, keep_blank_values=True))
            user, decision = str(wish.get("user") or demo.NAIARA), str(wish.get("decision") or "allow")
            declined = [str(scope) for scope in wish.get("declined") or ()]
        if decision not in ("allow", "cancel"):
            raise ConsentRefusedError("decision is allow or cancel.")
        with self._world.changing():
            try:
                request = consent.read_request(self._world, self.state, params)
                ended = (
                    consent.allow(self._world, self.state, request, self.creator(user), declined)
                    if decision == "allow"
                    else consent.cancel(request)
                )
            except SentBackError as refusal:
                ended = refusal.ended
        return {"redirect_url": ended.redirect_url, "code": ended.code, "state": params.get("state")}

    def creator(self, name: str) -> Creator:
        """Return a creator who can sign in, by id, username or open id."""
        found = self.state.find_creator(name)
        if found is None:
            raise ConsentRefusedError(f"Nobody here is called {name}.")
        return found

    def add_redirect_uris(self, app_id: str, uris: Iterable[str]) -> list[str]:
        """Register redirect URIs for an app; without an id for all of them, leaving out what cannot be registered.

        Where one of them is a hub's own, its callback for events is entered too, as one would in the portal.
        """
        added = list(uris)
        chosen = [app for app in self.state.apps if app_id in ("", app.key)]
        if not chosen:
            raise ValueError(f"There is no app {app_id}.")
        wrong = [uri for uri in added if not _can_be_registered(uri)]
        for app in chosen:
            wanted = list(dict.fromkeys([*app.redirect_uris, *(uri for uri in added if uri not in wrong)]))
            if app_id and (wrong or len(wanted) > _MOST_REDIRECT_URIS):
                raise ValueError(
                    f"At most {_MOST_REDIRECT_URIS} URIs, each https (or on this machine) and shorter than 512, "
                    "without query and fragment."
                )
            app.redirect_uris = wanted
            own = [uri for uri in added if uri.endswith(demo.CALLBACK_PATH)]
            app.webhook_url = demo.webhook_of(own[-1]) if own else app.webhook_url
            self.state.apps.put(app.key, app)
        return chosen[0].redirect_uris

    def people(self) -> list[Person]:
        """Return who can sign in."""
        return [Person(creator.id, creator.nickname) for creator in self.state.creators]

    def destinations(self) -> list[Destination]:
        """Return the creators, under the ids by which the default app knows them, with how much each has posted."""
        self.settle()
        return [
            Destination(self.destination_id(creator.id), creator.nickname, self.state.count_of(creator.id))
            for creator in self.state.creators
        ]

    @staticmethod
    def destination_id(creator_id: str) -> str:
        """Return the id of a creator's place in the feed: the open id in the default app."""
        return demo.destination_of(creator_id)

    def timeline(self, destination: str = "") -> Iterator[TimelineItem]:
        """Yield posts and waiting drafts of one creator (id, username, open id) or of all, newest first."""
        self.settle()
        creator = self.state.find_creator(destination) if destination else None
        if destination and creator is None:
            return
        yield from map(self._item, self._items(creator))

    def _items(self, creator: Creator | None) -> Iterator[Post | Publish]:
        posts = self.state.posts_of(creator.id) if creator else reversed(self.state.posts)
        whose = [creator] if creator else list(self.state.creators)
        drafts = sorted((one for each in whose for one in self.state.drafts_of(each.id)), key=_moment, reverse=True)
        return merge((post for post in posts if not post.removed), drafts, key=_moment, reverse=True)

    def _item(self, row: Post | Publish) -> TimelineItem:
        """Return a post, or a draft that waits in an inbox, as the feed page shows it."""
        app, creator = self.state.apps.get(row.app_key), self.state.creators.get(row.creator_id)
        username = creator.username if creator else row.creator_id
        return TimelineItem(
            id=row.id,
            platform=self.slug,
            platform_name=self.name,
            destination=self.destination_id(row.creator_id),
            destination_name=creator.nickname if creator else row.creator_id,
            text=row.text if isinstance(row, Post) else showing.text_of(row),
            link="",
            created=_moment(row),
            live=isinstance(row, Post),
            goes_live=None,
            application=app.name if app else row.app_key,
            host=SITE_HOST,
            path=showing.path_of(username, row) if isinstance(row, Post) else f"/@{username}",
            profile_path=f"/@{username}",
            comments=row.counts.get("comment_count", 0) if isinstance(row, Post) else 0,
            media=showing.media_of(row),
        )

    def webhook(self, what: str, wish: Mapping[str, Any]) -> JsonObject:
        """Let something happen and tell it, or tell an event by its name."""
        return self.happening.act(what, wish)

    def happenings(self) -> Iterable[Happening]:
        """Return what the controls page offers to let happen."""
        return (
            Happening("post_draft", "TikTok: the creator posts the latest draft"),
            Happening("take_down", "TikTok: the latest public post is taken away"),
            Happening("disconnect", "TikTok: the creator disconnects every app"),
        )

    def run_errands(self) -> None:
        """Move on what is due, and send the events of it."""
        with self._world.changing():
            self.settle()
        self.courier.run_due()

    def levers(self) -> Mapping[tuple[str, str], Lever]:
        """Return what only this platform can be made to do."""
        return self._levers.table()

    def presets(self) -> Iterable[Preset]:
        """Return the faults people want most."""
        return PRESETS

    def summary(self) -> dict[str, int]:
        """Count rows."""
        self.settle()
        state = self.state
        return {
            "creators": len(state.creators),
            "posts": sum(not post.removed for post in state.posts),
            "begun": len(state.publishes),
            "grants": len(state.grants),
            "tokens": len(state.tokens),
            "violations": len(state.violations),
        }


def _moment(row: Post | Publish) -> float:
    return row.created_ms / 1000 if isinstance(row, Post) else row.ended_at


def _can_be_registered(uri: str) -> bool:
    parts = urlsplit(uri)
    on_this_machine = parts.hostname in ("localhost", "127.0.0.1", "::1")
    plain = not parts.query and not parts.fragment and "?" not in uri and "#" not in uri
    return plain and len(uri) <= _LONGEST_REDIRECT_URI and (parts.scheme == "https" or on_this_machine)
