"""www.facebook.com: the login dialog, and the public pages a permalink opens."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from markupsafe import escape
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from sandbox import rendering
from sandbox.calls import Call
from sandbox.guard import from_elsewhere
from sandbox.meta import consent
from sandbox.meta.ask import INSTAGRAM_HOST, SITE_HOST
from sandbox.meta.records import Human, Page
from sandbox.meta.scopes import IMPLICIT_SCOPE, SCOPES
from sandbox.meta.shown import Shown
from sandbox.meta.state import State
from sandbox.meta.versions import split_version
from sandbox.platforms import ConsentRefusedError, TimelineItem

if TYPE_CHECKING:
    from sandbox.world import World

_WHO = "sandbox_user"
_SHOWN_POSTS = 50
_AVATAR = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{size}" height="{size}" viewBox="0 0 100 100">'
    '<rect width="100" height="100" fill="hsl({hue} 45% 42%)"/>'
    '<text x="50" y="52" fill="#fff" font-family="system-ui,sans-serif" font-size="40" text-anchor="middle" '
    'dominant-baseline="middle">{letters}</text></svg>'
)
_PATHS = Map(
    [
        Rule("/dialog/oauth", endpoint="dialog"),
        Rule("/<owner>/picture", endpoint="picture"),
        Rule("/<page_id>/posts/<post_id>", endpoint="post"),
        Rule("/<page_id>/photos/<media_id>", endpoint="media"),
        Rule("/<page_id>/videos/<media_id>", endpoint="media"),
        Rule("/reel/<media_id>", endpoint="media"),
        Rule("/stories/<page_id>/<story_id>", endpoint="story"),
        Rule("/<name>", endpoint="name"),
    ],
    strict_slashes=False,
)


class Site:
    """Serve the pages people see."""

    def __init__(self, world: World, state: State, shown: Shown) -> None:
        self._world = world
        self._state = state
        self._shown = shown

    def answer(self, call: Call) -> Response:
        """Answer one call to the public site."""
        _, rest = split_version(call.path)
        try:
            name, values = _PATHS.bind("").match(rest, method="GET")
        except HTTPException:
            return _not_found()
        if name == "dialog":
            return self._dialog(call)
        if name == "picture":
            return self._picture(values["owner"], call.query.get("size", "50"))
        self._state.release_due(self._world.now())
        if name == "post":
            return self._post(call, f"{values['page_id']}_{values['post_id']}")
        if name == "media":
            return self._media(call, values["media_id"])
        if name == "story":
            return self._story(call, values["story_id"])
        page = self._state.pages.get(values["name"])
        return self._page(call, page) if page else self._post(call, values["name"])

    def _dialog(self, call: Call) -> Response:
        """Ask for consent (GET), or carry out the answer (POST of the same address)."""
        try:
            request = consent.read_request(self._state, call.query)
            if call.method != "POST":
                return self._ask(call, request)
            if from_elsewhere(call.request):
                return _dialog_error("This form was sent from another site's page.", 403)
            form = call.request.form
            if form.get("decision") != "allow":
                return redirect(consent.cancel(request).redirect_url)
            person = self._person(form.get("user", ""))
            ticked = set(form.getlist("scope"))
            declined = [scope for scope in consent.offered_scopes(self._state, request, person) if scope not in ticked]
            ended = consent.allow(
                self._world,
                request,
                person,
                pages=form.getlist("page"),
                declined=declined,
                instagram=form.getlist("instagram") if "asks_instagram" in form else None,
            )
            return redirect(ended.redirect_url)
        except ConsentRefusedError as refusal:
            return _dialog_error(str(refusal), 400)

    def _ask(self, call: Call, request: consent.Request) -> Response:
        people = list(self._state.people)
        person = self._person(call.query.get(_WHO) or people[0].id)
        offered = consent.offered_scopes(self._state, request, person)
        grant = self._state.grant_of(person.id, request.app.id)
        params = {name: value for name, value in call.query.items() if name != _WHO}
        address = call.address

        def here(**more: str) -> str:
            return address.url(call.host, call.path, {**params, **more})

        return rendering.page(
            "meta/templates/consent.html",
            app=request.app,
            people=[(someone, here(**{_WHO: someone.id})) for someone in people],
            person=person,
            action=here(),
            pages=consent.pages_of(self._state, person),
            accounts=consent.accounts_of(self._state, person) if _about_instagram(request) else [],
            scopes=[(scope, SCOPES[scope][1]) for scope in offered if scope != IMPLICIT_SCOPE],
            withheld=[scope for scope in request.scopes if scope not in offered],
            returns_to=request.redirect_uri,
            again=grant is not None,
            shut_out=request.app.mode == "development" and person.id not in request.app.roles,
        )

    def _person(self, person_id: str) -> Human:
        person = self._state.people.get(person_id)
        if person is None:
            raise ConsentRefusedError("Nobody here has that id.")
        return person

    def _post(self, call: Call, post_id: str) -> Response:
        post = self._state.posts.get(post_id)
        page = self._state.pages.get(post.page_id) if post else None
        if post is None or page is None or not post.published:
            return _not_found()
        return self._show(call, page, [self._shown.post(post)], single=True)

    def _media(self, call: Call, media_id: str) -> Response:
        """Show the post a photo or a video stands in."""
        library = self._state.library
        row = library.photos.get(media_id) or library.videos.get(media_id)
        return self._post(call, row.post_id) if row else _not_found()

    def _story(self, call: Call, story_id: str) -> Response:
        story = self._state.library.stories.get(story_id)
        page = self._state.pages.get(story.page_id) if story else None
        if story is None or page is None:
            return _not_found()
        item = self._shown.story(story)
        return self._show(call, page, [item], single=True) if item.live else _not_found()

    def _page(self, call: Call, page: Page) -> Response:
        posts = (post for post in self._state.posts_of(page.id) if post.published)
        return self._show(call, page, [self._shown.post(post) for post in islice(posts, _SHOWN_POSTS)], single=False)

    def _show(self, call: Call, page: Page, items: list[TimelineItem], *, single: bool) -> Response:
        account = self._state.instagram.accounts.get(page.instagram)
        if account is not None and account.kind == "personal":
            account = None
        stories = [] if single else [self._shown.story(one) for one in self._state.library.stories_of(page.id)]
        return rendering.page(
            "meta/templates/page.html",
            owner=page,
            items=items,
            single=single,
            comments={item.id: self._state.comments_of(item.id) for item in items},
            stories=[(item, call.address.url(SITE_HOST, item.path)) for item in stories if item.live],
            account=account,
            account_url=call.address.url(INSTAGRAM_HOST, f"/{account.username}/") if account else "",
            now=self._world.clock.now(),
            address=call.address.url,
        )

    def _picture(self, owner_id: str, size: str) -> Response:
        owner = (
            self._state.pages.get(owner_id)
            or self._state.people.get(owner_id)
            or self._state.instagram.accounts.get(owner_id)
        )
        if owner is None:
            return _not_found()
        image = _AVATAR.format(
            size=size if size.isdecimal() else "50",
            hue=rendering.hue(owner.id) * 45,
            letters=escape(rendering.initials(owner.name)),
        )
        return Response(image, mimetype="image/svg+xml")


def _about_instagram(request: consent.Request) -> bool:
    return any(SCOPES[scope][0] == "instagram" for scope in request.scopes)


def _not_found() -> Response:
    return rendering.page(
        "templates/message.html",
        status=404,
        title="This page is not available",
        text="The post was removed, was never published, or the address is wrong.",
    )


def _dialog_error(text: str, status: int) -> Response:
    return rendering.page("templates/message.html", status=status, title="This login cannot go on", text=text)
