"""Instagram media and accounts as Graph objects."""

from __future__ import annotations

from sandbox.media import MEDIA_HOST
from sandbox.meta.ask import INSTAGRAM_HOST, Ask, graph_time
from sandbox.meta.fields import Edge, Field, NodeType, plain, unset
from sandbox.meta.instagram_comments import COMMENT
from sandbox.meta.instagram_records import Account, Medium, Picture
from sandbox.meta.media_fields import kept_url


def permalink_path(medium: Medium, username: str) -> str:
    """Return a medium's path on the public site, which has nothing to do with its id."""
    if medium.product == "STORY":
        return f"/stories/{username}/{medium.shortcode}"
    return f"/reel/{medium.shortcode}/" if medium.product == "REELS" else f"/p/{medium.shortcode}/"


def media_type(medium: Medium) -> str:
    """Return the type in Instagram's words: a reel reads back as a video."""
    if len(medium.pictures) > 1:
        return "CAROUSEL_ALBUM"
    return "VIDEO" if medium.shown[0].video else "IMAGE"


def _owner(ask: Ask, medium: Medium) -> Account | None:
    return ask.state.instagram.accounts.get(medium.account_id)


def _username(ask: Ask, medium: Medium, _field: Field) -> str:
    owner = _owner(ask, medium)
    return owner.username if owner else ""


def _permalink(ask: Ask, medium: Medium, field: Field) -> str:
    return ask.call.address.url(INSTAGRAM_HOST, permalink_path(medium, _username(ask, medium, field)))


def _children(_ask: Ask, medium: Medium, _field: Field) -> Edge | None:
    return Edge(list(medium.shown)) if len(medium.pictures) > 1 else None


def _thumbnail(ask: Ask, medium: Medium, _field: Field) -> str | None:
    return ask.call.address.url(MEDIA_HOST, "/320x568.jpg") if medium.shown[0].video else None


def _comments(ask: Ask, medium: Medium, _field: Field) -> Edge:
    return Edge([comment for comment in ask.state.instagram.comments_of(medium.id) if not comment.parent_id])


def _picture_url(ask: Ask, row: Account, _field: Field) -> str:
    return ask.call.address.url("www.facebook.com", f"/{row.id}/picture", {"size": "150"})


def _kind(_ask: Ask, picture: Picture, _field: Field) -> str:
    return "VIDEO" if picture.video else "IMAGE"


_CHILD = NodeType(
    "IGMedia",
    "id",
    {
        "id": lambda _ask, picture, _field: picture.id,
        "media_type": _kind,
        "media_url": lambda ask, picture, _field: kept_url(ask, picture.digest),
        "alt_text": lambda _ask, picture, _field: picture.alt or None,
        **dict.fromkeys(("permalink", "timestamp", "username", "thumbnail_url", "owner", "shortcode"), unset),
    },
)
_OWNER = plain("IGUser", "id", "id", "username")
MEDIUM = NodeType(
    "IGMedia",
    "id",
    {
        "id": lambda _ask, medium, _field: medium.id,
        "ig_id": lambda _ask, medium, _field: medium.id[::-1],
        "caption": lambda _ask, medium, _field: medium.caption or None,
        "media_type": lambda _ask, medium, _field: media_type(medium),
        "media_product_type": lambda _ask, medium, _field: medium.product,
        "media_url": lambda ask, medium, _field: kept_url(ask, medium.shown[0].digest),
        "thumbnail_url": _thumbnail,
        "permalink": _permalink,
        "shortcode": lambda _ask, medium, _field: medium.shortcode,
        "timestamp": lambda _ask, medium, _field: graph_time(medium.created),
        "username": _username,
        "owner": lambda _ask, medium, _field: {"id": medium.account_id},
        "children": _children,
        "comments": _comments,
        "comments_count": lambda ask, medium, _field: len(ask.state.instagram.comments_of(medium.id)),
        "like_count": lambda _ask, _medium, _field: 0,
        "is_comment_enabled": lambda _ask, medium, _field: medium.comments_enabled,
        "is_shared_to_feed": lambda _ask, medium, _field: medium.to_feed if medium.product == "REELS" else None,
        "alt_text": lambda _ask, medium, _field: medium.shown[0].alt or None,
        **dict.fromkeys(("boost_eligibility_info", "legacy_instagram_media_id", "copyright_check_information"), unset),
    },
    {"children": _CHILD, "owner": _OWNER, "comments": COMMENT},
)
ACCOUNT = NodeType(
    "IGUser",
    "id",
    {
        "id": lambda _ask, row, _field: row.id,
        "ig_id": lambda _ask, row, _field: row.id[::-1],
        "username": lambda _ask, row, _field: row.username,
        "name": lambda _ask, row, _field: row.name,
        "biography": lambda _ask, row, _field: row.biography or None,
        "followers_count": lambda _ask, row, _field: row.followers,
        "follows_count": lambda _ask, row, _field: row.followers // 7,
        "media_count": lambda ask, row, _field: ask.state.instagram.count_media_of(row.id),
        "profile_picture_url": _picture_url,
        "website": unset,
        "has_profile_pic": lambda _ask, _row, _field: True,
        "is_published": lambda _ask, _row, _field: True,
        "shopping_product_tag_eligibility": lambda _ask, _row, _field: False,
    },
)
