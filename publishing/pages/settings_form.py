"""The settings of one kind of destination as a form made from its JSON Schema, narrowed to what its places allow now."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from connectors.base import DestinationKind
from connectors.types import Composing
from foundation.errors import Finding
from publishing.pages import schema_form
from publishing.pages.schema_form import Sent


def form_of(
    kind: DestinationKind, sent: Sent, *, zone: str = "UTC", allowed: Iterable[Composing] = ()
) -> dict[str, Any] | None:
    """Return a kind's settings as ``publishing/compose.html`` shows them; None when it has none.

    ``allowed`` is what the chosen places of this kind were said to allow a moment ago.
    """
    schema = schema_form.plain(kind.settings.schema)
    members = schema.get("properties", {})
    if not members:
        return None
    group = control_name(kind)
    values, findings = read(kind, sent) if sent is not None else ({}, [])
    said = any(schema_form.says(members[name], values[name]) for name in values)
    fields = schema_form.fields_of(group, schema, sent, zone=zone)
    for one in allowed:
        _narrow(fields, rules_of(kind, one), one.name or kind.name)
    return {
        "kind": kind.slug,
        "name": kind.name,
        "id": group,
        "open": bool(schema.get("required") or findings or said),
        "fields": fields,
    }


def read(kind: DestinationKind, sent: Mapping[str, Sequence[str]]) -> tuple[dict[str, Any], list[Finding]]:
    """Return what was typed as settings, and what could not be read as JSON."""
    schema = schema_form.plain(kind.settings.schema)
    return schema_form.read(control_name(kind), f"settings.{kind.slug}", schema, sent)


def typed_of(kind: DestinationKind, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return stored settings as the controls of the form would send them: what ``read`` reads back."""
    return schema_form.typed_of(control_name(kind), schema_form.plain(kind.settings.schema), values)


def control_name(kind: DestinationKind, member: str = "") -> str:
    """Return the name of a control, or of the whole group; a member of a member is named with a dot."""
    return f"set-{kind.slug}-{member.replace('.', '-')}" if member else f"set-{kind.slug}"


def rules_of(kind: DestinationKind, allowed: Composing) -> dict[str, dict[str, Any]]:
    """Return by control what a place narrows: its ``values``, or the one ``fixed`` value, both as the control holds them."""
    rules: dict[str, dict[str, Any]] = {}
    for name, values in allowed.choices.items():
        rules[control_name(kind, name)] = {"values": [json.dumps(value, ensure_ascii=False) for value in values]}
    for name, value in allowed.fixed.items():
        text = ("yes" if value else "") if isinstance(value, bool) else value
        member = member_of(kind, name)
        shown = schema_form.as_text(schema_form.control_of(member), text)
        rules[control_name(kind, name)] = {"fixed": shown}
    return rules


def member_of(kind: DestinationKind, name: str) -> Mapping[str, Any]:
    """Return a setting's part of the schema; empty for one there is not."""
    member: Any = schema_form.plain(kind.settings.schema)
    for part in name.split("."):
        member = member.get("properties", {}).get(part, {})
    return dict(member)


def _narrow(fields: Iterable[dict[str, Any]], rules: Mapping[str, Mapping[str, Any]], who: str) -> None:
    """Leave in a form what is allowed: other options are greyed, and what is fixed cannot be changed."""
    for one in fields:
        if one["control"] == "group":
            _narrow(one["fields"], rules, who)
            continue
        rule = rules.get(one["id"], {})
        for option in one["options"] if "values" in rule else ():
            option["disabled"] = option.get("disabled", False) or option["value"] not in rule["values"]
            option["selected"] = option["selected"] and not option["disabled"]
        if "fixed" in rule:
            one |= {"fixed": who, "value": rule["fixed"], "checked": bool(rule["fixed"])}
            for option in one["options"]:
                option["selected"] = option["value"] == rule["fixed"]
