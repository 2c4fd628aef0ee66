"""Scopes, with the sentence the consent page shows, and the fields of a profile that each opens (docs/platforms/tiktok.md 1.2)."""

from __future__ import annotations

BASIC, PROFILE, STATS = "user.info.basic", "user.info.profile", "user.info.stats"
LIST, UPLOAD, PUBLISH = "video.list", "video.upload", "video.publish"

SCOPES: dict[str, str] = {
    BASIC: "Read your profile picture and display name",
    PROFILE: "Read your bio, your profile link, your username and whether you are verified",
    STATS: "Read how many likes, followers and videos you have",
    LIST: "Read your public videos",
    UPLOAD: "Share content to your account as a draft, to edit and post in TikTok",
    PUBLISH: "Post content to your account",
}
# The one scope that comes with signing in and cannot be switched off.
FIXED = BASIC

PROFILE_FIELDS: dict[str, str] = {
    **dict.fromkeys(("open_id", "union_id", "avatar_url", "avatar_url_100", "avatar_large_url", "display_name"), BASIC),
    **dict.fromkeys(("bio_description", "profile_deep_link", "is_verified", "username"), PROFILE),
    **dict.fromkeys(("follower_count", "following_count", "likes_count", "video_count"), STATS),
}
