"""The Mailchimp town as the sandbox sees it: one platform among five."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from sandbox.calls import Call, JsonObject
from sandbox.faults import Fault
from sandbox.mailchimp import demo, errors, keys, responses
from sandbox.mailchimp.api import Api
from sandbox.mailchimp.campaign_shape import archive_path
from sandbox.mailchimp.courier import Courier
from sandbox.mailchimp.events import Events
from sandbox.mailchimp.gate import Gate, presented
from sandbox.mailchimp.happenings import HAPPENINGS, Happenings
from sandbox.mailchimp.levers import Levers
from sandbox.mailchimp.machine import Machine
from sandbox.mailchimp.mail_text import links_in, pictures_in
from sandbox.mailchimp.presets import (
    ARCHIVE_HOST,
    FILES_HOST,
    PRESETS,
    RESULTS_HOST,
    admin_of,
    data_centre,
    has_forms,
    is_archive,
)
from sandbox.mailchimp.records import Account, Campaign
from sandbox.mailchimp.runner import Runner
from sandbox.mailchimp.seats import Seats
from sandbox.mailchimp.site import Site
from sandbox.mailchimp.state import State
from sandbox.mailchimp.switches import SWITCHES
from sandbox.media import MEDIA_HOST
from sandbox.platforms import (
    ConsentRefusedError,
    Destination,
    Happening,
    Lever,
    MediaShown,
    Person,
    Platform,
    Preset,
    TimelineItem,
)
from sandbox.switches import Switch

if TYPE_CHECKING:
    from sandbox.world import World


class Mailchimp(Platform):
    """Audiences and mails in miniature."""

    slug = "mailchimp"
    name = "Mailchimp"

    def __init__(self, world: World) -> None:
        self._world = world
        self.state = State(world.store)
        self._seats = Seats()
        self._gate = Gate(world, self.state)
        events = Events(world, self.state)
        self._machine = Machine(world, self.state, events)
        self._api = Api(world, self.state, self._gate, self._machine, events)
        self._runner = Runner(world, self.state, self._api, events)
        self.courier = Courier(world, self.state)
        self._happenings = Happenings(world, self.state, events, self.courier)
        self._levers = Levers(world, self.state, self._happenings)
        self._site = Site(world, self.state, self._happenings)

    def serves(self, host: str) -> bool:
        """Say whether a host is one of Mailchimp's."""
        return data_centre(host) is not None or _for_people(host) or host in (FILES_HOST, RESULTS_HOST)

    def switches(self) -> Iterable[Switch]:
        """Return Mailchimp's switches."""
        return SWITCHES

    def seed(self) -> None:
        """Build the demo world."""
        demo.seed(self.state)

    def forget(self) -> None:
        """Build the indexes anew."""
        self.state.index()

    def enter(self, call: Call) -> Response | None:
        """Turn a call away when too many of the same person are under way."""
        key = self._gate.key(presented(call)) if data_centre(call.host) is not None else None
        if key is None:
            return None
        switches = self._world.switches
        most = switches.number("mailchimp.most_connections") - switches.number("mailchimp.busy_connections")
        if self._seats.take(id(call), key.login_id, most):
            return None
        return responses.refused(errors.known("TooManyRequests"), switches)

    def leave(self, call: Call) -> None:
        """Give its place back when a call is over."""
        self._seats.leave(id(call))

    def handle(self, call: Call) -> Response:
        """Let time pass, then answer."""
        self._settle()
        return self._api.answer(call) if data_centre(call.host) is not None else self._site.answer(call)

    def is_for_people(self, call: Call) -> bool:
        """Say whether a call is a person's browser."""
        return _for_people(call.host) or call.host == FILES_HOST

    def scripted_error(self, _call: Call, fault: Fault) -> Response:
        """Answer with the error a fault asks for: a problem document, or what a proxy in front says."""
        blocked = responses.from_a_proxy(str(fault.error.get("code") or ""))
        return blocked or responses.refused(errors.scripted(fault.error, fault.status), self._world.switches)

    def revoke_presented(self, call: Call, error: Mapping[str, Any]) -> None:
        """End the key a call carries."""
        key = self._gate.key(presented(call))
        if key is not None:
            keys.revoke(self.state, key)

    def revoke(self, wish: Mapping[str, Any]) -> JsonObject:
        """End the keys of a `user`, or of the account that a `page` (an audience) belongs to."""
        user, page = str(wish.get("user") or ""), str(wish.get("page") or "")
        audience = self.state.lists.get(page)
        if page and audience is None:
            raise ValueError(f"There is no audience {page}.")
        if user and user not in self.state.logins:
            raise ValueError(f"Nobody here has the id {user}.")
        if not user and audience is None:
            raise ValueError("Name a user or a page.")
        account_id = audience.account_id if audience else str(wish.get("account") or "")
        return {"revoked": keys.revoke_all(self.state, login_id=int(user or 0), account_id=account_id)}

    def consent(
        self,
        wish: Mapping[str, Any] | None = None,
        *,
        user: int = demo.GRETA,
        account: str = demo.ROASTERY,
        label: str = "Switchboard",
    ) -> JsonObject:
        """Make an API key, which is what consent is here: `user`, `account`, `label`. The key is told once."""
        if wish is not None:
            user, account = wish.get("user", user), str(wish.get("account") or account)
            label = str(wish.get("label") or label)
        with self._world.changing():
            found = self.state.accounts.get(account)
            if found is None or not str(user).isdecimal():
                raise ConsentRefusedError("Name a user and an account of this town by their ids.")
            try:
                key = keys.make(self.state, found, int(user), label, self._world.clock.now())
            except ValueError as refusal:
                raise ConsentRefusedError(str(refusal)) from None
        return {"key": key.value, "label": key.label}

    def add_redirect_uris(self, _app_id: str, _uris: Iterable[str]) -> list[str]:
        """Keys need no address to return to."""
        return []

    def people(self) -> list[Person]:
        """Return who can sign in."""
        return [Person(str(login.id), login.name) for login in self.state.logins]

    def destinations(self) -> list[Destination]:
        """Return the audiences, with how many campaigns each has got."""
        counts: dict[str, int] = {}
        for campaign in self._told():
            counts[campaign.recipients["list_id"]] = counts.get(campaign.recipients["list_id"], 0) + 1
        return [Destination(one.id, one.name, counts.get(one.id, 0)) for one in self.state.lists]

    def timeline(self, destination: str = "") -> Iterator[TimelineItem]:
        """Yield the campaigns of one audience or of all, newest first; drafts are nobody's business."""
        self._settle()
        for campaign in self._told():
            if destination in ("", campaign.recipients["list_id"]):
                yield self.item(campaign)

    def item(self, campaign: Campaign) -> TimelineItem:
        """Return a campaign as the feed page shows it: the words without the footer."""
        audience = self.state.lists.get(campaign.recipients["list_id"])
        account = self.state.accounts.get(campaign.account_id)
        maker = self.state.logins.get(str(campaign.made_by))
        links = links_in(campaign.html)
        return TimelineItem(
            id=campaign.id,
            platform=self.slug,
            platform_name=self.name,
            destination=campaign.recipients["list_id"],
            destination_name=audience.name if audience else "",
            text=campaign.plain_text,
            link=links[0] if links else "",
            created=campaign.began or campaign.created,
            live=campaign.began > 0,
            goes_live=campaign.due or None,
            application=f"{maker.name}’s key" if maker else "a key",
            host=ARCHIVE_HOST,
            path=archive_path(campaign),
            profile_path=f"/{_tail(account)}/",
            comments=0,
            media=self._pictures(campaign),
        )

    def _pictures(self, campaign: Campaign) -> tuple[MediaShown, ...]:
        """Return the pictures of a mail that lie in the file manager."""
        shown = []
        for source, words in pictures_in(campaign.html):
            file = self.state.file_at(source.partition(FILES_HOST)[2])
            if file is not None:
                shown.append(MediaShown("image", f"/{MEDIA_HOST}/kept/{file.digest}", words))
        return tuple(shown)

    def webhook(self, what: str, wish: Mapping[str, Any]) -> JsonObject:
        """Let something happen in an audience, and tell it."""
        return self._happenings.act(what, wish)

    def happenings(self) -> Iterable[Happening]:
        """Return what the controls page offers to let happen."""
        return HAPPENINGS

    def run_errands(self) -> None:
        """Let campaigns and batches move on, and send the webhooks that wait."""
        if self.state.moving or self.state.running:
            with self._world.changing():
                self._settle()
        self.courier.run_due()

    def levers(self) -> Mapping[tuple[str, str], Lever]:
        """Return what only this platform can be made to do, with the town as it is by now."""
        with self._world.changing():
            self._settle()
        return self._levers.table()

    def presets(self) -> Iterable[Preset]:
        """Return the faults people want most."""
        return PRESETS

    def summary(self) -> dict[str, int]:
        """Count rows."""
        state = self.state
        return {
            "campaigns": len(state.campaigns),
            "mails": sum(len(mailing.addresses) for mailing in state.mailings if mailing.kind == "campaign"),
            "test_mails": sum(len(mailing.addresses) for mailing in state.mailings if mailing.kind == "test"),
            "audiences": len(state.lists),
            "contacts": state.count_members(),
            "templates": len(state.templates),
            "files": len(state.files),
            "webhooks": len(state.hooks),
            "batches": len(state.batches),
            "accounts": len(state.accounts),
            "people": len(state.logins),
            "keys": sum(not key.revoked for key in state.keys),
        }

    def _settle(self) -> None:
        self._machine.settle()
        if self.state.running:
            self._runner.settle()

    def _told(self) -> Iterator[Campaign]:
        return (one for one in reversed(self.state.campaigns) if one.began or one.due)


def _for_people(host: str) -> bool:
    return admin_of(host) is not None or is_archive(host) or has_forms(host)


def _tail(account: Account | None) -> str:
    return account.id[-12:] if account else ""
