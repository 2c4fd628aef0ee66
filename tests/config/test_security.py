"""What every answer owes browsers, what production checks of itself, and what is said when the database is gone."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest
from django.db import DatabaseError, OperationalError
from django.test import Client
from django.urls import URLPattern, get_resolver

from tenants import selectors
from tests.config.test_settings import PRODUCTION, ROOT
from tests.conftest import House

#: Of the admin's addresses, which are all made alike, a few; and one that is not there.
OTHERS: Final = ("/admin/", "/admin/publishing/deadletter/", "/nowhere")
VALUES = {"uuid": str(uuid4()), "slug": "meta", "str": "x", "path": "x", "int": "1"}


def addresses(patterns: Any = None, prefix: str = "/") -> Iterator[str]:
    """Every address of the hub, its parameters filled with something."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern).lstrip("^").rstrip("$")
        if isinstance(pattern, URLPattern):
            if "(?P" not in route and not route.startswith("/admin/"):
                yield "".join(
                    VALUES.get(part.split(":")[0], "x") if index % 2 else part
                    for index, part in enumerate(route.replace("<", "\0").replace(">", "\0").split("\0"))
                )
        else:
            yield from addresses(pattern.url_patterns, route)


def test_every_answer_at_every_address_keeps_browsers_careful(member_client: Client) -> None:
    asked = 0
    for address in (*addresses(), *OTHERS):
        for client in (member_client, Client()) if address.startswith(("/api/", "/settings/")) else (member_client,):
            answer = client.get(address)
            asked += 1
            headers = answer.headers
            assert answer.status_code < 500 or address.startswith(("/readyz", "/api/oauth/")), (
                address,
                answer.status_code,
            )
            assert "default-src 'none'" in headers["Content-Security-Policy"], address
            assert "unsafe" not in headers["Content-Security-Policy"], address
            assert "camera=()" in headers["Permissions-Policy"], address
            if not address.startswith(("/healthz", "/readyz")):  # for load balancers, before anything looks at them
                assert headers["X-Content-Type-Options"] == "nosniff", address
                assert headers["Referrer-Policy"] in {"same-origin", "no-referrer"}, address
                assert headers["X-Frame-Options"] == "DENY", address
                assert headers["Cross-Origin-Opener-Policy"] == "same-origin", address
            assert (headers.get("Cross-Origin-Resource-Policy") == "same-origin") != address.startswith("/media/"), (
                address
            )
    assert asked > 90


def test_every_page_that_changes_something_refuses_a_form_without_its_token(house: House) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(house.owner)
    for address in (*addresses(), *OTHERS[:-1]):
        if address.startswith(("/webhooks/", "/healthz", "/readyz", "/media/", "/favicon", "/docs/")):
            continue
        if address.startswith(
            "/mail-preferences/leave/"
        ):  # mail programs post it, by the proof in its address (RFC 8058)
            continue
        answer = strict.post(address, {}, content_type="application/json")
        # The API tells strangers of a missing token as it tells everything; elsewhere it is the page.
        assert answer.status_code in {403, 405}, (address, answer.status_code)


def test_the_browsable_api_holds_nothing_that_the_policy_would_stop(client: Client, db: None) -> None:
    page = client.get("/api/docs/").content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert page.count("<script") == page.count("<script src=")
    assert "swagger-ui" in page


def test_the_admin_shows_itself_to_chosen_addresses_only(client: Client, house: House, settings: Any) -> None:
    house.owner.is_staff = house.owner.is_superuser = True
    house.owner.save()
    client.force_login(house.owner)
    settings.ADMIN_ADDRESSES = (ip_network("10.0.0.0/8"), ip_network("2001:db8::/32"))
    assert client.get("/admin/", REMOTE_ADDR="10.1.2.3").status_code == 200
    assert client.get("/admin/", REMOTE_ADDR="2001:db8::1").status_code == 200
    for stranger in ("203.0.113.7", ""):
        assert client.get("/admin/", REMOTE_ADDR=stranger).status_code == 404
        assert client.get("/admin/login/", REMOTE_ADDR=stranger).status_code == 404
    settings.PROXIES = 1
    assert (
        client.get("/admin/", REMOTE_ADDR="10.1.2.3", HTTP_X_FORWARDED_FOR="10.9.9.9, 203.0.113.7").status_code == 404
    )


@pytest.fixture
def without_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database goes away where a session is turned into a member, before any view."""

    def gone(*args: Any) -> Any:
        raise OperationalError("connection refused at 10.0.0.5, user secret")

    monkeypatch.setattr(selectors, "chosen_membership", gone)


def test_a_signed_in_caller_of_the_api_is_told_that_the_database_is_gone(
    member_client: Client, without_database: None
) -> None:
    member_client.raise_request_exception = False
    answer = member_client.get("/api/posts/")
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
    assert answer.json()["code"] == "database_unavailable"
    assert answer["Retry-After"] == "5"
    assert "secret" not in answer.content.decode()


def test_a_page_tells_it_too_and_a_bug_is_still_a_crash(
    member_client: Client, without_database: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    member_client.raise_request_exception = False
    page = member_client.get("/jobs")
    assert page.status_code == 503
    assert "The database does not answer" in page.content.decode()

    def bug(*args: Any) -> Any:
        raise DatabaseError("no such column")

    monkeypatch.setattr(selectors, "chosen_membership", bug)
    assert member_client.get("/jobs").status_code == 500
    assert member_client.get("/api/posts/").status_code == 500


def manage(tmp_path: Path, *said: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **PRODUCTION, **environment}
    (tmp_path / "static").mkdir(exist_ok=True)
    return subprocess.run(
        [sys.executable, "manage.py", *said],
        cwd=ROOT,
        env=given,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


#: What a production hub sets beside its addresses.
COMPLETE: Final = {
    "VAULT_MASTER_KEY": secrets.token_urlsafe(48),
    "VAULT_LOCAL_ACCEPTED": "1",
    "EMAIL_URL": "smtp+tls://hub:word@mail.example.com:587",
}


def test_production_passes_its_own_checks(tmp_path: Path) -> None:
    key = "".join(chr(33 + number % 90) for number in range(7, 7 + 60))
    ended = manage(tmp_path, "check", "--deploy", "--fail-level", "WARNING", SECRET_KEY=key, **COMPLETE)
    assert ended.returncode == 0, ended.stderr
    assert "no issues" in ended.stdout


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"ADMIN_PATH": "api"}, "ADMIN_PATH must be a path"),
        ({"ADMIN_PATH": "a b"}, "ADMIN_PATH must be a path"),
        ({"ADMIN_ADDRESSES": "10.0.0.0/8,office"}, "ADMIN_ADDRESSES must be addresses or networks"),
    ],
)
def test_a_wrong_door_for_operators_is_said_at_the_start(
    tmp_path: Path, environment: dict[str, str], words: str
) -> None:
    ended = manage(tmp_path, "check", **environment)
    assert ended.returncode != 0
    assert words in ended.stderr


def test_the_admin_moves_where_the_operator_says_and_cookies_are_of_this_host_alone(tmp_path: Path) -> None:
    script = (
        "from django.urls import reverse; from django.conf import settings as s;"
        "print(reverse('admin:index'), s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.SESSION_COOKIE_PATH,"
        " s.SESSION_COOKIE_DOMAIN, s.CSRF_COOKIE_DOMAIN)"
    )
    ended = manage(tmp_path, "shell", "-v", "0", "-c", script, ADMIN_PATH="/behind/the-house/")
    said = ended.stdout.split()
    assert said[-7:] == [
        *("/behind/the-house/", "__Host-switchboard_session", "__Host-switchboard_csrf", "True", "/", "None", "None")
    ], ended.stderr
