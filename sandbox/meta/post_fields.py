"""Posts and comments as Graph objects: which fields they have and how each is read."""

from __future__ import annotations

from typing import Any

from sandbox.media import MEDIA_HOST
from sandbox.meta.ask import SITE_HOST, Ask, graph_time
from sandbox.meta.fields import Edge, Field, NodeType, plain, unset
from sandbox.meta.media_fields import kept_url, photo_path, video_path
from sandbox.meta.records import Comment, Page, Post


def permalink_path(post: Post) -> str:
    """Return a post's path on the public site."""
    return f"/{post.page_id}/posts/{post.id.partition('_')[2]}"


def _application(ask: Ask, post: Post, _field: Field) -> dict[str, str] | None:
    app = ask.state.apps.get(post.app_id)
    return {"id": app.id, "name": app.name, "category": "Business"} if app else None


def _author(ask: Ask, row: Post | Comment, _field: Field) -> dict[str, str] | None:
    page = ask.state.pages.get(row.page_id)
    return {"id": page.id, "name": page.name} if page else None


def _attachments(ask: Ask, post: Post, _field: Field) -> Edge | None:
    if post.media:
        shown = [one for media_id in post.media if (one := _shown(ask, media_id)) is not None]
        if len(shown) == 1:
            return Edge(shown)
        album = {"media_type": "album", "type": "album", "target": shown[0]["target"], "url": shown[0]["url"]}
        return Edge([{**album, "media": shown[0]["media"], "subattachments": Edge(shown)}]) if shown else None
    if not post.link:
        return None
    share = {
        "media_type": "link",
        "type": "share",
        "title": post.link,
        "url": post.link,
        "unshimmed_url": post.link,
        "target": {"url": post.link},
    }
    return Edge([share])


def _shown(ask: Ask, media_id: str) -> dict[str, Any] | None:
    """Return one photo or video of a post as an attachment."""
    photo, video = ask.state.library.photos.get(media_id), ask.state.library.videos.get(media_id)
    if photo is not None:
        url = ask.call.address.url(SITE_HOST, photo_path(photo))
        image = {"src": kept_url(ask, photo.digest), "width": photo.width, "height": photo.height}
        target = {"id": photo.id, "url": url}
        described = {"description": photo.caption} if photo.caption else {}
        return {
            "media_type": "photo",
            "type": "photo",
            "target": target,
            "url": url,
            "media": {"image": image},
        } | described
    if video is not None:
        url = ask.call.address.url(SITE_HOST, video_path(video))
        media = {"image": {"src": ask.call.address.url(MEDIA_HOST, "/320x568.jpg"), "width": 320, "height": 568}}
        media["source"] = kept_url(ask, video.digest)  # type: ignore[assignment]
        target = {"id": video.id, "url": url}
        titled = {"title": video.title} if video.title else {}
        return {"media_type": "video", "type": "video_inline", "target": target, "url": url, "media": media} | titled
    return None


def _full_picture(ask: Ask, post: Post, _field: Field) -> str | None:
    photo = ask.state.library.photos.get(post.media[0]) if post.media else None
    return kept_url(ask, photo.digest) if photo else None


def _status_type(ask: Ask, post: Post, _field: Field) -> str:
    if post.media:
        return "added_video" if post.media[0] in ask.state.library.videos else "added_photos"
    return "shared_story" if post.link else "mobile_status_update"


def _updated(_ask: Ask, post: Post, _field: Field) -> str:
    return graph_time(max(post.updated, post.created))


def _scheduled(_ask: Ask, post: Post, _field: Field) -> int | None:
    return None if post.published else post.scheduled_for


def _comments(ask: Ask, post: Post, item: Field) -> Edge:
    rows = ask.state.comments_of(post.id)
    limit = item.modifiers.get("limit", "25")
    beside: dict[str, Any] = {}
    if item.modifiers.get("summary") in ("true", "1"):
        beside["summary"] = {"order": "chronological", "total_count": len(rows), "can_comment": True}
    return Edge(rows[: int(limit)] if limit.isdecimal() else rows, beside)


def _reactions(_ask: Ask, _post: Post, item: Field) -> Edge:
    summary = {"total_count": 0, "viewer_reaction": "NONE"}
    return Edge([], {"summary": summary} if item.modifiers.get("summary") in ("true", "1") else {})


def _place(ask: Ask, post: Post, _field: Field) -> dict[str, str] | None:
    place: Page | None = ask.state.pages.get(str(post.extras.get("place", "")))
    return {"id": place.id, "name": place.name} if place else None


def _permalink(ask: Ask, post: Post, _field: Field) -> str:
    return ask.call.address.url("www.facebook.com", permalink_path(post))


_PROFILE = plain("Profile", "id,name", "id", "name")
_APPLICATION = plain("Application", "id,name,category", "id", "name", "category", "link", "namespace")
_TARGET = plain("StoryAttachmentTarget", "url", "id", "url", "unshimmed_url")
_ATTACHMENT_NAMES = [
    "media_type",
    "type",
    "title",
    "url",
    "unshimmed_url",
    "target",
    "description",
    "description_tags",
    "media",
    "subattachments",
]
_CHILD = NodeType(
    "StoryAttachment",
    "media_type,target",
    plain("StoryAttachment", "", *_ATTACHMENT_NAMES).readers,
    {"target": _TARGET, "media": plain("StoryAttachmentMedia", "image", "image", "source")},
)
_ATTACHMENT = NodeType(
    "StoryAttachment",
    "media_type,target,title,type,unshimmed_url,url",
    _CHILD.readers,
    {**_CHILD.nested, "subattachments": _CHILD},
)

COMMENT = NodeType(
    "Comment",
    "created_time,from,message,id",
    {
        "id": lambda _ask, comment, _field: comment.id,
        "message": lambda _ask, comment, _field: comment.message,
        "created_time": lambda _ask, comment, _field: graph_time(comment.created),
        "from": _author,
        "comment_count": lambda _ask, _comment, _field: 0,
        "like_count": lambda _ask, _comment, _field: 0,
        "is_hidden": lambda _ask, _comment, _field: False,
        "permalink_url": lambda ask, comment, _field: _permalink(ask, ask.state.posts_at(comment.post_id), _field),
        **dict.fromkeys(("attachment", "parent", "can_remove", "can_hide"), unset),
    },
    {"from": _PROFILE},
)
# Fields of the real PagePost that this town leaves empty, as a post without them would.
_UNSET = [
    "icon",
    "story",
    "shares",
    "actions",
    "privacy",
    "properties",
    "parent_id",
    "message_tags",
    "story_tags",
    "to",
    "via",
    "backdated_time",
    "child_attachments",
    "coordinates",
    "height",
    "width",
    "instagram_eligibility",
]

POST = NodeType(
    "PagePost",
    "created_time,message,id",
    {
        "id": lambda _ask, post, _field: post.id,
        "message": lambda _ask, post, _field: post.message or None,
        "created_time": lambda _ask, post, _field: graph_time(post.created),
        "updated_time": _updated,
        "permalink_url": _permalink,
        "is_published": lambda _ask, post, _field: post.published,
        "scheduled_publish_time": _scheduled,
        "status_type": _status_type,
        "full_picture": _full_picture,
        "picture": _full_picture,
        "application": _application,
        "from": _author,
        "attachments": _attachments,
        "comments": _comments,
        "reactions": _reactions,
        "likes": _reactions,
        "place": _place,
        "targeting": lambda _ask, post, _field: post.extras.get("targeting"),
        "feed_targeting": lambda _ask, post, _field: post.extras.get("feed_targeting"),
        "call_to_action": lambda _ask, post, _field: post.extras.get("call_to_action"),
        "is_hidden": lambda _ask, _post, _field: False,
        "is_expired": lambda _ask, _post, _field: False,
        **dict.fromkeys(_UNSET, unset),
    },
    {
        "application": _APPLICATION,
        "from": _PROFILE,
        "attachments": _ATTACHMENT,
        "comments": COMMENT,
        "reactions": plain("Reaction", "id,name,type", "id", "name", "type"),
        "likes": plain("Like", "id,name", "id", "name"),
        "place": plain("Place", "id,name", "id", "name", "location"),
    },
)
