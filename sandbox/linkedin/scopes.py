"""Scopes, the products that carry them, and which products one app may hold (docs/platforms/linkedin.md 1.5)."""

from __future__ import annotations

from collections.abc import Iterable

# Every name the authorization page knows, with the sentence it shows. What no product carries is known and refused.
SCOPES: dict[str, str] = {
    "openid": "Use your name and photo",
    "profile": "Use your name, headline and photo",
    "email": "Use the primary email address associated with your account",
    "w_member_social": "Create, modify and delete posts, comments and reactions on your behalf",
    "r_basicprofile": "Use your basic profile including your name, photo, headline and public profile address",
    "w_organization_social": "Create, modify and delete posts, comments and reactions on your page's behalf",
    "r_organization_social": "Retrieve your page's posts, comments, reactions and other engagement data",
    "rw_organization_admin": "Manage your pages and retrieve reporting data",
    "r_organization_admin": "Retrieve your pages and their reporting data",
    "r_member_social": "Retrieve your posts, comments, reactions and other engagement data",
    "r_member_postAnalytics": "Retrieve your posts and their reporting data",
    "r_member_profileAnalytics": "Retrieve your profile analytics, including followers",
    "w_member_social_feed": "Create, modify and delete comments and reactions on posts on your behalf",
    "r_member_social_feed": "Retrieve comments and reactions on your posts",
    "w_organization_social_feed": "Create, modify and delete comments and reactions on your page's behalf",
    "r_organization_social_feed": "Retrieve comments and reactions on your page's posts",
    "r_ads": "Retrieve your advertising accounts",
    "rw_ads": "Manage your advertising accounts",
    "r_ads_reporting": "Retrieve reporting for your advertising accounts",
    "r_1st_connections_size": "Use the number of your first-degree connections",
    # Names of former times. Asking for one kills the whole authorization.
    "r_ad_campaigns": "View advertising campaigns you manage",
    "r_liteprofile": "Use your name and photo",
    "r_emailaddress": "Use the primary email address associated with your account",
}

_PAGES = (
    "r_basicprofile",
    "rw_organization_admin",
    "r_organization_admin",
    "w_organization_social",
    "r_organization_social",
)

PRODUCTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "openid": ("Sign In with LinkedIn using OpenID Connect", ("openid", "profile", "email")),
    "share": ("Share on LinkedIn", ("w_member_social",)),
    "advertising": ("Advertising API", (*_PAGES, "r_ads", "rw_ads", "r_ads_reporting", "r_1st_connections_size")),
    "community": (
        "Community Management API",
        (
            *_PAGES,
            "w_member_social",
            "r_member_postAnalytics",
            "r_member_profileAnalytics",
            "w_member_social_feed",
            "r_member_social_feed",
            "w_organization_social_feed",
            "r_organization_social_feed",
            "r_1st_connections_size",
        ),
    ),
    # Closed to new apps; here so that a client's reading of member posts can be tried at all.
    "member_reading": ("Member social reading (closed)", ("r_member_social",)),
}


def scopes_of(products: Iterable[str]) -> frozenset[str]:
    """Return every scope that a set of products carries."""
    return frozenset(scope for product in products for scope in PRODUCTS[product][1])


def check_products(products: Iterable[str]) -> list[str]:
    """Return a set of products an app may hold together; raise `ValueError` with the reason otherwise."""
    chosen = list(dict.fromkeys(products))
    unknown = [product for product in chosen if product not in PRODUCTS]
    if unknown:
        raise ValueError(f"Unknown products: {', '.join(unknown)}. Known: {', '.join(PRODUCTS)}.")
    if "community" in chosen and len(chosen) > 1:
        raise ValueError("Community Management cannot share an app with another product.")
    return chosen
