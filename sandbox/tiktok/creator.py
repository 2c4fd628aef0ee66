"""`/v2/post/publish/creator_info/query/`: what this creator may choose right now."""

from __future__ import annotations

from typing import Any

from sandbox.tiktok import limits
from sandbox.tiktok.ask import Ask
from sandbox.tiktok.errors import CAPS, Refusal
from sandbox.tiktok.faces import avatar_url
from sandbox.tiktok.records import Creator

EVERYONE, FRIENDS, FOLLOWERS, SELF = "PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "FOLLOWER_OF_CREATOR", "SELF_ONLY"
PATH = "/v2/post/publish/creator_info/query/"
PRIVACY_LEVELS = (EVERYONE, FRIENDS, FOLLOWERS, SELF)


def query(ask: Ask) -> dict[str, Any]:
    """Tell name and options. Whether the app was audited cannot be told from them."""
    try:
        limits.refuse_capped(ask)
    except Refusal as capped:
        raise mild(capped) from None
    creator = ask.creator
    return {
        "creator_avatar_url": avatar_url(ask, creator),
        "creator_username": creator.username,
        "creator_nickname": creator.nickname,
        "privacy_level_options": privacy_options(creator),
        "comment_disabled": creator.comment_disabled,
        "duet_disabled": creator.duet_disabled or creator.private,
        "stitch_disabled": creator.stitch_disabled or creator.private,
        "max_video_post_duration_sec": creator.longest_s,
    }


def mild(refusal: Refusal) -> Refusal:
    """Tell with status 200 what bars the creator today, as only this endpoint does."""
    if refusal.code in CAPS:
        refusal.status = 200
    return refusal


def privacy_options(creator: Creator) -> list[str]:
    """Return for whom this creator may post."""
    return [FOLLOWERS if creator.private else EVERYONE, FRIENDS, SELF]
