"""LinkedIn on a port: addresses as they are written on a real wire."""

from __future__ import annotations

import http.client
import json

import requests

from sandbox.linkedin import demo
from tests.sandbox.linkedin.conftest import NOON
from tests.sandbox.linkedin.hub import CALLBACK, OBSERVATORY, PLUS, VERSION, Hub, code_of, enc, mp4, png
from tests.sandbox.running import Running


def _connected(one: Running) -> tuple[Hub, str]:
    requests.post(f"{one.url}/_sandbox/clock", json={"freeze": NOON}, timeout=5)
    switches = {"linkedin.image_processing_s": 0, "linkedin.video_processing_s": 0}
    requests.post(f"{one.url}/_sandbox/switches", json=switches, timeout=5)
    wish = {
        "response_type": "code",
        "client_id": demo.DEFAULT_APP_ID,
        "redirect_uri": CALLBACK,
        "scope": " ".join(PLUS),
    }
    code = requests.post(f"{one.url}/_sandbox/linkedin/consent", json=wish, timeout=5).json()["code"]
    hub = Hub(requests.Session(), f"{one.url}/api.linkedin.com", f"{one.url}/www.linkedin.com")
    return hub, hub.redeem(code).json()["access_token"]


def test_keys_lists_uploads_and_posts_cross_a_real_wire(one: Running) -> None:
    hub, token = _connected(one)
    image = hub.upload(token, OBSERVATORY, png())
    video = hub.upload_video(token, OBSERVATORY, mp4(4_194_304 + 90_000))
    posts = [
        hub.publish(token, OBSERVATORY, r"Över tråden \(1\)", content={"media": {"id": image}}),
        hub.publish(token, OBSERVATORY, r"Över tråden \(2\)", content={"media": {"id": video}}),
    ]
    urns = [post.headers["x-restli-id"] for post in posts]
    assert [(post.status_code, post.content) for post in posts] == [(201, b"")] * 2
    told = hub.call("GET", f"/rest/posts?ids=List({','.join(map(enc, urns))})", token).json()
    assert set(told["results"]) == set(urns)
    assert code_of(hub.call("GET", f"/rest/posts/{urns[0]}", token)) == (400, "ILLEGAL_ARGUMENT")
    feed = requests.get(f"{one.url}/_sandbox/posts", params={"platform": "linkedin"}, timeout=5).json()["posts"]
    assert sorted(post["message"] for post in feed) == ["Över tråden (1)", "Över tråden (2)"]
    assert hub.call("DELETE", f"/rest/posts/{enc(urns[0])}", token).status_code == 204


def test_a_post_without_a_length_is_refused_on_the_wire(one: Running) -> None:
    _, token = _connected(one)
    connection = http.client.HTTPConnection(one.url.removeprefix("http://"), timeout=5)
    connection.putrequest("POST", "/api.linkedin.com/rest/posts")
    for name, value in (
        ("Authorization", f"Bearer {token}"),
        ("LinkedIn-Version", VERSION),
        ("X-Restli-Protocol-Version", "2.0.0"),
    ):
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["status"]) == (411, 411)
    connection.close()


def test_bytes_sent_in_chunks_arrive_whole(one: Running) -> None:
    hub, token = _connected(one)
    value = hub.initialize(token, OBSERVATORY).json()["value"]
    pieces = (png()[at : at + 16] for at in range(0, len(png()), 16))
    put = requests.put(value["uploadUrl"], data=pieces, headers={"Authorization": f"Bearer {token}"}, timeout=5)
    assert put.status_code == 201
    assert hub.call("GET", f"/rest/images/{enc(value['image'])}", token).json()["status"] == "AVAILABLE"
