"""Reviews of a location, read and replied to.

Source: https://developers.google.com/my-business/reference/rest/v4/accounts.locations.reviews, read 2026-11-21. Only verified locations have
them. A reply that was taken is not public yet: Google reviews it, and says so in ``reviewReplyState``.
"""

from collections.abc import Mapping
from typing import Any, Final

from connectors.errors import ConnectorError, ContentRejected
from connectors.google_business.errors import is_gone
from connectors.google_business.google import Google, strange
from connectors.google_business.hosts import PLATFORM, Api
from connectors.google_business.moments import read_moment
from connectors.google_business.names import location_of, parent_of, review_of
from connectors.types import Review, ReviewPage, Target

AT_ONCE: Final = "50"
LONGEST_REPLY_BYTES: Final = 4_096
STARS: Final = {"ONE": 1, "TWO": 2, "THREE": 3, "FOUR": 4, "FIVE": 5}
PENDING: Final = "Google is still reviewing the reply."
REFUSED: Final = "Google refused the reply under its content policy"


def fetch(google: Google, target: Target, *, page: str) -> ReviewPage:
    """Return one page of reviews, those changed last first."""
    query = [("pageSize", AT_ONCE), ("orderBy", "updateTime desc"), *([("pageToken", page)] if page else [])]
    told = google.read(Api.POSTS, f"{parent_of(target)}/reviews", operation="list_reviews", query=query)
    listed = told.get("reviews", [])
    if not isinstance(listed, list):
        raise strange("a list of reviews that is none", "list_reviews")
    average, total = told.get("averageRating"), told.get("totalReviewCount")
    return ReviewPage(
        tuple(review for one in listed if isinstance(one, Mapping) and (review := _review(one)) is not None),
        next_page=str(told.get("nextPageToken") or ""),
        average=float(average) if isinstance(average, int | float) and not isinstance(average, bool) else None,
        total=total if isinstance(total, int) and not isinstance(total, bool) else None,
    )


def reply(google: Google, external_id: str, text: str, target: Target) -> None:
    """Answer a review, or take the answer away with an empty text. Repeating it harms nobody."""
    path = f"{review_of(parent_of(target), external_id)}/reply"
    if text.strip():
        _require_short(text)
        google.call(
            Api.POSTS,
            "PUT",
            path,
            operation="reply_to_review",
            changes=True,
            body={"comment": text},
            edits=location_of(target),
        )
        return
    try:
        google.call(Api.POSTS, "DELETE", path, operation="reply_to_review", changes=True, edits=location_of(target))
    except ConnectorError as error:
        if not is_gone(error):
            raise


def _require_short(text: str) -> None:
    length = len(text.encode())
    if length > LONGEST_REPLY_BYTES:
        raise ContentRejected(
            f"The reply is {length - LONGEST_REPLY_BYTES:,} bytes too long for Google; letters beyond a-z take two or more.",
            remedy=f"Shorten it to {LONGEST_REPLY_BYTES:,} bytes.",
            platform=PLATFORM,
            operation="reply_to_review",
        )


def _review(told: Mapping[str, Any]) -> Review | None:
    external_id = _text(told.get("reviewId")) or _text(told.get("name")).rsplit("/", 1)[-1]
    if not external_id:
        return None
    reviewer, answer = _object(told.get("reviewer")), _object(told.get("reviewReply"))
    return Review(
        external_id=external_id,
        author=_text(reviewer.get("displayName")) or "Somebody",
        stars=STARS.get(_text(told.get("starRating"))),
        text=_text(told.get("comment")),
        written_at=read_moment(told.get("createTime")),
        changed_at=read_moment(told.get("updateTime")),
        reply=_text(answer.get("comment")),
        replied_at=read_moment(answer.get("updateTime")),
        reply_note=_note(answer),
    )


def _note(answer: Mapping[str, Any]) -> str:
    match _text(answer.get("reviewReplyState")):
        case "PENDING":
            return PENDING
        case "REJECTED":
            named = _text(answer.get("policyViolation"))
            return f"{REFUSED} ({named.replace('_', ' ').lower()})." if named else f"{REFUSED}."
        case _:
            return ""


def _text(told: Any) -> str:
    return told if isinstance(told, str) else ""


def _object(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}
