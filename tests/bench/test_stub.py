"""The stub platform answers what a page's feed answers, late by its latency, and remembers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from bench.hub import Stub
from bench.processes import Program, python
from tests.servers.process import free_port


@pytest.fixture
def stub() -> Iterator[Stub]:
    port = free_port()
    with Program(f"stub-test-{port}", python("bench.stub", "--port", str(port), "--latency-ms", "5")) as program:
        program.wait_for_words("ready")
        yield Stub(program, port)
        program.log.unlink(missing_ok=True)


def test_every_post_gets_an_id_of_its_own_and_is_remembered(stub: Stub) -> None:
    with requests.Session() as session, ThreadPoolExecutor(4) as threads:
        urls = [f"{stub.url}/v25.0/{page}/feed" for page in (1, 2) for _ in range(10)]
        answers = list(threads.map(lambda url: session.post(url, json={"message": "hello"}, timeout=10).json(), urls))
    assert len({answer["id"] for answer in answers}) == 20
    assert sorted(page for page, _, _, _ in stub.posts()) == ["1"] * 10 + ["2"] * 10
    assert all(answered > received for _, _, received, answered in stub.posts())


def test_it_forgets_when_told_to(stub: Stub) -> None:
    requests.post(f"{stub.url}/v25.0/1/feed", json={"message": "hello"}, timeout=10)
    stub.reset(latency_ms=1)
    assert stub.count() == 0


def test_it_knows_nothing_else(stub: Stub) -> None:
    assert requests.get(f"{stub.url}/v25.0/me", timeout=10).status_code == 404
