"""The Meta town as the sandbox sees it: one platform among five."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from werkzeug.wrappers import Response

from sandbox.calls import Call, JsonObject
from sandbox.faults import Fault
from sandbox.meta import consent, demo, errors, processing, tokens
from sandbox.meta.ask import GRAPH_HOST, INSTAGRAM_HOST, SITE_HOST, UPLOAD_HOST
from sandbox.meta.deliveries import Deliveries
from sandbox.meta.events import HAPPENINGS
from sandbox.meta.graph import Graph
from sandbox.meta.instagram_records import Account
from sandbox.meta.instagram_site import InstagramSite
from sandbox.meta.presets import PRESETS
from sandbox.meta.records import DEFAULT_APP_ID, Human
from sandbox.meta.rupload import Rupload
from sandbox.meta.shown import Shown
from sandbox.meta.site import Site
from sandbox.meta.state import State
from sandbox.meta.switches import SWITCHES
from sandbox.platforms import ConsentRefusedError, Destination, Happening, Person, Platform, Preset, TimelineItem
from sandbox.switches import Switch

if TYPE_CHECKING:
    from sandbox.world import World

# graph-video is an alias for uploads; it answers the same paths.
_GRAPH_HOSTS = frozenset({GRAPH_HOST, "graph-video.facebook.com"})


class Meta(Platform):
    """Facebook Pages and Instagram in miniature."""

    slug = "meta"
    name = "Facebook"
    raw_hosts = frozenset({UPLOAD_HOST})

    def __init__(self, world: World) -> None:
        self._world = world
        self.state = State(world.store)
        self._graph = Graph(world, self.state)
        self._rupload = Rupload(world, self.state)
        self._shown = Shown(world, self.state)
        self._deliveries = Deliveries(world, self.state)
        self._site = Site(world, self.state, self._shown)
        self._instagram_site = InstagramSite(world, self.state, self._shown)

    def serves(self, host: str) -> bool:
        """Say whether a host is one of Meta's."""
        return host in (SITE_HOST, INSTAGRAM_HOST, UPLOAD_HOST) or host in _GRAPH_HOSTS

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
        """Answer a call to the Graph API, the upload host or one of the public sites."""
        if call.host in _GRAPH_HOSTS:
            return self._graph.answer(call)
        if call.host == UPLOAD_HOST:
            return self._rupload.answer(call)
        return self._instagram_site.answer(call) if call.host == INSTAGRAM_HOST else self._site.answer(call)

    def is_for_people(self, call: Call) -> bool:
        """Say whether a call is for one of the public sites."""
        return call.host in (SITE_HOST, INSTAGRAM_HOST)

    def scripted_error(self, call: Call, fault: Fault) -> Response:
        """Answer with the error a fault asks for, in the shape of the host."""
        if call.host == UPLOAD_HOST:
            return self._rupload.scripted(fault.error, fault.status)
        return self._graph.scripted(call, errors.scripted(fault.error, fault.status))

    def revoke_presented(self, call: Call, error: Mapping[str, Any]) -> None:
        """Kill the token a call carries."""
        presented = str(call.params.get("access_token") or call.bearer or call.credential("oauth"))
        token = self.state.tokens.get(presented)
        if token is not None:
            subcode = errors.whole(error.get("subcode"), tokens.PASSWORD_CHANGED)
            tokens.kill(self.state, [token], subcode if subcode in tokens.WHY_DEAD else tokens.PASSWORD_CHANGED)

    def revoke(self, wish: Mapping[str, Any]) -> JsonObject:
        """Invalidate the tokens of a person or a Page with a chosen subcode, or change an Instagram account.

        `{"account": id, "become": "personal"}` (or `creator`, `business`, `unlinked`) is what its owner does in the app.
        """
        account = self.state.instagram.accounts.get(str(wish.get("page") or wish.get("account") or ""))
        if account is not None and "become" in wish:
            return self._change(account, str(wish["become"]))
        if account is not None:
            # An Instagram account speaks with its Page's tokens.
            wish = {**wish, "page": account.page_id}
        struck = tokens.revoke(self.state, wish)
        person_id = str(wish.get("user") or "")
        if wish.get("subcode") == tokens.REMOVED and person_id and not wish.get("page"):
            for app in self.state.apps:
                self._deliveries.deauthorised(app, person_id)
        return {"revoked": struck}

    def _change(self, account: Account, become: str) -> JsonObject:
        page = self.state.pages.get(account.page_id)
        if become not in ("business", "creator", "personal", "unlinked") or page is None:
            raise ValueError("become is one of business, creator, personal, unlinked.")
        page.instagram = "" if become == "unlinked" else account.id
        if become != "unlinked":
            account.kind = become  # type: ignore[assignment]
        self.state.pages.put(page.id, page)
        self.state.instagram.accounts.put(account.id, account)
        return {"account": account.id, "kind": account.kind, "linked_to": page.id if page.instagram else None}

    def consent(
        self,
        wish: Mapping[str, Any] | None = None,
        *,
        user: str = demo.AMELIE,
        scopes: Iterable[str] = (),
        pages: Iterable[str] | None = None,
        declined: Iterable[str] = (),
        instagram: Iterable[str] | None = None,
        redirect_uri: str = demo.REDIRECT_URIS[0],
        state: str | None = None,
        app_id: str = DEFAULT_APP_ID,
        allow: bool = True,
    ) -> JsonObject:
        """Answer the login dialog without a browser.

        From Python: `consent(scopes=[...], pages=[...])`. As JSON: the dialog's own parameters, or `url` with all of
        them in its query, and beside them `user`, `pages`, `instagram`, `declined` and `decision` (`allow` or `cancel`).
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
            instagram = wish.get("instagram")
            allow = wish.get("decision", "allow") == "allow"
        with self._world.changing():
            request = consent.read_request(self.state, params)
            ended = (
                consent.allow(
                    self._world, request, self.person(user), pages=pages, declined=declined, instagram=instagram
                )
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
        """Return the Pages and Instagram accounts, with how much each has said."""
        return self._shown.destinations()

    def timeline(self, destination: str = "") -> Iterator[TimelineItem]:
        """Yield what one Page or account, or all of them, have said, newest first."""
        self._settle()
        return self._shown.timeline(destination)

    def webhook(self, what: str, wish: Mapping[str, Any]) -> JsonObject:
        """Send a webhook or one of the two callbacks."""
        return self._deliveries.act(what, wish)

    def happenings(self) -> Iterable[Happening]:
        """Return the events the controls page offers."""
        return HAPPENINGS

    def run_errands(self) -> None:
        """Let go live what is due, and send the webhooks that wait."""
        with self._world.changing():
            self._settle()
        self._deliveries.run_due()

    def _settle(self) -> None:
        self.state.release_due(self._world.now())
        if self.state.library.processing:
            processing.settle(self.state, self._world.clock.now())

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
            "photos": len(state.library.photos),
            "videos": len(state.library.videos),
            "stories": len(state.library.stories),
            "instagram_containers": len(state.instagram.containers),
            "instagram_media": len(state.instagram.media),
            "deliveries": len(state.hooks.outbox),
            "pages": len(state.pages),
            "people": len(state.people),
            "grants": len(state.grants),
            "tokens": len(state.tokens),
        }
