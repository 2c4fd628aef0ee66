"""Who is asking: one tenant, one actor, a set of scopes. Every door makes one and passes it on."""

from dataclasses import dataclass

from rest_framework.request import Request

from foundation.errors import Forbidden
from tenants.models import ApiKey, Membership, Tenant
from tenants.scopes import ROLE_SCOPES, SCOPES


@dataclass(frozen=True, slots=True)
class Principal:
    """The tenant on whose behalf a request acts, by whom, and with which scopes."""

    tenant: Tenant
    actor: str
    scopes: frozenset[str]

    #: DRF asks its ``request.user`` this; a principal exists only after authentication.
    is_authenticated = True

    @classmethod
    def of_member(cls, membership: Membership) -> "Principal":
        """Return what a member may do in this tenant."""
        return cls(membership.tenant, f"user:{membership.user.email}", ROLE_SCOPES[membership.role])

    @classmethod
    def of_key(cls, key: ApiKey) -> "Principal":
        """Return what the holder of this key may do; scopes we no longer know are dropped."""
        return cls(key.tenant, f"key:{key.prefix}", frozenset(key.scopes) & frozenset(SCOPES))

    @classmethod
    def of_system(cls, tenant: Tenant, part: str) -> "Principal":
        """Return a principal for what the hub does by itself, such as a management command."""
        return cls(tenant, f"system:{part}", frozenset(SCOPES))

    def require(self, scope: str) -> None:
        """Raise ``Forbidden``, naming the scope, unless this principal has it."""
        if scope not in self.scopes:
            raise Forbidden(
                f"This needs the scope {scope} ({SCOPES[scope].lower()}), which you do not have.",
                remedy="Use an API key with that scope, or ask an owner of the tenant for a role that carries it.",
                code="missing_scope",
            )


def principal_of(request: Request) -> Principal:
    """Return the principal of an API request that passed ``HasScope``; raises ``Forbidden`` when there is none."""
    found: object = request.user
    if not isinstance(found, Principal):
        raise Forbidden("Nobody is signed in.", remedy="Send an API key, or sign in.", code="not_authenticated")
    return found
