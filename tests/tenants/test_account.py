"""A person's own account: passwords, browsers, and what a forgotten password is replaced with."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth import hashers
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core import mail
from django.test import Client
from django.utils import timezone
from django.utils.crypto import pbkdf2

from tenants import throttle, two_step
from tenants.models import AuditEntry, BrowserSession, Membership, Tenant, User
from tenants.services import add_member
from tenants.tasks import send_password_reset
from tests.conftest import House

PASSWORD = "correct horse battery"
NEW = "quite another passphrase"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def sign_in(client: Client, owner: User, password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/sign-in", {"email": owner.email, "password": password}, **more)


def signed_in(client: Client) -> bool:
    return client.get("/jobs").status_code == 200


def test_a_session_tells_its_person_browser_and_network_and_no_address(client: Client, owner: User) -> None:
    sign_in(client, owner, HTTP_USER_AGENT=FIREFOX, REMOTE_ADDR="203.0.113.77")
    row = BrowserSession.objects.get(user=owner)
    assert (row.browser, row.network) == ("Firefox on Linux", "203.0.113.0/24")
    assert row.signed_in_at is not None
    page = client.get("/settings/account").content.decode()
    assert "Firefox on Linux" in page
    assert "203.0.113.77" not in page


def test_signing_out_everywhere_ends_every_browser_of_this_person_and_no_other(
    client: Client, owner: User, make_house: Callable[[str], House]
) -> None:
    elsewhere, other = Client(), Client()
    sign_in(client, owner)
    sign_in(elsewhere, owner)
    sign_in(other, make_house("Other").owner)
    client.post("/settings/account/sign-out")
    assert [signed_in(browser) for browser in (client, elsewhere, other)] == [False, False, True]


def test_a_new_password_takes_the_old_one_and_ends_other_browsers(client: Client, owner: User) -> None:
    elsewhere = Client()
    sign_in(client, owner)
    sign_in(elsewhere, owner)

    def change(**said: str) -> int:
        return int(client.post("/settings/account/password", said).status_code)

    assert change(current="wrong", password=NEW) == 422
    assert change(current=PASSWORD, password="short") == 422
    assert change(current=PASSWORD, password=owner.email) == 422
    assert change(current=PASSWORD, password=NEW, is_staff="1") == 422
    assert change(current=PASSWORD, password=NEW) == 302
    assert [signed_in(client), signed_in(elsewhere)] == [True, False]
    assert AuditEntry.objects.filter(action="password.changed").count() == 1
    owner.refresh_from_db()
    assert owner.check_password(NEW)
    assert not owner.is_staff


def test_the_old_password_cannot_be_guessed_from_an_open_browser(client: Client, owner: User) -> None:
    sign_in(client, owner)
    for _ in range(10):
        client.post("/settings/account/password", {"current": "wrong", "password": NEW})
    page = client.post("/settings/account/password", {"current": PASSWORD, "password": NEW})
    assert page.status_code == 422
    assert "Too many tries" in page.content.decode()


@pytest.mark.parametrize("past", [0, 1, 450, 899])
def test_as_many_tries_fit_around_the_edge_of_an_hour_as_anywhere(past: int) -> None:
    guard = throttle.Guard("edge", 3, timedelta(minutes=15))
    with time_machine.travel(1_800_000_000 + past, tick=False) as clock:
        answers = []
        for _ in range(6):
            answers.append(guard.refuses("somebody") is None)
            clock.shift(1)
        assert answers == [True] * 3 + [False] * 3
        wait = guard.refuses("somebody")
        assert wait == timedelta(minutes=15) - timedelta(seconds=6)
        assert guard.refuses("somebody else") is None
        clock.shift(wait)
        assert guard.refuses("somebody") is None
        guard.forget("somebody")
        assert [guard.refuses("somebody") is None for _ in range(4)] == [True] * 3 + [False]


def test_an_idle_browser_is_signed_out_and_a_busy_one_is_not(client: Client, owner: User, settings: Any) -> None:
    settings.SESSION_IDLE = timedelta(minutes=30)
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(client, owner)
        for _ in range(4):
            clock.shift(timedelta(minutes=29))
            assert signed_in(client)
        clock.shift(timedelta(minutes=31))
        assert not signed_in(client)
        assert client.get("/api/posts/").status_code == 401
        settings.SESSION_IDLE = timedelta()
        sign_in(client, owner)
        clock.shift(timedelta(days=13))
        assert signed_in(client)


def reset_link(owner: User) -> str:
    send_password_reset(owner.email)
    found = re.search(r"http://testserver(/password/new/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


def test_a_forgotten_password_is_replaced_by_mail_once_and_the_second_step_stays(client: Client, owner: User) -> None:
    elsewhere = Client()
    sign_in(elsewhere, owner)
    address = reset_link(owner)
    shown = client.get(address)
    assert shown["Location"].endswith("/chosen"), "the secret leaves the address bar at once"
    assert address.rpartition("/")[2] not in str(dict(client.session.items())), "a session is a row that many may read"
    form = shown["Location"]
    assert client.post(form, {"password": "short"}).status_code == 422
    assert client.post(form, {"password": NEW})["Location"] == "/sign-in"
    assert not signed_in(client), "a mailbox alone is no sign-in"
    assert not signed_in(elsewhere)
    assert client.get(address).status_code == 404
    assert sign_in(client, owner, NEW).status_code == 302
    two_step.begin(owner)
    assert AuditEntry.objects.filter(action="password.reset").count() == 1


def test_a_reset_link_ends_after_an_hour_and_with_a_new_password(client: Client, owner: User) -> None:
    address = reset_link(owner)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert client.get(address).status_code == 404
    owner.set_password(NEW)
    owner.save()
    assert client.get(address).status_code == 404
    for nonsense in ("/password/new/zzz/chosen", "/password/new/MQ/x", f"/password/new/{'9' * 60}/x"):
        assert client.get(nonsense).status_code == 404


def test_asking_for_a_new_password_tells_nobody_who_has_an_account(client: Client, owner: User) -> None:
    answers = [client.post("/password/forgotten", {"email": email}) for email in (owner.email, "nobody@acme.example")]
    pages = [answer.content.decode() for answer in answers]
    same = [
        re.sub(r"nonce=\S+|value=\"\S+", "", page.replace(owner.email, "X").replace("nobody@acme.example", "X"))
        for page in pages
    ]
    assert {answer.status_code for answer in answers} == {200}
    assert same[0] == same[1]
    assert not mail.outbox, "the mail is a worker's work, so the answer takes as long either way"
    send_password_reset("nobody@acme.example")
    assert not mail.outbox


def test_mails_for_new_passwords_are_bounded_by_account_and_address(client: Client, owner: User) -> None:
    with time_machine.travel(1_800_000_000, tick=False):
        answers = [client.post("/password/forgotten", {"email": owner.email}).status_code for _ in range(4)]
        assert answers == [200, 200, 200, 429]
        for number in range(30):
            last = client.post("/password/forgotten", {"email": f"{number}@acme.example"})
        assert last.status_code == 429
        assert int(last["Retry-After"]) <= 3601


def test_a_wrong_password_is_hashed_as_often_for_an_account_as_for_none(
    client: Client, owner: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    monkeypatch.setattr(PBKDF2PasswordHasher, "iterations", 1_000)
    owner.set_password(PASSWORD)
    owner.save()
    rounds: list[int] = []

    def counted(password: str, salt: str, iterations: int, **more: Any) -> bytes:
        rounds.append(iterations)
        return pbkdf2(password, salt, iterations, **more)

    monkeypatch.setattr(hashers, "pbkdf2", counted)
    spent = {}
    for email in (owner.email, "nobody@acme.example"):
        rounds.clear()
        client.post("/sign-in", {"email": email, "password": "wrong"})
        spent[email] = sum(rounds)
    # Hashing is what takes a sign-in's time: so nobody learns by a clock who has an account here.
    assert spent == {owner.email: 1_000, "nobody@acme.example": 1_000}


def test_others_behind_the_same_proxy_sign_in_while_one_account_waits(
    client: Client, owner: User, make_house: Callable[[str], House], settings: Any
) -> None:
    settings.PROXIES = 1
    other = make_house("Other").owner

    def try_from(address: str, who: User, password: str) -> int:
        answer = sign_in(Client(), who, password, HTTP_X_FORWARDED_FOR=f"6.6.6.6, {address}", REMOTE_ADDR="10.0.0.1")
        return int(answer.status_code)

    for _ in range(settings.AXES_FAILURE_LIMIT):
        try_from("203.0.113.7", owner, "wrong")
    assert try_from("203.0.113.7", owner, PASSWORD) == 429
    assert try_from("203.0.113.7", other, PASSWORD) == 302, "the same address, another account"
    assert try_from("203.0.113.8", owner, PASSWORD) == 302, "the same account, its owner's own address"


def test_passwords_cannot_be_sprayed_over_accounts_from_one_address(client: Client, db: None, monkeypatch: Any) -> None:
    from tenants import throttle

    monkeypatch.setattr(throttle, "SIGN_INS", throttle.Guard("sign-in", 5, timedelta(minutes=15)))
    with time_machine.travel(1_800_000_000, tick=False):
        answers = [
            client.post("/sign-in", {"email": f"{number}@acme.example", "password": "x"}).status_code
            for number in range(6)
        ]
    assert answers == [200] * 5 + [429]


def test_after_the_wait_the_right_password_opens_again(client: Client, owner: User, settings: Any) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        sign_in(client, owner, "wrong")
    assert sign_in(client, owner).status_code == 429
    with time_machine.travel(timezone.now() + timedelta(minutes=15, seconds=5)):
        assert sign_in(client, owner).status_code == 302


def test_who_has_no_tenant_still_reaches_their_account(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("lone@acme.example", PASSWORD))
    assert client.get("/settings/", follow=True).redirect_chain[-1][0] == "/settings/account"
    assert client.get("/settings/account").status_code == 200
    assert client.get("/settings/members").status_code == 403


def test_a_profile_is_changed_and_only_what_it_names(client: Client, house: House) -> None:
    client.force_login(house.owner)
    said = {"name": "Ada", "time_zone": "Europe/Berlin"}
    assert client.post("/settings/account/profile", {**said, "email": "x@example.com"}).status_code == 422
    assert client.post("/settings/account/profile", {**said, "time_zone": "Mars"}).status_code == 422
    assert client.post("/settings/account/profile", said).status_code == 302
    house.owner.refresh_from_db()
    assert (house.owner.first_name, house.owner.time_zone) == ("Ada", "Europe/Berlin")


def test_a_suspended_tenant_keeps_its_people_out_of_everything_but_their_account(client: Client, house: House) -> None:
    other = Tenant.objects.create(name="Bora", slug="bora")
    add_member(tenant=other, user=house.owner, role=Membership.Role.VIEWER, actor="system:test")
    client.force_login(house.owner)
    Tenant.objects.filter(pk=house.tenant.pk).update(suspended_at=timezone.now())
    assert client.get("/settings/api-keys").status_code == 403, "what is left is the other tenant, as a viewer"
    Tenant.objects.update(suspended_at=timezone.now())
    answer = client.post("/api/publish", "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "tenant_suspended")
    assert client.get("/settings/account").status_code == 200
