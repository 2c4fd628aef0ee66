"""The sandbox on a port: real sockets, real kills."""

from __future__ import annotations

import concurrent.futures
import http.client
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from sandbox.meta import demo
from tests.sandbox.hub import Hub
from tests.sandbox.running import ROOT, Running

Start = Callable[..., Running]


def _hub(one: Running, session: requests.Session | None = None) -> Hub:
    return Hub(session or requests.Session(), f"{one.url}/graph.facebook.com/v25.0")


def test_one_connection_serves_many_calls(one: Running) -> None:
    connection = http.client.HTTPConnection(one.url.removeprefix("http://"), timeout=5)
    connection.connect()
    first = connection.sock
    for _ in range(3):
        # A body nobody asked for must not be taken for the next request.
        connection.request("POST", "/_sandbox/healthz", body=b"x" * 5000)
        assert connection.getresponse().read()
        connection.request("GET", "/graph.facebook.com/v25.0/me")
        assert json.loads(connection.getresponse().read())["error"]["code"] == 2500
    assert connection.sock is first
    connection.close()


def test_a_lost_answer_on_a_socket_still_counts_one_post(one: Running) -> None:
    hub = _hub(one)
    token = hub.page_token(one.login(hub), demo.BAKERY)
    requests.post(f"{one.url}/_sandbox/faults", json={"preset": "meta-publish-lost"}, timeout=5)
    with pytest.raises(requests.ConnectionError):
        hub.publish(token, demo.BAKERY, "Anyone there?")
    posts = requests.get(f"{one.url}/_sandbox/posts", timeout=5).json()
    assert [post["message"] for post in posts["posts"]] == ["Anyone there?"]
    counts = requests.get(f"{one.url}/_sandbox/calls", timeout=5).json()["counts"]
    assert counts["POST graph.facebook.com/v25.0/{id}/feed"] == {"calls": 1, "worked": 1}
    assert hub.publish(token, demo.BAKERY, "Again").ok


def test_the_world_survives_a_kill(running: Start, tmp_path: Path) -> None:
    state = str(tmp_path / "town" / "world.db")
    one = running("--state", state)
    hub = _hub(one)
    token = hub.page_token(one.login(hub), demo.BAKERY)
    requests.post(f"{one.url}/_sandbox/clock", json={"advance_s": 86_400}, timeout=5)
    requests.post(f"{one.url}/_sandbox/faults", json={"kind": "slow", "path": "/nowhere"}, timeout=5)
    for number in range(20):
        assert hub.publish(token, demo.BAKERY, f"Post {number}").ok
    before = requests.get(f"{one.url}/_sandbox/state", timeout=5).json()
    one.process.kill()
    one.process.wait(timeout=5)

    other = running("--state", state)
    after = requests.get(f"{other.url}/_sandbox/state", timeout=5).json()
    assert after["platforms"] == before["platforms"]
    assert (after["calls"], after["faults"]) == (before["calls"], 1)
    assert after["clock"]["offset_s"] == 86_400
    hub = _hub(other)
    assert hub.call("POST", f"/{demo.BAKERY}/feed", token, json={"message": "Post 19"}).json()["error"]["code"] == 506
    listed = hub.call("GET", f"/{demo.BAKERY}/published_posts", token, params={"fields": "message"}).json()["data"]
    assert [post["message"] for post in listed] == [f"Post {number}" for number in reversed(range(20))]


def test_a_slow_call_holds_up_nobody_else(one: Running) -> None:
    hub = _hub(one)
    token = one.login(hub)
    requests.post(f"{one.url}/_sandbox/faults", json={"kind": "slow", "delay_s": 1.2, "path": "*/me"}, timeout=5)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        slow = pool.submit(lambda: _hub(one).call("GET", "/me", token))
        time.sleep(0.2)
        began = time.monotonic()
        assert hub.call("GET", "/me/accounts", token).ok
        assert time.monotonic() - began < 0.6
        assert slow.result().ok


def test_many_callers_at_once_leave_exact_counts(one: Running) -> None:
    hub = _hub(one)
    token = hub.page_token(one.login(hub), demo.BAKERY)

    def publish_ten(worker: int) -> None:
        mine = _hub(one)
        for number in range(10):
            assert mine.publish(token, demo.BAKERY, f"{worker}/{number}").ok

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(publish_ten, range(8)))
    posts = requests.get(f"{one.url}/_sandbox/posts", params={"limit": 1000}, timeout=5).json()["posts"]
    assert len({post["message"] for post in posts}) == len(posts) == 80


def test_a_taken_port_is_one_line_and_exit_code_2() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "sandbox", "--port", port], cwd=ROOT, capture_output=True, text=True, timeout=10
        )
    assert ended.returncode == 2
    assert ended.stderr.count("\n") == 1
    assert port in ended.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_at_once(running: Start, number: signal.Signals) -> None:
    one = running()
    began = time.monotonic()
    one.process.send_signal(number)
    assert one.process.wait(timeout=5) == 0
    assert time.monotonic() - began < 1


def test_it_ends_with_its_parent(running: Start) -> None:
    one = running()
    assert one.process.stdin is not None
    one.process.stdin.close()
    assert one.process.wait(timeout=5) == 0


def test_a_state_file_in_use_is_one_line_and_exit_code_2(running: Start, tmp_path: Path) -> None:
    state = str(tmp_path / "world.db")
    running("--state", state)
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--state", state]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert state in ended.stderr


def test_the_access_log_shows_paths_without_their_tokens() -> None:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--verbose", "--exit-with-parent"]
    with subprocess.Popen(command, cwd=ROOT, stdin=-1, stdout=-1, stderr=-1, text=True) as process:
        url = Running(process).url
        requests.get(f"{url}/graph.facebook.com/v25.0/me", params={"access_token": "a-secret"}, timeout=5)
        _, log = process.communicate(timeout=5)
    assert "GET /graph.facebook.com/v25.0/me 400" in log
    assert "a-secret" not in log
