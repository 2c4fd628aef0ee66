"""What people do with a public post: views and reactions that gather by the town's clock, and those a lever adds."""

from __future__ import annotations

import zlib

from sandbox.switches import Switches
from sandbox.tiktok.records import Post

COUNTS = ("view_count", "like_count", "comment_count", "share_count")
_HOUR_S = 3600.0
# Of a hundred views.
_SHARES = {"view_count": 100, "like_count": 9, "comment_count": 2, "share_count": 1}


class Audience:
    """Count. The same post at the same moment always has the same numbers."""

    def __init__(self, switches: Switches) -> None:
        self._lively = switches.word("tiktok.audience") == "lively"

    def counts(self, post: Post, now: float) -> dict[str, int]:
        """Return the totals of a post at a moment."""
        views = 0
        if self._lively and post.public_at is not None and now > post.public_at:
            liked = 40 + zlib.crc32(post.id.encode()) % 900
            # Half of those who will ever see it have after six hours.
            hours = (now - post.public_at) / _HOUR_S
            views = int(liked * hours / (hours + 6))
        return {name: views * _SHARES[name] // 100 + post.counts.get(name, 0) for name in COUNTS}
