"""Signing in and out, and choosing a tenant."""

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from foundation.errors import NotFound
from tenants import selectors, throttle
from tenants.doors import MemberRequest, members_only, safe_path
from tenants.middleware import SESSION_TENANT

WRONG = "Email or password is not right. Check both and try again."
TOO_MANY = "Too many tries. Wait 15 minutes, or ask whoever runs this hub to set a new password."


class SignInForm(forms.Form):
    """What is asked of somebody who signs in."""

    email = forms.CharField(max_length=254)
    password = forms.CharField(max_length=1000, strip=False)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by e-mail and password, and go on to where the visitor wanted to be."""
    sent = request.POST if request.method == "POST" else request.GET
    wanted = safe_path(request, sent.get("next", ""))
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(wanted or reverse("overview"))
        return _sign_in_page(request, wanted)
    form = SignInForm(request.POST)
    form.is_valid()
    email = form.cleaned_data.get("email", "")
    address = request.META.get("REMOTE_ADDR", "")
    if not throttle.allows(address=address, email=email):
        response = _sign_in_page(request, wanted, email=email, error=TOO_MANY, status=429)
        response["Retry-After"] = str(int(throttle.WINDOW.total_seconds()))
        return response
    user = authenticate(request, username=email, password=form.cleaned_data["password"]) if not form.errors else None
    if user is None:
        return _sign_in_page(request, wanted, email=email, error=WRONG)
    throttle.forget(address=address, email=email)
    login(request, user)
    return HttpResponseRedirect(wanted or reverse("overview"))


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    messages.success(request, "You are signed out.")
    return redirect("sign_in")


@require_POST
@members_only
def switch_tenant(request: MemberRequest) -> HttpResponse:
    """Work for another tenant from now on."""
    wanted = request.POST.get("tenant", "")
    place = next((place for place in selectors.memberships_of(request.user) if str(place.tenant_id) == wanted), None)
    if place is None:
        raise NotFound("You belong to no such tenant.", remedy="Choose one from the menu.")
    request.session[SESSION_TENANT] = str(place.tenant_id)
    messages.success(request, f"You now work for {place.tenant.name}.")
    return redirect("overview")


def _sign_in_page(
    request: HttpRequest, wanted: str, *, email: str = "", error: str = "", status: int = 200
) -> HttpResponse:
    told = {"email": email, "next": wanted, "error": error, "demo": None}
    return render(request, "tenants/sign_in.html", told, status=status)
