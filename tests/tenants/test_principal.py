"""Who is asking: roles and their scopes, and a session that reaches only the tenants of its member."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

import pytest
from django.test import Client

from connectors.models import Connection
from foundation.errors import Forbidden
from tenants.middleware import SESSION_TENANT
from tenants.models import AuditEntry, Membership, Tenant, User
from tenants.principal import Principal
from tenants.scopes import (
    AUDIENCES_READ,
    AUDIENCES_WRITE,
    AUDIT_READ,
    CONNECTIONS_READ,
    CONNECTIONS_WRITE,
    KEYS_WRITE,
    MEDIA_READ,
    MEDIA_WRITE,
    POSTS_READ,
    POSTS_WRITE,
    REVIEWS_READ,
    REVIEWS_WRITE,
    ROLE_SCOPES,
    SCOPES,
    TENANT_READ,
    TENANT_WRITE,
    WEBHOOKS_WRITE,
)
from tenants.services import add_member, create_api_key
from tests.conftest import House

Role = Membership.Role
FOR_OWNERS = {CONNECTIONS_WRITE, WEBHOOKS_WRITE, TENANT_WRITE, KEYS_WRITE, AUDIT_READ}


def choose(client: Client, tenant: Tenant) -> None:
    session = client.session
    session[SESSION_TENANT] = str(tenant.pk)
    session.save()


def tenant_seen_by(client: Client) -> str:
    """Whose key list a session reads: the API names no tenant, so ask by what it may find."""
    answer = client.get("/api/connections/")
    assert answer.status_code == 200
    return ",".join(sorted(row["display_name"] for row in answer.json()["results"]))


def give_connection(house: House, name: str, moment: datetime) -> Connection:
    return Connection.objects.create(
        tenant=house.tenant,
        platform_id="meta",
        external_user_id=name,
        display_name=name,
        status_since=moment,
        connected_at=moment,
    )


def test_every_role_has_scopes_and_only_scopes_that_exist() -> None:
    assert set(ROLE_SCOPES) == set(Role.values)
    for scopes in ROLE_SCOPES.values():
        assert scopes <= set(SCOPES)


@pytest.mark.parametrize(
    ("role", "may", "may_not"),
    [
        (Role.OWNER, set(SCOPES), set()),
        (Role.EDITOR, set(SCOPES) - FOR_OWNERS, FOR_OWNERS),
        (
            Role.VIEWER,
            {POSTS_READ, CONNECTIONS_READ, MEDIA_READ, REVIEWS_READ, TENANT_READ},
            FOR_OWNERS | {POSTS_WRITE, CONNECTIONS_WRITE, MEDIA_WRITE, REVIEWS_WRITE, AUDIENCES_READ, AUDIENCES_WRITE},
        ),
    ],
)
def test_a_role_carries_its_scopes_and_no_others(house: House, role: str, may: set[str], may_not: set[str]) -> None:
    user = User.objects.create_user("someone@example.com")
    principal = Principal.of_member(add_member(tenant=house.tenant, user=user, role=role, actor="system:test"))
    assert principal.actor == "user:someone@example.com"
    for scope in may:
        principal.require(scope)
    for scope in may_not:
        with pytest.raises(Forbidden, match=scope) as refusal:
            principal.require(scope)
        assert refusal.value.code == "missing_scope"
        assert refusal.value.remedy


def test_a_viewer_in_a_browser_reads_and_writes_nothing(client: Client, house: House) -> None:
    viewer = User.objects.create_user("viewer@example.com")
    add_member(tenant=house.tenant, user=viewer, role=Role.VIEWER, actor="system:test")
    client.force_login(viewer)
    assert client.get("/api/posts/").status_code == 200
    answer = client.post("/api/publish", "{}", content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")


def test_a_role_changed_counts_at_the_next_request(client: Client, house: House) -> None:
    user = User.objects.create_user("someone@example.com")
    add_member(tenant=house.tenant, user=user, role=Role.VIEWER, actor="system:test")
    client.force_login(user)
    assert client.post("/api/publish", "{}", content_type="application/json").status_code == 403
    add_member(tenant=house.tenant, user=user, role=Role.EDITOR, actor="system:test")
    assert client.post("/api/publish", "{}", content_type="application/json").status_code == 400
    assert Membership.objects.filter(user=user).count() == 1


def test_a_member_of_two_tenants_sees_the_chosen_one_and_only_that(
    client: Client, make_house: Callable[[str], House], now: datetime
) -> None:
    acme, bora = make_house("Acme"), make_house("Bora")
    give_connection(acme, "of Acme", now)
    give_connection(bora, "of Bora", now)
    add_member(tenant=bora.tenant, user=acme.owner, role=Role.VIEWER, actor="system:test")
    client.force_login(acme.owner)
    assert tenant_seen_by(client) == "of Acme"
    choose(client, bora.tenant)
    assert tenant_seen_by(client) == "of Bora"
    answer = client.post("/api/publish", "{}", content_type="application/json")
    assert answer.status_code == 403, "the role of the chosen tenant counts, not the best one"


def test_a_session_that_names_a_foreign_tenant_stays_at_home(
    client: Client, make_house: Callable[[str], House], now: datetime
) -> None:
    acme, bora = make_house("Acme"), make_house("Bora")
    give_connection(acme, "of Acme", now)
    foreign = give_connection(bora, "of Bora", now)
    client.force_login(acme.owner)
    choose(client, bora.tenant)
    assert tenant_seen_by(client) == "of Acme"
    assert client.get(f"/api/connections/{foreign.pk}/").status_code == 404


@pytest.mark.parametrize("wanted", ["foreign", "unknown", "nonsense", ""])
def test_switching_to_a_tenant_one_is_not_a_member_of_is_refused_and_changes_nothing(
    member_client: Client, make_house: Callable[[str], House], tenant: Tenant, wanted: str
) -> None:
    target = {"foreign": str(make_house("Bora").tenant.pk), "unknown": str(uuid4()), "nonsense": "' or 1=1"}
    answer = member_client.post("/switch-tenant", {"tenant": target.get(wanted, "")})
    assert answer.status_code == 404
    assert SESSION_TENANT not in member_client.session


def test_switching_to_another_tenant_of_ones_own_works(
    member_client: Client, owner: User, make_house: Callable[[str], House]
) -> None:
    bora = make_house("Bora")
    add_member(tenant=bora.tenant, user=owner, role=Role.VIEWER, actor="system:test")
    assert member_client.post("/switch-tenant", {"tenant": str(bora.tenant.pk)}).status_code == 302
    assert member_client.session[SESSION_TENANT] == str(bora.tenant.pk)


def test_a_membership_that_ended_ends_the_session_in_that_tenant(
    client: Client, make_house: Callable[[str], House], now: datetime
) -> None:
    acme, bora = make_house("Acme"), make_house("Bora")
    give_connection(acme, "of Acme", now)
    give_connection(bora, "of Bora", now)
    membership = add_member(tenant=bora.tenant, user=acme.owner, role=Role.OWNER, actor="system:test")
    client.force_login(acme.owner)
    choose(client, bora.tenant)
    assert tenant_seen_by(client) == "of Bora"
    membership.delete()
    assert tenant_seen_by(client) == "of Acme"


def test_a_suspended_tenant_is_closed_to_its_members(member_client: Client, tenant: Tenant, now: datetime) -> None:
    assert member_client.get("/api/posts/").status_code == 200
    Tenant.objects.filter(pk=tenant.pk).update(suspended_at=now)
    answer = member_client.get("/api/posts/")
    assert (answer.status_code, answer.json()["code"]) == (403, "tenant_suspended")
    page = member_client.get("/connections")
    assert page.status_code == 403
    assert "Acme is suspended" in page.content.decode()


def test_a_user_without_a_tenant_gets_nothing_from_the_api_and_is_told_on_pages(client: Client, db: None) -> None:
    client.force_login(User.objects.create_user("lonely@example.com"))
    answer = client.get("/api/posts/")
    assert (answer.status_code, answer.json()["code"]) == (403, "no_tenant")
    assert client.get("/connections").status_code == 403


def test_an_inactive_user_is_signed_out(member_client: Client, owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert member_client.get("/api/posts/").status_code == 401


def test_a_foreign_tenants_things_look_the_same_as_things_that_do_not_exist(
    api: Client, make_house: Callable[[str], House], now: datetime
) -> None:
    foreign = give_connection(make_house("Bora"), "of Bora", now)
    theirs = api.get(f"/api/connections/{foreign.pk}/")
    nobodys = api.get(f"/api/connections/{uuid4()}/")
    assert theirs.status_code == nobodys.status_code == 404
    same = ("code", "title", "detail", "remedy")
    assert [theirs.json()[name] for name in same] == [nobodys.json()[name] for name in same]
    assert api.delete(f"/api/connections/{foreign.pk}/").status_code == 404
    foreign.refresh_from_db()
    assert foreign.status == Connection.Status.ACTIVE


def test_a_session_write_needs_the_csrf_token(owner: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)
    assert browser.get("/api/posts/").status_code == 200
    refused = browser.post("/api/publish", "{}", content_type="application/json")
    assert refused.status_code == 403
    assert refused.headers["Content-Type"] == "application/problem+json"
    browser.get("/connections")
    token = browser.cookies["switchboard_csrf"].value
    accepted = browser.post("/api/publish", "{}", content_type="application/json", headers={"X-CSRFToken": token})
    assert accepted.status_code == 400, "the body is looked at only after the door"


def test_a_key_needs_no_csrf_token(tenant: Tenant) -> None:
    _, secret = create_api_key(tenant=tenant, name="App", scopes=[POSTS_WRITE], actor="system:test")
    app = Client(enforce_csrf_checks=True, headers={"Authorization": f"Bearer {secret.reveal()}"})
    assert app.post("/api/publish", "{}", content_type="application/json").status_code == 400


def test_actors_in_the_audit_log_tell_people_from_keys_from_the_hub(house: House) -> None:
    key, _ = create_api_key(tenant=house.tenant, name="App", scopes=[POSTS_READ], actor=house.principal.actor)
    assert AuditEntry.objects.get(action="api_key.created").actor == f"user:{house.owner.email}"
    assert Principal.of_key(key).actor == f"key:{key.prefix}"
    assert Principal.of_system(house.tenant, "beat").actor == "system:beat"
