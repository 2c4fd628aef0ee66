"""Signing in and out, choosing a tenant, and who passes a page's door."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tenants.models import Membership, User
from tenants.services import add_member
from tests.conftest import House

PASSWORD = "correct horse battery"
MOST_TRIES = settings.AXES_FAILURE_LIMIT
PAGES = ["overview", "connections", "connect", "compose", "posts", "jobs", "dead_letters"]


@pytest.fixture(autouse=True)
def fresh_throttle() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def sign_in(client: Client, **said: str) -> object:
    return client.post(reverse("sign_in"), said)


@pytest.mark.django_db
@pytest.mark.parametrize("name", PAGES)
def test_a_stranger_is_sent_to_sign_in_and_back(client: Client, name: str) -> None:
    response = client.get(reverse(name) + "?state=failed")
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("sign_in") + "?next=")
    assert "state%3Dfailed" in response["Location"]


@pytest.mark.django_db
def test_a_stranger_who_sends_a_form_comes_back_to_its_page(client: Client) -> None:
    response = client.post(reverse("redrive"), headers={"Referer": "http://testserver/dead-letters"})
    assert response["Location"].endswith("next=http%3A%2F%2Ftestserver%2Fdead-letters")


def test_the_right_password_signs_in_with_a_new_session(client: Client, owner: User) -> None:
    client.get(reverse("sign_in"))
    session = client.session
    session["seen"] = True
    session.save()
    before = session.session_key
    response = client.post(reverse("sign_in"), {"email": owner.email.upper(), "password": PASSWORD, "next": "/jobs"})
    assert (response.status_code, response["Location"]) == (302, "/jobs")
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example", "/a\nb", "/" * 5000]
)
def test_nobody_is_led_to_another_site(client: Client, owner: User, wanted: str) -> None:
    response = client.post(reverse("sign_in"), {"email": owner.email, "password": PASSWORD, "next": wanted})
    assert response["Location"] == reverse("overview")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("owner@acme.example", "wrong"),
        ("nobody@acme.example", PASSWORD),
        ("", ""),
        ("a\x00b", "c\x00d"),
        ("é" * 500, "x"),
    ],
)
def test_every_wrong_answer_sounds_the_same(client: Client, owner: User, email: str, password: str) -> None:
    response = client.post(reverse("sign_in"), {"email": email, "password": password})
    assert response.status_code == 200
    assert "Email or password is not right." in response.content.decode()
    assert "_auth_user_id" not in client.session


def test_guessing_is_slowed_down_even_for_the_right_password(client: Client, owner: User) -> None:
    for _ in range(MOST_TRIES - 1):
        assert client.post(reverse("sign_in"), {"email": owner.email, "password": "wrong"}).status_code == 200
    for password in ("wrong", PASSWORD):
        response = client.post(reverse("sign_in"), {"email": owner.email.upper(), "password": password})
        assert response.status_code == 429
        assert 800 < int(response["Retry-After"]) <= 900
        assert "Wait 15 minutes and try again" in response.content.decode()
    assert "_auth_user_id" not in client.session
    other = client.post(reverse("sign_in"), {"email": "other@acme.example", "password": "wrong"})
    assert other.status_code == 200


def test_the_right_password_forgets_earlier_tries(client: Client, owner: User) -> None:
    for _ in range(2):
        for _ in range(MOST_TRIES - 1):
            client.post(reverse("sign_in"), {"email": owner.email, "password": "wrong"})
        response = client.post(reverse("sign_in"), {"email": owner.email, "password": PASSWORD})
        assert response.status_code == 302
        client.post(reverse("sign_out"))


def test_a_sign_in_form_needs_its_token(owner: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(reverse("sign_in"), {"email": owner.email, "password": PASSWORD})
    assert response.status_code == 403
    assert "too old to be trusted" in response.content.decode()


def test_who_is_signed_in_already_goes_on(member_client: Client) -> None:
    assert member_client.get(reverse("sign_in") + "?next=/jobs")["Location"] == "/jobs"


def test_signing_out_ends_the_session_and_needs_a_form(member_client: Client) -> None:
    assert member_client.get(reverse("sign_out")).status_code == 405
    assert member_client.post(reverse("sign_out"))["Location"] == reverse("sign_in")
    assert member_client.get(reverse("overview")).status_code == 302


@pytest.mark.django_db
def test_a_user_without_a_tenant_is_told_what_to_do(client: Client) -> None:
    client.force_login(User.objects.create_user("lone@acme.example", PASSWORD))
    response = client.get(reverse("jobs"))
    assert response.status_code == 403
    assert "You belong to no tenant yet" in response.content.decode()


def test_a_member_switches_between_own_tenants_only(
    member_client: Client, house: House, make_house: Callable[[str], House]
) -> None:
    second, foreign = make_house("Second"), make_house("Foreign")
    add_member(tenant=second.tenant, user=house.owner, role=Membership.Role.VIEWER, actor="system:test")
    assert "Switch tenant" in member_client.get(reverse("jobs")).content.decode()
    assert member_client.post(reverse("switch_tenant"), {"tenant": str(second.tenant.pk)}).status_code == 302
    page = member_client.get(reverse("jobs"))
    assert page.context["tenant"]()["name"] == "Second"
    assert page.context["viewer"]()["role_label"] == "Viewer"
    for wrong in (str(foreign.tenant.pk), "", "nonsense", "\x00"):
        assert member_client.post(reverse("switch_tenant"), {"tenant": wrong}).status_code == 404


def test_pages_are_for_one_browser_alone(member_client: Client) -> None:
    response = member_client.get(reverse("jobs"))
    assert "private" in response["Cache-Control"]
    assert "Cookie" in response["Vary"]
