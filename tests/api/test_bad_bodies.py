"""What bad input gets: a clear refusal in the one shape, nothing stored, nothing crashed."""

import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from connectors.models import Destination
from publishing.models import Post
from tests.api.test_routes import counted

JSON = "application/json"


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(answer.content)
    assert (answer.status_code, told["code"]) == (status, code), answer.content[:500]
    assert answer["Content-Type"] == "application/problem+json"
    assert told["status"] == status
    assert told["request_id"] == answer["X-Request-Id"]
    return told


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"null", b"[]", b'"text"', b"1", b"true", b"NaN", b'{"text": NaN}', b'{"text": Infinity}',
        b'{"destinations": [], "destinations": []}', b'{"settings": {"a": {"b": 1, "b": 2}}, "destinations": []}',
        b'{"destinations": [], "settings": {"a": {"b": 1e999}}}', b"[" * 100_000, b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"destinations": [], "text": "\\ud800"}', b'{"destinations": [], "\\udfff": 1}', b'\xff\xfe{"destinations": []}',
        b'{"destinations": [], "text": "\xe9"}', "\ufeff{}".encode(), b'{"destinations": [],}', b"{'destinations': []}",
        b'{"destinations": [' + b"9" * 5000 + b"]}", b'{"destinations": [null]}', b'{"destinations": [[]]}',
        b'{"destinations": {"0": "x"}}', b'{"destinations": [], "in_order": "yes"}', b'{"destinations": [], "in_order": 1}',
        b'{"destinations": [], "text": 1}', b'{"destinations": [], "text": true}', b'{"destinations": [], "media": "x"}',
        b'{"destinations": [], "media": [{}]}', b'{"destinations": [], "media": [{"id": 5}]}',
        b'{"destinations": [], "settings": []}', b'{"destinations": [], "settings": {"a": 1}}',
        b'{"destinations": [], "settings": {"a": {"version": "1"}}}', b'{"destinations": [], "overrides": {"x": {"y": 1}}}',
        b'{"destinations": [], "publish_at": 1700000000}', b'{"destinations": [], "__proto__": {}}',
    ],
    ids=lambda body: repr(body[:40]),
)  # fmt: skip
@pytest.mark.django_db
def test_a_body_that_is_not_what_it_should_be_is_refused_and_nothing_is_stored(api: Client, body: bytes) -> None:
    before = counted()
    for address in ("/api/publish", "/api/publish/check"):
        answer = api.generic("POST", address, body, JSON)
        told = json.loads(answer.content)
        assert answer.status_code in {400, 422}, answer.content[:500]
        refused(answer, answer.status_code, told["code"])
        assert told["code"] in {"malformed_body", "invalid_request", "invalid"}
        assert told["code"] != "invalid_request" or told["errors"]
    assert counted() == before


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/x-www-form-urlencoded", 415), ("multipart/form-data; boundary=x", 415), ("text/plain", 415), ("", 415),
        ("application/json; charset=utf-16", 415), ("application/json; charset=latin-1", 415), ("nonsense", 415),
        ("application/json; charset=UTF-8", 202), ('application/json; charset="utf-8"', 202), ("APPLICATION/JSON", 202),
    ],
)  # fmt: skip
def test_only_json_in_utf_8_is_read(api: Client, destination: Destination, kind: str, status: int) -> None:
    body = json.dumps({"text": "Héllo", "destinations": [str(destination.pk)]}).encode()
    answer = api.generic("POST", "/api/publish", body, kind)
    assert answer.status_code == status, answer.content[:300]
    if status == 415:
        refused(answer, 415, "unsupported_media_type")
        assert Post.objects.count() == 0


def _mutated(body: dict[str, Any], chance: random.Random) -> Any:
    """Return a body with one thing wrong somewhere: a value of another type, or a member nobody knows."""
    odd: list[Callable[[], Any]] = [
        lambda: None, lambda: chance.randrange(-(2**70), 2**70), lambda: chance.random() * 1e300, dict, lambda: [[]],
        lambda: "\x00", lambda: "x" * 200_000, lambda: {"": {"": []}}, lambda: [None] * 30, lambda: "‮\U0001f4a9\ufffe",
        lambda: True, lambda: "-1", lambda: "../../etc/passwd", lambda: "'; DROP TABLE posts; --", lambda: "{{7*7}}${7*7}",
    ]  # fmt: skip
    told: Any = json.loads(json.dumps(body))
    place: Any = told
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        if not keys or (isinstance(place, dict) and chance.random() < 0.15):
            if isinstance(place, dict):
                place[f"x{chance.randrange(99)}"] = chance.choice(odd)()
            else:
                place.append(chance.choice(odd)())
            return told
        key = chance.choice(keys)
        if isinstance(place[key], dict | list) and chance.random() < 0.6:
            place = place[key]
            continue
        place[key] = chance.choice(odd)()
        return told


def test_three_hundred_bodies_with_one_thing_wrong_never_crash_anything(api: Client, destination: Destination) -> None:
    """Whatever is accepted of them is accepted whole; whatever is not leaves no row."""
    chance = random.Random(4711)
    good = {
        "text": "Hello", "link": "https://example.com/", "destinations": [str(destination.pk)], "time_zone": "Europe/Berlin",
        "publish_at": "2099-01-01T09:00:00", "in_order": False, "media": [], "first_comment": "First",
        "settings": {"facebook_page": {"version": 1}}, "overrides": {str(destination.pk): {"text": "There"}},
    }  # fmt: skip
    before = counted()
    for number in range(300):
        body = json.dumps(_mutated(good, chance))
        answer = api.generic("POST", "/api/publish", body, JSON, headers={"Idempotency-Key": f"k{number % 7}"})
        assert answer.status_code in {202, 400, 409, 413, 422}, (body[:2000], answer.content[:500])
        if answer.status_code != 202:
            refused(answer, answer.status_code, answer.json()["code"])
        check = api.generic("POST", "/api/publish/check", body, JSON)
        assert check.status_code in {200, 400, 413, 422}, (body[:2000], check.content[:500])
    # The moment of all of them is too far away, unless that was what changed.
    assert counted()["publishing.Post"] - before["publishing.Post"] == Post.objects.count()


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": "Basic YTpi"}, {"Authorization": "Bearer " + "x" * 6000},
        {"Authorization": "Bearer swb_1 swb_2"}, {"X-API-Key": "é"},
    ],
    ids=lambda headers: str(headers)[:50],
)  # fmt: skip
@pytest.mark.django_db
def test_a_strange_key_is_no_key(headers: dict[str, str]) -> None:
    sent: Any = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}
    refused(
        Client().get("/api/posts/", **sent), 401, "not_authenticated" if "Basic" in str(headers) else "invalid_api_key"
    )


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("order-4711", True), ("a" * 128, True), ("01a2:b.c_d", True), ("a" * 129, False), ("", False), ("a b", False),
        ("a\nb", False), ("<script>", False), ("é", False), ("-a", False),
    ],
)  # fmt: skip
@pytest.mark.django_db
def test_a_request_id_is_taken_when_it_is_one_and_always_told(sent: str, kept: bool) -> None:
    answer = Client().get("/api/posts/", HTTP_X_REQUEST_ID=sent)
    told = refused(answer, 401, "not_authenticated")["request_id"]
    assert (told == sent) is kept
    assert told.isascii()
    assert 1 <= len(told) <= 128


@pytest.mark.django_db
def test_a_strange_host_is_refused_as_a_problem(api: Client) -> None:
    refused(api.get("/api/posts/", HTTP_HOST="evil.example"), 400, "bad_request")


@pytest.mark.django_db
def test_who_writes_without_the_slash_is_told_and_who_reads_is_sent_on(api: Client) -> None:
    told = refused(api.post("/api/dead-letters/redrive", "{}", content_type=JSON), 404, "not_found")
    assert "/api/dead-letters/redrive/" in told["remedy"]
    assert api.get("/api/posts")["Location"] == "/api/posts/"


@pytest.mark.django_db
def test_an_unknown_parameter_is_refused_wherever_it_is_sent(api: Client, destination: Destination) -> None:
    place = f"/api/destinations/{destination.pk}"
    for method, address in [
        ("get", "/api/posts/"), ("get", "/api/platforms/meta/"), ("get", "/api/jobs/"), ("get", f"{place}/reviews/"),
        ("post", "/api/publish"), ("get", "/api/platforms/meta/schemas/facebook_page/"), ("get", "/api/media/"),
        ("get", "/api/dead-letters/causes/"),
    ]:  # fmt: skip
        told = refused(api.generic(method.upper(), f"{address}?colour=red", "{}", JSON), 400, "invalid_request")
        assert [(one["field"], one["code"]) for one in told["errors"]] == [("colour", "unknown_parameter")], address
        assert told["errors"][0]["message"].startswith("There is no such parameter here.")
    refused(api.get("/api/destinations/?enabled=perhaps"), 400, "invalid_request")


HOSTILE_SVG = b"""<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script><text>&b;</text></svg>"""


@pytest.mark.parametrize(
    "name", ["a.svg", "a.jpg", "../../a.svg", "a\x00.jpg", "a.jpg\r\nX: y", "", "é" * 300, "CON.svg"]
)
@pytest.mark.django_db
def test_a_hostile_picture_is_refused_whatever_it_calls_itself(api: Client, name: str) -> None:
    before = counted()
    file = SimpleUploadedFile(name or "x", HOSTILE_SVG, content_type="image/jpeg")
    answer = api.post("/api/media/", {"file": file, "name": name})
    assert answer.status_code in {400, 422}, answer.content
    refused(answer, answer.status_code, answer.json()["code"])
    assert counted() == before
