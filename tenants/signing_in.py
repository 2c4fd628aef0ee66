"""Signing in, step by step: who may try, what a session begins with, and what django-axes asks of us."""

from datetime import datetime, timedelta
from typing import Any, Final

from axes.attempts import get_cool_off_threshold
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tenants import browser_sessions, throttle, two_step
from tenants.addresses import client_address, guessing_address, network_of
from tenants.models import BrowserSession, User

BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
#: Who has given the right password and owes a code, in the session.
PENDING: Final = "owes_a_code"
#: How long the code may take.
PATIENCE: Final = timedelta(minutes=10)


def account_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """Return the account that is tried, as wrong tries are counted: known or not, in one spelling."""
    said = (credentials or {}).get("username") or request.POST.get("email") or request.POST.get("username") or ""
    return str(said).replace("\x00", "").strip().lower()[:255]


def locked_out(request: HttpRequest, response: HttpResponse, credentials: dict[str, Any] | None) -> HttpResponse:
    """Answer who tried too often, with the right password or a wrong one: in how long to try again."""
    return too_many(request, wait_of(request, credentials), email=account_name(request, credentials))


def too_many(request: HttpRequest, wait: timedelta, *, email: str = "") -> HttpResponse:
    """Answer 429 on the sign-in page."""
    error = f"Too many tries. Wait {throttle.in_words(wait)} and try again, or set a new password by mail."
    told = {"email": email, "next": request.POST.get("next", ""), "error": error}
    answer = render(request, "tenants/sign_in.html", told, status=429)
    answer["Retry-After"] = str(max(1, int(wait.total_seconds())))
    return answer


def wait_of(request: HttpRequest, credentials: dict[str, Any] | None) -> timedelta:
    """Return how long this account and address together have to wait."""
    whole: timedelta = settings.AXES_COOLOFF_TIME
    tried = AccessAttempt.objects.filter(
        username=account_name(request, credentials),
        ip_address=guessing_address(request),
        attempt_time__gte=get_cool_off_threshold(request),
    )
    last = tried.order_by("-attempt_time").values_list("attempt_time", flat=True).first()
    return max(timedelta(seconds=1), last + whole - timezone.now()) if last else whole


def forget_tries(user: User) -> None:
    """Begin to count anew, after proof that does not come from guessing."""
    AccessAttempt.objects.filter(username=user.email).delete()


def owe_a_code(request: HttpRequest, user: User, *, now: datetime) -> None:
    """Remember who gave the right password; nobody is signed in by that."""
    request.session.cycle_key()
    request.session[PENDING] = [user.pk, user.get_session_auth_hash(), now.isoformat()]


def who_owes_a_code(request: HttpRequest, *, now: datetime) -> User | None:
    """Return who is to show a code, or None: nobody, too long ago, or the password was changed meanwhile."""
    pk, mark, since = request.session.get(PENDING) or (None, "", "")
    if pk is None or now - datetime.fromisoformat(since) > PATIENCE:
        return None
    user = User.objects.filter(pk=pk, is_active=True).first()
    return user if user and constant_time_compare(user.get_session_auth_hash(), mark) else None


def enter(request: HttpRequest, user: User, *, with_code: bool, now: datetime) -> None:
    """Sign somebody in: a new session, which knows the browser, its network and whether a code was shown."""
    request.session.pop(PENDING, None)
    login(request, user, backend=BACKEND)
    request.session[browser_sessions.SIGNED_IN_AT] = request.session[browser_sessions.SEEN_AT] = now.isoformat()
    request.session[browser_sessions.BROWSER] = browser_sessions.browser_of(request.headers.get("User-Agent", ""))
    request.session[browser_sessions.NETWORK] = network_of(client_address(request))
    request.session[browser_sessions.SECOND_FACTOR] = with_code


def may_administer(request: HttpRequest) -> bool:
    """Tell whether an operator's session is good for the admin: with a code, where one is needed."""
    user = request.user
    if not isinstance(user, User) or not (user.is_active and user.is_staff):
        return False
    if request.session.get(browser_sessions.SECOND_FACTOR):
        return True
    return not settings.STAFF_TOTP_REQUIRED and not two_step.is_on(user)


def sign_out_everywhere(user: User, *, but: str | None = None) -> int:
    """End this person's sessions, except one; return how many ended."""
    return BrowserSession.objects.filter(user=user).exclude(session_key=but or "").delete()[0]
