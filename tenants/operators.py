"""The admin's own door: there is one way to sign in, with its throttle and its second step, and the admin has no other."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache


class OperatorsConfig(AdminConfig):
    """Django's admin, behind our door."""

    default_site = "tenants.operators.OperatorSite"


class OperatorSite(AdminSite):
    """Let in operators, and where it is asked for only those who showed a code."""

    site_header = site_title = "Switchboard"
    index_title = "Operators"

    def has_permission(self, request: HttpRequest) -> bool:
        """Tell whether this session may work here."""
        from tenants.signing_in import may_administer

        return may_administer(request)

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send strangers to the one sign-in page; tell others why this is closed to them."""
        return _door(request)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Passwords are changed where everybody changes them."""
        return redirect("account")


@never_cache
def _door(request: HttpRequest) -> HttpResponse:
    from tenants import two_step
    from tenants.models import User
    from tenants.signing_in import may_administer

    user = request.user
    wanted = request.GET.get("next") or reverse("admin:index")
    if not isinstance(user, User):
        return HttpResponseRedirect(f"{reverse('sign_in')}?{urlencode({'next': wanted})}")
    if may_administer(request):
        return redirect("admin:index")
    told = {"is_operator": user.is_staff, "two_step_on": two_step.is_on(user), "required": settings.STAFF_TOTP_REQUIRED}
    return render(request, "tenants/operators_only.html", told, status=403)
