"""Limits: calls per minute in sliding windows, and what a creator and an app may do in 24 hours."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import takewhile

from sandbox.tiktok.ask import Ask
from sandbox.tiktok.errors import Refusal
from sandbox.tiktok.records import Publish, Window

MINUTE_S, DAY_S = 60.0, 86_400.0
UPLOAD_LIFE_S = 60 * 60


def admit(ask: Ask, endpoint: str, ceiling: str, *, per_app: bool = False) -> None:
    """Refuse a call beyond the ceiling of its endpoint; what is refused here does not count."""
    most = ask.world.switches.number(ceiling)
    moments = _window(ask, endpoint, per_app=per_app).moments
    if not most or len(moments) < most:
        return
    raise Refusal("rate_limit_exceeded", headers=_headers(ask, moments[-most] + MINUTE_S))


def count(ask: Ask, endpoint: str, *, per_app: bool = False) -> None:
    """Count a call that was let in, however it ended."""
    window = _window(ask, endpoint, per_app=per_app)
    window.moments.append(ask.now)
    ask.state.windows.put(_key(ask, endpoint, per_app=per_app), window)


def too_many_posts(ask: Ask) -> bool:
    """Say whether the creator has had enough direct posts for 24 hours, through whichever app."""
    most = ask.world.switches.number("tiktok.limit_daily_posts")
    return bool(most) and posts_of_the_day(ask.state.publishes_of(ask.creator.id), ask.now) >= most


def posts_of_the_day(publishes: Iterable[Publish], now: float) -> int:
    """Count direct posts of the last 24 hours, given latest first: those that stand and those on their way."""
    # The latest come first, and between the init and the last byte lies an hour at most.
    recent = takewhile(lambda publish: publish.created > now - DAY_S - UPLOAD_LIFE_S, publishes)
    return sum(
        publish.mode == "direct"
        and publish.arrived_at is not None
        and publish.arrived_at > now - DAY_S
        and publish.status != "FAILED"
        for publish in recent
    )


def too_many_drafts(ask: Ask) -> bool:
    """Say whether too many drafts of 24 hours wait for the creator; those that failed count too."""
    most = ask.world.switches.number("tiktok.limit_pending_shares")
    begun = takewhile(lambda publish: publish.created > ask.now - DAY_S, ask.state.publishes_of(ask.creator.id))
    return bool(most) and sum(publish.mode == "inbox" and not publish.post_ids for publish in begun) >= most


def too_many_creators(ask: Ask) -> bool:
    """Say whether so many others post through this app today that this creator may not."""
    most = ask.app.active_creators
    if not ask.app.audited:
        most = ask.world.switches.number("tiktok.limit_unaudited_users")
    if not most:
        return False
    active = {
        publish.creator_id
        for publish in takewhile(lambda publish: publish.created > ask.now - DAY_S, reversed(ask.state.publishes))
        if publish.app_key == ask.app.key and publish.mode == "direct"
    }
    return ask.creator.id not in active and len(active) >= most


def refuse_capped(ask: Ask) -> None:
    """Refuse a creator who may not post directly now."""
    if ask.creator.banned:
        raise Refusal("spam_risk_user_banned_from_posting")
    if too_many_posts(ask):
        raise Refusal("spam_risk_too_many_posts")
    if too_many_creators(ask):
        raise Refusal("reached_active_user_cap")


def _window(ask: Ask, endpoint: str, *, per_app: bool) -> Window:
    window = ask.state.windows.get(_key(ask, endpoint, per_app=per_app)) or Window()
    window.moments = [moment for moment in window.moments if moment > ask.now - MINUTE_S]
    return window


def _key(ask: Ask, endpoint: str, *, per_app: bool) -> str:
    # The creator in the app and not the token's letters: a refresh brings no fresh minute.
    return f"{ask.app.key}:{'' if per_app else ask.creator.id}:{endpoint}"


def _headers(ask: Ask, free_at: float) -> dict[str, str]:
    word = ask.world.switches.word("tiktok.rate_headers")
    if word == "retry_after":
        return {"Retry-After": str(max(1, math.ceil(free_at - ask.now)))}
    return {"x-ratelimit-reset": str(math.ceil(free_at))} if word == "reset" else {}
