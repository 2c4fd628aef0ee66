"""The settings of one kind of destination as a plain form, made from its JSON Schema; and what was typed, read back as JSON.

Texts, choices, yes or no, numbers and lists of texts have controls of their own; anything else is typed as JSON. What is left
empty is left out. Nothing is judged here: the schema does that, as for every client.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectors.base import DestinationKind
from foundation.errors import Finding

#: A text that may be longer than this gets several lines.
_ONE_LINE: Final = 200
_INPUT_TYPES: Final = {"uri": "url", "email": "email", "date": "date"}
#: What was typed, by the names of the form's controls; None for a form nobody has sent yet.
Sent = Mapping[str, Sequence[str]] | None


def form_of(kind: DestinationKind, sent: Sent) -> dict[str, Any] | None:
    """Return a kind's settings as ``publishing/compose.html`` shows them; None when it has none."""
    schema = kind.settings.schema
    members = schema.get("properties", {})
    if not members:
        return None
    needed = schema.get("required", ())
    return {
        "kind": kind.slug,
        "name": kind.name,
        "id": control_name(kind),
        "fields": [_field(kind, name, member, name in needed, sent) for name, member in members.items()],
    }


def read(kind: DestinationKind, sent: Mapping[str, Sequence[str]]) -> tuple[dict[str, Any], list[Finding]]:
    """Return what was typed as settings, and what could not be read as JSON."""
    values: dict[str, Any] = {}
    findings: list[Finding] = []
    needed = kind.settings.schema.get("required", ())
    for name, member in kind.settings.schema.get("properties", {}).items():
        typed = [text.replace("\r\n", "\n") for text in sent.get(control_name(kind, name), ())]
        control = _control(member)
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
            title = member.get("title", name)
            findings.append(
                Finding(
                    f"settings.{kind.slug}.{name}",
                    "settings_invalid",
                    f"{title} is not well-formed JSON.",
                    "Write it like the schema of the API says.",
                )
            )
    return values, findings


def control_name(kind: DestinationKind, member: str = "") -> str:
    """Return the name of a control, or of the whole group."""
    return f"set-{kind.slug}-{member}" if member else f"set-{kind.slug}"


def _field(kind: DestinationKind, name: str, member: Mapping[str, Any], needed: bool, sent: Sent) -> dict[str, Any]:
    control = _control(member)
    control_id = control_name(kind, name)
    default = member.get("default")
    typed = list(sent.get(control_id, ())) if sent is not None else None
    text = typed[0] if typed else "" if typed is not None else _as_text(control, default)
    chosen = text or (_as_text(control, default) if needed else "")
    return {
        "id": control_id,
        "control": control,
        "label": member.get("title") or name.replace("_", " ").capitalize(),
        "help": member.get("description", ""),
        "needed": needed,
        "value": text,
        "checked": bool(typed) if typed is not None else bool(default),
        "options": [
            {"value": json.dumps(one), "label": _option(one), "selected": json.dumps(one) == chosen}
            for one in member.get("enum", ())
        ],
        "type": _INPUT_TYPES.get(member.get("format", ""), "text"),
        "placeholder": "2026-12-24T09:00:00+01:00" if member.get("format") == "date-time" else "",
        "most": member.get("maxLength", ""),
        "minimum": member.get("minimum", ""),
        "maximum": member.get("maximum", ""),
        "step": "1" if member.get("type") == "integer" else "any",
    }


def _control(member: Mapping[str, Any]) -> str:
    """Return which control a member of the schema gets: choice, yes, number, text, long, lines or json."""
    if "enum" in member:
        return "choice"
    kind = member.get("type")
    if kind == "string":
        return "long" if member.get("maxLength", 0) > _ONE_LINE else "text"
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


def _option(value: Any) -> str:
    words = str(value).replace("_", " ").strip()
    # A word is written as words are; a short code, or what has capitals of its own, stays as it is.
    return words.capitalize() if len(words) > 3 and (words.islower() or words.isupper()) else words
