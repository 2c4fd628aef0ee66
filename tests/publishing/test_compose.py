"""The compose page beyond words: settings made from a schema, files, the first comment, the order of posts."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.base import DestinationKind, SettingsSchema
from connectors.meta.connector import MetaConnector
from connectors.models import Connection, Destination
from media.services import delete_media
from publishing.models import DeadLetter, Post, PublishJob
from publishing.pages import settings_form
from tenants.models import Membership, Tenant, User
from tenants.principal import Principal
from tenants.services import add_member
from tests.publishing.test_media import Keep, Sent, _files_of_this_test, keep, sent

__all__ = ["_files_of_this_test", "keep", "sent"]

SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["audience"],
    "properties": {
        "audience": {"enum": ["everyone", "ADULTS_ONLY", 3], "title": "Audience", "default": "everyone"},
        "place": {"type": "string", "pattern": "^[0-9]+$", "description": "The id of a place."},
        "story": {"type": "string", "maxLength": 500},
        "feed": {"type": "boolean", "default": True},
        "loud": {"type": "boolean"},
        "age": {"type": "integer", "minimum": 13, "maximum": 99},
        "share": {"type": "number"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "targeting": {"type": "object"},
    },
}
PLACE = "set-facebook_page-place"
AUDIENCE = {"set-facebook_page-audience": '"everyone"', "set-facebook_page-feed": "yes"}


def kind_with(schema: Mapping[str, Any]) -> DestinationKind:
    (page,) = (kind for kind in MetaConnector.kinds if kind.slug == "facebook_page")
    return replace(page, settings=SettingsSchema(1, schema))


@pytest.fixture
def schema(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MetaConnector, "kinds", (kind_with(SCHEMA),))


def typed(client: Client, place: Destination, /, **changes: Any) -> dict[str, Any]:
    """What a browser sends that opened a fresh compose page."""
    key = client.get(reverse("compose")).context["form"]["idempotency_key"]
    said = {"text": "Hello", "link": "", "destination": str(place.pk), "when": "now", "idempotency_key": key}
    return {**said, "action": "publish", **changes}


# --- settings as a form ---------------------------------------------------------------------------------------------


def test_each_type_of_a_schema_gets_a_control_that_fits() -> None:
    told = settings_form.form_of(kind_with(SCHEMA), None)
    assert told is not None
    controls = {field["id"].removeprefix("set-facebook_page-"): field["control"] for field in told["fields"]}
    assert controls == {
        "audience": "choice", "place": "text", "story": "long", "feed": "yes", "loud": "yes", "age": "number",
        "share": "number", "tags": "lines", "targeting": "json",
    }  # fmt: skip
    (audience,) = (field for field in told["fields"] if field["needed"])
    assert [(one["label"], one["selected"]) for one in audience["options"]] == [
        ("Everyone", True),
        ("Adults only", False),
        ("3", False),
    ]


def test_a_kind_without_settings_has_no_form() -> None:
    assert settings_form.form_of(kind_with({"type": "object", "additionalProperties": False}), None) is None


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("audience", "3", 3),
        ("audience", '"ADULTS_ONLY"', "ADULTS_ONLY"),
        ("audience", "forged", "forged"),
        ("place", " 12 ", "12"),
        ("story", "two\r\nlines", "two\nlines"),
        ("loud", "yes", True),
        ("age", "18", 18),
        ("age", "eighteen", "eighteen"),
        ("share", "0.5", 0.5),
        ("tags", "bread\r\n\r\n cake ", ["bread", "cake"]),
        ("targeting", '{"city": "Ulm"}', {"city": "Ulm"}),
    ],
)
def test_what_was_typed_is_read_as_the_json_that_a_client_would_send(name: str, text: str, value: Any) -> None:
    sent = {f"set-facebook_page-{name}": [text], "set-facebook_page-feed": ["yes"]}
    assert settings_form.read(kind_with(SCHEMA), sent) == ({name: value}, [])


def test_what_is_left_empty_is_left_out_and_an_unticked_default_is_said() -> None:
    assert settings_form.read(kind_with(SCHEMA), {PLACE: [" "]}) == ({"feed": False}, [])


def test_what_was_typed_stands_in_the_form_again() -> None:
    sent = {"set-facebook_page-tags": ["a\nb"], "set-facebook_page-audience": ["3"], PLACE: ["x"]}
    told = settings_form.form_of(kind_with(SCHEMA), sent)
    assert told is not None
    fields = {field["id"].removeprefix("set-facebook_page-"): field for field in told["fields"]}
    assert (fields["tags"]["value"], fields["place"]["value"]) == ("a\nb", "x")
    assert fields["feed"]["checked"] is False
    assert [one["selected"] for one in fields["audience"]["options"]] == [False, False, True]


# --- the page -------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("schema")
def test_settings_typed_on_the_page_are_stored_like_those_of_the_api(
    member_client: Client, destination: Destination
) -> None:
    answer = member_client.post(reverse("compose"), typed(member_client, destination, **AUDIENCE, **{PLACE: "12"}))
    assert answer.status_code == 302
    assert Post.objects.get().settings == {"facebook_page": {"version": 1, "audience": "everyone", "place": "12"}}


@pytest.mark.usefixtures("schema")
@pytest.mark.parametrize(
    ("name", "text", "words"),
    [("place", "nowhere", "is not written in the form"), ("targeting", "{oops", "is not well-formed JSON")],
)
def test_a_wrong_setting_is_told_beside_its_field_and_what_was_typed_stays(
    member_client: Client, destination: Destination, name: str, text: str, words: str
) -> None:
    control = f"set-facebook_page-{name}"
    page = member_client.post(reverse("compose"), typed(member_client, destination, **AUDIENCE, **{control: text}))
    assert page.status_code == 422
    (error,) = page.context["errors"]
    assert (error["field"], error["anchor"]) == (control, control)
    shown = page.content.decode()
    beside = shown.partition(f'id="{control}-findings"')[2].partition("</div>")[0]
    assert words in beside
    assert re.search(rf'id="{control}"[^>]*aria-invalid="true"', shown)
    assert text in shown
    assert Post.objects.count() == 0


@pytest.mark.usefixtures("schema")
def test_settings_of_a_kind_that_is_not_chosen_are_not_sent(member_client: Client, destination: Destination) -> None:
    said = typed(member_client, destination, **AUDIENCE)
    page = member_client.post(reverse("compose"), {**said, "destination": []})
    assert {error["field"] for error in page.context["errors"]} == {"destinations"}


def test_every_control_of_the_page_has_a_label_and_every_description_is_there(
    member_client: Client, connection: Connection, keep: Keep, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = MetaConnector.kinds[0]
    monkeypatch.setattr(MetaConnector, "kinds", (replace(page, settings=SettingsSchema(1, SCHEMA)),))
    keep()
    shown = member_client.get(reverse("compose")).content.decode().partition("<main")[2]
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', shown))
    for tag in re.findall(r"<(?:input|select|textarea)[^>]*>", shown):
        found = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        inside = re.search(rf"<label[^>]*>(?:(?!</label>).)*{re.escape(tag)}", shown, re.S)
        assert found.get("type") == "hidden" or found.get("id") in labelled or inside, tag
    ids = set(re.findall(r' id="([^"]+)"', shown))
    described = {one for group in re.findall(r'aria-describedby="([^"]+)"', shown) for one in group.split()}
    assert described <= ids


def test_files_are_picked_with_what_they_show_and_stay_picked_after_an_error(
    member_client: Client, destination: Destination, keep: Keep, sent: Sent
) -> None:
    first, second, third = keep(1), keep(2), keep(3)
    said = {"media": [str(third.pk), str(first.pk)], f"alt-{third.pk}": "Bread", f"alt-{second.pk}": "Not picked"}
    page = member_client.post(reverse("compose"), typed(member_client, destination, **said, when="later"))
    assert page.status_code == 422
    offered = [(str(file["id"]), file["chosen"], file["alt_text"]) for file in page.context["files"]]
    assert offered == [(str(third.pk), True, "Bread"), (str(first.pk), True, ""), (str(second.pk), False, "")]
    answer = member_client.post(reverse("compose"), typed(member_client, destination, **said), follow=True)
    assert Post.objects.get().media == [{"id": str(third.pk), "alt_text": "Bread"}, {"id": str(first.pk)}]
    shown = answer.content.decode()
    assert shown.index("bread-3.jpg") < shown.index("bread-1.jpg")
    assert 'alt="Bread"' in shown


@pytest.mark.parametrize("media", [["nonsense"], ["11111111-1111-7111-8111-111111111111"], [""]])
def test_a_file_that_is_not_there_is_told_at_the_files(
    member_client: Client, destination: Destination, sent: Sent, media: list[str]
) -> None:
    page = member_client.post(reverse("compose"), typed(member_client, destination, media=media))
    assert page.status_code == 422
    assert page.context["errors"][0]["field"] == "media"
    assert page.context["errors"][0]["anchor"] == "media-field"


def test_a_file_that_is_gone_since_is_shown_as_gone(
    member_client: Client, destination: Destination, keep: Keep, sent: Sent, principal: Principal
) -> None:
    photo = keep()
    member_client.post(reverse("compose"), typed(member_client, destination, media=[str(photo.pk)]))
    delete_media(principal=principal, media=photo, now=timezone.now(), force=True)
    post = Post.objects.get()
    for address in (reverse("post", args=[post.pk]), reverse("job", args=[post.jobs.get().pk])):
        shown = member_client.get(address).content.decode()
        assert "bread-0.jpg" in shown
        assert "<small>gone</small>" in shown


def test_a_comment_and_the_wish_for_order_are_taken_from_the_page(
    member_client: Client, destination: Destination, able: None
) -> None:
    said = typed(member_client, destination, first_comment=" Order here ", in_order="on")
    member_client.post(reverse("compose"), said)
    post = Post.objects.get()
    assert (post.first_comment, post.in_order) == ("Order here", True)
    assert post.jobs.get().in_order is True


def test_what_no_destination_takes_is_not_offered(member_client: Client, destination: Destination) -> None:
    shown = member_client.get(reverse("compose")).content.decode()
    assert 'name="first_comment"' not in shown or "first_comment" in MetaConnector.capabilities
    assert 'id="media-field"' not in shown or any(kind.most_media for kind in MetaConnector.kinds)


def test_an_editor_may_upload_as_an_owner_may(
    client: Client, tenant: Tenant, destination: Destination, sent: Sent
) -> None:
    user = User.objects.create_user("editor@acme.example", "correct horse battery")
    add_member(tenant=tenant, user=user, role=Membership.Role.EDITOR, actor="system:test")
    client.force_login(user)
    assert b"data-upload=" in client.get(reverse("compose")).content


# --- groups, order, and a failed job that is changed -----------------------------------------------------------------

POLL: dict[str, Any] = {
    "type": "object",
    "properties": {
        "poll": {
            "type": "object",
            "title": "Poll",
            "required": ["question", "options"],
            "properties": {
                "question": {"type": "string", "maxLength": 140},
                "options": {"type": "array", "minItems": 2, "items": {"type": "string"}},
                "duration": {"enum": ["ONE_DAY", "THREE_DAYS"], "default": "THREE_DAYS"},
            },
        },
        "people": {"type": "array", "items": {"type": "object", "properties": {"name": {"type": "string"}, "x": {"type": "number"}}}},
    },
}  # fmt: skip
GROUP = "set-facebook_page-poll"


def test_an_object_is_a_group_of_controls_and_says_nothing_when_left_alone() -> None:
    kind = kind_with(POLL)
    told = settings_form.form_of(kind, None)
    assert told is not None
    poll, people = told["fields"]
    assert [field["id"] for field in poll["fields"]] == [
        f"{GROUP}-{name}" for name in ("question", "options", "duration")
    ]
    assert (people["control"], people["placeholder"]) == ("json", '[{"name": "…", "x": 0.5}]')
    alone = {f"{GROUP}-duration": ['"THREE_DAYS"'], f"{GROUP}-question": [""]}
    assert settings_form.read(kind, alone) == ({}, [])
    asked = {f"{GROUP}-duration": ['"ONE_DAY"'], f"{GROUP}-question": ["Tea?"], f"{GROUP}-options": ["Yes\r\nNo"]}
    said = {"poll": {"question": "Tea?", "options": ["Yes", "No"], "duration": "ONE_DAY"}}
    assert settings_form.read(kind, asked) == (said, [])
    assert settings_form.read(kind, settings_form.typed_of(kind, said)) == (said, [])


def test_json_that_cannot_be_read_is_answered_with_an_example() -> None:
    _, (finding,) = settings_form.read(kind_with(POLL), {"set-facebook_page-people": ["Zoë at the left"]})
    assert finding.remedy == 'Write it like [{"name": "…", "x": 0.5}]'


def test_settings_are_folded_until_something_is_said_or_wrong_there(
    member_client: Client, destination: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(MetaConnector, "kinds", (kind_with(POLL),))

    def folded(page: Any) -> bool:
        opening = page.content.decode().partition('id="set-facebook_page"')[2].partition(">")[0]
        return not opening.endswith(" open")

    assert folded(member_client.get(reverse("compose")))
    wrong = typed(member_client, destination, **{f"{GROUP}-question": "Tea?"})
    page = member_client.post(reverse("compose"), wrong)
    assert page.status_code == 422
    assert not folded(page)
    assert {error["field"] for error in page.context["errors"]} == {f"{GROUP}-options"}


def failed_job(destination: Destination, **said: Any) -> PublishJob:
    """A job that its author must mend, with its dead letter."""
    common = {"tenant": destination.tenant, "created_by": "user:owner@acme.example", "request_digest": "x"}
    post = Post.objects.create(text="Fresh roles", settings={}, **common, **said)
    told = {"error_cause": "Refused.", "error_remedy": "Change the post.", "error_who": "author"}
    job = PublishJob.objects.create(
        tenant=destination.tenant, post=post, destination=destination, platform_id="meta", state="failed", **told
    )
    DeadLetter.objects.create(
        job=job, tenant=job.tenant, platform_id="meta", fingerprint="f", kind="content_rejected", cause="Refused.",
        remedy="Change the post.", who="author", opened_at=timezone.now(),
    )  # fmt: skip
    return job


@pytest.mark.usefixtures("schema")
def test_a_failed_job_is_changed_on_the_compose_page_and_sent_again(
    member_client: Client, destination: Destination
) -> None:
    job = failed_job(destination)
    Post.objects.update(settings={"facebook_page": {"version": 1, "audience": "everyone", "place": "12"}})
    address = member_client.get(reverse("job", args=[job.pk])).context["actions"]["change_url"]
    assert address == f"{reverse('compose')}?job={job.pk}"
    page = member_client.get(address)
    assert page.context["form"]["text"] == "Fresh roles"
    assert [place["id"] for group in page.context["groups"] for place in group["destinations"]] == [destination.pk]
    assert 'value="12"' in page.content.decode()

    sent = {"job": str(job.pk), "text": "Fresh rolls", "link": "", "when": "now", "action": "publish"}
    wrong = member_client.post(reverse("compose"), {**sent, **AUDIENCE, PLACE: "nowhere"})
    assert {error["field"] for error in wrong.context["errors"]} == {PLACE}
    answer = member_client.post(reverse("compose"), {**sent, **AUDIENCE, PLACE: "13"})
    assert answer["Location"] == reverse("job", args=[job.pk])
    job.refresh_from_db()
    assert job.state == "queued"
    own = job.post.overrides[str(destination.pk)]
    assert (own["text"], own["settings"]["place"]) == ("Fresh rolls", "13")
    assert Post.objects.count() == 1
    again = member_client.post(reverse("compose"), {**sent, **AUDIENCE}, follow=True)
    assert [message.level_tag for message in again.context["messages"]][-1] == "error"


def test_a_job_in_doubt_or_of_another_tenant_is_not_changed(
    member_client: Client, client: Client, destination: Destination, make_house: Any
) -> None:
    job = failed_job(destination)
    PublishJob.objects.update(announced_at=timezone.now())
    assert member_client.get(reverse("job", args=[job.pk])).context["actions"]["change_url"] == ""
    client.force_login(make_house("Other").owner)
    for asked in (str(job.pk), "nonsense\x00"):
        assert client.get(reverse("compose"), {"job": asked}).status_code == 404


def test_the_job_page_tells_settings_in_words(
    member_client: Client, destination: Destination, monkeypatch: pytest.MonkeyPatch
) -> None:
    merged = {**SCHEMA["properties"], **POLL["properties"]}
    monkeypatch.setattr(MetaConnector, "kinds", (kind_with({**SCHEMA, "properties": merged}),))
    job = failed_job(destination)
    poll = {"question": "Tea?", "options": ["Yes", "No"], "duration": "ONE_DAY"}
    said = {"version": 1, "audience": "ADULTS_ONLY", "feed": False, "tags": ["a", "b"], "poll": poll}
    Post.objects.update(settings={"facebook_page": said})
    told = dict(member_client.get(reverse("job", args=[job.pk])).context["job"]["settings"])
    assert (told["Audience"], told["Feed"], told["Tags"]) == ("Adults only", "No", "a, b")
    assert told["Poll"] == "question: Tea?, options: Yes, No, duration: One day"
