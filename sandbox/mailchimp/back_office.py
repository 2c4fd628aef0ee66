"""What people who work with an account see: its keys, its campaigns with a counter of mails, and everybody's inbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from werkzeug.utils import redirect
from werkzeug.wrappers import Response

from sandbox import rendering
from sandbox.calls import Call
from sandbox.mailchimp import checklist, conditions, keys, mail_view
from sandbox.mailchimp.campaign_shape import archive_path
from sandbox.mailchimp.presets import ARCHIVE_HOST, admin_of
from sandbox.mailchimp.readership import Readership, numbers
from sandbox.mailchimp.records import Account, Campaign, Key, Mailing
from sandbox.mailchimp.state import State

if TYPE_CHECKING:
    from sandbox.world import World

_SHOWN = 60
Page = Callable[[Call, Account], Response | None]


class BackOffice:
    """Show the pages of one data centre's accounts."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state
        self._pages: dict[str, Page] = {
            "": self._campaigns,
            "/campaigns": self._campaigns,
            "/campaigns/show": self._campaign,
            "/campaigns/preview": self._preview,
            "/account/api": self._keys,
            "/inbox": self._inbox,
        }

    def answer(self, call: Call) -> Response | None:
        """Answer one call; None when there is no such page."""
        page = self._pages.get(call.path.rstrip("/"))
        centre = admin_of(call.host)
        accounts = [one for one in self._state.accounts if one.dc == centre]
        if page is None or not accounts:
            return None
        wanted = call.query.get("account", "")
        return page(call, next((one for one in accounts if one.id == wanted), accounts[0]))

    def shelf(self, call: Call, tail: str) -> Response | None:
        """Show everybody what an account has sent."""
        account = next((one for one in self._state.accounts if one.id.endswith(tail)), None)
        if account is None:
            return None
        sent = [one for one in self._state.campaigns_of(account.id) if one.began]
        links = [(one, call.address.url(ARCHIVE_HOST, archive_path(one))) for one in sent[:_SHOWN]]
        now = self._world.clock.now()
        return rendering.page("mailchimp/templates/shelf.html", account=account, links=links, now=now)

    def _keys(self, call: Call, account: Account) -> Response:
        """Show the keys of an account, and make or revoke one on POST."""
        made, failed = "", ""
        if call.method == "POST":
            form = call.request.form
            if form.get("action") == "revoke":
                for key in self._state.keys:
                    if key.account_id == account.id and _handle(key) == form.get("key"):
                        keys.revoke(self._state, key)
                return redirect(self._url(call, "/account/api/", account), code=303)
            try:
                login_id = int(form.get("login", "") or 0)
                now = self._world.clock.now()
                made = keys.make(self._state, account, login_id, form.get("label", "").strip(), now).value
            except ValueError as refusal:
                failed = str(refusal)
        seats = [seat for seat in self._state.seats if seat.account_id == account.id]
        logins = self._state.logins
        people = [(login, seat.role) for seat in seats if (login := logins.get(str(seat.login_id))) is not None]
        living = [
            (key, keys.shown(key), login.name if (login := logins.get(str(key.login_id))) else "")
            for key in self._state.keys
            if key.account_id == account.id and not key.revoked
        ]
        return self._page(
            call, account, "keys", "keys.html", people=people, living=living, made=made, failed=failed, handle=_handle
        )

    def _campaigns(self, call: Call, account: Account) -> Response:
        """Show the outbox: every campaign, and how many mails left for it how often."""
        rows = []
        for one in list(self._state.campaigns_of(account.id))[:_SHOWN]:
            audience = self._state.lists.get(one.recipients["list_id"])
            rows.append((one, audience.name if audience else "", *self._counted(one), self._show_url(call, one)))
        mailings = [one for one in self._state.mailings if one.account_id == account.id]
        total = sum(len(one.addresses) for one in mailings if one.kind == "campaign")
        tests = sum(len(one.addresses) for one in mailings if one.kind == "test")
        return self._page(call, account, "campaigns", "outbox.html", rows=rows, total=total, tests=tests)

    def _campaign(self, call: Call, _account: Account) -> Response | None:
        """Show one campaign: its state, what it lacks, whom it reached, what they did."""
        found = next((one for one in reversed(self._state.campaigns) if str(one.web_id) == call.query.get("id")), None)
        account = self._state.accounts.get(found.account_id) if found else None
        if found is None or account is None or account.dc != admin_of(call.host):
            return None
        audience = self._state.lists.get(found.recipients["list_id"])
        mails, times = self._counted(found)
        deeds = Readership(self._state, self._world.switches).deeds(found, self._world.clock.now())
        mailing = self._state.mailing_of(found.id)
        response = self._page(
            call,
            account,
            "campaigns",
            "campaign.html",
            campaign=found,
            audience=audience.name if audience else "",
            mails=mails,
            times=times,
            tests=[one for one in self._state.mailings_of(found.id) if one.kind == "test"],
            readers=mailing.addresses if mailing else [],
            reach=len(conditions.recipients(self._state, found.recipients)),
            items=checklist.items_of(self._state, found) if found.status in ("save", "paused") else [],
            numbers=numbers(deeds),
            preview=call.address.url(call.host, "/campaigns/preview/", {"id": str(found.web_id)}),
            public=call.address.url(ARCHIVE_HOST, archive_path(found)) if found.began else "",
            inbox=lambda address: self._url(call, "/inbox/", account, address=address),
        )
        return _with_frames(response)

    def _preview(self, call: Call, _account: Account) -> Response | None:
        found = next((one for one in reversed(self._state.campaigns) if str(one.web_id) == call.query.get("id")), None)
        if found is None:
            return None
        return mail_view.shown(self._world, self._state, call.address, found, call.query.get("address", ""))

    def _inbox(self, call: Call, account: Account) -> Response:
        """Show what arrived at one address, the newest opened."""
        mailings = [one for one in reversed(self._state.mailings) if one.account_id == account.id]
        known = list(dict.fromkeys(address for one in mailings for address in one.addresses))
        address = call.query.get("address", "") or (known[0] if known else "")
        mails = [(one, self._subject(one, address)) for one in mailings if address in one.addresses]
        chosen = next((one for one, _ in mails if one.id == call.query.get("mail")), mails[0][0] if mails else None)
        campaign = self._state.campaigns.get(chosen.campaign_id) if chosen else None
        preview = ""
        if campaign is not None:
            query = {"id": str(campaign.web_id), "address": address}
            preview = call.address.url(call.host, "/campaigns/preview/", query)
        response = self._page(
            call,
            account,
            "inbox",
            "inbox.html",
            address=address,
            known=known[:_SHOWN],
            mails=[
                (one, subject, self._url(call, "/inbox/", account, address=address, mail=one.id))
                for one, subject in mails
            ],
            chosen=chosen,
            preview=preview,
            inbox=lambda reader: self._url(call, "/inbox/", account, address=reader),
        )
        return _with_frames(response)

    def _counted(self, campaign: Campaign) -> tuple[int, int]:
        """Return how many mails left for a campaign, and in how many goes: never more than one."""
        mailings = [one for one in self._state.mailings_of(campaign.id) if one.kind == "campaign"]
        return sum(len(one.addresses) for one in mailings), len(mailings)

    def _subject(self, mailing: Mailing, address: str) -> str:
        campaign = self._state.campaigns.get(mailing.campaign_id)
        if campaign is None or mailing.kind != "campaign":
            return mailing.subject
        return mail_view.subject_for(self._state, campaign, address)

    def _page(self, call: Call, account: Account, here: str, template: str, **values: Any) -> Response:
        accounts = [one for one in self._state.accounts if one.dc == account.dc]
        return rendering.page(
            f"mailchimp/templates/{template}",
            account=account,
            accounts=[(one, self._url(call, call.path, one)) for one in accounts],
            tabs=[
                ("campaigns", "Campaigns", self._url(call, "/campaigns/", account)),
                ("inbox", "Inbox", self._url(call, "/inbox/", account)),
                ("keys", "API keys", self._url(call, "/account/api/", account)),
            ],
            tab=here,
            action=self._url(call, call.path, account),
            now=self._world.clock.now(),
            **values,
        )

    @staticmethod
    def _url(call: Call, path: str, account: Account, **query: str) -> str:
        return call.address.url(call.host, path, {"account": account.id, **query})

    @staticmethod
    def _show_url(call: Call, campaign: Campaign) -> str:
        return call.address.url(call.host, "/campaigns/show/", {"id": str(campaign.web_id)})


def _handle(key: Key) -> str:
    """Return what names a key in a form: too little of it to use it."""
    return key.value[:8]


def _with_frames(response: Response) -> Response:
    """Let a page show a mail in a frame, which has a stricter policy of its own."""
    response.headers["Content-Security-Policy"] += "; frame-src 'self'"
    return response
