"""The audience: how often a post was seen and liked by a moment. Made up, but always the same for the same post.

A lively audience comes over hours, as a curve that flattens; a quiet one does only what the controls make it do.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from sandbox.linkedin.records import Member, Organization, Post
from sandbox.linkedin.state import State
from sandbox.switches import Switches

_HALF_LIFE_S = 12 * 60 * 60
_HOURS_UNSEEN_S = 90
# Shares of those who see a post, per thousand.
_PER_THOUSAND = {"clicks": 34, "likes": 27, "shares": 3, "saves": 4, "sends": 2, "follows": 1, "visits": 5}
COUNTS = ("impressions", "reached", *_PER_THOUSAND, "comments", "plays", "watch_ms")


@dataclass(frozen=True)
class Audience:
    """Ask for a post's numbers at any moment."""

    state: State
    switches: Switches

    def counts(self, post: Post, at_ms: int) -> dict[str, int]:
        """Return every number of a post as it stood at a moment; all zero before it was published."""
        if at_ms < post.created_ms:
            return dict.fromkeys(COUNTS, 0)
        seen = self._impressions(post, at_ms) if self.switches.word("linkedin.audience") == "lively" else 0
        grown = {name: seen * rate // 1000 for name, rate in _PER_THOUSAND.items()}
        grown |= {"impressions": seen, "reached": seen * 4 // 5, "plays": seen // 2, "watch_ms": seen * 4_100}
        told = {name: grown.get(name, 0) + post.counts.get(name, 0) for name in COUNTS}
        told["comments"] += sum(comment.created_ms <= at_ms for comment in self.state.comments_of(post.urn))
        return told

    def _impressions(self, post: Post, at_ms: int) -> int:
        age_s = (at_ms - post.created_ms) / 1000 - _HOURS_UNSEEN_S
        if age_s <= 0 or post.distribution.get("feedDistribution") == "NONE":
            return 0
        author = self.state.author(post.author)
        followers = author.followers if isinstance(author, Organization) else 0
        followers = author.connections if isinstance(author, Member) else followers
        # Between a fifth and four fifths of those who follow.
        share = 20 + zlib.crc32(post.urn.encode()) % 60
        return int(followers * share / 100 * (1 - 0.5 ** (age_s / _HALF_LIFE_S)))


def engagement(counts: dict[str, int]) -> float:
    """Return interactions per impression."""
    seen = counts["impressions"]
    acted = counts["clicks"] + counts["likes"] + counts["comments"] + counts["shares"]
    return acted / seen if seen else 0.0


def difference(later: dict[str, int], earlier: dict[str, int]) -> dict[str, int]:
    """Return what came between two moments."""
    return {name: later[name] - earlier[name] for name in later}


def added(total: dict[str, int], more: dict[str, int]) -> dict[str, int]:
    """Return two sets of numbers together."""
    return {name: total[name] + more[name] for name in COUNTS}


def nothing() -> dict[str, int]:
    """Return all zeros."""
    return dict.fromkeys(COUNTS, 0)
