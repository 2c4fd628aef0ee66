"""What runs without a request keeps tenants apart as well: every task of the workers, and every command that takes a tenant.

Both are read from the hub itself, so that nobody can add one and forget it here.
"""

import argparse
import inspect
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, Final
from uuid import uuid4

import pytest
from celery import Task
from django.core import mail
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import transaction
from django.utils import timezone

from config.celery import app
from connectors.models import Connection
from publishing.models import PublishJob
from sandbox.world import World
from tenants.models import AuditEntry, Membership, Tenant
from tests.belongings import snapshot
from tests.conftest import House
from vault.models import DataKey, EncryptedSecret

#: What a task may be told. Whoever adds one that takes anything enters it here, having thought of what strangers could tell it.
TOLD: Final[dict[str, tuple[str, ...]]] = {
    "connectors.renew_tokens": ("connection_id", "version"),
    "monitoring.check_connection": ("connection_id", "until"),
    "publishing.look_sooner": ("platform", "external_id"),
    "publishing.note_removed": ("platform", "external_id", "post_id"),
    "publishing.redrive_after_reconnect": ("connection_id",),
    "tenants.send_password_reset": ("email",),
}
#: What no task should do anything with.
NONSENSE: Final[tuple[Any, ...]] = (
    *("", " ", "x" * 5_000, "a\x00b", "../../etc/passwd", "' OR 1=1 --", "%", "*", "meta", "é🥐", str(uuid4())),
    *(None, True, 0, -1, 2**70, 1.5, [], {}, ["x"], {"$ne": ""}, b"x"),
)
#: What a command needs besides the tenant, to get as far as it can.
BESIDES: Final[dict[str, list[str]]] = {
    "flags": ["set", "publishing", "off", "--tenant={tenant}"],
    "redrive": ["{tenant}", "--all"],
    "erase_tenant": ["{tenant}", "--confirm={tenant}"],
    "shred_tenant": ["{tenant}", "--confirm={tenant}"],
    "rotate_keys": ["--data-keys", "--tenant={tenant}"],
    "vault_accesses": ["--tenant={tenant}"],
    "create_api_key": ["{tenant}"],
    "suspend_tenant": ["{tenant}"],
    "rebuild_analytics": ["{tenant}"],
}


def tasks() -> dict[str, Task[Any, Any]]:
    """Every task that a worker of the hub takes."""
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def everything() -> list[Any]:
    """What would show that something was done, to whomever."""
    kept = [model.objects.order_by("pk").values() for model in (DataKey, EncryptedSecret, Membership, AuditEntry)]
    return [*snapshot(), *map(list, kept), len(mail.outbox)]


def try_to(do: Callable[[], Any]) -> None:
    """Do what may well be refused, in whichever way; only what it leaves behind counts."""
    with suppress(Exception), transaction.atomic():
        do()


def test_every_task_is_known_with_what_it_may_be_told() -> None:
    told = {name: tuple(inspect.signature(task.run).parameters) for name, task in tasks().items()}
    assert {name: names for name, names in told.items() if names} == TOLD
    assert len(told) > 25


def test_who_can_write_to_the_broker_names_nobody_to_a_task_that_takes_nothing() -> None:
    for name, task in tasks().items():
        if name not in TOLD:
            with pytest.raises(TypeError):
                task.run(str(uuid4()))


@pytest.mark.parametrize("name", TOLD)
def test_a_task_told_nonsense_or_ids_of_nothing_does_nothing(
    name: str,
    foreign_ids: dict[str, str],
    world: World,
) -> None:
    before, asked = everything(), len(world.journal.entries(limit=10_000))
    task, names = tasks()[name], TOLD[name]
    for value in (*NONSENSE, *(one for key, one in foreign_ids.items() if key != "connection")):
        try_to(partial(task.run, *[value] * len(names)))
        try_to(partial(task.run, value))
    assert everything() == before
    assert len(world.journal.entries(limit=10_000)) == asked, "no platform was asked"


@pytest.mark.parametrize("name", [name for name, names in TOLD.items() if "connection_id" in names])
def test_a_task_about_one_tenants_account_leaves_every_other_tenant_alone(
    name: str,
    foreign_ids: dict[str, str],
    connection: Connection,
    sandbox: Any,
) -> None:
    mine = connection.tenant_id
    before = of_tenant(mine)
    rest: dict[str, list[Any]] = {"connectors.renew_tokens": [connection.token_version]}
    try_to(lambda: tasks()[name].run(foreign_ids["connection"], *rest.get(name, [])))
    assert of_tenant(mine) == before


def of_tenant(tenant_id: Any) -> list[Any]:
    """Every row of one tenant, in the tables that have its column."""
    from django.apps import apps

    rows = []
    for model in apps.get_models(include_auto_created=True):
        columns = {field.column for field in model._meta.concrete_fields}
        if model._meta.managed and "tenant_id" in columns and model is not AuditEntry:
            rows += [
                (model._meta.db_table, row)
                for row in model._base_manager.filter(tenant_id=tenant_id).order_by("pk").values()
            ]
    return [*rows, Tenant.objects.filter(pk=tenant_id).values().get()]


# --- commands -----------------------------------------------------------------------------------------------------------


def commands() -> Iterator[str]:
    """Every command of the hub's that can be told a tenant."""
    rooms = {"config", "connectors", "media", "monitoring", "outbox", "publishing", "tenants", "vault"}
    for name, room in get_commands().items():
        if room in rooms and name != "waffle_flag":
            parser = load_command_class(str(room), name).create_parser("manage.py", name)
            if any(action.dest == "tenant" for action in all_actions(parser)):
                yield name


def all_actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from all_actions(inner)


def test_every_command_that_takes_a_tenant_is_known() -> None:
    assert set(commands()) == BESIDES.keys()


def run(name: str, slug: str) -> int:
    """Run a command for a tenant; return its exit code."""
    try:
        with transaction.atomic():
            call_command(
                name, *[one.format(tenant=slug) for one in BESIDES[name]], stdout=io.StringIO(), stderr=io.StringIO()
            )
    except CommandError as error:
        return error.returncode
    except SystemExit as error:
        return int(error.code or 0)
    return 0


@pytest.mark.parametrize("name", BESIDES)
def test_a_command_for_a_tenant_that_is_not_there_fails_and_changes_nothing(
    name: str,
    foreign_ids: dict[str, str],
    house: House,
) -> None:
    before = everything()
    for slug in ("nobody", foreign_ids["tenant"], house.tenant.name, "%", "ACME", "acme ", "other\x00", "*"):
        assert run(name, slug) != 0, slug
    assert everything() == before


@pytest.mark.parametrize("name", BESIDES)
def test_a_command_for_one_tenant_leaves_the_others_as_they_were(
    name: str,
    foreign_ids: dict[str, str],
    connection: Connection,
    sandbox: Any,
) -> None:
    other = Tenant.objects.get(pk=foreign_ids["tenant"])
    PublishJob.objects.filter(tenant=other).update(updated_at=timezone.now())
    before = of_tenant(other.pk)
    run(name, connection.tenant.slug)
    assert of_tenant(other.pk) == before
