"""Pages of the tenant itself: its settings, and its audit log."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from foundation.listing import Column, Query, stretch_of
from tenants import selectors, services
from tenants.doors import MemberRequest, PersonRequest, members_only, people_only
from tenants.fields import TenantForm
from tenants.models import AuditEntry
from tenants.scopes import AUDIT_READ, TENANT_READ, TENANT_WRITE

PAGE_SIZE = 50
#: What lines can be about, in the words of the page.
ABOUT = {
    "post": "Posts",
    "publishjob": "Jobs",
    "connection": "Connections",
    "destination": "Destinations",
    "media": "Files",
    "apikey": "API keys",
    "membership": "Members",
    "invitation": "Invitations",
    "tenant": "The tenant",
}


@require_safe
@people_only
def settings_home(request: PersonRequest) -> HttpResponse:
    """Go to the first of the settings."""
    return redirect("account" if request.principal is None else "tenant_settings")


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def tenant_settings(request: MemberRequest) -> HttpResponse:
    """Show and change the tenant's settings."""
    request.principal.require(TENANT_READ)
    tenant = request.principal.tenant
    may_change = TENANT_WRITE in request.principal.scopes
    if request.method == "POST":
        request.principal.require(TENANT_WRITE)
        form = TenantForm(request.POST)
        if form.is_valid():
            services.change_tenant(tenant=tenant, actor=request.principal.actor, **form.cleaned_data)
            messages.success(request, "Saved.")
            return redirect("tenant_settings")
    else:
        shown = {name: getattr(tenant, name) for name in ("name", "time_zone", "redrive_after_reconnect")}
        form = TenantForm(initial=shown)
    told = {"form": form, "may_change": may_change, "slug": tenant.slug, "since": tenant.created_at}
    return render(request, "tenants/tenant.html", told, status=422 if form.is_bound else 200)


@require_safe
@members_only
def audit_log(request: MemberRequest) -> HttpResponse:
    """Show who did what, newest first."""
    request.principal.require(AUDIT_READ)
    rows = selectors.audit_of(request.principal.tenant)
    query = Query(request.GET, request.path)
    words = query.words()
    about = query.choice("about", ABOUT)
    if words:
        rows = rows.filter(Q(actor__icontains=words) | Q(action__icontains=words) | Q(subject_id=words))
    if about:
        rows = rows.filter(subject_kind=about)
    sort = query.sort({"when": Column()}, "when")
    stretch = stretch_of(rows, sort, query.cursor, size=PAGE_SIZE)
    found = {entry.pk: entry for entry in AuditEntry.objects.filter(pk__in=stretch.ties)}
    told = {
        "entries": [_shown(found[pk]) for pk in stretch.ties],
        "query": words,
        "about": about,
        "kinds": list(ABOUT.items()),
        "filtered": bool(words or about),
        "page": stretch.links(query),
    }
    return render(request, "tenants/audit_log.html", told)


def _shown(entry: AuditEntry) -> dict[str, Any]:
    kind, _, who = entry.actor.partition(":")
    return {
        "at": entry.created_at,
        "actor_kind": {"user": "Person", "key": "API key", "system": "Hub"}.get(kind, kind),
        "actor": who,
        "action": entry.action,
        "subject": entry.subject_kind,
        "subject_id": entry.subject_id,
        "detail": [(name.replace("_", " "), _plain(value)) for name, value in entry.detail.items()],
    }


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
