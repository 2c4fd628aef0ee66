"""Pages for a forgotten password: a mail with a link, and a new password. What is answered tells nobody who has an account."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.tokens import default_token_generator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.encoding import force_str
from django.utils.http import urlsafe_base64_decode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from tenants import doorbell, mails, seeds, signing_in, throttle
from tenants.addresses import guessing_address
from tenants.fields import NewPasswordForm, ResetForm
from tenants.models import User
from tenants.services import record

#: Where the link's secret waits, sealed, while the new password is typed, so that it leaves the address bar at once.
KEPT = "password_reset"
#: Stands for it in the address from then on.
CHOSEN = "chosen"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reset_password(request: HttpRequest) -> HttpResponse:
    """Take an address; whatever it is, say that a mail is on its way if there is an account."""
    form = ResetForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        email = form.cleaned_data["email"].strip().lower()
        wait = throttle.RESETS_HERE.refuses(guessing_address(request) or "") or throttle.RESETS.refuses(email)
        if wait:
            form.add_error(None, f"Too many tries. Wait {throttle.in_words(wait)} and try again.")
            answer = render(request, "tenants/reset_password.html", {"form": form}, status=429)
            answer["Retry-After"] = str(int(wait.total_seconds()) + 1)
            return answer
        # A task looks the account up: the answer takes as long for an address that nobody has.
        doorbell.ring_for_password_reset(email)
        return render(request, "tenants/reset_sent.html", {"email": email})
    told = {"form": form, "can_send": mails.can_send()}
    return render(request, "tenants/reset_password.html", told, status=422 if form.is_bound else 200)


@sensitive_variables("token")
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def choose_password(request: HttpRequest, who: str, token: str) -> HttpResponse:
    """Set a new password, for who has the link of the mail; every browser is signed out, and the second step stays."""
    user = _user_of(who)
    if user and token != CHOSEN and default_token_generator.check_token(user, token):
        request.session[KEPT] = seeds.seal(token.encode(), user_id=user.pk, purpose=seeds.RECOVERY)
        return HttpResponseRedirect(reverse("choose_password", args=[who, CHOSEN]))
    if user is None or not default_token_generator.check_token(user, _kept(request, user)):
        return render(request, "tenants/reset_over.html", status=404)
    form = NewPasswordForm(request.POST if request.method == "POST" else None, user=user)
    if not form.is_bound or not form.is_valid():
        told: dict[str, Any] = {"form": form, "email": user.email}
        return render(request, "tenants/choose_password.html", told, status=422 if form.is_bound else 200)
    user.set_password(form.cleaned_data["password"])
    user.save(update_fields=["password"])
    del request.session[KEPT]
    signing_in.sign_out_everywhere(user)
    signing_in.forget_tries(user)
    record(tenant=None, actor=f"user:{user.email}", action="password.reset", subject=user)
    messages.success(request, "The new password is set. Sign in with it.")
    return redirect("sign_in")


def _kept(request: HttpRequest, user: User) -> str:
    """Return the secret that this browser's link brought for this person; empty where it brought none."""
    sealed = request.session.get(KEPT, "")
    token = seeds.open_seed(sealed, user_id=user.pk, purpose=seeds.RECOVERY) if sealed else None
    return token.decode() if token else ""


def _user_of(who: str) -> User | None:
    try:
        pk = int(force_str(urlsafe_base64_decode(who)))
    except (ValueError, OverflowError):
        return None
    return User.objects.filter(pk=pk, is_active=True).first() if 0 < pk < 2**63 else None
