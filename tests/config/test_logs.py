"""Logs: whatever has the name, the type or the shape of a secret is struck out before it is written."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from config import logs
from config.logs import redact, redact_text
from foundation.secret import Secret
from tenants.keys import new_key_text
from tests.vault.test_leaks import written

__all__ = ["written"]

META_TOKEN = "EAAB" + "x1Y" * 40


def struck(**event: Any) -> str:
    return repr(redact(None, "info", event))


@pytest.mark.parametrize(
    "name",
    [
        "token", "access_token", "refresh_token", "page_token", "client_secret", "app_secret", "password", "Authorization",
        "HTTP_AUTHORIZATION", "api_key", "apikey", "API_KEY", "cookie", "set_cookie", "code_verifier", "signed_request",
    ],
)  # fmt: skip
def test_a_field_with_the_name_of_a_secret_is_struck_out_whatever_it_holds(name: str) -> None:
    for value in ("canary", ["canary"], {"x": "canary"}, b"canary", 4711):
        assert "canary" not in struck(**{name: value})
        assert "4711" not in struck(**{name: value})


@pytest.mark.parametrize(
    "wrap", [lambda x: x, lambda x: {"a": x}, lambda x: [x], lambda x: (x, 1), lambda x: {"a": [{"b": x}]}]
)
def test_a_secret_is_struck_out_however_deep_it_lies(wrap: Callable[[Any], Any]) -> None:
    key = new_key_text()
    for value in (Secret("canary"), f"sent {META_TOKEN} there", f"with {key}", "GET /cb?code=canary&state=canary HTTP"):
        told = struck(detail=wrap(value))
        assert "canary" not in told
        assert META_TOKEN not in told
        assert key not in told
    assert "canary" not in struck(detail=wrap({"access_token": "canary"}))


def test_an_object_whose_text_shows_a_secret_is_written_without_it() -> None:
    request = RequestFactory().get("/api/oauth/meta/callback?code=canarycode&state=canarystate&x=1")
    told = struck(request=request)
    assert "canary" not in told
    assert "/api/oauth/meta/callback?code=***&state=***&x=1" in told
    plain = RequestFactory().get("/connections?query=x")
    assert redact(None, "info", {"request": plain})["request"] is plain


def test_the_public_beginning_stays_so_that_people_can_tell_keys_apart() -> None:
    key = new_key_text()
    assert redact_text(f"key {key}.") == f"key {key[:13]}***."
    assert redact_text(f"token {META_TOKEN}") == "token EAA***"
    assert redact_text("https://x/y?access_token=abc&fields=id") == "https://x/y?access_token=***&fields=id"


@pytest.mark.parametrize(
    "name", ["client_secret", "fb_exchange_token", "input_token", "appsecret_proof", "code", "state", "access_token"]
)
def test_a_query_parameter_with_a_secret_is_struck_out_to_its_end(name: str) -> None:
    assert redact_text(f"GET https://h/p?{name}=a.b-c_d%2F|e&limit=5") == f"GET https://h/p?{name}=***&limit=5"


def test_plain_words_numbers_and_ids_are_left_alone() -> None:
    event = {"event": "job.published", "code": 200, "platform": "meta", "tokens_left": 4, "ok": True, "none": None}
    assert redact(None, "info", dict(event)) == event


@given(st.text(alphabet=st.characters(codec="ascii", categories=["L", "N"]), min_size=20, max_size=200))
def test_no_key_of_ours_survives_in_any_surrounding(around: str) -> None:
    key = new_key_text()
    assert key not in redact_text(f"{around} {key} {around}")


@pytest.fixture
def line() -> Iterator[Callable[[], dict[str, Any]]]:
    """Write through the chain as production does, JSON and all, and read the last line back."""
    root = logging.getLogger()
    kept = root.handlers[:]
    root.handlers = []
    logs.set_up(log_format="json", level="INFO")
    out = io.StringIO()
    handler = root.handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(out)
    yield lambda: json.loads(out.getvalue().strip().splitlines()[-1])
    root.handlers = kept
    root.setLevel("ERROR")


def test_a_line_for_collectors_is_json_with_level_logger_and_time_in_utc(line: Callable[[], dict[str, Any]]) -> None:
    structlog.get_logger("somewhere").info("job.published", job="1", token="canary")
    told = line()
    assert (told["event"], told["level"], told["logger"], told["job"]) == ("job.published", "info", "somewhere", "1")
    assert told["timestamp"].endswith("Z")
    assert told["token"] == "***"


def test_lines_of_libraries_go_through_the_same_chain(line: Callable[[], dict[str, Any]]) -> None:
    logging.getLogger("some.library").error(
        "GET %s failed", "https://h/p?access_token=canary", extra={"cookie": "canary"}
    )
    told = line()
    assert told["event"] == "GET https://h/p?access_token=*** failed"
    assert told["cookie"] == "***"


def test_a_traceback_is_written_without_the_secret_it_holds(line: Callable[[], dict[str, Any]]) -> None:
    try:
        int(f"https://h/p?access_token=canary {META_TOKEN}")
    except ValueError:
        structlog.get_logger("somewhere").exception("crashed")
    told = line()
    assert "ValueError" in told["exception"]
    assert "canary" not in json.dumps(told)
    assert META_TOKEN not in json.dumps(told)


def test_a_login_that_fails_for_the_operators_reason_leaves_no_code_in_the_log(
    member_client: Client, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer of 503 is logged by Django at the level of errors, with the request's whole address."""
    monkeypatch.setattr("django.conf.settings.META_APP_SECRET", None)
    member_client.get("/api/oauth/meta/callback?code=canarycode&state=canarystate")
    assert "canary" not in written.getvalue()
    assert "/api/oauth/meta/callback" in written.getvalue()
