"""Commands of the hall."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tenants.models import ApiKey, Tenant
from tenants.selectors import live_api_key


def test_a_key_made_by_command_opens_and_is_stored_as_a_hash_only(tenant: Tenant) -> None:
    out = StringIO()
    call_command("create_api_key", tenant.slug, "--scope", "posts:read", "--days", "2", "--json", stdout=out)
    told = json.loads(out.getvalue())
    key = live_api_key(told["key"], now=timezone.now())
    assert key is not None
    assert key.scopes == ["posts:read"]
    assert key.expires_at is not None
    assert told["key"] not in str(list(ApiKey.objects.values()))


def test_an_unknown_tenant_or_scope_is_refused_in_words(tenant: Tenant) -> None:
    with pytest.raises(CommandError, match="no tenant"):
        call_command("create_api_key", "nobody")
    with pytest.raises(CommandError, match="no scope"):
        call_command("create_api_key", tenant.slug, "--scope", "everything")
    assert ApiKey.objects.count() == 0
