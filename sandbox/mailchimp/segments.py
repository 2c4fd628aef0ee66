"""`/lists/{id}/segments`: tags and saved searches as parts of an audience."""

from __future__ import annotations

from typing import Any

from sandbox.calls import JsonObject
from sandbox.mailchimp import conditions, members
from sandbox.mailchimp.ask import Ask, iso
from sandbox.mailchimp.errors import bad_request, gone, invalid
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.records import Segment
from sandbox.mailchimp.shaping import page, with_links
from sandbox.mailchimp.state import hash_of

_TYPES = ("saved", "static", "fuzzy")
_MOST_AT_ONCE = 500


def listed(ask: Ask) -> JsonObject:
    """List the parts of an audience."""
    audience = ask.audience
    kind = ask.choice("type", _TYPES)
    rows = [one for one in ask.state.segments_of(audience.id) if kind in ("", one.type)]
    path = f"/lists/{audience.id}/segments"
    return page(ask, "segments", rows, lambda one: show(ask, one), path, list_id=audience.id)


def read(ask: Ask) -> JsonObject:
    """Read one part."""
    return show(ask, _segment(ask))


def create(ask: Ask) -> JsonObject:
    """Make a tag (`static_segment`, perhaps empty) or a saved search (`options`)."""
    audience, body = ask.audience, Fields(ask.body)
    body.need("name")
    name = body.text("name").strip()
    addresses, options = body.many("static_segment"), body.inner("options")
    match, wanted = options.text("match", "any", choices=("any", "all")), options.many("conditions")
    wrong = conditions.why_not(wanted)
    if wrong:
        options.wrong("conditions", wrong)
    body.done()
    if not name:
        raise invalid("name", "This value should not be blank.")
    if "static_segment" not in ask.body and not wanted:
        raise bad_request("A segment needs static_segment or options.")
    if ask.state.tag_named(audience.id, name) is not None and "static_segment" in ask.body:
        raise bad_request(f"Sorry, that tag already exists: {name}.")
    number = max((one.id for one in ask.state.segments), default=210_300) + 1
    kind: Any = "static" if "static_segment" in ask.body else "saved"
    segment = Segment(number, audience.id, name, kind, ask.now, ask.now, match, wanted)
    ask.state.segments.put(str(number), segment)
    _add(ask, segment, addresses)
    return show(ask, segment)


def change(ask: Ask) -> JsonObject:
    """Rename a part, or search for something else."""
    segment, body = _segment(ask), Fields(ask.body)
    name, options = body.text("name", segment.name), body.inner("options")
    match = options.text("match", segment.match, choices=("any", "all"))
    wanted = options.many("conditions") or segment.conditions
    wrong = conditions.why_not(wanted)
    if wrong:
        options.wrong("conditions", wrong)
    body.done()
    segment.name, segment.match, segment.conditions, segment.updated = name, match, wanted, ask.now
    ask.state.segments.put(str(segment.id), segment)
    return show(ask, segment)


def delete(ask: Ask) -> None:
    """Drop a part; the contacts stay."""
    segment = _segment(ask)
    for member in ask.state.members_of(segment.list_id):
        if member.tags.pop(str(segment.id), None) is not None:
            ask.state.save_member(member)
    ask.state.segments.remove(str(segment.id))


def change_members(ask: Ask) -> JsonObject:
    """Hang a tag on many contacts and take it off many; addresses nobody knows are passed over."""
    segment, body = _static(ask), Fields(ask.body)
    added, removed = body.many("members_to_add"), body.many("members_to_remove")
    for name, many in (("members_to_add", added), ("members_to_remove", removed)):
        if len(many) > _MOST_AT_ONCE:
            body.wrong(name, f"Value must have no more than {_MOST_AT_ONCE} items")
    body.done()
    on = _add(ask, segment, added)
    off = []
    for email in removed:
        member = ask.state.member(segment.list_id, hash_of(str(email)))
        if member is not None and member.tags.pop(str(segment.id), None) is not None:
            off.append(members.show(ask, ask.state.save_member(member)))
    told = {
        "members_added": on,
        "members_removed": off,
        "errors": [],
        "total_added": len(on),
        "total_removed": len(off),
    }
    return with_links(ask, {**told, "error_count": 0}, f"/lists/{segment.list_id}/segments/{segment.id}")


def listed_members(ask: Ask) -> JsonObject:
    """List whom a part holds."""
    segment = _segment(ask)
    rows = conditions.members_of(ask.state, segment)
    path = f"/lists/{segment.list_id}/segments/{segment.id}/members"
    return page(ask, "members", rows, lambda one: members.show(ask, one), path)


def add_member(ask: Ask) -> JsonObject:
    """Hang a tag on one contact."""
    segment = _static(ask)
    email = str(ask.body.get("email_address") or "")
    if ask.state.member(segment.list_id, hash_of(email)) is None:
        raise gone()
    return _add(ask, segment, [email])[0]


def remove_member(ask: Ask) -> None:
    """Take a tag off one contact."""
    segment, member = _static(ask), ask.member
    member.tags.pop(str(segment.id), None)
    ask.state.save_member(member)


def show(ask: Ask, one: Segment) -> JsonObject:
    """Tell about a part."""
    body = {
        "id": one.id,
        "name": one.name,
        "member_count": len(conditions.members_of(ask.state, one)),
        "type": one.type,
        "created_at": iso(one.created),
        "updated_at": iso(one.updated),
        "options": {"match": one.match, "conditions": one.conditions},
        "list_id": one.list_id,
    }
    return with_links(ask, body, f"/lists/{one.list_id}/segments/{one.id}")


def _add(ask: Ask, segment: Segment, addresses: list[Any]) -> list[JsonObject]:
    shown = []
    for email in addresses:
        member = ask.state.member(segment.list_id, hash_of(str(email)))
        if member is not None:
            member.tags.setdefault(str(segment.id), ask.now)
            shown.append(members.show(ask, ask.state.save_member(member)))
    return shown


def _segment(ask: Ask) -> Segment:
    found = ask.state.segment(ask.audience.id, ask.parts["segment_id"])
    if found is None:
        raise gone()
    return found


def _static(ask: Ask) -> Segment:
    segment = _segment(ask)
    if segment.type != "static":
        raise bad_request("Only static segments have members that are added and removed.")
    return segment
