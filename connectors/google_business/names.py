"""Names of things at Google: ``accounts/1/locations/2/localPosts/3``. Ids outgrow 64 bits, so they stay text."""

import re
from typing import Final

from connectors.errors import ReconnectRequired
from connectors.google_business.hosts import PLATFORM
from connectors.types import Target

ACCOUNT: Final = re.compile(r"accounts/[0-9]+", re.ASCII)
LOCATION: Final = re.compile(r"locations/[0-9]+", re.ASCII)
_POST: Final = re.compile(r"(accounts/[0-9]+/locations/[0-9]+)/localPosts/[A-Za-z0-9_-]+", re.ASCII)
_REVIEW: Final = re.compile(r"[A-Za-z0-9_=-]+", re.ASCII)


def location_of(target: Target) -> str:
    """Return ``locations/2``; a wrong name would end in an HTML page of Google's, so it is stopped here."""
    if not LOCATION.fullmatch(target.external_id):
        raise LookupError(f"{target.external_id!r} is no location of Google's")
    return target.external_id


def parent_of(target: Target, account: str = "") -> str:
    """Return ``accounts/1/locations/2``, the name that posts and reviews stand under.

    ``account`` is the account through which the location was reached last, where another one than before.
    """
    held_by = account or str(target.facts.get("account") or "")
    if not ACCOUNT.fullmatch(held_by):
        raise ReconnectRequired(
            f"Through which Google account {target.name or 'this location'} is managed is not known here.",
            connection_ended=False,
            remedy="Look for destinations anew on the page of the connection.",
            platform=PLATFORM,
            operation="find_location",
        )
    return f"{held_by}/{location_of(target)}"


def is_post(name: object) -> bool:
    """Tell whether this is the name of a post."""
    return isinstance(name, str) and _POST.fullmatch(name) is not None


def under(parent: str, post: str) -> str:
    """Return the name of the same post under another account."""
    return f"{parent}/localPosts/{post.rsplit('/', 1)[1]}"


def review_of(parent: str, external_id: str) -> str:
    """Return the name of a review."""
    if not _REVIEW.fullmatch(external_id):
        raise LookupError(f"{external_id!r} is no review of Google's")
    return f"{parent}/reviews/{external_id}"
