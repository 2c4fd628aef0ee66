"""What every answer gets: a strict content policy and one host name."""

import re

import pytest
import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config.request_ids import RequestIds

PAGES = ["/sign-in", "/nowhere", "/api/posts/", "/api/docs/", "/healthz", "/admin/login/"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_a_content_policy_without_a_hole(client: Client, db: None, path: str) -> None:
    policy = client.get(path).headers["Content-Security-Policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == directives["base-uri"] == "'none'"
    assert directives["form-action"] == "'self'"
    assert re.fullmatch(r"'self' 'nonce-[\w-]{20,}'", directives["script-src"])
    assert directives["style-src"] == "'self'"
    for hole in ("unsafe-inline", "unsafe-eval", "unsafe-hashes", "strict-dynamic", " *;", " *'"):
        assert hole not in policy


def test_the_nonce_is_another_for_every_answer(client: Client, db: None) -> None:
    seen = {client.get("/sign-in").headers["Content-Security-Policy"] for _ in range(20)}
    assert len(seen) == 20


@pytest.mark.parametrize("path", ["/sign-in", "/connections", "/nowhere"])
def test_a_page_holds_no_inline_script_or_style_that_the_policy_would_stop(member_client: Client, path: str) -> None:
    answer = member_client.get(path, follow=True)
    page = answer.content.decode()
    nonce = re.search(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"])
    assert nonce is not None
    for attributes in re.findall(r"<script\b([^>]*)>", page):
        assert "src=" in attributes or f'nonce="{nonce[1]}"' in attributes
    assert "<style" not in page
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", page)


def test_other_headers_that_keep_browsers_careful(client: Client, db: None) -> None:
    headers = client.get("/sign-in").headers
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]


HTML = {"Accept": "text/html,application/xhtml+xml"}


def test_a_browser_that_came_by_another_name_is_sent_to_the_canonical_one(client: Client, db: None) -> None:
    answer = client.get("/connections?query=a%20b", headers={"Host": "localhost", **HTML})
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{settings.PUBLIC_URL}/connections?query=a%20b"


@pytest.mark.parametrize("path", ["//evil.example/", "/@evil.example", "/\\evil.example"])
def test_no_path_leads_it_to_another_host(client: Client, db: None, path: str) -> None:
    answer = client.get(path, headers={"Host": "localhost", **HTML})
    assert answer.headers["Location"].startswith(f"{settings.PUBLIC_URL}/")


def test_a_browser_at_the_right_name_stays(client: Client, db: None) -> None:
    assert client.get("/sign-in", headers=HTML).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "accept"),
    [("GET", "/api/posts/", "application/json"), ("POST", "/sign-in", "text/html"), ("GET", "/healthz", "text/html")],
)
def test_programs_forms_and_probes_are_answered_at_any_name(
    client: Client, db: None, method: str, path: str, accept: str
) -> None:
    answer = client.generic(method, path, headers={"Host": "localhost", "Accept": accept})
    assert answer.status_code in {200, 401}


def test_a_host_nobody_configured_is_refused(client: Client, db: None) -> None:
    assert client.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(("proxies", "told"), [(0, "192.0.2.7"), (1, "198.51.100.9")])
def test_the_log_says_where_a_request_comes_from_and_believes_no_header_that_no_proxy_of_ours_wrote(
    monkeypatch: pytest.MonkeyPatch, rf: RequestFactory, proxies: int, told: str
) -> None:
    monkeypatch.setattr(settings, "PROXIES", proxies)
    seen: list[str] = []

    def view(request: HttpRequest) -> HttpResponse:
        seen.append(structlog.contextvars.get_contextvars()["ip"])
        return HttpResponse()

    RequestIds(view)(rf.get("/", REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR="203.0.113.5, 198.51.100.9"))
    assert seen == [told]
    assert "ip" not in structlog.contextvars.get_contextvars()
