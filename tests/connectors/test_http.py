"""The one door to the network: every silence is named, every wait is bounded, and nothing secret is told."""

import datetime as dt
import ipaddress
import json
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import requests
import responses
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from connectors import http, way_out
from connectors.errors import ConnectorError, OutcomeUnknown, TransientError, UnexpectedAnswer
from connectors.http import Answer, Http, Timeouts
from tests.connectors import wire

TOKEN = "EAAhttpcanary0123456789abcdefghijklmnop"
URL = "https://graph.example/v25.0/me"
CHANGES = pytest.mark.parametrize(("changes", "lost"), [(False, TransientError), (True, OutcomeUnknown)])


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def mocked() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def door(*, connect: float = 1, read: float = 0.4, total: float = 0.8) -> Http:
    return Http("meta", Timeouts(timedelta(seconds=connect), timedelta(seconds=read), timedelta(seconds=total)))


def call(url: str, *, changes: bool = False, door: Http = door()) -> Answer:  # noqa: B008 - holds no state
    return door.call(
        "POST" if changes else "GET",
        f"{url}?access_token={TOKEN}",
        operation="publish",
        changes=changes,
        query={"appsecret_proof": TOKEN},
        json_body={"message": TOKEN} if changes else None,
        headers={"Authorization": f"Bearer {TOKEN}"},
    )


def failure(url: str, *, changes: bool, door: Http = door()) -> ConnectorError:  # noqa: B008 - holds no state
    """Make a call that fails, and see that neither the error nor the logs tell anything of URL, token or body."""
    with capture_logs() as logs, pytest.raises(ConnectorError) as caught:
        call(url, changes=changes, door=door)
    error = caught.value
    told = f"{error!r} {error} {error.args} {error.remedy} {error.reply} {error.fingerprint} {logs}"
    assert TOKEN not in told
    assert "v25.0/me" not in told
    assert error.__cause__ is None
    assert error.__suppress_context__ or error.__context__ is None
    assert (error.platform, error.operation) == ("meta", "publish")
    assert error.cause
    assert error.remedy
    return error


# --- it never left ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("changes", [False, True])
def test_a_refused_connection_surely_sent_nothing(changes: bool) -> None:
    error = failure(f"http://127.0.0.1:{wire.closed_port()}/v25.0/me", changes=changes)
    assert type(error) is TransientError
    assert "could not be reached at 127.0.0.1:" in error.cause
    assert "(connection refused or name unknown)" in error.cause
    assert "Nothing was sent" in error.remedy


@pytest.mark.parametrize("changes", [False, True])
def test_a_name_that_does_not_resolve_surely_sent_nothing(changes: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*args: object, **kwargs: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    error = failure("https://graph.unknown.invalid/v25.0/me", changes=changes)
    assert type(error) is TransientError
    assert "could not be reached at graph.unknown.invalid (connection refused or name unknown)" in error.cause


@pytest.mark.parametrize("changes", [False, True])
def test_a_connection_that_is_not_accepted_in_time_surely_sent_nothing(
    changes: bool, mocked: responses.RequestsMock
) -> None:
    mocked.add(responses.Response("POST" if changes else "GET", URL, body=requests.ConnectTimeout(TOKEN)))
    error = failure(URL, changes=changes)
    assert type(error) is TransientError
    assert "no connection in time" in error.cause


@pytest.mark.parametrize("changes", [False, True])
def test_a_server_that_speaks_no_tls_was_sent_nothing(changes: bool) -> None:
    with wire.listening(wire.answer(), reads=False) as server:
        error = failure(f"https://127.0.0.1:{server.port}/v25.0/me", changes=changes)
    assert type(error) is TransientError
    assert "the TLS handshake failed" in error.cause


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A key and a certificate of our own for 127.0.0.1, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    today = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "own.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


@pytest.mark.parametrize("changes", [False, True])
def test_a_certificate_nobody_vouches_for_surely_stops_the_call(changes: bool, tls: ssl.SSLContext) -> None:
    with wire.listening(wire.answer(), tls=tls) as server:
        error = failure(server.url(), changes=changes)
        assert server.requests == []
    assert type(error) is TransientError
    assert "the TLS handshake failed" in error.cause


def test_an_operators_own_certificate_authority_is_trusted(
    tls: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    with wire.listening(wire.answer(), tls=tls) as server:
        assert call(server.url()).data == {"ok": True}


@CHANGES
def test_tls_that_breaks_after_the_request_was_sent_leaves_the_outcome_open(
    changes: bool,
    lost: type[ConnectorError],
    tls: ssl.SSLContext,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The platform has the request; a record that does not decrypt says nothing of what became of it."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))

    def break_the_records(stream: socket.socket) -> None:
        socket.socket(fileno=socket.dup(stream.fileno())).sendall(b"this is no TLS record at all")

    with wire.listening(break_the_records, tls=tls) as server:
        error = failure(server.url(), changes=changes)
        assert len(server.requests) == 1
    assert type(error) is lost
    assert "the TLS connection broke" in error.cause


@CHANGES
def test_tls_that_breaks_in_the_middle_of_the_answer_leaves_the_outcome_open(
    changes: bool,
    lost: type[ConnectorError],
    tls: ssl.SSLContext,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))

    def break_the_answer(stream: socket.socket) -> None:
        stream.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
        socket.socket(fileno=socket.dup(stream.fileno())).sendall(b"this is no TLS record at all")

    with wire.listening(break_the_answer, tls=tls) as server:
        error = failure(server.url(), changes=changes)
    assert type(error) is lost
    assert error.reply.status == 200


# --- it left, and no answer came ----------------------------------------------------------------------------------------


@CHANGES
def test_silence_after_the_request_leaves_the_outcome_open(changes: bool, lost: type[ConnectorError]) -> None:
    with wire.listening(wire.silence(0.6)) as server:
        error = failure(server.url(), changes=changes, door=door(read=0.2))
    assert type(error) is lost
    assert "it took too long" in error.cause


@CHANGES
@pytest.mark.parametrize("script", [wire.reset, wire.hang_up])
def test_a_connection_that_breaks_after_the_request_leaves_the_outcome_open(
    changes: bool, lost: type[ConnectorError], script: wire.Script
) -> None:
    with wire.listening(script) as server:
        error = failure(server.url(), changes=changes)
        assert len(server.requests) == 1, "it arrived, and was not sent again"
    assert type(error) is lost
    assert "the connection broke" in error.cause


@CHANGES
@pytest.mark.parametrize(
    "script",
    [
        wire.drip(b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", b"x", every=0.1, times=30),
        wire.drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", every=0.1, times=30),
        wire.drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x", every=0.1, times=30),
    ],
    ids=["with a length", "in chunks", "without a length"],
)
def test_an_answer_that_trickles_is_given_up_at_the_total_deadline(
    changes: bool, lost: type[ConnectorError], script: wire.Script
) -> None:
    started = time.monotonic()
    with wire.listening(script) as server:
        error = failure(server.url(), changes=changes, door=door(read=0.3, total=0.5))
        assert time.monotonic() - started < 1.5
    assert type(error) is lost
    assert error.reply.status == 200


@CHANGES
def test_an_answer_cut_off_in_the_middle_is_no_answer(changes: bool, lost: type[ConnectorError]) -> None:
    half = b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"id": "1_2'
    with wire.listening(lambda stream: stream.sendall(half)) as server:
        error = failure(server.url(), changes=changes)
    assert type(error) is lost


@CHANGES
def test_an_answer_that_says_gzip_and_is_not_is_no_answer(changes: bool, lost: type[ConnectorError]) -> None:
    with wire.listening(wire.answer(b"not gzip", headers=("Content-Encoding: gzip",))) as server:
        assert type(failure(server.url(), changes=changes)) is lost


def test_a_connection_is_kept_for_the_next_call() -> None:
    def answer_twice(stream: socket.socket) -> None:
        for _ in range(2):
            stream.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\n{"ok": true}')
            if not wire.read_request(stream):
                return

    with wire.listening(answer_twice) as server:
        assert call(server.url()).data == {"ok": True}
        assert call(server.url()).data == {"ok": True}
        assert len(server.requests) == 1, "one connection served both"
        way_out.session().get_adapter(server.url()).close()


@CHANGES
def test_an_answer_without_any_http_leaves_the_outcome_open(changes: bool, lost: type[ConnectorError]) -> None:
    with wire.listening(lambda stream: stream.sendall(b"\x00\x01 nonsense\r\n\r\n")) as server:
        assert type(failure(server.url(), changes=changes)) is lost


@CHANGES
def test_a_body_far_too_long_is_cut_off(
    changes: bool, lost: type[ConnectorError], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "LARGEST_ANSWER_BYTES", 200_000)
    with wire.listening(wire.answer(b"[" + b"1," * 400_000 + b"1]")) as server:
        error = failure(server.url(), changes=changes, door=door(read=5, total=5))
    assert type(error) is (OutcomeUnknown if changes else UnexpectedAnswer)
    assert "far longer" in error.cause
    assert error.reply.status == 200


def test_a_body_of_exactly_the_largest_size_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    body = json.dumps({"x": "y" * 100_000}).encode()
    monkeypatch.setattr(http, "LARGEST_ANSWER_BYTES", len(body))
    with wire.listening(wire.answer(body)) as server:
        assert call(server.url(), door=door(read=5, total=5)).data["x"] == "y" * 100_000


def test_the_largest_answer_is_10_megabytes() -> None:
    assert http.LARGEST_ANSWER_BYTES == 10 * 1024 * 1024


# --- what is sent, and what is not --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed_so_a_token_never_leaves_for_another_host(status: int) -> None:
    with wire.listening(wire.answer()) as elsewhere:
        moved = wire.answer(b"", status=f"{status} Moved", headers=(f"Location: {elsewhere.url()}",))
        with wire.listening(moved) as server:
            got = call(server.url())
        assert elsewhere.requests == []
    assert got.status == status
    assert got.data is None
    assert not got.ok


def test_no_cookie_is_kept_from_one_call_to_the_next() -> None:
    with wire.listening(wire.answer(headers=("Set-Cookie: session=of-another-tenant; Path=/",))) as server:
        call(server.url())
        call(server.url())
        assert len(server.requests) == 2
        assert all(b"cookie" not in request.lower() for request in server.requests)
    assert len(way_out.session().cookies) == 0


def test_a_netrc_on_the_machine_does_not_replace_our_authorization(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login stranger password danger\n")
    monkeypatch.setenv("NETRC", str(netrc))
    with wire.listening(wire.answer()) as server:
        call(server.url())
        door().call("GET", server.url(), operation="read", changes=False)
        assert f"Authorization: Bearer {TOKEN}".encode() in server.requests[0]
        assert b"authorization" not in server.requests[1].lower()


def test_what_was_asked_for_is_sent_as_asked() -> None:
    with wire.listening(wire.answer()) as server:
        door().call(
            "POST", server.url("/a"), operation="publish", changes=True, query={"x": "é&="}, json_body={"m": "é 🥐"}
        )
        door().call("POST", server.url("/b"), operation="token", changes=False, form={"code": "a b&c"})
        first, second = server.requests
    assert first.startswith(b"POST /a?x=%C3%A9%26%3D HTTP/1.1")
    assert json.loads(first.split(b"\r\n\r\n", 1)[1]) == {"m": "é 🥐"}
    assert b"Accept: application/json" in first
    assert b"User-Agent: Switchboard" in first
    assert second.endswith(b"code=a+b%26c")


def test_the_last_moment_stops_the_bytes() -> None:
    class LeaseLostHere(Exception):
        """The lease has run out."""

    def stop() -> None:
        raise LeaseLostHere

    with wire.listening(wire.answer()) as server:
        with pytest.raises(LeaseLostHere):
            door().call("POST", server.url(), operation="publish", changes=True, json_body={}, last_moment=stop)
        time.sleep(0.1)
        assert server.requests == []


def test_the_last_moment_is_asked_before_every_piece_and_never_after_the_last() -> None:
    seen: list[int] = []
    with wire.listening(wire.answer()) as server:
        door().call(
            "POST",
            server.url(),
            operation="publish",
            changes=True,
            json_body={"message": "once"},
            last_moment=lambda: seen.append(len(server.requests)),
        )
        assert len(server.requests) == 1
        door().call("POST", server.url(), operation="read", changes=False, json_body={})
    assert len(seen) >= 3, "at first, before connecting, and before the bytes"
    assert set(seen) == {0}


@pytest.mark.parametrize("asked_before", [1, 2])
def test_a_lease_that_runs_out_between_the_pieces_keeps_the_rest_back(asked_before: int) -> None:
    """A thread that stood still while it connected, or behind the head, sends nothing that could be acted on."""

    class LeaseLostHere(Exception):
        """The lease has run out."""

    asked = 0

    def stop_later() -> None:
        nonlocal asked
        asked += 1
        if asked > asked_before:
            raise LeaseLostHere

    with wire.listening(wire.answer(), reads=False) as server:
        with pytest.raises(LeaseLostHere):
            door().call(
                "POST",
                server.url(),
                operation="publish",
                changes=True,
                json_body={"message": "doubled"},
                last_moment=stop_later,
            )
        time.sleep(0.1)
        assert all(b"doubled" not in sent for sent in server.requests)


# --- the answer -------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
def test_any_body_is_either_json_or_no_data_and_never_a_crash(body: bytes) -> None:
    parsed = http._parsed(body)
    assert parsed is None or isinstance(parsed, dict | list | str | int | float | bool)


@pytest.mark.parametrize(
    "body", [b"", b"<html>Bad Gateway</html>", b"{", b"\xff\xfe", b"access_token=EAA&expires=5", b'{"a":1}{"b":2}']
)
def test_a_body_that_is_no_json_gives_no_data(body: bytes) -> None:
    with wire.listening(wire.answer(body, status="502 Bad Gateway")) as server:
        got = call(server.url())
    assert (got.status, got.data, got.ok) == (502, None, False)


def test_json_nested_beyond_measure_is_no_data_and_no_crash() -> None:
    with wire.listening(wire.answer(b"[" * 200_000)) as server:
        assert call(server.url(), door=door(read=5, total=5)).data is None


@pytest.mark.parametrize("changes", [False, True])
def test_an_error_status_is_an_answer_like_any_other(changes: bool, mocked: responses.RequestsMock) -> None:
    mocked.add("POST" if changes else "GET", URL, json={"error": {"code": 190}}, status=400, headers={"X-Trace": "A1"})
    got = call(URL, changes=changes)
    assert (got.status, got.data["error"]["code"], got.ok) == (400, 190, False)
    assert got.headers["x-trace"] == "A1", "names of headers are read whatever their case"
    assert got.elapsed >= timedelta()


def test_a_call_is_logged_by_operation_host_and_status_and_by_nothing_else(
    mocked: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="connectors.http")
    mocked.add("GET", URL, json={"access_token": TOKEN})
    with capture_logs() as logs:
        call(URL)
    entry = next(entry for entry in logs if entry["event"] == "platform.call")
    assert set(entry) == {"event", "log_level", "platform", "operation", "method", "host", "status", "ms"}
    assert (entry["host"], entry["status"], entry["operation"]) == ("graph.example", 200, "publish")
    assert TOKEN not in str(logs)


def test_no_call_waits_longer_to_be_answered_than_it_may_take_in_all(mocked: responses.RequestsMock) -> None:
    mocked.add("GET", URL, json={}, match=[responses.matchers.request_kwargs_matcher({"timeout": (1.0, 2.0)})])
    assert call(URL, door=door(read=30, total=2)).ok
