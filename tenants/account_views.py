"""Pages of a person's own account: name and zone, password, browsers, two-step sign-in."""

from typing import Any

import segno
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from tenants import browser_sessions, selectors, signing_in, throttle, two_step
from tenants.doors import PersonRequest, people_only
from tenants.fields import ChangePasswordForm, FirstCodeForm, PageForm, ProfileForm, ProofForm
from tenants.models import BrowserSession, User
from tenants.services import record

WRONG_WORD = "The present password is not right."


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD"])
@people_only
def account(request: PersonRequest) -> HttpResponse:
    """Show the account."""
    return _account_page(request)


def _account_page(
    request: PersonRequest,
    *,
    profile: ProfileForm | None = None,
    password: ChangePasswordForm | None = None,
    switch_off: ProofForm | None = None,
    status: int = 200,
) -> HttpResponse:
    user, now = request.user, timezone.now()
    on = two_step.is_on(user)
    told = {
        "profile": profile or ProfileForm(initial={"name": user.get_full_name(), "time_zone": user.time_zone}),
        "password": password or ChangePasswordForm(user=user),
        "switch_off": switch_off or ProofForm(),
        "two_step_on": on,
        "codes_left": two_step.recovery_codes_left(user) if on else 0,
        "sessions": [_shown(one, request.session.session_key) for one in selectors.sessions_of(user, now=now)],
    }
    return render(request, "tenants/account.html", told, status=status)


def _shown(session: BrowserSession, here: str | None) -> dict[str, Any]:
    return {
        "browser": session.browser or "A browser",
        "network": session.network,
        "signed_in_at": session.signed_in_at,
        "seen_at": session.seen_at,
        "is_here": session.session_key == here,
    }


@require_POST
@people_only
def change_profile(request: PersonRequest) -> HttpResponse:
    """Change name and zone."""
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _account_page(request, profile=form, status=422)
    request.user.first_name, request.user.last_name = form.cleaned_data["name"], ""
    request.user.time_zone = form.cleaned_data["time_zone"]
    request.user.save(update_fields=["first_name", "last_name", "time_zone"])
    messages.success(request, "Saved.")
    return redirect("account")


@sensitive_post_parameters()
@require_POST
@people_only
def change_password(request: PersonRequest) -> HttpResponse:
    """Set a new password; every other browser is signed out."""
    form = ChangePasswordForm(request.POST, user=request.user)
    if not form.is_valid() or not _is_theirs(request, form):
        return _account_page(request, password=form, status=422)
    request.user.set_password(form.cleaned_data["password"])
    request.user.save(update_fields=["password"])
    update_session_auth_hash(request, request.user)
    signing_in.sign_out_everywhere(request.user, but=request.session.session_key)
    record(tenant=None, actor=f"user:{request.user.email}", action="password.changed", subject=request.user)
    messages.success(request, "The password is changed. Every other browser is signed out.")
    return redirect("account")


@require_POST
@people_only
def sign_out_everywhere(request: PersonRequest) -> HttpResponse:
    """End every session, this one too."""
    signing_in.sign_out_everywhere(request.user)
    record(tenant=None, actor=f"user:{request.user.email}", action="sessions.ended", subject=request.user)
    logout(request)
    messages.success(request, "You are signed out everywhere.")
    return redirect("sign_in")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@people_only
def two_step_page(request: PersonRequest) -> HttpResponse:
    """Switch two-step sign-in on: scan, type a first code, keep the recovery codes."""
    user = request.user
    if two_step.is_on(user):
        return redirect("account")
    form = FirstCodeForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _is_theirs(request, form):
        if wait := throttle.CODES_HERE.refuses(str(user.pk), "switching on"):
            form.add_error("code", f"Too many codes. Wait {throttle.in_words(wait)} and try again.")
        else:
            here, code = request.session.session_key or "", form.cleaned_data["code"]
            codes = two_step.confirm(user=user, code=code, keep_session=here, now=timezone.now())
            if codes is not None:
                request.session[browser_sessions.SECOND_FACTOR] = True
                told = {"codes": [code.reveal() for code in codes], "fresh": True}
                return render(request, "tenants/recovery_codes.html", told)
            form.add_error("code", "The code is not right. Is the clock of the phone? Take the next one.")
    seed = two_step.begun(user) or two_step.begin(user)
    qr = segno.make(two_step.provisioning_uri(user, seed), error="m")
    told = {
        "form": form,
        "seed": " ".join(seed.reveal()[at : at + 4] for at in range(0, len(seed), 4)),
        # As data of an <img>, which the content policy allows and an inline style would break.
        "qr": qr.svg_data_uri(scale=5, border=3, dark="#000", light="#fff"),
    }
    return render(request, "tenants/two_step.html", told, status=422 if form.is_bound else 200)


@sensitive_post_parameters()
@require_POST
@people_only
def switch_two_step_off(request: PersonRequest) -> HttpResponse:
    """Switch two-step sign-in off, for who knows the password and has a code."""
    form = ProofForm(request.POST)
    if not _proved(request, form):
        return _account_page(request, switch_off=form, status=422)
    two_step.switch_off(user=request.user, actor=f"user:{request.user.email}")
    request.session[browser_sessions.SECOND_FACTOR] = False
    messages.success(request, "Two-step sign-in is off.")
    return redirect("account")


@sensitive_post_parameters()
@never_cache
@require_POST
@people_only
def recovery_codes(request: PersonRequest) -> HttpResponse:
    """Make new recovery codes, for who knows the password and has a code; the old ones end."""
    form = ProofForm(request.POST)
    if not _proved(request, form):
        return _account_page(request, switch_off=form, status=422)
    codes = two_step.new_recovery_codes(user=request.user)
    record(tenant=None, actor=f"user:{request.user.email}", action="two_step.codes_made", subject=request.user)
    return render(request, "tenants/recovery_codes.html", {"codes": [code.reveal() for code in codes], "fresh": False})


def _proved(request: PersonRequest, form: ProofForm) -> bool:
    """Tell whether both the password and a code are right; the code is used up only after the password was."""
    if not form.is_valid() or not _is_theirs(request, form):
        return False
    user, now = request.user, timezone.now()
    if wait := throttle.CODES.refuses(str(user.pk)):
        form.add_error("code", f"Too many codes. Wait {throttle.in_words(wait)} and try again.")
        return False
    if not two_step.check(user=user, code=form.cleaned_data["code"], now=now):
        form.add_error("code", "The code is not right, or was used. Take the next one.")
        return False
    return True


def _is_theirs(request: PersonRequest, form: PageForm) -> bool:
    user: User = request.user
    if wait := throttle.PASSWORDS.refuses(str(user.pk)):
        form.add_error("current", f"Too many tries. Wait {throttle.in_words(wait)} and try again.")
        return False
    if not user.check_password(form.cleaned_data["current"]):
        form.add_error("current", WRONG_WORD)
        return False
    throttle.PASSWORDS.forget(str(user.pk))
    return True
