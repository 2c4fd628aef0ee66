"""Every change leaves a line that says who, what and when, and never a secret."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from django.db import transaction

from connectors.models import Connection, Destination
from connectors.services import choose_destinations, disconnect
from sandbox.world import World
from tenants.models import AuditEntry, Membership, Tenant, User
from tenants.scopes import SCOPES
from tenants.services import add_member, create_api_key, create_tenant, record, revoke_api_key
from tests.conftest import House

Role = Membership.Role


def actions(tenant: Tenant) -> list[str]:
    return list(tenant.audit_entries.order_by("id").values_list("action", flat=True))


def test_setting_a_member_is_audited(house: House) -> None:
    user = User.objects.create_user("New@Example.com")
    membership = add_member(tenant=house.tenant, user=user, role=Role.EDITOR, actor=house.principal.actor)
    entry = house.tenant.audit_entries.first()
    assert entry is not None
    assert (entry.action, entry.actor) == ("member.set", f"user:{house.owner.email}")
    assert (entry.subject_kind, entry.subject_id) == ("membership", str(membership.pk))
    assert entry.detail == {"role": "editor", "email": "new@example.com"}
    assert str(entry).startswith("user:")


def test_a_line_is_written_only_together_with_the_change_it_tells_of(house: House) -> None:
    before = actions(house.tenant)
    with transaction.atomic():
        create_api_key(tenant=house.tenant, name="App", scopes=SCOPES, actor="system:test")
        assert actions(house.tenant) == [*before, "api_key.created"]
        transaction.set_rollback(True)
    assert actions(house.tenant) == before


def test_ids_and_long_actors_fit_the_line(house: House) -> None:
    job_id = uuid4()
    entry = record(
        tenant=house.tenant, actor="user:" + "x" * 300, action="job.redriven", subject=house.owner, job=job_id
    )
    entry.refresh_from_db()
    assert entry.detail == {"job": str(job_id)}
    assert len(entry.actor) == 160


def test_the_whole_life_of_a_connection_is_audited_and_no_line_holds_a_secret(
    house: House, connect: Callable[[House], Connection], world: World, now: datetime
) -> None:
    connection = connect(house)
    connect(house)
    choose_destinations(principal=house.principal, connection=connection, chosen=[])
    disconnect(principal=house.principal, connection=connection, now=now)
    key, secret = create_api_key(tenant=house.tenant, name="App", scopes=SCOPES, actor=house.principal.actor)
    revoke_api_key(key=key, actor=house.principal.actor, now=now)
    assert actions(house.tenant) == [
        "member.set",
        "connection.created",
        "connection.destinations_chosen",
        "connection.renewed",
        "connection.destinations_chosen",
        "connection.destinations_chosen",
        "connection.disconnected",
        "api_key.created",
        "api_key.revoked",
    ]
    secrets = {token.value for token in world.meta.state.tokens} | {code.value for code in world.meta.state.codes}
    secrets |= {secret.reveal(), secret.reveal().split("_", 2)[2], key.digest, "sandbox-meta-app-secret"}
    assert len(secrets) > 8
    written = "".join(f"{entry.actor}{entry.action}{entry.detail}{entry}" for entry in AuditEntry.objects.all())
    assert [one for one in secrets if one in written] == []


def test_choosing_names_the_chosen_places(house: House, connection: Connection, destination: Destination) -> None:
    choose_destinations(principal=house.principal, connection=connection, chosen=[destination.pk])
    entry = house.tenant.audit_entries.filter(action="connection.destinations_chosen").order_by("-id").first()
    assert entry is not None
    assert entry.detail == {"destinations": [str(destination.pk)]}
    assert entry.subject_id == str(connection.pk)


def test_two_tenants_of_one_name_have_two_slugs(db: None) -> None:
    made = [create_tenant(name="Café Zoë") for _ in range(3)]
    assert [tenant.slug for tenant in made] == ["cafe-zoe", "cafe-zoe-2", "cafe-zoe-3"]
    assert create_tenant(name="日本").slug == "tenant"


def test_one_person_has_one_account_whatever_the_case_of_the_address(db: None) -> None:
    user = User.objects.create_user(" Ada@Example.COM ", "correct horse battery")
    assert user.email == "ada@example.com"
    assert User.objects.get_by_natural_key("ADA@example.com") == user
    assert user.check_password("correct horse battery")
    assert not User.objects.create_user("nobody@example.com").has_usable_password()
