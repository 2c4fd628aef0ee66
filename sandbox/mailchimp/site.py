"""The hosts for people: keys, what was sent and to whom, sign-up forms, campaigns as everybody can read them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from werkzeug.wrappers import Response

from sandbox import rendering
from sandbox.calls import Call
from sandbox.guard import from_elsewhere
from sandbox.mailchimp import mail_view, results
from sandbox.mailchimp.back_office import BackOffice
from sandbox.mailchimp.campaign_shape import archive_path
from sandbox.mailchimp.forms import Forms
from sandbox.mailchimp.happenings import Happenings
from sandbox.mailchimp.presets import FILES_HOST, RESULTS_HOST, admin_of, has_forms
from sandbox.mailchimp.records import Campaign
from sandbox.mailchimp.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_READABLE = re.compile(r"/([0-9a-f]{12})/[^/]+-(\d+)/?")
_SHELF = re.compile(r"/([0-9a-f]{12})/?")


class Site:
    """Answer people's browsers, and whoever fetches files and answers of batches."""

    def __init__(self, world: World, state: State, happenings: Happenings) -> None:
        self._world = world
        self._state = state
        self._office = BackOffice(world, state)
        self._forms = Forms(state, happenings)

    def answer(self, call: Call) -> Response:
        """Answer one call."""
        if call.host == RESULTS_HOST:
            return results.answer(self._world, self._state, call)
        if call.host == FILES_HOST:
            return self._file(call)
        if call.method == "POST" and from_elsewhere(call.request):
            return _message("This cannot go on", "This form was sent from another site's page.", 403)
        page: Response | None
        if has_forms(call.host):
            page = self._forms.answer(call)
        elif admin_of(call.host) is not None:
            page = self._office.answer(call)
        else:
            page = self._archive(call)
        return page or _message("This page is not available", "It is not there any more, or the address is wrong.", 404)

    def _archive(self, call: Call) -> Response | None:
        """Show a sent campaign to everybody, or all of an account."""
        shelf = _SHELF.fullmatch(call.path)
        if shelf:
            return self._office.shelf(call, shelf[1])
        found = _READABLE.fullmatch(call.path)
        campaign = self._campaign(int(found[2])) if found else self._state.campaigns.get(call.query.get("id", ""))
        if campaign is None or not campaign.began or (found and archive_path(campaign) != call.path.rstrip("/")):
            return None
        return mail_view.shown(self._world, self._state, call.address, campaign, "")

    def _campaign(self, web_id: int) -> Campaign | None:
        return next((one for one in reversed(self._state.campaigns) if one.web_id == web_id), None)

    def _file(self, call: Call) -> Response:
        file = self._state.file_at(call.path)
        data = self._world.media.kept(file.digest) if file else None
        if file is None or data is None:
            return Response("There is no such file.", 404, mimetype="text/plain")
        response = Response(data, content_type=file.mime)
        response.headers.update({"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "default-src 'none'"})
        if file.type == "file":
            response.headers["Content-Disposition"] = "attachment"
        return response


def _message(title: str, text: str, status: int) -> Response:
    return rendering.page("templates/message.html", status=status, title=title, text=text)
