"""Two-step sign-in: a code besides the password, good once; recovery codes; what operators must have."""

import re
from base64 import b32decode
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP

from foundation.secret import Secret
from tenants import inviting, seeds, two_step
from tenants.models import AuditEntry, BrowserSession, SecondFactor, User
from tests.conftest import House

PASSWORD = "correct horse battery"
MOMENT = datetime.fromisoformat("2030-01-01T12:00:00+00:00")


def code(seed: Secret, moment: datetime) -> str:
    """What the app shows."""
    app = TOTP(b32decode(seed.reveal()))
    app.time = moment.timestamp()
    return f"{app.token():06d}"


@pytest.fixture
def factor(owner: User) -> tuple[Secret, list[Secret]]:
    """The owner's seed and recovery codes, the factor switched on a minute before ``MOMENT``."""
    seed = two_step.begin(owner)
    before = MOMENT - timedelta(minutes=1)
    codes = two_step.confirm(user=owner, code=code(seed, before), keep_session="", now=before)
    assert codes is not None
    return seed, codes


def sign_in(client: Client, owner: User) -> Any:
    return client.post("/sign-in", {"email": owner.email, "password": PASSWORD, "next": "/jobs"})


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_the_password_alone_signs_nobody_in_and_the_code_does(
    client: Client, owner: User, factor: tuple[Secret, list[Secret]]
) -> None:
    with time_machine.travel(MOMENT, tick=False):
        answer = sign_in(client, owner)
        assert answer["Location"] == "/sign-in/code?next=%2Fjobs"
        assert not signed_in(client)
        assert client.get("/jobs").status_code == 302
        before = client.session.session_key
        answer = client.post("/sign-in/code", {"code": code(factor[0], MOMENT), "next": "/jobs"})
        assert answer["Location"] == "/jobs"
        assert client.session.session_key != before
        assert client.get("/jobs").status_code == 200


def test_a_code_is_good_once_and_only_around_its_half_minute(owner: User, factor: tuple[Secret, list[Secret]]) -> None:
    seed = factor[0]
    assert not two_step.check(user=owner, code=code(seed, MOMENT - timedelta(seconds=60)), now=MOMENT)
    assert not two_step.check(user=owner, code=code(seed, MOMENT + timedelta(seconds=60)), now=MOMENT)
    assert two_step.check(user=owner, code=code(seed, MOMENT), now=MOMENT)
    assert not two_step.check(user=owner, code=code(seed, MOMENT), now=MOMENT)
    later = MOMENT + timedelta(seconds=30)
    assert two_step.check(user=owner, code=f" {code(seed, later)[:3]} {code(seed, later)[3:]} ", now=later)


@pytest.mark.parametrize("wrong", ["", "000000x", "abc", "１２３４５６", "0" * 64, "-1", "\x00"])
def test_what_is_no_code_is_refused(owner: User, factor: tuple[Secret, list[Secret]], wrong: str) -> None:
    assert not two_step.check(user=owner, code=wrong, now=MOMENT)


def test_a_recovery_code_is_good_once_and_stored_as_a_hash(owner: User, factor: tuple[Secret, list[Secret]]) -> None:
    first = factor[1][0].reveal()
    assert len(factor[1]) == 10
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM recovery_codes")
        assert first.replace("-", "") not in str(cursor.fetchall()).replace("-", "")
    assert two_step.check(user=owner, code=first.upper().replace("-", " "), now=MOMENT)
    assert not two_step.check(user=owner, code=first, now=MOMENT)
    assert two_step.recovery_codes_left(owner) == 9
    assert AuditEntry.objects.filter(action="two_step.recovery_code_used").count() == 1


def test_codes_cannot_be_tried_without_end_and_the_right_one_waits_too(
    client: Client, owner: User, factor: tuple[Secret, list[Secret]]
) -> None:
    with time_machine.travel(MOMENT, tick=False):
        sign_in(client, owner)
        answers = [client.post("/sign-in/code", {"code": "123456"}).status_code for _ in range(9)]
        assert answers == [200] * 8 + [429]
        refused = client.post("/sign-in/code", {"code": code(factor[0], MOMENT)})
        assert refused.status_code == 429
        assert int(refused["Retry-After"]) <= 901
        assert not signed_in(client)


def test_who_dawdles_or_whose_password_changed_begins_anew(
    client: Client, owner: User, factor: tuple[Secret, list[Secret]]
) -> None:
    with time_machine.travel(MOMENT, tick=False) as clock:
        sign_in(client, owner)
        clock.shift(601)
        assert client.get("/sign-in/code")["Location"] == "/sign-in"
        sign_in(client, owner)
        owner.set_password("another long passphrase")
        owner.save()
        assert client.get("/sign-in/code")["Location"] == "/sign-in"
    assert Client().get("/sign-in/code")["Location"] == "/sign-in"


def test_it_is_switched_on_by_a_page_with_password_and_code_and_ends_other_browsers(
    client: Client, owner: User
) -> None:
    elsewhere = Client()
    for browser in (client, elsewhere):
        assert sign_in(browser, owner).status_code == 302
    page = client.get("/settings/account/two-step").content.decode()
    assert 'src="data:image/svg+xml' in page
    seed = Secret(re.sub(r"\s", "", re.search(r"with this key: <code>([A-Z2-7 ]+)</code>", page)[1]))  # type: ignore[index]
    right = code(seed, timezone.now())
    assert client.post("/settings/account/two-step", {"code": right, "current": "wrong"}).status_code == 422
    assert client.post("/settings/account/two-step", {"code": "000000", "current": PASSWORD}).status_code == 422
    assert not two_step.is_on(owner)
    done = client.post("/settings/account/two-step", {"code": right, "current": PASSWORD})
    assert len(re.findall(r"^(?:.*>)?[a-z0-9]{4}(?:-[a-z0-9]{4}){3}", done.content.decode(), re.M)) == 10
    assert "no-store" in done["Cache-Control"]
    assert two_step.is_on(owner)
    assert client.get("/jobs").status_code == 200
    assert elsewhere.get("/jobs").status_code == 302


def test_it_is_switched_off_with_password_and_code_only(
    client: Client, owner: User, factor: tuple[Secret, list[Secret]]
) -> None:
    off = "/settings/account/two-step/off"
    with time_machine.travel(MOMENT, tick=False):
        client.force_login(owner)
        right = code(factor[0], MOMENT)
        assert client.post(off, {"current": "wrong", "code": right}).status_code == 422
        assert client.post(off, {"current": PASSWORD, "code": "000000"}).status_code == 422
        assert two_step.is_on(owner)
        made = client.post("/settings/account/two-step/codes", {"current": PASSWORD, "code": factor[1][0].reveal()})
        assert made.status_code == 200
        assert not two_step.check(user=owner, code=factor[1][1].reveal(), now=MOMENT), "old codes ended"
        assert client.post(off, {"current": PASSWORD, "code": right}).status_code == 302
    assert not two_step.is_on(owner)
    assert two_step.recovery_codes_left(owner) == 0


def test_a_seed_opens_for_its_person_and_under_a_former_key_too(owner: User, settings: Any) -> None:
    sealed = seeds.seal(b"0123456789", user_id=owner.pk)
    assert b"0123456789" not in sealed.encode()
    assert seeds.open_seed(sealed, user_id=owner.pk + 1) is None
    former, settings.SECRET_KEY = settings.SECRET_KEY, "another key of fifty characters or more, as it should be"
    assert seeds.open_seed(sealed, user_id=owner.pk) is None
    settings.SECRET_KEY_FALLBACKS = [former]
    assert seeds.open_seed(sealed, user_id=owner.pk) == b"0123456789"


def test_operators_reset_it_by_command_which_is_audited(
    client: Client, owner: User, factor: tuple[Secret, list[Secret]]
) -> None:
    client.force_login(owner)
    said = StringIO()
    call_command("reset_totp", owner.email.upper(), stdout=said)
    assert not SecondFactor.objects.exists()
    assert not BrowserSession.objects.filter(user=owner).exists()
    line = AuditEntry.objects.get(action="two_step.off")
    assert (line.actor, line.detail) == ("system:command", {"email": owner.email})
    call_command("reset_totp", owner.email, stdout=said)
    assert "nothing was changed" in said.getvalue()
    with pytest.raises(CommandError, match="Nobody signs in"):
        call_command("reset_totp", "nobody@example.com")


def test_the_admin_wants_a_code_from_operators_where_that_is_asked_for(
    client: Client, house: House, settings: Any
) -> None:
    house.owner.is_staff = house.owner.is_superuser = True
    house.owner.save()
    assert client.get("/admin/login/")["Location"].startswith("/sign-in?next=")
    sign_in(client, house.owner)
    assert client.get("/admin/").status_code == 200
    settings.STAFF_TOTP_REQUIRED = True
    refused = client.get("/admin/", follow=True)
    assert refused.status_code == 403
    assert "The admin wants two-step sign-in" in refused.content.decode()
    seed = two_step.begin(house.owner)
    two_step.confirm(
        user=house.owner, code=code(seed, MOMENT), keep_session=client.session.session_key or "", now=MOMENT
    )
    settings.STAFF_TOTP_REQUIRED = False
    assert client.get("/admin/", follow=True).status_code == 403, "this session showed no code"
    with time_machine.travel(MOMENT + timedelta(minutes=1), tick=False):
        client.post("/sign-out")
        sign_in(client, house.owner)
        assert client.get("/admin/").status_code == 302
        client.post("/sign-in/code", {"code": code(seed, MOMENT + timedelta(minutes=1))})
        assert client.get("/admin/").status_code == 200


def test_the_admins_own_sign_in_form_does_not_exist(client: Client, house: House) -> None:
    house.owner.is_staff = True
    house.owner.save()
    answer = client.post("/admin/login/", {"username": house.owner.email, "password": PASSWORD})
    assert answer["Location"].startswith("/sign-in")
    assert not signed_in(client)


def test_the_admin_shows_no_session_key_seed_or_hash(client: Client, house: House, now: datetime) -> None:
    house.owner.is_staff = house.owner.is_superuser = True
    house.owner.save()
    client.force_login(house.owner)
    two_step.begin(house.owner)
    hidden = [SecondFactor.objects.get().sealed_seed, client.session.session_key]
    invitation = inviting.invite(principal=house.principal, email="guest@example.com", role="viewer", now=now)
    hidden.append(invitation.digest)
    for address in ("browsersession/", "secondfactor/", "invitation/", f"invitation/{invitation.pk}/change/"):
        page = client.get(f"/admin/tenants/{address}")
        assert page.status_code == 200
        assert [one for one in hidden if one and one in page.content.decode()] == []
