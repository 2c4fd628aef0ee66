"""`/{page}/photos`: photos that are posts at once, and photos that wait for a post or a story."""

from __future__ import annotations

from typing import Any

from sandbox.meta import arrivals, content
from sandbox.meta.access import as_page, need_scope, need_write_scope
from sandbox.meta.ask import Ask
from sandbox.meta.errors import GraphError, invalid, missing_object, no_permission
from sandbox.meta.fields import show
from sandbox.meta.media_fields import PHOTO
from sandbox.meta.media_records import Photo
from sandbox.meta.paging import newest_first
from sandbox.meta.posts import page_of_row, sees_page_of
from sandbox.meta.records import Page, Post

PARAMS = frozenset(
    {
        "url",
        "source",
        "caption",
        "message",
        "name",
        "alt_text_custom",
        "published",
        "temporary",
        "scheduled_publish_time",
        "unpublished_content_type",
        "targeting",
        "feed_targeting",
        "place",
        "tags",
        "no_story",
        "backdated_time",
        "fields",
    }
)
LISTING_PARAMS = frozenset({"type"})
FILES = frozenset({"source"})
ALREADY_POSTED = 1366051
# The platform takes ten on a Page in its own tools; the API has been seen to take more, so this is generous.
MOST_IN_ONE_POST = 30


def create(ask: Ask, page: Page) -> dict[str, Any]:
    """Take a photo; published it is a post at once, and only then the answer names one."""
    as_page(ask, page)
    need_write_scope(ask, "pages_manage_posts", page, "CREATE_CONTENT")
    need_write_scope(ask, "pages_read_engagement", page, "CREATE_CONTENT")
    asked = ask.fields(PHOTO) if ask.text("fields") else None
    published = ask.flag("published", default=True)
    temporary = ask.flag("temporary", default=False)
    scheduled_for = content.schedule(ask, published)
    extras = content.extras(ask, has_link=False)
    caption = content.text_of(ask, "message") or content.text_of(ask, "caption") or content.text_of(ask, "name")
    arrived = arrivals.photo(ask)
    photo = Photo(
        ask.state.new_id(),
        page.id,
        ask.speaker.app_id,
        ask.now,
        arrived.keep(ask),
        arrived.probe.mime,
        arrived.probe.width,
        arrived.probe.height,
        caption,
        content.text_of(ask, "alt_text_custom"),
        temporary,
    )
    answer: dict[str, Any] = {"id": photo.id}
    if published or scheduled_for is not None:
        post = content.new_post(ask, page, caption, published=published, scheduled_for=scheduled_for, extras=extras)
        post.media, photo.post_id = [photo.id], post.id
        ask.state.save_post(post)
        answer["post_id"] = post.id
    ask.state.library.save_photo(photo)
    return answer if asked is None else {**show(ask, PHOTO, photo, asked), **answer}


def attached(ask: Ask, page: Page) -> list[Photo]:
    """Return the photos a post wants to show: this Page's own, not yet used; refused otherwise."""
    media = ask.structure("attached_media")
    if media is None:
        return []
    if not isinstance(media, list) or not all(isinstance(item, dict) and "media_fbid" in item for item in media):
        raise invalid('Param attached_media must be an array of {"media_fbid": "<photo-id>"}.')
    if not 0 < len(media) <= MOST_IN_ONE_POST:
        raise invalid(f"Param attached_media must have 1 to {MOST_IN_ONE_POST} photos.")
    found: dict[str, Photo] = {}
    for item in media:
        photo_id = str(item["media_fbid"])
        if photo_id in ask.state.library.videos:
            raise invalid("Videos cannot be mixed into a post of photos.")
        photo = ask.state.library.photos.get(photo_id)
        if photo is None or photo.page_id != page.id:
            raise invalid(f"Photo {photo_id} does not exist, or does not belong to this Page.")
        if photo.post_id or photo_id in found:
            raise posted_before(ask)
        found[photo_id] = photo
    return list(found.values())


def use(ask: Ask, photos: list[Photo], owner_id: str) -> None:
    """Note which post or story shows photos; they cannot be used again."""
    for photo in photos:
        photo.post_id = owner_id
        ask.state.library.save_photo(photo)


def posted_before(ask: Ask) -> GraphError:
    """Refuse a photo that stands in a post already."""
    return arrivals.page_trouble(ask, ALREADY_POSTED, "This photo was already posted.")


def listed(ask: Ask, page: Page) -> dict[str, Any]:
    """List a Page's uploaded photos that people can see."""
    as_page(ask, page)
    need_scope(ask, "pages_read_engagement", page.id)
    if ask.text("type", "uploaded").lower() not in ("uploaded", "profile", "tagged"):
        raise invalid("Param type must be one of {profile, tagged, uploaded}")
    rows = [photo for photo in ask.state.library.photos_of(page.id) if _visible(ask, photo)]
    asked = ask.fields(PHOTO)
    return newest_first(ask, rows, lambda photo: show(ask, PHOTO, photo, asked))


def read(ask: Ask, photo: Photo) -> dict[str, Any]:
    """Read one photo."""
    if not sees_page_of(ask, photo):
        raise missing_object(ask.call.method, photo.id)
    need_scope(ask, "pages_read_engagement", photo.page_id)
    return show(ask, PHOTO, photo, ask.fields(PHOTO))


def delete(ask: Ask, photo: Photo) -> dict[str, Any]:
    """Remove a photo; a post that showed nothing else goes with it."""
    page = page_of_row(ask, photo)
    as_page(ask, page)
    need_write_scope(ask, "pages_manage_posts", page, "CREATE_CONTENT")
    if photo.app_id != ask.speaker.app_id:
        raise no_permission("The photo was not created by this application.")
    post = ask.state.posts.get(photo.post_id)
    ask.state.library.remove_photo(photo)
    if post is not None:
        _take_out(ask, post, photo)
    return {"success": True}


def _take_out(ask: Ask, post: Post, photo: Photo) -> None:
    post.media = [media_id for media_id in post.media if media_id != photo.id]
    if post.media:
        ask.state.posts.put(post.id, post)
    else:
        ask.state.remove_post(post)


def _visible(ask: Ask, photo: Photo) -> bool:
    post = ask.state.posts.get(photo.post_id)
    return post is not None and post.published
