"""The Meta town as the sandbox sees it: one platform among five."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import merge
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.wrappers import Response

from sandbox.calls import Call, JsonObject
from sandbox.faults import Fault
from sandbox.meta import consent, demo, errors, tokens
from sandbox.meta.ask import GRAPH_HOST, SITE_HOST
from sandbox.meta.graph import Graph
from sandbox.meta.post_fields import permalink_path
from sandbox.meta.presets import PRESETS
from sandbox.meta.records import DEFAULT_APP_ID, Human, Post
from sandbox.meta.site import Site
from sandbox.meta.state import State
from sandbox.meta.switches import SWITCHES
from sandbox.platforms import ConsentRefusedError, Destination, Person, Platform, Preset, TimelineItem
from sandbox.switches import Switch

if TYPE_CHECKING:
    from sandbox.world import World

# graph-video is an alias for uploads; it answers the same paths.
_GRAPH_HOSTS = frozenset({GRAPH_HOST, "graph-video.facebook.com"})


class Meta(Platform):
    """Facebook Pages in miniature."""

    slug = "meta"
    name = "Facebook"

    def __init__(self, world: World) -> None:
        self._world = world
        self.state = State(world.store)
        self._graph = Graph(world, self.state)
        self._site = Site(world, self.state)

    def serves(self, host: str) -> bool:
        """Say whether a host is one of Meta's."""
        return host == SITE_HOST or host in _GRAPH_HOSTS

    def switches(self) -> Iterable[Switch]:
        """Return Meta's switches."""
        return SWITCHES

    def seed(self) -> None:
        """Build the demo world."""
        demo.seed(self.state)

    def forget(self) -> None:
        """Build the indexes anew."""
        self.state.index()

    def handle(self, call: Call) -> Response:
        """Answer a call to the Graph API or to the public site."""
        return self._graph.answer(call) if call.host in _GRAPH_HOSTS else self._site.answer(call)

    def is_for_people(self, call: Call) -> bool:
        """Say whether a call is for the public site."""
        return call.host == SITE_HOST

    def scripted_error(self, call: Call, fault: Fault) -> Response:
        """Answer with the Graph error a fault asks for."""
        return self._graph.scripted(call, errors.scripted(fault.error, fault.status))

    def revoke_presented(self, call: Call, error: Mapping[str, Any]) -> None:
        """Kill the token a call carries."""
        presented = str(call.params.get("access_token") or call.bearer)
        token = self.state.tokens.get(presented)
        if token is not None:
            subcode = errors.whole(error.get("subcode"), tokens.PASSWORD_CHANGED)
            tokens.kill(self.state, [token], subcode if subcode in tokens.WHY_DEAD else tokens.PASSWORD_CHANGED)

    def revoke(self, wish: Mapping[str, Any]) -> JsonObject:
        """Invalidate the tokens of a person or a Page with a chosen subcode."""
        return {"revoked": tokens.revoke(self.state, wish)}

    def consent(
        self,
        wish: Mapping[str, Any] | None = None,
        *,
        user: str = demo.AMELIE,
        scopes: Iterable[str] = (),
        pages: Iterable[str] | None = None,
        declined: Iterable[str] = (),
        redirect_uri: str = demo.REDIRECT_URIS[0],
        state: str | None = None,
        app_id: str = DEFAULT_APP_ID,
        allow: bool = True,
    ) -> JsonObject:
        """Answer the login dialog without a browser.

        From Python: `consent(scopes=[...], pages=[...])`. As JSON: the dialog's own parameters, or `url` with all of
        them in its query, and beside them `user`, `pages`, `declined` and `decision` (`allow` or `cancel`).
        """
        if wish is None:
            params = {"client_id": app_id, "redirect_uri": redirect_uri, "scope": ",".join(scopes)}
            if state is not None:
                params["state"] = state
        else:
            params = {str(name): str(value) for name, value in wish.items() if isinstance(value, str | bool)}
            params.update(parse_qsl(urlsplit(params.pop("url", "")).query, keep_blank_values=True))
            user = str(wish.get("user") or demo.AMELIE)
            pages, declined = wish.get("pages"), wish.get("declined") or ()
            allow = wish.get("decision", "allow") == "allow"
        with self._world.changing():
            request = consent.read_request(self.state, params)
            ended = (
                consent.allow(self._world, request, self.person(user), pages=pages, declined=declined)
                if allow
                else consent.cancel(request)
            )
        return {"redirect_url": ended.redirect_url, "code": ended.code, "state": params.get("state")}

    def person(self, person_id: str) -> Human:
        """Return a person who can log in."""
        found = self.state.people.get(person_id)
        if found is None:
            raise ConsentRefusedError(f"Nobody here has the id {person_id}.")
        return found

    def add_redirect_uris(self, app_id: str, uris: Iterable[str]) -> list[str]:
        """Register Valid OAuth Redirect URIs."""
        app = self.state.apps.get(app_id or DEFAULT_APP_ID)
        if app is None:
            raise ValueError(f"There is no app {app_id}.")
        app.redirect_uris = list(dict.fromkeys([*app.redirect_uris, *uris]))
        self.state.apps.put(app.id, app)
        return app.redirect_uris

    def people(self) -> list[Person]:
        """Return who can log in."""
        return [Person(person.id, person.name) for person in self.state.people]

    def destinations(self) -> list[Destination]:
        """Return the Pages, with how much each has said."""
        return [Destination(page.id, page.name, self.state.count_posts_of(page.id)) for page in self.state.pages]

    def timeline(self, destination: str = "") -> Iterator[TimelineItem]:
        """Yield posts of one Page or of all, newest first."""
        self.state.release_due(self._world.now())
        page_ids = [destination] if destination else [page.id for page in self.state.pages]
        streams = [self.state.posts_of(page_id) for page_id in page_ids]
        for post in merge(*streams, key=lambda post: post.seq, reverse=True):
            yield self.item(post)

    def item(self, post: Post) -> TimelineItem:
        """Return a post as the feed page shows it."""
        page, app = self.state.pages.get(post.page_id), self.state.apps.get(post.app_id)
        return TimelineItem(
            id=post.id,
            platform=self.slug,
            platform_name=self.name,
            destination=post.page_id,
            destination_name=page.name if page else post.page_id,
            text=post.message,
            link=post.link,
            created=post.created,
            live=post.published,
            goes_live=None if post.published else post.scheduled_for,
            application=app.name if app else post.app_id,
            host=SITE_HOST,
            path=permalink_path(post),
            profile_path=f"/{post.page_id}",
            comments=len(self.state.comments_of(post.id)),
        )

    def presets(self) -> Iterable[Preset]:
        """Return the faults people want most."""
        return PRESETS

    def summary(self) -> dict[str, int]:
        """Count rows."""
        state = self.state
        return {
            "posts": len(state.posts),
            "scheduled_posts": len(state.waiting),
            "comments": len(state.comments),
            "pages": len(state.pages),
            "people": len(state.people),
            "grants": len(state.grants),
            "tokens": len(state.tokens),
        }
