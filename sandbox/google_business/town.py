"""The Google Business Profile town as the sandbox sees it: one platform among five."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.wrappers import Response

from sandbox.calls import Call, JsonObject
from sandbox.faults import Fault
from sandbox.google_business import consent, demo, hosts, lifecycle, oauth, scripted, showing, tokens, wirelog
from sandbox.google_business.api import Api
from sandbox.google_business.gate import Gate
from sandbox.google_business.levers import HAPPENINGS, Levers
from sandbox.google_business.presets import PRESETS
from sandbox.google_business.records import Person as Someone
from sandbox.google_business.records import Post
from sandbox.google_business.responses import as_json
from sandbox.google_business.site import Site
from sandbox.google_business.state import State
from sandbox.google_business.switches import SWITCHES
from sandbox.platforms import ConsentRefusedError, Destination, Happening, Lever, Person, Platform, Preset, TimelineItem
from sandbox.switches import Switch

if TYPE_CHECKING:
    from sandbox.world import World


class GoogleBusiness(Platform):
    """Accounts, locations and what they say in miniature."""

    slug = "google_business"
    name = "Google Business Profile"

    def __init__(self, world: World) -> None:
        self._world = world
        self.state = State(world.store)
        self._levers = Levers(world, self.state)
        self._api = Api(world, Gate(world, self.state))
        self._site = Site(world, self.state, self._levers)

    def serves(self, host: str) -> bool:
        """Say whether a host is one of these of Google's."""
        return host in hosts.ALL

    def switches(self) -> Iterable[Switch]:
        """Return Google's switches."""
        return SWITCHES

    def seed(self) -> None:
        """Build the demo world."""
        demo.seed(self.state, self._world.clock.now())

    def forget(self) -> None:
        """Build the indexes anew."""
        self.state.index()

    def handle(self, call: Call) -> Response:
        """Answer a call to one of the APIs, to OAuth, or to a page."""
        if call.host in hosts.FOR_PEOPLE:
            return self._site.answer(call)
        is_oauth = call.host == hosts.OAUTH
        response = oauth.answer(self._world, self.state, call) if is_oauth else self._api.answer(call)
        wirelog.record(self.state, call, response.status_code, self._world.clock.now())
        return response

    def is_for_people(self, call: Call) -> bool:
        """Say whether a call is a person's browser."""
        return call.host in hosts.FOR_PEOPLE

    def scripted_error(self, call: Call, fault: Fault) -> Response:
        """Answer with the error a fault asks for, in the shape of the host it hits."""
        if call.host == hosts.OAUTH:
            refused = scripted.oauth_refusal(fault.error, fault.status)
            return as_json(refused.body(), refused.status)
        token = self.state.tokens.get(call.bearer)
        app = self.state.apps.get(token.app_id) if token else None
        refusal = scripted.refusal(fault.error, fault.status, call.host, app.project if app else demo.PROJECT)
        return as_json(refusal.body(), refusal.status, refusal.headers)

    def revoke_presented(self, call: Call, error: Mapping[str, Any]) -> None:
        """Kill the token a call carries with all of its grant, or with `how: expired` let it alone end."""
        token = self.state.tokens.get(call.bearer)
        if token is None:
            return
        if error.get("how") == "expired":
            tokens.expire(self.state, [token], self._world.now())
        else:
            tokens.end_grant(self.state, token.person_id, token.app_id)

    def revoke(self, wish: Mapping[str, Any]) -> JsonObject:
        """Invalidate a person's tokens, or take their access to a location away."""
        return {"revoked": tokens.revoke(self.state, wish, self._world.now())}

    def consent(
        self,
        wish: Mapping[str, Any] | None = None,
        *,
        user: str = demo.INES,
        scopes: Iterable[str] = (tokens.BUSINESS,),
        redirect_uri: str = demo.REDIRECT_URIS[0],
        state: str | None = None,
        app_id: str = demo.DEFAULT_APP_ID,
        decision: str = "allow",
        untick: Iterable[str] = (),
        **more: str,
    ) -> JsonObject:
        """Answer the authorization page without a browser.

        From Python: `consent()`, with `access_type` and `prompt` as the hub asks unless they are said. As JSON: the
        page's own parameters, or `url` with all of them in its query, and beside them `user`, `untick` (scopes) and
        `decision` (`allow`, `cancel`).
        """
        left_out = set(untick)
        if wish is None:
            params = {"client_id": app_id, "redirect_uri": redirect_uri, "scope": " ".join(scopes)}
            params |= {"response_type": "code", "access_type": "offline", "prompt": "consent", **more}
            if state is not None:
                params["state"] = state
        else:
            params = {str(name): str(value) for name, value in wish.items() if isinstance(value, str)}
            params.update(parse_qsl(urlsplit(params.pop("url", "")).query, keep_blank_values=True))
            user, decision = str(wish.get("user") or demo.INES), str(wish.get("decision") or "allow")
            left_out = {str(scope) for scope in wish.get("untick") or ()}
        if decision not in ("allow", "cancel"):
            raise ConsentRefusedError("decision is allow or cancel.")
        with self._world.changing():
            request = consent.read_request(self._world, self.state, params)
            ticked = [scope for scope in request.scopes if scope not in left_out]
            ended = (
                consent.allow(self._world, self.state, request, self.person(user), ticked)
                if decision == "allow"
                else consent.cancel(request)
            )
        return {"redirect_url": ended.redirect_url, "code": ended.code, "state": params.get("state")}

    def person(self, person_id: str) -> Someone:
        """Return somebody who can sign in."""
        found = self.state.people.get(person_id)
        if found is None:
            raise ConsentRefusedError(f"Nobody here has the id {person_id}.")
        return found

    def add_redirect_uris(self, app_id: str, uris: Iterable[str]) -> list[str]:
        """Register redirect URIs for a client; without an id for all of them, since any may be the hub's."""
        chosen = [app for app in self.state.apps if app_id in ("", app.id)]
        if not chosen:
            raise ValueError(f"There is no client {app_id}.")
        added = list(uris)
        for app in chosen:
            app.redirect_uris = list(dict.fromkeys([*app.redirect_uris, *added]))
            self.state.apps.put(app.id, app)
        return chosen[0].redirect_uris

    def people(self) -> list[Person]:
        """Return who can sign in."""
        return [Person(one.id, one.name) for one in self.state.people]

    def destinations(self) -> list[Destination]:
        """Return the locations, with how much each has said."""
        return [Destination(one.id, one.title, self.state.count_posts_at(one.id)) for one in self.state.locations]

    def timeline(self, destination: str = "") -> Iterator[TimelineItem]:
        """Yield posts of one location (its id or resource name) or of all, newest first."""
        if destination:
            yield from map(self.item, self.state.posts_at(destination.rpartition("/")[2]))
        else:
            yield from map(self.item, reversed(self.state.posts))

    def item(self, post: Post) -> TimelineItem:
        """Return a post as the feed page shows it."""
        app, location = self.state.apps.get(post.app_id), self.state.locations.get(post.location_id)
        now = self._world.clock.now()
        seen = showing.seen(post, now)
        waits = seen.state in ("SCHEDULED", "PROCESSING") and post.fate != "processing_for_ever"
        return TimelineItem(
            id=post.name,
            platform=self.slug,
            platform_name=self.name,
            destination=post.location_id,
            destination_name=location.title if location else post.location_id,
            text=seen.summary,
            link=seen.url or str(seen.offer.get("redeemOnlineUrl", "")),
            created=seen.created,
            live=seen.state in lifecycle.SHOWN,
            goes_live=seen.goes_live if waits else None,
            application=app.name if app else post.app_id,
            host=hosts.PLACE,
            path=showing.path_of(location, post) if location else "/",
            profile_path=f"/place/{location.cid}" if location else "/",
            comments=0,
            media=seen.media,
        )

    def webhook(self, what: str, wish: Mapping[str, Any]) -> JsonObject:
        """Let something happen. Google tells nobody: whoever wants to know has to look."""
        with self._world.changing():
            return {"deliveries": [], "why": self._levers.happen(what, wish)}

    def happenings(self) -> Iterable[Happening]:
        """Return what can happen from outside."""
        return HAPPENINGS

    def levers(self) -> Mapping[tuple[str, str], Lever]:
        """Return what only this platform can be made to do."""
        return self._levers.table()

    def presets(self) -> Iterable[Preset]:
        """Return the faults people want most."""
        return PRESETS

    def summary(self) -> dict[str, int]:
        """Count rows."""
        state = self.state
        return {
            "posts": len(state.posts),
            "reviews": len(state.reviews),
            "locations": len(state.locations),
            "accounts": len(state.accounts),
            "people": len(state.people),
            "tokens": len(state.tokens),
        }
