"""What people open: the authorization page, a place with its posts and reviews, the page where a review is written."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from sandbox import rendering
from sandbox.calls import Call
from sandbox.google_business import consent, hosts, showing
from sandbox.google_business.levers import Levers
from sandbox.google_business.records import Location, Person
from sandbox.google_business.scopes import SCOPES
from sandbox.google_business.state import State
from sandbox.guard import from_elsewhere
from sandbox.platforms import ConsentRefusedError

if TYPE_CHECKING:
    from sandbox.world import World

_WHO = "sandbox_user"
_SHOWN_POSTS = 50
_SHOWN_REVIEWS = 40
_DIALOG = ("/o/oauth2/v2/auth", "/o/oauth2/auth")


class Site:
    """Serve the hosts people open in a browser."""

    def __init__(self, world: World, state: State, levers: Levers) -> None:
        self._world = world
        self._state = state
        self._levers = levers

    def answer(self, call: Call) -> Response:
        """Answer one call."""
        if call.host == hosts.SIGN_IN:
            return self._dialog(call) if call.path in _DIALOG else _not_found()
        if call.host == hosts.WRITE_REVIEW and call.path == "/local/writereview":
            return self._review(call)
        if call.method not in ("GET", "HEAD"):
            return _not_found()
        if call.host == hosts.PICTURES:
            return self._picture(call)
        return self._place(call)

    def _dialog(self, call: Call) -> Response:
        """Ask for consent (GET), or carry out the answer (POST of the same address)."""
        try:
            request = consent.read_request(self._world, self._state, call.query)
            if call.method != "POST":
                return self._ask(call, request)
            if from_elsewhere(call.request):
                return _dialog_error("This form was sent from another site's page.", 403)
            form = call.request.form
            if form.get("decision") != "allow":
                return redirect(consent.cancel(request).redirect_url)
            person = self._person(form.get("user", ""))
            ticked = form.getlist("scope") if form.get("tickable") else None
            return redirect(consent.allow(self._world, self._state, request, person, ticked).redirect_url)
        except ConsentRefusedError as refusal:
            return _dialog_error(str(refusal), 400)

    def _ask(self, call: Call, request: consent.Request) -> Response:
        people = list(self._state.people)
        hinted = next((one.id for one in people if request.login_hint in (one.email, one.id)), people[0].id)
        person = self._person(call.query.get(_WHO) or hinted)
        if "none" in request.prompts:
            return redirect(consent.allow(self._world, self._state, request, person).redirect_url)
        params = {name: value for name, value in call.query.items() if name != _WHO}

        def here(**more: str) -> str:
            return call.address.url(call.host, call.path, {**params, **more})

        locations = self._state.locations_of(person)
        return rendering.page(
            "google_business/templates/consent.html",
            app=request.app,
            people=[(someone, here(**{_WHO: someone.id})) for someone in people],
            person=person,
            action=here(),
            scopes=[(scope, SCOPES[scope], scope in request.tickable) for scope in request.scopes],
            tickable=bool(request.tickable),
            asked=consent.is_asked(self._state, request, person),
            offline=request.offline,
            returns_to=request.redirect_uri,
            groups=[
                (account, len(self._state.locations_in(account.id, person)))
                for account, _ in self._state.accounts_of(person)
            ],
            locations=len(locations),
            silent=sum(not one.may_post for one in locations),
        )

    def _place(self, call: Call) -> Response:
        """Show a place: the whole of it, or one of its posts."""
        lpsid = call.query.get("lpsid", "")
        wanted = call.query.get("id") or call.query.get("cid") or ""
        folder, _, rest = call.path.strip("/").partition("/")
        if call.host == hosts.PLACE and folder == "place" and rest:
            wanted, _, lpsid = rest.partition("/")
        location = next((one for one in self._state.locations if wanted and wanted in (one.cid, one.id)), None)
        if location is None:
            return _not_found()
        posts = self._state.posts_at(location.id)
        if lpsid:
            posts = (post for post in posts if post.lpsid == lpsid)
        now = self._world.clock.now()
        seen = [showing.seen(post, now) for post in islice(posts, _SHOWN_POSTS)]
        if lpsid and not seen:
            return _not_found()
        return self._shown(call, location, seen, single=bool(lpsid))

    def _shown(self, call: Call, location: Location, posts: list[showing.Seen], *, single: bool) -> Response:
        now = self._world.clock.now()
        said = self._state.reviews_at(location.id)[::-1]
        return rendering.page(
            "google_business/templates/place.html",
            place=location,
            home=call.address.url(hosts.MAPS, "/maps", {"cid": location.cid}),
            standing=showing.STANDINGS.get(location.standing, ""),
            posts=posts,
            reviews=[showing.opinion(one, now) for one in said[:_SHOWN_REVIEWS]],
            rating=round(sum(one.stars for one in said) / len(said), 1) if said else 0.0,
            said=len(said),
            write=call.address.url(hosts.WRITE_REVIEW, "/local/writereview", {"placeid": location.place_id}),
            single=single,
            now=now,
            link=lambda post: call.address.url(hosts.PLACE, showing.path_of(location, post)),
        )

    def _review(self, call: Call) -> Response:
        """Let somebody write a review (GET: the form)."""
        wanted = call.query.get("placeid", "")
        location = next((one for one in self._state.locations if one.place_id == wanted), None)
        if location is None:
            return _not_found()
        home = call.address.url(hosts.MAPS, "/maps", {"cid": location.cid})
        if call.method == "POST":
            form = call.request.form
            stars = form.get("stars", "")
            if from_elsewhere(call.request) or stars not in ("1", "2", "3", "4", "5"):
                return _dialog_error("This review cannot be taken.", 400)
            self._levers.add_review(location, int(stars), form.get("comment", ""), form.get("reviewer", ""))
            return redirect(home, code=303)
        action = call.address.url(call.host, call.path, {"placeid": wanted})
        return rendering.page("google_business/templates/review.html", place=location, action=action, home=home)

    def _picture(self, call: Call) -> Response:
        """Hand out a photo by its public key."""
        key = call.path.rpartition("/")[2].partition("=")[0]
        shown = self._state.gallery.get(key)
        digest = shown.digest if shown else self._state.photo_digest(key)
        return self._world.media.answer(f"/kept/{digest}") if digest else _not_found()

    def _person(self, person_id: str) -> Person:
        person = self._state.people.get(person_id)
        if person is None:
            raise ConsentRefusedError("Nobody here has that id.")
        return person


def _not_found() -> Response:
    return rendering.page(
        "templates/message.html",
        status=404,
        title="This page is not available",
        text="The place or post is not there, or the address is wrong.",
    )


def _dialog_error(text: str, status: int) -> Response:
    return rendering.page("templates/message.html", status=status, title="Access blocked", text=text)
