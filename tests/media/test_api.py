"""The API's door to the archive: what clients may rely on."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.utils import CaptureQueriesContext

from media.models import Leftover, Media
from media.staging import Staged
from tenants.models import AuditEntry, Membership, User
from tenants.services import add_member, create_api_key
from tests.conftest import House
from tests.media import making
from tests.media.conftest import Keep, files_in, nothing_is_kept, send


def test_a_file_sent_in_a_form_is_stored_and_told(api: Client, tenant: Any) -> None:
    answer = send(api, making.picture(), "Summer.png")
    assert answer.status_code == 201
    told = answer.json()
    assert {name: told[name] for name in ("kind", "content_type", "name", "width", "height", "aspect_ratio")} == {
        "kind": "image",
        "content_type": "image/jpeg",
        "name": "Summer.jpg",
        "width": 64,
        "height": 48,
        "aspect_ratio": 1.3333,
    }
    assert told["size_bytes"] == len(making.picture())
    assert told["created_by"].startswith("key:")
    assert answer["Location"] == f"/api/media/{told['id']}/"
    assert api.get(answer["Location"]).json()["sha256"] == told["sha256"]
    entry = AuditEntry.objects.get(action="media.stored")
    assert (entry.tenant, entry.subject_id) == (tenant, told["id"])


def test_the_address_it_tells_leads_to_the_file(api: Client, client: Client) -> None:
    told = send(api, making.picture()).json()
    assert client.get(told["url"]).getvalue() == making.picture()


def test_the_same_bytes_again_answer_200_and_the_same_file(api: Client) -> None:
    first, second = send(api, making.picture()), send(api, making.picture(), "other.jpg")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]


def test_a_video_is_told_with_its_duration_and_codecs(api: Client) -> None:
    told = send(api, making.mp4(), "clip.mp4").json()
    assert (told["kind"], told["duration_ms"], told["facts"]["video_codec"]) == ("video", 4000, "h264")


def test_a_browser_uploads_with_its_csrf_token_and_not_without(owner: User, root: Path) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    refused = send(browser, making.picture())
    assert refused.status_code == 403
    assert nothing_is_kept(root)
    browser.get("/connections")
    token = browser.cookies["switchboard_csrf"].value
    form = {"file": SimpleUploadedFile("a.jpg", making.picture())}
    assert browser.post("/api/media/", form, headers={"X-CSRFToken": token}).status_code == 201


def test_strangers_send_nothing(client: Client, db: None, root: Path) -> None:
    assert send(client, making.picture()).status_code == 401
    assert files_in(root) == []


@pytest.mark.parametrize(("scopes", "status"), [(["media:write"], 201), (["media:read"], 403), (["posts:write"], 403)])
def test_a_key_needs_the_scope(scopes: list[str], status: int, tenant: Any) -> None:
    _, key = create_api_key(tenant=tenant, name="x", scopes=scopes, actor="system:test")
    app = Client(headers={"Authorization": f"Bearer {key.reveal()}"})
    assert send(app, making.picture()).status_code == status
    assert app.get("/api/media/").status_code == (200 if "media:read" in scopes else 403)


def test_a_viewer_sees_files_and_changes_none(client: Client, photo: Media, tenant: Any) -> None:
    viewer = User.objects.create_user("viewer@example.com")
    add_member(tenant=tenant, user=viewer, role=Membership.Role.VIEWER, actor="system:test")
    client.force_login(viewer)
    assert client.get(f"/api/media/{photo.pk}/").status_code == 200
    assert client.delete(f"/api/media/{photo.pk}/").status_code == 403
    assert (
        client.post("/api/media/uploads/", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "9"}).status_code == 403
    )


def test_files_are_listed_by_pages_newest_first(api: Client, keep: Keep) -> None:
    rows = [keep(making.pdf(count)) for count in (1, 2, 3)]
    first = api.get("/api/media/?limit=2").json()
    assert [row["id"] for row in first["results"]] == [str(rows[2].pk), str(rows[1].pk)]
    second = api.get(first["next"]).json()
    assert [row["id"] for row in second["results"]] == [str(rows[0].pk)]


def test_a_list_costs_the_same_however_long_it_is(
    api: Client, keep: Keep, django_assert_max_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    for count in range(1, 6):
        keep(making.pdf(count))
    api.get("/api/media/")
    with django_assert_max_num_queries(2):  # the key and the list
        assert len(api.get("/api/media/").json()["results"]) == 5


def test_a_list_can_be_narrowed_to_kinds(api: Client, keep: Keep) -> None:
    keep(making.pdf())
    photo = keep(making.picture())
    assert [row["id"] for row in api.get("/api/media/?kind=image&kind=video").json()["results"]] == [str(photo.pk)]
    assert api.get("/api/media/?kind=poem").status_code == 400


def test_a_deleted_file_is_gone_and_says_so(api: Client, photo: Media) -> None:
    address = f"/api/media/{photo.pk}/"
    assert api.delete(address).status_code == 204
    answer = api.get(address)
    assert (answer.status_code, answer.json()["code"]) == (410, "media_gone")
    assert api.delete(address).status_code == 410
    assert api.get("/api/media/").json()["results"] == []


def test_a_file_of_another_tenant_is_not_there(
    photo: Media, make_house: Callable[[str], House], client: Client
) -> None:
    client.force_login(make_house("Other").owner)
    assert client.get(f"/api/media/{photo.pk}/").status_code == 404
    assert client.delete(f"/api/media/{photo.pk}/").status_code == 404
    assert client.get("/api/media/").json()["results"] == []
    photo.refresh_from_db()
    assert photo.state == "stored"


@pytest.mark.parametrize(
    ("form", "status", "code"),
    [
        ({}, 400, "invalid_request"),
        ({"file": "not a file"}, 400, "invalid_request"),
        ({"file": SimpleUploadedFile("a.jpg", making.picture()), "alt": "x"}, 400, "invalid_request"),
        ({"picture": SimpleUploadedFile("a.jpg", making.picture())}, 422, "file_field"),
        (
            {"file": [SimpleUploadedFile("a.jpg", making.picture()), SimpleUploadedFile("b.jpg", b"x")]},
            422,
            "file_field",
        ),
    ],
)
def test_a_form_that_is_not_right_is_refused_and_leaves_nothing(
    form: Any, status: int, code: str, api: Client, root: Path
) -> None:
    answer = api.post("/api/media/", form)
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.json()
    assert nothing_is_kept(root)


@pytest.mark.parametrize("body", [{}, {"url": ""}, {"url": "x" * 3000}, {"url": ["a"]}, {"link": "https://a.example/"}])
def test_a_wish_to_fetch_that_is_not_right_is_refused(body: Any, api: Client) -> None:
    answer = api.post("/api/media/", body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")


def test_another_content_type_is_refused(api: Client) -> None:
    answer = api.post("/api/media/", making.picture(), content_type="image/jpeg")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_form_that_breaks_off_leaves_nothing(api: Client, root: Path) -> None:
    body = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\n\r\n' + making.picture()[:300]
    answer = api.generic("POST", "/api/media/", body, "multipart/form-data; boundary=b")
    assert answer.status_code in {400, 422}
    assert nothing_is_kept(root)


def test_a_file_that_is_too_long_is_refused_while_it_is_read(
    api: Client, settings: Any, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_MOST_BYTES = {"image": 100_000, "video": 2_000_000, "document": 100_000}
    taken: list[int] = []
    real = Staged.write

    def watched(self: Staged, chunk: bytes) -> None:
        taken.append(len(chunk))
        real(self, chunk)

    monkeypatch.setattr(Staged, "write", watched)
    answer = send(api, making.picture() + b"\x00" * 1_500_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert sum(taken) < 600_000, "the rest is not even looked at"
    assert nothing_is_kept(root)


def test_a_body_announced_as_too_long_is_not_read_at_all(api: Client, settings: Any, root: Path) -> None:
    settings.MEDIA_MOST_BYTES = {"image": 1000, "video": 1000, "document": 1000}
    answer = send(api, b"\x00" * 2_000_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")


def test_a_full_room_is_told_by_the_api(api: Client, settings: Any, root: Path) -> None:
    settings.MEDIA_QUOTA_BYTES = 10
    answer = send(api, making.picture())
    assert (answer.status_code, answer.json()["code"]) == (413, "media_quota_exceeded")
    assert nothing_is_kept(root)


def test_a_full_disk_is_told_and_nothing_is_half_kept(api: Client, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any, **kwargs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("django.core.files.storage.FileSystemStorage.save", full)
    answer = send(api, making.picture())
    assert (answer.status_code, answer.json()["code"]) == (503, "media_store_unavailable")
    assert not Media.objects.exists()
    assert files_in(root) == []
    assert Leftover.objects.count() == 1, "in case half of it lies there"


def test_when_a_file_expires_is_told(api: Client, keep: Keep, settings: Any, now: Any) -> None:
    settings.MEDIA_RETENTION = timedelta(days=7)
    told = api.get(f"/api/media/{keep(making.picture()).pk}/").json()
    assert told["expires_at"].startswith((now + timedelta(days=7)).date().isoformat())


def test_the_description_of_the_api_names_both_ways_to_send_a_file(api: Client) -> None:
    schema = api.get("/api/schema/", headers={"Accept": "application/json"}).json()
    body = schema["paths"]["/api/media/"]["post"]["requestBody"]["content"]
    assert set(body) == {"multipart/form-data", "application/json"}
    assert "/api/media/uploads/{id}/" in schema["paths"] or "/api/media/uploads/{pk}/" in schema["paths"]


def test_operators_see_files_and_not_where_they_lie(client: Client, photo: Media) -> None:
    client.force_login(User.objects.create_superuser("root@example.com", "correct horse battery"))
    page = client.get("/admin/media/media/")
    assert page.status_code == 200
    assert b"photo.jpg" in page.content
    one = client.get(f"/admin/media/media/{photo.pk}/change/")
    assert one.status_code == 200
    assert photo.storage_name.encode() not in one.content
    assert client.get("/admin/media/upload/").status_code == 200
