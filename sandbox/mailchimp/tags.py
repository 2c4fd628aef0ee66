"""Tags of contacts."""

from __future__ import annotations

from sandbox.calls import JsonObject
from sandbox.mailchimp import subscribing
from sandbox.mailchimp.ask import Ask, iso
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.member_changes import by_hash
from sandbox.mailchimp.shaping import page, with_links


def of_member(ask: Ask) -> JsonObject:
    """List the tags of a contact, with the day each was hung on it."""
    member = ask.member
    rows = [
        {"id": tag.id, "name": tag.name, "date_added": iso(since)}
        for number, since in member.tags.items()
        if (tag := ask.state.segment(member.list_id, number)) is not None
    ]
    return page(ask, "tags", rows, lambda row: row, f"/lists/{member.list_id}/members/{ask.parts['who']}/tags")


def change(ask: Ask) -> None:
    """Hang tags on a contact and take tags off it."""
    member = by_hash(ask)
    body = Fields(ask.body)
    body.need("tags")
    wanted = body.many("tags")
    for position, one in enumerate(wanted):
        item = Fields(one if isinstance(one, dict) else {}, f"tags.item:{position}.", body.errors)
        item.need("name", "status")
        item.text("name")
        item.text("status", choices=("active", "inactive"))
    body.done()
    for one in wanted:
        if one["status"] == "active":
            subscribing.tag(ask.state, member, one["name"], ask.now)
            continue
        found = ask.state.tag_named(member.list_id, one["name"])
        if found is not None:
            member.tags.pop(str(found.id), None)
    member.changed = ask.now
    ask.state.save_member(member)


def search(ask: Ask) -> JsonObject:
    """Find tags by how their names begin."""
    audience = ask.audience
    begins = ask.query.get("name", "").casefold()
    rows = [
        {"id": tag.id, "name": tag.name}
        for tag in ask.state.segments_of(audience.id)
        if tag.type == "static" and tag.name.casefold().startswith(begins)
    ]
    # All of them in one answer: this search has no pages.
    return with_links(ask, {"tags": rows, "total_items": len(rows)}, f"/lists/{audience.id}/tag-search")
