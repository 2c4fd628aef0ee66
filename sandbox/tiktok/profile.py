"""`/v2/user/info/`: the creator's profile, as far as the granted scopes reach."""

from __future__ import annotations

from typing import Any

from sandbox.tiktok.ask import Ask
from sandbox.tiktok.audience import Audience
from sandbox.tiktok.errors import Refusal
from sandbox.tiktok.faces import avatar_url
from sandbox.tiktok.presets import SITE_HOST
from sandbox.tiktok.scopes import PROFILE_FIELDS

_COUNTED = frozenset({"likes_count", "video_count"})


def info(ask: Ask) -> dict[str, Any]:
    """Tell the fields that were asked for."""
    names = ask.fields(PROFILE_FIELDS)
    closed = [name for name in names if not ask.has(PROFILE_FIELDS[name])]
    answer = ask.world.switches.word("tiktok.fields_outside_scope")
    if closed and answer != "omit":
        raise Refusal(answer)
    profile = _profile(ask)
    if _COUNTED.intersection(names):
        profile |= _counted(ask)
    return {"user": {name: profile[name] for name in names if name not in closed}}


def _profile(ask: Ask) -> dict[str, Any]:
    creator = ask.creator
    return {
        "open_id": ask.open_id,
        "union_id": ask.state.union_id(creator.id),
        "avatar_url": avatar_url(ask, creator),
        "avatar_url_100": avatar_url(ask, creator, 100),
        "avatar_large_url": avatar_url(ask, creator, 1080),
        "display_name": creator.nickname,
        "bio_description": creator.bio,
        "profile_deep_link": ask.call.address.url(SITE_HOST, f"/@{creator.username}"),
        "is_verified": creator.verified,
        "username": creator.username,
        "follower_count": creator.followers,
        "following_count": creator.following,
    }


def _counted(ask: Ask) -> dict[str, int]:
    """Count what takes a look at every post."""
    public = [post for post in ask.state.posts_of(ask.creator.id) if post.is_public(ask.now)]
    audience = Audience(ask.world.switches)
    likes = sum(audience.counts(post, ask.now)["like_count"] for post in public)
    return {"likes_count": likes, "video_count": len(public)}
