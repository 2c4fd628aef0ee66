"""What becomes of a post as time goes by: waiting, in processing, live, rejected. Nobody is told why."""

from __future__ import annotations

import re

from sandbox.google_business.moments import MICROSECOND
from sandbox.google_business.records import Post
from sandbox.switches import Switches

_TELEPHONE = re.compile(r"(?:\+|\b)\d[\d ()./-]{6,}\d\b")
_SITE = re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|net|org|info|shop)\b", re.IGNORECASE)
SHOWN = ("LIVE", "RECURRING")


def draw_fate(post: Post, switches: Switches) -> None:
    """Decide what will become of a post that was written or changed just now."""
    fate = switches.word("google_business.post_fate")
    summary = str(post.body.get("summary", ""))
    strict = switches.word("google_business.policy") == "strict"
    if fate.startswith("live") and strict and (_TELEPHONE.search(summary) or _SITE.search(summary)):
        fate = "rejected_in_processing"
    post.fate = fate
    post.processing_s = 0 if fate in ("live_now", "rejected_now") else switches.number("google_business.processing_s")
    post.reject_after_s = switches.number("google_business.reject_after_s")


def state_of(post: Post, now: float) -> str:
    """Return the state of a post at a moment."""
    now_us = int(now * MICROSECOND)
    if post.struck:
        return "REJECTED"
    if now_us < post.scheduled_us:
        return "SCHEDULED"
    ready_us = max(post.updated_us, post.scheduled_us) + post.processing_s * MICROSECOND
    if now_us < ready_us or post.fate == "processing_for_ever":
        return "PROCESSING"
    if post.fate in ("rejected_now", "rejected_in_processing"):
        return "REJECTED"
    if post.fate == "rejected_later" and now_us >= ready_us + post.reject_after_s * MICROSECOND:
        return "REJECTED"
    return "RECURRING" if "recurrenceInfo" in post.body.get("event", {}) else "LIVE"


def goes_live_at(post: Post) -> float:
    """Return when a post can be seen, if nothing comes between."""
    return max(post.updated_us, post.scheduled_us) / MICROSECOND + post.processing_s
