"""Uploads in parts, as tus 1.0 says: what a client may rely on when lines break and processes die."""

import base64
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from foundation.errors import Conflict, Unavailable
from media import uploads
from media.errors import OffsetMismatch
from media.models import Leftover, Media, Upload
from media.storage import Disk
from media.sweeping import sweep
from tenants.models import AuditEntry
from tests.conftest import House
from tests.media import making
from tests.media.conftest import files_in

TUS = {"Tus-Resumable": "1.0.0"}
CONTENT = making.picture(size=(300, 200), mode="RGB") + b"\x00" * 1000


def begin(api: Client, size: int, name: str = "", **headers: str) -> Any:
    told = f"filename {base64.b64encode(name.encode()).decode()},filetype aW1hZ2UvZ2lm" if name else ""
    return api.post(
        "/api/media/uploads/", headers={**TUS, "Upload-Length": str(size), "Upload-Metadata": told, **headers}
    )


def path_of(begun: Any) -> str:
    location: str = begun["Location"]
    return location.removeprefix("http://testserver")


def patch(api: Client, path: str, content: bytes, offset: int, **headers: str) -> Any:
    return api.generic(
        "PATCH",
        path,
        content,
        "application/offset+octet-stream",
        headers={**TUS, "Upload-Offset": str(offset), **headers},
    )


def offset_of(api: Client, path: str) -> int:
    answer = api.head(path, headers=TUS)
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    return int(answer["Upload-Offset"])


def test_a_file_in_three_parts_becomes_the_file(api: Client, root: Path) -> None:
    begun = begin(api, len(CONTENT), "Summer.png")
    assert begun.status_code == 201
    assert begun["Tus-Resumable"] == "1.0.0"
    path = path_of(begun)
    for start in (0, 1000, 2000):
        stop = start + 1000 if start < 2000 else len(CONTENT)
        answer = patch(api, path, CONTENT[start:stop], start)
        assert answer.status_code == 204, answer.content
        assert answer["Upload-Offset"] == str(stop)
    told = api.get(answer["Media-Location"]).json()
    assert (told["name"], told["size_bytes"], told["width"]) == ("Summer.jpg", len(CONTENT), 300)
    assert api.get(path).json()["state"] == "finished"
    sweep(now=timezone.now())
    assert [file.read_bytes() for file in files_in(root)] == [CONTENT], "the parts are gone"
    assert not Leftover.objects.exists()


def test_a_client_that_lost_its_line_asks_where_to_go_on(api: Client) -> None:
    path = path_of(begin(api, len(CONTENT)))
    patch(api, path, CONTENT[:1234], 0)
    assert offset_of(api, path) == 1234
    assert patch(api, path, CONTENT[1234:], 1234).status_code == 204
    assert Media.objects.get().size_bytes == len(CONTENT)


@pytest.mark.parametrize("offset", [0, 999, 1001])
def test_bytes_for_another_place_are_a_conflict_and_change_nothing(offset: int, api: Client) -> None:
    path = path_of(begin(api, len(CONTENT)))
    patch(api, path, CONTENT[:1000], 0)
    answer = patch(api, path, b"x" * 10, offset)
    assert (answer.status_code, answer.json()["code"]) == (409, "upload_offset_mismatch")
    assert offset_of(api, path) == 1000


class Broken:
    """A line that breaks after so many bytes."""

    def __init__(self, content: bytes, error: type[BaseException]) -> None:
        self._content, self._error = content, error

    def __call__(self, count: int) -> bytes:
        if not self._content:
            raise self._error
        chunk, self._content = self._content[:count], self._content[count:]
        return chunk


@pytest.fixture
def upload(house: House, now: datetime) -> Upload:
    return uploads.begin_upload(principal=house.principal, size_bytes=len(CONTENT), name="a.jpg", now=now)


def test_what_came_before_the_line_broke_counts(upload: Upload, now: datetime) -> None:
    uploads.append(upload=upload, offset=0, read=Broken(CONTENT[:700], ConnectionResetError), now=now)
    assert Upload.objects.get().offset_bytes == 700


def test_a_process_that_dies_in_the_middle_loses_the_part_under_way_and_no_more(
    upload: Upload, now: datetime, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", 500)
    monkeypatch.setattr(uploads, "_READ_BYTES", 100)
    with pytest.raises(KeyboardInterrupt):
        uploads.append(upload=upload, offset=0, read=Broken(CONTENT[:1300], KeyboardInterrupt), now=now)
    again = Upload.objects.get()
    assert again.offset_bytes == 1000
    rest = Broken(CONTENT[1000:], ConnectionResetError)
    done = uploads.append(upload=again, offset=1000, read=rest, now=now)
    assert done.media is not None
    sweep(now=now)
    assert [file.read_bytes() for file in files_in(root)] == [CONTENT]


def test_a_process_that_dies_between_store_and_row_leaves_nothing_for_ever(
    upload: Upload, now: datetime, monkeypatch: pytest.MonkeyPatch, root: Path
) -> None:
    real = Disk.keep_bytes

    def dies(self: Disk, name: str, content: bytes) -> None:
        real(self, name, content)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Disk, "keep_bytes", dies)
        with pytest.raises(KeyboardInterrupt):
            uploads.append(upload=upload, offset=0, read=Broken(CONTENT[:700], ConnectionResetError), now=now)
    assert Upload.objects.get().offset_bytes == 0
    assert len(files_in(root)) == 1
    sweep(now=now + timedelta(hours=1))
    assert len(files_in(root)) == 1, "it might still be under way"
    sweep(now=now + timedelta(hours=7))
    assert files_in(root) == []
    assert not Leftover.objects.exists()


def test_an_upload_that_arrived_whole_while_its_process_died_is_finished_by_whoever_comes_next(
    upload: Upload, now: datetime, monkeypatch: pytest.MonkeyPatch, api: Client, root: Path
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(uploads, "finish", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            uploads.append(upload=upload, offset=0, read=Broken(CONTENT, ConnectionResetError), now=now)
    assert Upload.objects.get().state == "open"
    nothing_more = {"Content-Type": "application/offset+octet-stream"}  # Django's client sends it only with a body
    again = patch(api, f"/api/media/uploads/{upload.pk}/", b"", len(CONTENT), **nothing_more)
    assert again.status_code == 204
    assert api.get(again["Media-Location"]).status_code == 200


def test_the_sweep_finishes_it_where_the_client_does_not_come_back(
    upload: Upload, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(uploads, "finish", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            uploads.append(upload=upload, offset=0, read=Broken(CONTENT, ConnectionResetError), now=now)
    sweep(now=now)
    assert not Media.objects.exists(), "its process may still be at it"
    sweep(now=now + timedelta(minutes=11))
    assert Media.objects.get().created_by == upload.created_by


def test_two_requests_for_one_place_do_not_both_win(upload: Upload, now: datetime) -> None:
    other = Upload.objects.get()
    uploads.append(upload=upload, offset=0, read=Broken(CONTENT[:100], ConnectionResetError), now=now)
    with pytest.raises(OffsetMismatch):
        uploads.append(upload=other, offset=0, read=Broken(CONTENT[:50], ConnectionResetError), now=now)
    assert Upload.objects.get().offset_bytes == 100


def test_two_processes_that_finish_one_upload_make_one_file(
    upload: Upload, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(uploads, "finish", lambda **_: None)
        uploads.append(upload=upload, offset=0, read=Broken(CONTENT, ConnectionResetError), now=now)
    one, two = Upload.objects.get(), Upload.objects.get()
    assert uploads.finish(upload=one, now=now) == uploads.finish(upload=two, now=now)
    sweep(now=now)  # the parts are gone now
    late = Upload.objects.get()
    late.parts = two.parts or [["gone/pa/part-gone.part", len(CONTENT)]]
    assert uploads.finish(upload=late, now=now) == Media.objects.get()


def test_a_store_out_of_reach_at_the_end_leaves_the_upload_to_be_finished_later(
    upload: Upload, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: Any) -> None:
        raise Unavailable("The store is away.")

    with monkeypatch.context() as patched:
        patched.setattr(Disk, "keep", fails)
        with pytest.raises(Unavailable):
            uploads.append(upload=upload, offset=0, read=Broken(CONTENT, ConnectionResetError), now=now)
    whole = Upload.objects.get()
    assert (whole.state, whole.offset_bytes) == ("open", len(CONTENT))
    assert uploads.finish(upload=whole, now=now) == Media.objects.get()


def test_what_is_nothing_for_us_is_refused_at_its_first_bytes(api: Client, root: Path) -> None:
    path = path_of(begin(api, 10_000_000))
    answer = patch(api, path, b"PK\x05\x06" + b"\x00" * 100, 0)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_unsupported")
    assert files_in(root) == []
    assert Upload.objects.get().state == "refused", "it no longer fills the tenant's room"


def test_what_is_too_long_for_its_kind_is_refused_at_its_first_bytes(api: Client, settings: Any) -> None:
    path = path_of(begin(api, settings.MEDIA_MOST_BYTES["image"] + 1))
    answer = patch(api, path, CONTENT[:2000], 0)
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")


def test_a_file_refused_at_its_end_says_so_afterwards_too(api: Client, root: Path) -> None:
    broken = making.picture(size=(400, 400))[:2000]
    path = path_of(begin(api, len(broken)))
    patch(api, path, broken[:1500], 0)
    answer = patch(api, path, broken[1500:], 1500)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_damaged")
    told = api.get(path).json()
    assert (told["state"], told["problem"]["code"]) == ("refused", "file_damaged")
    assert AuditEntry.objects.filter(action="media.upload_refused").count() == 1
    assert patch(api, path, b"x", 2000).json()["code"] == "upload_ended"
    sweep(now=timezone.now())
    assert files_in(root) == []


def test_more_bytes_than_announced_are_refused(api: Client) -> None:
    path = path_of(begin(api, 100))
    answer = patch(api, path, CONTENT[:101], 0)
    assert (answer.status_code, answer.json()["code"]) == (422, "upload_too_long")


def test_an_upload_can_be_given_up(api: Client, root: Path) -> None:
    path = path_of(begin(api, len(CONTENT)))
    patch(api, path, CONTENT[:1000], 0)
    assert api.delete(path).status_code == 204
    assert api.head(path, headers=TUS).status_code == 404
    sweep(now=timezone.now())
    assert files_in(root) == []


def test_an_upload_nobody_continues_is_removed_with_its_parts(api: Client, settings: Any, root: Path) -> None:
    path = path_of(begin(api, len(CONTENT)))
    patch(api, path, CONTENT[:1000], 0)
    sweep(now=timezone.now() + settings.MEDIA_UPLOAD_LIFE - timedelta(minutes=1))
    assert offset_of(api, path) == 1000
    sweep(now=timezone.now() + settings.MEDIA_UPLOAD_LIFE + timedelta(minutes=1))
    assert api.head(path, headers=TUS).status_code == 404
    assert files_in(root) == []


@pytest.mark.parametrize(
    ("size", "status", "code"),
    [("0", 422, "file_empty"), ("-1", 422, "upload_header"), ("x", 422, "upload_header"), ("", 422, "upload_header"),
     ("9" * 14, 413, "file_too_large"), ("9" * 40, 422, "upload_header"), ("٣", 422, "upload_header")],
)  # fmt: skip
def test_a_length_that_cannot_be_is_refused(size: str, status: int, code: str, api: Client) -> None:
    answer = api.post("/api/media/uploads/", headers={**TUS, "Upload-Length": size.encode().decode("latin-1")})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Upload.objects.exists()


def test_another_version_of_the_protocol_is_refused_with_ours(api: Client) -> None:
    answer = begin(api, 100, **{"Tus-Resumable": "0.2.2"})
    assert (answer.status_code, answer["Tus-Version"]) == (412, "1.0.0")
    path = path_of(begin(api, 100))
    assert api.head(path).status_code == 412


def test_what_is_offered_can_be_asked_for(api: Client, settings: Any) -> None:
    answer = api.options("/api/media/uploads/")
    assert answer.status_code == 204
    assert answer["Tus-Extension"] == "creation,expiration,termination"
    assert answer["Tus-Max-Size"] == str(settings.MEDIA_MOST_BYTES["video"])


def test_bytes_of_another_content_type_are_refused(api: Client) -> None:
    path = path_of(begin(api, 100))
    answer = api.patch(path, "{}", content_type="application/json", headers={**TUS, "Upload-Offset": "0"})
    assert (answer.status_code, answer.json()["code"]) == (422, "upload_content_type")


def test_an_upload_of_another_tenant_is_not_there(
    upload: Upload, make_house: Callable[[str], House], client: Client
) -> None:
    client.force_login(make_house("Other").owner)
    path = f"/api/media/uploads/{upload.pk}/"
    assert client.get(path).status_code == client.head(path).status_code == client.delete(path).status_code == 404
    assert patch(client, path, CONTENT, 0).status_code == 404
    assert Upload.objects.get().offset_bytes == 0


def test_an_ended_upload_takes_no_more(upload: Upload, now: datetime) -> None:
    uploads.append(upload=upload, offset=0, read=Broken(CONTENT, ConnectionResetError), now=now)
    with pytest.raises(Conflict):
        uploads.append(upload=upload, offset=len(CONTENT), read=Broken(b"x", ConnectionResetError), now=now)
