"""`/templates`: layouts with editable areas."""

from __future__ import annotations

from sandbox.calls import JsonObject
from sandbox.mailchimp import sections
from sandbox.mailchimp.ask import Ask, iso
from sandbox.mailchimp.errors import gone, invalid
from sandbox.mailchimp.fields import Fields
from sandbox.mailchimp.records import Template
from sandbox.mailchimp.shaping import page, with_links

_TYPES = ("user", "base", "gallery")
_KINDS = ("html", "template", "multichannel")
_SORTS = {"date_created": "created", "date_edited": "edited", "name": "name"}


def listed(ask: Ask) -> JsonObject:
    """List templates; only those of the account can be told apart by their builder."""
    kind, content = ask.choice("type", _TYPES), ask.choice("content_type", _KINDS)
    folder = ask.query.get("folder_id", "")
    rows = [
        one
        for one in ask.state.templates
        if one.account_id == ask.account.id
        and one.active
        and kind in ("", one.type)
        and folder in ("", one.folder_id)
        and (not content or one.type != "user" or one.content_type == content)
    ]
    by = ask.choice("sort_field", tuple(_SORTS))
    if by:
        down = ask.choice("sort_dir", ("ASC", "DESC")) == "DESC"
        rows.sort(key=lambda one: str(getattr(one, _SORTS[by])).rjust(24, "0"), reverse=down)
    return page(ask, "templates", rows, lambda one: show(ask, one), "/templates")


def read(ask: Ask) -> JsonObject:
    """Read one template."""
    return show(ask, _template(ask))


def create(ask: Ask) -> JsonObject:
    """Make a template of HTML."""
    body = Fields(ask.body)
    body.need("name", "html")
    name, html, folder = body.text("name"), body.text("html"), body.text("folder_id")
    body.done()
    if not name.strip():
        raise invalid("name", "This value should not be blank.")
    number = max((one.id for one in ask.state.templates), default=10_000_000) + 1
    made = Template(number, ask.account.id, name, html, "user", ask.now, ask.now, folder_id=folder)
    return show(ask, ask.state.templates.put(str(number), made))


def change(ask: Ask) -> JsonObject:
    """Change a template; campaigns made of it stay as they are."""
    template, body = _template(ask), Fields(ask.body)
    name, html = body.text("name", template.name), body.text("html", template.html)
    folder = body.text("folder_id", template.folder_id)
    body.done()
    template.name, template.html, template.folder_id, template.edited = name, html, folder, ask.now
    return show(ask, ask.state.templates.put(str(template.id), template))


def delete(ask: Ask) -> None:
    """Retire a template: it can still be read, and is not listed any more."""
    template = _template(ask)
    template.active = False
    ask.state.templates.put(str(template.id), template)


def default_content(ask: Ask) -> JsonObject:
    """Tell what stands in each editable area."""
    template = _template(ask)
    body = {"sections": sections.default_content(template.html)}
    return with_links(ask, body, f"/templates/{template.id}/default-content")


def show(ask: Ask, one: Template) -> JsonObject:
    """Tell about a template."""
    body = {
        "id": one.id,
        "type": one.type,
        "name": one.name,
        "drag_and_drop": one.content_type != "html",
        "responsive": True,
        "category": one.category,
        "date_created": iso(one.created),
        "date_edited": iso(one.edited),
        "created_by": "",
        "edited_by": "",
        "active": one.active,
        "folder_id": one.folder_id,
        "thumbnail": "",
        "share_url": ask.url(f"{ask.account.dc}.admin.mailchimp.com", "/templates/share", {"id": str(one.id)}),
        "content_type": one.content_type,
    }
    return with_links(ask, body, f"/templates/{one.id}")


def _template(ask: Ask) -> Template:
    found = ask.state.templates.get(ask.parts["template_id"])
    if found is None or found.account_id != ask.account.id:
        raise gone()
    return found
