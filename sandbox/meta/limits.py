"""Rate limits: real counters with ceilings, the errors at the ceiling, and the usage headers on the way there.

A window starts with its first call. At the ceiling the bucket is blocked until its window ends, and every further call
makes the block longer.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass

from sandbox.meta.errors import GraphError
from sandbox.meta.records import Token
from sandbox.store import Store
from sandbox.switches import Switches

HOUR_S = 60 * 60
DAY_S = 24 * HOUR_S


@dataclass
class Bucket:
    """Count the calls of one window."""

    started: float
    calls: int = 0
    blocked_until: float = 0.0


@dataclass(frozen=True)
class Rule:
    """One limit: whose calls it counts, over which window, and how it refuses."""

    name: str
    ceiling: str
    window_s: int
    code: int
    status: int
    message: str


APP = Rule("app", "meta.limit_app_calls", HOUR_S, 4, 403, "(#4) Application request limit reached")
USER = Rule("user", "meta.limit_user_calls", HOUR_S, 17, 400, "(#17) User request limit reached")
PAGE_BY_USER = Rule("page_by_user", "meta.limit_page_user_calls", HOUR_S, 32, 403, "(#32) Page request limit reached")
PAGE = Rule(
    "page",
    "meta.limit_page_calls",
    DAY_S,
    80001,
    400,
    "(#80001) There have been too many calls to this Page account. Wait a bit and try again.",
)
INSTAGRAM = Rule(
    "instagram",
    "meta.limit_instagram_calls",
    DAY_S,
    80002,
    400,
    "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again.",
)
_TITLES = {80002: "Too many calls", 17: "User Request Limit", 80001: "Too many calls"}


@dataclass(frozen=True)
class Asset:
    """What a call is about: a `page` or an `instagram` account with its id, or nothing in particular."""

    kind: str = ""
    id: str = ""


class Limits:
    """Count calls per app, person, Page and Instagram account."""

    def __init__(self, store: Store, switches: Switches) -> None:
        self._buckets = store.collection("meta.limits", Bucket)
        self._switches = switches

    def count(self, token: Token, asset: Asset, now: float) -> GraphError | None:
        """Count a call in every bucket it falls into; return the refusal if one of them is full."""
        refusals = [
            refusal
            for rule, owner in self._buckets_for(token, asset)
            if (refusal := self._count_one(rule, owner, now)) is not None
        ]
        return refusals[0] if refusals else None

    def headers(self, token: Token, asset: Asset, now: float) -> dict[str, str]:
        """Return the usage headers, which appear only after some calls."""
        quiet = self._switches.number("meta.usage_headers_after")
        headers: dict[str, str] = {}
        if asset.kind == "instagram":
            self._business_usage(headers, INSTAGRAM, asset.id, "instagram", now)
        elif token.kind == "PAGE":
            self._business_usage(headers, PAGE, token.page_id, "pages", now)
        else:
            app = self._buckets.get(f"app:{token.app_id}")
            if app is not None and app.calls > quiet:
                headers["X-App-Usage"] = json.dumps(_percent(app.calls, self._switches.number(APP.ceiling)))
        return headers

    def _business_usage(self, headers: dict[str, str], rule: Rule, owner: str, kind: str, now: float) -> None:
        bucket = self._buckets.get(f"{rule.name}:{owner}")
        quiet = self._switches.number("meta.usage_headers_after")
        if bucket is None or not (bucket.calls > quiet or bucket.blocked_until > now):
            return
        usage = _percent(bucket.calls, self._switches.number(rule.ceiling))
        entry = {"type": kind, **usage, "estimated_time_to_regain_access": _minutes_left(bucket, now)}
        headers["X-Business-Use-Case-Usage"] = json.dumps({owner: [entry]})
        if rule is PAGE and self._switches.flag("meta.page_usage_header"):
            headers["X-Page-Usage"] = json.dumps(usage)

    @staticmethod
    def _buckets_for(token: Token, asset: Asset) -> list[tuple[Rule, str]]:
        # Everything about Instagram counts for the account, whoever's token asks.
        if asset.kind == "instagram":
            return [(INSTAGRAM, asset.id)]
        if token.kind == "PAGE":
            return [(PAGE, token.page_id)]
        buckets = [(APP, token.app_id)]
        if token.kind == "USER":
            buckets.append((USER, token.person_id))
            if asset.kind == "page":
                buckets.append((PAGE_BY_USER, asset.id))
        return buckets

    def _count_one(self, rule: Rule, owner: str, now: float) -> GraphError | None:
        key = f"{rule.name}:{owner}"
        bucket = self._buckets.get(key)
        if bucket is None or (now >= bucket.started + rule.window_s and now >= bucket.blocked_until):
            bucket = Bucket(started=now)
        bucket.calls += 1
        refusal = None
        if bucket.blocked_until > now:
            bucket.blocked_until += self._switches.number("meta.limit_penalty_s")
            refusal = _refusal(rule)
        elif bucket.calls > self._switches.number(rule.ceiling):
            bucket.blocked_until = bucket.started + rule.window_s
            refusal = _refusal(rule)
        self._buckets.put(key, bucket)
        return refusal


def _refusal(rule: Rule) -> GraphError:
    return GraphError(
        rule.code, rule.message, status=rule.status, is_transient=True, user_title=_TITLES.get(rule.code, "")
    )


def _percent(calls: int, ceiling: int) -> dict[str, int]:
    used = min(100, calls * 100 // ceiling)
    return {"call_count": used, "total_time": used // 2, "total_cputime": used // 3}


def _minutes_left(bucket: Bucket, now: float) -> int:
    return max(0, math.ceil((bucket.blocked_until - now) / 60))
