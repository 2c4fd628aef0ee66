"""What the pages of single places show: their reviews, their contacts, as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from connectors.audiences import MOST_AT_ONCE
from connectors.models import Destination
from connectors.pages import kind_name
from connectors.registry import CONNECTORS
from connectors.types import Capability, MemberPage, MemberResult, Review, ReviewPage, Segment
from foundation.errors import Refusal
from tenants.principal import Principal
from tenants.scopes import AUDIENCES_READ, AUDIENCES_WRITE, REVIEWS_READ, REVIEWS_WRITE

MOST_STARS: Final = 5


def links_of(principal: Principal, place: Destination) -> list[dict[str, str]]:
    """Return the pages a place has of its own, beside publishing, for whoever may see them."""
    connector = CONNECTORS.get(place.platform_id)
    able = connector.capabilities if connector is not None and place.enabled and place.gone_at is None else frozenset()
    pages = [
        (Capability.REVIEWS, REVIEWS_READ, "Reviews", "reviews"),
        (Capability.AUDIENCES, AUDIENCES_READ, "Contacts", "contacts"),
    ]
    return [
        {"label": label, "url": reverse(name, args=[place.pk])}
        for capability, scope, label, name in pages
        if capability in able and scope in principal.scopes
    ]


def place_facts(place: Destination) -> dict[str, Any]:
    """Return what stands above each page of a place."""
    return {
        "id": place.pk,
        "name": place.name,
        "kind": kind_name(place.platform_id, place.kind),
        "platform": place.platform_id,
        "platform_name": place.platform.name,
        "connection_id": place.connection_id,
        "connection_name": place.connection.display_name,
    }


def reviews_page(
    principal: Principal,
    place: Destination,
    told: ReviewPage | Refusal,
    *,
    page: str,
    typed: tuple[str, str] = ("", ""),
    problem: Refusal | None = None,
) -> dict[str, Any]:
    """Return what ``connectors/reviews.html`` shows: the reviews, or why they could not be had.

    ``typed`` is an answer that was refused (the review's id, its text), and ``problem`` why.
    """
    failed = told if isinstance(told, Refusal) else None
    here = reverse("reviews", args=[place.pk])
    shown = [] if isinstance(told, Refusal) else [_review(one, typed, problem) for one in told.reviews]
    alone = problem is not None and not any(one["problem"] for one in shown)
    return {
        "place": place_facts(place),
        "reviews": shown,
        "failed": problem_facts(failed) if failed else None,
        # What was refused for a review that is not on this page (any more) is told above.
        "problem": problem_facts(problem) if problem and alone else None,
        "average": None if isinstance(told, Refusal) else told.average,
        "total": None if isinstance(told, Refusal) else told.total,
        "page": page,
        "pager": pager(here, page, "" if isinstance(told, Refusal) else told.next_page),
        "may_answer": REVIEWS_WRITE in principal.scopes,
    }


@dataclass(frozen=True, slots=True)
class Contacts:
    """What was read of an audience; ``failed`` says why nothing was."""

    members: MemberPage | None = None
    segments: Sequence[Segment] = ()
    failed: Refusal | None = None


def contacts_page(
    principal: Principal,
    place: Destination,
    told: Contacts,
    *,
    page: str,
    status: str,
    typed: Mapping[str, str] | None = None,
    results: Sequence[MemberResult] = (),
    problem: Refusal | None = None,
) -> dict[str, Any]:
    """Return what ``connectors/contacts.html`` shows: contacts and segments, or why they could not be had.

    ``typed`` is what stands in the form for new ones, ``results`` what became of those just sent, and ``problem`` why none was.
    """
    here = reverse("contacts", args=[place.pk])
    members = told.members.members if told.members else ()
    return {
        "place": place_facts(place),
        "members": [
            {
                "email": one.email,
                "status": one.status,
                "tags": ", ".join(one.tags),
                "vip": bool(one.vip),
                "fields": ", ".join(
                    f"{name}: {value}" for name, value in one.fields.items() if value not in ("", None)
                ),
                "changed_at": one.changed_at,
            }
            for one in members
        ],
        "total": told.members.total if told.members else None,
        "segments": [
            {"name": one.name, "kind": one.kind.replace("_", " "), "members": one.members} for one in told.segments
        ],
        "statuses": sorted({one.status for one in members if one.status} | ({status} if status else set())),
        "status": status,
        "page": page,
        "pager": pager(here, page, told.members.next_page if told.members else "", status=status),
        "failed": problem_facts(told.failed) if told.failed else None,
        "problem": problem_facts(problem) if problem else None,
        "refused": [{"email": one.email, "cause": one.cause, "remedy": one.remedy} for one in results if one.code],
        "typed": {"emails": "", "status": "", "tags": "", **(typed or {})},
        "most": MOST_AT_ONCE,
        "may_change": AUDIENCES_WRITE in principal.scopes,
    }


def pager(here: str, page: str, next_page: str, **kept: str) -> dict[str, str]:
    """Return the ways from one page of a platform's list: to its beginning, and on."""

    def address(**said: str) -> str:
        told = {name: value for name, value in {**kept, **said}.items() if value}
        return f"{here}?{urlencode(told)}" if told else here

    return {"first_url": address() if page else "", "next_url": address(page=next_page) if next_page else ""}


def problem_facts(problem: Refusal) -> dict[str, str]:
    """Return why something was not done, in words."""
    words = [f"{one.message} {one.remedy}".strip() for one in problem.findings]
    return {"cause": " ".join([problem.detail, *words]), "remedy": problem.remedy}


def _review(review: Review, typed: tuple[str, str], problem: Refusal | None) -> dict[str, Any]:
    mine = problem is not None and typed[0] == review.external_id
    return {
        "id": review.external_id,
        "author": review.author,
        "stars": review.stars,
        "full": range(min(review.stars or 0, MOST_STARS)),
        "empty": range(MOST_STARS - min(review.stars or 0, MOST_STARS)),
        "text": review.text,
        "written_at": review.written_at,
        "changed_at": review.changed_at if review.changed_at != review.written_at else None,
        "reply": review.reply,
        "replied_at": review.replied_at,
        "reply_note": review.reply_note,
        "typed": typed[1] if mine else review.reply,
        "problem": problem_facts(problem) if mine and problem else None,
    }
