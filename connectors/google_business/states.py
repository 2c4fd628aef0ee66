"""What became of a post at Google, by its ``state``.

Source: https://developers.google.com/my-business/reference/rest/v4/accounts.locations.localPosts (LocalPostState), read 2026-11-21. Google
gives no reason for a rejection; how long it processes a post is documented nowhere.
"""

from collections.abc import Mapping
from typing import Any, Final

from connectors.errors import ContentRejected, PlatformReply
from connectors.google_business.hosts import PLATFORM
from connectors.google_business.moments import read_moment
from connectors.types import Target

LIVE: Final = frozenset({"LIVE", "RECURRING"})
REJECTED: Final = "REJECTED"
SCHEDULED: Final = "SCHEDULED"
WHY: Final = "Google refused it under its content policy, and gives no reason."
HELP: Final = (
    "Look at it at business.google.com. Phone numbers, web addresses and capitals in the text, stock photos and regulated goods are "
    "refused most often. Change the post before you publish it again."
)


def state_of(post: Mapping[str, Any]) -> str:
    """Return Google's word; a word that is missing means that Google has not decided."""
    told = post.get("state")
    return told if isinstance(told, str) else ""


def permalink_of(post: Mapping[str, Any], target: Target) -> str:
    """Return where people see a post; until Google names that, where they see the location."""
    told = post.get("searchUrl")
    address = told if isinstance(told, str) and told else str(target.facts.get("maps_url") or "")
    return address if address.startswith(("https://", "http://")) else ""


def pending_note(post: Mapping[str, Any]) -> str:
    """Return what people should know of a post that is not public yet."""
    if state_of(post) == SCHEDULED:
        moment = read_moment(post.get("scheduledTime"))
        when = f" on {moment:%d %B %Y at %H:%M} UTC" if moment else " later"
        return f"Google publishes it{when}; until then nobody sees it."
    return "Google has taken it and is still reviewing it."


def rejected(post: Mapping[str, Any], operation: str) -> ContentRejected:
    """Return the error that a rejection is."""
    return ContentRejected(
        WHY,
        remedy=HELP,
        platform=PLATFORM,
        operation=operation,
        reply=PlatformReply(status=200, code=REJECTED, words=str(post.get("name") or "")),
    )
