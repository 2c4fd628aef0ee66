"""The permissions this platform knows, and which kind of asset each is granted for."""

from __future__ import annotations

from typing import Literal

AssetKind = Literal["", "page", "business", "instagram"]

# docs/platforms/meta.md 1.2: the thirteen the hub asks for, the optional three, and the two every login knows.
SCOPES: dict[str, tuple[AssetKind, str]] = {
    "pages_show_list": ("page", "See a list of the Pages you manage"),
    "pages_read_engagement": ("page", "Read the posts and followers of your Pages"),
    "pages_manage_posts": ("page", "Create and manage posts on your Pages"),
    "pages_manage_engagement": ("page", "Create and manage comments on your Pages"),
    "pages_read_user_content": ("page", "Read what people write on your Pages"),
    "pages_manage_metadata": ("page", "Manage settings and webhooks of your Pages"),
    "pages_messaging": ("page", "Send and read messages of your Pages"),
    "read_insights": ("page", "Read the statistics of your Pages"),
    "business_management": ("business", "See and manage your business portfolios"),
    "instagram_basic": ("instagram", "See your Instagram profile and posts"),
    "instagram_content_publish": ("instagram", "Publish to your Instagram account"),
    "instagram_manage_comments": ("instagram", "Manage comments on Instagram"),
    "instagram_manage_insights": ("instagram", "Read your Instagram statistics"),
    "instagram_manage_contents": ("instagram", "Delete what you published on Instagram"),
    "instagram_manage_messages": ("instagram", "Manage messages on Instagram"),
    "ads_management": ("", "Manage your ads"),
    "ads_read": ("", "Read your ads and their statistics"),
    "email": ("", "See your email address"),
    "public_profile": ("", "See your name and profile picture"),
}

IMPLICIT_SCOPE = "public_profile"


def is_granular(scope: str) -> bool:
    """Say whether a scope can be limited to single assets."""
    return SCOPES.get(scope, ("", ""))[0] != ""


def covers_pages(scope: str) -> bool:
    """Say whether a scope is granted Page by Page."""
    return SCOPES.get(scope, ("", ""))[0] == "page"
