"""Every error of the API is a problem document with a stable code, a cause and a remedy."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import OperationalError
from django.db import connection as database
from django.http import HttpResponse
from django.test import Client
from rest_framework import exceptions

from config.problems import MEDIA_TYPE, finding_as_json, problem_response
from connectors.models import Destination
from foundation.errors import Conflict, Finding, Invalid
from tenants.models import Tenant
from tenants.scopes import POSTS_READ
from tenants.services import create_api_key

CRASH = "canary of a crash"


def told(answer: Any, status: int, code: str) -> dict[str, Any]:
    """See that an answer is a problem document, and return it."""
    assert answer.status_code == status, answer.content.decode()[:500]
    assert answer.headers["Content-Type"] == MEDIA_TYPE
    body: dict[str, Any] = answer.json()
    assert set(body) <= {"type", "title", "status", "code", "detail", "remedy", "errors", "request_id"}
    assert (body["status"], body["code"], body["type"]) == (status, code, f"/docs/errors#{code}")
    assert body["title"]
    assert body["detail"]
    assert body.get("remedy") or all(error["remedy"] for error in body["errors"])
    assert body["request_id"]
    return body


def post(api: Client, body: str, content_type: str = "application/json") -> Any:
    return api.post("/api/publish", body, content_type=content_type)


@pytest.mark.parametrize("body", ["{", "", "[" * 100_000, "{'a': 1}", '{"text": NaN}', "nonsense"])
def test_a_body_that_is_no_json(api: Client, body: str) -> None:
    if body == "":
        told(post(api, body), 400, "invalid_request")
        return
    told(post(api, body), 400, "malformed_body")


def test_a_body_that_is_no_utf8(api: Client) -> None:
    answer = api.generic("POST", "/api/publish", b'{"text": "\xff"}', content_type="application/json")
    told(answer, 400, "malformed_body")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml"])
def test_a_wrong_content_type(api: Client, content_type: str) -> None:
    told(post(api, "{}", content_type), 415, "unsupported_media_type")


def test_an_unknown_field_is_named_with_the_known_ones(api: Client) -> None:
    body = told(post(api, '{"txt": "x", "destinations": []}'), 400, "invalid_request")
    finding = next(error for error in body["errors"] if error["field"] == "txt")
    assert finding["code"] == "unknown_field"
    assert "text" in finding["message"]


def test_a_field_deep_inside_is_named_by_its_path(api: Client) -> None:
    place = uuid4()
    body = told(
        post(api, f'{{"destinations": ["{place}", "x"], "overrides": {{"{place}": {{"txt": "y"}}}}}}'),
        400,
        "invalid_request",
    )
    assert {error["field"] for error in body["errors"]} == {"destinations.1", f"overrides.{place}.txt"}


@pytest.mark.parametrize("body", ["[]", '"text"', "7", "null", "[1, 2]"])
def test_json_that_is_no_object(api: Client, body: str) -> None:
    told(post(api, body), 400, "invalid_request")


def test_no_key(client: Client, db: None) -> None:
    answer = client.get("/api/posts/")
    told(answer, 401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_key(client: Client, db: None) -> None:
    answer = client.get("/api/posts/", headers={"Authorization": "Bearer swb_00000000_wrong"})
    told(answer, 401, "invalid_api_key")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_missing_scope(client: Client, tenant: Tenant) -> None:
    _, key = create_api_key(tenant=tenant, name="Reader", scopes=[POSTS_READ], actor="system:test")
    answer = client.get("/api/connections/", headers={"X-API-Key": key.reveal()})
    assert "connections:read" in told(answer, 403, "missing_scope")["detail"]


@pytest.mark.parametrize(
    "path", ["/api/connections/{}/", "/api/posts/{}/", "/api/jobs/{}/"], ids=["connection", "post", "job"]
)
def test_an_unknown_id(api: Client, path: str) -> None:
    told(api.get(path.format(uuid4())), 404, "not_found")


@pytest.mark.parametrize(
    "path", ["/api/nowhere", "/api/nowhere/", "/api/connections/no-id/", "/api/", "/api/posts/x/y/"]
)
def test_an_unknown_address_below_api(api: Client, path: str) -> None:
    told(api.get(path), 404, "not_found")


def test_an_unknown_address_elsewhere_is_a_page(client: Client, db: None) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", "/api/posts/"), ("GET", "/api/publish"), ("POST", "/api/platforms/")]
)
def test_a_method_that_is_not_allowed(api: Client, method: str, path: str) -> None:
    answer = api.generic(method, path)
    told(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"]


def test_an_answer_format_we_do_not_speak(api: Client) -> None:
    told(api.get("/api/posts/", headers={"Accept": "application/xml"}), 406, "not_acceptable")


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("?limit=", "limit", "empty_parameter"),
        ("?state=", "state", "empty_parameter"),
        ("?limit=0", "limit", "invalid_limit"),
        ("?limit=101", "limit", "invalid_limit"),
        ("?limit=x", "limit", "invalid_limit"),
        ("?stat=failed", "stat", "unknown_parameter"),
        ("?limit=1&limit=2", "limit", "repeated_parameter"),
        ("?sort=colour", "sort", "invalid_choice"),
        ("?created_after=yesterday", "created_after", "invalid"),
        ("?destination=1", "destination", "invalid"),
    ],
)
def test_a_query_that_means_nothing_is_refused_by_name(api: Client, query: str, field: str, code: str) -> None:
    body = told(api.get(f"/api/posts/{query}"), 400, "invalid_request")
    assert [(error["field"], error["code"]) for error in body["errors"]] == [(field, code)]


@pytest.mark.parametrize("cursor", ["nonsense", "%00", "WyItY3JlYXRlZCIsMCwiZm9vIl0", "WzFd", "x" * 5000, "%C3%A9"])
def test_a_cursor_that_is_none_leads_nowhere(api: Client, cursor: str) -> None:
    told(api.get(f"/api/posts/?cursor={cursor}"), 404, "invalid_cursor")


def test_a_filter_value_that_does_not_exist(api: Client) -> None:
    body = told(api.get("/api/connections/?status=odd"), 400, "invalid_request")
    assert body["errors"][0]["field"] == "status"


def test_content_that_cannot_be_published_lists_its_findings(api: Client, destination: Destination) -> None:
    body = told(post(api, f'{{"text": "", "destinations": ["{destination.pk}"]}}'), 422, "invalid")
    assert body["errors"][0]["code"] == "empty"
    assert body["errors"][0]["remedy"]


def test_an_installation_that_is_not_set_up(member_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "META_APP_SECRET", None)
    answer = member_client.get("/api/oauth/meta/start", headers={"Accept": "application/json"})
    assert "META_APP_SECRET" in told(answer, 503, "not_configured")["remedy"]


def crashing(error: Exception) -> Callable[..., None]:
    def crash(*args: object) -> None:
        raise error

    return crash


def test_a_database_that_does_not_answer_is_to_be_asked_again(api: Client) -> None:
    with database.execute_wrapper(crashing(OperationalError(CRASH))):
        answer = api.get("/api/posts/")
    body = told(answer, 503, "database_unavailable")
    assert answer.headers["Retry-After"] == "5"
    assert "Idempotency-Key" in body["remedy"]
    assert CRASH not in answer.content.decode()


def test_a_crash_shows_nothing_of_itself(api: Client) -> None:
    api.raise_request_exception = False
    with database.execute_wrapper(crashing(RuntimeError(CRASH))):
        answer = api.get("/api/posts/")
    told(answer, 500, "internal_error")
    assert CRASH not in answer.content.decode()


def test_a_crash_of_a_page_shows_nothing_of_itself(member_client: Client) -> None:
    member_client.raise_request_exception = False
    with database.execute_wrapper(crashing(RuntimeError(CRASH))):
        answer = member_client.get("/connections")
    assert answer.status_code == 500
    assert answer.headers["Content-Type"].startswith("text/html")
    assert CRASH not in answer.content.decode()


def test_the_request_id_of_a_problem_is_that_of_its_log_lines(api: Client) -> None:
    first, second = (told(api.get("/api/nowhere"), 404, "not_found")["request_id"] for _ in range(2))
    assert first != second


# --- without a request ------------------------------------------------------------------------------------------------


def body_of(error: Exception) -> dict[str, Any]:
    answer = problem_response(error, {})
    assert answer is not None
    body: dict[str, Any] = answer.data
    return body


def test_a_throttled_client_is_told_how_long_to_wait() -> None:
    answer = problem_response(exceptions.Throttled(wait=7.2), {})
    assert answer is not None
    assert (answer.status_code, answer.data["code"]) == (429, "throttled")
    assert 8 <= int(answer.headers["Retry-After"]) <= 9


def test_a_refusal_keeps_its_code_and_its_findings() -> None:
    error = Invalid("why", remedy="what to do", findings=[Finding("text", "too_long", "Too long.", limit="5")])
    body = body_of(error)
    assert (body["status"], body["code"], body["remedy"]) == (422, "invalid", "what to do")
    assert body["errors"] == [
        {"field": "text", "code": "too_long", "message": "Too long.", "limit": "5", "severity": "error"}
    ]
    assert body_of(Conflict("why", code="idempotency_conflict"))["code"] == "idempotency_conflict"


def test_what_nobody_foresaw_is_left_to_django() -> None:
    assert problem_response(RuntimeError("x"), {}) is None


def test_empty_members_of_a_finding_are_left_out() -> None:
    assert finding_as_json(Finding("", "c", "m")) == {"code": "c", "message": "m", "severity": "error"}


def test_a_problem_of_no_object_is_told_in_the_same_shape(api: Client) -> None:
    answer: HttpResponse = api.delete(f"/api/connections/{uuid4()}/")  # type: ignore[assignment]
    told(answer, 404, "not_found")
