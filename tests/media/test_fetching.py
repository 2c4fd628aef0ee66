"""Files by address: what a stranger's address may lead to, and what a stranger's server can do to us."""

import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from media import fetching
from media.addresses import is_public
from media.models import Media
from tests.media import making
from tests.media.conftest import files_in, nothing_is_kept
from tests.media.servers import Server, encrypted, running

PUBLIC = "93.184.215.14"
NOT_ALLOWED = "media_url_not_allowed"
FAILED = "media_url_failed"


def ask(api: Client, url: str, **more: Any) -> Any:
    return api.post("/api/media/", {"url": url, **more}, content_type="application/json")


@pytest.fixture
def stranger() -> Iterator[Server]:
    with running(Server()) as server:
        yield server


@pytest.fixture
def loopback(settings: Any) -> None:
    """The permission that only tests and the sandbox have."""
    settings.MEDIA_FETCH_ALLOW_LOOPBACK = True


class Net:
    """The socket boundary: names resolve as told, and public addresses lead to a server on loopback."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: dict[str, list[list[str]]] = {}
        self.resolved: list[str] = []
        self.connected: list[tuple[str, int]] = []
        self.leads_to: tuple[str, int] | None = None
        resolve, connect = socket.getaddrinfo, socket.socket.connect
        own = urlsplit(settings.REDIS_URL)
        ours = (own.hostname, own.port)  # the hub counts calls there, whatever they ask for

        def getaddrinfo(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
            if (host, port) == ours:
                return resolve(host, port, *args, **kwargs)
            self.resolved.append(host)
            if host not in self.answers:
                return resolve(host, port, *args, **kwargs)
            told = self.answers[host]
            found = told.pop(0) if len(told) > 1 else told[0]
            return [entry for address in found for entry in resolve(address, port, *args, **kwargs)]

        def redirected(link: Any, place: Any) -> None:
            if (place[0], place[1]) == ours:
                return connect(link, place)
            self.connected.append((place[0], place[1]))
            if self.leads_to is None:
                raise ConnectionRefusedError
            return connect(link, self.leads_to)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        monkeypatch.setattr(socket.socket, "connect", redirected)


@pytest.fixture
def net(monkeypatch: pytest.MonkeyPatch) -> Net:
    return Net(monkeypatch)


# --- where an address may lead -------------------------------------------------------------------------------------

PRIVATE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "169.254.169.254",  # noqa: S104 - nothing is bound to it
    "100.64.0.1", "100.100.100.200", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16", "192.88.99.1",
    "::", "::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "2001:db8::1", "100::1",
    "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1", "2002:7f00:1::", "2002:a9fe:a9fe::1", "2001:0:7f00:1::", "2001:0:4136:e378:8000:63bf:80ff:fffe",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_an_address_that_is_not_public_is_known_as_such(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_a_public_address_is_known_as_such(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize("address", PRIVATE)
def test_nothing_is_fetched_from_an_address_that_is_not_public(address: str, api: Client, net: Net, root: Path) -> None:
    host = f"[{address}]" if ":" in address else address
    answer = ask(api, f"http://{host}/latest/meta-data/")
    assert (answer.status_code, answer.json()["code"]) == (422, NOT_ALLOWED)
    assert net.connected == []
    assert nothing_is_kept(root)


@pytest.mark.parametrize("address", PRIVATE)
def test_nothing_is_fetched_from_a_name_that_leads_to_such_an_address(address: str, api: Client, net: Net) -> None:
    net.answers["photos.example"] = [[PUBLIC, address]]
    answer = ask(api, "https://photos.example/a.jpg")
    assert answer.json()["code"] == NOT_ALLOWED, "one bad address among good ones is enough"
    assert address not in answer.content.decode()
    assert net.connected == []


@pytest.mark.parametrize(
    "url",
    [
        "http://localhost/", "http://LOCALHOST./", "http://2130706433/", "http://017700000001/", "http://0x7f000001/",
        "http://0x7f.1/", "http://127.1/", "http://0/", "http://0177.0.0.1/", "http://%31%32%37.0.0.1/", "http://[::ffff:7f00:1]/",
        "http://[::1%25lo]/", "http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/",
    ],
)  # fmt: skip
def test_other_ways_to_write_this_machine_lead_nowhere(url: str, api: Client, net: Net, root: Path) -> None:
    answer = ask(api, url)
    assert answer.status_code == 422
    assert answer.json()["code"] in {NOT_ALLOWED, FAILED}
    assert net.connected == []
    assert nothing_is_kept(root)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://photos.example/a.jpg", "file:///etc/passwd", "gopher://photos.example/", "data:image/png;base64,AAAA",
        "//photos.example/a.jpg", "photos.example/a.jpg", "http://", "http:///a.jpg", "https://photos.example:0/",
        "https://me:secret@photos.example/a.jpg", "https://me@photos.example/", "https://@photos.example/",
        "http://photos.example\\@127.0.0.1/", "http://photos.example/ a.jpg", "http://photos.example/\r\nX-Evil: 1",
        "http://photos.example:99999/", "http://[::1/", "http://photos.example\x00.evil/",
    ],
)  # fmt: skip
def test_an_address_with_tricks_in_it_is_refused_before_anything_is_asked(url: str, api: Client, net: Net) -> None:
    answer = ask(api, url)
    assert answer.status_code in {400, 422}
    assert (net.resolved, net.connected) == ([], [])
    assert "secret" not in answer.content.decode()


@pytest.mark.parametrize("port", [22, 25, 6379, 8080])
def test_only_the_ports_of_the_web_are_asked(port: int, api: Client, net: Net) -> None:
    net.answers["photos.example"] = [[PUBLIC]]
    assert ask(api, f"http://photos.example:{port}/").json()["code"] == NOT_ALLOWED
    assert net.connected == []


def test_further_ports_can_be_allowed(settings: Any, api: Client, net: Net, stranger: Server) -> None:
    settings.MEDIA_FETCH_PORTS = (80, 443, 8080)
    net.answers["photos.example"], net.leads_to = [[PUBLIC]], ("127.0.0.1", stranger.port)
    assert ask(api, "http://photos.example:8080/photo.jpg").status_code == 201


def test_a_name_that_changes_its_mind_is_connected_to_at_the_address_that_was_checked(
    api: Client, net: Net, stranger: Server
) -> None:
    net.answers["rebind.example"] = [[PUBLIC], ["127.0.0.1"]]
    net.leads_to = ("127.0.0.1", stranger.port)
    assert ask(api, "http://rebind.example/photo.jpg").status_code == 201
    assert net.resolved == ["rebind.example"], "resolved once; there is no second time to lie"
    assert net.connected == [(PUBLIC, 80)]
    assert stranger.asked[0][0] == "rebind.example"


def test_a_redirect_is_checked_like_a_first_address(api: Client, net: Net, stranger: Server, root: Path) -> None:
    net.answers["photos.example"], net.leads_to = [[PUBLIC]], ("127.0.0.1", stranger.port)
    for inner in (
        f"http://127.0.0.1:{stranger.port}/photo.jpg",
        "http://[::1]/",
        "http://169.254.169.254/",
        "file:///x",
    ):
        answer = ask(api, f"http://photos.example/onward?to={inner}")
        assert answer.json()["code"] == NOT_ALLOWED, inner
    assert net.connected == [(PUBLIC, 80)] * 4
    assert [path for _, path, _ in stranger.asked if "onward" not in path] == []
    assert nothing_is_kept(root)


def test_a_redirect_to_a_name_that_changes_its_mind_is_refused(api: Client, net: Net, stranger: Server) -> None:
    net.answers["rebind.example"], net.leads_to = [[PUBLIC], ["10.0.0.7"]], ("127.0.0.1", stranger.port)
    answer = ask(api, "http://rebind.example/onward?to=https://rebind.example/photo.jpg")
    assert answer.json()["code"] == NOT_ALLOWED
    assert net.connected == [(PUBLIC, 80)]


def test_no_proxy_of_the_environment_is_asked_instead(api: Client, net: Net, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:3128")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:3128")
    net.answers["photos.example"] = [[PUBLIC]]
    ask(api, "http://photos.example/photo.jpg")
    assert net.connected == [(PUBLIC, 80)]


def test_tls_names_the_host_that_was_asked_for_and_trusts_no_other(
    api: Client, net: Net, tmp_path: Path, root: Path
) -> None:
    names: list[str | None] = []
    with running(encrypted(Server(), tmp_path, names)) as server:
        net.answers["photos.example"], net.leads_to = [[PUBLIC]], ("127.0.0.1", server.port)
        answer = ask(api, "https://photos.example/photo.jpg")
    assert names == ["photos.example"]
    assert net.connected == [(PUBLIC, 443)]
    assert (answer.json()["code"], "certificate" in answer.json()["detail"]) == (FAILED, True)
    assert nothing_is_kept(root)


def test_a_host_with_very_many_addresses_is_not_tried_for_ever(api: Client, net: Net) -> None:
    net.answers["many.example"] = [[f"93.184.215.{last}" for last in range(1, 200)]]
    assert ask(api, "http://many.example/").json()["code"] == FAILED
    assert len(net.connected) <= 4


# --- what a stranger's server can do -------------------------------------------------------------------------------


def test_a_file_is_fetched_and_known_by_its_bytes_whatever_its_server_says(
    api: Client, loopback: None, stranger: Server
) -> None:
    answer = ask(api, f"{stranger.url}/photo.jpg?key=secret#part")
    assert answer.status_code == 201, answer.json()
    told = answer.json()
    assert (told["content_type"], told["name"]) == ("image/jpeg", "photo.jpg")
    assert told["source_url"] == f"{stranger.url}/photo.jpg", "a query may hold keys, so it is not kept"
    assert "secret" not in str(list(Media.objects.values()))
    headers = stranger.asked[0][2]
    assert "Authorization" not in headers
    assert "Cookie" not in headers


def test_a_page_that_says_it_is_a_picture_is_refused(api: Client, loopback: None, stranger: Server, root: Path) -> None:
    answer = ask(api, f"{stranger.url}/page")
    assert (answer.status_code, answer.json()["code"]) == (422, "file_unsupported")
    assert nothing_is_kept(root)


def test_a_redirect_is_followed(api: Client, loopback: None, stranger: Server) -> None:
    answer = ask(api, f"{stranger.url}/onward?to=/photo.jpg")
    assert answer.status_code == 201
    assert answer.json()["source_url"] == f"{stranger.url}/onward"


def test_redirects_without_end_are_ended(api: Client, loopback: None, stranger: Server) -> None:
    assert ask(api, f"{stranger.url}/again").json()["code"] == FAILED
    assert len(stranger.asked) == fetching.MOST_REDIRECTS + 1


def test_an_error_is_told_by_its_number_and_not_by_its_words(api: Client, loopback: None, stranger: Server) -> None:
    answer = ask(api, f"{stranger.url}/nowhere")
    assert "404" in answer.json()["detail"]
    assert "inner secrets" not in answer.content.decode()


def test_a_body_that_breaks_off_is_no_file(api: Client, loopback: None, stranger: Server, root: Path) -> None:
    assert ask(api, f"{stranger.url}/short").json()["code"] == FAILED
    assert nothing_is_kept(root)


def test_a_packed_body_is_not_unpacked(api: Client, loopback: None, stranger: Server) -> None:
    answer = ask(api, f"{stranger.url}/zipped")
    assert "gzip" in answer.json()["detail"]
    assert stranger.asked[0][2]["Accept-Encoding"] == "identity"


def test_a_body_announced_as_gigantic_is_not_read(api: Client, loopback: None, stranger: Server) -> None:
    answer = ask(api, f"{stranger.url}/huge")
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")


def test_a_body_without_end_is_ended_at_the_limit(
    api: Client, loopback: None, stranger: Server, settings: Any, root: Path
) -> None:
    settings.MEDIA_MOST_BYTES = {**settings.MEDIA_MOST_BYTES, "image": 2_000_000}
    answer = ask(api, f"{stranger.url}/endless")
    assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
    assert nothing_is_kept(root)


@pytest.mark.parametrize("how", ["dripping", "dripping-headers"])
def test_a_server_that_drips_is_left_when_the_time_is_over(
    how: str, api: Client, loopback: None, stranger: Server, settings: Any, root: Path
) -> None:
    settings.MEDIA_FETCH_TIMEOUT = timedelta(seconds=1)
    started = time.monotonic()
    answer = ask(api, f"{stranger.url}/{how}")
    assert time.monotonic() - started < 4
    assert answer.json()["code"] == FAILED
    assert "longer than 1 seconds" in answer.json()["detail"]
    assert nothing_is_kept(root)


def test_a_port_where_nobody_listens_is_told_without_details(api: Client, loopback: None) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        answer = ask(api, f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert answer.json()["code"] == FAILED
    assert "127.0.0.1" not in answer.json()["detail"]


def test_slow_servers_cannot_take_every_thread(api: Client, loopback: None, stranger: Server, settings: Any) -> None:
    settings.MEDIA_FETCH_IN_FLIGHT = 1
    with fetching._slot():
        answer = ask(api, f"{stranger.url}/photo.jpg")
    assert (answer.status_code, answer.json()["code"]) == (503, "media_busy")
    assert ask(api, f"{stranger.url}/photo.jpg").status_code == 201


def test_the_permission_for_loopback_opens_loopback_and_nothing_else(api: Client, loopback: None, net: Net) -> None:
    for address in ("10.0.0.1", "169.254.169.254", "[fd00::1]", "192.168.0.1"):
        assert ask(api, f"http://{address}/").json()["code"] == NOT_ALLOWED
    assert net.connected == []


def test_without_the_permission_the_same_server_is_out_of_reach(api: Client, stranger: Server) -> None:
    assert ask(api, f"{stranger.url}/photo.jpg").json()["code"] == NOT_ALLOWED
    assert stranger.asked == []


def test_the_name_may_be_given(api: Client, loopback: None, stranger: Server, root: Path) -> None:
    assert ask(api, f"{stranger.url}/photo.jpg", name="Summer.png").json()["name"] == "Summer.jpg"
    assert len(files_in(root)) == 1
    assert files_in(root)[0].read_bytes() == making.picture()
