"""Tenants from the operator's side: made, suspended so that jobs wait, erased with all they had."""

import json
from collections.abc import Callable
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from connectors.models import Connection, Destination
from publishing.accepting import publish_post
from publishing.drafts import Draft
from publishing.models import PublishJob
from sandbox.world import World
from tenants.models import AuditEntry, Membership, Tenant, User
from tenants.services import resume_tenant, suspend_tenant
from tenants.signals import tenant_erased
from tests.conftest import House
from vault.models import DataKey


def run(*said: str) -> str:
    out = StringIO()
    call_command(*said, stdout=out)
    return out.getvalue()


def test_a_suspended_tenants_jobs_wait_and_leave_when_it_is_lifted(
    house: House,
    destination: Destination,
    make_house: Callable[[str], House],
    connect: Callable[[House], Connection],
    run_due: Callable[[datetime], int],
    world: World,
) -> None:
    other = make_house("Other")
    place = connect(other).destinations.filter(enabled=True).first()
    assert place is not None
    now = timezone.now()
    for who, where in ((house, destination), (other, place)):
        draft = Draft(text=f"From {who.tenant.name}", destinations=(where.pk,))
        publish_post(principal=who.principal, draft=draft, idempotency_key=None, now=now)
    suspend_tenant(tenant=house.tenant, actor="system:test", now=now)
    assert run_due(timezone.now()) == 1
    assert run_due(timezone.now()) == 0
    assert [item.text for item in world.meta.timeline()] == ["From Other"]
    assert PublishJob.objects.get(tenant=house.tenant).state == "queued"
    resume_tenant(tenant=house.tenant, actor="system:test", now=now)
    assert run_due(timezone.now()) == 1
    assert PublishJob.objects.get(tenant=house.tenant).state == "published"


def test_a_tenant_is_made_with_an_owner_who_can_sign_in(db: None, client: Any) -> None:
    told = json.loads(run("create_tenant", "Acme", "--owner", "Ada@Acme.example", "--json"))
    assert told["tenant"] == "acme"
    assert client.post("/sign-in", {"email": told["owner"], "password": told["password"]}).status_code == 302
    assert client.get("/settings/api-keys").status_code == 200
    again = json.loads(run("create_tenant", "Acme", "--owner", "ada@acme.example", "--json"))
    assert (again["tenant"], again["password"]) == ("acme-2", None)
    assert Membership.objects.filter(user__email="ada@acme.example", role="owner").count() == 2
    assert AuditEntry.objects.filter(action="tenant.created").count() == 2


@pytest.mark.parametrize(
    "said",
    [
        ("create_tenant", "", "--owner", "a@b.example"),
        ("create_tenant", "Acme", "--owner", "nonsense"),
        ("create_tenant", "Acme", "--owner", "a@b.example", "--time-zone", "Mars"),
        ("suspend_tenant", "nobody"),
        ("erase_tenant", "nobody"),
    ],
)
def test_what_a_command_cannot_do_is_said_and_nothing_is_made(db: None, said: tuple[str, ...]) -> None:
    with pytest.raises(CommandError):
        run(*said)
    assert not Tenant.objects.exists()
    assert not User.objects.exists()


def test_only_a_suspended_tenant_is_erased_and_only_when_its_name_is_said_twice(
    house: House, connection: Connection, make_house: Callable[[str], House]
) -> None:
    make_house("Other")
    with pytest.raises(CommandError, match="not suspended"):
        run("erase_tenant", "acme", "--confirm", "acme")
    run("suspend_tenant", "acme")
    for wrong in ((), ("--confirm", "other")):
        with pytest.raises(CommandError, match="Nothing was deleted"):
            run("erase_tenant", "acme", *wrong)
    heard: list[Any] = []

    def listen(tenant: Tenant, **kwargs: Any) -> None:
        heard.append((tenant.pk, Connection.objects.filter(tenant=tenant).exists()))

    tenant_erased.connect(listen)
    try:
        run("erase_tenant", "acme", "--confirm", "acme")
    finally:
        tenant_erased.disconnect(listen)
    assert heard == [(house.tenant.pk, True)], "rooms above hear of it while the tenant is still there"
    assert not DataKey.objects.exists()
    assert list(Tenant.objects.values_list("slug", flat=True)) == ["other"]
    assert not Connection.objects.exists()
    assert User.objects.filter(pk=house.owner.pk).exists()
    line = AuditEntry.objects.get(action="tenant.erased")
    assert (line.tenant, line.detail) == (None, {"slug": "acme"})
    assert AuditEntry.objects.exclude(tenant=None).filter(tenant_id=house.tenant.pk).count() == 0


def test_a_listener_that_fails_keeps_the_tenant(house: House) -> None:
    run("suspend_tenant", "acme")

    def fail(**kwargs: Any) -> None:
        raise RuntimeError("the keys could not be shredded")

    tenant_erased.connect(fail)
    try:
        with pytest.raises(RuntimeError):
            run("erase_tenant", "acme", "--confirm", "acme")
    finally:
        tenant_erased.disconnect(fail)
    assert Tenant.objects.filter(pk=house.tenant.pk).exists()
