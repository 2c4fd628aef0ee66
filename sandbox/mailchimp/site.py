"""The hosts for people: keys, what was sent and to whom, campaigns as everybody can read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from sandbox import rendering
from sandbox.calls import Call
from sandbox.guard import from_elsewhere
from sandbox.mailchimp import keys
from sandbox.mailchimp.presets import admin_of
from sandbox.mailchimp.records import Account
from sandbox.mailchimp.state import State

if TYPE_CHECKING:
    from sandbox.world import World


class Site:
    """Answer people's browsers."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def answer(self, call: Call) -> Response:
        """Answer one call."""
        centre = admin_of(call.host)
        if centre is not None and call.path.rstrip("/") in ("", "/account/api"):
            return self._keys(call, centre)
        return _not_found()

    def _keys(self, call: Call, centre: str) -> Response:
        """Show the keys of an account, and make or revoke one on POST."""
        accounts = [one for one in self._state.accounts if one.dc == centre]
        account = next(
            (one for one in accounts if one.id == call.query.get("account")), accounts[0] if accounts else None
        )
        if account is None:
            return _not_found()
        made, failed = "", ""
        if call.method == "POST":
            if from_elsewhere(call.request):
                return _message("This form was sent from another site's page.", 403)
            form = call.request.form
            if form.get("action") == "revoke":
                key = self._state.keys.get(form.get("key", ""))
                if key is not None and key.account_id == account.id:
                    keys.revoke(self._state, key)
                return redirect(call.address.url(call.host, "/account/api/", {"account": account.id}), code=303)
            try:
                login_id = int(form.get("login", "0") or 0)
                made = keys.make(
                    self._state, account, login_id, form.get("label", "").strip(), self._world.clock.now()
                ).value
            except ValueError as refusal:
                failed = str(refusal)
        return self._shown_keys(call, accounts, account, made, failed)

    def _shown_keys(self, call: Call, accounts: list[Account], account: Account, made: str, failed: str) -> Response:
        seats = [seat for seat in self._state.seats if seat.account_id == account.id]
        people = [
            (login, seat.role) for seat in seats if (login := self._state.logins.get(str(seat.login_id))) is not None
        ]
        living = [
            (key, keys.shown(key), login.name if (login := self._state.logins.get(str(key.login_id))) else "")
            for key in self._state.keys
            if key.account_id == account.id and not key.revoked
        ]

        def here(**query: str) -> str:
            return call.address.url(call.host, "/account/api/", query)

        return rendering.page(
            "mailchimp/templates/keys.html",
            account=account,
            accounts=[(one, here(account=one.id)) for one in accounts],
            action=here(account=account.id),
            people=people,
            living=living,
            made=made,
            failed=failed,
            now=self._world.clock.now(),
        )


def _not_found() -> Response:
    return rendering.page(
        "templates/message.html",
        status=404,
        title="This page is not available",
        text="The campaign was not sent, the file is gone, or the address is wrong.",
    )


def _message(text: str, status: int) -> Response:
    return rendering.page("templates/message.html", status=status, title="This cannot go on", text=text)
