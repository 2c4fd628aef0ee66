"""Whose rows a dashboard shows: one tenant's for its members, every tenant's for operators who ask for them."""

from dataclasses import dataclass
from typing import Any, Final, TypeVar

from django.db.models import QuerySet

from foundation.errors import NotFound
from tenants import walls
from tenants.doors import MemberRequest
from tenants.models import Tenant

Rows = TypeVar("Rows", bound=QuerySet[Any])

#: ``?tenants=all`` in a dashboard's address; anything else is the viewer's own tenant.
PARAMETER: Final = "tenants"
ALL: Final = "all"


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows that a page may show: those of one tenant, or of all."""

    #: None: of all.
    tenant: Tenant | None
    #: The viewer is an operator, and may look at all.
    may_widen: bool

    @property
    def is_wide(self) -> bool:
        """Whether rows of every tenant are shown."""
        return self.tenant is None

    @property
    def query(self) -> str:
        """What a link within the dashboards carries so that the scope stays: ``tenants=all`` or nothing."""
        return f"{PARAMETER}={ALL}" if self.is_wide else ""

    def of(self, rows: Rows, *, field: str = "tenant_id") -> Rows:
        """Return those of the rows that may be shown."""
        return rows if self.tenant is None else rows.filter(**{field: self.tenant.pk})

    def by_index(self, rows: Rows) -> Rows:
        """Return the same as ``of``, all tenants named one by one: so that indexes that begin with the tenant serve."""
        return self.of(rows) if self.tenant else rows.filter(tenant_id__in=Tenant.objects.values("pk"))


def scope_of(request: MemberRequest) -> Scope:
    """Return whose rows the request asks for; raises ``NotFound`` if somebody who is no operator asks for all."""
    may_widen = request.user.is_staff
    if request.GET.get(PARAMETER) != ALL:
        return Scope(request.principal.tenant, may_widen)
    if not may_widen:
        raise NotFound("There is no such page.", remedy="Leave out tenants=all: it is for operators.")
    walls.lift(request)
    return Scope(None, may_widen)
