"""Our content as a post of Google's, and a post of Google's as what can be compared with ours.

Source: https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts, read 2026-11-21. An offer needs an
event for its title and period. Google answers without ``sourceUrl`` and without parts that are zero, so neither is compared.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, Final

from connectors.google_business import settings
from connectors.google_business.moments import write_date, write_moment, write_time
from connectors.google_business.pictures import as_taken
from connectors.types import Content, Target

#: What of a post is the same in our body and in Google's telling of it.
Essence = dict[str, str]
AS_UPDATE: Final = "A product, published as an update with a shop button: Google's API takes no products."


def type_of(content: Content) -> str:
    """Return the type of the post at Google: a product that may be sent at all is sent as an update."""
    chosen = str(content.settings.get("post_type") or settings.STANDARD)
    return settings.STANDARD if chosen == settings.PRODUCT else chosen


def is_product(content: Content) -> bool:
    """Tell whether this is a product that is sent as an update."""
    return content.settings.get("post_type") == settings.PRODUCT


def summary_of(content: Content) -> str:
    """Return the text of the post; a product's name and price stand above it."""
    if not is_product(content):
        return content.text
    product = _object(content.settings.get("product"))
    head = " · ".join(part for name in ("name", "price") if (part := str(product.get(name) or "").strip()))
    return "\n\n".join(part for part in (head, content.text) if part)


def period_of(event: Mapping[str, Any]) -> tuple[datetime, datetime] | None:
    """Return when an event begins and ends, in the location's own time; None when a part is missing or no such moment."""
    try:
        begins, ends = (
            datetime.combine(date.fromisoformat(event[f"{end}_date"]), time.fromisoformat(event[f"{end}_time"]))
            for end in ("start", "end")
        )
    except (KeyError, TypeError, ValueError):
        return None
    return begins, ends


def scheduled_time(content: Content) -> datetime | None:
    """Return when Google is to publish it, or None for at once."""
    said = content.settings.get("scheduled_time")
    return datetime.fromisoformat(said) if isinstance(said, str) else None


def body_of(content: Content, target: Target, *, now: datetime) -> dict[str, Any]:
    """Return the body that publishes this content. A moment for publishing that has passed is left out: then it is now."""
    kind = type_of(content)
    said = content.settings
    body: dict[str, Any] = {"topicType": kind}
    if language := said.get("language") or target.facts.get("language"):
        body["languageCode"] = language
    if summary := summary_of(content):
        body["summary"] = summary
    if kind != settings.STANDARD:
        body["event"] = _event(_object(said.get("event")), _object(said.get("repeat")))
    if kind == settings.OFFER:
        body["offer"] = _offer(content, _object(said.get("offer")))
    elif action := _action(content):
        body["callToAction"] = action
    if content.media:
        body["media"] = [{"mediaFormat": "PHOTO", "sourceUrl": as_taken(one.file).public_url} for one in content.media]
    moment = scheduled_time(content)
    if moment is not None and moment > now:
        body["scheduledTime"] = write_moment(moment)
    return body


def _event(event: Mapping[str, Any], repeat: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"title": event.get("title", "")}
    if period := period_of(event):
        begins, ends = period
        made["schedule"] = {
            "startDate": write_date(begins.date()),
            "startTime": write_time(begins.time()),
            "endDate": write_date(ends.date()),
            "endTime": write_time(ends.time()),
        }
    if repeat:
        made["recurrenceInfo"] = _recurrence(repeat)
    return made


def _recurrence(repeat: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    match repeat.get("every"):
        case settings.WEEKLY:
            made["weeklyPattern"] = {"daysOfWeek": list(repeat.get("days_of_week") or ())}
        case settings.MONTHLY if repeat.get("day_of_month"):
            made["monthlyPattern"] = {"dayOfMonth": repeat["day_of_month"]}
        case settings.MONTHLY:
            week = repeat.get("week_of_month")
            made["monthlyPattern"] = {"dayOfWeekOccurrence": week} if week else {}
        case _:
            made["dailyPattern"] = {}
    if until := repeat.get("until"):
        made["seriesEndTime"] = write_moment(datetime.fromisoformat(until))
    return made


def _offer(content: Content, offer: Mapping[str, Any]) -> dict[str, Any]:
    told = {
        "couponCode": offer.get("coupon_code"),
        "redeemOnlineUrl": offer.get("redeem_url") or content.link,
        "termsConditions": offer.get("terms"),
    }
    return {name: value for name, value in told.items() if value}


def _action(content: Content) -> dict[str, str]:
    if is_product(content):
        return {"actionType": settings.SHOP, "url": content.link}
    button = content.settings.get("button")
    if button == settings.CALL:
        return {"actionType": settings.CALL}
    return {"actionType": str(button or settings.LEARN_MORE), "url": content.link} if content.link else {}


def essence(post: Mapping[str, Any]) -> Essence:
    """Return what a post says, in a form that is equal for our body and for Google's own telling of it."""
    event, offer, action = (_object(post.get(key)) for key in ("event", "offer", "callToAction"))
    return {
        "type": _text(post.get("topicType")),
        "summary": _text(post.get("summary")).replace("\r\n", "\n").strip(),
        "title": _text(event.get("title")).strip(),
        "url": (_text(action.get("url")) or _text(offer.get("redeemOnlineUrl"))).rstrip("/"),
    }


def has_words(of: Essence) -> bool:
    """Tell whether a post can be recognised by what it says."""
    return bool(of["summary"] or of["title"] or of["url"])


def is_alike(one: Essence, other: Essence) -> bool:
    """Tell whether two posts say the same in so many words; what stands beside them, and blanks, may differ."""
    words, others = (" ".join(post["summary"].split()) or post["title"] for post in (one, other))
    return bool(words) and words == others and one["type"] == other["type"]


def mark_of(content: Content, target: Target) -> str:
    """Return what tells this content from any other; the address of a photo changes each time, the photo does not."""
    said = [content.text, content.link, dict(content.settings), [one.file.id for one in content.media]]
    plain = json.dumps([*said, target.external_id], sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:24]


def _text(told: Any) -> str:
    return told if isinstance(told, str) else ""


def _object(told: Any) -> Mapping[str, Any]:
    return told if isinstance(told, Mapping) else {}
