"""Whose account it is: the profile, as far as the granted scopes show it.

Source: https://developers.tiktok.com/doc/tiktok-api-v2-get-user-info. ``fields`` must be named, and a field whose scope is missing may fail
the whole call, so only those the scopes cover are asked for.
"""

from collections.abc import Collection
from typing import Any, Final

from connectors.errors import ReconnectRequired
from connectors.tiktok.api import USER_INFO, Api
from connectors.tiktok.errors import strange
from connectors.types import FoundDestination

KIND: Final = "tiktok_creator"
BASIC: Final = "user.info.basic"
PROFILE: Final = "user.info.profile"
STATS: Final = "user.info.stats"
LIST: Final = "video.list"
UPLOAD: Final = "video.upload"
PUBLISH: Final = "video.publish"
SITE: Final = "https://www.tiktok.com"

FIELDS: Final[dict[str, tuple[str, ...]]] = {
    BASIC: ("open_id", "union_id", "avatar_url", "display_name"),
    PROFILE: ("username", "profile_deep_link"),
    STATS: ("follower_count", "following_count", "likes_count", "video_count"),
}


def read(api: Api, *, scopes: tuple[str, ...], operation: str) -> dict[str, Any]:
    """Return the fields that these scopes show."""
    fields = tuple(field for scope in scopes for field in FIELDS[scope])
    told = api.get(USER_INFO, operation=operation, fields=fields, scope=scopes[-1]).get("user")
    return told if isinstance(told, dict) else {}


def read_profile(api: Api, *, scopes: Collection[str], operation: str) -> dict[str, Any]:
    """Return name, picture and user name; without the last where that was switched off at the login."""
    if PROFILE in scopes:
        try:
            return read(api, scopes=(BASIC, PROFILE), operation=operation)
        except ReconnectRequired as error:
            if error.connection_ended:
                raise
    return read(api, scopes=(BASIC,), operation=operation)


def account(told: dict[str, Any], *, scopes: Collection[str]) -> FoundDestination:
    """Return the account as the one place it opens. ``scopes`` are those we ask for: what was granted is told elsewhere."""
    open_id = told.get("open_id")
    if not isinstance(open_id, str) or not open_id:
        raise strange("no name for the account", "fetch_accounts", 200)
    username = str(told.get("username") or "")
    obstacle = ""
    if not {UPLOAD, PUBLISH} & set(scopes):
        obstacle = f"Publishing needs the scope {PUBLISH}, and drafts {UPLOAD}; TIKTOK_SCOPES names neither."
    return FoundDestination(
        kind=KIND,
        external_id=open_id,
        name=name_of(told),
        username=username,
        picture_url=str(told.get("avatar_url") or ""),
        url=profile_link(username),
        obstacle=obstacle,
        facts={"username": username} if username else {},
    )


def name_of(told: dict[str, Any]) -> str:
    """Return what people call the account."""
    return str(told.get("display_name") or told.get("username") or "TikTok account")


def profile_link(username: str) -> str:
    """Return the address of a profile, or of the site where nobody told us whose it is."""
    return f"{SITE}/@{username}" if username else f"{SITE}/"
