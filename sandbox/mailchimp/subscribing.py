"""Putting people on a list and changing what is known of them: the rules every way in shares."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.calls import JsonObject
from sandbox.mailchimp import addresses
from sandbox.mailchimp.ask import Ask, moment_of
from sandbox.mailchimp.errors import invalid
from sandbox.mailchimp.events import Events
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.merging import merged
from sandbox.mailchimp.records import Audience, Mailing, Member, Segment
from sandbox.mailchimp.state import State, hash_of

STATUSES = ("subscribed", "unsubscribed", "cleaned", "pending", "transactional")
_BY_API = "api"


@dataclass(frozen=True)
class Subscribing:
    """Write contacts on behalf of a call, and let the news be told."""

    ask: Ask
    audience: Audience
    events: Events

    def add(self, body: JsonObject, *, status: str) -> Member:
        """Put somebody on the list who is not there; an archived contact comes back."""
        email = self._email(body)
        old = self.ask.state.member(self.audience.id, hash_of(email))
        if old is not None and old.status != "archived":
            raise addresses.exists(email)
        self._welcome(email)
        member = old or self._new(email)
        values = self._looked_at(member, body, status)
        self._write(member, values, body, status, fresh=True)
        for name in Fields(body).many("tags"):
            tag(self.ask.state, member, str(name.get("name") if isinstance(name, dict) else name), self.ask.now)
        return self.ask.state.save_member(member)

    def change(self, member: Member, body: JsonObject, *, status: str) -> Member:
        """Change what is known of a contact, the address included; all of it, or nothing when something is refused."""
        email = str(body.get("email_address") or member.email)
        moves = hash_of(email) != hash_of(member.email)
        if moves:
            email = self._email(body)
            if self.ask.state.member(self.audience.id, hash_of(email)) is not None:
                raise addresses.exists(email)
            self._welcome(email)
        values = self._looked_at(member, body, status)
        if moves:
            self._rename(member, email)
        self._write(member, values, body, status, fresh=False)
        return self.ask.state.save_member(member)

    def _email(self, body: JsonObject) -> str:
        email = body.get("email_address")
        if not isinstance(email, str):
            raise invalid("", "Required fields were not provided: email_address")
        addresses.check(email.strip())
        return email.strip()

    def _welcome(self, email: str) -> None:
        busy = self.ask.switches.flag("mailchimp.busy_signups")
        addresses.check_welcome(self.ask.state, self.audience.id, email, busy=busy)

    def _new(self, email: str) -> Member:
        member = born(self.audience.id, email)
        member.signed_up = self.ask.now
        return member

    def _rename(self, member: Member, email: str) -> None:
        old = member.email
        self.ask.state.remove_member(member)
        member.email, member.unique_email_id = email, hash_of(email)[:10]
        self.ask.state.save_member(member)
        self.events.renamed(member, old, _BY_API)

    def _looked_at(self, member: Member, body: JsonObject, status: str) -> dict[str, Any]:
        """Return the new values of a contact's fields by the names of the row, or refuse them."""
        state = self.ask.state
        fields = Fields(body)
        given = fields.block("merge_fields")
        interests = {str(key): bool(value) for key, value in fields.block("interests").items()}
        values: dict[str, Any] = {
            "language": fields.text("language", member.language),
            "email_type": fields.text("email_type", member.email_type),
            "vip": fields.flag("vip", member.vip),
            "location": fields.block("location") or member.location,
            "marketing_permissions": fields.many("marketing_permissions") or member.marketing_permissions,
            "ip_signup": fields.text("ip_signup", member.ip_signup),
            "ip_opt": fields.text("ip_opt", member.ip_opt),
            "signed_up": _moment(body, "timestamp_signup") or member.signed_up,
        }
        fields.done()
        unknown = sorted(set(interests) - {one.id for one in state.interests_of(self.audience.id)})
        if unknown:
            raise invalid("interests", f"Invalid interest ID: '{unknown[0]}'.")
        if status == "subscribed" and member.bound:
            raise addresses.in_compliance(member.email)
        needed = not self.ask.flag("skip_merge_validation")
        values["merge_fields"] = merged(state.fields_of(self.audience.id), member.merge_fields, given, needed=needed)
        values["interests"] = {**member.interests, **interests}
        return values

    def _write(self, member: Member, values: dict[str, Any], body: JsonObject, status: str, *, fresh: bool) -> None:
        before = member.status
        differs = any(getattr(member, name) != value for name, value in values.items())
        for name, value in values.items():
            setattr(member, name, value)
        member.changed = self.ask.now
        if status and (fresh or status != before):
            self._turn(member, "" if fresh else before, status)
            opted_in = self.ask.now if status == "subscribed" else member.opted_in
            member.opted_in = _moment(body, "timestamp_opt") or opted_in
        elif before == "subscribed" and differs:
            self.events.changed(member, _BY_API)

    def _turn(self, member: Member, before: str, status: str) -> None:
        member.status = status
        if status == "subscribed":
            member.reason = ""
            self.events.subscribed(member, _BY_API)
        elif status == "unsubscribed" and before == "subscribed":
            member.reason = "N/A (Unsubscribed by an admin)"
            self.events.unsubscribed(member, _BY_API, action="unsub", reason="manual")
        elif status == "cleaned" and before:
            self.events.cleaned(member, _BY_API, reason="hard")
        elif status == "pending":
            self._ask_to_confirm(member)

    def _ask_to_confirm(self, member: Member) -> None:
        """Mail the question whether the contact wants to be on the list; nobody is asked twice in a row."""
        audience = self.audience
        self.ask.state.save_mailing(
            Mailing(
                self.ask.state.new_id(length=16),
                audience.account_id,
                "",
                "opt_in",
                f"{audience.name}: please confirm",
                audience.campaign_defaults["from_name"],
                audience.campaign_defaults["from_email"],
                "",
                f"Do you want to be on {audience.name}? Confirm, or do nothing.",
                audience.id,
                [member.email],
                self.ask.now,
                1,
            )
        )


def born(list_id: str, email: str) -> Member:
    """Make a contact nobody knew."""
    contact_id = hashlib.sha256(f"{list_id}:{email}:{secrets.token_hex(4)}".encode()).hexdigest()[:32]
    number = int(contact_id[:7], 16)
    return Member(list_id, email, "", hash_of(email)[:10], contact_id, number)


def tag(state: State, member: Member, name: str, now: float) -> None:
    """Hang a tag on a contact, making it if nobody did before."""
    found = state.tag_named(member.list_id, name)
    if found is None:
        number = max((int(one.id) for one in state.segments), default=210_300) + 1
        found = state.segments.put(str(number), Segment(number, member.list_id, name.strip(), "static", now, now))
    member.tags.setdefault(str(found.id), now)


def _moment(body: Mapping[str, Any], name: str) -> float:
    return moment_of(str(body.get(name) or "")) or 0.0
