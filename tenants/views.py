"""Signing in and out, and choosing a tenant."""

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from foundation.errors import NotFound
from tenants import selectors, signing_in, throttle, two_step
from tenants.addresses import guessing_address
from tenants.doors import MemberRequest, members_only, safe_path
from tenants.middleware import SESSION_TENANT
from tenants.models import User

WRONG = "Email or password is not right. Check both and try again."
WRONG_CODE = "The code is not right, or was used. Wait for the next one, or use a recovery code."


class SignInForm(forms.Form):
    """What is asked of somebody who signs in."""

    email = forms.CharField(max_length=254)
    password = forms.CharField(max_length=1000, strip=False)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in by e-mail and password, and go on to where the visitor wanted to be; by way of the code, where one is needed."""
    sent = request.POST if request.method == "POST" else request.GET
    wanted = safe_path(request, sent.get("next", ""))
    if request.method != "POST":
        if request.user.is_authenticated:
            return HttpResponseRedirect(wanted or reverse("overview"))
        return _sign_in_page(request, wanted)
    form = SignInForm(request.POST)
    form.is_valid()
    email = form.cleaned_data.get("email", "")
    if wait := throttle.SIGN_INS.refuses(guessing_address(request) or ""):
        return signing_in.too_many(request, wait, email=email)
    # django-axes counts wrong tries here, and answers in our place once there were too many (signing_in.locked_out).
    user = authenticate(request, username=email, password=form.cleaned_data["password"]) if not form.errors else None
    if not isinstance(user, User):
        return _sign_in_page(request, wanted, email=email, error=WRONG)
    now = timezone.now()
    if two_step.is_on(user):
        signing_in.owe_a_code(request, user, now=now)
        return HttpResponseRedirect(f"{reverse('sign_in_code')}?{urlencode({'next': wanted})}")
    signing_in.enter(request, user, with_code=False, now=now)
    return HttpResponseRedirect(wanted or reverse("overview"))


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Take the code that follows the password."""
    sent = request.POST if request.method == "POST" else request.GET
    wanted = safe_path(request, sent.get("next", ""))
    now = timezone.now()
    user = signing_in.who_owes_a_code(request, now=now)
    if user is None:
        return redirect("sign_in")
    error, status, wait = "", 200, None
    if request.method == "POST":
        here = guessing_address(request) or ""
        wait = throttle.CODES_HERE.refuses(str(user.pk), here) or throttle.CODES.refuses(str(user.pk))
        if wait:
            error, status = f"Too many codes. Wait {throttle.in_words(wait)} and try again.", 429
        elif two_step.check(user=user, code=request.POST.get("code", "")[:64], now=now):
            throttle.CODES_HERE.forget(str(user.pk), here)
            signing_in.enter(request, user, with_code=True, now=now)
            return HttpResponseRedirect(wanted or reverse("overview"))
        else:
            error = WRONG_CODE
    answer = render(request, "tenants/sign_in_code.html", {"next": wanted, "error": error}, status=status)
    if wait:
        answer["Retry-After"] = str(int(wait.total_seconds()) + 1)
    return answer


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and go on to a page that needs none."""
    wanted = safe_path(request, request.POST.get("next", ""))
    logout(request)
    messages.success(request, "You are signed out.")
    return HttpResponseRedirect(wanted or reverse("sign_in"))


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
