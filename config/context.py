"""What every page's frame shows.

Values that cost a query are functions: templates call them when they show them, so that a page which does not (the page
told when the database is gone, the admin) asks nothing.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.http import HttpRequest

from publishing.selectors import open_letters_of
from tenants import flags, settings_nav
from tenants.models import Membership, User
from tenants.principal import Principal
from tenants.scopes import CONNECTIONS_WRITE, POSTS_WRITE, WEBHOOKS_READ
from tenants.selectors import memberships_of


def page_frame(request: HttpRequest) -> dict[str, Any]:
    """Return the frame's plain values."""

    match = request.resolver_match

    def principal() -> Principal | None:
        return getattr(request, "principal", None)

    def may(scope: str) -> Callable[[], bool]:
        return lambda: (who := principal()) is not None and scope in who.scopes

    @cache
    def places() -> list[Membership]:
        return memberships_of(request.user) if isinstance(request.user, User) else []

    @cache
    def viewer() -> dict[str, Any] | None:
        user, who = request.user, principal()
        if not isinstance(user, User):
            return None
        role = next((place.get_role_display() for place in places() if who and place.tenant_id == who.tenant.pk), "")
        return {"name": user.get_full_name(), "email": user.email, "role_label": role, "is_staff": user.is_staff}

    @cache
    def tenant() -> dict[str, Any] | None:
        who = principal()
        return {"id": who.tenant.pk, "name": who.tenant.name} if who else None

    @cache
    def dead_letter_count() -> int:
        who = principal()
        return open_letters_of(who.tenant).count() if who else 0

    @cache
    def switched_off() -> dict[str, dict[str, str]]:
        who = principal()
        off = [name for name, rule in flags.rules().items() if who and not rule.allows(who.tenant.pk)]
        return {
            name.replace(".", "_"): {"cause": flags.cause_of(name), "remedy": flags.remedy_for(name)} for name in off
        }

    return {
        "viewer": viewer,
        "tenant": tenant,
        "tenants": lambda: [{"id": place.tenant_id, "name": place.tenant.name} for place in places()],
        "may_publish": may(POSTS_WRITE),
        "may_connect": may(CONNECTIONS_WRITE),
        "may_see_webhooks": may(WEBHOOKS_READ),
        "dead_letter_count": dead_letter_count,
        "switched_off": switched_off,
        "sandbox_url": f"{settings.SANDBOX_URL}/_sandbox/" if settings.SANDBOX else "",
        "settings_nav": lambda: settings_nav.links(principal(), match.url_name or "" if match else ""),
        "version": settings.VERSION,
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "request_id": lambda: str(structlog.contextvars.get_contextvars().get("request_id", "")),
    }
