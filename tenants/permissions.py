"""Which scope a view asks for."""

from typing import Any, Final

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenants.principal import Principal

#: What a view declares that asks for no scope: every key and member of a tenant may call it.
ANYONE: Final = "anyone"


class HasScope(BasePermission):
    """Demand the scope a view declares as ``scope`` (all methods) or ``scopes`` (by method or action).

    A view that declares none is refused: forgetting to say is not the same as saying anyone may.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return False for strangers (401); raise ``Forbidden`` naming the scope for members who lack it (403)."""
        principal: object = request.user
        if not isinstance(principal, Principal):
            return False
        by_action: dict[str, str] = getattr(view, "scopes", {})
        scope = (
            by_action.get(getattr(view, "action", None) or "")
            or by_action.get(request.method or "")
            or getattr(view, "scope", None)
        )
        if scope is None:
            return False
        if scope != ANYONE:
            principal.require(scope)
        return True
