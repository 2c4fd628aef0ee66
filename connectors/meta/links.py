"""Where a post is to be seen."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit


def facebook_link(place: str) -> str:
    """Return a public address on facebook.com, of an address with or without a host, or of an id."""
    if place.startswith("/"):
        return f"https://www.facebook.com{place}"
    return place if urlsplit(place).scheme in {"http", "https"} else f"https://www.facebook.com/{place}"


def permalink_of(item: Mapping[str, Any], post_id: str) -> str:
    """Return a post's public address; Facebook opens one made from the id as well."""
    link = item.get("permalink_url")
    return facebook_link(link if isinstance(link, str) and link else post_id)
