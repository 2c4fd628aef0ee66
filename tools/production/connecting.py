"""Connecting an account of the sandbox without a browser."""

from __future__ import annotations

import json
from typing import Final

from tools.production.installation import Installation

_ACCOUNT: Final = """
import json, sys
import requests
from django.utils import timezone
from connectors.manager import get_connector
from connectors.services import choose_destinations, store_destinations, store_grant
from foundation.secret import Secret
from tenants.models import Tenant
from tenants.principal import Principal
sandbox, back, person = {sandbox!r}, {back!r}, {person!r}
now, meta, tenant = timezone.now(), get_connector("meta"), Tenant.objects.get(slug="acme")
dialog = meta.authorize_url(redirect_uri=back, state=Secret("try"))
code = requests.post(f"{{sandbox}}/_sandbox/meta/consent", json={{"url": dialog, "user": person}}, timeout=30).json()["code"]
grant = meta.exchange_code(code=Secret(code), redirect_uri=back, now=now)
account = store_grant(tenant=tenant, platform="meta", grant=grant, actor="system:try", now=now)
rows = store_destinations(connection=account, found=meta.fetch_accounts(access_token=grant.access_token), now=now)
chosen = [row.pk for row in rows if row.kind == "facebook_page" and not row.obstacle]
choose_destinations(principal=Principal.of_system(tenant, "try"), connection=account, chosen=chosen)
print("PLACES=" + json.dumps([str(pk) for pk in chosen]))
"""


def connect_pages(hub: Installation, *, sandbox: str, back: str, person: str) -> list[str]:
    """Connect a person's Facebook Pages for the tenant acme; return the ids of the places."""
    said = hub.manage("shell", "-c", _ACCOUNT.format(sandbox=sandbox, back=back, person=person))
    (places,) = (json.loads(line.removeprefix("PLACES=")) for line in said.splitlines() if line.startswith("PLACES="))
    found: list[str] = places
    return found
