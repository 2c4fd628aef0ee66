"""What authors set for one kind of place, read by the JSON Schema that the kind has today, and told in words.

Stored settings carry the version they were written for. An older version is raised step by step where the platform's folder
knows how; else it is refused, with that said. Nothing here asks a platform or the database.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import urlsplit
from uuid import UUID

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match
from referencing import Registry

from connectors.base import DestinationKind, SettingsSchema
from foundation.errors import Finding

#: The one member of settings that is ours and not the platform's.
VERSION: Final = "version"
#: More would be a page nobody reads.
MOST_FINDINGS: Final = 20
DEEPEST: Final = 12


@dataclass(frozen=True, slots=True)
class Read:
    """The settings of a draft after reading: as they are to be stored, and what is wrong with them."""

    #: By kind of place, each with its version.
    by_kind: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    #: By destination, where that place has settings of its own.
    by_place: Mapping[UUID, dict[str, Any]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    #: Places whose settings do not hold, so that no connector is asked about them.
    broken: frozenset[UUID] = frozenset()

    def at(self, place: UUID, kind: str) -> dict[str, Any]:
        """Return the values that hold at one place, without their version."""
        return values_of(self.by_place.get(place) or self.by_kind.get(kind, {}))


def read_all(
    by_kind: Mapping[str, Mapping[str, Any]],
    by_place: Mapping[UUID, Mapping[str, Any]],
    kinds: Mapping[UUID, DestinationKind],
) -> Read:
    """Read all settings of a draft; ``kinds`` says of which kind each of its places is."""
    findings: list[Finding] = []
    read: dict[str, dict[str, Any] | None] = {}
    for slug in by_kind:
        if all(kind.slug != slug for kind in kinds.values()):
            findings.append(
                Finding(
                    f"settings.{slug}",
                    "settings_unused",
                    f"The post goes to no destination of the kind {slug!r}, so these settings would do nothing.",
                    "Remove them, or add such a destination.",
                )
            )
    for kind in {kind.slug: kind for pk, kind in kinds.items() if pk not in by_place}.values():
        said = by_kind.get(kind.slug)
        read[kind.slug], found = read_one(kind.settings, said or {}, where=f"settings.{kind.slug}")
        findings += found
    own: dict[UUID, dict[str, Any] | None] = {}
    for pk, said in by_place.items():
        if pk in kinds:
            own[pk], found = read_one(kinds[pk].settings, said, where=f"overrides.{pk}.settings", destination=str(pk))
            findings += found
    broken = {pk for pk, kind in kinds.items() if (own[pk] if pk in own else read[kind.slug]) is None}
    return Read(
        {slug: stored for slug, stored in read.items() if stored is not None and slug in by_kind},
        {pk: stored for pk, stored in own.items() if stored is not None},
        tuple(findings[:MOST_FINDINGS]),
        frozenset(broken),
    )


def read_one(
    schema: SettingsSchema, said: Mapping[str, Any], *, where: str, destination: str = ""
) -> tuple[dict[str, Any] | None, list[Finding]]:
    """Return settings in today's version, as they are stored, or None and what is wrong with them."""
    if not said:
        findings = _wrong_with_nothing(schema)
    else:
        try:
            said = upgraded(schema, said)
        except VersionGone as error:
            told = Finding(f"{where}.{VERSION}", "settings_version_unsupported", error.cause, error.remedy, error.limit)
            return None, [_at(told, destination)]
        findings = list(violations(schema.schema, values_of(said)))
    told_at = [
        Finding(f"{where}.{one.field}" if one.field else where, one.code, one.message, one.remedy, one.limit)
        for one in findings
    ]
    return ({VERSION: schema.version, **said} if not findings else None), [_at(one, destination) for one in told_at]


def values_of(stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings without their version."""
    return {name: value for name, value in stored.items() if name != VERSION}


class VersionGone(Exception):
    """Settings of a version that cannot be read (any more); says so to their author."""

    def __init__(self, version: object, today: int) -> None:
        self.cause = f"These settings were written for version {str(version)[:20]}, which is not understood here."
        self.remedy = f"Write them anew for version {today}; the schema is served by the API."
        self.limit = f"version {today}"
        super().__init__(self.cause)


def upgraded(schema: SettingsSchema, said: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings raised to today's version, which they then name; raises ``VersionGone``."""
    version = said.get(VERSION, schema.version)
    if not isinstance(version, int) or isinstance(version, bool) or version > schema.version:
        raise VersionGone(version, schema.version)
    values: Mapping[str, Any] = values_of(said)
    for step in range(version, schema.version):
        raise_one = schema.upgrades.get(step)
        if raise_one is None:
            raise VersionGone(version, schema.version)
        try:
            values = raise_one(values)
        except (LookupError, TypeError, ValueError, AttributeError):
            # What an upgrade stumbles over was never valid in its own version.
            raise VersionGone(version, schema.version) from None
    return {VERSION: schema.version, **values}


def unsayable(value: Any, *, depth: int = 0) -> str:
    """Return why plain JSON cannot be stored as it is, or an empty string."""
    if depth > DEEPEST:
        return f"It is nested more than {DEEPEST} levels deep."
    if isinstance(value, str):
        return "It holds characters that cannot be stored." if _is_unstorable(value) else ""
    if isinstance(value, float) and not math.isfinite(value):
        return "It holds a number that is too large."
    parts = [*value.keys(), *value.values()] if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    return next((said for part in parts if (said := unsayable(part, depth=depth + 1))), "")


def _is_unstorable(text: str) -> bool:
    return "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text)


def _at(finding: Finding, destination: str) -> Finding:
    return Finding(finding.field, finding.code, finding.message, finding.remedy, finding.limit, destination=destination)


# --- what a schema refuses, in words ----------------------------------------------------------------------------------

_formats = FormatChecker()
_formats.checkers = dict(Draft202012Validator.FORMAT_CHECKER.checkers)


@_formats.checks("date-time", raises=ValueError)
def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or datetime.fromisoformat(value).tzinfo is not None


@_formats.checks("uri", raises=ValueError)
def _is_address(value: object) -> bool:
    if not isinstance(value, str):
        return True
    parts = urlsplit(value)
    return bool(parts.scheme) and bool(parts.netloc or parts.path)


#: Compiled once a process. Kept with the schema itself, so that its id is not given to another.
_compiled: dict[int, tuple[Mapping[str, Any], Draft202012Validator]] = {}
_nothing: dict[int, tuple[SettingsSchema, tuple[Finding, ...]]] = {}


def _validator(schema: Mapping[str, Any]) -> Draft202012Validator:
    found = _compiled.get(id(schema))
    if found is None:
        # An empty registry: a reference that leads out of the schema is a mistake, never a call to somewhere.
        made = Draft202012Validator(dict(schema), registry=Registry(), format_checker=_formats)
        found = _compiled[id(schema)] = (schema, made)
    return found[1]


def _wrong_with_nothing(schema: SettingsSchema) -> list[Finding]:
    """Return what is wrong with saying nothing, which most posts do; so it is worked out once."""
    found = _nothing.get(id(schema))
    if found is None:
        found = _nothing[id(schema)] = (schema, tuple(violations(schema.schema, {})))
    return list(found[1])


def violations(schema: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield what a schema refuses of values, in words. The schema must live as long as the process."""
    seen: set[tuple[str, str]] = set()
    for error in sorted(_validator(schema).iter_errors(dict(values)), key=lambda one: [str(p) for p in one.path]):
        for name, message, remedy, limit in _told(_innermost(error), schema):
            if (name, message) not in seen:
                seen.add((name, message))
                yield Finding(name, "settings_invalid", message, remedy, limit)


def _innermost(error: ValidationError) -> ValidationError:
    """Of a choice between shapes, tell what keeps the nearest one from fitting."""
    if error.validator in {"anyOf", "oneOf"} and error.context:
        return best_match(iter([error])) or error
    return error


def _told(error: ValidationError, root: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Yield path, message, remedy and limit; never the value, which may be long, or nobody's business."""
    path = ".".join(str(part) for part in error.absolute_path)
    rule, value = str(error.validator), cast(Any, error.validator_value)
    if rule in {"required", "dependentRequired"}:
        needed = value if rule == "required" else [name for names in value.values() for name in names]
        there: Any = error.instance
        for name in needed:
            if name not in there:
                yield _below(path, name), f"{_title(error, root, name)} is missing.", "Fill it in.", ""
    elif rule in {"additionalProperties", "unevaluatedProperties"} and isinstance(error.instance, Mapping):
        known = list((error.schema if isinstance(error.schema, Mapping) else {}).get("properties", {}))
        there_are = f"There are: {', '.join(known)}." if known else "This kind of destination has no settings."
        for name in error.instance:
            if name not in known:
                yield _below(path, str(name)[:60]), f"There is no setting called {str(name)[:60]!r}.", there_are, ""
    else:
        yield path, f"{_title(error, root)} {_message(rule, value)}", _remedy(rule, value), _limit(rule, value)


def _message(rule: str, value: Any) -> str:
    if rule == "type":
        names = [value] if isinstance(value, str) else list(value)
        return f"must be {' or '.join(_TYPES.get(name, name) for name in names)}."
    if rule == "const" and value is True:
        return "must be ticked."
    if rule == "format":
        return f"must be {_FORMATS.get(value, f'of the form {value}')}."
    words = _RULES.get(rule)
    return words.format(value=f"{value:,}" if isinstance(value, int) else value) if words else "is not taken like this."


def _remedy(rule: str, value: Any) -> str:
    if rule == "enum":
        return f"Choose one of: {', '.join(_shown(one) for one in value)}."
    if rule == "const":
        return f"It must be {_shown(value)}."
    return "Correct it as the schema says." if rule in {"pattern", "not", "anyOf", "oneOf"} else ""


def _limit(rule: str, value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        unit = {"maxLength": " characters", "minLength": " characters"}.get(rule, "")
        return f"{value:,}{unit}"
    return ""


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else {True: "true", False: "false", None: "null"}.get(value, str(value))


def _title(error: ValidationError, root: Mapping[str, Any], name: str = "") -> str:
    """Return what a member is called. A condition speaks of members that are described elsewhere, so the whole is asked too."""
    path = [*error.absolute_path, *([name] if name else [])]
    called = next((part for part in reversed(path) if isinstance(part, str)), "")
    schema = error.schema if isinstance(error.schema, Mapping) else {}
    here = schema.get("properties", {}).get(name, {}) if name else schema
    there: Any = root
    for part in path:
        inner = there.get("items" if isinstance(part, int) else "properties", {}) if isinstance(there, Mapping) else {}
        there = inner if isinstance(part, int) else inner.get(part, {}) if isinstance(inner, Mapping) else {}
    titles = (said.get("title") for said in (here, there) if isinstance(said, Mapping))
    return str(next((title for title in titles if title), f"{called!r}")) if called else "The whole"


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


_TYPES: Final = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
_FORMATS: Final = {
    "date": "a date such as 2026-12-24",
    "date-time": "a date and time with an offset, such as 2026-12-24T09:00:00+01:00",
    "email": "an e-mail address",
    "uri": "a whole web address",
    "uuid": "a UUID",
}
_RULES: Final = {
    "enum": "is none of the values that are taken.",
    "const": "has another value than the one that is taken.",
    "maxLength": "is longer than {value} characters.",
    "minLength": "is shorter than {value} characters.",
    "maximum": "is more than {value}.",
    "minimum": "is less than {value}.",
    "exclusiveMaximum": "must be less than {value}.",
    "exclusiveMinimum": "must be more than {value}.",
    "multipleOf": "must be a multiple of {value}.",
    "pattern": "is not written in the form that is asked for.",
    "maxItems": "has more than {value} entries.",
    "minItems": "has fewer than {value} entries.",
    "uniqueItems": "names an entry twice.",
    "anyOf": "has none of the shapes that are taken.",
    "oneOf": "must have exactly one of the shapes that are taken.",
    "minProperties": "has fewer than {value} members.",
    "maxProperties": "has more than {value} members.",
}
