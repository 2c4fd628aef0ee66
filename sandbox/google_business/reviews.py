"""`accounts/{a}/locations/{l}/reviews`: read, answer, take the answer back. An answer is looked at before it is shown."""

from __future__ import annotations

from typing import Any

from sandbox.google_business import moments, paging, payload
from sandbox.google_business.ask import Ask, camel
from sandbox.google_business.errors import Flaw, Refusal, bad_request, no_permission, not_found, validation
from sandbox.google_business.records import Location, Review

PARAMS = frozenset({"pageSize", "pageToken", "orderBy"})
STARS = ("ONE", "TWO", "THREE", "FOUR", "FIVE")
_REPLY_MOST = 4096
_BATCH_MOST = 50
_REPLY = payload.message(comment=payload.STRING, updateTime=payload.OUTPUT, reviewReplyState=payload.OUTPUT)
_BATCH = payload.message(
    locationNames=payload.STRINGS,
    pageSize=payload.INT,
    pageToken=payload.STRING,
    orderBy=payload.STRING,
    ignoreRatingOnlyReviews=payload.BOOL,
)


def listed(ask: Ask) -> dict[str, Any]:
    """List the reviews of a verified location, with their average."""
    location = _verified(ask)
    found = ask.state.reviews_at(location.id)
    rows, token = paging.page(ask, _ordered(found, ask.text("orderBy")), default=50, most=50)
    average = round(sum(one.stars for one in found) / len(found), 1) if found else 0
    return paging.told(
        "reviews", rows, lambda one: _show(ask, one), token, averageRating=average, totalReviewCount=len(found)
    )


def batch(ask: Ask) -> dict[str, Any]:
    """List the reviews of several locations of one account together."""
    wish = payload.read(ask.body, _BATCH, "batch_get_reviews_request")
    account = ask.account()
    names = wish.get("locationNames", [])
    if not 1 <= len(names) <= _BATCH_MOST:
        raise bad_request([("location_names", f"Name from 1 to {_BATCH_MOST} locations.")])
    found: list[Review] = []
    for name in names:
        ask.path["location"] = name.rpartition("/")[2]
        if name != f"accounts/{account.id}/locations/{ask.path['location']}":
            raise bad_request([("location_names", f"Not a location of this account: {name}")])
        found.extend(ask.state.reviews_at(_verified(ask).id))
    if wish.get("ignoreRatingOnlyReviews"):
        found = [one for one in found if one.comment]
    window = (wish.get("pageSize", 0), wish.get("pageToken", ""))
    rows, token = paging.page(ask, _ordered(found, wish.get("orderBy", "")), default=50, most=50, window=window)

    def show(one: Review) -> dict[str, Any]:
        return {"name": f"accounts/{account.id}/locations/{one.location_id}", "review": _show(ask, one)}

    return paging.told("locationReviews", rows, show, token)


def read(ask: Ask) -> dict[str, Any]:
    """Tell one review."""
    return _show(ask, _found(ask))


def reply(ask: Ask) -> dict[str, Any]:
    """Answer a review, or put another answer in place of the first."""
    comment = payload.read(ask.body, _REPLY, "reply").get("comment", "")
    review = _found(ask)
    if not comment.strip():
        raise validation(Flaw(2, "comment", "Comment is required."))
    if len(comment.encode()) > _REPLY_MOST:
        raise validation(Flaw(4, "comment", f"Comment must be at most {_REPLY_MOST} bytes."))
    review.reply, review.replied_us = comment, moments.micros(ask.now)
    review.reply_fate = ask.switches.word("google_business.reply_fate")
    review.reply_wait_s = ask.switches.number("google_business.reply_wait_s")
    ask.state.save_review(review)
    return _show_reply(ask, review)


def take_back(ask: Ask) -> dict[str, Any]:
    """Take an answer away."""
    review = _found(ask)
    if not review.reply:
        raise not_found()
    review.reply = ""
    ask.state.save_review(review)
    return {}


def reply_state(review: Review, now: float) -> str:
    """Say how far an answer has come."""
    waits = moments.micros(now) < review.replied_us + review.reply_wait_s * moments.MICROSECOND
    return "PENDING" if waits or review.reply_fate == "pending" else review.reply_fate.upper()


def _verified(ask: Ask) -> Location:
    """Return the location, whose reviews are told only while it is verified."""
    location = ask.location()
    if location.standing == "verified":
        return location
    if ask.switches.number("google_business.unverified_reviews") == 400:
        raise Refusal(400, "FAILED_PRECONDITION", "Precondition check failed.")
    raise no_permission()


def _found(ask: Ask) -> Review:
    location = _verified(ask)
    review = ask.state.reviews.get(ask.path["review"])
    if review is None or review.location_id != location.id:
        raise not_found()
    return review


def _ordered(found: list[Review], order: str) -> list[Review]:
    wanted = camel(" ".join(order.split())) or "updateTime desc"
    if wanted not in ("rating", "rating desc", "updateTime desc"):
        raise bad_request([("order_by", f"Invalid order: {order}")])
    newest = sorted(found, key=lambda one: one.updated_us, reverse=True)
    return (
        newest if wanted == "updateTime desc" else sorted(newest, key=lambda one: one.stars, reverse="desc" in wanted)
    )


def _show(ask: Ask, review: Review) -> dict[str, Any]:
    digits = int(ask.switches.word("google_business.time_digits"))
    reviewer: dict[str, Any] = {"displayName": review.reviewer}
    if review.anonymous:
        reviewer["isAnonymous"] = True
    shown: dict[str, Any] = {
        "name": f"accounts/{ask.path['account']}/locations/{review.location_id}/reviews/{review.id}",
        "reviewId": review.id,
        "reviewer": reviewer,
        "starRating": STARS[review.stars - 1],
        "createTime": moments.told(review.created_us, digits),
        "updateTime": moments.told(review.updated_us, digits),
    }
    if review.comment:
        shown["comment"] = review.comment
    if review.reply:
        shown["reviewReply"] = _show_reply(ask, review)
    return shown


def _show_reply(ask: Ask, review: Review) -> dict[str, Any]:
    digits = int(ask.switches.word("google_business.time_digits"))
    state = reply_state(review, ask.now)
    shown = {
        "comment": review.reply,
        "updateTime": moments.told(review.replied_us, digits),
        "reviewReplyState": state,
    }
    # Which words stand here is not documented.
    return shown | ({"policyViolation": "PROMOTIONAL_CONTENT"} if state == "REJECTED" else {})
