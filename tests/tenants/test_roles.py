"""Who may do what, as one table over every address: the lowest role that a page or an operation of the API is open to."""

import re
from typing import Any, Final
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from connectors.models import Destination
from publishing.accepting import publish_post
from publishing.drafts import Draft
from tenants.models import Membership, User
from tenants.scopes import EDITOR, OWNER, ROLE_SCOPES, VIEWER
from tenants.services import add_member
from tests.conftest import House

ORDER: Final = (VIEWER, EDITOR, OWNER)
ANYBODY: Final = "anybody"
#: Method (a pattern), address (a pattern, read from its beginning), the lowest role. The first row that fits counts.
API: Final = (
    ("get", r"/api/(oauth|schema|docs)/", ANYBODY),
    ("get", r"/api/limits$", VIEWER),
    (".*", r"/api/api-keys/", OWNER),
    ("get", r"/api/(members|tenant)/", VIEWER),
    (".*", r"/api/(members|tenant|invitations|audit-log)/", OWNER),
    ("get", r"/api/(webhook-endpoints|webhook-deliveries|events)/", EDITOR),
    (".*", r"/api/(webhook-endpoints|webhook-deliveries)/", OWNER),
    ("post|patch|delete", r"/api/(connect-links|return-origins)/", OWNER),
    ("post", r"/api/connections/{id}/redrive/|/api/analytics/", EDITOR),
    (".*", r"/api/destinations/{id}/(members|segments)/", EDITOR),
    ("get", r"/api/", VIEWER),
    ("post", r"/api/alerts/", EDITOR),
    (".*", r"/api/(publish|posts|jobs|dead-letters|media)(/|$)", EDITOR),
    (".*", r"/api/destinations/{id}/reviews/", EDITOR),
    (".*", r"/api/(connections|platform-events)/", OWNER),
)
PAGES: Final = (
    ("get", r"/settings/(account|tenant|members)?(/two-step)?$", VIEWER),
    ("post", r"/settings/account/", VIEWER),
    ("post", r"/settings/members/leave$", VIEWER),
    (".*", r"/settings/", OWNER),
    (".*", r"/mail-preferences$", VIEWER),
    (".*", r"/webhook-endpoints/(new|<uuid>/edit)$", OWNER),
    ("get", r"/webhook-", EDITOR),
    ("post", r"/webhook-", OWNER),
    ("post", r"/events-in/", OWNER),
    ("post", r"/connections/<uuid>/redrive$|/analytics/", EDITOR),
    ("post", r"/connections/<uuid>/reconnect-link$", VIEWER),
    (".*", r"/connections/new", OWNER),
    ("post", r"/connections/", OWNER),
    ("get", r"/connections/<uuid>/destinations$", OWNER),
    (".*", r"/destinations/<uuid>/contacts", EDITOR),
    ("post", r"/destinations/", EDITOR),
    (".*", r"/compose", EDITOR),
    ("post", r"/jobs/|/dead-letters/|/alerts/", EDITOR),
    ("get", r"/jobs/<uuid>/(remove|edit-live|actions/)", EDITOR),
    ("get", r"/", VIEWER),
)
#: Addresses that are not a member's: strangers come here, or platforms.
OPEN: Final = re.compile(
    r"/(sign-in|sign-out|switch-tenant|password/|invitations/|webhooks/|media/|c/|mail-preferences/leave/|healthz|readyz|docs/|favicon|static/|admin/|api/)"
)


def lowest(table: Any, method: str, address: str) -> str:
    """The role that the table names; an address that nobody entered is a mistake of whoever made it."""
    for methods, pattern, role in table:
        if re.fullmatch(methods, method) and re.match(pattern, address):
            return str(role)
    pytest.fail(f"{method} {address} is in no row of the table")


def page_addresses(patterns: Any = None, prefix: str = "/") -> list[str]:
    found: list[str] = []
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(pattern.pattern)
        if OPEN.match(route):
            continue
        if isinstance(pattern, URLPattern):
            found.append(route)
        else:
            found += page_addresses(pattern.url_patterns, route)
    return found


@pytest.fixture
def browsers(house: House) -> dict[str, Client]:
    """A browser for each role, signed in."""
    made = {}
    for role in ORDER:
        user = User.objects.create_user(f"the-{role}@acme.example", "correct horse battery")
        add_member(tenant=house.tenant, user=user, role=role, actor="system:test")
        made[role] = Client()
        made[role].force_login(user)
    return made


def below(role: str) -> str:
    """The next role down, or an empty text."""
    return ORDER[ORDER.index(role) - 1] if role != VIEWER else ""


def test_every_operation_of_the_api_is_open_to_its_role_and_to_none_below(browsers: dict[str, Client]) -> None:
    document = Client().get("/api/schema/", headers={"Accept": "application/json"}).json()
    wrong = []
    for template, operations in document["paths"].items():
        address = re.sub(r"{\w+}", str(uuid4()), template)
        for method in operations.keys() & {"get", "post", "put", "patch", "delete"}:
            least = lowest(API, method, template)
            for role in (least, below(least)) if least != ANYBODY else ():
                if not role:
                    continue
                answer = browsers[role].generic(method.upper(), address, '{"x": 1}', content_type="application/json")
                refused = answer.status_code == 403 and answer.json()["code"] == "missing_scope"
                if refused == (role == least):
                    wrong.append((method, template, role, answer.status_code))
    assert wrong == []


def test_every_page_is_open_to_its_role_and_to_none_below(
    browsers: dict[str, Client], house: House, destination: Destination
) -> None:
    draft = Draft(text="Ours", destinations=(destination.pk,))
    post, _ = publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())
    ours = {"connection": destination.connection_id, "destination": destination.pk, "job": post.jobs.get().pk}
    wrong, asked = [], 0
    for route in page_addresses():
        if route in ("/settings/members/leave", "/settings/account/sign-out"):
            continue  # done last, below: they end what the others need
        short = re.sub(r"<uuid:\w+>", "<uuid>", route)
        for method in ("get", "post"):
            if browsers[OWNER].generic(method.upper(), filled(route, {})).status_code == 405:
                continue
            asked += 1
            least = lowest(PAGES, method, short)
            # Who may is asked with an id of nobody's, so that nothing happens; who may not, with one of the tenant's own.
            if browsers[least].generic(method.upper(), filled(route, {})).status_code == 403:
                wrong.append((method, route, least, "refused"))
            if not below(least):
                continue
            answer = browsers[below(least)].generic(method.upper(), filled(route, ours))
            # Where none of ours is at hand, nothing is found, which tells nobody anything.
            unknown = any(name not in ours for name in re.findall(r"<uuid:(\w+?)_id>", route))
            if not refuses(answer) and not (unknown and answer.status_code == 404):
                wrong.append((method, route, below(least), "let in"))
    assert wrong == []
    assert asked > 40
    assert browsers[VIEWER].post("/settings/members/leave").status_code == 302
    assert browsers[EDITOR].post("/settings/account/sign-out").status_code == 302


def refuses(answer: Any) -> bool:
    """Whether a page says no for the role: by its status, or in words on the page one is led back to."""
    told = [str(message) for message in get_messages(answer.wsgi_request)]
    return answer.status_code == 403 or any("needs the scope" in words for words in (*told, answer.content.decode()))


def filled(route: str, ids: dict[str, Any]) -> str:
    """An address with ids in it: those given by name, else ones that nobody has."""
    address = re.sub(r"<uuid:(\w+?)(_id)?>", lambda hit: str(ids.get(hit[1]) or uuid4()), route)
    return address.replace("<slug:slug>", "x").replace("<slug:platform>", "mailchimp")


def test_each_role_may_all_that_the_one_below_may() -> None:
    assert ROLE_SCOPES[VIEWER] < ROLE_SCOPES[EDITOR] < ROLE_SCOPES[OWNER]
    assert set(ORDER) == set(Membership.Role.values)
