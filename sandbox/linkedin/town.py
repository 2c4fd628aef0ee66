"""The LinkedIn town as the sandbox sees it: one platform among five."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.wrappers import Response

from sandbox.calls import Call, JsonObject
from sandbox.faults import Fault
from sandbox.linkedin import consent, demo, errors, showing, tokens
from sandbox.linkedin.api import Api
from sandbox.linkedin.consent import ScopeNotProvisionedError
from sandbox.linkedin.courier import Courier
from sandbox.linkedin.gate import Gate
from sandbox.linkedin.levers import Levers
from sandbox.linkedin.presets import API_HOST, MEDIA_HOST, PRESETS, SITE_HOST
from sandbox.linkedin.records import Member, Organization, Post
from sandbox.linkedin.responses import as_json, marked
from sandbox.linkedin.site import Site, is_for_programs
from sandbox.linkedin.state import State
from sandbox.linkedin.switches import SWITCHES
from sandbox.platforms import ConsentRefusedError, Destination, Lever, Person, Platform, Preset, TimelineItem
from sandbox.switches import Switch

if TYPE_CHECKING:
    from sandbox.world import World

_HOSTS = frozenset({API_HOST, SITE_HOST, MEDIA_HOST})
_AUTHORS = ("organization", "person")


class LinkedIn(Platform):
    """Members and pages in miniature."""

    slug = "linkedin"
    name = "LinkedIn"

    def __init__(self, world: World) -> None:
        self._world = world
        self.state = State(world.store)
        self.courier = Courier(world, self.state)
        gate = Gate(world, self.state)
        self._api = Api(world, self.state, gate, self.courier)
        self._site = Site(world, self.state, gate)
        self._levers = Levers(world, self.state, self.courier)

    def serves(self, host: str) -> bool:
        """Say whether a host is one of LinkedIn's."""
        return host in _HOSTS

    def switches(self) -> Iterable[Switch]:
        """Return LinkedIn's switches."""
        return SWITCHES

    def seed(self) -> None:
        """Build the demo world."""
        demo.seed(self.state)

    def forget(self) -> None:
        """Build the indexes anew."""
        self.state.index()

    def handle(self, call: Call) -> Response:
        """Answer a call to the API or to the site, and let the courier send what is due."""
        response = self._api.answer(call) if call.host == API_HOST else self._site.answer(call)
        self.courier.run()
        return response

    def is_for_people(self, call: Call) -> bool:
        """Say whether a call is a person's browser."""
        return call.host == MEDIA_HOST or (call.host == SITE_HOST and not is_for_programs(call.path))

    def scripted_error(self, call: Call, fault: Fault) -> Response:
        """Answer with the error a fault asks for, in the shape of the endpoint it hits."""
        refusal = errors.scripted(fault.error, fault.status)
        if call.host == SITE_HOST and call.path.startswith("/oauth/"):
            code = str(fault.error.get("code") or "server_error")
            return marked(as_json({"error": code, "error_description": refusal.message}, refusal.status))
        return marked(self._api.refuse(refusal))

    def revoke_presented(self, call: Call, error: Mapping[str, Any]) -> None:
        """Kill the token a call carries."""
        token = self.state.tokens.get(call.bearer)
        if token is not None:
            tokens.kill(self.state, [token])

    def revoke(self, wish: Mapping[str, Any]) -> JsonObject:
        """Invalidate a member's tokens, or take roles on a page away."""
        plain = {name: value for name, value in wish.items() if name not in ("user", "page")}
        for name in ("user", "page"):
            # An id, or the URN of an author: the controls list members among the places where posts appear.
            kind, _, number = str(wish.get(name) or "").rpartition(":")
            plain[{"urn:li:person": "user", "urn:li:organization": "page"}.get(kind, name)] = number
        return {"revoked": tokens.revoke(self.state, plain, self._world.clock.now())}

    def consent(
        self,
        wish: Mapping[str, Any] | None = None,
        *,
        user: str = demo.SOLVEIG,
        scopes: Iterable[str] = (),
        redirect_uri: str = demo.REDIRECT_URIS[0],
        state: str | None = None,
        app_id: str = demo.DEFAULT_APP_ID,
        decision: str = "allow",
    ) -> JsonObject:
        """Answer the authorization page without a browser.

        From Python: `consent(scopes=[...])`. As JSON: the page's own parameters, or `url` with all of them in its query,
        and beside them `user` and `decision` (`allow`, `cancel`, `cancel_login`).
        """
        if wish is None:
            params = {"client_id": app_id, "redirect_uri": redirect_uri, "scope": " ".join(scopes)}
            params["response_type"] = "code"
            if state is not None:
                params["state"] = state
        else:
            params = {str(name): str(value) for name, value in wish.items() if isinstance(value, str)}
            params.update(parse_qsl(urlsplit(params.pop("url", "")).query, keep_blank_values=True))
            user, decision = str(wish.get("user") or demo.SOLVEIG), str(wish.get("decision") or "allow")
        if decision not in ("allow", *consent.CANCELS):
            raise ConsentRefusedError(f"decision is allow, {' or '.join(consent.CANCELS)}.")
        with self._world.changing():
            try:
                request = consent.read_request(self.state, params)
                ended = (
                    consent.allow(self._world, self.state, request, self.person(user))
                    if decision == "allow"
                    else consent.cancel(request, decision)
                )
            except ScopeNotProvisionedError as refusal:
                ended = refusal.ended
        return {"redirect_url": ended.redirect_url, "code": ended.code, "state": params.get("state")}

    def person(self, member_id: str) -> Member:
        """Return a member who can sign in."""
        found = self.state.members.get(member_id.rpartition(":")[2])
        if found is None:
            raise ConsentRefusedError(f"Nobody here has the id {member_id}.")
        return found

    def add_redirect_uris(self, app_id: str, uris: Iterable[str]) -> list[str]:
        """Register redirect URIs for an app; without an id for all of them, since any may be the hub's."""
        chosen = [app for app in self.state.apps if app_id in ("", app.id)]
        if not chosen:
            raise ValueError(f"There is no app {app_id}.")
        added = list(uris)
        for app in chosen:
            app.redirect_uris = list(dict.fromkeys([*app.redirect_uris, *added]))
            self.state.apps.put(app.id, app)
        return chosen[0].redirect_uris

    def people(self) -> list[Person]:
        """Return who can sign in."""
        return [Person(member.id, member.name) for member in self.state.members]

    def destinations(self) -> list[Destination]:
        """Return members and pages, with how much each has said."""
        authors: list[Member | Organization] = [*self.state.members, *self.state.organizations]
        return [Destination(author.urn, author.name, self.state.count_posts_of(author.urn)) for author in authors]

    def timeline(self, destination: str = "") -> Iterator[TimelineItem]:
        """Yield posts of one author (a URN or its id) or of all, newest first."""
        if not destination:
            yield from map(self.item, reversed(self.state.posts))
            return
        urns = [destination] if ":" in destination else [f"urn:li:{kind}:{destination}" for kind in _AUTHORS]
        for urn in urns:
            yield from map(self.item, self.state.posts_of(urn))

    def item(self, post: Post) -> TimelineItem:
        """Return a post as the feed page shows it: with the text people read."""
        app, author = self.state.apps.get(post.app_id), self.state.author(post.author)
        now, switches = self._world.clock.now(), self._world.switches
        folder = "company" if isinstance(author, Organization) else "in"
        return TimelineItem(
            id=post.urn,
            platform=self.slug,
            platform_name=self.name,
            destination=post.author,
            destination_name=author.name if author else post.author,
            text=post.text,
            link=str(post.content.get("article", {}).get("source", "")),
            created=post.created_ms / 1000,
            live=showing.is_visible(self.state, switches, post, now),
            goes_live=None,
            application=app.name if app else post.app_id,
            host=SITE_HOST,
            path=f"/feed/update/{post.urn}/",
            profile_path=f"/{folder}/{author.vanity}/" if author else "/",
            comments=self.state.count_comments_of(post.urn),
            media=showing.shown_media(self.state, switches, post, now),
        )

    def run_errands(self) -> None:
        """Send what is due: deliveries repeated, challenges every two hours."""
        with self._world.changing():
            self.courier.run()

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
            "comments": len(state.comments),
            "uploads": len(state.assets),
            "organizations": len(state.organizations),
            "members": len(state.members),
            "grants": len(state.grants),
            "tokens": len(state.tokens),
            "violations": len(state.violations),
        }
