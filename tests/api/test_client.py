"""The Python client: written from the document of today, patient where that is safe, and particular about signatures."""

import base64
import secrets
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks import Webhook

from tools import client as tool

ROOT = Path(__file__).resolve().parents[2]
HUB = "https://hub.example"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(str(ROOT / "clients" / "python"))
    yield
    for name in [name for name in sys.modules if name.split(".")[0] == "switchboard_client"]:
        del sys.modules[name]


def test_the_generated_part_is_what_the_document_of_today_makes(tmp_path: Path) -> None:
    made = tool.generate(tmp_path)
    assert sorted(tool.differences(made, tool.GENERATED)) == [], "run `make client`"


def answering(*answers: Any) -> tuple[Any, list[httpx.Request]]:
    """A client whose line gives these answers, one after the other, and what was asked."""
    from switchboard_client import Switchboard

    asked: list[httpx.Request] = []
    left = list(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        said = left.pop(0)
        if isinstance(said, Exception):
            raise said
        assert isinstance(said, httpx.Response)
        return said

    hub = Switchboard(HUB, "swb_x", sleep=lambda seconds: None)
    hub.api.set_httpx_client(httpx.Client(base_url=HUB, transport=httpx.MockTransport(answer)))
    return hub, asked


POST: dict[str, Any] = {
    "id": str(uuid.UUID(int=1)), "state": "published", "text": "", "link": "", "media": [], "settings": {}, "overrides": {},
    "first_comment": "", "publish_at": None, "time_zone": "", "in_order": False, "idempotency_key": "k", "created_by": "x",
    "created_at": "2026-01-01T00:00:00Z", "jobs": [],
}  # fmt: skip
PROBLEM = {"type": "/docs/errors#x", "title": "No", "status": 503, "code": "database_unavailable", "detail": "Not now."}


def test_publishing_is_repeated_with_the_same_key_when_the_line_breaks_or_the_hub_asks_for_patience() -> None:
    busy = httpx.Response(503, json=PROBLEM, headers={"Retry-After": "2"})
    hub, asked = answering(httpx.ReadTimeout("lost"), busy, httpx.Response(202, json=POST))
    assert hub.publish("Hello", [uuid.UUID(int=2)]).state == "published"
    assert len({request.headers["Idempotency-Key"] for request in asked}) == 1
    assert len(asked) == 3


def test_what_changes_something_without_a_key_is_not_repeated() -> None:
    from switchboard_client.generated.api.jobs import jobs_retry

    hub, asked = answering(httpx.ReadTimeout("lost"))
    with pytest.raises(httpx.ReadTimeout):
        hub.call(jobs_retry, uuid.UUID(int=1))
    assert len(asked) == 1


def test_a_refusal_is_raised_with_its_code() -> None:
    from switchboard_client import Refused
    from switchboard_client.generated.api.posts import posts_get

    hub, _ = answering(httpx.Response(404, json={**PROBLEM, "status": 404, "code": "not_found"}))
    with pytest.raises(Refused, match="404 not_found: Not now") as refused:
        hub.call(posts_get, uuid.UUID(int=1))
    assert refused.value.code == "not_found"


def test_the_rows_of_all_pages_come_one_after_the_other() -> None:
    from switchboard_client.generated.api.posts import posts_list

    first = {"next": f"{HUB}/api/posts/?cursor=abc&limit=1", "previous": None, "results": [POST]}
    second = {"next": None, "previous": f"{HUB}/api/posts/?cursor=x", "results": [POST]}
    hub, asked = answering(httpx.Response(200, json=first), httpx.Response(200, json=second))
    assert len(list(hub.pages(posts_list, limit=1))) == 2
    assert dict(asked[1].url.params) == {"limit": "1", "cursor": "abc", "sort": "-created"}


@pytest.fixture
def delivery() -> tuple[bytes, dict[str, str], str]:
    """A delivery signed by the library that wrote the standard down."""
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    body, moment = b'{"type": "job.published"}', datetime.now(UTC)
    signature = Webhook(secret).sign("msg_1", moment, body.decode())
    headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(moment.timestamp())), "webhook-signature": signature}
    return body, headers, secret


def test_a_delivery_that_is_signed_is_taken_also_while_two_secrets_hold(
    delivery: tuple[bytes, dict[str, str], str],
) -> None:
    from switchboard_client import verify

    body, headers, secret = delivery
    verify(body, headers, secret)
    verify(body, {name.title(): value for name, value in headers.items()}, secret)
    verify(body, {**headers, "webhook-signature": f"v1,bm9wZQ== {headers['webhook-signature']} v2,x"}, secret)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body, headers: (body + b" ", headers),
        lambda body, headers: (body, {**headers, "webhook-id": "msg_2"}),
        lambda body, headers: (body, {**headers, "webhook-timestamp": str(int(time.time()) - 3600)}),
        lambda body, headers: (body, {**headers, "webhook-timestamp": "soon"}),
        lambda body, headers: (body, {**headers, "webhook-signature": ""}),
        lambda body, headers: (
            body,
            {**headers, "webhook-signature": headers["webhook-signature"].replace("v1,", "v2,")},
        ),
        lambda body, headers: (body, {}),
    ],
)
def test_a_delivery_that_is_not_what_was_signed_is_refused(
    delivery: tuple[bytes, dict[str, str], str], spoil: Callable[..., tuple[bytes, dict[str, str]]]
) -> None:
    from switchboard_client import BadSignature, verify

    body, headers, secret = delivery
    spoiled_body, spoiled_headers = spoil(body, headers)
    with pytest.raises(BadSignature):
        verify(spoiled_body, spoiled_headers, secret)
