"""Reconnecting: that account and no other, by a member, by a link or by a mail; nothing that it had is lost."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectors.connect_links import reconnect_link
from connectors.models import Connection, ConnectLink, Destination
from foundation.secret import Secret
from sandbox.meta import demo
from sandbox.world import World
from tenants.models import AuditEntry, Membership, Tenant, User
from tenants.services import add_member
from tests.conftest import House
from tests.connectors.guests import Guest
from tests.connectors.keyhole import GOOD, OTHER_ACCOUNT, SAME_ACCOUNT, Keyhole
from vault.models import EncryptedSecret

pytestmark = pytest.mark.django_db


@pytest.fixture
def sick(connection: Connection) -> Connection:
    """An account with chosen places whose grant is over."""
    Connection.objects.update(
        status="attention", status_code="revoked", status_cause="The grant is over.", status_remedy="Reconnect it."
    )
    connection.refresh_from_db()
    return connection


@pytest.fixture
def editor(tenant: Tenant) -> Client:
    """A member who may publish, and connect nothing."""
    user = User.objects.create_user("editor@acme.example", "correct horse battery")
    add_member(tenant=tenant, user=user, role=Membership.Role.EDITOR, actor="system:test")
    client = Client()
    client.force_login(user)
    return client


def go(client: Client, world: World, start: str, **said: Any) -> Any:
    """Leave for Meta, decide, and come back."""
    away = client.get(start)
    assert away.status_code == 302, away.content
    url = urlsplit(world.meta.consent({"url": away["Location"], **said})["redirect_url"])
    return client.get(f"{url.path}?{url.query}")


def start_of(connection: Connection) -> str:
    return f"/api/oauth/meta/start?connection={connection.pk}"


def test_every_page_that_shows_the_trouble_has_the_one_button(
    member_client: Client, editor: Client, api: Client, sick: Connection
) -> None:
    place = sick.destinations.filter(enabled=True).first()
    assert place is not None
    later = timezone.now() + timedelta(days=1)
    body = json.dumps({"text": "Later", "destinations": [str(place.pk)], "publish_at": later.isoformat()})
    Connection.objects.update(status="active")
    assert api.post("/api/publish", body, content_type="application/json").status_code == 202
    Connection.objects.update(status="attention")
    pages = [reverse("overview"), reverse("connections"), reverse("connection", args=[sick.pk]), reverse("compose")]
    ask = reverse("reconnect", args=[sick.pk])
    for page in pages:
        assert f'href="{start_of(sick)}"' in member_client.get(page).content.decode(), page
        told = editor.get(page).content.decode()
        assert f'href="{ask}"' in told, page
        assert "Ask the owner" in told, page
        assert f'href="{start_of(sick)}"' not in told, page


def test_a_reconnect_keeps_places_and_history_and_leads_back_to_the_account(
    member_client: Client, sick: Connection, world: World
) -> None:
    chosen = set(Destination.objects.filter(enabled=True).values_list("pk", flat=True))
    answer = go(member_client, world, start_of(sick))
    assert answer["Location"] == reverse("connection", args=[sick.pk])
    sick.refresh_from_db()
    assert sick.status == "active"
    assert set(Destination.objects.filter(enabled=True).values_list("pk", flat=True)) == chosen
    assert Connection.objects.count() == 1


def test_another_person_s_grant_is_told_by_name_with_the_choice_and_nothing_is_stored(
    member_client: Client, sick: Connection, world: World
) -> None:
    secrets = set(EncryptedSecret.objects.values_list("pk", "ciphertext"))
    other = demo.JONAS
    answer = go(member_client, world, start_of(sick), user=other)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "this account belongs to Amélie Laurent" in page
    assert f'href="{start_of(sick)}"' in page
    assert 'href="/api/oauth/meta/start"' in page
    assert "Nothing was connected and nothing was stored" in page
    sick.refresh_from_db()
    assert (Connection.objects.count(), sick.status) == (1, "attention")
    assert set(EncryptedSecret.objects.values_list("pk", "ciphertext")) == secrets
    go(member_client, world, "/api/oauth/meta/start", user=other)
    assert Connection.objects.count() == 2, "the choice: the other account beside it"


def test_a_login_for_another_tenant_s_account_or_another_platform_s_is_not_begun(
    member_client: Client, sick: Connection, make_house: Callable[[str], House], connect: Any
) -> None:
    theirs = connect(make_house("Other"))
    assert member_client.get(start_of(theirs)).status_code == 404
    assert member_client.get("/api/oauth/meta/start?connection=nonsense").status_code == 404
    assert member_client.get(f"/api/oauth/linkedin/start?connection={sick.pk}").status_code == 409


def test_a_new_key_renews_its_account_and_the_key_of_another_is_refused(
    member_client: Client, api: Client, keyhole: Keyhole
) -> None:
    api.post("/api/connections/", json.dumps({"platform": "keyhole", "api_key": GOOD}), content_type="application/json")
    anna = Connection.objects.get()
    Connection.objects.update(status="attention", status_cause="Gone.")
    page = reverse("reconnect", args=[anna.pk])
    assert "New key" in member_client.get(reverse("connections")).content.decode()
    refused = member_client.post(page, {"api_key": OTHER_ACCOUNT})
    assert (refused.status_code, "This is a key of Bert" in refused.content.decode()) == (409, True)
    assert (Connection.objects.count(), Connection.objects.get().status) == (1, "attention")
    assert member_client.post(page, {"api_key": SAME_ACCOUNT}).status_code == 302
    assert Connection.objects.get().status == "active"


def test_a_mailed_link_reconnects_the_account_for_somebody_without_an_account_here(
    member_client: Client, sick: Connection, world: World, tenant: Tenant
) -> None:
    answer = member_client.post(reverse("mail_reconnect_link", args=[sick.pk]), {"email": " amelie@example.com "})
    assert answer.status_code == 302
    letter: Any = mail.outbox[0]
    assert letter.to == ["amelie@example.com"]
    assert letter.subject == "Please reconnect Amélie Laurent (Meta)"
    url = re.search(r"http://testserver/c/[\w-]{43}", str(letter.body))
    assert url is not None
    html = str(letter.alternatives[0][0])
    assert url[0] in html
    assert "The grant is over." in html
    entry = AuditEntry.objects.get(action="connection.reconnect_mailed")
    assert entry.detail == {"to": "amelie@example.com"}
    guest = Guest()
    guest.open(url[0])
    assert "Reconnect this account" in guest.text
    guest.choose(str(ConnectLink.objects.get().pk), "meta")
    guest.come_back(guest.decide(world, user=demo.JONAS))
    assert "You signed in as Jonas Østergård; this account belongs to Amélie Laurent." in guest.text
    assert Connection.objects.get().status == "attention"
    guest.choose(str(ConnectLink.objects.get().pk), "meta")
    guest.come_back(guest.decide(world))
    assert "Reconnected" in guest.text
    assert Connection.objects.get().status == "active"


def test_members_who_may_not_connect_ask_the_owners_and_nobody_else(
    editor: Client, sick: Connection, owner: User
) -> None:
    assert owner.email in editor.get(reverse("reconnect", args=[sick.pk])).content.decode()
    answer = editor.post(reverse("mail_reconnect_link", args=[sick.pk]), {"email": "stranger@example.com"})
    assert answer.status_code == 302
    assert [letter.to for letter in mail.outbox] == [[owner.email]]
    assert editor.post(reverse("reconnect", args=[sick.pk]), {"api_key": "x"}).status_code == 403


def test_mails_are_bounded_and_bad_addresses_are_refused(
    member_client: Client, sick: Connection, settings: Any
) -> None:
    page = reverse("mail_reconnect_link", args=[sick.pk])
    for _ in range(3):  # what the hub mails by itself is counted elsewhere
        reconnect_link(connection=sick, now=timezone.now(), actor="system:outbox", mailed_to="a@example.com")
    for address in ("nonsense", "a@example.com\nBcc: b@example.com", ""):
        assert member_client.post(page, {"email": address}).status_code == 422
    said = [member_client.post(page, {"email": "a@example.com"}).status_code for _ in range(4)]
    assert said == [302, 302, 302, 429]
    settings.RECONNECT_MAILS_PER_HOUR = 4
    assert member_client.post(page, {"email": "b@example.com"}).status_code == 302
    assert member_client.post(page, {"email": "c@example.com"}).status_code == 429
    assert len(mail.outbox) == 4


def test_a_mail_that_cannot_be_sent_leaves_no_link_behind(
    member_client: Client, sick: Connection, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    answer = member_client.post(reverse("mail_reconnect_link", args=[sick.pk]), {"email": "a@example.com"})
    assert (answer.status_code, "could not be sent" in answer.content.decode()) == (503, True)
    assert not ConnectLink.objects.exists()
    assert not AuditEntry.objects.filter(action="connection.reconnect_mailed").exists()


def test_who_was_forgotten_is_connected_anew_and_not_renewed(member_client: Client, sick: Connection) -> None:
    Connection.objects.update(
        status="inactive", status_code="data_deleted", disconnected_at=timezone.now(), external_user_id="deleted:1"
    )
    page = member_client.get(reverse("connections")).content.decode()
    assert 'href="/api/oauth/meta/start"' in page


def test_addresses_and_cookies_of_links_are_struck_out_of_logs() -> None:
    from config.logs import redact_text

    secret = Secret("s" * 43).reveal()
    assert secret not in redact_text(f"GET /c/{secret} HTTP/1.1")
    assert secret not in redact_text(f"Cookie: switchboard_link_0123456789ab={secret}.00; other=1")
    kept = "/c/01a2022e-e43b-7681-b336-db048c3fc3a1/"
    assert redact_text(kept) == kept, "ids are no secrets"
