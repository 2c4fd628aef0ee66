"""Where there is no second wall it is said, and what asks for it goes on without."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from foundation import wall
from tenants import checks, row_policies
from tenants.models import Tenant
from tests.conftest import House


def test_every_table_of_the_hub_belongs_to_a_tenant_or_was_named_as_nobodys() -> None:
    assert row_policies.unnamed() == []
    tables = {policy.table for policy in row_policies.policies()}
    assert not tables & (row_policies.COMMON.keys() | row_policies.CLOSED)
    assert len(tables) > 35


def test_on_another_database_a_wish_for_the_wall_is_an_error_and_changes_nothing(
    house: House, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "vendor", "sqlite")
    assert checks.wall_can_stand() == []
    settings.ROW_SECURITY = True
    (found,) = checks.wall_can_stand()
    assert found.id == "tenants.E001"
    with wall.around(uuid4()):
        assert wall.standing() is None
        assert Tenant.objects.count() == 1
    with pytest.raises(CommandError, match="Only PostgreSQL"):
        call_command("row_security")
