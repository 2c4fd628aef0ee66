"""Chunks: another host, strict order, bare answers, an hour of time, and bytes that arrive as they were sent."""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

import pytest
import requests

from sandbox.world import World
from tests.sandbox.tiktok.hub import C, Hub, film, ranges

SIZE = 3 * C + 4321


@pytest.fixture
def body() -> bytes:
    return film(SIZE)


def test_chunks_in_order_arrive_byte_for_byte(world: World, hub: Hub, body: bytes) -> None:
    publish_id, url = hub.begin(len(body))
    first, second, last = ranges(len(body))
    one = hub.put(url, body, *first)
    assert (one.status_code, one.content, one.headers["Content-Range"]) == (206, b"", f"bytes 0-{C}/{len(body)}")
    assert hub.status(publish_id) == {
        "status": "PROCESSING_UPLOAD",
        "publicaly_available_post_id": [],
        "uploaded_bytes": C,
    }
    assert hub.put(url, body, *second).status_code == 206
    end = hub.put(url, body, *last)
    assert (end.status_code, end.headers["Content-Range"]) == (201, f"bytes 0-{len(body)}/{len(body)}")
    (told,) = hub.look("publishes", publish_id=publish_id)["publishes"]
    assert told["sha256"] == hashlib.sha256(body).hexdigest()
    assert world.media.kept(told["sha256"]) == body


def test_hosts_and_paths_change_from_upload_to_upload(world: World, hub: Hub) -> None:
    world.switches.set({"tiktok.limit_init": 0})
    parts = [urlsplit(hub.begin(60_000)[1]) for _ in range(60)]
    assert {part.scheme for part in parts} == {"https"}
    assert len({(part.netloc, part.path) for part in parts}) == 4
    assert all(part.netloc.endswith(".tiktokapis.com") and part.netloc != "open.tiktokapis.com" for part in parts)


def test_nothing_is_published_before_the_last_byte(world: World, hub: Hub, body: bytes) -> None:
    publish_id, url = hub.begin(len(body))
    for chunk in ranges(len(body))[:-1]:
        hub.put(url, body, *chunk)
    world.clock.advance(3 * 86_400)
    world.run_errands()
    assert list(world.tiktok.timeline()) == []
    # The token has ended meanwhile, not the publish.
    hub.refresh()
    assert hub.status(publish_id)["status"] == "PROCESSING_UPLOAD"


def test_a_chunk_goes_without_a_token_of_its_own(world: World, hub: Hub, body: bytes) -> None:
    _, url = hub.begin(len(body))
    chunk = ranges(len(body))[0]
    bearer = {"Authorization": f"Bearer {hub.access}"}
    assert hub.put(url, body, *chunk, bearer).status_code == 400
    assert [item["what"] for item in hub.look("violations")["violations"]] == ["A chunk was sent with Authorization."]
    world.switches.set({"tiktok.put_with_bearer": "note"})
    assert hub.put(url, body, *chunk, bearer).status_code == 206
    recorded = hub.look("requests", method="PUT")["requests"]
    assert recorded[0]["headers"]["Authorization"] == "Bearer [redacted]"
    assert recorded[0]["sha256"] == hashlib.sha256(body[:C]).hexdigest()
    assert hub.access not in str(recorded)


def test_an_upload_outlives_its_access_token_but_not_its_hour(world: World, hub: Hub, body: bytes) -> None:
    _, url = hub.begin(len(body))
    first, second, _ = ranges(len(body))
    world.tiktok.revoke({"user": hub.open_id, "how": "expired"})
    world.clock.advance(3_599)
    assert hub.put(url, body, *first).status_code == 206
    world.clock.advance(1)
    assert hub.put(url, body, *second).status_code == 403


def test_an_upload_nobody_began_is_not_there(hub: Hub, body: bytes) -> None:
    _, url = hub.begin(len(body))
    host = urlsplit(url).netloc
    elsewhere = "upload.us.tiktokapis.com" if host != "upload.us.tiktokapis.com" else "open-upload.tiktokapis.com"
    for wrong in (url + "x", url.replace("upload_id=", "upload_id=1"), url.replace(host, elsewhere)):
        assert hub.put(wrong, body, 0, C - 1).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Range": ""},
        {"Content-Range": f"bytes 0-{C - 1}/*"},
        {"Content-Range": f"bytes 0-{C}/{SIZE}"},
        {"Content-Range": f"bytes 0-{C - 1}/{SIZE + 1}"},
        {"Content-Type": "application/octet-stream"},
        {"Transfer-Encoding": "chunked"},
    ],
    ids=str,
)
def test_headers_that_do_not_describe_the_chunk_are_bad(hub: Hub, body: bytes, headers: dict[str, str]) -> None:
    exact = body[:SIZE]
    _, url = hub.begin(SIZE)
    answer = hub.put(url, exact, 0, C - 1, headers)
    assert (answer.status_code, answer.content) == (400, b"")


def test_a_length_that_is_not_that_of_the_body_is_bad(hub: Hub, body: bytes) -> None:
    _, url = hub.begin(len(body))
    headers = {"Content-Range": f"bytes 0-{C - 1}/{len(body)}", "Content-Type": "video/mp4"}
    request = requests.Request("PUT", url, data=body[: C - 1], headers=headers).prepare()
    request.headers["Content-Length"] = str(C)
    assert hub.session.send(request).status_code == 400


def test_chunks_have_the_size_that_was_announced(hub: Hub, body: bytes) -> None:
    _, url = hub.begin(len(body))
    assert hub.put(url, body, 0, C).status_code == 400
    assert hub.put(url, body, 0, len(body) - 1).status_code == 400
    assert hub.send(url, body) == [206, 206, 201]


def test_chunks_out_of_order_are_told_how_far_the_server_is(hub: Hub, body: bytes) -> None:
    _, url = hub.begin(len(body))
    first, second, last = ranges(len(body))
    early = hub.put(url, body, *second)
    assert (early.status_code, early.headers["Content-Range"]) == (416, f"bytes 0-0/{len(body)}")
    hub.put(url, body, *first)
    assert hub.put(url, body, *last).status_code == 416
    assert hub.put(url, body, *second).status_code == 206


def test_what_happens_to_a_stored_range_is_a_switch(world: World, hub: Hub, body: bytes) -> None:
    publish_id, url = hub.begin(len(body))
    first = ranges(len(body))[0]
    hub.put(url, body, *first)
    again = hub.put(url, body, *first)
    assert (again.status_code, again.headers["Content-Range"]) == (416, f"bytes 0-{C}/{len(body)}")
    world.switches.set({"tiktok.put_stored_range": "206", "tiktok.progress_header": "last_index"})
    again = hub.put(url, body, *first)
    assert (again.status_code, again.headers["Content-Range"]) == (206, f"bytes 0-{C - 1}/{len(body)}")
    assert hub.status(publish_id)["uploaded_bytes"] == C


def test_what_happens_after_the_end_is_a_switch_and_never_a_second_post(world: World, hub: Hub, body: bytes) -> None:
    _, url = hub.begin(len(body))
    hub.send(url, body)
    last = ranges(len(body))[-1]
    for answer in ("404", "201", "416"):
        world.switches.set({"tiktok.put_after_end": answer})
        assert hub.put(url, body, *last).status_code == int(answer)
    world.clock.advance(10)
    assert len(list(world.tiktok.timeline())) == 1


def test_bytes_may_be_stored_although_the_answer_says_otherwise(world: World, hub: Hub, body: bytes) -> None:
    publish_id, url = hub.begin(len(body))
    first, second, last = ranges(len(body))
    faults = "http://127.0.0.1:8801/_sandbox/faults"
    hub.session.post(faults, json={"preset": "tiktok-chunk-502-after"})
    answer = hub.put(url, body, *first)
    assert answer.status_code == 502
    assert answer.text.startswith("<html>")
    assert hub.status(publish_id)["uploaded_bytes"] == C
    hub.session.post(faults, json={"preset": "tiktok-chunk-refused"})
    with pytest.raises(requests.ConnectionError):
        hub.put(url, body, *second)
    assert hub.status(publish_id)["uploaded_bytes"] == C
    assert hub.put(url, body, *second).status_code == 206
    hub.session.post(faults, json={"preset": "tiktok-chunk-lost"})
    with pytest.raises(requests.ConnectionError):
        hub.put(url, body, *last)
    world.clock.advance(10)
    assert hub.status(publish_id)["status"] == "PUBLISH_COMPLETE"
    hub.session.post(faults, json={"preset": "tiktok-chunk-slow"})
    _, other = hub.begin(len(body))
    with pytest.raises(requests.exceptions.ReadTimeout):
        hub.put(other, body, *first)


def test_two_equal_inits_are_two_posts(world: World, hub: Hub) -> None:
    ids = {hub.publish(film()) for _ in range(2)}
    world.clock.advance(10)
    assert len(ids) == 2
    assert [item.text for item in world.tiktok.timeline()] == ["Low tide", "Low tide"]


def test_only_put_carries_bytes(hub: Hub, body: bytes) -> None:
    _, url = hub.begin(len(body))
    assert hub.session.post(url, data=b"x").status_code == 400
