"""What happens in audiences, written as webhooks tell it and queued for whoever listens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from sandbox.mailchimp.records import Campaign, Delivery, Hook, Member
from sandbox.mailchimp.state import State

if TYPE_CHECKING:
    from sandbox.world import World

TYPES = ("subscribe", "unsubscribe", "profile", "cleaned", "upemail", "campaign")
SOURCES = ("user", "admin", "api")
_KEPT = 1_000


class Events:
    """Queue one delivery for each webhook that wants to hear. The world's lock is held."""

    def __init__(self, world: World, state: State) -> None:
        self._world = world
        self._state = state

    def subscribed(self, member: Member, source: str) -> list[Delivery]:
        """Tell that somebody is on a list from now on."""
        return self._tell("subscribe", source, member.list_id, {**self._person(member), "ip_signup": member.ip_signup})

    def unsubscribed(
        self, member: Member, source: str, *, action: str, reason: str, campaign_id: str = ""
    ) -> list[Delivery]:
        """Tell that somebody left (`unsub`) or was taken off (`delete`)."""
        data = {"action": action, "reason": reason, **self._person(member), "campaign_id": campaign_id}
        return self._tell("unsubscribe", source, member.list_id, data)

    def changed(self, member: Member, source: str) -> list[Delivery]:
        """Tell that something else is known of somebody."""
        return self._tell("profile", source, member.list_id, self._person(member))

    def renamed(self, member: Member, old: str, source: str) -> list[Delivery]:
        """Tell that somebody has another address; the profile is told with it."""
        data = {
            "list_id": member.list_id,
            "new_id": member.unique_email_id,
            "new_email": member.email,
            "old_email": old,
        }
        return [*self._tell("upemail", source, member.list_id, data), *self.changed(member, source)]

    def cleaned(self, member: Member, source: str, *, reason: str, campaign_id: str = "") -> list[Delivery]:
        """Tell that an address is no good any more."""
        data = {"list_id": member.list_id, "campaign_id": campaign_id, "reason": reason, "email": member.email}
        return self._tell("cleaned", source, member.list_id, data)

    def campaign(self, campaign: Campaign) -> list[Delivery]:
        """Tell that a campaign is over; where it came from does not matter here."""
        list_id = campaign.recipients["list_id"]
        data = {
            "id": campaign.id,
            "subject": campaign.settings["subject_line"],
            "status": campaign.status,
            "reason": "",
            "list_id": list_id,
        }
        return self._tell("campaign", "", list_id, data)

    def queue(self, hook_id: str, account_id: str, kind: str, url: str, body: str, secret: str) -> Delivery:
        """Put one delivery on its way."""
        now = self._world.clock.now()
        self._forget_the_oldest()
        made = Delivery(
            self._state.new_id(length=16), hook_id, account_id, kind, url, body, secret, created=now, due=now
        )
        return self._state.save_delivery(made)

    def _tell(self, kind: str, source: str, list_id: str, data: Mapping[str, Any]) -> list[Delivery]:
        audience = self._state.lists.get(list_id)
        moment = datetime.fromtimestamp(self._world.clock.now(), UTC)
        pairs = [("type", kind), ("fired_at", f"{moment:%Y-%m-%d %H:%M:%S}"), *_flat("data", data)]
        body = urlencode(pairs)
        copies = self._world.switches.number("mailchimp.webhook_copies")
        return [
            self.queue(hook.id, audience.account_id if audience else "", kind, hook.url, body, hook.secret)
            for hook in self._state.hooks_of(list_id)
            if _wants(hook, kind, source)
            for _ in range(copies)
        ]

    def _person(self, member: Member) -> dict[str, Any]:
        merges: dict[str, Any] = {"EMAIL": member.email}
        for field in self._state.fields_of(member.list_id):
            merges[field.tag] = member.merge_fields.get(field.tag, "")
        groups = [one.name for one in self._state.interests_of(member.list_id) if member.interests.get(one.id)]
        return {
            "id": member.unique_email_id,
            "email": member.email,
            "email_type": member.email_type,
            "ip_opt": member.ip_opt,
            "web_id": str(member.web_id),
            "merges": {**merges, "INTERESTS": ", ".join(groups)},
            "list_id": member.list_id,
        }

    def _forget_the_oldest(self) -> None:
        surplus = len(self._state.deliveries) - _KEPT
        for delivery in [one for one in self._state.deliveries if one.done][: max(0, surplus)]:
            self._state.deliveries.remove(delivery.id)


def _wants(hook: Hook, kind: str, source: str) -> bool:
    return hook.events.get(kind, False) and (not source or hook.sources.get(source, False))


def _flat(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield a value as bracketed form fields, however deep it goes."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(f"{name}[{key}]", inner)
    else:
        yield name, str(value)
