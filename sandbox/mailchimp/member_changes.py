"""`/lists/{id}/members`: adding, changing, archiving and erasing contacts, one by one and in hundreds."""

from __future__ import annotations

from typing import Any

from sandbox.calls import JsonObject
from sandbox.mailchimp import members, subscribing
from sandbox.mailchimp.ask import Ask
from sandbox.mailchimp.errors import Refusal, gone, invalid, known
from sandbox.mailchimp.events import Events
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.records import Member
from sandbox.mailchimp.shaping import with_links
from sandbox.mailchimp.state import hash_of
from sandbox.mailchimp.subscribing import STATUSES, Subscribing

_MOST_AT_ONCE = 500
_KEPT = "This list member cannot be removed. Can not archive a contact that is bounced, pending or archived"


class MemberChanges:
    """One method per call that writes contacts."""

    def __init__(self, events: Events) -> None:
        self._events = events

    def add(self, ask: Ask) -> JsonObject:
        """Add a contact."""
        body = Fields(ask.body)
        body.need("email_address", "status")
        status = body.text("status", choices=STATUSES)
        body.done()
        return members.show(ask, self._writer(ask).add(ask.body, status=status))

    def put(self, ask: Ask) -> JsonObject:
        """Add a contact or change it; an unknown key in the path is filed under the address of the body."""
        body = Fields(ask.body)
        status = body.text("status", choices=STATUSES)
        fresh = body.text("status_if_new", choices=STATUSES)
        body.done()
        writer = self._writer(ask)
        found = ask.state.find_member(ask.audience.id, ask.parts["who"])
        if found is not None:
            # `status_if_new` says nothing about somebody who is known, an archived contact included.
            return members.show(ask, writer.change(found, ask.body, status=status))
        if not (status or fresh):
            raise invalid("", "Required fields were not provided: status_if_new")
        added = {name: value for name, value in ask.body.items() if name != "tags"}
        return members.show(ask, writer.add(added, status=status or fresh))

    def patch(self, ask: Ask) -> JsonObject:
        """Change a contact."""
        body = Fields(ask.body)
        status = body.text("status", choices=STATUSES)
        body.done()
        return members.show(ask, self._writer(ask).change(ask.member, ask.body, status=status))

    def archive(self, ask: Ask) -> None:
        """Archive a contact, which keeps all that is known of it."""
        member = ask.member
        if member.status in ("archived", "pending", "cleaned"):
            raise known("MethodNotAllowed", _KEPT, Allow="GET, PUT")
        self._events.unsubscribed(member, "api", action="delete", reason="manual")
        member.status, member.changed = "archived", ask.now
        ask.state.save_member(member)

    def erase(self, ask: Ask) -> None:
        """Erase a contact for good; the path names it by its hash."""
        ask.state.forget_member(by_hash(ask))

    def subscribe_many(self, ask: Ask) -> JsonObject:
        """Add or change up to 500 contacts; what fails is told in the answer, which is 200 all the same."""
        audience, body = ask.audience, Fields(ask.body)
        body.need("members")
        wanted, update = body.many("members"), body.flag("update_existing")
        body.done()
        if len(wanted) > _MOST_AT_ONCE:
            raise invalid("members", f"Value must have no more than {_MOST_AT_ONCE} items")
        added: list[Member] = []
        changed: list[Member] = []
        errors: list[dict[str, str]] = []
        seen: set[str] = set()
        for one in wanted:
            try:
                self._one_of_many(ask, one, seen, update, added, changed)
            except Refusal as refusal:
                errors.append(_told(one, refusal))
        return with_links(
            ask,
            {
                "new_members": [members.show(ask, one) for one in added],
                "updated_members": [members.show(ask, one) for one in changed],
                "errors": errors,
                "total_created": len(added),
                "total_updated": len(changed),
                "error_count": len(errors),
            },
            f"/lists/{audience.id}",
        )

    def _one_of_many(
        self, ask: Ask, one: Any, seen: set[str], update: bool, added: list[Member], changed: list[Member]
    ) -> None:
        if not isinstance(one, dict):
            raise invalid("", "Schema describes object")
        fields = Fields(one)
        status = fields.text("status", "subscribed", choices=STATUSES)
        fields.done()
        hashed = hash_of(str(one.get("email_address") or ""))
        if hashed in seen and not ask.flag("skip_duplicate_check"):
            raise Refusal(400, "Duplicate", "Duplicate items found in the batch.")
        seen.add(hashed)
        writer = self._writer(ask)
        old = ask.state.member(ask.audience.id, hashed)
        if old is None or (old.status == "archived" and not update):
            added.append(writer.add(one, status=status))
        elif update:
            changed.append(writer.change(old, one, status=status if "status" in one else ""))
            self._tag_again(ask, old, one)
        else:
            writer.add(one, status=status)

    @staticmethod
    def _tag_again(ask: Ask, member: Member, one: JsonObject) -> None:
        names = Fields(one).many("tags")
        if names and ask.body.get("sync_tags"):
            member.tags.clear()
        for name in names:
            subscribing.tag(ask.state, member, str(name), ask.now)
        ask.state.save_member(member)

    def _writer(self, ask: Ask) -> Subscribing:
        return Subscribing(ask, ask.audience, self._events)


def by_hash(ask: Ask) -> Member:
    """Return the contact of the path where nothing but the hash is documented to name it."""
    found = ask.state.member(ask.audience.id, ask.parts["who"].lower())
    if found is None:
        raise gone()
    return found


def _told(one: Any, refusal: Refusal) -> dict[str, str]:
    first = refusal.errors[0] if refusal.errors else {"field": "", "message": ""}
    return {
        "email_address": str(one.get("email_address") or "") if isinstance(one, dict) else "",
        "error": refusal.detail,
        "error_code": "ERROR_CONTACT_EXISTS" if refusal.title == "Member Exists" else "ERROR_GENERIC",
        "field": first["field"],
        "field_message": first["message"],
    }
