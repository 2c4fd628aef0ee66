"""Pages of numbers: parse, one call, show or lead on."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST, require_safe

from connectors.registry import CONNECTORS
from connectors.selectors import destination_of
from foundation.errors import NotFound, Refusal
from foundation.listing import Query, read_uuid
from monitoring.analytics import doorbell, exports, refreshing, selectors, sheets
from monitoring.analytics.totals import Narrowed
from monitoring.pages.analytics import job as job_numbers
from monitoring.pages.analytics import overview as numbers
from monitoring.pages.analytics import place as place_numbers
from monitoring.pages.analytics.span import range_of
from publishing.selectors import job_of
from tenants.doors import MemberRequest, members_only, page_before
from tenants.scopes import ANALYTICS_READ, ANALYTICS_WRITE


@require_safe
@members_only
def overview(request: MemberRequest) -> HttpResponse:
    """Show what posts and places came to."""
    request.principal.require(ANALYTICS_READ)
    told = numbers.overview_page(request.principal, request.GET.dict(), request.path, now=timezone.now())
    return render(request, "monitoring/analytics.html", told)


@require_safe
@members_only
def place(request: MemberRequest, destination_id: UUID) -> HttpResponse:
    """Show the numbers of one place."""
    request.principal.require(ANALYTICS_READ)
    found = destination_of(request.principal.tenant, destination_id)
    told = place_numbers.place_page(request.principal, found, request.GET.dict(), request.path, now=timezone.now())
    return render(request, "monitoring/analytics_place.html", told)


@require_safe
@members_only
def job(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Show the numbers of one post: as a page, or as a piece of the job's."""
    request.principal.require(ANALYTICS_READ)
    found = job_of(request.principal.tenant, job_id)
    told = job_numbers.job_page(request.principal, found, now=timezone.now())
    piece = request.headers.get("HX-Request") == "true"
    response = render(request, f"monitoring/analytics_job{'_piece' if piece else ''}.html", told)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@members_only
def refresh(request: MemberRequest) -> HttpResponse:
    """Ask for the numbers of a place, or of all, as soon as a worker is free."""
    request.principal.require(ANALYTICS_WRITE)
    wanted = read_uuid(request.POST.get("destination", ""))
    found = destination_of(request.principal.tenant, wanted) if wanted else None
    try:
        asked = refreshing.refresh_places(principal=request.principal, place=found, now=timezone.now())
    except NotFound:
        raise
    except Refusal as refusal:
        messages.warning(request, f"{refusal.detail} {refusal.remedy}")
    else:
        doorbell.ring_after_commit()
        places = sum(one.asked and one.job_id is None for one in asked)
        told = "The platform is" if places == 1 else f"The platforms of {places} places are"
        messages.success(request, f"{told} asked for fresh numbers; they come in a moment.")
    return HttpResponseRedirect(page_before(request) or reverse("analytics"))


@require_POST
@members_only
def refresh_job(request: MemberRequest, job_id: UUID) -> HttpResponse:
    """Ask for the numbers of a post as soon as a worker is free."""
    request.principal.require(ANALYTICS_WRITE)
    found = job_of(request.principal.tenant, job_id)
    try:
        refreshing.refresh_job(principal=request.principal, job=found, now=timezone.now())
    except Refusal as refusal:
        messages.warning(request, f"{refusal.detail} {refusal.remedy}")
    else:
        doorbell.ring_after_commit()
        messages.success(request, "The platform is asked for fresh numbers; they come in a moment.")
    before = page_before(request)
    return HttpResponseRedirect(before) if before else redirect("job_metrics", found.pk)


@require_safe
@members_only
def posts_csv(request: MemberRequest) -> HttpResponse:
    """Hand out the posts of a range with their numbers."""
    asked = _asked(request)
    sort = Query(request.GET, request.path).sort(selectors.post_columns(), selectors.PUBLISHED)
    lines = exports.posts(request.principal.tenant, asked, sort)
    return sheets.response(lines, name=f"posts-{asked.range.since}-{asked.range.until}.csv", bom=True)  # type: ignore[return-value]


@require_safe
@members_only
def places_csv(request: MemberRequest) -> HttpResponse:
    """Hand out the days of places."""
    asked = _asked(request)
    lines = exports.days(request.principal.tenant, asked)
    return sheets.response(lines, name=f"places-{asked.range.since}-{asked.range.until}.csv", bom=True)  # type: ignore[return-value]


def _asked(request: MemberRequest) -> Narrowed:
    request.principal.require(ANALYTICS_READ)
    days, _ = range_of(request.principal.tenant, request.GET.dict(), now=timezone.now())
    query = Query(request.GET, request.path)
    return Narrowed(days, query.choice("platform", CONNECTORS), query.uuid("destination"))
