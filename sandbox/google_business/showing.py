"""Posts as a place's page shows them: dates in words, buttons, coupons, and a tag for what is not to be seen yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.google_business import lifecycle, moments, reviews
from sandbox.google_business.records import Location, Post, Review
from sandbox.media import Media
from sandbox.platforms import MediaShown

STANDINGS = {
    "verify": "Not verified",
    "verify_pending": "Verification pending",
    "wait": "In review",
    "conflict": "Ownership disputed",
    "suspended": "Suspended",
    "disabled": "Disabled",
}
BUTTONS = {
    "BOOK": "Book",
    "ORDER": "Order online",
    "SHOP": "Buy",
    "LEARN_MORE": "Learn more",
    "SIGN_UP": "Sign up",
    "GET_OFFER": "Get offer",
    "CALL": "Call now",
}
_DAYS = {"dailyPattern": "every day", "weeklyPattern": "every week", "monthlyPattern": "every month"}


@dataclass(frozen=True)
class Seen:
    """One post on a page for people."""

    post: Post
    state: str
    summary: str
    title: str
    period: str
    repeats: str
    button: str
    url: str
    offer: dict[str, Any]
    media: tuple[MediaShown, ...]
    created: float
    goes_live: float


def seen(post: Post, now: float) -> Seen:
    """Return a post as its page shows it."""
    body = post.body
    event, button = body.get("event", {}), body.get("callToAction", {})
    return Seen(
        post=post,
        state=lifecycle.state_of(post, now),
        summary=str(body.get("summary", "")),
        title=str(event.get("title", "")),
        period=_period(event.get("schedule", {})),
        repeats=_repeats(event.get("recurrenceInfo", {})),
        button=BUTTONS.get(str(button.get("actionType", "")), ""),
        url=str(button.get("url", "")),
        offer=dict(body.get("offer", {})),
        media=media_of(post),
        created=post.created_us / moments.MICROSECOND,
        goes_live=lifecycle.goes_live_at(post),
    )


@dataclass(frozen=True)
class Opinion:
    """One review on a page for people, with the answer to it once that is shown."""

    review: Review
    stars: str
    created: float
    reply: str
    reply_state: str


def opinion(review: Review, now: float) -> Opinion:
    """Return a review as its page shows it."""
    return Opinion(
        review=review,
        stars="★" * review.stars + "☆" * (5 - review.stars),
        created=review.created_us / moments.MICROSECOND,
        reply=review.reply,
        reply_state=reviews.reply_state(review, now) if review.reply else "",
    )


def media_of(post: Post) -> tuple[MediaShown, ...]:
    """Return the photos of a post, from what was really fetched."""
    return tuple(MediaShown("image", Media.path(photo["digest"])) for photo in post.photos)


def path_of(location: Location, post: Post) -> str:
    """Return where a post is seen, as a path without a query."""
    return f"/place/{location.cid}/{post.lpsid}"


def _period(schedule: dict[str, dict[str, int]]) -> str:
    """Write an interval in words."""
    start, end = (_moment(schedule, name) for name in ("start", "end"))
    if not start or not end:
        return start or end
    day, _, clock = end.rpartition(", ")
    return f"{start} to {clock if start.startswith(f'{day},') else end}"


def _moment(schedule: dict[str, dict[str, int]], which: str) -> str:
    day = moments.day(schedule.get(f"{which}Date", {}))
    if day is None:
        return ""
    time = schedule.get(f"{which}Time", {})
    return f"{day:%a} {day.day} {day:%b %Y}, {time.get('hours', 0):02d}:{time.get('minutes', 0):02d}"


def _repeats(info: dict[str, Any]) -> str:
    for name, words in _DAYS.items():
        if name in info:
            days = [str(one).capitalize() for one in info[name].get("daysOfWeek", [])]
            return f"{words}: {', '.join(days)}" if days else words
    return ""
