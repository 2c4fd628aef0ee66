"""What a local post must and may not say. Faults are told as the older API tells them, all at once.

Numbers beyond "2: something is missing" and "1000: the photo could not be fetched" are invented within their bands.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from sandbox.google_business import moments
from sandbox.google_business.errors import Flaw
from sandbox.google_business.post_fields import WITH_EVENT
from sandbox.switches import Switches

MISSING, INVALID, TOO_LONG, NOT_ALLOWED = 2, 3, 4, 5
_PATTERNS = ("dailyPattern", "weeklyPattern", "monthlyPattern")
_ONLY = {"mediaFormat", "sourceUrl"}


def flaws(post: dict[str, Any], switches: Switches, now_us: int, *, scheduled_before_us: int = 0) -> list[Flaw]:
    """Return what is wrong with a post. A time it was scheduled for before is not refused for being over."""
    topic = _topic(post)
    if not topic:
        return [Flaw(MISSING, "topic_type", "Topic type is required for post creation.")]
    return [
        *_words(post, switches),
        *_button(post, topic, switches),
        *_event(post, topic, switches),
        *_extras(post, topic),
        *_time(post, switches, now_us, scheduled_before_us),
        *_media(post, switches),
    ]


def _topic(post: dict[str, Any]) -> str:
    topic = str(post.get("topicType", ""))
    return "" if topic.endswith("UNSPECIFIED") else topic


def _words(post: dict[str, Any], switches: Switches) -> Iterator[Flaw]:
    limit = switches.number("google_business.summary_limit")
    summary = post.get("summary", "")
    if 0 < limit < len(summary):
        yield Flaw(TOO_LONG, "summary", f"Summary must be at most {limit} characters.")
    if not summary.strip() and not post.get("media"):
        yield Flaw(MISSING, "summary", "A post needs a summary or media.")


def _button(post: dict[str, Any], topic: str, switches: Switches) -> Iterator[Flaw]:
    button = post.get("callToAction")
    if button is None or topic == "OFFER":
        return
    action, url = str(button.get("actionType", "")), button.get("url", "")
    if not action or action.endswith("UNSPECIFIED"):
        yield Flaw(MISSING, "call_to_action.action_type", "Action type is required.")
    elif action == "CALL":
        if url and switches.word("google_business.call_with_url") == "refused":
            yield Flaw(NOT_ALLOWED, "call_to_action.url", "A CALL button has no URL.")
    elif not url:
        yield Flaw(MISSING, "call_to_action.url", "URL is required.")
    elif not _is_address(url):
        yield Flaw(INVALID, "call_to_action.url", "URL is invalid.")


def _event(post: dict[str, Any], topic: str, switches: Switches) -> Iterator[Flaw]:
    event = post.get("event")
    if event is None:
        if topic in WITH_EVENT:
            yield Flaw(MISSING, "event", "Event is required")
        return
    if topic not in WITH_EVENT:
        yield Flaw(NOT_ALLOWED, "event", f"A {topic} post has no event.")
        return
    limit = switches.number("google_business.title_limit")
    title = event.get("title", "")
    if not title.strip():
        yield Flaw(MISSING, "event.title", "Event title is required.")
    elif 0 < limit < len(title):
        yield Flaw(TOO_LONG, "event.title", f"Event title must be at most {limit} characters.")
    yield from _schedule(event.get("schedule"), switches)
    if "recurrenceInfo" in event:
        yield from _recurrence(event["recurrenceInfo"])


def _schedule(schedule: dict[str, dict[str, int]] | None, switches: Switches) -> Iterator[Flaw]:
    """Look at an interval: all four parts, real days and times, the end not before the start."""
    where = "event.schedule"
    if schedule is None:
        yield Flaw(MISSING, where, "Event schedule is required.")
        return
    needed = ["startDate", "endDate"]
    if switches.word("google_business.schedule_times") == "required":
        needed += ["startTime", "endTime"]
    missing = [name for name in needed if name not in schedule]
    for name in missing:
        yield Flaw(MISSING, f"{where}.{name[:-4]}_{name[-4:].lower()}", "The schedule of an event must be complete.")
    days = [moments.day(schedule[name]) for name in ("startDate", "endDate") if name in schedule]
    times = [schedule.get(name, {}) for name in ("startTime", "endTime")]
    if None in days or not all(_is_time(one) for one in times):
        yield Flaw(INVALID, where, "The schedule has a date or time that does not exist.")
    elif len(days) == 2 and [days[0], _clock(times[0])] > [days[1], _clock(times[1])]:
        yield Flaw(INVALID, where, "The event ends before it begins.")


def _recurrence(info: dict[str, Any]) -> Iterator[Flaw]:
    where = "event.recurrence_info"
    patterns = [name for name in _PATTERNS if name in info]
    if len(patterns) != 1:
        yield Flaw(INVALID, where, "A series has exactly one pattern.")
    if "weeklyPattern" in info and not info["weeklyPattern"].get("daysOfWeek"):
        yield Flaw(MISSING, f"{where}.weekly_pattern.days_of_week", "Days of the week are required.")
    if "monthlyPattern" in info:
        monthly = info["monthlyPattern"]
        if len({"dayOfMonth", "dayOfWeekOccurrence"}.intersection(monthly)) != 1:
            yield Flaw(INVALID, f"{where}.monthly_pattern", "A monthly series has one kind of day.")
        elif not 1 <= monthly.get("dayOfMonth", 1) <= 31:
            yield Flaw(INVALID, f"{where}.monthly_pattern.day_of_month", "There is no such day.")


def _extras(post: dict[str, Any], topic: str) -> Iterator[Flaw]:
    offer = post.get("offer")
    if offer is not None and topic != "OFFER":
        yield Flaw(NOT_ALLOWED, "offer", f"A {topic} post has no offer.")
    if offer and offer.get("redeemOnlineUrl") and not _is_address(offer["redeemOnlineUrl"]):
        yield Flaw(INVALID, "offer.redeem_online_url", "URL is invalid.")
    if topic == "ALERT":
        yield Flaw(NOT_ALLOWED, "topic_type", "Alerts cannot be created at this time.")
    elif str(post.get("alertType", "")) not in ("", "ALERT_TYPE_UNSPECIFIED"):
        yield Flaw(NOT_ALLOWED, "alert_type", f"A {topic} post has no alert type.")


def _time(post: dict[str, Any], switches: Switches, now_us: int, before_us: int) -> Iterator[Flaw]:
    due = moments.read(post.get("scheduledTime", ""))
    is_over = due is not None and due not in (before_us, 0) and due <= now_us
    if is_over and switches.word("google_business.past_time") == "refused":
        yield Flaw(INVALID, "scheduled_time", "The scheduled time is in the past.")


def _media(post: dict[str, Any], switches: Switches) -> Iterator[Flaw]:
    listed = post.get("media", [])
    if len(listed) > switches.number("google_business.media_most"):
        yield Flaw(INVALID, "media", "Too many media items.")
    for index, item in enumerate(listed):
        where = f"media[{index}]"
        if not item.get("sourceUrl") or not item.keys() <= _ONLY:
            yield Flaw(NOT_ALLOWED, where, "sourceUrl is the only supported data field of a post's media.")
        elif item.get("mediaFormat") == "VIDEO":
            yield Flaw(NOT_ALLOWED, f"{where}.media_format", "Posts take photos only.")
        elif item.get("mediaFormat") != "PHOTO":
            yield Flaw(MISSING, f"{where}.media_format", "Media format is required.")
        elif not _is_address(item["sourceUrl"]):
            yield Flaw(INVALID, f"{where}.source_url", "Source URL is invalid.")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and " " not in url
    except ValueError:
        return False


def _is_time(parts: dict[str, int]) -> bool:
    hours, minutes, seconds = (parts.get(name, 0) for name in ("hours", "minutes", "seconds"))
    whole_day = (hours, minutes, seconds) == (24, 0, 0)
    return whole_day or (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61)


def _clock(parts: dict[str, int]) -> tuple[int, ...]:
    return tuple(parts.get(name, 0) for name in ("hours", "minutes", "seconds", "nanos"))
