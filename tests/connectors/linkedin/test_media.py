"""Files on their way: one request or many parts, resumed at every step, never begun anew without need."""

import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses
from django.conf import settings

from connectors.budgets import Budgets
from connectors.errors import ContentRejected, ReconnectRequired, TransientError, UnexpectedAnswer
from connectors.linkedin import media
from connectors.linkedin.connector import LinkedInConnector
from connectors.linkedin.rest import Hosts, Rest
from connectors.types import Attachment, Content, MediaKind, Processing, Published, Target
from foundation.secret import Secret
from tests.connectors.kit import WorkerDied
from tests.connectors.linkedin.conftest import API, BLIND_PAGE, MEMBER, PAGE, WWW, Lockbox, MemoryFile, MemoryJournal
from tests.connectors.wire import answer, listening

URN = "urn:li:share:7142"
PART = 4
VIDEO = bytes(range(10))


class Town:
    """Answers uploads, and remembers what arrived."""

    def __init__(self, script: responses.RequestsMock) -> None:
        self.script = script
        self.begun: list[dict[str, Any]] = []
        self.puts: list[tuple[str, bytes, dict[str, str]]] = []
        self.finished: list[dict[str, Any]] = []
        self.statuses: list[str] = []
        self.looks = 0
        self.refuse_puts: list[int] = []
        self.refuse_finish: list[int] = []
        script.add_callback(responses.POST, re.compile(rf"{API}/rest/(images|documents|videos)\?"), self._act)
        script.add_callback(responses.PUT, re.compile(rf"{WWW}/dms-uploads/"), self._put)
        script.add_callback(responses.GET, re.compile(rf"{API}/rest/(images|documents|videos)/"), self._look)
        script.post(f"{API}/rest/posts", status=201, headers={"x-restli-id": URN})

    def _act(self, request: requests.PreparedRequest) -> Any:
        body = json.loads(request.body or "")
        if str(request.url).endswith("action=finalizeUpload"):
            if self.refuse_finish:
                return (self.refuse_finish.pop(0), {}, json.dumps({"code": "EXPIRED_UPLOAD_URL"}))
            self.finished.append(body["finalizeUploadRequest"])
            return (200, {}, "{}")
        self.begun.append(body["initializeUploadRequest"])
        number = len(self.begun)
        name = next(word for word in ("image", "document", "video") if f"/{word}s?" in str(request.url))
        value: dict[str, Any] = {name: f"urn:li:{name}:{name[0].upper()}{number}", "uploadToken": "token"}
        base = f"https://www.linkedin.com/dms-uploads/{name}/{number}"
        if name == "video":
            size = body["initializeUploadRequest"]["fileSizeBytes"]
            value["uploadInstructions"] = [
                {"uploadUrl": f"{base}/{first}?sig=(a,b)", "firstByte": first, "lastByte": min(first + PART, size) - 1}
                for first in range(0, size, PART)
            ]
        else:
            value["uploadUrl"] = base
        return (200, {}, json.dumps({"value": value}))

    def _put(self, request: requests.PreparedRequest) -> Any:
        if self.refuse_puts:
            return (self.refuse_puts.pop(0), {}, "")
        body: Any = request.body
        data = body if isinstance(body, bytes) else body.read()
        self.puts.append((str(request.url), data, dict(request.headers)))
        return (201, {"ETag": f'"/ambry-video/{len(self.puts)}.bin"'}, "")

    def _look(self, request: requests.PreparedRequest) -> Any:
        self.looks += 1
        status = self.statuses.pop(0) if self.statuses else "AVAILABLE"
        if status == "FORBIDDEN":
            return (403, {}, json.dumps({"status": 403, "code": "ACCESS_DENIED", "message": "Accessing this image …"}))
        return (200, {}, json.dumps({"status": status, "processingFailureReason": "Too odd."}))

    def posts(self) -> list[dict[str, Any]]:
        """Return the posts that were sent."""
        return [
            json.loads(call.request.body or "")
            for call in self.script.calls
            if call.request.method == "POST" and str(call.request.url).endswith("/rest/posts")
        ]


@pytest.fixture
def town(answers: responses.RequestsMock) -> Town:
    return Town(answers)


def image(**said: Any) -> Attachment:
    return Attachment(MemoryFile(**{"data": b"\x89PNG picture", **said}), alt_text="A cat (asleep)")


def video(**said: Any) -> Attachment:
    return Attachment(
        MemoryFile(data=VIDEO, kind=MediaKind.VIDEO, content_type="video/mp4", name="film.mp4", **said), title="Film"
    )


def document() -> Attachment:
    return Attachment(
        MemoryFile(data=b"%PDF", kind=MediaKind.DOCUMENT, content_type="application/pdf", name="Slides.pdf")
    )


def through(
    connector: LinkedInConnector, content: Content, target: Target, journal: MemoryJournal, *, most: int = 10
) -> Published:
    """Publish as the hub does: called again each time it is told to look again, and each time a worker died."""
    for _ in range(most):
        try:
            result = connector.publish(content, target, journal)
        except WorkerDied:
            continue
        if isinstance(result, Published):
            return result
    raise AssertionError("it never came to an end")


def test_a_members_image_goes_in_one_request_with_the_token_and_has_its_grace(
    alone: LinkedInConnector, town: Town
) -> None:
    journal = MemoryJournal()
    content = Content("Cat", media=(image(),))
    result = alone.publish(content, MEMBER, journal)
    assert isinstance(result, Processing)
    assert result.look_again_after == settings.LINKEDIN_MEDIA_GRACE
    assert alone.publish(content, MEMBER, journal) == Published(URN, f"https://www.linkedin.com/feed/update/{URN}/")
    assert town.begun == [{"owner": MEMBER.external_id}]
    ((url, data, headers),) = town.puts
    assert url == f"{WWW}/dms-uploads/image/1", "through the gateway, where there is one"
    assert data == b"\x89PNG picture"
    assert headers["Authorization"] == "Bearer AQscripted-access"
    assert headers["Content-Type"] == "image/png"
    assert town.looks == 0, "a member's token may not look"
    assert town.posts()[0]["content"] == {"media": {"id": "urn:li:image:I1", "altText": "A cat (asleep)"}}


def test_without_a_grace_a_members_image_is_posted_at_once(
    alone: LinkedInConnector, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "LINKEDIN_MEDIA_GRACE", settings.LINKEDIN_MEDIA_GRACE * 0)
    assert isinstance(alone.publish(Content(media=(image(),)), MEMBER, MemoryJournal()), Published)


def test_several_images_keep_their_order_and_texts(alone: LinkedInConnector, town: Town) -> None:
    files = tuple(image(id=f"file-{number}", data=bytes([number])) for number in range(3))
    through(alone, Content("Cats", media=files), PAGE, MemoryJournal())
    assert [data for _, data, _ in town.puts] == [b"\x00", b"\x01", b"\x02"]
    images = town.posts()[0]["content"]["multiImage"]["images"]
    assert images == [{"id": f"urn:li:image:I{number}", "altText": "A cat (asleep)"} for number in (1, 2, 3)]


def test_an_image_beside_a_link_is_its_picture(alone: LinkedInConnector, town: Town) -> None:
    through(alone, Content("Read", link="https://e.co/a", media=(image(),)), PAGE, MemoryJournal())
    article = town.posts()[0]["content"]["article"]
    assert article == {"source": "https://e.co/a", "title": "e.co/a", "thumbnail": "urn:li:image:I1"}


def test_a_document_has_a_title_always(alone: LinkedInConnector, town: Town) -> None:
    through(alone, Content(media=(document(),)), PAGE, MemoryJournal())
    assert town.posts()[0]["content"] == {"media": {"id": "urn:li:document:D1", "title": "Slides.pdf"}}


def test_a_video_goes_part_by_part_without_the_token_and_is_put_together_by_its_etags(
    alone: LinkedInConnector, town: Town
) -> None:
    journal = MemoryJournal()
    town.statuses = ["PROCESSING", "PROCESSING", "AVAILABLE"]
    content = Content("Film", media=(video(),))
    assert isinstance(alone.publish(content, MEMBER, journal), Processing)
    assert isinstance(alone.publish(content, MEMBER, journal), Processing)
    assert isinstance(alone.publish(content, MEMBER, journal), Published)
    assert town.begun == [
        {
            "owner": MEMBER.external_id,
            "fileSizeBytes": 10,
            "uploadCaptions": False,
            "uploadThumbnail": False,
        }
    ]
    assert [data for _, data, _ in town.puts] == [VIDEO[0:4], VIDEO[4:8], VIDEO[8:10]]
    assert all("Authorization" not in headers for _, _, headers in town.puts)
    assert all(headers["Content-Type"] == "application/octet-stream" for _, _, headers in town.puts)
    assert town.finished == [
        {
            "video": "urn:li:video:V1",
            "uploadToken": "token",
            "uploadedPartIds": [f"/ambry-video/{number}.bin" for number in (1, 2, 3)],
        }
    ]
    assert town.looks == 3, "videos may be looked at with any token"
    assert town.posts()[0]["content"] == {"media": {"id": "urn:li:video:V1", "title": "Film"}}
    assert journal.told.count("renew") >= len(town.puts), "the lease is asked for before each part"


def test_the_addresses_of_an_upload_are_nobodys_business(alone: LinkedInConnector, town: Town) -> None:
    journal = MemoryJournal()
    through(alone, Content(media=(video(),)), MEMBER, journal)
    assert "dms-uploads" not in json.dumps(journal.notes)


def test_a_video_whose_addresses_no_longer_open_begins_anew_and_mixes_nothing(
    alone: LinkedInConnector, town: Town
) -> None:
    class Shut(Lockbox):
        def unlock(self, locked: str) -> Secret | None:
            return None

    forgetful = LinkedInConnector(app=alone.app, http=alone.http, keys=alone.keys, safe=Shut())
    journal = MemoryJournal(dies_after="note media:0:0190-file:0:0")
    through(forgetful, Content(media=(video(),)), MEMBER, journal)
    assert journal.dies_after == "", "it did die there"
    assert len(town.begun) == 2
    assert [data for _, data, _ in town.puts] == [VIDEO[0:4], VIDEO[0:4], VIDEO[4:8], VIDEO[8:10]]
    assert len(town.finished) == 1
    assert len(town.posts()) == 1


IMAGE_STEPS = [
    "note media:0:0190-file begun",
    "note media:0:0190-file sent",
    "note media:0:0190-file ready",
    "note _body",
]
VIDEO_STEPS = [
    "note _media:0:0190-file",
    "note media:0:0190-file begun",
    "note media:0:0190-file:0:0",
    "note media:0:0190-file:0:1",
    "note media:0:0190-file:0:2",
    "note media:0:0190-file finishing",
    "note media:0:0190-file sent",
    "note media:0:0190-file ready",
    "note _body",
]


@pytest.mark.parametrize("step", VIDEO_STEPS)
def test_a_video_is_resumed_after_a_crash_at_any_step(alone: LinkedInConnector, town: Town, step: str) -> None:
    journal = MemoryJournal(dies_after=step)
    if step.endswith("finishing"):
        town.statuses = ["WAITING_UPLOAD"]  # the crash came before the request that puts it together
    through(alone, Content(media=(video(),)), MEMBER, journal)
    assert journal.dies_after == "", "it did die there"
    begun_again = step == VIDEO_STEPS[0]
    assert len(town.begun) == (2 if begun_again else 1)
    assert [data for _, data, _ in town.puts] == [VIDEO[0:4], VIDEO[4:8], VIDEO[8:10]], "no part is sent twice"
    assert len(town.finished) == 1
    assert len(town.posts()) == 1


@pytest.mark.parametrize("status", ["PROCESSING", "AVAILABLE"])
def test_a_video_whose_finish_was_answered_to_a_dead_worker_is_not_finished_twice(
    alone: LinkedInConnector, town: Town, status: str
) -> None:
    journal = MemoryJournal(dies_after="note media:0:0190-file sent")
    with pytest.raises(WorkerDied):
        alone.publish(Content(media=(video(),)), MEMBER, journal)
    journal.notes["media:0:0190-file"]["state"] = "finishing"
    town.statuses = [status]
    through(alone, Content(media=(video(),)), MEMBER, journal)
    assert len(town.finished) == 1


@pytest.mark.parametrize("step", IMAGE_STEPS)
def test_an_image_is_resumed_after_a_crash_at_any_step(alone: LinkedInConnector, town: Town, step: str) -> None:
    journal = MemoryJournal(dies_after=step)
    if step.endswith("begun"):
        town.statuses = ["WAITING_UPLOAD"]  # the crash came before the bytes left
    through(alone, Content(media=(image(),)), PAGE, journal)
    assert journal.dies_after == ""
    assert len(town.begun) == (2 if step.endswith("begun") else 1)
    assert len(town.puts) == 1, "bytes that arrived are not sent again"
    assert len(town.posts()) == 1


def test_an_image_whose_answer_was_lost_is_not_sent_again_where_it_can_be_seen(
    alone: LinkedInConnector, town: Town
) -> None:
    journal = MemoryJournal(notes={"media:0:0190-file": {"urn": "urn:li:image:I9", "state": "begun", "round": 0}})
    through(alone, Content(media=(image(),)), PAGE, journal)
    assert town.begun == []
    assert town.puts == []
    assert town.posts()[0]["content"]["media"]["id"] == "urn:li:image:I9"


def test_of_several_images_only_the_missing_ones_are_uploaded(alone: LinkedInConnector, town: Town) -> None:
    files = tuple(image(id=f"file-{number}", data=bytes([number])) for number in range(3))
    journal = MemoryJournal(dies_after="note media:1:file-1 sent")
    through(alone, Content(media=files), PAGE, journal)
    assert [data for _, data, _ in town.puts] == [b"\x00", b"\x01", b"\x02"]


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_an_address_that_ran_out_begins_the_upload_anew(alone: LinkedInConnector, town: Town, status: int) -> None:
    if status == 400:
        town.refuse_finish = [400]
    else:
        town.refuse_puts = [status]
    journal = MemoryJournal()
    content = Content(media=(video(),))
    with pytest.raises(TransientError, match="anew"):
        alone.publish(content, MEMBER, journal)
    through(alone, content, MEMBER, journal)
    assert len(town.begun) == 2
    assert town.finished[0]["video"] == "urn:li:video:V2"
    assert len(town.finished[0]["uploadedPartIds"]) == 3, "no ETag of the first upload"


def test_an_upload_begins_anew_only_so_often(alone: LinkedInConnector, town: Town) -> None:
    town.refuse_puts = [404] * 10
    journal = MemoryJournal()
    for _ in range(media.MOST_ROUNDS - 1):
        with pytest.raises(TransientError):
            alone.publish(Content(media=(video(),)), MEMBER, journal)
    with pytest.raises(UnexpectedAnswer):
        alone.publish(Content(media=(video(),)), MEMBER, journal)


@pytest.mark.parametrize("resource", ["images", "videos"])
def test_an_answer_that_is_no_json_to_the_beginning_of_an_upload_is_a_passing_fault(
    alone: LinkedInConnector, answers: responses.RequestsMock, resource: str
) -> None:
    answers.post(re.compile(f"{API}/rest/{resource}"), body='{"value": {"up')
    file = video() if resource == "videos" else image()
    with pytest.raises(TransientError):
        alone.publish(Content(media=(file,)), MEMBER, MemoryJournal())


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_error_to_an_upload_is_a_passing_fault(alone: LinkedInConnector, town: Town, status: int) -> None:
    town.refuse_puts = [status]
    journal = MemoryJournal()
    with pytest.raises(TransientError):
        alone.publish(Content(media=(video(),)), MEMBER, journal)
    through(alone, Content(media=(video(),)), MEMBER, journal)
    assert len(town.begun) == 1


@pytest.mark.parametrize(("status", "kind"), [(401, ReconnectRequired), (413, ContentRejected), (415, ContentRejected)])
def test_what_an_upload_is_refused_for_is_told(
    alone: LinkedInConnector, town: Town, status: int, kind: type[Exception]
) -> None:
    town.refuse_puts = [status]
    with pytest.raises(kind):
        alone.publish(Content(media=(image(),)), MEMBER, MemoryJournal())


@pytest.mark.parametrize("make", [image, video, document])
def test_a_file_that_linkedin_could_not_process_is_never_posted(
    alone: LinkedInConnector, town: Town, make: Callable[[], Attachment]
) -> None:
    town.statuses = ["PROCESSING_FAILED"]
    journal = MemoryJournal()
    with pytest.raises(ContentRejected, match="Too odd") as refusal:
        alone.publish(Content(media=(make(),)), PAGE, journal)
    assert "another file" in refusal.value.remedy
    assert town.posts() == []
    assert journal.notes["media:0:0190-file"]["state"] == "forgotten", "a redrive uploads it anew"


def test_a_look_that_is_forbidden_right_after_the_upload_is_tried_again(alone: LinkedInConnector, town: Town) -> None:
    town.statuses = ["FORBIDDEN", "FORBIDDEN", "AVAILABLE"]
    through(alone, Content(media=(image(),)), PAGE, MemoryJournal())
    assert town.looks == 3


def test_a_look_that_stays_forbidden_gives_way_to_the_grace(alone: LinkedInConnector, town: Town) -> None:
    town.statuses = ["FORBIDDEN"] * 20
    journal = MemoryJournal()
    through(alone, Content(media=(image(),)), PAGE, journal)
    assert journal.notes["grace"] is True


def test_a_page_that_may_not_read_waits_like_a_member(alone: LinkedInConnector, town: Town) -> None:
    journal = MemoryJournal()
    assert isinstance(alone.publish(Content(media=(image(),)), BLIND_PAGE, journal), Processing)
    assert town.looks == 0


def test_a_video_is_waited_for_longer_than_ten_minutes_and_not_for_ever(alone: LinkedInConnector, town: Town) -> None:
    town.statuses = ["PROCESSING"] * 1000
    journal = MemoryJournal()
    waits: list[Published | Processing] = []
    with pytest.raises(UnexpectedAnswer, match="longer than it should"):
        waits.extend(alone.publish(Content(media=(video(),)), MEMBER, journal) for _ in range(500))
    looks = [wait.look_again_after.total_seconds() for wait in waits if isinstance(wait, Processing)]
    assert len(looks) == len(waits)
    assert {5 <= look <= 20 for look in looks} == {True}
    assert 600 <= sum(looks) <= 3600
    town.statuses = []
    through(alone, Content(media=(video(),)), MEMBER, journal)
    assert len(town.begun) == 1, "a redrive goes on where it was"


def test_the_token_goes_to_linkedins_own_hosts_alone(alone: LinkedInConnector, answers: responses.RequestsMock) -> None:
    value = {"image": "urn:li:image:I1", "uploadUrl": "https://www.linkedin.com.evil.example/dms-uploads/1"}
    answers.post(f"{API}/rest/images?action=initializeUpload", json={"value": value})
    with pytest.raises(UnexpectedAnswer, match="not its own"):
        alone.publish(Content(media=(image(),)), MEMBER, MemoryJournal())
    assert len(answers.calls) == 1


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"video": "urn:li:video:V1"},
        {"video": "urn:li:video:V1", "uploadInstructions": []},
        {"video": "urn:li:video:V1", "uploadInstructions": [{"uploadUrl": "https://www.linkedin.com/1"}]},
        {
            "video": "urn:li:video:V1",
            "uploadInstructions": [{"uploadUrl": "https://www.linkedin.com/1", "firstByte": 0, "lastByte": 3}],
        },
        {
            "video": "urn:li:video:V1",
            "uploadInstructions": [{"uploadUrl": "https://www.linkedin.com/1", "firstByte": 2, "lastByte": 9}],
        },
    ],
)
def test_instructions_that_do_not_cover_the_file_are_not_followed(
    alone: LinkedInConnector, answers: responses.RequestsMock, value: dict[str, Any]
) -> None:
    answers.post(re.compile(f"{API}/rest/videos"), json={"value": value})
    with pytest.raises(UnexpectedAnswer):
        alone.publish(Content(media=(video(),)), MEMBER, MemoryJournal())
    assert len(answers.calls) == 1


def test_a_slow_upload_keeps_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 15))
    monkeypatch.setattr("connectors.linkedin.media.time.monotonic", lambda: float(next(clock)))
    renewed: list[int] = []
    stream = media._KeepingLease(io.BytesIO(b"x" * 100), 100, lambda: renewed.append(1))
    assert len(stream) == 100
    while stream.read(10):
        pass
    assert 3 <= len(renewed) <= 11


def test_a_file_leaves_over_a_real_socket_whole_and_with_its_length(alone: LinkedInConnector) -> None:
    data = bytes(range(256)) * 400
    with listening(answer(b"", status="201 Created", headers=('ETag: W/"e1"',))) as wire:
        www = f"http://127.0.0.1:{wire.port}"
        rest = Rest(
            http=alone.http, hosts=Hosts(www, www, "202609"), budgets=Budgets("linkedin"), token=Secret("AQsecret")
        )
        stream: Any = media._KeepingLease(io.BytesIO(data), len(data), lambda: None)
        told = rest.put(f"{www}/dms-uploads/1", stream, operation="upload_image", with_token=True)
    head, _, body = wire.requests[0].partition(b"\r\n\r\n")
    assert told.status == 201
    assert body == data
    assert f"Content-Length: {len(data)}".encode() in head
    assert b"Authorization: Bearer AQsecret" in head
    assert b"Transfer-Encoding" not in head
