"""Files in posts: named by id or address, kept while they are needed, and told as gone when they are not there."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from connectors.base import Connector
from connectors.errors import ContentRejected, TransientError
from connectors.meta.connector import MetaConnector
from connectors.models import Connection, Destination
from connectors.types import Attachment, Capability, Content, Journal, MediaKind, Processing, Published, Target
from media import fetching, probing
from media.fetching import Fetched
from media.models import Media
from media.services import delete_media, expire_media, store_file
from media.staging import Staged
from media.storage import store
from publishing import attachments
from publishing.attachments import AttachedFile
from publishing.models import Attempt, DeadLetter, Post, PublishJob
from publishing.states import State
from tenants.principal import Principal
from tenants.services import create_api_key
from tests.conftest import House
from tests.publishing.test_api import STRANGER, post

Run = Callable[[datetime], int]
Keep = Callable[..., Media]


def picture(shade: int = 0) -> bytes:
    made = BytesIO()
    Image.new("RGB", (32, 24), (25 * shade % 256, 120, 200)).save(made, "JPEG")
    return made.getvalue()


@pytest.fixture(autouse=True)
def _files_of_this_test(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def keep(house: House) -> Keep:
    """Store a picture for a tenant."""

    def put(shade: int = 0, *, of: House = house) -> Media:
        staged = Staged()
        try:
            staged.write(picture(shade))
            made, _ = store_file(
                tenant=of.tenant, actor="system:test", staged=staged, name=f"bread-{shade}.jpg", now=timezone.now()
            )
        finally:
            staged.close()
        return made

    return put


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Attachment, ...]]:
    """Let Facebook Pages take up to two pictures, and write down what the connector is given."""
    found: list[tuple[Attachment, ...]] = []
    publish = MetaConnector.publish

    def listening(self: MetaConnector, content: Content, target: Target, journal: Journal) -> Published | Processing:
        for attachment in content.media:
            with attachment.file.open() as file:
                assert len(file.read()) == attachment.file.size_bytes
        found.append(content.media)
        return publish(self, content, target, journal)

    (page,) = (kind for kind in MetaConnector.kinds if kind.slug == "facebook_page")
    grown = replace(page, most_media=2, takes=page.takes | {Capability.PHOTO, Capability.PHOTOS})
    monkeypatch.setattr(MetaConnector, "kinds", (grown,))
    monkeypatch.setattr(MetaConnector, "publish", listening)
    return found


Sent = list[tuple[Attachment, ...]]


def body(destination: Destination, media: Any, **more: Any) -> dict[str, Any]:
    return {"text": "Hello", "destinations": [str(destination.pk)], "media": media, **more}


def test_files_reach_the_platform_in_their_order_with_what_the_author_says_of_them(
    api: Client, destination: Destination, keep: Keep, sent: Sent, run_due: Run
) -> None:
    first, second = keep(1), keep(2)
    media = [{"id": str(second.pk), "alt_text": "Two loaves", "title": ""}, {"id": str(first.pk)}]
    made = post(api, "/api/publish", body(destination, media))
    assert made.status_code == 202, made.content
    assert made.json()["media"] == [{"id": str(second.pk), "alt_text": "Two loaves"}, {"id": str(first.pk)}]
    run_due(timezone.now())
    (given,) = sent
    assert [(one.file.id, one.alt_text) for one in given] == [(str(second.pk), "Two loaves"), (str(first.pk), "")]
    assert given[0].file.kind is MediaKind.IMAGE
    assert (given[0].file.width, given[0].file.height) == (32, 24)
    assert "/media/" in given[0].file.public_url


def test_an_overrides_files_stand_instead_and_an_empty_list_means_none(
    api: Client, connection: Connection, keep: Keep, sent: Sent, run_due: Run
) -> None:
    first, second, third = connection.destinations.filter(enabled=True).order_by("external_id")[:3]
    for_all, just_here = keep(1), keep(2)
    overrides = {str(second.pk): {"media": [{"id": str(just_here.pk)}]}, str(third.pk): {"media": []}}
    said = body(first, [{"id": str(for_all.pk)}], overrides=overrides)
    said["destinations"] += [str(second.pk), str(third.pk)]
    assert post(api, "/api/publish", said).status_code == 202
    run_due(timezone.now())
    assert sorted([one.file.id for one in given] for given in sent) == sorted(
        [[], [str(for_all.pk)], [str(just_here.pk)]]
    )


@pytest.mark.parametrize(
    ("media", "status", "field", "code"),
    [
        ([{"id": STRANGER}], 422, "media.0.id", "unknown_media"),
        ([{"id": "nonsense"}], 400, "media.0.id", "invalid"),
        ([{}], 400, "media.0", "id_or_url"),
        ([{"id": STRANGER, "url": "https://example.com/a.jpg"}], 400, "media.0", "id_or_url"),
        ([{"id": STRANGER, "alt": "x"}], 400, "media.0.alt", "unknown_field"),
        ([{"url": "ftp://example.com/a.jpg"}], 422, "media.0.url", "media_url_not_allowed"),
        ([{"url": "http://127.0.0.1/a.jpg"}], 422, "media.0.url", "media_url_not_allowed"),
        ("nonsense", 400, "media", "not_a_list"),
        ([{"id": STRANGER}] * 51, 400, "media", "max_length"),
    ],
    ids=lambda value: str(value)[:50],
)
def test_a_file_that_cannot_be_had_is_told_at_its_place_and_leaves_no_post(
    api: Client, destination: Destination, sent: Sent, media: Any, status: int, field: str, code: str
) -> None:
    answer = post(api, "/api/publish", body(destination, media))
    assert answer.status_code == status, answer.content
    found = [(error["field"], error["code"]) for error in answer.json()["errors"]]
    assert any(name.startswith(field) and given == code for name, given in found), found
    assert Post.objects.count() == 0


def test_more_files_than_a_kind_takes_are_refused_and_so_are_files_where_it_takes_none(
    api: Client, destination: Destination, keep: Keep, sent: Sent, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = [{"id": str(keep(shade).pk)} for shade in range(3)]
    (error,) = post(api, "/api/publish", body(destination, media)).json()["errors"]
    assert (error["field"], error["code"], error["limit"]) == ("media", "too_many_media", "2 files")
    page = MetaConnector.kinds[0]
    monkeypatch.setattr(MetaConnector, "kinds", (replace(page, most_media=0),))
    (error,) = post(api, "/api/publish", body(destination, media[:1])).json()["errors"]
    assert "takes no files" in error["message"]


def test_another_tenants_file_is_not_there(
    api: Client, destination: Destination, keep: Keep, sent: Sent, make_house: Callable[[str], House]
) -> None:
    theirs = keep(7, of=make_house("Other"))
    (error,) = post(api, "/api/publish", body(destination, [{"id": str(theirs.pk)}])).json()["errors"]
    assert error["code"] == "unknown_media"


# --- files named by an address --------------------------------------------------------------------------------------


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The network beyond us: every address leads to the same picture; returns the addresses that were asked."""
    asked: list[str] = []

    def fetch(url: str, *, into: Staged) -> Fetched:
        asked.append(url)
        into.write(picture(9))
        return Fetched("loaf.jpg", url)

    monkeypatch.setattr(fetching, "fetch", fetch)
    return asked


def test_a_file_named_by_its_address_is_fetched_once_and_a_replay_fetches_nothing(
    api: Client, destination: Destination, sent: Sent, net: list[str], run_due: Run
) -> None:
    said = body(destination, [{"url": "https://example.com/loaf.jpg", "alt_text": "A loaf"}])
    first, second = (post(api, "/api/publish", said, key="k").json() for _ in range(2))
    assert first["id"] == second["id"]
    assert net == ["https://example.com/loaf.jpg"]
    stored = Media.objects.get()
    assert first["media"] == [{"id": str(stored.pk), "alt_text": "A loaf"}]
    run_due(timezone.now())
    assert [one.alt_text for given in sent for one in given] == ["A loaf"]


def test_only_a_few_files_are_fetched_for_one_request(
    api: Client, destination: Destination, sent: Sent, net: list[str]
) -> None:
    few = [{"url": f"https://example.com/{number}.jpg"} for number in range(6)]
    said = body(destination, few, overrides={str(destination.pk): {"media": few}})
    answer = post(api, "/api/publish", said)
    assert (answer.status_code, answer.json()["code"]) == (422, "too_many_addresses")
    assert net == []


def test_a_check_looks_at_the_file_itself_and_stores_no_post(
    api: Client, destination: Destination, sent: Sent, net: list[str]
) -> None:
    said = body(destination, [{"url": "https://example.com/loaf.jpg"}] * 3)
    told = post(api, "/api/publish/check", said).json()
    assert [finding["code"] for finding in told["findings"]] == ["too_many_media"]
    assert Post.objects.count() == 0


def test_a_key_that_may_not_upload_may_not_have_files_fetched_either(
    principal: Principal, destination: Destination, sent: Sent, net: list[str]
) -> None:
    _, key = create_api_key(tenant=principal.tenant, name="x", scopes=["posts:write"], actor="system:test")
    client = Client(headers={"Authorization": f"Bearer {key.reveal()}"})
    answer = post(client, "/api/publish", body(destination, [{"url": "https://example.com/loaf.jpg"}]))
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")
    assert net == []


# --- pictures that become JPEGs -------------------------------------------------------------------------------------


def png(of: House) -> Media:
    made, staged = BytesIO(), Staged()
    Image.new("RGBA", (64, 48), (10, 20, 30, 255)).save(made, "PNG")
    try:
        staged.write(made.getvalue())
        stored, _ = store_file(
            tenant=of.tenant, actor="system:test", staged=staged, name="logo.png", now=timezone.now()
        )
    finally:
        staged.close()
    return stored


def given(of: House, media: Media) -> AttachedFile:
    return attachments.find(of.tenant, [media.pk]).files[media.pk]


def test_a_connector_can_have_any_picture_as_a_jpeg_with_an_address_of_its_own(house: House) -> None:
    media = png(house)
    file = given(house, media)
    made = file.as_jpeg(longest_side=32)
    assert (made.content_type, made.width, made.height, made.name) == ("image/jpeg", 32, 24, "logo.jpg")
    with made.open() as stream:
        assert Image.open(stream).format == "JPEG"
    answer = Client().get(made.public_url.removeprefix("http://testserver"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert given(house, media).as_jpeg(longest_side=32).id == made.id, "it is made once"
    assert made.as_jpeg() == made


def test_what_cannot_become_a_jpeg_is_told_in_the_words_of_publishing(
    house: House, principal: Principal, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    media = png(house)
    file = given(house, media)
    with monkeypatch.context() as changed:
        changed.setattr(probing, "WALL_SECONDS", 0.01)
        changed.setattr(probing, "_free", threading.BoundedSemaphore(1))
        with probing._free, pytest.raises(TransientError, match="Too many files"):
            file.as_jpeg()
    settings.MEDIA_MAX_PIXELS = 1_000
    with pytest.raises(ContentRejected, match="3,072 pixels"):
        file.as_jpeg()
    delete_media(principal=principal, media=media, now=timezone.now())
    with pytest.raises(attachments.MediaGone, match="was deleted"):
        file.as_jpeg()


# --- files that are needed, and files that are gone -----------------------------------------------------------------


def scheduled(api: Client, destination: Destination, media: Media, *, days: int) -> PublishJob:
    moment = (timezone.now() + timedelta(days=days)).isoformat()
    made = post(api, "/api/publish", body(destination, [{"id": str(media.pk)}], publish_at=moment))
    assert made.status_code == 202, made.content
    return PublishJob.objects.get()


def test_a_file_is_kept_until_its_scheduled_post_is_out_however_far_that_is(
    api: Client, destination: Destination, keep: Keep, sent: Sent, run_due: Run
) -> None:
    photo = keep()
    job = scheduled(api, destination, photo, days=300)
    due = timezone.now() + timedelta(days=300)
    expire_media(now=due, limit=100)
    run_due(due + timedelta(seconds=1))
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    photo.refresh_from_db()
    assert photo.state == Media.State.STORED


def test_a_file_that_is_gone_when_its_post_is_due_comes_to_rest_for_the_author_after_one_try(
    api: Client, destination: Destination, keep: Keep, sent: Sent, run_due: Run, principal: Principal
) -> None:
    photo = keep()
    job = scheduled(api, destination, photo, days=1)
    delete_media(principal=principal, media=photo, now=timezone.now(), force=True)
    later = timezone.now() + timedelta(days=2)
    run_due(later)
    job.refresh_from_db()
    assert (job.state, job.error_kind, job.error_who) == (State.FAILED, "media_gone", "author")
    assert "was deleted" in job.error_cause
    assert "Upload it again" in DeadLetter.objects.get().remedy
    assert run_due(later + timedelta(days=1)) == 0
    assert sent == []


@pytest.mark.parametrize("where", ["everywhere", "at one place"])
def test_a_file_that_a_post_still_needs_is_not_deleted_unless_somebody_insists(
    api: Client, destination: Destination, keep: Keep, sent: Sent, run_due: Run, where: str
) -> None:
    photo, other = keep(1), keep(2)
    named = [{"id": str(photo.pk)}]
    said = body(destination, [{"id": str(other.pk)}], overrides={str(destination.pk): {"media": named}})
    if where == "everywhere":
        said = body(destination, named)
    moment = timezone.now() + timedelta(days=3)
    made = post(api, "/api/publish", {**said, "text": "Fresh\nbread", "publish_at": moment.isoformat()}).json()
    address = f"/api/media/{photo.pk}/"
    refused = api.delete(address)
    assert (refused.status_code, refused.json()["code"]) == (409, "media_needed")
    assert f"“Fresh bread” ({made['id']})" in refused.json()["detail"]
    assert f"{moment:%d %B %Y}" in refused.json()["detail"]
    assert "force" in refused.json()["remedy"]
    assert api.get(address).status_code == 200
    if where != "everywhere":
        assert api.delete(f"/api/media/{other.pk}/").status_code == 204, "its only destination gets another file"
    assert api.delete(f"{address}?force=true").status_code == 204
    run_due(moment)
    job = PublishJob.objects.get()
    assert (job.state, job.error_kind) == (State.FAILED, "media_gone")


def test_a_file_whose_posts_are_all_at_rest_is_deleted_without_a_question(
    api: Client, destination: Destination, keep: Keep, sent: Sent, run_due: Run
) -> None:
    photo = keep()
    job = scheduled(api, destination, photo, days=1)
    assert api.delete(f"/api/media/{photo.pk}/").status_code == 409
    run_due(timezone.now() + timedelta(days=2))
    job.refresh_from_db()
    assert job.state == State.PUBLISHED
    assert api.delete(f"/api/media/{photo.pk}/").status_code == 204


def test_another_tenants_posts_hold_no_file_of_mine(
    api: Client, destination: Destination, keep: Keep, sent: Sent, make_house: Callable[[str], House]
) -> None:
    photo = keep(3)
    scheduled(api, destination, photo, days=1)
    other = make_house("Other")
    theirs = keep(3, of=other)
    delete_media(principal=other.principal, media=theirs, now=timezone.now())
    theirs.refresh_from_db()
    assert theirs.state == Media.State.GONE


def test_many_posts_that_need_a_file_are_counted(api: Client, destination: Destination, keep: Keep, sent: Sent) -> None:
    photo = keep()
    for days in (2, 1, 3):
        moment = (timezone.now() + timedelta(days=days)).isoformat()
        said = body(destination, [{"id": str(photo.pk)}], publish_at=moment)
        post(api, "/api/publish", {**said, "text": f"Number {days} {'x' * 80}"})
    told = api.delete(f"/api/media/{photo.pk}/").json()["detail"]
    assert "“Number 1 " in told
    assert "…”" in told
    assert "and 2 more" in told


def test_bytes_that_are_missing_in_the_store_are_gone_too_and_crash_nothing(
    api: Client, destination: Destination, keep: Keep, sent: Sent, run_due: Run
) -> None:
    photo = keep()
    job = scheduled(api, destination, photo, days=1)
    store().drop(photo.storage_name)
    run_due(timezone.now() + timedelta(days=2))
    job.refresh_from_db()
    assert (job.state, job.error_kind) == (State.FAILED, "media_gone")


def test_the_same_bytes_uploaded_again_mend_a_job_whose_file_was_gone(
    api: Client, destination: Destination, keep: Keep, sent: Sent, run_due: Run, principal: Principal
) -> None:
    photo = keep()
    job = scheduled(api, destination, photo, days=1)
    delete_media(principal=principal, media=photo, now=timezone.now(), force=True)
    later = timezone.now() + timedelta(days=2)
    run_due(later)
    ids = {"ids": [str(DeadLetter.objects.get().pk)]}
    rehearsed = post(api, "/api/dead-letters/redrive/", {**ids, "dry_run": True}).json()["dry_run"]
    assert [finding["code"] for finding in rehearsed[0]["findings"]] == ["media_gone"]
    assert keep().pk == photo.pk
    post(api, "/api/dead-letters/redrive/", ids)
    run_due(later)
    job.refresh_from_db()
    assert job.state == State.PUBLISHED


def test_a_job_whose_file_is_gone_is_mended_with_another_file(
    api: Client, destination: Destination, keep: Keep, sent: Sent, run_due: Run, principal: Principal
) -> None:
    photo = keep()
    job = scheduled(api, destination, photo, days=1)
    delete_media(principal=principal, media=photo, now=timezone.now(), force=True)
    later = timezone.now() + timedelta(days=2)
    run_due(later)
    other = keep(5)
    still = post(api, f"/api/jobs/{job.pk}/edit/", {"text": "Only words changed"})
    assert [error["code"] for error in still.json()["errors"]] == ["media_gone"]
    done = post(api, f"/api/jobs/{job.pk}/edit/", {"media": [{"id": str(other.pk), "alt_text": "Another"}]})
    assert done.status_code == 200, done.content
    run_due(later)
    assert [one.file.id for given in sent for one in given] == [str(other.pk)]


def test_a_store_that_is_away_is_waited_for_like_a_platform_that_is(
    api: Client, destination: Destination, keep: Keep, sent: Sent, run_due: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from foundation.errors import Unavailable

    def away(*_: Any, **__: Any) -> Any:
        raise Unavailable("The store for files does not answer.", remedy="Try again later.")

    photo = keep()
    post(api, "/api/publish", body(destination, [{"id": str(photo.pk)}]))
    with monkeypatch.context() as broken:
        broken.setattr(type(store()), "open", away)
        run_due(timezone.now())
    job = PublishJob.objects.get()
    assert (job.state, job.error_kind) == (State.RETRYING, "transient")
    assert job.due_at is not None
    run_due(job.due_at)
    job.refresh_from_db()
    assert job.state == State.PUBLISHED


def test_a_job_in_doubt_whose_file_is_gone_stays_in_doubt_for_a_person(
    api: Client, destination: Destination, keep: Keep, sent: Sent, run_due: Run, principal: Principal
) -> None:
    photo = keep()
    post(api, "/api/publish", body(destination, [{"id": str(photo.pk)}]))
    now = timezone.now()
    PublishJob.objects.update(state=State.RECONCILING, announced_at=now, due_at=now, attempt_count=1)
    job = PublishJob.objects.get()
    Attempt.objects.create(
        job=job, number=1, purpose="publish", worker="w", opened_at=now, closed_at=now, outcome="unknown"
    )
    delete_media(principal=principal, media=photo, now=now, force=True)
    run_due(now)
    job.refresh_from_db()
    assert (job.state, job.error_kind) == (State.FAILED, "media_gone")
    assert job.announced_at is not None, "it may be live: only a person, or a look, may say that it is not"


def test_files_are_changed_until_the_post_is_taken(
    api: Client, destination: Destination, keep: Keep, sent: Sent
) -> None:
    job = scheduled(api, destination, keep(1), days=1)
    other = keep(2)
    said = json.dumps({"media": [{"id": str(other.pk)}]})
    answer = api.patch(f"/api/posts/{job.post_id}/", said, content_type="application/json")
    assert answer.json()["media"] == [{"id": str(other.pk)}]


def test_a_post_without_files_asks_nothing_of_the_media_room(
    api: Client, destination: Destination, run_due: Run, django_assert_max_num_queries: Any
) -> None:
    post(api, "/api/publish", {"text": "Hello", "destinations": [str(destination.pk)]})
    with django_assert_max_num_queries(20) as seen:
        run_due(timezone.now())
    assert not any("media_files" in query["sql"] for query in seen.captured_queries)


def test_every_connector_says_how_many_files_each_kind_takes() -> None:
    for connector in Connector.__subclasses__():
        for kind in getattr(connector, "kinds", ()):
            takes_files = kind.takes & {Capability.PHOTO, Capability.VIDEO, Capability.DOCUMENT, Capability.REEL}
            assert bool(takes_files) == (kind.most_media > 0), kind.slug
