"""Every page of the hub, as a browser would read it: no script or style in its text, a token in each form, names as words and never as code."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from connectors.connect_links import Wish, create_link
from connectors.models import Connection, Destination
from media.models import Media
from outbox.models import WebhookEndpoint
from publishing.models import DeadLetter, Post, PublishJob
from tenants.models import ApiKey, AuditEntry, Membership, Tenant, User
from tenants.principal import Principal
from tenants.services import create_api_key
from tests.test_isolation import filled

#: What a platform, an author or a colleague might call something.
HOSTILE: Final = """<script>alert(1)</script>'"><img src=x onerror=alert(2)>{{7*7}}"""
MARK: Final = re.compile(r"<script>alert|<img src=x|(?<!\{)\b49\b\}")
#: By the first word of an address, what its id is an id of.
IDS: Final = {
    "connections": "connection", "destinations": "destination", "jobs": "job", "posts": "post", "dead-letters": "letter",
    "webhook-endpoints": "endpoint", "webhook-deliveries": "delivery", "media": "media", "alerts": "alert",
}  # fmt: skip


class Reader(HTMLParser):
    """Collects what a strict content policy would stop, and what a form of ours must hold."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []
        self._open_form = ""
        self._has_token = False
        self.forms = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "script" and "src" not in told and "nonce" not in told and told.get("type") != "application/json":
            self.faults.append("a script in the page")
        if tag == "style" or "style" in told:
            self.faults.append(f"a style in the page: {tag} {told.get('style', '')}")
        self.faults += [f"{name} on {tag}" for name in told if name.startswith("on") or name == "srcdoc"]
        self.faults += [
            f"{tag} leads to {told[name][:40]}" for name in ("href", "src", "action") if is_code(told.get(name, ""))
        ]
        if tag in {"iframe", "object", "embed", "base", "meta"} and (
            tag != "meta" or told.get("http-equiv", "").lower() == "refresh"
        ):
            self.faults.append(f"a {tag}")
        if tag == "a" and told.get("target") == "_blank" and "noopener" not in told.get("rel", ""):
            self.faults.append(f"a new window that can reach back: {told.get('href')}")
        if tag == "form":
            self._open_form = (
                told.get("method", "get").lower()
                if "action" not in told or told["action"][:1] in "/?#." or not told["action"]
                else "elsewhere"
            )
            if self._open_form == "elsewhere":
                self.faults.append(f"a form to {told['action']}")
            self._has_token, self.forms = False, self.forms + 1
        if told.get("name") == "csrfmiddlewaretoken":
            self._has_token = True

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            if self._open_form == "post" and not self._has_token:
                self.faults.append("a form without its token")
            self._open_form = ""


def is_code(address: str) -> bool:
    return re.sub(r"[\x00-\x20]", "", address).lower().startswith(("javascript:", "vbscript:", "data:text"))


def page_addresses(patterns: Any = None, prefix: str = "/") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern).lstrip("^").rstrip("$")
        if route.startswith(("/admin/", "/api/", "/static/", "/webhooks/")) or "(?P" in route:
            continue
        if isinstance(pattern, URLPattern):
            yield route
        else:
            yield from page_addresses(pattern.url_patterns, route)


@pytest.fixture
def browser(foreign_ids: dict[str, str], client: Client) -> Client:
    """An owner and operator of a tenant in which everything bears a hostile name."""
    tenant = Tenant.objects.get(pk=foreign_ids["tenant"])
    user = User.objects.get(memberships__tenant=tenant)
    principal = Principal.of_member(Membership.objects.get(user=user))
    create_api_key(tenant=tenant, name=HOSTILE, scopes=["posts:read"], actor="system:test")
    create_link(principal=principal, wish=Wish(brand_name=HOSTILE[:80]), idempotency_key=None, now=timezone.now())
    Connection.objects.update(display_name=HOSTILE, status="attention", status_cause=HOSTILE, status_remedy=HOSTILE)
    Destination.objects.update(name=HOSTILE, username=HOSTILE, obstacle=HOSTILE)
    Post.objects.update(text=HOSTILE, link="https://x.example/?" + HOSTILE)
    PublishJob.objects.update(error_cause=HOSTILE, error_remedy=HOSTILE)
    DeadLetter.objects.update(cause=HOSTILE)
    Media.objects.update(name=HOSTILE)
    ApiKey.objects.update(name=HOSTILE)
    WebhookEndpoint.objects.update(description=HOSTILE)
    AuditEntry.objects.create(
        tenant=tenant, actor=HOSTILE, action="x", subject_kind="x", subject_id="x", detail={"x": HOSTILE}
    )
    User.objects.filter(pk=user.pk).update(first_name=HOSTILE, is_staff=True, is_superuser=True)
    Tenant.objects.update(name=HOSTILE)
    client.force_login(User.objects.get(pk=user.pk))
    return client


def faults_of(client: Client, address: str, *, private: bool = True) -> tuple[list[str], int, int]:
    answer = client.get(address)
    if "text/html" not in answer.get("Content-Type", ""):
        return [], answer.status_code, 0
    text = answer.content.decode()
    reader = Reader()
    reader.feed(text)
    faults = [*reader.faults, *(["a name as code"] if MARK.search(text) else [])]
    if private and answer.status_code == 200 and not re.search(r"private|no-store", answer.get("Cache-Control", "")):
        faults.append(f"kept by others: Cache-Control is {answer.get('Cache-Control')!r}")
    return faults, answer.status_code, reader.forms


def test_no_page_holds_script_style_or_a_name_as_code_and_every_form_its_token(
    browser: Client,
    foreign_ids: dict[str, str],
) -> None:
    wrong, shown, forms = {}, 0, 0
    for route in sorted(set(page_addresses())):
        word = route.split("/")[1]
        address = filled(route[1:], foreign_ids.get(IDS.get(word, ""), "x")) if "<" in route else route
        faults, status, count = faults_of(browser, address)
        shown, forms = shown + (status == 200), forms + count
        assert status < 500 or address.startswith("/readyz"), (address, status)
        if faults:
            wrong[route] = sorted(set(faults))
    assert wrong == {}
    assert shown > 35
    assert forms > 100


def test_the_same_holds_for_strangers_and_for_pages_that_say_no(browser: Client) -> None:
    addresses = (
        "/sign-in",
        "/password/reset",
        "/no-such-page",
        "/connections/x",
        "/c/none",
        "/jobs?state=%3Cscript%3Ealert(1)",
    )
    for address in addresses:
        for client in (Client(), browser):
            faults, status, _ = faults_of(client, address, private=False)
            assert faults == [], address
            assert status < 500, address
    refused = Client(enforce_csrf_checks=True).post("/sign-in", {"email": HOSTILE})
    assert refused.status_code == 403
    assert not MARK.search(refused.content.decode())


def test_the_same_holds_for_the_admins_lists_and_forms(browser: Client) -> None:
    wrong, forms = {}, 0
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        row = model._default_manager.order_by().first()
        addresses = [reverse(f"{name}_changelist")]
        if row is not None:
            addresses.append(reverse(f"{name}_change", args=[quote(row.pk)]))
        for address in addresses:
            faults, status, _ = faults_of(browser, address)
            assert status < 500, (address, status)
            forms += status == 200
            if faults:
                wrong[address] = sorted(set(faults))
    assert wrong == {}
    assert forms > 60


@pytest.mark.django_db
def test_pages_come_in_the_colours_that_the_reader_chose_and_in_no_other_words_of_a_cookie(client: Client) -> None:
    for address in ("/sign-in", "/docs/runbook", "/c/none"):
        for chosen, told in (("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ("mauve", "")):
            client.cookies["switchboard_theme"] = chosen
            assert f'<html lang="en"{told}>' in client.get(address).content.decode(), address
