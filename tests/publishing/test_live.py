"""Live posts: deleted and changed at the platform at once, by those who may, with plain words when it fails."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.meta.connector import MetaConnector
from connectors.models import Connection, Destination, TokenRefresh
from connectors.types import Capability, Target
from publishing.models import PublishJob
from publishing.states import State
from sandbox.faults import fault_from
from sandbox.world import World
from tenants.models import AuditEntry, Membership, Tenant, User
from tenants.services import add_member
from tests.publishing.conftest import Publish
from tests.publishing.test_api import post

Run = Callable[[datetime], int]
pytestmark = pytest.mark.usefixtures("able")


@pytest.fixture
def job(publish: Publish, run_due: Run) -> PublishJob:
    """A job whose post is live."""
    made = publish("Bread")
    run_due(timezone.now())
    made.refresh_from_db()
    assert made.state == State.PUBLISHED
    return made


@pytest.fixture
def fail(world: World, job: PublishJob) -> Callable[..., None]:
    """Script trouble for calls about the live post."""

    def script(method: str, **said: Any) -> None:
        where = {"host": "graph.facebook.com", "method": method, "path": f"*/{job.external_id}"}
        world.faults.add(fault_from({**where, **said}))

    return script


def texts(world: World) -> list[str]:
    return [item.text for item in world.meta.timeline()]


def test_a_live_post_is_deleted_at_the_platform_once_and_the_job_remembers(
    api: Client, job: PublishJob, world: World
) -> None:
    first = post(api, f"/api/jobs/{job.pk}/remove/", {})
    assert first.status_code == 200
    assert first.json()["state"] == "published"
    assert first.json()["removed_at"]
    assert texts(world) == []
    again = post(api, f"/api/jobs/{job.pk}/remove/", {})
    assert again.json()["removed_at"] == first.json()["removed_at"]
    assert len(world.journal.entries(method="DELETE", path=f"*/{job.external_id}")) == 1
    assert AuditEntry.objects.filter(action="job.removed").count() == 1


def test_a_live_post_says_what_it_was_changed_to(api: Client, job: PublishJob, world: World) -> None:
    answer = post(api, f"/api/jobs/{job.pk}/edit-live/", {"text": "Cake"})
    assert answer.status_code == 200
    assert texts(world) == ["Cake"]
    told = api.get(f"/api/posts/{job.post_id}/").json()
    assert told["text"] == "Bread"
    assert told["overrides"][str(job.destination_id)] == {"text": "Cake"}
    assert AuditEntry.objects.filter(action="job.edited_live").count() == 1


@pytest.mark.parametrize(
    ("trouble", "status", "code"),
    [
        ({"kind": "http_status", "status": 500}, 503, "platform_silent"),
        ({"kind": "lost_before"}, 503, "platform_silent"),
        ({"kind": "platform_error", "error": {"code": 32}}, 503, "platform_busy"),
        ({"kind": "platform_error", "error": {"code": 389}}, 503, "platform_unavailable"),
        ({"kind": "platform_error", "error": {"code": 100, "subcode": 1346003}}, 422, "content_rejected"),
        ({"kind": "platform_error", "error": {"code": 190, "subcode": 458}, "times": None}, 409, "reconnect_required"),
        ({"kind": "platform_error", "error": {"code": 987654}}, 502, "platform_failed"),
    ],
    ids=lambda value: str(value)[:40],
)
@pytest.mark.parametrize(("verb", "method"), [("remove", "DELETE"), ("edit-live", "POST")])
def test_a_platform_that_fails_is_told_with_cause_and_remedy_and_nothing_is_recorded(
    api: Client, job: PublishJob, fail: Any, verb: str, method: str, trouble: Any, status: int, code: str
) -> None:
    fail(method, **trouble)
    answer = post(api, f"/api/jobs/{job.pk}/{verb}/", {"text": "Cake"} if verb == "edit-live" else {})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["detail"]
    assert answer.json()["remedy"]
    job.refresh_from_db()
    assert job.removed_at is None
    assert job.post.overrides == {}
    assert not AuditEntry.objects.filter(action__in=["job.removed", "job.edited_live"]).exists()


def test_a_dead_token_met_while_deleting_asks_for_a_reconnect_like_any_other(
    api: Client, job: PublishJob, fail: Any
) -> None:
    fail("DELETE", kind="platform_error", error={"code": 190, "subcode": 458}, times=None)
    post(api, f"/api/jobs/{job.pk}/remove/", {})
    assert Connection.objects.get().status == Connection.Status.ATTENTION


def test_a_token_that_was_only_stale_is_renewed_while_the_person_waits(
    api: Client, job: PublishJob, fail: Any, world: World
) -> None:
    fail("DELETE", kind="platform_error", error={"code": 190, "subcode": 463})
    assert post(api, f"/api/jobs/{job.pk}/remove/", {}).status_code == 200
    assert texts(world) == []
    assert Connection.objects.get().status == Connection.Status.ACTIVE
    assert TokenRefresh.objects.get().outcome == "refreshed"


def test_a_deletion_whose_answer_was_lost_is_completed_by_doing_it_again(
    api: Client, job: PublishJob, fail: Any, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail("DELETE", kind="lost_before")
    assert post(api, f"/api/jobs/{job.pk}/remove/", {}).status_code == 503
    assert post(api, f"/api/jobs/{job.pk}/remove/", {}).status_code == 200
    assert texts(world) == []


def test_what_is_not_live_is_neither_changed_nor_deleted(api: Client, publish: Publish) -> None:
    waiting = publish("Not yet")
    for verb, body in (("remove", {}), ("edit-live", {"text": "x"})):
        answer = post(api, f"/api/jobs/{waiting.pk}/{verb}/", body)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_live")


def test_a_deleted_post_cannot_be_changed(api: Client, job: PublishJob) -> None:
    post(api, f"/api/jobs/{job.pk}/remove/", {})
    assert post(api, f"/api/jobs/{job.pk}/edit-live/", {"text": "x"}).json()["code"] == "not_live"


def test_a_post_that_a_person_confirmed_has_no_id_to_delete_it_by(api: Client, job: PublishJob) -> None:
    PublishJob.objects.filter(pk=job.pk).update(external_id="")
    assert post(api, f"/api/jobs/{job.pk}/remove/", {}).json()["code"] == "external_id_unknown"


def test_a_text_that_the_platform_is_known_to_refuse_is_not_sent(api: Client, job: PublishJob, world: World) -> None:
    answer = post(api, f"/api/jobs/{job.pk}/edit-live/", {"text": "x" * 63_207})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["code"] == "too_long"
    assert texts(world) == ["Bread"]


@pytest.mark.parametrize("body", [{}, {"text": ""}, {"text": None}, {"text": "x", "link": "y"}, {"text": ["x"]}])
def test_a_change_without_a_text_is_refused_by_its_form(api: Client, job: PublishJob, body: Any) -> None:
    assert post(api, f"/api/jobs/{job.pk}/edit-live/", body).status_code == 400


def test_a_platform_that_cannot_is_told_as_such(
    api: Client, job: PublishJob, monkeypatch: pytest.MonkeyPatch, member_client: Client
) -> None:
    lacking = MetaConnector.capabilities - {Capability.DELETE_POST, Capability.EDIT_POST}
    monkeypatch.setattr(MetaConnector, "capabilities", lacking)
    for verb, body in (("remove", {}), ("edit-live", {"text": "x"})):
        assert post(api, f"/api/jobs/{job.pk}/{verb}/", body).json()["code"] == "platform_cannot"
    assert b"Delete the live post" not in member_client.get(reverse("job", args=[job.pk])).content


def test_what_takes_a_permission_that_is_missing_is_told_before_the_platform_is_asked(
    api: Client, job: PublishJob, member_client: Client, world: World, settings: Any
) -> None:
    Destination.objects.filter(pk=job.destination_id).update(kind="instagram_account")
    calls = len(world.journal.entries(limit=10_000))
    answer = post(api, f"/api/jobs/{job.pk}/remove/", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "permission_missing")
    assert "instagram_manage_contents" in answer.json()["detail"]
    assert "META_SCOPES" in answer.json()["remedy"]
    page = member_client.get(reverse("job", args=[job.pk])).content.decode()
    assert "instagram_manage_contents" in page
    assert "Delete the live post" not in page
    assert len(world.journal.entries(limit=10_000)) == calls
    settings.META_SCOPES = (*settings.META_SCOPES, "instagram_manage_contents")
    assert "Reconnect" in post(api, f"/api/jobs/{job.pk}/remove/", {}).json()["remedy"]
    granted = [*job.destination.connection.scopes_granted, "instagram_manage_contents"]
    Connection.objects.update(scopes_granted=granted)
    page = member_client.get(reverse("job", args=[job.pk])).content.decode()
    assert "Delete the live post" in page
    assert "cannot delete it there" not in page


@pytest.mark.parametrize("wanted", ["", "instagram_content_publish"])
def test_which_permission_that_is_the_operator_may_say(
    job: PublishJob, member_client: Client, settings: Any, wanted: str
) -> None:
    Destination.objects.filter(pk=job.destination_id).update(kind="instagram_account")
    settings.META_INSTAGRAM_DELETE_SCOPE = wanted
    assert "Delete the live post" in member_client.get(reverse("job", args=[job.pk])).content.decode()


def test_the_platform_is_told_of_the_place_all_that_is_known_of_it(
    api: Client, job: PublishJob, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Target] = []
    delete = MetaConnector.delete_post

    def listening(self: MetaConnector, external_id: str, target: Target) -> None:
        told.append(target)
        delete(self, external_id, target)

    monkeypatch.setattr(MetaConnector, "delete_post", listening)
    Destination.objects.filter(pk=job.destination_id).update(facts={"member": "known"})
    post(api, f"/api/jobs/{job.pk}/remove/", {})
    (target,) = told
    assert target.facts == {"member": "known"}
    assert target.scopes == tuple(job.destination.connection.scopes_granted) != ()


def test_a_comment_that_waits_is_cancelled_with_its_post(api: Client, publish: Publish, run_due: Run) -> None:
    job = publish("Bread", first_comment="Here")
    run_due(timezone.now())
    post(api, f"/api/jobs/{job.pk}/remove/", {})
    comment = PublishJob.objects.get(role=PublishJob.Role.FIRST_COMMENT)
    assert comment.state == State.CANCELLED
    assert post(api, f"/api/jobs/{comment.pk}/remove/", {}).json()["code"] == "not_a_post"


def test_the_page_asks_once_says_what_it_does_and_does_it(member_client: Client, job: PublishJob, world: World) -> None:
    address = reverse("job", args=[job.pk])
    page = member_client.get(address).content.decode()
    assert "cannot be brought back" in page
    changed = member_client.post(reverse("edit_live_post", args=[job.pk]), {"text": "Cake\r\nand tea"}, follow=True)
    assert "Changed at" in changed.content.decode()
    assert texts(world) == ["Cake\nand tea"]
    gone = member_client.post(reverse("remove_post", args=[job.pk]), follow=True).content.decode()
    assert "Deleted from" in gone
    assert "was deleted again" in gone
    assert "Delete the live post" not in gone
    assert texts(world) == []


def test_the_page_tells_what_the_platform_said_when_it_fails(member_client: Client, job: PublishJob, fail: Any) -> None:
    fail("DELETE", kind="platform_error", error={"code": 389})
    page = member_client.post(reverse("remove_post", args=[job.pk]), follow=True).content.decode()
    assert "Try again in a minute" in page
    empty = member_client.post(reverse("edit_live_post", args=[job.pk]), {"text": ""}, follow=True)
    assert "The text is missing" in empty.content.decode()


def test_a_viewer_neither_sees_the_buttons_nor_may_press_them(
    client: Client, tenant: Tenant, job: PublishJob, world: World
) -> None:
    user = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=tenant, user=user, role=Membership.Role.VIEWER, actor="system:test")
    client.force_login(user)
    assert b"Delete the live post" not in client.get(reverse("job", args=[job.pk])).content
    for name in ("remove_post", "edit_live_post"):
        assert client.post(reverse(name, args=[job.pk]), {"text": "x"}).status_code == 403
    assert texts(world) == ["Bread"]
