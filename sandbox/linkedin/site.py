"""www.linkedin.com and media.licdn.com: the authorization page, OAuth for programs, uploads, and what people see."""

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
from sandbox.linkedin import consent, media, oauth, openid, showing, uploads
from sandbox.linkedin.consent import ScopeNotProvisionedError
from sandbox.linkedin.errors import OAuthRefusal, Refusal
from sandbox.linkedin.gate import Gate
from sandbox.linkedin.presets import MEDIA_HOST, SITE_HOST
from sandbox.linkedin.records import Member, Organization, Post
from sandbox.linkedin.responses import as_json, marked
from sandbox.linkedin.scopes import SCOPES
from sandbox.linkedin.state import State
from sandbox.platforms import ConsentRefusedError

if TYPE_CHECKING:
    from sandbox.world import World

_WHO = "sandbox_user"
_SHOWN_POSTS = 50
_FACE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="200" height="200" viewBox="0 0 100 100">'
    '<rect width="100" height="100" fill="hsl({hue} 45% 42%)"/>'
    '<text x="50" y="52" fill="#fff" font-family="system-ui,sans-serif" font-size="40" text-anchor="middle" '
    'dominant-baseline="middle">{letters}</text></svg>'
)
_PAGES = Map(
    [
        Rule("/oauth/v2/authorization", endpoint="authorization"),
        Rule("/feed/update/<urn>", endpoint="post"),
        Rule("/company/<vanity>", endpoint="company"),
        Rule("/in/<vanity>", endpoint="member"),
    ],
    strict_slashes=False,
)
_SEEN = Map([Rule("/dms/face/<owner>", endpoint="face"), Rule("/dms/<kind>/<number>", endpoint="asset")])
_PROGRAMS = ("/oauth/v2/accessToken", "/oauth/v2/introspectToken", "/oauth/v2/revoke")


def is_for_programs(path: str) -> bool:
    """Say whether a path of the site is called by programs, not by people."""
    return path in _PROGRAMS or path.startswith(("/oauth/openid/", "/oauth/.well-known/", "/dms-uploads/"))


class Site:
    """Serve the site's hosts."""

    def __init__(self, world: World, state: State, gate: Gate) -> None:
        self._world = world
        self._state = state
        self._gate = gate

    def answer(self, call: Call) -> Response:
        """Answer one call."""
        if call.host == MEDIA_HOST:
            return self._media(call)
        if not is_for_programs(call.path):
            return self._page(call)
        try:
            return marked(self._for_programs(call))
        except (OAuthRefusal, Refusal) as refusal:
            return marked(as_json(refusal.body(), refusal.status))

    def _for_programs(self, call: Call) -> Response:
        path = call.path
        if path.startswith("/dms-uploads/"):
            return uploads.put(self._world, self._state, self._gate, call)
        if path == "/oauth/.well-known/openid-configuration":
            return as_json(openid.discovery(call.address.url(SITE_HOST, "").rstrip("/")))
        if path == "/oauth/openid/jwks":
            return as_json(openid.key_set())
        if call.method != "POST":
            raise OAuthRefusal(405, "invalid_request", "This endpoint takes a POST")
        if path == "/oauth/v2/accessToken":
            return as_json(oauth.access_token(self._world, self._state, call))
        if path == "/oauth/v2/introspectToken":
            return as_json(oauth.introspect(self._world, self._state, call))
        if path == "/oauth/v2/revoke":
            oauth.revoke(self._state, call)
            return Response(status=200)
        raise OAuthRefusal(404, "invalid_request", "There is no such endpoint")

    def _page(self, call: Call) -> Response:
        try:
            name, values = _PAGES.bind("").match(call.path, method="GET")
        except HTTPException:
            return _not_found()
        if name == "authorization":
            return self._authorization(call)
        if name == "post":
            post = self._state.resolve(values["urn"])
            author = self._state.author(post.author) if post else None
            visible = post is not None and showing.is_visible(
                self._state, self._world.switches, post, self._world.clock.now()
            )
            return self._shown(call, author, [post], single=True) if author and post and visible else _not_found()
        rows = self._state.organizations if name == "company" else self._state.members
        owner = next((row for row in rows if row.vanity == values["vanity"]), None)
        if owner is None:
            return _not_found()
        listed = (post for post in self._state.posts_of(owner.urn) if _on_main_feed(post))
        return self._shown(call, owner, list(islice(listed, _SHOWN_POSTS)), single=False)

    def _authorization(self, call: Call) -> Response:
        """Ask for consent (GET), or carry out the answer (POST of the same address)."""
        try:
            request = consent.read_request(self._state, call.query)
            if call.method != "POST":
                return self._ask(call, request)
            if from_elsewhere(call.request):
                return _dialog_error("This form was sent from another site's page.", 403)
            form = call.request.form
            decision = form.get("decision", "cancel")
            if decision != "allow":
                return redirect(
                    consent.cancel(request, decision if decision in consent.CANCELS else "cancel").redirect_url
                )
            person = self._person(form.get("user", ""))
            return redirect(consent.allow(self._world, self._state, request, person).redirect_url)
        except ScopeNotProvisionedError as refusal:
            return redirect(refusal.ended.redirect_url)
        except ConsentRefusedError as refusal:
            return _dialog_error(str(refusal), 401)

    def _ask(self, call: Call, request: consent.Request) -> Response:
        if self._world.switches.flag("linkedin.skip_consent"):
            known = consent.allowed_before(self._world, self._state, request)
            if known is not None:
                return redirect(consent.allow(self._world, self._state, request, known).redirect_url)
        members = list(self._state.members)
        person = self._person(call.query.get(_WHO) or members[0].id)
        grant = self._state.grant_of(person.id, request.app.id)
        params = {name: value for name, value in call.query.items() if name != _WHO}

        def here(**more: str) -> str:
            return call.address.url(call.host, call.path, {**params, **more})

        return rendering.page(
            "linkedin/templates/consent.html",
            app=request.app,
            people=[(someone, here(**{_WHO: someone.id})) for someone in members],
            person=person,
            action=here(),
            scopes=[(scope, SCOPES[scope]) for scope in request.scopes],
            pages=self._pages_of(person) if any("organization" in scope for scope in request.scopes) else [],
            returns_to=request.redirect_uri,
            replaces=grant is not None and set(grant.scopes) != set(request.scopes),
        )

    def _pages_of(self, person: Member) -> list[tuple[Organization, str]]:
        found = (
            (self._state.organizations.get(role.organization_id), role) for role in self._state.roles_of(person.id)
        )
        return [(page, role.role) for page, role in found if page is not None and role.state == "APPROVED"]

    def _person(self, person_id: str) -> Member:
        person = self._state.members.get(person_id)
        if person is None:
            raise ConsentRefusedError("Nobody here has that id.")
        return person

    def _shown(self, call: Call, owner: Member | Organization, posts: list[Post], *, single: bool) -> Response:
        now = self._world.clock.now()
        seen = (showing.seen(self._state, self._world.switches, post, now) for post in posts)
        return rendering.page(
            "linkedin/templates/page.html",
            owner=owner,
            about=owner.industry if isinstance(owner, Organization) else owner.headline,
            followers=owner.followers if isinstance(owner, Organization) else owner.connections,
            posts=[item for item in seen if item.visible],
            single=single,
            now=now,
            address=call.address.url,
        )

    def _media(self, call: Call) -> Response:
        """Hand out faces, logos and the bytes of uploads."""
        try:
            name, values = _SEEN.bind("").match(call.path, method="GET")
        except HTTPException:
            return _not_found()
        if name == "face":
            owner = self._state.members.get(values["owner"]) or self._state.organizations.get(values["owner"])
            return _face(owner) if owner else _not_found()
        asset = self._state.assets.get(f"urn:li:{values['kind']}:{values['number']}")
        status = media.status_of(asset, self._world.switches, self._world.clock.now()) if asset else media.WAITING
        data = media.bytes_of(self._state, asset) if asset and status == media.AVAILABLE else None
        if asset is None or data is None:
            return _not_found()
        response = Response(data, content_type=asset.media_type)
        response.headers.update({"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"})
        if asset.kind == "document":
            response.headers["Content-Disposition"] = "attachment"
        return response.make_conditional(call.request, accept_ranges=True, complete_length=len(data))


def _on_main_feed(post: Post) -> bool:
    return bool(post.distribution.get("feedDistribution") != "NONE")


def _face(owner: Member | Organization) -> Response:
    letters = escape(rendering.initials(owner.name))
    return Response(_FACE.format(hue=rendering.hue(owner.urn) * 45, letters=letters), mimetype="image/svg+xml")


def _not_found() -> Response:
    return rendering.page(
        "templates/message.html",
        status=404,
        title="This page is not available",
        text="The post was removed, cannot be shown, or the address is wrong.",
    )


def _dialog_error(text: str, status: int) -> Response:
    return rendering.page("templates/message.html", status=status, title="This sign-in cannot go on", text=text)
