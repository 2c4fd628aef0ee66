"""Any JSON Schema of an object is a form whose answers are what a client would send."""

from typing import Any

import pytest

from connectors.base import DestinationKind, SettingsSchema
from connectors.registry import CONNECTORS
from connectors.types import Composing
from publishing.author_settings import read_one
from publishing.pages import schema_form, settings_form

SCHEMA: dict[str, Any] = {
    "type": "object",
    "$defs": {
        "when": {"type": "string", "format": "date-time"},
        "span": {
            "type": "object",
            "required": ["start"],
            "properties": {"start": {"$ref": "#/$defs/when", "title": "Begins"}, "end": {"$ref": "#/$defs/when"}},
        },
    },
    "properties": {
        "audience": {"oneOf": [{"const": "ALL", "title": "Everybody"}, {"const": "FEW", "title": "A few"}]},
        "consent": {"type": "boolean", "const": True, "title": "I agree", "description": "See https://rules.example/ first."},
        "days": {"type": "array", "items": {"enum": ["MONDAY", "SUNDAY"]}, "title": "On"},
        "html": {"type": "string", "contentMediaType": "text/html"},
        "day": {"type": "string", "format": "date"},
        "at": {"type": "string", "format": "time"},
        "event": {
            "type": "object",
            "title": "Event",
            "properties": {"title": {"type": "string"}, "span": {"$ref": "#/$defs/span"}},
        },
    },
}  # fmt: skip
PLAIN = schema_form.plain(SCHEMA)
KIND = DestinationKind("stall", "Stall", 100, settings=SettingsSchema(1, SCHEMA))


def flat(fields: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    found = {field["id"]: field for field in fields}
    for field in fields:
        found |= flat(field.get("fields", []))
    return found


def test_every_shape_gets_a_control_to_any_depth_and_across_references() -> None:
    fields = flat(schema_form.fields_of("f", PLAIN, None))
    assert {name: (one["control"], one.get("type", "")) for name, one in fields.items()} == {
        "f-audience": ("choice", "text"),
        "f-consent": ("yes", "text"),
        "f-days": ("several", "text"),
        "f-html": ("long", "text"),
        "f-day": ("text", "date"),
        "f-at": ("text", "time"),
        "f-event": ("group", ""),
        "f-event-title": ("text", "text"),
        "f-event-span": ("group", ""),
        "f-event-span-start": ("text", "datetime-local"),
        "f-event-span-end": ("text", "datetime-local"),
    }
    assert [one["label"] for one in fields["f-audience"]["options"]] == ["Everybody", "A few"]
    assert not any(one["selected"] for one in fields["f-audience"]["options"])
    assert fields["f-event-span-start"]["label"] == "Begins"
    assert fields["f-html"]["code"]


def test_answers_are_read_as_json_and_shown_again_as_they_were() -> None:
    sent = {
        "f-audience": ['"FEW"'], "f-consent": ["yes"], "f-days": ['"MONDAY"', '"SUNDAY"'], "f-html": ["<p>Hi</p>"],
        "f-day": ["2026-12-24"], "f-at": ["09:30"], "f-event-title": ["Jazz"],
        "f-event-span-start": ["2026-12-24T19:00"], "f-event-span-start--zone": ["Europe/Berlin"],
    }  # fmt: skip
    said = {
        "audience": "FEW", "consent": True, "days": ["MONDAY", "SUNDAY"], "html": "<p>Hi</p>", "day": "2026-12-24",
        "at": "09:30", "event": {"title": "Jazz", "span": {"start": "2026-12-24T19:00:00+01:00"}},
    }  # fmt: skip
    assert schema_form.read("f", "settings.f", PLAIN, sent) == (said, [])
    again = schema_form.typed_of("f", PLAIN, said)
    assert schema_form.read("f", "settings.f", PLAIN, again) == (said, [])
    shown = flat(schema_form.fields_of("f", PLAIN, again, zone="Asia/Tokyo"))
    assert (shown["f-event-span-start"]["value"], shown["f-event-span-start"]["zone"]) == (
        "2026-12-25T03:00",
        "Asia/Tokyo",
    )
    assert [one["selected"] for one in shown["f-days"]["options"]] == [True, True]
    assert shown["f-consent"]["checked"]


@pytest.mark.parametrize(
    ("text", "zone", "value"),
    [
        ("2026-12-24T19:00", "nowhere\x00", "2026-12-24T19:00:00+00:00"),
        ("2026-12-24T19:00", "", "2026-12-24T19:00:00+00:00"),
        ("2026-12-24T19:00+05:30", "Europe/Berlin", "2026-12-24T19:00+05:30"),
        ("tomorrow", "Europe/Berlin", "tomorrow"),
    ],
)
def test_a_moment_gets_the_offset_of_the_zone_it_was_shown_in(text: str, zone: str, value: str) -> None:
    sent = {"f-event-span-end": [text], "f-event-span-end--zone": [zone]}
    assert schema_form.read("f", "", PLAIN, sent)[0] == {"event": {"span": {"end": value}}}


def test_numbers_are_typed_one_in_each_line_and_open_objects_after_an_example() -> None:
    schema = {
        "properties": {
            "ids": {"type": "array", "items": {"type": "integer"}},
            "parts": {"type": "object", "additionalProperties": {"type": "string"}},
        }
    }
    ids, parts = schema_form.fields_of("f", schema, None)
    assert (ids["control"], parts["control"], parts["placeholder"]) == ("lines", "json", '{"…": "…"}')
    assert schema_form.read("f", "", schema, {"f-ids": ["7\r\nx\n 8 "]})[0] == {"ids": [7, "x", 8]}
    assert schema_form.typed_of("f", schema, {"ids": [7, 8]})["f-ids"] == ["7\n8"]


KINDS = [pytest.param(kind, id=kind.slug) for connector in CONNECTORS.values() for kind in connector.kinds]


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_that_was_left_alone_says_nothing(kind: DestinationKind) -> None:
    needed = set(kind.settings.schema.get("required", ()))
    values, findings = settings_form.read(kind, settings_form.typed_of(kind, {}))
    said = {name for name, value in values.items() if value != kind.settings.schema["properties"][name].get("default")}
    assert (said - needed, findings) == (set(), [])


@pytest.mark.parametrize("kind", KINDS)
def test_every_setting_of_every_platform_is_shown_with_a_label(kind: DestinationKind) -> None:
    told = settings_form.form_of(kind, None)
    shown = flat(told["fields"]) if told else {}
    assert {name.removeprefix(f"set-{kind.slug}-") for name in shown} >= set(kind.settings.schema.get("properties", {}))
    assert all(field["label"] for field in shown.values())


def test_a_reference_that_leads_nowhere_or_to_itself_ends() -> None:
    looped = {"$defs": {"a": {"type": "object", "properties": {"a": {"$ref": "#/$defs/a"}}}}, "properties": {"x": {"$ref": "#/$defs/a"}}}  # fmt: skip
    assert schema_form.fields_of("f", schema_form.plain(looped), None)
    lost = {"properties": {"x": {"$ref": "#/nowhere", "title": "X"}, "y": {"$ref": "https://elsewhere.example/"}}}
    assert [one["control"] for one in schema_form.fields_of("f", schema_form.plain(lost), None)] == ["json", "json"]


def test_a_condition_names_members_as_the_whole_schema_calls_them() -> None:
    schema = SettingsSchema(
        1,
        {
            "type": "object",
            "properties": {
                "mode": {"enum": ["direct", "draft"], "default": "direct"},
                "consent": {"type": "boolean", "const": True, "title": "Consent to the rules"},
                "event": {"type": "object", "properties": {"at": {"type": "string", "title": "The hour"}}},
            },
            "if": {"properties": {"mode": {"const": "direct"}}},
            "then": {"required": ["consent"], "properties": {"event": {"required": ["at"]}}},
        },
    )
    _, findings = read_one(schema, {"event": {}}, where="settings.stall")
    assert {(one.field, one.message) for one in findings} == {
        ("settings.stall.consent", "Consent to the rules is missing."),
        ("settings.stall.event.at", "The hour is missing."),
    }
    _, (unticked,) = read_one(schema, {"mode": "draft", "consent": False}, where="settings.stall")
    assert unticked.message == "Consent to the rules must be ticked."


# --- narrowed to what a place allows ----------------------------------------------------------------------------------


def form(*allowed: Composing, **sent: list[str]) -> dict[str, dict[str, Any]]:
    told = settings_form.form_of(KIND, sent or None, allowed=allowed)
    assert told is not None
    return {name.removeprefix("set-stall-"): field for name, field in flat(told["fields"]).items()}


def test_choices_are_narrowed_to_what_every_chosen_place_takes() -> None:
    first, second = Composing(choices={"audience": ("ALL", "FEW")}), Composing(choices={"audience": ("FEW",)})
    assert [one.get("disabled") for one in form(first, second)["audience"]["options"]] == [True, False]
    typed = {"set-stall-audience": ['"ALL"']}
    assert not any(one["selected"] for one in form(second, **typed)["audience"]["options"])


def test_what_a_place_decides_stands_there_and_is_sent_with_the_rest() -> None:
    ada = Composing(name="Ada", fixed={"consent": True, "audience": "FEW", "event.title": "Jazz"})
    fields = form(ada)
    assert (fields["consent"]["fixed"], fields["consent"]["checked"], fields["consent"]["value"]) == (
        "Ada",
        True,
        "yes",
    )
    assert [one["selected"] for one in fields["audience"]["options"]] == [False, True]
    assert fields["event-title"]["value"] == "Jazz"
    off = form(Composing(fixed={"consent": False}), **{"set-stall-consent": ["yes"]})["consent"]
    assert (off["fixed"], off["checked"], off["value"]) == ("Stall", False, "")


def test_a_place_that_speaks_of_settings_there_are_not_changes_nothing() -> None:
    odd = Composing(choices={"unheard": ("A",), "event.of": ("B",)}, fixed={"of": True, "audience.x": 1})
    assert form(odd) == form()
