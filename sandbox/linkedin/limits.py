"""Daily quotas: one counter per app and one per member in the app, for each endpoint, until midnight UTC."""

from __future__ import annotations

from datetime import UTC, datetime

from sandbox.linkedin.errors import Refusal
from sandbox.linkedin.records import App, Bucket
from sandbox.store import Collection
from sandbox.switches import Switches

# docs/platforms/linkedin.md section 8: calls per member and per app, per endpoint and day. None: not capped.
TIERS: dict[str, tuple[int | None, int | None]] = {
    "self_serve": (150, 100_000),
    "development": (100, 500),
    "standard": (None, None),
}


class Limits:
    """Count calls and refuse beyond the quota. There is no Retry-After, and no header that warns."""

    def __init__(self, buckets: Collection[Bucket], switches: Switches) -> None:
        self._buckets = buckets
        self._switches = switches

    def count(self, app: App, member_id: str, endpoint: str, now: float) -> None:
        """Count a call for the app and for the member in it."""
        member_limit, app_limit = TIERS[app.tier]
        member_limit = self._switches.number("linkedin.limit_member_calls") or member_limit
        app_limit = self._switches.number("linkedin.limit_app_calls") or app_limit
        day = datetime.fromtimestamp(now, UTC).date().isoformat()
        over_member = self._over(f"{app.id}:{member_id}:{endpoint}", day, member_limit)
        over_app = self._over(f"{app.id}:{endpoint}", day, app_limit)
        if over_member or over_app:
            word = "" if over_member else "DAY "
            raise Refusal(
                429,
                f"Resource level throttle {word}limit for calls to this resource is reached.",
                "TOO_MANY_REQUESTS",
                101,
            )

    def _over(self, key: str, day: str, limit: int | None) -> bool:
        if limit is None:
            return False
        bucket = self._buckets.get(key)
        if bucket is None or bucket.day != day:
            bucket = Bucket(day)
        bucket.calls += 1
        self._buckets.put(key, bucket)
        return bucket.calls > limit
