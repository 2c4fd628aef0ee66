"""The feed and the controls as pages for people."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from sandbox import rendering
from sandbox.address import Address
from sandbox.control.api import Api
from sandbox.control.forms import carry_out
from sandbox.faults import AFTER, BEFORE

if TYPE_CHECKING:
    from sandbox.world import World

_SHOWN_POSTS = 60
_SHOWN_CALLS = 30


class Pages:
    """Render the two pages of the control room."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._api = Api(world)

    def feed(self, request: Request) -> Response:
        """Show what was published, newest first, of all destinations or of one."""
        chosen = request.args.get("page", "")
        with self._world.changing():
            towns = list(self._world.platforms.values())
            items = [item for town in towns for item in islice(town.timeline(chosen), _SHOWN_POSTS)]
            places = [(town.name, place) for town in towns for place in town.destinations()]
            now = self._world.clock.now()
            total = sum(place.posts for _, place in places if chosen in ("", place.id))
        items.sort(key=lambda item: item.created, reverse=True)
        return rendering.page(
            "templates/feed.html",
            items=items[:_SHOWN_POSTS],
            total=total,
            chosen=chosen,
            chosen_name=next((place.name for _, place in places if place.id == chosen), ""),
            places=[(town, place) for town, place in places if place.posts or place.id == chosen],
            now=now,
            address=self._address(request),
        )

    def controls(self, request: Request) -> Response:
        """Show faults, clock, switches and the latest calls; a POST pulls one of the levers."""
        if request.method == "POST":
            with self._world.changing():
                outcome = carry_out(self._world, self._api, request.form)
            return redirect(f"/_sandbox/controls?{outcome.query()}#top", code=303)
        with self._world.changing():
            world = self._world
            return rendering.page(
                "templates/controls.html",
                faults=world.faults.listed(),
                presets=self._api.presets(),
                kinds=[*BEFORE, *AFTER],
                switches=[(switch, world.switches.value(name)) for name, switch in world.switches.table.items()],
                moment=world.clock.moment(),
                offset_s=world.clock.offset_s,
                frozen=world.clock.frozen,
                calls=world.journal.entries(limit=_SHOWN_CALLS),
                towns=[(town, town.people(), town.destinations()) for town in world.platforms.values()],
                summary={town.name: town.summary() for town in world.platforms.values()},
                places=[
                    place for town in world.platforms.values() if town.happenings() for place in town.destinations()
                ],
                happenings=[(town, one) for town in world.platforms.values() for one in town.happenings()],
                said=request.args.get("said", ""),
                failed=request.args.get("failed", ""),
                now=world.clock.now(),
            )

    @staticmethod
    def _address(request: Request) -> Address:
        return Address(request.scheme, request.host, "", "", prefixed=True)
