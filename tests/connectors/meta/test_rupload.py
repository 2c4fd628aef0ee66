"""The upload host: whole files from an offset on, a lease renewed on the way, and no token for strangers."""

import io
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import pytest
import responses

from connectors.budgets import Budgets
from connectors.errors import (
    ConnectorError,
    ContentRejected,
    OutcomeUnknown,
    ReconnectRequired,
    TransientError,
    UnexpectedAnswer,
)
from connectors.http import Http, Timeouts
from connectors.meta import rupload
from connectors.meta.asset import Asset
from connectors.meta.graph import Graph, GraphHosts
from connectors.types import App, Journal, MediaKind
from foundation.secret import Secret
from tests.connectors import wire
from tests.connectors.meta.stage import File

UPLOAD = "https://rupload.facebook.com"
URL = f"{UPLOAD}/video-upload/v25.0/9"
BODY = bytes(range(256)) * 40
MOMENTS = Timeouts(timedelta(seconds=2), timedelta(seconds=2), timedelta(seconds=5))


@dataclass
class Lease:
    """Counts how often the lease is renewed."""

    renewals: int = 0
    lost: bool = False

    def renew(self) -> None:
        if self.lost:
            raise RuntimeError("the job is no longer ours")
        self.renewals += 1


def asset(*, upload: str = UPLOAD, by_url: bool = False) -> Asset:
    hosts = GraphHosts("https://graph.facebook.com", "https://www.facebook.com", upload, "v25.0")
    http = Http("meta", MOMENTS, name="Meta")
    graph = Graph(http=http, app=App("1", Secret("app secret")), hosts=hosts, budgets=Budgets("meta"))
    return Asset(graph, "5", Secret("PAGE TOKEN"), by_url=by_url)


def film() -> File:
    return File(MediaKind.VIDEO, "video/mp4", BODY, public_url="https://media.example/a.mp4?sig=1")


def send(place: Asset, lease: Any = None, *, url: str = URL, offset: int = 0) -> None:
    rupload.send(place, url, film(), cast(Journal, lease or Lease()), offset=offset, operation="upload")


@responses.activate
def test_a_file_is_sent_from_the_offset_to_its_end_with_the_token_behind_oauth() -> None:
    heard: list[Any] = []

    def answer(request: Any) -> tuple[int, dict[str, str], str]:
        heard.append((dict(request.headers), request.body))
        return 200, {}, '{"success": true}'

    responses.add_callback("POST", URL, answer)
    send(asset(), offset=1000)
    headers, body = heard[0]
    assert (headers["offset"], headers["file_size"]) == ("1000", str(len(BODY)))
    assert headers["Authorization"] == "OAuth PAGE TOKEN"
    assert headers["Content-Length"] == str(len(BODY) - 1000)
    assert body == BODY[1000:]


def test_a_file_arrives_whole_over_a_real_socket() -> None:
    with wire.listening(wire.answer(b'{"success": true}')) as server:
        base = f"http://127.0.0.1:{server.port}"
        send(asset(upload=base), url=URL)
    assert server.requests[0].endswith(BODY)
    assert server.requests[0].startswith(b"POST /video-upload/v25.0/9 ")


@responses.activate
def test_by_address_facebook_is_told_where_the_file_is() -> None:
    seen = responses.post(URL, json={"success": True})
    send(asset(by_url=True))
    assert seen.calls[0].request.headers["file_url"] == "https://media.example/a.mp4?sig=1"
    assert not seen.calls[0].request.body


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/video-upload/v25.0/9",
        "https://rupload.facebook.com.evil.example/9",
        "https://evil.example/?rupload.facebook.com",
        "https://user:pass@evil.example/rupload.facebook.com",
        "nonsense",
    ],
)
def test_a_token_is_sent_to_metas_upload_host_and_to_nobody_else(url: str) -> None:
    with pytest.raises(UnexpectedAnswer, match="host"):
        send(asset(), url=url)


@responses.activate
def test_metas_upload_host_is_reached_where_the_settings_say() -> None:
    seen = responses.post(
        "https://gateway.example/rupload.facebook.com/video-upload/v25.0/9?x=1", json={"success": True}
    )
    send(asset(upload="https://gateway.example/rupload.facebook.com"), url=f"{URL}?x=1")
    assert seen.call_count == 1


def refusal(kind: str, *, retriable: bool = False, message: str = "no") -> dict[str, Any]:
    return {"debug_info": {"retriable": retriable, "type": kind, "message": message}}


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, refusal("OffsetInvalidError"), TransientError),
        (400, refusal("PartialRequestError"), TransientError),
        (400, refusal("ProcessingFailedError", retriable=True), TransientError),
        (400, refusal("ProcessingFailedError"), ContentRejected),
        (500, refusal("ProcessingFailedError"), TransientError),
        (403, refusal("NotAuthorizedError"), ReconnectRequired),
        (401, refusal("Anything"), ReconnectRequired),
        (200, refusal("ProcessingFailedError", retriable=True), TransientError),
        (400, {"error": {"code": 190, "error_subcode": 460, "message": "m"}}, ReconnectRequired),
        (503, {}, OutcomeUnknown),
        (200, {"success": False}, OutcomeUnknown),
        (200, {}, OutcomeUnknown),
        (400, {"odd": 1}, UnexpectedAnswer),
    ],
)
@responses.activate
def test_every_failure_of_the_upload_host_has_its_class(
    status: int, body: dict[str, Any], expected: type[ConnectorError]
) -> None:
    responses.post(URL, json=body, status=status)
    with pytest.raises(expected) as told:
        send(asset())
    assert type(told.value) is expected
    assert "PAGE TOKEN" not in str(told.value)


@responses.activate
def test_a_file_facebook_could_not_fetch_is_not_the_authors_fault() -> None:
    responses.post(URL, json=refusal("ProcessingFailedError"), status=400)
    with pytest.raises(TransientError, match="fetch"):
        send(asset(by_url=True))


def test_the_lease_is_renewed_while_the_bytes_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    moments = iter(range(0, 10_000, 10))
    monkeypatch.setattr("connectors.meta.rupload.time.monotonic", lambda: float(next(moments)))
    lease = Lease()
    stream = rupload.RenewingStream(io.BytesIO(BODY), cast(Journal, lease), left=len(BODY))
    assert b"".join(stream) == BODY
    assert len(stream) == 0
    assert lease.renewals >= 1


def test_a_lost_lease_ends_the_upload() -> None:
    lease = replace(Lease(), lost=True)
    stream = rupload.RenewingStream(io.BytesIO(BODY), cast(Journal, lease), left=len(BODY))
    stream._renewed -= 60
    with pytest.raises(RuntimeError):
        stream.read(1)
