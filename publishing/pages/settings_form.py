"""The settings of one kind of destination as a plain form, made from its JSON Schema; and what was typed, read back as JSON.

Texts, choices, yes or no, numbers and lists of texts have controls of their own, and an object of such is a group of them;
anything else is typed as JSON, after an example. What is left empty is left out. Nothing is judged here: the schema does that, as
for every client.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectors.base import DestinationKind
from foundation.errors import Finding

#: A text that may be longer than this gets several lines.
_ONE_LINE: Final = 400
_INPUT_TYPES: Final = {"uri": "url", "email": "email", "date": "date"}
#: What was typed, by the names of the form's controls; None for a form nobody has sent yet.
Sent = Mapping[str, Sequence[str]] | None


def form_of(kind: DestinationKind, sent: Sent) -> dict[str, Any] | None:
    """Return a kind's settings as ``publishing/compose.html`` shows them; None when it has none."""
    schema = kind.settings.schema
    members = schema.get("properties", {})
    if not members:
        return None
    group = control_name(kind)
    values, findings = read(kind, sent) if sent is not None else ({}, [])
    return {
        "kind": kind.slug,
        "name": kind.name,
        "id": group,
        "open": bool(schema.get("required") or findings or any(_says(members[name], values[name]) for name in values)),
        "fields": _fields(group, schema, sent),
    }


def read(kind: DestinationKind, sent: Mapping[str, Sequence[str]]) -> tuple[dict[str, Any], list[Finding]]:
    """Return what was typed as settings, and what could not be read as JSON."""
    findings: list[Finding] = []
    return _read(control_name(kind), f"settings.{kind.slug}", kind.settings.schema, sent, findings), findings


def _read(
    group: str, path: str, schema: Mapping[str, Any], sent: Mapping[str, Sequence[str]], findings: list[Finding]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    needed = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        typed = [text.replace("\r\n", "\n") for text in sent.get(f"{group}-{name}", ())]
        control = _control(member)
        if control == "group":
            inner = _read(f"{group}-{name}", f"{path}.{name}", member, sent, findings)
            # A choice that stands at its default says nothing of a group that was left alone.
            if _says(member, inner):
                values[name] = inner
            continue
        if control == "yes":
            said = bool(typed)
            if said != bool(member.get("default", False)) or name in needed:
                values[name] = said
            continue
        text = typed[0].strip() if typed else ""
        if not text:
            continue
        try:
            values[name] = _value(control, member, text)
        except ValueError:
            told = f"{_label(name, member)} is not well-formed JSON."
            findings.append(Finding(f"{path}.{name}", "settings_invalid", told, f"Write it like {_example(member)}"))
    return values


def _says(member: Mapping[str, Any], value: Any) -> bool:
    """Tell whether a value is more than what stands there by itself."""
    if _control(member) == "group":
        return any(_says(member["properties"][name], inner) for name, inner in value.items())
    return bool(value != member.get("default"))


def typed_of(kind: DestinationKind, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return stored settings as the controls of the form would send them: what ``read`` reads back."""
    return _typed(control_name(kind), kind.settings.schema, values)


def _typed(group: str, schema: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, list[str]]:
    sent: dict[str, list[str]] = {}
    for name, member in schema.get("properties", {}).items():
        value, control = values.get(name, member.get("default")), _control(member)
        if control == "group":
            sent |= _typed(f"{group}-{name}", member, value or {})
        elif control == "yes":
            sent |= {f"{group}-{name}": ["yes"]} if value else {}
        else:
            sent[f"{group}-{name}"] = [_as_text(control, value)]
    return sent


def control_name(kind: DestinationKind, member: str = "") -> str:
    """Return the name of a control, or of the whole group."""
    return f"set-{kind.slug}-{member}" if member else f"set-{kind.slug}"


def _fields(group: str, schema: Mapping[str, Any], sent: Sent) -> list[dict[str, Any]]:
    needed = schema.get("required", ())
    members = schema.get("properties", {}).items()
    return [_field(f"{group}-{name}", name, member, name in needed, sent) for name, member in members]


def _field(control_id: str, name: str, member: Mapping[str, Any], needed: bool, sent: Sent) -> dict[str, Any]:
    control = _control(member)
    told = {"id": control_id, "control": control, "label": _label(name, member), "help": member.get("description", "")}
    if control == "group":
        return {**told, "fields": _fields(control_id, member, sent)}
    default = member.get("default")
    typed = list(sent.get(control_id, ())) if sent is not None else None
    text = typed[0] if typed else "" if typed is not None else _as_text(control, default)
    chosen = text or (_as_text(control, default) if needed else "")
    example = _example(member) if control == "json" else ""
    return {
        **told,
        "needed": needed,
        "value": text,
        "checked": bool(typed) if typed is not None else bool(default),
        "options": [
            {"value": json.dumps(one), "label": in_words(one), "selected": json.dumps(one) == chosen}
            for one in member.get("enum", ())
        ],
        "type": _INPUT_TYPES.get(member.get("format", ""), "text"),
        "placeholder": "2026-12-24T09:00:00+01:00" if member.get("format") == "date-time" else example,
        "most": member.get("maxLength", ""),
        "minimum": member.get("minimum", ""),
        "maximum": member.get("maximum", ""),
        "step": "1" if member.get("type") == "integer" else "any",
    }


def _label(name: str, member: Mapping[str, Any]) -> str:
    return str(member.get("title") or name.replace("_", " ").capitalize())


def _example(member: Mapping[str, Any]) -> str:
    """Return JSON of the shape that a member wants, for an author to write over."""
    return json.dumps(_shape(member), ensure_ascii=False)


def _shape(member: Mapping[str, Any]) -> Any:
    if member.get("type") == "array":
        return [_shape(member.get("items", {}))]
    if member.get("type") == "object":
        return {name: _shape(inner) for name, inner in member.get("properties", {}).items()}
    if "default" in member or "enum" in member:
        return member.get("default", next(iter(member.get("enum", [None]))))
    return {"string": "…", "boolean": True, "integer": member.get("minimum", 0), "number": 0.5}.get(
        str(member.get("type")), "…"
    )


def _control(member: Mapping[str, Any]) -> str:
    """Return which control a member of the schema gets: choice, yes, number, text, long, lines, group or json."""
    if "enum" in member:
        return "choice"
    kind = member.get("type")
    if kind == "string":
        one_line = "format" in member or member.get("maxLength", 0) <= _ONE_LINE
        return "text" if one_line else "long"
    if kind == "object" and member.get("properties"):
        return "group"
    if kind == "array" and member.get("items", {}).get("type") == "string":
        return "lines"
    return {"boolean": "yes", "integer": "number", "number": "number"}.get(str(kind), "json")


def _value(control: str, member: Mapping[str, Any], text: str) -> Any:
    """Return typed text as JSON; raises ``ValueError``. A number that is none stays text, for the schema to refuse."""
    if control == "lines":
        return [line.strip() for line in text.split("\n") if line.strip()]
    if control == "number":
        try:
            return int(text) if member.get("type") == "integer" else float(text)
        except ValueError:
            return text
    if control == "choice":
        # Only what was offered is read; anything else is told by the schema.
        return next((one for one in member["enum"] if json.dumps(one) == text), text)
    return json.loads(text) if control == "json" else text


def _as_text(control: str, value: Any) -> str:
    if value is None:
        return ""
    if control == "lines" and isinstance(value, list):
        return "\n".join(str(one) for one in value)
    return json.dumps(value, ensure_ascii=False) if control in {"choice", "json"} else str(value)


def in_words(value: Any) -> str:
    """Return a choice of a schema as people read it."""
    words = str(value).replace("_", " ").strip()
    # A word is written as words are; a short code, or what has capitals of its own, stays as it is.
    return words.capitalize() if len(words) > 3 and (words.islower() or words.isupper()) else words
