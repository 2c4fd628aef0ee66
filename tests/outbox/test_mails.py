"""Mails: who is told of what, once for each change, and how they leave."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.test import Client
from django.utils import timezone

from connectors import services as connections
from connectors.models import Connection, Destination
from outbox import digests, endpoints, mailing, members, news, sorting
from outbox.events import EventType
from outbox.models import Mail, OutgoingEvent, WebhookEndpoint
from outbox.services import announce
from publishing.accepting import publish_post
from publishing.drafts import Draft
from tenants.models import Membership, User
from tenants.scopes import POSTS_READ
from tenants.services import add_member, announce_expiring_keys, create_api_key, revoke_api_key
from tests.conftest import House
from tests.outbox.smtp_sink import sinking
from tests.village import Village

RunDue = Callable[[datetime], int]


def turn(connection: Connection, *, sick: bool) -> None:
    now = timezone.now()
    if sick:
        cause, remedy = "Meta no longer accepts <its> token.", "Reconnect the account."
        connections.mark_attention(connection_id=connection.pk, code="x", cause=cause, remedy=remedy, now=now)
    else:
        connections.mark_recovered(connection_id=connection.pk, now=now)


def html_of(sent: Any) -> str:
    return str(sent.alternatives[0][0])


def post_out(at: datetime | None = None) -> int:
    now = at or timezone.now()
    sorting.sort(now=now)
    return mailing.send_due(clock=lambda: now)


def test_who_owns_the_tenant_is_mailed_when_an_account_needs_them_with_cause_remedy_and_a_way_out(
    connection: Connection, house: House, client: Client
) -> None:
    turn(connection, sick=True)
    assert post_out() == 1
    assert post_out() == 0
    (sent,) = django_mail.outbox
    assert sent.to == [house.owner.email]
    assert "needs you" in sent.subject
    html = html_of(sent)
    for text in (sent.body, html):
        assert "Reconnect the account." in text
        assert "/c/" in text, "a link that renews this account, also without an account here"
        assert "/mail-preferences" in text
    assert "Meta no longer accepts <its> token." in sent.body
    assert "&lt;its&gt;" in html
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    link = next(word for word in sent.body.split() if "/c/" in word)
    assert link.rpartition("/")[2] not in str(list(Mail.objects.values())), "it is kept nowhere"

    leave = sent.extra_headers["List-Unsubscribe"].strip("<>").removeprefix("http://testserver")
    assert client.get(leave).status_code == 200
    assert members.choices_of(Membership.objects.get(user=house.owner))["connections"] is True, "looking ends nothing"
    assert Client(enforce_csrf_checks=True).post(leave).status_code == 200
    assert members.choices_of(Membership.objects.get(user=house.owner))["connections"] is False
    assert client.get(leave[:-3] + "xyz").status_code == 404


def test_an_account_that_comes_and_goes_makes_one_mail_in_ten_minutes(connection: Connection) -> None:
    for _ in range(4):
        turn(connection, sick=True)
        post_out()
        turn(connection, sick=False)
        post_out()
    assert len(django_mail.outbox) == 1
    Mail.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    turn(connection, sick=True)
    post_out()
    assert len(django_mail.outbox) == 2


def test_a_mail_whose_trouble_is_over_before_it_leaves_is_not_sent(connection: Connection) -> None:
    turn(connection, sick=True)
    sorting.sort(now=timezone.now())
    turn(connection, sick=False)
    assert post_out() == 0
    assert Mail.objects.get().state == "sent"
    assert django_mail.outbox == []


def test_only_members_who_want_it_are_told_and_no_other_tenants_people(
    connection: Connection, house: House, make_house: Callable[[str], House]
) -> None:
    make_house("Elsewhere")
    editor = User.objects.create_user("editor@acme.example", "correct horse battery")
    wants = User.objects.create_user("viewer@acme.example", "correct horse battery")
    add_member(tenant=house.tenant, user=editor, role="editor", actor="system:test")
    place = add_member(tenant=house.tenant, user=wants, role="viewer", actor="system:test")
    members.choose(membership=place, wanted={"connections": True})
    turn(connection, sick=True)
    post_out()
    assert {sent.to[0] for sent in django_mail.outbox} == {house.owner.email, wants.email}


def test_dead_letters_come_in_one_mail_grouped_by_cause_and_the_next_not_before_a_quarter_of_an_hour(
    house: House, village: Village, well: Destination, run_due: RunDue
) -> None:
    def fail(words: str, count: int) -> None:
        village.says["publish"] = (422, {"words": words})
        for _ in range(count):
            draft = Draft(text="Hear", destinations=(well.pk,))
            publish_post(principal=house.principal, draft=draft, idempotency_key=None, now=timezone.now())
        run_due(timezone.now())
        news.sweep(now=timezone.now())

    fail("Too loud.", 3)
    now = timezone.now()
    assert digests.write_due(now=now) == 0, "it waits for company"
    assert digests.write_due(now=now + timedelta(minutes=2)) == 1
    post_out(now + timedelta(minutes=2))
    (first,) = django_mail.outbox
    assert "3 posts could not be published" in first.subject
    assert first.body.count("Too loud.") == 1

    fail("Too late.", 1)
    news.sweep(now=timezone.now())
    assert digests.write_due(now=now + timedelta(minutes=10)) == 0
    assert digests.write_due(now=now + timedelta(minutes=18)) == 1
    post_out(now + timedelta(minutes=18))
    assert "1 post could not be published" in django_mail.outbox[1].subject
    assert "4 wait in all" in django_mail.outbox[1].body
    assert digests.write_due(now=now + timedelta(hours=5)) == 0


def test_an_owner_is_told_once_that_an_endpoint_was_switched_off(house: House) -> None:
    now = timezone.now()
    endpoint, _ = endpoints.create_endpoint(
        principal=house.principal, url="http://127.0.0.1:1/hook?key=s3cret", now=now
    )
    for _ in range(2):
        endpoints.disable(endpoint=endpoint, reason=WebhookEndpoint.Disabled.FAILING, cause="It failed.", now=now)
    post_out()
    (sent,) = django_mail.outbox
    assert "http://127.0.0.1:1/hook" in sent.body
    assert "s3cret" not in sent.body + html_of(sent)


@pytest.mark.parametrize("kind", sorted(members.TOPIC_OF))
def test_every_kind_that_goes_by_mail_can_be_written(kind: str, connection: Connection, house: House) -> None:
    turn(connection, sick=True)
    now = timezone.now()
    endpoint, _ = endpoints.create_endpoint(principal=house.principal, url="http://127.0.0.1:1/", now=now)
    endpoints.disable(endpoint=endpoint, reason=WebhookEndpoint.Disabled.FAILING, cause="c", now=now)
    key, _ = create_api_key(
        tenant=house.tenant, name="Shop", scopes=[POSTS_READ], actor="system:test", expires_at=now + timedelta(days=6)
    )
    Mail.objects.all().delete()
    facts = {
        "api_key_id": str(key.pk),
        "connection_id": str(connection.pk), "endpoint_id": str(endpoint.pk), "ends_at": now.isoformat(), "days": 7,
        "cause": "It is so.", "remedy": "Do this.", "state": "unhealthy", "rule": "too_many",
    }  # fmt: skip
    members.write_to(
        house.tenant.pk, topic=members.TOPIC_OF[kind], kind=kind, about="x", facts=facts, now=timezone.now()
    )
    assert mailing.send_due(clock=timezone.now) == 1
    assert "None" not in django_mail.outbox[0].body


# --- a real mail server --------------------------------------------------------------------------------------------


@pytest.fixture
def by_smtp(settings: Any) -> Callable[[int], None]:
    def use(port: int) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""

    return use


def waiting_mails(house: House, count: int = 1) -> None:
    for number in range(count):
        announce(
            tenant_id=house.tenant.pk,
            kind=EventType.ALERT_RAISED,
            data={"alert_id": str(number), "rule": f"Rule {number}", "cause": "Grüße", "remedy": "R"},
            now=timezone.now(),
        )
    sorting.sort(now=timezone.now())


def test_mails_leave_by_smtp_over_one_connection_and_arrive_whole(house: House, by_smtp: Any) -> None:
    waiting_mails(house, 3)
    with sinking() as sink:
        by_smtp(sink.port)
        assert mailing.send_due(clock=timezone.now) == 3
        assert mailing.send_due(clock=timezone.now) == 0
    assert sink.logins == 1
    assert len({mail["Message-ID"] for mail in sink.mails}) == 3
    text, html = (part.get_content() for part in sink.mails[0].iter_parts())
    assert "Grüße" in text
    assert re.search("<h1[^>]*>Rule", html)


def test_a_mail_server_that_is_away_costs_no_mail(house: House, by_smtp: Any) -> None:
    waiting_mails(house)
    now = timezone.now()
    by_smtp(1)
    assert mailing.send_due(clock=lambda: now) == 0
    row = Mail.objects.get()
    assert (row.state, row.due_at, "127.0.0.1" in row.error) == ("waiting", now + mailing.WAITS[0], False)
    with sinking() as sink:
        by_smtp(sink.port)
        assert mailing.send_due(clock=lambda: now) == 0
        assert mailing.send_due(clock=lambda: now + mailing.WAITS[0]) == 1
    assert Mail.objects.get().state == "sent"


@pytest.mark.parametrize(("answer", "state"), [(b"450 later\r\n", "waiting"), (b"550 no such\r\n", "failed")])
def test_who_is_refused_for_good_is_not_tried_again(house: House, by_smtp: Any, answer: bytes, state: str) -> None:
    waiting_mails(house)
    with sinking(RCPT=answer) as sink:
        by_smtp(sink.port)
        mailing.send_due(clock=timezone.now)
    row = Mail.objects.get()
    assert row.state == state
    assert str(int(answer[:3])) in row.error


def test_a_mail_that_another_sender_holds_is_left_alone_until_its_moment(house: House) -> None:
    waiting_mails(house)
    now = timezone.now()
    held = Mail.objects.get()
    assert mailing._claim(held.pk, held.pk, now=now) is not None
    assert mailing.send_due(clock=lambda: now) == 0
    assert mailing.send_due(clock=lambda: now + mailing.LEASE) == 1
    assert len(django_mail.outbox) == 1


def test_an_api_key_that_ends_within_a_week_is_mailed_once_and_no_more_after_its_rotation(house: House) -> None:
    now = timezone.now()
    create_api_key(
        tenant=house.tenant, name="Shop", scopes=[POSTS_READ], actor="system:test", expires_at=now + timedelta(days=6)
    )
    gone, _ = create_api_key(
        tenant=house.tenant, name="Till", scopes=[POSTS_READ], actor="system:test", expires_at=now + timedelta(days=5)
    )
    assert (announce_expiring_keys(now=now), announce_expiring_keys(now=now)) == (2, 0)
    revoke_api_key(key=gone, actor="system:test", now=now)
    post_out()

    (sent,) = django_mail.outbox
    assert sent.to == [house.owner.email]
    assert "Shop" in sent.subject
    assert "Rotate it" in str(sent.body)
    told = OutgoingEvent.objects.filter(type=EventType.API_KEY_EXPIRING).values_list("data__name", flat=True)
    assert sorted(told) == ["Shop", "Till"]
