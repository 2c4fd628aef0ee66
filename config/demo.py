"""The demo tenant of an embedded installation: somebody to sign in as, and a key to publish with. Told once."""

import secrets
from dataclasses import dataclass

from django.db import transaction

from tenants.models import Membership, Tenant, User
from tenants.scopes import SCOPES
from tenants.services import add_member, create_api_key, create_tenant

EMAIL = "admin@switchboard.localhost"


@dataclass(frozen=True, slots=True)
class Welcome:
    """What is shown once, at the first start, and stored only as hashes."""

    email: str
    password: str
    api_key: str


@transaction.atomic
def make_demo() -> Welcome | None:
    """Make the demo tenant, its owner and a key; None when there is a tenant or a user already."""
    if Tenant.objects.exists() or User.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    user = User.objects.create_superuser(EMAIL, password)
    tenant = create_tenant(name="Demo")
    add_member(tenant=tenant, user=user, role=Membership.Role.OWNER, actor="system:first_run")
    _, key = create_api_key(tenant=tenant, name="First key", scopes=SCOPES, actor="system:first_run")
    return Welcome(user.email, password, key.reveal())
