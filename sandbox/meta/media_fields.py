"""Photos, videos and stories as Graph objects."""

from __future__ import annotations

from typing import Any

from sandbox.media import MEDIA_HOST
from sandbox.meta.ask import SITE_HOST, Ask, graph_time
from sandbox.meta.fields import Edge, Field, NodeType, plain, unset
from sandbox.meta.media_records import Photo, Story, Video
from sandbox.meta.processing import status_of
from sandbox.probing import probe

DAY_S = 24 * 60 * 60


def kept_url(ask: Ask, digest: str) -> str | None:
    """Return the address at which a kept file can be fetched."""
    return ask.call.address.url(MEDIA_HOST, f"/kept/{digest}") if digest else None


def photo_path(photo: Photo) -> str:
    """Return a photo's path on the public site."""
    return f"/{photo.page_id}/photos/{photo.id}"


def video_path(video: Video) -> str:
    """Return a video's path on the public site."""
    return f"/reel/{video.id}" if video.kind == "reel" else f"/{video.page_id}/videos/{video.id}"


def _page(ask: Ask, row: Photo | Video, _field: Field) -> dict[str, str] | None:
    page = ask.state.pages.get(row.page_id)
    return {"id": page.id, "name": page.name} if page else None


def _images(ask: Ask, photo: Photo, _field: Field) -> list[dict[str, Any]]:
    return [{"height": photo.height, "width": photo.width, "source": kept_url(ask, photo.digest)}]


def _permalink(ask: Ask, video: Video, _field: Field) -> str:
    if ask.world.switches.flag("meta.video_permalink_is_path"):
        return video_path(video)
    return ask.call.address.url(SITE_HOST, video_path(video))


def _post_id(ask: Ask, video: Video, _field: Field) -> str | None:
    """Return the id of the post once there is one, with the Page's id in front where a switch says so."""
    if not video.live:
        return None
    full = ask.world.switches.flag("meta.video_post_id_is_full")
    return video.post_id if full else video.post_id.rpartition("_")[2]


def _length(ask: Ask, video: Video, _field: Field) -> float | None:
    body = ask.world.media.kept(video.digest) if video.digest else None
    return probe(body).duration_s if body else None


def _thumbnails(ask: Ask, video: Video, _field: Field) -> Edge:
    url = ask.call.address.url(MEDIA_HOST, "/320x568.jpg")
    return Edge([{"id": video.id, "uri": url, "height": 568, "width": 320, "is_preferred": True}])


def _story_status(ask: Ask, story: Story, _field: Field) -> str:
    return "PUBLISHED" if ask.now < story.created + DAY_S else "ARCHIVED"


_PROFILE = plain("Profile", "id,name", "id", "name")
PHOTO = NodeType(
    "Photo",
    "created_time,name,id",
    {
        "id": lambda _ask, photo, _field: photo.id,
        "name": lambda _ask, photo, _field: photo.caption or None,
        "alt_text_custom": lambda _ask, photo, _field: photo.alt or None,
        "alt_text": lambda _ask, photo, _field: photo.alt or "May be an image of shapes.",
        "created_time": lambda _ask, photo, _field: graph_time(photo.created),
        "updated_time": lambda _ask, photo, _field: graph_time(photo.created),
        "width": lambda _ask, photo, _field: photo.width,
        "height": lambda _ask, photo, _field: photo.height,
        "images": _images,
        "picture": lambda ask, photo, _field: kept_url(ask, photo.digest),
        "link": lambda ask, photo, _field: ask.call.address.url(SITE_HOST, photo_path(photo)),
        "page_story_id": lambda _ask, photo, _field: photo.post_id or None,
        "from": _page,
        **dict.fromkeys(("album", "place", "backdated_time", "icon", "event", "target", "webp_images"), unset),
    },
    {"from": _PROFILE},
)
VIDEO = NodeType(
    "Video",
    "description,updated_time,id",
    {
        "id": lambda _ask, video, _field: video.id,
        "title": lambda _ask, video, _field: video.title or None,
        "description": lambda _ask, video, _field: video.description or None,
        "created_time": lambda _ask, video, _field: graph_time(video.created),
        "updated_time": lambda _ask, video, _field: graph_time(max(video.created, video.finished)),
        "published": lambda _ask, video, _field: video.live,
        "post_id": _post_id,
        "permalink_url": _permalink,
        "status": lambda ask, video, _field: status_of(ask, video),
        "length": _length,
        "source": lambda ask, video, _field: kept_url(ask, video.digest if video.complete else ""),
        "scheduled_publish_time": lambda _ask, video, _field: (
            graph_time(video.scheduled_for) if video.scheduled_for and not video.live else None
        ),
        "thumbnails": _thumbnails,
        "picture": lambda ask, _video, _field: ask.call.address.url(MEDIA_HOST, "/320x568.jpg"),
        "from": _page,
        **dict.fromkeys(("format", "place", "privacy", "views", "content_category", "embeddable", "icon"), unset),
    },
    {
        "from": _PROFILE,
        "thumbnails": plain("VideoThumbnail", "id,uri", "id", "uri", "height", "width", "is_preferred", "scale"),
        "status": plain(
            "VideoStatus",
            "video_status,uploading_phase,processing_phase,publishing_phase",
            "video_status",
            "uploading_phase",
            "processing_phase",
            "publishing_phase",
            "copyright_check_status",
            "processing_progress",
        ),
    },
)
STORY = NodeType(
    "Stories",
    "post_id,status,creation_time,media_type,media_id,url",
    {
        "post_id": lambda _ask, story, _field: story.id,
        "status": _story_status,
        "creation_time": lambda _ask, story, _field: str(story.created),
        "media_type": lambda _ask, story, _field: story.media_type,
        "media_id": lambda _ask, story, _field: story.media_id,
        "url": lambda ask, story, _field: ask.call.address.url(SITE_HOST, f"/stories/{story.page_id}/{story.id}"),
    },
)
