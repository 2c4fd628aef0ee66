"""www.tiktok.com and its delivery network: the authorization page, profiles, posts, drafts, faces and covers."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from sandbox import rendering
from sandbox.calls import Call
from sandbox.guard import from_elsewhere
from sandbox.platforms import ConsentRefusedError
from sandbox.tiktok import consent, demo, faces, showing
from sandbox.tiktok.consent import SentBackError
from sandbox.tiktok.creator import EVERYONE, SELF, privacy_options
from sandbox.tiktok.happenings import Happenings
from sandbox.tiktok.presets import CDN_HOST
from sandbox.tiktok.records import Creator, Post
from sandbox.tiktok.scopes import FIXED, SCOPES
from sandbox.tiktok.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_WHO = "sandbox_user"
_SHOWN_POSTS = 50
_PAGES = Map(
    [
        Rule("/v2/auth/authorize", endpoint="authorize"),
        Rule("/@<username>", endpoint="profile"),
        Rule("/@<username>/drafts/<publish_id>", endpoint="draft"),
        Rule("/@<username>/<any(video, photo):kind>/<post_id>", endpoint="post"),
        Rule("/player/v1/<post_id>", endpoint="post"),
    ],
    strict_slashes=False,
)
_SEEN = Map(
    [Rule("/avatar/<creator_id>~<int:size>.svg", endpoint="avatar"), Rule("/cover/<post_id>.jpeg", endpoint="cover")]
)


class Site:
    """Serve the hosts that people's browsers visit."""

    def __init__(self, world: World, state: State, happenings: Happenings) -> None:
        self._world = world
        self._state = state
        self._happenings = happenings

    def answer(self, call: Call) -> Response:
        """Answer one call."""
        if call.host == CDN_HOST:
            return self._picture(call)
        try:
            name, values = _PAGES.bind("").match(call.path, method="GET")
        except HTTPException:
            return _not_found()
        if name == "authorize":
            return self._authorize(call)
        if name == "post":
            post = self._state.posts.get(values["post_id"])
            creator = self._state.creators.get(post.creator_id) if post else None
            return self._show(call, creator, [post]) if post and creator and not post.removed else _not_found()
        creator = next((one for one in self._state.creators if one.username == values["username"]), None)
        if creator is None:
            return _not_found()
        if name == "draft":
            return self._post_draft(call, creator, values["publish_id"])
        return self._show(call, creator, list(islice(self._state.posts_of(creator.id), _SHOWN_POSTS)), whole=True)

    def _authorize(self, call: Call) -> Response:
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
            allowed = set(form.getlist("scope"))
            declined = [scope for scope in request.scopes if scope not in allowed]
            creator = self._creator(form.get("user", ""))
            return redirect(consent.allow(self._world, self._state, request, creator, declined).redirect_url)
        except SentBackError as refusal:
            return redirect(refusal.ended.redirect_url)
        except ConsentRefusedError as refusal:
            return _dialog_error(str(refusal), 400)

    def _ask(self, call: Call, request: consent.Request) -> Response:
        known = consent.signed_in(self._state, request)
        if known is not None:
            return redirect(consent.allow(self._world, self._state, request, known).redirect_url)
        creators = list(self._state.creators)
        person = self._creator(call.query.get(_WHO) or creators[0].id)
        params = {name: value for name, value in call.query.items() if name != _WHO}

        def here(**more: str) -> str:
            return call.address.url(call.host, call.path, {**params, **more})

        return rendering.page(
            "tiktok/templates/consent.html",
            app=request.app,
            people=[(someone, here(**{_WHO: someone.id})) for someone in creators],
            person=person,
            key=demo.destination_of,
            action=here(),
            scopes=[(scope, SCOPES[scope], scope == FIXED) for scope in request.scopes],
            returns_to=request.redirect_uri,
            target=request.app.mode != "sandbox" or person.id in request.app.targets,
        )

    def _creator(self, creator_id: str) -> Creator:
        creator = self._state.creators.get(creator_id)
        if creator is None:
            raise ConsentRefusedError("Nobody here has that id.")
        return creator

    def _show(self, call: Call, creator: Creator, posts: list[Post], *, whole: bool = False) -> Response:
        """Show a profile with its posts and the creator's inbox, or one post."""
        now = self._world.clock.now()
        drafts = self._state.drafts_of(creator.id) if whole else []
        return rendering.page(
            "tiktok/templates/profile.html",
            creator=creator,
            posts=[showing.seen(post, self._world.switches, now) for post in posts],
            drafts=[(one, showing.text_of(one), showing.media_of(one)) for one in drafts],
            whole=whole,
            key=demo.destination_of,
            privacy=privacy_options(creator),
            preselected=SELF if creator.private else EVERYONE,
            now=now,
            address=call.address.url,
        )

    def _post_draft(self, call: Call, creator: Creator, publish_id: str) -> Response:
        """Post a draft, as a creator does in the app."""
        publish = self._state.publishes.get(publish_id)
        privacy = call.request.form.get("privacy", "")
        if from_elsewhere(call.request):
            return _dialog_error("This form was sent from another site's page.", 403)
        if call.method != "POST" or publish is None or publish.creator_id != creator.id:
            return _not_found()
        if publish.is_waiting_draft and privacy in privacy_options(creator):
            self._happenings.post_draft(publish, privacy)
        return redirect(call.address.url(call.host, f"/@{creator.username}"), code=303)

    def _picture(self, call: Call) -> Response:
        try:
            name, values = _SEEN.bind("").match(call.path, method="GET")
        except HTTPException:
            return _not_found()
        if int(call.query.get("x-expires", "0") or 0) < self._world.clock.now():
            return Response("URL signature expired", 403, mimetype="text/plain")
        if name == "avatar":
            creator = self._state.creators.get(values["creator_id"])
            return faces.face(creator, values["size"]) if creator else _not_found()
        post = self._state.posts.get(values["post_id"])
        return faces.cover(post) if post and not post.removed else _not_found()


def _not_found() -> Response:
    return rendering.page(
        "templates/message.html",
        status=404,
        title="Couldn’t find this page",
        text="The post was removed, was never published, or the address is wrong.",
    )


def _dialog_error(text: str, status: int) -> Response:
    return rendering.page("templates/message.html", status=status, title="You cannot sign in here", text=text)
