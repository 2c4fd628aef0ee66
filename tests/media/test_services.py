"""Keeping and forgetting: the same bytes once, no more than a tenant's room, nothing lost and nothing left."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from foundation.errors import Forbidden, NotFound, Unavailable
from media import leftovers, selectors, services, staging
from media.errors import MediaGone, TooLarge
from media.models import Leftover, Media
from media.staging import Staged
from media.storage import Disk, store
from media.sweeping import sweep
from media.tasks import sweep as sweep_task
from media.uploads import begin_upload
from tenants.models import AuditEntry
from tenants.principal import Principal
from tenants.scopes import ROLE_SCOPES
from tests.conftest import House
from tests.media import making
from tests.media.conftest import Keep, files_in, nothing_is_kept

LONG = timedelta(days=91)


def test_the_same_bytes_answer_the_same_file(keep: Keep, root: Path) -> None:
    first = keep(making.picture(), "one.jpg")
    second = keep(making.picture(), "two.jpg")
    assert first.pk == second.pk
    assert second.name == "one.jpg"
    assert len(files_in(root)) == 1
    assert AuditEntry.objects.filter(action="media.stored").count() == 1


def test_two_tenants_with_the_same_bytes_have_a_file_each(keep: Keep, make_house: Callable[[str], House]) -> None:
    mine, theirs = keep(making.picture()), keep(making.picture(), of=make_house("Other"))
    assert mine.pk != theirs.pk
    assert mine.storage_name != theirs.storage_name


def test_a_file_lies_where_no_word_of_a_stranger_leads(keep: Keep, root: Path) -> None:
    media = keep(making.picture(), "../../etc/passwd")
    (path,) = files_in(root)
    assert path == root / "store" / media.storage_name
    assert path.stat().st_mode & 0o077 == 0, "nobody else on this machine reads it"
    assert "passwd" not in str(path)


@pytest.mark.django_db(transaction=True)
def test_many_requests_with_the_same_bytes_at_once_keep_one_file(
    make_house: Callable[[str], House], now: datetime
) -> None:
    house = make_house("Eager")

    def put(_: int) -> Any:
        staged = Staged()
        try:
            staged.write(making.picture())
            media, _ = services.store_file(tenant=house.tenant, actor="key:x", staged=staged, name="a.jpg", now=now)
            return media.pk
        finally:
            staged.close()
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(put, range(6)))) == 1
    sweep(now=now)
    media = Media.objects.get()
    with store().open(media.storage_name) as file:
        assert file.read() == making.picture()
    assert len(files_in(staging.work_directory().parent)) == 1


# --- room ----------------------------------------------------------------------------------------------------------


def test_a_tenants_room_is_bounded_and_the_refusal_says_by_what(keep: Keep, settings: Any, root: Path) -> None:
    settings.MEDIA_QUOTA_BYTES = len(making.picture()) + 100
    keep(making.picture())
    with pytest.raises(TooLarge, match="do not fit") as refusal:
        keep(making.picture(color=(1, 2, 3)))
    assert refusal.value.code == "media_quota_exceeded"
    assert len(files_in(root)) == 1


def test_deleting_makes_room_at_once(keep: Keep, settings: Any, principal: Principal, now: datetime) -> None:
    settings.MEDIA_QUOTA_BYTES = len(making.picture()) + 100
    services.delete_media(principal=principal, media=keep(making.picture()), now=now)
    assert keep(making.picture(color=(1, 2, 3))).state == "stored"


def test_one_tenants_files_take_no_room_from_another(
    keep: Keep, settings: Any, make_house: Callable[[str], House]
) -> None:
    settings.MEDIA_QUOTA_BYTES = len(making.picture()) + 100
    keep(making.picture())
    assert keep(making.picture(), of=make_house("Other")).state == "stored"


def test_an_unfinished_upload_holds_its_room(keep: Keep, settings: Any, principal: Principal, now: datetime) -> None:
    settings.MEDIA_QUOTA_BYTES = 10_000
    begin_upload(principal=principal, size_bytes=9_900, name="", now=now)
    with pytest.raises(TooLarge):
        keep(making.picture())
    with pytest.raises(TooLarge):
        begin_upload(principal=principal, size_bytes=200, name="", now=now)


@pytest.mark.django_db(transaction=True)
def test_two_files_at_once_do_not_slip_past_the_bound_together(
    make_house: Callable[[str], House], settings: Any, now: datetime
) -> None:
    house = make_house("Eager")
    settings.MEDIA_QUOTA_BYTES = len(making.picture()) + 100

    def put(shade: int) -> bool:
        staged = Staged()
        try:
            staged.write(making.picture(color=(60 * shade, 2, 3)))
            services.store_file(tenant=house.tenant, actor="key:x", staged=staged, name="a.jpg", now=now)
        except TooLarge:
            return False
        finally:
            staged.close()
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(put, range(4))) == 1
    sweep(now=now)
    assert Media.objects.count() == len(files_in(staging.work_directory().parent)) == 1


# --- gone ----------------------------------------------------------------------------------------------------------


def test_a_deleted_file_says_what_became_of_it(photo: Media, principal: Principal, now: datetime, root: Path) -> None:
    services.delete_media(principal=principal, media=photo, now=now)
    with pytest.raises(MediaGone, match=r"photo\.jpg was deleted on") as refusal:
        selectors.file_of(principal.tenant, photo.pk)
    assert (refusal.value.status, refusal.value.code) == (410, "media_gone")
    assert "Upload it again" in refusal.value.remedy
    sweep(now=now)
    assert files_in(root) == []
    assert AuditEntry.objects.get(action="media.deleted").subject_id == str(photo.pk)


def test_the_same_bytes_come_back_under_the_same_id(
    keep: Keep, photo: Media, principal: Principal, now: datetime, root: Path
) -> None:
    services.delete_media(principal=principal, media=photo, now=now)
    again = keep(making.picture(), "again.jpg")
    assert (again.pk, again.state, again.name) == (photo.pk, "stored", "again.jpg")
    sweep(now=now)  # what the first left behind goes, what the second brought stays
    assert [path.name for path in files_in(root)] == [again.storage_name.rpartition("/")[2]]


def test_a_viewer_deletes_nothing(photo: Media, principal: Principal, now: datetime) -> None:
    viewer = Principal(principal.tenant, "user:v@example.com", ROLE_SCOPES["viewer"])
    with pytest.raises(Forbidden):
        services.delete_media(principal=viewer, media=photo, now=now)
    photo.refresh_from_db()
    assert photo.state == "stored"


def test_what_nobody_uses_is_removed_after_the_time_the_settings_say(
    photo: Media, now: datetime, root: Path, settings: Any
) -> None:
    sweep(now=now + settings.MEDIA_RETENTION - timedelta(minutes=1))
    assert len(files_in(root)) == 1
    swept = sweep(now=now + settings.MEDIA_RETENTION + timedelta(minutes=1))
    assert (swept.expired, swept.leftovers) == (1, 1)
    assert files_in(root) == []
    with pytest.raises(MediaGone, match="had not been used for long"):
        selectors.media_of(photo.tenant, photo.pk)


def test_a_file_sent_again_is_in_use_again(keep: Keep, photo: Media, now: datetime, settings: Any) -> None:
    keep(making.picture(), at=now + timedelta(days=60))
    sweep(now=now + LONG)
    assert Media.objects.get().state == "stored"


def test_a_file_is_kept_until_the_post_it_is_for(photo: Media, now: datetime, settings: Any) -> None:
    later = now + timedelta(days=300)
    services.keep_until(tenant=photo.tenant, media_ids=[photo.pk], moment=later, now=now)
    photo.refresh_from_db()
    assert photo.expires_at == later + settings.MEDIA_RETENTION
    services.keep_until(tenant=photo.tenant, media_ids=[photo.pk], moment=now, now=now)
    photo.refresh_from_db()
    assert photo.expires_at == later + settings.MEDIA_RETENTION, "a nearer post does not shorten it"


def test_without_a_retention_nothing_expires(keep: Keep, settings: Any, now: datetime) -> None:
    settings.MEDIA_RETENTION = timedelta()
    assert keep(making.picture()).expires_at is None
    assert sweep(now=now + timedelta(days=9999)).expired == 0


def test_many_files_expire_in_batches(keep: Keep, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media.sweeping.BATCH", 2)
    for shade in range(5):
        keep(making.pdf(shade + 1))
    assert sweep(now=now + LONG).expired == 5


def test_a_store_out_of_reach_is_asked_again(
    photo: Media, now: datetime, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: Any) -> None:
        raise Unavailable("The store is away.")

    with monkeypatch.context() as patched:
        patched.setattr(Disk, "drop", fails)
        assert sweep(now=now + LONG).leftovers == 0
    assert len(files_in(root)) == 1
    assert sweep(now=now + LONG).leftovers == 1
    assert files_in(root) == []


def test_a_process_that_dies_while_it_stores_leaves_nothing_for_ever(
    keep: Keep, now: datetime, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def dies(*args: Any, **kwargs: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(services, "_write_down", dies)
        with pytest.raises(KeyboardInterrupt):
            keep(making.picture())
    assert not Media.objects.exists()
    assert len(files_in(root)) == 1
    sweep(now=now + leftovers.GRACE + timedelta(minutes=1))
    assert nothing_is_kept(root)


def test_what_a_dead_process_was_receiving_is_removed_after_a_day(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    abandoned, under_way = staging.work_directory() / "in-old", staging.work_directory() / "in-new"
    abandoned.touch()
    under_way.touch()
    monkeypatch.setattr("time.time", lambda: abandoned.stat().st_mtime + 90_000)
    os.utime(under_way, (abandoned.stat().st_mtime + 80_000,) * 2)
    assert staging.clear_work_directory() == 1
    assert files_in(root) == [under_way]


def test_the_clock_sweeps(photo: Media, now: datetime) -> None:
    Media.objects.update(expires_at=now - timedelta(days=1))
    sweep_task()
    assert Media.objects.get().state == "gone"
    assert not Leftover.objects.exists()


# --- what others read ----------------------------------------------------------------------------------------------


def test_files_are_read_in_the_order_asked_for_by_one_query(
    keep: Keep, tenant: Any, django_assert_num_queries: Callable[[int], CaptureQueriesContext]
) -> None:
    rows = [keep(making.pdf(count)) for count in (1, 2, 3)]
    asked = [rows[2].pk, rows[0].pk, rows[1].pk]
    with django_assert_num_queries(1):
        files = selectors.files_of(tenant, asked)
    assert [file.id for file in files] == [str(pk) for pk in asked]


def test_a_file_of_another_tenant_is_not_there(photo: Media, make_house: Callable[[str], House]) -> None:
    with pytest.raises(NotFound):
        selectors.files_of(make_house("Other").tenant, [photo.pk])
