"""www.instagram.com: profiles as grids, and single posts, as people see them."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from sandbox import rendering
from sandbox.calls import Call
from sandbox.meta.ask import INSTAGRAM_HOST
from sandbox.meta.instagram_fields import permalink_path
from sandbox.meta.instagram_records import Account, Medium
from sandbox.meta.shown import Shown
from sandbox.meta.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_SHOWN = 60
_DAY_S = 24 * 60 * 60
_PATHS = Map(
    [
        Rule("/p/<shortcode>", endpoint="medium"),
        Rule("/reel/<shortcode>", endpoint="medium"),
        Rule("/stories/<username>/<shortcode>", endpoint="medium"),
        Rule("/<username>", endpoint="profile"),
    ],
    strict_slashes=False,
)


class InstagramSite:
    """Serve the pages people see."""

    def __init__(self, world: World, state: State, shown: Shown) -> None:
        self._world = world
        self._state = state
        self._shown = shown

    def answer(self, call: Call) -> Response:
        """Answer one call to the public site."""
        try:
            name, values = _PATHS.bind("").match(call.path.rstrip("/") or "/", method="GET")
        except HTTPException:
            return _not_found()
        if name == "profile":
            account = self._shown.account(values["username"])
            return self._profile(call, account) if account else _not_found()
        medium = self._state.instagram.media.get(self._state.instagram.by_shortcode.get(values["shortcode"], ""))
        account = self._state.instagram.accounts.get(medium.account_id) if medium else None
        if medium is None or account is None or self._gone(medium):
            return _not_found()
        return self._single(call, account, medium)

    def _profile(self, call: Call, account: Account) -> Response:
        media = list(self._state.instagram.media_of(account.id))
        lasting = [medium for medium in media if medium.product != "STORY"]
        stories = [medium for medium in media if medium.product == "STORY" and not self._gone(medium)]
        page = self._state.pages.get(account.page_id)

        def tile(medium: Medium) -> tuple[object, str]:
            return self._shown.medium(medium), call.address.url(
                INSTAGRAM_HOST, permalink_path(medium, account.username)
            )

        return rendering.page(
            "meta/templates/instagram.html",
            account=account,
            page_name=page.name if page else "",
            page_url=call.address.url("www.facebook.com", f"/{page.id}") if page else "",
            tiles=[tile(medium) for medium in islice(lasting, _SHOWN)],
            stories=[tile(medium) for medium in stories],
            count=len(lasting),
        )

    def _single(self, call: Call, account: Account, medium: Medium) -> Response:
        comments = [one for one in self._state.instagram.comments_of(medium.id) if not one.hidden]
        return rendering.page(
            "meta/templates/instagram_post.html",
            account=account,
            item=self._shown.medium(medium),
            comments=comments,
            collaborators=medium.extras.get("collaborators", []),
            now=self._world.clock.now(),
            address=call.address.url,
        )

    def _gone(self, medium: Medium) -> bool:
        return medium.product == "STORY" and self._world.now() >= medium.created + _DAY_S


def _not_found() -> Response:
    return rendering.page(
        "templates/message.html",
        status=404,
        title="This page is not available",
        text="The link is broken, or what it led to was removed.",
    )
