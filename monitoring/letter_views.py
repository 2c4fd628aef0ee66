"""Pages of dead letters by cause; and what an operator does with another tenant's, which that tenant's audit log tells."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from foundation.errors import Invalid, NotFound
from monitoring.pages import letters as letters_pages
from monitoring.pages.dashboard import dashboard_of
from publishing import doorbell, redriving
from publishing.pages.letters import letters_of_group
from publishing.selectors import open_letters_of
from tenants.doors import MemberRequest, members_only, page_before
from tenants.models import Tenant
from tenants.principal import Principal
from tenants.scopes import POSTS_READ, POSTS_WRITE, SCOPES

#: So many dead letters are redriven or discarded by one press; the rest by the next.
MOST_AT_ONCE = 500
#: So many are rehearsed: each is checked as if it were written anew.
MOST_REHEARSED = 100


@require_safe
@members_only
def dead_letters(request: MemberRequest) -> HttpResponse:
    """Show the jobs that need a person, grouped by cause."""
    request.principal.require(POSTS_READ)
    board = dashboard_of(request, now=timezone.now(), spans=())
    if board.scope.is_wide:
        return render(request, "monitoring/dead_letters.html", letters_pages.all_letters_page(board))
    return render(request, "publishing/dead_letters.html", letters_pages.letters_page(request.principal, board))


@require_POST
@members_only
def check(request: MemberRequest) -> HttpResponse:
    """Tell what a redrive of a group would do, and do nothing."""
    request.principal.require(POSTS_WRITE)
    return _check(request, request.principal)


@require_POST
@members_only
def operate(request: MemberRequest, tenant_id: UUID, verb: str) -> HttpResponse:
    """Check, redrive or discard a group of any tenant's, in the operator's own name; for operators alone."""
    tenant = Tenant.objects.filter(pk=tenant_id).first() if request.user.is_staff else None
    if tenant is None or verb not in {"check", "redrive", "discard"}:
        raise NotFound("There is no such page.", remedy="Look at the list of dead letters.")
    operator = Principal(tenant, f"user:{request.user}", frozenset(SCOPES))
    if verb == "check":
        return _check(request, operator)
    letters = letters_of_group(tenant, _group(request), most=MOST_AT_ONCE)
    more = " Press again for the rest." if len(letters) == MOST_AT_ONCE else ""
    try:
        if verb == "redrive":
            count = redriving.redrive(principal=operator, letters=letters, now=timezone.now())
            doorbell.ring_after_commit()
            told = "sent again; each goes out once"
        else:
            reason = request.POST.get("reason", "").replace("\x00", "")[:500]
            count = redriving.discard(principal=operator, letters=letters, reason=reason, now=timezone.now())
            told = "discarded"
    except Invalid as refusal:
        messages.error(request, f"{refusal.detail} {refusal.remedy}".strip())
    else:
        jobs = "1 job" if count == 1 else f"{count:,} jobs"
        messages.success(request, f"{jobs} of {tenant.name} {told}. Its audit log names you.{more}")
    return _back(request)


def _check(request: MemberRequest, principal: Principal) -> HttpResponse:
    group = _group(request)
    letters = letters_of_group(principal.tenant, group, most=MOST_REHEARSED)
    count = len(letters)
    if count == MOST_REHEARSED:
        count = open_letters_of(principal.tenant).filter(fingerprint=group).count()
    told = redriving.rehearse(principal=principal, letters=letters)
    say = messages.warning if any(one.findings for one in told) else messages.info
    say(request, letters_pages.rehearsed(told, of=count))
    return _back(request)


def _group(request: MemberRequest) -> str:
    return request.POST.get("group", "").replace("\x00", "")


def _back(request: MemberRequest) -> HttpResponse:
    return HttpResponseRedirect(page_before(request) or reverse("dead_letters"))
