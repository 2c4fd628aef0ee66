"""Pages of single places: their platforms are asked while the visitor waits, and nothing of the answers is kept."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectors import place_pages, reviews, selectors
from connectors.models import Destination
from connectors.serializers import ReplySerializer
from connectors.types import ReviewPage
from foundation.errors import Forbidden, Invalid, NotFound, Refusal
from tenants.doors import MemberRequest, members_only
from tenants.scopes import REVIEWS_READ, REVIEWS_WRITE

LONGEST_PAGE: Final = 2000


@require_safe
@members_only
def reviews_page(request: MemberRequest, destination_id: UUID) -> HttpResponse:
    """Show what customers wrote about a place."""
    request.principal.require(REVIEWS_READ)
    place = selectors.destination_of(request.principal.tenant, destination_id)
    return _reviews(request, place, _word(request.GET.get("page", "")))


@require_POST
@members_only
def reply_to_review(request: MemberRequest, destination_id: UUID) -> HttpResponse:
    """Answer a review, or take the answer away."""
    request.principal.require(REVIEWS_WRITE)
    place = selectors.destination_of(request.principal.tenant, destination_id)
    page, review = _word(request.POST.get("page", "")), _word(request.POST.get("review", ""))
    removes = request.POST.get("action") == "remove"
    text = "" if removes else request.POST.get("text", "").replace("\r\n", "\n").strip()
    try:
        if not removes and not ReplySerializer(data={"text": text}).is_valid():
            raise Invalid("An answer has 1 to 10,000 characters.", remedy="Write something, and not too much.")
        reviews.reply(principal=request.principal, place=place, review=review, text=text, now=timezone.now())
    except (Forbidden, NotFound):
        raise
    except Refusal as refusal:
        return _reviews(request, place, page, typed=(review, text), problem=refusal)
    if removes:
        messages.success(request, "The answer is taken away.")
    else:
        messages.success(request, "Answered. The platform may look at it before everybody sees it.")
    here = reverse("reviews", args=[place.pk])
    return HttpResponseRedirect(place_pages.pager(here, "", page)["next_url"] or here)


def _reviews(
    request: MemberRequest,
    place: Destination,
    page: str,
    *,
    typed: tuple[str, str] = ("", ""),
    problem: Refusal | None = None,
) -> HttpResponse:
    told: ReviewPage | Refusal
    try:
        told = reviews.reviews_of(principal=request.principal, place=place, page=page, now=timezone.now())
    except Forbidden:
        raise
    except Refusal as refusal:
        told = refusal
    shown = place_pages.reviews_page(request.principal, place, told, page=page, typed=typed, problem=problem)
    failed = problem or (told if isinstance(told, Refusal) else None)
    return render(request, "connectors/reviews.html", shown, status=failed.status if failed else 200)


def _word(text: str) -> str:
    """Return a platform's own word as it came back from a form; nothing for what cannot be one."""
    return text if len(text) <= LONGEST_PAGE and text.isprintable() else ""
