"""`/lists/{id}/merge-fields` and `/lists/{id}/interest-categories`: what an audience knows of its contacts."""

from __future__ import annotations

from sandbox.calls import JsonObject
from sandbox.mailchimp.ask import Ask
from sandbox.mailchimp.errors import bad_request, gone
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.merging import TYPES
from sandbox.mailchimp.records import Interest, MergeField
from sandbox.mailchimp.shaping import page, with_links

_LONGEST_TAG = 10


def listed(ask: Ask) -> JsonObject:
    """List the merge fields of an audience."""
    audience = ask.audience
    kind = ask.choice("type", TYPES)
    rows = [one for one in ask.state.fields_of(audience.id) if kind in ("", one.type)]
    path = f"/lists/{audience.id}/merge-fields"
    return page(ask, "merge_fields", rows, lambda one: show(ask, one), path, list_id=audience.id)


def read(ask: Ask) -> JsonObject:
    """Read one merge field."""
    return show(ask, _field(ask))


def create(ask: Ask) -> JsonObject:
    """Add a merge field; one without a tag gets the next number for a name."""
    audience, body = ask.audience, Fields(ask.body)
    body.need("name", "type")
    name, kind = body.text("name"), body.text("type", choices=TYPES)
    number = max((one.merge_id for one in ask.state.fields_of(audience.id)), default=0) + 1
    tag = body.text("tag", f"MMERGE{number}", longest=_LONGEST_TAG).upper()
    required, default = body.flag("required"), body.text("default_value")
    public, choices = body.flag("public", default=True), body.inner("options").many("choices")
    body.done()
    if any(one.tag == tag for one in ask.state.fields_of(audience.id)):
        raise bad_request(f"A Merge Field with the tag {tag} already exists for this list.")
    field = MergeField(audience.id, number, tag, name, kind, required, default, public, [str(one) for one in choices])
    return show(ask, ask.state.save_field(field))


def change(ask: Ask) -> JsonObject:
    """Rename a merge field, or make it needed."""
    field, body = _field(ask), Fields(ask.body)
    field_name, required = body.text("name", field.name), body.flag("required", field.required)
    default, public = body.text("default_value", field.default_value), body.flag("public", field.public)
    body.done()
    field.name, field.required, field.default_value, field.public = field_name, required, default, public
    return show(ask, ask.state.save_field(field))


def delete(ask: Ask) -> None:
    """Drop a merge field."""
    field = _field(ask)
    ask.state.merge_fields.remove(f"{field.list_id}:{field.merge_id}")


def show(ask: Ask, one: MergeField) -> JsonObject:
    """Tell about a merge field."""
    options: JsonObject = {"choices": one.choices} if one.choices else {}
    if one.type == "text":
        options = {"size": 25}
    body = {
        "merge_id": one.merge_id,
        "tag": one.tag,
        "name": one.name,
        "type": one.type,
        "required": one.required,
        "default_value": one.default_value,
        "public": one.public,
        "display_order": one.merge_id,
        "options": options,
        "help_text": "",
        "list_id": one.list_id,
    }
    return with_links(ask, body, f"/lists/{one.list_id}/merge-fields/{one.merge_id}")


def categories(ask: Ask) -> JsonObject:
    """List the categories of an audience's groups."""
    audience = ask.audience
    found = {one.category_id: one for one in ask.state.interests_of(audience.id)}
    path = f"/lists/{audience.id}/interest-categories"
    return page(ask, "categories", list(found.values()), lambda one: _category(ask, one), path, list_id=audience.id)


def groups(ask: Ask) -> JsonObject:
    """List the groups of a category."""
    audience, category = ask.audience, ask.parts["category_id"]
    rows = [one for one in ask.state.interests_of(audience.id) if one.category_id == category]
    if not rows:
        raise gone()
    path = f"/lists/{audience.id}/interest-categories/{category}/interests"
    return page(ask, "interests", rows, lambda one: _group(ask, one), path, list_id=audience.id, category_id=category)


def _category(ask: Ask, one: Interest) -> JsonObject:
    body = {
        "list_id": one.list_id,
        "id": one.category_id,
        "title": one.category,
        "display_order": 0,
        "type": "checkboxes",
    }
    return with_links(ask, body, f"/lists/{one.list_id}/interest-categories/{one.category_id}")


def _group(ask: Ask, one: Interest) -> JsonObject:
    many = sum(member.interests.get(one.id, False) for member in ask.state.members_of(one.list_id))
    body = {
        "category_id": one.category_id,
        "list_id": one.list_id,
        "id": one.id,
        "name": one.name,
        "subscriber_count": str(many),
        "display_order": 1,
    }
    return with_links(ask, body, f"/lists/{one.list_id}/interest-categories/{one.category_id}/interests/{one.id}")


def _field(ask: Ask) -> MergeField:
    found = ask.state.merge_fields.get(f"{ask.audience.id}:{ask.parts['merge_id']}")
    if found is None:
        raise gone()
    return found
