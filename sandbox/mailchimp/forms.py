"""Where readers join an audience, and where the link under every mail lets them out."""

from __future__ import annotations

from werkzeug.wrappers import Response

from sandbox import rendering
from sandbox.calls import Call
from sandbox.mailchimp import addresses
from sandbox.mailchimp.errors import Refusal
from sandbox.mailchimp.happenings import Happenings
from sandbox.mailchimp.records import Audience
from sandbox.mailchimp.state import State


class Forms:
    """Let people in and out as they would by themselves."""

    def __init__(self, state: State, happenings: Happenings) -> None:
        self._state = state
        self._happenings = happenings

    def answer(self, call: Call) -> Response | None:
        """Show a form, or do what one that was sent asks."""
        audience = self._state.lists.get(call.query.get("id", ""))
        if audience is None:
            return None
        if call.path.rstrip("/") == "/subscribe":
            return self._join(call, audience)
        if call.path.rstrip("/") == "/unsubscribe":
            return self._leave(call, audience)
        return None

    def _join(self, call: Call, audience: Audience) -> Response:
        said = failed = ""
        if call.method == "POST":
            email = call.request.form.get("email", "").strip()
            try:
                addresses.check(email)
                self._happenings.act("subscribe", {"page": audience.id, "email": email, "queue": True})
                said = f"{email} gets {audience.name} from now on."
            except Refusal as refusal:
                failed = refusal.detail
        return self._page(call, audience, "join", said, failed, "")

    def _leave(self, call: Call, audience: Audience) -> Response:
        said = failed = ""
        email = call.query.get("e", "")
        if call.method == "POST":
            email = call.request.form.get("email", "").strip()
            campaign = call.query.get("c", "")
            try:
                if self._state.mailing_of(campaign) is not None:
                    self._happenings.engage({"campaign": campaign, "email": email, "action": "unsub"})
                else:
                    self._happenings.act("unsubscribe", {"page": audience.id, "email": email, "queue": True})
                said = f"{email} gets {audience.name} no more."
            except (ValueError, LookupError) as refusal:
                failed = str(refusal.args[0])
        return self._page(call, audience, "leave", said, failed, email)

    @staticmethod
    def _page(call: Call, audience: Audience, what: str, said: str, failed: str, email: str) -> Response:
        return rendering.page(
            "mailchimp/templates/form.html",
            audience=audience,
            what=what,
            action=call.address.url(call.host, call.path, call.query),
            email=email,
            said=said,
            failed=failed,
        )
