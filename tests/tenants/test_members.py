"""Members: invited by mail, joined once, changed and removed by owners, and never without an owner."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from foundation.errors import Conflict, Forbidden
from tenants import inviting, members
from tenants.models import AuditEntry, Invitation, Membership, Tenant, User
from tenants.principal import Principal
from tenants.scopes import OWNER, TENANT_WRITE, VIEWER
from tenants.services import add_member, create_api_key
from tests.conftest import House

GUEST = "guest@example.com"
PASSWORD = "a rather long passphrase"


def add(house: House, email: str, role: str) -> Membership:
    user = User.objects.create_user(email, PASSWORD)
    return add_member(tenant=house.tenant, user=user, role=role, actor="system:test")


def link() -> str:
    found = re.search(r"http://testserver(/invitations/\S+)", str(mail.outbox[-1].body))
    assert found
    return found[1]


@pytest.fixture
def invited(house: House, now: datetime) -> str:
    """The link of a guest who is to be an editor."""
    inviting.invite(principal=house.principal, email=GUEST, role="editor", now=now)
    return link()


def test_an_invitation_is_mailed_as_text_and_html_and_its_link_is_stored_as_a_hash(invited: str, house: House) -> None:
    sent = mail.outbox[-1]
    assert sent.to == [GUEST]
    assert house.owner.email in str(sent.body)
    assert isinstance(sent, mail.EmailMultiAlternatives)
    html, kind = sent.alternatives[0]
    assert kind == "text/html"
    assert invited in str(html)
    secret = invited.rsplit("/", 1)[1]
    assert secret not in str(list(Invitation.objects.values())) + str(list(AuditEntry.objects.values()))


def test_a_tenants_name_cannot_write_into_the_mails_head(house: House, now: datetime) -> None:
    Tenant.objects.filter(pk=house.tenant.pk).update(name="A <b>\r\nBcc: all@example.com")
    house.tenant.refresh_from_db()
    inviting.invite(principal=house.principal, email=GUEST, role=VIEWER, now=now)
    sent = mail.outbox[-1]
    assert "\n" not in sent.subject
    assert sent.recipients() == [GUEST]
    assert "A <b>" not in str(sent.alternatives[0][0])  # type: ignore[attr-defined]


def test_a_newcomer_makes_an_account_joins_and_is_signed_in_there(client: Client, invited: str, house: House) -> None:
    page = client.get(invited)
    assert page.status_code == 200
    assert "Acme" in page.content.decode()
    weak = client.post(invited, {"name": "Guest", "password": "short"})
    assert weak.status_code == 422
    assert not User.objects.filter(email=GUEST).exists()
    assert client.post(invited, {"name": "Guest", "password": PASSWORD}).status_code == 302
    member = Membership.objects.get(user__email=GUEST)
    assert (member.tenant, member.role, member.user.first_name) == (house.tenant, "editor", "Guest")
    assert client.get(reverse("overview")).status_code == 200
    assert client.get(invited).status_code == 404, "a link is good once"
    assert house.tenant.audit_entries.filter(action="member.joined", actor=f"user:{GUEST}").count() == 1


def test_a_newcomer_cannot_write_themselves_a_role_or_another_address(client: Client, invited: str) -> None:
    for more in ({"role": OWNER}, {"email": "x@example.com"}, {"is_staff": "1"}):
        assert client.post(invited, {"name": "G", "password": PASSWORD, **more}).status_code == 422
    assert not User.objects.filter(email=GUEST).exists()


def test_who_has_an_account_signs_in_and_joins_with_it(client: Client, invited: str, house: House) -> None:
    guest = User.objects.create_user(GUEST, PASSWORD)
    page = client.get(invited).content.decode()
    assert "/sign-in?next=/invitations/" in page
    client.post(invited, {"name": "x", "password": "another long passphrase"})
    guest.refresh_from_db()
    assert guest.check_password(PASSWORD), "a link alone changes nobody's password"
    client.force_login(guest)
    assert client.post(invited).status_code == 302
    assert Membership.objects.get(user=guest).role == "editor"


def test_somebody_else_cannot_take_an_invitation(
    client: Client, invited: str, make_house: Callable[[str], House]
) -> None:
    stranger = make_house("Other").owner
    client.force_login(stranger)
    assert "Sign out and go on" in client.get(invited).content.decode()
    assert client.post(invited).status_code == 409
    assert not Membership.objects.filter(user=stranger, tenant__slug="acme").exists()


@pytest.mark.parametrize("end", ["expired", "revoked", "resent", "mistyped", "suspended"])
def test_a_link_that_is_over_opens_nothing(client: Client, invited: str, house: House, now: datetime, end: str) -> None:
    invitation = Invitation.objects.get()
    if end == "expired":
        Invitation.objects.update(expires_at=now - timedelta(seconds=1))
    elif end == "revoked":
        inviting.revoke(principal=house.principal, invitation=invitation, now=now)
    elif end == "resent":
        inviting.resend(principal=house.principal, invitation=invitation, now=now)
    elif end == "suspended":
        Tenant.objects.update(suspended_at=now)
    else:
        invited = invited[:-1] + ("A" if invited[-1] != "A" else "B")
    assert client.get(invited).status_code == 404
    assert client.post(invited, {"name": "G", "password": PASSWORD}).status_code == 404
    assert not User.objects.filter(email=GUEST).exists()
    if end == "resent":
        assert client.get(link()).status_code == 200
        assert Invitation.objects.count() == 1


def test_guessing_links_is_slowed_down(client: Client, invited: str) -> None:
    head = invited.rsplit("/", 1)[0]
    answers = [client.get(f"{head}/{number}").status_code for number in range(61)]
    assert answers[-1] == 429


def test_nobody_invites_removes_or_raises_beyond_their_own_scopes(house: House, now: datetime) -> None:
    key, _ = create_api_key(tenant=house.tenant, name="x", scopes=[TENANT_WRITE], actor="system:test")
    principal, other = Principal.of_key(key), add(house, "viewer@example.com", VIEWER)
    owner = Membership.objects.get(user=house.owner)
    for act in (
        lambda: inviting.invite(principal=principal, email=GUEST, role=OWNER, now=now),
        lambda: members.change_role(principal=principal, member=other, role=OWNER),
        lambda: members.remove_member(principal=principal, member=owner),
    ):
        with pytest.raises(Forbidden) as refusal:
            act()
        assert refusal.value.code == "scope_beyond_own"
    assert not mail.outbox


def test_a_tenant_is_never_left_without_an_owner(house: House) -> None:
    owner = Membership.objects.get(user=house.owner)
    second = add(house, "second@example.com", OWNER)
    User.objects.filter(pk=second.user_id).update(is_active=False)
    for act in (
        lambda: members.change_role(principal=house.principal, member=owner, role=VIEWER),
        lambda: members.remove_member(principal=house.principal, member=owner),
        lambda: members.leave_tenant(tenant=house.tenant, user=house.owner),
    ):
        with pytest.raises(Conflict) as refusal:
            act()
        assert refusal.value.code == "last_owner"
    User.objects.filter(pk=second.user_id).update(is_active=True)
    members.leave_tenant(tenant=house.tenant, user=house.owner)
    assert list(Membership.objects.values_list("user__email", flat=True)) == ["second@example.com"]


def test_members_are_listed_changed_and_removed_by_the_api(api: Client, house: House) -> None:
    other = add(house, "eva@example.com", VIEWER)
    listed = api.get("/api/members/").json()["results"]
    assert {one["email"] for one in listed} == {house.owner.email, "eva@example.com"}
    assert not any("password" in name for one in listed for name in one)
    address = f"/api/members/{other.pk}/"
    changed = api.patch(address, {"role": "editor"}, content_type="application/json")
    assert (changed.status_code, changed.json()["role"]) == (200, "editor")
    for wrong in ({"role": "king"}, {"role": "editor", "user": 1}):
        assert api.patch(address, wrong, content_type="application/json").status_code == 400
    left = api.patch(address, {}, content_type="application/json")
    assert (left.status_code, left.json()["role"]) == (200, "editor"), "what is left out stays"
    assert api.delete(address).status_code == 204
    assert api.get(address).status_code == 404
    assert set(house.tenant.audit_entries.values_list("action", flat=True)) >= {"member.role_changed", "member.removed"}


def test_invitations_are_made_listed_sent_again_and_taken_back_by_the_api(api: Client, house: House) -> None:
    def post(address: str, body: Any = None) -> Any:
        return api.post(address, body or {}, content_type="application/json")

    made = post("/api/invitations/", {"email": "Guest@Example.com", "role": "viewer"})
    assert (made.status_code, made.json()["email"]) == (201, GUEST)
    assert post("/api/invitations/", {"email": "x", "role": "viewer"}).status_code == 422
    assert post("/api/invitations/", {"email": house.owner.email, "role": "viewer"}).json()["code"] == "already_member"
    assert post(f"/api/invitations/{made.json()['id']}/resend/").status_code == 200
    assert len(mail.outbox) == 2
    assert len(api.get("/api/invitations/").json()["results"]) == 1
    assert api.delete(f"/api/invitations/{made.json()['id']}/").status_code == 204
    assert api.get("/api/invitations/").json()["results"] == []


def test_without_a_mail_server_the_invitation_stands_and_the_owner_is_told(
    member_client: Client, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    answer = member_client.post("/settings/members/invite", {"email": GUEST, "role": "viewer"})
    assert answer.status_code == 503
    assert "EMAIL_HOST" in answer.content.decode()
    assert Invitation.objects.count() == 1


def test_the_pages_invite_change_remove_and_leave(member_client: Client, house: House) -> None:
    other = add(house, "eva@example.com", VIEWER)
    create_api_key(tenant=house.tenant, name="Evas robot", scopes=[], actor="user:eva@example.com")
    assert member_client.post("/settings/members/invite", {"email": GUEST, "role": "viewer"}).status_code == 302
    assert GUEST in member_client.get("/settings/members").content.decode()
    assert member_client.post(f"/settings/members/{other.pk}/role", {"role": "owner"}).status_code == 302
    other.refresh_from_db()
    assert other.role == OWNER
    removed = member_client.post(f"/settings/members/{other.pk}/remove", follow=True)
    assert "Evas robot" in removed.content.decode(), "keys of who is gone still open, and owners should know"
    assert member_client.post("/settings/members/leave").status_code == 409


def test_the_tenants_settings_are_changed_by_owners_and_only_what_is_named(api: Client, tenant: Tenant) -> None:
    def patch(body: Any) -> Any:
        return api.patch("/api/tenant/", body, content_type="application/json")

    done = patch({"time_zone": "Europe/Berlin", "redrive_after_reconnect": True})
    assert (done.status_code, done.json()["name"], done.json()["time_zone"]) == (200, "Acme", "Europe/Berlin")
    for wrong in ({"slug": "x"}, {"suspended_at": None}, {"name": ""}):
        assert patch(wrong).status_code == 400
    nowhere = patch({"time_zone": "Mars/Base"})
    assert (nowhere.status_code, nowhere.json()["errors"][0]["code"]) == (422, "unfit")
    assert patch({"time_zone": "Mars/Base", "slug": "x"}).status_code == 400, "the form is wrong too"
    patch({"name": "Acme"})
    assert tenant.audit_entries.filter(action="tenant.changed").count() == 1


def test_the_audit_log_is_filtered_by_api_and_page(api: Client, member_client: Client, house: House) -> None:
    add(house, "eva@example.com", VIEWER)
    everything = api.get("/api/audit-log/").json()["results"]
    kinds = {entry["action"] for entry in everything}
    assert kinds == {"member.set", "api_key.created"}
    only = api.get("/api/audit-log/", {"action": "member.set", "subject_kind": "membership"}).json()["results"]
    assert {entry["action"] for entry in only} == {"member.set"}
    assert api.get("/api/audit-log/", {"since": "2100-01-01T00:00:00Z"}).json()["results"] == []
    assert api.get("/api/audit-log/", {"since": "yesterday"}).status_code == 400
    page = member_client.get("/settings/audit-log", {"about": "apikey"}).content.decode()
    assert "api_key.created" in page
    assert "eva@example.com" not in page
