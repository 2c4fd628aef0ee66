"""A JSON Schema of an object as a plain form, and what was typed, read back as JSON.

Texts, dates, choices, yes or no, numbers, and lists of texts or of choices have controls of their own, and an object is a group
of them, to any depth; anything else is typed as JSON, after an example. Titles are labels and descriptions stand below them.
What is left empty is left out. Nothing is judged here: the schema does that, as for every client.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from foundation.errors import Finding

#: A text that may be longer than this gets several lines.
_ONE_LINE: Final = 400
_INPUT_TYPES: Final = {"uri": "url", "email": "email", "date": "date", "time": "time", "date-time": "datetime-local"}
_DEEPEST: Final = 12
#: What was typed, by the names of the form's controls; None for a form nobody has sent yet.
Sent = Mapping[str, Sequence[str]] | None
Schema = Mapping[str, Any]


def plain(schema: Schema) -> dict[str, Any]:
    """Return a schema with what it defines once and refers to (``$ref`` into itself) written where it is referred to."""

    def resolved(part: Any, depth: int) -> Any:
        if depth > _DEEPEST:
            return {}
        if isinstance(part, Mapping):
            said = dict(part)
            target: Any = schema
            address = str(said.pop("$ref", ""))
            if address.startswith("#/"):
                for step in address[2:].split("/"):
                    target = target.get(step, {}) if isinstance(target, Mapping) else {}
                said = {**target, **said}
            return {name: resolved(inner, depth + 1) for name, inner in said.items() if name != "$defs"}
        return [resolved(inner, depth + 1) for inner in part] if isinstance(part, list) else part

    return dict(resolved(schema, 0))


def fields_of(group: str, schema: Schema, sent: Sent, *, zone: str = "UTC") -> list[dict[str, Any]]:
    """Return the members of a plain schema as ``publishing/setting.html`` shows them; moments are told in ``zone``."""
    needed = schema.get("required", ())
    members = schema.get("properties", {}).items()
    return [_field(f"{group}-{name}", name, member, name in needed, sent, zone) for name, member in members]


def read(
    group: str, path: str, schema: Schema, sent: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], list[Finding]]:
    """Return what was typed, and what could not be read as JSON, at ``path`` and below."""
    findings: list[Finding] = []
    return _read(group, path, schema, sent, findings), findings


def typed_of(group: str, schema: Schema, values: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return values as the controls of the form would send them: what ``read`` reads back."""
    sent: dict[str, list[str]] = {}
    for name, member in schema.get("properties", {}).items():
        value, control = values.get(name, member.get("default")), control_of(member)
        if control == "group":
            sent |= typed_of(f"{group}-{name}", member, value or {})
        elif control == "yes":
            sent |= {f"{group}-{name}": ["yes"]} if value else {}
        elif control == "several":
            sent[f"{group}-{name}"] = [json.dumps(one, ensure_ascii=False) for one in value or ()]
        else:
            sent[f"{group}-{name}"] = [as_text(control, value)]
    return sent


def says(member: Schema, value: Any) -> bool:
    """Tell whether a value is more than what stands there by itself."""
    if control_of(member) == "group":
        return any(says(member["properties"][name], inner) for name, inner in value.items())
    return bool(value != member.get("default"))


def control_of(member: Schema) -> str:
    """Return which control a member gets: choice, several, yes, number, text, long, lines, group or json."""
    if choices_of(member):
        return "choice"
    kind = member.get("type")
    if kind == "boolean" or isinstance(member.get("const"), bool):
        return "yes"
    if kind == "string":
        short = "contentMediaType" not in member and ("format" in member or member.get("maxLength", 0) <= _ONE_LINE)
        return "text" if short else "long"
    if kind == "object" and member.get("properties"):
        return "group"
    if kind == "array" and choices_of(member.get("items", {})):
        return "several"
    if kind == "array" and member.get("items", {}).get("type") in {"string", "integer", "number"}:
        return "lines"
    return {"integer": "number", "number": "number"}.get(str(kind), "json")


def choices_of(member: Schema) -> list[tuple[Any, str]]:
    """Return the values a member chooses among, each as people read it; none when it is no choice."""
    if "enum" in member:
        return [(value, in_words(value)) for value in member["enum"]]
    for word in ("oneOf", "anyOf"):
        shapes = member.get(word, ())
        if shapes and all(isinstance(one, Mapping) and "const" in one for one in shapes):
            return [(one["const"], str(one.get("title") or in_words(one["const"]))) for one in shapes]
    return []


def words_for(member: Schema, value: Any) -> str:
    """Return a value of a member as people read it."""
    return next((label for choice, label in choices_of(member) if choice == value), str(value))


def label_of(name: str, member: Schema) -> str:
    """Return what a member is called."""
    return str(member.get("title") or name.replace("_", " ").capitalize())


def controls_of(fields: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the names of all controls, those in groups too."""
    fields = list(fields)
    return {one["id"] for one in fields}.union(*(controls_of(one.get("fields", ())) for one in fields))


def control_at(group: str, path: str, controls: Collection[str]) -> str:
    """Return the control of the innermost member on a path that has one; empty when none has."""
    name = f"{group}-{path.replace('.', '-')}" if path else group
    while name not in controls and "-" in name:
        name = name.rpartition("-")[0]
    return name if name in controls else ""


def in_words(value: Any) -> str:
    """Return a choice of a schema as people read it."""
    words = str(value).replace("_", " ").strip()
    # A word is written as words are; a short code, or what has capitals of its own, stays as it is.
    return words.capitalize() if len(words) > 3 and (words.islower() or words.isupper()) else words


def as_text(control: str, value: Any) -> str:
    """Return a value as a control holds it."""
    if value is None:
        return ""
    if control == "lines" and isinstance(value, list):
        return "\n".join(str(one) for one in value)
    return json.dumps(value, ensure_ascii=False) if control in {"choice", "json"} else str(value)


# --- showing ----------------------------------------------------------------------------------------------------------


def _field(control_id: str, name: str, member: Schema, needed: bool, sent: Sent, zone: str) -> dict[str, Any]:
    control = control_of(member)
    told = {"id": control_id, "control": control, "label": label_of(name, member), "needed": needed}
    told |= {"help": member.get("description", ""), "fixed": ""}
    if control == "group":
        return {**told, "fields": fields_of(control_id, member, sent, zone=zone)}
    default = member.get("default")
    typed = list(sent.get(control_id, ())) if sent is not None else None
    text = typed[0] if typed else "" if typed is not None else as_text(control, default)
    chosen = {text or (as_text(control, default) if needed else "")}
    if control == "several":
        chosen = set(typed) if typed is not None else {as_text("choice", one) for one in default or ()}
    moment = member.get("format") == "date-time" and control == "text"
    offered = choices_of(member.get("items", {}) if control == "several" else member)
    return {
        **told,
        "value": _in_zone(text, zone) if moment else text,
        "zone": zone if moment else "",
        "checked": bool(typed) if typed is not None else bool(default),
        "options": [
            {"value": as_text("choice", one), "label": label, "selected": as_text("choice", one) in chosen}
            for one, label in offered
        ],
        "has_default": default is not None,
        "code": control == "json" or "contentMediaType" in member,
        "type": _INPUT_TYPES.get(member.get("format", ""), "text"),
        "placeholder": _example(member) if control == "json" else "",
        "most": member.get("maxLength", ""),
        "minimum": member.get("minimum", ""),
        "maximum": member.get("maximum", ""),
        "step": "1" if member.get("type") == "integer" else "any",
    }


def _example(member: Schema) -> str:
    """Return JSON of the shape that a member wants, for an author to write over."""
    return json.dumps(_shape(member), ensure_ascii=False)


def _shape(member: Schema) -> Any:
    if member.get("type") == "array":
        return [_shape(member.get("items", {}))]
    if member.get("type") == "object" and isinstance(member.get("additionalProperties"), Mapping):
        return {"…": _shape(member["additionalProperties"])}
    if member.get("type") == "object":
        return {name: _shape(inner) for name, inner in member.get("properties", {}).items()}
    if "default" in member or "enum" in member:
        return member.get("default", next(iter(member.get("enum", [None]))))
    return {"string": "…", "boolean": True, "integer": member.get("minimum", 0), "number": 0.5}.get(
        str(member.get("type")), "…"
    )


def _in_zone(text: str, zone: str) -> str:
    """Return a moment as the control for local time holds it; what is none stays as it was typed."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    local = moment if moment.tzinfo is None else moment.astimezone(_zone(zone))
    return local.strftime("%Y-%m-%dT%H:%M:%S").removesuffix(":00")


# --- reading ----------------------------------------------------------------------------------------------------------


def _read(
    group: str, path: str, schema: Schema, sent: Mapping[str, Sequence[str]], findings: list[Finding]
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    needed = schema.get("required", ())
    for name, member in schema.get("properties", {}).items():
        typed = [text.replace("\r\n", "\n") for text in sent.get(f"{group}-{name}", ())]
        control = control_of(member)
        if control == "group":
            inner = _read(f"{group}-{name}", f"{path}.{name}", member, sent, findings)
            # A choice that stands at its default says nothing of a group that was left alone.
            if says(member, inner):
                values[name] = inner
            continue
        if control == "yes":
            said = bool(typed)
            if said != bool(member.get("default", False)) or name in needed:
                values[name] = said
            continue
        if control == "several":
            if typed:
                values[name] = [_chosen(member.get("items", {}), text) for text in typed]
            continue
        text = typed[0].strip() if typed else ""
        if not text:
            continue
        try:
            values[name] = _value(control, member, text, zone=next(iter(sent.get(f"{group}-{name}--zone", ())), ""))
        except ValueError:
            told = f"{label_of(name, member)} is not well-formed JSON."
            findings.append(Finding(f"{path}.{name}", "settings_invalid", told, f"Write it like {_example(member)}"))
    return values


def _value(control: str, member: Schema, text: str, *, zone: str) -> Any:
    """Return typed text as JSON; raises ``ValueError``. A number that is none stays text, for the schema to refuse."""
    if control == "lines":
        return [_number(member.get("items", {}), line.strip()) for line in text.split("\n") if line.strip()]
    if control == "number":
        return _number(member, text)
    if control == "choice":
        return _chosen(member, text)
    if control == "text" and member.get("format") == "date-time":
        return _with_offset(text, zone)
    return json.loads(text) if control == "json" else text


def _number(member: Schema, text: str) -> int | float | str:
    """Return a number where one is asked for. What is none stays text."""
    read: dict[str, type[int] | type[float]] = {"integer": int, "number": float}
    try:
        return read[str(member.get("type"))](text)
    except (ValueError, KeyError):
        return text


def _chosen(member: Schema, text: str) -> Any:
    """Return the choice that was made. Only what was offered is read; anything else is told by the schema."""
    return next((one for one, _ in choices_of(member) if as_text("choice", one) == text), text)


def _with_offset(text: str, zone: str) -> str:
    """Return a local time of a zone with its offset; anything else as it was typed."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return text if moment.tzinfo is not None else moment.replace(tzinfo=_zone(zone)).isoformat()


def _zone(name: str) -> Any:
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, LookupError):  # nothing, or something a stranger made up
        return UTC
