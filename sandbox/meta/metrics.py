"""Which numbers exist today and which are dead, as tables (docs/platforms/meta.md section 4)."""

from __future__ import annotations

import re

_REACTIONS = ("like", "love", "wow", "haha", "sorry", "anger")

PAGE = frozenset(
    {
        "page_media_view",
        "page_total_media_view_unique",
        "page_post_engagements",
        "page_follows",
        "page_daily_follows",
        "page_daily_follows_unique",
        "page_daily_unfollows_unique",
        "page_total_actions",
        "page_video_views",
        "page_views_total",
        "page_actions_post_reactions_total",
        *(f"page_actions_post_reactions_{name}_total" for name in _REACTIONS),
    }
)
POST = frozenset(
    {
        "post_media_view",
        "post_total_media_view_unique",
        "post_clicks",
        "post_clicks_by_type",
        "post_reactions_by_type_total",
        *(f"post_reactions_{name}_total" for name in _REACTIONS),
    }
)
VIDEO = frozenset(
    {
        "total_video_views",
        "total_video_views_unique",
        "total_video_avg_time_watched",
        "blue_reels_play_count",
        "post_video_avg_time_watched",
        "post_video_view_time",
        "post_video_social_actions",
        "fb_reels_total_plays",
    }
)
# Values that are objects by kind, not numbers.
BY_TYPE = {
    "post_clicks_by_type": ("link clicks", "other clicks", "photo view"),
    "post_reactions_by_type_total": ("like", "love"),
    "post_video_social_actions": ("COMMENT", "LIKE", "SHARE"),
}
# Breakdowns that a value may carry.
PAGE_BREAKDOWNS = {"page_media_view": ("is_from_ads", "is_from_followers"), "post_media_view": ("is_from_ads",)}
# Wants at least this version.
NEEDS_VERSION = dict.fromkeys(("page_media_view", "post_media_view", "page_total_media_view_unique"), 23)
# The switch decides about this one: the reference still lists it, clients report that it is gone.
DISPUTED = frozenset({"page_video_views"})
_DEAD = re.compile(
    r"page_impressions.*|post_impressions.*|page_posts_impressions.*|page_fans.*|page_fan_adds.*|page_fan_removes.*|"
    r"page_video_views_unique|.*engaged_users.*|.*consumptions.*|.*_impressions_.*unique"
)

_COMMON = ("views", "reach", "shares", "reposts", "total_interactions")
_LIKED = ("likes", "comments", "saved")
INSTAGRAM: dict[str, frozenset[str]] = {
    "FEED": frozenset(
        {
            *_COMMON,
            *_LIKED,
            "follows",
            "profile_visits",
            "profile_activity",
            "total_likes",
            "total_comments",
            "total_views",
        }
    ),
    "REELS": frozenset(
        {*_COMMON, *_LIKED, "ig_reels_avg_watch_time", "ig_reels_video_view_total_time", "reels_skip_rate"}
    ),
    "STORY": frozenset({*_COMMON, "replies", "navigation", "follows", "profile_visits", "link_clicks"}),
}
INSTAGRAM_BREAKDOWNS = {"profile_activity": "action_type", "navigation": "story_navigation_action_type"}
BREAKDOWN_VALUES = {
    "action_type": ("bio_link_clicked", "call", "email"),
    "story_navigation_action_type": ("tap_forward", "tap_back", "tap_exit", "swipe_forward"),
    "follow_type": ("FOLLOWER", "NON_FOLLOWER"),
    "follower_type": ("FOLLOWER", "NON_FOLLOWER"),
    "media_product_type": ("POST", "REEL", "STORY"),
    "contact_button_type": ("CALL", "EMAIL"),
    "age": ("18-24", "25-34", "35-44"),
    "gender": ("F", "M", "U"),
    "country": ("DE", "FR", "SE"),
    "city": ("Berlin, Berlin", "Lyon, Rhône-Alpes", "Göteborg, Västra Götaland"),
}
ACCOUNT = frozenset(
    {
        "accounts_engaged",
        "comments",
        "follows_and_unfollows",
        "likes",
        "profile_links_taps",
        "reach",
        "replies",
        "reposts",
        "saves",
        "shares",
        "total_interactions",
        "views",
    }
)
DEMOGRAPHICS = frozenset({"engaged_audience_demographics", "follower_demographics"})
# Older ones, still used, for accounts of at least a hundred followers.
NEEDS_FOLLOWERS = frozenset({"follower_count", "online_followers"})
TIME_SERIES = frozenset({"reach", "follower_count", "online_followers"})


def is_dead(name: str) -> bool:
    """Say whether a metric existed once and was taken away."""
    return _DEAD.fullmatch(name) is not None
