"""What people do by themselves: they join and leave, move house, open mails. Told as if nobody had asked for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from sandbox.calls import JsonObject
from sandbox.mailchimp.courier import Courier
from sandbox.mailchimp.events import Events
from sandbox.mailchimp.records import Delivery, Engagement, Member
from sandbox.mailchimp.state import State, hash_of
from sandbox.mailchimp.subscribing import born
from sandbox.platforms import Happening

if TYPE_CHECKING:
    from sandbox.world import World

HAPPENINGS = (
    Happening("subscribe", "Somebody joins an audience"),
    Happening("unsubscribe", "Somebody leaves an audience"),
    Happening("profile", "Somebody changes the name an audience knows"),
    Happening("upemail", "Somebody in an audience has a new address"),
    Happening("cleaned", "An address in an audience bounces for good"),
    Happening("confirm", "Somebody pending confirms"),
)
_FAULTS = ("bad_signature", "stale", "unsigned")
_MOST = 100


class Happenings:
    """Let things happen at somebody's wish. The lock is held only where rows are written."""

    def __init__(self, world: World, state: State, events: Events, courier: Courier) -> None:
        self._world = world
        self._state = state
        self._events = events
        self._courier = courier
        self._acts: dict[str, Callable[[str, Mapping[str, Any]], list[Delivery]]] = {
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "profile": self._profile,
            "upemail": self._upemail,
            "cleaned": self._cleaned,
            "confirm": self._confirm,
        }

    def act(self, what: str, wish: Mapping[str, Any]) -> JsonObject:
        """Let something happen: `page` (the audience), `email`, `source`; `times`, `copies`, `reverse`, a fault, `queue`."""
        if what == "deliveries":
            return self._listed()
        if what == "flush":
            return {"sent": self._courier.run_due(), "waiting": len(self._state.waiting)}
        if what == "redeliver":
            return told(self._courier.send(str(wish.get("id", ""))))
        run = self._acts.get(what)
        if run is None:
            raise LookupError(
                f"There is no {what}. Known: {', '.join([*self._acts, 'deliveries', 'flush', 'redeliver'])}."
            )
        times, copies = _number(wish, "times"), _number(wish, "copies")
        with self._world.changing():
            audience = self._state.lists.get(str(wish.get("page") or ""))
            if audience is None:
                raise ValueError("Name an audience of this town as 'page'.")
            queued = [delivery for _ in range(times) for delivery in run(audience.id, wish)]
            queued += [self._again(delivery) for delivery in queued for _ in range(copies - 1)]
            if wish.get("reverse"):
                queued.reverse()
            for delivery in queued:
                delivery.fault = next((fault for fault in _FAULTS if wish.get(fault)), "")
                self._state.save_delivery(delivery)
        if not queued:
            return {"deliveries": [], "why": "No webhook of this audience wants to hear of it."}
        if wish.get("queue"):
            return {"deliveries": [{"id": one.id} for one in queued]}
        return {"deliveries": [told(self._courier.send(one.id)) for one in queued]}

    def engage(self, wish: Mapping[str, Any]) -> JsonObject:
        """Let a reader do something with a mail: `campaign`, `email`, `action` (open, click, unsub, abuse, hard, soft), `url`."""
        campaign = self._state.campaigns.get(str(wish.get("campaign") or ""))
        mailing = self._state.mailing_of(campaign.id) if campaign else None
        if campaign is None or mailing is None or not campaign.sent:
            raise LookupError("There is no such campaign that was sent.")
        action = str(wish.get("action") or "open")
        if action not in ("open", "click", "unsub", "abuse", "hard", "soft"):
            raise ValueError("action is open, click, unsub, abuse, hard or soft.")
        email = str(wish.get("email") or next(iter(mailing.addresses), ""))
        if email not in mailing.addresses:
            raise ValueError(f"{email} did not get this campaign.")
        now = self._world.clock.now()
        self._state.save_engagement(Engagement(campaign.id, email, action, now, str(wish.get("url") or "")))
        member = self._state.member(campaign.recipients["list_id"], hash_of(email))
        if member is not None and action in ("unsub", "abuse") and member.status == "subscribed":
            self._leave(member, "abuse" if action == "abuse" else "manual", campaign.id)
        if member is not None and action == "hard":
            self._clean(member, campaign.id)
        return {"campaign": campaign.id, "email": email, "action": action, "at": now}

    def _subscribe(self, list_id: str, wish: Mapping[str, Any]) -> list[Delivery]:
        email = str(wish.get("email") or f"zoe.{secrets.token_hex(3)}@brevkasse.test")
        old = self._state.member(list_id, hash_of(email))
        # Whoever comes by the form comes back from everywhere, even from having been erased.
        member = old or born(list_id, email)
        member.status, member.bound, member.reason, member.source = "subscribed", "", "", "Hosted Signup Form"
        member.merge_fields.setdefault("FNAME", "Zoë")
        member.merge_fields.setdefault("LNAME", "Ærlig-Weiß")
        member.opted_in = member.changed = self._world.clock.now()
        self._state.save_member(member)
        return self._events.subscribed(member, _source(wish))

    def _confirm(self, list_id: str, wish: Mapping[str, Any]) -> list[Delivery]:
        member = self._one(list_id, wish, "pending")
        return self._subscribe(list_id, {**wish, "email": member.email})

    def _unsubscribe(self, list_id: str, wish: Mapping[str, Any]) -> list[Delivery]:
        member = self._one(list_id, wish, "subscribed")
        return self._leave(member, str(wish.get("reason") or "manual"), str(wish.get("campaign") or ""), _source(wish))

    def _profile(self, list_id: str, wish: Mapping[str, Any]) -> list[Delivery]:
        member = self._one(list_id, wish, "subscribed")
        member.merge_fields["FNAME"] = str(wish.get("name") or "Zoë-Marlène")
        member.changed = self._world.clock.now()
        self._state.save_member(member)
        return self._events.changed(member, _source(wish))

    def _upemail(self, list_id: str, wish: Mapping[str, Any]) -> list[Delivery]:
        member = self._one(list_id, wish, "subscribed")
        old = member.email
        new = str(wish.get("new_email") or f"{secrets.token_hex(3)}.{old}")
        if self._state.member(list_id, hash_of(new)) is not None:
            raise ValueError(f"{new} is on the list already.")
        self._state.remove_member(member)
        member.email, member.unique_email_id, member.changed = new, hash_of(new)[:10], self._world.clock.now()
        self._state.save_member(member)
        return self._events.renamed(member, old, _source(wish))

    def _cleaned(self, list_id: str, wish: Mapping[str, Any]) -> list[Delivery]:
        return self._clean(self._one(list_id, wish, "subscribed"), str(wish.get("campaign") or ""))

    def _leave(self, member: Member, reason: str, campaign_id: str, source: str = "user") -> list[Delivery]:
        member.status, member.bound = "unsubscribed", "abuse" if reason == "abuse" else "unsub"
        member.reason = "N/A (Unsubscribed by the contact)"
        member.changed = self._world.clock.now()
        self._state.save_member(member)
        return self._events.unsubscribed(member, source, action="unsub", reason=reason, campaign_id=campaign_id)

    def _clean(self, member: Member, campaign_id: str) -> list[Delivery]:
        member.status, member.bound, member.changed = "cleaned", "hard", self._world.clock.now()
        self._state.save_member(member)
        return self._events.cleaned(member, "user", reason="hard", campaign_id=campaign_id)

    def _one(self, list_id: str, wish: Mapping[str, Any], status: str) -> Member:
        email = str(wish.get("email") or "")
        if email:
            found = self._state.member(list_id, hash_of(email))
        else:
            found = next((one for one in self._state.members_of(list_id) if one.status == status), None)
        if found is None or found.status != status:
            raise ValueError(f"The audience has no such contact who is {status}.")
        return found

    def _again(self, delivery: Delivery) -> Delivery:
        one = delivery
        return self._events.queue(one.hook_id, one.account_id, one.kind, one.url, one.body, one.secret)

    def _listed(self) -> JsonObject:
        with self._world.changing():
            return {"deliveries": [told(one) for one in reversed(self._state.deliveries)][:100]}


def told(delivery: Delivery) -> JsonObject:
    """Tell about a delivery, without its secret."""
    return {
        "id": delivery.id,
        "webhook": delivery.hook_id,
        "kind": delivery.kind,
        "fault": delivery.fault,
        "tries": delivery.tries,
        "status": delivery.status,
        "done": delivery.done,
        "body": delivery.body,
    }


def _source(wish: Mapping[str, Any]) -> str:
    return str(wish.get("source") or "user")


def _number(wish: Mapping[str, Any], name: str) -> int:
    value = wish.get(name, 1)
    if type(value) is not int or not 1 <= value <= _MOST:
        raise ValueError(f"{name} is a whole number from 1 to {_MOST}.")
    return value
