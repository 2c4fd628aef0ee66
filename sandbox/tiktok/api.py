"""The API's router: token, scope, minute, then the handler; every answer in the envelope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from sandbox.calls import Call
from sandbox.tiktok import creator, envelope, limits, oauth, photo_posts, profile, status, tokens, video_posts, videos
from sandbox.tiktok.ask import Ask
from sandbox.tiktok.errors import OAuthRefusal, Refusal
from sandbox.tiktok.scopes import BASIC, LIST, PROFILE, PUBLISH, STATS, UPLOAD
from sandbox.tiktok.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_POSTING = "/v2/post/publish/"


@dataclass(frozen=True)
class Endpoint:
    """What answers a path, the scopes of which one is enough, and the ceiling of its minute (none: not limited)."""

    method: str
    run: Callable[[Ask], dict[str, Any] | None]
    scopes: tuple[str, ...]
    ceiling: str = ""
    per_app: bool = False
    # What else is asked of the scopes, where that depends on the body.
    narrow: Callable[[Ask], None] | None = None


_INIT, _DISPLAY = "tiktok.limit_init", "tiktok.limit_display"
_ENDPOINTS: dict[str, Endpoint] = {
    creator.PATH: Endpoint("POST", creator.query, (PUBLISH,), "tiktok.limit_creator_info"),
    f"{_POSTING}video/init/": Endpoint("POST", video_posts.direct, (PUBLISH,), _INIT),
    f"{_POSTING}inbox/video/init/": Endpoint("POST", video_posts.inbox, (UPLOAD,), _INIT),
    f"{_POSTING}content/init/": Endpoint(
        "POST", photo_posts.init, (PUBLISH, UPLOAD), _INIT, narrow=photo_posts.need_scope
    ),
    f"{_POSTING}status/fetch/": Endpoint("POST", status.fetch, (UPLOAD, PUBLISH), "tiktok.limit_status"),
    f"{_POSTING}cancel/": Endpoint("POST", status.cancel, (UPLOAD, PUBLISH)),
    "/v2/user/info/": Endpoint("GET", profile.info, (BASIC, PROFILE, STATS), _DISPLAY, per_app=True),
    "/v2/video/list/": Endpoint("POST", videos.listed, (LIST,), _DISPLAY, per_app=True),
    "/v2/video/query/": Endpoint("POST", videos.query, (LIST,), _DISPLAY, per_app=True),
}
_OAUTH: dict[str, Callable[[World, State, Call], dict[str, Any]]] = {
    "/v2/oauth/token/": oauth.token,
    "/v2/oauth/revoke/": oauth.revoke,
}


class Api:
    """Answer open.tiktokapis.com."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def answer(self, call: Call) -> Response:
        """Answer one call."""
        if call.path in _OAUTH and call.method == "POST":
            return self._oauth(call)
        endpoint = _ENDPOINTS.get(call.path)
        if endpoint is None or endpoint.method != call.method:
            return Response("Unsupported path", 404, mimetype="text/plain")
        try:
            return envelope.answer(self._world, self._work(call, endpoint))
        except Refusal as refusal:
            call.note = f"refused: {refusal.code}" + (f" ({refusal.message})" if refusal.status == 400 else "")
            return self.refuse(call, refusal)

    def refuse(self, call: Call, refusal: Refusal) -> Response:
        """Write a refusal in the shape of the path it is for."""
        if call.path in _OAUTH:
            response = envelope.oauth_refusal(self._world, OAuthRefusal(refusal.code, refusal.message))
            if refusal.status >= 500:
                response.status_code = refusal.status
            return response
        return envelope.refusal(self._world, refusal, posting=call.path.startswith(_POSTING))

    def _oauth(self, call: Call) -> Response:
        try:
            return envelope.flat(_OAUTH[call.path](self._world, self._state, call))
        except OAuthRefusal as refusal:
            call.note = f"refused: {refusal.error}"
            return envelope.oauth_refusal(self._world, refusal)

    def _work(self, call: Call, endpoint: Endpoint) -> dict[str, Any] | None:
        ask = self._authenticate(call)
        ask.need(*endpoint.scopes)
        if endpoint.narrow is not None:
            endpoint.narrow(ask)
        if not endpoint.ceiling:
            return endpoint.run(ask)
        limits.admit(ask, call.path, endpoint.ceiling, per_app=endpoint.per_app)
        try:
            answer = endpoint.run(ask)
        except Refusal:
            limits.count(ask, call.path, per_app=endpoint.per_app)
            raise
        # Only now: a handler that has to fetch something first is begun anew, and is still one call.
        limits.count(ask, call.path, per_app=endpoint.per_app)
        return answer

    def _authenticate(self, call: Call) -> Ask:
        token = tokens.identify(self._state, call.bearer, self._world.clock.now())
        app, person = self._state.apps.get(token.app_key), self._state.creators.get(token.creator_id)
        if app is None or person is None:
            raise Refusal("access_token_invalid")
        return Ask(self._world, self._state, call, token, app, person)
