"""Pages of single places: their platforms are asked while the visitor waits, and nothing of the answers is kept."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectors import audiences, place_pages, reviews, selectors
from connectors.audiences import MOST_AT_ONCE
from connectors.models import Destination
from connectors.place_pages import Contacts
from connectors.serializers import MembersSerializer, ReplySerializer
from connectors.types import MemberResult, ReviewPage
from foundation.errors import Forbidden, Invalid, NotFound, Refusal
from tenants.doors import MemberRequest, members_only
from tenants.scopes import AUDIENCES_READ, AUDIENCES_WRITE, REVIEWS_READ, REVIEWS_WRITE

LONGEST_WORD: Final = 2000


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


@require_safe
@members_only
def contacts(request: MemberRequest, destination_id: UUID) -> HttpResponse:
    """Show the contacts and segments of an audience."""
    request.principal.require(AUDIENCES_READ)
    place = selectors.destination_of(request.principal.tenant, destination_id)
    return _contacts(
        request, place, page=_word(request.GET.get("page", "")), status=_word(request.GET.get("status", ""))
    )


@require_POST
@members_only
def add_contacts(request: MemberRequest, destination_id: UUID) -> HttpResponse:
    """Add contacts to an audience, one in each line, or change those that are there."""
    request.principal.require(AUDIENCES_WRITE)
    place = selectors.destination_of(request.principal.tenant, destination_id)
    typed = {name: request.POST.get(name, "") for name in ("emails", "status", "tags")}
    lines = [line.strip() for line in typed["emails"].splitlines() if line.strip()]
    tags = [tag.strip() for tag in typed["tags"].split(",") if tag.strip()]
    form = MembersSerializer(
        data={"members": [{"email": line, "status": typed["status"].strip(), "tags": tags} for line in lines]}
    )
    results: Sequence[MemberResult] = ()
    problem: Refusal | None = None
    try:
        if not form.is_valid():
            raise Invalid(
                "This is no list of contacts.", remedy=f"One e-mail address in each line, up to {MOST_AT_ONCE}."
            )
        members = form.validated_data["members"]
        results = audiences.save_members(principal=request.principal, place=place, members=members, now=timezone.now())
    except (Forbidden, NotFound):
        raise
    except Refusal as refusal:
        problem = refusal
    refused = [result.email for result in results if result.code]
    if saved := len(results) - len(refused):
        messages.success(request, "1 contact is saved." if saved == 1 else f"{saved} contacts are saved.")
    if problem is None and not refused:
        return redirect("contacts", place.pk)
    # What was refused stands in the form again, to be mended; the others are done.
    typed = typed if problem else {**typed, "emails": "\n".join(refused)}
    return _contacts(request, place, typed=typed, results=results, problem=problem)


@require_POST
@members_only
def archive_contact(request: MemberRequest, destination_id: UUID) -> HttpResponse:
    """Take a contact out of an audience."""
    request.principal.require(AUDIENCES_WRITE)
    place = selectors.destination_of(request.principal.tenant, destination_id)
    page, status, email = (_word(request.POST.get(name, "")) for name in ("page", "status", "email"))
    try:
        if not email:
            raise Invalid("No contact was named.", remedy="Choose one of the list.")
        audiences.archive_member(principal=request.principal, place=place, email=email, now=timezone.now())
    except (Forbidden, NotFound):
        raise
    except Refusal as refusal:
        return _contacts(request, place, page=page, status=status, problem=refusal)
    # The address is not repeated: messages travel in a cookie.
    messages.success(request, "The contact is archived.")
    here = reverse("contacts", args=[place.pk])
    return HttpResponseRedirect(place_pages.pager(here, "", page, status=status)["next_url"] or here)


def _contacts(
    request: MemberRequest,
    place: Destination,
    *,
    page: str = "",
    status: str = "",
    typed: Mapping[str, str] | None = None,
    results: Sequence[MemberResult] = (),
    problem: Refusal | None = None,
) -> HttpResponse:
    principal, now = request.principal, timezone.now()
    try:
        members = audiences.members_of(principal=principal, place=place, page=page, status=status, now=now)
        told = Contacts(members, audiences.segments_of(principal=principal, place=place, now=now))
    except Forbidden:
        raise
    except Refusal as refusal:
        told = Contacts(failed=refusal)
    shown = place_pages.contacts_page(
        principal, place, told, page=page, status=status, typed=typed, results=results, problem=problem
    )
    failed = problem or told.failed
    code = failed.status if failed else 422 if shown["refused"] else 200
    return render(request, "connectors/contacts.html", shown, status=code)


def _word(text: str) -> str:
    """Return a platform's own word as it came back from a form; nothing for what cannot be one."""
    return text if len(text) <= LONGEST_WORD and text.isprintable() else ""
