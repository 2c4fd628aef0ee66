"""Who may pass a page's door: signed-in members of a tenant, and nobody else."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme

from tenants import walls
from tenants.models import User
from tenants.principal import Principal
from tenants.selectors import suspended_tenants_of

P = ParamSpec("P")
LONGEST_PATH = 1000


class MemberRequest(HttpRequest):
    """A request of somebody signed in, with the tenant they chose and the role they have there."""

    principal: Principal
    user: User


class PersonRequest(HttpRequest):
    """A request of somebody signed in, who may have no tenant."""

    principal: Principal | None
    user: User


def people_only(
    view: Callable[Concatenate[PersonRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let everybody in who is signed in, also without a tenant; send strangers to sign in and back."""

    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, User):
            return _to_sign_in(request)
        response = view(cast(PersonRequest, request), *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return door


def members_only(
    view: Callable[Concatenate[MemberRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let members in; send strangers to sign in and back, and tell those without a tenant what to do.

    Answers are for this browser alone and are asked for anew each time.
    """

    @wraps(view)
    def door(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not isinstance(request.user, User):
            return _to_sign_in(request)
        if getattr(request, "principal", None) is None:
            told = {"suspended": suspended_tenants_of(request.user)}
            return render(request, "tenants/no_tenant.html", told, status=403)
        walls.put_up(request, cast(MemberRequest, request).principal.tenant.pk)
        response = view(cast(MemberRequest, request), *args, **kwargs)
        patch_cache_control(response, private=True, no_cache=True)
        return response

    return door


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(f"{reverse('sign_in')}?{urlencode({'next': _way_back(request)})}")


def safe_path(request: HttpRequest, address: str) -> str:
    """Return an address to go on to if it is on this site, else an empty text."""
    hosts = {request.get_host()}
    if len(address) > LONGEST_PATH or not address.isprintable():
        return ""
    return address if url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure()) else ""


def page_before(request: HttpRequest) -> str:
    """Return the page of this site that a form was sent from, or an empty text."""
    return safe_path(request, request.headers.get("Referer", ""))


def _way_back(request: HttpRequest) -> str:
    """Return where to go after signing in; a form that was sent is not sent again, so its page is shown instead."""
    return request.get_full_path() if request.method in {"GET", "HEAD"} else page_before(request)
