"""Settings of a kind of destination: versioned, refused in words, stored with their version, never a crash loop."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator

from connectors.base import SettingsSchema
from connectors.meta.connector import MetaConnector
from connectors.models import Connection, Destination
from connectors.types import Content, Journal, Processing, Published, Target
from publishing.models import Post, PublishJob
from publishing.states import State
from sandbox.world import World
from tests.publishing.test_api import STRANGER, post

Run = Callable[[datetime], int]
Give = Callable[..., None]

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "place": {"type": "string", "title": "Place", "pattern": "^[0-9]+$"},
        "audience": {"enum": ["everyone", "adults"]},
        "feed": {"type": "boolean"},
        "age": {"type": "integer", "minimum": 13, "maximum": 99},
        "note": {"type": "string", "maxLength": 5},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 2},
        "until": {"type": "string", "format": "date-time"},
        "page": {"type": "string", "format": "uri"},
    },
}


@pytest.fixture
def give(monkeypatch: pytest.MonkeyPatch) -> Give:
    """Give Facebook Pages a schema of settings."""

    def to_pages(schema: Mapping[str, Any] = SCHEMA, *, version: int = 1, upgrades: Any = None) -> None:
        (page,) = (kind for kind in MetaConnector.kinds if kind.slug == "facebook_page")
        grown = replace(page, settings=SettingsSchema(version, schema, upgrades or {}))
        monkeypatch.setattr(MetaConnector, "kinds", (grown,))

    return to_pages


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What the connector was given as settings, publish by publish."""
    found: list[dict[str, Any]] = []
    publish = MetaConnector.publish

    def listening(self: MetaConnector, content: Content, target: Target, journal: Journal) -> Published | Processing:
        found.append(dict(content.settings))
        return publish(self, content, target, journal)

    monkeypatch.setattr(MetaConnector, "publish", listening)
    return found


def body(destination: Destination, settings: Any, **more: Any) -> dict[str, Any]:
    return {"text": "Hello", "destinations": [str(destination.pk)], "settings": {"facebook_page": settings}, **more}


def test_settings_are_stored_with_their_version_and_reach_the_platform_without_it(
    api: Client, destination: Destination, give: Give, heard: list[dict[str, Any]], run_due: Run
) -> None:
    give(version=3)
    made = post(api, "/api/publish", body(destination, {"place": "12"})).json()
    assert made["settings"] == {"facebook_page": {"version": 3, "place": "12"}}
    run_due(timezone.now())
    assert heard == [{"place": "12"}]


@pytest.mark.parametrize(
    ("settings", "field", "words"),
    [
        ({"place": "nowhere"}, "place", "Place is not written in the form"),
        ({"place": 12}, "place", "Place must be a text."),
        ({"audience": "dogs"}, "audience", "none of the values"),
        ({"feed": "yes"}, "feed", "must be true or false"),
        ({"age": 12}, "age", "is less than 13"),
        ({"age": 100}, "age", "is more than 99"),
        ({"age": 13.5}, "age", "must be a whole number"),
        ({"note": "too long"}, "note", "is longer than 5 characters"),
        ({"tags": ["a", "b", "c"]}, "tags", "has more than 2 entries"),
        ({"tags": ["a", 2]}, "tags.1", "must be a text"),
        ({"until": "2026-12-24"}, "until", "a date and time with an offset"),
        ({"page": "nope"}, "page", "a whole web address"),
        ({"colour": "red"}, "colour", "There is no setting called 'colour'."),
    ],
    ids=str,
)
def test_a_setting_that_breaks_its_schema_is_told_at_its_field_in_words(
    api: Client, destination: Destination, give: Give, settings: Any, field: str, words: str
) -> None:
    give()
    answer = post(api, "/api/publish", body(destination, settings))
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == (f"settings.facebook_page.{field}", "settings_invalid")
    assert words in error["message"]
    assert Post.objects.count() == 0


def test_everything_wrong_with_settings_is_told_at_once_and_the_value_is_never_repeated(
    api: Client, destination: Destination, give: Give
) -> None:
    give()
    said = {"place": "secret-value", "age": 1, "colour": "secret-value"}
    errors = post(api, "/api/publish", body(destination, said)).json()["errors"]
    assert [error["field"].rpartition(".")[2] for error in errors] == ["colour", "age", "place"]
    assert "secret-value" not in json.dumps(errors)


def test_a_setting_that_is_required_is_missed_also_when_no_settings_are_sent(
    api: Client, destination: Destination, give: Give
) -> None:
    give({**SCHEMA, "required": ["place"]})
    answer = post(api, "/api/publish", {"text": "Hello", "destinations": [str(destination.pk)]})
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["message"]) == ("settings.facebook_page.place", "Place is missing.")


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"facebook_page": "nonsense"}, "settings.facebook_page"),
        ({"facebook_page": {"place": "a\x00b"}}, "settings.facebook_page"),
        ({"facebook_page": {"place": "\ud800"}}, ""),  # no reader of JSON agrees on it, so it gets no further than that
        ({"facebook_page": {"age": float("1e400")}}, ""),
        ([], "settings"),
    ],
    ids=lambda value: ascii(value)[:40],
)
def test_settings_that_are_no_plain_json_are_refused_by_their_form(
    api: Client, destination: Destination, give: Give, settings: Any, where: str
) -> None:
    give()
    answer = post(api, "/api/publish", {"text": "x", "destinations": [str(destination.pk)], "settings": settings})
    assert answer.status_code == 400
    assert any(error["field"] == where for error in answer.json().get("errors", [{"field": ""}]))


def test_settings_nested_beyond_measure_are_refused_and_crash_nothing(
    api: Client, destination: Destination, give: Give
) -> None:
    give()
    text = json.dumps(body(destination, {"place": "PLACE"})).replace('"PLACE"', "[" * 400 + "]" * 400)
    answer = api.post("/api/publish", text, content_type="application/json")
    assert answer.status_code == 400


def test_settings_for_a_kind_the_post_does_not_go_to_are_a_mistake(
    api: Client, destination: Destination, give: Give
) -> None:
    give()
    said = {"text": "x", "destinations": [str(destination.pk)], "settings": {"tiktok_creator": {"feed": True}}}
    (error,) = post(api, "/api/publish", said).json()["errors"]
    assert (error["field"], error["code"]) == ("settings.tiktok_creator", "settings_unused")


def test_a_destinations_own_settings_stand_instead_of_those_of_its_kind(
    api: Client, connection: Connection, give: Give, heard: list[dict[str, Any]], run_due: Run
) -> None:
    give()
    first, second = connection.destinations.filter(enabled=True).order_by("external_id")[:2]
    said = body(first, {"place": "1"}, overrides={str(second.pk): {"settings": {"feed": True}}})
    said["destinations"].append(str(second.pk))
    made = post(api, "/api/publish", said).json()
    assert made["overrides"][str(second.pk)] == {"settings": {"version": 1, "feed": True}}
    run_due(timezone.now())
    assert sorted(heard, key=str) == [{"feed": True}, {"place": "1"}]


def test_an_overrides_settings_are_told_where_they_stand(api: Client, destination: Destination, give: Give) -> None:
    give()
    said = body(destination, {}, overrides={str(destination.pk): {"settings": {"age": 1}}})
    (error,) = post(api, "/api/publish", said).json()["errors"]
    assert error["field"] == f"overrides.{destination.pk}.settings.age"
    assert error["destination"] == str(destination.pk)


def test_an_override_for_a_stranger_with_settings_is_only_an_unknown_destination(
    api: Client, destination: Destination, give: Give
) -> None:
    give()
    said = body(destination, {}, overrides={STRANGER: {"settings": {"age": 1}}})
    assert [error["code"] for error in post(api, "/api/publish", said).json()["errors"]] == ["unknown_destination"]


# --- versions -------------------------------------------------------------------------------------------------------


def renamed(old: Mapping[str, Any]) -> dict[str, Any]:
    return {"place": old["location"]}


def test_settings_of_an_older_version_are_raised_step_by_step(
    api: Client, destination: Destination, give: Give
) -> None:
    give(version=3, upgrades={1: lambda old: {"location": old["loc"]}, 2: renamed})
    made = post(api, "/api/publish", body(destination, {"version": 1, "loc": "7"})).json()
    assert made["settings"] == {"facebook_page": {"version": 3, "place": "7"}}


@pytest.mark.parametrize("version", [0, 1, 4, "2", True, None, -1], ids=str)
def test_a_version_without_a_way_up_is_refused_naming_todays(
    api: Client, destination: Destination, give: Give, version: Any
) -> None:
    give(version=3, upgrades={2: renamed})
    answer = post(api, "/api/publish", body(destination, {"version": version, "place": "7"}))
    if type(version) is not int:
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "settings.facebook_page.version")
        return
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("settings.facebook_page.version", "settings_version_unsupported")
    assert "version 3" in error["remedy"]


def test_an_upgrade_that_stumbles_is_a_refusal_and_no_crash(api: Client, destination: Destination, give: Give) -> None:
    give(version=3, upgrades={2: renamed})
    answer = post(api, "/api/publish", body(destination, {"version": 2, "nothing": "of that name"}))
    assert answer.json()["errors"][0]["code"] == "settings_version_unsupported"


def scheduled(api: Client, destination: Destination) -> PublishJob:
    moment = (timezone.now() + timedelta(hours=1)).isoformat()
    assert post(api, "/api/publish", body(destination, {"note": "7"}, publish_at=moment)).status_code == 202
    return PublishJob.objects.get()


def test_a_scheduled_post_is_raised_when_its_schema_rises_before_its_time(
    api: Client, destination: Destination, give: Give, heard: list[dict[str, Any]], run_due: Run
) -> None:
    give()
    job = scheduled(api, destination)
    give(version=2, upgrades={1: lambda old: {"note": f"{old['note']}0"}})
    run_due(timezone.now() + timedelta(hours=2))
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    assert heard == [{"note": "70"}]


@pytest.mark.parametrize(
    "since",
    [{"version": 2}, {"schema": {"type": "object", "additionalProperties": False}}],
    ids=["its version was retired", "its schema changed without a version"],
)
def test_a_scheduled_post_whose_settings_no_longer_hold_comes_to_rest_for_its_author_after_one_try(
    api: Client, destination: Destination, give: Give, run_due: Run, world: World, since: dict[str, Any]
) -> None:
    give()
    job = scheduled(api, destination)
    give(**since)
    later = timezone.now() + timedelta(hours=2)
    run_due(later)
    job.refresh_from_db()
    assert (job.state, job.error_kind, job.error_who) == (State.FAILED, "settings_outdated", "author")
    assert "Facebook Page" in job.error_cause
    assert job.dead_letters.get().remedy
    assert run_due(later + timedelta(days=1)) == 0
    assert list(world.meta.timeline()) == []


def test_settings_that_no_longer_hold_are_mended_by_editing_the_job(
    api: Client, destination: Destination, give: Give, run_due: Run, heard: list[dict[str, Any]]
) -> None:
    give()
    job = scheduled(api, destination)
    give(version=2)
    later = timezone.now() + timedelta(hours=2)
    run_due(later)
    still = post(api, f"/api/jobs/{job.pk}/edit/", {"text": "Other words"})
    assert still.json()["errors"][0]["code"] == "settings_version_unsupported"
    assert post(api, f"/api/jobs/{job.pk}/edit/", {"settings": {"note": "8"}}).status_code == 200
    assert Post.objects.get().overrides[str(destination.pk)]["settings"] == {"version": 2, "note": "8"}
    run_due(later)
    assert heard == [{"note": "8"}]


def test_a_post_is_edited_with_new_settings_until_it_is_taken(
    api: Client, destination: Destination, give: Give
) -> None:
    give()
    job = scheduled(api, destination)
    said = json.dumps({"settings": {"facebook_page": {"feed": False}}})
    answer = api.patch(f"/api/posts/{job.post_id}/", said, content_type="application/json")
    assert answer.json()["settings"] == {"facebook_page": {"version": 1, "feed": False}}


# --- the schemas as they are served ---------------------------------------------------------------------------------


def test_the_served_schema_takes_what_the_api_takes_and_refuses_what_it_refuses(api: Client, give: Give) -> None:
    give(version=2)
    answer = api.get("/api/platforms/meta/schemas/facebook_page/")
    assert answer["Content-Type"] == "application/schema+json"
    document = json.loads(answer.content)
    assert document["$id"].endswith("/api/platforms/meta/schemas/facebook_page/?version=2")
    assert (document["version"], document["title"]) == (2, "Settings for Facebook Page")
    Draft202012Validator.check_schema(document)
    check = Draft202012Validator(document)
    assert check.is_valid({"version": 2, "place": "1"})
    assert check.is_valid({"place": "1"})
    assert not check.is_valid({"version": 1, "place": "1"})
    assert not check.is_valid({"colour": "red"})


def test_a_schema_is_sent_again_only_after_it_changed(api: Client, give: Give) -> None:
    give()
    first = api.get("/api/platforms/meta/schemas/facebook_page/")
    mark = {"If-None-Match": first["ETag"]}
    assert api.get("/api/platforms/meta/schemas/facebook_page/", headers=mark).status_code == 304
    whole = api.get("/api/platforms/meta/schemas/")
    assert [(one["kind"], one["version"]) for one in whole.json()] == [("facebook_page", 1)]
    assert api.get("/api/platforms/meta/schemas/", headers={"If-None-Match": whole["ETag"]}).status_code == 304
    give(version=2)
    assert api.get("/api/platforms/meta/schemas/facebook_page/", headers=mark).status_code == 200


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/api/platforms/myspace/", "unknown_platform"),
        ("/api/platforms/myspace/schemas/", "unknown_platform"),
        ("/api/platforms/meta/schemas/space_page/", "unknown_kind"),
        ("/api/platforms/meta/schemas/facebook_page/?version=99", "settings_version_unsupported"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(api: Client, connection: Connection, path: str, code: str) -> None:
    answer = api.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert answer.json()["remedy"]


def test_a_platform_tells_what_each_kind_of_its_destinations_takes(api: Client, connection: Connection) -> None:
    told = api.get("/api/platforms/meta/").json()
    assert told == next(row for row in api.get("/api/platforms/").json() if row["slug"] == "meta")
    (kind,) = (kind for kind in told["destination_kinds"] if kind["slug"] == "facebook_page")
    assert kind["longest_text"] == 63_206
    assert "text" in kind["takes"]
    assert {"most_media", "settings_version", "name"} <= set(kind)


def test_a_post_without_settings_costs_no_query_more_than_before(
    api: Client, destination: Destination, django_assert_max_num_queries: Any
) -> None:
    said = {"text": "Hello", "destinations": [str(destination.pk)]}
    post(api, "/api/publish", said)  # the first one warms what is kept in memory
    with django_assert_max_num_queries(10):
        assert post(api, "/api/publish", said).status_code == 202
