"""Uploads: byte by byte, by owner, through their states."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
import requests

from sandbox.adapter import SandboxAdapter
from sandbox.app import create_app
from sandbox.linkedin import demo
from sandbox.world import World
from tests.sandbox.linkedin.conftest import NOON, Grant
from tests.sandbox.linkedin.hub import CONTROL, FOUNDRY, MATEO, OBSERVATORY, PLUS, SOLVEIG, Hub, code_of, enc, mp4, png

PART = 4_194_304


def _stored(session: requests.Session, urn: str) -> dict[str, Any]:
    (told,) = session.get(f"{CONTROL}/linkedin/uploads", params={"urn": urn}).json()["uploads"]
    found: dict[str, Any] = told
    return found


def _status(hub: Hub, token: str, urn: str) -> str:
    kind = urn.split(":")[2]
    status: str = hub.call("GET", f"/rest/{kind}s/{enc(urn)}", token).json()["status"]
    return status


def test_an_image_arrives_byte_by_byte(session: requests.Session, hub: Hub, token: str) -> None:
    data = png(colour=(1, 2, 3))
    urn = hub.upload(token, OBSERVATORY, data)
    told = _stored(session, urn)
    assert (told["sha256"], told["size"]) == (hashlib.sha256(data).hexdigest(), len(data))
    shown = hub.call("GET", f"/rest/images/{enc(urn)}", token).json()
    assert (shown["status"], shown["owner"]) == ("AVAILABLE", OBSERVATORY)
    seen = session.get(shown["downloadUrl"])
    assert (seen.content, seen.headers["Content-Type"]) == (data, "image/png")


@pytest.mark.parametrize(
    "content_type", ["image/png", "application/octet-stream", "application/x-www-form-urlencoded", ""]
)
def test_the_declared_type_changes_no_byte(session: requests.Session, hub: Hub, token: str, content_type: str) -> None:
    value = hub.initialize(token, SOLVEIG).json()["value"]
    headers = {"Authorization": f"Bearer {token}", "Content-Type": content_type}
    assert session.put(value["uploadUrl"], data=png(), headers=headers).status_code == 201
    assert _stored(session, value["image"])["sha256"] == hashlib.sha256(png()).hexdigest()


def test_the_owner_must_be_the_author(hub: Hub, token: str) -> None:
    for stranger in (MATEO, f"urn:li:organization:{demo.LIGHTHOUSE}"):
        assert code_of(hub.initialize(token, stranger)) == (403, "ACCESS_DENIED")
    urn = hub.upload(token, OBSERVATORY, png())
    answer = hub.publish(token, FOUNDRY, "Borrowed", content={"media": {"id": urn}})
    assert code_of(answer) == (400, "INVALID_VALUE_FOR_FIELD")


def test_images_and_documents_are_put_with_a_bearer(
    session: requests.Session, hub: Hub, token: str, grant: Grant
) -> None:
    for kind in ("image", "document"):
        url = hub.initialize(token, SOLVEIG, kind).json()["value"]["uploadUrl"]
        assert url.startswith("https://www.linkedin.com/dms-uploads/")
        assert session.put(url, data=b"x").status_code == 401
        stranger = {"Authorization": f"Bearer {grant(user=demo.MATEO)}"}
        assert session.put(url, data=b"x", headers=stranger).status_code == 403
        bare = url.partition("?")[0]
        assert session.put(bare, data=b"x", headers={"Authorization": f"Bearer {token}"}).status_code == 404


def test_a_second_put_replaces_the_first(session: requests.Session, hub: Hub, token: str) -> None:
    """Whoever sends an image in pieces finds the last piece alone."""
    value = hub.initialize(token, SOLVEIG).json()["value"]
    data = png(64, 64)
    for piece in (data[:40], data[40:]):
        session.put(value["uploadUrl"], data=piece, headers={"Authorization": f"Bearer {token}"})
    told = _stored(session, value["image"])
    assert (told["size"], told["status"]) == (len(data) - 40, "PROCESSING_FAILED")


def test_an_upload_waits_is_processed_and_then_available(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"linkedin.image_processing_s": 30})
    value = hub.initialize(token, OBSERVATORY).json()["value"]
    urn = value["image"]
    post = {"content": {"media": {"id": urn}}}
    assert _status(hub, token, urn) == "WAITING_UPLOAD"
    assert code_of(hub.publish(token, OBSERVATORY, "Early", **post)) == (400, "MEDIA_ASSET_WAITING_UPLOAD")
    hub.session.put(value["uploadUrl"], data=png(), headers={"Authorization": f"Bearer {token}"})
    assert _status(hub, token, urn) == "PROCESSING"
    assert hub.publish(token, OBSERVATORY, "In time", **post).status_code == 201
    world.clock.advance(30)
    assert _status(hub, token, urn) == "AVAILABLE"


@pytest.mark.parametrize(
    "data",
    [b"RIFF\x10\0\0\0WEBPVP8 ", png(8000, 8000), b"<svg/>", b"GIF89a\x02\0\x02\0" + b"\0\x2c" * 251],
    ids=["webp", "pixels", "svg", "frames"],
)
def test_an_image_that_fails_makes_a_post_nobody_sees(world: World, hub: Hub, token: str, data: bytes) -> None:
    urn = hub.upload(token, OBSERVATORY, data)
    assert _status(hub, token, urn) == "PROCESSING_FAILED"
    answer = hub.publish(token, OBSERVATORY, "Where is it?", content={"media": {"id": urn}})
    assert answer.status_code == 201
    (item,) = world.linkedin.timeline()
    assert item.live is False
    page = hub.session.get(f"https://www.linkedin.com/feed/update/{item.id}/")
    assert page.status_code == 404


def test_jpeg_and_gif_are_taken(hub: Hub, token: str) -> None:
    jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\x01\x11\0\xff\xd9"
    for data in (jpeg, b"GIF89a\x02\0\x02\0\0\0\0;"):
        assert _status(hub, token, hub.upload(token, OBSERVATORY, data)) == "AVAILABLE"


def test_members_cannot_look_at_their_images_and_documents_but_at_videos(
    hub: Hub, token: str, member_token: str
) -> None:
    for speaker in (token, member_token):
        for kind, data in (("image", png()), ("document", b"%PDF-1.7")):
            answer = hub.call("GET", f"/rest/{kind}s/{enc(hub.upload(speaker, SOLVEIG, data, kind))}", speaker)
            assert answer.status_code == 403
            assert answer.json()["message"].startswith(f"Accessing this {kind} resource is forbidden.")
        video = hub.upload_video(speaker, SOLVEIG, mp4())
        assert _status(hub, speaker, video) == "AVAILABLE"


def test_documents_are_pdf_and_office_files(hub: Hub, token: str) -> None:
    fine = [b"%PDF-1.7", b"PK\x03\x04....word/document.xml", b"PK\x03\x04..ppt/x", bytes.fromhex("d0cf11e0a1b11ae1")]
    for data in fine:
        assert _status(hub, token, hub.upload(token, OBSERVATORY, data, "document")) == "AVAILABLE"
    for data in (b"plain words", b"PK\x03\x04....xl/workbook.xml", b"%PDF-1.7" + b"/Type /Page\n" * 301):
        assert _status(hub, token, hub.upload(token, OBSERVATORY, data, "document")) == "PROCESSING_FAILED"


def test_an_upload_address_expires(world: World, session: requests.Session, hub: Hub, token: str) -> None:
    value = hub.initialize(token, SOLVEIG).json()["value"]
    assert value["uploadUrlExpiresAt"] == int((world.clock.now() + 86_400) * 1000)
    world.clock.advance(86_400)
    answer = session.put(value["uploadUrl"], data=png(), headers={"Authorization": f"Bearer {token}"})
    assert code_of(answer) == (400, "EXPIRED_UPLOAD_URL")


def test_a_video_travels_in_parts_and_is_put_together_by_etags(session: requests.Session, hub: Hub, token: str) -> None:
    data = mp4(2 * PART + 1234)
    value = hub.initialize(token, OBSERVATORY, "video", fileSizeBytes=len(data)).json()["value"]
    spans = [(part["firstByte"], part["lastByte"]) for part in value["uploadInstructions"]]
    assert spans == [(0, PART - 1), (PART, 2 * PART - 1), (2 * PART, 2 * PART + 1233)]
    etags = []
    for part in value["uploadInstructions"]:
        put = session.put(part["uploadUrl"], data=data[part["firstByte"] : part["lastByte"] + 1])
        assert (put.status_code, put.content) == (200, b"")
        etags.append(put.headers["ETag"])
    assert [etag[0] for etag in etags] == ['"', "/", '"'], "both forms of ETag occur"
    bare = [etag.strip('"') for etag in etags]
    for wrong in (etags, bare[::-1], bare[:2], [*bare, bare[0]]):
        assert hub.finalize(token, value, wrong).status_code == 400
    assert hub.finalize(token, {**value, "uploadToken": "another"}, bare).status_code == 400
    assert hub.finalize(token, value, bare).status_code == 200
    told = _stored(session, value["video"])
    assert (told["sha256"], told["size"]) == (hashlib.sha256(data).hexdigest(), len(data))
    assert told["parts"][1]["sha256"] == hashlib.sha256(data[PART : 2 * PART]).hexdigest()


def test_each_part_address_takes_exactly_its_bytes(session: requests.Session, hub: Hub, token: str) -> None:
    """Whoever sends every piece to the first address is told so."""
    data = mp4(PART + 100)
    value = hub.initialize(token, OBSERVATORY, "video", fileSizeBytes=len(data)).json()["value"]
    first = value["uploadInstructions"][0]["uploadUrl"]
    assert session.put(first, data=data[:PART]).status_code == 200
    assert session.put(first, data=data[PART:]).status_code == 400
    assert code_of(hub.finalize(token, value, ["a", "b"])) == (400, "MEDIA_ASSET_WAITING_UPLOAD")


def test_a_bearer_on_a_video_part_is_written_down_or_refused(
    world: World, session: requests.Session, hub: Hub, token: str
) -> None:
    value = hub.initialize(token, SOLVEIG, "video", fileSizeBytes=90_000).json()["value"]
    url = value["uploadInstructions"][0]["uploadUrl"]
    headers = {"Authorization": f"Bearer {token}"}
    assert session.get(f"{CONTROL}/linkedin/violations").json() == {"violations": []}
    assert session.put(url, data=mp4(), headers=headers).ok
    (violation,) = session.get(f"{CONTROL}/linkedin/violations").json()["violations"]
    assert "Authorization" in violation["what"]
    assert world.linkedin.summary()["violations"] == 1
    world.switches.set({"linkedin.video_part_bearer": "refuse"})
    assert session.put(url, data=mp4(), headers=headers).status_code == 401


def test_a_video_must_be_ready_before_it_is_posted(world: World, hub: Hub, token: str) -> None:
    world.switches.set({"linkedin.video_processing_s": 60})
    urn = hub.upload_video(token, OBSERVATORY, mp4())
    post = {"content": {"media": {"id": urn, "title": "Dome"}}}
    assert _status(hub, token, urn) == "PROCESSING"
    assert code_of(hub.publish(token, OBSERVATORY, "Early", **post)) == (400, "MEDIA_ASSET_WAITING_UPLOAD")
    world.clock.advance(60)
    assert hub.publish(token, OBSERVATORY, "In time", **post).status_code == 201


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\0\0\0\x14ftypqt  " + b"\0" * 90_000, "no MP4"),
        (b"\x1aE\xdf\xa3" + b"\0" * 90_000, "no MP4"),
        (mp4(2_000), "smaller than"),
        (mp4(seconds=2), "lasts 2 s"),
        (mp4(seconds=1801), "lasts 1801 s"),
    ],
    ids=["quicktime", "matroska", "small", "short", "long"],
)
def test_a_video_that_does_not_fit_fails_with_its_reason(hub: Hub, token: str, data: bytes, reason: str) -> None:
    urn = hub.upload_video(token, OBSERVATORY, data)
    told = hub.call("GET", f"/rest/videos/{enc(urn)}", token).json()
    assert told["status"] == "PROCESSING_FAILED"
    assert reason in told["processingFailureReason"]
    answer = hub.publish(token, OBSERVATORY, "Broken", content={"media": {"id": urn}})
    assert code_of(answer) == (400, "MEDIA_ASSET_PROCESSING_FAILED")


def test_captions_and_thumbnails_have_addresses_of_their_own(session: requests.Session, hub: Hub, token: str) -> None:
    wish = {"fileSizeBytes": 90_000, "uploadCaptions": True, "uploadThumbnail": True}
    value = hub.initialize(token, OBSERVATORY, "video", **wish).json()["value"]
    for name in ("captionsUploadUrl", "thumbnailUploadUrl"):
        assert session.put(value[name], data=b"x").status_code == 201


def test_uploads_survive_a_restart(tmp_path: Any) -> None:
    path = tmp_path / "town.db"
    town = World(state=path)
    town.clock.freeze(NOON)
    session = requests.Session()
    for prefix in ("https://api.linkedin.com", "https://www.linkedin.com"):
        session.mount(prefix, SandboxAdapter(create_app(town)))
    hub = Hub(session)
    token = hub.redeem(town.linkedin.consent(scopes=PLUS)["code"]).json()["access_token"]
    urn = hub.upload(token, SOLVEIG, png())
    town.close()
    again = World(state=path)
    asset = again.linkedin.state.assets.get(urn)
    assert asset is not None
    assert again.linkedin.state.blobs.get(asset.parts[0]["key"]) == png()
    again.close()
